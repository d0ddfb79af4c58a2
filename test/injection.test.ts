import t from 'tap'
import { withClient } from '../src/database/admin.ts'
import { asRole, seedTenants, testApp, testDatabase } from './support.ts'

/**
 * What happens where the application makes the mistake that it cannot make: routes that are here alone splice what they are sent
 * into their statements, on the login that serves requests, as drivers send them that take parameters: one statement at a time.
 */
const database = await testDatabase(t)
await seedTenants(database)
const { app } = await testApp(t, database, { name: 'single-schema', config: { access: 'open' } })

const vulnerable: Record<string, (typed: string) => string> = {
  search: typed => `select id, name from project where account_id = $1 and name like '%${typed}%' order by name`,
  // Who wrote this forgot the filter as well.
  unfiltered: typed => `select id, name, $1::bigint as own from project where name like '%${typed}%'`,
  order: typed => `select id, name from project where account_id = $1 order by ${typed}`,
  rename: typed => `update project set name = '${typed}' where account_id = $1 and id = (select min(id) from project)`,
  add: typed => `insert into task (account_id, project_id, name) select $1, min(id), '${typed}' from project`,
  remove: typed => `delete from subtask where account_id = $1 and name = '${typed}'`
}

for (const [kind, role] of Object.keys(vulnerable).flatMap(kind => [[kind, 'tenant'], [kind, 'operator']] as const)) {
  app.post(`/vulnerable/${role}/${kind}`, { config: { transaction: false } }, async (request, reply) => {
    const { typed } = request.body as { typed: string }
    return await withClient(database.login(role), async client => {
      await client.query('begin')
      try {
        if (role === 'tenant') await client.query('select set_account($1)', [request.tenant?.id])
        const { rows } = await client.query<object>((vulnerable[kind] as (typed: string) => string)(typed), [request.tenant?.id])
        await client.query('commit')
        return rows
      } catch (error) {
        await client.query('rollback')
        // A careless page shows what the database said.
        const { message, code, detail, hint } = error as Error & { code?: string, detail?: string, hint?: string }
        return await reply.code(500).send({ message, code, detail, hint })
      }
    })
  })
}

async function send (kind: string, typed: string, role = 'tenant'): Promise<{ status: number, body: string, code: string | undefined }> {
  const answer = await app.inject({ method: 'POST', url: `/vulnerable/${role}/${kind}`, headers: { host: 'tenant-0.localhost' }, payload: { typed } })
  return { status: answer.statusCode, body: answer.body, code: answer.statusCode === 500 ? answer.json<{ code?: string }>().code : undefined }
}

/** All that others have, in one word. */
async function others (): Promise<unknown> {
  return await asRole(database.admin, async query => await query(['account', 'app_user', 'project', 'task', 'subtask', 'user_session', 'audit_event'].map(table =>
    `select '${table}' as name, count(*)::integer as rows, md5(coalesce(string_agg(listed::text, '|' order by listed::text), '')) as hash from rowhouse.${table} as listed where ${table === 'account' ? 'id' : 'account_id'} <> 1`).join(' union all ')))
}

const before = await others()
const isForeign = /tenant-[12]|of tenant-[12]/

t.test('the policy: whatever condition comes in, there are no rows but the tenant\'s own', async t => {
  t.match((await send('unfiltered', '')).body, /project 1 of tenant-0/, 'the route does what it is for')
  for (const [kind, typed] of [
    ['search', "' or true --"], ['search', "' or account_id = 2 --"], ['unfiltered', "' or true --"], ['unfiltered', "%' or account_id in (select id from account) --"],
    ['search', "%' union all select id, name from project --"], ['search', "%' union all select id, email from app_user --"], ['search', "%' union all select id, slug from account --"],
    ['search', "%' union all select 1, string_agg(name, ',') from subtask --"], ['search', "%' and exists (select from subtask where account_id = 2) --"],
    ['order', '(select max(name) from project where account_id = 2)'], ['order', "(select case when exists (select from account where slug = 'tenant-1') then 1 / (select 0) else 1 end)"],
    ['search', "%' union all select count(*), 'rows' from pg_stat_activity where query like '%tenant-1%' --"]
  ] as const) {
    const { body, code } = await send(kind, typed)
    t.notMatch(body, isForeign, typed)
    t.not(code, '22012', `${typed}: nothing is there that could divide by nothing`)
  }
})

