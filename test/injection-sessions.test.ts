import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { withClient } from '../src/database/admin.ts'
import { asRole, seedTenants, testDatabase, until } from './support.ts'
import { pastGuard, vulnerableApp, type VulnerableApp } from './vulnerable.ts'

/**
 * Whom an injection reaches beside the rows: whoever comes next on the same connection, and those who are served beside it by
 * sessions of the same role.
 */
const database = await testDatabase(t)
await seedTenants(database)

t.test('what a statement of somebody\'s leaves on the connection, the next tenant on it does not meet: the guard takes none that leaves something', async t => {
  const { send, ...served } = await serve(t)
  const clean = await stateMetBy(served)
  t.match(clean, { projects: ['project 1 of tenant-1', 'project 2 of tenant-1'], cursors: [], prepared: [], channels: [], locks: [] })
  for (const [text, without] of [
    // What PostgreSQL would do, were there no guard: leave it to the next tenant, refuse it, or do what ends with the transaction.
    ["set app.actor = 'user:1:somebody'", 'left'], ["set app.account_id = '1'", 'left'], ["set work_mem = '9MB'", 'left'], ["set search_path = 'pg_temp'", 'left'], ['set row_security = off', 'left'], ["set client_encoding = 'LATIN1'", 'left'],
    ['listen gossip', 'left'], ['prepare kept as select name from project', 'left'], ['declare kept cursor with hold for select name from project', 'left'],
    ['set role rowhouse_operator', '42501'], ['set session authorization rowhouse_operator', '42501'], ['create temporary table kept as select name from project', '42501'], ['select name into temporary kept from project', '42501'],
    ['do $$ begin perform pg_advisory_lock(1); end $$', '42501'], ["copy project to program 'cat'", '42501'], ["copy project to '/tmp/stolen'", '42501'], ["load '$libdir/plpgsql'", '42501'], ['create function stolen() returns integer language sql return 1', '42501'],
    ["alter role rowhouse_tenant set app.account_id = '2'", '42501'], ["alter role rowhouse_operator password 'mine'", '42501'], ['alter table project disable row level security', '42501'], ['create policy open on project using (true)', '42501'], ['truncate subtask', '42501'],
    ['discard all', '25001'], ['vacuum', '25001'], ['reset role', 'ended'], ['reset all', 'ended'], ['begin', 'ended'], ['commit', 'ended'], ['rollback', 'ended'], ['lock table subtask in access exclusive mode', 'ended'],
    ["set local app.actor = 'user:1:somebody'", 'ended'], ['declare kept cursor for select name from project', 'ended'], ['notify gossip', 'ended'], ['explain select name from project', 'ended'], ['do $$ begin end $$', 'ended']
  ] as const) {
    t.match(await send('whole', text, { isGuarded: true }), { status: 500, code: undefined, body: /sql (takes|does not take)/ }, text)
    t.strictSame(await stateMetBy(served), clean, text)

    const unguarded = await serve(t)
    const { code } = await unguarded.send('whole', text)
    const isLeft = JSON.stringify(withoutPid(await stateMetBy(unguarded))) !== JSON.stringify(withoutPid(clean))
    t.strictSame([isLeft, code], [without === 'left', ['left', 'ended'].includes(without) ? undefined : without], `${text}, without the guard`)
    await unguarded.app.close()
  }
  // Nobody tries these without the guard: the role is the same for all databases of the server.
  for (const text of ["alter role rowhouse_tenant password 'mine'", "alter role rowhouse_tenant set work_mem = '9MB'"]) t.match(await send('whole', text, { isGuarded: true }), { status: 500, code: undefined }, text)
})

t.test('a savepoint within a statement of somebody\'s ends with the transaction, and takes no tenant away', async t => {
  const { send, ...served } = await serve(t)
  const clean = await stateMetBy(served)
  for (const text of ['savepoint s', 'rollback to s', 'release s']) t.notMatch((await send('whole', text, { isGuarded: true })).body, /sql takes/, text)
  t.strictSame(await stateMetBy(served), clean)
})

t.test('what a text within a statement does is over with it for the next tenant', async t => {
  const { send, ...served } = await serve(t)
  const clean = await stateMetBy(served)
  for (const call of [
    "set_config('app.actor', 'user:1:somebody', false)", "set_config('search_path', 'pg_temp', false)", 'pg_advisory_lock(1)', 'pg_try_advisory_lock(1)', 'pg_try_advisory_lock_shared(1)', 'pg_advisory_xact_lock_shared(1)',
    "pg_notify('gossip', 'x')", 'pg_export_snapshot()', 'pg_sleep(0.01)', 'set_account(2)', "act_as('user', 1, 'somebody')", 'pg_backend_pid()', 'lo_creat(-1)', '(select count(*) from pg_settings)'
  ]) {
    await send('search', `%' union all select 1, ${call}::text --`)
    t.strictSame(await stateMetBy(served), clean, call)
  }
})

