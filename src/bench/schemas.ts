import type pg from 'pg'
import { withClient } from '../database/admin.ts'
import { makeDatabase, type BenchDatabase } from './bench-database.ts'
import { figure, median, type Figure, type Round } from './figures.ts'
import type { BenchContext } from './measurements.ts'

/** What each tenant would have of its own; the accounts themselves are one table in any case. */
const tables = ['app_user', 'project', 'task', 'subtask'] as const
/** In which all tenants are at once. */
const shared = 'rowhouse_bench_shared'
const turns = 9

/** What a schema for each tenant would cost, against one for all: Rowhouse has no such strategy, so its tables are made anew, and stay empty. */
export async function measureSchemas ({ server, size, prefix, log }: BenchContext): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const tenants of size.tenants) {
    log(`${tenants} tenants, a schema for each`)
    const database = await makeDatabase(server, `${prefix}_schemas_${tenants}`)
    try {
      figures.push(...await compare(database, tenants, size.rounds))
    } finally {
      await database.drop()
    }
  }
  return figures
}

async function compare (database: BenchDatabase, tenants: number, rounds: number): Promise<Figure[]> {
  const own = Array.from({ length: tenants }, (_, index) => `rowhouse_bench_tenant_${index}`)
  const about = { group: 'A schema for each tenant', base: 'one schema for all' }
  const one = (name: string, unit: string, measured: Round[]): Figure =>
    figure({ ...about, name: `${tenants} tenants: ${name}`, subject: `${tenants} tenants in ${tenants} schemas`, unit }, measured)

  return await withClient(database.admin, async client => {
    const sizes = [await diskOf(client)]
    for (const schemas of [[shared], own]) {
      for (const schema of schemas) await makeTables(client, schema)
      sizes.push(await diskOf(client))
    }
    const [before = NaN, withShared = NaN, withOwn = NaN] = sizes
    const migrations: Round[] = []
    for (let round = 0; round < rounds; round++) {
      const value = await addColumn(client, own, `round_${round}`)
      // One statement alone is at the mercy of the disk.
      const alone: number[] = []
      for (let turn = 0; turn < turns; turn++) alone.push(await addColumn(client, [shared], `round_${round}_${turn}`))
      migrations.push({ value, base: median(alone) })
    }
    return [
      one('tables, indexes and sequences', '', [{ value: await countRelations(client, own), base: await countRelations(client, [shared]) }]),
      one('on disk, without a row', 'MB', [{ value: withOwn - withShared, base: withShared - before }]),
      one('a column added to one table', 'ms', migrations),
      one('memory of a session that has asked for each', 'MB', [{ value: await memoryOfSession(database, own), base: await memoryOfSession(database, own.map(() => shared)) }])
    ]
  })
}

async function makeTables (client: pg.Client, schema: string): Promise<void> {
  await client.query(`create schema ${schema}`)
  for (const table of tables) await client.query(`create table ${schema}.${table} (like rowhouse.${table} including all)`)
}

/** @returns the size of the database, in megabytes */
async function diskOf (client: pg.Client): Promise<number> {
  return (await client.query<{ megabytes: number }>('select (pg_database_size(current_database()) / 1000000.0)::float8 as megabytes')).rows[0]?.megabytes ?? NaN
}

/** @returns milliseconds */
async function addColumn (client: pg.Client, schemas: readonly string[], name: string): Promise<number> {
  const started = performance.now()
  for (const schema of schemas) await client.query(`alter table ${schema}.subtask add column ${name} text`)
  return performance.now() - started
}

async function countRelations (client: pg.Client, schemas: readonly string[]): Promise<number> {
  const { rows: [row] } = await client.query<{ count: number }>(
    "select count(*)::float8 as count from pg_class where relkind in ('r', 'i', 'S') and relnamespace::regnamespace::text = any ($1::text[])", [schemas])
  return row?.count ?? NaN
}

/** What PostgreSQL holds for a session that has read the subtasks of one schema after another. @returns megabytes */
async function memoryOfSession ({ admin }: BenchDatabase, schemas: readonly string[]): Promise<number> {
  return await withClient(admin, async client => {
    for (const schema of schemas) {
      await client.query(`set search_path = ${schema}`)
      await client.query('select subtask.id from subtask join task on task.id = subtask.task_id join project on project.id = task.project_id order by subtask.name limit 10')
    }
    const { rows: [row] } = await client.query<{ megabytes: number }>('select (sum(total_bytes) / 1000000.0)::float8 as megabytes from pg_backend_memory_contexts')
    return row?.megabytes ?? NaN
  })
}
