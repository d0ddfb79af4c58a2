import { actAs } from '../tenancy/caller.ts'
import type { TenantScope } from '../tenancy/scope.ts'
import { recordEvent } from './audit.ts'
import { manage } from './managing.ts'
import { leaveSession } from './sessions.ts'

export interface NewLook {
  reason: string
  /** Where the operator comes from. */
  actor: string
  codeHash: string
  minutes: number
}

/** What a look begins with. */
export interface BeginningLook {
  codeHash: string
  tokenHash: string
  address: string
  /** The hash of the token that the browser brought. */
  broughtHash: string | undefined
}

/** A look that goes on, for the owners to see. */
export interface Look {
  id: number
  reason: string
  actor: string
  createdAt: Date
  expiresAt: Date
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

/** Begins the look of a code, which is good once and for minutes, in place of whoever the browser was before. @returns when it ends; undefined where there is none */
export async function beginLook (scope: TenantScope, { codeHash, tokenHash, address, broughtHash }: BeginningLook): Promise<Date | undefined> {
  const { sql, accountId } = scope
  const find = async (): Promise<number | undefined> => (await sql<{ id: number }>`select look_id as id from find_look(${codeHash})`)[0]?.id
  const id = await find()
  if (id === undefined) return undefined
  // Of two who come at once, the second looks again when the first is done.
  await sql`select id from operator_look where account_id = ${accountId} and id = ${id} for update`
  if (await find() === undefined) return undefined
  const [look] = await sql<{ actor: string, expiresAt: Date, reason: string }>`
    update operator_look set token_hash = ${tokenHash} where account_id = ${accountId} and id = ${id}
    returning actor, expires_at as "expiresAt", reason`
  if (look === undefined) return undefined
  if (broughtHash !== undefined) await leaveSession(scope, broughtHash)
  await actAs(scope, { kind: 'operator', id, name: look.actor })
  await recordEvent(scope, 'look.begun', { reason: look.reason, address })
  return look.expiresAt
}

/** Looks that may go on, or begin: granted, and not over. */
export async function listLooks ({ sql, accountId }: TenantScope): Promise<Look[]> {
  return await sql<Look>`
    select id, reason, actor, created_at as "createdAt", expires_at as "expiresAt"
    from operator_look
    where account_id = ${accountId} and expires_at > now() and created_at > (select status_since from account where id = ${accountId})
    order by id`
}

/** Ends a look before its time: the account is its owners'. @returns whether there was one */
export async function endLook (scope: TenantScope, id: number): Promise<boolean> {
  const { sql, accountId } = scope
  await manage(scope)
  const { count } = await sql`delete from operator_look where account_id = ${accountId} and id = ${id}`
  if (count === 1) await recordEvent(scope, 'look.ended', { look: id })
  return count === 1
}