t.test('nobody\'s statement or session is ended by an injection into another tenant\'s', async t => {
  const { app, send } = await serve(t, 2)
  const functions = 'pg_catalog.pg_cancel_backend(integer), pg_catalog.pg_terminate_backend(integer, bigint)'
  const attack = async (call: string): Promise<{ code: string | undefined, victim: number }> => {
    const victim = app.inject({ url: '/slowly', headers: { host: 'tenant-1.localhost' } })
    await until(async () => (await sleepers()) > 0)
    const { code } = await send('search', `%' union all select 1, ${call}::text from pg_stat_activity where datname = current_database() and usename = current_user and pid <> pg_backend_pid() --`)
    return { code, victim: (await victim).statusCode }
  }
  app.get('/slowly', async ({ tenantScope: { sql } }) => await sql`select pg_sleep(0.3)`)
  for (const call of ['pg_terminate_backend(pid)', 'pg_cancel_backend(pid)']) t.strictSame(await attack(call), { code: '42501', victim: 200 }, call)
  await asRole(database.admin, async query => await query(`grant execute on function ${functions} to public`))
  t.teardown(async () => await asRole(database.admin, async query => await query(`revoke execute on function ${functions} from public`)))
  for (const call of ['pg_terminate_backend(pid)', 'pg_cancel_backend(pid)']) t.match(await attack(call), { code: undefined, victim: /^50[03]$/ }, `${call}, where everybody may call it`)
})

t.test('nobody\'s writes wait for a lock that an injection takes on another tenant\'s', async t => {
  const { app, send } = await serve(t, 2)
  const attack = async (): Promise<string[]> => {
    const finished: string[] = []
    const attacker = send('search', "%' union all select 1, pg_advisory_xact_lock(rowhouse.account_lock(2))::text union all select 1, pg_sleep(0.5)::text --").then(({ code }) => { finished.push(`attacker ${code ?? 'let in'}`) })
    await delay(100)
    const victim = app.inject({ method: 'POST', url: '/api/v1/projects', headers: { host: 'tenant-1.localhost' }, payload: { name: 'in time' } }).then(({ statusCode }) => { finished.push(`victim ${statusCode}`) })
    await Promise.all([attacker, victim])
    return finished
  }
  t.strictSame(await attack(), ['attacker 42501', 'victim 201'], 'refused at once')
  await asRole(database.admin, async query => await query('grant execute on function pg_catalog.pg_advisory_xact_lock(bigint) to public'))
  t.teardown(async () => await asRole(database.admin, async query => await query('revoke execute on function pg_catalog.pg_advisory_xact_lock(bigint) from public')))
  t.strictSame(await attack(), ['attacker let in', 'victim 201'], 'where everybody may take it, it is waited for')
  const order: string[] = []
  await Promise.all([send('search', "%' union all select 1, pg_sleep(0.5)::text --").then(() => { order.push('sleeper') }),
    app.inject({ url: '/api/v1/projects', headers: { host: 'tenant-1.localhost' } }).then(({ statusCode }) => { order.push(`victim ${statusCode}`) })])
  t.strictSame(order, ['victim 200', 'sleeper'], 'and who only sleeps keeps nobody waiting')
  await asRole(database.admin, async query => await query("delete from rowhouse.project where name = 'in time'"))
})

t.test('a statement that never ends is ended, with the request that it came with', async t => {
  const { send } = await serve(t, 1, 500)
  t.match(await send('search', "%' union all select 1, pg_sleep(60)::text --"), { status: /^50[03]$/ })
  t.match(await send('search', '', { slug: 'tenant-1' }), { status: 200, body: /of tenant-1/ })
  await asRole(database.login('tenant'), async query => t.strictSame(await query('show statement_timeout'), [{ statement_timeout: '5s' }], 'by PostgreSQL, should nobody else'))
})

t.test('who looks at the statements of the others\' sessions sees no value of theirs: all travel as parameters', async t => {
  const { app, send } = await serve(t, 2)
  const headers = { host: 'tenant-1.localhost' }
  const secret = 'whispered'
  const looking = "%' union all select 1, string_agg(query, ' ') from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() --"
  app.get('/told', async ({ tenantScope: { sql, accountId } }) => await sql`select id, pg_sleep(0.3) from project where account_id = ${accountId} and name = ${secret} or id = 3`)
  const victims = ['/told', `/api/v1/projects?search=${secret}`].map(async url => await app.inject({ url, headers }))
  await until(async () => (await sleepers()) > 0)
  const { body } = await send('search', looking)
  t.match(body, /pg_sleep\(0\.3\) from project where account_id = \$1 and name = \$2/, 'that something is asked can be seen')
  t.notMatch(body, secret)
  for (const { statusCode } of await Promise.all(victims)) t.equal(statusCode, 200)
  t.equal((await app.inject({ method: 'POST', url: '/api/v1/projects', headers, payload: { name: secret } })).statusCode, 201)
  t.notMatch((await send('search', looking)).body, secret, 'nor afterwards')
  await withClient(database.login('tenant'), async client => {
    await client.query(`select '${secret}'`)
    t.match((await send('search', looking)).body, secret, 'a value in a statement is there to be seen, which is why none is')
  })
})

