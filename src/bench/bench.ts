import { cpus, platform, release, totalmem } from 'node:os'
import { withClient } from '../database/admin.ts'
import { ExplainedError } from '../explained-error.ts'
import { load } from '../testdata/load.ts'
import { measureApi } from './api.ts'
import { measureArchive } from './archive.ts'
import { makeFilledDatabase, settle, type BenchDatabase, type BenchServer } from './bench-database.ts'
import { measureConcurrency } from './concurrency.ts'
import { poolSettings } from './bench-strategy.ts'
import { measureDepth } from './depth.ts'
import type { Figure } from './figures.ts'
import { measureEntry } from './entry.ts'
import { measureLoad } from './load.ts'
import type { BenchContext, BenchSize, Measurement } from './measurements.ts'
import { measureNaming } from './naming.ts'
import { measureOracles } from './oracles.ts'
import { measureScale } from './scale.ts'
import { measureSchemas } from './schemas.ts'
import { measureStartCheck } from './start-check.ts'
import { measureStrategies } from './strategies.ts'
import { measureThroughput } from './throughput.ts'
import { measureWalls } from './walls.ts'

/** What can be left out. */
export const parts = ['load', 'page', 'walls', 'scale', 'depth', 'concurrency', 'api', 'entry', 'strategies', 'archive'] as const
export type Part = typeof parts[number]

export interface BenchReport {
  startedAt: string
  minutes: number
  /** Hardware, versions and settings, by name. */
  conditions: Record<string, string>
  size: BenchSize
  figures: Figure[]
}

export interface BenchProgress {
  /** The measurement that begins. */
  name: string
  done: number
  of: number
  /** Undefined before there is anything to tell it from. */
  secondsLeft: number | undefined
}

export const sizes = {
  quick: { rounds: 3, seconds: 1.5, accounts: 200, scales: [20, 200], largeTenant: 10_000, clients: [1, 16, 64], tenants: [5], archived: 20_000 },
  full: { rounds: 5, seconds: 4, accounts: 2000, scales: [20, 200, 2000], largeTenant: 100_000, clients: [1, 4, 16, 64, 256], tenants: [5, 50, 200], archived: 1_000_000 },
  large: { rounds: 5, seconds: 4, accounts: 2000, scales: [20, 200, 2000, 20_000], largeTenant: 100_000, clients: [1, 4, 16, 64, 256], tenants: [5, 50, 200], archived: 1_000_000 }
} as const satisfies Record<string, BenchSize>

export interface BenchOptions {
  size: BenchSize
  /** What the names of the databases begin with. */
  prefix?: string
  only: readonly Part[]
  onProgress: (progress: BenchProgress) => void
  log: (message: string) => void
  signal: AbortSignal
}

/**
 * Makes databases of its own on the server, measures, and drops them again. When it is interrupted it finishes the measurement
 * under way first.
 *
 * @throws {ExplainedError} where another bench is at work on the server
 */
export async function runBench (server: BenchServer, options: BenchOptions): Promise<BenchReport> {
  const { prefix = 'rowhouse_bench' } = options
  return await withClient({ ...server.admin, database: 'postgres' }, async client => {
    const { rows: [row] } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock(hashtextextended($1, 0)) as locked', [prefix])
    // Each would drop the other's databases, and spoil its figures.
    if (row?.locked !== true) throw new ExplainedError('another bench is at work on this server; wait for it')
    return await measureAll({ server, size: options.size, prefix, log: options.log }, options)
  })
}

