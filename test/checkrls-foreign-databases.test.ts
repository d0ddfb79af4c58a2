import t from 'tap'
import { check, type Query } from '../src/check-rls/check.ts'
import { readManifest } from '../src/check-rls/manifest.ts'
import { rules } from '../src/check-rls/rules.ts'
import type { CheckSettings } from '../src/check-rls/settings.ts'
import { withClient } from '../src/database/admin.ts'
import { plannedOnce, testDatabase } from './support.ts'

const database = await testDatabase(t, { prepare: false })
await withClient({ ...database.admin, database: 'postgres' }, async client => { await client.query(`create database ${client.escapeIdentifier(database.admin.database)}`) })

const app = `clinic_app_${process.pid}`
const settings: CheckSettings = { schema: 'clinic', moreSchemas: [], tenantRoles: [app], operatorRoles: [], trustedRoles: [], column: 'tenant_id', root: 'tenants', rootKey: 'id', context: undefined, definers: [], verifiers: [], namers: [], hiddenColumns: [], shared: [], manifest: undefined }

/** A database of somebody else's, with as many tables alike as are asked for, while something is done with it that is undone then. */
async function inClinic (work: (query: Query, inside: Query) => Promise<void>, tables = ['patients', 'visits', 'bills']): Promise<void> {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    await query('begin')
    try {
      await query(`
        create role ${app} login; create schema clinic; grant usage on schema clinic to ${app};
        create table clinic.tenants (id integer primary key, parent_id integer);
        create table clinic.sessions (token text primary key, tenant integer not null, is_over boolean not null default false);
        create function clinic.tenant() returns integer language sql stable as $$ select current_setting('app.tenant')::integer $$;
        create function clinic.owner_of(number integer) returns integer language sql stable as 'select min(id) from clinic.tenants where id = number';
        ${tables.map(table => `create table clinic.${table} (tenant_id integer not null references clinic.tenants, id integer, deleted_at timestamptz, primary key (tenant_id, id)); grant select, insert on clinic.${table} to ${app}; alter table clinic.${table} enable row level security, force row level security; create policy own on clinic.${table} to ${app} using (tenant_id = clinic.tenant());`).join('\n')}`)
      // The check's own transaction is this one, so that it sees what was done here.
      await work(query, async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values))
    } finally {
      await query('rollback')
    }
  })
}

/** What these rules find, with savepoints around what is done. */
async function found (query: Query, inside: Query, sql: string, asked: Partial<CheckSettings>, ...ids: string[]): Promise<string[]> {
  await query('savepoint before')
  try {
    await query(sql)
    return (await check(inside, { ...settings, ...asked }, rules.filter(({ id }) => ids.includes(id)))).map(({ rule, object }) => `${rule.id} ${object}`)
  } finally {
    await query('rollback to before')
  }
}

const everywhere = (using: string): string => ['patients', 'visits', 'bills'].map(table => `alter policy own on clinic.${table} using (${using.replaceAll('%', table)})`).join('; ')
const all = ['bills', 'patients', 'visits'].map(table => `policy-using clinic.${table}.own`)

t.test('what all policies compare the key with is no tenant of a transaction where the row decides it', async t => {
  await inClinic(async (query, inside) => {
    for (const context of [
      'tenant_id', '(select tenant_id)', '(select (select tenant_id))', 'clinic.owner_of(id)', '(select clinic.owner_of(id))', 'coalesce(clinic.owner_of(id), clinic.tenant())', 'length(tenant_id::text)', 'length(%::text)', '(xmin::text)::integer',
      '(select other.id from clinic.tenants as other where other.id = %.tenant_id)', '(select tenants.id from clinic.tenants where parent_id = tenant_id)', "(select max(s.tenant) from clinic.sessions as s where s.token = current_setting('app.token') and exists (select from clinic.tenants as t where t.id = %.tenant_id))",
      '(with mine as (select t.id from clinic.tenants as t where t.id = %.tenant_id) select mine.id from mine)', '(select one.id from clinic.tenants as t, lateral (select t.id where %.id > 0) as one)'
    ]) t.strictSame(await found(query, inside, everywhere(`tenant_id = ${context}`), {}, 'policy-using'), all, context)
  })
})

t.test('a context that looks something up by itself is one, however it does', async t => {
  await inClinic(async (query, inside) => {
    for (const context of [
      'clinic.tenant()', "current_setting('app.tenant')::integer", "(select current_setting('app.tenant', true)::integer)", '(select clinic.tenant())', '(select (select clinic.tenant()))', "current_setting('tenant_id')::integer",
      "(select s.tenant from clinic.sessions as s where s.token = current_setting('app.token'))", '(select tenant_id.tenant from clinic.sessions as tenant_id limit 1)', '(select sum(tenant_id) from (select tenant as tenant_id from clinic.sessions limit 1) as s)',
      "(select s.tenant from clinic.sessions as s where s.token = current_setting('app.token') and exists (select from clinic.tenants as t where t.id = s.tenant))",
      "(with mine as (select s.tenant from clinic.sessions as s where s.token = current_setting('app.token')) select mine.tenant from mine)",
      '(select one.tenant from clinic.sessions as s, lateral (select s.tenant where not s.is_over) as one limit 1)', '(select "{QUERY } \\".tenant from clinic.sessions as "{QUERY } \\" limit 1)', "(select s.tenant from clinic.sessions as s where s.token <> '{VAR :varlevelsup 1}')"
    ]) {
      t.strictSame(await found(query, inside, everywhere(`tenant_id = ${context}`), {}, 'policy-using', 'policy-check'), [], context)
      t.strictSame(await found(query, inside, everywhere(`${context} = tenant_id`), {}, 'policy-using', 'policy-check'), [], `${context}, on the other side`)
    }
  })
})

