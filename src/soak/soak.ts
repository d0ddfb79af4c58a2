import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Access } from '../config.ts'
import { withClient } from '../database/admin.ts'
import { openDatabase, type Database } from '../database/database.ts'
import { defaultEmbeddedDirectory, openEmbedded, type EmbeddedServer } from '../database/embedded.ts'
import { loginAt } from '../database/placement.ts'
import { formatUrl, type ConnectionSettings } from '../database/settings.ts'
import { tokenPrefix } from '../plugins/entry.ts'
import { startProgram } from '../programs.ts'
import { createAccount } from '../provisioning/accounts.ts'
import { withCatalogue } from '../provisioning/catalogue.ts'
import { hashOfSecret, newSecret } from '../secrets.ts'
import type { StrategyName } from '../tenancy/strategy.ts'
import { faults, type Ground } from './faults.ts'
import { Client } from './requests.ts'
import { SoakTenant, type Tally } from './tenant.ts'

export interface SoakOptions {
  minutes: number
  tenants: number
  tenancy: StrategyName
  /** Whether tenants show a token with each request. */
  access: Access
  signal: AbortSignal
  log: (message: string) => void
}

export interface SoakReport extends Tally {
  seconds: number
  /** What happened, and how long it took from its end until every tenant was served again, in milliseconds. */
  faults: Array<{ name: string, recoveryMs: number }>
  /** Of the server that lived longest, in megabytes: early in its life, and at its end. */
  memory: { early: number, late: number, seconds: number } | undefined
}

const databaseName = 'rowhouse_soak'
const poolSize = 8
/** From the end of a fault until all tenants are served. */
const mostRecoveryMs = 5000
const quietMs = 2500
/** What is seldom happens in one round of so many, the first one among them. */
const seldom = 8
/** What a server that is told to stop may take for what it has begun. */
const mostStopMs = 15_000

interface ServerLife {
  child: ChildProcess
  port: number
  isWanted: boolean
  /** Megabytes, once a second. */
  memory: number[]
}

/**
 * Lets many tenants read and write while one thing after another goes wrong, and compares all that they are told with all that
 * is there. It has a PostgreSQL and a server of its own.
 */
