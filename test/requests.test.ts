import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { listen } from '../src/listen.ts'
import { listProjects } from '../src/repositories/projects.ts'
import { takeForms } from '../src/routes/forms.ts'
import { hostReader } from '../src/tenancy/host.ts'
import { hostileHosts } from './hostile-hosts.ts'
import { adminOf, asRole, placeTenants, seedTenants, tenancy, testApp, testDatabase, until, type TestApp } from './support.ts'

const database = await testDatabase(t)
const tenants = 40
await seedTenants(database, { tenants, subtasks: 15 })
await placeTenants(database)

interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

/** The application behind a real socket of 127.0.0.1. */
async function serve (t: Test, options: Parameters<typeof testApp>[2] & { routes?: (app: TestApp['app']) => void, host?: string } = {}) {
  const { app, strategy } = await testApp(t, database, options)
  options.routes?.(app)
  await app.listen({ host: options.host ?? '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  return {
    app,
    strategy,
    port,
    ask: async (path: string, host: string, { headers = {}, method = 'GET', body: sent, agent, address = '127.0.0.1' }: { headers?: http.OutgoingHttpHeaders, method?: string, body?: string, agent?: http.Agent, address?: string } = {}): Promise<Answer> =>
      await new Promise((resolve, reject) => {
        const request = http.request({ host: address, port, path, method, headers: { host, ...headers }, ...(agent === undefined ? {} : { agent }) }, response => {
          let body = ''
          response.setEncoding('utf8').on('data', chunk => { body += chunk }).on('end', () => { resolve({ status: response.statusCode ?? 0, headers: response.headers, body }) })
        })
        request.on('error', reject).end(sent)
      }),
    /** Sends bytes as they are and returns what came back. */
    raw: async (text: string): Promise<string> => {
      const socket = net.connect(port, '127.0.0.1')
      socket.write(text)
      let answer = ''
      socket.setEncoding('utf8').on('data', chunk => { answer += chunk }).setTimeout(2000, () => { socket.destroy() })
      await once(socket, 'close')
      return answer
    }
  }
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1])

t.test('a Host header is a tenant, the operator or nobody, as a whole', async t => {
  const read = hostReader('localhost')
  for (const host of ['tenant-0.localhost', 'TENANT-0.LocalHost', 'tenant-0.localhost:8080', 'Tenant-0.localhost:1', 'tenant-0.localhost:65535']) {
    t.strictSame(read(host), { kind: 'tenant', slug: 'tenant-0' }, host)
  }
  for (const host of ['localhost', 'LOCALHOST', 'localhost:8080']) t.strictSame(read(host), { kind: 'operator' }, host)
  t.strictSame(read(`${'a'.repeat(63)}.localhost`), { kind: 'tenant', slug: 'a'.repeat(63) })
  for (const host of hostileHosts) t.strictSame(read(host), { kind: 'foreign' }, JSON.stringify(host)?.slice(0, 60))

  const custom = hostReader('tasks.example.com')
  t.strictSame(custom('acme.tasks.example.com:443'), { kind: 'tenant', slug: 'acme' })
  t.strictSame(custom('tasks.example.com'), { kind: 'operator' })
  for (const host of ['localhost', 'acme.localhost', 'acme.tasksXexample.com', 'tasks-example.com', 'acme.tasks.example.com.evil.com', 'xtasks.example.com']) t.strictSame(custom(host), { kind: 'foreign' }, host)
})

