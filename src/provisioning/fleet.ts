import { once } from 'node:events'
import { hostname, userInfo } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { hasCode, withClient } from '../database/admin.ts'
import type { Database, TenantDatabase } from '../database/database.ts'
import { explainDatabaseError } from '../database/explain.ts'
import type { MigrationStatus } from '../database/migrate.ts'
import type { Placement } from '../database/placement.ts'
import { ExplainedError } from '../explained-error.ts'
import { Interruption, unlessAborted } from '../interruption.ts'
import { withCatalogue, type Catalogue, type CatalogueEntry, type MigrationNote } from './catalogue.ts'

/** The migrations of the configured database and of all tenants' own cannot go on as things stand; the message says why. */
export class FleetError extends ExplainedError {}

export interface FleetOptions {
  /** Of these tenants alone, and not of the configured database. */
  slugs?: readonly string[] | undefined
  /** Databases at the same time. */
  jobs?: number
  /** After so many failures no other database is begun. */
  maxFailures?: number
  /** For how long a migration of a tenant's database may wait for a lock, as PostgreSQL writes a duration. */
  lockTimeout?: string
  signal?: AbortSignal | undefined
  /** Is told what ran in the configured database, before the others are begun or after they are done. */
  onConfigured?: ((ran: string[]) => void) | undefined
  /** Is told of every tenant's database as it is done. */
  onOutcome?: ((outcome: Outcome, done: number, total: number) => void) | undefined
}

export const fleetDefaults = { jobs: 4, maxFailures: 3, lockTimeout: '10s' } as const

/** What became of one tenant's database. */
export interface Outcome {
  slug: string
  placement: Placement
  /** The migrations that were applied or taken back; none where nothing was to be done. */
  ran: string[]
  error: Error | undefined
  tookMs: number
}

/** What became of all tenants' databases. */
export interface FleetResult {
  outcomes: Outcome[]
  /** Tenants whose databases were not begun, after too many failures. */
  notBegun: string[]
  /** Tenants that another run is making: their databases are its own until then. */
  leftAlone: string[]
}

/** What is to be taken back. */
export interface TakingBack {
  /** The last one first. */
  names: string[]
  /** Databases, the configured one included, unless tenants were named. */
  databases: number
}

export interface TenantMigrations {
  slug: string
  database: Placement
  /** The last migration that the database itself has applied; of one that does not answer, what the catalogue says. */
  version: string
  /** How many it lacks. */
  pending: number
  /** What its last run came to, and `ready` only where the database itself has all. */
  state: MigrationNote['state'] | 'pending' | 'creating' | 'unreachable'
  error: string | undefined
  tookMs: number | undefined
  changedAt: Date | undefined
}

interface Change {
  /** The names of what has to run in a database that stands like this. @throws {FleetError} */
  plan: (migrations: readonly MigrationStatus[]) => string[]
  run: (own: TenantDatabase, names: readonly string[]) => Promise<string[]>
  takesBack: boolean
}

/** The one that makes the table of where tenants are. */
const catalogueMigration = '005_catalogue'
const lockKey = 7_697_685_319 // any number that every Rowhouse process agrees on
const lockTitle = 'rowhouse migrate: '
/** For the migrations under way after an interruption. */
const graceMs = 3000

/**
 * Applies pending migrations: first in the configured database, then in those that tenants have of their own. One that fails
 * does not keep the others; whatever was not done is done by the next run.
 *
 * @returns undefined where no tenant has a database of its own
 * @throws {FleetError} where another run is at work
 * @throws {Interruption} once the signal is aborted
 */
export async function migrateUp (database: Database, options: FleetOptions = {}): Promise<FleetResult | undefined> {
  const signal = options.signal ?? new AbortController().signal
  const up = async (): Promise<void> => {
    if (options.slugs !== undefined) {
      await assertNothingPending(database)
      return
    }
    const ran = await unlessAborted(signal, database.prepare)
    options.onConfigured?.(ran)
  }
  if (await countOwnDatabases(database) === 0) {
    if (options.slugs !== undefined) throw new FleetError('no tenant has a database of its own')
    await up()
    return undefined
  }
  return await alone(database, async held => {
    await up()
    return await changeAll(database, await withCatalogue(database, async catalogue => await select(catalogue, options.slugs)), {
      plan: pendingOf,
      run: async own => await own.migrate({ lockTimeout: options.lockTimeout ?? fleetDefaults.lockTimeout }),
      takesBack: false
    }, held, options)
  })
}

