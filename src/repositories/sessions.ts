import { sessionDays } from '../tenancy/person.ts'
import type { TenantScope } from '../tenancy/scope.ts'

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

/** Signs somebody in, and clears away what has expired of theirs. @param tokenHash as `hashToken` makes it */
export async function createSession ({ sql, accountId }: TenantScope, userId: number, tokenHash: string, agent: string): Promise<void> {
  await sql`
    delete from user_session
    where account_id = ${accountId} and user_id = ${userId} and (idle_until < now() or expires_at < now())`
  await sql`
    insert into user_session (account_id, user_id, token_hash, agent, idle_until, expires_at)
    values (${accountId}, ${userId}, ${tokenHash}, left(${agent}, 200), now() + make_interval(days => ${sessionDays.idle}), now() + make_interval(days => ${sessionDays.most}))`
}

/** Somebody's sessions that have not expired, the one used last first. */
export async function listSessions ({ sql, accountId }: TenantScope, userId: number): Promise<Session[]> {
  return await sql<Session>`
    select id, agent, created_at as "createdAt", seen_at as "seenAt"
    from user_session
    where account_id = ${accountId} and user_id = ${userId} and idle_until > now() and expires_at > now()
    order by seen_at desc, id desc`
}

/** Ends one of somebody's sessions. @returns whether there was one */
export async function endSession ({ sql, accountId }: TenantScope, userId: number, id: number): Promise<boolean> {
  const { count } = await sql`delete from user_session where account_id = ${accountId} and user_id = ${userId} and id = ${id}`
  return count === 1
}

/** Ends all sessions of somebody. */
export async function endSessionsOf ({ sql, accountId }: TenantScope, userId: number): Promise<void> {
  await sql`delete from user_session where account_id = ${accountId} and user_id = ${userId}`
}
