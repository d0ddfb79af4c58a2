import pg from 'pg'
import { advanceSequence, assertWithinReach, maxId, type SequenceUse } from '../database/sequence.ts'
import { copyRows } from '../testdata/copy.ts'
import { ArchiveError } from './archive-error.ts'
import { entryName, type ArchiveSteps, type Manifest } from './format.ts'
import { readArchive, type Inspection } from './inspect.ts'
import type { Value } from './rows.ts'
import { columnNames, ownedTables, sequenceOf, type OwnedTable, type TableName } from './tables.ts'

/** The account that an archive becomes. */
export interface NewAccount {
  accountId: number
  slug: string
  name: string
  /** Whose rows are where it goes. */
  use: SequenceUse
}

/** Bounds what the server keeps for the foreign keys of one statement, and the temporary table. */
const batchRows = 25_000
const batchCharacters = 8 * 1024 * 1024
/**
 * Makes an account of an archive, with the ids that its rows had, in the transaction of its caller, who commits or rolls back.
 * Readers and writers of other accounts go on.
 *
 * COPY into a table is refused to roles that row-level security filters, so rows go through temporary tables.
 *
 * @param client the loader role, in a transaction of isolation level read committed
 * @param account what it is to be called
 * @returns what the archive says of itself, and how many rows there are now
 * @throws {ArchiveError} if the archive is not as an export writes it, or its rows break a rule of the tables. Some rows may have
 *   been inserted by then, so the transaction must be rolled back, as after the signal's reason and every other error.
 */
export async function importArchive (client: pg.Client, path: string, { accountId, slug, name, use }: NewAccount, { signal, onProgress }: ArchiveSteps = {}): Promise<Inspection> {
  if (!Number.isSafeInteger(accountId) || accountId < 1 || accountId > maxId) throw new ArchiveError(`an account's id is a whole number from 1 to ${maxId}`)
  for (const table of ownedTables) {
    await client.query(`create temporary table archived_${table} on commit drop as select ${columnNames(table).join(', ')} from ${table} with no data`)
  }
  const writer = new Writer(client, accountId, signal)
  let inspection: Inspection
  try {
    inspection = await readArchive(path, { signal, onProgress }, async (table, rows, version) => {
      if (table !== 'account') await writer.add(table, rows, version)
      else if (rows.length > 0) await insertAccount(client, { accountId, slug, name })
    })
    await writer.flush()
  } catch (error) {
    await writer.settle()
    throw error
  }
  for (const table of ownedTables) await client.query(`drop table archived_${table}`)
  await verifyCounts(client, accountId, inspection)
  await moveSequences(client, accountId, inspection, use)
  return inspection
}

async function insertAccount (client: pg.Client, { accountId, slug, name }: Omit<NewAccount, 'use'>): Promise<void> {
  await explained('account', client.query(
    'insert into account (id, slug, name) overriding system value values ($1::bigint, $2::text, $3::text)', [accountId, slug, name]))
}

/** Inserts rows in batches, while the next batch is being read. */
class Writer {
  readonly #client: pg.Client
  readonly #accountId: number
  readonly #signal: AbortSignal | undefined
  #table: OwnedTable = 'app_user'
  #version: number | undefined
  #batch: Value[][] = []
  #characters = 0
  #pending: Promise<void> = Promise.resolve()

  constructor (client: pg.Client, accountId: number, signal: AbortSignal | undefined) {
    this.#client = client
    this.#accountId = accountId
    this.#signal = signal
  }

  async add (table: OwnedTable, rows: readonly Value[][], version: number): Promise<void> {
    if (table !== this.#table) await this.flush()
    this.#table = table
    this.#version = version
    for (const row of rows) {
      this.#batch.push(row)
      for (const value of row) if (typeof value === 'string') this.#characters += value.length
    }
    if (this.#batch.length >= batchRows || this.#characters >= batchCharacters) await this.#send()
  }

  /** Waits until everything is inserted. */
  async flush (): Promise<void> {
    await this.#send()
    await this.#pending
  }

  /** Waits until the connection is free, whatever came of it. */
  async settle (): Promise<void> {
    await this.#pending.catch(() => {})
  }

  async #send (): Promise<void> {
    await this.#pending
    if (this.#batch.length === 0) return
    this.#pending = this.#insert(this.#table, this.#batch)
    // Whoever waits for it next gets the error; until then nobody does.
    this.#pending.catch(() => {})
    this.#batch = []
    this.#characters = 0
  }

  async #insert (table: OwnedTable, rows: Value[][]): Promise<void> {
    // What an older format lacks has its default.
    const columns = columnNames(table, this.#version).join(', ')
    await copyRows(this.#client, `copy archived_${table} (${columns}) from stdin`, rows, { signal: this.#signal })
    const { rowCount } = await explained(table, this.#client.query(
      `insert into ${table} (account_id, ${columns}) overriding system value select $1::bigint, ${columns} from archived_${table} order by id`, [this.#accountId]))
    if (rowCount !== rows.length) throw new ArchiveError(`${entryName(table)}: of ${rows.length} rows ${rowCount} were inserted`)
    await this.#client.query(`truncate archived_${table}`)
  }
}

/** A rule of the tables that rows break is told by its name, without the values that the server adds. */
async function explained<T> (table: TableName, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code?.startsWith('23') !== true) throw error
    const subject = table === 'account' ? 'the account' : entryName(table)
    const rule = rules[error.code] ?? 'break'
    throw new ArchiveError(`${subject}: ${rule} ${error.constraint ?? error.column ?? 'a rule of the table'}`, { cause: error })
  }
}

const rules: Readonly<Record<string, string>> = {
  23503: 'a row refers to one that is missing, which is against',
  23505: 'there are two of what must be unique according to',
  23514: 'a value is against'
}

async function verifyCounts (client: pg.Client, accountId: number, { counts }: Inspection): Promise<void> {
  for (const table of ownedTables) {
    const { rows: [found] } = await client.query<{ count: string }>(`select count(*)::text as count from ${table} where account_id = $1::bigint`, [accountId])
    if (Number(found?.count) !== counts[table]) throw new ArchiveError(`${entryName(table)} has ${counts[table]} rows, and the account ${found?.count} in ${table}`)
  }
}

/** Before a row is written. @throws {ExplainedError} where the archive has ids that cannot be taken in where it is to go */
export async function assertIdsWithinReach (client: pg.Client, { tables }: Manifest, use: SequenceUse): Promise<void> {
  for (const table of ownedTables) await assertWithinReach(client, sequenceOf(table), tables[table].highestId, use)
}

async function moveSequences (client: pg.Client, accountId: number, { manifest }: Inspection, use: SequenceUse): Promise<void> {
  await advanceSequence(client, sequenceOf('account'), accountId, use)
  for (const table of ownedTables) await advanceSequence(client, sequenceOf(table), manifest.tables[table].highestId, use)
}
