import type { BenchDatabase } from './bench-database.ts'
import { figure, median, type Figure } from './figures.ts'
import { sendHttpLoad, type HttpLoadResult } from './http-load.ts'
import type { HttpOrders } from './http-load-program.ts'
import { inTurn, milliseconds, rotation, type BenchContext } from './measurements.ts'
import { startServer, startWaiting } from '../programs.ts'

const noisyClients = 64
const quietEveryMs = 25

/** More and more clients, and one tenant that asks without end beside one that asks now and then. */
export async function measureConcurrency ({ size }: BenchContext, database: BenchDatabase): Promise<Figure[]> {
  const server = await startServer(database.environment)
  const accounts = Math.min(200, size.accounts)
  try {
    const ask = async (clients: number, seconds: number): Promise<HttpLoadResult> => await sendHttpLoad({ port: server.port, clients, durationMs: seconds * 1000, next: rotation(accounts) })
    await ask(16, 2)
    const rounds = await inTurn(size.rounds, ...size.clients.map(clients => async () => await ask(clients, size.seconds)))
    const [fewest] = size.clients
    const figures = size.clients.flatMap((clients, index) => {
      const about = { group: 'Concurrency', subject: `a tenant's page, ${clients} clients, ${accounts} tenants in turn`, base: `${fewest} client` }
      const failed = rounds.reduce((sum, round) => sum + failures(round[index]), 0)
      return [
        figure({ ...about, name: `throughput, ${clients} clients`, unit: 'requests/s', note: `${failed} errors` }, rounds.map(round => ({ value: perSecond(round[index]), base: perSecond(round[0]) }))),
        figure({ ...about, name: `p99, ${clients} clients`, unit: 'ms' }, rounds.map(round => ({ value: p99(round[index]), base: p99(round[0]) })))
      ]
    })
    const errors = figure({ group: 'Concurrency', name: 'errors', subject: 'answers other than 200, whatever the number of clients', base: 'one', unit: 'errors', target: { of: 'value', atMost: 0 } },
      rounds.map(round => ({ value: round.reduce((sum, result) => sum + failures(result), 0), base: 1 })))
    return [...figures, errors, ...await measureNoise()]
  } finally {
    await server.stop()
  }

  async function measureNoise (): Promise<Figure[]> {
    const seconds = size.seconds * 3
    const quiet = async (): Promise<HttpLoadResult> => await sendHttpLoad({
      port: server.port, clients: 2, durationMs: seconds * 1000, everyMs: quietEveryMs, next: () => ({ host: 'tenant-1.localhost', path: '/subtasks/' })
    })
    let refused = 0
    const noisyPerSecond: number[] = []
    const besideNoise = async (): Promise<HttpLoadResult> => {
      const orders: HttpOrders = { port: server.port, clients: noisyClients, durationMs: seconds * 1000, host: 'tenant-0.localhost', path: '/subtasks/' }
      const noisy = await startWaiting('src/bench/http-load-program.ts', orders)
      const [beside, said] = await Promise.all([quiet(), noisy.begin()])
      const noise = JSON.parse(said) as { requests: number, refused: number }
      refused += noise.refused
      noisyPerSecond.push(noise.requests / seconds)
      return beside
    }
    const rounds = await inTurn(size.rounds, quiet, besideNoise)
    const about = { group: 'A noisy neighbour', unit: 'ms', base: 'the same tenant alone' }
    return [50, 99].map(percentile => figure({
      ...about,
      name: `quiet tenant, p${percentile}`,
      subject: `a tenant that asks ${2 * 1000 / quietEveryMs} times a second, beside one that sends as much as it can over ${noisyClients} connections`,
      note: `${rounds.reduce((sum, round) => sum + failures(round[0]) + failures(round[1]), 0)} errors of the quiet one; the noisy one had ${Math.round(median(noisyPerSecond))} answers a second, ${refused} of all 429`,
      ...(percentile === 99 ? { target: { of: 'ratio' as const, atMost: 2 } } : {})
    }, rounds.map(([alone, beside]) => ({ value: at(beside, percentile), base: at(alone, percentile) }))))
  }
}

function perSecond (result: HttpLoadResult | undefined): number {
  return result === undefined ? NaN : (result.requests - failures(result)) / result.seconds
}

function p99 (result: HttpLoadResult | undefined): number {
  return at(result, 99)
}

function at (result: HttpLoadResult | undefined, percentile: number): number {
  return milliseconds(result?.latency.percentile(percentile) ?? NaN)
}

function failures (result: HttpLoadResult | undefined): number {
  return Object.values(result?.failures ?? {}).reduce((sum, count) => sum + count, 0)
}
