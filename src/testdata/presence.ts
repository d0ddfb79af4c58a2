import type pg from 'pg'
import type { TestDataOptions } from './options.ts'
import { TestDataError } from './session.ts'
import { tableNames, type Counts, type TableName } from './tables.ts'

/** What the accounts to be made would meet. */
export interface Presence {
  accounts: number
  /** Slugs that are to be made and exist already, in order. */
  clashes: string[]
  /** From this number on, no account is called `tenant-<number>`. */
  free: number
  /** Whether all there is was loaded as demonstration data and never touched since. */
  isUntouchedDemo: boolean
}

/** Where a comment disturbs nobody. */
const markedObject = 'account_id_seq'
const markPrefix = 'Demonstration data, replaced by the next test data while nobody has changed a row: '

interface Mark {
  /** Stands in the `xmin` of every row that no other transaction has written. */
  transaction: string
  rows: Counts
}

/** @param client a role that sees all rows */
export async function inspect (client: pg.Client, { first, accounts }: TestDataOptions): Promise<Presence> {
  const { rows: [total] } = await client.query<{ accounts: number, free: number }>(
    `select count(*)::integer as accounts,
       coalesce(max(substring(slug from '^tenant-(0|[1-9][0-9]{0,5})$')::integer) + 1, 0) as free
     from account`)
  const { rows: clashes } = await client.query<{ slug: string }>(
    `select account.slug
     from generate_series($1::integer, $2::integer) as number
     join account on account.slug = 'tenant-' || number
     order by number`, [first, first + accounts - 1])
  return {
    accounts: total?.accounts ?? 0,
    clashes: clashes.map(({ slug }) => slug),
    free: total?.free ?? 0,
    isUntouchedDemo: await isUntouchedDemo(client)
  }
}

/** Whether all there is was loaded as demonstration data and never touched since. @param client a role that sees all rows */
export async function isUntouchedDemo (client: pg.Client): Promise<boolean> {
  const mark = await readMark(client)
  if (mark === undefined) return false
  for (const name of tableNames) {
    // An update writes a new version of its row, and with it the number of its own transaction.
    const { rows: [found] } = await client.query<{ all: number, original: number }>(
      `select count(*)::integer as all, count(*) filter (where xmin = $1::xid)::integer as original from ${name}`, [mark.transaction])
    if (found?.all !== mark.rows[name] || found.original !== mark.rows[name]) return false
  }
  return true
}

async function readMark (client: pg.Client): Promise<Mark | undefined> {
  const { rows: [row] } = await client.query<{ comment: string | null }>(
    "select obj_description($1::regclass, 'pg_class') as comment", [markedObject])
  const comment = row?.comment
  if (typeof comment !== 'string' || !comment.startsWith(markPrefix)) return undefined
  try {
    return JSON.parse(comment.slice(markPrefix.length)) as Mark
  } catch {
    return undefined
  }
}

/** Remembers that this transaction has loaded all there is, as demonstration data. */
export async function markAsDemo (client: pg.Client, rows: Counts): Promise<void> {
  const { rows: [current] } = await client.query<{ transaction: string }>('select pg_current_xact_id()::xid::text as transaction')
  const mark: Mark = { transaction: current?.transaction ?? '', rows }
  await client.query(`comment on sequence ${markedObject} is ${client.escapeLiteral(markPrefix + JSON.stringify(mark))}`)
}

export async function clearMark (client: pg.Client): Promise<void> {
  await client.query(`comment on sequence ${markedObject} is null`)
}

/** The lowest id of each table that the data may start from: that of the rows they replace, or the next one free. */
export async function firstIds (client: pg.Client): Promise<Counts> {
  const ids = {} as Record<TableName, number>
  for (const name of tableNames) {
    const { rows: [row] } = await client.query<{ first: number }>(
      `select coalesce((select min(id) from ${name}), case when is_called then last_value + 1 else last_value end)::float8 as first from ${name}_id_seq`)
    ids[name] = row?.first ?? 1
  }
  return ids
}

/**
 * Of the accounts to be made, the first ones may be there: those beyond them can be made.
 *
 * @returns how many are there
 * @throws {TestDataError} where all of them are, or they are others than the first
 */
export function assertOnlyFirst (presence: Pick<Presence, 'clashes' | 'free'>, options: Pick<TestDataOptions, 'first' | 'accounts'>, anew?: string): number {
  const { clashes } = presence
  const areTheFirst = clashes.every((slug, index) => numberOf(slug) === options.first + index)
  if (!areTheFirst || clashes.length === options.accounts) throw accountsExist(presence, options, anew)
  return clashes.length
}

export function accountsExist ({ clashes, free }: Pick<Presence, 'clashes' | 'free'>, { accounts }: Pick<TestDataOptions, 'accounts'>,
  anew = 'empty the database first, with all that is in it: npx tsx bin/migrate.ts down --all --yes'): TestDataError {
  return new TestDataError(`${enumerate(clashes)} already (${clashes.length} of ${accounts}). Nothing was changed. ` +
    `To add others beside them, begin with one that is free: --first ${free}. To make them anew, ${anew}`)
}

function enumerate (slugs: readonly string[]): string {
  const [first = '', last = first] = [slugs[0], slugs.at(-1)]
  if (slugs.length === 1) return `${first} exists`
  if (slugs.length <= 3) return `${slugs.slice(0, -1).join(', ')} and ${last} exist`
  if (numberOf(last) - numberOf(first) === slugs.length - 1) return `${first} … ${last} exist`
  return `${slugs.slice(0, 3).join(', ')} and ${slugs.length - 3} more exist`
}

function numberOf (slug: string): number {
  return Number(slug.slice('tenant-'.length))
}
