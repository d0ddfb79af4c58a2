import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { advanceSequence, type SequenceUse } from '../database/sequence.ts'
import { TenantError } from './catalogue.ts'
import type { TenantTable } from './tenant-tables.ts'

/** One account's rows in one database: the loader's session there, in a transaction, and the account's id. */
export interface Side {
  client: pg.Client
  accountId: number
}

export interface TransferSteps {
  signal?: AbortSignal | undefined
  onProgress?: ((progress: TransferProgress) => void) | undefined
}

export interface TransferProgress {
  table: string
  /** Rows that were copied, compared or removed, over all tables. */
  done: number
  total: number
}

/** Ids in a row are compared together; where they differ, one by one. */
const chunkSize = 4096
const idsPerStatement = 5000

/** How the text of a value comes out must not depend on a server's settings. */
const plainText = "set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'iso_8601'; set local bytea_output = 'hex'; set local extra_float_digits = 1"

/**
 * Makes one account's rows in the target equal to those in the source, by changing what differs: the first time that is all
 * of them, and later what was written meanwhile. Ids stay as they are.
 *
 * @returns how many rows were written or removed
 */
export async function synchronize (source: Side, target: Side, tables: readonly TenantTable[], steps: TransferSteps = {}): Promise<number> {
  for (const { client } of [source, target]) await client.query(plainText)
  const { begin, end, advance } = await progressOver(source, tables, steps)
  let changed = 0
  const leftovers: Array<{ table: TenantTable, ids: string[] }> = []
  for (const table of tables) {
    steps.signal?.throwIfAborted()
    begin(table)
    const isEmpty = (await target.client.query(`select from ${table.name} where account_id = $1::bigint limit 1`, [target.accountId])).rowCount === 0
    let written = 0
    if (isEmpty) {
      written = await copyRows(source, target, table, undefined, steps, advance)
    } else {
      const { missing, extra } = await compareRows(source, target, table)
      if (table.isParent) {
        leftovers.push({ table, ids: extra })
      } else {
        // A row that is gone, or was changed, may still have here what another one has by now and no two may have.
        await removeIds(target, table, [...extra, ...missing])
        changed += extra.length
      }
      for (let first = 0; first < missing.length; first += idsPerStatement) {
        written += await copyRows(source, target, table, missing.slice(first, first + idsPerStatement), steps)
      }
    }
    changed += written
    end(table)
  }
  // Children first; a parent's row may be one that they have just been led away from.
  for (const { table, ids } of leftovers.reverse()) {
    await removeIds(target, table, ids)
    changed += ids.length
  }
  return changed
}

/** Of this one nothing may be deleted; a function does it, for accounts that are not served here. */
const recordTable = 'audit_event'

async function removeIds ({ client, accountId }: Side, { name }: TenantTable, ids: readonly string[]): Promise<void> {
  for (let first = 0; first < ids.length; first += idsPerStatement) {
    const some = ids.slice(first, first + idsPerStatement)
    if (name === recordTable) await client.query('select remove_events($1::bigint, $2::bigint[])', [accountId, some])
    else await client.query(`delete from ${name} where account_id = $1::bigint and id = any ($2::bigint[])`, [accountId, some])
  }
}

/** @throws {TenantError} where a table's rows are not the same on both sides */
export async function assertEqual (source: Side, target: Side, tables: readonly TenantTable[]): Promise<void> {
  for (const { client } of [source, target]) await client.query(plainText)
  for (const table of tables) {
    const { missing, extra } = await compareRows(source, target, table)
    if (missing.length + extra.length > 0) throw new TenantError(`the copy of ${table.name} differs in ${missing.length + extra.length} rows; nothing was switched`)
  }
}

/** Removes one account's rows. @returns how many there were of each table */
export async function removeRows (side: Side, tables: readonly TenantTable[], steps: TransferSteps = {}): Promise<Record<string, number>> {
  const { begin, end } = await progressOver(side, tables, steps)
  const removed: Record<string, number> = {}
  for (const table of [...tables].reverse()) {
    begin(table)
    removed[table.name] = await removeAll(side, table)
    end(table)
  }
  return removed
}

async function removeAll ({ client, accountId }: Side, { name }: TenantTable): Promise<number> {
  if (name !== recordTable) return (await client.query(`delete from ${name} where account_id = $1::bigint`, [accountId])).rowCount ?? 0
  const { rows: [row] } = await client.query<{ removed: string }>('select remove_events($1::bigint) as removed', [accountId])
  return Number(row?.removed ?? 0)
}

