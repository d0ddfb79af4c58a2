/** What the catalogue says of an account. Times are ISO 8601 in UTC, to the microsecond. */
export interface KnownAccount {
  id: number
  slug: string
  name: string
  status: 'active' | 'suspended' | 'deleted'
  statusReason: string | null
  statusSince: string
  hasOwnDatabase: boolean
  createdAt: string
  updatedAt: string
}

/** Looks at the account before it is changed, and throws where it is not to be. Nobody else changes it in between. */
export type AccountCheck = (present: KnownAccount) => void

/** What the operator does to accounts over HTTP; `bin/tenants.ts` does the same and more. Each act is recorded with who did it. All throw {@link UnavailableError} where the catalogue is out of reach. */
export interface AccountAdministration {
  /** @throws {ConflictError} where the slug is taken @throws {InvalidValuesError} where it cannot be one */
  create: (account: { slug: string, name: string }, actor: string) => Promise<KnownAccount>
  /**
   * Gives an account another slug, which the old one leads to until then, or another name for people, or both.
   *
   * @throws {NotFoundError} @throws {ConflictError} where the slug is taken
   */
  rename: (slug: string, change: { slug?: string | undefined, name?: string | undefined, redirectUntil?: Date | undefined }, actor: string, check?: AccountCheck) => Promise<KnownAccount>
  /** @throws {NotFoundError} @throws {ConflictError} where it is not active */
  suspend: (slug: string, reason: string | undefined, actor: string, check?: AccountCheck) => Promise<KnownAccount>
  /** @throws {NotFoundError} @throws {ConflictError} where it is neither suspended nor deleted */
  resume: (slug: string, actor: string, check?: AccountCheck) => Promise<KnownAccount>
}
