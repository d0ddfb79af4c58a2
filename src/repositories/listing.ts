import { part, type SqlPart } from '../tenancy/scope.ts'

/** The orders that a listing can be asked for in; ties are broken by id. */
export type SortKey = 'name' | 'id' | 'created'

/** Where a listing goes on: the row that was seen last, or first, by what it is sorted by. */
export interface Position {
  /** Its name, or when it was made; the same as the id where that is what counts. */
  value: string | number
  id: number
}

export interface SliceRequest {
  sort: SortKey
  descending: boolean
  /** Rows at most, 1 to {@link largestSlice}. */
  limit: number
  /** The rows after this one, or before it; left out, from the beginning. */
  from?: { position: Position, backwards: boolean } | undefined
  /** Count all rows of the listing as well. */
  count: boolean
}

/** A part of a listing, in its order, with what is known of its neighbourhood. */
export interface Slice<Row> {
  rows: Row[]
  hasNext: boolean
  hasPrevious: boolean
  /** Undefined where it was not asked for. */
  total: number | undefined
}

export const largestSlice = 200

/** Bytes of details that a slice is given up after, so that long ones keep neither the server nor its memory to themselves. */
export const largestDetails = 1_000_000

/** How the rows of a table are told apart and ordered; each order has an index that begins with the account. */
export interface Order {
  forwards: SqlPart
  backwards: SqlPart
  after: (position: Position) => SqlPart
  before: (position: Position) => SqlPart
}

const orders: Readonly<Record<SortKey, Order>> = {
  name: {
    forwards: part`order by name, id`,
    backwards: part`order by name desc, id desc`,
    after: ({ value, id }) => part`and (name, id) > (${value}::text, ${id}::bigint)`,
    before: ({ value, id }) => part`and (name, id) < (${value}::text, ${id}::bigint)`
  },
  id: {
    forwards: part`order by id`,
    backwards: part`order by id desc`,
    after: ({ id }) => part`and id > ${id}::bigint`,
    before: ({ id }) => part`and id < ${id}::bigint`
  },
  // As text, because the driver cuts timestamps to milliseconds.
  created: {
    forwards: part`order by created_at, id`,
    backwards: part`order by created_at desc, id desc`,
    after: ({ value, id }) => part`and (created_at, id) > (${value}::text::timestamptz, ${id}::bigint)`,
    before: ({ value, id }) => part`and (created_at, id) < (${value}::text::timestamptz, ${id}::bigint)`
  }
}

/** People are listed by their addresses. */
export const orderByEmail: Order = {
  forwards: part`order by lower(email), id`,
  backwards: part`order by lower(email) desc, id desc`,
  after: ({ value, id }) => part`and (lower(email), id) > (lower(${value}::text), ${id}::bigint)`,
  before: ({ value, id }) => part`and (lower(email), id) < (lower(${value}::text), ${id}::bigint)`
}

/** Accounts are listed by their slugs. */
export const orderBySlug: Order = {
  forwards: part`order by slug, id`,
  backwards: part`order by slug desc, id desc`,
  after: ({ value, id }) => part`and (slug, id) > (${value}::text, ${id}::bigint)`,
  before: ({ value, id }) => part`and (slug, id) < (${value}::text, ${id}::bigint)`
}

/**
 * The rows of a select in their order, up to where their details come to more than {@link largestDetails}; the first one in any
 * case. Each says how many rows the select has `found`. To be selected from, as `listed`.
 */
export function withinBounds (rows: SqlPart, columns: SqlPart, order: SqlPart): SqlPart {
  return part`(
    select ${columns}, found from (
      select ${columns}, count(*) over () as found,
        sum(octet_length(details)) over (${order} rows unbounded preceding) - octet_length(details) as bytes_before
      from (${rows}) as listed
    ) as listed where bytes_before < ${largestDetails}
  ) as listed`
}

