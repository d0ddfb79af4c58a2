import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { audit } from '../src/check-rls/audit.ts'
import { check, withoutMend, type Query } from '../src/check-rls/check.ts'
import { emptyContexts, withAsked } from '../src/check-rls/context-evaluation.ts'
import { baselineOf, parseBaseline, parseException, sift } from '../src/check-rls/exceptions.ts'
import { parseManifest, readManifest } from '../src/check-rls/manifest.ts'
import { probedTables } from '../src/check-rls/probed-tables.ts'
import { probe, type ProbeResult } from '../src/check-rls/probes.ts'
import { explain, formatJson, formatSarif, formatText } from '../src/check-rls/report.ts'
import { readRowhouseManifest, rowhouseExceptions, rowhouseSettings } from '../src/check-rls/rowhouse.ts'
import { rules } from '../src/check-rls/rules.ts'
import { startRules } from '../src/check-rls/start.ts'
import { withClient } from '../src/database/admin.ts'
import { functionOwners, roleNames } from '../src/database/roles.ts'
import { formatUrl } from '../src/database/settings.ts'
import { ExplainedError } from '../src/explained-error.ts'
import { sabotages } from './sabotages.ts'
import { ensureRows, findTables } from './attack.ts'
import { adminOf, isOfOtherTests, plainEnvironment, plannedOnce, run, seedTenants, testDatabase, until } from './support.ts'

const database = await testDatabase(t)
await seedTenants(database)
const settings = { ...rowhouseSettings, manifest: await readRowhouseManifest() }

/** The findings that nobody has let be, while a sabotage is in place; it is undone then. */
async function found (query: Query, sabotage = 'select 1', chosen = rules, asked: Partial<typeof settings> = {}): Promise<Array<{ rule: string, object: string, severity: string }>> {
  await query('begin')
  try {
    await query(sabotage)
    await query('reset role')
    // The check's own transaction is this one, so that it sees what was done here.
    const inside: Query = async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values)
    return sift(await check(inside, { ...settings, ...asked }, chosen), rowhouseExceptions, undefined).findings.filter(({ rule, object }) => !isOfOtherTests(rule.id, object)).map(({ rule, object }) => ({ rule: rule.id, object, severity: rule.severity }))
  } finally {
    await query('rollback')
  }
}

const logins = ['login-joins:*', 'login-administers:*'].flatMap(which => ['--ignore', `${which}=other tests make logins on the same server`])

t.test('the database that the migrations make has nothing to find, and its manifest is this version\'s', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    t.strictSame(await found(query), [])
    t.strictSame(sift(await check(query, settings), rowhouseExceptions, undefined).unused, [], 'every exception is one for something')
    const { functions, ...manifest } = settings.manifest
    // Of what is good in two ways, the first is how it is made.
    const made = Object.fromEntries(Object.entries(functions).map(([name, hashes]) => [name, typeof hashes === 'string' ? hashes : hashes[0]]))
    t.strictSame(await readManifest(query, settings), { ...manifest, functions: made }, 'after a migration: npx tsx bin/checkrls.ts --write-manifest src/check-rls/rowhouse-manifest.json')
  })
})

t.test('a database that was restored from a dump is as good as it was', async t => {
  await withClient(database.admin, async client => {
    // What PostgreSQL has made of each text is what a dump holds; read again, it is written in the same way.
    t.strictSame(await found(plannedOnce(client), `do $$
      declare
        text text;
      begin
        for text in
          select pg_get_functiondef(oid) from pg_proc where pronamespace = 'rowhouse'::regnamespace and prokind in ('f', 'p')
          union all
          select format('alter table %s drop constraint %I, add constraint %I %s', conrelid::regclass, conname, conname, pg_get_constraintdef(oid))
          from pg_constraint where connamespace = 'rowhouse'::regnamespace and contype = 'c' and conrelid <> 0
          union all
          select format('alter policy %I on %s %s %s', polname, polrelid::regclass,
            'using (' || pg_get_expr(polqual, polrelid) || ')', 'with check (' || pg_get_expr(polwithcheck, polrelid) || ')')
          from pg_policy join pg_class on pg_class.oid = polrelid where relnamespace = 'rowhouse'::regnamespace
          union all
          select format('alter table %s alter column %I set default %s', adrelid::regclass, attname, pg_get_expr(adbin, adrelid))
          from pg_attrdef join pg_attribute on attrelid = adrelid and attnum = adnum join pg_class on pg_class.oid = adrelid
          where relnamespace = 'rowhouse'::regnamespace and attgenerated = ''
        loop
          execute text;
        end loop;
      end
    $$`), [])
  })
})

t.test('any login may look, the ones that serve requests as well, and all see the same', async t => {
  for (const role of ['tenant', 'operator', 'owner', 'manager'] as const) {
    await withClient(database.login(role), async client => { t.strictSame(sift(await check(plannedOnce(client), settings), rowhouseExceptions, undefined).findings.filter(({ rule, object }) => !isOfOtherTests(rule.id, object)), [], role) })
  }
})

t.test('every sabotage is caught, by the rule that is meant for it', async t => {
  t.ok(sabotages.length >= 60, `${sabotages.length} sabotages`)
  const untried = rules.filter(({ id }) => !sabotages.some(sabotage => sabotage.rule === id)).map(({ id }) => id)
  t.strictSame(untried, ['shared-writable', 'role-shared', 'server-release'], 'every rule has one, but for one about what this database has not, and two that are not about it')
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const foundOut = { context: undefined }
    t.strictSame(await found(query, undefined, rules, foundOut), [], 'nor is there something to find where the context is found out')
    for (const { rule, object, sql, isContextFoundOut } of sabotages) {
      const findings = await found(query, sql, rules, isContextFoundOut ? foundOut : {})
      t.ok(findings.some(finding => finding.rule === rule && (object === undefined || finding.object === object)), `${rule}: ${sql.replace(/\s+/g, ' ').trim().slice(0, 120)}`, { found: findings.map(finding => `${finding.rule} ${finding.object}`) })
    }
    t.strictSame(await found(query), [], 'and nothing of it is left')
  })
})

t.test('whoever set the database up is no login that nobody knows, whichever login looks, and one of its kind that did not is', async t => {
  const named = [...Object.values(roleNames), ...Object.values(functionOwners)].join(', ')
  // As managed services have it: no superuser, and as of PostgreSQL 16 with the administration of the roles that it made.
  const administrator = `create role cloud login createrole createdb; grant ${named} to cloud with admin option`
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    t.strictSame(await found(query, administrator), [])
    t.strictSame(await found(query, "create role cloud login createrole createdb; do $$ begin execute format('alter database %I owner to cloud', current_database()); end $$"), [], 'before 16: the owner of the database')
    t.match(await found(query, `${administrator}; revoke rowhouse_loader from cloud`), [{ rule: 'login-joins', object: 'cloud' }, { rule: 'login-administers', object: 'cloud' }])
    t.strictSame(await found(query, 'create role intern login createrole; grant rowhouse_operator to intern', startRules), [], 'a start asks about the roles that it uses, not who else logs in')
    t.match(await found(query, 'grant rowhouse_loader to rowhouse_manager', startRules), [{ rule: 'role-joins', object: 'rowhouse_manager', severity: 'warning' }])
  })
})

t.test('one login for both kinds of requests is found, and so is a release with known holes', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    t.match(await check(query, { ...settings, operatorRoles: settings.tenantRoles }, rules.filter(({ id }) => id === 'role-shared')), [{ object: 'rowhouse_tenant' }])
    for (const [number, isOld] of [[150_013, true], [150_014, false], [160_009, true], [170_006, false], [180_000, false], [120_000, true]] as const) {
      const [release] = rules.filter(({ id }) => id === 'server-release').map(rule => ({ ...rule, query: rule.query.replace("current_setting('server_version_num')", `'${number}'`) }))
      t.equal((await check(query, settings, release === undefined ? [] : [release])).length, isOld ? 1 : 0, String(number))
    }
  })
})