t.test('a function that names the same tenant for all is told, and one that looks a tenant up is not, however it does', async t => {
  await inClinic(async (query, inside) => {
    const isFound = async (language: string, body: string): Promise<boolean> => (await found(query, inside, `create or replace function clinic.tenant() returns integer language ${language} stable as $$ ${body} $$`, {}, 'context-names-nobody')).length > 0
    for (const [language, body] of [
      ['sql', 'select 7'], ['sql', 'with one as (select 7 as id) select 7'], ['sql', 'select max(n)::integer from generate_series(7, 7) as n'], ['sql', "select extract(day from date '2026-01-07')::integer"], ['sql', "select 7 where 'current_setting' is distinct from 'user'"],
      ['plpgsql', 'declare n integer; begin select 7 into n; return n; end'], ['plpgsql', 'declare n integer := 7; begin return n; end']
    ] as const) t.ok(await isFound(language, body), body)
    for (const [language, body] of [
      ['sql', "select current_setting('app.tenant')::integer"], ['sql', "select \"current_setting\"('app.tenant')::integer"], ['sql', 'select tenant from clinic.sessions limit 1'], ['sql', 'select (select s.tenant from only clinic.sessions as s limit 1)'],
      ['sql', 'select t.id from clinic.tenants as t join clinic.sessions on tenant = t.id where extract(epoch from now()) > 0 limit 1'], ['sql', 'select t.id from (clinic.tenants as t cross join clinic.sessions) limit 1'], ['sql', 'select one.id from (select tenant as id from clinic.sessions) as one limit 1'],
      ['sql', 'select count(*)::integer from (table clinic.sessions) as s'], ['sql', 'select length(current_user)'], ['plpgsql', 'declare n integer; begin select tenant into n from "clinic"."sessions" limit 1; return n; end'],
      ['plpgsql', 'declare n integer; begin n := (select max(tenant) from clinic.sessions); return n; end'], ['plpgsql', "declare n integer; begin execute 'select max(tenant) from clinic.sessions' into n; return n; end"]
    ] as const) t.notOk(await isFound(language, body), body)
  })
})

t.test('what names nobody where nothing is set is told from what names somebody, however either says so', async t => {
  await inClinic(async (query, inside) => {
    const opens = async (language: string, body: string, more = ''): Promise<boolean> => (await found(query, inside, `${more}; create or replace function clinic.tenant() returns integer language ${language} stable as $$ ${body} $$`, {}, 'context-fails-open')).length > 0
    const written = async (returned: string): Promise<boolean> => (await found(query, inside, `create or replace function clinic.tenant() returns integer language sql stable return ${returned}`, {}, 'context-fails-open')).length > 0
    // An object without claims is no tenant, and one with a claim is.
    for (const [claims, isOpen] of [["coalesce(current_setting('request.jwt.claims', true), '{}')::jsonb", false], ["coalesce(nullif(current_setting('request.jwt.claims', true), '')::json, '{}'::json)", false], ["coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{\"tenant\": 1}')::jsonb", true]] as const) {
      const claim = `(${claims} ->> 'tenant')::integer`
      t.equal(await opens('sql', `select ${claim}`), isOpen, claim)
      t.equal(await written(claim), isOpen, `${claim}, as a body that PostgreSQL reads`)
      t.equal(await opens('plpgsql', `declare claims jsonb := ${claims}; begin return (claims -> 'app_metadata' ->> 'tenant')::integer; end`), isOpen, `${claim}, in a variable`)
      t.equal((await found(query, inside, everywhere(`tenant_id = ${claim}`), {}, 'context-fails-open')).length > 0, isOpen, `${claim}, in the policies`)
      t.ok(await opens('sql', `select coalesce(${claim}, 1)`), `coalesce(${claim}, 1)`)
    }
    // Rows that a column says nobody's are none, whatever else is asked of them.
    for (const [where, isOpen] of [
      ["token = current_setting('app.token', true) and (is_over or tenant > 1)", false], ["not is_over and s.tenant is not null and encode(sha256(current_setting('app.token')::bytea), 'hex') = s.token order by tenant limit 1", false],
      ["token = current_setting('app.token', true) or is_over", true], ["(token = current_setting('app.token', true) and is_over) is not true and tenant is not null", true], ["current_setting('app.token', true) = '' and tenant is not null", true],
      ["not exists (select from clinic.sessions as o where o.token = current_setting('app.token', true) and o.tenant is not null)", true], ["coalesce(token, '') = current_setting('app.token', true) and tenant is not null", true]
    ] as const) {
      t.equal(await opens('sql', `select s.tenant from clinic.sessions as s where ${where}`), isOpen, where)
      t.equal(await written(`(select s.tenant from clinic.sessions as s where ${where})`), isOpen, `${where}, as a body that PostgreSQL reads`)
      t.equal(await opens('plpgsql', `declare found integer; begin select s.tenant into found from clinic.sessions as s where ${where}; return found; end`), isOpen, `${where}, into a variable`)
    }
    for (const [body, isOpen] of [
      ["select nullif(current_setting('app.tenant', true), '')::integer where current_setting('app.role', true) is distinct from 'anon'", false], ["select nullif(current_setting('app.tenant', true), '')::integer where current_setting('app.role', true) is distinct from 'anon' union select 1", true],
      ["select coalesce(nullif(trim(current_setting('app.tenant', true)), ''), nullif(trim(current_setting('app.other', true)), ''))::integer", false], ["select coalesce(nullif(trim(current_setting('app.tenant', true)), ''), nullif(trim('1'), ''))::integer", true]
    ] as const) t.equal(await opens('sql', body), isOpen, body)
    // What only raises, by itself or by a function for it, names nobody.
    const failing = "create function clinic.fail(said text) returns void language plpgsql as $f$ begin raise exception '%', said; end $f$"
    for (const [body, more, isOpen] of [
      ["declare found integer; begin select tenant into strict found from clinic.sessions where token = current_setting('app.token'); return found; exception when no_data_found or too_many_rows then raise exception 'unknown'; when others then raise; end", undefined, false],
      ["declare found integer; begin select tenant into strict found from clinic.sessions where token = current_setting('app.token'); return found; exception when too_many_rows then raise exception 'unknown'; when no_data_found then return 1; end", undefined, true],
      ["begin return current_setting('app.tenant')::integer; exception when others then raise notice 'none'; return 1; end", undefined, true],
      ["declare v text := current_setting('app.tenant', true); begin if coalesce(v, '') = '' then perform clinic.fail('none'); end if; return v::integer; end", failing, false],
      ["declare v text := current_setting('app.tenant', true); begin if coalesce(v, '') = '' then perform clinic.fail('none'); end if; return v::integer; end", failing.replace('exception', 'notice'), true]
    ] as const) t.equal(await opens('plpgsql', body, more), isOpen, body)
    // What a function of one argument is given, whoever calls it says.
    for (const [language, argument, body, isOpen] of [
      ['plpgsql', 't text', 'begin return t::integer; exception when others then return null; end', false], ['plpgsql', 't text', 'begin return t::integer; exception when others then return 1; end', true],
      ['plpgsql', 't text', "begin if t = '' then t := '1'; end if; return t::integer; end", true], ['plpgsql', 't text', "begin if t = '' then select 1 into t; end if; return t::integer; end", true],
      ['plpgsql', "t text default '1'", "begin if t = '' then return null; end if; return t::integer; end", true], ['plpgsql', "t text, other text default '1'", "begin if t = '' then return other::integer; end if; return t::integer; end", true],
      ['sql', 't text', "select case when t ~ '^[0-9]+$' then t::integer end", false], ['sql', 'text', "select case when $1 ~ '^[0-9]+$' then $1::integer end", false], ['sql', 't text', "select case when t ~ '^[0-9]+$' then t::integer else 1 end", true]
    ] as const) t.equal(await opens('sql', "select clinic.number(current_setting('app.tenant', true))", `create function clinic.number(${argument}) returns integer language ${language} stable as $f$ ${body} $f$`), isOpen, `${argument}: ${body}`)
    t.ok(await opens('sql', "select clinic.number(coalesce(nullif(current_setting('app.tenant', true), ''), '1'))", 'create function clinic.number(t text) returns integer language plpgsql stable as $f$ begin return t::integer; exception when others then return null; end $f$'), 'and where that is a constant')
  })
})