t.test('over a real socket, a hostile Host header gets 421 or 400 and nothing else', async t => {
  const { raw, app } = await serve(t)
  const leak = /Company of|subtask \d|tenant-\d+ ·/
  for (const host of hostileHosts.filter(host => host !== undefined)) {
    const answer = await raw(`GET /subtasks/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    t.ok([400, 421, 431].includes(statusOf(answer)), `${JSON.stringify(host).slice(0, 60)}: ${statusOf(answer)}`)
    t.notMatch(answer, leak)
  }
  const shapes: Array<[string, string, number[]]> = [
    ['no Host in HTTP/1.1', 'GET /subtasks/ HTTP/1.1\r\nConnection: close\r\n\r\n', [400]],
    ['no Host in HTTP/1.0', 'GET /subtasks/ HTTP/1.0\r\n\r\n', [421]],
    ['two Hosts', 'GET /subtasks/ HTTP/1.1\r\nHost: tenant-0.localhost\r\nHost: tenant-1.localhost\r\nConnection: close\r\n\r\n', [400, 421]],
    ['two Hosts, the second the operator\'s', 'GET /subtasks/ HTTP/1.1\r\nHost: nobody.localhost\r\nhost: localhost\r\nConnection: close\r\n\r\n', [400, 421]],
    ['a full URL of another tenant', 'GET http://tenant-1.localhost/subtasks/ HTTP/1.1\r\nHost: tenant-0.localhost\r\nConnection: close\r\n\r\n', [400, 404, 421]],
    ['a full URL of the operator', 'GET http://localhost/subtasks/ HTTP/1.1\r\nHost: nobody.localhost\r\nConnection: close\r\n\r\n', [400, 404, 421]],
    ['a line feed in the Host', 'GET /subtasks/ HTTP/1.1\r\nHost: tenant-0.localhost\nX: y\r\nConnection: close\r\n\r\n', [400, 421]],
    ['a folded Host', 'GET /subtasks/ HTTP/1.1\r\nHost: tenant-0\r\n .localhost\r\nConnection: close\r\n\r\n', [400, 421]],
    ['two lengths', 'POST /subtasks/ HTTP/1.1\r\nHost: tenant-0.localhost\r\nContent-Length: 4\r\nContent-Length: 0\r\nConnection: close\r\n\r\nabcd', [400]],
    ['a length and chunks', 'POST /subtasks/ HTTP/1.1\r\nHost: tenant-0.localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n', [400]]
  ]
  for (const [what, text, statuses] of shapes) {
    const answer = await raw(text)
    t.ok(statuses.includes(statusOf(answer)), `${what}: ${statusOf(answer)}`)
    t.notMatch(answer, leak, what)
  }
  for (const header of ['X-Forwarded-Host: tenant-1.localhost', 'Forwarded: host=tenant-1.localhost', 'X-Host: tenant-1.localhost', 'X-Original-Host: tenant-1.localhost', 'X-Rewrite-URL: /x']) {
    t.match(await raw(`GET /subtasks/ HTTP/1.1\r\nHost: tenant-0.localhost\r\n${header}\r\nConnection: close\r\n\r\n`), /Company of tenant-0/, `${header} changes nothing`)
  }
  t.equal((await app.inject({ url: '/subtasks/', headers: { host: 'tenant-0.localhost' } })).statusCode, 200, 'and the server is well')
})

t.test('what is no request that can be read is told so as problem details, too', async t => {
  const { raw } = await serve(t)
  for (const [text, status] of [['GET / HT\r\n\r\n', 400], [`GET / HTTP/1.1\r\nhost: tenant-0.localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431], ['FOO / HTTP/1.1\r\nhost: x\r\n\r\n', 400]] as const) {
    const answer = await raw(text)
    t.equal(statusOf(answer), status)
    t.match(answer, /\r\ncontent-type: application\/problem\+json\r\n/)
    t.match(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''), { type: 'about:blank', status, title: String, detail: String })
  }
})

t.test('whatever method HTTP has, an address takes it, says which it takes instead, or nothing here does', async t => {
  const { ask } = await serve(t)
  const common = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY']
  for (const method of http.METHODS.filter(method => method !== 'CONNECT')) {
    for (const [path, allow] of [['/api/v1/projects', 'GET, HEAD, POST, OPTIONS'], ['/subtasks/', 'GET, HEAD, OPTIONS']] as const) {
      const { status, headers, body } = await ask(path, 'tenant-0.localhost', { method })
      if (!common.includes(method)) t.match([status, JSON.parse(body)], [501, { type: '/problems/method-not-implemented' }], `${method} ${path}`)
      else if (!allow.includes(method)) t.match([status, headers.allow], [405, allow], `${method} ${path}`)
      else t.ok(status < 500 && status !== 405, `${method} ${path}`)
    }
  }
})

t.test('two requests on one connection are of two tenants, if their hosts say so', async t => {
  const { app, ask } = await serve(t)
  let connections = 0
  app.server.on('connection', () => { connections++ })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => { agent.destroy() })
  for (const slug of ['tenant-1', 'tenant-2', 'tenant-1']) {
    const { body } = await ask('/subtasks/', `${slug}.localhost`, { agent })
    t.match(body, `Company of ${slug}`)
    t.notMatch(body, new RegExp(`of (?!${slug}\\b)tenant-`))
  }
  t.equal(connections, 1)
})