t.test('each rule tells what is wrong, what it gives away, and a mend', async t => {
  for (const { id, query } of rules) t.match(withoutMend(query), / as detail, null::text as mend\b/, `${id}: whether there is something is asked without what mends it`)
  t.strictSame(rules.map(({ id }) => id).filter((id, index, all) => all.indexOf(id) !== index), [], 'no two have one name')
  for (const rule of rules) {
    for (const text of [rule.title, rule.gain, rule.explanation]) t.ok(text.length > 10, rule.id)
    t.match(explain(rule), new RegExp(`^${rule.id} \\(${rule.severity}\\)`))
  }
})

t.test('the mend that a finding comes with puts things right', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const hasNoGist = (await query("select from pg_available_extensions where name = 'btree_gist'")).length === 0
    let mended = 0
    for (const { rule, sql } of sabotages) {
      await query('begin')
      try {
        await query(sql)
        await query('reset role')
        const inside: Query = async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values)
        const isLetBe = (object: string): boolean => rowhouseExceptions.some(exception => exception.rule === rule && exception.object === object) || isOfOtherTests(rule, object)
        const its = (await check(inside, settings, rules.filter(({ id }) => id === rule))).filter(({ object }) => !isLetBe(object))
        await query("set local search_path = ''")
        // Where only its author knows what is meant, it says so with angle brackets or dots.
        // The sabotages with extensions only call others so, and what is said of all sessions of the server cannot be in a transaction.
        if (rule.startsWith('extension') || its.some(({ object }) => object === 'the server') || its.length === 0 || its.some(({ mend }) => /<|\.\.\.|^run |^install /.test(mend) || /concurrently/.test(mend) || (hasNoGist && mend.includes('btree_gist')))) continue
        for (const { mend } of its) await query(mend)
        t.strictSame((await check(inside, settings, rules.filter(({ id }) => id === rule))).filter(({ object }) => !isLetBe(object)), [], `${rule}: ${its[0]?.mend ?? ''}`)
        mended++
      } finally {
        await query('rollback')
      }
    }
    t.ok(mended >= 200, `${mended} mended`)
  })
})

t.test('the mend of a unique index or constraint puts the tenant first, and leaves the rest as it was', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const inside: Query = async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values)
    const [parted, other] = ['create table rowhouse.parted (account_id bigint not null, place bigint not null, name text) partition by list (place); create table rowhouse.parted_1 partition of rowhouse.parted for values in (1); grant select on rowhouse.parted to rowhouse_tenant', 'create collation rowhouse.alike (provider = icu, locale = \'und-u-ks-level2\', deterministic = false)']
    for (const [sql, from, to] of [
      ['create unique index "one, of (all)" on rowhouse.project (name collate "C" desc nulls last, lower(details)) include (id) where name <> \'(\'', '(name COLLATE', '(account_id, name COLLATE'],
      ['create unique index "one, of (all)" on rowhouse.project (name text_pattern_ops) include (account_id) nulls not distinct with (fillfactor = 70)', '(name text', '(account_id, name text'],
      [`${parted}; create unique index "one, of (all)" on rowhouse.parted (place, name desc)`, '(place', '(account_id, place'],
      [`${other}; alter table rowhouse.project add code text; create unique index "one, of (all)" on rowhouse.project (code collate rowhouse.alike)`, '(code', '(account_id, code'],
      ['alter table rowhouse.project add constraint "one, of (all)" unique nulls not distinct (name) include (id) deferrable initially deferred', '(name)', '(account_id, name)'],
      ['alter table rowhouse.project add constraint "one, of (all)" unique (name)', '(name)', '(account_id, name)']
    ] as const) {
      await query('begin')
      try {
        await query(sql)
        const definitions = async (): Promise<Array<{ index: string, its: string | null }>> => await query(`
          select pg_get_indexdef(indexrelid) as index, pg_get_constraintdef(pg_constraint.oid) as its from pg_index left join pg_constraint on conindid = indexrelid
          where indexrelid = 'rowhouse."one, of (all)"'::regclass`)
        const before = await definitions()
        for (const { object, mend } of await check(inside, settings, rules.filter(({ id }) => id === 'unique-without-key'))) if (object.includes('one, of')) await query(mend)
        t.strictSame(await definitions(), before.map(({ index, its }) => ({ index: index.replace(from, to), its: its?.replace(from, to) ?? null })), sql)
      } finally {
        await query('rollback')
      }
    }
  })
})

t.test('the mend of a search_path puts the tenants\' schemas first, whatever their names, and keeps the others', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const inside: Query = async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values)
    for (const [path, mended] of [
      ['evil, rowhouse', 'rowhouse, "More, of it", evil'], ['"$user", evil, "More, of it", rowhouse', '"More, of it", rowhouse, "$user", evil'], ['pg_catalog, evil, public', 'pg_catalog, rowhouse, "More, of it", evil, public'], ['evil', 'rowhouse, "More, of it", evil']
    ] as const) {
      await query('begin')
      try {
        await query(`create schema "More, of it"; create schema evil; create table evil.task (); create table "More, of it".part (); create table evil.part (); alter role rowhouse_tenant set search_path = ${path}`)
        const findings = async (): Promise<Array<{ mend: string }>> => await check(inside, { ...settings, moreSchemas: ['More, of it'] }, rules.filter(({ id }) => id === 'role-setting-search-path'))
        const before = await findings()
        t.strictSame([...new Set(before.map(({ mend }) => mend))], [`alter role rowhouse_tenant set search_path = ${mended};`], path)
        await query(before[0]?.mend ?? '')
        t.strictSame(await findings(), [])
      } finally {
        await query('rollback')
      }
    }
  })
})

t.test('the mend of a foreign key that was never validated sees the rows, which validating as the owner does not', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const inside: Query = async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values)
    await query('begin')
    try {
      await query(`
        alter table rowhouse.task drop constraint task_project;
        update rowhouse.task set project_id = (select min(id) from rowhouse.project where account_id = 2) where account_id = 1;
        alter table rowhouse.task add constraint task_project foreign key (account_id, project_id) references rowhouse.project (account_id, id) not valid;
        savepoint before`)
      const [finding] = await check(inside, settings, rules.filter(({ id }) => id === 'foreign-key-not-validated'))
      t.equal(finding?.object, 'rowhouse.task.task_project')
      await query('set local role rowhouse_owner; alter table rowhouse.task validate constraint task_project')
      t.pass('it succeeds, over tasks that refer to another tenant\'s projects')
      await query('rollback to before; set local role rowhouse_owner')
      await t.rejects(query(finding?.mend ?? ''), { code: '23503' })
    } finally {
      await query('rollback')
    }
  })
})

