import t, { type Test } from 'tap'
import { check, type Query } from '../src/check-rls/check.ts'
import { baselineOf, sift } from '../src/check-rls/exceptions.ts'
import type { Finding } from '../src/check-rls/rule.ts'
import { rules } from '../src/check-rls/rules.ts'
import type { CheckSettings } from '../src/check-rls/settings.ts'
import { withClient } from '../src/database/admin.ts'
import { plannedOnce, testDatabase } from './support.ts'

const database = await testDatabase(t)
const [owner, tenant, operator, other] = ['owner', 'tenant', 'operator', 'other'].map(kind => `mended_${kind}_${process.pid}`) as [string, string, string, string]
const settings: CheckSettings = { schema: 'shop', tenantRoles: [tenant], operatorRoles: [operator], trustedRoles: [], column: 'tenant_id', root: 'tenant', rootKey: 'id', context: undefined, definers: [], verifiers: [], namers: [], hiddenColumns: [], manifest: undefined }

/** An application whose walls are whole, and which works: its tenants, each with orders and lines, and a function that says whose a row is. */
const shop = `
  create role ${owner}; create role ${tenant} login; create role ${operator} login; create role ${other} login;
  create schema shop authorization ${owner}; grant usage on schema shop to ${tenant}, ${operator}, ${other};
  set local role ${owner}; set local search_path = shop;
  create table tenant (id bigint primary key, name text not null);
  create table orders (tenant_id bigint not null references tenant, id bigint not null, note text, secret text, primary key (tenant_id, id));
  create table line (tenant_id bigint not null references tenant, id bigint not null, order_id bigint, primary key (tenant_id, id), constraint line_order foreign key (tenant_id, order_id) references orders);
  create function current_tenant() returns bigint language sql stable parallel safe return current_setting('shop.tenant')::bigint;
  revoke execute on function current_tenant() from public; grant execute on function current_tenant() to ${tenant};
  do $$ declare its record; begin
    for its in select * from (values ('tenant', 'id'), ('orders', 'tenant_id'), ('line', 'tenant_id')) as wall (name, key) loop
      execute format('alter table %I enable row level security, force row level security; create policy own on %1$I to ${tenant} using (%2$I = current_tenant()) with check (%2$I = current_tenant()); create policy every on %1$I for select to ${operator} using (true); grant select on %1$I to ${operator}', its.name, its.key);
    end loop;
  end $$;
  grant select on tenant to ${tenant}; grant select, insert, delete on orders, line to ${tenant}; grant update (note) on orders to ${tenant}; grant update (order_id) on line to ${tenant};
  reset role; set local search_path = '';
  insert into shop.tenant values (1, 'one'), (2, 'two'); insert into shop.orders values (1, 11, 'of one'), (2, 21, 'of two'); insert into shop.line values (1, 1, 11), (2, 2, 21);`

interface Wrong {
  what: string
  sql: string
  /** Those whose mends are printed, and done, in the order of the report. */
  ids: string[]
  asked?: Partial<CheckSettings>
  /** As a superuser; as the owner, unless the database's own things are mended. */
  asSuperuser?: boolean
  /** What somebody can do then, or the code of the error by which it is refused. */
  then?: ReadonlyArray<readonly [role: string, sql: string, code?: string]>
  /** The code of the error that mending ends with, since there are rows that are wrong. */
  refused?: string
  mends?: RegExp
  /** Whether something is left for its author to say, so that it cannot be done as it is. */
  isLeft?: true
  /** What its author says there, so that it can. */
  said?: ReadonlyArray<readonly [left: string, words: string]>
}

/** Does something wrong to the application, and what the findings say that mends it, as whoever owns it. */
async function mended (t: Test, query: Query, { what, sql, ids, asked = {}, asSuperuser = false, then = [], refused, mends, isLeft, said = [] }: Wrong): Promise<void> {
  const inside: Query = async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values)
  const findings = async (): Promise<string[]> => (await check(inside, { ...settings, ...asked }, rules.filter(({ id }) => ids.includes(id)))).map(({ mend }) => mend)
  await query('begin')
  try {
    await query(shop)
    await query(sql)
    await query("reset role; set local search_path = ''")
    const printed = await findings()
    t.ok(printed.length > 0, `${what}: found`)
    if (mends !== undefined) t.match(printed.join('\n'), mends, what)
    for (const mend of printed) t.notMatch(mend, /\n/, `${what}: on one line`)
    if (isLeft) return
    await query(`savepoint mending; set local role ${asSuperuser ? 'none' : owner}`)
    if (refused !== undefined) {
      await t.rejects((async () => { for (const mend of printed) await query(mend) })(), { code: refused }, what)
      return
    }
    for (const mend of printed) await query(said.reduce((text, [left, words]) => text.replaceAll(left, words), mend))
    await query("reset role; set local search_path = ''")
    t.strictSame(await findings(), [], `${what}: mended`)
    for (const [role, statement, code] of then) {
      await query(`savepoint trying; set local role ${role}; set local shop.tenant = '1'`)
      const trying = query(statement)
      if (code === undefined) await t.resolves(trying, `${what}: ${role}: ${statement}`)
      else await t.rejects(trying, { code }, `${what}: ${role}: ${statement}`)
      await query('rollback to savepoint trying')
    }
  } finally {
    await query('rollback')
  }
}

const works = [[tenant, "insert into shop.orders (tenant_id, id, note) values (1, 99, 'new')"], [tenant, "update shop.orders set note = 'x'"], [tenant, 'delete from shop.line'], [operator, 'select note from shop.orders']] as const
const toOther = [tenant, 'update shop.line set order_id = 21', '23503'] as const
const rename = 'alter table shop.line drop constraint line_order; alter table shop.orders add constraint spare unique (id); alter table shop.line add constraint line_order foreign key (order_id) references shop.orders (id)'
const crossed = 'update shop.line set order_id = 21 where tenant_id = 1'

