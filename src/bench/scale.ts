import type { RecordableHistogram } from 'node:perf_hooks'
import { makeFilledDatabase, type BenchDatabase } from './bench-database.ts'
import { figure, type Figure } from './figures.ts'
import { sendHttpLoad, type HttpLoadResult, type HttpRequest } from './http-load.ts'
import { inTurn, milliseconds, rotation, type BenchContext } from './measurements.ts'
import { startServer, type ServerProcess } from '../programs.ts'

const clients = 4

/** Who is asked for a page, in turn. */
interface Side {
  name: string
  accounts: number
  isOneTenant: boolean
  port: number
  next: () => HttpRequest
}

/** A tenant's page among few tenants and among many, each in a database and behind a server of its own. */
export async function measureScale (context: BenchContext, main: BenchDatabase, largeTenant: string): Promise<Figure[]> {
  const { server, size, prefix, log } = context
  const databases: BenchDatabase[] = []
  const servers: ServerProcess[] = []
  try {
    const sides: Side[] = []
    for (const accounts of size.scales) {
      log(`making ${accounts.toLocaleString('en')} accounts`)
      const database = accounts === size.accounts ? main : await makeFilledDatabase(server, `${prefix}_scale_${accounts}`, { accounts })
      if (database !== main) databases.push(database)
      const running = await startServer(database.environment)
      servers.push(running)
      const { port } = running
      sides.push({ name: `${accounts.toLocaleString('en')} accounts`, accounts, isOneTenant: false, port, next: rotation(accounts) })
      if (database === main) sides.push({ name: `one tenant of ${size.largeTenant.toLocaleString('en')} subtasks`, accounts: 1, isOneTenant: true, port, next: () => ({ host: `${largeTenant}.localhost`, path: '/subtasks/' }) })
    }
    log('visiting each account for the first time')
    const firstVisits: number[] = []
    for (const side of sides) firstVisits.push(await visitAll(side))
    const rounds = await inTurn(size.rounds, ...sides.map(side => async () => {
      // While the other sides had their turns, the server may have forgotten who these are.
      await visitAll(side)
      return (await ask(side, size.seconds)).latency
    }))
    return sides.slice(1).flatMap((side, index) => figuresOf(side, sides[0] as Side, firstVisits[index + 1] ?? NaN, rounds.map(round => ({ value: round[index + 1], base: round[0] }))))
  } finally {
    for (const running of servers) await running.stop()
    for (const database of databases) await database.drop()
  }
}

async function ask ({ port, next }: Side, seconds: number): Promise<HttpLoadResult> {
  return await sendHttpLoad({ port, clients, durationMs: seconds * 1000, next })
}

/** So that a server has heard of every account. @returns the median of the answers, in milliseconds */
async function visitAll ({ port, next, accounts }: Side): Promise<number> {
  return milliseconds((await sendHttpLoad({ port, clients, durationMs: Infinity, mostRequests: accounts, next })).latency.percentile(50))
}

function figuresOf (side: Side, small: Side, firstVisit: number, rounds: Array<Record<'value' | 'base', RecordableHistogram | undefined>>): Figure[] {
  const which = `${side.name}${side.isOneTenant ? ' among the others' : ', all in turn'}`
  const about = { group: 'Scale', base: `the same among ${small.name}`, unit: 'ms' }
  const at = (percentile: number): Array<Record<'value' | 'base', number>> =>
    rounds.map(({ value, base }) => ({ value: milliseconds(value?.percentile(percentile) ?? NaN), base: milliseconds(base?.percentile(percentile) ?? NaN) }))
  const figures = [50, 99].map(percentile => figure({ ...about, name: `p${percentile}, ${side.name}`, subject: `a tenant's page, ${clients} connections, ${which}`, ...targetOf(percentile, side) }, at(percentile)))
  if (side.isOneTenant) return figures
  return [...figures, figure({
    ...about,
    name: `p50 of first visits, ${side.name}`,
    subject: `a tenant's page, the first time that a server is asked for that tenant, ${clients} connections`,
    base: `a page among ${small.name} that was asked for before`,
    note: 'the first visits were made once'
  }, at(50).map(({ base }) => ({ value: firstVisit, base })))]
}

function targetOf (percentile: number, { isOneTenant, accounts }: Side): Pick<Figure, 'target'> {
  if (percentile !== 50 || isOneTenant) return {}
  if (accounts <= 2000) return { target: { of: 'ratio', atMost: 1.25 } }
  return accounts <= 20_000 ? { target: { of: 'ratio', atMost: 1.5 } } : {}
}
