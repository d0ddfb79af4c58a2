import { readdir, readFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import { check } from '../src/check-rls/check.ts'
import { sift } from '../src/check-rls/exceptions.ts'
import { rowhouseExceptions, rowhouseSettings } from '../src/check-rls/rowhouse.ts'
import { queryOf } from '../src/check-rls/session.ts'
import { withClient } from '../src/database/admin.ts'
import { Pool } from '../src/database/pool.ts'
import { latestMigration } from '../src/database/migrate.ts'
import { assertRoleIsWalled, UnsafeRoleError } from '../src/database/role-check.ts'
import * as accounts from '../src/repositories/accounts.ts'
import * as audit from '../src/repositories/audit.ts'
import * as links from '../src/repositories/entry-links.ts'
import * as idempotency from '../src/repositories/idempotent-requests.ts'
import type { Slice } from '../src/repositories/listing.ts'
import * as looks from '../src/repositories/looks.ts'
import * as managing from '../src/repositories/managing.ts'
import * as progress from '../src/repositories/progress.ts'
import * as projects from '../src/repositories/projects.ts'
import * as sessions from '../src/repositories/sessions.ts'
import * as subtaskPages from '../src/repositories/subtask-pages.ts'
import * as subtasks from '../src/repositories/subtasks.ts'
import * as tasks from '../src/repositories/tasks.ts'
import * as tokens from '../src/repositories/tokens.ts'
import * as users from '../src/repositories/users.ts'
import * as shownWalls from '../src/repositories/walls.ts'
import { actAs } from '../src/tenancy/caller.ts'
import { openTenantScope, type TenantScope } from '../src/tenancy/scope.ts'
import { openStrategy } from '../src/tenancy/strategies.ts'
import type { AccountId } from '../src/tenancy/tenant.ts'
import { attackTable, ensureRows, findTables } from './attack.ts'
import { namingInjections } from './injections.ts'
import { asRole, isOfOtherTests, poolOptions, seedTenants, walledDatabase } from './support.ts'

const database = await walledDatabase(t)
await seedTenants(database)
const [own, other] = [1 as AccountId, 2 as AccountId]
const slice = { sort: 'id', descending: false, limit: 200, count: true } as const

t.test('the catalogue: every table there is, found without being named', async t => {
  t.test('each holds against every attack of another tenant', async t => {
    const { tables, findings } = await attackEverything()
    t.ok(tables.length >= 5, `${tables.length} tables attacked`)
    t.strictSame(findings, [])
  })

  t.test('a new table without a wall is found, though no test names it', async t => {
    await withClient(database.login('owner'), async owner => {
      await owner.query('create table left_open (account_id bigint not null references account (id), id bigint generated always as identity, body text not null, primary key (account_id, id))')
      await owner.query('grant select, insert, update, delete on left_open to rowhouse_tenant')
    })
    const { findings } = await attackEverything()
    t.match(findings.join('\n'), /rls-off rowhouse\.left_open/)
    t.match(findings.join('\n'), /left_open: read without a filter/)
    t.match(findings.join('\n'), /left_open: insert in the name of the victim/)
    t.match(findings.join('\n'), /left_open: delete/)
  })

  t.test('the README\'s lines for a new table put the wall around it', async t => {
    await withClient(database.login('owner'), async owner => { await owner.query('drop table left_open') })
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const migration = /```sql\n(-- Up Migration[\s\S]*?)-- Down Migration/.exec(readme)?.[1]
    t.ok(migration, 'the README shows a migration')
    await withClient(database.login('owner'), async owner => { await owner.query((migration ?? '').replaceAll('comment', 'readme_comment')) })
    const { tables, findings } = await attackEverything()
    t.ok(tables.some(table => table === 'rowhouse.readme_comment'))
    t.strictSame(findings, [])
    await withClient(database.login('owner'), async owner => { await owner.query('drop table readme_comment') })
  })

  t.test('a table of any shape is attacked: rows for it are made of whatever its columns take', async t => {
    await withClient(database.login('owner'), async owner => {
      await owner.query(`
        create type mood as enum ('calm', 'stormy');
        create table of_all_sorts (
          account_id bigint not null references account (id), id bigint generated always as identity, token uuid not null, kind text not null check (kind in ('x', 'y')),
          span interval not null, body bytea not null, labels text[] not null, feeling mood not null, address inet not null, period tstzrange not null,
          data jsonb not null, spot point not null, born date not null, price numeric(8, 2) not null, flags bit varying not null, mac macaddr not null,
          project_id bigint not null, primary key (account_id, id), unique (account_id, token),
          foreign key (account_id, project_id) references project (account_id, id));
        grant select, insert, delete on of_all_sorts to rowhouse_tenant;
        select build_wall('of_all_sorts')`)
    })
    t.teardown(async () => { await withClient(database.login('owner'), async owner => { await owner.query('drop table of_all_sorts; drop type mood') }) })
    const { tables, findings } = await attackEverything()
    t.ok(tables.includes('rowhouse.of_all_sorts'))
    t.strictSame(findings, [])
  })

  t.test('views, materialised views and tables in other schemas are found as well', async t => {
    t.teardown(async () => { await withClient(database.admin, async admin => { await admin.query('drop view rowhouse.everything; drop materialized view rowhouse.kept; drop schema elsewhere cascade') }) })
    await withClient(database.admin, async admin => {
      await admin.query('create view rowhouse.everything as select account_id, id from rowhouse.subtask')
      await admin.query('create materialized view rowhouse.kept as select account_id, id from rowhouse.subtask; grant select on rowhouse.kept to rowhouse_tenant')
      await admin.query('create schema elsewhere; create table elsewhere.copy as select account_id, id from rowhouse.subtask')
      await admin.query('grant usage on schema elsewhere to rowhouse_tenant; grant select on elsewhere.copy, rowhouse.everything to rowhouse_tenant')
    })
    const { findings } = await attackEverything()
    t.match(findings.join('\n'), /view-as-owner rowhouse\.everything/)
    t.match(findings.join('\n'), /materialized-view-readable rowhouse\.kept/)
    t.match(findings.join('\n'), /relation-elsewhere elsewhere\.copy/)
  })

  t.test('no function of ours is open to PUBLIC, and only the resolver\'s, the searcher\'s, the verifier\'s and the recorder\'s run with rights of their own', async t => {
    const functions = await asRole(database.admin, async query => await query(`
      select proname::text as name, prosecdef as definer, proleakproof as leakproof, provolatile::text as volatility,
        exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0) as public
      from pg_proc where pronamespace = 'rowhouse'::regnamespace order by 1`))
    t.strictSame(functions.filter(row => row['public'] === true || row['leakproof'] === true), [])
    t.strictSame(functions.filter(row => row['definer'] === true).map(row => row['name']), ['check_password', 'enter_session', 'enter_token', 'find_entry_link', 'find_look', 'find_session', 'keep_an_owner', 'manage', 'note_account_event', 'password_parameters', 'record_event', 'remove_events', 'resolve_accounts', 'search_projects', 'search_subtasks', 'search_tasks', 'verified_account_id'])
    t.equal(functions.find(row => row['name'] === 'current_account_id')?.['volatility'], 's', 'an immutable one would be folded into cached plans')
  })

  t.test('the schema can be distributed by account_id later', async t => {
    t.strictSame(await asRole(database.admin, async query => await query(citusRules)), [])
  })

  /** What the rules find, and what gets through to whoever logs in as the tenant role. */
  async function attackEverything (): Promise<{ tables: string[], findings: string[] }> {
    return await withClient(database.admin, async admin => await withClient(database.login('tenant'), async tenant => {
      const { findings } = sift(await check(queryOf(admin), { ...rowhouseSettings, manifest: undefined }), rowhouseExceptions, undefined)
      const found = findings.filter(({ rule, object }) => !isOfOtherTests(rule.id, object)).map(({ rule, object }) => `${rule.id} ${object}`)
      const tables = await findTables(admin)
      for (const table of tables) {
        await ensureRows(admin, table, [own, other])
        found.push(...await attackTable(tenant, admin, table, own, other))
      }
      return { tables: tables.map(table => table.name), findings: found }
    }))
  }
})

t.test('the wall of the policy, alone', async t => {
  const tenantPool = new Pool(database.login('tenant'), poolOptions)
  t.teardown(async () => { await tenantPool.end() })

  t.test('no tenant set is an error, on a fresh connection and on a used one', async t => {
    const fresh = new Pool(database.login('tenant'), { ...poolOptions, size: 1 })
    t.teardown(async () => { await fresh.end() })
    const first = await fresh.begin({ readOnly: true, deadlineMs: 5000 })
    await t.rejects(first.sql`select id from subtask`, { code: '42704' })
    await first.rollback()

    const second = await fresh.begin({ readOnly: true, deadlineMs: 5000 })
    openTenantScope(second, own)
    await second.sql`select id from subtask`
    await second.commit()

    const third = await fresh.begin({ readOnly: true, deadlineMs: 5000 })
    await t.rejects(third.sql`select id from subtask`, { code: '22P02' })
    await third.rollback()
  })

  t.test('a statement that forgot its filter sees the tenant\'s rows only', async t => {
    await inScope(tenantPool, own, async ({ sql }) => {
      for (const rows of await Promise.all([
        sql<{ key: number }>`select account_id as key from subtask`,
        sql<{ key: number }>`select account_id as key from task`,
        sql<{ key: number }>`select account_id as key from project`,
        sql<{ key: number }>`select account_id as key from app_user`,
        sql<{ key: number }>`select id as key from account`
      ])) {
        t.ok(rows.length > 0)
        t.strictSame([...new Set(rows.map(row => row.key))], [own])
      }
    })
  })

  t.test('a statement that names the other tenant finds and changes nothing, and cannot write in its name', async t => {
    await inScope(tenantPool, own, async ({ sql }) => {
      t.equal((await sql`select id from subtask where account_id = ${other}`).length, 0)
      t.equal((await sql`update subtask set name = 'mine' where account_id = ${other}`).count, 0)
      t.equal((await sql`delete from subtask where account_id = ${other}`).count, 0)
      await t.rejects(sql`insert into project (account_id, name) values (${other}, 'mine')`, { code: '42501' })
    })
  })

  t.test('a row cannot be moved to the other tenant', async t => {
    await inScope(tenantPool, own, async ({ sql }) => {
      await t.rejects(sql`update subtask set account_id = ${other}`, { code: '42501' })
    })
  })

  t.test('the tenant of a transaction cannot be changed, unset or guessed', async t => {
    for (const [id, code] of [[other, '25001'], [0, '22023'], [-1, '22023'], [null, '22023']] as const) {
      await inScope(tenantPool, own, async ({ sql }) => { await t.rejects(sql`select set_account(${id})`, { code }) })
    }
  })

  t.test('what a tenant is named by is a value, whatever stands in it', async t => {
    for (const hostile of ["tenant-0'; set local app.account_id = '2'; --", "'||(select 2)||'", '2', '\\', 'x\ny']) {
      for (const call of ['select set_account(1, $1)', 'select set_account(1, null, $1)', "select set_account(1), act_as('user', 1, $1)"]) {
        await asRole(database.login('tenant'), async query => {
          await query('begin')
          await query(call, [hostile]).catch(() => {})
          t.strictSame(await query("select distinct account_id::integer as key from project where nullif(current_setting('app.account_id', true), '') is not null").catch(() => []).then(rows => rows.filter(row => row['key'] !== own)), [], `${call}: ${hostile}`)
          await query('rollback')
        })
      }
    }
    for (const hostile of ['1; set local app.account_id = 2', "1' or true --", '1,2', '1 2']) await asRole(database.login('tenant'), async query => { await t.rejects(query('select set_account($1)', [hostile]), { code: '22P02' }, hostile) })
  })

  t.test('a savepoint that is taken back leaves the tenant that it found', async t => {
    await asRole(database.login('tenant'), async query => {
      await query('begin')
      await query('select set_account($1)', [own])
      await query('savepoint s')
      await query("set local app.account_id = '2'")
      t.strictSame(await query('select distinct account_id::integer as key from project'), [{ key: other }], 'a statement of its own can, which the guard takes from nobody')
      await query('rollback to s')
      t.strictSame(await query('select distinct account_id::integer as key from project'), [{ key: own }])
      await query('rollback; begin; savepoint s')
      await query('select set_account($1)', [other])
      await query('rollback to s')
      await t.rejects(query('select id from project'), { code: '22P02' }, 'and where there was none, there is none')
      await query('rollback')
    })
  })

  t.test('the workers of a parallel scan keep to the tenant of their leader', async t => {
    await asRole(database.login('tenant'), async query => {
      await query('begin')
      await query('select set_account($1)', [own])
      await query('set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0; set local min_parallel_table_scan_size = 0; set local enable_indexscan = off; set local enable_bitmapscan = off; set local enable_indexonlyscan = off')
      const plan = JSON.stringify(await query('explain (analyze) select account_id, count(*) from subtask group by account_id'))
      t.match(plan, /Workers Launched: [1-9]/, 'there are some')
      t.strictSame(await query('select account_id::integer as key, count(*)::integer as rows from subtask group by account_id'), [{ key: own, rows: 25 }])
      await query('rollback')
    })
  })

  t.test('a tenant that is not served from here, or not by this name, cannot be named', async t => {
    const begin = async (slug?: string): Promise<void> => {
      const transaction = await tenantPool.begin({ readOnly: true, deadlineMs: 5000 })
      await openTenantScope(transaction, own, { slug }).sql`select id from subtask`.finally(async () => { await transaction.rollback() })
    }
    await t.resolves(begin())
    await t.resolves(begin('tenant-0'))
    await t.rejects(begin('tenant-1'), { code: 'RH001' }, 'another tenant\'s name')
    for (const change of ["status = 'suspended'", "status = 'deleted'", "status = 'creating'", "database = 'elsewhere'"]) {
      await asRole(database.admin, async query => { await query(`update rowhouse.account set ${change} where id = $1`, [own]) })
      await t.rejects(begin(), { code: 'RH001' }, change)
      await asRole(database.admin, async query => { await query("update rowhouse.account set status = 'active', database = null where id = $1", [own]) })
    }
    await t.resolves(begin())
  })

  t.test('whoever gets a text of theirs into a statement cannot name another tenant in it', async t => {
    // As an application would do it that splices texts: one statement, with bind parameters.
    const attack = async (t: Test, injected: string, isReached: boolean, title: string): Promise<void> => await withClient(database.login('tenant'), async client => {
      await client.query('begin')
      await client.query('select set_account($1)', [own])
      const names = await client.query<{ name: string | null }>(`select id, name from project where account_id = $1 and name like '%${injected}`, [own])
        .then(({ rows }) => rows.map(row => String(row.name)), (error: Error) => [error.message])
      t.equal(/of tenant-1/.test(names.join()), isReached, `${title}: ${names.join()}`)
      if (isReached) return
      // And nothing is left behind for the next statement.
      const rows = await client.query<{ key: string }>('select account_id as key from project').then(({ rows }) => rows.map(row => Number(row.key)), () => [own])
      t.strictSame([...new Set(rows)], [own], title)
    })
    const roles = "%' union all select 1, pg_catalog.set_config('role', 'rowhouse_operator', true) --"
    for (const [title, injected] of [...Object.entries(namingInjections), ['a second statement', "%'; set local app.account_id = '2'; select id, name from project --"], ['another role', roles]] as const) {
      await attack(t, injected, false, title)
    }
    await t.test('each of which does where the wall is away', async t => {
      const [naming] = await asRole(database.admin, async query => await query("select pg_get_functiondef('rowhouse.set_account(bigint, text, text)'::regprocedure) as definition"))
      await asRole(database.admin, async query => {
        await query('grant execute on function set_config(text, text, boolean), query_to_xml(text, boolean, boolean, text), ts_stat(text), ts_rewrite(tsquery, text) to public')
        await query(`create or replace function rowhouse.set_account(account_id bigint, slug text default null, signature text default null) returns void
          language plpgsql as $$ begin execute format('set local app.account_id = %L', account_id); end $$`)
      })
      t.teardown(async () => await asRole(database.admin, async query => {
        await query(String(naming?.['definition']))
        await query('revoke execute on function set_config(text, text, boolean), query_to_xml(text, boolean, boolean, text), ts_stat(text), ts_rewrite(tsquery, text) from public')
      }))
      for (const [title, injected] of Object.entries(namingInjections)) await attack(t, injected, true, title)
    })
  })

  t.test('a password hash can be written and not read back', async t => {
    await inScope(tenantPool, own, async ({ sql }) => { await t.rejects(sql`select password_hash from app_user`, { code: '42501' }) })
  })
})