t.test('a mend that adds a foreign key sees the rows that it is to hold for, and is refused over those of another tenant', async t => {
  const manifest = { tables: [], foreignKeys: ['line: FOREIGN KEY (tenant_id, order_id) REFERENCES shop.orders(tenant_id, id)'], uniqueKeys: [], checks: [], policies: [], functions: {} }
  const off = 'alter table shop.line drop constraint line_order'
  const parted = `${off}; create table shop.part (tenant_id bigint not null references shop.tenant, id bigint not null, order_id bigint, primary key (tenant_id, id), constraint part_order foreign key (tenant_id, order_id) references shop.orders) partition by list (tenant_id); create table shop.part_1 partition of shop.part for values in (1); alter table shop.part enable row level security, force row level security; alter table shop.part_1 enable row level security, force row level security; alter table shop.part owner to ${owner}; alter table shop.part_1 owner to ${owner}; alter table shop.part_1 disable trigger all; insert into shop.part values (1, 1, 11)`
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    for (const { bad, ...wrong } of [
      { what: 'one without the key', sql: rename, bad: crossed, ids: ['foreign-key-without-key', 'unique-without-key'], then: [...works, toOther] },
      { what: 'one that is gone', sql: off, bad: crossed, ids: ['manifest-foreign-key'], asked: { manifest }, then: [...works, toOther] },
      { what: 'a key without one', sql: 'alter table shop.orders drop constraint orders_tenant_id_fkey', bad: "insert into shop.orders values (3, 31, 'of nobody')", ids: ['key-not-referring'], then: works },
      { what: 'one that was never validated', sql: `${off}; alter table shop.line add constraint line_order foreign key (tenant_id, order_id) references shop.orders not valid`, bad: `set local session_replication_role = replica; ${crossed}; reset session_replication_role`, ids: ['foreign-key-not-validated'], then: [...works, toOther] },
      { what: 'one that clears the key', sql: `${off}; alter table shop.line add constraint line_order foreign key (tenant_id, order_id) references shop.orders on delete set null`, bad: `set local session_replication_role = replica; ${crossed}; reset session_replication_role`, ids: ['foreign-key-clears-key'], then: [...works, toOther, [tenant, 'delete from shop.orders']] },
      { what: 'one that was switched off', sql: 'alter table shop.line disable trigger all', bad: crossed, ids: ['key-trigger-off'], then: [...works, toOther] },
      { what: 'one that was switched off on the other side', sql: 'alter table shop.orders disable trigger all', bad: 'delete from shop.orders where tenant_id = 1', ids: ['key-trigger-off'], then: [[tenant, 'delete from shop.orders', '23503']] },
      { what: 'one that was switched off on a partition', sql: parted, bad: 'update shop.part set order_id = 21', ids: ['key-trigger-off'] }
    ] as const) {
      await mended(t, query, { ...wrong, ids: [...wrong.ids] })
      await mended(t, query, { ...wrong, what: `${wrong.what}, over rows`, sql: `${wrong.sql}; ${bad}`, ids: [...wrong.ids], refused: '23503' })
    }
    const own = `create function shop.stay() returns trigger language plpgsql as 'begin return new; end'; create trigger quiet before insert on shop.line for each row execute function shop.stay(); create trigger always before insert on shop.line for each row execute function shop.stay(); ${'alter table shop.line disable trigger all; alter table shop.line enable always trigger always'}`
    await query('begin')
    try {
      await query(`${shop}; ${own}`)
      const inside: Query = async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values)
      for (const { mend } of await check(inside, settings, rules.filter(({ id }) => id === 'key-trigger-off'))) await query(mend)
      t.strictSame(await query("select tgname, tgenabled from pg_catalog.pg_trigger where tgrelid = 'shop.line'::regclass and not tgisinternal order by tgname"), [{ tgname: 'always', tgenabled: 'A' }, { tgname: 'quiet', tgenabled: 'D' }], 'triggers of one\'s own are left as they are')
    } finally {
      await query('rollback')
    }
  })
})

t.test('a primary key that foreign keys need gets the tenant after them, and what has no tenant is left to its author', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const primary = 'alter table shop.line drop constraint line_order; alter table shop.orders drop constraint orders_pkey, add primary key (id); alter table shop.line add constraint line_order foreign key (order_id) references shop.orders'
    await mended(t, query, { what: 'a primary key', sql: primary, ids: ['foreign-key-without-key', 'unique-without-key'], then: [...works, toOther] })
    const returned = 'alter table shop.line add returned_id bigint, add constraint line_returned foreign key (returned_id) references shop.orders (id)'
    const once = [tenant, "do $$ begin assert (select count(*) from pg_catalog.pg_index where indrelid = 'shop.orders'::regclass and indnkeyatts = 2 and indkey::text = '1 2') = 1; end $$"] as const
    await mended(t, query, { what: 'two foreign keys to one', sql: `alter table shop.line drop constraint line_order; alter table shop.orders drop constraint orders_pkey, add primary key (id); alter table shop.line add constraint line_order foreign key (order_id) references shop.orders; ${returned}`, ids: ['foreign-key-without-key'], then: [...works, toOther, once, [tenant, 'update shop.line set returned_id = 21', '42501']] })
    await mended(t, query, {
      what: 'comments, and what logical replication goes by',
      sql: `${primary}; alter table shop.orders alter id set not null; comment on constraint line_order on shop.line is E'of one''s\\own'; comment on constraint orders_pkey on shop.orders is 'it'; comment on index shop.orders_pkey is E'of $$\nit'; alter table shop.orders replica identity using index orders_pkey`,
      ids: ['foreign-key-without-key', 'unique-without-key'],
      then: [...works, toOther, [tenant, `do $$ begin
        assert (select obj_description(oid, 'pg_constraint') from pg_catalog.pg_constraint where conname = 'line_order') = E'of one''s\\own';
        assert (select obj_description(oid, 'pg_constraint') from pg_catalog.pg_constraint where conname = 'orders_pkey') = 'it';
        assert (select obj_description('shop.orders_pkey'::regclass, 'pg_class')) like E'of %\nit';
        assert (select indisreplident from pg_catalog.pg_index where indexrelid = 'shop.orders_pkey'::regclass); end $$`]]
    })
    await mended(t, query, {
      what: 'one that others need',
      sql: `${primary}; create table shop.label (order_id bigint constraint label_order references shop.orders)`,
      ids: ['unique-without-key'],
      isLeft: true,
      mends: /^alter table shop\.label drop constraint label_order; alter table shop\.orders drop constraint orders_pkey, add constraint orders_pkey PRIMARY KEY \(tenant_id, id\); alter table shop\.label add constraint label_order foreign key \(<its tenant>, <columns>\) references shop\.orders \(tenant_id, <columns>\);$/m
    })
  })
})

t.test('what is taken from PUBLIC stays with the roles that were named, and needed it', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const taken = [other, 'select note from shop.orders', '42501'] as const
    await mended(t, query, {
      what: 'a function',
      sql: `revoke execute on function shop.current_tenant() from ${tenant}; grant execute on function shop.current_tenant() to public`,
      ids: ['execute-public'],
      then: [...works, [other, 'select shop.current_tenant()', '42501']]
    })
    await mended(t, query, {
      what: 'a function that runs what it is given',
      sql: `create function shop.run(q text) returns void language plpgsql as 'begin execute q; end'; alter function shop.run(text) owner to ${owner}`,
      ids: ['function-runs-text', 'execute-public'],
      then: [...works, [tenant, "select shop.run('')", '42501']]
    })
    const toPublic = `revoke all on shop.orders from ${tenant}, ${operator}; grant select, insert, update, delete on shop.orders to public`
    for (const ids of [['granted-to-public'], ['operator-writes', 'key-updatable', 'column-readable', 'granted-to-public']]) {
      await mended(t, query, {
        what: ids.join(),
        sql: toPublic,
        ids,
        asked: { hiddenColumns: ['orders.secret'] },
        then: [...works, taken, [operator, 'delete from shop.orders', '42501'], [tenant, 'update shop.orders set tenant_id = 2', '42501'], [tenant, 'select secret from shop.orders', '42501'], [tenant, 'select note from shop.orders']]
      })
    }
    await mended(t, query, { what: 'columns', sql: `revoke all on shop.orders from ${tenant}; grant select (note), insert, delete on shop.orders to public; grant update (note) on shop.orders to public`, ids: ['granted-to-public'], then: [...works, taken, [tenant, 'select id from shop.orders', '42501']] })
    for (const [ids, id] of [[['key-updatable'], 'update'], [['column-readable'], 'select']] as const) {
      await mended(t, query, {
        what: `${id} of others through PUBLIC`,
        sql: `revoke all on shop.orders from ${tenant}, ${operator}; grant select, update, insert, delete on shop.orders to public; create policy job on shop.orders to ${other} using (true)`,
        ids: [...ids],
        asked: { hiddenColumns: ['orders.secret'], trustedRoles: [other] },
        then: [...works, [other, "select note, secret from shop.orders; update shop.orders set note = 'x', tenant_id = tenant_id"]]
      })
    }
    await mended(t, query, {
      what: 'what the operator writes through a group',
      sql: `create role ${other}_group; grant ${other}_group to ${tenant}, ${operator}; revoke insert on shop.orders from ${tenant}; grant insert on shop.orders to ${other}_group`,
      ids: ['operator-writes'],
      then: [...works, [operator, 'insert into shop.orders values (1, 99)', '42501']]
    })
    await mended(t, query, {
      what: 'the database',
      sql: 'do $$ begin execute format(\'revoke all on database %I from public; grant connect, temporary on database %1$I to public\', current_database()); end $$',
      ids: ['database-open'],
      asked: { trustedRoles: [other] },
      asSuperuser: true,
      then: [tenant, operator, other].map(role => [role, `do $$ begin assert has_database_privilege('${role}', current_database(), 'connect'); assert has_database_privilege('${role}', current_database(), 'temporary') = ('${role}' = '${other}'); end $$`] as const)
    })
  })
})

