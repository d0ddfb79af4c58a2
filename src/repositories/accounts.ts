import type { TenantScope } from '../tenancy/scope.ts'

export interface Account {
  id: number
  slug: string
  name: string
  status: 'active' | 'suspended'
}

/** The scope's own account. */
export async function findAccount ({ sql, accountId }: TenantScope): Promise<Account | undefined> {
  const [account] = await sql<Account>`
    select id, slug, name, status from account where id = ${accountId}`
  return account
}
