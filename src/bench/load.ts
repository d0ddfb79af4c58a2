import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { withClient } from '../database/admin.ts'
import { readFixtures } from '../testdata/catalogue.ts'
import { columns, tableNames } from '../testdata/tables.ts'
import { makeDatabase, type BenchDatabase } from './bench-database.ts'
import { figure, type Figure } from './figures.ts'
import { inTurn, type BenchContext } from './measurements.ts'
import { runCommand } from '../programs.ts'

/** What the sample, a Django application, needs for 2,000 accounts on two quiet cores. It is not measured here. */
const sampleSeconds = 1100

/**
 * createtestdata, the whole command, against COPY of the very same rows from files that lie ready, into the same finished
 * tables: both leave the same rows, keys, indexes and policies behind.
 */
export async function measureLoad ({ server, size, prefix }: BenchContext, loaded: BenchDatabase): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rowhouse-bench-'))
  const command = ['bin/createtestdata.ts', '--accounts', String(size.accounts)]
  const memory: number[] = []
  try {
    await writeRows(loaded, folder)
    const rounds = await inTurn(size.rounds,
      async () => await onFreshDatabase(async database => {
        const { seconds, megabytes } = await runCommand(command, database.environment)
        memory.push(megabytes)
        return seconds
      }),
      async () => await onFreshDatabase(async database => await copyRows(database, folder)))
    const pairs = rounds.map(([value = NaN, base = NaN]) => ({ value, base }))
    const about = { group: 'Load', subject: command.join(' ').replace('bin', 'npx tsx bin'), unit: 's' }
    return [
      figure({ ...about, name: `${size.accounts.toLocaleString('en')} accounts`, base: 'COPY of the same rows from ready files, keys and indexes built after', ...(size.accounts >= 2000 ? { target: { of: 'ratio', atMost: 2 } } : {}) }, pairs),
      ...(size.accounts === 2000 ? [figure({ ...about, name: 'against the sample', base: `the Django sample: ${sampleSeconds.toLocaleString('en')} s on a machine like the one of the README, not measured here`, target: { of: 'ratio', atMost: 1 / 50 } }, pairs.map(({ value }) => ({ value, base: sampleSeconds })))] : []),
      ...(memory.some(Number.isNaN) ? [] : [figure({ ...about, name: 'memory', unit: 'MB', base: 'the bound of 300 MB, whatever the number of accounts', target: { of: 'value', atMost: 300 } }, memory.map(value => ({ value, base: 300 })))])
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }

  async function onFreshDatabase (work: (database: BenchDatabase) => Promise<number>): Promise<number> {
    const database = await makeDatabase(server, `${prefix}_load`)
    try {
      return await work(database)
    } finally {
      await database.drop()
    }
  }
}

async function writeRows ({ admin }: BenchDatabase, folder: string): Promise<void> {
  await withClient(admin, async client => {
    for (const name of tableNames) {
      await pipeline(client.query(copyTo(`copy rowhouse.${name} (${columns[name].join(', ')}) to stdout`)), createWriteStream(join(folder, name)))
    }
  })
}

/** As a superuser would do it by hand, who knows what makes a load fast. @returns seconds */
async function copyRows ({ admin }: BenchDatabase, folder: string): Promise<number> {
  const started = performance.now()
  await withClient(admin, async client => {
    await client.query('set search_path = rowhouse')
    await client.query('begin')
    const { indexes, foreignKeys } = await readFixtures(client, tableNames)
    for (const { drop } of [...foreignKeys, ...indexes]) await client.query(drop)
    await client.query(`truncate ${tableNames.join(', ')}`)
    for (const name of tableNames) {
      await pipeline(createReadStream(join(folder, name), { highWaterMark: 1024 * 1024 }), client.query(copyFrom(`copy ${name} (${columns[name].join(', ')}) from stdin with (freeze)`)))
    }
    await client.query("set local maintenance_work_mem = '256MB'")
    for (const { create } of indexes) await client.query(create)
    await client.query(`analyze ${tableNames.join(', ')}`)
    for (const { create } of foreignKeys) await client.query(create)
    await client.query('commit')
  })
  return (performance.now() - started) / 1000
}
