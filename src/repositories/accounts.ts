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

export interface AccountFilter {
  status?: string | undefined
  /** A part of the slug or of the name, in any letter case. */
  search?: string | undefined
}

/**
 * All accounts, by slug in place of their names unless it is said otherwise. Of 100,000 a search takes some 65 ms without an index of
 * its own.
 */
export async function listAccounts ({ sql }: OperatorScope, request: SliceRequest, { status, search, byName = false }: AccountFilter & { byName?: boolean } = {}): Promise<Slice<KnownAccount>> {
  // No pattern, so that no character of what was typed stands for others.
  const wanted = part`
    ${status === undefined ? always : part`and status = ${status}`}
    ${search === undefined ? always : part`and (strpos(slug, lower(${search}::text)) > 0 or strpos(lower(name), lower(${search}::text)) > 0)`}`
  return await readSlice(request,
    async (position, order, limit) => await sql<KnownAccount>`select ${known} from account where ${made} ${wanted} ${position} ${order} limit ${limit}`,
    async () => await sql<{ total: number }>`select count(*) as total from account where ${made} ${wanted}`,
    request.sort === 'name' && !byName ? orderBySlug : undefined)
}

export async function findAccountBySlug ({ sql }: OperatorScope, slug: string): Promise<KnownAccount | undefined> {
  const [account] = await sql<KnownAccount>`select ${known} from account where ${made} and slug = ${slug}`
  return account
}

/** A name that an account had before. */
export interface FormerSlug {
  slug: string
  /** Until when it leads to the present one; null where it does not. */
  redirectUntil: string | null
}

/** The names that an account had before, by name. */
export async function listFormerSlugs ({ sql }: OperatorScope, accountId: number): Promise<FormerSlug[]> {
  return await sql<FormerSlug>`
    select slug, case when redirect_until > now() then to_char(redirect_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end as "redirectUntil"
    from former_slug where account_id = ${accountId} order by slug limit ${mostToldOf}`
}

/** What was done to an account, and by whom. */
export interface AccountEvent {
  id: number
  at: string
  actor: string
  action: string
  /** What the account was called then. */
  slug: string
  details: Record<string, unknown>
}

/** What was done to an account lately, the last of it first. */
export async function listAccountEvents ({ sql }: OperatorScope, accountId: number): Promise<AccountEvent[]> {
  return await sql<AccountEvent>`
    select id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor, action, slug, details
    from account_event where account_id = ${accountId} order by id desc limit ${mostToldOf}`
}

/** Of what came to be in the course of time, a page tells so much. */
const mostToldOf = 50

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

/** Two accounts to try the walls with, those first whose rows are in the configured database. */
export async function findTwoAccounts ({ sql }: OperatorScope): Promise<Array<{ id: number, slug: string, hasOwnDatabase: boolean }>> {
  return await sql<{ id: number, slug: string, hasOwnDatabase: boolean }>`
    select id, slug, database is not null as "hasOwnDatabase" from account where status = 'active' order by database is not null, id limit 2`
}
