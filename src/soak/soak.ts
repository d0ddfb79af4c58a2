import { setTimeout as delay } from 'node:timers/promises'
import type { Access } from '../config.ts'
import { withClient } from '../database/admin.ts'
import { openDatabase, type Database } from '../database/database.ts'
import { defaultEmbeddedDirectory, openEmbedded } from '../database/embedded.ts'
import { loginAt } from '../database/placement.ts'
import { formatUrl, type ConnectionSettings } from '../database/settings.ts'
import { tokenPrefix } from '../plugins/entry.ts'
import { createAccount } from '../provisioning/accounts.ts'
import { withCatalogue } from '../provisioning/catalogue.ts'
import { hashOfSecret, newSecret } from '../secrets.ts'
import type { StrategyName } from '../tenancy/strategy.ts'
import { FaultWindows, type FaultWindow } from './fault-windows.ts'
import { drainMs, faults, type Deeds, type Fault, type Ground } from './faults.ts'
import { growthOf, type MemoryUse } from './memory.ts'
import { Client } from './requests.ts'
import { ServerLife } from './server-process.ts'
import { emptyTally, type Tally } from './tally.ts'
import { SoakTenant } from './tenant.ts'

export interface SoakOptions {
  /** At the least: each fault happens once in any case. */
  minutes: number
  tenants: number
  tenancy: StrategyName
  /** Whether tenants show a token with each request. */
  access: Access
  signal: AbortSignal
  log: (message: string) => void
}

/** What happened, and what came of it. */
export interface Happening extends Pick<FaultWindow, 'name' | 'refused' | 'broken'> {
  deeds: Deeds
  /** From its end until every tenant had read and written again, in milliseconds. */
  recoveryMs: number
}

export interface SoakReport extends Tally {
  seconds: number
  faults: Happening[]
  /** Of the server that was measured for longest. */
  memory: { first: MemoryUse, last: MemoryUse } | undefined
}

const databaseName = 'rowhouse_soak'
const poolSize = 8
/** From the end of a fault until all tenants are served. */
const mostRecoveryMs = 5000
const quietMs = 2000
/** What another fault takes, and the end. */
const closingMs = 12_000
/** What is seldom happens in one round of so many, the first one among them. */
const seldom = 8

/**
 * Lets many tenants read and write while one thing after another goes wrong, and compares all that they are told with all that
 * is there. It has a PostgreSQL and a server of its own.
 */