/** What joins words parts them in a search, as in what is searched (`search_terms`, in migrations/). */
const joints = /[-/.@:_+~%?=&#<>\\]+/g

/**
 * What was typed, as PostgreSQL reads searches, word by word: https://www.postgresql.org/docs/current/textsearch-controls.html
 * More minus signs in a row than anybody means would be more negations than it takes.
 */
export function searched (typed: string): string {
  const pieces = typed.split('"')
  return pieces.map((piece, index) => {
    if (index % 2 === 1) return piece.replace(joints, ' ')
    const words = piece.split(/\s+/).map(searchedWord).filter(word => word !== '')
    // Before a phrase that is not to be there.
    const negates = /[\p{L}\p{N}]/u.test(pieces[index + 1] ?? '') && /(^|\s)-+$/.test(piece)
    return ` ${[...words, ...(negates ? ['-'] : [])].join(' ')}`
  }).map((piece, index) => index === 0 ? piece : `"${piece}`).join('')
}

function searchedWord (typed: string): string {
  const words = typed.replace(joints, ' ').trim()
  if (!/[\p{L}\p{N}]/u.test(words)) return ''
  // What was joined stands together.
  return (typed.startsWith('-') ? '-' : '') + (words.includes(' ') ? `"${words}"` : words)
}

/** A condition that always holds, where a statement leaves one out. */
export const always = part``

/**
 * Reads a slice of a listing: the row beyond its end tells whether there is more, and the way back is read in the opposite
 * order. Both statements are sent at once.
 *
 * @param select sends the select of the listing with this condition on the position, this order and this limit
 * @param count sends its `select count(*) as total`
 */
export async function readSlice<Row extends object> (
  { sort, descending, limit, from, count: counts }: SliceRequest,
  select: (position: SqlPart, order: SqlPart, limit: number) => Promise<Array<Row & { found?: number }>>,
  count: () => Promise<Array<{ total: number }>>,
  order: Order = orders[sort]
): Promise<Slice<Row>> {
  if (limit < 1 || limit > largestSlice) throw new RangeError(`a slice has 1 to ${largestSlice} rows, not ${limit}`)
  const isBackwards = from?.backwards === true
  const isUpwards = descending === isBackwards
  const position = from === undefined ? always : isUpwards ? order.after(from.position) : order.before(from.position)
  const [found, counted] = await Promise.all([
    select(position, isUpwards ? order.forwards : order.backwards, limit + 1),
    counts ? count() : undefined
  ])
  const hasMore = found.length > limit || (found[0]?.found ?? 0) > found.length
  const rows = found.slice(0, limit).map(({ found: _, ...row }) => row as unknown as Row)
  return {
    rows: isBackwards ? rows.reverse() : rows,
    // Whoever goes back comes from a row that follows.
    hasNext: isBackwards || hasMore,
    hasPrevious: isBackwards ? hasMore : from !== undefined,
    total: counted?.[0]?.total
  }
}

/** A row with the account that it belongs to, for whoever sees those of several. */
export interface WithAccount {
  accountId: number
  accountSlug: string
  accountName: string
}

/** Rows of all accounts come account by account. */
export const orderByAccount: Order = {
  forwards: part`order by listed.account_id, listed.id`,
  backwards: part`order by listed.account_id desc, listed.id desc`,
  after: ({ value, id }) => part`and (listed.account_id, listed.id) > (${value}::bigint, ${id}::bigint)`,
  before: ({ value, id }) => part`and (listed.account_id, listed.id) < (${value}::bigint, ${id}::bigint)`
}

/** What an account that moved to a database of its own has left behind is out of date. */
export const ofServedAccounts = part`listed.account_id not in (select account.id from account where account.database is not null)`
export const accountColumns = part`owner.id as "accountId", owner.slug as "accountSlug", owner.name as "accountName"`

/** When rows were made and changed, to the microsecond: what an earlier answer is compared by. */
export interface Times {
  createdAt: string
  updatedAt: string
}

export const times = part`
  to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "createdAt",
  to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "updatedAt"`

/** The same, of a table that is called `listed`. */
export const timesOf = part`
  to_char(listed.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "createdAt",
  to_char(listed.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "updatedAt"`