t.test('the wall of the filter, alone: repositories on a connection that row-level security does not hold', async t => {
  await asRole(database.admin, async query => { await query(`alter database "${database.admin.database}" set search_path = rowhouse`) })
  const superuser = new Pool(database.admin, poolOptions)
  t.teardown(async () => { await superuser.end() })

  const victim = await asRole(database.admin, async query => (await query(`
    select (select min(id) from rowhouse.project where account_id = $1) as project, (select min(id) from rowhouse.task where account_id = $1) as task,
      (select min(id) from rowhouse.subtask where account_id = $1) as subtask, (select min(id) from rowhouse.app_user where account_id = $1) as user`, [other]))[0] as { project: string, task: string, subtask: string, user: string, rows?: number | undefined })
  const [projectId, taskId, subtaskId, userId] = [Number(victim.project), Number(victim.task), Number(victim.subtask), Number(victim.user)]
  await asRole(database.admin, async query => {
    await query("update rowhouse.app_user set email = 'only@example.com' where account_id = $1", [other])
    await query("insert into rowhouse.idempotent_request (account_id, key, fingerprint, status, headers, body) values ($1, 'key of tenant-1', 'f', 201, '{}', '')", [other])
    await query(`insert into rowhouse.user_session (account_id, id, user_id, token_hash, idle_until, expires_at) overriding system value
      select account_id, 1, id, repeat('A', 43), now() + interval '1 day', now() + interval '1 day' from rowhouse.app_user where account_id = $1`, [other])
    for (const table of ['api_token', 'entry_link', 'operator_look', 'audit_event']) await query(`delete from rowhouse.${table}`)
    await query(`insert into rowhouse.api_token (account_id, id, name, may_write, token_hash, ending, made_by, expires_at) overriding system value
      values ($1, 1, 'token of tenant-1', true, repeat('A', 43), 'AAAA', '', now() + interval '1 day')`, [other])
    await query(`insert into rowhouse.entry_link (account_id, id, user_id, token_hash, expires_at) overriding system value
      select account_id, 1, id, repeat('A', 43), now() + interval '1 day' from rowhouse.app_user where account_id = $1`, [other])
    await query(`insert into rowhouse.operator_look (account_id, id, reason, actor, code_hash, expires_at) overriding system value
      values ($1, 1, 'of tenant-1', 'operator', repeat('A', 43), now() + interval '1 hour')`, [other])
    await query("insert into rowhouse.audit_event (account_id, id, at, actor_kind, actor, action, details, hash) values ($1, 1, now(), 'nobody', '', 'sign-in.guessing', '{}', 'h')", [other])
  })
  await inScope(superuser, own, async scope => { victim.rows = await rowsOf(scope, other) })
  const page = { page: 1, size: 200 }

  // What the operator reads of all accounts, by where it stands.
  const ofOperator: Record<string, string> = {
    listSubtasksOfAllAccounts: 'subtasks',
    sliceProjectsOfAllAccounts: 'projects',
    sliceSubtasksOfAllAccounts: 'subtasks',
    sliceTasksOfAllAccounts: 'tasks',
    sliceUsersOfAllAccounts: 'users',
    listAccounts: 'accounts',
    findAccountBySlug: 'accounts',
    findAccountsElsewhere: 'accounts',
    listFormerSlugs: 'accounts',
    listAccountEvents: 'accounts',
    countRowsOfAccounts: 'account-counts',
    countRowsOfAllAccounts: 'account-counts',
    findTwoAccounts: 'accounts',
    listWallsOfAllAccounts: 'walls',
    findRowsToFind: 'walls'
  }

  // What each function answers when it is asked, as one tenant, for the other's rows.
  const attacks: Record<string, (scope: TenantScope) => Promise<unknown>> = {
    findAccount: async scope => onlyOwn([await accounts.findAccount(scope)]),
    listUsers: async scope => onlyOwnSlice(await users.listUsers(scope, slice)),
    findUser: async scope => await users.findUser(scope, userId) === undefined,
    lockUser: async scope => await users.lockUser(scope, userId) === undefined,
    createUsers: async scope => await ownKey(scope, 'app_user', (await users.createUsers(scope, [{ email: 'bob@example.com', firstName: 'Bob', lastName: 'of tenant-0', isActive: true, role: 'member' as const }]))[0]?.id),
    updateUser: async scope => await users.updateUser(scope, userId, { firstName: 'mine' }) === undefined,
    deleteUser: async scope => !await users.deleteUser(scope, userId),
    findTakenAddresses: async scope => (await users.findTakenAddresses(scope, ['only@example.com'])).size === 0,
    listProjects: async scope => onlyOwnSlice(await projects.listProjects(scope, slice)) && onlyOwnSlice(await projects.listProjects(scope, slice, { search: 'project' })) &&
      (await projects.listProjects(scope, slice, { search: '-nobody' })).total === 2,
    progressOfProjects: async scope => (await progress.progressOfProjects(scope, [projectId])).size === 0,
    progressOfTasks: async scope => (await progress.progressOfTasks(scope, [taskId])).size === 0,
    findProject: async scope => await projects.findProject(scope, projectId) === undefined,
    lockProject: async scope => await projects.lockProject(scope, projectId) === undefined,
    findProjectIds: async scope => (await projects.findProjectIds(scope, [projectId])).size === 0,
    createProjects: async scope => await ownKey(scope, 'project', (await projects.createProjects(scope, [{ name: 'p', details: '' }]))[0]?.id),
    updateProject: async scope => await projects.updateProject(scope, projectId, { name: 'mine' }) === undefined,
    deleteProject: async scope => !await projects.deleteProject(scope, projectId),
    deleteProjectWithTasks: async scope => !await projects.deleteProjectWithTasks(scope, projectId) && await rowsOf(scope, other) === victim.rows,
    listTasks: async scope => onlyOwnSlice(await tasks.listTasks(scope, slice)) && (await tasks.listTasks(scope, slice, { projectId })).total === 0 &&
      onlyOwnSlice(await tasks.listTasks(scope, slice, { search: 'task', isComplete: false })),
    findTask: async scope => await tasks.findTask(scope, taskId) === undefined,
    lockTask: async scope => await tasks.lockTask(scope, taskId) === undefined,
    findTaskIds: async scope => (await tasks.findTaskIds(scope, [taskId])).size === 0,
    createTasks: async scope => await refused(tasks.createTasks(scope, [{ projectId, name: 't', isComplete: false, details: '' }]), '23503'),
    updateTask: async scope => await tasks.updateTask(scope, taskId, { name: 'mine' }) === undefined,
    deleteTask: async scope => !await tasks.deleteTask(scope, taskId),
    deleteTaskWithSubtasks: async scope => !await tasks.deleteTaskWithSubtasks(scope, taskId) && await rowsOf(scope, other) === victim.rows,
    listProjectNames: async scope => onlyOwn(await projects.listProjectNames(scope, 200)) && (await projects.listProjectNames(scope, 200)).length === 2,
    countSubtasks: async scope => await subtaskPages.countSubtasks(scope) === 25 && await subtaskPages.countSubtasks(scope, { projectId }) === 0 && await subtaskPages.countSubtasks(scope, { taskId }) === 0,
    listSubtasks: async scope => onlyOwn((await subtaskPages.listSubtasks(scope, page)).rows) && (await subtaskPages.listSubtasks(scope, page)).total.rows === 25 &&
      onlyOwn((await subtaskPages.listSubtasks(scope, { page: 'last', size: 10 })).rows) &&
      (await Promise.all((['name', 'id', 'task', 'project', 'state'] as const).flatMap(order => [false, true].map(async descending => {
        const view = { order, descending, filter: {} }
        return onlyOwn((await subtaskPages.listSubtasks(scope, page, { view })).rows) && onlyOwn((await subtaskPages.listSubtasks(scope, { page: 'last', size: 10 }, { view })).rows) &&
          onlyOwn((await subtaskPages.listSubtasks(scope, page, { view: { ...view, filter: { search: 'subtask', isComplete: true } } })).rows) &&
          (await subtaskPages.listSubtasks(scope, page, { view: { ...view, filter: { projectId } } })).total.rows === 0
      })))).every(isOwn => isOwn),
    sliceSubtasks: async scope => onlyOwnSlice(await subtasks.sliceSubtasks(scope, slice)) && onlyOwnSlice(await subtasks.sliceSubtasks(scope, slice, { search: 'subtask', isComplete: true })) &&
      (await subtasks.sliceSubtasks(scope, slice, { taskId })).total === 0 && (await subtasks.sliceSubtasks(scope, slice, { projectId })).total === 0,
    findSubtask: async scope => await subtasks.findSubtask(scope, subtaskId) === undefined,
    lockSubtask: async scope => await subtasks.lockSubtask(scope, subtaskId) === undefined,
    createSubtasks: async scope => await refused(subtasks.createSubtasks(scope, [{ taskId, name: 's', isComplete: false, details: '' }]), '23503'),
    updateSubtask: async scope => await subtasks.updateSubtask(scope, subtaskId, { name: 'mine' }) === undefined,
    completeSubtasksOf: async scope => {
      await subtasks.completeSubtasksOf(scope, taskId)
      const [row] = await scope.sql<{ done: number }>`select count(*) as done from rowhouse.subtask where account_id = ${other} and is_complete`
      return row?.done === 12
    },
    deleteSubtask: async scope => !await subtasks.deleteSubtask(scope, subtaskId),
    findPasswordParameters: async scope => await sessions.findPasswordParameters(scope, 'only@example.com') === undefined,
    checkPassword: async scope => await sessions.checkPassword(scope, 'only@example.com', 'hash of tenant-1') === undefined && await sessions.checkPassword(scope, 'ann@example.com', 'hash of tenant-1') === undefined,
    renewPasswordHash: async scope => {
      await sessions.renewPasswordHash(scope, 'only@example.com', 'hash of tenant-1', 'mine')
      const [row] = await scope.sql<{ hash: string }>`select password_hash as hash from rowhouse.app_user where account_id = ${other} and id = ${userId}`
      return row?.hash === 'hash of tenant-1'
    },
    createSession: async scope => await refused(sessions.createSession(scope, { userId, email: 'only@example.com', tokenHash: 'C'.repeat(43), agent: '', address: '', broughtHash: undefined }), '23503'),
    listSessions: async scope => (await sessions.listSessions(scope, userId)).length === 0,
    endSession: async scope => !await sessions.endSession(scope, { userId, email: 'only@example.com' }, 1) && await rowsOf(scope, other) === victim.rows,
    endOtherSessions: async scope => await sessions.endOtherSessions(scope, { userId, email: 'only@example.com' }, 99) === 0 && await rowsOf(scope, other) === victim.rows,
    leaveSession: async scope => await sessions.leaveSession(scope, 'A'.repeat(43)) === undefined && await rowsOf(scope, other) === victim.rows,
    signOut: async scope => {
      await sessions.signOut(scope, 'A'.repeat(43))
      return await rowsOf(scope, other) === victim.rows
    },
    listWithoutPassword: async scope => (await sessions.listWithoutPassword(scope, ['only@example.com'])).size === 1,
    refusePassword: async scope => {
      await sessions.refusePassword(scope, { userId, email: 'only@example.com' }, '')
      return (await audit.listEvents(scope, slice)).rows.length === 1 && await rowsOf(scope, other) === victim.rows
    },
    endSessionsOf: async scope => {
      await sessions.endSessionsOf(scope, userId)
      return await rowsOf(scope, other) === victim.rows
    },
    changePassword: async scope => {
      await sessions.changePassword(scope, { userId, email: 'only@example.com' }, 'mine')
      const [row] = await scope.sql<{ hash: string }>`select password_hash as hash from rowhouse.app_user where account_id = ${other} and id = ${userId}`
      return row?.hash === 'hash of tenant-1' && await rowsOf(scope, other) === victim.rows
    },
    listOwnerAddresses: async scope => !(await users.listOwnerAddresses(scope)).includes('only@example.com'),
    recordEvent: async scope => {
      await audit.recordEvent(scope, 'sign-out', {})
      return await rowsOf(scope, other) === victim.rows
    },
    recordEvents: async scope => {
      await audit.recordEvents(scope, 'sign-out', [{ a: 1 }, { a: 2 }])
      return (await audit.listEvents(scope, slice)).rows.length === 2 && await rowsOf(scope, other) === victim.rows
    },
    listEvents: async scope => (await audit.listEvents(scope, slice)).rows.length === 0,
    verifyEvents: async scope => (await audit.verifyEvents(scope)).events === 0,
    hasEvent: async scope => !await audit.hasEvent(scope, 1, String((await scope.sql<{ hash: string }>`select hash from rowhouse.audit_event where account_id = ${other} and id = 1`)[0]?.hash)),
    lastGuessing: async scope => await audit.lastGuessing(scope, 7) === undefined,
    listTokens: async scope => (await tokens.listTokens(scope, slice)).total === 0,
    findToken: async scope => await tokens.findToken(scope, 1) === undefined,
    createToken: async scope => await ownKey(scope, 'api_token', (await tokens.createToken(scope, { name: 'mine', mayWrite: true, tokenHash: 'A'.repeat(43), ending: 'AAAA', madeBy: '', days: 1 })).id),
    revokeToken: async scope => !await tokens.revokeToken(scope, 1) && await rowsOf(scope, other) === victim.rows,
    createEntryLink: async scope => await links.createEntryLink(scope, { userId, madeBy: null, tokenHash: 'C'.repeat(43), hours: 1 }) === undefined && await rowsOf(scope, other) === victim.rows,
    findEntryLink: async scope => await links.findEntryLink(scope, 'A'.repeat(43)) === undefined,
    takeEntryLink: async scope => !await links.takeEntryLink(scope, { id: 1, userId, email: '' }) && await rowsOf(scope, other) === victim.rows,
    grantLook: async scope => {
      await looks.grantLook(scope, { reason: 'mine', actor: 'operator', codeHash: 'A'.repeat(43), minutes: 1 })
      return await rowsOf(scope, other) === victim.rows
    },
    beginLook: async scope => await looks.beginLook(scope, { codeHash: 'A'.repeat(43), tokenHash: 'B'.repeat(43), address: '', broughtHash: undefined }) === undefined,
    manage: async scope => {
      await actAs(scope, { kind: 'user', id: userId, name: 'an owner of the other' })
      return await refused(managing.manage(scope), 'RH004')
    },
    listLooks: async scope => (await looks.listLooks(scope)).length === 0,
    endLook: async scope => !await looks.endLook(scope, 1) && await rowsOf(scope, other) === victim.rows,
    readWalls: async scope => Object.fromEntries((await shownWalls.readWalls(scope)).counts.map(({ table, rows }) => [table, rows]))['subtask'] === 25,
    lockKey: async scope => await idempotency.lockKey(scope, 'key of tenant-1'),
    findAnswer: async scope => await idempotency.findAnswer(scope, 'key of tenant-1') === undefined,
    keepAnswer: async scope => {
      await idempotency.keepAnswer(scope, { key: 'key of tenant-1', fingerprint: 'mine', status: 201, headers: {}, body: '' })
      return (await idempotency.findAnswer(scope, 'key of tenant-1'))?.fingerprint === 'mine' && await rowsOf(scope, other) === victim.rows
    }
  }

  for (const [name, attack] of Object.entries(attacks)) {
    t.test(`${name} keeps to its tenant by itself`, async t => {
      await inScope(superuser, own, async scope => { t.ok(await attack(scope)) })
    })
  }

  t.test('no function is left out', async t => {
    const files = (await readdir(new URL('../src/repositories', import.meta.url))).filter(file => !['page.ts', 'listing.ts', 'subtask-filter.ts'].includes(file))
    const names = (await Promise.all(files.map(async file => Object.keys(await import(`../src/repositories/${file}`) as object)))).flat()
    t.strictSame(names.filter(name => !(name in ofOperator)).sort(), Object.keys(attacks).sort(),
      'a repository function without an attack: add one to `attacks` in test/walls.test.ts, which asks it, as one tenant, for the rows of the other')
  })

  t.test('the operator\'s functions are the only ones without a filter, and take another scope', async t => {
    for (const [name, file] of Object.entries(ofOperator)) {
      const source = await readFile(new URL(`../src/repositories/${file}.ts`, import.meta.url), 'utf8')
      t.match(source, new RegExp(`export async function ${name} \\((scope|\\{ sql \\}): OperatorScope[,)]`), name)
    }
  })

  function onlyOwn (rows: unknown[]): boolean {
    const text = JSON.stringify(rows)
    return rows.length > 0 && text.includes('tenant-0') && !/tenant-[1-9]/.test(text)
  }
  function onlyOwnSlice ({ rows, total }: Slice<unknown>): boolean {
    return onlyOwn(rows) && total === rows.length
  }
  /** All that another account has. */
  async function rowsOf ({ sql }: TenantScope, account: number): Promise<number | undefined> {
    const [row] = await sql<{ total: number }>`
      select (select count(*) from rowhouse.app_user where account_id = ${account}) + (select count(*) from rowhouse.project where account_id = ${account})
        + (select count(*) from rowhouse.task where account_id = ${account}) + (select count(*) from rowhouse.subtask where account_id = ${account})
        + (select count(*) from rowhouse.idempotent_request where account_id = ${account}) + (select count(*) from rowhouse.user_session where account_id = ${account})
        + (select count(*) from rowhouse.api_token where account_id = ${account}) + (select count(*) from rowhouse.entry_link where account_id = ${account})
        + (select count(*) from rowhouse.operator_look where account_id = ${account}) + (select count(*) from rowhouse.audit_event where account_id = ${account}) as total`
    return row?.total
  }
  async function ownKey ({ sql }: TenantScope, table: 'app_user' | 'project' | 'api_token', id = 0): Promise<boolean> {
    const rows = table === 'project'
      ? await sql<{ key: number }>`select account_id as key from rowhouse.project where id = ${id}`
      : table === 'api_token'
        ? await sql<{ key: number }>`select account_id as key from rowhouse.api_token where id = ${id} and name = 'mine'`
        : await sql<{ key: number }>`select account_id as key from rowhouse.app_user where id = ${id}`
    return rows.length === 1 && rows[0]?.key === own
  }
})

