import { randomBytes } from 'node:crypto'
import { open, readdir, unlink, type FileHandle } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { hasCode } from '../database/admin.ts'
import { ArchiveError } from './archive-error.ts'

/** A file that is not whole yet, beside the one that it is to become. */
export interface PartFile {
  path: string
  file: FileHandle
}

const ofThisProcess = new Set<string>()

/**
 * Opens a file to write into, which only its owner may read. Its name says which process writes it, so that what killed
 * processes of this machine have left of the same file can be told from what is still being written, and is removed.
 *
 * @throws {ArchiveError} where it cannot be written there
 */
export async function createPart (target: string): Promise<PartFile> {
  await removeLeftovers(target)
  const path = `${target}.${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}.part`
  try {
    const file = await open(path, 'wx', 0o600)
    ofThisProcess.add(path)
    return { path, file }
  } catch (error) {
    throw new ArchiveError(`${target} cannot be written: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/** Takes it away where it was not given its name. */
export async function discardPart ({ path, file }: PartFile): Promise<void> {
  await file.close().catch(() => {})
  await unlink(path).catch(() => {})
  ofThisProcess.delete(path)
}

async function removeLeftovers (target: string): Promise<void> {
  const folder = dirname(target)
  const prefix = `${basename(target)}.${hostname()}-`
  for (const name of await readdir(folder).catch(() => [])) {
    const [, pid] = name.startsWith(prefix) ? /^(\d+)-[0-9a-f]{8}\.part$/.exec(name.slice(prefix.length)) ?? [] : []
    const path = join(folder, name)
    if (pid !== undefined && !isBeingWritten(Number(pid), path)) await unlink(path).catch(() => {})
  }
}

function isBeingWritten (pid: number, path: string): boolean {
  // A container begins with the same number each time.
  if (pid === process.pid) return [...ofThisProcess].some(own => join(own) === path)
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !hasCode(error, 'ESRCH')
  }
}
