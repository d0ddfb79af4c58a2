import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { EmbeddedDatabaseError, isAlive, locatePackage, programEnvironment, runProgram, spawnIdentity } from './embedded-binaries.ts'
import type { Account, Binaries } from './embedded-binaries.ts'

export interface Cluster {
  directory: string
  data: string
  log: string
  password: string
  account: Account | undefined
  binaries: Binaries
}

export interface RunningServer {
  pid: number
  port: number
  ready: boolean
}

export interface StartedServer {
  pid: number | undefined
  /** Where its part of the log begins. */
  logOffset: number
  /** Undefined while it runs; code 0 is an orderly stop. */
  end?: { code: number | null } | { error: Error }
}

export const host = '127.0.0.1'
export const pollInterval = 25

// A development machine's memory and disk; everything that keeps data safe stays as PostgreSQL ships it.
const defaultSettings = {
  shared_buffers: '256MB',
  maintenance_work_mem: '256MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  max_connections: '200'
}
// From 32768 on, Linux gives ports to outgoing connections, any of which could be in the way of the next start.
const firstEphemeralPort = 32768
const emptyFileAge = 10_000
const stopTimeout = 30_000
const quitTimeout = 10_000

/**
 * Finds the server that runs on the data directory, by PostgreSQL's lock file. Moves a dead server's file out of the way
 * where PostgreSQL would not.
 */
export async function findServer (data: string): Promise<RunningServer | undefined> {
  const path = join(data, 'postmaster.pid')
  const content = await readFile(path, 'utf8').catch(unlessMissing)
  if (content === undefined) return undefined
  if (content === '') {
    // Either being written just now, or lost in a power failure; PostgreSQL leaves the latter to us.
    const { mtimeMs } = await stat(path).catch(unlessMissing) ?? { mtimeMs: Date.now() }
    if (Date.now() - mtimeMs > emptyFileAge) await removeLockFile(path, content)
    return undefined
  }
  const lines = content.split('\n')
  const pid = Number(lines[0])
  const identity = await identify(pid, data)
  if (identity === 'server') return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
  // PostgreSQL takes any process with this id for the server: a zombie, or in a container, where ids repeat, ourselves.
  if (identity === 'other') await removeLockFile(path, content)
  return undefined
}

async function identify (pid: number, data: string): Promise<'server' | 'other' | 'unclear' | 'gone'> {
  if (!isAlive(pid)) return 'gone'
  const command = await describeProcess(pid)
  if (process.platform === 'win32' && command?.includes('postgres.exe') === true) return 'server'
  if (command?.includes(` -D ${data} `) === true) return 'server'
  // Somebody may have started one by hand, with another spelling of the directory.
  return command === undefined || command.includes('postgres') ? 'unclear' : 'other'
}

/** Returns the command line, or on Windows the program: blank for a zombie, undefined if there is no telling. */
async function describeProcess (pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    return await readFile(`/proc/${pid}/cmdline`, 'utf8').then(text => text.replaceAll('\0', ' '), () => existsSync('/proc/self') ? '' : undefined)
  }
  const [program, args] = process.platform === 'win32'
    ? ['tasklist', ['/FI', `PID eq ${pid}`, '/NH', '/FO', 'CSV']] as const
    : ['ps', ['-ww', '-o', 'command=', '-p', String(pid)]] as const
  // An exit code means that there is no such process, anything else that there is no such program.
  return await promisify(execFile)(program, args, { windowsHide: true }).then(({ stdout }) => `${stdout.trim()} `, ({ code }: { code: unknown }) => typeof code === 'number' ? '' : undefined)
}

