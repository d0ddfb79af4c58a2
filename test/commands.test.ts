import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { PG_MIGRATE_LOCK_ID } from 'node-pg-migrate'
import t, { type Test } from 'tap'
import { withClient } from '../src/database/admin.ts'
import { openEmbedded, stopEmbedded } from '../src/database/embedded.ts'
import { formatUrl, parseUrl } from '../src/database/settings.ts'
import { ExplainedError, reportError } from '../src/explained-error.ts'
import { asRole, plainEnvironment, run, testDatabase, type Run } from './support.ts'

const startDeadlineMs = 120_000

/** Starts the server on a free port and waits until it says that it runs. */
async function startServer (t: Test, environment: NodeJS.ProcessEnv): Promise<Run & { get: (path: string, host: string) => Promise<{ status: number, body: string }> }> {
  const started = run(t, ['src/server.ts'], { ...environment, PORT: '0' })
  const deadline = Date.now() + startDeadlineMs
  while (Date.now() < deadline) {
    const port = /http:\/\/tenant-0\.localhost:(\d+)\//.exec(started.output())?.[1]
    if (port !== undefined && started.output().includes('Ctrl-C stops')) {
      return { ...started, get: async (path, host) => await get(Number(port), path, host) }
    }
    const ended = await Promise.race([started.ended, new Promise<undefined>(resolve => { setTimeout(() => { resolve(undefined) }, 20) })])
    if (ended !== undefined) throw new Error(`the server ended with ${ended}: ${started.output()}`)
  }
  throw new Error(`the server did not say in time that it runs: ${started.output()}`)
}

async function get (port: number, path: string, host: string): Promise<{ status: number, body: string }> {
  return await new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, path, headers: { host, accept: 'text/html' } }, response => {
      let body = ''
      response.setEncoding('utf8').on('data', chunk => { body += chunk }).on('end', () => { resolve({ status: response.statusCode ?? 0, body }) })
    }).on('error', reject)
  })
}

/** A folder of its own for the embedded database, which an unprivileged account can reach. */
async function embeddedEnvironment (t: Test): Promise<NodeJS.ProcessEnv> {
  const directory = await mkdtemp(join(tmpdir(), 'rowhouse-commands-'))
  await chmod(directory, 0o755)
  t.teardown(async () => {
    await stopEmbedded({ directory })
    await rm(directory, { recursive: true, force: true })
  })
  return { ...plainEnvironment(), NODE_ENV: 'development', LOG_LEVEL: 'warn', DATA_DIRECTORY: directory }
}