export async function runSoak ({ minutes, tenants: count, tenancy, access, signal, log }: SoakOptions): Promise<SoakReport> {
  const directory = `${defaultEmbeddedDirectory()}-soak`
  const tally: Tally = { statuses: {}, writes: 0, reads: 0, violations: [] }
  const recoveries: SoakReport['faults'] = []
  let postgres: EmbeddedServer = await openEmbedded({ directory, settings: { fsync: 'off' } })
  const admin = { ...postgres.admin, database: databaseName }
  const lives: ServerLife[] = []
  const work = new AbortController()
  try {
    await withClient({ ...admin, database: 'postgres' }, async client => {
      // Of an earlier run, those of its tenants included.
      const { rows } = await client.query<{ name: string }>('select datname::text as name from pg_database where datname = $1::text or starts_with(datname::text, $2::text)', [databaseName, `${databaseName}_`])
      for (const { name } of rows) await client.query(`drop database ${client.escapeIdentifier(name)} with (force)`)
    })
    const database = await openDatabase({ admin, tenant: undefined, operator: undefined, roleSecret: admin.password, directory: undefined })
    await database.prepare()
    const slugs = Array.from({ length: count }, (_, index) => `soak-${index}`)
    const places = await makeTenants(database, admin, slugs, tenancy)
    const credentials = new Map(access === 'open' ? [] : await Promise.all(slugs.map(async slug => [`${slug}.localhost`, `Bearer ${await makeToken(places.get(slug) ?? admin, slug)}`] as const)))
    const environment = { DATABASE_URL: formatUrl(admin), ROLE_SECRET: admin.password, TENANCY: tenancy, ACCESS: access, DATABASE_POOL_SIZE: String(poolSize), DEMO_ACCOUNTS: '0', LOG_LEVEL: 'silent' }
    const start = async (): Promise<void> => { lives.push(await startServer(environment, tally)) }
    await start()
    const present = (): ServerLife => lives.at(-1) as ServerLife
    const client = new Client(() => present().port, credentials)
    const tenants = slugs.map(slug => new SoakTenant(slug, client, tally))
    const ground: Ground = {
      admin,
      first: places.get('soak-0') ?? admin,
      directory,
      slugs,
      client,
      port: () => present().port,
      onReopened: server => { postgres = server },
      restartServer: async () => {
        const life = present()
        const began = performance.now()
        life.isWanted = false
        life.child.kill('SIGTERM')
        const code = await Promise.race([ended(life.child), delay(mostStopMs, 'too late' as const)])
        if (code !== 0) tally.violations.push({ kind: 'crashed', detail: `the server that was told to stop ended with ${String(code)}` })
        await start()
        return performance.now() - began
      }
    }

    const end = Date.now() + minutes * 60_000
    const begun = performance.now()
    const working = tenants.map(async tenant => {
      while (!work.signal.aborted) if (!await tenant.step()) await delay(20 + Math.random() * 100)
    })
    const watching = watch(present, work.signal)
    for (let turn = 0; Date.now() < end && !signal.aborted; turn++) {
      const fault = faults[turn % faults.length]
      if (fault === undefined || (fault.isSeldom === true && Math.floor(turn / faults.length) % seldom !== 0)) continue
      await delay(quietMs)
      log(`${fault.name}; ${Math.max(0, Math.round((end - Date.now()) / 1000))} s left, ${tally.writes} writes, ${tally.reads} reads, ${tally.violations.length} violations`)
      await fault.happen(ground)
      const recoveryMs = await recovery(client, slugs)
      recoveries.push({ name: fault.name, recoveryMs })
      if (recoveryMs > mostRecoveryMs) tally.violations.push({ kind: 'slow to recover', detail: `${fault.name}: ${Math.round(recoveryMs)} ms` })
    }
    await delay(quietMs)
    work.abort()
    await Promise.all(working)
    await watching
    for (const tenant of tenants) await tenant.settle()
    await lookForLeaks(admin, tally)
    const life = present()
    life.isWanted = false
    life.child.kill('SIGTERM')
    if (await ended(life.child) !== 0) tally.violations.push({ kind: 'crashed', detail: 'the server did not end well' })
    client.close()
    const memory = memoryOf(lives)
    // A process that has just started is still learning; of a longer life, its later part is no larger than its earlier one.
    if (memory !== undefined && memory.seconds >= 120 && memory.late > memory.early * 1.3) tally.violations.push({ kind: 'memory', detail: `${memory.early.toFixed(0)} MB, then ${memory.late.toFixed(0)} MB` })
    signal.throwIfAborted()
    return { ...tally, seconds: (performance.now() - begun) / 1000, faults: recoveries, memory }
  } finally {
    // Whatever has gone wrong: nobody works on without end.
    work.abort()
    for (const { child } of lives) child.kill('SIGKILL')
    await postgres.release()
  }
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

async function startServer (settings: Record<string, string>, tally: Tally): Promise<ServerLife> {
  const child = startProgram(['src/server.ts'], { ...settings, PORT: '0' })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', chunk => { output = (output + String(chunk)).slice(-20_000) })
  const life: ServerLife = { child, port: 0, isWanted: true, memory: [] }
  child.once('close', (code, signal) => { if (life.isWanted) tally.violations.push({ kind: 'crashed', detail: `the server ended with ${String(code ?? signal)}: ${output.slice(-2000)}` }) })
  for (let waited = 0; waited < 600; waited++) {
    const found = /http:\/\/tenant-0\.localhost:(\d+)\//.exec(output)?.[1]
    if (found !== undefined && output.includes('Ctrl-C')) return Object.assign(life, { port: Number(found) })
    if (child.exitCode !== null) break
    await delay(100)
  }
  life.isWanted = false
  throw new Error(`the server did not start: ${output}`)
}

async function ended (child: ChildProcess): Promise<number | string> {
  if (child.exitCode !== null) return child.exitCode
  const [code, signal] = await once(child, 'close') as [number | null, string | null]
  return code ?? signal ?? 'unknown'
}

/** How long it takes until every tenant is served. */
async function recovery (client: Client, slugs: readonly string[]): Promise<number> {
  const begun = performance.now()
  while (performance.now() - begun < 3 * mostRecoveryMs) {
    const answers = await Promise.all([...slugs.map(async slug => await client.ask(`${slug}.localhost`, '/api/v1/projects?limit=1')), client.ask('localhost', '/health/ready')])
    if (answers.every(({ status }) => status === 200 || status === 429)) return performance.now() - begun
    await delay(50)
  }
  return performance.now() - begun
}

/** Notes what memory the server has, once a second, where the system tells. */
async function watch (present: () => ServerLife, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const life = present()
    const status = await readFile(`/proc/${life.child.pid ?? 0}/status`, 'utf8').catch(() => '')
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(status)?.[1]
    if (kilobytes !== undefined) life.memory.push(Number(kilobytes) / 1024)
    await delay(1000)
  }
}

function memoryOf (lives: readonly ServerLife[]): SoakReport['memory'] {
  const [longest] = [...lives].sort((one, other) => other.memory.length - one.memory.length)
  if (longest === undefined || longest.memory.length < 8) return undefined
  const part = (from: number, to: number): number => {
    const some = longest.memory.slice(Math.floor(longest.memory.length * from), Math.ceil(longest.memory.length * to)).sort((one, other) => one - other)
    return some[Math.floor(some.length / 2)] ?? 0
  }
  return { early: part(0.25, 0.5), late: part(0.75, 1), seconds: longest.memory.length }
}

/** When nobody asks any more, nothing is under way, and no more connections are open than there may be. */
async function lookForLeaks (admin: Parameters<typeof withClient>[0], tally: Tally): Promise<void> {
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
