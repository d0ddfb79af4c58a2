import pg from 'pg'
import type { Database } from '../database/database.ts'
import { hasCode, withClient } from '../database/admin.ts'
import { removeAbandoned } from '../provisioning/accounts.ts'
import { withCatalogue } from '../provisioning/catalogue.ts'
import { loadBeside } from './beside.ts'
import { loadInBulk, type LoadSteps } from './bulk.ts'
import type { TestData } from './generator.ts'
import { completeOptions, type TestDataOptions } from './options.ts'
import { loadIntoOwnDatabases } from './own-databases.ts'
import { accountsExist, assertOnlyFirst, inspect, type Presence } from './presence.ts'
import { inTransaction, TestDataError } from './session.ts'
import type { StrategyName } from '../tenancy/strategy.ts'

export { TestDataError }

export interface LoadOptions extends LoadSteps {
  /** Where new accounts go; by default into the shared schema. */
  tenancy?: StrategyName
  /** Make everything and keep nothing. */
  rollback?: boolean
  /** Called when another loader has to finish first. */
  onWait?: () => void
}

export interface LoadResult {
  /** What was made: of the data that were asked for, those of accounts that were not there yet. */
  made: TestData
  /** How many of the accounts that were asked for were there already, and were left as they are. */
  present: number
  /** How many accounts of untouched demonstration data gave way. */
  replaced: number
}

const loaderLock = 7_697_685_318
const attempts = 5

/**
 * Makes test data, in one transaction: an interrupted or failed run leaves nothing at all.
 *
 * An empty database is filled in bulk, which keeps requests waiting until it is done; so is one that holds nothing but
 * demonstration data that nobody has touched, which give way. Beside other accounts the new ones are added more slowly and
 * without anybody noticing.
 *
 * @throws {OptionError} for options that cannot be met
 * @throws {TestDataError} where accounts of the same slugs exist, or the database is in the way otherwise
 * @throws the signal's reason once that is aborted
 */
export async function load (database: Database, options: Partial<TestDataOptions>, how: LoadOptions = {}): Promise<LoadResult> {
  return await loadData(database, await prepare(completeOptions(options)), how)
}

/** Brings in faker, which a server that only looks whether there is anything to load does without. */
async function prepare (options: TestDataOptions): Promise<TestData> {
  const { prepareTestData } = await import('./generator.ts')
  return await prepareTestData(options)
}

/**
 * As {@link load}, with data that are prepared already. Where the first of the accounts are there, only those beyond them are
 * made.
 */
export async function loadData (database: Database, data: TestData, how: LoadOptions = {}): Promise<LoadResult> {
  return await takingTurns(database, how, async () => {
    await withCatalogue(database, async catalogue => await removeAbandoned(database, catalogue))
    if (how.tenancy === 'multiple-databases') return await loadIntoOwnDatabases(database, data, how)
    const presence = await look(database, data, how)
    const replaces = presence.isUntouchedDemo && data.options.first === 0
    if (presence.accounts === 0 || replaces) {
      await fill(database, data, false, how)
      return { made: data, present: 0, replaced: replaces ? presence.accounts : 0 }
    }
    const missing = data.beyond(assertOnlyFirst(presence, data.options))
    await add(database, missing, how)
    return { made: missing, present: presence.clashes.length, replaced: 0 }
  })
}

/**
 * Gives a database without accounts the first ones of the default options: data that the next test data replace as
 * long as nobody has touched them.
 *
 * @returns whether it had none
 * @throws {TestDataError}
 */
export async function loadDemo (database: Database, accounts: number, tenancy: StrategyName = 'single-schema'): Promise<boolean> {
  if (await hasAccounts(database)) return false
  const data = await prepare(completeOptions({ accounts }))
  return await takingTurns(database, {}, async () => {
    // Someone else may have been faster.
    if (await hasAccounts(database)) return false
    await withCatalogue(database, async catalogue => await removeAbandoned(database, catalogue))
    if (tenancy === 'multiple-databases') await loadIntoOwnDatabases(database, data, { asDemo: true })
    else await fill(database, data, true, {})
    return true
  })
}

