import { actAs } from '../tenancy/caller.ts'
import type { TenantScope } from '../tenancy/scope.ts'
import { recordEvent } from './audit.ts'

export interface NewLook {
  reason: string
  /** Where the operator comes from. */
  actor: string
  codeHash: string
  minutes: number
}

/** Lets the operator look into the account for a while, once the code has been shown there. */
export async function grantLook (scope: TenantScope, { reason, actor, codeHash, minutes }: NewLook): Promise<void> {
  const { sql, accountId } = scope
  await sql`delete from operator_look where account_id = ${accountId} and expires_at < now()`
  const [look] = await sql<{ id: number }>`
    insert into operator_look (account_id, reason, actor, code_hash, expires_at)
    values (${accountId}, ${reason}, ${actor}, ${codeHash}, now() + make_interval(mins => ${minutes})) returning id`
  await actAs(scope, { kind: 'operator', id: look?.id ?? null, name: actor })
  await recordEvent(scope, 'look.granted', { reason, minutes })
}

/** Begins the look of a code, which is good once and for minutes. @returns when it ends; undefined where there is none */
export async function beginLook (scope: TenantScope, codeHash: string, tokenHash: string): Promise<Date | undefined> {
  const { sql, accountId } = scope
  const [found] = await sql<{ id: number }>`select look_id as id from find_look(${codeHash})`
  if (found === undefined) return undefined
  const [look] = await sql<{ actor: string, expiresAt: Date, reason: string }>`
    update operator_look set token_hash = ${tokenHash} where account_id = ${accountId} and id = ${found.id}
    returning actor, expires_at as "expiresAt", reason`
  if (look === undefined) return undefined
  await actAs(scope, { kind: 'operator', id: found.id, name: look.actor })
  await recordEvent(scope, 'look.begun', { reason: look.reason })
  return look.expiresAt
}

/** Ends a look before its time. */
export async function endLook (scope: TenantScope, id: number, actor: string): Promise<void> {
  const { sql, accountId } = scope
  await sql`delete from operator_look where account_id = ${accountId} and id = ${id}`
  await actAs(scope, { kind: 'operator', id, name: actor })
  await recordEvent(scope, 'look.ended', {})
}
