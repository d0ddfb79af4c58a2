import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { withClient } from '../database/admin.ts'
import { accountColumn, columnNames, tableNames, type TableName } from '../archive/tables.ts'
import { makeDatabase, makeFilledDatabase, settle, type BenchDatabase } from './bench-database.ts'
import { figure, type Figure } from './figures.ts'
import { inTurn, type BenchContext } from './measurements.ts'
import { runCommand } from '../programs.ts'

const tenant = 'tenant-0'
/** Each takes minutes, and the ratios lie close together. */
const mostRounds = 3

/**
 * Export and import of one large tenant, the whole commands, against plain COPY of its rows: to files, and from them into the
 * same tables with the same keys, indexes and policies.
 */
export async function measureArchive ({ server, size, prefix }: BenchContext): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rowhouse-bench-'))
  const archive = join(folder, 'archive.zip')
  const projects = Math.ceil(size.archived / 1000)
  const rounds = Math.min(size.rounds, mostRounds)
  const source = await makeFilledDatabase(server, `${prefix}_archive`, { accounts: 1, minProjects: projects, maxProjects: projects, minTasks: 100, maxTasks: 100, minSubtasks: 10, maxSubtasks: 10 })
  const memory: { exported: number[], imported: number[] } = { exported: [], imported: [] }
  try {
    const exports = await inTurn(rounds,
      async () => await timed(['export', tenant, archive, '--overwrite'], source, memory.exported),
      async () => await copyOut(source, folder))
    const imports = await inTurn(rounds,
      async () => await onFreshDatabase(async target => await timed(['import', archive], target, memory.imported)),
      async () => await onFreshDatabase(async target => await copyIn(target, folder)))
    const about = { group: 'One tenant as a file', unit: 's' }
    const pairs = (sides: number[][]): Array<{ value: number, base: number }> => sides.map(([value = NaN, base = NaN]) => ({ value, base }))
    const rows = `${(projects * 1000).toLocaleString('en')} subtasks`
    return [
      figure({ ...about, name: `export, ${rows}`, subject: 'npx tsx bin/tenants.ts export', base: 'COPY of the same rows to files', target: { of: 'ratio', atMost: 3 } }, pairs(exports)),
      figure({ ...about, name: `import, ${rows}`, subject: 'npx tsx bin/tenants.ts import', base: 'COPY of the same rows from files into the same tables, keys and indexes in place', target: { of: 'ratio', atMost: 3 } }, pairs(imports)),
      ...Object.entries(memory).filter(([, megabytes]) => !megabytes.some(Number.isNaN)).map(([what, megabytes]) => figure({
        ...about, name: `memory, ${what}`, unit: 'MB', subject: `the command, ${rows}`, base: 'the bound of 300 MB, whatever the number of rows', target: { of: 'value', atMost: 300 }
      }, megabytes.map(value => ({ value, base: 300 }))))
    ]
  } finally {
    await source.drop()
    await rm(folder, { recursive: true, force: true })
  }

  async function onFreshDatabase (work: (target: BenchDatabase) => Promise<number>): Promise<number> {
    const target = await makeDatabase(server, `${prefix}_archive_copy`)
    try {
      await settle(target)
      return await work(target)
    } finally {
      await target.drop()
    }
  }
}

async function timed (args: string[], { environment }: BenchDatabase, memory: number[]): Promise<number> {
  const { seconds, megabytes } = await runCommand(['bin/tenants.ts', ...args], environment)
  memory.push(megabytes)
  return seconds
}

async function copyOut ({ admin }: BenchDatabase, folder: string): Promise<number> {
  const started = performance.now()
  await withClient(admin, async client => {
    for (const name of tableNames) await pipeline(client.query(copyTo(`copy rowhouse.${name} (${copiedColumns(name)}) to stdout`)), createWriteStream(join(folder, name)))
  })
  return (performance.now() - started) / 1000
}

async function copyIn ({ admin }: BenchDatabase, folder: string): Promise<number> {
  const started = performance.now()
  await withClient(admin, async client => {
    await client.query('begin')
    for (const name of tableNames) await pipeline(createReadStream(join(folder, name), { highWaterMark: 1024 * 1024 }), client.query(copyFrom(`copy rowhouse.${name} (${copiedColumns(name)}) from stdin`)))
    await client.query('commit')
  })
  return (performance.now() - started) / 1000
}

/** All that an archive keeps of a row, and whose it is. */
function copiedColumns (table: TableName): string {
  return [accountColumn(table), ...columnNames(table)].join(', ')
}