/**
 * Takes back the last migrations of the configured database: first in the tenants' own, and there only when all of them are
 * done. A tenant's database is then never further than the catalogue that says so.
 *
 * @param count how many; those of tenants that are named are counted in their databases
 * @param confirm is told what is about to happen; what it throws keeps that from happening
 * @returns undefined where no tenant has a database of its own; with failures, or what was not begun, the configured database is as it was
 * @throws {FleetError} where another run is at work, or the migrations cannot be taken back
 * @throws {Interruption} once the signal is aborted
 */
export async function takeBack (database: Database, count: number, confirm: (plan: TakingBack) => void, options: FleetOptions = {}): Promise<FleetResult | undefined> {
  const ownDatabases = await countOwnDatabases(database)
  if (options.slugs !== undefined) {
    if (ownDatabases === 0) throw new FleetError('no tenant has a database of its own')
    return await alone(database, async held => await withCatalogue(database, async catalogue => await takeBackNamed(database, catalogue, count, confirm, held, options)))
  }
  if (ownDatabases === 0) {
    await takeBackConfigured(database, await planTakingBack(database, count), confirm, 1, options)
    return undefined
  }
  return await alone(database, async held => await withCatalogue(database, async catalogue => {
    const names = await planTakingBack(database, count)
    if (names.includes(catalogueMigration)) {
      throw new FleetError(`${catalogueMigration} holds where the ${quantity(await countOwnDatabases(database))} of tenants are: nobody would know any more. Move those tenants back into the shared schema first. Nothing was changed anywhere.`)
    }
    const entries = await select(catalogue, undefined)
    await assertNoneIsMade(catalogue, entries)
    let result: FleetResult | undefined
    await takeBackConfigured(database, names, confirm, entries.filter(isMade).length + 1, options, async () => {
      result = await changeAll(database, entries, takingBack(options, migrations => lastOf(migrations, names)), held, options)
      if (result.notBegun.length > 0 || result.outcomes.some(({ error }) => error !== undefined)) return false
      const seen = new Set(entries.map(({ id }) => id))
      if ((await select(catalogue, undefined)).some(({ id }) => !seen.has(id))) throw new FleetError('tenants were made meanwhile, so the configured database was left as it is; run it again to go on')
      held()
      return true
    })
    return result
  }))
}

/** Where the schemas of tenants' databases stand, as each of them says itself. @throws {TenantError} for a name that no tenant has */
export async function inspectFleet (database: Database, { slugs, jobs = fleetDefaults.jobs, signal }: Pick<FleetOptions, 'slugs' | 'jobs' | 'signal'> = {}): Promise<TenantMigrations[]> {
  if (await countOwnDatabases(database) === 0) {
    if (slugs !== undefined) throw new FleetError('no tenant has a database of its own')
    return []
  }
  return await withCatalogue(database, async catalogue => {
    const entries = await select(catalogue, slugs)
    const found: TenantMigrations[] = []
    const rest = entries.values()
    await allEnded(jobs, async () => {
      for (const entry of rest) {
        signal?.throwIfAborted()
        found.push(await inspect(database, entry))
      }
    })
    return found.sort((one, other) => one.slug < other.slug ? -1 : 1)
  })
}

/** Who is at work on the tenants' databases, and since when. @returns undefined where nobody is */
export async function findRun (database: Database): Promise<{ who: string, since: Date } | undefined> {
  if (await countOwnDatabases(database) === 0) return undefined
  return await withClient(database.login('manager'), findHolder)
}

/** How many tenants that would be served are refused because the catalogue says that their databases are behind; 0 where this process may not know. */
export async function countBehind (database: Database, schemaVersion: string): Promise<number> {
  if (await countOwnDatabases(database) === 0) return 0
  return await withClient(database.login('manager'), async client => {
    const { rows: [row] } = await client.query<{ count: number }>(`
      select count(*)::integer as count from account
      left join tenant_database on tenant_database.account_id = account.id
      where account.database is not null and account.status = 'active'
        and coalesce(tenant_database.schema_version, '') collate "C" < $1::text collate "C"`, [schemaVersion])
    return row?.count ?? 0
  })
}

