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

/** @returns those of the addresses whose people have not chosen a password yet */
export async function listWithoutPassword ({ sql }: TenantScope, emails: readonly string[]): Promise<Set<string>> {
  const found = await sql<{ email: string }>`select email from unnest(${emails}::text[]) as given (email) where password_parameters(email) is null`
  return new Set(found.map(({ email }) => email))
}

/**
 * Finds the active person with this address and this hash of a password. Until the transaction ends nobody changes that person:
 * who is deactivated, or gets another password, at the same moment is so before this or after what it is for.
 *
 * @returns the id
 */
export async function checkPassword ({ sql, accountId }: TenantScope, email: string, passwordHash: string): Promise<number | undefined> {
  // The lock first: the statement behind it sees what is there once the lock was had.
  const [, [row]] = await Promise.all([
    sql`select id from app_user where account_id = ${accountId} and lower(email) = lower(${email}) for no key update`,
    sql<{ id: number }>`select user_id as id from check_password(${email}, ${passwordHash})`
  ])
  return row?.id
}

/** Hashes the password of an address anew, as strongly as today, unless it is another one by now. */
export async function renewPasswordHash (scope: TenantScope, email: string, presentHash: string, renewedHash: string): Promise<void> {
  const { sql, accountId } = scope
  const userId = await checkPassword(scope, email, presentHash)
  if (userId !== undefined) await sql`update app_user set password_hash = ${renewedHash} where account_id = ${accountId} and id = ${userId}`
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

/** Records that somebody who is signed in did not know the password. */
export async function refusePassword (scope: TenantScope, { userId, email }: Pick<NewSession, 'userId' | 'email'>, address: string): Promise<void> {
  await actAs(scope, { kind: 'user', id: userId, name: email })
  await recordEvent(scope, 'password.refused', { address })
}

export interface NewSession {
  userId: number
  email: string
  /** As `hashOfSecret` makes it. */
  tokenHash: string
  /** What the browser calls itself, and where it is. */
  agent: string
  address: string
  /** The hash of the token that the browser brought: that session is left behind. */
  broughtHash: string | undefined
}

/** Nobody sits at more browsers than this: those that were not used for longest end. */
const mostSessions = 50

/** Signs somebody in, in place of whoever the browser was before, and clears away what has expired of theirs. */
export async function createSession (scope: TenantScope, { userId, email, tokenHash, agent, address, broughtHash }: NewSession): Promise<void> {
  const { sql, accountId } = scope
  const left = broughtHash === undefined ? undefined : await leaveSession(scope, broughtHash)
  await sql`
    delete from user_session
    where account_id = ${accountId} and user_id = ${userId} and (idle_until < now() or expires_at < now())`
  await sql`
    delete from user_session
    where account_id = ${accountId} and id in (
      select id from user_session where account_id = ${accountId} and user_id = ${userId} order by seen_at desc, id desc offset ${mostSessions - 1})`
  await sql`
    insert into user_session (account_id, user_id, token_hash, agent, idle_until, expires_at)
    values (${accountId}, ${userId}, ${tokenHash}, left(${agent}, 200), now() + make_interval(days => ${sessionDays.idle}), now() + make_interval(days => ${sessionDays.most}))`
  await actAs(scope, { kind: 'user', id: userId, name: email })
  if (left?.kind === 'operator') await recordEvent(scope, 'look.ended', { look: left.id })
  await recordEvent(scope, 'sign-in', { address, agent: agent.slice(0, 200), ...(left?.kind === 'user' ? { in_place_of: left.actor } : {}) })
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

/** Ends one of somebody's sessions. @returns whether there was one */
export async function endSession (scope: TenantScope, { userId, email }: Pick<NewSession, 'userId' | 'email'>, id: number): Promise<boolean> {
  const { sql, accountId } = scope
  const { count } = await sql`delete from user_session where account_id = ${accountId} and user_id = ${userId} and id = ${id}`
  if (count === 0) return false
  await actAs(scope, { kind: 'user', id: userId, name: email })
  await recordEvent(scope, 'session.ended', { session: id })
  return true
}

/** Ends all sessions of somebody but one. @returns how many there were */
export async function endOtherSessions (scope: TenantScope, { userId, email }: Pick<NewSession, 'userId' | 'email'>, id: number): Promise<number> {
  const { sql, accountId } = scope
  const { count } = await sql`delete from user_session where account_id = ${accountId} and user_id = ${userId} and id <> ${id}`
  await actAs(scope, { kind: 'user', id: userId, name: email })
  if (count > 0) await recordEvent(scope, 'session.ended', { sessions: count })
  return count
}

/** What a token leads to, of a session or of a look. */
export interface LeftSession {
  kind: 'user' | 'operator'
  id: number
  userId: number | null
  /** The person's address, or the operator's. */
  actor: string
}

/** Ends what a browser's token leads to, session or look, where it leads anywhere. @returns what that was */
export async function leaveSession ({ sql, accountId }: TenantScope, tokenHash: string): Promise<LeftSession | undefined> {
  const [found] = await sql<LeftSession>`select kind, session_id as id, user_id as "userId", actor from find_session(${tokenHash})`
  if (found === undefined) return undefined
  if (found.kind === 'user') await sql`delete from user_session where account_id = ${accountId} and id = ${found.id}`
  else await sql`delete from operator_look where account_id = ${accountId} and id = ${found.id}`
  return found
}

/** Signs out whoever a browser's token lets in. Of an operator's look it is the end. */
export async function signOut (scope: TenantScope, tokenHash: string): Promise<void> {
  const left = await leaveSession(scope, tokenHash)
  if (left === undefined) return
  await actAs(scope, { kind: left.kind, id: left.kind === 'user' ? left.userId : left.id, name: left.actor })
  await recordEvent(scope, left.kind === 'user' ? 'sign-out' : 'look.ended', left.kind === 'user' ? { session: left.id } : {})
}

/** Ends all sessions of somebody. */
export async function endSessionsOf ({ sql, accountId }: TenantScope, userId: number): Promise<void> {
  await sql`delete from user_session where account_id = ${accountId} and user_id = ${userId}`
}
