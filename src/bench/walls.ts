import type pg from 'pg'
import { withClient } from '../database/admin.ts'
import { columns } from '../testdata/tables.ts'
import type { BenchDatabase } from './bench-database.ts'
import { figure, median, type Figure } from './figures.ts'
import type { BenchContext, BenchSize } from './measurements.ts'
import { recordPageStatements, valuesFor, withoutFilter, type RecordedStatement } from './recorded-statements.ts'
import { pageSize } from './sql-loop.ts'

const copies = 'rowhouse_bench_unwalled'
const tables = ['project', 'task', 'subtask'] as const

/** What the walls cost: the statements of a tenant's page on the tables, and on copies of them without row-level security. */
export async function measureWalls ({ size }: BenchContext, database: BenchDatabase): Promise<Figure[]> {
  await makeUnwalledCopies(database)
  try {
    return await measure(size, database)
  } finally {
    // The server would refuse to start beside tables that lie open.
    await withClient(database.admin, async client => { await client.query(`drop schema ${copies} cascade`) })
  }
}

async function measure (size: BenchSize, database: BenchDatabase): Promise<Figure[]> {
  const statements = await recordPageStatements(pageSize)
  // In one session: where the system happens to run a session's process matters more than what is measured.
  return await withClient(database.login('tenant'), async client => {
    const both = timed(client, 'both', statements)
    const policyAlone = timed(client, 'policy', statements.map(withoutFilter))
    const filterAlone = timed(client, 'filter', statements.map(onCopies))
    const sides = [both, policyAlone, filterAlone]

    const rounds: number[][] = []
    const perRound = Math.max(50, Math.round(size.seconds * 150))
    // The first is a warm-up.
    for (let round = 0; round <= size.rounds; round++) {
      const times: number[][] = [[], [], []]
      for (let index = 0; index < perRound; index++) {
        const account = 1 + index % Math.min(200, size.accounts)
        // Each statement pair in turn with the others, so that all meet the same machine.
        for (let turn = 0; turn < 3; turn++) {
          const side = (index + turn) % 3
          times[side]?.push(await (sides[side] as typeof both)(account))
        }
      }
      if (round > 0) rounds.push(times.map(median))
    }
    const about = { group: 'What the walls cost', unit: 'ms', base: 'the filter alone, on copies of the tables without row-level security' }
    return [
      figure({ ...about, name: 'policy and filter', subject: 'the statements of a tenant\'s page', target: { of: 'ratio', atMost: 1.1 } }, rounds.map(([value = NaN, , base = NaN]) => ({ value, base }))),
      figure({ ...about, name: 'policy alone', subject: 'the same statements without their filter' }, rounds.map(([, value = NaN, base = NaN]) => ({ value, base })))
    ]
  })
}

function onCopies ({ text, values }: RecordedStatement): RecordedStatement {
  return { text: text.replace(new RegExp(`\\b(from|join) (${tables.join('|')})\\b`, 'g'), `$1 ${copies}.$2`), values }
}

async function makeUnwalledCopies ({ admin }: BenchDatabase): Promise<void> {
  await withClient(admin, async client => {
    await client.query(`drop schema if exists ${copies} cascade`)
    await client.query(`create schema ${copies}`)
    for (const table of tables) {
      await client.query(`create table ${copies}.${table} (like rowhouse.${table} including all)`)
      const list = columns[table].join(', ')
      await client.query(`insert into ${copies}.${table} (${list}) overriding system value select ${list} from rowhouse.${table}`)
    }
    await client.query(`grant usage on schema ${copies} to rowhouse_tenant`)
    await client.query(`grant select on ${tables.map(table => `${copies}.${table}`).join(', ')} to rowhouse_tenant`)
    // Both as a busy database is kept: the originals were made in another way.
    await client.query(`vacuum analyze ${tables.flatMap(table => [`${copies}.${table}`, `rowhouse.${table}`]).join(', ')}`)
  })
}

/** @returns a function that runs the statements for an account, in a transaction, and tells their own time in milliseconds */
function timed (client: pg.Client, name: string, statements: readonly RecordedStatement[]): (account: number) => Promise<number> {
  return async account => {
    await client.query('begin isolation level repeatable read read only')
    await client.query({ name: 'set_account', text: 'select set_account($1)', values: [account] })
    const started = performance.now()
    for (const [index, statement] of statements.entries()) {
      await client.query({ name: `${name}${index}`, text: statement.text, values: valuesFor(statement, account) })
    }
    const took = performance.now() - started
    await client.query('commit')
    return took
  }
}