/** Databases beside the configured one that the catalogue knows of: of tenants, or of moves that are not over. */
async function countOwnDatabases (database: Database): Promise<number> {
  const login = database.logins.manager
  if (login === undefined) return 0
  try {
    return await withClient(login, async client => {
      const { rowCount } = await client.query(`
        select from pg_catalog.pg_class join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
        where nspname = 'rowhouse' and relname = 'account_move'`)
      if (rowCount === 0) return 0
      const { rows: [row] } = await client.query<{ count: number }>(`
        select count(place)::integer as count from (
          select database as place from account union select source as place from account_move union select target as place from account_move) as places`)
      return row?.count ?? 0
    })
  } catch (error) {
    if (hasCode(error, '42501') || await database.isNotSetUp(error)) return 0
    throw explainDatabaseError(error, login)
  }
}

async function assertNothingPending (database: Database): Promise<void> {
  const pending = pendingOf(await database.migrations())
  if (pending.length > 0) throw new FleetError(`the configured database lacks ${pending.join(', ')}, and no tenant's may be ahead of it: run it without --tenant first. Nothing was changed.`)
}

/**
 * Runs work while no other process migrates tenants' databases. Should this process die, the lock goes with it.
 *
 * @param work is given what throws once the lock was lost, when somebody has ended the session that held it
 * @throws {FleetError} where another one is at work
 */
async function alone<T> (database: Database, work: (held: () => void) => Promise<T>): Promise<T> {
  return await withClient(database.login('manager'), async client => {
    // Held while all databases are migrated, however long that takes.
    await client.query('set idle_session_timeout = 0')
    await client.query(`set application_name = ${client.escapeLiteral(`${lockTitle}process ${process.pid} of ${userInfo().username}@${hostname()}`)}`)
    const { rows: [row] } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1::bigint) as locked', [lockKey])
    if (row?.locked !== true) {
      const other = await findHolder(client)
      throw new FleetError(other === undefined
        ? 'another command was migrating the databases of tenants a moment ago; run it again'
        : `${other.who} has been migrating the databases of tenants since ${other.since.toISOString()}; wait for it to end. Nothing was changed.`)
    }
    let isLost = false
    client.once('end', () => { isLost = true })
    return await work(() => {
      if (isLost) throw new FleetError('the session that kept other runs away was ended; no other database was begun. Run it again to go on.')
    })
  })
}

async function findHolder (client: pg.Client): Promise<{ who: string, since: Date } | undefined> {
  const { rows: [row] } = await client.query<{ title: string, since: Date }>(`
    select application_name as title, backend_start as since from pg_catalog.pg_locks
    join pg_catalog.pg_stat_activity on pg_stat_activity.pid = pg_locks.pid
    where locktype = 'advisory' and granted and objsubid = 1 and (classid::bigint << 32) | objid::bigint = $1::bigint
      and database = (select oid from pg_catalog.pg_database where datname = current_database())`, [lockKey])
  return row === undefined ? undefined : { who: row.title.replace(lockTitle, ''), since: row.since }
}

type OwnEntry = CatalogueEntry & { database: Placement }

/** The tenants that have databases of their own, those whose last run failed behind the others: they shall not keep these waiting. */
async function select (catalogue: Catalogue, slugs: readonly string[] | undefined): Promise<OwnEntry[]> {
  for (const slug of slugs ?? []) {
    const entry = await catalogue.get(slug)
    if (entry.database === undefined) throw new FleetError(`"${slug}" is in the shared schema and has no database of its own to migrate`)
  }
  const entries = (await catalogue.list(slugs)).filter((entry): entry is OwnEntry => entry.database !== undefined)
  const hasFailed = ({ migration }: CatalogueEntry): boolean => migration?.state === 'failed'
  return [...entries.filter(entry => !hasFailed(entry)), ...entries.filter(hasFailed)]
}

/** @returns the names, the last one first */
async function planTakingBack (database: Database, count: number): Promise<string[]> {
  const migrations = await database.migrations()
  const names = appliedOf(migrations).slice(-count).reverse()
  assertFilesAreThere('the database', names.length === 0 ? [] : migrations)
  return names
}

/** Of a database that is half-made, nobody could say how far it is. */
async function assertNoneIsMade (catalogue: Catalogue, entries: readonly OwnEntry[]): Promise<void> {
  if (entries.every(isMade)) return
  const abandoned = new Set((await catalogue.listAbandoned()).map(({ id }) => id))
  const making = entries.filter(entry => !isMade(entry) && !abandoned.has(entry.id)).map(({ slug }) => slug)
  if (making.length > 0) throw new FleetError(`databases are being made for ${making.join(', ')}; wait until they are there. Nothing was changed.`)
}