t.test('attacks on this database get nowhere, on every table, and on one that was sabotaged they do', async t => {
  // Rows of every table are made past its checks, which are other ones then: in a database of its own.
  const attacked = await testDatabase(t)
  await seedTenants(attacked)
  await withClient(attacked.admin, async client => {
    const query = plannedOnce(client)
    for (const table of await findTables(client)) await ensureRows(client, table, [1, 2])
    const attack = async (asked: Partial<typeof settings> = {}, unseen: string[] = []): Promise<string[]> => {
      const { results, skipped, empty } = await probe(query, { ...settings, ...asked, setTenant: 'select rowhouse.set_account($1)' })
      t.ok(results.length > 800, `${results.length} attacks`)
      t.strictSame(skipped, [])
      t.strictSame(empty, unseen)
      return leaksOf(results)
    }
    /** Attacks on what a sabotage names alone, which takes a tenth of the time. */
    const attackOn = async (sabotage: string): Promise<string[]> => {
      const named = /rowhouse\.(?:project|task|subtask|idempotent_request)\b/.exec(sabotage)?.[0]
      const narrowed: Query = async <Row extends object>(text: string, values?: unknown[]) => {
        const rows = await query<Row>(text, values)
        return text === probedTables && named !== undefined ? rows.filter(row => ['rowhouse.account', named].includes((row as { name?: string }).name ?? '')) : rows
      }
      const { results, skipped } = await probe(narrowed, { ...settings, setTenant: 'select rowhouse.set_account($1)' })
      t.strictSame(skipped, [])
      t.ok(results.some(({ table }) => table === (named ?? 'rowhouse.task')), `${results.length} attacks`)
      return leaksOf(results)
    }
    const leaksOf = (results: ProbeResult[]): string[] => results.filter(({ leak }) => leak !== undefined).map(({ table, role, probe }) => `${table}: ${role}: ${probe}`)
    /** What gets through while something is wrong. */
    const through = async (sabotage: string, undo: string, look: () => Promise<string[]> = attack): Promise<string[]> => {
      // Each in a transaction of its own: the server looks after its tables meanwhile, and would wait for some of the locks and hold others.
      for (const statement of sabotage.split(/(?<!\\); /)) await query(statement.replaceAll('\\;', ';'))
      try {
        return await look()
      } finally {
        for (const statement of undo.split('; ')) await query(statement)
      }
    }
    t.strictSame(await attack(), [])
    for (const [sabotage, undo, expected] of [
      ['alter table rowhouse.project disable row level security', 'alter table rowhouse.project enable row level security', ['read without a filter', 'read by the key', 'count', 'lock rows', 'insert for the other', 'read, no tenant named', 'read, a condition for a tenant', 'copy out', 'copy in', 'update, no tenant named', 'delete, * for a tenant', 'merge, deleting the other\'s']],
      ['create policy lax on rowhouse.project for insert to rowhouse_tenant with check (true)', 'drop policy lax on rowhouse.project', ['insert for the other', 'insert, 0 for a tenant', 'merge, inserting for the other']],
      ['create policy lax on rowhouse.task for delete to rowhouse_tenant using (true); create policy lax_too on rowhouse.task for select to rowhouse_tenant using (true)', 'drop policy lax on rowhouse.task; drop policy lax_too on rowhouse.task', ['delete', 'delete, no tenant named', 'delete, 0 for a tenant', 'merge, deleting the other\'s']],
      // What reads no column is not filtered by the policies for SELECT.
      ['create policy fix on rowhouse.project for update to rowhouse_tenant using (true) with check (true)', 'drop policy fix on rowhouse.project', ['update name blindly']],
      ['create policy fix on rowhouse.project for update to rowhouse_tenant using (account_id = 2) with check (account_id = 2)', 'drop policy fix on rowhouse.project', ['update name blindly']],
      ['create policy fix on rowhouse.subtask for delete to rowhouse_tenant using (rowhouse.current_account_id() > 0)', 'drop policy fix on rowhouse.subtask', ['delete blindly']],
      ['create policy fix on rowhouse.task for delete to rowhouse_tenant using (true)', 'drop policy fix on rowhouse.task', ['delete blindly']],
      ['grant truncate on rowhouse.project to rowhouse_tenant', 'revoke truncate on rowhouse.project from rowhouse_tenant', ['truncate']],
      ['grant truncate on all tables in schema rowhouse to rowhouse_tenant', 'revoke truncate on all tables in schema rowhouse from rowhouse_tenant', ['truncate', 'truncate, with all that refers to it']],
      ['grant trigger on rowhouse.project to rowhouse_tenant', 'revoke trigger on rowhouse.project from rowhouse_tenant', ['add a trigger']],
      ['grant references on rowhouse.project to rowhouse_tenant', 'revoke references on rowhouse.project from rowhouse_tenant', ['refer from a table of one\'s own']],
      ['grant update on rowhouse.idempotent_request to rowhouse_tenant; create policy lax on rowhouse.idempotent_request for update to rowhouse_tenant using (true) with check (true)', 'drop policy lax on rowhouse.idempotent_request; revoke update on rowhouse.idempotent_request from rowhouse_tenant', ['move own rows there']],
      ['alter table rowhouse.task drop constraint task_project; alter table rowhouse.project add constraint spare unique (id); alter table rowhouse.task add constraint task_project foreign key (project_id) references rowhouse.project (id)', 'alter table rowhouse.task drop constraint task_project; alter table rowhouse.project drop constraint spare; alter table rowhouse.task add constraint task_project foreign key (account_id, project_id) references rowhouse.project (account_id, id) on delete restrict', ['refer to rowhouse.project of the other by project_id']],
      ['revoke select on rowhouse.project from rowhouse_tenant; grant select (id, name) on rowhouse.project to rowhouse_tenant; alter policy tenant on rowhouse.project using (exists (select from rowhouse.account where account.id = rowhouse.current_account_id()))', 'grant select on rowhouse.project to rowhouse_tenant; alter policy tenant on rowhouse.project using (account_id = rowhouse.current_account_id())', ['count more than one\'s own']],
      ['create schema helpers; grant usage on schema helpers to rowhouse_tenant; create function helpers.act_as(n bigint) returns bigint language plpgsql as $$ begin execute format(\'set local app.account_id = %L\', n)\\; return n\\; end $$', 'drop schema helpers cascade', ['call helpers.act_as(bigint) within a statement']],
      ["create or replace function rowhouse.current_account_id() returns bigint language sql stable parallel safe return coalesce(nullif(pg_catalog.current_setting('app.account_id'), '-1')::bigint, 2)", "create or replace function rowhouse.current_account_id() returns bigint language sql stable parallel safe return pg_catalog.current_setting('app.account_id')::bigint", ['read, -1 for a tenant', 'insert, -1 for a tenant', 'update, -1 for a tenant', 'delete, -1 for a tenant']]
    ] as const) {
      const got = await through(sabotage, undo, async () => await attackOn(sabotage))
      for (const probe of expected) t.ok(got.some(line => line.endsWith(`: ${probe}`)), `${sabotage}: ${probe}`, { got })
    }

    const code = 'alter table rowhouse.project add column code text; update rowhouse.project set code = \'c\' || id; grant select (code), insert (code), update (code) on rowhouse.project to rowhouse_tenant, rowhouse_operator; create unique index spare on rowhouse.project (code)'
    const tells = ['insert what the other has', 'insert what the other has, or do nothing', 'insert what the other has, or update', 'take the other\'s code'].map(probe => `rowhouse.project: rowhouse_tenant: ${probe}`)
    t.strictSame(await through(code, 'alter table rowhouse.project drop column code'), tells, 'a key across tenants tells, in each way of asking')
    const auditor = `auditor_${process.pid}`
    await query(`create role ${auditor} login; grant rowhouse_tenant, rowhouse_operator to ${auditor}; set session authorization ${auditor}`)
    const unseen = ['rowhouse.idempotent_request']
    t.strictSame(await attack({}, unseen), [], 'a login that is no superuser finds nothing either')
    await query('reset session authorization')
    t.strictSame(await through(`${code}; set session authorization ${auditor}`, 'reset session authorization; alter table rowhouse.project drop column code', async () => await attack({}, unseen)), tells, 'and sees that the key tells, by its definition')

    t.strictSame(await through(
      'create table rowhouse.leaf (account_id bigint not null references rowhouse.account (id), id bigint, branch_id bigint, primary key (account_id, id)); create table rowhouse.branch (account_id bigint not null references rowhouse.account (id), id bigint unique, primary key (account_id, id)); insert into rowhouse.branch values (1, 1), (2, 2); insert into rowhouse.leaf values (1, 1, 1), (2, 2, 1); alter table rowhouse.leaf add foreign key (branch_id) references rowhouse.branch (id) on delete cascade; select rowhouse.build_wall(\'rowhouse.branch\'); grant select, delete on rowhouse.branch to rowhouse_tenant; select rowhouse.build_wall(\'rowhouse.leaf\')',
      'drop table rowhouse.leaf, rowhouse.branch'), ['delete blindly', 'cascade from own rows'].map(probe => `rowhouse.branch: rowhouse_tenant: ${probe}`), 'deleting one\'s own takes rows of others along')

    const other = `other_role_${process.pid}`
    const widely = await through(
      `create role ${other}; grant usage on schema rowhouse to ${other}; grant select on rowhouse.task to ${other}; grant execute on all functions in schema rowhouse to ${other}; grant select on rowhouse.account to ${other}; create policy own on rowhouse.account for select to ${other} using (id = rowhouse.current_account_id()); create policy wide on rowhouse.task for select to ${other} using (true)`,
      `drop policy wide on rowhouse.task; drop policy own on rowhouse.account; drop owned by ${other}; drop role ${other}`, async () => await attack({ tenantRoles: [...settings.tenantRoles, other] }))
    for (const probe of ['read, no tenant named', 'read without a filter', 'count']) t.ok(widely.includes(`rowhouse.task: ${other}: ${probe}`), 'each role that serves tenants is tried', { widely })
    t.match(await through(
      'create table rowhouse.parted (account_id bigint not null references rowhouse.account (id), id bigint, primary key (account_id, id)) partition by list (account_id); create table rowhouse.parted_2 partition of rowhouse.parted for values in (2); insert into rowhouse.parted values (2, 1); select rowhouse.build_wall(\'rowhouse.parted\'); grant select on rowhouse.parted, rowhouse.parted_2 to rowhouse_tenant; create table rowhouse.parted_1 partition of rowhouse.parted for values in (1); insert into rowhouse.parted values (1, 1)',
      'drop table rowhouse.parted'), [/^rowhouse\.parted_2: rowhouse_tenant: read, no tenant named$/], 'a partition by its own name')
    await query('drop role ' + auditor)
    // Whoever gives it back has lost what it was granted.
    t.strictSame(await through('alter table rowhouse.project owner to rowhouse_tenant', 'alter table rowhouse.project owner to rowhouse_owner'), ['truncate', 'switch row-level security off', 'add a policy', 'add a trigger', 'refer from a table of one\'s own'].map(probe => `rowhouse.project: rowhouse_tenant: ${probe}`))
    await query('create table rowhouse.keyless (id bigint); grant select on rowhouse.keyless to rowhouse_tenant')
    const { probes } = await audit(query, { database: 'test', settings, setTenant: 'select rowhouse.set_account($1)' }, { attack: true })
    t.strictSame(probes?.skipped, [{ table: 'rowhouse.keyless', reason: 'it has no column account_id' }])
  })
})

