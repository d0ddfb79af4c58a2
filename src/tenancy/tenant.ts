declare const accountIdMark: unique symbol

/** The id of an account that the directory or an operator's query has vouched for. A number that came over HTTP is not one. */
export type AccountId = number & { readonly [accountIdMark]: true }

/** `creating` and `deleted` accounts have rows, or half of them, and no host. */
export type TenantStatus = 'creating' | 'active' | 'suspended' | 'deleted'

export interface Tenant {
  id: AccountId
  /** The first label of the tenant's host name. */
  slug: string
  name: string
  status: TenantStatus
  /** Why it is suspended, in words for its people. */
  statusReason?: string | undefined
  /** Where its rows are, if not in the configured database: see {@link loginAt}. */
  database?: string | undefined
  /** The last migration of a database of its own. */
  schemaVersion?: string | undefined
}

/** What a name leads to: a tenant, by the name that it has or, until it is gone, by one that it had. */
export interface FoundTenant {
  tenant: Tenant
  /** `former` leads to the tenant's present name, `gone` no longer does. */
  by: 'name' | 'former' | 'gone'
}