async function hasAccounts (database: Database): Promise<boolean> {
  return await withClient(database.login('loader'), async loader => (await loader.query("select from account where status <> 'creating' limit 1")).rowCount !== 0)
}

/** Lets one loader after the other work, whichever processes they are in. */
async function takingTurns<T> (database: Database, { signal, onWait }: LoadOptions, work: () => Promise<T>): Promise<T> {
  try {
    return await inTransaction(database.login('loader'), { rollback: true, signal }, async loader => {
      const { rows: [row] } = await loader.query<{ locked: boolean }>('select pg_try_advisory_xact_lock($1::bigint) as locked', [loaderLock])
      if (row?.locked !== true) {
        onWait?.()
        await loader.query('select pg_advisory_xact_lock($1::bigint)', [loaderLock])
      }
      return await work()
    })
  } catch (error) {
    throw explain(error)
  }
}

/** A failure of the server or of the way to it needs no stack; one of ours does. */
function explain (error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const isOfServer = error instanceof pg.DatabaseError
  const isOfConnection = /^Connection terminated|timeout/.test(error.message) || hasCode(error, 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'ENOTFOUND', 'EHOSTUNREACH')
  if (!isOfServer && !isOfConnection) return error
  return new TestDataError(`PostgreSQL ended the load: ${error.message || String((error as { code?: unknown }).code)}. Nothing was kept.`, { cause: error })
}

/** In a transaction of its own, because what it has read stays locked until its end. */
async function look (database: Database, data: TestData, { signal }: LoadOptions = {}): Promise<Presence> {
  return await inTransaction(database.login('loader'), { rollback: true, signal }, async loader => await inspect(loader, data.options))
}

async function fill (database: Database, data: TestData, asDemo: boolean, { rollback = false, signal, onProgress }: LoadOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await inTransaction(database.login('owner'), { rollback, signal }, async client => {
        await loadInBulk(client, data, { asDemo, signal, onProgress, assertReplaceable: async (owner, dependents) => { await assertReplaceable(owner, dependents, data) } })
      })
      return
    } catch (error) {
      // Someone held one table and waited for the next while we did the same the other way round.
      if (hasCode(error, '40P01') && attempt < attempts) continue
      if (hasCode(error, '55P03')) throw new TestDataError('other sessions have used the tables for 20 seconds without a pause, and to fill them takes them alone. Nothing was changed. Try again when they are done.', { cause: error })
      throw error
    }
  }
}

/** Now that all others are kept out, what was seen before must still hold. */
async function assertReplaceable (client: pg.Client, dependents: readonly string[], data: TestData): Promise<void> {
  const presence = await inspect(client, data.options)
  const isDemoAlone = presence.isUntouchedDemo && !(await hasRows(client, dependents))
  if (presence.accounts === 0 || isDemoAlone) return
  throw changed(presence, data)
}

async function hasRows (client: pg.Client, tables: readonly string[]): Promise<boolean> {
  for (const table of tables) {
    const { rowCount } = await client.query(`select from ${table} limit 1`)
    if (rowCount !== 0) return true
  }
  return false
}

function changed (presence: Presence, { options }: TestData): TestDataError {
  if (presence.clashes.length > 0) return accountsExist(presence, options)
  return new TestDataError('accounts were added by someone else in this moment. Nothing was changed. Run it again to add to them.')
}

async function add (database: Database, data: TestData, { rollback = false, signal, onProgress }: LoadOptions): Promise<void> {
  try {
    await inTransaction(database.login('loader'), { rollback, signal }, async client => { await loadBeside(client, data, { signal, onProgress }) })
  } catch (error) {
    if (!hasCode(error, '23505')) throw error
    const presence = await look(database, data)
    throw presence.clashes.length > 0 ? accountsExist(presence, data.options) : error
  }
}