t.test('a policy that is false of every row lets nothing through, and one that is so of some does', async t => {
  await inClinic(async (query, inside) => {
    const looked = async (policy: string): Promise<string[]> => await found(query, inside, `create policy deny on clinic.visits ${policy}`, {}, 'policy-using', 'policy-check', 'policy-for-everybody', 'policy-for-another-role')
    for (const policy of [`to ${app} using (false) with check (false)`, `for delete to ${app} using (false)`, `for insert to ${app} with check (false)`, 'using (false)', 'for select to pg_monitor using (false)']) t.strictSame(await looked(policy), [], policy)
    t.strictSame(await looked(`for update to ${app} using (false) with check (true)`), ['policy-check clinic.visits.deny'])
    t.strictSame(await looked(`to ${app} using (id = 0) with check (false)`), ['policy-using clinic.visits.deny'])
    t.strictSame(await looked('for insert with check (id = 0)'), ['policy-check clinic.visits.deny', 'policy-for-everybody clinic.visits.deny'])
    t.strictSame(await looked('for select to pg_monitor using (id = 0)'), ['policy-for-another-role clinic.visits.deny'])
  })
})

t.test('a key that is compared as a text is compared, if slowly, and what only contains that comparison is not', async t => {
  await inClinic(async (query, inside) => {
    const [setting, ids] = ["current_setting('app.tenant')", ['policy-using', 'policy-check', 'policy-casts-key']]
    const slow = ['bills', 'patients', 'visits'].map(table => `policy-casts-key clinic.${table}.own`)
    for (const using of [`tenant_id::text = ${setting}`, `${setting} = tenant_id::text`, `tenant_id::text = (select ${setting})`]) t.strictSame(await found(query, inside, everywhere(using), {}, ...ids), slow, using)
    t.strictSame(await found(query, inside, everywhere(`tenant_id::text = ${setting}`), { context: "current_setting('app.tenant'::text)" }, ...ids), slow, 'as somebody says')
    const some = async (first: string, using: string): Promise<string[]> => await found(query, inside, `${everywhere(first)}; alter policy own on clinic.visits using (${using})`, {}, 'policy-using')
    const [bare, cast] = [`tenant_id = ${setting}::integer`, `tenant_id::text = ${setting}`]
    for (const using of [cast, `${cast} and deleted_at is null`, `deleted_at is null and ${setting} = tenant_id::text`]) t.strictSame(await some(bare, using), [], `${using}, among others`)
    t.strictSame(await some(cast, bare), [], 'all but one')
    for (const using of [`${cast} or deleted_at is null`, `not (${cast})`, `id::text = ${setting}`, "tenant_id::text = current_setting('app.other')", `left(tenant_id::text, 1) = ${setting}`, 'tenant_id::text = tenant_id::text', `tenant_id::text > ${setting}`]) {
      for (const first of [bare, cast]) t.strictSame(await some(first, using), ['policy-using clinic.visits.own'], `${using}, among ${first}`)
    }
    t.strictSame(await found(query, inside, `create table clinic.notes (tenant_id numeric not null); grant select on clinic.notes to ${app}; alter table clinic.notes enable row level security, force row level security; create policy own on clinic.notes to ${app} using (tenant_id::text = ${setting})`, {}, 'policy-using'), ['policy-using clinic.notes.own'], 'one number may have several texts')
    // As the tenant that it is, the mend leaves the key alone.
    await query(everywhere(cast))
    for (const { mend } of await check(inside, settings, rules.filter(({ id }) => id === 'policy-casts-key'))) await query(mend)
    t.strictSame((await check(inside, settings, rules.filter(({ id }) => ids.includes(id)))).map(({ object }) => object), [])
  })
})