// Renamed before it is compared: removing it by name could hit the file of a server that was started in between.
async function removeLockFile (path: string, content: string): Promise<void> {
  const aside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`
  await rename(path, aside).catch(unlessMissing)
  const moved = await readFile(aside, 'utf8').catch(unlessMissing)
  if (moved !== undefined && moved !== content) await link(aside, path)
  await rm(aside, { force: true })
}

/** For `catch`: turns the absence of a file into undefined and lets other errors pass. */
export function unlessMissing (error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/**
 * Returns the first free port from `first` on.
 *
 * @throws {EmbeddedDatabaseError} if there is none.
 */
export async function findFreePort (first: number): Promise<number> {
  const end = first < firstEphemeralPort ? firstEphemeralPort : 65536
  for (let port = first; port < end; port++) {
    if (await isFree(port)) return port
  }
  throw new EmbeddedDatabaseError(`No port from ${first} to ${end - 1} of ${host} is free for PostgreSQL.`)
}

async function isFree (port: number): Promise<boolean> {
  const probe = createServer()
  return await new Promise(resolve => {
    probe.once('error', () => { resolve(false) })
    probe.listen({ port, host, exclusive: true }, () => { probe.close(() => { resolve(true) }) })
  })
}

/**
 * Starts a server without waiting for it: `findServer` tells when it is ready, `end` whether it failed.
 */
export async function startServer ({ data, log, account, binaries }: Cluster, port: number, settings: Record<string, string>): Promise<StartedServer> {
  const all = { ...defaultSettings, ...settings, listen_addresses: host, port: String(port), unix_socket_directories: '', logging_collector: 'off' }
  const file = await open(log, 'a', 0o600)
  try {
    const { size } = await file.stat()
    // Detached and with no pipe to us: Ctrl-C in the terminal must not reach it, and it may outlive us.
    const child = spawn(binaries.postgres, ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])], {
      ...spawnIdentity(account), cwd: data, env: programEnvironment(), detached: true, windowsHide: true, stdio: ['ignore', file.fd, file.fd]
    })
    const started: StartedServer = { pid: child.pid, logOffset: size }
    child.once('error', error => { started.end = { error } })
    child.once('exit', code => { started.end = { code } })
    child.unref()
    return started
  } finally {
    await file.close()
  }
}

/**
 * Tells why a server ended that another attempt may bring up: its port was taken, it was killed, or the data directory was
 * held, be it by a server that somebody else started or by the remains of a dead one. Undefined: it was stopped in order.
 *
 * @throws {EmbeddedDatabaseError} with the end of its log if it failed otherwise.
 */
export async function diagnose ({ log }: Cluster, { end, logOffset }: StartedServer): Promise<'port' | 'held' | 'killed' | undefined> {
  if (end === undefined) return undefined
  if ('error' in end) throw end.error
  if (end.code === 0) return undefined
  if (end.code === null) return 'killed'
  const text = await readTail(log, logOffset)
  if (text.includes('could not create any TCP/IP sockets')) return 'port'
  if (/lock file ".*" (already exists|is empty)|pre-existing shared memory block/.test(text)) return 'held'
  throw new EmbeddedDatabaseError(`PostgreSQL ended while starting. The end of its log, ${log}:\n${text}`)
}

/** Returns the last 4 kB of the file, none of it from before `from`; nothing if there is no file. */
export async function readTail (path: string, from = 0): Promise<string> {
  const file = await open(path).catch(unlessMissing)
  if (file === undefined) return ''
  try {
    const { size } = await file.stat()
    const start = Math.max(from, size - 4096)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, start)
    return buffer.toString('utf8', 0, bytesRead).trim()
  } finally {
    await file.close()
  }
}

/**
 * Stops the server that runs on the data directory, by a fast shutdown, or where that hangs by an immediate one.
 *
 * @returns whether one was running.
 * @throws {EmbeddedDatabaseError} if it does not stop.
 */
export async function stopServer (data: string, binaries?: Binaries): Promise<boolean> {
  const running = await findServer(data)
  if (running === undefined) return false
  if (process.platform === 'win32') {
    const { pgCtl } = binaries ?? await locatePackage()
    await runProgram(pgCtl, ['stop', '-D', data, '-m', 'fast', '-w', '-t', String(stopTimeout / 1000)], { directory: data, timeout: stopTimeout + quitTimeout })
    return true
  }
  if (await signalAndWait(running.pid, data, 'SIGINT', stopTimeout) || await signalAndWait(running.pid, data, 'SIGQUIT', quitTimeout)) return true
  throw new EmbeddedDatabaseError(`PostgreSQL (process ${running.pid}) in ${data} did not stop within ${(stopTimeout + quitTimeout) / 1000} s. End it by hand: kill -QUIT ${running.pid}`)
}

async function signalAndWait (pid: number, data: string, signal: NodeJS.Signals, timeout: number): Promise<boolean> {
  const deadline = Date.now() + timeout
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
  while (Date.now() < deadline) {
    if (await identify(pid, data) !== 'server') return true
    await delay(pollInterval)
  }
  return false
}
