import { actAs, sessionDays } from '../tenancy/caller.ts'
import type { TenantScope } from '../tenancy/scope.ts'
import { recordEvent } from './audit.ts'

export interface Session {
  id: number
  /** What the browser calls itself. */
  agent: string
  createdAt: Date
  seenAt: Date
}

/** @returns how the password of an active person with this address is hashed, without the hash; undefined where there is none */
export async function findPasswordParameters ({ sql }: TenantScope, email: string): Promise<string | undefined> {
  const [row] = await sql<{ parameters: string | null }>`select password_parameters(${email}) as parameters`
  return row?.parameters ?? undefined
}

/** @returns the id of the active person with this address and this hash of a password */
export async function checkPassword ({ sql }: TenantScope, email: string, passwordHash: string): Promise<number | undefined> {
  const [row] = await sql<{ id: number }>`select user_id as id from check_password(${email}, ${passwordHash})`
  return row?.id
}

/** Hashes a password anew, as strongly as today. */
export async function renewPasswordHash ({ sql, accountId }: TenantScope, userId: number, passwordHash: string): Promise<void> {
  await sql`update app_user set password_hash = ${passwordHash} where account_id = ${accountId} and id = ${userId}`
}

/** Gives somebody a new password, and signs them out everywhere: whoever knew the old one is out with it. */
export async function changePassword (scope: TenantScope, { userId, email }: Pick<NewSession, 'userId' | 'email'>, passwordHash: string): Promise<void> {
  const { sql, accountId } = scope
  await sql`update app_user set password_hash = ${passwordHash} where account_id = ${accountId} and id = ${userId}`
  await sql`delete from entry_link where account_id = ${accountId} and user_id = ${userId}`
  await endSessionsOf(scope, userId)
  await actAs(scope, { kind: 'user', id: userId, name: email })
  await recordEvent(scope, 'password.changed', {})
}

export interface NewSession {
  userId: number
  email: string
  /** As `hashOfSecret` makes it. */
  tokenHash: string
  /** What the browser calls itself, and where it is. */
  agent: string
  address: string
}

/** Signs somebody in, and clears away what has expired of theirs. */
export async function createSession (scope: TenantScope, { userId, email, tokenHash, agent, address }: NewSession): Promise<void> {
  const { sql, accountId } = scope
  await sql`
    delete from user_session
    where account_id = ${accountId} and user_id = ${userId} and (idle_until < now() or expires_at < now())`
  await sql`
    insert into user_session (account_id, user_id, token_hash, agent, idle_until, expires_at)
    values (${accountId}, ${userId}, ${tokenHash}, left(${agent}, 200), now() + make_interval(days => ${sessionDays.idle}), now() + make_interval(days => ${sessionDays.most}))`
  await actAs(scope, { kind: 'user', id: userId, name: email })
  await recordEvent(scope, 'sign-in', { address, agent: agent.slice(0, 200) })
}

/** Somebody's sessions that have not expired, the one used last first. */
export async function listSessions ({ sql, accountId }: TenantScope, userId: number): Promise<Session[]> {
  return await sql<Session>`
    select id, agent, created_at as "createdAt", seen_at as "seenAt"
    from user_session
    where account_id = ${accountId} and user_id = ${userId} and idle_until > now() and expires_at > now()
      and created_at > (select status_since from account where id = ${accountId})
    order by seen_at desc, id desc`
}

/** Ends one of somebody's sessions. @param how whether they left, or ended one that is elsewhere @returns whether there was one */
export async function endSession (scope: TenantScope, { userId, email }: Pick<NewSession, 'userId' | 'email'>, id: number, how: 'sign-out' | 'session.ended'): Promise<boolean> {
  const { sql, accountId } = scope
  const { count } = await sql`delete from user_session where account_id = ${accountId} and user_id = ${userId} and id = ${id}`
  if (count === 0) return false
  await actAs(scope, { kind: 'user', id: userId, name: email })
  await recordEvent(scope, how, { session: id })
  return true
}

/** Ends all sessions of somebody. */
export async function endSessionsOf ({ sql, accountId }: TenantScope, userId: number): Promise<void> {
  await sql`delete from user_session where account_id = ${accountId} and user_id = ${userId}`
}