t.test('what goes through rows, compares with a pattern or takes the first of some, and names nobody where nothing is set, is no way in', async t => {
  await inClinic(async (query, inside) => {
    for (const [language, body] of [
      ['plpgsql', "declare v integer; r record; begin for r in select tenant from clinic.sessions where token = current_setting('app.token', true) loop v := r.tenant; end loop; return v; end"],
      ['plpgsql', "declare n integer := 1; v integer; begin while n < 3 loop n := n + 1; end loop; select tenant into v from clinic.sessions where token = 'of:' || current_setting('app.token'); return v; end"],
      ['plpgsql', "declare v integer := -1; r record; begin for r in select tenant from clinic.sessions where token = current_setting('app.token', true) loop v := r.tenant; end loop; return v; end"],
      ['sql', "select tenant from clinic.sessions where token = current_setting('app.token', true) order by (is_over) limit 1"], ['sql', "select tenant from clinic.sessions where token = current_setting('app.token', true) and token ~ '^[a-z]+$' order by token = current_setting('app.other', true) limit 1"],
      ['sql', "select current_setting('app.tenant')::integer where current_setting('app.role') like 'user%' and current_setting('app.role') ~ '^user'"], ['sql', "select nullif(regexp_replace(current_setting('app.tenant', true), '[^0-9]', '', 'g'), '')::integer"],
      ['sql', "select nullif(regexp_replace(current_setting('app.tenant', true), '^tenant-(.*)$', '\\1'), '')::integer"], ['sql', "select current_setting('app.tenant', true)::integer where current_setting('app.role', true) not in ('anon', '')"]
    ] as const) t.strictSame(await found(query, inside, `create or replace function clinic.tenant() returns integer language ${language} stable as $$ ${body} $$`, {}, 'context-fails-open', 'context-names-nobody'), [], body)
    const first = (more: string): string => `${more}; create or replace function clinic.tenant() returns integer language sql stable as 'select tenant from clinic.sessions order by token limit 1'`
    t.strictSame(await found(query, inside, first('select 1'), {}, 'context-names-nobody'), ['context-names-nobody clinic.tenant()'])
    t.strictSame(await found(query, inside, first('alter table clinic.sessions enable row level security'), {}, 'context-names-nobody'), [], 'of those that a policy shows')
    t.strictSame(await found(query, inside, first('alter table clinic.sessions rename to kept; create view clinic.sessions as select token, tenant from clinic.kept where token = current_setting(\'app.token\')'), {}, 'context-names-nobody'), [], 'or a view')
  })
})

t.test('a claim that the server writes is one to go by, and so is a table that is only called as one that users write', async t => {
  await inClinic(async (query, inside) => {
    const looked = async (context: string, more = 'select 1'): Promise<string[]> => await found(query, inside, `${more}; ${everywhere(`tenant_id = ${context}`)}`, {}, 'context-user-metadata')
    const claims = "current_setting('request.jwt.claims', true)::jsonb"
    t.strictSame(await looked(`(${claims} -> 'app_metadata' ->> 'tenant')::integer`), [])
    t.strictSame(await looked("(select user_metadata.tenant from clinic.user_metadata where user_metadata.token = current_setting('app.token'))", 'create table clinic.user_metadata (token text primary key, tenant integer)'), [])
    const by = ['bills', 'patients', 'visits'].map(table => `context-user-metadata clinic.${table}.own`)
    t.strictSame(await looked(`(${claims} -> 'user_metadata' ->> 'tenant')::integer`), by)
    t.strictSame(await looked(`(jsonb_path_query_first(${claims}, '$.user_metadata.tenant'))::integer`), by)
  })
})

t.test('an immutable function of its arguments is one, and one that reads something by them is not, whichever function calls it', async t => {
  await inClinic(async (query, inside) => {
    const looked = async (body: string, context: string, volatility = 'immutable'): Promise<string[]> => await found(query, inside, `create function clinic.number(t text) returns integer language sql ${volatility} as $$ select ${body} $$; ${everywhere(`tenant_id = ${context}`)}`, {}, 'policy-function-volatility')
    const by = ['bills', 'patients', 'visits'].map(table => `policy-function-volatility clinic.${table}.own`)
    t.strictSame(await looked('t::integer', "clinic.number(current_setting('app.tenant'))"), [])
    t.strictSame(await looked("current_setting('app.' || t)::integer", "clinic.number('tenant')"), by)
    t.strictSame(await looked('(select tenant from clinic.sessions where token = t)', "clinic.number('x')"), by)
    t.strictSame(await looked('t::integer', "clinic.number(current_setting('app.tenant'))", 'volatile'), by)
    const behind = async (body: string): Promise<string[]> => await found(query, inside, `create function clinic.beginning() returns text language sql immutable as $$ select ${body} $$; create or replace function clinic.tenant() returns integer language sql stable as $$ select nullif(current_setting('app.tenant'), clinic.beginning())::integer $$`, {}, 'policy-function-volatility')
    t.strictSame(await behind("'tenant-'"), [], 'a constant is one behind others, too')
    t.strictSame(await behind("current_setting('app.beginning')"), by)
  })
})

