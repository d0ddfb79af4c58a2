import { createHash } from 'node:crypto'
import { link, open, rename, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { hasCode } from '../database/admin.ts'
import { migrationNames } from '../database/migrate.ts'
import { maxId } from '../database/sequence.ts'
import { ArchiveError } from './archive-error.ts'
import { entryName, formatName, formatVersion, manifestName, maxLineBytes, maxUncompressedBytes, readmeName, readmeText, type ArchiveSteps, type Counts, type Manifest, type TableSummary } from './format.ts'
import { createPart, discardPart } from './part-file.ts'
import { accountColumn, columnsOf, ownedTables, tableNames, type TableName } from './tables.ts'
import { zipFile } from './zip-writer.ts'

export interface ExportOptions extends ArchiveSteps {
  /** Replace a file that is there; by default it is refused. */
  overwrite?: boolean
  /** Called when all of it is written and the file has yet to get its name, which it does not where this throws. */
  onWritten?: (manifest: Manifest) => Promise<void>
}

/**
 * Writes everything that an account keeps into one file, as it is at one moment, whatever others write meanwhile. The file has
 * its name when it is whole and on the disk, and not before; only its owner may read it.
 *
 * @param client the loader role, in no transaction. Its connection is cut where the work is interrupted, which also ends what
 *   the server was doing; it takes no other statement then.
 * @returns the archive's manifest
 * @throws {ArchiveError} if there is no such account, the file is there, or the account holds what could not be imported again
 * @throws the signal's reason, and whatever database and disk throw; no file is left in any of these cases
 */
export async function exportArchive (client: pg.Client, accountId: number, path: string, { signal, onProgress, overwrite = false, onWritten }: ExportOptions = {}): Promise<Manifest> {
  signal?.throwIfAborted()
  if (!Number.isSafeInteger(accountId)) throw new ArchiveError('an account is named by its id, a whole number')
  if (!overwrite && await exists(path)) throw new ArchiveError(`${path} is there already; name another file, or have this one overwritten with --overwrite`)
  const part = await createPart(path)
  try {
    const manifest = await inSnapshot(client, signal, async () => await writeArchive(client, accountId, part.file, { signal, onProgress }))
    signal?.throwIfAborted()
    await onWritten?.(manifest)
    await publish(part.path, path, overwrite)
    return manifest
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    await discardPart(part)
  }
}

async function exists (path: string): Promise<boolean> {
  return await stat(path).then(() => true, () => false)
}

async function inSnapshot<T> (client: pg.Client, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  // A server that is in the middle of sending rows listens to nothing but the end of the connection.
  const cut = (): void => { client.connection.stream.destroy() }
  signal?.addEventListener('abort', cut, { once: true })
  try {
    await client.query('begin isolation level repeatable read read only')
    // A server's time limits are meant for requests.
    await client.query('set local statement_timeout = 0')
    await client.query('set local idle_in_transaction_session_timeout = 0')
    await client.query("set local timezone = 'UTC'")
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  } finally {
    signal?.removeEventListener('abort', cut)
  }
}

async function writeArchive (client: pg.Client, accountId: number, file: FileHandle, { signal, onProgress }: ArchiveSteps): Promise<Manifest> {
  const account = await readAccount(client, accountId)
  const createdAt = new Date()
  const expected = await readExtent(client, accountId)
  const total = Object.values(expected.counts).reduce((sum, count) => sum + count, 0)
  const summaries: Partial<Record<TableName, TableSummary>> = {}
  let done = 0

  const readTable = (table: TableName): AsyncGenerator<Buffer> => summedUp(client.query(copyTo(copyStatement(table, accountId))), table, {
    onRows: count => {
      done += count
      onProgress?.({ table, done, total })
    },
    onEnd: summary => { summaries[table] = { ...summary, highestId: expected.highestIds[table] } }
  })
  const manifest = (): Manifest => ({
    format: formatName,
    version: formatVersion,
    schema: account.schema,
    createdAt: createdAt.toISOString(),
    account: { slug: account.slug, name: account.name },
    tables: summaries as Record<TableName, TableSummary>
  })
  const archive = zipFile([
    { name: readmeName, chunks: () => text(readmeText()) },
    ...tableNames.map(table => ({ name: entryName(table), chunks: () => readTable(table) })),
    { name: manifestName, chunks: () => text(JSON.stringify(manifest(), null, 2) + '\n') }
  ], createdAt)
  // Closed, and on the disk, when the pipeline is through.
  const target = file.createWriteStream({ flush: true })
  try {
    await pipeline(archive, target, signal === undefined ? {} : { signal })
  } catch (error) {
    // What is left of the rows would stand before the answer to any other statement.
    client.connection.stream.destroy()
    throw error
  }

  for (const table of tableNames) {
    if (summaries[table]?.rows !== expected.counts[table]) throw new ArchiveError(`${entryName(table)} has ${summaries[table]?.rows} rows, and the table ${expected.counts[table]}`)
  }
  const bytes = tableNames.reduce((sum, table) => sum + (summaries[table]?.bytes ?? 0), 0)
  if (bytes > maxUncompressedBytes(target.bytesWritten)) throw new ArchiveError(`the account's ${bytes} bytes shrink to ${target.bytesWritten}, and an import refuses what is so much out of proportion`)
  return manifest()
}

async function readAccount (client: pg.Client, accountId: number): Promise<{ slug: string, name: string, schema: string }> {
  const { rows: [account] } = await client.query<{ slug: string, name: string }>('select slug, name from account where id = $1::bigint', [accountId])
  if (account === undefined) throw new ArchiveError(`there is no account ${accountId}`)
  // A server takes no requests before all migrations of its version are applied.
  const schema = (await migrationNames()).at(-1)
  if (schema === undefined) throw new ArchiveError('this application has no migrations')
  return { ...account, schema }
}

async function readExtent (client: pg.Client, accountId: number): Promise<{ counts: Counts, highestIds: Counts }> {
  const counts = { account: 1, app_user: 0, project: 0, task: 0, subtask: 0 }
  const highestIds = { account: 0, app_user: 0, project: 0, task: 0, subtask: 0 }
  for (const table of ownedTables) {
    const { rows: [extent] } = await client.query<{ count: string, lowest: string, highest: string }>(
      `select count(*)::text as count, coalesce(min(id), 1)::text as lowest, coalesce(max(id), 0)::text as highest from ${table} where account_id = $1::bigint`, [accountId])
    counts[table] = Number(extent?.count)
    highestIds[table] = Number(extent?.highest)
    if (highestIds[table] > maxId || Number(extent?.lowest) < 1) throw new ArchiveError(`the account has rows in ${table} with ids outside 1 to ${maxId}, which an import would refuse`)
  }
  return { counts, highestIds }
}

/**
 * PostgreSQL makes the JSON, which has no control characters: so nothing is ever quoted, and a line is a row. It is put together
 * of its values, none of which may be null: row_to_json says the same and takes a sixth longer.
 */
function copyStatement (table: TableName, accountId: number): string {
  const key = accountColumn(table)
  const fields = columnsOf(table).map(({ name, type }, index) => `'${index === 0 ? '' : ','}"${name}":' || ${type === 'bigint' || type === 'boolean' ? name : `to_json(${name})`}`)
  return `copy (
    select '{' || ${fields.join(' || ')} || '}'
    from ${table} where ${key} = ${accountId} order by ${key}, ${table}.id
  ) to stdout with (format csv, quote E'\\x01', delimiter E'\\x02', encoding 'UTF8')`
}

const newline = 10

interface SummaryListeners {
  onRows: (count: number) => void
  onEnd: (summary: Omit<TableSummary, 'highestId'>) => void
}

/** Lets the bytes of a table through, and knows in the end what the manifest says of them. */
async function * summedUp (chunks: AsyncIterable<Buffer>, table: TableName, { onRows, onEnd }: SummaryListeners): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let [rows, bytes, lineBytes] = [0, 0, 0]
  const assertShortEnough = (more: number): void => {
    if (lineBytes + more > maxLineBytes) throw new ArchiveError(`the account's row ${rows + 1} in ${table} is longer than ${maxLineBytes} bytes, which an import would refuse`)
  }
  for await (const chunk of chunks) {
    const before = rows
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      assertShortEnough(end - start)
      rows++
      lineBytes = 0
      start = end + 1
    }
    assertShortEnough(chunk.length - start)
    lineBytes += chunk.length - start
    bytes += chunk.length
    hash.update(chunk)
    if (rows > before) onRows(rows - before)
    yield chunk
  }
  onEnd({ rows, bytes, sha256: hash.digest('hex') })
}

async function * text (content: string): AsyncGenerator<Buffer> {
  yield Buffer.from(content)
}

/** Gives the file its name. Where nothing may be overwritten, that is one step, too, if the file system knows links. */
async function publish (part: string, path: string, overwrite: boolean): Promise<void> {
  const isLinked = !overwrite && await link(part, path).then(() => true, (error: unknown) => {
    if (hasCode(error, 'EEXIST')) throw new ArchiveError(`${path} is there now; name another file, or have this one overwritten with --overwrite`, { cause: error })
    return false
  })
  if (!isLinked) await rename(part, path)
  // Not every platform can do this with a directory.
  const directory = await open(dirname(path), 'r').catch(() => undefined)
  await directory?.sync().catch(() => {})
  await directory?.close()
}