t.test('the wall of the keys, alone: references across tenants, written as a superuser', async t => {
  await asRole(database.admin, async query => {
    for (const [table, parent, column] of [['task', 'project', 'project_id'], ['subtask', 'task', 'task_id']]) {
      await t.rejects(query(`insert into rowhouse.${table} (account_id, ${column}, name) select $1, min(id), 'x' from rowhouse.${parent} where account_id = $2`, [own, other]), { code: '23503' })
    }
    await t.resolves(query("insert into rowhouse.app_user (account_id, email, first_name, last_name, password_hash) values ($1, 'twin@example.com', '', '', ''), ($2, 'twin@example.com', '', '', '')", [own, other]),
      'the same e-mail address in two accounts')
    await t.rejects(query("insert into rowhouse.app_user (account_id, email, first_name, last_name, password_hash) values ($1, 'TWIN@example.com', '', '', '')", [own]), { code: '23505' }, 'and once in one, whatever the case')
    await query("delete from rowhouse.app_user where email = 'twin@example.com'")
  })
})

t.test('a key that another tenant has is as free as one that nobody has: on conflict tells nothing', async t => {
  const insert = 'insert into app_user (account_id, email, first_name, last_name, password_hash) values ($1, $2, $3, $3, $3)'
  const attempt = async (email: string, conflict: string): Promise<unknown> => await asRole(database.login('tenant'), async query => {
    await query('begin')
    await query('select set_account($1)', [own])
    const outcome = await query(`${insert} ${conflict} returning account_id::integer as key`, [own, email, '']).catch((error: Error & { code?: string }) => ({ code: error.code, message: error.message.replace(email, 'E') }))
    await query('rollback')
    return outcome
  })
  const ways = ['', 'on conflict do nothing', 'on conflict (account_id, lower(email)) do update set first_name = excluded.first_name']
  await asRole(database.admin, async query => { await query(`insert into rowhouse.${insert.slice(12)}`, [other, 'hidden@example.com', '']) })
  t.teardown(async () => { await asRole(database.admin, async query => { await query("drop index if exists rowhouse.one_address; delete from rowhouse.app_user where email = 'hidden@example.com'") }) })
  for (const way of ways) t.strictSame(await attempt('hidden@example.com', way), [{ key: own }], way)
  for (const way of ways) t.strictSame(await attempt('nobodys@example.com', way), [{ key: own }], way)
  await asRole(database.admin, async query => { await query("create unique index one_address on rowhouse.app_user (email) where email like '%s@example.com' or email like 'hidden%'") })
  for (const way of ways.slice(0, 2)) t.notSame(await attempt('hidden@example.com', way), await attempt('nobodys@example.com', way), `${way}: a key without the tenant tells`)
})

