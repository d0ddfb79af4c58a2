import { hasCode, inTransaction } from '../database/admin.ts'
import type { Database, TenantDatabase } from '../database/database.ts'
import { latestMigration } from '../database/migrate.ts'
import { isOnOtherServer, placementOf, type Placement } from '../database/placement.ts'
import type { SequenceUse } from '../database/sequence.ts'
import { parseUrl, type ConnectionSettings } from '../database/settings.ts'
import { accountDatabase, freePlacement, putAccount, type AccountDatabase } from './accounts.ts'
import { TenantError, type Catalogue, type CatalogueEntry } from './catalogue.ts'
import { withSession } from './session.ts'
import { readTenantTables, type TenantTable } from './tenant-tables.ts'
import { advanceSequences, assertEqual, removeRows, synchronize, type TransferSteps } from './transfer.ts'

/** `single-schema` is the shared one, `multiple-databases` a database of its own on the configured server, a URL one on another. */
export type Destination = 'single-schema' | 'multiple-databases' | { url: string }

/** As many rows as the last pass, for which writes wait, takes no longer than a moment for. */
const fewRows = 1000
const mostPasses = 5

/** How long the tenant's transactions under way may take before the switch; then the move gives up, and can be run again. */
const patience = '10s'

export interface MoveResult {
  entry: CatalogueEntry
  /** For how long the tenant's writes had to wait, in milliseconds. */
  heldMs: number
}

/**
 * Moves a tenant: its rows are copied while it works on, again what it has changed meanwhile, and the rest while its writes
 * wait, for a moment. Both sides are compared before the catalogue says where it is now. A run that was interrupted is taken
 * up where it stopped. The source keeps its rows, which nobody is served from, until {@link purgeSource}.
 *
 * @throws {TenantError} where the tenant cannot be moved, is moved elsewhere already, or the copy is not equal
 */
export async function moveTenant (database: Database, catalogue: Catalogue, slug: string, destination: Destination, steps: TransferSteps = {}): Promise<MoveResult> {
  return await catalogue.alone([slug], async () => {
    const entry = await catalogue.getMigrated(slug)
    const { source, target, admin } = await begin(database, catalogue, entry, destination)
    const [from, to] = [accountDatabase(database, source), accountDatabase(database, target, admin)]
    if (target !== undefined) await prepareTarget(to as TenantDatabase, entry)

    // As they are here: what another server says of its tables is not to be believed.
    const tables = await withSession(database.login('loader'), readTenantTables)
    for (let pass = 1; pass <= mostPasses; pass++) {
      steps.signal?.throwIfAborted()
      if (await copyOnce(from, to, useOf(target), entry.id, tables, steps) <= fewRows) break
    }
    const heldMs = await switchOver(catalogue, { from, to, source, target, entry, tables, steps })
    return { entry: await catalogue.get(slug), heldMs }
  })
}

/** Removes what the last move has left behind. @returns how many rows of each table, or undefined where a database was dropped whole */
export async function purgeSource (database: Database, catalogue: Catalogue, slug: string, steps: TransferSteps = {}): Promise<Record<string, number> | undefined> {
  return await catalogue.alone([slug], async () => {
    const entry = await catalogue.get(slug)
    const move = await catalogue.findMove(entry.id)
    if (move?.state !== 'switched') throw new TenantError(`"${slug}" has not been moved, or its source is gone already`)
    let removed: Record<string, number> | undefined
    if (move.source === undefined) {
      removed = await withSession(database.login('loader'), async client => await inTransaction(client, async () => await removeRows({ client, accountId: entry.id }, await readTenantTables(client), steps)))
    } else {
      await database.at(move.source).drop()
    }
    await catalogue.atOnce(async () => {
      await catalogue.forgetMove(entry.id)
      await catalogue.record(entry, 'purge source', { source: move.source ?? 'single-schema', ...(removed === undefined ? {} : { removed }) })
    })
    return removed
  })
}

