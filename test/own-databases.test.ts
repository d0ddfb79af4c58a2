import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { removeAbandoned, removeWithDatabase } from '../src/provisioning/accounts.ts'
import { withCatalogue } from '../src/provisioning/catalogue.ts'
import { load, loadDemo } from '../src/testdata/load.ts'
import { tableNames, type TableName } from '../src/testdata/tables.ts'
import { adminOf, asRole, spawnProgram, testApp, testDatabase, testServer, until, type TestDatabase } from './support.ts'

// Dozens of databases and processes, on a machine that may be busy.
t.setTimeout(300_000)
const [database, shared] = [await testDatabase(t), await testDatabase(t)]
const server = await testServer(t)
const small = { maxUsers: 2, maxProjects: 3, maxTasks: 3, maxSubtasks: 3 }
const smallFlags = ['--max-users', '2', '--max-projects', '3', '--max-tasks', '3', '--max-subtasks', '3']
const own = { tenancy: 'multiple-databases' } as const

await load(shared, { accounts: 6, ...small })

t.test('a database for each account has the rows that the shared schema has, down to the last column', async t => {
  await empty()
  const { code, output, errors } = await finish(['--accounts', '3'])
  t.match({ code, output, errors }, { code: 0, output: /^tenant-0 .*\ntenant-1 .*\ntenant-2 .*\nAccounts: 3\n/, errors: '' })
  await assertSame(t, 3)
  t.match(await finish(['--accounts', '5']), { code: 0, output: /^Of the accounts, 3 were there .*\ntenant-3 .*\ntenant-4 .*\nAccounts: 2\n/ })
  t.match(await finish(['--accounts', '1', '--first', '5']), { code: 0 })
  await assertSame(t, 6)
  t.strictSame(await ofDatabases(), [0, 1, 2, 3, 4, 5].map(number => `${database.admin.database}_tenant-${number}`))
  t.strictSame(await countsIn(database), { account: 6, app_user: 0, project: 0, task: 0, subtask: 0 }, 'the configured database has the catalogue alone')
  for (const number of [0, 5]) {
    await asRole(await adminOf(database, `tenant-${number}`), async query => {
      for (const name of tableNames) t.strictSame(await query(`select nextval('rowhouse.${name}_id_seq') > (select max(id) from rowhouse.${name}) as beyond`), [{ beyond: true }])
    })
  }
})

t.test('names that are taken are told, with what to do, and nothing is changed', async t => {
  const before = await everything()
  const { code, output, errors } = await finish(['--accounts', '2', '--first', '4'])
  t.match({ code, output, errors }, { code: 1, output: '', errors: /^createtestdata: tenant-4 and tenant-5 exist already \(2 of 2\)\. Nothing was changed\. .*--first 6\. .*bin\/tenants\.ts[^\n]*\n$/ })
  t.notMatch(errors, /migrate\.ts down/, 'which takes no account with a database of its own away')
  t.match(await finish(['--accounts', '2', '--rollback']), { code: 1 })
  t.strictSame(await everything(), before)
  t.match(await finish(['--accounts', '2', '--first', '6', '--rollback']), { code: 0, output: /nothing was kept/ })
  t.strictSame(await everything(), before)
})

t.test('demonstration data give way while nobody has touched them', async t => {
  await empty()
  const demo = async (): Promise<void> => { await empty(); t.equal(await loadDemo(database, 2, 'multiple-databases'), true) }
  await demo()
  t.equal(await loadDemo(database, 2, 'multiple-databases'), false)
  const before = await everything()
  t.match(await load(database, { accounts: 3, ...small }, { ...own, rollback: true }), { replaced: 2 })
  t.strictSame(await everything(), before, 'a trial leaves them')
  t.match(await load(database, { accounts: 3, ...small }, own), { replaced: 2 })
  await assertSame(t, 3)
  await t.rejects(load(database, { accounts: 3, ...small }, own), { name: 'TestDataError' }, 'what a run has made is no demonstration')

  await demo()
  t.match(await load(database, { accounts: 1, first: 2, ...small }, own), { replaced: 0 }, 'whoever adds does not replace')
  for (const change of ['update rowhouse.task set name = name where id = (select min(id) from rowhouse.task)', "insert into rowhouse.project (account_id, name) select id, 'mine' from rowhouse.account",
    'delete from rowhouse.subtask where id = (select max(id) from rowhouse.subtask)']) {
    await demo()
    await asRole(await adminOf(database, 'tenant-1'), async query => await query(change))
    const changed = await everything()
    await t.rejects(load(database, { accounts: 2, ...small }, own), { name: 'TestDataError', message: /exist already/ }, change)
    t.strictSame(await everything(), changed, change)
  }
  await demo()
  await asRole(database.admin, async query => await query("insert into rowhouse.account (slug, name) values ('mine', 'Mine')"))
  await t.rejects(load(database, { accounts: 2, ...small }, own), { name: 'TestDataError' }, 'somebody is beside them')
  await demo()
  await asRole(database.admin, async query => await query("update rowhouse.account set status = 'suspended' where slug = 'tenant-0'"))
  await t.rejects(load(database, { accounts: 2, ...small }, own), { name: 'TestDataError' }, 'one is suspended')
})