t.test('a row that is nobody\'s, which a careless policy shows to all, cannot be written', async t => {
  const tables = await asRole(database.admin, async query => await query("select attrelid::regclass::text as name, attnotnull as required from pg_attribute join pg_class on pg_class.oid = attrelid where relkind in ('r', 'p') and relnamespace = 'rowhouse'::regnamespace and attname = 'account_id'"))
  t.ok(tables.length > 8)
  t.strictSame(tables.filter(table => table['required'] !== true), [])
  await asRole(database.admin, async query => { await t.rejects(query("insert into rowhouse.project (account_id, name) values (null, 'of nobody')"), { code: '23502' }, 'not even by a superuser') })
})

t.test('TRUNCATE, REFERENCES, TRIGGER and COPY FROM, which look past policies, are nobody\'s who serves requests', async t => {
  for (const [what, statement, grant] of [
    ['truncate', 'truncate rowhouse.subtask cascade', 'grant truncate on all tables in schema rowhouse to rowhouse_tenant'],
    ['truncate with what refers to it', 'truncate rowhouse.subtask cascade', `
      create table rowhouse.remark (account_id bigint, subtask_id bigint, foreign key (account_id, subtask_id) references rowhouse.subtask (account_id, id));
      grant truncate on all tables in schema rowhouse to rowhouse_tenant`],
    ['references', 'create table house_of_mine.probe (account_id bigint, id bigint, foreign key (account_id, id) references rowhouse.project (account_id, id))', 'grant references on rowhouse.project to rowhouse_tenant'],
    ['trigger', 'create trigger spy after insert on rowhouse.project for each row execute function suppress_redundant_updates_trigger()', 'grant trigger on rowhouse.project to rowhouse_tenant']
  ] as const) {
    for (const role of ['rowhouse_tenant', 'rowhouse_operator']) t.equal(await asHouseRole(role, statement), '42501', `${role}: ${what}`)
    t.equal(await asHouseRole('rowhouse_tenant', statement, grant), 'done', `${what}, where it is granted`)
  }
  // A foreign key looks past row-level security: rows of others can be told from those that are not there.
  await withClient(database.admin, async admin => {
    const tells = async (id: number): Promise<string> => {
      await admin.query('begin')
      try {
        await admin.query('create schema house_of_mine authorization rowhouse_tenant; grant references on rowhouse.project to rowhouse_tenant; grant usage on schema rowhouse to rowhouse_tenant')
        await admin.query('set local role rowhouse_tenant')
        await admin.query('create table house_of_mine.probe (account_id bigint, id bigint, foreign key (account_id, id) references rowhouse.project (account_id, id))')
        return await admin.query('insert into house_of_mine.probe values ($1, $2)', [other, id]).then(() => 'there', (error: Error & { code?: string }) => String(error.code))
      } finally {
        await admin.query('rollback')
      }
    }
    t.strictSame([await tells(3), await tells(999_999)], ['there', '23503'], 'this is what the privilege gives away')
  })
  await asRole(database.login('tenant'), async query => {
    await query('begin')
    await query('select set_account($1)', [own])
    await t.rejects(query('copy project (account_id, name) from stdin'), { code: /42501|0A000/ }, 'and a policy goes with no COPY FROM')
    await query('rollback')
  })
})