export async function runSoak ({ minutes, tenants: count, tenancy, access, signal, log }: SoakOptions): Promise<SoakReport> {
  const directory = `${defaultEmbeddedDirectory()}-soak`
  const tally = emptyTally()
  const windows = new FaultWindows()
  const happenings: Happening[] = []
  const postgres = await openEmbedded({ directory })
  const admin = { ...postgres.admin, database: databaseName }
  const lives: ServerLife[] = []
  const work = new AbortController()
  try {
    await assertDurable({ ...admin, database: 'postgres' })
    await withClient({ ...admin, database: 'postgres' }, async client => {
      // Of an earlier run, those of its tenants included.
      const { rows } = await client.query<{ name: string }>('select datname::text as name from pg_database where datname = $1::text or starts_with(datname::text, $2::text)', [databaseName, `${databaseName}_`])
      for (const { name } of rows) await client.query(`drop database ${client.escapeIdentifier(name)} with (force)`)
    })
    const database = await openDatabase({ admin, tenant: undefined, operator: undefined, roleSecret: admin.password, directory: undefined })
    await database.prepare()
    const slugs = Array.from({ length: count }, (_, index) => `soak-${index}`)
    const places = await makeTenants(database, admin, slugs, tenancy)
    // Otherwise each recovery from a crash makes the databases anew.
    await withClient(admin, async session => { await session.query('checkpoint') })
    const credentials = new Map(access === 'open' ? [] : await Promise.all(slugs.map(async slug => [`${slug}.localhost`, `Bearer ${await makeToken(places.get(slug) ?? admin, slug)}`] as const)))
    const environment = { DATABASE_URL: formatUrl(admin), ROLE_SECRET: admin.password, TENANCY: tenancy, ACCESS: access, DATABASE_POOL_SIZE: String(poolSize), DEMO_ACCOUNTS: '0', LOG_LEVEL: 'silent', DRAIN_MS: String(drainMs) }
    const startServer = async (): Promise<void> => { lives.push(await ServerLife.start(environment, tally)) }
    await startServer()
    const server = (): ServerLife => lives.at(-1) as ServerLife
    const client = new Client(() => server().port, credentials)
    const tenants = slugs.map(slug => new SoakTenant(slug, client, tally, windows))
    const ground: Ground = { admin, first: places.get('soak-0') ?? admin, directory, slugs, client, server, startServer, expectRefusals: began => { windows.refuseFrom(began) }, expectBroken: () => { windows.breakConnections() }, tell: violation => { tally.violations.push(violation) } }
    const happen = async (fault: Fault): Promise<void> => {
      await delay(quietMs)
      log(`${fault.name}; ${Math.max(0, Math.round((end - Date.now()) / 1000))} s left, ${tally.writes} writes, ${tally.reads} reads, ${tally.violations.length} violations`)
      const window = windows.open(fault.name, fault.excuse)
      const deeds = await fault.happen(ground)
      const recoveryMs = await recovery(client, tenants)
      windows.close()
      const { name, refused, broken } = window
      happenings.push({ name, refused, broken, deeds, recoveryMs })
      if (recoveryMs > mostRecoveryMs) tally.violations.push({ kind: 'slow to recover', detail: `${name}: ${Math.round(recoveryMs)} ms` })
      if (fault.isMeasured === true) await server().measureMemory(tally.reads + tally.writes)
    }

    const end = Date.now() + minutes * 60_000
    const begun = performance.now()
    const working = tenants.map(async tenant => {
      while (!work.signal.aborted) if (!await tenant.step()) await delay(20 + Math.random() * 100)
    })
    for (let turn = 0; (turn < faults.length || Date.now() + closingMs < end) && !signal.aborted; turn++) {
      const fault = faults[turn % faults.length]
      if (fault === undefined || (fault.isSeldom === true && Math.floor(turn / faults.length) % seldom !== 0)) continue
      await happen(fault)
    }
    signal.throwIfAborted()
    // Memory is compared between two moments behind the same work.
    for (const fault of faults.filter(({ isMeasured }) => isMeasured)) await happen(fault)
    await delay(quietMs)
    work.abort()
    await Promise.all(working)
    for (const tenant of tenants) await tenant.settle()
    await lookForLeaks(admin, tally)
    server().tellToStop()
    await server().end()
    client.close()
    await lookForSessions(admin, tally)
    tally.violations.push(...withoutEffect(happenings), ...lives.flatMap(({ memory }) => growthOf(memory) ?? []).map(detail => ({ kind: 'memory' as const, detail })))
    return { ...tally, seconds: (performance.now() - begun) / 1000, faults: happenings, memory: longestMeasured(lives) }
  } finally {
    // Whatever has gone wrong: nobody works on without end.
    work.abort()
    for (const life of lives) life.kill()
    await postgres.release()
  }
}

/** Of a database that acknowledges what is not on the disk, nothing that is lost would mean anything. */
async function assertDurable (admin: ConnectionSettings): Promise<void> {
  await withClient(admin, async client => {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      const { rows: [row] } = await client.query<{ value: string }>('select current_setting($1::text) as value', [setting])
      if (row?.value !== 'on') throw new Error(`the PostgreSQL of the soak runs with ${setting} = ${row?.value ?? ''}: stop it, so that it is started anew`)
    }
  })
}

/** @returns the administrator where each tenant's rows are */
async function makeTenants (database: Database, admin: ConnectionSettings, slugs: readonly string[], tenancy: StrategyName): Promise<Map<string, ConnectionSettings>> {
  return await withCatalogue(database, async catalogue => {
    const places = new Map<string, ConnectionSettings>()
    for (const slug of slugs) {
      const { database: placement } = await createAccount(database, catalogue, tenancy, { slug, name: `Company of ${slug}` })
      places.set(slug, loginAt(admin, placement ?? undefined))
    }
    return places
  })
}