t.test('any other database is checked as well: other names, and what policies compare with is found out', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const app = `shop_app_${process.pid}`
    await query(`
      create schema "Shop";
      create role ${app} login;
      create table "Shop".tenants (tenant_no uuid primary key, name text);
      create table "Shop".orders ("Tenant" uuid not null references "Shop".tenants, id bigint, number bigint generated always as identity, note text, primary key ("Tenant", id));
      create table "Shop".lines ("Tenant" uuid not null references "Shop".tenants, id bigint, order_id bigint, primary key ("Tenant", id), foreign key ("Tenant", order_id) references "Shop".orders ("Tenant", id));
      grant usage on schema "Shop" to ${app}; grant select, insert, delete on "Shop".orders, "Shop".lines to ${app};
      alter table "Shop".orders enable row level security; alter table "Shop".orders force row level security;
      create policy own on "Shop".orders for all to ${app} using ("Tenant" = current_setting('shop.tenant')::uuid);
      create publication shop_window for table "Shop".orders`)
    try {
      const shop = { schema: 'Shop', tenantRoles: [app], operatorRoles: [], trustedRoles: [], column: 'Tenant', root: 'tenants', rootKey: 'tenant_no', context: undefined, definers: [], verifiers: [], namers: [], hiddenColumns: [], manifest: undefined }
      const ids = async (): Promise<string[]> => (await check(query, shop)).map(({ rule, object }) => `${rule.id} ${object}`)
      const before = await ids()
      for (const expected of ['rls-off "Shop".lines', 'rls-off "Shop".tenants', 'published "Shop".orders']) t.ok(before.includes(expected), expected)
      t.notOk(before.includes(`setting-forgeable ${app}`), 'nobody calls set_config() where this application was set up by a superuser')
      t.notOk(before.some(line => /^(policy-using|key-not-referring|key-type|root-missing|context-names-nobody)/.test(line)), 'the policy is taken for the canonical one, and the tenants are found')
      await query('insert into "Shop".tenants values (\'00000000-0000-4000-8000-000000000001\', \'a\'), (\'00000000-0000-4000-8000-000000000002\', \'b\'); insert into "Shop".orders ("Tenant", id, note) select tenant_no, 1, name from "Shop".tenants; insert into "Shop".lines select tenant_no, 1, 1 from "Shop".tenants')
      const { probes } = await audit(query, { database: 'shop', settings: shop }, { attack: true })
      const through = (probes?.results ?? []).filter(({ leak }) => leak !== undefined).map(({ table, probe }) => `${table}: ${probe}`)
      t.ok(through.includes('"Shop".lines: read without a filter'))
      t.strictSame(await query('select last_value::integer as last from "Shop".orders_number_seq'), [{ last: 2 }], 'no number is taken where the role may write one itself')
      t.strictSame(through.filter(line => line.startsWith('"Shop".orders') && !line.includes('within a statement')), [])

      for (const [context, isMeant] of [
        ["'00000000-0000-4000-8000-000000000001'::uuid", false], ["md5('one')::uuid", false],
        ["current_setting('shop.tenant')::uuid", true], ['md5(current_user)::uuid', true], ['(select tenant_no from "Shop".tenants limit 1)', true]
      ] as const) {
        await query(`alter policy own on "Shop".orders using ("Tenant" = ${context})`)
        t.equal((await ids()).some(line => line.startsWith('context-names-nobody')), !isMeant, `${context} names ${isMeant ? 'somebody' : 'nobody'}`)
      }
      // All policies say so, and are not canonical for that.
      const setting = "current_setting('shop.tenant')::uuid"
      for (const [expression, isMeant] of [
        ['"Tenant"', false], [`any (array[${setting}, '00000000-0000-4000-8000-000000000001'])`, false], ['any (string_to_array(current_setting(\'shop.tenant\'), \',\')::uuid[])', false],
        [`coalesce(nullif("Tenant", ${setting}), ${setting})`, false], ['concat("Tenant", left(current_setting(\'shop.tenant\'), 0))::uuid', false], ['current_setting(\'Tenant\')::uuid', true]
      ] as const) {
        await query(`alter policy own on "Shop".orders using ("Tenant" = ${expression})`)
        t.equal((await ids()).includes('policy-using "Shop".orders.own'), !isMeant, expression)
      }
    } finally {
      await query(`drop publication shop_window; drop schema "Shop" cascade; drop owned by ${app}; drop role ${app}`)
    }
  })
})

/** What a report in SARIF has of tables that could not be attacked. */
function unattackedIn (text: string): object[] {
  const { runs } = JSON.parse(text) as { runs: Array<{ results: Array<{ ruleId: string, message: { text: string } }> }> }
  return runs.flatMap(({ results }) => results.filter(({ ruleId, message }) => ruleId === 'attack' && message.text.includes('could not be attacked')))
}

