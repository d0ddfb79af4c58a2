import type { TenantScope } from './scope.ts'

/** What somebody may do in an account: an owner manages its people, too, a member works in it, a viewer looks. */
export type Role = 'owner' | 'member' | 'viewer'

/** Who is signed in: one of the account's people, or the operator, who looks into it for a while. */
export interface Person {
  kind: 'user' | 'operator'
  /** Of the session, or of the operator's look. */
  sessionId: number
  /** Null for the operator. */
  userId: number | null
  /** The operator's is that of a viewer. */
  role: Role
  email: string
  firstName: string
  lastName: string
  /** Whether it is time to note that the session is in use. */
  isStale: boolean
  /** When the session ends, whoever uses it: as PostgreSQL writes times in JSON, in any time zone. */
  expiresAt: string
}

/** What got in with a token: a program of the account's. */
export interface Program {
  kind: 'program'
  tokenId: number
  name: string
  mayWrite: boolean
  isStale: boolean
}

/** Whoever a request of an account's comes from, where not everybody is let in. */
export type Caller = Person | Program

/** How long a session lasts that nobody uses, and how long any: in days. */
export const sessionDays = { idle: 7, most: 30 } as const

/** What somebody shows to get into an account: the hash of a session's token, or of a program's. */
export interface Credential {
  kind: 'session' | 'token'
  tokenHash: string
}

/** Notes that a session or a token is in use. The operator's look ends when its time is up, used or not. */
export async function touch ({ sql, accountId }: TenantScope, caller: Caller): Promise<void> {
  if (caller.kind === 'program') {
    await sql`update api_token set used_at = now() where account_id = ${accountId} and id = ${caller.tokenId}`
  } else if (caller.kind === 'user') {
    await sql`
      update user_session set seen_at = now(), idle_until = now() + make_interval(days => ${sessionDays.idle})
      where account_id = ${accountId} and id = ${caller.sessionId}`
  }
}

/**
 * Says who is at work where nobody was let in by a session or a token, but somebody is known: whoever has just proved to know a password.
 */
export async function actAs ({ sql }: TenantScope, { kind, id, name }: { kind: 'user' | 'operator', id: number | null, name: string }): Promise<void> {
  await sql`select act_as(${kind}, ${id}, ${name})`
}
