import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { asRole, run, seedTenants, testDatabase, until, type Run } from './support.ts'

const database = await testDatabase(t)
await seedTenants(database)

interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

interface Asked {
  method?: string
  host?: string
  accept?: string
  body?: string
  agent?: http.Agent
}

type Server = Run & { port: number, ask: (path: string, asked?: Asked) => Promise<Answer> }

async function startServer (t: Test, settings: NodeJS.ProcessEnv): Promise<Server> {
  const server = run(t, ['src/server.ts'], { ...database.environment, ...settings, PORT: '0' })
  await until(() => {
    if (server.child.exitCode !== null) throw new Error(`the server ended: ${server.output()}`)
    return server.output().includes('Ctrl-C stops')
  })
  const port = Number(/http:\/\/tenant-0\.localhost:(\d+)\//.exec(server.output())?.[1])
  return { ...server, port, ask: async (path, asked) => await ask(port, path, asked) }
}

/** Over a connection of its own, unless an agent has one. */
async function ask (port: number, path: string, { method = 'GET', host = 'tenant-0.localhost', accept = 'application/json', body, agent = new http.Agent() }: Asked = {}): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const headers = { host, accept, ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) }
    http.request({ host: '127.0.0.1', port, path, method, agent, headers }, response => {
      let said = ''
      response.setEncoding('utf8').on('data', chunk => { said += chunk }).on('end', () => { resolve({ status: response.statusCode ?? 0, headers: response.headers, body: said }) })
    }).on('error', reject).end(body)
  })
}

/** Has whoever writes to a project wait while the work is done: such a request is under way. */
async function whileProjectsAreLocked<T> (work: (isWaitedFor: () => Promise<boolean>) => Promise<T>): Promise<T> {
  return await asRole(database.admin, async query => {
    await query('begin')
    await query('lock table rowhouse.project in exclusive mode')
    const result = await work(async () => (await query("select from pg_locks where not granted and relation = 'rowhouse.project'::regclass")).length > 0)
    await query('rollback')
    return result
  })
}

async function connectionsLeft (): Promise<number> {
  return await asRole(database.admin, async query => (await query("select from pg_stat_activity where datname = current_database() and usename ~ '^rowhouse_'")).length)
}

const isReachable = async (port: number): Promise<boolean> => await ask(port, '/health/live').then(() => true, () => false)

t.test('SIGTERM: what is under way is finished, what comes is refused in good order, and the process ends with 0', async t => {
  const server = await startServer(t, { DRAIN_MS: '1500' })
  t.equal((await server.ask('/health/ready')).status, 200)
  const [kept, keptUnderWay] = [new http.Agent({ keepAlive: true, maxSockets: 1 }), new http.Agent({ keepAlive: true, maxSockets: 1 })]
  t.equal((await server.ask('/subtasks/', { agent: kept })).status, 200)
  const idle = net.connect(server.port, '127.0.0.1')
  await once(idle, 'connect')
  idle.resume().on('error', () => {})

  const began = performance.now()
  const { underWay, refused } = await whileProjectsAreLocked(async isWaitedFor => {
    const underWay = server.ask('/api/v1/projects', { method: 'POST', body: '{"name":"made while the server stopped"}', agent: keptUnderWay })
    await until(isWaitedFor)
    server.child.kill('SIGTERM')
    await until(async () => (await server.ask('/health/ready')).status === 503)
    const refused = {
      'on a connection that was kept': await server.ask('/api/v1/projects', { agent: kept }),
      'on a new one': await server.ask('/api/v1/projects'),
      'on a connection that had nothing to send before': await askOver(idle),
      'with a body that nobody reads': await server.ask('/api/v1/projects', { method: 'POST', body: JSON.stringify({ name: 'x'.repeat(500_000) }) }),
      'whoever is ready': await server.ask('/health/ready'),
      'of the operator\'s': await server.ask('/subtasks/', { host: 'localhost' }),
      'for a host that is none of its own': await server.ask('/', { host: 'example.com' }),
      'for what is not there': await server.ask('/nothing')
    }
    t.match(await server.ask('/health/live'), { status: 200, headers: { connection: 'close' } }, 'it still lives')
    t.match(await server.ask('/subtasks/', { accept: 'text/html' }), { status: 503, headers: { 'content-type': /^text\/html/, 'retry-after': '1', connection: 'close' }, body: /is being stopped/ }, 'a browser gets a page')
    return { underWay, refused }
  })
  for (const [what, { status, headers, body }] of Object.entries(refused)) {
    t.match({ status, headers }, { status: 503, headers: { 'content-type': /^application\/problem\+json/, 'retry-after': /^\d+$/, connection: 'close' } }, what)
    t.match(JSON.parse(body), { type: '/problems/unavailable', status: 503, title: String, detail: /is being stopped/, requestId: String }, what)
  }
  t.match(await underWay, { status: 201, headers: { connection: 'close' } }, 'what was under way is done')
  t.equal(await server.ended, 0)
  const took = performance.now() - began
  t.ok(took > 1500 && took < 5000, `it was there for its time, and no longer: ${took.toFixed(0)} ms`)
  t.notOk(await isReachable(server.port))
  t.equal((await asRole(database.admin, async query => await query("select from rowhouse.project where name = 'made while the server stopped'"))).length, 1)
  await until(async () => await connectionsLeft() === 0)
  for (const agent of [kept, keptUnderWay]) agent.destroy()
})

