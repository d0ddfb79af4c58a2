import type { Sql, Transaction } from '../database/transaction.ts'
import type { Caller, Credential } from './caller.ts'
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

/** What else the database is told of a tenant when a transaction names it. */
export interface Naming {
  /** The name that led here: should it be another account's by now, or nobody's, the database refuses. */
  slug?: string | undefined
  /** What proves that the application names it, where the database asks for that. */
  signature?: string | undefined
}

/**
 * Names the tenant of a transaction that has just begun, and gives the scope. The statement is sent, not awaited, so that it
 * travels with the first query; should it fail, that query and all after it fail with its error.
 */
export function openTenantScope ({ sql }: Transaction, accountId: AccountId, { slug, signature }: Naming = {}): TenantScope {
  sql`select set_account(${accountId}, ${slug ?? null}, ${signature ?? null})`.catch(() => {})
  return Object.freeze({ sql, accountId }) as TenantScope
}

/**
 * The same for somebody who has to be known: from here on the transaction knows who is at work, and cannot write where they only
 * look. In one statement with the naming, because a page takes little longer than that.
 *
 * @returns the scope, and who it is: rejected with PostgreSQL's RH002, as every later statement is, where the credential leads to
 * nobody here: unknown, ended, expired, or of somebody who is not active
 */
export function enterTenantScope ({ sql }: Transaction, accountId: AccountId, { slug, signature }: Naming, { kind, tokenHash }: Credential): { scope: TenantScope, caller: Promise<Caller> } {
  // What the second function is given depends on what the first gives back, so the account is named before anybody enters it.
  const entering = kind === 'session'
    ? sql<{ caller: Caller }>`select enter_session(${tokenHash} || set_account(${accountId}, ${slug ?? null}, ${signature ?? null})::text) as caller`
    : sql<{ caller: Caller }>`select enter_token(${tokenHash} || set_account(${accountId}, ${slug ?? null}, ${signature ?? null})::text) as caller`
  const caller = entering.then(([row]) => {
    if (row === undefined) throw new Error('whoever enters is somebody, or there is an error')
    return row.caller
  })
  caller.catch(() => {})
  return { scope: Object.freeze({ sql, accountId }) as TenantScope, caller }
}

/** Gives the scope of a transaction on the operator's own login. */
export function openOperatorScope (transaction: Transaction): OperatorScope {
  return Object.freeze({ sql: transaction.sql }) as OperatorScope
}