/** What becomes of a statement of a role that has a schema of its own, so that nothing but the one privilege is in its way. All is taken back. */
async function asHouseRole (role: string, statement: string, grant?: string): Promise<string> {
  return await withClient(database.admin, async admin => {
    await admin.query('begin')
    try {
      await admin.query(`create schema house_of_mine authorization ${role}; set local app.account_id = '${own}'`)
      if (grant !== undefined) await admin.query(grant)
      await admin.query(`set local role ${role}`)
      return await admin.query(statement).then(() => 'done', (error: Error & { code?: string }) => String(error.code))
    } finally {
      await admin.query('rollback')
    }
  })
}

t.test('a table that a session of the tenants\' role locks keeps others waiting for two seconds each, and is free again when the session ends', async t => {
  const locker = await asRole(database.login('tenant'), async query => {
    await query('begin')
    await query('lock table subtask in access exclusive mode')
    const code = await asRole(database.login('operator'), async other => await other('select id from subtask').then(() => 'answered', (error: Error & { code?: string }) => error.code))
    return { code, idle: (await query('show idle_in_transaction_session_timeout'))[0] }
  })
  t.strictSame(locker, { code: '55P03', idle: { idle_in_transaction_session_timeout: '15s' } })
  t.equal((await asRole(database.login('operator'), async query => await query('select id from subtask limit 1'))).length, 1)
})