t.test('a counter that a default needs counts on, and can neither be read nor set', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const counted = 'alter table shop.orders add number bigserial; alter sequence shop.orders_number_seq owner to'
    const then = [...works, [tenant, "select setval('shop.orders_number_seq', 1)", '42501'], [tenant, 'select last_value from shop.orders_number_seq', '42501']] as const
    for (const grant of ['all', 'update', 'select, usage']) {
      for (const role of [tenant, 'public']) await mended(t, query, { what: `${grant} to ${role}`, sql: `set local role ${owner}; set local search_path = shop; ${counted.split('; ')[0] ?? ''}; grant ${grant} on sequence shop.orders_number_seq to ${role}`, ids: ['sequence-readable'], then })
    }
    const identity = `set local role ${owner}; alter table shop.orders add number bigint generated always as identity; grant`
    await mended(t, query, { what: 'one that nothing needs', sql: `${identity} usage on sequence shop.orders_number_seq to ${tenant}`, ids: ['sequence-readable'], then: [...then, [tenant, "select nextval('shop.orders_number_seq')", '42501']] })
    const called = `create sequence shop.numbers; alter sequence shop.numbers owner to ${owner}; grant`
    for (const [grant, mend] of [['usage', ''], ['all', 'revoke select, update on sequence shop.numbers from T; '], ['update', 'grant usage on sequence shop.numbers to T; revoke select, update on sequence shop.numbers from T; ']] as const) {
      const left = `revoke usage on sequence shop.numbers from <${tenant}, unless the application counts with it>;`
      const counts = { what: `${grant} on one that no default counts with`, sql: `${called} ${grant} on sequence shop.numbers to ${tenant}`, ids: ['sequence-readable'], mends: new RegExp(`^${mend.replaceAll('T', tenant)}${left}$`) }
      await mended(t, query, { ...counts, said: [[`<${tenant}, unless the application counts with it>`, tenant]], then: [...works, [tenant, "select nextval('shop.numbers')", '42501']] })
      await query('begin')
      try {
        await query(`${shop}; ${counts.sql}; ${mend.replaceAll('T', tenant)} set local role ${tenant}`)
        await t.resolves(query("select nextval('shop.numbers')"), `${grant}: what it does say lets it count on`)
      } finally {
        await query('rollback')
      }
    }
  })
})

t.test('the mend of a function or policy leaves what it needs, and works', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const definer = `set local role ${owner}; set local search_path = shop; create table secret (tenant_id bigint); insert into secret values (1); create or replace function current_tenant() returns bigint language sql stable parallel safe security definer`
    const reading = "select tenant_id from secret where tenant_id = current_setting('shop.tenant')::bigint"
    await mended(t, query, { what: 'one with its owner\'s rights', sql: `${definer} set search_path = shop, pg_temp as $$ ${reading} $$`, ids: ['policy-function-not-inlined', 'definer-search-path'], then: works, mends: /using \(\(tenant_id = \(select shop\.current_tenant\(\)\)\)\)/ })
    await mended(t, query, { what: 'one without a search_path', sql: `${definer} as $$ ${reading} $$`, ids: ['definer-search-path'], then: works, mends: /search_path = pg_catalog, shop, pg_temp;$/m })
    await mended(t, query, { what: 'one that names nothing without its schema', sql: `${definer} as $$ ${reading.replace('from secret', 'from shop.secret')} $$`, ids: ['definer-search-path'], then: works, mends: /search_path = pg_catalog, pg_temp;$/m })
    await mended(t, query, { what: 'names in a schema where tenants may create', sql: `${definer} as $$ ${reading} $$; reset role; create schema plan; grant all on schema plan to ${tenant}; create table plan.secret ()`, ids: ['definer-search-path'], then: works, mends: /search_path = pg_catalog, shop, pg_temp;$/m })
    await mended(t, query, { what: 'one with a search_path that it needs', sql: `set local role ${owner}; set local search_path = shop; create function named() returns text language sql stable as $$ select 'shop.tenant' $$; create or replace function current_tenant() returns bigint language sql stable set search_path = shop as $$ select current_setting(named())::bigint $$`, ids: ['policy-function-not-inlined'], then: works })
    await mended(t, query, { what: 'one with a search_path that it needs not', sql: 'alter function shop.current_tenant() set search_path = pg_catalog', ids: ['policy-function-not-inlined'], then: works, mends: /^alter function shop\.current_tenant\(\) reset all;$/m })
    for (const path of ['shop', '"$user", shop', 'pg_temp, shop, "a, b"']) {
      await mended(t, query, { what: path, sql: `${definer} set search_path = ${path} as $$ ${reading} $$`, ids: ['definer-search-path-temporary'], then: works, mends: /search_path = (?:"\$user", )?shop(?:, "a, b")?, pg_temp;$/m })
    }

    const named = `create policy too on shop.orders for select to ${operator}, ${other} using (note is not null); create role ${other}_more; alter policy too on shop.orders to ${operator}, ${other}, ${other}_more; drop policy every on shop.orders`
    await mended(t, query, { what: 'a policy for a named role and another', sql: named, ids: ['policy-for-another-role'], then: [...works, [operator, 'do $$ begin assert (select count(*) from shop.orders) = 2; end $$']] })
    await mended(t, query, { what: 'one for others alone', sql: `${named}; alter policy too on shop.orders to ${other}, ${other}_more; create policy every on shop.orders for select to ${operator} using (true)`, ids: ['policy-for-another-role'], then: works })

    for (const [language, body] of [
      ['sql', "return current_setting('shop.tenant', true)::bigint"], ['sql', "as $$\n  select current_setting('shop.tenant', true)::bigint -- 'it'\n$$"],
      ['plpgsql', "set search_path = shop as $body$\n\tdeclare t text := current_setting('shop.tenant', true); -- \\\nbegin return t::bigint; end $body$"]
    ] as const) {
      await mended(t, query, { what: body, sql: `set local role ${owner}; create or replace function shop.current_tenant() returns bigint language ${language} stable parallel safe ${body}`, ids: ['context-missing-ok'], then: [...works, [operator, 'select note from shop.orders']] })
    }
    const policies = (context: string): string => `alter policy own on shop.tenant using (id = ${context}) with check (id = ${context}); alter policy own on shop.orders using (tenant_id = ${context}) with check (tenant_id = ${context}); alter policy own on shop.line using (${context} = tenant_id) with check (tenant_id = ${context})`
    const unset = [tenant, 'set local shop.tenant = \'\'; select note from shop.orders', '22P02'] as const
    await mended(t, query, { what: 'no function', sql: policies("current_setting('shop.tenant', true)::bigint"), ids: ['context-missing-ok'], then: [...works, unset] })
    await mended(t, query, { what: 'no function, and everything', sql: policies("coalesce(nullif(current_setting('shop.tenant', true), '')::bigint, 1)"), ids: ['context-fails-open'], then: [...works, unset] })
    await mended(t, query, { what: 'a function that opens', sql: "create or replace function shop.current_tenant() returns bigint language plpgsql stable as $$ begin return coalesce(nullif(current_setting('shop.tenant', true), '')::bigint, 1); end $$", ids: ['context-fails-open'], then: [...works, unset] })
    await mended(t, query, { what: 'functions that set what they ask for', sql: "create function shop.first() returns text language sql return set_config('shop.tenant', '1', true); create or replace function shop.current_tenant() returns bigint language plpgsql stable as $$ begin if current_setting('shop.tenant', true) = '' then perform shop.first(); end if; return current_setting('shop.tenant')::bigint; end $$", ids: ['policy-sets-context'], isLeft: true, mends: /^create or replace function shop\.first\(\) returns text language sql stable parallel safe return current_setting\('<setting>'\)::text;$/m })
    await mended(t, query, {
      what: 'one that reads JSON',
      sql: "create or replace function shop.current_tenant() returns bigint language sql stable return coalesce((current_setting('shop.tenant')::json ->> 'tenant')::bigint, 1)",
      ids: ['context-fails-open'],
      isLeft: true,
      mends: /^create or replace function shop\.current_tenant\(\) returns bigint language sql stable parallel safe return \(current_setting\('shop\.tenant'\)::jsonb ->> '<claim>'\)::bigint;$/
    })
  })
})

