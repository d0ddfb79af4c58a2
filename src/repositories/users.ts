import type { Role } from '../tenancy/caller.ts'
import { part, type OperatorScope, type TenantScope } from '../tenancy/scope.ts'
import { recordEvent, recordEvents } from './audit.ts'
import { manage } from './managing.ts'
import { endSessionsOf } from './sessions.ts'
import { accountColumns, timesOf, orderByEmail, ofServedAccounts, orderByAccount, readSlice, times, type Slice, type SliceRequest, type Times, type WithAccount } from './listing.ts'

export interface User extends Times {
  id: number
  email: string
  firstName: string
  lastName: string
  isActive: boolean
  role: Role
}

export type NewUser = Pick<User, 'email' | 'firstName' | 'lastName' | 'isActive' | 'role'>

/** Nobody's password: no hash has this form. */
const noPassword = '!'

const columns = part`id, email, first_name as "firstName", last_name as "lastName", is_active as "isActive", role, ${times}`

/** By e-mail address instead of by name. */
export async function listUsers ({ sql, accountId }: TenantScope, request: SliceRequest): Promise<Slice<User>> {
  return await readSlice(request,
    async (position, order, limit) => await sql<User>`
      select ${columns} from app_user where account_id = ${accountId} ${position} ${order} limit ${limit}`,
    async () => await sql<{ total: number }>`select count(*) as total from app_user where account_id = ${accountId}`,
    request.sort === 'name' ? orderByEmail : undefined)
}

export async function findUser ({ sql, accountId }: TenantScope, id: number): Promise<User | undefined> {
  const [user] = await sql<User>`
    select ${columns} from app_user where account_id = ${accountId} and id = ${id}`
  return user
}

/** Finds a user and keeps others from changing it until the transaction ends. @throws PostgreSQL's RH004 as `manage` */
export async function lockUser (scope: TenantScope, id: number): Promise<User | undefined> {
  const { sql, accountId } = scope
  await manage(scope)
  const [user] = await sql<User>`
    select ${columns} from app_user where account_id = ${accountId} and id = ${id} for update`
  return user
}

/** Adds users who have no password yet, all or none, and gives them in their order. @throws PostgreSQL's 23505 when an address is taken in this account, in any letter case */
export async function createUsers (scope: TenantScope, users: readonly NewUser[]): Promise<User[]> {
  const { sql, accountId } = scope
  await manage(scope)
  const created = await sql<User>`
    insert into app_user (account_id, email, first_name, last_name, is_active, role, password_hash)
    select ${accountId}, email, first_name, last_name, is_active, role, ${noPassword}
    from unnest(
      ${users.map(({ email }) => email)}::text[], ${users.map(({ firstName }) => firstName)}::text[],
      ${users.map(({ lastName }) => lastName)}::text[], ${users.map(({ isActive }) => String(isActive))}::text[]::boolean[],
      ${users.map(({ role }) => role)}::text[]
    ) with ordinality as given (email, first_name, last_name, is_active, role, place)
    order by place
    returning ${columns}`
  await recordEvents(scope, 'user.added', created.map(({ id, email, role }) => ({ id, email, role })))
  return created
}

/**
 * Changes what is given; who is deactivated, or gets another role, is signed out.
 *
 * @returns undefined when there is no such user
 * @throws PostgreSQL's 23505 when the address is taken in this account, its RH003 at the last owner
 */
export async function updateUser (scope: TenantScope, id: number, change: Partial<NewUser>): Promise<User | undefined> {
  const { sql, accountId } = scope
  const present = await lockUser(scope, id)
  if (present === undefined) return undefined
  const changed = changeableFields.filter(field => change[field] !== undefined && change[field] !== present[field])
  if (changed.length === 0) return present
  const { email, firstName, lastName, isActive, role } = { ...present, ...change }
  const losesRights = present.isActive && (!isActive || role !== present.role)
  if (losesRights) await keepAnOwner(scope, id)
  const [updated] = await sql<User>`
    update app_user
    set email = ${email}, first_name = ${firstName}, last_name = ${lastName}, is_active = ${isActive}, role = ${role}, updated_at = now()
    where account_id = ${accountId} and id = ${id}
    returning ${columns}`
  // Whoever is let in again signs in again; and what somebody may do by now is not what an old session was made for.
  if (losesRights) await endSessionsOf(scope, id)
  // A link leads to a password for who somebody was, wherever it was sent.
  // And those that somebody made who may not do so any more are nobody's.
  if (losesRights || email !== present.email) await sql`delete from entry_link where account_id = ${accountId} and (user_id = ${id} or (made_by = ${id} and ${losesRights}))`
  await recordEvent(scope, 'user.changed', { id, email: present.email, changes: Object.fromEntries(changed.map(field => [columnOf[field], { from: present[field], to: change[field] }])) })
  return updated
}

const columnOf = { email: 'email', firstName: 'first_name', lastName: 'last_name', isActive: 'is_active', role: 'role' } as const
const changeableFields = Object.keys(columnOf) as Array<keyof NewUser>

/** Before somebody stops being an owner. @throws PostgreSQL's RH003 where nobody else is one */
async function keepAnOwner ({ sql }: TenantScope, leaving: number): Promise<void> {
  await sql`select keep_an_owner(${leaving})`
}

/** @returns whether there was one @throws PostgreSQL's RH003 at the last owner */
export async function deleteUser (scope: TenantScope, id: number): Promise<boolean> {
  const { sql, accountId } = scope
  await manage(scope)
  await keepAnOwner(scope, id)
  const [removed] = await sql<{ email: string }>`delete from app_user where account_id = ${accountId} and id = ${id} returning email`
  if (removed !== undefined) await recordEvent(scope, 'user.removed', { id, email: removed.email })
  return removed !== undefined
}

/** Those of the addresses that somebody in this account has, in lower case. @param exceptId somebody who does not count */
export async function findTakenAddresses ({ sql, accountId }: TenantScope, emails: readonly string[], exceptId = 0): Promise<Set<string>> {
  const found = await sql<{ email: string }>`
    select lower(email) as email from app_user
    where account_id = ${accountId} and id <> ${exceptId} and lower(email) = any (select lower(given) from unnest(${emails}::text[]) as given)`
  return new Set(found.map(({ email }) => email))
}

/** The addresses of some of the owners who are active. */
export async function listOwnerAddresses ({ sql, accountId }: TenantScope): Promise<string[]> {
  const owners = await sql<{ email: string }>`
    select email from app_user where account_id = ${accountId} and role = 'owner' and is_active order by id limit 20`
  return owners.map(({ email }) => email)
}

/** Those of all accounts in this database, account by account. */
export async function sliceUsersOfAllAccounts ({ sql }: OperatorScope, request: SliceRequest): Promise<Slice<User & WithAccount>> {
  return await readSlice(request,
    async (position, order, limit) => await sql<User & WithAccount>`
      select listed.id, listed.email, listed.first_name as "firstName", listed.last_name as "lastName", listed.is_active as "isActive", listed.role, ${timesOf}, ${accountColumns}
      from app_user as listed join account as owner on owner.id = listed.account_id
      where ${ofServedAccounts} ${position} ${order} limit ${limit}`,
    async () => await sql<{ total: number }>`select count(*) as total from app_user as listed where ${ofServedAccounts}`,
    orderByAccount)
}
