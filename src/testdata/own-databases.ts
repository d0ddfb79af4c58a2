import type pg from 'pg'
import { withClient } from '../database/admin.ts'
import type { Database, TenantDatabase } from '../database/database.ts'
import { makingDatabases, removeWithDatabase } from '../provisioning/accounts.ts'
import { withCatalogue, type Catalogue, type CatalogueEntry } from '../provisioning/catalogue.ts'
import type { LoadSteps } from './bulk.ts'
import { copyRows } from './copy.ts'
import type { AccountData, TestData } from './generator.ts'
import type { LoadResult } from './load.ts'
import type { TestDataOptions } from './options.ts'
import { assertOnlyFirst, isUntouchedDemo, markAsDemo, type Presence } from './presence.ts'
import { inTransaction } from './session.ts'
import { columns, tableNames } from './tables.ts'

/** Databases that are made at the same time. */
const jobs = 4

/** To look whether nobody has touched them takes a connection to each. */
const mostDemoDatabases = 100

export interface OwnDatabasesOptions extends LoadSteps {
  /** Make everything and keep nothing. */
  rollback?: boolean
  /** Mark the data as demonstration data, to be replaced while nobody has touched them. */
  asDemo?: boolean
}

/**
 * Makes a database for each account of the test data and fills it: the same rows, under the same ids, that all of them have
 * in one schema. All or nothing: the accounts open together in the end, and what a failed or interrupted run has made is taken away.
 *
 * Where the first of the accounts are there, only those beyond them are made.
 *
 * @returns what was made, and how many accounts of untouched demonstration data gave way
 * @throws {TestDataError} where all of the accounts exist, or some that are not the first
 * @throws the signal's reason once that is aborted
 */
export async function loadIntoOwnDatabases (database: Database, whole: TestData, { rollback = false, asDemo = false, signal, onProgress }: OwnDatabasesOptions): Promise<LoadResult> {
  return await withCatalogue(database, async catalogue => {
    const present = await catalogue.list()
    const replaced = whole.options.first === 0 && await areUntouchedDemo(database, present) ? present : []
    const alreadyThere = replaced.length > 0 ? 0 : assertOnlyFirst(presenceOf(present, whole.options), whole.options, 'delete them first, each with its database: npx tsx bin/tenants.ts --help')
    const data = whole.beyond(alreadyThere)
    if (!rollback) for (const { id, database: placement } of replaced) await removeWithDatabase(database, catalogue, id, placement)

    if (!rollback && present.length === replaced.length) await beginIdsAnew(database, catalogue, replaced)
    const ids = await catalogue.reserveIds(data.options.accounts)
    let [done, begun] = [0, 0]
    await makingDatabases(database, catalogue, async makeOne => {
      await inParallel(data.eachAccount(), async own => async account => {
        signal?.throwIfAborted()
        // A trial run gets past whoever has the names now.
        const slug = rollback ? `${account.slug}-on-trial` : account.slug
        await makeOne({ id: ids[begun++] ?? 0, slug, name: account.name }, async (fresh, id) => { await fill(fresh, id, account, { asDemo, signal }) }, own)
        done += tableNames.reduce((total, name) => total + account.counts[name], 0)
        onProgress?.({ phase: 'loading', done, total: data.total, subject: account.slug })
      })
    }, !rollback)
    return { made: data, present: alreadyThere, replaced: replaced.length }

    /** Each worker has a connection to the catalogue of its own. */
    async function inParallel (accounts: Iterator<AccountData>, worker: (own: Catalogue) => Promise<(account: AccountData) => Promise<void>>): Promise<void> {
      const failure = new AbortController()
      const work = async (): Promise<void> => {
        await withCatalogue(database, async own => {
          const make = await worker(own)
          for (let next = accounts.next(); next.done !== true && !failure.signal.aborted; next = accounts.next()) await make(next.value)
        }).catch((error: unknown) => { failure.abort(); throw error })
      }
      const outcomes = await Promise.allSettled(Array.from({ length: Math.min(jobs, data.options.accounts) }, work))
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    }
  })
}

/** Where there is no account, the first gets the id that those had who gave way, or else one that nobody ever had: the same data have the same ids. */
async function beginIdsAnew (database: Database, catalogue: Catalogue, replaced: CatalogueEntry[]): Promise<void> {
  const last = await catalogue.lastIdBeside(replaced.map(({ id }) => id))
  await withClient(database.login('loader'), async client => { await client.query("select setval('account_id_seq', $1::bigint, false)", [last + 1]) })
}

async function areUntouchedDemo (database: Database, entries: CatalogueEntry[]): Promise<boolean> {
  if (entries.length === 0 || entries.length > mostDemoDatabases) return false
  for (const { database: placement, status } of entries) {
    if (placement === undefined || status !== 'active') return false
    if (!await withClient(database.at(placement).login('loader'), isUntouchedDemo)) return false
  }
  return true
}

function presenceOf (entries: CatalogueEntry[], { first, accounts }: TestDataOptions): Pick<Presence, 'clashes' | 'free'> {
  const numbers = entries.flatMap(({ slug }) => numberOf(slug) ?? []).sort((a, b) => a - b)
  return {
    clashes: numbers.filter(number => number >= first && number < first + accounts).map(number => `tenant-${number}`),
    free: 1 + (numbers.at(-1) ?? -1)
  }
}

function numberOf (slug: string): number | undefined {
  const [, digits] = /^tenant-(0|[1-9]\d{0,5})$/.exec(slug) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** Streams one account's rows into a database that nobody knows yet. */
async function fill (own: TenantDatabase, id: number, account: AccountData, { asDemo, signal }: { asDemo: boolean, signal: AbortSignal | undefined }): Promise<void> {
  await inTransaction(own.login('owner'), { rollback: false, signal }, async client => {
    // COPY is refused to every role that row-level security filters, the owner among them while it is forced on it.
    for (const name of tableNames) await client.query(`alter table ${name} no force row level security`)
    for (const name of tableNames) {
      await copyRows(client, `copy ${name} (${columns[name].join(', ')}) from stdin`, account.rows(name, id), { signal })
      await restartIds(client, name)
    }
    for (const name of tableNames) await client.query(`alter table ${name} force row level security`)
    if (asDemo) await markAsDemo(client, account.counts)
    await client.query(`analyze ${tableNames.join(', ')}`)
  })
}

async function restartIds (client: pg.Client, table: string): Promise<void> {
  const { rows: [row] } = await client.query<{ next: string }>(`select coalesce(max(id), 0) + 1 as next from ${table}`)
  await client.query(`alter table ${table} alter column id restart with ${Number(row?.next ?? 1)}`)
}