t.test('a migration or a dump that policies would show a part of the rows is an error, not half of it', async t => {
  const statements = ["update project set name = 'renamed by a migration'", 'create materialized view copies as select id from project', 'alter table stray add foreign key (account_id, project_id) references project (account_id, id)']
  const outcomes = async (settings: string): Promise<unknown[]> => await withClient(database.login('owner'), async owner => {
    const codes = []
    for (const statement of statements) {
      await owner.query('begin')
      await owner.query(settings)
      // A child of a project that is not there.
      await owner.query('create table stray (account_id bigint, project_id bigint); insert into stray values (1, 999999); alter table stray enable row level security, force row level security')
      codes.push(await owner.query(statement).then(({ rowCount }) => rowCount ?? 'done', (error: Error & { code?: string }) => error.code))
      await owner.query('rollback')
    }
    return codes
  })
  t.strictSame(await outcomes('select 1'), ['42501', '42501', '42501'])
  t.strictSame(await outcomes('set local row_security = on'), [0, 0, 'done'], 'as PostgreSQL has it: nothing is changed or copied, and a key over a child without its parent is called good')
  // As pg_dump begins.
  for (const role of ['tenant', 'owner'] as const) await asRole(database.login(role), async query => { await query("set row_security = off; set app.account_id = '1'"); await t.rejects(query('select id, name from project'), { code: '42501' }, `${role}: a dump`) })
  t.equal((await asRole(database.login('operator'), async query => { await query('set row_security = on'); return await query('select distinct account_id from project') })).length, 3, 'the operator\'s, with --enable-row-security, is whole')
})

