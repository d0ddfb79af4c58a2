import type { Transaction, TransactionOptions } from '../database/transaction.ts'
import type { Caller, Credential } from './caller.ts'
import type { OperatorScope, TenantScope } from './scope.ts'
import type { FoundTenant, Tenant } from './tenant.ts'

export const strategyNames = ['single-schema', 'multiple-databases'] as const

/**
 * Where tenants live. With `single-schema` all in one schema, row-level security between them, unless one was moved to a
 * database of its own; the operator sees across those in the schema. With `multiple-databases` each in a database of its own,
 * row-level security inside; nobody sees across them.
 */
export type StrategyName = typeof strategyNames[number]

/** A scope and the transaction that it lives in. Whoever opened it commits or rolls back. */
export interface Work<Scope> {
  scope: Scope
  transaction: Transaction
}

/** In a transaction of a tenant's: who is at work, where a credential was shown. */
export interface TenantWork extends Work<TenantScope> {
  caller?: Promise<Caller>
}

/** How tenants are kept apart: which database serves one, and what is said first on its connection. */
export interface TenancyStrategy {
  name: StrategyName
  /** Whether the databases ask that whoever names a tenant signs it. */
  signsNames: boolean
  /** Whether the operator may list the rows of all tenants together. */
  hasViewOverTenants: boolean
  /**
   * @param options.confirms whether a transaction of the tenant follows, which refuses one that is not there any more: then
   * what was found earlier may be older
   * @returns undefined for a name that no account has or had
   */
  findTenant (slug: string, options?: { confirms?: boolean }): Promise<FoundTenant | undefined>
  /** Has the next request for a name look it up again. */
  forgetTenant (slug: string): void
  /**
   * @param options.credential what whoever asks has shown: then the first statement finds out who that is
   * @throws {SchemaBehindError} where the tenant's own database has not been migrated yet
   * @throws {UnavailableError} where it cannot be reached, or its walls do not stand
   */
  beginTenant (tenant: Tenant, options: TransactionOptions & { credential?: Credential | undefined }): Promise<TenantWork>
  /** Undefined where no operator's login is configured. */
  beginOperator: ((options: TransactionOptions) => Promise<Work<OperatorScope>>) | undefined
  /** Asserts, before the first request, that the walls hold for the logins in use. @throws what `assertRoleIsWalled` throws. */
  assertWalls (): Promise<void>
  /** Resolves when the database answers and has the schema. @throws {UnavailableError} */
  ping (): Promise<void>
  end (): Promise<void>
}