t.test('databases that are good in other ways give no finding, and what cannot be attacked is told', async t => {
  const other = await testDatabase(t, { prepare: false })
  await withClient({ ...other.admin, database: 'postgres' }, async client => { await client.query(`create database ${client.escapeIdentifier(other.admin.database)}`) })
  const [app, reports, group] = [`club_app_${process.pid}`, `club_too_${process.pid}`, `club_all_${process.pid}`]
  await withClient(other.admin, async client => {
    const query = plannedOnce(client)
    await query(`
      create role ${app} login; create role ${reports} login; create role ${group}; grant ${group} to ${app}, ${reports};
      alter role ${app} set statement_timeout = '5s'; create schema club; grant usage on schema club to ${group}`)
    try {
      await query(`
        create table club.tenants (id varchar(36) primary key);
        create table club.notes (tenant_id varchar(36) not null references club.tenants, id bigint, body text, country text, primary key (tenant_id, id));
        create table club.country (code text primary key);
        alter table club.notes add foreign key (country) references club.country;
        create function club.tenant() returns text language plpgsql stable as $$ begin
          /* null or empty raises, in any case */
          if nullif(current_setting('club.tenant', true), '') is null then raise exception 'no tenant'; end if;
          return current_setting('club.tenant'); -- or else nothing
        end $$;
        create function club.enter(id text) returns void language plpgsql as $$ begin execute format('set local club.tenant = %L', id); end $$;
        create function club.partition(name text, whose text) returns bigint language plpgsql as $$ declare found bigint; begin
          -- execute whose;
          execute format('create table club.%I (check (tenant_id = %L))', 'of_' || lower(name), whose);
          execute 'grant select on club.' || quote_ident(name) || ' to ' || quote_ident(whose);
          execute format($f$update %I set %I = %L; set local club.actor = %L$f$, name, name, whose, 'x');
          grant execute on function club.partition(text, text) to current_user;
          for found in execute 'select 1' loop null; end loop;
          execute 'select count(*) from club.notes where tenant_id = $1' into found using whose;
          return found;
        end $$;
        create aggregate club.product (numeric) (sfunc = numeric_mul, stype = numeric);
        alter table club.notes enable row level security; alter table club.notes force row level security;
        create policy own on club.notes for all to ${group} using (tenant_id = club.tenant()) with check (tenant_id = club.tenant());
        grant select, insert, update, delete on club.notes to ${group}; grant select on club.country to ${group};
        insert into club.tenants values ('1'), ('11'), ('2'); insert into club.country values ('x'); insert into club.notes select id, 1, 'of ' || id, 'x' from club.tenants`)
      const club = { schema: 'club', tenantRoles: [app, reports, group], operatorRoles: [], trustedRoles: [], column: 'tenant_id', root: 'tenants', rootKey: 'id', context: undefined, definers: [], verifiers: [], namers: ['club.enter(text)'], hiddenColumns: [], manifest: undefined }
      const expected = ['rls-off club.country', 'key-missing club.country', 'rls-off club.tenants']
      const errors = (await check(query, club)).filter(({ rule }) => rule.severity === 'error').map(({ rule, object }) => `${rule.id} ${object}`)
      t.strictSame(errors.filter(line => !expected.includes(line)), [], 'keys of varchar, a group of logins, a context that raises, a function that names, one that puts fixed statements together, an aggregate, a list that all read')

      const attack = async (setTenant?: string, exceptions: Parameters<typeof audit>[2] = {}): Promise<{ leaks: string[], skipped: string[] }> => {
        const { probes } = await audit(query, { database: 'club', settings: { ...club, tenantRoles: [app] }, setTenant }, { attack: true, ...exceptions })
        return { leaks: (probes?.results ?? []).flatMap(({ table, probe, leak }) => leak === undefined || probe.startsWith('switch tenants') ? [] : [`${table}: ${probe}`]), skipped: (probes?.skipped ?? []).map(({ table, reason }) => `${table}: ${reason}`) }
      }
      t.strictSame(await attack(), { leaks: [], skipped: ['club.country: it has no column tenant_id'] })
      const exceptions = ['attack:club.country=the same for all', 'attack:club.nothing=never mind'].map(text => parseException(text, rules))
      t.strictSame((await attack(undefined, { exceptions })).skipped, [], 'unless somebody says why')
      const excepting = await audit(query, { database: 'club', settings: { ...club, tenantRoles: [app] } }, { attack: true, exceptions })
      t.match(formatText([excepting]), /let be {2}attack {2}club\.country: the same for all \(not attacked: it has no column tenant_id\)\nunused {2}the exception attack:club\.nothing: nothing was found for it/, 'which is told')
      t.match(JSON.parse(formatJson([excepting])), { probes: { skipped: [], excepted: [{ table: 'club.country', reason: 'it has no column tenant_id', because: 'the same for all' }] } })
      t.match(unattackedIn(formatSarif([excepting])), [{ suppressions: [{ kind: 'external', justification: 'the same for all' }] }])
      const skipping = await audit(query, { database: 'club', settings: { ...club, tenantRoles: [app] } }, { attack: true })
      t.match(unattackedIn(formatSarif([skipping])), [{ level: 'error', message: { text: 'club.country: could not be attacked: it has no column tenant_id' } }])
      t.notMatch(unattackedIn(formatSarif([skipping])), [{ suppressions: Array }])

      // Asked, not read: with nothing set it raises, or is null.
      const failsOpen = async (body: string): Promise<boolean> => {
        await query(`create or replace function club.tenant() returns text language plpgsql stable as $$ declare t text := current_setting('club.tenant', true); begin ${body} end $$`)
        const findings = await check(query, club)
        const rule = rules.find(({ id }) => id === 'context-fails-open')
        if (rule === undefined) throw new Error('no such rule')
        return withAsked(findings, rule, await emptyContexts(query, club)).some(({ rule, object }) => rule.id === 'context-fails-open' && object === 'club.tenant()')
      }
      for (const closed of [
        "return case when t <> '' then t end;", "return nullif(coalesce(t, ''), '');", "assert coalesce(t, '') <> ''; return t;", "if t > '' then return t; else raise exception 'no tenant'; end if;",
        "if coalesce(t, '') = '' then raise exception using errcode = '28000'; end if; return t;"
      ]) t.notOk(await failsOpen(closed), closed)
      for (const open of [
        "return current_setting('club.tenant')::int; exception when others then return '1';", "return greatest(t, '1');", "if t > '' then return t; end if; return '1';", "return max(v) from (values ('1'), (t)) as given (v);"
      ]) t.ok(await failsOpen(open), open)

      const tenant = async (body: string): Promise<void> => { await query(`create or replace function club.tenant() returns text language sql stable as $$ select ${body} $$`) }
      for (const [body, what] of [["left(current_setting('club.tenant'), 1)", 'all that begin with one figure are one'], ["least(current_setting('club.tenant'), '1')", 'all are the first']] as const) {
        await tenant(body)
        t.ok((await attack()).leaks.includes('club.notes: read without a filter, as one of many'), what)
      }
      await tenant("current_setting('club.tenant')")
      await query("create policy none on club.notes as restrictive for select to public using (body <> 'of 11' and body <> 'of 2')")
      t.match((await attack()).skipped, [/club\.country/, /club\.notes: as one tenant, .* does not see what is its own/], 'a role that sees nothing proves nothing')
      await query('drop policy none on club.notes')

      await query("create policy floor on club.notes as restrictive to public using (current_setting('club.actor', true) is distinct from 'nobody')")
      await t.rejects(attack(), /club\.actor and club\.tenant, so nothing says how a tenant is named/)
      t.strictSame((await attack('set local club.tenant = $1')).leaks.filter(line => !line.endsWith('name another tenant')), [])
      await query('create function club.name(text) returns void language sql as $$ select $$; revoke execute on function club.name(text) from public')
      await t.rejects(attack('select club.name($1)'), /could not be named a tenant, so nothing can be tried: 42501 permission denied/)

      await withClient(other.admin, async holder => {
        await holder.query('begin; lock table club.notes in share mode')
        const waits: string[] = []
        let wait = ''
        const watched: Query = async (text, values) => {
          wait = /lock_timeout = '(\w+)'/.exec(text)?.[1] ?? wait
          return await query<never>(text, values).catch((error: unknown) => {
            if ((error as { code?: string }).code === '55P03') waits.push(wait)
            throw error
          })
        }
        const { skipped } = await probe(watched, { ...club, tenantRoles: [app], setTenant: 'set local club.tenant = $1' })
        t.ok(skipped.some(({ table, reason }) => table === 'club.notes' && /^".*" could not be tried: 55P03/.test(reason)), 'a lock is no wall')
        t.strictSame([waits[0], new Set(waits.slice(1)), waits.length > 20], ['1500ms', new Set(['50ms']), true], 'and whoever holds one is not waited for by every attempt anew')
        await holder.query('rollback; begin; lock table club.notes in access exclusive mode')
        await t.rejects(attack('set local club.tenant = $1'), /somebody holds a lock on one of the tables/)
        await holder.query('rollback')
      })
    } finally {
      await query(`drop schema club cascade; drop owned by ${app}, ${reports}, ${group}; drop role ${app}, ${reports}, ${group}`)
    }
  })
})

