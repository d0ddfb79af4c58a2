import type { Transaction, TransactionOptions } from '../database/transaction.ts'
import type { OperatorScope, TenantScope } from './scope.ts'
import type { Tenant } from './tenant.ts'

/** A scope and the transaction that it lives in. Whoever opened it commits or rolls back. */
export interface Work<Scope> {
  scope: Scope
  transaction: Transaction
}

/** How tenants are kept apart: which database serves one, and what is said first on its connection. */
export interface TenancyStrategy {
  /** @returns undefined for a name that no account has */
  findTenant (slug: string): Promise<Tenant | undefined>
  beginTenant (tenant: Tenant, options: TransactionOptions): Promise<Work<TenantScope>>
  /** Undefined where there is no view over all tenants: no login for it is configured. */
  beginOperator: ((options: TransactionOptions) => Promise<Work<OperatorScope>>) | undefined
  /** Asserts, before the first request, that the walls hold for the logins in use. @throws what `assertRoleIsWalled` throws. */
  assertWalls (): Promise<void>
  /** Resolves when the database answers and has the schema. @throws {UnavailableError} */
  ping (): Promise<void>
  end (): Promise<void>
}