t.test('what is published of a schema, or by the table that it is a part of, is published no more, and the rest still is', async t => {
  const parted = `create table shop.part (tenant_id bigint not null, id bigint, primary key (tenant_id, id)) partition by list (tenant_id); create table shop.part_1 partition of shop.part for values in (1); create table shop.part_2 partition of shop.part for values in (2); create table shop.country (code text primary key); alter table shop.part owner to ${owner}; alter table shop.country owner to ${owner}`
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    for (const what of ['for tables in schema shop', 'for table shop.part, shop.country', 'for table shop.part, shop.country with (publish_via_partition_root)', 'for table shop.line, tables in schema shop', 'for table shop.part_2, shop.country']) {
      await mended(t, query, { what, sql: `${parted}; create publication window_${process.pid} ${what}`, ids: ['published'], asSuperuser: true, then: [['none', `do $$ begin assert array(select tablename::text from pg_catalog.pg_publication_tables where pubname = 'window_${process.pid}') = array['country']; end $$`]] })
    }
  })
})

/** As superuser, in a transaction that is rolled back: the application, something wrong, and what is found of it. */
async function foundThen (query: Query, sql: string, ids: readonly string[], then: (findings: Finding[], again: () => Promise<Finding[]>) => Promise<void>): Promise<void> {
  const inside: Query = async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values)
  const again = async (): Promise<Finding[]> => await check(inside, settings, rules.filter(({ id }) => ids.includes(id)))
  await query('begin')
  try {
    await query(`${shop}; ${sql}; reset role; set local search_path = ''`)
    await then(await again(), again)
  } finally {
    await query('rollback')
  }
}

t.test('a foreign key that gets the tenant does what it did, and when, to its own columns, which may be null as before', async t => {
  const ids = ['foreign-key-without-key', 'unique-without-key']
  const loose = 'alter table shop.line drop constraint line_order; alter table shop.orders drop constraint orders_pkey, add primary key (id); alter table shop.line add constraint line_order foreign key (order_id) references shop.orders'
  const cleared = [tenant, 'delete from shop.orders; do $$ begin set constraints all immediate; assert (select count(*) from shop.line where order_id is null) = 1 and (select count(*) from shop.orders) = 0; end $$'] as const
  const without = [tenant, 'insert into shop.line values (1, 9, null)'] as const
  const refused = [tenant, 'delete from shop.orders', '23503'] as const
  const pairs = 'alter table shop.orders add part bigint not null default 1, add constraint parts unique (id, part); alter table shop.line add part bigint; update shop.line set part = 1'
  const grants = `grant insert (part), update (part) on shop.line to ${tenant}`
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    await mended(t, query, { what: 'SET NULL', sql: `${loose} on delete set null`, ids, then: [...works, toOther, cleared] })
    await mended(t, query, { what: 'SET DEFAULT, at the end', sql: `${loose} on delete set default deferrable initially deferred`, ids, then: [...works, cleared, [tenant, 'update shop.line set order_id = 21; set constraints all immediate', '23503']], mends: /\(tenant_id, id\) ON DELETE SET DEFAULT \(order_id\) DEFERRABLE INITIALLY DEFERRED;/ })
    await mended(t, query, { what: 'SET NULL ON UPDATE', sql: `${loose} on update set null on delete cascade`, ids, then: [...works, toOther, [tenant, 'delete from shop.orders; do $$ begin assert (select count(*) from shop.line) = 0; end $$']] })
    await mended(t, query, { what: 'MATCH FULL', sql: `${loose} match full; insert into shop.line values (1, 3, null)`, ids, then: [...works, toOther, without, refused] })
    await mended(t, query, { what: 'names with parentheses', sql: `${loose} match full on delete set null; alter table shop.line rename order_id to "of "") ON DELETE SET NULL"; alter table shop.orders rename to "orders (all)"; alter table shop."orders (all)" rename id to "the \\1)"`, ids, then: [without, [tenant, 'update shop.line set "of "") ON DELETE SET NULL" = 21', '23503'], [tenant, 'delete from shop."orders (all)"; do $$ begin assert (select count(*) from shop.line where "of "") ON DELETE SET NULL" is null) = 1; end $$']] })
    const paired = `alter table shop.line drop constraint line_order; ${pairs}; ${grants}; alter table shop.line add constraint line_order foreign key (order_id, part) references shop.orders (id, part)`
    const half = [tenant, 'insert into shop.line values (1, 9, null, 1)'] as const
    await mended(t, query, { what: 'MATCH FULL of two', sql: `${paired} match full on delete set null; insert into shop.line values (2, 3, null, null)`, ids, then: [...works, toOther, cleared, [half[0], half[1], '23514'], [tenant, 'insert into shop.line values (1, 9, null, null)']] })
    await mended(t, query, { what: 'SET NULL of one of two', sql: `${paired} on delete set null (order_id)`, ids, then: [...works, toOther, half, cleared, [tenant, 'delete from shop.orders; do $$ begin assert (select part from shop.line) = 1; end $$']] })

    const clearing = 'alter table shop.line drop constraint line_order; alter table shop.line add constraint line_order foreign key (tenant_id, order_id) references shop.orders match full on delete set null'
    await mended(t, query, { what: 'MATCH FULL with the tenant', sql: clearing, ids: ['foreign-key-clears-key'], then: [...works, toOther, cleared] })
    await mended(t, query, { what: 'MATCH FULL that clears nothing else', sql: `${clearing} (tenant_id)`, ids: ['foreign-key-clears-key'], then: [...works, [tenant, 'insert into shop.line values (1, 9, null)', '23503']] })
    await mended(t, query, {
      what: 'on a partitioned table',
      sql: `create table shop.part (tenant_id bigint not null references shop.tenant, id bigint not null, order_id bigint, primary key (tenant_id, id), constraint part_order foreign key (tenant_id, order_id) references shop.orders on delete set null) partition by list (tenant_id); create table shop.part_1 partition of shop.part for values in (1); alter table shop.part enable row level security, force row level security; alter table shop.part_1 enable row level security, force row level security; alter table shop.part owner to ${owner}; alter table shop.part_1 owner to ${owner}; insert into shop.part values (1, 1, 11)`,
      ids: ['foreign-key-clears-key'],
      then: [['none', 'delete from shop.line; delete from shop.orders where tenant_id = 1; do $$ begin assert (select count(*) from shop.part where tenant_id = 1 and order_id is null) = 1; end $$']]
    })

    for (const [table, column] of [['line', 'other_id'], ['tenant', 'parent_id']]) {
      await mended(t, query, { what: `${table} to the tenants by ${column}`, sql: `alter table shop.${table} add ${column} bigint constraint second references shop.tenant on delete cascade`, ids, then: works, mends: new RegExp(`^alter table shop\\.${table} drop constraint second;$`) })
    }
    await mended(t, query, { what: 'what only its author can pair', sql: 'alter table shop.line drop constraint line_order; alter table shop.line add constraint line_order foreign key (order_id, tenant_id) references shop.orders (tenant_id, id) on delete set null deferrable not valid', ids, isLeft: true, mends: /references shop\.orders \(tenant_id, <columns>\) ON DELETE SET NULL \(<columns>\) DEFERRABLE;/ })
    const label = 'create table shop.label (order_id bigint constraint label_order references shop.orders match full on delete set null on update cascade deferrable); comment on constraint label_order on shop.label is \'it\''
    await mended(t, query, { what: 'one outside', sql: `alter table shop.line drop constraint line_order; alter table shop.orders drop constraint orders_pkey, add primary key (id); ${label}`, ids, isLeft: true, mends: /add constraint label_order foreign key \(<its tenant>, <columns>\) references shop\.orders \(tenant_id, <columns>\) ON UPDATE CASCADE ON DELETE SET NULL \(<columns>\) DEFERRABLE; comment on constraint label_order on shop\.label is E'it';$/m })
  })
})

