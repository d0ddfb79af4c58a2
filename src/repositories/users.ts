import { part, type OperatorScope, type TenantScope } from '../tenancy/scope.ts'
import type { Role } from '../tenancy/person.ts'
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

/** Finds a user and keeps others from changing it until the transaction ends. */
export async function lockUser ({ sql, accountId }: TenantScope, id: number): Promise<User | undefined> {
  const [user] = await sql<User>`
    select ${columns} from app_user where account_id = ${accountId} and id = ${id} for update`
  return user
}

/** Adds users who have no password yet, all or none, and gives them in their order. @throws PostgreSQL's 23505 when an address is taken in this account, in any letter case */
export async function createUsers ({ sql, accountId }: TenantScope, users: readonly NewUser[]): Promise<User[]> {
  return await sql<User>`
    insert into app_user (account_id, email, first_name, last_name, is_active, role, password_hash)
    select ${accountId}, email, first_name, last_name, is_active, role, ${noPassword}
    from unnest(
      ${users.map(({ email }) => email)}::text[], ${users.map(({ firstName }) => firstName)}::text[],
      ${users.map(({ lastName }) => lastName)}::text[], ${users.map(({ isActive }) => String(isActive))}::text[]::boolean[],
      ${users.map(({ role }) => role)}::text[]
    ) with ordinality as given (email, first_name, last_name, is_active, role, place)
    order by place
    returning ${columns}`
}

/** Changes what is given; who is deactivated, or gets another role, is signed out. @returns undefined when there is no such user. @throws PostgreSQL's 23505 when the address is taken in this account */
export async function updateUser (scope: TenantScope, id: number, change: Partial<NewUser>): Promise<User | undefined> {
  const { sql, accountId } = scope
  const [updated] = await sql<User>`
    update app_user
    set email = coalesce(${change.email ?? null}::text, email), first_name = coalesce(${change.firstName ?? null}::text, first_name),
      last_name = coalesce(${change.lastName ?? null}::text, last_name), is_active = coalesce(${change.isActive ?? null}::boolean, is_active), role = coalesce(${change.role ?? null}::text, role),
      updated_at = case
        when (coalesce(${change.email ?? null}::text, email), coalesce(${change.firstName ?? null}::text, first_name), coalesce(${change.lastName ?? null}::text, last_name), coalesce(${change.isActive ?? null}::boolean, is_active), coalesce(${change.role ?? null}::text, role))
          is distinct from (email, first_name, last_name, is_active, role) then now() else updated_at end
    where account_id = ${accountId} and id = ${id}
    returning ${columns}`
  // Whoever is let in again signs in again; and what somebody may do by now is not what an old session was made for.
  if (updated !== undefined && (change.isActive === false || change.role !== undefined)) await endSessionsOf(scope, id)
  return updated
}

/** @returns whether there was one */
export async function deleteUser ({ sql, accountId }: TenantScope, id: number): Promise<boolean> {
  const { count } = await sql`delete from app_user where account_id = ${accountId} and id = ${id}`
  return count === 1
}

/** Those of the addresses that somebody in this account has, in lower case. @param exceptId somebody who does not count */
export async function findTakenAddresses ({ sql, accountId }: TenantScope, emails: readonly string[], exceptId = 0): Promise<Set<string>> {
  const found = await sql<{ email: string }>`
    select lower(email) as email from app_user
    where account_id = ${accountId} and id <> ${exceptId} and lower(email) = any (select lower(given) from unnest(${emails}::text[]) as given)`
  return new Set(found.map(({ email }) => email))
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