t.test('policies that say the same in another way, or narrow it, are no finding; nor are keys of a domain and lists that all share', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const app = `yard_app_${process.pid}`
    const inside: Query = async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values)
    const yard = { schema: 'yard', tenantRoles: [app], operatorRoles: [], trustedRoles: [], column: 'tenantId', root: 'tenants', rootKey: 'tenantId', context: undefined, definers: [], verifiers: [], namers: [], hiddenColumns: [], manifest: undefined }
    /** What the rules say of two tables whose policies are these. */
    const findings = async ({ type = 'integer', before = '', using, more = '', asked = {} }: { type?: string, before?: string, using: readonly string[], more?: string, asked?: Partial<typeof settings> }): Promise<Array<{ line: string, mend: string }>> => {
      await query('begin')
      try {
        await query(`
          create role ${app} login; create schema yard; grant usage on schema yard to ${app};
          alter role ${app} set statement_timeout = '5s'; alter role ${app} set lock_timeout = '2s'; alter role ${app} set idle_in_transaction_session_timeout = '15s';
          alter default privileges for role current_user revoke execute on functions from public;
          create domain yard.number as integer check (value > 0); create domain yard.code as varchar(20); create domain yard.token as uuid; create domain yard.small as yard.number check (value < 1000000);
          create table yard.tenants ("tenantId" ${type} primary key)`)
        await query(before)
        for (const [index, expression] of using.entries()) {
          await query(`
            create table yard.t${index} ("tenantId" ${type} not null references yard.tenants, id bigint, other integer, deleted boolean not null default false, deleted_at timestamptz, note text, "x AND (""tenantId"" = yard.one()) AND y" boolean, primary key ("tenantId", id));
            alter table yard.t${index} enable row level security, force row level security; grant select, insert, delete on yard.t${index} to ${app};
            create policy own on yard.t${index} for all to ${app} using (${expression})`)
        }
        await query(more)
        // Of the tenants' own table, which they cannot see; and what is about how this server was set up.
        return (await check(inside, { ...yard, ...asked })).filter(({ rule, object }) => object !== 'yard.tenants' && !/^(login-|owner-bypasses|context-missing-ok|database-open|default-execute)/.test(rule.id)).map(({ rule, object, mend }) => ({ line: `${rule.id} ${object}`, mend }))
      } finally {
        await query('rollback')
      }
    }
    const setting = "current_setting('yard.tenant')::integer"
    const own = `"tenantId" = ${setting}`
    for (const [what, asked] of Object.entries({
      'the key behind': { using: [`${setting} = "tenantId"`, `${setting} = "tenantId"`] },
      'some before and some behind': { using: [own, `${setting} = "tenantId"`] },
      'a SELECT around it, which is computed once': { using: [`"tenantId" = (select ${setting})`, own, `(select ${setting} as tenant) = "tenantId"`] },
      'a SELECT as it is given': { using: [`"tenantId" = (select ${setting})`], asked: { context: "( SELECT (current_setting('yard.tenant'::text))::integer AS current_setting)" } },
      'rows that are not deleted': { using: [own, `${own} and not deleted`, `deleted_at is null and ${own}`, `not deleted and other > 1 and ${setting} = "tenantId"`, `"tenantId" = (select ${setting}) and deleted_at is null`, `${own} and (deleted or other = 1)`, `${own} and exists (select from yard.tenants)`] },
      'rows that are not deleted, with the key between what narrows it': {
        using: [own, `other = 1 and ${own} and not deleted`, `(deleted or other > 1) and not deleted and ${setting} = "tenantId" and deleted_at is null and case when deleted then true end`, `other = any (array[1, 2]) and ${own} and exists (select from yard.tenants where deleted and other > 1)`]
      },
      'an AND within an AND, on either side': {
        using: [own, `not deleted and (other = 1 and ${own})`, `(${own} and other = 1) and (deleted or other > 1)`, `not deleted and (other = 1 and (note <> '' and (${setting} = "tenantId" and other > 1) and deleted_at is null)) and other < 5`]
      },
      'a domain': { type: 'yard.number', using: [own, own] },
      'a domain, cast to': { type: 'yard.number', using: ["\"tenantId\" = current_setting('yard.tenant')::yard.number"] },
      'a domain over a domain': { type: 'yard.small', using: [own] },
      'a domain over varchar': { type: 'yard.code', using: ["\"tenantId\" = current_setting('yard.tenant')"] },
      'a domain over uuid': { type: 'yard.token', using: ["\"tenantId\" = current_setting('yard.tenant')::uuid"] },
      'a list for all, here and elsewhere': { using: [own], more: `create table yard.country (code text primary key); create schema lists; create table lists.currency (code text primary key); grant usage on schema lists to ${app}; grant select on yard.country, lists.currency to ${app}`, asked: { shared: ['country', 'lists.currency'] } }
    })) t.strictSame((await findings(asked)).map(({ line }) => line), [], what)

    for (const using of [
      `(${own} and not deleted) or other = 1`, `(other = 1 and ${own} and not deleted) or deleted`, `not (deleted and ${own})`, `${own} or (deleted and ${own})`, `(${own} and deleted) is not true`, `coalesce(deleted and ${own}, true)`,
      `(other = 1 and ${own} and not deleted) or (deleted and ${own})`, `other = 1 and not (deleted and ${own} and other > 2) and deleted`, `other = 1 and (deleted or ${own} or other = 2) and deleted`,
      `other = 1 and (not ${own}) and deleted`, `other = 1 and case when deleted then other > 2 and ${own} and other > 3 else true end and deleted`,
      `other = 1 and (${own}) is not true and deleted`, `other = 1 and coalesce(${own}, true) and deleted`, `other = 1 and (${own}) = deleted and deleted`,
      `deleted and (other = 1 or (note <> '' and ${own}))`, `deleted and not (other = 1 and ${own})`, `deleted and (other = 1 and ${own}) is not true`, `deleted and (other = 1 and (other = 2 or ${own}))`, `deleted and coalesce((other = 1 and ${own}), true)`,
      `deleted and (other = 1 and ${own}) = deleted`, `deleted and case when deleted then (other = 1 and ${own}) else true end`, `deleted and (other = 1 and ${own}) in (deleted, true)`, `(other = 1 and ${own}) or (deleted and (other = 2 and ${own}))`, `deleted and ((other = 1 and ${own})::text <> '')`,
      `deleted and exists (select where other = 1 and ${own})`, `deleted and (other = 1 and ${own}) is null`, `deleted and boolne(other = 1 and ${own}, true)`, `deleted and true = any (array[other = 1 and ${own}, true])`,
      `note = ' AND (${own.replaceAll("'", "''")}) AND ' and other = 1 and not deleted`,
      `other = ${setting}`, `${setting} <> "tenantId"`, `"tenantId" = (select ${setting} limit 1) + 0`, 'other = 1 and not deleted'
    ]) t.ok((await findings({ using: [own, own, using] })).some(({ line }) => line === 'policy-using yard.t2.own'), using)
    // A context without a literal in it, which others can hold.
    const called = '"tenantId" = yard.one()'
    const making = `create function yard.one() returns integer language sql stable parallel safe return ${setting}`
    for (const using of ["note = ' AND (\"tenantId\" = yard.one()) AND ' and other = 1 and not deleted", '"x AND (""tenantId"" = yard.one()) AND y" and deleted and other = 1']) {
      t.ok((await findings({ before: making, using: [called, called, using] })).some(({ line }) => line === 'policy-using yard.t2.own'), using)
    }
    t.strictSame((await findings({ before: making, using: [called, called, `note = 'it''s AND (' and ${called} and not deleted`] })).map(({ line }) => line), [])
    const blind = await findings({ using: [], more: `create table yard.blind ("tenantId" integer not null references yard.tenants, id bigint, primary key ("tenantId", id)); alter table yard.blind enable row level security, force row level security; grant select on yard.blind to ${app}` })
    t.match(blind.find(({ line }) => line === 'tenant-blind yard.blind'), { mend: `create policy own_rows on yard.blind for all to ${app} using ("tenantId" = <the tenant of the transaction>) with check ("tenantId" = <the tenant of the transaction>);` }, 'where no policy says it')
    const deep = `other = 1 and (other + ${'('.repeat(20)}other${' + 1)'.repeat(20)} > 1) and ${own}`
    t.match(await findings({ using: [own, own, deep] }), [{ line: /policy-using/, mend: /create policy <name> on yard\.t2 as restrictive/ }, { mend: /as restrictive/ }], 'what is not seen to narrow is not widened by its mend')
    t.ok((await findings({ using: [own, own, '"tenantId" = (select "tenantId" from yard.tenants)'] })).some(({ line }) => line === 'policy-subquery yard.t2.own'), 'a SELECT from a table is one that asks another')

    const written = await findings({ using: [own], more: `create table yard.country (code text primary key); create schema lists; create table lists.currency (code text primary key); grant usage on schema lists to ${app}; grant select, insert on yard.country, lists.currency to ${app}`, asked: { shared: ['country', 'lists.currency', 't0'] } })
    t.strictSame(written.map(({ line }) => line), ['shared-writable yard.country', 'relation-elsewhere lists.currency'], 'what one may write is not shared, and what has the key is not either')
  })
})

