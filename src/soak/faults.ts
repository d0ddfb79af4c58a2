import { readFile, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client as Session } from 'pg'
import { clientConfig, hasCode, withClient } from '../database/admin.ts'
import { openEmbedded, stopEmbedded } from '../database/embedded.ts'
import type { ConnectionSettings } from '../database/settings.ts'
import type { Excuse } from './fault-windows.ts'
import { Client, type Answer } from './requests.ts'
import type { ServerLife } from './server-process.ts'
import type { Violation } from './tally.ts'

/** What faults are done to. */
export interface Ground {
  /** The administrator, in the soak's database. */
  admin: ConnectionSettings
  /** The same, where the first tenant's rows are. */
  first: ConnectionSettings
  directory: string
  /** Slugs of the tenants at work. */
  slugs: readonly string[]
  client: Client
  server: () => ServerLife
  startServer: () => Promise<void>
  /** From now on, requests may be refused that began no earlier than that. */
  expectRefusals: (began: number) => void
  /** From now on, connections may break. */
  expectBroken: () => void
  /** Something that a fault itself has seen and that must not be. */
  tell: (violation: Violation) => void
}

/** What was done, by its name, and how often: a fault that does nothing is none. */
export type Deeds = Record<string, number>

/** Something that goes wrong, for a while; it is over when the promise is. */
export interface Fault {
  name: string
  /** What whoever asks may meet with meanwhile. */
  excuse: Excuse
  /** Whether somebody has to notice it. */
  isFelt?: boolean
  /** Not in every round: what is to be seen of memory takes a server that lives for a while. */
  isSeldom?: boolean
  /** Behind it a server has done everything once, and has nothing left to learn. */
  isMeasured?: boolean
  happen: (ground: Ground) => Promise<Deeds>
}

/** The server answers for so long that it is stopping. */
export const drainMs = 500
/** Longer than a statement of a tenant's may take. */
const heldUpMs = 6500
/** Shorter than a statement of a tenant's waits for a lock. */
const lookingMs = 1500
const arrivalMs = 500
const underWayAtOnce = 3
const shapesAtOnce = 16
const shapesMs = 4000

