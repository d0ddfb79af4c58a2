import { part, type TenantScope } from '../tenancy/scope.ts'
import { recordEvent } from './audit.ts'
import { manage } from './managing.ts'
import { readSlice, times, type Slice, type SliceRequest, type Times } from './listing.ts'

/** What lets a program into the account; the token itself is known to whoever made it. */
export interface Token extends Times {
  id: number
  name: string
  mayWrite: boolean
  /** Its last letters. */
  ending: string
  /** The address of whoever made it. */
  madeBy: string
  expiresAt: string
  usedAt: string | null
}

export interface NewToken {
  name: string
  mayWrite: boolean
  tokenHash: string
  ending: string
  madeBy: string
  days: number
}

const columns = part`id, name, may_write as "mayWrite", ending, made_by as "madeBy", ${times},
  to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "expiresAt",
  to_char(used_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "usedAt"`

export async function listTokens ({ sql, accountId }: TenantScope, request: SliceRequest): Promise<Slice<Token>> {
  return await readSlice(request,
    async (position, order, limit) => await sql<Token>`
      select ${columns} from api_token where account_id = ${accountId} ${position} ${order} limit ${limit}`,
    async () => await sql<{ total: number }>`select count(*) as total from api_token where account_id = ${accountId}`)
}

export async function findToken ({ sql, accountId }: TenantScope, id: number): Promise<Token | undefined> {
  const [token] = await sql<Token>`select ${columns} from api_token where account_id = ${accountId} and id = ${id}`
  return token
}

/** @param token with the hash of what is known to nobody but its maker */
export async function createToken (scope: TenantScope, { name, mayWrite, tokenHash, ending, madeBy, days }: NewToken): Promise<Token> {
  const { sql, accountId } = scope
  await manage(scope)
  const [token] = await sql<Token>`
    insert into api_token (account_id, name, may_write, token_hash, ending, made_by, expires_at)
    values (${accountId}, ${name}, ${mayWrite}, ${tokenHash}, ${ending}, ${madeBy}, now() + make_interval(days => ${days}))
    returning ${columns}`
  if (token === undefined) throw new Error('no token was made')
  await recordEvent(scope, 'token.made', { id: token.id, name, may_write: mayWrite, expires_at: token.expiresAt })
  return token
}

/** From now on nobody gets in with it. @returns whether there was one */
export async function revokeToken (scope: TenantScope, id: number): Promise<boolean> {
  const { sql, accountId } = scope
  await manage(scope)
  const [token] = await sql<{ name: string }>`delete from api_token where account_id = ${accountId} and id = ${id} returning name`
  if (token !== undefined) await recordEvent(scope, 'token.revoked', { id, name: token.name })
  return token !== undefined
}
