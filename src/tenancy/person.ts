import type { TenantScope } from './scope.ts'

/** What somebody may do in an account: an owner manages its people, too, a member works in it, a viewer looks. */
export type Role = 'owner' | 'member' | 'viewer'

/** Who is signed in. */
export interface Person {
  sessionId: number
  userId: number
  role: Role
  email: string
  firstName: string
  lastName: string
  /** Whether it is time to note that the session is in use. */
  isStale: boolean
}

/** How long a session lasts that nobody uses, and how long any: in days. */
export const sessionDays = { idle: 7, most: 30 } as const

/**
 * Goes on in a session of this account: from here on the transaction knows who is at work, and cannot write where that is a viewer.
 *
 * @throws PostgreSQL's RH002 where the token leads to nobody: unknown here, ended, expired, or of somebody who is not active
 */
export async function enterSession ({ sql }: TenantScope, tokenHash: string): Promise<Person> {
  const [person] = await sql<Person>`
    select session_id as "sessionId", user_id as "userId", role, email, first_name as "firstName", last_name as "lastName", is_stale as "isStale"
    from enter_session(${tokenHash})`
  if (person === undefined) throw new Error('enter_session gives one row, or an error')
  return person
}

/** Notes that a session is in use. */
export async function touchSession ({ sql, accountId }: TenantScope, id: number): Promise<void> {
  await sql`
    update user_session set seen_at = now(), idle_until = now() + make_interval(days => ${sessionDays.idle})
    where account_id = ${accountId} and id = ${id}`
}