export const faults: readonly Fault[] = [
  {
    name: 'the server is told to stop, and started again',
    // Refusals from the signal on, and of what comes later alone.
    excuse: 'nothing',
    isFelt: true,
    isSeldom: true,
    happen: async ({ first, client, slugs, server, startServer, expectRefusals, expectBroken, tell }) => {
      const { underWay, refused, lived, told } = await withClient(first, async session => {
        await session.query('begin')
        await session.query('lock table rowhouse.project in access exclusive mode')
        let taken = 0
        const underWay = Array.from({ length: underWayAtOnce }, async () => await client.ask(`${slugs[0] ?? ''}.localhost`, '/api/v1/projects?limit=1', { onTaken: () => { taken++ } }))
        for (const end = Date.now() + lookingMs; Date.now() < end; await delay(10)) {
          const { rowCount } = await session.query("select from pg_locks where not granted and relation = 'rowhouse.project'::regclass")
          // What waits need not be ours; the server has ours as well.
          if ((rowCount ?? 0) > 0 && taken === underWayAtOnce) break
        }
        if (taken < underWayAtOnce) tell({ kind: 'refused', detail: `the server took ${taken} of ${underWayAtOnce} requests` })
        // Those of the tenants at work that have waited for so long are under way, too.
        await delay(arrivalMs)
        const told = performance.now()
        expectRefusals(told - arrivalMs)
        server().tellToStop()
        let [refused, lived] = [0, 0]
        for (const end = Date.now() + drainMs / 2; Date.now() < end; await delay(20)) {
          const stranger = new Client(() => server().port)
          const [ready, live] = await Promise.all(['/health/ready', '/health/live'].map(async path => await stranger.ask('localhost', path)))
          stranger.close()
          if (ready?.status === 503 && ready.headers['retry-after'] !== undefined && ready.headers['connection'] === 'close') refused++
          if (live?.status === 200) lived++
        }
        await session.query('rollback')
        return { underWay, refused, lived, told }
      })
      // From about then on the server does not listen any more, and the next one not yet.
      await delay(told + drainMs - 50 - performance.now())
      expectBroken()
      const answers = await Promise.all(underWay)
      const unfinished = answers.filter(answer => !isWholeList(answer))
      for (const { status, body } of unfinished) tell({ kind: status === 0 ? 'broken' : 'refused', detail: `a request that was under way when the server was told to stop was answered ${status}: ${body.slice(0, 200)}` })
      await server().end()
      await startServer()
      return { 'requests under way that were finished': answers.length - unfinished.length, 'new connections refused with 503': refused, 'answers that it lives': lived }
    }
  },
  {
    // Each connection keeps what it has prepared, for as long as it lives.
    name: 'every shape of statement, many times over',
    excuse: 'nothing',
    isMeasured: true,
    happen: async ({ client, slugs }) => {
      const shapes = ['projects', 'tasks', 'subtasks'].flatMap(kind => ['name', '-name', 'created', '-created', 'id', '-id'].flatMap(sort =>
        ['', '&search=row', ...(kind === 'projects' ? [] : ['&is_complete=true', '&is_complete=false&search=word'])].flatMap(filter => ['', '&count=exact'].map(count => `/api/v1/${kind}?limit=3&sort=${sort}${filter}${count}`))))
      const lists = Array.from({ length: 6 }, (_, time) => shapes.map((path, index) => ({ path, host: `${slugs[(index + time) % slugs.length] ?? ''}.localhost` }))).flat()
      let answered = 0
      const end = performance.now() + shapesMs
      await Promise.all(Array.from({ length: shapesAtOnce }, async () => {
        for (let list = lists.pop(); list !== undefined && performance.now() < end; list = lists.pop()) {
          const { status, body } = await client.ask(list.host, list.path)
          if (status !== 200) throw new Error(`a list was answered ${status}: ${body}`)
          answered++
        }
      }))
      return { 'lists answered': answered }
    }
  },
  {
    name: 'backends are killed',
    excuse: 'refusals',
    happen: async ({ admin }) => await withClient(admin, async session => {
      let killed = 0
      for (let time = 0; time < 20; time++) {
        killed += await terminate(session, "usename ~ '^rowhouse_' and usename <> 'rowhouse_lease' order by random() limit 2")
        await delay(100)
      }
      return { 'backends killed': killed }
    })
  },
  {
    name: 'PostgreSQL is restarted',
    excuse: 'refusals',
    isFelt: true,
    happen: async ({ directory, admin }) => {
      const before = await startOf(admin)
      await stopEmbedded({ directory })
      await startAgain(directory, admin)
      return { restarts: await startOf(admin) > before ? 1 : 0 }
    }
  },
  {
    // All at once, as when the machine loses its power: what was acknowledged has to be on the disk by then.
    name: 'PostgreSQL is killed',
    excuse: 'refusals',
    isFelt: true,
    happen: async ({ directory, admin }) => {
      const log = await logOf(admin)
      const processes = await withClient(admin, async session => {
        const { rows: [server] } = await session.query<{ pid: number }>("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::integer as pid")
        // One that begins after this was asked would be left, wait for ever for what a killed one held, and keep the next server from starting.
        if (server !== undefined) kill(server.pid, 'SIGSTOP')
        await delay(arrivalMs)
        const { rows } = await session.query<{ pid: number }>('select pid from pg_stat_activity where pid <> pg_backend_pid()')
        return [...server === undefined ? [] : [server], ...rows].map(({ pid }) => pid)
      })
      let killed = 0
      for (const pid of processes) if (kill(pid)) killed++
      await startAgain(directory, admin)
      return { 'processes killed': killed, 'recoveries from the log': await log.count('database system was not properly shut down; automatic recovery in progress') }
    }
  },
  {
    name: 'no connection is free',
    excuse: 'refusals',
    isFelt: true,
    happen: async ({ admin }) => {
      const sessions: Session[] = []
      let [refused, thrownOut] = [0, 0]
      const takeAll = async (): Promise<void> => {
        for (;;) {
          const session = new Session(clientConfig(admin))
          session.on('error', () => {})
          try {
            await session.connect()
          } catch (error) {
            if (!hasCode(error, '53300')) throw error
            refused++
            return
          }
          sessions.push(session)
        }
      }
      try {
        await takeAll()
        // The server dials again at once, and now and then it is the first.
        for (const end = Date.now() + 2000; Date.now() < end; await delay(50)) {
          if (sessions[0] !== undefined) thrownOut += await terminate(sessions[0], "usename = 'rowhouse_tenant'")
          await takeAll()
        }
      } finally {
        await Promise.all(sessions.map(async session => { await session.end().catch(() => {}) }))
      }
      return { 'connections taken': sessions.length, 'times none was left': refused, 'of the server\'s thrown out': thrownOut }
    }
  },
  {
    name: 'queries take longer than they may',
    excuse: 'refusals',
    isFelt: true,
    happen: async ({ admin, first }) => {
      const log = await logOf(admin)
      await withClient(first, async session => {
        // Otherwise they are given up earlier, for the lock.
        const setLockTimeout = async (clause: string): Promise<void> => {
          await session.query(`alter role rowhouse_tenant in database ${session.escapeIdentifier(first.database)} ${clause}`)
          await terminate(session, "usename = 'rowhouse_tenant' and datname = current_database()")
        }
        await setLockTimeout("set lock_timeout = '60s'")
        try {
          await session.query('begin')
          await session.query('lock table rowhouse.project in access exclusive mode')
          await delay(heldUpMs)
          await session.query('rollback')
        } finally {
          await setLockTimeout('reset lock_timeout')
        }
      })
      return { 'statements cancelled at their time limit': await log.count('canceling statement due to statement timeout') }
    }
  },
  {
    name: 'half requests',
    excuse: 'nothing',
    happen: async ({ server, slugs }) => {
      const nonsense = '\u0016\u0003\u0001\u0000\u0000'
      const texts = ['GET /subtasks/ HT', `GET /subtasks/ HTTP/1.1\r\nhost: ${slugs[0] ?? ''}.localhost\r\n`, `POST /api/v1/projects HTTP/1.1\r\nhost: ${slugs[1] ?? ''}.localhost\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"name": "never`, nonsense]
      let [sent, refused] = [0, 0]
      const sockets = Array.from({ length: 60 }, (_, index) => {
        const socket = connect({ host: '127.0.0.1', port: server().port }).on('error', () => {})
        socket.once('data', data => { if (String(data).startsWith('HTTP/1.1 400 ')) refused++ })
        socket.write(texts[index % texts.length] ?? '', error => { if (error === undefined || error === null) sent++ })
        return socket
      })
      await delay(1500)
      for (const socket of sockets) socket.destroy()
      return { 'half requests sent': sent, 'refused as no requests': refused }
    }
  },
  {
    name: 'clients hang up',
    excuse: 'nothing',
    happen: async ({ client, slugs }) => {
      let left = 0
      for (let round = 0; round < 10; round++) {
        const answers = await Promise.all(Array.from({ length: 20 }, async (_, index) => await client.ask(`${slugs[index % slugs.length] ?? ''}.localhost`, '/subtasks/', { hangUpAfterMs: index })))
        left += answers.filter(({ status }) => status === 0).length
        await delay(50)
      }
      return { 'clients that left before their answer': left }
    }
  }
]

