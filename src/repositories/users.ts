import type { TenantScope } from '../tenancy/scope.ts'

export interface User {
  id: number
  email: string
  firstName: string
  lastName: string
  isActive: boolean
  joinedAt: Date
}

export interface NewUser {
  email: string
  firstName: string
  lastName: string
  /** As `hashPassword` makes it; it can be written and never read back by the role that serves tenants. */
  passwordHash: string
}

/** By e-mail address. */
export async function listUsers ({ sql, accountId }: TenantScope): Promise<User[]> {
  return await sql<User>`
    select id, email, first_name as "firstName", last_name as "lastName", is_active as "isActive", joined_at as "joinedAt"
    from app_user where account_id = ${accountId}
    order by lower(email)`
}

/** @throws PostgreSQL's 23505 when the address is taken in this account, in any letter case */
export async function createUser ({ sql, accountId }: TenantScope, user: NewUser): Promise<User> {
  const [created] = await sql<User>`
    insert into app_user (account_id, email, first_name, last_name, password_hash)
    values (${accountId}, ${user.email}, ${user.firstName}, ${user.lastName}, ${user.passwordHash})
    returning id, email, first_name as "firstName", last_name as "lastName", is_active as "isActive", joined_at as "joinedAt"`
  return created as User
}
