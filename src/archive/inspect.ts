import { createHash } from 'node:crypto'
import { ArchiveError } from './archive-error.ts'
import { withContainer, type Container } from './container.ts'
import { entryName, manifestName, maxUncompressedBytes, parseManifest, readmeName, type ArchiveSteps, type Counts, type Manifest } from './format.ts'
import { readLines } from './lines.ts'
import { KnownIds, RowReader, type Value } from './rows.ts'
import { tableNames, tables, type TableName } from './tables.ts'

export interface Inspection {
  manifest: Manifest
  counts: Counts
}

/**
 * Reads an archive to its end and verifies all that can be without a database, in memory that does not grow with it
 * (ids of parents apart, 8 bytes each and at most 64 MB).
 *
 * @returns what it says of itself, which is true then, and its rows
 * @throws {ArchiveError} if anything is not as an export writes it
 * @throws the signal's reason
 */
export async function inspectArchive (path: string, steps: ArchiveSteps = {}): Promise<Inspection> {
  return await readArchive(path, steps, async () => {})
}

/**
 * Reads an archive like {@link inspectArchive}, and hands every batch of rows on before it reads the next. Rows that were handed
 * on count for nothing if it throws in the end.
 */
export async function readArchive (path: string, { signal, onProgress }: ArchiveSteps, onRows: (table: TableName, rows: readonly Value[][], version: number) => Promise<void>): Promise<Inspection> {
  return await withContainer(path, async container => {
    const manifest = await parseManifest(await readText(container, manifestName))
    await readText(container, readmeName)
    checkSizes(container, manifest)
    const ids = new Map(tableNames.flatMap(name => tables[name].flatMap(({ parent }) => parent === undefined ? [] : [[parent, new KnownIds()] as const])))
    const total = tableNames.reduce((sum, name) => sum + manifest.tables[name].rows, 0)
    const counts = { account: 0, app_user: 0, project: 0, task: 0, subtask: 0 }
    let done = 0
    for (const table of tableNames) {
      const reader = new RowReader(table, ids, manifest.version)
      const hash = createHash('sha256')
      for await (const lines of readLines(entryName(table), hashed(container.chunks(entryName(table)), hash))) {
        signal?.throwIfAborted()
        await onRows(table, lines.map(line => reader.read(line)), manifest.version)
        done += lines.length
        onProgress?.({ table, done, total })
      }
      checkSummary(table, manifest, reader, hash.digest('hex'))
      counts[table] = reader.rows
      if (table === 'account' && reader.rows !== 1) throw new ArchiveError(`${entryName(table)} has ${reader.rows} lines, and not one`)
    }
    return { manifest, counts }
  })
}

async function readText (container: Container, name: string): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of container.chunks(name)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function checkSizes (container: Container, manifest: Manifest): void {
  for (const table of tableNames) {
    const [stated, actual] = [manifest.tables[table].bytes, container.size(entryName(table))]
    if (stated !== actual) throw new ArchiveError(`${entryName(table)} has ${actual} bytes, and ${manifestName} says ${stated}`)
  }
  const total = tableNames.reduce((sum, table) => sum + manifest.tables[table].bytes, 0)
  if (total > maxUncompressedBytes(container.fileBytes)) throw new ArchiveError(`${manifestName} states ${total} bytes in a file of ${container.fileBytes}, which is out of all proportion`)
}

async function * hashed (chunks: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

function checkSummary (table: TableName, manifest: Manifest, { rows, highestId }: RowReader, sha256: string): void {
  const stated = manifest.tables[table]
  if (sha256 !== stated.sha256) throw new ArchiveError(`${entryName(table)}: its SHA-256 is not the one in ${manifestName}, so it was changed or damaged`)
  if (rows !== stated.rows) throw new ArchiveError(`${entryName(table)} has ${rows} lines, and ${manifestName} says ${stated.rows}`)
  if (highestId !== stated.highestId) throw new ArchiveError(`${entryName(table)} has ids up to ${highestId}, and ${manifestName} says ${stated.highestId}`)
}