t.test('of statistics an injection sees what all accounts come to, and no value or number of another\'s', async t => {
  const { send } = await serve(t)
  await asRole(database.admin, async query => await query('analyze rowhouse.project, rowhouse.subtask'))
  const columns = "string_agg(concat(tablename, attname, most_common_vals, most_common_freqs, histogram_bounds), ' ')"
  t.match(await send('search', `nobody%' union all select 1, ${columns} from pg_stats where schemaname = 'rowhouse' --`), { status: 200, body: '[{"id":1,"name":null}]' })
  t.match((await asRole(database.admin, async query => await query(`select ${columns} as statistics from pg_stats where schemaname = 'rowhouse'`)))[0], { statistics: /account_id\{1,2,3\}[^]*of tenant-1/ }, 'which PostgreSQL has all the same')
  t.match(await send('search', "nobody%' union all select 1, 'x' from pg_statistic --"), { code: '42501' })
  for (const planning of ['explain (format json) select * from subtask where account_id = 2', "select query_to_xml('explain select * from subtask where account_id = 2', true, true, '')"]) t.match(await send('whole', planning, { isGuarded: true }), { status: 500, code: undefined, body: /sql/ }, 'nor does anybody have a plan made, whose estimates tell')
  t.match((await send('whole', 'explain select * from subtask where account_id = 2')).body, /rows=25/, 'as they would')
  t.match(await send('search', "nobody%' union all select reltuples::bigint, relname from pg_class where oid = 'subtask'::regclass --"), { body: '[{"id":75,"name":"subtask"}]' }, 'all rows of a table, as the README says')
})

t.test('what is called out into a channel nobody hears: nobody who serves requests listens', async t => {
  const { send } = await serve(t)
  await withClient(database.login('tenant'), async listener => {
    const heard: string[] = []
    listener.on('notification', ({ payload = '' }) => { heard.push(payload) })
    await listener.query('listen gossip')
    t.equal((await send('search', "%' union all select 1, pg_notify('gossip', name)::text from project --")).status, 200)
    await until(() => heard.length > 0)
    t.strictSame(heard.sort(), ['project 1 of tenant-0', 'project 2 of tenant-0'], 'whoever did would')
  })
  for (const text of ['listen gossip', 'LISTEN "gossip"', ' /* */ listen gossip']) t.match(await send('whole', text, { isGuarded: true }), { status: 500, code: undefined, body: /sql takes/ })
})

/** One connection, unless more are asked for: then whoever comes next has the same. */
async function serve (t: Test, size = 1, requestDeadlineMs = 10_000): Promise<VulnerableApp> {
  const served = await vulnerableApp(t, database, { pool: { size }, config: { requestDeadlineMs } })
  served.app.get('/met', async ({ tenantScope: { sql } }) => (await pastGuard(sql, `
    select pg_backend_pid() as pid, current_user::text as "user", session_user::text as login, current_setting('role') as role, current_schemas(true)::text as path, pg_my_temp_schema()::bigint as temporary,
      coalesce(current_setting('app.actor', true), '') as actor, current_setting('app.account_id') as account,
      (select coalesce(json_agg(format('%s=%s', name, setting) order by name), '[]') from pg_settings where source in ('session', 'interactive')) as settings,
      (select coalesce(json_agg(name), '[]') from pg_cursors where is_holdable) as cursors,
      (select coalesce(json_agg(name), '[]') from pg_prepared_statements where from_sql) as prepared,
      (select coalesce(json_agg(channel), '[]') from pg_listening_channels() as channel) as channels,
      (select coalesce(json_agg(format('%s %s', mode, objid)), '[]') from pg_locks where pid = pg_backend_pid() and locktype = 'advisory' and mode = 'ExclusiveLock') as locks,
      (select json_agg(name order by name) from project) as projects`))[0])
  return served
}

async function stateMetBy ({ app }: Pick<VulnerableApp, 'app'>): Promise<Record<string, unknown>> {
  return (await app.inject({ url: '/met', headers: { host: 'tenant-1.localhost' } })).json()
}

function withoutPid ({ pid: _, requestId: __, ...state }: Record<string, unknown>): Record<string, unknown> {
  return state
}

async function sleepers (): Promise<number> {
  return (await asRole(database.admin, async query => await query("select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"))).length
}
