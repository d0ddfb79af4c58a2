import { z } from 'zod'
import { migrationNames } from '../database/migrate.ts'
import { maxId } from '../database/sequence.ts'
import { slug, storedName } from '../schemas/fields.ts'
import { ArchiveError, excerpt } from './archive-error.ts'
import { tableNames, tables, type TableName } from './tables.ts'

export const formatName = 'rowhouse-archive'
/** The second added the times at which rows were made and changed. Archives of earlier versions can be read. */
export const formatVersion = 3
export const manifestName = 'manifest.json'
export const readmeName = 'README.txt'

export const maxManifestBytes = 1024 * 1024
export const maxReadmeBytes = 1024 * 1024
export const maxLineBytes = 16 * 1024 * 1024

// What real rows compress to is far below; no file may ask for work out of proportion to its size.
const maxRatio = 250
const freeBytes = 256 * 1024 * 1024

/** How much may be in an archive of this size. */
export function maxUncompressedBytes (fileBytes: number): number {
  return freeBytes + maxRatio * fileBytes
}

export function entryName (table: TableName): string {
  return `${table}.ndjson`
}

export const entryNames: readonly string[] = [readmeName, ...tableNames.map(entryName), manifestName]

const wholeNumber = z.int().min(0)
const tableSummary = z.strictObject({
  rows: wholeNumber,
  bytes: wholeNumber,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  highestId: wholeNumber.max(maxId)
})
const header = z.object({ format: z.literal(formatName), version: z.int().min(1) })
const manifestSchema = z.strictObject({
  format: z.literal(formatName),
  version: z.int().min(1).max(formatVersion),
  schema: z.string().min(1).max(200),
  createdAt: z.iso.datetime(),
  account: z.strictObject({ slug, name: storedName }),
  tables: z.strictObject({ account: tableSummary, app_user: tableSummary, project: tableSummary, task: tableSummary, subtask: tableSummary })
})

/** What an archive says of itself: `highestId` is 0 where there is no row, and for the account, whose id is not kept. */
export type Manifest = z.infer<typeof manifestSchema>
export type TableSummary = z.infer<typeof tableSummary>
export type Counts = Readonly<Record<TableName, number>>

export interface ArchiveProgress {
  table: TableName
  /** Rows, over all tables. */
  done: number
  total: number
}

export interface ArchiveSteps {
  /** Ends the work at any moment. */
  signal?: AbortSignal | undefined
  onProgress?: ((progress: ArchiveProgress) => void) | undefined
}

/**
 * Reads a manifest.
 *
 * @throws {ArchiveError} if it is none, or that of a newer version
 */
export async function parseManifest (text: string): Promise<Manifest> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new ArchiveError(`${manifestName} is not JSON`)
  }
  const head = header.safeParse(value)
  if (!head.success) throw new ArchiveError(`${manifestName} is not that of an archive of Rowhouse: ${problem(head.error)}`)
  if (head.data.version > formatVersion) {
    throw new ArchiveError(`${manifestName}: the archive has version ${head.data.version} of the format, and this application knows versions up to ${formatVersion}; use a newer one`)
  }
  const manifest = manifestSchema.safeParse(value)
  if (!manifest.success) throw new ArchiveError(`${manifestName}: ${problem(manifest.error)}`)
  const known = await migrationNames()
  if (!known.includes(manifest.data.schema)) {
    throw new ArchiveError(`${manifestName}: the archive comes from the schema ${excerpt(manifest.data.schema)}, and this application knows those up to ${known.at(-1)}; use the version that wrote it, or a newer one`)
  }
  return manifest.data
}

function problem (error: z.ZodError): string {
  const [issue] = error.issues
  const path = issue === undefined || issue.path.length === 0 ? 'the whole' : issue.path.join('.')
  return `${path}: ${excerpt(issue?.message ?? 'invalid')}`
}

/** What a person reads who finds an archive and knows nothing else. */
export function readmeText (): string {
  const fields = tableNames.map(table => `  ${entryName(table)}\n${tables[table].map(column => {
    const limits = [
      column.parent === undefined ? '' : `the id of a line in ${entryName(column.parent)}`,
      column.values === undefined ? '' : column.values.join(' or '),
      column.maxLength === undefined ? '' : `${column.minLength ?? 0} to ${column.maxLength} characters`
    ].filter(text => text !== '')
    return `    ${column.name}: ${[typeNames[column.type], ...limits].join(', ')}\n`
  }).join('')}`)
  return `This is the archive of one account of Rowhouse: a full backup of everything that
the account keeps, as it was at one moment.

Keep it as safe as the database itself: app_user.ndjson holds e-mail addresses
and password hashes.

Any program that reads ZIP files opens it, and every line of an .ndjson file is
one JSON object in UTF-8, in order of id:

  unzip -p archive.zip project.ndjson | jq .name
  unzip -p archive.zip subtask.ndjson | jq -r 'select(.is_complete | not) | [.id, .name] | @tsv'

manifest.json says what wrote the archive and when, whose it is, and for each
file its rows, its bytes, their SHA-256 and its highest id. An archive that was
changed by hand no longer agrees with it, and is not imported.

The files and their fields:

${fields.join('\n')}
Timestamps are ISO 8601 in UTC, to the microsecond. No line says which account it
belongs to: that is decided where the archive is imported.
`
}

const typeNames = { bigint: 'whole number', text: 'text', boolean: 'true or false', timestamptz: 'timestamp' } as const