t.test('a unique or excluding constraint that is made anew keeps the options of its index, and where that is', async t => {
  const place = `mended_place_${process.pid}`
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    await query('set allow_in_place_tablespaces = on')
    await query(`create tablespace ${place} location ''`)
    try {
      const kept = (name: string, ...options: string[]) => [tenant, `do $$ begin
        assert (select reloptions::text from pg_catalog.pg_class where oid = 'shop.${name}'::regclass) = '{${options.join()}}';
        assert (select spcname from pg_catalog.pg_class join pg_catalog.pg_tablespace on pg_tablespace.oid = reltablespace where pg_class.oid = 'shop.${name}'::regclass) = '${place}';
        assert (select indisclustered from pg_catalog.pg_index where indexrelid = 'shop.${name}'::regclass); end $$`] as const
      const grant = `grant create on tablespace ${place} to ${owner}`
      const ids = ['unique-without-key']
      await mended(t, query, { what: 'a constraint', sql: `${grant}; alter table shop.orders add constraint once unique (note) with (fillfactor = 70, deduplicate_items = off) using index tablespace ${place}; alter table shop.orders cluster on once`, ids, then: [...works, kept('once', 'fillfactor=70', 'deduplicate_items=off')] })
      await mended(t, query, { what: 'one at the end', sql: `${grant}; alter table shop.orders add constraint once unique (note) include (secret) with (fillfactor = 70) using index tablespace ${place} deferrable initially deferred; alter table shop.orders cluster on once`, ids, then: [...works, kept('once', 'fillfactor=70'), [tenant, "do $$ begin assert (select condeferred from pg_catalog.pg_constraint where conname = 'once'); end $$"]] })
      await mended(t, query, { what: 'an index', sql: `${grant}; create unique index once on shop.orders (note) with (fillfactor = 70) tablespace ${place} where note <> ''; alter table shop.orders drop constraint orders_pkey cascade; create unique index twice on shop.orders (id) with (fillfactor = 70) tablespace ${place}; alter table shop.orders cluster on twice`, ids, then: [...works, kept('twice', 'fillfactor=70')] })
      await mended(t, query, { what: 'one that excludes', sql: `${grant}; alter table shop.orders add constraint once exclude using btree (note with =) with (fillfactor = 70) using index tablespace ${place}; alter table shop.orders cluster on once; comment on index shop.once is 'it'`, ids: ['exclusion-without-key'], then: [...works, kept('once', 'fillfactor=70'), [tenant, "do $$ begin assert obj_description('shop.once'::regclass, 'pg_class') = 'it'; end $$"]] })
      await mended(t, query, { what: 'one that was switched off', sql: `${grant}; alter table shop.orders add constraint once unique (tenant_id, note) with (fillfactor = 70) using index tablespace ${place} deferrable; alter table shop.orders cluster on once; comment on index shop.once is 'it'; alter table shop.orders disable trigger all`, ids: ['key-trigger-off'], then: [...works, kept('once', 'fillfactor=70'), [tenant, "do $$ begin assert obj_description('shop.once'::regclass, 'pg_class') = 'it'; end $$"]] })
    } finally {
      await query(`drop tablespace ${place}`)
    }
  })
})

t.test('each key that is switched off is a finding of its own, which no baseline or exception has for another', async t => {
  const off = (key: string, table: string): string => `do $$ declare its record; begin for its in select tgname, tgrelid::regclass as on_table from pg_catalog.pg_trigger join pg_catalog.pg_constraint on pg_constraint.oid = tgconstraint where conname = '${key}' and tgrelid = 'shop.${table}'::regclass loop execute format('alter table %s disable trigger %I', its.on_table, its.tgname); end loop; end $$`
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    await foundThen(query, off('line_order', 'line'), ['key-trigger-off'], async (before, again) => {
      t.match(before, [{ object: 'shop.line.line_order', detail: 'its triggers are disabled on shop.line' }])
      t.equal(before.length, 1)
      const exception = { rule: 'key-trigger-off', object: before[0]?.object ?? '', reason: 'known' }
      await query(off('line_tenant_id_fkey', 'line'))
      for (const sifted of [sift(await again(), [], baselineOf(before)), sift(await again(), [exception], undefined)]) t.match(sifted.findings.map(({ object }) => object), ['shop.line.line_tenant_id_fkey'], 'another key')
      await query(off('line_order', 'orders'))
      t.match(sift(await again(), [], baselineOf(before)).findings.filter(({ object }) => object === exception.object), [{ detail: 'its triggers are disabled on shop.line, shop.orders' }], 'and its other side')
      for (const { mend } of await again()) await query(mend)
      t.strictSame(await again(), [])
    })
  })
})