t.test('a setting whose name is put together is the one that callers ask for, and one of those that begin so where that is not told', async t => {
  await inClinic(async (query, inside) => {
    const looked = async (name: string, called: string, set: string): Promise<string[]> => await found(query, inside, `
      create function clinic.setting(name text) returns text language sql stable as $$ select current_setting(${name}) $$; create or replace function clinic.tenant() returns integer language sql stable as $$ select clinic.setting(${called})::integer $$;
      do $body$ begin execute format('alter database %I set ${set}', current_database()); end $body$`, {}, 'role-setting-context')
    for (const [name, called, set, isFound] of [
      ["'app.' || name", "'tenant'", 'app.tenant', true], ["'app.' || name", "'tenant'", 'app.environment', false], ["'app.' || $1", "'tenant'", 'app.environment', false], ['name', "'app.tenant'", 'app.environment', false], ['name', "'app.tenant'", 'app.tenant', true],
      ["'app.' || name", "lower('TENANT')", 'app.tenant', true], ["'app.' || name", "lower('TENANT')", 'other.environment', false], ['name', "lower('APP.TENANT')", 'app.environment', true]
    ] as const) t.equal((await looked(name, called, `${set} = 1`)).length > 0, isFound, `${name} of ${called}, and ${set}`)
  })
})

t.test('what narrows the comparison by AND may be about the row, and what stands in for the comparison may not', async t => {
  await inClinic(async (query, inside) => {
    const onVisits = async (using: string, asked: Partial<CheckSettings> = {}): Promise<string[]> => await found(query, inside, `alter policy own on clinic.visits using (${using})`, asked, 'policy-using', 'policy-check')
    for (const asked of [{}, { context: 'clinic.tenant()' }]) {
      for (const using of [
        'tenant_id = clinic.tenant() and deleted_at is null', 'id > 0 and clinic.tenant() = tenant_id and clinic.owner_of(id) = tenant_id', 'tenant_id = clinic.tenant() and tenant_id = clinic.owner_of(id)',
        'exists (select from clinic.tenants as t where t.id = visits.tenant_id) and tenant_id = clinic.tenant()'
      ]) t.strictSame(await onVisits(using, asked), [], using)
      for (const using of ['tenant_id = (select tenant_id) and deleted_at is null', 'tenant_id = clinic.owner_of(id)', 'tenant_id = clinic.tenant() or deleted_at is null', 'clinic.owner_of(tenant_id) = clinic.tenant() and tenant_id = clinic.owner_of(id)']) {
        t.strictSame(await onVisits(using, asked), ['policy-using clinic.visits.own', 'policy-check clinic.visits.own'], using)
      }
    }
    const given = 'clinic.owner_of(id)'
    t.strictSame(await found(query, inside, everywhere(`tenant_id = ${given}`), { context: given }, 'policy-using'), all, 'nor is it what was meant where somebody says so')
    t.strictSame(await found(query, inside, everywhere(`tenant_id = ${given} and deleted_at is null`), { context: given }, 'policy-using'), all, 'narrowed or not')
    t.strictSame(await found(query, inside, everywhere('tenant_id = clinic.tenant() and deleted_at is null'), { context: 'clinic.tenant()' }, 'policy-using'), [])
  })
})

t.test('a function that policies lead to is found however a text writes its name', async t => {
  await inClinic(async (query, inside) => {
    const opens = async (name: string, text: string): Promise<boolean> => (await found(query, inside, `
      create function clinic.${name}() returns integer language sql stable as $$ select coalesce(nullif(current_setting('app.tenant', true), '')::integer, 1) $$;
      create function clinic.between() returns integer language plpgsql stable as $body$ begin return ${text}; end $body$;
      create or replace function clinic.tenant() returns integer language plpgsql stable as $$ begin return clinic.between(); end $$`, {}, 'context-fails-open')).length > 0
    for (const [name, text] of [
      ['helper', 'clinic.helper()'], ['helper', 'clinic.HELPER ()'], ['helper', 'clinic."helper"()'], ['helper', 'clinic."helper"\n ()'], ['helper', 'clinic.helper/* so */ -- and (so)\n()'], ['helper', '1 + (clinic.helper())'], ['größe', 'clinic.größe()'], ['with$dollar', 'clinic.with$dollar()'],
      ['"Helper"', 'clinic."Helper"()'], ['"one helper, (of two)"', 'clinic."one helper, (of two)"()'], ['"He said ""hi"""', 'clinic."He said ""hi"""()'], ['"h.*+?[]"', 'clinic."h.*+?[]"()'], ['"clinic.helper"', 'clinic."clinic.helper"()'],
      [`h${'e'.repeat(62)}`, `clinic.h${'e'.repeat(62)}lper()`], ['helper', "length('x\"') + clinic.helper() + length('\"(')"]
    ] as const) t.ok(await opens(name, text), text)
    for (const [name, text] of [['helper', 'clinic.tenant_of_helper()'], ['helper', 'clinic.helper_of()'], ['helper', 'clinic."Helper"()'], ['helper', '(select helper from clinic.helpers)']] as const) t.notOk(await opens(name, text), text)
  })
})