t.test('the context: no statement names another tenant within itself', async t => {
  for (const typed of [
    "%' or set_config('app.account_id', '2', true) is not null and account_id = 2 --",
    "%' union all select 1, name from (select set_config('app.account_id', '2', true) as s offset 0) f, lateral (select name from project where f.s is not null) p --",
    "%' union all select 1, set_account(2)::text --",
    "%' union all select 1, set_account(2, 'tenant-1')::text --",
    "%' union all select 1, query_to_xml('select * from project', true, true, '')::text from (select query_to_xml('set local app.account_id = 2', true, true, '')) x --",
    "%' union all select 1, word from ts_stat('set local app.account_id = 2') --",
    "%'; set local app.account_id = '2'; select id, name from project --",
    "%' union all select 1, enter_session(repeat('A', 43))::text --",
    "%' union all select 1, resolve_accounts(array['tenant-1'])::text from act_as('operator', 1, 'x') --"
  ]) {
    const { body } = await send('search', typed)
    // That there is an account of a name is public: hosts are. Nothing that it has is.
    t.notMatch(body, /(project|task|details) [^"]*of tenant-[12]/, typed)
  }
})

t.test('WITH CHECK, keys and column grants: nothing is written for another tenant, or hung on what it has', async t => {
  for (const [kind, typed, code] of [
    ['rename', "x', account_id = 2 where account_id = $1 --", '42501'], ['rename', "x' where account_id = 2 and $1::bigint > 0 --", undefined], ['rename', "x', id = 1 where account_id = $1 --", '428C9'],
    ['add', "x' from project union all select 2, 3, 'planted' --", '42501'], ['add', "x' from project union all select $1::bigint, 3, 'hung on a project of tenant-1' --", '23503'],
    ['remove', "' or true --", undefined], ['remove', "' or account_id = 2 --", undefined]
  ] as const) {
    const answer = await send(kind, typed)
    t.equal(answer.code, code, `${kind}: ${typed}: ${answer.body}`)
    t.notMatch(answer.body, /of tenant-[12](?! ")/)
  }
  t.strictSame(await others(), before, 'and what others have is as it was')
})

t.test('the roles: no other role, no hash, no file, no second connection, nothing that lasts', async t => {
  for (const call of [
    "set_config('role', 'rowhouse_operator', true)", 'password_hash from app_user', 'token_hash from user_session', "pg_read_file('/etc/passwd')", "lo_from_bytea(0, 'x')::text", "lo_import('/etc/passwd')::text",
    "pg_ls_dir('.')", 'passwd from pg_shadow', 'rolpassword from pg_authid', "append_event(1, 'user', 1, 'x', 'y', '{}')::text", 'remove_events(1)::text', "note_account_event(2, 'x', 'y', '{}')::text",
    'last_value::text from project_id_seq', 'pg_reload_conf()::text', 'pg_switch_wal()::text', 'pg_advisory_lock(rowhouse.account_lock(2))::text', 'pg_try_advisory_lock_shared(1)::text', "current_setting('data_directory')"
  ]) {
    const { code, body } = await send('search', `%' union all select 1, ${call} --`)
    t.ok(code === '42501' || code === '42883', `${call}: ${body}`)
  }
  for (const typed of ["x'; set role rowhouse_operator --", "x'; create table t (x int) --", "x'; commit; begin; select 1 --", "x'; copy project to program 'id' --"]) t.equal((await send('remove', typed)).code, '42601', 'two statements are none')
})

t.test('the operator\'s login shows all, as it is meant to, and writes nothing whatever is spliced in', async t => {
  for (const [kind, typed] of [['rename', "x' where account_id = $1 --"], ['remove', "' or true --"], ['add', "x' from project --"], ['search', "%' union all select 1, password_hash from app_user --"]] as const) {
    const { code } = await send(kind, typed, 'operator')
    t.ok(code === '25006' || code === '42501', `${kind}: ${String(code)}`)
  }
  t.strictSame(await others(), before)
})
