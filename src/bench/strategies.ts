import { readFile } from 'node:fs/promises'
import { withClient } from '../database/admin.ts'
import { withCatalogue } from '../provisioning/catalogue.ts'
import { strategyNames, type StrategyName } from '../tenancy/strategy.ts'
import { makeDatabase, type BenchDatabase } from './bench-database.ts'
import { figure, type Figure } from './figures.ts'
import { sendHttpLoad } from './http-load.ts'
import { inTurn, milliseconds, rotation, type BenchContext } from './measurements.ts'
import { runCommand, startServer, type ServerProcess } from '../programs.ts'

const clients = 4

/** One strategy with so many tenants: its database, its server, and what it took to get there. */
interface Side {
  name: StrategyName
  database: BenchDatabase
  environment: Record<string, string>
  running: ServerProcess
  loadSeconds: number
  migrateSeconds: number
}

interface Footprint {
  connections: number
  /** Of the server process and its database sessions, in megabytes; NaN where the system does not tell. */
  megabytes: number
}

/** What a database for each tenant costs, and what it is like, against all tenants in one schema. */
export async function measureStrategies (context: BenchContext): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const tenants of context.size.tenants) {
    const sides: Side[] = []
    try {
      for (const name of strategyNames) {
        context.log(`${tenants} tenants, ${name}`)
        sides.push(await open(context, name, tenants))
      }
      figures.push(...await compare(context, tenants, sides))
    } finally {
      for (const { running, database } of sides) {
        await running.stop()
        await dropAll(database)
      }
    }
  }
  return figures
}

async function open ({ server, prefix }: BenchContext, name: StrategyName, tenants: number): Promise<Side> {
  const database = await makeDatabase(server, `${prefix}_${name.replace('-', '_')}_${tenants}`)
  const environment = { ...database.environment, TENANCY: name }
  const { seconds: loadSeconds } = await runCommand(['bin/createtestdata.ts', '--accounts', String(tenants)], environment)
  const migrateSeconds = await migrateAgain(database, environment, name)
  return { name, database, environment, running: await startServer(environment), loadSeconds, migrateSeconds }
}

/** The last migration, taken back everywhere and applied again. @returns seconds of the whole command */
async function migrateAgain (database: BenchDatabase, environment: Record<string, string>, name: StrategyName): Promise<number> {
  if (name === 'single-schema') await database.takeBack(1)
  else await forEachOwnDatabase(database, async (_, placement) => { await database.at(placement).takeBack(1) })
  return (await runCommand(['bin/migrate.ts', 'up'], environment)).seconds
}

async function compare ({ size }: BenchContext, tenants: number, sides: Side[]): Promise<Figure[]> {
  const [schema, databases] = sides
  if (schema === undefined || databases === undefined) return []
  const ask = async ({ running }: Side, seconds: number): Promise<number> => {
    const { latency } = await sendHttpLoad({ port: running.port, clients, durationMs: seconds * 1000, next: rotation(tenants) })
    return milliseconds(latency.percentile(50))
  }
  for (const side of sides) await ask(side, 2)
  const pages = await inTurn(size.rounds, async () => await ask(databases, size.seconds), async () => await ask(schema, size.seconds))
  const [ofDatabases, ofSchema] = [await footprint(databases), await footprint(schema)]
  const about = { group: 'A database for each tenant', base: 'all in one schema' }
  const one = (name: string, unit: string, value: number, base: number): Figure[] => Number.isNaN(value + base)
    ? []
    : [figure({ ...about, name: `${tenants} tenants: ${name}`, subject: `${tenants} tenants in ${tenants} databases`, unit }, [{ value, base }])]
  return [
    figure({ ...about, name: `${tenants} tenants: page, p50`, subject: `a tenant's page, ${clients} connections, ${tenants} tenants in turn, each in its database`, unit: 'ms' }, pages.map(([value = NaN, base = NaN]) => ({ value, base }))),
    ...one('connections to PostgreSQL', '', ofDatabases.connections, ofSchema.connections),
    ...one('memory of server and sessions', 'MB', ofDatabases.megabytes, ofSchema.megabytes),
    ...one('on disk', 'MB', await diskOf(databases), await diskOf(schema)),
    ...one('createtestdata', 's', databases.loadSeconds, schema.loadSeconds),
    ...one('migrate up, one migration', 's', databases.migrateSeconds, schema.migrateSeconds)
  ]
}

async function footprint ({ database, running }: Side): Promise<Footprint> {
  const pids = await withClient(database.admin, async client => (await client.query<{ pid: number }>(
    "select pid from pg_stat_activity where application_name like 'rowhouse %' and application_name <> 'rowhouse admin' and (datname = current_database() or starts_with(datname, current_database() || '_'))")).rows.map(({ pid }) => pid))
  const sizes = await Promise.all([running.pid, ...pids].map(megabytesOf))
  return { connections: pids.length, megabytes: sizes.reduce((sum, size) => sum + size, 0) }
}

/** What a process takes for itself, and its share of what it has in common with others. */
async function megabytesOf (pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? NaN) / 1024
}

async function diskOf ({ database }: Side): Promise<number> {
  return await withClient(database.admin, async client => (await client.query<{ megabytes: number }>(`
    select (sum(pg_database_size(oid)) / 1000000)::float8 as megabytes from pg_database
    where datname = current_database() or starts_with(datname, current_database() || '_')`)).rows[0]?.megabytes ?? NaN)
}

async function dropAll (database: BenchDatabase): Promise<void> {
  await forEachOwnDatabase(database, async (_, placement) => { await database.at(placement).drop() })
  await database.drop()
}

async function forEachOwnDatabase (database: BenchDatabase, work: (slug: string, placement: string) => Promise<void>): Promise<void> {
  const entries = await withCatalogue(database, async catalogue => await catalogue.list())
  for (const { slug, database: placement } of entries) if (placement !== undefined) await work(slug, placement)
}
