import { connect, createServer, type Socket } from 'node:net'
import postgres from 'postgres'
import t from 'tap'
import { ConfigError, parseConfig } from '../src/config.ts'
import { withClient } from '../src/database/admin.ts'
import type { SqlValue } from '../src/database/connection.ts'
import { openDatabase } from '../src/database/database.ts'
import { migrate, migrationNames, migrationStatus } from '../src/database/migrate.ts'
import { Pool } from '../src/database/pool.ts'
import { deriveRolePasswords, functionOwners, roleNames } from '../src/database/roles.ts'
import { formatUrl, parseUrl, type ConnectionSettings } from '../src/database/settings.ts'
import { TransactionTrace } from '../src/database/trace.ts'
import type { Sql, Transaction } from '../src/database/transaction.ts'
import { TooManyRequestsError, UnavailableError } from '../src/errors.ts'
import { TenantDirectory } from '../src/tenancy/directory.ts'
import { openTenantScope, part, type SqlPart } from '../src/tenancy/scope.ts'
import type { AccountId, FoundTenant, Tenant } from '../src/tenancy/tenant.ts'
import { countRoundTrips } from '../src/bench/round-trips.ts'
import { asRole, poolOptions, run, seedTenants, testDatabase, testServer } from './support.ts'

const database = await testDatabase(t)
await seedTenants(database)
const own = 1 as AccountId
const reading = { readOnly: true, deadlineMs: 5000 }
const writing = { readOnly: false, deadlineMs: 5000 }

t.test('every setting is checked, and the message names the variable and what it takes', async t => {
  const wrong: Array<[Record<string, string>, RegExp]> = [
    [{ PORT: 'abc' }, /PORT takes a whole number/],
    [{ PORT: '70000' }, /PORT must be at most 65535/],
    [{ PORT: '-1' }, /PORT takes a whole number/],
    [{ HOST: 'a b' }, /HOST takes an address/],
    [{ BASE_DOMAIN: 'local host' }, /BASE_DOMAIN takes a domain name/],
    [{ BASE_DOMAIN: 'localhost:8080' }, /BASE_DOMAIN takes a domain name without a port/],
    [{ NODE_ENV: 'prod' }, /NODE_ENV takes development, production or test/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL takes fatal/],
    [{ OPERATOR_PASSWORD: 'short' }, /OPERATOR_PASSWORD must have at least 8/],
    [{ DEMO_ACCOUNTS: '5000' }, /DEMO_ACCOUNTS must be at most/],
    [{ WALL_EXCEPTIONS: 'x' }, /WALL_EXCEPTIONS takes RULE:OBJECT/],
    [{ TRUSTED_PROXIES: 'everybody' }, /TRUSTED_PROXIES takes addresses and networks/],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, /TRUSTED_PROXIES takes/],
    [{ TRUSTED_PROXIES: '0.0.0.0/0' }, /TRUSTED_PROXIES takes/],
    [{ DATABASE_POOL_SIZE: '0' }, /DATABASE_POOL_SIZE must be at least 1/],
    [{ PREPARED_STATEMENTS: 'yes' }, /PREPARED_STATEMENTS takes true or false/],
    [{ DATABASE_URL: 'mysql://a:b@c/d' }, /DATABASE_URL must begin with postgres/],
    [{ DATABASE_URL: 'nonsense' }, /DATABASE_URL is not a URL/],
    [{ DATABASE_URL: 'postgres://h/db' }, /DATABASE_URL names no user/],
    [{ DATABASE_URL: 'postgres://u:pw@h/db?sslmode=maybe' }, /DATABASE_URL has sslmode=maybe/],
    [{ DATABASE_URL: 'postgres://u:pw@h/db?options=-c' }, /DATABASE_URL has the parameter "options"/],
    [{ DATABASE_URL: 'postgres://u:pw@/db?host=/tmp&port=x' }, /DATABASE_URL has port=x/],
    [{ DATABASE_URL: 'postgres://u@h/db' }, /ROLE_SECRET is needed/],
    [{ OPERATOR_DATABASE_URL: 'postgres://u:p@h/db' }, /TENANT_DATABASE_URL is needed/],
    [{ PGHOST: 'h', PGPORT: 'x', PGPASSWORD: 'secret-enough' }, /PGPORT must be a port number/]
  ]
  for (const [environment, message] of wrong) t.throws(() => parseConfig(environment), message, JSON.stringify(environment))
  t.throws(() => parseConfig({ PORT: 'x', LOG_LEVEL: 'y' }), /LOG_LEVEL[\s\S]*PORT/, 'all that are wrong, at once')
  t.throws(() => parseConfig({ PORT: 'x' }), ConfigError)
  t.throws(() => parseConfig({ DATABASE_URL: 'mysql://u:hunter22@h/d' }), /^(?![\s\S]*hunter22)/, 'no password in a message')
})

t.test('settings have sensible defaults, and an empty variable is none', async t => {
  const config = parseConfig({ PORT: '', DATABASE_URL: '' })
  t.match(config, { port: 8080, addresses: ['127.0.0.1', '::1'], baseDomain: 'localhost', demoAccounts: 5, production: false, trustedProxies: [] })
  t.match(parseConfig({ NODE_ENV: 'production', TRUSTED_PROXIES: 'loopback, 10.0.0.0/8,fd00::/8' }), { demoAccounts: 0, trustedProxies: ['loopback', '10.0.0.0/8', 'fd00::/8'] }, 'nobody has a password there that everybody knows')
  t.match(parseConfig({ HOST: '0.0.0.0', DEMO_ACCOUNTS: '3' }), { demoAccounts: 3 })
  t.equal(config.database.admin, undefined, 'the embedded database')
  t.strictSame(parseConfig({ HOST: '0.0.0.0' }).addresses, ['0.0.0.0'])
  t.equal(parseConfig({ BASE_DOMAIN: 'Tasks.Example.COM' }).baseDomain, 'tasks.example.com')
})

t.test('DATABASE_URL and libpq\'s variables both name a server', async t => {
  t.match(parseConfig({ PGHOST: '/var/run/postgresql', PGUSER: 'me', PGPASSWORD: 'p w', PGDATABASE: 'd' }).database.admin,
    { host: '/var/run/postgresql', port: 5432, user: 'me', password: 'p w', database: 'd' })
  t.equal(parseConfig({ PGUSER: 'me', PGPASSWORD: 'secret' }).database.admin, undefined, 'a user alone names none')
  for (const url of ['postgres://u:p%40ss%2Fword@db.example.com:5433/name?sslmode=verify-full', 'postgres://u:p@[::1]:5432/name',
    'postgres://u:p@/name?host=%2Fvar%2Frun', 'postgres://u@/name?host=%2Ftmp&port=5599']) {
    t.equal(formatUrl(parseUrl(url, { database: 'x' })), url)
  }
  t.equal(parseUrl('postgres://u:p@h', { database: 'rowhouse' }).database, 'rowhouse')
  t.match(parseUrl('postgres://u:p@/name?host=/tmp&port=5599', { database: 'x' }), { host: '/tmp', port: 5599, user: 'u', password: 'p', database: 'name' })
})