t.test('a reference to another tenant\'s row is refused with the same words as one to a row that never was', async t => {
  const tenantPool = new Pool(database.login('tenant'), poolOptions)
  t.teardown(async () => { await tenantPool.end() })
  const messages = new Set<string>()
  for (const projectId of [3, 999_999]) {
    await inScope(tenantPool, own, async scope => {
      await tasks.createTasks(scope, [{ projectId, name: 'x', isComplete: false, details: '' }]).catch((error: Error & { detail?: string }) => messages.add(`${error.message} ${error.detail ?? ''}`))
    })
  }
  t.equal(messages.size, 1)
})

t.test('a connection that was mixed up yields nothing: policy and filter must agree', async t => {
  const tenantPool = new Pool(database.login('tenant'), poolOptions)
  t.teardown(async () => { await tenantPool.end() })
  const transaction = await tenantPool.begin({ readOnly: false, deadlineMs: 5000 })
  openTenantScope(transaction, other)
  await transaction.sql`select 1`
  const mixed = { sql: transaction.sql, accountId: own } as TenantScope
  t.equal((await projects.listProjects(mixed, slice)).total, 0)
  t.equal((await projects.listProjects(mixed, slice, { search: 'project' })).total, 0)
  t.equal((await subtaskPages.listSubtasks(mixed, { page: 1, size: 10 })).total.rows, 0)
  t.equal(await projects.deleteProject(mixed, 1), false)
  await transaction.rollback()
})

t.test('the operator reads all tenants and writes nothing', async t => {
  await asRole(database.login('operator'), async query => {
    const rows = await query('select account_id, count(*)::integer as total from subtask group by 1 order by 1')
    t.strictSame(rows.map(row => row['total']), [25, 25, 25])
    for (const statement of ["insert into account (slug, name) values ('x', 'x')", "update subtask set name = 'x'", 'delete from subtask', 'truncate subtask', 'select password_hash from app_user', 'select set_account(1)']) {
      await t.rejects(query(statement), { code: /^(42501|25006)$/ }, statement)
    }
    await query('set default_transaction_read_only = off')
    for (const statement of ["insert into account (slug, name) values ('x', 'x')", "update subtask set name = 'x'", 'delete from subtask']) {
      await t.rejects(query(statement), { code: '42501' }, `${statement}, with read only switched off`)
    }
  })
})