t.test('a tenant key that is added or changed is of the type of the tenants\' own, with its length, and loses nothing', async t => {
  const [first, second] = ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '01BX5ZZKBKACTAV9WEVGEMMVRZ']
  const charId = `drop table shop.line, shop.orders; drop policy own on shop.tenant; alter table shop.tenant alter id type char(26) using case id when 1 then '${first}' else '${second}' end`
  const walled = 'enable row level security, force row level security'
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const typeOfKey = async (): Promise<unknown> => (await query<{ type: string }>("select pg_catalog.format_type(atttypid, atttypmod) || ' ' || attnotnull as type from pg_catalog.pg_attribute where attrelid = 'shop.note'::regclass and attname = 'tenant_id'"))[0]?.type
    await foundThen(query, `${charId}; create table shop.note (id bigint); insert into shop.note values (1), (2); alter table shop.note ${walled}; alter table shop.note owner to ${owner}; grant select on shop.note to ${tenant}`, ['key-missing'], async ([finding, ...more], again) => {
      t.strictSame(more, [])
      await query(`set local role ${owner}`)
      await query(finding?.mend.replace('<whose it is>', `case id when 1 then '${first}' else '${second}' end`) ?? '')
      await query('reset role')
      t.equal(await typeOfKey(), 'character(26) true', finding?.mend ?? '')
      t.strictSame(await query('select id::integer, tenant_id from shop.note order by id'), [{ id: 1, tenant_id: first }, { id: 2, tenant_id: second }])
      t.strictSame(await query("select relforcerowsecurity as forced from pg_catalog.pg_class where oid = 'shop.note'::regclass"), [{ forced: true }], 'and the wall is whole')
      t.strictSame(await again(), [])
    })
    const withoutPolicies = (mend = ''): string => mend.replaceAll(/(?:drop|create) policy <each> on shop\.note;/g, '')
    for (const [id, from, type, own] of [
      ['alter id type uuid using (\'00000000-0000-0000-0000-\' || lpad(id::text, 12, \'0\'))::uuid', 'text', 'uuid', '00000000-0000-0000-0000-000000000001'],
      ['alter id type bigint', 'varchar(20)', 'bigint', '1'],
      [`alter id type char(26) using case id when 1 then '${first}' else '${second}' end`, 'text', 'character(26)', first]
    ] as const) {
      const made = `drop table shop.line, shop.orders; drop policy own on shop.tenant; alter table shop.tenant ${id}; create table shop.note (tenant_id ${from} not null, id bigint); insert into shop.note values ('${own}', 1); alter table shop.note ${walled}; alter table shop.note owner to ${owner}; grant select on shop.note to ${tenant}`
      await foundThen(query, made, ['key-type'], async ([finding, ...more], again) => {
        t.strictSame(more, [])
        t.equal(finding?.detail, `tenant_id is ${from.replace('varchar', 'character varying')}, and shop.tenant.id is ${type}`)
        await query(withoutPolicies(finding?.mend))
        t.equal(await typeOfKey(), `${type} true`, finding?.mend ?? '')
        t.strictSame(await query('select from shop.note join shop.tenant on tenant.id = note.tenant_id'), [{}], 'the row is the tenant\'s still')
        t.strictSame(await again(), [])
      })
      if (type !== 'character(26)') continue
      await foundThen(query, `${made}; insert into shop.note values ('${first}x', 2)`, ['key-type'], async ([finding]) => {
        await t.rejects(query(withoutPolicies(finding?.mend)), { code: '22001' }, 'an id that is longer is not cut to that of another')
      })
    }
  })
})

t.test('what is published of all tables is published of the others in the same way', async t => {
  const window = `window_${process.pid}`
  const country = `create table shop.country (code text primary key); alter table shop.country owner to ${owner}`
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const [{ version = 0 } = {}] = await query<{ version: number }>("select current_setting('server_version_num')::integer as version")
    for (const [options, expected] of [
      ['', ''],
      [" with (publish = 'insert')", " with (publish = 'insert')"],
      [" with (publish = 'delete, update', publish_via_partition_root)", " with (publish = 'update, delete', publish_via_partition_root = true)"],
      [" with (publish = '')", " with (publish = '')"],
      ...(version < 180_000 ? [] : [[' with (publish_generated_columns = stored)', ' with (publish_generated_columns = stored)']])
    ]) {
      await foundThen(query, `${country}; create publication ${window} for all tables${options ?? ''}; comment on publication ${window} is 'it''s'`, ['published'], async ([finding], again) => {
        t.equal(finding?.mend, `drop publication ${window}; create publication ${window} for table <the others>${expected ?? ''}; comment on publication ${window} is E'it''s';`)
        const was = `select to_jsonb(pg_publication) - 'oid' - 'puballtables' as its, obj_description(oid, 'pg_publication') as comment from pg_catalog.pg_publication where pubname = '${window}'`
        const before = await query(was)
        await query(finding?.mend.replace('<the others>', 'shop.country') ?? '')
        t.strictSame(await query(was), before, expected ?? '')
        t.strictSame(await again(), [])
      })
    }
  })
})

t.test('what restricts, or is for others than the tenants, is not replaced by what the tenants\' policies say', async t => {
  const asks = "exists (select from shop.member where member.tenant_id = orders.tenant_id and who = current_setting('shop.who'))"
  const member = 'create table shop.member (tenant_id bigint, who text)'
  const left = '<what it asked for, by a column of the row>'
  const byColumn = [[left, "coalesce(note, '') <> 'of nobody'"]] as const
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    for (const [sql, mends] of [
      [`create policy members on shop.orders as restrictive for select to ${tenant} using (${asks})`, `alter policy members on shop.orders using (${left});`],
      [`create policy members on shop.orders as restrictive for insert to ${tenant} with check (${asks})`, `alter policy members on shop.orders with check (${left});`],
      [`create policy members on shop.orders as restrictive to ${tenant} using (note is not null) with check (${asks})`, `alter policy members on shop.orders with check (${left});`],
      [`alter policy every on shop.orders using (${asks})`, `alter policy every on shop.orders using (${left});`]
    ] as const) await mended(t, query, { what: sql, sql: `${member}; ${sql}`, ids: ['policy-subquery'], mends: new RegExp(`^${mends.replace(/[()]/g, '\\$&')}$`), said: byColumn, then: [...works, [operator, 'do $$ begin assert (select count(*) from shop.orders) = 2; end $$']] })
    await mended(t, query, { what: 'one that casts the key', sql: `create policy floor on shop.orders as restrictive for select to ${tenant} using (tenant_id::text <> '1')`, ids: ['policy-casts-key'], isLeft: true, mends: new RegExp(`^alter policy floor on shop\\.orders using \\(${left}\\);$`) })
    for (const id of ['policy-casts-key', 'policy-subquery']) {
      await mended(t, query, { what: `${id}, and something else`, sql: `${member}; alter policy own on shop.orders using (tenant_id::text = current_setting('shop.tenant') and ${asks})`, ids: [id], isLeft: true, mends: /^alter policy own on shop\.orders .* create policy <name> on shop\.orders as restrictive for all to <role> using \(<what else it asked for>\);$/ })
    }
  })
})