t.test('the passwords of the roles follow from the secret and differ from each other', async t => {
  const passwords = deriveRolePasswords('a secret')
  t.strictSame(passwords, deriveRolePasswords('a secret'))
  t.notSame(passwords, deriveRolePasswords('another secret'))
  t.equal(new Set(Object.values(passwords)).size, Object.keys(roleNames).length)
})

t.test('migrations', async t => {
  const names = await migrationNames()

  t.test('go up once, however often and by however many they are applied', async t => {
    const fresh = await testDatabase(t, { prepare: false })
    const runs = await Promise.all([fresh.prepare(), fresh.prepare(), fresh.prepare()])
    t.strictSame(runs.flat().sort(), names, 'each migration ran in one of the three')
    t.strictSame(await fresh.prepare(), [])
    t.ok((await migrationStatus(fresh.login('owner'))).every(migration => migration.appliedAt !== undefined))
  })

  t.test('go all the way down and up again to the same schema', async t => {
    const fresh = await testDatabase(t)
    const before = await describeSchema(fresh.admin)
    t.strictSame(await migrate(fresh.login('owner'), 'down', names.length), [...names].reverse())
    t.strictSame((await describeSchema(fresh.admin)).length, 0, 'nothing is left')
    await migrate(fresh.login('owner'), 'up')
    t.strictSame(await describeSchema(fresh.admin), before)
  })

  t.test('one at a time, too', async t => {
    const fresh = await testDatabase(t)
    for (const name of [...names].reverse()) t.strictSame(await migrate(fresh.login('owner'), 'down'), [name])
  })

  t.test('by the command: status, down only when told to, up', async t => {
    const fresh = await testDatabase(t, { prepare: false })
    const command = async (...args: string[]): Promise<{ code: number | string, output: string }> => {
      const { ended, output } = run(t, ['bin/migrate.ts', ...args], fresh.environment)
      return { code: await ended, output: output() }
    }
    const [last = '', beforeLast = ''] = [...names].reverse()
    t.match(await command('status'), { code: 1, output: names.map(name => `${name.padEnd(32)}pending\n`).join('') }, 'before anything is set up')
    t.match(await command('down'), { code: 0, output: /nothing to do: no migration is applied/ })
    t.match(await command('up'), { code: 0, output: names.map(name => `applied ${name}\n`).join('') })
    t.match(await command('up'), { code: 0, output: /nothing to do/ })
    t.match(await command('status'), { code: 0, output: /001_context +applied \d{4}-/ })
    t.match(await command('down'), { code: 2, output: new RegExp(`would take back ${last}[\\s\\S]*Nothing was changed`) })
    t.match(await command('down', '--yes', '--count', '2'), { code: 0, output: `took back ${last}\ntook back ${beforeLast}` })
    t.match(await command('status'), { code: 1, output: new RegExp(`${beforeLast} +pending`) })
    t.match(await command(), { code: 2, output: /Usage: migrate/ })
    t.match(await command('down', '--all', '--yes'), { code: 0, output: /took back 001_context/ })
    t.match(await command('up', '--demo', '2'), { code: 0, output: /loaded 2 accounts/ })
    t.match(await command('up', '--demo', '2'), { code: 0, output: /no demonstration data: there are accounts already/ })
    await asRole(fresh.admin, async query => { await query("insert into rowhouse_migrations.migration (name, run_on) values ('999_gone', now())") })
    t.match(await command('status'), { code: 0, output: /999_gone +applied .*, but its file is missing/ })
    t.match(await command('down', '--yes'), { code: 1, output: /^migrate: the database has 999_gone, whose file is not in migrations/ })
    t.match(await command('sideways'), { code: 2, output: /unknown command/ })
    t.match(await command('down', '--count', 'x'), { code: 2, output: /whole number/ })
    t.match(await command('--help'), { code: 0, output: /Examples:/ })
  })
})

t.test('a server that cannot be used is named, with what to do', async t => {
  const server = await testServer(t)
  const attempt = async (change: object): Promise<string> => {
    const refused = await openDatabase({ ...parseConfig({}).database, admin: { ...server, database: 'rowhouse', ...change }, roleSecret: 'a secret of tests' })
    return await refused.prepare().then(() => 'prepared', (error: Error) => error.message)
  }
  t.match(await attempt({ host: '127.0.0.1', port: 1 }), /no PostgreSQL answers at 127\.0\.0\.1:1: .*ECONNREFUSED/)
  t.match(await attempt({ user: 'nobody_of_that_name', password: 'wrong' }), /refuses the login of "nobody_of_that_name"/)
  const plain = `rowhouse_test_plain_${process.pid}`
  await asRole(server, async query => { await query(`create role ${plain} login password 'plain'`) })
  t.teardown(async () => { await asRole(server, async query => { await query(`drop role ${plain}`) }) })
  t.match(await attempt({ user: plain, password: 'plain', database: `rowhouse_test_never_${process.pid}` }), /may not set up the database .*It takes a superuser/)
})

t.test('a role with CREATEROLE and CREATEDB is enough to set up everything', async t => {
  const server = await testServer(t)
  const name = `rowhouse_test_admin_${process.pid}`
  const fresh = `${name}_db`
  const { rows: [version] } = await withClient(server, async client => await client.query<{ number: number }>("select current_setting('server_version_num')::integer as number"))
  await asRole(server, async query => {
    await query(`create role ${name} login createrole createdb password 'managed'`)
    // From 16 on, CREATEROLE alone rules over the roles that it made itself; here a superuser has made them already.
    if ((version?.number ?? 0) >= 160_000) {
      for (const role of [...Object.values(roleNames), ...Object.values(functionOwners)]) await query(`grant ${role} to ${name} with admin true, inherit false, set false`)
    }
  })
  t.teardown(async () => {
    await asRole(server, async query => {
      await query(`drop database if exists ${fresh} with (force)`)
      await query(`drop owned by ${name} cascade`)
      await query(`drop role ${name}`)
    })
  })
  const managed = await openDatabase({ ...parseConfig({}).database, admin: { ...server, user: name, password: 'managed', database: fresh }, roleSecret: database.environment['ROLE_SECRET'] })
  t.strictSame(await managed.prepare(), await migrationNames())
  await t.rejects(asRole(managed.login('tenant'), async query => await query('select set_account(1)')), { code: 'RH001' }, 'there is no account yet')
  await t.resolves(asRole(managed.login('tenant'), async query => await query("select id from resolve_accounts('{tenant-0}')")))
})

