import { createHash, createHmac, randomBytes } from 'node:crypto'
import { chown, mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { buildAtomically, EmbeddedDatabaseError, findServerAccount, findShutDirectory, isRoot, locatePackage, makeDirectory, prepareBinaries, runProgram } from './embedded-binaries.ts'
import type { Account, Binaries, BinarySource } from './embedded-binaries.ts'
import { diagnose, findFreePort, findServer, host, pollInterval, readTail, startServer, stopServer, unlessMissing } from './embedded-process.ts'
import type { Cluster, RunningServer, StartedServer } from './embedded-process.ts'
import { scramVerifier } from './roles.ts'
import type { ConnectionSettings } from './settings.ts'

export { EmbeddedDatabaseError }

export interface EmbeddedOptions {
  /** Where it lives; by default `defaultEmbeddedDirectory()`. */
  directory?: string
  /** Server settings on top of the defaults. They count for the start, not when attaching to a running server. */
  settings?: Record<string, string>
  /** The first port to try when starting. */
  preferredPort?: number
  binaries?: BinarySource
}

export interface EmbeddedServer {
  /** The superuser's login; its password is random and kept beside the data. */
  admin: ConnectionSettings & { password: string }
  directory: string
  /** Whether this call started the server, rather than attached to a running one. */
  startedHere: boolean
  /**
   * Gives up this process's hold and stops PostgreSQL when nobody else holds it, unless `keepRunning` is set.
   *
   * @returns whether it was stopped.
   * @throws {EmbeddedDatabaseError} if it does not stop.
   */
  release: (options?: { keepRunning?: boolean }) => Promise<boolean>
}

interface Session {
  client: Client
  socket: Socket
}

const rootDirectory = '/var/lib/rowhouse'
const leaseName = 'rowhouse lease'
const leaseRole = 'rowhouse_lease'
const leaseKey = 7_606_871
const initdbTimeout = 120_000
// Long, because recovery after a crash may have 4 GB of log to replay.
const startTimeout = 180_000
// After a kill -9 the server's children hold on to its memory for a moment.
const hinderedTimeout = 20_000
const retakeAttempts = 60

/** Where the embedded server of this project lives if no directory is given: in the project, or for root where other accounts may reach it. */
export function defaultEmbeddedDirectory (): string {
  const project = resolve(fileURLToPath(new URL('../..', import.meta.url)))
  if (!isRoot()) return join(project, '.rowhouse')
  return join(rootDirectory, createHash('sha256').update(project).digest('hex').slice(0, 8))
}

/**
 * Opens the PostgreSQL that comes with npm: sets it up at the first call, starts it if it is not running, else attaches
 * to it. It goes on running until the last of the processes that opened it releases it.
 *
 * @throws {EmbeddedDatabaseError} saying what is in the way, with the end of the server's log.
 */
export async function openEmbedded (options: EmbeddedOptions = {}): Promise<EmbeddedServer> {
  const directory = resolve(options.directory ?? defaultEmbeddedDirectory())
  try {
    const cluster = await prepareCluster(directory, options.binaries ?? {})
    return await startOrAttach(cluster, options.settings ?? {}, options.preferredPort ?? 15432)
  } catch (error) {
    throw clearError(error, `PostgreSQL could not be started in ${directory}`, 'Give another directory, or set DATABASE_URL to a PostgreSQL server of your own.')
  }
}

function clearError (error: unknown, what: string, advice: string): EmbeddedDatabaseError {
  if (error instanceof EmbeddedDatabaseError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new EmbeddedDatabaseError(`${what}: ${reason}. ${advice}`, { cause: error })
}

async function prepareCluster (directory: string, source: BinarySource): Promise<Cluster> {
  const found = await locatePackage(source.packageDirectory)
  const root = isRoot()
  await makeDirectory(directory, root ? 0o755 : 0o700)
  const home = join(await realpath(directory), `postgres-${found.major}`)
  const data = join(home, 'data')
  const account = root ? await findServerAccount(data) : undefined
  const shut = account === undefined ? undefined : await findShutDirectory(directory, account)
  if (shut !== undefined) {
    throw new EmbeddedDatabaseError(`PostgreSQL refuses to run as root, and uid ${account?.uid}, under which it would run instead, cannot reach ${directory}: ${shut} shuts it out. Open that (chmod o+x), give another directory, or run as an ordinary user.`)
  }
  const binaries = await prepareBinaries(found, account, source.copies ?? (root ? rootDirectory : directory))
  await buildAtomically(home, root ? 0o711 : 0o700, temporary => initialize(temporary, binaries, account))
  const password = await readFile(join(home, 'admin-password'), 'utf8')
  return { directory, data, log: join(home, 'log'), password, account, binaries }
}

async function initialize (home: string, { initdb }: Binaries, account: Account | undefined): Promise<void> {
  const password = randomBytes(24).toString('base64url')
  await writeFile(join(home, 'admin-password'), password, { mode: 0o600 })
  const passwordFile = join(home, 'initdb-password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  const data = join(home, 'data')
  await mkdir(data, { mode: 0o700 })
  if (account !== undefined) {
    for (const path of [passwordFile, data]) await chown(path, account.uid, account.gid)
  }
  // Collation and character classes are those built into PostgreSQL, so that every machine sorts alike.
  await runProgram(initdb, ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'], { account, directory: home, timeout: initdbTimeout })
  await rm(passwordFile)
}

async function startOrAttach (cluster: Cluster, settings: Record<string, string>, preferredPort: number): Promise<EmbeddedServer> {
  const deadline = Date.now() + startTimeout
  let hinderedSince = Infinity
  let port = preferredPort
  let started: StartedServer | undefined
  while (Date.now() < deadline) {
    const running = await findServer(cluster.data)
    if (running?.ready === true) {
      const session = await takeLease(cluster, running)
      if (session !== undefined) return holdServer(cluster, running, session, running.pid === started?.pid)
    } else if (running === undefined && (started === undefined || started.end !== undefined)) {
      const failure = started === undefined ? undefined : await diagnose(cluster, started)
      const hindered = failure === 'held' || failure === 'killed'
      hinderedSince = hindered ? Math.min(hinderedSince, Date.now()) : Infinity
      if (Date.now() - hinderedSince > hinderedTimeout) throw new EmbeddedDatabaseError(`PostgreSQL does not start in ${cluster.directory}: ${failure === 'killed' ? 'it is killed each time' : 'its data directory stays locked. If no PostgreSQL runs there, remove data/postmaster.pid'}. The end of the log:\n${await readTail(cluster.log)}`)
      if (hindered) await delay(4 * pollInterval)
      port = await findFreePort(failure === 'port' ? port + 1 : port)
      started = await startServer(cluster, port, settings)
    }
    await delay(pollInterval)
  }
  throw new EmbeddedDatabaseError(`PostgreSQL in ${cluster.directory} did not become ready within ${startTimeout / 1000} s. If it is recovering from a crash, try again later. The end of its log:\n${await readTail(cluster.log)}`)
}

/**
 * Holds the server by a shared advisory lock, which a process that dies gives back by itself. Returns undefined if the
 * server is going down or does not answer; then the caller looks again.
 */
async function takeLease (cluster: Cluster, { pid, port }: RunningServer): Promise<Session | undefined> {
  let session: Session | undefined
  try {
    session = await connectForLease(cluster, port)
    await session.client.query('select pg_advisory_lock_shared($1)', [leaseKey])
    // Whoever stops the server had the lock before us, and the server notes the stop before it ends the holder's session.
    const running = await findServer(cluster.data)
    if (running?.pid === pid && running.ready && !session.socket.destroyed) return session
  } catch (error) {
    const { code = '', message } = error as Error & { code?: string }
    // Class 28 is a refused login; all else passes: starting, stopping, no connection free.
    if (code.startsWith('28')) throw new EmbeddedDatabaseError(`The PostgreSQL on port ${port} refuses the login kept beside ${cluster.data}: ${message}. If you have changed the password of postgres, write the new one to the file admin-password there.`, { cause: error })
  }
  session?.socket.destroy()
  return undefined
}

/** Logs in as a role that may do nothing: a server that runs for weeks holds no administrator's session meanwhile. */
async function connectForLease (cluster: Cluster, port: number): Promise<Session> {
  const login = { ...adminOf(cluster, port), user: leaseRole, password: createHmac('sha256', cluster.password).update(leaseRole).digest('base64url') }
  try {
    return await connect(login)
  } catch (error) {
    if ((error as { code?: string }).code !== '28P01') throw error
    const { client, socket } = await connect(adminOf(cluster, port))
    try {
      await client.query(`create role ${leaseRole} login noinherit password '${scramVerifier(login.password)}'`)
    } catch (creation) {
      // Another process was faster, or the role is there with another password.
      if ((creation as { code?: string }).code !== '23505') await client.query(`alter role ${leaseRole} password '${scramVerifier(login.password)}'`)
    } finally {
      await client.end().catch(() => {})
      socket.destroy()
    }
    return await connect(login)
  }
}

async function connect (login: ConnectionSettings): Promise<Session> {
  const socket = new Socket()
  const client = new Client({
    ...login,
    ssl: false,
    stream: () => socket,
    application_name: leaseName,
    options: '-c idle_session_timeout=0 -c statement_timeout=0 -c lock_timeout=10s',
    connectionTimeoutMillis: 5_000,
    query_timeout: 15_000
  })
  // Without a listener, losing the connection would end the process.
  client.on('error', () => {})
  await client.connect().catch((error: unknown) => {
    socket.destroy()
    throw error
  })
  return { client, socket }
}

function adminOf ({ password }: Cluster, port: number): ConnectionSettings & { password: string } {
  return { host, port, database: 'postgres', user: 'postgres', password }
}

function holdServer (cluster: Cluster, running: RunningServer, first: Session, startedHere: boolean): EmbeddedServer {
  let session: Session | undefined
  let released = false

  function keep (taken: Session) {
    session = taken
    // The lease alone must not keep the process alive.
    taken.socket.unref()
    taken.socket.once('close', () => {
      session = undefined
      retake(retakeAttempts)
    })
  }

  // The server ends all sessions when one of its processes crashes, and goes on.
  function retake (attempts: number) {
    if (attempts > 0 && !released) setTimeout(attempt, 1000, attempts).unref()
  }

  async function attempt (attempts: number) {
    const server = await findServer(cluster.data).catch(() => undefined)
    const taken = server?.ready === true ? await takeLease(cluster, server).catch(() => undefined) : undefined
    if (taken === undefined) retake(attempts - 1)
    else if (released) taken.socket.destroy()
    else keep(taken)
  }

  async function release ({ keepRunning = false } = {}) {
    if (released) return false
    released = true
    const last = session ?? (keepRunning ? undefined : await connectForLease(cluster, running.port).catch(() => undefined))
    if (last === undefined) return false
    last.socket.ref()
    try {
      // While we have the lock exclusively, nobody can come in: they wait for it, are thrown out by the stop, and start anew.
      return !keepRunning && await lockExclusively(last.client) && await stopServer(cluster.data, cluster.binaries)
    } finally {
      await Promise.race([last.client.end().catch(() => {}), delay(1000, undefined, { ref: false })])
      last.socket.destroy()
    }
  }

  keep(first)
  return { admin: adminOf(cluster, running.port), directory: cluster.directory, startedHere, release }
}

/** Returns whether nobody else holds the server. Gives up the own hold first: of two that leave at once, one must succeed. */
async function lockExclusively (client: Client): Promise<boolean> {
  try {
    await client.query('select pg_advisory_unlock_shared($1)', [leaseKey])
    const { rows: [row] } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [leaseKey])
    return row?.locked === true
  } catch {
    return false // The connection was lost, so the server is gone or going.
  }
}

/**
 * Stops the server in the directory, whoever holds it.
 *
 * @returns whether one was running.
 * @throws {EmbeddedDatabaseError} if it does not stop.
 */
export async function stopEmbedded (options: { directory?: string } = {}): Promise<boolean> {
  const directory = resolve(options.directory ?? defaultEmbeddedDirectory())
  let stopped = false
  try {
    for (const name of await readdir(directory).catch(unlessMissing) ?? []) {
      if (/^postgres-\d+$/.test(name) && await stopServer(join(await realpath(directory), name, 'data'))) stopped = true
    }
    return stopped
  } catch (error) {
    throw clearError(error, `The PostgreSQL in ${directory} could not be stopped`, 'Stop it as the user who started it.')
  }
}