t.test('the start is refused to a role for which the walls would not hold, and says why', async t => {
  const login = { ...database.login('tenant') }
  const role = `rowhouse_test_${process.pid}`
  const refusal = async (set: string, undo: string, kind: 'tenant' | 'operator' = 'tenant'): Promise<string> => await withClient(database.admin, async admin => {
    const pool = new Pool({ ...login, user: role, password: 'a password' }, poolOptions)
    try {
      // Logged in before: what others look for meanwhile, on the same server, is logins that pass the walls.
      await (await pool.begin({ readOnly: true, deadlineMs: 5000 })).rollback()
      await admin.query(set)
      await assertRoleIsWalled(async options => await pool.begin(options), kind)
      return 'not refused'
    } catch (error) {
      return (error as Error).message
    } finally {
      await pool.end()
      await admin.query(undo)
    }
  })
  await withClient(database.admin, async admin => {
    await admin.query(`create role ${role} login password 'a password'`)
    await admin.query(`grant connect on database "${database.admin.database}" to ${role}; grant usage on schema rowhouse to ${role}`)
    await admin.query(`grant select on rowhouse.project, rowhouse.subtask to ${role}; grant execute on function rowhouse.set_account(bigint,text,text), rowhouse.resolve_accounts(text[]) to ${role}`)
  })
  t.teardown(async () => { await withClient(database.admin, async admin => { await admin.query(`drop owned by ${role}; drop role ${role}`) }) })

  t.equal(await refusal('select 1', 'select 1'), 'not refused', 'a plain role is not')
  t.match(await refusal(`alter role ${role} nologin superuser`, `alter role ${role} login nosuperuser`), /it is a superuser/)
  t.match(await refusal(`alter role ${role} bypassrls`, `alter role ${role} nobypassrls`), /it has BYPASSRLS/)
  t.match(await refusal(`alter role ${role} createrole`, `alter role ${role} nocreaterole`), /it has CREATEROLE/)
  t.match(await refusal(`grant rowhouse_operator to ${role}`, `revoke rowhouse_operator from ${role}`), /it is a member of "?rowhouse_operator/)
  t.match(await refusal(`create table rowhouse.of_mine (id int); alter table rowhouse.of_mine owner to ${role}`, 'drop table rowhouse.of_mine'), /it owns rowhouse.of_mine/)
  t.match(await refusal('alter table rowhouse.project no force row level security', 'alter table rowhouse.project force row level security'), /rowhouse.project has no forced row-level security/)
  t.match(await refusal('alter table rowhouse.project disable row level security', 'alter table rowhouse.project enable row level security'), /rowhouse.project has no forced row-level security/)
  t.match(await refusal(`create policy lax on rowhouse.project for select to ${role} using (true)`, 'drop policy lax on rowhouse.project'), /the policy lax on project is not one for the role that serves tenants/)
  t.match(await refusal('create policy lax on rowhouse.project for insert to public with check (true)', 'drop policy lax on rowhouse.project'), /the policy lax on project is not one/)
  t.match(await refusal(`create view rowhouse.everything as select id from rowhouse.subtask; grant select on rowhouse.everything to ${role}`, 'drop view rowhouse.everything'), /rowhouse.everything is open to it/)
  t.equal(await refusal(`create view rowhouse.everything with (security_invoker = true) as select id from rowhouse.subtask; grant select on rowhouse.everything to ${role}`, 'drop view rowhouse.everything'), 'not refused', 'a view with the rights of whoever asks')
  t.match(await refusal(`create materialized view rowhouse.everything as select id from rowhouse.subtask; grant select on rowhouse.everything to ${role}`, 'drop materialized view rowhouse.everything'), /rowhouse.everything is open to it/)
  t.match(await refusal(`create function rowhouse.all_names() returns setof text language sql security definer as 'select name from rowhouse.subtask'; grant execute on function rowhouse.all_names() to ${role}`, 'drop function rowhouse.all_names()'), /it may call all_names\(\), which runs with the rights of its owner/)
  t.match(await refusal(`grant insert on rowhouse.project to ${role}`, `revoke insert on rowhouse.project from ${role}`, 'operator'), /it may write rowhouse.project, and the operator only reads/)
  t.match(await refusal(`revoke execute on function rowhouse.set_account(bigint,text,text) from ${role}`, `grant execute on function rowhouse.set_account(bigint,text,text) to ${role}`), /is not one that can serve tenants/)

  const strategy = openStrategy({ name: 'single-schema', schemaVersion: await latestMigration(), tenantLogin: database.login('tenant'), operatorLogin: database.login('operator'), pool: poolOptions })
  await t.resolves(strategy.assertWalls(), 'the roles of the house pass')
  await strategy.end()
  for (const [tenantLogin, operatorLogin] of [['loader', 'operator'], ['operator', 'operator'], ['tenant', 'loader'], ['tenant', 'tenant']] as const) {
    const mistaken = openStrategy({ name: 'single-schema', schemaVersion: await latestMigration(), tenantLogin: database.login(tenantLogin), operatorLogin: database.login(operatorLogin), pool: poolOptions })
    await t.rejects(mistaken.assertWalls(), UnsafeRoleError, `${tenantLogin} for tenants, ${operatorLogin} for the operator`)
    await mistaken.end()
  }
  const owner = new Pool(database.login('owner'), poolOptions)
  await t.rejects(assertRoleIsWalled(async options => await owner.begin(options), 'tenant'), /it is a member of "?rowhouse_resolver/)
  await t.rejects(assertRoleIsWalled(async options => await owner.begin(options), 'tenant'), /it owns/)
  await owner.end()
})

t.test('no tenant fills the disk that all share with what a statement keeps in files for a while', async t => {
  await asRole(database.login('tenant'), async query => {
    t.strictSame(await query('show temp_file_limit'), [{ temp_file_limit: '256MB' }])
    for (const statement of ['set temp_file_limit = -1', 'alter role rowhouse_tenant set temp_file_limit = -1', 'alter role rowhouse_tenant reset temp_file_limit']) await t.rejects(query(statement), { code: '42501' }, statement)
    await query('alter role rowhouse_tenant reset all')
  })
  await asRole(database.login('tenant'), async query => { t.strictSame(await query('show temp_file_limit'), [{ temp_file_limit: '256MB' }]) })
  await database.prepare()
})

t.test('what a role has set for itself is put back, and large objects are nobody\'s', async t => {
  // Roles are shared with the other tests, so what is set here must not hurt them.
  await asRole(database.login('operator'), async query => {
    await query('set default_transaction_read_only = off')
    await query("alter role rowhouse_operator set jit = 'off'")
    await query(`alter role rowhouse_operator in database "${database.admin.database}" set work_mem = '5MB'`)
    await query("alter role rowhouse_operator set lock_timeout = '3s'")
  })
  for (const role of ['tenant', 'operator'] as const) {
    await asRole(database.login(role), async query => { await query('set default_transaction_read_only = off'); await t.rejects(query(`alter role rowhouse_${role} set app.account_id = '2'`), { code: '42501' }, 'what names a tenant is nothing that sessions begin with') })
  }
  await database.prepare()
  const settings = await asRole(database.admin, async query => await query("select setconfig::text from pg_db_role_setting where setrole = 'rowhouse_operator'::regrole"))
  t.equal(settings.length, 1)
  t.match(String(settings[0]?.['setconfig']), /lock_timeout=2s/)
  t.notMatch(String(settings[0]?.['setconfig']), /jit|work_mem/)
  for (const role of ['tenant', 'operator'] as const) {
    await asRole(database.login(role), async query => {
      for (const call of ["lo_from_bytea(0, 'x')", 'lo_create(0)', 'lo_get(1)', 'lo_unlink(1)']) await t.rejects(query(`select ${call}`), { code: '42501' }, `${role}: ${call}`)
    })
  }
})

t.test('only the scope module names a tenant, and nobody sets a session', async t => {
  const sources = await sourcesBelow(new URL('../src/', import.meta.url))
  t.strictSame(sources.filter(({ text }) => /(select|from|join|,)\s+(rowhouse\.)?set_account\s*\(/.test(text)).map(({ file }) => file).filter(file => file !== 'welcome.ts' && !file.startsWith('bench/')).sort(), ['check-rls/tenant-attacks.ts', 'database/context.ts', 'tenancy/scope.ts'], 'but for what tries to name a second one, and what asks, as nobody, whether the database takes our signature')
  t.strictSame(sources.filter(({ text }) => /set_config\s*\(|\.unsafe\s*\(|app\.account_id/.test(text)).map(({ file }) => file).filter(file => !/^(check-rls|bench)\//.test(file)).sort(), ['database/context.ts', 'database/database.ts'], 'but for what takes it away, or sees to it that it is worth nothing')
})

async function sourcesBelow (directory: URL): Promise<Array<{ file: string, text: string }>> {
  const files = (await readdir(directory, { recursive: true })).filter(file => file.endsWith('.ts'))
  return await Promise.all(files.map(async file => ({ file, text: await readFile(new URL(file, directory), 'utf8') })))
}

/** Runs work in a transaction of one tenant and takes all of it back. */
async function inScope (pool: Pool, accountId: AccountId, work: (scope: TenantScope) => Promise<void>): Promise<void> {
  const transaction = await pool.begin({ readOnly: false, deadlineMs: 10_000 })
  try {
    await work(openTenantScope(transaction, accountId))
  } finally {
    await transaction.rollback()
  }
}

async function refused (attempt: Promise<unknown>, code: string): Promise<boolean> {
  return await attempt.then(() => false, (error: { code?: string }) => error.code === code)
}

/** Breaches of what a distributed database asks of a schema; the same query on plain PostgreSQL. */
const citusRules = `
with tenant as (
  select c.oid, c.relname, a.attnum
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped
  where c.relkind in ('r', 'p') and c.relnamespace = 'rowhouse'::regnamespace and c.relname not in ('former_slug', 'tenant_database', 'account_move')),
shared as (
  select oid, relname from pg_class where relname in ('account', 'former_slug', 'tenant_database', 'account_move') and relnamespace = 'rowhouse'::regnamespace)
select 'neither shared nor with an account_id' as rule, relname::text as object from pg_class where relkind in ('r', 'p') and relnamespace = 'rowhouse'::regnamespace and oid not in (select oid from tenant union all select oid from shared)
union all select 'account_id is not bigint not null', t.relname::text from tenant t join pg_attribute a on a.attrelid = t.oid and a.attnum = t.attnum where a.atttypid <> 'bigint'::regtype or not a.attnotnull
union all select 'no primary key', relname from tenant t where not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary)
union all select 'unique index or exclusion without account_id', i.indexrelid::regclass::text from tenant t join pg_index i on i.indrelid = t.oid where (i.indisunique or i.indisexclusion) and not (t.attnum = any (i.indkey::int2[]))
union all select 'foreign key between tenant tables without account_id = account_id', k.conname from pg_constraint k join tenant t on t.oid = k.conrelid join tenant p on p.oid = k.confrelid where k.contype = 'f' and not exists (select from unnest(k.conkey, k.confkey) x (a, b) where x.a = t.attnum and x.b = p.attnum)
union all select 'foreign key from a shared table to a tenant table', k.conname from pg_constraint k join shared s on s.oid = k.conrelid join tenant p on p.oid = k.confrelid where k.contype = 'f'
union all select 'foreign key action set null, set default or on update', k.conname from pg_constraint k join tenant t on t.oid = k.conrelid where k.contype = 'f' and (k.confdeltype in ('n', 'd') or k.confupdtype in ('c', 'n', 'd')) and t.attnum = any (k.conkey)
union all select 'user trigger', g.tgname from pg_trigger g where not g.tgisinternal and g.tgrelid in (select oid from tenant union all select oid from shared)
union all select 'identity or sequence column is not bigint', t.relname || '.' || a.attname from tenant t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped where pg_get_serial_sequence(t.oid::regclass::text, a.attname) is not null and a.atttypid <> 'bigint'::regtype
union all select 'policy has a sub-select', p.polname || ' on ' || p.polrelid::regclass from pg_policy p where p.polrelid in (select oid from tenant union all select oid from shared) and coalesce(p.polqual::text, '') || coalesce(p.polwithcheck::text, '') like '%{SUBLINK %'
union all select 'row security off or no policy', c.relname from pg_class c where c.oid in (select oid from tenant union all select oid from shared) and (not c.relrowsecurity or not c.relforcerowsecurity or not exists (select from pg_policy where polrelid = c.oid))
union all select 'table inherits', c.relname from tenant c join pg_inherits i on i.inhparent = c.oid where not exists (select from pg_partitioned_table where partrelid = c.oid)`