t.test('a transaction', async t => {
  const pool = new Pool(database.login('tenant'), { ...poolOptions, size: 1 })
  t.teardown(async () => { await pool.end() })

  t.test('is over for its handle when it ends, and the handle cannot reach the next one', async t => {
    const first = await pool.begin(reading)
    const scope = openTenantScope(first, own)
    t.equal((await scope.sql`select id from account`).length, 1)
    await first.commit()
    const second = await pool.begin(reading)
    openTenantScope(second, 2 as AccountId)
    await second.sql`select 1`
    await t.rejects(scope.sql`select id from account`, /has ended/)
    await second.rollback()
    await t.rejects(scope.sql`select id from account`, /has ended/)
    await t.rejects(first.commit(), /has ended/)
    await t.resolves(first.rollback(), 'taking back what has ended is no error')
  })

  t.test('puts parts into a statement where they stand, and their values where they belong', async t => {
    const transaction = await pool.begin(reading)
    const { sql } = openTenantScope(transaction, own)
    const named = (name: string): SqlPart => part`and name like ${`%${name}`}::text`
    for (const name of ['of tenant-0', 'of tenant-1', 'of tenant-0']) {
      const rows = await sql<{ one: number, two: string }>`select ${1}::integer as one, ${'two'}::text as two ${part`from account where ${part`${'x'}::text = ${'x'}::text ${named(name)}`}`} limit ${5}`
      t.strictSame([...rows], name === 'of tenant-0' ? [{ one: 1, two: 'two' }] : [], name)
    }
    t.strictSame([...await sql`select 1 as one ${part``}`], [{ one: 1 }], 'a part of nothing')
    for (const escape of [part`; set app.account_id = '2'`, part`, set_config('app.account_id', '2', false)`, part`, 'not ended`]) await t.rejects(sql`select 1 as one ${escape}`)
    t.throws(() => part("from account where name = ''" as unknown as TemplateStringsArray), TypeError)
    await transaction.rollback()
  })

  t.test('waits at its end for statements that nobody awaited', async t => {
    const transaction = await pool.begin(writing)
    const { sql } = openTenantScope(transaction, own)
    const forgotten = sql<{ name: string }>`select name from account, pg_sleep(0.05)`
    await transaction.commit()
    t.equal((await forgotten)[0]?.name, 'Company of tenant-0')
  })

  t.test('hears at its end of a statement that failed or was refused and that nobody awaited, and the process goes on', async t => {
    const forgotten: unknown[] = []
    const unhandled: unknown[] = []
    const note = (error: unknown): void => { unhandled.push(error) }
    process.on('unhandledRejection', note)
    t.teardown(() => { process.off('unhandledRejection', note) })
    for (const [value, reason] of [[0, { code: '22012' }], [new Date(NaN), TypeError]] as const) {
      const transaction = await pool.begin(writing)
      const { sql } = openTenantScope(transaction, own)
      await sql`insert into project (account_id, name) values (${own}, 'of someone forgetful')`
      forgotten.push(sql`select 1 / ${value}`)
      await sql`select 1`.catch(() => {})
      await t.rejects(transaction.commit(), reason)
      forgotten.push(sql`select 'too late'`)
      await new Promise(resolve => setImmediate(resolve))
    }
    t.strictSame(unhandled, [])
    const check = await pool.begin(reading)
    t.equal((await openTenantScope(check, own).sql`select id from project where name = 'of someone forgetful'`).length, 0)
    await check.commit()
  })

  t.test('that only reads can end behind its statements: in one round trip, and nothing passes after it', async t => {
    const counter = await countRoundTrips(database.login('tenant'))
    const counted = new Pool(counter.settings, { ...poolOptions, size: 1 })
    t.teardown(async () => { await counted.end(); await counter.close() })
    const read = async (accountId: AccountId): Promise<string[]> => {
      const transaction = await counted.begin(reading)
      const { sql } = openTenantScope(transaction, accountId)
      const answers = [sql<{ name: string }>`select name from account where id = ${accountId}`, sql<{ name: string }>`select name from project where account_id = ${accountId} limit ${1}`]
      const ended = transaction.endReading()
      await t.rejects(sql`select name from account`, /has ended/)
      await ended
      await t.resolves(transaction.endReading(), 'twice is no error')
      await transaction.rollback()
      return (await Promise.all(answers)).map(rows => rows[0]?.name ?? '')
    }
    await read(own)
    const before = counter.trips()
    t.strictSame(await read(2 as AccountId), ['Company of tenant-1', 'project 1 of tenant-1'])
    t.strictSame(await read(own), ['Company of tenant-0', 'project 1 of tenant-0'])
    await t.resolves(read(own))
    t.equal(counter.trips() - before, 3, 'three transactions, three round trips')
  })

  t.test('that failed cannot be ended well by reading, and one that may write not at all', async t => {
    const failed = await pool.begin(reading)
    const { sql } = openTenantScope(failed, own)
    const answers = Promise.allSettled([sql`select 1 / ${0}::integer`, sql`select id from account`])
    await t.rejects(failed.endReading(), { code: '22012' })
    for (const answer of await answers) t.match(answer, { status: 'rejected', reason: { code: '22012' } })
    const swallowed = await pool.begin(reading)
    await openTenantScope(swallowed, own).sql`select 1 / 0`.catch(() => {})
    await t.rejects(swallowed.endReading(), { code: '22012' })
    const writes = await pool.begin(writing)
    await t.rejects(writes.endReading(), /may have written/)
    await writes.rollback()
    const next = await pool.begin(reading)
    t.equal((await openTenantScope(next, 2 as AccountId).sql<{ id: number }>`select id from account`)[0]?.id, 2, 'the connection is fit for the next')
    await next.rollback()
  })

  t.test('that failed is not committed, even where the failure was swallowed, and says what failed first', async t => {
    const transaction = await pool.begin(writing)
    const { sql } = openTenantScope(transaction, own)
    await sql`insert into project (account_id, name) values (${own}, 'never kept')`
    await t.rejects(sql`select 1 / 0`, { code: '22012' })
    await t.rejects(sql`select 1`, { code: '22012' }, 'not 25P02, which would hide the reason')
    await t.rejects(transaction.commit(), { code: '22012' })
    const check = await pool.begin(reading)
    t.equal((await openTenantScope(check, own).sql`select id from project where name = 'never kept'`).length, 0)
    await check.commit()
  })

  t.test('with a tenant that is refused fails at its first statement', async t => {
    const transaction = await pool.begin(reading)
    const { sql } = openTenantScope(transaction, 0 as AccountId)
    await t.rejects(sql`select id from account`, { code: '22023' })
    await t.rejects(transaction.commit(), { code: '22023' })
  })

  t.test('takes values as parameters and nothing else', async t => {
    const transaction = await pool.begin(reading)
    const { sql } = openTenantScope(transaction, own)
    const hostile = "'; drop table account; --"
    t.equal((await sql<{ text: string }>`select ${hostile}::text as text`)[0]?.text, hostile)
    for (const value of [{ toString: () => '1' }, undefined, Symbol('x'), () => 1, [{}], new Date(NaN)]) await t.rejects(sql`select ${value as unknown as SqlValue}`, TypeError)
    await t.rejects((sql as unknown as (text: string) => Promise<unknown>)('select 1'), TypeError)
    await transaction.rollback()
  })

  t.test('takes no statement that begins or ends a transaction, or leaves something on the connection for the next tenant', async t => {
    const transaction = await pool.begin(writing)
    const { sql } = openTenantScope(transaction, own)
    const { sql: any } = { sql: sql as unknown as (strings: TemplateStringsArray) => Promise<unknown> }
    const template = (...parts: string[]): TemplateStringsArray => Object.assign(parts, { raw: parts })
    for (const text of [
      'commit', 'COMMIT and chain', ' rollback', '/* select */ begin', '-- select\nstart transaction read write', 'abort', 'end', 'prepare transaction $$x$$', "set app.account_id = '2'",
      'set local role none', 'reset all', 'discard all', 'declare c cursor with hold for select 1', 'listen x', 'lock table subtask', 'do $$ begin end $$', 'copy subtask to stdout', 'explain select 1',
      "select set_config('app.account_id', '2', false)", "with x as (select pg_catalog.set_config ('app.account_id', '2', true)) select 1", 'select pg_advisory_lock(1)', "select lo_from_bytea(0, 'x')"
    ]) await t.rejects(any(template(text)), TypeError, JSON.stringify(text))
    const outlasting = "set_config('app.account_id', '2', false)"
    for (const text of [
      `select '--', ${outlasting}`, `select '/*', ${outlasting}, '*/'`, `select E'\\'--', ${outlasting}`, `select E'a'\n'\\', 1, ', ${outlasting} --'`, `select E'x'\n--\n'\\'' || ${outlasting} || ''`, "select e'plain'", `select date'2020-01-01\\', ${outlasting}, '1'`,
      `select $$ ' $$, ${outlasting}`, `select $a$ ' $A$ $a$, ${outlasting}, $A$ ' $A$`, `select 1 as a$b$, ${outlasting}, 2 as c$b$`,
      `select 1 -- '\n, ${outlasting}`, `/* /* */ ' */ select ${outlasting}`, `select 1 as "'", ${outlasting} as "'"`,
      "select \"set_config\"('app.account_id', '2', false)", "select pg_catalog.\"set_config\"/**/('app.account_id', '2', false)", "select U&\"\\0073et_config\"('app.account_id', '2', false)",
      ...['temp', 'temporary table', 'local temp', 'unlogged', 'table', '/**/ "temp"'].map(kind => `select id into ${kind} x from account`), 'select id into pg_temp.x from account',
      "update pg_settings set setting = 'off' where name = 'row_security'", "select query_to_xml('select 1', true, true, '')", "select * from ts_stat('select 1')",
      "select 'never ends", '/* select 1', '(commit)'
    ]) await t.rejects(any(template(text)), TypeError, JSON.stringify(text))
    await t.rejects(any(template('select $a', "' $a", `, ${outlasting} --'`)), TypeError, 'a parameter that is part of a dollar quote')
    for (const text of ['savepoint s', 'rollback to s', 'release s', 'select pg_advisory_xact_lock_shared(1)', 'values (1)', '/* why */ select 1',
      '(select 1) union (select 2)', '((select 1))', "select 'set_config(', $x$ into temp x $x$, $$'$$, 'it''s /*' /* set_config( */ -- pg_settings", 'select 1 as "it\'s ""quoted"" --"', "select 'a' like 'a' escape '\\'"
    ]) await t.resolves(any(template(text)), JSON.stringify(text))
    await t.rejects(transaction.commit(), TypeError)
  })

  t.test('that is not answered at its end, or when its time is up, gives its connection up', async t => {
    const sockets: Socket[] = []
    const { host, port } = database.login('tenant')
    const proxy = createServer(client => {
      const server = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
      for (const socket of [client, server]) sockets.push(socket.on('error', () => {}))
      client.pipe(server).pipe(client)
    })
    await new Promise<void>(resolve => { proxy.listen(0, '127.0.0.1', resolve) })
    t.teardown(() => { proxy.close(); for (const socket of sockets) socket.destroy() })
    const behind = new Pool({ ...database.login('tenant'), host: '127.0.0.1', port: (proxy.address() as { port: number }).port }, { ...poolOptions, size: 1 })
    const beginAndFallSilent = async (): Promise<Transaction> => {
      const transaction = await behind.begin({ ...writing, deadlineMs: 300 })
      await openTenantScope(transaction, own).sql`select id from account`
      for (const socket of sockets) socket.unpipe().pause()
      return transaction
    }
    await t.rejects((await beginAndFallSilent()).commit(), UnavailableError)
    await beginAndFallSilent()
    await t.resolves(behind.begin(reading).then(async next => { await next.rollback() }), 'and the pool has another')
    await behind.end()
  })

  t.test('reads 64-bit integers as numbers, and refuses those that do not fit', async t => {
    const transaction = await pool.begin(reading)
    t.strictSame((await transaction.sql<{ value: number }>`select 9007199254740991::bigint as value`)[0]?.value, 9007199254740991)
    await t.rejects(transaction.sql`select 9007199254740993::bigint as value`, /does not fit/)
    await transaction.rollback()
  })

  t.test('that is traced notes each statement without its values, and one that waited for an answer as another trip', async t => {
    const pool = new Pool(database.login('tenant'), { ...poolOptions, size: 1 })
    t.teardown(async () => { await pool.end() })
    const trace = new TransactionTrace()
    const transaction = await pool.begin({ ...reading, trace })
    await Promise.all([transaction.sql`select ${'a value'}::text as shown`, transaction.sql`select from generate_series(1, 3)`])
    await t.rejects(transaction.sql`select id from project`)
    await transaction.rollback()
    await trace.whenAnswered()
    t.strictSame(trace.statements.map(({ text, rows, trip }) => ({ text, rows, trip })), [
      { text: 'begin isolation level repeatable read read only', rows: 0, trip: 1 },
      { text: 'select $1::text as shown', rows: 1, trip: 1 },
      { text: 'select from generate_series(1, 3)', rows: 3, trip: 1 },
      { text: 'select id from project', rows: undefined, trip: 2 },
      { text: 'rollback', rows: 0, trip: 3 }
    ])
    for (const { sentAt, answeredAt = 0 } of trace.statements) t.ok(answeredAt >= sentAt)
    const next = await pool.begin(reading)
    await next.sql`select from generate_series(1, 2)`
    await next.rollback()
    t.equal(trace.statements.length, 5, 'and nothing of the next transaction')
  })

  t.test('that reads cannot write', async t => {
    const transaction = await pool.begin(reading)
    await t.rejects(openTenantScope(transaction, own).sql`update project set name = 'x' where account_id = ${own}`, { code: '25006' })
    await transaction.rollback()
  })

  t.test('is taken back when its time is up, idle or busy, and its connection serves the next', async t => {
    const idle = await pool.begin({ ...writing, deadlineMs: 50 })
    await openTenantScope(idle, own).sql`select 1`
    await until(async () => await idle.sql`select 1`.then(() => false, () => true))
    await t.rejects(idle.sql`select 1`, UnavailableError)
    await t.rejects(idle.commit(), UnavailableError)

    const busy = await pool.begin({ ...writing, deadlineMs: 50 })
    await t.rejects(openTenantScope(busy, own).sql`select pg_sleep(10)`, UnavailableError)
    const next = await pool.begin(reading)
    t.equal((await openTenantScope(next, own).sql`select id from account`).length, 1)
    await next.commit()
  })
})