t.test('what cannot be read behind a request that is still at work takes its answer from nobody', async t => {
  const { port } = await serve(t)
  const say = (name: string): string => {
    const body = JSON.stringify({ name })
    return `POST /api/v1/projects HTTP/1.1\r\nhost: tenant-0.localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  }
  await asRole(await adminOf(database, 'tenant-0'), async query => {
    for (const [first, behind] of [['one and nonsense', 'nonsense\r\n\r\n'], ['one and half another', 'POST /api/v1/projects HTTP/1.1\r\nhost: tenant-0.localhost\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n']] as const) {
      await query('begin; lock table rowhouse.project in exclusive mode')
      const socket = net.connect(port, '127.0.0.1').setEncoding('utf8')
      let heard = ''
      socket.on('data', chunk => { heard += String(chunk) })
      socket.write(say(first))
      await until(async () => (await query("select from pg_locks where not granted and relation = 'rowhouse.project'::regclass")).length > 0)
      socket.write(behind)
      socket.write('and more of it\r\n\r\n')
      await delay(200)
      t.equal(heard, '', 'nothing is said before it')
      await query('rollback')
      await once(socket, 'close')
      t.match(heard, /^HTTP\/1\.1 201 [^]*\r\nconnection: close\r\n/i, first)
      t.equal(heard.split('HTTP/1.1').length, 2, 'and nothing behind it')
      t.equal((await query('select from rowhouse.project where name = $1', [first])).length, 1)
    }
  })
})

/** What the operator gets who is let in: without a view over all accounts, a page that says so. */
const opened = tenancy === 'single-schema' ? 200 : 404

t.test('the view over all accounts', async t => {
  t.test('opens on this machine, to whoever speaks for himself', async t => {
    const { ask, raw } = await serve(t)
    t.match(await ask('/subtasks/', 'localhost'), { status: opened, body: tenancy === 'single-schema' ? /Account #40|All accounts/ : /No view over all accounts/ })
    t.equal((await ask('/subtasks/', 'localhost', { headers: { 'sec-fetch-site': 'none' } })).status, opened)
    t.equal((await ask('/subtasks/', 'localhost', { headers: { 'sec-fetch-site': 'same-origin' } })).status, opened)
    for (const site of ['cross-site', 'same-site', 'nonsense']) t.equal((await ask('/subtasks/', 'localhost', { headers: { 'sec-fetch-site': site } })).status, 403, site)
    for (const name of ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']) {
      t.equal((await ask('/subtasks/', 'localhost', { headers: { [name]: '127.0.0.1' } })).status, 404, `${name}: a proxy speaks for someone`)
    }
    t.equal(statusOf(await raw('GET /subtasks/ HTTP/1.0\r\nHost: localhost\r\n\r\n')), 404, 'HTTP/1.0: so does an old one')
  })

  t.test('is not there for a peer that is not this machine', async t => {
    const { app } = await testApp(t, database)
    for (const remoteAddress of ['10.1.2.3', '192.168.1.2', '::ffff:10.1.2.3', 'fe80::1', '2001:db8::1', '1.127.0.0.1', '127.0.0.1.evil.com']) {
      t.equal((await app.inject({ url: '/subtasks/', headers: { host: 'localhost' }, remoteAddress })).statusCode, 404, remoteAddress)
    }
    for (const remoteAddress of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) {
      t.equal((await app.inject({ url: '/subtasks/', headers: { host: 'localhost' }, remoteAddress })).statusCode, opened, remoteAddress)
    }
  })

  t.test('is closed where the server can be reached from elsewhere or runs in production, unless there is a password', async t => {
    for (const config of [{ addresses: ['0.0.0.0'] }, { addresses: ['127.0.0.1', '10.0.0.1'] }, { production: true }]) {
      const closed = await testApp(t, database, { config })
      t.equal((await closed.app.inject({ url: '/subtasks/', headers: { host: 'localhost' } })).statusCode, 404, JSON.stringify(config))
      t.equal((await closed.app.inject({ url: '/subtasks/', headers: { host: 'localhost', authorization: basic('x', '') } })).statusCode, 404)

      const { app } = await testApp(t, database, { config: { ...config, operatorPassword: 'correct horse' } })
      const attempt = async (headers: Record<string, string>) => await app.inject({ url: '/subtasks/', headers: { host: 'localhost', ...headers }, remoteAddress: '10.1.2.3' })
      t.match(await attempt({}), { statusCode: 401, headers: { 'www-authenticate': /^Basic / } })
      for (const authorization of [basic('x', 'wrong'), basic('x', ''), basic('correct horse', ''), 'Basic', 'Basic %%%', `Bearer ${Buffer.from(':correct horse').toString('base64')}`, `Basic ${Buffer.from('correct horse').toString('base64')}`]) {
        t.equal((await attempt({ authorization })).statusCode, 401, authorization)
      }
      t.equal((await attempt({ authorization: basic('anyone', 'correct horse') })).statusCode, opened)
      t.equal((await attempt({ authorization: basic('anyone', 'correct horse'), 'sec-fetch-site': 'cross-site' })).statusCode, 403)
      t.equal((await app.inject({ url: '/subtasks/', headers: { host: 'tenant-0.localhost' }, remoteAddress: '10.1.2.3' })).statusCode, 200, 'tenants are as open as ever')
    }
  })

  t.test('never opens by a tenant\'s host, nor a tenant by the operator\'s', async t => {
    const { ask } = await serve(t, {
      routes: app => {
        app.get('/whole', { config: { catalogue: true } }, async request => await request.operatorScope.sql`select count(*) from subtask`)
        app.get('/mine', { config: { catalogue: true } }, async request => await listProjects(request.tenantScope, { sort: 'id', descending: false, limit: 5, count: false }))
      }
    })
    t.equal((await ask('/whole', 'tenant-0.localhost')).status, 500)
    t.equal((await ask('/mine', 'localhost')).status, 500)
    t.equal((await ask('/whole', 'localhost')).status, 200)
    t.equal((await ask('/mine', 'tenant-0.localhost')).status, 200)
  })
})

t.test('500 requests of 40 tenants, at once, through four connections', async t => {
  const { ask, port, strategy } = await serve(t, {
    pool: { size: 4, waitTimeoutMs: 60_000 },
    config: { requestDeadlineMs: 60_000 },
    routes: app => {
      app.get('/fail/:how', async request => {
        const { sql, accountId } = request.tenantScope
        const { how } = request.params as { how: string }
        const seen = await sql`select account_id from subtask`
        if (how === 'throw') throw new Error(`thrown after ${seen.length}`)
        if (how === 'sql') await sql`select 1 / 0`
        if (how === 'forgotten') sql`select pg_sleep(0.01), account_id from project`.catch(() => {})
        return { accountId, keys: seen.map(row => (row as { account_id: number }).account_id) }
      })
      app.get('/rows', async request => {
        const { sql, accountId } = request.tenantScope
        // No filter: the policy alone decides, and awaits in between give other requests their turn.
        const first = await sql<{ key: number }>`select account_id as key from subtask`
        const second = await Promise.all([sql<{ key: number }>`select account_id as key from project`, sql<{ key: number }>`select account_id as key, pg_sleep(0.001) from task`])
        return { accountId, keys: [first, ...second].flat().map(row => row.key) }
      })
    }
  })
  const outcomes = { rows: 0, pages: 0, failed: 0, hungUp: 0 }
  const foreign: string[] = []
  await Promise.all(Array.from({ length: 500 }, async (_, index) => {
    const tenant = (index * 7) % tenants
    const host = `tenant-${tenant}.localhost`
    const check = (keys: number[]): void => { if (keys.length === 0 || keys.some(key => key !== tenant + 1)) foreign.push(`${host}: ${keys.join()}`) }
    switch (index % 6) {
      case 0: {
        const { status, body } = await ask('/subtasks/', host)
        if (status !== 200 || !body.includes(`Company of tenant-${tenant}<`) || new RegExp(`of tenant-(?!${tenant}\\b)`).test(body)) foreign.push(`${host}: page ${status}`)
        outcomes.pages++
        break
      }
      case 1: {
        const { status } = await ask('/fail/throw', host)
        if (status !== 500) foreign.push(`${host}: ${status}`)
        outcomes.failed++
        break
      }
      case 2: {
        const { status } = await ask('/fail/sql', host)
        if (status !== 500) foreign.push(`${host}: ${status}`)
        outcomes.failed++
        break
      }
      case 3: {
        const { status, body } = await ask('/fail/forgotten', host)
        if (status !== 200) foreign.push(`${host}: ${status}`)
        check((JSON.parse(body) as { keys: number[] }).keys)
        outcomes.rows++
        break
      }
      case 4: {
        const socket = net.connect(port, '127.0.0.1')
        socket.on('error', () => {})
        socket.write(`GET /rows HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
        await new Promise(resolve => setTimeout(resolve, index % 20))
        socket.destroy()
        outcomes.hungUp++
        break
      }
      default: {
        const { status, body } = await ask('/rows', host)
        if (status !== 200) foreign.push(`${host}: ${status}`)
        check((JSON.parse(body) as { keys: number[] }).keys)
        outcomes.rows++
      }
    }
  }))
  t.strictSame(foreign, [])
  t.ok(outcomes.rows > 100 && outcomes.pages > 50 && outcomes.failed > 100 && outcomes.hungUp > 50, JSON.stringify(outcomes))
  await noTransactionsLeft(t)
  await t.resolves(strategy.ping())
})

