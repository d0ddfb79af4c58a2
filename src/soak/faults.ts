import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Client as Session } from 'pg'
import { clientConfig, hasCode, withClient } from '../database/admin.ts'
import { openEmbedded, stopEmbedded, type EmbeddedServer } from '../database/embedded.ts'
import type { ConnectionSettings } from '../database/settings.ts'
import type { Client } from './requests.ts'

/** What faults are done to. */
export interface Ground {
  /** The administrator, in the soak's database. */
  admin: ConnectionSettings
  /** The same, where the first tenant's rows are. */
  first: ConnectionSettings
  directory: string
  port: () => number
  /** Slugs of the tenants at work. */
  slugs: readonly string[]
  client: Client
  /** Takes the hold on PostgreSQL that was opened anew. */
  onReopened: (server: EmbeddedServer) => void
  /** Ends the server by SIGTERM, and starts another. @returns how long its end took, in milliseconds */
  restartServer: () => Promise<number>
}

/** Something that goes wrong, for a while; it is over when the promise is. */
export interface Fault {
  name: string
  /** Not in every round: what is to be seen of memory takes a server that lives for a while. */
  isSeldom?: boolean
  happen: (ground: Ground) => Promise<void>
}

const postgresSettings = { fsync: 'off' }

export const faults: readonly Fault[] = [
  {
    name: 'backends are killed',
    happen: async ({ admin }) => {
      await withClient(admin, async client => {
        for (let time = 0; time < 20; time++) {
          await client.query("select pg_terminate_backend(pid) from pg_stat_activity where usename ~ '^rowhouse_' and usename <> 'rowhouse_lease' and pid <> pg_backend_pid() order by random() limit 2")
          await delay(100)
        }
      })
    }
  },
  {
    name: 'PostgreSQL is restarted',
    happen: async ({ directory, admin, onReopened }) => {
      await stopEmbedded({ directory })
      onReopened(await openEmbedded({ directory, settings: postgresSettings, preferredPort: admin.port }))
    }
  },
  {
    name: 'no connection is free',
    happen: async ({ admin }) => {
      const sessions: Session[] = []
      const takeAll = async (): Promise<void> => {
        for (;;) {
          const session = new Session(clientConfig(admin))
          session.on('error', () => {})
          try {
            await session.connect()
          } catch (error) {
            if (hasCode(error, '53300')) return
            throw error
          }
          sessions.push(session)
        }
      }
      try {
        await takeAll()
        // The server dials again at once, and now and then it is the first.
        for (const end = Date.now() + 2000; Date.now() < end; await delay(50)) {
          await sessions[0]?.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'rowhouse_tenant'")
          await takeAll()
        }
      } finally {
        await Promise.all(sessions.map(async session => { await session.end().catch(() => {}) }))
      }
    }
  },
  {
    name: 'queries take longer than they may',
    happen: async ({ first }) => {
      await withClient(first, async client => {
        await client.query('begin')
        await client.query('lock table rowhouse.project in access exclusive mode')
        await delay(4000)
        await client.query('rollback')
      })
    }
  },
  {
    // Each connection keeps what it has prepared, for as long as it lives.
    name: 'every shape of statement, many times over',
    happen: async ({ client, slugs }) => {
      const shapes = ['projects', 'tasks', 'subtasks'].flatMap(kind => ['name', '-name', 'created', '-created', 'id', '-id'].flatMap(sort =>
        ['', '&search=project', ...(kind === 'projects' ? [] : ['&is_complete=true', '&is_complete=false&search=word'])].flatMap(filter => ['', '&count=exact'].map(count => `/api/v1/${kind}?limit=3&sort=${sort}${filter}${count}`))))
      for (let time = 0; time < 6; time++) {
        const answers = await Promise.all(shapes.map(async (path, index) => await client.ask(`${slugs[(index + time) % slugs.length] ?? ''}.localhost`, path)))
        const refused = answers.find(({ status }) => ![0, 200, 429, 503].includes(status))
        if (refused !== undefined) throw new Error(`a list was answered ${refused.status}: ${refused.body}`)
      }
    }
  },
  {
    name: 'half requests',
    happen: async ({ port, slugs }) => {
      const texts = ['GET /subtasks/ HT', `GET /subtasks/ HTTP/1.1\r\nhost: ${slugs[0] ?? ''}.localhost\r\n`, `POST /api/v1/projects HTTP/1.1\r\nhost: ${slugs[1] ?? ''}.localhost\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"name": "never`, '\u0016\u0003\u0001\u0000\u0000']
      const sockets = Array.from({ length: 60 }, (_, index) => {
        const socket = connect({ host: '127.0.0.1', port: port() }).on('error', () => {})
        socket.write(texts[index % texts.length] ?? '')
        return socket
      })
      await delay(2000)
      for (const socket of sockets) socket.destroy()
    }
  },
  {
    name: 'clients hang up',
    happen: async ({ client, slugs }) => {
      for (let round = 0; round < 10; round++) {
        await Promise.all(Array.from({ length: 20 }, async (_, index) => await client.ask(`${slugs[index % slugs.length] ?? ''}.localhost`, '/subtasks/', { hangUpAfterMs: index })))
        await delay(50)
      }
    }
  },
  {
    name: 'the server is told to stop, and started again',
    isSeldom: true,
    happen: async ({ restartServer }) => { await restartServer() }
  }
]