t.test('a pool', async t => {
  t.test('lends a connection to one transaction at a time and refuses who waits too long', async t => {
    const pool = new Pool(database.login('tenant'), { ...poolOptions, size: 1, waitTimeoutMs: 100 })
    const held = await pool.begin(reading)
    await t.rejects(pool.begin(reading), UnavailableError)
    const waiting = pool.begin(reading)
    await held.rollback()
    await t.resolves(waiting.then(async transaction => { await transaction.rollback() }))
    await pool.end()
    await t.rejects(pool.begin(reading), UnavailableError)
  })

  t.test('gives each user a part of itself, serves those who wait in turn, and refuses who asks for too much', async t => {
    const pool = new Pool(database.login('tenant'), { ...poolOptions, size: 3, userSize: 2, userWaiting: 5 })
    t.teardown(async () => { await pool.end() })
    const [noisy, quiet, third] = [1, 2, 3]
    const served: number[] = []
    const held: Transaction[] = []
    const ask = async (user: number): Promise<void> => { const transaction = await pool.begin(reading, user); served.push(user); held.push(transaction) }
    const giveBack = async (): Promise<void> => { await held.shift()?.rollback(); await new Promise(resolve => setImmediate(resolve)) }

    const asked = [ask(noisy), ask(noisy), ask(noisy), ask(noisy), ask(noisy), ask(noisy), ask(noisy)]
    await asked[1]
    await t.rejects(pool.begin(reading, noisy), TooManyRequestsError)
    t.strictSame(served, [noisy, noisy], 'the third connection is not for the one who has two')
    asked.push(ask(quiet), ask(quiet), ask(third))
    await until(async () => served.length === 3)
    t.strictSame(served, [noisy, noisy, quiet], 'another one need not wait at all')
    while (held.length > 0) await giveBack()
    await Promise.all(asked)
    t.strictSame(served.slice(3, 6).sort(), [noisy, quiet, third].sort(), 'then each has a turn, however many are in line')
    t.equal(served.length, 10)
    t.strictSame(served.slice(-3), [noisy, noisy, noisy])
    await t.resolves(ask(noisy).then(giveBack))
  })

  t.test('gives a user beside others a second connection only while its first is slow', async t => {
    const pool = new Pool(database.login('tenant'), { ...poolOptions, size: 3, userSize: 2 })
    t.teardown(async () => { await pool.end() })
    // All connections are there, so that nobody waits for one to open.
    for (const transaction of await Promise.all([1, 2, 3].map(async user => await pool.begin(reading, user)))) await transaction.rollback()

    const first = await pool.begin(reading, 1)
    let second: Transaction | undefined
    const asked = pool.begin(reading, 1).then(transaction => { second = transaction })
    await new Promise(resolve => setImmediate(resolve))
    t.equal(second, undefined, 'two connections are idle, and it waits')
    await asked
    t.ok(second, 'until its first has taken its time')
    await t.rejects(Promise.race([pool.begin(reading, 1), new Promise((_resolve, reject) => { setTimeout(() => { reject(new Error('waits')) }, 100) })]), /waits/, 'more than its part it never has')
    const other = await pool.begin(reading, 2)
    for (const transaction of [first, other, second as unknown as Transaction]) await transaction.rollback()
  })

  t.test('gives a part back with a connection that was cut', async t => {
    const pool = new Pool(database.login('tenant'), { ...poolOptions, size: 2, userSize: 1 })
    t.teardown(async () => { await pool.end() })
    for (let round = 0; round < 3; round++) {
      const transaction = await pool.begin({ ...reading, deadlineMs: 30 }, 1)
      await t.rejects(transaction.sql`select pg_sleep(10)`, UnavailableError)
    }
    const waiting = pool.begin(reading, 1)
    await (await waiting).rollback()
    await t.resolves(pool.begin(reading, 1).then(async transaction => { await transaction.rollback() }))
  })

  t.test('makes a new connection for one whose backend was killed: idle, between statements, in one, in a queue of them', async t => {
    const pool = new Pool(database.login('tenant'), { ...poolOptions, size: 1 })
    t.teardown(async () => { await pool.end() })
    const kill = async (pid: number): Promise<void> => { await asRole(database.admin, async query => { await query('select pg_terminate_backend($1)', [pid]) }) }
    const pidOf = async (sql: Sql): Promise<number> => (await sql<{ pid: number }>`select pg_backend_pid() as pid`)[0]?.pid ?? 0
    const begin = async (): Promise<{ transaction: Transaction, sql: Sql, pid: number }> => {
      const transaction = await pool.begin(writing)
      const { sql } = openTenantScope(transaction, own)
      return { transaction, sql, pid: await pidOf(sql) }
    }
    const isGone = (error: Error & { code?: string }): boolean => error instanceof UnavailableError || error.code === '57P01'

    const between = await begin()
    await kill(between.pid)
    await between.sql`select 1`.then(() => t.fail('answered by a dead backend'), error => t.ok(isGone(error as Error), 'between statements'))
    await t.rejects(between.transaction.commit(), 'nothing that was done is called done')

    const inside = await begin()
    const statements = Promise.allSettled([inside.sql`select pg_sleep(10)`, inside.sql`select ${'never seen before'}::text`, inside.sql`select id from account`])
    await kill(inside.pid)
    for (const outcome of await statements) t.ok(outcome.status === 'rejected' && isGone(outcome.reason as Error), 'in a statement, or in a queue behind it')
    await inside.transaction.rollback()

    const idle = await begin()
    await idle.transaction.commit()
    await kill(idle.pid)
    const next = await until(async () => await begin().catch(() => undefined))
    t.not(next.pid, idle.pid)
    await next.transaction.commit()
  })

  t.test('gives each transaction its own answers, also where PostgreSQL takes a prepared statement back in the midst of several that are under way', async t => {
    const alter = async (change: string): Promise<void> => { await asRole(database.admin, async query => { await query(`alter table rowhouse.project ${change}`) }) }
    t.teardown(async () => { await alter('drop column if exists noted') })
    const pool = new Pool(database.login('tenant'), { ...poolOptions, size: 1 })
    t.teardown(async () => { await pool.end() })
    const read = async (accountId: number): Promise<unknown> => {
      const transaction = await pool.begin(reading)
      const { sql } = openTenantScope(transaction, accountId as AccountId)
      // What the application does not write, because of this: columns that another migration adds are in the answer.
      const answers = Promise.all([sql<{ account_id: number }>`select * from project where account_id = ${accountId}`, sql<{ text: string }>`select ${`of ${accountId}`}::text as text`, transaction.endReading()])
      return await answers.then(([rows, [row]]) => [new Set(rows.map(row => row.account_id)), row?.text], (error: Error & { code?: string }) => error.code)
    }
    const accounts = [1, 2, 3, 1, 2, 3]
    const expected = accounts.map(account => [new Set([account]), `of ${account}`])
    t.strictSame(await Promise.all(accounts.map(read)), expected)
    await alter('add column noted integer')
    const [told, ...others] = await Promise.all(accounts.map(read))
    t.match(told, /^(0A000|25P02)$/, 'one is told')
    t.strictSame(others, expected.slice(1), 'and nobody gets what is another\'s, or waits for what does not come')

    // As the driver does it that sends all of them at once.
    const { host, port, user, password = '', database: name } = database.login('tenant')
    const driver = postgres({ host, port, username: user, password, database: name, max: 1 })
    t.teardown(async () => { await driver.end({ timeout: 0 }) })
    await driver`select 1`
    const connection = await driver.reserve()
    const answers = (account: number): Array<Promise<string>> => [connection`begin`, connection`select set_account(${account})`, connection`select * from project where account_id = ${account}`, connection`commit`]
      .map(async (answer: PromiseLike<unknown>) => await Promise.race([answer.then(() => 'answered', (error: Error & { code?: string }) => error.code ?? ''), new Promise<string>(resolve => { setTimeout(resolve, 1000, 'never answered') })]))
    t.strictSame(new Set(await Promise.all([...answers(1), ...answers(2)])), new Set(['answered']))
    await alter('drop column noted')
    t.match(await Promise.all([...answers(1), ...answers(2)]), ['answered', 'answered', '0A000', 'answered', 'answered', 'answered', 'never answered', 'answered'], 'this is why a connection has one transaction at a time')
  })

  t.test('opens a connection that nobody has used, for which the driver alone would wait for ever', async t => {
    const pool = new Pool(database.login('tenant'), { ...poolOptions, size: 1 })
    t.teardown(async () => { await pool.end() })
    const transaction = await pool.begin(reading)
    t.equal((await openTenantScope(transaction, own).sql`select id from account`).length, 1)
    await transaction.commit()
    const { host, port, user, password = '', database: name } = database.login('tenant')
    const driver = postgres({ host, port, username: user, password, database: name, max: 1, fetch_types: false })
    t.teardown(async () => { await driver.end({ timeout: 0 }) })
    t.equal(await Promise.race([driver.reserve().then(() => 'reserved'), new Promise(resolve => { setTimeout(resolve, 1000, 'waits') })]), 'waits', 'the day this fails, a greeting is sent for nothing')
  })

  t.test('gives up on a server that accepts and says nothing', async t => {
    const mute = createServer(socket => { socket.on('error', () => {}) })
    await new Promise<void>(resolve => { mute.listen(0, '127.0.0.1', resolve) })
    t.teardown(() => { mute.close() })
    const pool = new Pool({ ...database.login('tenant'), host: '127.0.0.1', port: (mute.address() as { port: number }).port }, { ...poolOptions, size: 1, connectTimeoutMs: 300, waitTimeoutMs: 5000 })
    await t.rejects(pool.begin(reading), UnavailableError)
    await pool.end()
  })

  t.test('makes no more attempts at a server that stays silent than somebody waits for', async t => {
    const sockets: Socket[] = []
    const mute = createServer(socket => { sockets.push(socket.on('error', () => {})) })
    await new Promise<void>(resolve => { mute.listen(0, '127.0.0.1', resolve) })
    t.teardown(() => { mute.close() })
    const pool = new Pool({ ...database.login('tenant'), host: '127.0.0.1', port: (mute.address() as { port: number }).port }, { ...poolOptions, size: 8, userSize: 4, connectTimeoutMs: 400 })
    await t.rejects(pool.begin(reading, 1), UnavailableError)
    t.equal(sockets.length, 1)
    await t.rejects(pool.begin(reading, 1), UnavailableError, 'and who comes right after a failure is told so at once')
    t.equal(sockets.length, 1)
    await pool.end()
  })

  t.test('that is closed keeps no socket and no timer, whatever its servers do', async t => {
    const open = new Set<Socket>()
    let accepted = 0
    const proxy = createServer({ allowHalfOpen: true }, client => {
      open.add(client.on('error', () => {}).on('close', () => { open.delete(client) }).resume())
      // Never hangs up itself, and finds out in this way whether the other side is still there.
      client.on('end', () => {
        const timer = setInterval(() => { client.write('?') }, 50)
        client.on('close', () => { clearInterval(timer) })
      })
      if (++accepted === 1) return
      const { host, port } = database.login('tenant')
      const server = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
      server.on('error', () => {}).pipe(client, { end: false })
      client.pipe(server)
    })
    await new Promise<void>(resolve => { proxy.listen(0, '127.0.0.1', resolve) })
    t.teardown(() => { proxy.close(); for (const socket of open) socket.destroy() })
    const timers = (): number => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
    const before = timers()
    const pool = new Pool({ ...database.login('tenant'), host: '127.0.0.1', port: (proxy.address() as { port: number }).port }, { ...poolOptions, size: 2, connectTimeoutMs: 500 })
    await t.rejects(pool.begin(reading), UnavailableError, 'one that never says a word')
    await until(async () => await pool.begin(reading).then(async transaction => { await transaction.rollback(); return true }).catch(() => false))
    t.ok(open.size > 0, 'one that says goodbye to nobody')
    await pool.end()
    await until(() => open.size === 0 && timers() <= before)
  })

  t.test('outlives servers that hang up, fall silent or talk nonsense once they have let somebody in', async t => {
    const message = (type: string, body: number[]): Buffer => {
      const head = Buffer.alloc(5, type)
      head.writeUInt32BE(body.length + 4, 1)
      return Buffer.concat([head, Buffer.from(body)])
    }
    const ready = message('Z', [73])
    const answers: Record<string, Buffer | undefined> = {
      'hangs up': undefined,
      'falls silent': Buffer.alloc(0),
      'wants rows': message('G', [0, 0, 0]),
      'sends rows': message('H', [0, 0, 0]),
      'does both': message('W', [0, 0, 0]),
      'sends a row of nothing': message('D', [0, 3]),
      'talks nonsense': Buffer.alloc(64, 0xff),
      'asks who is there once more': message('R', [0, 0, 0, 12, 118, 61, 120])
    }
    for (const [title, answer] of Object.entries(answers)) {
      const sockets = new Set<Socket>()
      const server = createServer(client => {
        sockets.add(client.on('error', () => {}))
        client.once('data', () => {
          client.write(Buffer.concat([message('R', [0, 0, 0, 0]), ready]))
          client.on('data', () => { if (answer === undefined) client.destroy(); else client.write(answer) })
        })
      })
      await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
      const pool = new Pool({ ...database.login('tenant'), host: '127.0.0.1', port: (server.address() as { port: number }).port }, { ...poolOptions, size: 1, connectTimeoutMs: 300 })
      await t.rejects(pool.begin(reading), UnavailableError, title)
      await pool.end()
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => { server.close(resolve) })
    }
  })

  t.test('that is closed serves those who wait, and cuts those who take longer than its patience', async t => {
    const pool = new Pool(database.login('tenant'), { ...poolOptions, size: 1 })
    const held = await pool.begin(reading)
    const waiting = pool.begin(reading)
    const closing = pool.end(10_000)
    await held.rollback()
    await (await waiting).rollback()
    await closing

    const impatient = new Pool(database.login('tenant'), { ...poolOptions, size: 1 })
    const kept = await impatient.begin(reading)
    const late = t.rejects(impatient.begin(reading), UnavailableError)
    await impatient.end(100)
    await late
    await t.rejects(openTenantScope(kept, own).sql`select id from account`, UnavailableError)
  })

  t.test('serves nobody before those of the same line', async t => {
    const pool = new Pool(database.login('tenant'), { ...poolOptions, size: 2, userSize: 2 })
    t.teardown(async () => { await pool.end() })
    for (const transaction of await Promise.all([1, 2].map(async user => await pool.begin(reading, user)))) await transaction.rollback()
    const order: string[] = []
    const ask = async (name: string): Promise<void> => { const transaction = await pool.begin(reading, 1); order.push(name); await transaction.rollback() }
    const first = await pool.begin(reading, 1)
    const asked = [ask('second'), ask('third')]
    const rollback = first.rollback()
    asked.push(ask('fourth'))
    await Promise.all([rollback, ...asked])
    t.strictSame(order, ['second', 'third', 'fourth'])
  })

  t.test('over several databases', async t => {
    const names = ['b', 'c', 'd'].map(suffix => `${database.admin.database}_${suffix}`)
    await asRole(database.admin, async query => { for (const name of names) await query(`create database "${name}"`) })
    t.teardown(async () => { await asRole(database.admin, async query => { for (const name of names) await query(`drop database "${name}" with (force)`) }) })
    const [a, b, c, d] = [database.login('tenant'), ...names.map(name => ({ ...database.login('tenant'), database: name }))] as [ConnectionSettings, ConnectionSettings, ConnectionSettings, ConnectionSettings]
    const whereIs = async (transaction: Transaction): Promise<string | undefined> => (await transaction.sql<{ name: string }>`select current_database()::text as name`)[0]?.name
    const countOpen = async (): Promise<number> => await asRole(database.admin, async query =>
      (await query("select from pg_stat_activity where application_name = 'rowhouse several'")).length)

    await t.test('never has more connections than its size, and closes none that is in use', async t => {
      const pool = new Pool(a, { ...poolOptions, size: 2, applicationName: 'rowhouse several' })
      t.teardown(async () => { await pool.end() })
      const held = await pool.begin(reading, 1, b)
      for (let round = 0; round < 3; round++) {
        for (const login of [a, c, d]) {
          const transaction = await pool.begin(reading, 2, login)
          t.equal(await whereIs(transaction), login.database)
          t.ok(await countOpen() <= 2)
          await transaction.rollback()
        }
      }
      t.equal(await whereIs(held), b.database)
      await held.rollback()
    })

    await t.test('serves all, each in its own database, however many more they are than its places', async t => {
      const pool = new Pool(a, { ...poolOptions, size: 3, userSize: 2 })
      t.teardown(async () => { await pool.end() })
      const logins = [a, b, c, d]
      await Promise.all(Array.from({ length: 200 }, async (_, i) => {
        const login = logins[i % 4] as ConnectionSettings
        const transaction = await pool.begin(reading, i % 4, login)
        const where = await whereIs(transaction)
        await transaction.rollback()
        if (where !== login.database) t.fail(`${where} instead of ${login.database}`)
      }))
    })

    await t.test('closes the connections to others than its own that nobody has used for a while', async t => {
      const pool = new Pool(a, { ...poolOptions, idleTimeoutMs: 100, applicationName: 'rowhouse several' })
      t.teardown(async () => { await pool.end() })
      for (const login of [a, b, c]) await (await pool.begin(reading, 1, login)).rollback()
      await until(async () => await countOpen() === 1)
      t.equal(await whereIs(await pool.begin(reading, 1, a)), a.database)
    })

    await t.test('refuses those of a database that is gone, of a server that is down or silent, and serves the others meanwhile', async t => {
      const mute = createServer(socket => { socket.on('error', () => {}) })
      await new Promise<void>(resolve => { mute.listen(0, '127.0.0.1', resolve) })
      t.teardown(() => { mute.close() })
      const silent = { ...a, host: '127.0.0.1', port: (mute.address() as { port: number }).port }
      const broken = [silent, { ...a, host: '127.0.0.1', port: 1 }, { ...a, database: 'is_not_there' }]
      const pool = new Pool(a, { ...poolOptions, size: 4, userSize: 2, connectTimeoutMs: 1000, waitTimeoutMs: 3000 })
      t.teardown(async () => { await pool.end() })
      const refused = broken.flatMap((login, i) => Array.from({ length: 20 }, async () => { await t.rejects(pool.begin(reading, 100 + i, login), UnavailableError) }))
      const served = Array.from({ length: 100 }, async (_, i) => {
        const transaction = await pool.begin(reading, i % 5, i % 2 === 0 ? a : b)
        await transaction.rollback()
      })
      await t.resolves(Promise.all(served))
      await Promise.all(refused)
      await t.resolves(pool.begin(reading, 1, b).then(async transaction => { await transaction.rollback() }))
    })
  })

  t.test('works without prepared statements', async t => {
    const pool = new Pool(database.login('tenant'), { ...poolOptions, preparedStatements: false })
    const transaction = await pool.begin(reading)
    t.equal((await openTenantScope(transaction, own).sql`select id from subtask where account_id = ${own}`).length, 25)
    await transaction.commit()
    await pool.end()
  })
})