t.test('a run that fails leaves nothing, and nobody else\'s database is touched', async t => {
  await empty()
  const foreign = `${database.admin.database}_tenant-1`
  await asRole(server, async query => { await query(`create database "${foreign}"`) })
  await asRole({ ...server, database: foreign }, async query => { await query('create table precious (id integer); insert into precious values (1)') })
  const isUntouched = async (): Promise<void> => {
    await asRole({ ...server, database: foreign }, async query => {
      t.strictSame(await query("select id from precious union all select -1 from pg_namespace where nspname ~ 'rowhouse'"), [{ id: 1 }])
    })
  }
  await asRole(database.admin, async query => {
    await query(`create function pg_temp.noop() returns void language sql as 'select'; create function rowhouse.obstruct() returns trigger language plpgsql as
      $$ begin if (select slug from rowhouse.account where id = new.account_id) ~ '^tenant-3' then raise exception 'the disk is full' using errcode = '53100'; end if; return new; end $$`)
    await query('create trigger obstacle before update on rowhouse.tenant_database for each row execute function rowhouse.obstruct()')
    await query('grant execute on function rowhouse.obstruct() to rowhouse_manager')
  })
  const { code, errors } = await finish(['--accounts', '6'])
  t.match({ code, errors }, { code: 1, errors: /^createtestdata: PostgreSQL ended the load: the disk is full\. Nothing was kept\.\n$/ })
  t.strictSame(await ofDatabases(), [foreign])
  t.match(await countsIn(database), { account: 0 })
  await isUntouched()
  await asRole(database.admin, async query => { await query('drop trigger obstacle on rowhouse.tenant_database; drop function rowhouse.obstruct()') })
  t.match(await finish(['--accounts', '2']), { code: 0 })
  await assertSame(t, 2)
  t.strictSame(await ofDatabases(), [`${database.admin.database}_tenant-0`, foreign, `${foreign}_2`])
  await empty()
  await isUntouched()
  await asRole(server, async query => { await query(`drop database "${foreign}"`) })
})

t.test('a run that is interrupted takes away what it has made', async t => {
  await empty()
  for (const [round, signal] of (['SIGINT', 'SIGTERM', 'SIGINT', 'SIGINT'] as const).entries()) {
    const child = command(['--accounts', '8'])
    const errors = text(child.stderr)
    await until(async () => Number((await countsIn(database))['account']) > round)
    child.kill(signal)
    const [code] = await once(child, 'close')
    t.equal(code, signal === 'SIGINT' ? 130 : 143)
    t.match(await errors, /interrupted: nothing was kept/)
    t.strictSame(await ofDatabases(), [])
    t.match(await countsIn(database), { account: 0 })
  }
})

t.test('what a killed run has half-made is never served, and the next run takes it away', async t => {
  await empty()
  const { app } = await testApp(t, database, { name: 'multiple-databases', directory: { ttlMs: 1, size: 100 } })
  let [kills, leftovers] = [0, 0]
  while (kills < 16) {
    const child = command(['--accounts', '4'])
    const closed = once(child, 'close')
    await Promise.race([until(async () => (await half()).length > (kills % 3 === 0 ? 0 : leftovers % 4)), closed, delay(3000)])
    await delay(Math.random() * 600)
    if (child.kill('SIGKILL')) kills++
    await closed
    leftovers = (await half()).length
    for (const slug of await half()) {
      t.equal((await app.inject({ url: '/subtasks/', headers: { host: `${slug}.localhost` } })).statusCode, 404, `${slug} is half-made`)
    }
    const isComplete = leftovers === 0 && Number((await countsIn(database))['account']) > 0
    if (isComplete || kills % 3 === 0) {
      if (!isComplete) t.match(await finish(['--accounts', '4']), { code: 0, errors: '' })
      await assertSame(t, 4)
      t.strictSame(await ofDatabases(), [0, 1, 2, 3].map(number => `${database.admin.database}_tenant-${number}`), 'and no database beside')
      t.match(await countsIn(database), { account: 4 })
      t.equal((await app.inject({ url: '/subtasks/', headers: { host: 'tenant-3.localhost' } })).statusCode, 200)
      await empty()
      t.strictSame(await ofDatabases(), [])
    }
  }
  const child = command(['--accounts', '4'])
  await until(async () => (await half()).length > 1)
  child.kill('SIGKILL')
  await once(child, 'close')
  t.equal(await loadDemo(database, 1), true, 'in the shared schema, too')
  t.strictSame([await ofDatabases(), (await countsIn(database))['account']], [[], 1])
})

