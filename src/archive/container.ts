import { stat } from 'node:fs/promises'
import zlib from 'node:zlib'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { ArchiveError, excerpt } from './archive-error.ts'
import { entryNames, manifestName, maxManifestBytes, maxReadmeBytes, maxUncompressedBytes, readmeName } from './format.ts'

/** The entries of a ZIP file, each of which can be read once. */
export interface Container {
  fileBytes: number
  /** What an entry holds, as its directory states. */
  size: (name: string) => number
  /** The bytes of an entry; whoever has read them to the end knows that they are as many as stated, and that their CRC is right. */
  chunks: (name: string) => AsyncGenerator<Buffer>
}

/**
 * Opens a ZIP file for as long as the work takes.
 *
 * @throws {ArchiveError} if it is none, if it does not hold exactly the entries of an archive, or if one would unpack to more than a file of its size may
 */
export async function withContainer<T> (path: string, work: (container: Container) => Promise<T>): Promise<T> {
  const fileBytes = await sizeOf(path)
  const zip = await openPromise(path, { autoClose: false, strictFileNames: true }).catch((error: unknown) => { throw damaged('', error) })
  zip.on('error', () => {})
  try {
    const entries = await readDirectory(zip)
    const total = [...entries.values()].reduce((sum, entry) => sum + entry.uncompressedSize, 0)
    if (total > maxUncompressedBytes(fileBytes)) throw new ArchiveError(`the archive states that its ${fileBytes} bytes unpack to ${total}, which is out of all proportion`)
    return await work({
      fileBytes,
      size: name => get(entries, name).uncompressedSize,
      chunks: name => readEntry(zip, get(entries, name))
    })
  } finally {
    zip.close()
  }
}

async function sizeOf (path: string): Promise<number> {
  const file = await stat(path).catch((error: unknown) => {
    throw new ArchiveError(`the archive cannot be read: ${messageOf(error)}`, { cause: error })
  })
  if (!file.isFile()) throw new ArchiveError('the archive is not a file')
  return file.size
}

async function readDirectory (zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount !== entryNames.length) throw new ArchiveError(`the archive has ${zip.entryCount} entries, and not ${entryNames.length}: ${entryNames.join(', ')}`)
  if (zip.comment !== '') throw new ArchiveError('the archive has a comment, which no export writes')
  const entries = new Map<string, Entry>()
  const directory = zip.eachEntry()
  for (;;) {
    const next = await directory.next().catch((error: unknown) => { throw damaged('', error) })
    if (next.done === true) break
    const entry = next.value
    const name = entry.fileName
    if (!entryNames.includes(name)) throw new ArchiveError(`the archive has an entry ${excerpt(name)}, which is none of ${entryNames.join(', ')}`)
    if (entries.has(name)) throw new ArchiveError(`the archive has two entries ${name}`)
    if (!entry.canDecodeFileData()) throw new ArchiveError(`${name} is encrypted, or compressed in a way that no export uses`)
    await checkLocalHeader(zip, entry)
    entries.set(name, entry)
  }
  for (const [name, limit] of [[manifestName, maxManifestBytes], [readmeName, maxReadmeBytes]] as const) {
    if (get(entries, name).uncompressedSize > limit) throw new ArchiveError(`${name} is longer than ${limit} bytes`)
  }
  return entries
}

/** Programs that unpack a file from its beginning must see what is seen here. */
async function checkLocalHeader (zip: ZipFile, entry: Entry): Promise<void> {
  const header = await zip.readLocalFileHeaderPromise(entry).catch((error: unknown) => { throw damaged(entry.fileName, error) })
  const agrees = header.fileName.toString('utf8') === entry.fileName && header.compressionMethod === entry.compressionMethod &&
    header.generalPurposeBitFlag === entry.generalPurposeBitFlag
  if (!agrees) throw new ArchiveError(`${entry.fileName}: the header of the entry and the directory of the archive disagree`)
}

async function * readEntry (zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  let checksum = 0
  try {
    const stream = await zip.openReadStreamPromise(entry)
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      checksum = zlib.crc32(chunk, checksum)
      yield chunk
    }
  } catch (error) {
    throw damaged(entry.fileName, error)
  }
  if (checksum !== entry.crc32) throw new ArchiveError(`${entry.fileName} is damaged: its CRC is wrong`)
}

function get (entries: ReadonlyMap<string, Entry>, name: string): Entry {
  const entry = entries.get(name)
  if (entry === undefined) throw new ArchiveError(`the archive has no entry ${name}`)
  return entry
}

function damaged (name: string, error: unknown): ArchiveError {
  const what = name === '' ? 'the file is not a ZIP file, or damaged' : `${name} is damaged`
  return new ArchiveError(`${what}: ${messageOf(error)}`, { cause: error })
}

function messageOf (error: unknown): string {
  return excerpt(error instanceof Error ? error.message : String(error))
}