t.test('the server on a database of one\'s own', async t => {
  const database = await testDatabase(t, { prepare: false })

  t.test('makes roles, schema and demonstration data, says what to open, and stops when told to', async t => {
    const server = await startServer(t, { ...database.environment, NODE_ENV: 'development', DEMO_ACCOUNTS: '3' })
    t.match(server.output(), /applied migrations 001_context/)
    t.match(server.output(), /loaded 3 accounts of demonstration data/)
    const addresses = [...server.output().matchAll(/http:\/\/([\w.-]+):\d+(\/\S*)/g)].map(([, host = '', path = '']) => ({ host, path }))
    t.strictSame(addresses.map(({ path }) => path), ['/', '/', '/', '/accounts/', '/walls/', '/docs/', '/guide/'])
    for (const { host, path } of addresses) t.match(await server.get(path, host), { status: path === '/' ? 302 : 200 }, `${host}${path}`)
    t.match(server.output(), /psql "\$\(npx tsx bin\/dburl\.ts tenant\)"/)
    t.notMatch(server.output(), database.login('tenant').password, 'without a password')
    t.match(await server.get('/subtasks/', 'tenant-0.localhost'), { status: 200, body: /Account #1/ })
    t.match(await server.get('/subtasks/', 'localhost'), { status: 200, body: /All accounts/ })
    t.equal((await server.get('/subtasks/', 'tenant-3.localhost')).status, 404)
    server.child.kill('SIGINT')
    t.equal(await server.ended, 0)
  })

  t.test('changes nothing when it starts again, and two may run at once', async t => {
    const count = async (): Promise<unknown> => await asRole(database.login('operator'), async query => await query('select count(*)::integer as accounts from account'))
    const before = await count()
    const servers = await Promise.all([startServer(t, database.environment), startServer(t, database.environment)])
    t.strictSame(await count(), before)
    for (const server of servers) {
      t.notMatch(server.output(), /applied|loaded/)
      t.equal((await server.get('/subtasks/', 'tenant-1.localhost')).status, 200)
      server.child.kill('SIGTERM')
      t.equal(await server.ended, 0)
    }
  })

  t.test('serves with two logins and no administrator; the operator\'s is optional', async t => {
    const { DATABASE_URL: _, ROLE_SECRET: __, ...environment } = database.environment
    const logins = { TENANT_DATABASE_URL: formatUrl(database.login('tenant')), OPERATOR_DATABASE_URL: formatUrl(database.login('operator')) }
    const both = await startServer(t, { ...environment, ...logins })
    t.equal((await both.get('/subtasks/', 'tenant-0.localhost')).status, 200)
    t.equal((await both.get('/subtasks/', 'localhost')).status, 200)
    t.notMatch(both.output(), /dburl/)
    const one = await startServer(t, { ...environment, TENANT_DATABASE_URL: logins.TENANT_DATABASE_URL })
    t.equal((await one.get('/subtasks/', 'tenant-0.localhost')).status, 200)
    t.equal((await one.get('/subtasks/', 'localhost')).status, 404)
    t.match(one.output(), /closed: set OPERATOR_DATABASE_URL to open it/)
  })

  t.test('does not start on a role that could see past the walls, and says why, without a stack', async t => {
    const { DATABASE_URL: url, ROLE_SECRET: _, ...environment } = database.environment
    for (const [variables, message] of [
      [{ TENANT_DATABASE_URL: url }, /will not start as the database role ".*", because .*it is a superuser/],
      [{ TENANT_DATABASE_URL: formatUrl(database.login('tenant')), OPERATOR_DATABASE_URL: url }, /it is a superuser/],
      [{ TENANT_DATABASE_URL: formatUrl(database.login('owner')) }, /it owns/]
    ] as const) {
      const refused = run(t, ['src/server.ts'], { ...environment, ...variables, PORT: '0' })
      t.equal(await refused.ended, 1)
      t.match(refused.output(), message)
      t.notMatch(refused.output(), /^ +at /m)
    }
  })

  t.test('says in a line what else keeps it from starting', async t => {
    const other = await startServer(t, database.environment)
    const taken = /tenant-0\.localhost:(\d+)/.exec(other.output())?.[1]
    for (const [variables, code, message] of [
      [{ PORT: 'abc' }, 2, /PORT takes a whole number/],
      [{ PORT: taken }, 1, /cannot listen on .* something else listens there already; set PORT/],
      [{ DATABASE_URL: 'postgres://u:password1@127.0.0.1:1/x' }, 1, /no PostgreSQL answers at 127.0.0.1:1/],
      [{ DATABASE_URL: '', ROLE_SECRET: '', TENANT_DATABASE_URL: 'postgres://u:password1@127.0.0.1:1/x' }, 1, /no PostgreSQL answers at 127.0.0.1:1/],
      [{ DATABASE_URL: '', ROLE_SECRET: '', TENANT_DATABASE_URL: formatUrl({ ...database.login('tenant'), password: 'not the one' }) }, 1, /refuses the login of "rowhouse_tenant"/],
      [{ DATABASE_URL: '', ROLE_SECRET: '', TENANT_DATABASE_URL: formatUrl({ ...database.login('tenant'), database: 'not_there' }) }, 1, /has no database "not_there"; run: npx tsx bin\/migrate\.ts up/]
    ] as const) {
      const refused = run(t, ['src/server.ts'], { ...database.environment, ...variables })
      t.equal(await refused.ended, code)
      t.match(refused.output(), message)
      t.notMatch(refused.output(), /^ +at /m)
    }
  })

  t.test('a name in .env that is no setting is a slip of the pen, and said so', async t => {
    const folder = t.testdir({ '.env': 'OPERATOR_PASWORD=long enough\nPORT=0\nPOSTGRES_PASSWORD=for-compose\n' })
    const refused = run(t, ['src/server.ts'], database.environment, folder)
    t.equal(await refused.ended, 2)
    t.match(refused.output(), /OPERATOR_PASWORD, in the file \.env, is not a setting/)
    t.notMatch(refused.output(), /POSTGRES_PASSWORD|long enough/)
  })

  t.test('migrate says in a line what keeps it from the database', async t => {
    for (const args of [['status'], ['up'], ['down', '--yes']]) {
      const refused = run(t, ['bin/migrate.ts', ...args], { ...database.environment, DATABASE_URL: 'postgres://u:password1@127.0.0.1:1/x' })
      t.equal(await refused.ended, 1)
      t.match(refused.output(), /^migrate: no PostgreSQL answers at 127.0.0.1:1/)
      t.notMatch(refused.output(), /^ +at /m)
    }
  })

  t.test('dburl prints a URL that logs in as the role, and nothing else', async t => {
    for (const role of ['tenant', 'operator', 'owner'] as const) {
      const printed = run(t, ['bin/dburl.ts', role], database.environment)
      t.equal(await printed.ended, 0)
      const login = parseUrl(printed.output().trim(), { database: 'none' })
      t.strictSame(await asRole(login, async query => await query('select current_user::text as role')), [{ role: `rowhouse_${role}` }])
    }
    for (const args of [[], ['root'], ['tenant', 'x'], ['--all']]) {
      const refused = run(t, ['bin/dburl.ts', ...args], database.environment)
      t.equal(await refused.ended, 2, args.join(' '))
      t.match(refused.output(), /--help/)
    }
  })
})

t.test('whatever waits for others to migrate ends when it is told to, and applies nothing when they are done', async t => {
  const database = await testDatabase(t)
  const names = await database.takeBack((await database.migrations()).length)
  const programs = [
    [['src/server.ts'], 'SIGTERM', 143, /^rowhouse: interrupted\n$/],
    [['bin/migrate.ts', 'up'], 'SIGINT', 130, /^migrate: interrupted: nothing was kept\n$/],
    [['bin/createtestdata.ts'], 'SIGINT', 130, /^createtestdata: interrupted: nothing was kept\n$/]
  ] as const
  for (const [command, signal, code, message] of programs) {
    await asRole(database.admin, async query => {
      const others = async (condition: string): Promise<number> => (await query(`select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and ${condition}`)).length
      await query('select pg_advisory_lock($1)', [PG_MIGRATE_LOCK_ID])
      const waiting = run(t, [...command], { ...database.environment, PORT: '0' })
      while (await others("wait_event = 'advisory'") === 0) await delay(20)
      waiting.child.kill(signal)
      t.equal(await Promise.race([waiting.ended, delay(30_000, 'still runs', { ref: false })]), code, command.join(' '))
      t.match(waiting.output(), message)
      await query('select pg_advisory_unlock($1)', [PG_MIGRATE_LOCK_ID])
      while (await others("backend_type = 'client backend'") > 0) await delay(20)
    })
    t.strictSame((await database.migrations()).filter(migration => migration.appliedAt === undefined).map(migration => migration.name), [...names].reverse())
  }
})

t.test('passwords of one\'s own for the logins are given to the roles', async t => {
  // Roles belong to the server, so this one is not shared with any other test.
  const { DATA_DIRECTORY: directory = '', ...environment } = await embeddedEnvironment(t)
  const { admin } = await openEmbedded({ directory })
  const url = formatUrl({ ...admin, database: 'rowhouse' })
  const first = await startServer(t, { ...environment, DATABASE_URL: url })
  first.child.kill('SIGTERM')
  await first.ended
  const logins = {
    TENANT_DATABASE_URL: formatUrl({ ...admin, database: 'rowhouse', user: 'rowhouse_tenant', password: 'of my own' }),
    OPERATOR_DATABASE_URL: formatUrl({ ...admin, database: 'rowhouse', user: 'rowhouse_operator', password: 'of my own, too' })
  }
  await (await startServer(t, { ...environment, ...logins, DATABASE_URL: url })).get('/subtasks/', 'localhost')
  const alone = await startServer(t, { ...environment, ...logins })
  t.equal((await alone.get('/subtasks/', 'tenant-0.localhost')).status, 200)
  t.equal((await alone.get('/subtasks/', 'localhost')).status, 200)
})

t.test('the server on the embedded database', async t => {
  t.test('stops its database with it, whatever it has come to when it is told to', async t => {
    for (const after of [300, 900, 1500, 2500]) {
      const environment = await embeddedEnvironment(t)
      const server = run(t, ['src/server.ts'], { ...environment, PORT: '0' })
      await new Promise(resolve => setTimeout(resolve, after))
      server.child.kill('SIGINT')
      const code = await server.ended
      // Before the first line of the program has run, the signal ends the process by itself.
      t.ok(code === 0 || code === 130 || code === 'SIGINT', `after ${after} ms: ${code}`)
      t.notOk(await stopEmbedded({ directory: environment['DATA_DIRECTORY'] ?? '' }), 'no PostgreSQL is left')
    }
  })

  t.test('and so do commands that are interrupted', async t => {
    const environment = await embeddedEnvironment(t)
    const migrating = run(t, ['bin/migrate.ts', 'up'], environment)
    await new Promise(resolve => setTimeout(resolve, 2000))
    migrating.child.kill('SIGINT')
    t.ok([0, 130, 'SIGINT'].includes(await migrating.ended))
    t.notOk(await stopEmbedded({ directory: environment['DATA_DIRECTORY'] ?? '' }), 'no PostgreSQL is left')
  })

  t.test('starts it, shares it with commands, and stops it with Ctrl-C', async t => {
    const environment = await embeddedEnvironment(t)
    const server = await startServer(t, environment)
    t.match(server.output(), /embedded PostgreSQL on 127\.0\.0\.1:\d+/)
    t.ok(server.output().includes(`psql "$(DATA_DIRECTORY='${environment['DATA_DIRECTORY']}' npx tsx bin/dburl.ts tenant)"`), 'the lines to try name the same database')
    t.equal((await server.get('/subtasks/', 'tenant-4.localhost')).status, 200)

    const url = run(t, ['bin/dburl.ts', 'tenant'], environment)
    t.equal(await url.ended, 0)
    const login = parseUrl(url.output().trim(), { database: 'none' })
    t.strictSame(await asRole(login, async query => await query('select current_user::text as role')), [{ role: 'rowhouse_tenant' }])

    server.child.kill('SIGINT')
    t.equal(await server.ended, 0)
    await t.rejects(withClient(login, async () => {}), { code: 'ECONNREFUSED' }, 'the database is down')
  })

  t.test('comes back after a kill -9, with its data, and then stops cleanly', async t => {
    const environment = await embeddedEnvironment(t)
    const killed = await startServer(t, { ...environment, DEMO_ACCOUNTS: '2' })
    killed.child.kill('SIGKILL')
    t.equal(await killed.ended, 'SIGKILL')
    const again = await startServer(t, environment)
    t.notMatch(again.output(), /applied|loaded/)
    t.equal((await again.get('/subtasks/', 'tenant-1.localhost')).status, 200)
    const port = /embedded PostgreSQL on 127\.0\.0\.1:(\d+)/.exec(again.output())?.[1]
    again.child.kill('SIGTERM')
    t.equal(await again.ended, 0)
    await t.rejects(withClient({ host: '127.0.0.1', port: Number(port), database: 'x', user: 'x', password: 'x' }, async () => {}), { code: 'ECONNREFUSED' })
  })

  t.test('answers 503 while its database is away, and by itself again when that is back', async t => {
    const environment = await embeddedEnvironment(t)
    const server = await startServer(t, environment)
    const statuses = async (): Promise<number[]> => [
      (await server.get('/subtasks/', 'tenant-0.localhost')).status, (await server.get('/subtasks/', 'localhost')).status,
      (await server.get('/health/ready', 'any')).status, (await server.get('/health/live', 'any')).status
    ]
    t.strictSame(await statuses(), [200, 200, 200, 200])
    const stop = async (): Promise<void> => { t.equal(await run(t, ['bin/embedded.ts', 'stop'], environment).ended, 0) }
    const startedAt = async (): Promise<string> => {
      const { ended, output } = run(t, ['bin/dburl.ts', 'tenant'], environment)
      t.equal(await ended, 0)
      return new URL(output().trim()).port
    }
    const port = await startedAt()
    await stop()
    t.strictSame(await statuses(), [503, 503, 503, 200])
    // Another test's server may have taken the port meanwhile.
    while (await startedAt() !== port) await stop()
    t.strictSame(await statuses(), [200, 200, 200, 200])
  })

  t.test('is started by dburl if nothing runs, left running, and stopped by command', async t => {
    const environment = await embeddedEnvironment(t)
    const url = run(t, ['bin/dburl.ts', 'operator'], environment)
    t.equal(await url.ended, 0)
    t.match(url.output(), /bin\/embedded\.ts stop/)
    const login = parseUrl(url.output().split('\n').find(line => line.startsWith('postgres://')) ?? '', { database: 'none' })
    await t.resolves(withClient(login, async () => {}))
    const stop = run(t, ['bin/embedded.ts', 'stop'], environment)
    t.equal(await stop.ended, 0)
    t.match(stop.output(), /stopped/)
    const again = run(t, ['bin/embedded.ts', 'stop'], environment)
    t.equal(await again.ended, 0)
    t.match(again.output(), /was not running/)
  })
})

t.test('what somebody else wrote does not reach the terminal as more than text', async t => {
  const shown = t.capture(console, 'error', () => {})
  t.equal(reportError('tenants', new ExplainedError('a name: \u001b]0;owned\u0007\u001b[31mACME\u202e\nand a line', { exitCode: 2 })), 2)
  t.strictSame(shown().map(({ args }) => args), [['tenants: a name: \ufffd]0;owned\ufffd\ufffd[31mACME\ufffd\nand a line']])
})

t.test('every part of the tenants command shows how it is used', async t => {
  const help = async (...args: string[]): Promise<string> => {
    const command = run(t, ['bin/tenants.ts', ...args, '--help'], plainEnvironment())
    t.equal(await command.ended, 0, args.join(' '))
    return command.output()
  }
  const parts = [...(await help()).matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, name = '']) => name)
  t.equal(parts.length, 15)
  await Promise.all(parts.map(async name => { t.match(await help(name), new RegExp(`\\n {2}npx tsx bin/tenants\\.ts ${name}`)) }))
})

t.test('whoever reads the first lines alone is no reason for a stack', async t => {
  for (const program of ['dburl', 'tenants', 'migrate', 'createtestdata', 'bench']) {
    const child = spawn(process.execPath, ['--import=tsx', `bin/${program}.ts`, '--help'], { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    const [errors] = await Promise.all([text(child.stderr), once(child, 'close')])
    t.equal(errors, '', program)
  }
})