t.test('the directory', async t => {
  const answer = (slugs: string[], status: Tenant['status'] = 'active'): Map<string, FoundTenant> =>
    new Map(slugs.map(slug => [slug, { tenant: { id: 1 as AccountId, slug, name: slug, status }, by: 'name' }]))

  t.test('asks once for names that are asked for together, and remembers hits and misses', async t => {
    const asked: string[][] = []
    const directory = new TenantDirectory(async slugs => { asked.push(slugs); return answer(slugs.filter(slug => slug === 'real')) })
    const answers = await Promise.all(['real', 'made-up', 'real', 'other'].map(async slug => await directory.find(slug)))
    t.strictSame(answers.map(found => found?.tenant.slug), ['real', undefined, 'real', undefined])
    await directory.find('real')
    await directory.find('made-up')
    t.strictSame(asked, [['real', 'made-up', 'other']])
    directory.forget('real')
    await directory.find('real')
    t.equal(asked.length, 2)
  })

  t.test('keeps real tenants through a flood of made-up names, in a few statements', async t => {
    let statements = 0
    const directory = new TenantDirectory(async slugs => { statements++; return answer(slugs.filter(slug => slug === 'real')) }, { ttlMs: 60_000, size: 1000 })
    await directory.find('real')
    await Promise.all(Array.from({ length: 10_000 }, async (_, index) => await directory.find(`made-up-${index}`)))
    t.ok(statements <= 1 + 10_000 / 500, `${statements} statements for 10,000 names`)
    const before = statements
    t.ok(await directory.find('real'))
    t.equal(statements, before)
  })

  t.test('does not remember a failure', async t => {
    let fail = true
    const directory = new TenantDirectory(async slugs => { if (fail) throw new UnavailableError('down'); return answer(slugs) })
    await t.rejects(directory.find('a'), UnavailableError)
    fail = false
    t.ok(await directory.find('a'))
  })

  t.test('asks again before it has to, so that nobody who comes often waits, and a tenant that is gone is gone', async t => {
    let asked = 0
    let isThere = true
    let goOn: (() => void) | undefined
    const directory = new TenantDirectory(async slugs => {
      asked++
      if (asked > 1) await new Promise<void>(resolve => { goOn = resolve })
      return answer(isThere ? slugs : [])
    }, { ttlMs: 400, size: 10 })
    await directory.find('a')
    await directory.find('a')
    t.equal(asked, 1, 'what is fresh is not asked for')
    await new Promise(resolve => setTimeout(resolve, 220))
    t.ok(await directory.find('a'), 'answered at once, while the question is under way')
    await until(async () => goOn !== undefined)
    isThere = false
    goOn?.()
    t.equal(await until(async () => await directory.find('a') === undefined ? 'gone' : undefined), 'gone')
  })

  t.test('asks again for many at once', async t => {
    const asked: string[][] = []
    const directory = new TenantDirectory(async slugs => {
      asked.push(slugs)
      return answer(slugs)
    }, { ttlMs: 200, confirmedTtlMs: 60_000, size: 10 })
    await directory.find('a')
    await directory.find('b')
    await new Promise(resolve => setTimeout(resolve, 120))
    await directory.find('a')
    await new Promise(resolve => setImmediate(resolve))
    await Promise.all([directory.find('b'), directory.find('a')])
    await until(async () => asked.length > 2)
    t.strictSame(asked, [['a'], ['b'], ['a', 'b']])
  })

  t.test('remembers longer what each transaction confirms, and asks again meanwhile', async t => {
    let asked = 0
    const directory = new TenantDirectory(async slugs => {
      asked++
      if (asked > 1) await new Promise(() => {})
      return answer(slugs)
    }, { ttlMs: 20, confirmedTtlMs: 60_000, size: 10 })
    await directory.find('a')
    await new Promise(resolve => setTimeout(resolve, 50))
    t.equal((await directory.find('a', { confirms: true }))?.tenant.slug, 'a', 'answered, while the question is under way')
    await until(async () => asked === 2)
    const pending = directory.find('a').then(() => 'an old answer')
    t.equal(await Promise.race([pending, new Promise(resolve => setTimeout(resolve, 20, 'waits'))]), 'waits', 'who has nothing confirm it waits for the answer')
    const ownDatabase = new TenantDirectory(async slugs => {
      asked++
      return new Map(slugs.map(slug => [slug, { tenant: { id: 1 as AccountId, slug, name: slug, status: 'active', database: 'its own' }, by: 'name' }]))
    }, { ttlMs: 20, confirmedTtlMs: 60_000, size: 10 })
    asked = 0
    await ownDatabase.find('a', { confirms: true })
    await new Promise(resolve => setTimeout(resolve, 50))
    await ownDatabase.find('a', { confirms: true })
    t.equal(asked, 2, 'one that nothing confirms is not believed longer')
  })

  t.test('asks once, however often a name is used while its answer is under way', async t => {
    let asked = 0
    let goOn: (() => void) | undefined
    const directory = new TenantDirectory(async slugs => {
      asked++
      if (asked === 2) await new Promise<void>(resolve => { goOn = resolve })
      return answer(slugs)
    }, { ttlMs: 2000, confirmedTtlMs: 60_000, size: 10 })
    await directory.find('a')
    await new Promise(resolve => setTimeout(resolve, 1010))
    await directory.find('a', { confirms: true })
    await until(async () => goOn !== undefined)
    for (let use = 0; use < 10; use++) await directory.find('a', { confirms: true })
    goOn?.()
    await new Promise(resolve => setTimeout(resolve, 300))
    t.equal(asked, 2)
  })

  t.test('does not remember an answer that was under way when it was told to forget', async t => {
    let status: Tenant['status'] = 'active'
    let goOn: (() => void) | undefined
    const directory = new TenantDirectory(async slugs => {
      const answered = answer(slugs, status)
      if (goOn === undefined) await new Promise<void>(resolve => { goOn = resolve })
      return answered
    }, { ttlMs: 60_000, size: 10 })
    const asked = directory.find('a')
    await until(async () => goOn !== undefined)
    status = 'suspended'
    directory.forget('a')
    goOn?.()
    await asked
    t.equal((await directory.find('a'))?.tenant.status, 'suspended')
  })

  t.test('forgets in time, so that a rename or a suspension is noticed', async t => {
    let status: Tenant['status'] = 'active'
    const directory = new TenantDirectory(async slugs => answer(slugs, status), { ttlMs: 20, size: 10 })
    t.equal((await directory.find('a'))?.tenant.status, 'active')
    status = 'suspended'
    t.equal(await until(async () => (await directory.find('a'))?.tenant.status === 'suspended' ? 'suspended' : undefined), 'suspended')
  })
})