async function measureAll (context: BenchContext, { size, only, onProgress, signal }: BenchOptions): Promise<BenchReport> {
  const { server } = context
  const started = new Date()
  const figures: Figure[] = []
  let database: BenchDatabase | undefined
  const largeTenant = `tenant-${size.accounts}`
  const filled = (): BenchDatabase => database as BenchDatabase

  const preparation: Measurement = {
    name: `making ${size.accounts.toLocaleString('en')} accounts and a large one`,
    expectedSeconds: 5 + (size.accounts + size.largeTenant / 50) / 100,
    run: async () => {
      database = await makeFilledDatabase(server, `${context.prefix}_main`, { accounts: size.accounts })
      return []
    }
  }
  // Beside the accounts of the load, and after it has been compared.
  const largest: Measurement = {
    name: 'adding the large tenant',
    expectedSeconds: size.largeTenant / 5000,
    run: async () => {
      const projects = size.largeTenant / 100
      await load(filled(), { accounts: 1, first: size.accounts, minProjects: projects, maxProjects: projects, minTasks: 10, maxTasks: 10, minSubtasks: 10, maxSubtasks: 10 })
      await settle(filled())
      return []
    }
  }
  const requestSeconds = size.rounds * size.seconds
  const measurements: Record<Part, Measurement> = {
    load: { name: 'the load', expectedSeconds: size.rounds * (4 + size.accounts / 90), run: async () => await measureLoad(context, filled()) },
    page: { name: 'a tenant\'s page', expectedSeconds: requestSeconds * 5 + 10, run: async () => await measureThroughput(context, filled()) },
    walls: { name: 'what the walls cost', expectedSeconds: requestSeconds * 4 + size.rounds * 4 + size.accounts / 80, run: async () => [...await measureWalls(context, filled()), ...await measureStartCheck(context, filled()), ...await measureNaming(context, filled()), ...await measureOracles(context, filled())] },
    scale: { name: 'few accounts and many', expectedSeconds: requestSeconds * size.scales.length + size.scales.reduce((sum, accounts) => sum + (accounts === size.accounts ? 4 : accounts / 100) + size.rounds * (2 + accounts / 1000), 10), run: async () => await measureScale(context, filled(), largeTenant) },
    depth: { name: 'pages near and far', expectedSeconds: requestSeconds * 2, run: async () => await measureDepth(context, filled(), largeTenant) },
    concurrency: { name: 'many clients, and a noisy one', expectedSeconds: requestSeconds * (size.clients.length + 6) + 6, run: async () => await measureConcurrency(context, filled()) },
    api: { name: 'the API', expectedSeconds: requestSeconds * 6 + 15, run: async () => await measureApi(context, filled()) },
    entry: { name: 'who asks', expectedSeconds: requestSeconds * 2 + size.rounds * 4 + 10, run: async () => await measureEntry(context, filled()) },
    strategies: { name: 'a database or a schema for each tenant', expectedSeconds: size.tenants.reduce((sum, tenants) => sum + tenants / 2 + 20, 0) + requestSeconds * size.tenants.length * 2, run: async () => [...await measureStrategies(context), ...await measureSchemas(context)] },
    archive: { name: 'one tenant as a file', expectedSeconds: 10 + Math.min(3, size.rounds) * size.archived / 9000, run: async () => await measureArchive(context) }
  }
  const steps = [preparation, ...(only.includes('load') ? [measurements.load] : []), largest, ...parts.filter(part => part !== 'load' && only.includes(part)).map(part => measurements[part])]

  try {
    const clock = performance.now()
    let expectedSoFar = 0
    for (const [index, step] of steps.entries()) {
      signal.throwIfAborted()
      const pace = expectedSoFar === 0 ? undefined : (performance.now() - clock) / 1000 / expectedSoFar
      const expectedLeft = steps.slice(index).reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0)
      onProgress({ name: step.name, done: index, of: steps.length, secondsLeft: expectedLeft * (pace ?? 1) })
      figures.push(...await step.run())
      expectedSoFar += step.expectedSeconds
    }
    return { startedAt: started.toISOString(), minutes: (Date.now() - started.getTime()) / 60_000, conditions: await conditionsOf(filled()), size, figures }
  } finally {
    await database?.drop()
  }
}

async function conditionsOf ({ admin }: BenchDatabase): Promise<Record<string, string>> {
  const settings = ['shared_buffers', 'work_mem', 'max_parallel_workers_per_gather', 'jit', 'fsync', 'synchronous_commit', 'full_page_writes']
  const { version, values } = await withClient(admin, async client => ({
    version: (await client.query<{ version: string }>("select current_setting('server_version') as version")).rows[0]?.version ?? '',
    values: (await client.query<{ name: string, value: string }>('select name, current_setting(name) as value from pg_settings where name = any ($1::text[]) order by name', [settings])).rows
  }))
  const [processor] = cpus()
  const { size, userSize, userWaiting, preparedStatements } = poolSettings()
  return {
    Processor: `${cpus().length} × ${processor?.model.trim() ?? 'unknown'}`,
    Memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    System: `${platform()} ${release()}`,
    'Node.js': process.version,
    PostgreSQL: `${version} at ${admin.host}`,
    'PostgreSQL settings': values.map(({ name, value }) => `${name} = ${value}`).join(', '),
    'Server settings': `pool of ${size}, ${userSize} for a tenant, ${userWaiting} waiting, prepared statements ${preparedStatements ? 'on' : 'off'}, log level warn`,
    'Where it all runs': 'load generator, server and PostgreSQL share this machine'
  }
}