t.test('bodies that come in slowly, side by side, are each their own tenant\'s, whatever a request does before and after it waits', async t => {
  const { port, ask } = await serve(t, {
    pool: { size: 2 },
    routes: app => {
      app.post('/note', async request => {
        const { note } = request.body as { note: string }
        await new Promise(resolve => setImmediate(resolve))
        await request.tenantScope.sql`insert into project (account_id, name) values (${request.tenantScope.accountId}, ${note})`
        await delay(1)
        const seen = await request.tenantScope.sql<{ key: number }>`select account_id as key from project`
        if (note.endsWith('fails')) throw new Error('thrown by somebody')
        return { slug: request.tenant?.slug, accountId: request.tenantScope.accountId, keys: [...new Set(seen.map(({ key }) => key))] }
      })
    }
  })
  const writers = Array.from({ length: 24 }, (_, index) => {
    const slug = `tenant-${index % 8}`
    const body = JSON.stringify({ note: `noted by ${slug}${index % 3 === 2 ? ', which fails' : ''}` })
    const socket = net.connect(port, '127.0.0.1')
    let answer = ''
    socket.setEncoding('utf8').on('data', chunk => { answer += chunk })
    socket.write(`POST /note HTTP/1.1\r\nHost: ${slug}.localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`)
    return { index, slug, body, socket, answered: once(socket, 'close').then(() => answer) }
  })
  // A few letters of each in turn.
  for (let sent = 0; sent < 60; sent += 6) {
    for (const { body, socket } of writers) if (sent < body.length) socket.write(body.slice(sent, sent + 6))
    await delay(2)
  }
  for (const { index, slug, answered } of writers) {
    const answer = await answered
    t.equal(statusOf(answer), index % 3 === 2 ? 500 : 200, slug)
    if (index % 3 !== 2) t.match(JSON.parse(answer.slice(answer.indexOf('{'))), { slug, accountId: (index % 8) + 1, keys: [(index % 8) + 1] })
  }
  for (const slug of ['tenant-0', 'tenant-7']) {
    const admin = await adminOf(database, slug)
    const kept = await asRole(admin, async query => await query("select distinct slug, project.name from rowhouse.project join rowhouse.account on account.id = account_id where project.name like 'noted by %' and slug = $1", [slug]))
    t.strictSame(kept, [{ slug, name: `noted by ${slug}` }], 'and is kept under it, where it did not fail')
    await asRole(admin, async query => { await query("delete from rowhouse.project where name like 'noted by %' and account_id = (select id from rowhouse.account where slug = $1)", [slug]) })
  }
  t.equal((await ask('/note', 'nobody-here.localhost', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"note":"x"}' })).status, 404, 'who comes next, and is nobody, has no tenant of before')
})

t.test('a client that hangs up takes its transaction with it', async t => {
  let left: (() => void) | undefined
  const handlerDone = new Promise<void>(resolve => { left = resolve })
  let entered: (() => void) | undefined
  const inHandler = new Promise<void>(resolve => { entered = resolve })
  const errors: unknown[] = []
  const { port } = await serve(t, {
    routes: app => {
      app.post('/slow', async request => {
        const { sql, accountId } = request.tenantScope
        await sql`insert into project (account_id, name) values (${accountId}, 'of someone who left')`
        entered?.()
        try {
          for (;;) {
            await sql`select 1`
            await new Promise(resolve => setTimeout(resolve, 5))
          }
        } catch (error) {
          errors.push(error)
          throw error
        } finally {
          left?.()
        }
      })
    }
  })
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('POST /slow HTTP/1.1\r\nHost: tenant-0.localhost\r\nContent-Length: 0\r\n\r\n')
  await inHandler
  socket.destroy()
  await handlerDone
  t.equal(errors.length, 1, 'the next statement is refused')
  await noTransactionsLeft(t)
  t.equal(await asRole(await adminOf(database, 'tenant-0'), async query => (await query("select from rowhouse.project where name = 'of someone who left'")).length), 0)
})

t.test('a request that takes too long is taken back and answered 503', async t => {
  const { ask } = await serve(t, {
    config: { requestDeadlineMs: 1000 },
    routes: app => {
      app.get('/busy', async request => await request.tenantScope.sql`select pg_sleep(4)`)
      app.get('/idle', async request => {
        await request.tenantScope.sql`select 1`
        await new Promise(resolve => setTimeout(resolve, 1500))
        return await request.tenantScope.sql`select 1`
      })
    }
  })
  for (const path of ['/busy', '/idle']) t.match(await ask(path, 'tenant-0.localhost'), { status: 503, headers: { 'retry-after': '1' } }, path)
  t.equal((await ask('/subtasks/', 'tenant-0.localhost')).status, 200)
})

t.test('a backend killed in the middle of a request costs that request a 503, and nobody else anything', async t => {
  let crash: unknown
  const onCrash = (error: unknown): void => { crash = error }
  process.on('uncaughtExceptionMonitor', onCrash)
  t.teardown(() => { process.off('uncaughtExceptionMonitor', onCrash) })
  const { ask } = await serve(t, {
    pool: { size: 3 },
    routes: app => {
      const kill = async (pid: unknown): Promise<void> => { await asRole(database.admin, async query => { await query('select pg_terminate_backend($1)', [pid]) }) }
      app.get('/killed/:when', async request => {
        const { sql } = request.tenantScope
        const [row] = await sql<{ pid: number }>`select pg_backend_pid() as pid`
        switch ((request.params as { when: string }).when) {
          case 'between': await kill(row?.pid); return await sql`select 1`
          case 'inside': await Promise.all([sql`select pg_sleep(3)`, kill(row?.pid)]); return {}
          case 'queued': await Promise.all([sql`select pg_sleep(3)`, sql`select ${'a'}::text`, sql`select ${'b'}::text as b`, kill(row?.pid)]); return {}
          default: await kill(row?.pid); return { fine: true } // and the commit finds out
        }
      })
      app.post('/killed/before-commit', async request => {
        const [row] = await request.tenantScope.sql<{ pid: number }>`select pg_backend_pid() as pid`
        await request.tenantScope.sql`insert into project (account_id, name) values (${request.tenantScope.accountId}, 'never kept')`
        await kill(row?.pid)
        return { fine: true }
      })
      app.get('/others', async request => ({ keys: (await request.tenantScope.sql<{ key: number }>`select account_id as key, pg_sleep(0.005) from project`).map(row => row.key) }))
    }
  })
  for (let round = 0; round < 5; round++) {
    const victims = [
      ...['between', 'inside', 'queued'].map(async when => ({ when, ...await ask(`/killed/${when}`, 'tenant-1.localhost') })),
      ask('/killed/before-commit', 'tenant-1.localhost', { method: 'POST' }).then(answer => ({ when: 'before the commit of something written', ...answer }))
    ]
    const read = await ask('/killed/before-commit', 'tenant-1.localhost')
    t.ok([200, 503].includes(read.status), 'what was read stands, whatever becomes of the transaction')
    const others = Array.from({ length: 12 }, async () => await ask('/others', 'tenant-2.localhost'))
    for (const { when, status, headers } of await Promise.all(victims)) t.match({ status, headers }, { status: 503, headers: { 'retry-after': '1' } }, when)
    for (const { status, body } of await Promise.all(others)) {
      t.equal(status, 200)
      t.strictSame(new Set((JSON.parse(body) as { keys: number[] }).keys), new Set([3]))
    }
  }
  t.equal(crash, undefined, 'the process lives')
})

t.test('a tenant that asks without end delays the others by a transaction, and is told to slow down', async t => {
  const finished: string[] = []
  const { ask } = await serve(t, {
    pool: { size: 2, userSize: 1, userWaiting: 20 },
    routes: app => { app.get('/slowly', async request => { await request.tenantScope.sql`select pg_sleep(0.05)`; finished.push(request.tenant?.slug ?? ''); return {} }) }
  })
  const noisy = Array.from({ length: 40 }, async () => await ask('/slowly', 'tenant-0.localhost'))
  await new Promise(resolve => setTimeout(resolve, 60))
  const quiet = await Promise.all([ask('/slowly', 'tenant-1.localhost'), ask('/slowly', 'tenant-2.localhost')])
  t.strictSame(quiet.map(answer => answer.status), [200, 200])
  t.ok(finished.filter(slug => slug === 'tenant-0').length < 15, 'most of the noisy one still wait')
  const answers = await Promise.all(noisy)
  t.strictSame([answers.filter(answer => answer.status === 200).length, answers.filter(answer => answer.status === 429).length], [21, 19])
  t.match(answers.find(answer => answer.status === 429), { headers: { 'retry-after': '1' }, body: /"title":"Too many requests"/ })
})

t.test('what no transaction confirms is not believed for longer than any other name', async t => {
  const { ask } = await serve(t, { directory: { ttlMs: 100, confirmedTtlMs: 60_000, size: 100 } })
  const home = async (): Promise<Answer> => await ask('/', 'tenant-39.localhost')
  t.match(await home(), { status: 302 })
  await asRole(database.admin, async query => await query("update rowhouse.account set name = 'x', slug = 'tenant-39-now' where slug = 'tenant-39'"))
  t.teardown(async () => await asRole(database.admin, async query => await query("update rowhouse.account set name = 'Company of tenant-39', slug = 'tenant-39' where slug = 'tenant-39-now'")))
  await delay(150)
  t.match(await home(), { status: 404 })
})

t.test('large bodies of a tenant are worked on one at a time, and one that waits too long is told to come again', async t => {
  let release = (): void => {}
  const arrived: string[] = []
  const { ask } = await serve(t, {
    config: { requestDeadlineMs: 300 },
    routes: app => {
      app.post('/take', { config: { transaction: false } }, async request => {
        arrived.push(request.tenant?.slug ?? '')
        if (arrived.length === 1) await new Promise<void>(resolve => { release = resolve })
        return { taken: (request.body as string).length }
      })
    }
  })
  const send = async (slug: string, length: number): Promise<Answer> =>
    await ask('/take', `${slug}.localhost`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify('x'.repeat(length)) })
  const first = send('tenant-0', 70_000)
  while (arrived.length === 0) await delay(5)
  const [second, small, others] = await Promise.all([send('tenant-0', 70_000), send('tenant-0', 1000), send('tenant-1', 70_000)])
  t.match(second, { status: 429, headers: { 'retry-after': '1' } }, 'waited for its turn in vain')
  t.strictSame([small.status, others.status], [200, 200], 'neither a small body nor another tenant waits')
  const waiting = Array.from({ length: 12 }, async () => await send('tenant-0', 70_000))
  t.strictSame((await Promise.race(waiting)).status, 429, 'beyond ten nobody waits at all')
  release()
  t.strictSame((await first).status, 200)
  t.strictSame((await Promise.all(waiting)).filter(({ status }) => ![200, 429].includes(status)), [])
  t.strictSame((await send('tenant-0', 70_000)).body, '{"taken":70000}', 'nobody who went away has kept a turn')
})

t.test('large forms take their turn with large bodies of JSON, and are parsed after it', async t => {
  let release = (): void => {}
  const arrived: string[] = []
  const { ask } = await serve(t, {
    config: { requestDeadlineMs: 300 },
    routes: app => {
      app.register(async app => {
        await takeForms(app)
        app.post('/take', { config: { transaction: false, checksFormToken: true, typedFields: { name: 'Name' } }, bodyLimit: 100_000 }, async request => {
          arrived.push(request.tenant?.slug ?? '')
          if (arrived.length === 1) await new Promise<void>(resolve => { release = resolve })
          return request.body
        })
      }).then(() => {}, t.fail)
    }
  })
  const send = async (slug: string, type: string, body: string): Promise<Answer> => await ask('/take', `${slug}.localhost`, { method: 'POST', headers: { 'content-type': type }, body })
  const sendForm = async (slug: string, body: string): Promise<Answer> => await send(slug, 'application/x-www-form-urlencoded', body)
  const large = `name=${'x'.repeat(70_000)}`
  const first = sendForm('tenant-0', large)
  while (arrived.length === 0) await delay(5)
  const [form, json, small, others] = await Promise.all([sendForm('tenant-0', large), send('tenant-0', 'application/json', JSON.stringify('x'.repeat(70_000))), sendForm('tenant-0', 'name=x'), sendForm('tenant-1', large)])
  t.strictSame([form.status, json.status], [429, 429], 'waited for their turns in vain')
  t.strictSame([small.status, others.status], [200, 200], 'neither a small form nor another tenant waits')
  const typed = await ask('/take', 'tenant-0.localhost', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', accept: 'text/html' }, body: `name=${'typed'.repeat(14_000)}` })
  t.match(typed, { status: 429, headers: { 'retry-after': '1' } })
  t.ok(typed.body.includes(`>\n${'typed'.repeat(14_000)}</textarea>`), 'what was typed in vain is shown, to be sent again')
  release()
  t.strictSame((await first).status, 200)
  t.match(await sendForm('tenant-0', `name=a+b%2B%26%F0%9F%8F%A0%zz&list=1&list=2&__proto__=x&none&details=${'+'.repeat(70_000)}`), {
    status: 200, body: `{"name":"a b+&\u{1f3e0}%zz","list":["1","2"],"__proto__":"x","none":"","details":"${' '.repeat(70_000)}"}`
  }, 'and all that it holds is read')
})

t.test('a form of more fields than any form has is refused, however large, before it is split', async t => {
  const { ask } = await serve(t)
  const host = 'tenant-0.localhost'
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const token = /name="form_token" value="([^"]+)"/.exec((await ask('/projects/', host)).body)?.[1] ?? ''
  const send = async (fields: number): Promise<number> => (await ask('/projects/', host, { method: 'POST', headers, body: `form_token=${token}&name=${'&'.repeat(fields - 2)}` })).status
  t.equal(await send(20), 400, 'no name')
  t.match(await ask('/projects/', host, { method: 'POST', headers, body: `form_token=${token}&name=x${'&'.repeat(19)}` }), { status: 400, body: /A form has at most 20 fields/ })
  const many = Array.from({ length: 150_000 }, (_, index) => `${index}=`).join('&')
  t.match(await ask('/projects/', host, { method: 'POST', headers, body: many }), { status: 400, body: /A form has at most 20 fields/ }, 'although it lacks its token')
  t.match(await ask('/walls/attacks/', host, { method: 'POST', headers, body: `name=${'x'.repeat(17_000)}` }), { status: 413 }, 'and where nobody types much, none is large')
})

