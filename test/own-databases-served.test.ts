import { createServer, type AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { toAppError } from '../src/errors.ts'
import { withCatalogue } from '../src/provisioning/catalogue.ts'
import { moveTenant, purgeSource } from '../src/provisioning/move.ts'
import { load } from '../src/testdata/load.ts'
import { adminOf, asRole, testApp, testDatabase, testServer, until, type TestApp } from './support.ts'

// Dozens of databases, on a machine that may be busy.
t.setTimeout(300_000)
const database = await testDatabase(t)
const server = await testServer(t)
const tenants = 30
await load(database, { accounts: tenants, maxUsers: 1, maxProjects: 2, maxTasks: 2, maxSubtasks: 3 }, { tenancy: 'multiple-databases' })
const configured = database.admin.database
const names = new Map((await asRole(database.admin, async query => await query('select slug, name from rowhouse.account'))).map(row => [String(row['slug']), String(row['name'])]))
const directory = { ttlMs: 200, size: 1000 }
const name = 'multiple-databases' as const

type Asked = Awaited<ReturnType<typeof ask>>
const ask = async ({ app }: TestApp, slug: string, url = '/subtasks/', headers = {}) => await app.inject({ url, headers: { host: `${slug}.localhost:8080`, accept: 'text/html', ...headers } })
const isOwnAnswer = ({ statusCode, body }: Asked, slug: string): boolean => statusCode === 200 && body.includes(`<code>${slug}</code>`)

/** Connections of the application, by database. */
async function connections (): Promise<Array<{ name: string, database: string, count: number }>> {
  return await asRole(server, async query => await query(`
    select application_name as name, datname::text as database, count(*)::integer as count from pg_stat_activity
    where application_name ~ '^rowhouse (tenant|directory|operator)' and (datname = $1 or starts_with(datname, $1 || '_')) group by 1, 2`, [configured])) as Array<{ name: string, database: string, count: number }>
}

t.test('made-up names make no connection but that of the directory', async t => {
  const testing = await testApp(t, database, { name })
  const answers = await Promise.all(Array.from({ length: 500 }, async (_, index) => await ask(testing, `nobody-${index}`)))
  t.ok(answers.every(({ statusCode }) => statusCode === 404))
  t.strictSame(await connections(), [{ name: 'rowhouse directory', database: configured, count: 1 }])
})

t.test('thirty tenants at once share five connections, and each gets its own answer', async t => {
  const testing = await testApp(t, database, { name, pool: { size: 5, idleTimeoutMs: 300 } })
  const state = { asking: true, most: 0 }
  const watching = (async () => {
    let before = 0
    while (state.asking) {
      const now = (await connections()).filter(({ name }) => name === 'rowhouse tenant').reduce((sum, { count }) => sum + count, 0)
      // One that gives way to another takes a moment to go.
      state.most = Math.max(state.most, Math.min(before, now))
      before = now
    }
  })()
  const wrong: unknown[] = []
  for (let round = 0; round < 4; round++) {
    await Promise.all([...names.keys()].flatMap(slug => [1, 2, 3].map(async () => {
      const answer = await ask(testing, slug)
      if (!isOwnAnswer(answer, slug) || [...names.keys()].some(other => other !== slug && answer.body.includes(`<code>${other}</code>`))) wrong.push([slug, answer.statusCode])
    })))
  }
  state.asking = false
  await watching
  t.strictSame(wrong, [])
  t.ok(state.most > 0 && state.most <= 5, `${state.most} connections at most`)
  await until(async () => (await connections()).every(({ database, name }) => database === configured || name !== 'rowhouse tenant'))
  t.pass('those to tenants\' databases close when nobody needs them')
})

t.test('a database that is out of reach is its own tenant\'s trouble alone, and soon over', async t => {
  const connectTimeoutMs = 1500
  const silent = createServer(socket => { sockets.add(socket) })
  const sockets = new Set<{ destroy: () => void }>()
  await new Promise<void>(resolve => { silent.listen(0, '127.0.0.1', resolve) })
  t.teardown(async () => { for (const socket of sockets) socket.destroy(); silent.close() })
  const { port } = silent.address() as AddressInfo
  const place = async (slug: string, placement: string): Promise<void> => { await asRole(database.admin, async query => { await query('update rowhouse.account set database = $2 where slug = $1', [slug, placement]) }) }
  const own = (slug: string): string => `${configured}_${slug}`
  const onServer = async (text: string): Promise<void> => { await asRole(server, async query => { await query(text) }) }
  const cutAll = async (slug: string): Promise<void> => { await asRole(server, async query => { await query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [own(slug)]) }) }

  const faults: Array<{ title: string, breaks: (slug: string) => Promise<void>, mends: (slug: string) => Promise<void> }> = [
    {
      title: 'gone',
      breaks: async slug => { await onServer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${own(slug)}'`); await until(async () => await onServer(`alter database "${own(slug)}" rename to "${own(slug)}_away"`).then(() => true, async () => { await cutAll(slug); return false })) },
      mends: async slug => { await onServer(`alter database "${own(slug)}_away" rename to "${own(slug)}"`) }
    },
    {
      title: 'forbidden',
      breaks: async slug => { await onServer(`alter database "${own(slug)}" allow_connections false`); await cutAll(slug) },
      mends: async slug => { await onServer(`alter database "${own(slug)}" allow_connections true`) }
    },
    {
      title: 'full',
      breaks: async slug => { await onServer(`alter database "${own(slug)}" connection limit 0`); await cutAll(slug) },
      mends: async slug => { await onServer(`alter database "${own(slug)}" connection limit -1`) }
    },
    {
      title: 'on a closed port',
      breaks: async slug => { await place(slug, 'postgres://127.0.0.1:1/elsewhere') },
      mends: async slug => { await place(slug, own(slug)) }
    },
    {
      title: 'on a server that stays silent',
      breaks: async slug => { await place(slug, `postgres://127.0.0.1:${port}/elsewhere`) },
      mends: async slug => { await place(slug, own(slug)) }
    }
  ]
  for (const [index, { title, breaks, mends }] of faults.entries()) {
    t.test(title, async t => {
      const testing = await testApp(t, database, { name, directory, pool: { size: 6, connectTimeoutMs } })
      const slug = `tenant-${index}`
      const others = ['tenant-10', 'tenant-11', 'tenant-12', 'tenant-13']
      t.ok(isOwnAnswer(await ask(testing, slug), slug))
      const state = { going: true, answered: 0 }
      const wrong: unknown[] = []
      const asking = others.map(async other => {
        while (state.going) {
          const answer = await ask(testing, other)
          if (!isOwnAnswer(answer, other)) wrong.push(answer.body)
          state.answered++
          await delay(5)
        }
      })
      await breaks(slug)
      await until(async () => (await ask(testing, slug)).statusCode === 503)
      const refused: Asked[] = []
      for (let round = 0; round < 5; round++) {
        refused.push(...await Promise.all(Array.from({ length: 10 }, async () => await ask(testing, slug))))
        await delay(100)
      }
      const before = state.answered
      await until(() => state.answered > before + 20)
      for (const { statusCode, headers, body } of refused) {
        if (statusCode !== 503 || headers['retry-after'] === undefined || /elsewhere|127\.0\.0\.1|rowhouse_|does not exist|tenant-\d+"/i.test(body)) t.fail(`answered with ${statusCode} ${body}`)
      }
      await mends(slug)
      await until(async () => isOwnAnswer(await ask(testing, slug), slug))
      state.going = false
      await Promise.all(asking)
      t.strictSame(wrong, [], 'others are served meanwhile')
    })
  }
})

t.test('a database whose walls do not stand is not served, and the log says why', async t => {
  const weaknesses: Array<[title: string, weaken: string, mend: string, reason: RegExp]> = [
    ['a table without row-level security', 'alter table rowhouse.subtask disable row level security', 'alter table rowhouse.subtask enable row level security', /rowhouse\.subtask has no forced row-level security/],
    ['not forced', 'alter table rowhouse.project no force row level security', 'alter table rowhouse.project force row level security', /rowhouse\.project has no forced/],
    ['a lax policy', 'create policy lax on rowhouse.task for select to rowhouse_tenant using (true)', 'drop policy lax on rowhouse.task', /the policy lax on (rowhouse\.)?task is not one for the role that serves tenants/],
    ['a table that nobody walled', 'create table rowhouse.extra (id integer); grant select on rowhouse.extra to rowhouse_tenant', 'drop table rowhouse.extra', /rowhouse\.extra has no forced/],
    ['a view over all', 'create view rowhouse.everything as select name from rowhouse.subtask; grant select on rowhouse.everything to rowhouse_tenant', 'drop view rowhouse.everything', /rowhouse\.everything is open to it/],
    ['a function with other rights', "create function rowhouse.all_names() returns setof text language sql security definer as 'select name from rowhouse.subtask'; grant execute on function rowhouse.all_names() to rowhouse_tenant", 'drop function rowhouse.all_names()', /all_names\(\), which runs with the rights of its owner/],
    ['rights that are missing', 'revoke select on rowhouse.subtask from rowhouse_tenant', 'grant select on rowhouse.subtask to rowhouse_tenant', /lacks the rights/],
    ['ownership', 'create sequence rowhouse.mine; grant create on schema rowhouse to rowhouse_tenant; alter sequence rowhouse.mine owner to rowhouse_tenant; revoke create on schema rowhouse from rowhouse_tenant', 'drop sequence rowhouse.mine', /it owns rowhouse\.mine/]
  ]
  const lines = new PassThrough()
  let log = ''
  lines.on('data', chunk => { log += String(chunk) })
  const testing = await testApp(t, database, { name, directory, logger: { level: 'error', stream: lines } })
  for (const [index, [title, weaken, mend, reason]] of weaknesses.entries()) {
    const slug = `tenant-${index + 14}`
    const admin = await adminOf(database, slug)
    await asRole(admin, async query => { await query(weaken) })
    log = ''
    const refused = await ask(testing, slug)
    t.equal(refused.statusCode, 503, title)
    t.ok(refused.headers['retry-after'])
    t.notMatch(refused.body, /rowhouse_|row-level|policy|role/)
    t.match(log, reason)
    t.match(log, `${configured}_${slug}`, 'and where')
    t.match(log, `"tenant":"${slug}"`, 'and whose it is')
    t.notMatch(log, /will not start/)
    t.ok(isOwnAnswer(await ask(testing, 'tenant-29'), 'tenant-29'), 'others are served')
    await asRole(admin, async query => { await query(mend) })
    await until(async () => isOwnAnswer(await ask(testing, slug), slug))
  }
})

t.test('a database that came back without its walls is looked at again', async t => {
  const testing = await testApp(t, database, { name, directory })
  const slug = 'tenant-13'
  t.ok(isOwnAnswer(await ask(testing, slug), slug))
  const admin = await adminOf(database, slug)
  await asRole(server, async query => { await query(`alter database "${admin.database}" allow_connections false`); await query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [admin.database]) })
  await until(async () => (await ask(testing, slug)).statusCode === 503)
  await asRole(server, async query => { await query(`alter database "${admin.database}" allow_connections true`) })
  await asRole(admin, async query => { await query('alter table rowhouse.subtask disable row level security') })
  for (let round = 0; round < 20; round++) {
    t.equal((await ask(testing, slug)).statusCode, 503)
    await delay(50)
  }
  await asRole(admin, async query => { await query('alter table rowhouse.subtask enable row level security') })
  await until(async () => isOwnAnswer(await ask(testing, slug), slug))
})

t.test('what changes in the catalogue is noticed without a restart', async t => {
  const testing = await testApp(t, database, { name, directory })
  const slug = 'tenant-25'
  const id = Number((await asRole(database.admin, async query => await query('select id from rowhouse.account where slug = $1', [slug])))[0]?.['id'])
  const answers = async (asked: string, status: number): Promise<Asked> => {
    let answer = await ask(testing, asked, '/subtasks/2/?x=%20y&z=1')
    await until(async () => { answer = await ask(testing, asked, '/subtasks/2/?x=%20y&z=1'); return answer.statusCode === status })
    return answer
  }
  const change = async (work: (catalogue: Parameters<Parameters<typeof withCatalogue>[1]>[0]) => Promise<void>): Promise<void> => { await withCatalogue(database, work) }
  t.ok(isOwnAnswer(await ask(testing, slug), slug))

  await change(async catalogue => { await catalogue.setStatus(id, 'suspended', 'The bill is not paid.') })
  t.match((await answers(slug, 403)).body, 'The bill is not paid.')
  await change(async catalogue => { await catalogue.setStatus(id, 'deleted') })
  await answers(slug, 410)
  await change(async catalogue => { await catalogue.setStatus(id, 'creating') })
  await answers(slug, 404)
  await change(async catalogue => { await catalogue.setStatus(id, 'active') })
  await until(async () => isOwnAnswer(await ask(testing, slug), slug))

  await change(async catalogue => { await catalogue.rename({ id, slug }, 'renamed', new Date(Date.now() + 3_600_000)) })
  const led = await answers(slug, 307)
  t.match(led.headers, { location: 'http://renamed.localhost:8080/subtasks/2/?x=%20y&z=1', 'cache-control': 'private, no-store' })
  await until(async () => isOwnAnswer(await ask(testing, 'renamed'), 'renamed'))
  t.match(await testing.app.inject({ method: 'POST', url: '/subtasks/', headers: { host: `${slug}.localhost` } }), { statusCode: 307, headers: { location: 'http://renamed.localhost/subtasks/' } })
  await change(async catalogue => { await catalogue.setStatus(id, 'deleted') })
  await answers(slug, 410)
  await change(async catalogue => { await catalogue.setStatus(id, 'active') })
  await answers(slug, 307)
  await asRole(database.admin, async query => { await query('update rowhouse.former_slug set redirect_until = now()') })
  await answers(slug, 410)
  await change(async catalogue => { await catalogue.rename({ id, slug: 'renamed' }, slug, undefined) })
  await until(async () => isOwnAnswer(await ask(testing, slug), slug))
  await answers('renamed', 410)

  await change(async catalogue => { await moveTenant(database, catalogue, slug, 'single-schema') })
  await until(async () => isOwnAnswer(await ask(testing, slug), slug))
  await change(async catalogue => { await purgeSource(database, catalogue, slug) })
  for (let round = 0; round < 5; round++) t.ok(isOwnAnswer(await ask(testing, slug), slug))
})

t.test('a suspended account is refused at once, whatever the directory believes, and no write of it is kept', async t => {
  const { strategy } = await testApp(t, database, { name, directory: { ttlMs: 600_000, size: 100 } })
  // In the shared schema, and in a database of its own.
  for (const slug of ['tenant-25', 'tenant-26']) {
    const found = await strategy.findTenant(slug)
    if (found === undefined) throw new Error(slug)
    const { tenant } = found
    const home = await adminOf(database, slug)
    const set = async (status: string): Promise<void> => { await asRole(home, async query => { await query('update rowhouse.account set status = $2 where slug = $1', [slug, status]) }) }
    const write = async (): Promise<void> => {
      const { scope: { sql, accountId }, transaction } = await strategy.beginTenant(tenant, { readOnly: false, deadlineMs: 10_000 })
      await sql`insert into project (account_id, name) values (${accountId}, ${'too late'})`.finally(async () => { await delay(Math.random() * 30) }).catch(() => {})
      await transaction.commit()
    }
    await write()
    await set('suspended')
    const refusal: unknown = await write().catch((error: unknown) => error)
    t.match(refusal, { code: 'RH001' })
    t.match(toAppError(refusal), { status: 503, headers: { 'retry-after': '1' } })
    const { scope: { sql, accountId }, transaction } = await strategy.beginTenant(tenant, { readOnly: true, deadlineMs: 10_000 })
    await t.rejects(sql`select id from subtask where account_id = ${accountId}`, { code: 'RH001' })
    await transaction.rollback()
    const count = async (): Promise<number> => Number((await asRole(home, async query => await query("select count(*) from rowhouse.project where name = 'too late' and account_id = $1", [tenant.id])))[0]?.['count'])
    t.equal(await count(), 1)
    for (let round = 0; round < 10; round++) {
      await set('active')
      const writes = Array.from({ length: 8 }, async () => { await delay(Math.random() * 20); await write().catch(() => {}) })
      await delay(Math.random() * 20)
      await set('suspended')
      // Those that began before are over soon; from then on nothing is added.
      await asRole(home, async query => { await query('select pg_advisory_lock(rowhouse.account_lock($1))', [tenant.id]) })
      const settled = await count()
      await Promise.all(writes)
      t.equal(await count(), settled)
    }
    await set('active')
    await write()
  }
})