async function describeSchema (admin: Parameters<typeof asRole>[0]): Promise<unknown[]> {
  return await asRole(admin, async query => await query(`
    select 'column' as kind, attrelid::regclass::text as object, attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' ' || attidentity::text || coalesce(attacl::text, '') as definition
      from pg_attribute join pg_class on pg_class.oid = attrelid where relnamespace = 'rowhouse'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
    union all select 'table', oid::regclass::text, relrowsecurity::text || relforcerowsecurity || relowner::regrole || coalesce(relacl::text, '') from pg_class where relnamespace = 'rowhouse'::regnamespace and relkind = 'r'
    union all select 'constraint', conname::text, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'rowhouse'::regnamespace
    union all select 'index', indexname::text, indexdef from pg_indexes where schemaname = 'rowhouse'
    union all select 'policy', polrelid::regclass || '.' || polname, coalesce(pg_get_expr(polqual, polrelid), '') || coalesce(pg_get_expr(polwithcheck, polrelid), '') || polroles::text from pg_policy
    union all select 'function', oid::regprocedure::text, pg_get_functiondef(oid) || proowner::regrole || coalesce(proacl::text, '') from pg_proc where pronamespace = 'rowhouse'::regnamespace
    order by 1, 2, 3`))
}

/** Asks until there is an answer that is true. */
async function until<T> (ask: () => T | false | undefined | Promise<T | false | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer !== false && answer !== undefined) return answer
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
