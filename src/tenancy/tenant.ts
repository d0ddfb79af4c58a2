declare const accountIdMark: unique symbol

/** The id of an account that the directory or an operator's query has vouched for. A number that came over HTTP is not one. */
export type AccountId = number & { readonly [accountIdMark]: true }

export interface Tenant {
  id: AccountId
  /** The first label of the tenant's host name. */
  slug: string
  name: string
  status: 'active' | 'suspended'
}
