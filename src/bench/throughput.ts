import { availableParallelism } from 'node:os'
import { buildApp, type AppOptions } from '../app.ts'
import { parseConfig } from '../config.ts'
import { formatUrl } from '../database/settings.ts'
import { openStrategy } from '../tenancy/strategies.ts'
import type { BenchDatabase } from './bench-database.ts'
import { figure, type Figure } from './figures.ts'
import { sendHttpLoad, type HttpLoadResult } from './http-load.ts'
import { inTurn, milliseconds, rotation, type BenchContext, type BenchSize } from './measurements.ts'
import { openBenchStrategy, poolSettings } from './bench-strategy.ts'
import { openPgbench, pgbenchName } from './pgbench.ts'
import { startServer, startWaiting } from '../programs.ts'
import { recordPageStatements } from './recorded-statements.ts'
import { countRoundTrips } from './round-trips.ts'
import type { LoopOrders } from './sql-loop-program.ts'
import { findTenants, loopPages, pageSize } from './sql-loop.ts'

const clients = 16
const rotating = 200
/** What the sample's page answers on a machine like ours, over rotating tenants. It is not measured here. */
const samplePerSecond = 160

/** A tenant's page over HTTP, against a loop of the same transaction without HTTP or rendering, and against pgbench. */
export async function measureThroughput ({ size, log }: BenchContext, database: BenchDatabase): Promise<Figure[]> {
  const accounts = Math.min(rotating, size.accounts)
  const strategy = openBenchStrategy(database)
  const server = await startServer(database.environment)
  const pgbench = await openPgbench(database, accounts, await recordPageStatements(pageSize))
  try {
    const tenants = await findTenants(strategy, accounts)
    const durationMs = size.seconds * 1000
    const page = async (milliseconds: number): Promise<HttpLoadResult> => await sendHttpLoad({ port: server.port, clients, durationMs: milliseconds, next: rotation(accounts) })

    await page(2000)
    await loopPages(strategy, tenants, clients, 2000)
    const hasPgbench = await pgbench.run(size.seconds) !== undefined
    if (!hasPgbench) log('pgbench is not installed, so there is no comparison with it')

    const latencies: Array<{ page: HttpLoadResult, loop: Awaited<ReturnType<typeof loopPages>> }> = []
    const rounds = await inTurn<number>(size.rounds,
      async () => {
        const result = await page(durationMs)
        latencies.push({ ...latencies.pop(), page: result } as never)
        return (result.requests - failures(result)) / result.seconds
      },
      async () => (await loopPages(strategy, tenants, clients, durationMs)).perSecond,
      async () => await pgbench.run(size.seconds) ?? NaN)
    const about = { group: 'Tenant page', subject: `a tenant's page over HTTP, ${clients} connections, ${accounts} tenants in turn`, unit: 'requests/s' }
    const loop = 'a loop of the same transaction through the same driver and pool, in one process too'
    const figures = [
      figure({ ...about, name: 'page / bare SQL loop', base: loop, target: { of: 'ratio', atLeast: 0.6 } }, rounds.map(([value = NaN, base = NaN]) => ({ value, base }))),
      figure({ ...about, name: 'page / the sample', base: `the Django sample: ${samplePerSecond} requests/s on a machine like the one of the README, not measured here`, target: { of: 'ratio', atLeast: 8 } }, rounds.map(([value = NaN]) => ({ value, base: samplePerSecond })))
    ]
    if (hasPgbench) {
      figures.push(
        figure({ ...about, name: 'page / pgbench', base: pgbenchName }, rounds.map(([value = NaN, , base = NaN]) => ({ value, base }))),
        figure({ ...about, name: 'bare SQL loop / pgbench', subject: loop, base: pgbenchName }, rounds.map(([, value = NaN, base = NaN]) => ({ value, base }))))
    }
    return [...figures, ...await severalProcesses(size, database, accounts), ...await latencyFigures(), ...await roundTripFigures(database, tenants.slice(0, 5).map(({ slug }) => slug), pageTrips)]

    async function latencyFigures (): Promise<Figure[]> {
      const pairs = await inTurn(size.rounds, async () => (await page(durationMs)).latency, async () => (await loopPages(strategy, tenants, clients, durationMs)).latency)
      return [50, 99].map(percentile => figure({ ...about, name: `p${percentile} / bare SQL loop`, unit: 'ms', base: loop },
        pairs.map(([value, base]) => ({ value: milliseconds(value?.percentile(percentile) ?? NaN), base: milliseconds(base?.percentile(percentile) ?? NaN) }))))
    }
  } finally {
    await strategy.end()
    await server.stop()
    await pgbench.close()
  }
}

