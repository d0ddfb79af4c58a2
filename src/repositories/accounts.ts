import type { KnownAccount } from '../tenancy/administration.ts'
import { part, type OperatorScope, type TenantScope } from '../tenancy/scope.ts'
import { always, orderBySlug, readSlice, times, type Slice, type SliceRequest, type Times } from './listing.ts'

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

const known = part`id, slug, name, status, status_reason as "statusReason", database is not null as "hasOwnDatabase",
  to_char(status_since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "statusSince", ${times}`
/** Half-made ones are nobody's yet. */
const made = part`status <> 'creating'`

/** All accounts, by slug in place of their names. */
export async function listAccounts ({ sql }: OperatorScope, request: SliceRequest, { status }: { status?: string | undefined } = {}): Promise<Slice<KnownAccount>> {
  const wanted = status === undefined ? always : part`and status = ${status}`
  return await readSlice(request,
    async (position, order, limit) => await sql<KnownAccount>`select ${known} from account where ${made} ${wanted} ${position} ${order} limit ${limit}`,
    async () => await sql<{ total: number }>`select count(*) as total from account where ${made} ${wanted}`,
    request.sort === 'name' ? orderBySlug : undefined)
}

export async function findAccountBySlug ({ sql }: OperatorScope, slug: string): Promise<KnownAccount | undefined> {
  const [account] = await sql<KnownAccount>`select ${known} from account where ${made} and slug = ${slug}`
  return account
}

/** The accounts that a listing over all of them does not include, because each has a database of its own. */
export interface AccountsElsewhere {
  count: number
  /** Of the first {@link namedElsewhere}. */
  slugs: string[]
}

const namedElsewhere = 20

/** The accounts that no list over all accounts includes: each has a database of its own. */
export async function findAccountsElsewhere ({ sql }: OperatorScope): Promise<AccountsElsewhere> {
  const rows = await sql<{ slug: string, count: number }>`
    select slug, count(*) over () as count from account
    where database is not null and status in ('active', 'suspended') order by slug limit ${namedElsewhere}`
  return { count: rows[0]?.count ?? 0, slugs: rows.map(({ slug }) => slug) }
}