t.test('of requests that come without pause none is lost when the server stops', async t => {
  const server = await startServer(t, { DRAIN_MS: '1000' })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  const answers: Array<{ at: number, name: string, answer: Answer | Error }> = []
  const over = new AbortController()
  const working = Promise.all(Array.from({ length: 8 }, async (_, worker) => {
    for (let count = 0; !over.signal.aborted; count++) {
      const name = `request ${worker}-${count}`
      const answer = await server.ask('/api/v1/projects', { method: 'POST', host: `tenant-${worker % 3}.localhost`, body: JSON.stringify({ name }), ...(count % 2 === 0 ? { agent } : {}) }).catch((error: unknown) => error as Error)
      answers.push({ at: performance.now(), name, answer })
    }
  }))
  await delay(500)
  const told = performance.now()
  server.child.kill('SIGTERM')
  await delay(800)
  const refusing = performance.now()
  over.abort()
  await working
  t.equal(await server.ended, 0)
  agent.destroy()
  const statuses = (from: number, to: number): Set<unknown> => new Set(answers.filter(({ at }) => at >= from && at < to).map(({ answer }) => answer instanceof Error ? answer.message : answer.status))
  t.strictSame(statuses(0, told), new Set([201]))
  t.strictSame([...statuses(told, Infinity)].filter(status => status !== 201), [503], 'none broke')
  t.strictSame(statuses(told + 300, refusing), new Set([503]))
  const made = new Set(answers.filter(({ answer }) => !(answer instanceof Error) && answer.status === 201).map(({ name }) => name))
  const kept = await asRole(database.admin, async query => (await query("select name from rowhouse.project where name like 'request %'")).map(row => row['name'] as string))
  t.strictSame(kept.sort(), [...made].sort(), 'what was answered 201 is there, what was refused is not')
})

t.test('Ctrl-C ends an idle server at once, and one at work when that is done', async t => {
  const idle = await startServer(t, { DRAIN_MS: '60000' })
  t.equal((await idle.ask('/subtasks/', { agent: new http.Agent({ keepAlive: true }) })).status, 200)
  const began = performance.now()
  idle.child.kill('SIGINT')
  t.equal(await idle.ended, 0)
  const took = performance.now() - began
  t.ok(took < 1500, `${took.toFixed(0)} ms`)

  const busy = await startServer(t, { DRAIN_MS: '60000' })
  const underWay = await whileProjectsAreLocked(async isWaitedFor => {
    const underWay = busy.ask('/api/v1/projects', { method: 'POST', body: '{"name":"made while Ctrl-C was pressed"}' })
    await until(isWaitedFor)
    busy.child.kill('SIGINT')
    await until(async () => (await busy.ask('/health/ready')).status === 503)
    t.equal((await busy.ask('/subtasks/')).status, 503)
    return { answer: underWay }
  })
  t.equal((await underWay.answer).status, 201)
  t.equal(await busy.ended, 0)
})

t.test('a second signal ends a server that drains', async t => {
  const server = await startServer(t, { DRAIN_MS: '60000' })
  server.child.kill('SIGTERM')
  await until(async () => (await server.ask('/health/ready')).status === 503)
  server.child.kill('SIGTERM')
  t.equal(await server.ended, 1)
  await until(async () => await connectionsLeft() === 0)
})

async function askOver (socket: net.Socket): Promise<Answer> {
  const agent = new http.Agent()
  agent.createConnection = () => socket
  return await ask(0, '/api/v1/projects', { agent })
}