/** Gives up a move that was interrupted before its switch: what was copied is removed. */
export async function abandonMove (database: Database, catalogue: Catalogue, slug: string): Promise<void> {
  await catalogue.alone([slug], async () => {
    const entry = await catalogue.get(slug)
    const move = await catalogue.findMove(entry.id)
    if (move?.state !== 'copying') throw new TenantError(`no move of "${slug}" was interrupted`)
    // Where it died in the midst of the switch, the source refuses its tenant: it serves it again.
    if (move.source !== undefined) await setStatusIn(database.at(move.source), entry.id, 'active')
    if (move.target !== undefined) await database.at(move.target).drop()
    else await withSession(database.login('loader'), async client => { await inTransaction(client, async () => await removeRows({ client, accountId: entry.id }, await readTenantTables(client))) })
    await catalogue.atOnce(async () => {
      await catalogue.forgetMove(entry.id)
      await catalogue.record(entry, 'move given up', { target: move.target ?? 'single-schema' })
    })
  })
}

/** Settles where from and where to, and notes it, so that the next run goes on. */
async function begin (database: Database, catalogue: Catalogue, entry: CatalogueEntry, destination: Destination): Promise<{ source: Placement | undefined, target: Placement | undefined, admin?: ConnectionSettings }> {
  if (entry.status !== 'active') throw new TenantError(`"${entry.slug}" is ${entry.status}; only an active tenant is moved`)
  const source = entry.database
  const admin = typeof destination === 'object' ? readAdmin(destination.url, database.login('owner')) : undefined
  const given = admin === undefined ? undefined : placementOf(admin, database.login('owner'))
  const present = await catalogue.findMove(entry.id)
  if (present?.state === 'switched') throw new TenantError(`the source of the last move of "${entry.slug}" is still kept; when all is well, remove it first: npx tsx bin/tenants.ts move ${entry.slug} --purge`)
  if (present !== undefined) {
    const isSame = destination === 'single-schema' ? present.target === undefined : destination === 'multiple-databases' ? present.target !== undefined && !isOnOtherServer(present.target) : present.target === given
    if (!isSame) throw new TenantError(`a move of "${entry.slug}" to ${present.target ?? 'the shared schema'} has begun and was interrupted; finish it first, or give it up: npx tsx bin/tenants.ts move ${entry.slug} --abandon`)
    return { source: present.source, target: present.target, ...(admin === undefined ? {} : { admin }) }
  }
  if (destination === 'single-schema' && source === undefined) throw new TenantError(`"${entry.slug}" is in the shared schema already`)
  if (destination === 'multiple-databases' && source !== undefined) throw new TenantError(`"${entry.slug}" has a database of its own already: ${source}`)
  const target = destination === 'single-schema' ? undefined : given ?? await freePlacement(database, catalogue, entry.slug)
  if (target === source) throw new TenantError(`"${entry.slug}" is there already`)
  if (admin !== undefined) await assertElsewhere(database, admin)
  await catalogue.atOnce(async () => {
    await catalogue.noteMove(entry.id, { source, target, state: 'copying' })
    await catalogue.record(entry, 'move begun', { source: source ?? 'single-schema', target: target ?? 'single-schema' })
  })
  return { source, target, ...(admin === undefined ? {} : { admin }) }
}

/** A database that somebody else made, or this server by another of its names, is nothing to copy into, and nothing to drop one day. */
async function assertElsewhere (database: Database, admin: ConnectionSettings): Promise<void> {
  const identify = async (login: ConnectionSettings): Promise<string | undefined> => await withSession(login, async client =>
    (await client.query<{ id: string }>('select system_identifier::text as id from pg_catalog.pg_control_system()')).rows[0]?.id)
  const there = { ...admin, database: 'postgres' }
  if (await identify(there) === await identify(database.login('owner'))) throw new TenantError('that is the configured server; for a database on it: --to multiple-databases')
  const isThere = await withSession(there, async client => (await client.query('select from pg_catalog.pg_database where datname = $1::name', [admin.database])).rowCount !== 0)
  if (isThere) throw new TenantError(`there is a database "${admin.database}" on that server already; name one that is to be made`)
}

