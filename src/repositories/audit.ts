import type { TenantScope } from '../tenancy/scope.ts'
import { readSlice, type Slice, type SliceRequest } from './listing.ts'

/** What happened to an account. What begins with `account.` was done to it from outside, by whoever runs the service. */
export interface AuditEvent {
  /** Counts the account's events from 1. */
  id: number
  /** When, to the microsecond. */
  at: string
  actorKind: 'user' | 'token' | 'operator' | 'nobody' | 'service'
  actorId: number | null
  actor: string
  action: string
  details: Record<string, unknown>
  hash: string
}

/** Everything that is recorded but what `tenants` does, which records itself as `account.` and its name. */
export type Action =
  'sign-in' | 'sign-in.failed' | 'sign-in.guessing' | 'sign-out' | 'session.ended' | 'password.changed' | 'password.refused' |
  'user.added' | 'user.changed' | 'user.removed' | 'link.made' | 'link.used' |
  'account.renamed' | 'token.made' | 'token.revoked' | 'look.granted' | 'look.begun' | 'look.ended'

/**
 * Records what is done in this transaction, and through whom: it is there when the transaction has committed, and not otherwise.
 * Whatever else records in the same account waits for that, so it is best done last.
 */
export async function recordEvent (scope: TenantScope, action: Action, details: Record<string, unknown>): Promise<void> {
  await recordEvents(scope, action, [details])
}

/** The same of several, in their order. */
export async function recordEvents ({ sql }: TenantScope, action: Action, details: ReadonlyArray<Record<string, unknown>>): Promise<void> {
  await sql`
    select record_event(${action}, details::jsonb)
    from (select details from unnest(${details.map(each => JSON.stringify(each))}::text[]) with ordinality as given (details, place) order by place) as given`
}

/** The account's events, in the order of their ids. */
export async function listEvents ({ sql, accountId }: TenantScope, request: SliceRequest): Promise<Slice<AuditEvent>> {
  return await readSlice(request,
    async (position, order, limit) => await sql<AuditEvent>`
      select id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor_kind as "actorKind", actor_id as "actorId", actor, action, details, hash
      from audit_event where account_id = ${accountId} ${position} ${order} limit ${limit}`,
    async () => await sql<{ total: number }>`select count(*) as total from audit_event where account_id = ${accountId}`)
}

export interface Verification {
  events: number
  /** Of the last event: whoever has noted it can tell later whether anything before was changed or is gone. */
  lastId: number | null
  lastHash: string | null
  /** The first event that is not as it was recorded, or before which some are missing. */
  brokenAt: number | null
}

/** Computes all hashes of the account's events anew. */
export async function verifyEvents ({ sql, accountId }: TenantScope): Promise<Verification> {
  const [row] = await sql<Verification>`
    select count(*) as events, max(id) as "lastId", (array_agg(hash order by id desc))[1] as "lastHash", min(id) filter (where is_broken) as "brokenAt"
    from (
      select id, hash, (
        id is distinct from coalesce(lag(id) over (order by id), 0) + 1
        or hash is distinct from event_hash(coalesce(lag(hash) over (order by id), ''), account_id, id, at, actor_kind, actor_id, actor, action, details)
      ) as is_broken
      from audit_event where account_id = ${accountId}
    ) as checked`
  return row ?? { events: 0, lastId: null, lastHash: null, brokenAt: null }
}

/** @returns whether the event of this id has this hash, as somebody noted earlier */
export async function hasEvent ({ sql, accountId }: TenantScope, id: number, hash: string): Promise<boolean> {
  const [row] = await sql<{ id: number }>`select id from audit_event where account_id = ${accountId} and id = ${id} and hash = ${hash}`
  return row !== undefined
}

/** When passwords were guessed at last, within so many days. */
export async function lastGuessing ({ sql, accountId }: TenantScope, days: number): Promise<Date | undefined> {
  const [row] = await sql<{ at: Date | null }>`
    select max(at) as at from audit_event
    where account_id = ${accountId} and action = 'sign-in.guessing' and at > now() - make_interval(days => ${days})`
  return row?.at ?? undefined
}
