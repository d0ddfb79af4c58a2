import type pg from 'pg'
import { withClient } from '../database/admin.ts'
import type { Database } from '../database/database.ts'
import type { StrategyName } from '../tenancy/strategy.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { readTenantTables, type TenantTable } from './tenant-tables.ts'

/** A tenant, and how much it has. */
export interface Overview {
  entry: CatalogueEntry
  strategy: StrategyName
  /** Rows of each table; undefined where its database does not answer. */
  rows: Record<string, number> | undefined
  /** On disk: its own database, or its share of the common tables, by rows. */
  bytes: number | undefined
  /** Why there are no figures. */
  problem: string | undefined
}

/** Databases that are asked at the same time. */
const jobs = 8

/** Counts the rows of tenants, and tells what they take; a database that does not answer does not keep the others from it. */
export async function describeTenants (database: Database, entries: readonly CatalogueEntry[], onProgress: (done: number, total: number) => void = () => {}): Promise<Overview[]> {
  const shared = entries.filter(entry => entry.database === undefined)
  const overviews = new Map<number, Overview>()
  if (shared.length > 0) for (const overview of await describeShared(database, shared)) overviews.set(overview.entry.id, overview)
  onProgress(overviews.size, entries.length)
  const waiting = entries.filter(entry => entry.database !== undefined)
  await Promise.all(Array.from({ length: Math.min(jobs, waiting.length) }, async () => {
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
      overviews.set(entry.id, await describeOwn(database, entry))
      onProgress(overviews.size, entries.length)
    }
  }))
  return entries.map(({ id }) => overviews.get(id)).filter(overview => overview !== undefined)
}

async function describeShared (database: Database, entries: readonly CatalogueEntry[]): Promise<Overview[]> {
  return await withClient(database.login('loader'), async client => {
    const tables = await readTenantTables(client)
    const only = entries.length === 1 ? entries[0]?.id ?? null : null
    const counts = new Map<string, Map<number, number>>()
    for (const { name } of tables) counts.set(name, await countByAccount(client, name, only))
    const bytesPerRow = new Map<string, number>()
    for (const { name } of tables) bytesPerRow.set(name, await averageRow(client, name, sum(counts.get(name)?.values())))
    return entries.map(entry => {
      const rows = Object.fromEntries(tables.map(({ name }) => [name, counts.get(name)?.get(entry.id) ?? 0]))
      const bytes = sum(tables.map(({ name }) => (rows[name] ?? 0) * (bytesPerRow.get(name) ?? 0)))
      return { entry, strategy: 'single-schema', rows, bytes: Math.round(bytes), problem: undefined }
    })
  })
}

async function countByAccount (client: pg.Client, table: string, only: number | null): Promise<Map<number, number>> {
  const { rows } = await client.query<{ account: number, count: number }>(`
    select account_id::float8 as account, count(*)::float8 as count from ${table}
    where $1::bigint is null or account_id = $1::bigint group by account_id`, [only])
  return new Map(rows.map(({ account, count }) => [account, count]))
}

/** With its part of the indexes. @param counted rows that the table has in any case, whatever it is estimated to have */
async function averageRow (client: pg.Client, table: string, counted: number): Promise<number> {
  const { rows: [size] } = await client.query<{ bytes: number, estimate: number }>(
    'select pg_total_relation_size(oid)::float8 as bytes, reltuples::float8 as estimate from pg_catalog.pg_class where oid = $1::regclass', [table])
  if (size === undefined) return 0
  // Never looked at since it was made, or since it was nearly empty: better counted than guessed.
  const isKnown = size.estimate >= Math.max(1, counted)
  const { rows: [all] } = isKnown ? { rows: [] } : await client.query<{ count: number }>(`select count(*)::float8 as count from ${table}`)
  return size.bytes / Math.max(1, all?.count ?? size.estimate)
}

async function describeOwn (database: Database, entry: CatalogueEntry): Promise<Overview> {
  try {
    return await withClient(database.at(entry.database ?? '').login('loader'), async client => {
      const tables = await readTenantTables(client)
      const { rows: [size] } = await client.query<{ bytes: number }>('select pg_database_size(current_database())::float8 as bytes')
      return { entry, strategy: 'multiple-databases', rows: await countAll(client, tables, entry.id), bytes: size?.bytes, problem: undefined }
    })
  } catch (error) {
    return { entry, strategy: 'multiple-databases', rows: undefined, bytes: undefined, problem: (error as Error).message }
  }
}

async function countAll (client: pg.Client, tables: readonly TenantTable[], accountId: number): Promise<Record<string, number>> {
  const rows: Record<string, number> = {}
  for (const { name } of tables) rows[name] = (await countByAccount(client, name, accountId)).get(accountId) ?? 0
  return rows
}

function sum (values: Iterable<number> = []): number {
  let total = 0
  for (const value of values) total += value
  return total
}