t.test('what a table of tenants inherits from is no list that all share, whoever says so', async t => {
  await inClinic(async (query, inside) => {
    const inheriting = (parent: string): string => `create table ${parent} (deleted_at timestamptz); grant select on ${parent} to ${app}; alter table clinic.visits inherit ${parent}`
    t.strictSame(await found(query, inside, inheriting('clinic.dates'), { shared: ['dates'] }, 'inherited-from'), ['inherited-from clinic.dates'])
    t.strictSame(await found(query, inside, `create schema lists; grant usage on schema lists to ${app}; ${inheriting('lists.dates')}`, { shared: ['lists.dates'] }, 'inherited-from'), ['inherited-from lists.dates'])
    t.strictSame(await found(query, inside, `${inheriting('clinic.dates')}; revoke select on clinic.dates from ${app}`, {}, 'inherited-from'), [], 'one that nobody may read shows nothing')
    t.strictSame(await found(query, inside, `create table clinic.events (tenant_id integer not null); grant select on clinic.events to ${app}; alter table clinic.events enable row level security, force row level security; create policy own on clinic.events to ${app} using (tenant_id = clinic.tenant()); alter table clinic.visits inherit clinic.events`, {}, 'inherited-from'), [], 'nor does one by the same key show more')
  })
})

t.test('a view over what is the same for all is named as that, and is as long as it shows nothing of the tenants and nobody writes it', async t => {
  await inClinic(async (query, inside) => {
    const made = `create table clinic.country (code text primary key); grant select on clinic.country to ${app}; create view clinic.land as select code from clinic.country; create materialized view clinic.codes as select code from clinic.land; grant select on clinic.land, clinic.codes to ${app}`
    const looked = async (more: string, ...shared: string[]): Promise<string[]> => await found(query, inside, `${made}; ${more}`, { shared }, 'view-as-owner', 'materialized-view-readable', 'name-missing')
    const both = ['view-as-owner clinic.land', 'materialized-view-readable clinic.codes']
    t.strictSame(await looked('select 1', 'country'), both)
    t.strictSame(await looked('select 1', 'country', 'land', 'clinic.codes'), [])
    t.strictSame(await looked(`grant delete on clinic.land to ${app}`, 'country', 'land', 'codes'), both.slice(0, 1))
    t.strictSame(await looked('create or replace view clinic.land as select code from clinic.country union select id::text from clinic.visits', 'country', 'land', 'codes'), both)
  })
})

t.test('a key of an extension\'s type is compared by its "=", which is printed with its schema', async t => {
  await inClinic(async (query, inside) => {
    if ((await query("select from pg_available_extensions where name = 'citext'")).length === 0) {
      t.pass('keys of citext', { skip: 'this server has no such extension' })
      return
    }
    const setting = "current_setting('app.tenant')::clinic.citext"
    const made = `create extension citext schema clinic; drop table clinic.patients, clinic.bills, clinic.visits, clinic.tenants; create table clinic.tenants (id clinic.citext primary key);
      ${['bills', 'visits', 'patients'].map(table => `create table clinic.${table} (tenant_id clinic.citext not null references clinic.tenants, id integer, primary key (tenant_id, id)); grant select, insert on clinic.${table} to ${app}; alter table clinic.${table} enable row level security, force row level security; create policy own on clinic.${table} to ${app} using (tenant_id operator(clinic.=) ${setting})`).join(';\n')}`
    const looked = async (more: string): Promise<string[]> => await found(query, inside, `${made}; ${more}`, {}, 'policy-using', 'policy-check', 'key-type')
    t.strictSame(await looked('select 1'), [])
    t.strictSame(await looked(`alter policy own on clinic.visits using (${setting} operator(clinic.=) tenant_id and id > 0)`), [])
    t.strictSame(await looked('alter policy own on clinic.visits using (true)'), ['policy-using clinic.visits.own', 'policy-check clinic.visits.own'])
    t.strictSame(await looked('alter policy own on clinic.visits using (tenant_id operator(clinic.=) tenant_id)'), ['policy-using clinic.visits.own', 'policy-check clinic.visits.own'])
  })
})

t.test('a primary key that counts itself, and that no tenant may write, tells no tenant of another', async t => {
  await inClinic(async (query, inside) => {
    const looked = async (id: string, granted: string, more = 'select 1'): Promise<string[]> => await found(query, inside, `create table clinic.notes (tenant_id integer not null, id ${id} primary key, body text); grant select, insert (${granted}) on clinic.notes to ${app}; ${more}`, {}, 'unique-without-key')
    const itself = ['unique-without-key clinic.notes_pkey']
    for (const id of ['bigint generated always as identity', 'bigserial', 'uuid default gen_random_uuid()']) {
      t.strictSame(await looked(id, 'tenant_id, body'), [], id)
      t.strictSame(await looked(id, 'tenant_id, id, body'), itself, `${id}, which tenants may write`)
      t.strictSame(await looked(id, 'tenant_id, body', `grant update (id) on clinic.notes to ${app}`), itself, `${id}, which they may change`)
    }
    for (const id of ["text default current_setting('app.name')", 'text generated always as (lower(body)) stored']) t.strictSame(await looked(id, 'tenant_id, body'), itself, id)
    t.strictSame(await looked('bigserial', 'tenant_id, body', 'create unique index by_name on clinic.notes (body)'), ['unique-without-key clinic.by_name'])
  })
})

