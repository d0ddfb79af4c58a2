import { part, type TenantScope } from '../tenancy/scope.ts'
import { times, type Times } from './listing.ts'

export interface Account extends Times {
  id: number
  slug: string
  name: string
  status: 'active' | 'suspended'
}

const columns = part`id, slug, name, status, ${times}`

/** The scope's own account. */
export async function findAccount ({ sql, accountId }: TenantScope): Promise<Account | undefined> {
  const [account] = await sql<Account>`
    select ${columns} from account where id = ${accountId}`
  return account
}