/** As if nothing had happened. */
function isWholeList ({ status, body }: Answer): boolean {
  return status === 200 && Array.isArray((JSON.parse(body) as { data?: unknown }).data)
}

/** @returns how many sessions were ended */
async function terminate (session: Session, which: string): Promise<number> {
  // Chosen first: the planner would as soon end them all, and then look which were meant.
  const { rowCount } = await session.query(`with chosen as materialized (select pid from pg_stat_activity where ${which}) select from chosen where pg_terminate_backend(pid)`)
  return rowCount ?? 0
}

/** Something that only the database's own log tells of. */
interface Log {
  /** How often a text came since. */
  count: (text: string) => Promise<number>
}

async function logOf (admin: ConnectionSettings): Promise<Log> {
  const path = await withClient(admin, async session => {
    const { rows: [row] } = await session.query<{ data: string }>("select current_setting('data_directory') as data")
    return join(dirname(row?.data ?? ''), 'log')
  })
  const { size } = await stat(path)
  return { count: async text => (await readFile(path)).subarray(size).toString().split(text).length - 1 }
}

async function startOf (admin: ConnectionSettings): Promise<Date> {
  return await withClient(admin, async session => {
    const { rows: [row] } = await session.query<{ start: Date }>('select pg_postmaster_start_time() as start')
    return row?.start ?? new Date(0)
  })
}

/** The soak's own hold comes back by itself: this one is given up. */
async function startAgain (directory: string, { port }: ConnectionSettings): Promise<void> {
  const again = await openEmbedded({ directory, preferredPort: port })
  await again.release({ keepRunning: true })
  if (again.admin.port !== port) throw new Error(`PostgreSQL came back on port ${again.admin.port}, because something else has taken ${port}`)
}

/** @returns whether there was such a process, on a system that has such a signal */
function kill (pid: number, signal: 'SIGKILL' | 'SIGSTOP' = 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