function readAdmin (url: string, { database }: ConnectionSettings): ConnectionSettings {
  try {
    return parseUrl(url, { database })
  } catch (error) {
    throw new TenantError(`--to ${(error as Error).message}`, { exitCode: 2, cause: error })
  }
}

async function prepareTarget (target: TenantDatabase, entry: CatalogueEntry): Promise<void> {
  await target.prepare()
  await putAccount(entry)(target, entry.id)
  // Whoever found the way here would be refused until the switch.
  await setStatusIn(target, entry.id, 'creating')
}

async function setStatusIn (own: AccountDatabase, id: number, status: CatalogueEntry['status']): Promise<void> {
  await withSession(own.login('manager'), async client => { await client.query('update account set status = $2::text where id = $1::bigint', [id, status]) })
}

/** One pass: what differs in one snapshot of the source, changed in the target in one transaction. */
async function copyOnce (from: AccountDatabase, to: AccountDatabase, use: SequenceUse, accountId: number, tables: readonly TenantTable[], steps: TransferSteps): Promise<number> {
  return await withSession(from.login('loader'), async source => await withSession(to.login('loader'), async target =>
    await inTransaction(source, async () => await inTransaction(target, async () => {
      const changed = await synchronize({ client: source, accountId }, { client: target, accountId }, tables, steps)
      await advanceSequences({ client: target, accountId }, tables, use)
      return changed
    }), 'begin isolation level repeatable read read only')))
}

function useOf (target: Placement | undefined): SequenceUse {
  return target === undefined ? 'shared' : 'own'
}

interface Switch {
  from: AccountDatabase
  to: AccountDatabase
  source: Placement | undefined
  target: Placement | undefined
  entry: CatalogueEntry
  tables: readonly TenantTable[]
  steps: TransferSteps
}

/** @returns for how long writes had to wait, in milliseconds */
async function switchOver (catalogue: Catalogue, { from, to, source, target, entry, tables, steps }: Switch): Promise<number> {
  return await withSession(from.login('loader'), async gate => {
    await gate.query(`set lock_timeout = '${patience}'`)
    // Should this process be stopped in its tracks, the tenant's writers are let go, and nothing is switched.
    await gate.query("set idle_session_timeout = '10min'")
    try {
      await gate.query('select pg_advisory_lock(rowhouse.account_lock($1::bigint))', [entry.id])
    } catch (error) {
      if (hasCode(error, '55P03')) throw new TenantError(`"${entry.slug}" has been writing for ${patience} without a pause; nothing was switched, and what was copied is kept: run it again`, { cause: error })
      throw error
    }
    const held = performance.now()
    // From here to the end of this session nobody writes to the tenant's rows.
    await copyOnce(from, to, useOf(target), entry.id, tables, { signal: steps.signal })
    await withSession(from.login('loader'), async reading => await withSession(to.login('loader'), async written =>
      await inTransaction(reading, async () => await inTransaction(written, async () => {
        await assertEqual({ client: reading, accountId: entry.id }, { client: written, accountId: entry.id }, tables)
      }))))
    steps.signal?.throwIfAborted()

    // In an order in which a process may die at any point: at worst the tenant is refused until the move is run again.
    if (target !== undefined) await setStatusIn(to, entry.id, 'active')
    if (source !== undefined) await setStatusIn(from, entry.id, 'deleted')
    const inCatalogue = catalogue.atOnce(async () => {
      await catalogue.place(entry.id, target)
      if (target !== undefined) await catalogue.noteMigration(entry.id, { state: 'ready', schemaVersion: await latestMigration() })
      await catalogue.noteMove(entry.id, { source, target, state: 'switched' })
      await catalogue.record({ ...entry, database: target }, 'move', { source: source ?? 'single-schema', target: target ?? 'single-schema' })
      // Had the session ended, somebody might have written since the last look.
      await gate.query('select')
    })
    await inCatalogue.catch(async (error: unknown) => {
      // Where nothing was switched, the source goes on.
      if (source !== undefined && (await catalogue.get(entry.slug)).database === source) await setStatusIn(from, entry.id, 'active')
      throw error
    })
    return performance.now() - held
  })
}
