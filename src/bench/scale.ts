import { makeFilledDatabase, type BenchDatabase } from './bench-database.ts'
import { figure, type Figure } from './figures.ts'
import { sendHttpLoad, type HttpLoadResult, type HttpRequest } from './http-load.ts'
import { inTurn, milliseconds, rotation, type BenchContext } from './measurements.ts'
import { startServer, type ServerProcess } from './programs.ts'

const clients = 4

/** A tenant's page among few tenants and among many, each in a database and behind a server of its own. */
export async function measureScale (context: BenchContext, main: BenchDatabase, largeTenant: string): Promise<Figure[]> {
  const { server, size, prefix, log } = context
  const databases: BenchDatabase[] = []
  const servers: ServerProcess[] = []
  try {
    const sides: Array<{ name: string, accounts: number, port: number, next: () => HttpRequest }> = []
    for (const accounts of size.scales) {
      log(`making ${accounts.toLocaleString('en')} accounts`)
      const database = accounts === size.accounts ? main : await makeFilledDatabase(server, `${prefix}_scale_${accounts}`, { accounts })
      if (database !== main) databases.push(database)
      const running = await startServer(database.environment)
      servers.push(running)
      sides.push({ name: `${accounts.toLocaleString('en')} accounts`, accounts, port: running.port, next: rotation(accounts) })
      if (database === main) sides.push({ name: `one tenant of ${size.largeTenant.toLocaleString('en')} subtasks`, accounts, port: running.port, next: () => ({ host: `${largeTenant}.localhost`, path: '/subtasks/' }) })
    }
    const ask = async ({ port, next }: typeof sides[number], seconds: number): Promise<HttpLoadResult> => await sendHttpLoad({ port, clients, durationMs: seconds * 1000, next })
    for (const side of sides) await ask(side, 2)
    const rounds = await inTurn(size.rounds, ...sides.map(side => async () => (await ask(side, size.seconds)).latency))
    const [first] = sides
    return sides.slice(1).flatMap((side, index) => [50, 99].map(percentile => figure({
      group: 'Scale',
      name: `p${percentile}, ${side.name}`,
      subject: `a tenant's page, ${clients} connections, ${side.name}${side.name.startsWith('one') ? ' among the others' : ', all in turn'}`,
      base: `the same among ${first?.name ?? ''}`,
      unit: 'ms',
      ...targetOf(percentile, side)
    }, rounds.map(round => ({ value: milliseconds(round[index + 1]?.percentile(percentile) ?? NaN), base: milliseconds(round[0]?.percentile(percentile) ?? NaN) })))))
  } finally {
    for (const running of servers) await running.stop()
    for (const database of databases) await database.drop()
  }
}

function targetOf (percentile: number, { name, accounts }: { name: string, accounts: number }): Pick<Figure, 'target'> {
  if (percentile !== 50 || name.startsWith('one')) return {}
  if (accounts <= 2000) return { target: { of: 'ratio', atMost: 1.25 } }
  return accounts <= 20_000 ? { target: { of: 'ratio', atMost: 1.5 } } : {}
}