/** @returns a token that reads and writes */
async function makeToken (admin: ConnectionSettings, slug: string): Promise<string> {
  const token = `${tokenPrefix}${newSecret()}`
  await withClient(admin, async client => {
    await client.query(`
      insert into rowhouse.api_token (account_id, name, may_write, token_hash, ending, made_by, expires_at)
      select id, 'soak', true, $2::text, right($3::text, 4), 'the soak', now() + interval '300 days' from rowhouse.account where slug = $1::text`, [slug, hashOfSecret(token), token])
  })
  return token
}

/** How long it takes until every tenant has read and written, by requests that began now or later. */
async function recovery (client: Client, tenants: readonly SoakTenant[]): Promise<number> {
  const begun = performance.now()
  for (const tenant of tenants) tenant.soughtFrom = begun
  const isServed = ({ served }: SoakTenant): boolean => Math.min(served.read, served.write) >= begun
  while (performance.now() - begun < 3 * mostRecoveryMs) {
    if (tenants.every(isServed) && (await client.ask('localhost', '/health/ready')).status === 200) break
    await delay(10)
  }
  return performance.now() - begun
}

/** Faults that were none: nothing was done, or nobody noticed. */
export function withoutEffect (happenings: readonly Happening[]): Tally['violations'] {
  return faults.flatMap(({ name, isFelt }) => {
    const its = happenings.filter(happening => happening.name === name)
    if (its.length === 0) return [{ kind: 'no fault' as const, detail: `${name}: never` }]
    const undone = its.flatMap(({ deeds }) => Object.entries(deeds).filter(([, count]) => count === 0).map(([deed]) => deed))
    return [
      ...undone.map(deed => ({ kind: 'no fault' as const, detail: `${name}: ${deed}: 0` })),
      ...(isFelt === true && its.some(({ refused, broken }) => refused + broken === 0) ? [{ kind: 'no fault' as const, detail: `${name}: nobody noticed` }] : [])
    ]
  })
}

function longestMeasured (lives: readonly ServerLife[]): SoakReport['memory'] {
  const spans = lives.flatMap(({ memory }) => {
    const [first, last] = [memory.at(0), memory.at(-1)]
    return first === undefined || last === undefined ? [] : [{ first, last }]
  })
  return spans.sort((one, other) => (other.last.age - other.first.age) - (one.last.age - one.first.age))[0]
}

/** When nobody asks any more, nothing is under way, and no more connections are open than there may be. */
async function lookForLeaks (admin: ConnectionSettings, tally: Tally): Promise<void> {
  await delay(1000)
  await withClient(admin, async client => {
    const { rows: [row] } = await client.query<{ sessions: number, open: number }>(`
      select count(*)::integer as sessions, count(*) filter (where state <> 'idle')::integer as open
      from pg_stat_activity where usename in ('rowhouse_tenant', 'rowhouse_operator') and starts_with(datname::text, current_database()::text)`)
    // The pool, one for look-ups, and the operator's.
    if ((row?.sessions ?? 0) > poolSize + 1 + 4) tally.violations.push({ kind: 'leaked', detail: `${row?.sessions ?? 0} connections` })
    if ((row?.open ?? 0) > 0) tally.violations.push({ kind: 'leaked', detail: `${row?.open ?? 0} transactions that nobody is in` })
  })
}

/** A server that has ended leaves no session behind. */
async function lookForSessions (admin: ConnectionSettings, tally: Tally): Promise<void> {
  await delay(200)
  await withClient(admin, async client => {
    const { rowCount } = await client.query("select from pg_stat_activity where usename ~ '^rowhouse_' and usename <> 'rowhouse_lease'")
    if ((rowCount ?? 0) > 0) tally.violations.push({ kind: 'leaked', detail: `${rowCount ?? 0} sessions of a server that has ended` })
  })
}
