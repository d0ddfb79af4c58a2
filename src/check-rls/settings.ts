import type { Manifest } from './manifest.ts'

/** What is to be checked, and what is known of it. */
export interface CheckSettings {
  /** Where the tenants' tables are, and the table of the tenants themselves. */
  schema: string
  /** Where more of the tenants' tables are. */
  moreSchemas?: readonly string[]
  /** The roles that serve tenants. Each must see the rows of one tenant alone. */
  tenantRoles: readonly string[]
  /** The roles that read the rows of all tenants. They must write nothing. */
  operatorRoles: readonly string[]
  /** Roles that are meant to pass the walls and serve no request: loaders, backups. */
  trustedRoles: readonly string[]
  /** The column of every table of tenants that says whose a row is. */
  column: string
  /** The table of the tenants themselves, which that column refers to. */
  root: string
  /** The column of that table which says who a tenant is: "id". */
  rootKey: string
  /**
   * The tenant of a transaction, as PostgreSQL prints it in a policy with an empty search_path: "app.current_account_id()".
   * Without it, what most policies compare the column with.
   */
  context: string | undefined
  /**
   * Functions that policies call and that believe a setting only where it is signed, by a key that no role which serves requests
   * can read: "app.verified_tenant()". Where the policies call one, it harms nobody that a statement can set what it likes.
   */
  verifiers: readonly string[]
  /** Functions that name the tenant of a transaction, and refuse where one is named: "app.set_tenant(bigint)", or without arguments. */
  namers: readonly string[]
  /** Functions that run with the rights of their owner and that the roles may call: "app.resolve(text)". */
  definers: readonly string[]
  /** Columns that no role that serves requests may read: "app_user.password_hash". */
  hiddenColumns: readonly string[]
  /** Tables that say of no row whose it is, since it is everybody's, and that none may write: "country", or elsewhere "lists.country". */
  shared?: readonly string[]
  /** What there was when all was well; without it, nobody sees that a foreign key is gone. */
  manifest: Manifest | undefined
}
