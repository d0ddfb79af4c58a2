import type pg from 'pg'
import { readFixtures } from './catalogue.ts'
import { copyRows } from './copy.ts'
import type { TestData } from './generator.ts'
import { clearMark, firstIds, markAsDemo } from './presence.ts'
import { columns, tableNames, type Counts } from './tables.ts'

export type Phase = 'loading' | 'indexes' | 'foreign keys'

export interface Progress {
  phase: Phase
  /** Rows while loading, objects otherwise. */
  done: number
  total: number
  /** The table, index or key under way. */
  subject: string
}

export interface LoadSteps {
  signal?: AbortSignal | undefined
  onProgress?: ((progress: Progress) => void) | undefined
}

export interface BulkOptions extends LoadSteps {
  /** Mark the data as demonstration data, to be replaced while nobody has touched them. */
  asDemo: boolean
  /** Called when no other session can change anything any more. Throws if the tables may not be emptied. */
  assertReplaceable: (client: pg.Client, dependents: readonly string[]) => Promise<void>
}

/**
 * Empties all tables and fills them, in the transaction of its caller.
 *
 * Rows stream into tables without keys or indexes, which are made afterwards: in that order it takes a fraction of the time.
 * Row-level security is forced on owners too, and COPY is refused to every role that it filters, so it is not forced
 * meanwhile; nobody else sees the tables before the commit.
 *
 * @param client the owner of the tables, in a transaction
 */
export async function loadInBulk (client: pg.Client, data: TestData, { asDemo, assertReplaceable, ...steps }: BulkOptions): Promise<void> {
  await client.query("set local lock_timeout = '20s'")
  await client.query(`lock table ${tableNames.join(', ')} in access exclusive mode`)
  const { indexes, foreignKeys, dependents } = await readFixtures(client, tableNames)
  const walled = await forcedTables(client, [...tableNames, ...dependents])
  for (const table of walled) await client.query(`alter table ${table} no force row level security`)
  await assertReplaceable(client, dependents)

  const start = await firstIds(client)
  for (const { drop } of [...foreignKeys, ...indexes]) await client.query(drop)
  // Also where they are empty: rows that stream into files of this transaction's own can be frozen at once, so that no
  // vacuum has to write them a second time.
  await client.query(`truncate ${tableNames.join(', ')}`)
  await copyTables(client, data, start, steps)

  await client.query("set local maintenance_work_mem = '256MB'")
  await createAll(client, 'indexes', indexes, steps)
  // The checks of foreign keys are joins, and planned as such.
  await client.query(`analyze ${tableNames.join(', ')}`)
  await createAll(client, 'foreign keys', foreignKeys, steps)

  for (const name of tableNames) {
    // Not setval, which no rollback undoes.
    await client.query(`alter table ${name} alter column id restart with ${start[name] + data.counts[name]}`)
  }
  for (const table of walled) await client.query(`alter table ${table} force row level security`)
  if (asDemo) await markAsDemo(client, data.counts)
  else await clearMark(client)
}

async function forcedTables (client: pg.Client, tables: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ table: string }>(
    'select oid::regclass::text as table from pg_catalog.pg_class where oid = any ($1::regclass[]) and relforcerowsecurity', [tables])
  return rows.map(({ table }) => table)
}

async function copyTables (client: pg.Client, data: TestData, start: Counts, { signal, onProgress }: LoadSteps): Promise<void> {
  let done = 0
  for (const name of tableNames) {
    onProgress?.({ phase: 'loading', done, total: data.total, subject: name })
    await copyRows(client, `copy ${name} (${columns[name].join(', ')}) from stdin with (freeze)`, data.rows(name, start), {
      signal,
      onRows: count => {
        done += count
        onProgress?.({ phase: 'loading', done, total: data.total, subject: name })
      }
    })
  }
}

async function createAll (client: pg.Client, phase: Phase, fixtures: ReadonlyArray<{ name: string, create: string }>, { onProgress }: LoadSteps): Promise<void> {
  for (const [done, { name, create }] of fixtures.entries()) {
    onProgress?.({ phase, done, total: fixtures.length, subject: name })
    await client.query(create)
  }
  onProgress?.({ phase, done: fixtures.length, total: fixtures.length, subject: '' })
}
