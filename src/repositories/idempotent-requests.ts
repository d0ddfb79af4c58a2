import type { TenantScope } from '../tenancy/scope.ts'

/** The answer to a request that may be sent twice, under the key that its client gave it. */
export interface IdempotentRequest {
  key: string
  /** Tells the request apart from another one that was given the same key. */
  fingerprint: string
  status: number
  headers: Record<string, string>
  body: string
}

/**
 * Waits for nobody: whether no other transaction is at work on a request of this key.
 *
 * In the space of locks of two numbers, which nothing else uses, and with the account as one of them: a key is whatever its
 * client makes up, and could be made up so that its hash is the number of another lock.
 */
export async function lockKey ({ sql, accountId }: TenantScope, key: string): Promise<boolean> {
  const [row] = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock((${accountId}::bigint % 2147483647)::integer, hashtext(${key}::text)) as locked`
  return row?.locked === true
}

/** What was answered within a day. */
export async function findAnswer ({ sql, accountId }: TenantScope, key: string): Promise<IdempotentRequest | undefined> {
  const [row] = await sql<Omit<IdempotentRequest, 'headers'> & { headers: string }>`
    select key, fingerprint, status, headers, body from idempotent_request
    where account_id = ${accountId} and key = ${key} and created_at > now() - interval '1 day'`
  return row === undefined ? undefined : { ...row, headers: JSON.parse(row.headers) as Record<string, string> }
}

/** Keeps an answer, and lets some go that are more than a day old. */
export async function keepAnswer ({ sql, accountId }: TenantScope, { key, fingerprint, status, headers, body }: IdempotentRequest): Promise<void> {
  await Promise.all([
    sql`
      delete from idempotent_request
      where account_id = ${accountId} and (key = ${key} or id in (
        select id from idempotent_request
        where account_id = ${accountId} and created_at < now() - interval '1 day' order by created_at limit 20))`,
    sql`
      insert into idempotent_request (account_id, key, fingerprint, status, headers, body)
      values (${accountId}, ${key}, ${fingerprint}, ${status}, ${JSON.stringify(headers)}, ${body})`
  ])
}