t.test('a large body for an address without a page is not parsed', async t => {
  const { ask } = await serve(t)
  t.match(await ask('/nothing-here/', 'tenant-0.localhost', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{'.repeat(70_000) }), { status: 404 })
})

t.test('a large body that arrives slowly, or never, keeps nobody waiting', async t => {
  const { ask, port } = await serve(t, { routes: app => { app.post('/take', { config: { transaction: false } }, async () => ({})) } })
  const slow = net.connect(port, '127.0.0.1').on('error', () => {})
  t.teardown(() => { slow.destroy() })
  slow.write('POST /take HTTP/1.1\r\nhost: tenant-0.localhost\r\ncontent-type: application/json\r\ncontent-length: 70000\r\n\r\n"xxx')
  await delay(100)
  const trickle = setInterval(() => { slow.write('x') }, 20)
  t.teardown(() => { clearInterval(trickle) })
  const body = JSON.stringify('x'.repeat(70_000))
  const answer = await Promise.race([
    ask('/take', 'tenant-0.localhost', { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
    delay(10_000).then(() => 'still waiting', () => 'aborted')
  ])
  t.match(answer, { status: 200 })
})

t.test('a flood of made-up names takes nothing from the tenants', async t => {
  const { ask } = await serve(t, { pool: { size: 2 } })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 })
  t.teardown(() => { agent.destroy() })
  const before = await sessionsSoFar()
  const flood = Promise.all(Array.from({ length: 2000 }, async (_, index) => await ask('/', `made-up-${index}.localhost`, { agent })))
  const real = Promise.all(Array.from({ length: 50 }, async (_, index) => await ask('/subtasks/', `tenant-${index % tenants}.localhost`)))
  for (const { status } of await real) t.equal(status, 200)
  t.strictSame(new Set((await flood).map(answer => answer.status)), new Set([404]))
  t.ok(await sessionsSoFar() - before <= 4, 'no connection was made for them')
})

t.test('a server that closes finishes what it has begun, and then lets go of every client', async t => {
  let arrived: (() => void) | undefined
  const inHandler = new Promise<void>(resolve => { arrived = resolve })
  const { app, ask } = await serve(t, {
    routes: app => { app.get('/slowly', async request => { arrived?.(); await request.tenantScope.sql`select pg_sleep(0.3)`; return { done: true } }) }
  })
  const agent = new http.Agent({ keepAlive: true })
  const answer = ask('/slowly', 'tenant-0.localhost', { agent })
  await inHandler
  const closed = app.close()
  t.match(await answer, { status: 200, body: '{"done":true}', headers: { connection: 'close' } })
  await closed
  await t.rejects(ask('/subtasks/', 'tenant-0.localhost'), { code: 'ECONNREFUSED' })
  agent.destroy()
})

t.test('so it does on each address that it listens on', async t => {
  let arrived: (() => void) | undefined
  const inHandler = new Promise<void>(resolve => { arrived = resolve })
  const { app } = await testApp(t, database)
  app.get('/slowly', async request => { arrived?.(); await request.tenantScope.sql`select pg_sleep(0.3)`; return { done: true } })
  const port = await listen(app, { addresses: hasIpv6() ? ['127.0.0.1', '::1'] : ['127.0.0.1'], port: 0 })
  const answer = new Promise(resolve => {
    http.get({ host: hasIpv6() ? '::1' : '127.0.0.1', port, path: '/slowly', headers: { host: 'tenant-0.localhost' }, agent: new http.Agent({ keepAlive: true }) }, response => {
      response.resume().on('end', () => { resolve({ status: response.statusCode, connection: response.headers.connection }) })
    }).on('error', resolve)
  })
  await inHandler
  await app.close()
  t.strictSame(await answer, { status: 200, connection: 'close' })
})

t.test('a client that is still sending hears its last answer to the end, whether that had begun when the server closes or not', async t => {
  const size = 200_000
  for (const path of ['/begun', '/waiting']) {
    const { app } = await testApp(t, database)
    let close: (() => void) | undefined
    const closing = new Promise<void>(resolve => { close = resolve })
    const arrived = new Promise<net.Socket>(resolve => {
      app.get('/waiting', { config: { anyHost: true } }, async ({ socket }) => {
        resolve(socket)
        await closing
        return 'x'.repeat(size)
      })
      app.get('/begun', { config: { anyHost: true } }, async ({ socket }, reply) => {
        reply.hijack().raw.writeHead(200, { 'content-length': size }).write('x')
        resolve(socket)
        await closing
        reply.raw.end('x'.repeat(size - 1))
      })
    })
    const port = await listen(app, { addresses: ['127.0.0.1'], port: 0 })
    const client = net.connect({ host: '127.0.0.1', port }).on('error', () => {})
    const left = new Promise(resolve => client.once('close', resolve))
    client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000000\r\n\r\n`)
    client.write(Buffer.alloc(10_000_000))
    const socket = await arrived
    const closed = app.close()
    setImmediate(() => { close?.() })
    // A client that is slow to read: the server is done with it first, if it does not wait.
    await Promise.race([once(socket, 'close'), new Promise(resolve => setTimeout(resolve, 300))])
    let heard = ''
    client.on('data', chunk => { heard += String(chunk) }).on('end', () => { client.destroy() })
    await Promise.all([left, closed])
    t.equal(heard.slice(heard.indexOf('\r\n\r\n') + 4).length, size, path)
  }
})

t.test('a client that has sent nothing, or half a request, does not keep the server from stopping', async t => {
  const { app } = await testApp(t, database)
  const hosts = hasIpv6() ? ['127.0.0.1', '::1'] : ['127.0.0.1']
  const port = await listen(app, { addresses: hosts, port: 0 })
  const clients = await Promise.all(hosts.flatMap(host => ['', 'GET / HT'].map(async text => {
    const socket = net.connect({ host, port })
    let heard = ''
    socket.on('error', () => {}).on('data', chunk => { heard += String(chunk) })
    await once(socket, 'connect')
    if (text !== '') socket.write(text)
    return { socket, heard: () => heard }
  })))
  // Until the server has them, too.
  t.equal((await new Promise<http.IncomingMessage>((resolve, reject) => { http.get({ host: hosts[0], port, path: '/health/live' }, resolve).on('error', reject) })).resume().statusCode, 200)
  const cut = Promise.all(clients.map(async ({ socket }) => { if (!socket.closed) await once(socket, 'close') }))
  await app.close()
  await cut
  t.strictSame(clients.map(({ heard }) => heard()), clients.map(() => ''), 'none was waited for until its time was up, which a 408 would tell')
})

t.test('a client that does not read its answers is let go, on each address', async t => {
  const { app } = await testApp(t, database)
  app.get('/long', { config: { anyHost: true } }, async () => 'x'.repeat(4_000_000))
  t.equal(app.server.timeout, 30_000)
  app.server.timeout = 500
  const hosts = hasIpv6() ? ['127.0.0.1', '::1'] : ['127.0.0.1']
  const port = await listen(app, { addresses: hosts, port: 0 })
  await Promise.all(hosts.map(async host => {
    const socket = net.connect({ host, port }).on('error', () => {}).pause()
    socket.write('GET /long HTTP/1.1\r\nhost: tenant-0.localhost\r\n\r\n'.repeat(20))
    await delay(3000)
    let bytes = 0
    socket.on('data', chunk => { bytes += chunk.length }).resume()
    if (!socket.closed) await once(socket, 'close')
    t.ok(bytes < 60_000_000, `${bytes} bytes of 80 million had left when it was cut off`)
  }))
})

t.test('the server listens on both loopback addresses, and says when it cannot', async t => {
  const { app } = await testApp(t, database)
  const port = await listen(app, { addresses: ['127.0.0.1', '::1'], port: 0 })
  for (const host of ['127.0.0.1', ...(hasIpv6() ? ['::1'] : [])]) {
    const status = await new Promise(resolve => http.get({ host, port, path: '/subtasks/', headers: { host: 'tenant-0.localhost' } }, response => { response.resume(); resolve(response.statusCode) }))
    t.equal(status, 200, host)
  }
  const second = await testApp(t, database)
  await t.rejects(listen(second.app, { addresses: ['127.0.0.1'], port }), /something else listens there already; set PORT/)
  const third = await testApp(t, database)
  await t.rejects(listen(third.app, { addresses: ['203.0.113.7'], port: 0 }), /check HOST/)
})

/** No transaction of the application is left open on the server. */
async function noTransactionsLeft (t: Test): Promise<void> {
  for (;;) {
    const open = await asRole(database.admin, async query => await query("select state from pg_stat_activity where starts_with(datname, current_database()) and application_name like 'rowhouse%' and application_name <> 'rowhouse admin' and state <> 'idle'"))
    if (open.length === 0) break
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  t.pass('no transaction is left open')
}

/** Connections that this database has seen so far, which a flood must not raise. */
async function sessionsSoFar (): Promise<number> {
  const [row] = await asRole(database.admin, async query => await query('select pg_stat_clear_snapshot(), sessions::integer as total from pg_stat_database where datname = current_database()'))
  return Number(row?.['total'])
}

function basic (user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function hasIpv6 (): boolean {
  return Object.values(networkInterfaces()).flat().some(address => address?.address === '::1')
}