t.test('a default of the key that asks for the tenant as the policies do, or by the same setting, is no fixed one', async t => {
  await inClinic(async (query, inside) => {
    const looked = async (expression: string): Promise<string[]> => await found(query, inside, `alter table clinic.visits alter tenant_id set default ${expression}`, {}, 'key-defaulted')
    for (const asking of ['clinic.tenant()', "nullif(current_setting('app.tenant', true), '')::integer", "current_setting('app.tenant')::integer"]) t.strictSame(await looked(asking), [], asking)
    t.strictSame(await found(query, inside, 'create domain clinic.whose as integer; create table clinic.notes (tenant_id clinic.whose not null default clinic.tenant(), id integer)', {}, 'key-defaulted'), [], 'the very expression, of a domain')
    for (const fixed of ['1', "coalesce(nullif(current_setting('app.tenant', true), '')::integer, 1)", "nullif(current_setting('app.other', true), '')::integer", "('1' || current_setting('app.tenant', true))::integer"]) t.strictSame(await looked(fixed), ['key-defaulted clinic.visits'], fixed)
  })
})

t.test('a partition that nobody is granted needs no force, and one that somebody is does', async t => {
  await inClinic(async (query, inside) => {
    const parted = `create table clinic.notes (tenant_id integer not null, id integer) partition by list (tenant_id); create table clinic.notes_1 partition of clinic.notes for values in (1); alter table clinic.notes enable row level security, force row level security; grant select on clinic.notes to ${app}; alter table clinic.notes_1 enable row level security`
    t.strictSame(await found(query, inside, parted, {}, 'rls-not-forced'), [])
    t.strictSame(await found(query, inside, `${parted}; grant select on clinic.notes_1 to ${app}`, {}, 'rls-not-forced'), ['rls-not-forced clinic.notes_1'])
    t.strictSame(await found(query, inside, `${parted}; alter table clinic.notes no force row level security`, {}, 'rls-not-forced'), ['rls-not-forced clinic.notes'])
  })
})

t.test('of many tables, functions and grants, those that are wrong are found, and no others', async t => {
  const tables = Array.from({ length: 120 }, (_, index) => `t_${index}`)
  await inClinic(async (query, inside) => {
    // Each calls the next two, round and round, and every tenth policy asks one more than the others.
    await query(`
      set local check_function_bodies = off;
      do $$ begin
        for n in 0..119 loop
          execute format('create function clinic.f_%s(id integer) returns boolean language plpgsql stable as ''begin return clinic.f_%s(id) and clinic.f_%s(id); end''', n, (n + 1) % 120, (n + 2) % 120);
          if n % 10 = 0 then execute format('alter policy own on clinic.t_%s using (tenant_id = clinic.tenant() and clinic.f_%1$s(id))', n); end if;
          execute format('alter table clinic.t_%s add column "a, b (c: d)" text; grant update (id, "a, b (c: d)") on clinic.t_%1$s to ${app}', n);
        end loop;
      end $$`)
    const ids = ['policy-using', 'policy-check', 'context-fails-open', 'context-names-nobody', 'manifest-table', 'manifest-policy', 'manifest-function', 'manifest-owner', 'manifest-grant', 'manifest-unlisted']
    const manifest = await readManifest(inside, settings)
    t.strictSame(await found(query, inside, 'select 1', { manifest }, ...ids), [])
    t.strictSame(await found(query, inside, `
      create or replace function clinic.f_77(id integer) returns boolean language plpgsql stable as 'begin return current_setting(''app.all'', true) is null or clinic.f_78(id); end';
      alter table clinic.t_60 owner to pg_monitor; grant delete on clinic.t_61 to ${app}; grant update (tenant_id, "a, b (c: d)") on clinic.t_62 to ${app}; grant insert (id) on clinic.t_63 to ${app};
      drop policy own on clinic.t_64; create table clinic.more (tenant_id integer); create function clinic.more() returns integer language sql as 'select 1'`, { manifest }, ...ids), [
      'manifest-policy t_64.own', 'manifest-function clinic.f_77(integer)', 'manifest-owner clinic.t_60', 'manifest-grant clinic.t_61', 'manifest-grant clinic.t_62', 'manifest-unlisted clinic.more', 'manifest-unlisted clinic.more()'
    ])
    t.strictSame(await found(query, inside, "create or replace function clinic.f_77(id integer) returns boolean language plpgsql stable as 'begin return clinic.tenant() > 0; end'; create or replace function clinic.tenant() returns integer language sql stable as 'select coalesce(nullif(current_setting(''app.tenant'', true), '''')::integer, 1)'", {}, ...ids), ['context-fails-open clinic.tenant()'], 'one finding, of whatever many lead to')
  }, tables)
})

t.test('a key that a check keeps from being null is as good as one that is not null', async t => {
  await inClinic(async (query, inside) => {
    const nullable = 'alter table clinic.bills drop constraint bills_pkey; alter table clinic.bills alter tenant_id drop not null'
    t.strictSame(await found(query, inside, nullable, {}, 'key-nullable'), ['key-nullable clinic.bills'])
    t.strictSame(await found(query, inside, `${nullable}; alter table clinic.bills add check (tenant_id is not null)`, {}, 'key-nullable'), [])
    t.strictSame(await found(query, inside, `${nullable}; alter table clinic.bills add check (tenant_id is not null) not valid`, {}, 'key-nullable'), ['key-nullable clinic.bills'], 'but for rows from before')
  })
})