t.test('an exclusion that compares the tenants by anything but "=" is one across tenants', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    t.notOk((await found(query, 'alter table rowhouse.project add exclude using btree (name with =, account_id with =)')).some(({ rule }) => rule === 'exclusion-without-key'))
    const [extension] = await query("select from pg_available_extensions where name = 'btree_gist'")
    if (extension === undefined) {
      t.pass('exclusion by "="', { skip: 'this server has no operators for it' })
      return
    }
    const before = 'create extension btree_gist; alter table rowhouse.project add column span int4range; alter table rowhouse.project add constraint booked exclude using gist'
    const isFound = async (columns: string): Promise<boolean> => (await found(query, `${before} (${columns})`)).some(({ rule }) => rule === 'exclusion-without-key')
    t.notOk(await isFound('account_id with =, span with &&'))
    t.ok(await isFound('account_id with <>, span with &&'))
    t.ok(await isFound('span with &&'))
  })
})

t.test('findings can be let be for a reason, or known beforehand; and what was let be for nothing is told', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const sabotage = 'create function rowhouse.nothing() returns trigger language plpgsql as $$ begin return null; end $$; create trigger spy after insert on rowhouse.task for each row execute function rowhouse.nothing()'
    await query('begin')
    await query(sabotage)
    const inside: Query = async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values)
    const findings = await check(inside, settings)
    await query('rollback')
    const exception = parseException('trigger:rowhouse.task.spy=it is ours', rules)
    const sifted = sift(findings, [...rowhouseExceptions, exception, parseException('rls-off:rowhouse.task=never mind', rules)], baselineOf(findings.filter(({ rule }) => rule.id.startsWith('manifest'))))
    t.match(sifted.excepted.map(({ exception }) => exception.rule), ['key-not-referring', 'trigger', 'unique-without-key'])
    t.ok(sifted.known.length > 0)
    t.notOk(sifted.findings.some(({ rule }) => rule.id === 'trigger' || rule.id.startsWith('manifest')))
    t.strictSame(sifted.unused, ['the exception rls-off:rowhouse.task'])
    t.match(parseException('operator-user-defined:rowhouse.=(bigint,text)=we mean a = b', rules), { object: 'rowhouse.=(bigint,text)', reason: 'we mean a = b' })
    t.match(parseException('trigger:rowhouse."a=b".spy=ours', rules), { object: 'rowhouse."a=b".spy', reason: 'ours' })
    for (const wrong of ['trigger', 'trigger:x', 'trigger:x=', 'nothing:x=y']) t.throws(() => parseException(wrong, rules), ExplainedError, wrong)
    for (const wrong of ['', '{}', '[]', '{"findings": [1]}']) t.throws(() => parseBaseline(wrong), ExplainedError)
    t.throws(() => parseManifest('{}'), ExplainedError)
    t.strictSame(parseBaseline(JSON.stringify(baselineOf(findings))), baselineOf(findings))
    const report = { database: 'here', rules, sifted, probes: undefined, ms: 1 }
    const [same] = findings
    const results = ['one', 'another'].map(role => ({ table: 'rowhouse.task', role, probe: 'count', leak: 'all', undecided: undefined, nuisance: undefined, answer: '1 row', sql: 'select 1', ms: 1 }))
    const ofTwoRoles = { ...report, sifted: { ...sifted, findings: same === undefined ? [] : ['one may', 'another may'].map(detail => ({ ...same, detail })), excepted: [], known: [] }, probes: { results, skipped: [], excepted: [], knownSkipped: [], accepted: [], known: [], empty: [] } }
    const { runs } = JSON.parse(formatSarif([ofTwoRoles])) as { runs: Array<{ results: Array<{ message: { text: string }, partialFingerprints: object }> }> }
    t.equal(new Set(runs[0]?.results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints))).size, 4, 'what one role may is no other\'s finding')
    t.match(runs[0]?.results.map(({ message }) => message.text), [/one may/, /another may/, /as one, count/, /as another, count/])
    t.match(formatText([report]), /let be {2}trigger {2}rowhouse\.task\.spy: it is ours/)
    t.match(JSON.parse(formatJson([report])), { database: 'here', excepted: [{}, { rule: 'trigger', reason: 'it is ours' }, {}] })
    const sarif = JSON.parse(formatSarif([report])) as { version: string, runs: Array<{ tool: { driver: { rules: Array<{ id: string }> } }, results: Array<{ ruleId: string, suppressions?: object[] }> }> }
    t.equal(sarif.version, '2.1.0')
    t.ok(sarif.runs[0]?.results.every(({ ruleId }) => sarif.runs[0]?.tool.driver.rules.some(({ id }) => id === ruleId)))
  })
})