async function takeBackConfigured (
  database: Database, names: string[], confirm: (plan: TakingBack) => void, databases: number, { signal, onConfigured }: FleetOptions, first: () => Promise<boolean> = async () => true
): Promise<void> {
  if (names.length === 0) {
    onConfigured?.([])
    return
  }
  confirm({ names, databases })
  if (!await first()) return
  try {
    const ran = await unlessAborted(signal ?? new AbortController().signal, async () => await database.takeBack(names.length))
    onConfigured?.(ran)
  } catch (error) {
    throw error instanceof Interruption && databases > 1 ? error.after(": the tenants' databases are done, and the configured one is as it was; run it again to go on") : error
  }
}

async function takeBackNamed (database: Database, catalogue: Catalogue, count: number, confirm: (plan: TakingBack) => void, held: () => void, options: FleetOptions): Promise<FleetResult> {
  const entries = await select(catalogue, options.slugs)
  const names = new Set<string>()
  for (const { database: placement } of entries.filter(isMade)) {
    for (const name of appliedOf(await database.at(placement).migrations()).slice(-count)) names.add(name)
  }
  confirm({ names: [...names].sort().reverse(), databases: entries.filter(isMade).length })
  return await changeAll(database, entries, takingBack(options, migrations => appliedOf(migrations).slice(-count).reverse()), held, options)
}

function takingBack ({ lockTimeout = fleetDefaults.lockTimeout }: FleetOptions, plan: Change['plan']): Change {
  return {
    plan: migrations => {
      const names = plan(migrations)
      assertFilesAreThere('it', names.length === 0 ? [] : migrations)
      return names
    },
    run: async (own, names) => await own.takeBack(names.length, { lockTimeout }),
    takesBack: true
  }
}

/** Of what is taken back elsewhere, what this database has. @throws {FleetError} where it has something that came later */
function lastOf (migrations: readonly MigrationStatus[], names: readonly string[]): string[] {
  const applied = appliedOf(migrations)
  const common = applied.filter(name => names.includes(name))
  if (common.some((name, index) => name !== applied.slice(-common.length)[index])) throw new FleetError(`it has ${applied.at(-1) ?? ''}, which came after ${common.at(-1) ?? ''}`)
  return common.reverse()
}

function assertFilesAreThere (subject: string, migrations: readonly MigrationStatus[]): void {
  const missing = migrations.filter(({ isMissing }) => isMissing).map(({ name }) => name)
  if (missing.length > 0) throw new FleetError(`${subject} has ${missing.join(', ')}, whose file is not in migrations/: bring it back first. Nothing was changed.`)
}

async function changeAll (database: Database, entries: readonly OwnEntry[], change: Change, held: () => void, { jobs = fleetDefaults.jobs, maxFailures = fleetDefaults.maxFailures, signal, onOutcome }: FleetOptions): Promise<FleetResult> {
  const made = entries.filter(isMade)
  const begun = new Set<string>()
  const outcomes: Outcome[] = []
  let failures = 0
  const rest = made.values()
  // Each has a connection to the catalogue of its own: the locks of a tenant are a session's.
  const working = allEnded(Math.min(jobs, made.length), async () => await withCatalogue(database, async catalogue => {
    for (const entry of rest) {
      if (failures >= maxFailures || signal?.aborted === true) return
      held()
      begun.add(entry.slug)
      const outcome = await changeOne(database, catalogue, entry, change)
      if (outcome.error !== undefined) failures++
      outcomes.push(outcome)
      onOutcome?.(outcome, outcomes.length, made.length)
    }
  }))
  await (signal === undefined ? working : endedOrGivenUp(working, signal))
  const notBegun = made.filter(({ slug }) => !begun.has(slug)).map(({ slug }) => slug)
  const givenUp = begun.size - outcomes.length
  if (signal?.reason instanceof Interruption && (givenUp > 0 || notBegun.length > 0)) {
    throw signal.reason.after(`: of the ${quantity(made.length)} of tenants ${outcomes.length - failures} are done, ${failures} failed, ${givenUp} were given up under way, ${notBegun.length} were not begun; run it again to go on`)
  }
  return { outcomes, notBegun, leftAlone: entries.filter(entry => !isMade(entry)).map(({ slug }) => slug) }
}