t.test('an operator\'s policies let it write no more, show it what they showed, and still restrict it', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const seen = (orders: number, tenants: number): readonly [string, string] => [operator, `do $$ begin assert (select count(*) from shop.orders) = ${orders} and (select count(*) from shop.tenant) = ${tenants}; end $$`]
    const writes = `grant insert, update, delete on shop.orders, shop.tenant to ${operator}`
    await mended(t, query, {
      what: 'one for each command',
      sql: `${writes}; drop policy every on shop.orders; create policy reads on shop.orders for select to ${operator} using (note = 'of one'); create policy adds on shop.orders for insert to ${operator} with check (true); create policy changes on shop.orders for update to ${operator} using (true); create policy removes on shop.orders for delete to ${operator} using (true);
        create policy floor on shop.tenant as restrictive for delete to ${operator} using (false); create policy ceiling on shop.tenant as restrictive to ${operator} using (name <> 'two')`,
      ids: ['policy-operator-writes'],
      then: [...works, seen(1, 1), [operator, 'insert into shop.orders values (1, 99)', '42501'], [operator, 'do $$ begin delete from shop.tenant; delete from shop.orders; assert not found; end $$']]
    })
    await mended(t, query, {
      what: 'one for all commands, with a comment',
      sql: `${writes}; drop policy every on shop.orders; create policy every on shop.orders to ${operator} using (note = 'of one') with check (true); comment on policy every on shop.orders is 'what it is for'; create policy adds on shop.tenant to ${operator} with check (true); drop policy every on shop.tenant`,
      ids: ['policy-operator-writes'],
      then: [...works, seen(1, 0), [operator, "do $$ begin assert (select obj_description(oid, 'pg_policy') from pg_catalog.pg_policy where polname = 'every' and polrelid = 'shop.orders'::regclass) = 'what it is for'; end $$"], [operator, "do $$ begin update shop.orders set note = ''; assert not found; end $$"]]
    })
    await mended(t, query, {
      what: 'one that is for another as well',
      sql: `${writes}; grant select, delete on shop.orders to ${other}; drop policy every on shop.orders; create policy every on shop.orders to ${other}, ${operator} using (note is not null); create policy removes on shop.orders for delete to ${operator}, ${other} using (true)`,
      ids: ['policy-operator-writes'],
      asked: { trustedRoles: [other] },
      then: [...works, seen(2, 2), [operator, 'do $$ begin delete from shop.orders; assert not found; end $$'], [other, 'do $$ begin delete from shop.line; end $$', '42501'], [other, 'do $$ begin delete from shop.orders where id = 99; assert (select count(*) from shop.orders) = 2; end $$']]
    })
  })
})

t.test('a function that runs as its owner goes on to work, and nobody is locked out for its sake', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const keeper = `${other}_keeper`
    const titles = (whose: string): string => `create role ${keeper}; create function shop.titles() returns bigint language sql stable security definer set search_path = pg_catalog, pg_temp as $$ select count(*) from shop.orders $$; alter function shop.titles() owner to ${whose}; grant execute on function shop.titles() to ${tenant}; grant usage on schema shop to ${keeper}; grant select on shop.orders to ${keeper}; grant execute on function shop.current_tenant() to ${keeper}`
    const definers = ['shop.titles()']
    const works = [tenant, 'do $$ begin assert shop.titles() = 1; end $$'] as const
    for (const whose of [keeper, owner]) {
      await mended(t, query, { what: `of ${whose}, by a policy for PUBLIC`, sql: `${titles(whose)}; alter policy own on shop.orders to public`, ids: ['policy-for-everybody'], asked: { definers }, then: [works] })
      await mended(t, query, { what: `of ${whose}, by one of its own`, sql: `${titles(whose)}; create policy all_of on shop.orders for select to ${whose} using (tenant_id = shop.current_tenant()); drop policy own on shop.orders; create policy own on shop.orders for select using (tenant_id = shop.current_tenant())`, ids: ['policy-for-everybody'], asked: { definers }, then: [works], mends: new RegExp(`to ${tenant};$`) })
    }
    await mended(t, query, { what: 'a role that is trusted, by a policy for PUBLIC', sql: `grant select on shop.orders to ${other}; grant execute on function shop.current_tenant() to ${other}; alter policy own on shop.orders to public`, ids: ['policy-for-everybody'], asked: { trustedRoles: [other] }, then: [[other, 'do $$ begin assert (select count(*) from shop.orders) = 1; end $$']], mends: new RegExp(`to ${tenant}, ${other};$`) })
    await mended(t, query, { what: 'a role for it alone', sql: `${titles(keeper)}; alter role ${keeper} login`, ids: ['definer-owner-logs-in'], asked: { definers }, asSuperuser: true, mends: new RegExp(`^alter role ${keeper} nologin;$`) })
    for (const [what, sql, asked] of [
      ['a superuser', `alter role ${keeper} login superuser`], ['one that owns tables of tenants', `alter role ${keeper} login; alter table shop.line owner to ${keeper}`], ['one that owns something else', `alter role ${keeper} login; create schema plan authorization ${keeper}`],
      ['one that owns another function', `alter role ${keeper} login; create function shop.more() returns void language sql as ''; alter function shop.more() owner to ${keeper}`],
      ['one that makes roles', `alter role ${keeper} login createrole`], ['a member of another', `alter role ${keeper} login; grant ${other} to ${keeper}`], ['one that is trusted', `alter role ${keeper} login`, { trustedRoles: [keeper] }], ['one that serves tenants', `alter role ${keeper} login`, { tenantRoles: [tenant, keeper] }]
    ] as const) await mended(t, query, { what, sql: `${titles(keeper)}; ${sql}`, ids: ['definer-owner-logs-in'], asked: { definers, ...asked }, isLeft: true, mends: /^alter routine shop\.titles\(\) owner to <a role of its own that logs in nowhere>;$/ })
  })
})

t.test('what is taken from a role that serves requests through PUBLIC stays with those named that serve none', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const may = (role: string, isIt: boolean, asks: string): readonly [string, string] => [role, `do $$ begin assert ${asks} = ${isIt}; end $$`]
    for (const [id, signature, isOfTenants] of [
      ['setting-forgeable', 'set_config(text,text,boolean)', true], ['session-functions', 'pg_try_advisory_lock(bigint)', true], ['query-functions', 'query_to_xml(text,boolean,boolean,text)', true], ['large-objects', 'lo_get(oid)', false], ['server-files', 'pg_read_file(text)', false]
    ] as const) {
      const asks = `has_function_privilege('pg_catalog.${signature}', 'execute')`
      await mended(t, query, {
        what: id,
        sql: `revoke execute on function pg_catalog.${signature} from ${tenant}; grant execute on function pg_catalog.${signature} to public`,
        ids: [id],
        asked: { trustedRoles: [other] },
        asSuperuser: true,
        then: [...works, may(tenant, false, asks), may(operator, isOfTenants, asks), may(owner, true, asks), may(other, true, asks)]
      })
    }
    for (const [id, body, language] of [['function-runs-text', "'begin execute q; end'", 'plpgsql'], ['language-untrusted', "'int4in'", 'internal']] as const) {
      const signature = language === 'internal' ? 'shop.run(cstring)' : 'shop.run(text)'
      await mended(t, query, { what: id, sql: `create function shop.run(${language === 'internal' ? 'cstring' : 'q text'}) returns ${language === 'internal' ? 'integer' : 'void'} language ${language} as ${body}`, ids: [id], asked: { trustedRoles: [other] }, asSuperuser: true, then: [...works, may(tenant, false, `has_function_privilege('${signature}', 'execute')`), may(other, true, `has_function_privilege('${signature}', 'execute')`), may(owner, true, `has_function_privilege('${signature}', 'execute')`)] })
    }
    await mended(t, query, { what: 'what creates in a schema', sql: 'create schema plan; grant all on schema plan to public', ids: ['create-privilege'], asked: { trustedRoles: [other] }, asSuperuser: true, then: [...works, [owner, 'create table plan.made ()'], [other, 'create table plan.made ()'], [tenant, 'create table plan.made ()', '42501'], [operator, 'create table plan.made ()', '42501']] })
    for (const [id, privilege, inverse] of [['create-privilege', 'create', owner], ['temporary-privilege', 'temporary', other]] as const) {
      await mended(t, query, {
        what: `${privilege} in the database`,
        sql: `do $$ begin execute format('grant ${privilege} on database %I to public', current_database()); end $$`,
        ids: [id],
        asked: { trustedRoles: [other] },
        asSuperuser: true,
        then: [...works, may(inverse, true, `has_database_privilege(current_database(), '${privilege}')`), may(tenant, false, `has_database_privilege(current_database(), '${privilege}')`)]
      })
    }
  })
})