t.test('the command says what it found by its exit code, and in the format that was asked for', async t => {
  const command = async (...args: string[]): Promise<{ code: number | string, output: string }> => {
    const { ended, output } = run(t, ['bin/checkrls.ts', ...logins, ...args], database.environment)
    return { code: await ended, output: output() }
  }
  t.match(await command(), { code: 0, output: /\d+ rules, 0 errors, 0 warnings/ })
  t.match(await command('--attack', '--format', 'json'), { code: 0, output: /"probes": \{/ })
  t.match(await command('--explain', 'policy-check'), { code: 0, output: /WITH CHECK is what a new row must fulfil/ })
  t.match(await command('--explain', 'policy-nothing'), { code: 2, output: /there is no rule policy-nothing; there are policy-using/ })
  t.match(await command('--schema', 'x'), { code: 2, output: /go with --url/ })
  t.match(await command('--url', 'postgres://nobody@127.0.0.1:1/x'), { code: 2, output: /--tenant-role is needed/ })
  t.match(await command('--url', 'postgres://nobody@127.0.0.1:1/x', '--tenant-role', 'x'), { code: 1 })
  t.match(await command('--ignore', 'x'), { code: 2 })
  t.match(await command('--rules'), { code: 0, output: /rls-off +error/ })
  const nothing = run(t, ['bin/checkrls.ts'], { ...database.environment, DATABASE_URL: `${database.environment['DATABASE_URL'] ?? ''}_not_there` })
  t.equal(await nothing.ended, 1, 'it makes no database that is not there')
  t.match(nothing.output(), /no database.*run: npx tsx bin\/migrate\.ts up|does not exist/)
  await withClient(database.admin, async client => { await client.query('grant select on sequence rowhouse.project_id_seq to rowhouse_tenant') })
  t.match(await command(), { code: 0, output: /0 errors, 1 warning/ })
  t.match(await command('--strict'), { code: 1, output: /0 errors, 1 warning/ })
  t.match(await command('--strict', '--ignore', 'sequence-readable:rowhouse.project_id_seq=a test'), { code: 0 })
  await withClient(database.admin, async client => { await client.query('revoke select on sequence rowhouse.project_id_seq from rowhouse_tenant; alter table rowhouse.project no force row level security') })
  t.match(await command('--format', 'sarif'), { code: 1, output: /"ruleId": "rls-not-forced"/ })
  t.match(await command('--ignore', 'rls-not-forced:rowhouse.project=a test'), { code: 0, output: /let be {2}rls-not-forced/ })
  await withClient(database.admin, async client => { await client.query('alter table rowhouse.project force row level security') })
})

t.test('the command checks a database by its address as told, and holds it to a manifest and a baseline', async t => {
  const directory = t.testdir()
  const file = (name: string): string => join(directory, name)
  const url = formatUrl(database.admin)
  const known = ['--schema', 'rowhouse', '--tenant-role', 'rowhouse_tenant', '--operator-role', 'rowhouse_operator', ...rowhouseSettings.trustedRoles.flatMap(role => ['--trusted-role', role]),
    '--column', 'account_id', '--root', 'account', '--root-key', 'id', '--verifier', 'rowhouse.verified_account_id()', ...rowhouseSettings.namers.flatMap(name => ['--namer', name]), ...rowhouseSettings.definers.flatMap(name => ['--definer', name]),
    ...rowhouseSettings.hiddenColumns.flatMap(name => ['--hide', name]), ...rowhouseExceptions.flatMap(({ rule, object, reason }) => ['--ignore', `${rule}:${object}=${reason}`])]
  const command = async (...args: string[]): Promise<{ code: number | string, output: string }> => {
    const { ended, output } = run(t, ['bin/checkrls.ts', '--url', url, ...logins, ...args], plainEnvironment())
    return { code: await ended, output: output() }
  }
  t.match(await command(...known), { code: 0, output: /0 errors, 0 warnings/ })
  t.match(await command(...known, '--fast', '--context', 'rowhouse.current_account_id()'), { code: 0, output: new RegExp(`${startRules.length} rules, 0 errors`) })
  t.match(await command(...known, '--context', 'rowhouse.somebody()'), { code: 1, output: /ERROR {3}policy-using/ }, 'what is said to be meant is held to')
  const gone = run(t, ['bin/checkrls.ts', '--url', `${url}_not_there`, '--tenant-role', 'rowhouse_tenant'], plainEnvironment())
  t.equal(await gone.ended, 1)
  t.match(gone.output(), /has no database "[^"]*_not_there"\s*$/, 'nobody is told to migrate a database that is not Rowhouse\'s')
  t.match(await command('--schema', 'rowhous', '--tenant-role', 'rowhouse_tenant'), { code: 1, output: /root-missing {2}rowhous\.account/ })
  t.match(await command(...known, '--attack', '--set-tenant', 'select rowhouse.set_account($1)'), { code: 0, output: /nothing got through, of \d{3,} attacks/ })
  t.match(await command(...known, '--attack', '--set-tenant', 'set local app.account_id = $1'), { code: 1, output: /name another tenant/ }, 'a statement that names whom it likes is a way through')

  const tableNames = await withClient(database.admin, async client => (await findTables(client)).map(({ name }) => name))
  const alone = ['--attack', '--set-tenant', 'set local app.account_id = $1']
  const letBe = tableNames.flatMap(name => ['--ignore', `attack:${name}: name another tenant=a test`])
  t.match(await command(...known, ...alone, ...letBe), { code: 0, output: /let be {2}attack {2}rowhouse\.project: name another tenant: a test \(got through as rowhouse_tenant: / }, 'unless somebody says why')
  t.match(await command(...known, ...alone, ...letBe.slice(2)), { code: 1, output: /name another tenant/ })
  t.match(await command(...known, ...alone, '--write-baseline', file('attacks.json')), { code: 0, output: /wrote \d+ findings/ })
  t.match(await command(...known, ...alone, '--baseline', file('attacks.json')), { code: 0, output: /known {3}\d+ of the baseline/ })

  t.match(await command(...known, '--write-manifest', file('manifest.json')), { code: 0, output: /wrote what the database consists of/ })
  t.match(await command(...known, '--manifest', file('manifest.json')), { code: 0 })
  await withClient(database.admin, async client => { await client.query('alter table rowhouse.subtask drop constraint subtask_task') })
  t.match(await command(...known), { code: 0 }, 'nobody misses what nobody has listed')
  t.match(await command(...known, '--manifest', file('manifest.json')), { code: 1, output: /manifest-foreign-key {2}subtask/ })
  t.match(await command(...known, '--manifest', file('manifest.json'), '--write-baseline', file('baseline.json')), { code: 0, output: /wrote 1 findings/ })
  t.match(await command(...known, '--manifest', file('manifest.json'), '--baseline', file('baseline.json')), { code: 0, output: /known {3}1 of the baseline/ })
  await withClient(database.admin, async client => { await client.query('alter table rowhouse.subtask add constraint subtask_task foreign key (account_id, task_id) references rowhouse.task (account_id, id) on delete restrict') })
  t.match(await command(...known, '--manifest', file('manifest.json'), '--baseline', file('baseline.json')), { code: 0, output: /unused {2}the baseline's manifest-foreign-key:subtask/ })
  t.match(await command(...known, '--manifest', file('baseline.json')), { code: 2, output: /not a manifest/ })
  t.match(await command(...known, '--baseline', file('nothing.json')), { code: 2, output: /nothing\.json cannot be read: there is no such file/ })
})

t.test('the databases that tenants have of their own are checked one by one, or all', async t => {
  const shared = await testDatabase(t)
  await seedTenants(shared, { tenants: 1 })
  const command = async (...args: string[]): Promise<{ code: number | string, output: string }> => {
    const { ended, output } = run(t, ['bin/checkrls.ts', ...logins, ...args], shared.environment)
    return { code: await ended, output: output() }
  }
  const made = run(t, ['bin/createtestdata.ts', '--accounts', '2', '--first', '10', '--max-projects', '2', '--max-tasks', '2', '--max-subtasks', '2'], { ...shared.environment, TENANCY: 'multiple-databases' })
  t.equal(await made.ended, 0, made.output())
  t.match(await command('--all'), { code: 0, output: /3 databases: 3 databases with nothing to find, 0 databases with findings/ })
  await withClient(await adminOf(shared, 'tenant-11'), async client => { await client.query('alter table rowhouse.task disable row level security') })
  t.match(await command('--all'), { code: 1, output: /ERROR {3}rls-off {2}rowhouse\.task[^]*tenant-11, [^]*3 databases: 2 databases with nothing to find, 1 database with findings/ })
  t.match(await command('--of', 'tenant-10'), { code: 0, output: /tenant-10, .* 0 errors/ })
  t.match(await command('--of', 'tenant-11'), { code: 1, output: /tenant-11, .* 1 error/ })
  t.match(await command('--of', 'tenant-0'), { code: 0, output: /tenant-0, .* 0 errors/ }, 'one without a database of its own is where all are')
  const { output } = await command('--all', '--format', 'json')
  t.strictSame((JSON.parse(output.slice(output.indexOf('['))) as Array<{ findings: object[] }>).map(({ findings }) => findings.length), [0, 0, 1])
  t.match(await command('--of', 'nobody'), { code: 1, output: /there is no tenant "nobody"/ })
  for (const wrong of [['--all', '--attack'], ['--all', '--write-baseline', 'x'], ['--url', 'postgres://x@127.0.0.1:1/x', '--tenant-role', 'x', '--all']]) t.match(await command(...wrong), { code: 2 }, wrong.join(' '))
})

t.test('a server does not start on a database with a way past its walls, unless that is named', async t => {
  const open = await testDatabase(t)
  await withClient(open.admin, async client => { await client.query('alter table rowhouse.project add constraint spare unique (id)') })
  const environment = { ...open.environment, NODE_ENV: 'development', PORT: '0', DEMO_ACCOUNTS: '0', LOG_LEVEL: 'warn' }
  const refused = run(t, ['src/server.ts'], environment)
  t.equal(await refused.ended, 1)
  t.match(refused.output(), /will not start, because the database has a way past its walls:[^]*unique-without-key: rowhouse\.spare[^]*mend: alter table rowhouse\.project drop constraint spare[^]*WALL_EXCEPTIONS='unique-without-key:rowhouse\.spare'/)
  const tolerant = run(t, ['src/server.ts'], { ...environment, WALL_EXCEPTIONS: 'unique-without-key:rowhouse.spare' })
  await until(() => tolerant.output().includes('Rowhouse is running'))
  tolerant.child.kill('SIGTERM')
  t.equal(await tolerant.ended, 0)
  const turned = "create or replace function rowhouse.current_account_id() returns bigint language sql stable parallel safe return pg_catalog.current_setting('app.other_account_id')::bigint"
  const straight = turned.replace('other_', '')
  await withClient(open.admin, async client => { await client.query(`alter table rowhouse.project drop constraint spare; ${turned}`) })
  const deceived = run(t, ['src/server.ts'], environment)
  t.equal(await deceived.ended, 1)
  t.match(deceived.output(), /manifest-function: rowhouse\.current_account_id\(\): is not what it was/, 'policies that read as they should, and ask a function that does not')
  await withClient(open.admin, async client => { await client.query(`${straight}; grant select on sequence rowhouse.project_id_seq to rowhouse_tenant`) })
  const weak = run(t, ['src/server.ts'], environment)
  // The log comes by another way than the welcome, and may come after it.
  await until(() => weak.output().includes('Rowhouse is running') && weak.output().includes('a weakness of the walls'))
  t.match(weak.output(), /a weakness of the walls: rowhouse_tenant has select/, 'what needs one more mistake is told, and no more')
  weak.child.kill('SIGTERM')
  await weak.ended
})

t.test('the README has every rule\'s number', async t => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  t.match(readme, new RegExp(`${rules.length} rules`))
  t.match(readme, new RegExp(`${sabotages.length} sabotages`))
})