/** The same with as many processes on either side as there are processors. */
async function severalProcesses ({ rounds, seconds }: BenchSize, database: BenchDatabase, accounts: number): Promise<Figure[]> {
  const count = availableParallelism()
  if (count === 1) return []
  const servers = await Promise.all(Array.from({ length: count }, async () => await startServer(database.environment)))
  const share = Math.max(1, Math.round(clients / count))
  const pages = async (milliseconds: number): Promise<number> => {
    const results = await Promise.all(servers.map(async ({ port }) => await sendHttpLoad({ port, clients: share, durationMs: milliseconds, next: rotation(accounts) })))
    return results.reduce((sum, result) => sum + (result.requests - failures(result)) / result.seconds, 0)
  }
  const loops = async (): Promise<number> => {
    const orders: LoopOrders = { login: formatUrl(database.login('tenant')), accounts, workers: share, milliseconds: seconds * 1000 }
    const programs = await Promise.all(Array.from({ length: count }, async () => await startWaiting('src/bench/sql-loop-program.ts', orders)))
    return (await Promise.all(programs.map(async ({ begin }) => Number(await begin())))).reduce((sum, perSecond) => sum + perSecond, 0)
  }
  try {
    await pages(2000)
    const pairs = await inTurn(rounds, async () => await pages(seconds * 1000), loops)
    return [figure({
      group: 'Tenant page',
      name: `page / bare SQL loop, ${count} processes each`,
      subject: `a tenant's page over HTTP, from ${count} servers, ${clients} connections in all, ${accounts} tenants in turn`,
      base: `a loop of the same transaction through the same driver and pool, in ${count} processes`,
      unit: 'requests/s',
      target: { of: 'ratio', atLeast: 0.6 }
    }, pairs.map(([value = NaN, base = NaN]) => ({ value, base })))]
  } finally {
    await Promise.all(servers.map(async server => { await server.stop() }))
  }
}

export interface CountedRequest {
  name: string
  /** @param tenant which of the tenants it is about */
  request: (tenant: number) => { method?: 'GET' | 'POST', url: string, payload?: object, headers?: Record<string, string> }
  atMost: number
}

const pageTrips: CountedRequest[] = [
  { name: 'first page', request: () => ({ url: '/subtasks/' }), atMost: 2 },
  { name: 'last page', request: () => ({ url: '/subtasks/?page=last' }), atMost: 2 }
]

/** How often a warm request has to wait for PostgreSQL, counted between the two. */
export async function roundTripFigures (database: BenchDatabase, slugs: readonly string[], counted: readonly CountedRequest[], settings: Partial<AppOptions['config']> = {}): Promise<Figure[]> {
  const requests = 50
  const counter = await countRoundTrips(database.login('tenant'))
  const strategy = openStrategy({ name: 'single-schema', schemaVersion: '', tenantLogin: counter.settings, pool: { ...poolSettings(), size: 1 } })
  const app = await buildApp({ config: { ...parseConfig({}), ...settings }, strategy })
  try {
    const ask = async (request: CountedRequest['request']): Promise<void> => {
      for (let index = 0; index < requests; index++) {
        const tenant = index % slugs.length
        const { url, headers, ...rest } = request(tenant)
        const answer = await app.inject({ url, ...rest, headers: { ...headers, host: `${slugs[tenant]}.localhost` } })
        if (answer.statusCode >= 300) throw new Error(`${url} was answered ${answer.statusCode}`)
      }
    }
    const figures: Figure[] = []
    for (const { name, request, atMost } of counted) {
      await ask(request)
      const before = counter.trips()
      await ask(request)
      const trips = (counter.trips() - before) / requests
      figures.push(figure({ group: 'Round trips', name, subject: 'round trips to PostgreSQL of a warm request', base: 'one', unit: 'trips', target: { of: 'value', atMost }, note: `${requests} requests` }, [{ value: trips, base: 1 }]))
    }
    return figures
  } finally {
    await app.close()
    await counter.close()
  }
}

export function failures ({ failures }: HttpLoadResult): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0)
}