/** Tells how far the work on an account's tables has come, by rows; they are counted where somebody wants to know. */
async function progressOver (side: Side, tables: readonly TenantTable[], { onProgress }: TransferSteps): Promise<{ begin: (table: TenantTable) => void, advance: (rows: number) => void, end: (table: TenantTable) => void }> {
  const counts: Record<string, number> = onProgress === undefined ? {} : await countRows(side, tables)
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  let [done, within, present] = [0, 0, '']
  const tell = (): void => { onProgress?.({ table: present, done: done + within, total }) }
  return {
    begin: ({ name }) => { present = name; tell() },
    advance: rows => { within += rows; tell() },
    end: ({ name }) => { done += counts[name] ?? 0; within = 0; tell() }
  }
}

/** One account's rows of each table. */
export async function countRows ({ client, accountId }: Side, tables: readonly TenantTable[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { name } of tables) {
    const { rows: [row] } = await client.query<{ count: string }>(`select count(*) as count from ${name} where account_id = $1::bigint`, [accountId])
    counts[name] = Number(row?.count ?? 0)
  }
  return counts
}

/** Leads each sequence beyond the ids that an account brought along, never back. */
export async function advanceSequences ({ client, accountId }: Side, tables: readonly TenantTable[], use: SequenceUse): Promise<void> {
  for (const { name, hasSequence } of tables) {
    if (!hasSequence) continue
    const { rows: [row] } = await client.query<{ highest: string }>(`select coalesce(max(id), 0) as highest from ${name} where account_id = $1::bigint`, [accountId])
    await advanceSequence(client, `${name}_id_seq`, Number(row?.highest ?? 0), use)
  }
}

async function copyRows (source: Side, target: Side, table: TenantTable, ids: string[] | undefined, { signal }: TransferSteps, onRows: (rows: number) => void = () => {}): Promise<number> {
  const columns = table.columns.join(', ')
  const only = ids === undefined ? '' : ` and id = any ('{${ids.join(',')}}'::bigint[])`
  await target.client.query(`create temporary table staged as select ${columns} from ${table.name} with no data`)
  const reading = source.client.query(copyTo(`copy (select ${columns} from ${table.name} where account_id = ${source.accountId}${only}) to stdout`))
  const writing = target.client.query(copyFrom(`copy staged (${columns}) from stdin`))
  const counted = async function * (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      onRows(linesIn(chunk))
      yield chunk
    }
  }
  await pipeline(reading, counted, writing, signal === undefined ? {} : { signal })
  const changes = table.columns.filter(column => column !== 'id').map(column => `${column} = excluded.${column}`)
  const { rowCount } = await target.client.query(`
    insert into ${table.name} (account_id, ${columns}) overriding system value
    select $1::bigint, ${columns} from staged
    ${table.isParent ? `on conflict (account_id, id) do update set ${changes.join(', ')}` : ''}`, [target.accountId])
  await target.client.query('drop table staged')
  return rowCount ?? 0
}

/** A row of a copy is a line. */
function linesIn (chunk: Buffer): number {
  let lines = 0
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++
  return lines
}

/** Which rows the target lacks or has otherwise, and which it has beyond the source's. */
async function compareRows (source: Side, target: Side, table: TenantTable): Promise<{ missing: string[], extra: string[] }> {
  const [ours, theirs] = await Promise.all([chunksOf(source, table), chunksOf(target, table)])
  const missing: string[] = []
  const extra: string[] = []
  for (const chunk of new Set([...ours.keys(), ...theirs.keys()])) {
    if (ours.get(chunk) === theirs.get(chunk)) continue
    const [wanted, present] = await Promise.all([digestsOf(source, table, chunk), digestsOf(target, table, chunk)])
    for (const [id, digest] of wanted) if (present.get(id) !== digest) missing.push(id)
    for (const id of present.keys()) if (!wanted.has(id)) extra.push(id)
  }
  return { missing, extra }
}

async function chunksOf ({ client, accountId }: Side, table: TenantTable): Promise<Map<string, string>> {
  const { rows } = await client.query<{ chunk: string, digest: string }>(`
    select id / ${chunkSize} as chunk, count(*) || ' ' || bit_xor(${digest(table)}) as digest
    from ${table.name} where account_id = $1::bigint group by id / ${chunkSize}`, [accountId])
  return new Map(rows.map(row => [row.chunk, row.digest]))
}

async function digestsOf ({ client, accountId }: Side, table: TenantTable, chunk: string): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string, digest: string }>(`
    select id, ${digest(table)} as digest
    from ${table.name} where account_id = $1::bigint and id between $2::bigint * ${chunkSize} and $2::bigint * ${chunkSize} + ${chunkSize - 1}`, [accountId, chunk])
  return new Map(rows.map(row => [row.id, row.digest]))
}

/** 64 bits of a row that are the same on every server. */
function digest ({ columns }: TenantTable): string {
  return `('x' || encode(substring(sha256(convert_to(row(${columns.join(', ')})::text, 'UTF8')) for 8), 'hex'))::bit(64)::bigint`
}
