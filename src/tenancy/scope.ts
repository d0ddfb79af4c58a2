import type { Sql, Transaction } from '../database/transaction.ts'
import type { AccountId } from './tenant.ts'

export { part, type SqlPart } from '../database/transaction.ts'

declare const tenantMark: unique symbol
declare const operatorMark: unique symbol

/**
 * The right to run SQL as one tenant, for as long as its transaction lasts. Every repository function of a tenant takes it first
 * and filters by its `accountId`; row-level security holds the same line below. Only this module makes one.
 */
export interface TenantScope {
  readonly [tenantMark]: true
  readonly sql: Sql
  readonly accountId: AccountId
}

/** The right to read across tenants. Another type, without an account: neither scope passes for the other. */
export interface OperatorScope {
  readonly [operatorMark]: true
  readonly sql: Sql
}

/**
 * Names the tenant of a transaction that has just begun, and gives the scope. The statement is sent, not awaited, so that it
 * travels with the first query; should it fail, that query and all after it fail with its error.
 *
 * @param slug the name that led here: should it be another account's by now, or nobody's, the database refuses
 */
export function openTenantScope (transaction: Transaction, accountId: AccountId, slug?: string): TenantScope {
  const naming = slug === undefined ? transaction.sql`select set_account(${accountId})` : transaction.sql`select set_account(${accountId}, ${slug})`
  naming.catch(() => {})
  return Object.freeze({ sql: transaction.sql, accountId }) as TenantScope
}

/** Gives the scope of a transaction on the operator's own login. */
export function openOperatorScope (transaction: Transaction): OperatorScope {
  return Object.freeze({ sql: transaction.sql }) as OperatorScope
}