/** Waits for the work; once the signal is aborted, for a moment only. What is then under way is undone when its connection ends. */
async function endedOrGivenUp (working: Promise<void>, signal: AbortSignal): Promise<void> {
  const listening = new AbortController()
  const givenUp = async (): Promise<void> => {
    if (!signal.aborted) await once(signal, 'abort', { signal: listening.signal })
    await delay(graceMs, undefined, { signal: listening.signal })
  }
  try {
    await Promise.race([working, givenUp()])
  } finally {
    listening.abort()
  }
}

async function changeOne (database: Database, catalogue: Catalogue, entry: OwnEntry, change: Change): Promise<Outcome> {
  const begun = performance.now()
  const { slug, database: placement } = entry
  const outcome = (ran: string[], error?: unknown): Outcome => (
    { slug, placement, ran, error: error === undefined ? undefined : error instanceof Error ? error : new Error(String(error)), tookMs: performance.now() - begun })
  try {
    return outcome(await catalogue.alone([slug], async () => {
      const present = await catalogue.find(slug)
      if (present?.id !== entry.id || present.database !== placement) throw new FleetError('it was renamed, moved or removed meanwhile')
      return await changeAndNote(database.at(placement), catalogue, present, change)
    }))
  } catch (error) {
    return outcome([], error)
  }
}

/** What the catalogue notes is what the database itself says afterwards, however an earlier run may have ended. */
async function changeAndNote (own: TenantDatabase, catalogue: Catalogue, { id, schemaVersion, migration }: CatalogueEntry, change: Change): Promise<string[]> {
  const begun = performance.now()
  let ran: string[] = []
  let previous = schemaVersion
  try {
    const before = await own.migrations()
    previous = versionOf(before)
    const planned = change.plan(before)
    if (planned.length > 0) {
      // Requests are refused from before what they need is gone.
      const remaining = change.takesBack ? versionOf(before.filter(({ name }) => !planned.includes(name))) : previous
      await catalogue.noteMigration(id, { state: 'migrating', schemaVersion: remaining })
      ran = await change.run(own, planned)
    }
    const version = versionOf(ran.length > 0 ? await own.migrations() : before)
    if (planned.length > 0 || migration?.state !== 'ready' || schemaVersion !== version) {
      await catalogue.noteMigration(id, { state: 'ready', schemaVersion: version, tookMs: planned.length > 0 ? performance.now() - begun : migration?.tookMs })
    }
    return ran
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    // It is one transaction, so the database is as it was before.
    await catalogue.noteMigration(id, { state: 'failed', schemaVersion: previous, error: message, tookMs: performance.now() - begun }).catch(() => {})
    throw error
  }
}

async function inspect (database: Database, entry: OwnEntry): Promise<TenantMigrations> {
  const { slug, database: placement, schemaVersion = '', migration } = entry
  const known = { slug, database: placement, error: migration?.error, tookMs: migration?.tookMs, changedAt: migration?.changedAt }
  if (!isMade(entry)) return { ...known, version: schemaVersion, pending: 0, state: 'creating' }
  try {
    const migrations = await database.at(placement).migrations()
    const [version, pending] = [versionOf(migrations), pendingOf(migrations).length]
    const isReady = migration?.state === 'ready' && pending === 0 && version === schemaVersion
    return { ...known, version, pending, state: isReady ? 'ready' : migration === undefined || migration.state === 'ready' ? 'pending' : migration.state }
  } catch (error) {
    return { ...known, version: schemaVersion, pending: 0, state: 'unreachable', error: error instanceof Error ? error.message : String(error) }
  }
}

function appliedOf (migrations: readonly MigrationStatus[]): string[] {
  return migrations.filter(({ appliedAt }) => appliedAt !== undefined).map(({ name }) => name)
}

function pendingOf (migrations: readonly MigrationStatus[]): string[] {
  return migrations.filter(({ appliedAt }) => appliedAt === undefined).map(({ name }) => name)
}

function versionOf (migrations: readonly MigrationStatus[]): string {
  return appliedOf(migrations).at(-1) ?? ''
}

function isMade ({ status }: CatalogueEntry): boolean {
  return status !== 'creating'
}

/** 1 database, 2 databases. */
export function quantity (databases: number): string {
  return databases === 1 ? '1 database' : `${databases} databases`
}

/** Runs work several times at once. @throws the first error, when all have ended */
async function allEnded (jobs: number, work: () => Promise<void>): Promise<void> {
  for (const result of await Promise.allSettled(Array.from({ length: jobs }, work))) if (result.status === 'rejected') throw result.reason
}