t.test('a privilege is taken from whoever has it, whoever granted it', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const handing = (sql: string): string => `grant all on shop.orders to ${other} with grant option; grant usage on schema shop to ${other}; set local role ${other}; ${sql}; reset role`
    for (const [ids, sql, then] of [
      [['privilege-beyond-rows'], `grant truncate on shop.orders to ${tenant}, public`, [tenant, 'truncate shop.orders', '42501']],
      [['operator-writes'], `grant delete on shop.orders to ${operator}`, [operator, 'delete from shop.orders', '42501']],
      [['operator-writes'], `grant update (note) on shop.orders to ${operator}`, [operator, "update shop.orders set note = ''", '42501']],
      [['key-updatable'], `grant update on shop.orders to ${tenant}`, [tenant, 'update shop.orders set tenant_id = 1', '42501']],
      [['column-readable'], `grant select on shop.orders to ${tenant}`, [tenant, 'select secret from shop.orders', '42501']],
      [['granted-to-public'], 'grant select on shop.orders to public', [`${other}_guest`, 'select note from shop.orders', '42501']],
      [['privilege-for-another-role'], `grant select on shop.orders to ${other}_guest`, [`${other}_guest`, 'select note from shop.orders', '42501']],
      [['grant-option'], `grant delete on shop.orders to ${tenant} with grant option`, [tenant, 'do $$ begin assert not has_table_privilege(\'shop.orders\', \'delete with grant option\'); end $$']]
    ] as const) {
      await mended(t, query, { what: ids.join(), sql: `create role ${other}_guest login; grant usage on schema shop to ${other}_guest; ${handing(sql)}`, ids: [...ids], asked: { trustedRoles: [other], hiddenColumns: ['orders.secret'] }, asSuperuser: true, then: [...works, then] })
    }
    for (const [id, kind] of [['relation-elsewhere', 'table'], ['materialized-view-readable', 'materialized view']] as const) {
      await mended(t, query, { what: kind, sql: `create schema plan; grant usage on schema plan to ${tenant}, ${other}; create ${kind} plan.kept as select 1 as one; grant all on plan.kept to ${other} with grant option; set local role ${other}; grant select on plan.kept to ${tenant}; reset role`, ids: [id], asked: { trustedRoles: [other] }, asSuperuser: true, then: [...works, [tenant, 'select one from plan.kept', '42501'], [other, 'select one from plan.kept']] })
    }
    await mended(t, query, {
      what: 'a counter',
      sql: `alter table shop.orders add number bigserial; grant all on sequence shop.orders_number_seq to ${other} with grant option; set local role ${other}; grant all on sequence shop.orders_number_seq to ${tenant}; reset role`,
      ids: ['sequence-readable'],
      asked: { trustedRoles: [other] },
      asSuperuser: true,
      then: [...works, [tenant, 'select last_value from shop.orders_number_seq', '42501']]
    })
  })
})

t.test('an application whose role owned its tables works when it owns them no more, and is not told that its sessions should see none', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const owned = `alter table shop.tenant owner to ${tenant}; alter table shop.orders owner to ${tenant}; alter table shop.line owner to ${tenant}; alter function shop.current_tenant() owner to ${tenant}; alter schema shop owner to ${tenant}`
    await mended(t, query, {
      what: 'everything',
      sql: `alter table shop.orders add number bigserial; ${owned}`,
      ids: ['role-owns'],
      asked: { hiddenColumns: ['orders.secret'] },
      asSuperuser: true,
      said: [['<owner>', owner], ['<what it uses of select, insert, update, delete>', 'select']],
      then: [...works, [tenant, 'update shop.orders set tenant_id = 2', '42501'], [tenant, 'select secret from shop.orders', '42501'], [tenant, 'truncate shop.line', '42501'], [tenant, 'select name from shop.tenant'], [operator, 'do $$ begin assert (select count(*) from shop.orders) = 2; end $$']]
    })
    await mended(t, query, { what: 'a table of the operator\'s', sql: `alter table shop.orders owner to ${operator}; grant select, insert, delete, update (note) on shop.orders to ${tenant}`, ids: ['role-owns'], asSuperuser: true, said: [['<owner>', owner]], then: [...works, [operator, 'delete from shop.orders', '42501']] })
    await mended(t, query, { what: 'sessions of an owner', sql: `${owned}; alter table shop.line owner to ${owner}; alter role ${owner} login`, ids: ['owner-sees-nothing'], asSuperuser: true, mends: new RegExp(`^alter role ${owner} set row_security = off;$`), then: [[tenant, `do $$ begin assert not exists (select from pg_catalog.pg_db_role_setting where setrole = '${tenant}'::regrole); end $$`]] })
  })
})

t.test('a function that has to be IMMUTABLE, or writes, stays what it is', async t => {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    // An immutable one that makes something of its argument alone is as it should be.
    const made = (volatility: string, body = "begin return lower(a || current_setting('shop.suffix', true)); end"): string => `create function shop.norm(a text) returns text language plpgsql ${volatility} as $$ ${body} $$; grant execute on function shop.norm(text) to ${tenant}; alter policy own on shop.orders using (tenant_id = shop.current_tenant() and coalesce(shop.norm(note), '') is not null); alter function shop.norm(text) owner to ${owner}`
    const ids = ['policy-function-volatility']
    for (const volatility of ['immutable', 'volatile']) await mended(t, query, { what: volatility, sql: made(volatility), ids, then: works, mends: /^alter function shop\.norm\(text\) stable;$/ })
    for (const [what, sql] of [
      ['an index', 'create index on shop.orders (shop.norm(note))'], ['an index over some rows', "create index on shop.orders (note) where shop.norm(note) <> ''"], ['a generated column', 'alter table shop.orders add normal text generated always as (shop.norm(note)) stored'],
      ['partitions', 'create table shop.part (note text) partition by list (shop.norm(note))'], ['statistics', 'create statistics shop.normal on (shop.norm(note)), id from shop.orders']
    ] as const) await mended(t, query, { what, sql: `${made('immutable')}; ${sql}`, ids, isLeft: true, mends: /^create function <a stable one that gives what shop\.norm\(text\) gives>; alter policy own on shop\.orders <that calls it>;$/ })
    await mended(t, query, { what: 'one that writes, resolved when it was made', sql: `create sequence shop.looked; ${made('volatile')}; create or replace function shop.norm(a text) returns text language sql begin atomic select a || nextval('shop.looked'); end`, ids, isLeft: true, mends: /^create function <a stable one/ })
    await mended(t, query, { what: 'one that writes', sql: made('volatile', 'begin insert into shop.seen values (a); return a; end'), ids, isLeft: true, mends: /^create function <a stable one/ })
  })
})