t.test('a database that the server is making when its run is killed is waited for, and taken away', async t => {
  await empty()
  const making = async (): Promise<boolean> => (await asRole(server, async query => await query("select from pg_stat_activity where state = 'active' and starts_with(query, $1)", [`create database "${database.admin.database}_`]))).length > 0
  for (let round = 0; round < 5; round++) {
    const child = command(['--accounts', '4'])
    const closed = once(child, 'close')
    await until(making)
    child.kill('SIGKILL')
    await closed
    await until(async () => {
      await withCatalogue(database, async catalogue => await removeAbandoned(database, catalogue))
      return (await half()).length === 0
    })
    await until(async () => !await making())
    t.strictSame(await ofDatabases(), [])
  }
})

/** Accounts that are half-made. */
async function half (): Promise<string[]> {
  return (await asRole(database.admin, async query => await query("select slug from rowhouse.account where status = 'creating'"))).map(row => String(row['slug']))
}

async function empty (): Promise<void> {
  await withCatalogue(database, async catalogue => {
    for (const { id, database: placement } of await catalogue.list()) {
      if (placement !== undefined) await removeWithDatabase(database, catalogue, id, placement)
    }
  })
  await asRole(database.admin, async query => {
    await query(`set search_path = rowhouse; truncate ${tableNames.join(', ')}, former_slug, tenant_database, account_move, account_event restart identity cascade; comment on sequence account_id_seq is null`)
  })
}

async function ofDatabases (): Promise<string[]> {
  return (await asRole(server, async query => await query("select datname::text as name from pg_database where starts_with(datname, $1 || '_') order by 1", [database.admin.database]))).map(row => String(row['name']))
}

async function countsIn (database: TestDatabase): Promise<Record<string, number>> {
  return await asRole(database.admin, async query => Object.fromEntries(await Promise.all(tableNames.map(async name => [name, Number((await query(`select count(*) from rowhouse.${name}`))[0]?.['count'])]))) as Record<string, number>)
}

/** The rows of one account, all columns; of the account itself those that a database of its own has for itself. */
async function rowsOf (login: TestDatabase['admin'], name: TableName, slug: string): Promise<unknown[]> {
  const key = name === 'account' ? 'id' : 'account_id'
  const ignored = "- '{created_at,updated_at,status_since}'::text[]"
  return await asRole(login, async query => (await query(`
    select (to_jsonb(${name}) ${ignored})::text as row from rowhouse.${name}
    where ${key} = (select id from rowhouse.account where slug = $1) order by id`, [slug])).map(({ row }) => row))
}

async function assertSame (t: Test, accounts: number): Promise<void> {
  for (let number = 0; number < accounts; number++) {
    const slug = `tenant-${number}`
    const login = await adminOf(database, slug)
    for (const name of tableNames) {
      const rows = await rowsOf(login, name, slug)
      t.strictSame(rows, await rowsOf(shared.admin, name, slug), `${name} of ${slug}`)
      t.strictSame(await asRole(login, async query => await query(`select count(*)::integer as rows from rowhouse.${name}`)), [{ rows: rows.length }], 'and nobody else\'s')
    }
  }
}

/** Every row, and in which transaction it was written. */
async function everything (): Promise<unknown> {
  const found: Record<string, unknown> = {}
  for (const name of [database.admin.database, ...await ofDatabases()]) {
    found[name] = await asRole({ ...database.admin, database: name }, async query =>
      await Promise.all([...tableNames, 'former_slug', 'tenant_database', 'account_move', 'account_event'].map(async table => await query(`select xmin::text, to_jsonb(${table})::text as row from rowhouse.${table} order by 2`))))
  }
  return found
}

function command (arguments_: string[]) {
  return spawnProgram(['bin/createtestdata.ts', ...smallFlags, ...arguments_], { ...database.environment, TENANCY: 'multiple-databases' })
}

async function finish (arguments_: string[]): Promise<{ code: number, output: string, errors: string }> {
  const child = command(arguments_)
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: Number(code), output, errors }
}
