import type { TenantScope } from '../tenancy/scope.ts'
import { recordEvent } from './audit.ts'
import { manage } from './managing.ts'

/** What lets somebody choose a password, once. */
export interface EntryLink {
  id: number
  userId: number
  email: string
}

export interface NewEntryLink {
  userId: number
  /** Which owner makes it; null where access is open, and nobody is anybody. */
  madeBy: number | null
  tokenHash: string
  hours: number
}

/** Makes the link of an active user, in place of one that is there. @returns until when it is good; undefined when there is no such user */
export async function createEntryLink (scope: TenantScope, { userId, madeBy, tokenHash, hours }: NewEntryLink): Promise<{ email: string, expiresAt: Date } | undefined> {
  const { sql, accountId } = scope
  await manage(scope)
  const [user] = await sql<{ email: string }>`select email from app_user where account_id = ${accountId} and id = ${userId} and is_active for update`
  if (user === undefined) return undefined
  await sql`delete from entry_link where account_id = ${accountId} and user_id = ${userId}`
  const [link] = await sql<{ expiresAt: Date }>`
    insert into entry_link (account_id, user_id, made_by, token_hash, expires_at)
    values (${accountId}, ${userId}, ${madeBy}, ${tokenHash}, now() + make_interval(hours => ${hours})) returning expires_at as "expiresAt"`
  if (link === undefined) throw new Error('no link was made')
  await recordEvent(scope, 'link.made', { user_id: userId, email: user.email })
  return { email: user.email, expiresAt: link.expiresAt }
}

/** @returns whom it lets choose a password; undefined where it is unknown here, used, expired, or of somebody who is not active */
export async function findEntryLink ({ sql }: TenantScope, tokenHash: string): Promise<EntryLink | undefined> {
  const [link] = await sql<EntryLink>`select link_id as id, user_id as "userId", email from find_entry_link(${tokenHash})`
  return link
}

/** Uses a link up. @returns whether it was there still: somebody else may have been quicker */
export async function takeEntryLink (scope: TenantScope, { id, userId, email }: EntryLink): Promise<boolean> {
  const { sql, accountId } = scope
  const { count } = await sql`delete from entry_link where account_id = ${accountId} and id = ${id}`
  if (count === 1) await recordEvent(scope, 'link.used', { user_id: userId, email })
  return count === 1
}