t.test('a column that is hidden is hidden in each partition of its table', async t => {
  await inClinic(async (query, inside) => {
    const parted = `create table clinic.people (tenant_id integer not null, id integer, hash text, primary key (tenant_id, id)) partition by list (tenant_id); create table clinic.people_1 partition of clinic.people for values in (1) partition by range (id); create table clinic.people_1_a partition of clinic.people_1 default; grant select (tenant_id, id) on clinic.people to ${app}; grant select on clinic.people_1_a to ${app}`
    for (const name of ['people.hash', 'clinic.people.hash', 'hash']) t.strictSame(await found(query, inside, parted, { hiddenColumns: [name] }, 'column-readable'), ['column-readable clinic.people_1_a.hash'], name)
    t.strictSame(await found(query, inside, parted, { hiddenColumns: ['bills.hash'] }, 'column-readable'), [])
  })
})

t.test('settings of a login that becomes a tenant\'s count, but for what makes it one', async t => {
  await inClinic(async (query, inside) => {
    const login = `clinic_pool_${process.pid}`
    const with_ = (setting: string, more = `grant ${app} to ${login}`): string => `create role ${login} login noinherit; ${more}; alter role ${login} set ${setting}`
    const ids = ['role-setting-context', 'role-setting-replica', 'role-setting-role', 'role-setting-row-security']
    for (const [setting, expected] of [["app.tenant = '1'", ['role-setting-context']], ['session_replication_role = replica', ['role-setting-replica']], [`role = ${app}`, []], ['role = pg_monitor', ['role-setting-role']], ['row_security = off', []]] as const) {
      t.strictSame(await found(query, inside, with_(setting), {}, ...ids), expected.map(id => `${id} ${login}`), setting)
    }
    t.strictSame(await found(query, inside, with_("app.tenant = '1'", 'select'), {}, ...ids), [], 'of a login that does not, nothing')
  })
})

t.test('what is temporary comes first where a function says nothing else, and that is open where a caller may make it', async t => {
  await inClinic(async (query, inside) => {
    await query('set local check_function_bodies = off')
    const making = `do $$ begin execute format('grant temporary on database %I to ${app}', current_database()); execute format('revoke temporary on database %I from public', current_database()); end $$`
    const definer = (path: string, body: string, language = 'sql'): string => `create function clinic.seek(q text) returns bigint language ${language} security definer set search_path = ${path} as $body$ ${body} $body$; grant execute on function clinic.seek(text) to ${app}; ${making}`
    const ids = ['definer-search-path', 'definer-search-path-temporary', 'policy-function-search-path']
    for (const [path, body, language, expected] of [
      ["''", 'select id from clinic.bills where q::bigint = id', 'sql', 'definer-search-path-temporary'],
      ["''", 'with own as (select 1 as id) select own.id from own where own.id is distinct from 2', 'sql', 'definer-search-path-temporary'],
      ["''", 'begin perform clinic.tenant(); return 1; end', 'plpgsql', 'definer-search-path-temporary'],
      ["''", 'declare n uuid; begin return 1; end', 'plpgsql', 'definer-search-path'],
      ["''", 'begin update bills set id = id; return 1; end', 'plpgsql', 'definer-search-path'],
      ['pg_catalog, pg_temp', 'select id from bills where q::uuid is null', 'sql', undefined]
    ] as const) t.strictSame(await found(query, inside, definer(path, body, language), {}, ...ids), expected === undefined ? [] : [`${expected} clinic.seek(text)`], `${path}: ${body}`)
    const asking = (from: string, more = ''): string => `create or replace function clinic.tenant() returns integer language sql stable ${more} as $$ select tenant from ${from} where token = current_setting('app.token') $$; grant select on clinic.sessions to ${app}; ${making}`
    for (const [from, more, isFound] of [['sessions', '', true], ['sessions', 'set search_path = clinic', true], ['sessions', 'set search_path = clinic, pg_temp', false], ['clinic.sessions', '', false]] as const) {
      t.strictSame(await found(query, inside, asking(from, more), {}, ...ids), isFound ? ['policy-function-search-path clinic.tenant()'] : [], `${from} ${more}`)
    }
    t.strictSame(await found(query, inside, `${asking('sessions')}; do $$ begin execute format('revoke temporary on database %I from ${app}', current_database()); end $$`, {}, ...ids), [], 'where nobody can make one')
  })
})

t.test('what no policy is asked for is found wherever it is granted: on views, on lists that all share, on tables elsewhere', async t => {
  await inClinic(async (query, inside) => {
    const made = 'create schema lists; create table lists.countries (code text primary key); create view clinic.due with (security_invoker = true) as select id from clinic.bills'
    for (const [sql, shared, expected] of [
      [`grant select on clinic.due to ${app}`, [], []],
      [`grant trigger on clinic.due to ${app}`, [], ['privilege-beyond-rows clinic.due']],
      [`grant usage on schema lists to ${app}; grant select on lists.countries to ${app}`, ['lists.countries'], []],
      [`grant usage on schema lists to ${app}; grant select, trigger on lists.countries to ${app}`, ['lists.countries'], ['privilege-beyond-rows lists.countries']],
      [`grant usage on schema lists to ${app}; grant truncate on lists.countries to ${app}`, [], ['privilege-beyond-rows lists.countries']],
      [`grant usage on schema lists to ${app}; grant all on lists.countries to ${app}`, [], ['relation-elsewhere lists.countries']]
    ] as const) t.strictSame(await found(query, inside, `${made}; ${sql}`, { shared: [...shared] }, 'privilege-beyond-rows', 'relation-elsewhere'), expected, sql)
  })
})
