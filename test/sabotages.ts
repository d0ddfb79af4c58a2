/** One thing done to a good database that lets a tenant, or somebody else, see or do more than they should. */
export interface Sabotage {
  /** The rule that is meant for it. */
  rule: string
  /** What the rule is to point at, where only one thing can be meant. */
  object?: string
  /** Done by a superuser, and undone then. */
  sql: string
  /** Whether nobody says what policies compare the key with: it is found out from what most of them do. */
  isContextFoundOut?: true
}

const definer = (name: string, rest = ''): string => `create function rowhouse.${name}() returns bigint language sql security definer ${rest} as 'select count(*) from rowhouse.project'; grant execute on function rowhouse.${name}() to rowhouse_tenant;`
const replaceContext = (body: string, properties = 'stable parallel safe'): string => `create or replace function rowhouse.current_account_id() returns bigint language sql ${properties} return ${body};`
/** The same as a text, which PostgreSQL keeps as it is. */
const writeContext = (body: string): string => `create or replace function rowhouse.current_account_id() returns bigint language sql stable parallel safe as $body$ select ${body}\n$body$`
const orTheFirst = "coalesce(nullif(current_setting('app.account_id', true), '')::bigint, 1)"
/** Has something made anew that calls a function, while another of its name, whose last argument has a default, is all that there is of it. */
const callingAnother = (name: string, its: string, another: string, remake: string): string => `alter function rowhouse.${name}(${its}) rename to aside; ${another}; ${remake}; alter function rowhouse.aside(${its}) rename to ${name}`
/** Makes a function anew from its own text, with one thing in it changed. */
const redefined = (signature: string, before: string, after: string): string => `do $$ declare made text := replace(pg_get_functiondef('${signature}'::regprocedure), '${before}', '${after}'); begin execute made; end $$`
const copying = "create function rowhouse.copy() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$ begin new.name := (select string_agg(name, ' ') from rowhouse.project); return new; end $$; create trigger copy before insert on rowhouse.project for each row execute function rowhouse.copy();"
const hiding = "create schema hidden; create function hidden.peek() returns text language sql stable security definer set search_path = '' as 'select string_agg(name, '', '') from rowhouse.project'; grant execute on function hidden.peek() to rowhouse_tenant;"
/** The same, as a function of one argument: what an operator or a cast calls. */
const openly = "create schema hidden; create function hidden.all_of(text) returns text language sql stable security definer set search_path = '' as 'select string_agg(name, '', '') from rowhouse.project'; grant execute on function hidden.all_of(text) to rowhouse_tenant;"

const temporary = "do $$ begin execute format('grant temporary on database %I to rowhouse_tenant', current_database()); end $$"
/** A login that becomes the one that serves tenants, as a pool's may. */
const pool = 'create role switching login noinherit; grant rowhouse_tenant to switching; alter role switching'

/** A helper of a schema of its own, in a language of PostgreSQL's. */
const helper = (signature: string, body: string, language = 'plpgsql'): string => `create schema helpers; grant usage on schema helpers to rowhouse_tenant; create function helpers.${signature} language ${language} as $body$ ${body} $body$`
/** Has every policy of the tenants compare the key with something else. @param context with %1$s for the key, %2$s for the table */
const everywhere = (context: string): string => `do $$
  declare
    whose record;
  begin
    for whose in select relation.relname, case relation.relname when 'account' then 'id' else 'account_id' end as key from pg_policy join pg_class as relation on relation.oid = polrelid where relation.relnamespace = 'rowhouse'::regnamespace and polname = 'tenant' loop
      execute format('alter policy tenant on rowhouse.%2$I using (%1$I = ${context.replaceAll('\'', '\'\'')}) with check (%1$I = ${context.replaceAll('\'', '\'\'')})', whose.key, whose.relname);
    end loop;
  end
$$`
const ofTexts = "create collation rowhouse.alike (provider = icu, locale = 'und-u-ks-level2', deterministic = false); do $$ declare t name; begin for t in select relname from pg_class where relnamespace = 'rowhouse'::regnamespace and relkind = 'r' loop execute format('drop policy if exists tenant on rowhouse.%I', t); end loop; end $$; create table rowhouse.fresh (account_id text not null, id bigint, primary key (account_id, id)); alter table rowhouse.fresh enable row level security, force row level security; grant select on rowhouse.fresh to rowhouse_tenant;"
const textually = (context: string, besides = ''): string => `create policy tenant on rowhouse.fresh to rowhouse_tenant using (${besides} account_id = (${context}))`
const ofRow = "create function rowhouse.owner_at(place tid) returns bigint language sql stable parallel safe return 1::bigint; create function rowhouse.owner_in(whole jsonb) returns bigint language sql stable parallel safe return coalesce(whole ->> 'account_id', whole ->> 'id')::bigint"
const acting = (statement: string): string => helper('act_as(n bigint) returns bigint', `begin ${statement}; return n; end`)

export const sabotages: readonly Sabotage[] = [
  { rule: 'root-missing', object: 'rowhouse.account', sql: 'alter table rowhouse.account rename to tenant' },
  // Row-level security itself.
  { rule: 'rls-off', object: 'rowhouse.project', sql: 'alter table rowhouse.project disable row level security' },
  { rule: 'rls-off', object: 'rowhouse.fresh', sql: 'create table rowhouse.fresh (account_id bigint not null, id bigint, primary key (account_id, id)); grant select on rowhouse.fresh to rowhouse_tenant' },
  { rule: 'rls-off', object: 'rowhouse.fresh', sql: 'create table rowhouse.fresh (id bigint primary key); grant select (id) on rowhouse.fresh to rowhouse_operator' },
  { rule: 'rls-not-forced', object: 'rowhouse.task', sql: 'alter table rowhouse.task no force row level security' },
  {
    rule: 'partition-open', object: 'rowhouse.parted_1', sql: `create table rowhouse.parted (account_id bigint not null references rowhouse.account (id), id bigint, primary key (account_id, id)) partition by list (account_id); create table rowhouse.parted_1 partition of rowhouse.parted for values in (1);
    select rowhouse.build_wall('rowhouse.parted'); grant select on rowhouse.parted, rowhouse.parted_1 to rowhouse_tenant`
  },
  { rule: 'inherited-open', object: 'rowhouse.child', sql: 'create table rowhouse.child () inherits (rowhouse.project)' },
  { rule: 'inherited-from', object: 'rowhouse.label', sql: 'create table rowhouse.label (name text not null); grant select on rowhouse.label to rowhouse_tenant; alter table rowhouse.project inherit rowhouse.label' },
  { rule: 'inherited-from', object: 'lists.label', sql: 'create schema lists; create table lists.label (name text not null); create table lists.between () inherits (lists.label); grant select on lists.label to rowhouse_tenant; grant usage on schema lists to rowhouse_tenant; alter table rowhouse.project inherit lists.between' },
  { rule: 'inherited-from', object: 'rowhouse.account', sql: "create table rowhouse.fresh (like rowhouse.account including all, account_id bigint not null references rowhouse.account); select rowhouse.build_wall('rowhouse.fresh'); alter table rowhouse.fresh inherit rowhouse.account" },
  { rule: 'tenant-blind', object: 'rowhouse.project', sql: 'drop policy tenant on rowhouse.project' },
  { rule: 'tenant-blind', object: 'rowhouse.project', sql: 'alter policy tenant on rowhouse.project to rowhouse_operator' },
  { rule: 'key-missing', object: 'rowhouse.fresh', sql: 'create table rowhouse.fresh (id bigint primary key); alter table rowhouse.fresh enable row level security, force row level security; grant select on rowhouse.fresh to rowhouse_tenant' },
  { rule: 'key-nullable', object: 'rowhouse.account_event', sql: 'alter table rowhouse.account_event drop constraint account_event_pkey; alter table rowhouse.account_event alter account_id drop not null' },
  { rule: 'key-type', object: 'rowhouse.fresh', sql: "create table rowhouse.fresh (account_id integer not null, id bigint, primary key (account_id, id)); select rowhouse.build_wall('rowhouse.fresh'); grant select on rowhouse.fresh to rowhouse_tenant" },
  // Keys of text, of tenants that are text.
  { rule: 'key-type', object: 'rowhouse.fresh', sql: "create collation rowhouse.alike (provider = icu, locale = 'und-u-ks-level2', deterministic = false); alter table rowhouse.account rename to numbered; create table rowhouse.account (id text primary key); create table rowhouse.fresh (account_id text collate rowhouse.alike not null, id bigint, primary key (account_id, id)); grant select on rowhouse.account, rowhouse.fresh to rowhouse_tenant" },
  { rule: 'key-defaulted', object: 'rowhouse.project', sql: 'alter table rowhouse.project alter account_id set default 1' },
  { rule: 'key-generated', object: 'rowhouse.project', sql: 'alter table rowhouse.project alter account_id add generated by default as identity' },
  { rule: 'key-not-referring', object: 'rowhouse.user_session', sql: 'alter table rowhouse.user_session drop constraint user_session_account' },
  { rule: 'key-not-indexed', object: 'rowhouse.fresh', sql: "create table rowhouse.fresh (account_id bigint not null references rowhouse.account (id), id bigint, primary key (id, account_id)); select rowhouse.build_wall('rowhouse.fresh'); grant select on rowhouse.fresh to rowhouse_tenant" },
  { rule: 'key-trigger-off', object: 'rowhouse.task.task_project', sql: 'alter table rowhouse.task disable trigger all' },
  { rule: 'trigger', object: 'rowhouse.project.spy', sql: 'create function rowhouse.spy() returns trigger language plpgsql as $$ begin return new; end $$; create trigger spy before insert on rowhouse.project for each row execute function rowhouse.spy()' },
  { rule: 'rewrite-rule', object: 'rowhouse.project.also', sql: 'create rule also as on insert to rowhouse.project do also select count(*) from rowhouse.task' },
  { rule: 'published', object: 'rowhouse.project', sql: 'create publication everything for table rowhouse.project' },
  { rule: 'published', object: 'rowhouse.subtask', sql: 'create publication everything for all tables' },

  // What a stored view, default or check refers to is found by its id: nobody asks for the use of its schema.
  { rule: 'relation-elsewhere', object: 'hidden.copy', sql: 'create schema hidden; create table hidden.copy as select account_id, name from rowhouse.project; grant select on hidden.copy to rowhouse_tenant; create view rowhouse.copy with (security_invoker = true) as select account_id, name from hidden.copy; grant select on rowhouse.copy to rowhouse_tenant' },
  { rule: 'view-as-owner', object: 'hidden.everything', sql: 'create schema hidden; create view hidden.everything as select account_id, name from rowhouse.project; grant select on hidden.everything to rowhouse_tenant; create view rowhouse.handy with (security_invoker = true) as select account_id, name from hidden.everything; grant select on rowhouse.handy to rowhouse_tenant' },
  { rule: 'definer-unknown', object: 'hidden.peek()', sql: `${hiding} alter table rowhouse.project alter details set default hidden.peek()` },
  { rule: 'definer-unknown', object: 'hidden.peek()', sql: `${hiding} alter table rowhouse.project add constraint quiet check (details <> hidden.peek()) not valid` },
  { rule: 'definer-unknown', object: 'hidden.peek()', sql: `${hiding} create view rowhouse.handy with (security_invoker = true) as select hidden.peek() as names; grant select on rowhouse.handy to rowhouse_tenant` },
  { rule: 'definer-unknown', object: 'hidden.all_of(text)', sql: `${openly} create operator rowhouse.!! (rightarg = text, function = hidden.all_of)` },
  { rule: 'definer-unknown', object: 'hidden.all_of(rowhouse.names)', sql: `create type rowhouse.names as (all_of text); ${openly.replaceAll('(text)', '(rowhouse.names)')} create cast (rowhouse.names as text) with function hidden.all_of(rowhouse.names)` },
  { rule: 'rewrite-rule', object: 'rowhouse.handy.more', sql: 'create view rowhouse.handy with (security_invoker = true) as select account_id, name from rowhouse.project; create rule more as on insert to rowhouse.handy do instead select account_id, password_hash from rowhouse.app_user; grant insert, select on rowhouse.handy to rowhouse_tenant' },
  { rule: 'function-sets-context', object: 'helpers.peek()', sql: "create schema helpers; grant usage on schema helpers to rowhouse_tenant; create function helpers.peek() returns text language sql stable set app.account_id = '2' as 'select string_agg(name, '', '') from rowhouse.project'; grant execute on function helpers.peek() to rowhouse_tenant" },
  { rule: 'function-runs-text', object: 'helpers.run(text)', sql: "create schema helpers; grant usage on schema helpers to rowhouse_tenant; create function helpers.run(q text) returns text language plpgsql as $$ begin execute q; return ''; end $$; grant execute on function helpers.run(text) to rowhouse_tenant" },
  { rule: 'function-runs-text', object: 'rowhouse.run(text)', sql: "create function rowhouse.run(q text) returns text language plpgsql as $$ begin execute/* what comes */q; return ''; end $$; grant execute on function rowhouse.run(text) to rowhouse_tenant" },
  { rule: 'function-runs-text', object: 'helpers.run(text)', sql: helper('run(q text) returns text', "begin execute(q); return ''; end") },
  { rule: 'function-runs-text', object: 'helpers.run(text)', sql: helper('run(q text) returns text', "begin execute format('%1$s', q); return ''; end") },
  { rule: 'function-runs-text', object: 'helpers.run(text)', sql: helper('run(q text) returns setof text', "begin return query execute 'select name from rowhouse.project where ' || q; end") },
  { rule: 'function-runs-text', object: 'helpers.put(text,text)', sql: helper('put(name text, value text) returns void', "begin execute format('set local %I = %L', name, value); end") },
  { rule: 'function-runs-text', object: 'helpers.put(text,text)', sql: helper('put(name text, value text) returns void', "begin execute 'set local app.' || quote_ident(name) || ' = ' || quote_literal(value); end") },
  { rule: 'function-names-tenant', object: 'helpers.act_as(bigint)', sql: acting("execute format('set local app.account_id = %L', n)") },
  { rule: 'function-names-tenant', object: 'helpers.act_as(bigint)', sql: acting("execute 'set local app.account_id = ' || n") },
  { rule: 'function-names-tenant', object: 'helpers.act_as(bigint)', sql: acting("execute 'set local app.' || 'account_id = ' || quote_literal(n)") },
  { rule: 'function-names-tenant', object: 'helpers.act_as(bigint)', sql: acting("set/**/local App . \"account_id\" = '2'") },
  { rule: 'function-names-tenant', object: 'helpers.act_as()', sql: helper('act_as() returns bigint', "set app.account_id = '2'; select 2::bigint", 'sql') },
  { rule: 'function-names-tenant', object: 'helpers.act_as()', sql: "create schema helpers; grant usage on schema helpers to rowhouse_tenant; create procedure helpers.act_as() language plpgsql as $$ begin set local app.account_id = '2'; end $$" },
  { rule: 'function-names-tenant', object: 'rowhouse.act_as()', sql: "create function rowhouse.act_as() returns void language plpgsql as $$ begin set local app.account_id = '2'; end $$; create role helpers nologin; revoke execute on function rowhouse.act_as() from public; grant execute on function rowhouse.act_as() to helpers; alter role rowhouse_tenant inherit; grant helpers to rowhouse_tenant" },
  // Of a setting whose name is not written out where it is read.
  ...[
    writeContext("current_setting('app.' || 'account_id')::bigint"), writeContext('current_setting($q$app.account_id$q$)::bigint'), writeContext(String.raw`"current_setting"(E'app\x2eaccount_id')::bigint`), replaceContext("current_setting('app.' || 'account_id')::bigint"),
    ...["k constant text := 'app.account_id'; begin return current_setting(k)::bigint; end", "v bigint; begin execute 'select current_' || 'setting(''app.account_id'')::bigint' into v; return v; end"].map(body => `create or replace function rowhouse.current_account_id() returns bigint language plpgsql stable parallel safe as $body$ declare ${body} $body$`)
  ].map(sql => ({ rule: 'function-names-tenant', object: 'helpers.act_as(bigint)', sql: `${sql}; ${acting("execute format('set local app.account_id = %L', n)")}` })),
  ...([
    ['function-names-tenant', 'helpers.act_as(bigint)', acting("execute 'set local app.' || 'account_id = ' || quote_literal(n)")],
    ['function-sets-context', 'helpers.peek()', "create schema helpers; grant usage on schema helpers to rowhouse_tenant; create function helpers.peek() returns text language sql stable set app.account_id = '2' as 'select string_agg(name, '', '') from rowhouse.project'"],
    ['function-runs-text', 'helpers.run(text)', helper('run(q text) returns text', "begin execute q; return ''; end")],
    ['setting-forgeable', 'rowhouse_tenant', 'grant execute on function pg_catalog.set_config(text, text, boolean) to rowhouse_tenant'],
    ['query-functions', 'rowhouse_tenant', 'grant execute on function pg_catalog.query_to_xml(text, boolean, boolean, text) to rowhouse_tenant'],
    ['role-setting-context', 'rowhouse_tenant', "alter role rowhouse_tenant set app.account_id = '1'"]
  ] as const).map(([rule, object, sql]) => ({ rule, object, sql: `create or replace function rowhouse.current_account_id() returns bigint language plpgsql stable parallel safe as $body$ declare k constant text := 'app.account_id'; begin return current_setting(k)::bigint; end $body$; ${sql}` })),
  { rule: 'context-overloaded', object: 'rowhouse.current_account_id(integer)', sql: 'create function rowhouse.current_account_id(ignored integer default 1) returns bigint language sql stable return 2::bigint' },
  { rule: 'definer-unknown', object: 'rowhouse.note_account_event(bigint,text,text,jsonb)', sql: 'grant execute on function rowhouse.note_account_event(bigint, text, text, jsonb) to rowhouse_tenant' },
  { rule: 'definer-unknown', object: 'rowhouse.step(numeric,numeric)', sql: "create function rowhouse.step(numeric, numeric) returns numeric language sql security definer as 'select count(*)::numeric from rowhouse.project'; revoke execute on function rowhouse.step(numeric, numeric) from public; create aggregate rowhouse.all_of(numeric) (sfunc = rowhouse.step, stype = numeric); grant execute on function rowhouse.all_of(numeric) to rowhouse_tenant" },
  // Whoever cannot name its schema calls it all the same, by a policy.
  { rule: 'definer-unknown', object: 'hidden.mine()', sql: 'create schema hidden; create function hidden.mine() returns bigint language sql stable security definer set search_path = pg_catalog, pg_temp as \'select 1::bigint\'; create policy too on rowhouse.project as restrictive to rowhouse_tenant using (account_id = hidden.mine())' },
  { rule: 'definer-unknown', object: 'rowhouse.copy()', sql: `${copying.replaceAll('rowhouse.project for', 'rowhouse.audit_event for')} revoke execute on function rowhouse.copy() from public, rowhouse_tenant; revoke all on rowhouse.audit_event from rowhouse_tenant` },
  { rule: 'create-privilege', object: 'rowhouse_tenant', sql: 'grant create on schema pg_catalog to rowhouse_tenant' },
  { rule: 'unique-without-key', object: 'rowhouse.one_of_all', sql: 'create unique index one_of_all on rowhouse.account (name); grant update (name) on rowhouse.account to rowhouse_tenant' },
  ...[['context', 'app.account_id = 1'], ['replica', 'session_replication_role = replica'], ['role', 'role = rowhouse_operator']].map(([what, setting]) => ({ rule: `role-setting-${what}`, object: 'switching', sql: `${pool} set ${setting}` })),
  { rule: 'role-setting-search-path', object: 'rowhouse_tenant', sql: "create schema evil; create function evil.set_account(bigint) returns void language sql as 'select rowhouse.set_account(2)'; grant usage on schema evil to rowhouse_tenant; alter role rowhouse_tenant set search_path = evil, rowhouse" },
  { rule: 'role-setting-search-path', object: 'rowhouse_tenant', sql: 'create schema "Evil, too"; create table "Evil, too".task (); grant usage on schema "Evil, too" to rowhouse_tenant; alter role rowhouse_tenant set search_path = "Evil, too", "$user", rowhouse' },
  // Of procedures and aggregates, too.
  ...['definer-unknown', 'definer-search-path'].map(rule => ({ rule, object: 'rowhouse.peek()', sql: 'create procedure rowhouse.peek() language plpgsql security definer as $$ begin perform count(*) from rowhouse.project; end $$; grant execute on procedure rowhouse.peek() to rowhouse_tenant' })),
  { rule: 'function-runs-text', object: 'rowhouse.run(text)', sql: 'create procedure rowhouse.run(q text) language plpgsql as $$ begin execute q; end $$; grant execute on procedure rowhouse.run(text) to rowhouse_tenant' },
  { rule: 'function-sets-context', object: 'rowhouse.peek()', sql: "create procedure rowhouse.peek() language sql set app.account_id = '2' as 'select count(*) from rowhouse.project'; grant execute on procedure rowhouse.peek() to rowhouse_tenant" },
  { rule: 'context-overloaded', object: 'rowhouse.current_account_id(text)', sql: 'create procedure rowhouse.current_account_id(text) language sql begin atomic end' },
  { rule: 'execute-public', object: 'rowhouse.all_of(numeric)', sql: 'create aggregate rowhouse.all_of(numeric) (sfunc = numeric_add, stype = numeric); grant execute on function rowhouse.all_of(numeric) to public' },
  { rule: 'manifest-unlisted', object: 'rowhouse.all_of(numeric)', sql: 'create aggregate rowhouse.all_of(numeric) (sfunc = numeric_add, stype = numeric)' },
  // As ALTER SYSTEM and ALTER ROLE ALL do.
  { rule: 'role-setting-replica', object: 'the server', sql: 'set session_replication_role = replica' },
  { rule: 'role-without-timeouts', object: 'rowhouse_tenant', sql: "alter role rowhouse_tenant set statement_timeout = '0s'" },
  { rule: 'sequence-readable', object: 'rowhouse.project_id_seq', sql: 'grant usage on sequence rowhouse.project_id_seq to rowhouse_tenant' },
  { rule: 'session-functions', object: 'rowhouse_tenant', sql: 'grant execute on function pg_catalog.pg_advisory_xact_lock(bigint) to public' },
  { rule: 'default-execute', object: 'rowhouse_owner', sql: 'alter default privileges for role rowhouse_owner in schema rowhouse grant execute on functions to public' },
  { rule: 'default-privileges', sql: 'alter default privileges for role rowhouse_owner grant usage, create on schemas to rowhouse_tenant' },
  // One of an extension that runs a text, several statements in it.
  { rule: 'function-runs-text', object: 'rowhouse.xpath_table(text,text,text,text,text)', sql: 'create extension xml2 schema rowhouse' },
  { rule: 'default-execute', object: 'rowhouse_owner', sql: 'alter default privileges for role rowhouse_owner in schema rowhouse grant execute on functions to rowhouse_tenant' },
  { rule: 'foreign-server-usable', object: 'nothing', sql: 'create foreign data wrapper nothing; grant usage on foreign data wrapper nothing to rowhouse_tenant' },
  { rule: 'owner-sees-nothing', object: 'rowhouse_owner', sql: 'alter role rowhouse_owner reset row_security' },
  { rule: 'operator-user-defined', object: 'rowhouse.mood as text', sql: "create type rowhouse.mood as enum ('calm'); create cast (rowhouse.mood as text) with inout as implicit" },
  { rule: 'operator-class-user-defined', object: 'rowhouse.blind_names', sql: 'create operator class rowhouse.blind for type bigint using btree as operator 3 =(bigint, bigint), function 1 pg_catalog.btint8cmp(bigint, bigint); create unique index blind_names on rowhouse.project (account_id rowhouse.blind, id)' },
  { rule: 'foreign-key-elsewhere', object: 'rowhouse.project.to_copy', sql: 'create schema stash; create table stash.copy as select id from rowhouse.project; alter table stash.copy add primary key (id); alter table rowhouse.project add copy_id bigint constraint to_copy references stash.copy' },

  // Granted to everybody, or to a group: a revoke from the role alone takes nothing away.
  { rule: 'relation-elsewhere', object: 'backups.project', sql: 'create schema backups; create table backups.project as select account_id, name from rowhouse.project; grant usage on schema backups to public; grant select on backups.project to public' },
  { rule: 'relation-elsewhere', object: 'backups.project', sql: 'create schema backups; create table backups.project as select account_id, name from rowhouse.project; create role readers nologin; grant usage on schema backups to public; grant select (name) on backups.project to readers; alter role rowhouse_tenant inherit; grant readers to rowhouse_tenant' },
  { rule: 'materialized-view-readable', object: 'rowhouse.everything', sql: 'create materialized view rowhouse.everything as select name from rowhouse.project; grant select on rowhouse.everything to public' },
  { rule: 'foreign-table-usable', object: 'rowhouse.elsewhere', sql: 'create foreign data wrapper nothing; create server nowhere foreign data wrapper nothing; create foreign table rowhouse.elsewhere (id bigint) server nowhere; grant select on rowhouse.elsewhere to public' },
  { rule: 'sequence-readable', object: 'rowhouse.project_id_seq', sql: 'grant select on sequence rowhouse.project_id_seq to public' },
  { rule: 'sequence-readable', object: 'counters.q', sql: 'create schema counters; create sequence counters.q; grant update on sequence counters.q to rowhouse_tenant; alter table rowhouse.project add number bigint default nextval(\'counters.q\')' },
  { rule: 'operator-writes', object: 'rowhouse.project', sql: 'grant update (name) on rowhouse.project to public' },
  { rule: 'key-updatable', object: 'rowhouse.project', sql: 'grant update on rowhouse.project to public' },
  { rule: 'column-readable', object: 'rowhouse.app_user.password_hash', sql: 'grant select on rowhouse.app_user to public' },
  { rule: 'create-privilege', object: 'rowhouse_tenant', sql: 'create role makers nologin; grant create on schema rowhouse to makers; alter role rowhouse_tenant inherit; grant makers to rowhouse_tenant' },
  { rule: 'temporary-privilege', object: 'rowhouse_operator', sql: "do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$" },
  { rule: 'parameter-granted', object: 'session_replication_role', sql: 'create role setters nologin; grant set on parameter session_replication_role to setters; alter role rowhouse_tenant inherit; grant setters to rowhouse_tenant' },
  { rule: 'foreign-server-usable', object: 'nothing', sql: 'create foreign data wrapper nothing; grant usage on foreign data wrapper nothing to public' },
  { rule: 'function-runs-text', object: 'rowhouse.run(text)', sql: "create role runners nologin; create function rowhouse.run(q text) returns text language plpgsql as $$ begin execute q; return ''; end $$; revoke execute on function rowhouse.run(text) from public; grant execute on function rowhouse.run(text) to runners; alter role rowhouse_tenant inherit; grant runners to rowhouse_tenant" },
  {
    rule: 'partition-open', object: 'rowhouse.parted_1', sql: `create table rowhouse.parted (account_id bigint not null references rowhouse.account (id), id bigint, primary key (account_id, id)) partition by list (account_id); create table rowhouse.parted_1 partition of rowhouse.parted for values in (1);
    select rowhouse.build_wall('rowhouse.parted'); grant select on rowhouse.parted to rowhouse_tenant; grant select on rowhouse.parted_1 to public`
  },

  // Two or three things together, each harmless or warned of by itself.
  { rule: 'policy-using', object: 'rowhouse.project.helper', sql: 'create role helpers nologin; alter role rowhouse_tenant inherit; create policy helper on rowhouse.project for select to helpers using (true); grant helpers to rowhouse_tenant' },
  { rule: 'view-as-owner', object: 'rowhouse.inner_view', sql: 'create view rowhouse.inner_view as select account_id, name from rowhouse.project; create view rowhouse.outer_view with (security_invoker = true) as select name from rowhouse.inner_view; grant select on rowhouse.outer_view, rowhouse.inner_view to rowhouse_tenant' },
  { rule: 'role-bypasses', object: 'rowhouse_operator', sql: 'create role one noinherit; create role two noinherit; create role three bypassrls noinherit; grant three to two; grant two to one; grant one to rowhouse_operator' },
  { rule: 'privilege-beyond-rows', object: 'rowhouse.project', sql: 'create role gardeners nologin; grant truncate on rowhouse.project to gardeners; alter role rowhouse_tenant inherit; grant gardeners to rowhouse_tenant' },
  { rule: 'foreign-key-without-key', object: 'rowhouse.task.loose', sql: 'alter table rowhouse.task drop constraint task_project; alter table rowhouse.project add constraint spare unique (id); alter table rowhouse.task add constraint loose foreign key (project_id) references rowhouse.project (id)' },
  {
    rule: 'partition-open', object: 'rowhouse.later', sql: `create table rowhouse.parted (account_id bigint not null references rowhouse.account (id), id bigint, primary key (account_id, id)) partition by list (account_id); select rowhouse.build_wall('rowhouse.parted'); grant select on rowhouse.parted to rowhouse_tenant;
    create table rowhouse.later (account_id bigint not null, id bigint not null); grant select on rowhouse.later to rowhouse_tenant; alter table rowhouse.parted attach partition rowhouse.later for values in (2)`
  },
  { rule: 'policy-check', object: 'rowhouse.project.tenant', sql: 'alter policy tenant on rowhouse.project with check (account_id = rowhouse.current_account_id() or account_id = 1); create policy floor on rowhouse.project as restrictive to rowhouse_operator using (account_id = 1)' },
  { rule: 'setting-forgeable', object: 'rowhouse_tenant', sql: 'create role setters nologin; grant execute on function pg_catalog.set_config(text, text, boolean) to setters; alter role rowhouse_tenant inherit; grant setters to rowhouse_tenant' },
  { rule: 'column-readable', object: 'rowhouse.app_user.password_hash', sql: 'create role readers nologin; grant select (password_hash) on rowhouse.app_user to readers; alter role rowhouse_tenant inherit; grant readers to rowhouse_tenant' },

  // Policies.
  { rule: 'policy-using', object: 'rowhouse.project.tenant', sql: 'alter policy tenant on rowhouse.project using (true)' },
  { rule: 'policy-using', object: 'rowhouse.project.tenant', sql: 'alter policy tenant on rowhouse.project using (account_id = rowhouse.current_account_id() or id = 1)' },
  { rule: 'policy-using', object: 'rowhouse.project.tenant', sql: "alter policy tenant on rowhouse.project using ((id > 0 and account_id = rowhouse.current_account_id() and name <> '') or name = '')" },
  { rule: 'policy-using', object: 'rowhouse.project.tenant', sql: 'alter policy tenant on rowhouse.project using (id > 0 and not (account_id = rowhouse.current_account_id()) and id > 1)' },
  { rule: 'policy-using', object: 'rowhouse.project.tenant', sql: 'alter policy tenant on rowhouse.project using (account_id >= rowhouse.current_account_id())' },
  { rule: 'policy-using', object: 'rowhouse.project.tenant', sql: 'alter policy tenant on rowhouse.project using (id = rowhouse.current_account_id())' },
  // All of them say so, of something that the row itself decides.
  ...[
    '(select %1$I)', 'rowhouse.owner_at(ctid)', '(select rowhouse.owner_at(ctid))', "case when current_setting('app.account_id') <> '' then rowhouse.owner_at(ctid) end", 'rowhouse.owner_in(to_jsonb(%2$I))',
    '(select other.id from rowhouse.account as other where other.id = %2$I.%1$I)', '(with other as (select third.id from rowhouse.account as third where third.id = %2$I.%1$I) select other.id from other)',
    '(select max(other.id) from rowhouse.account as other where exists (select from rowhouse.account as third where third.id = %2$I.%1$I and third.id = other.id))',
    '(select its.id from rowhouse.account as other, lateral (select other.id where other.id = %2$I.%1$I) as its)'
  ].map(context => ({ rule: 'policy-using', object: 'rowhouse.account.tenant', sql: `${ofRow}; ${everywhere(context)}`, isContextFoundOut: true as const })),
  { rule: 'policy-function-volatility', object: 'current_setting(text)', sql: 'alter function pg_catalog.current_setting(text) immutable' },
  { rule: 'policy-function-volatility', object: 'current_setting(text,boolean)', sql: 'alter function pg_catalog.current_setting(text, boolean) volatile' },
  { rule: 'policy-using', object: 'rowhouse.subtask.done', sql: 'create policy done on rowhouse.subtask for select to rowhouse_tenant using (is_complete)' },
  { rule: 'policy-using', object: 'rowhouse.project.fix', sql: 'create policy fix on rowhouse.project for update to rowhouse_tenant using (true) with check (true)' },
  { rule: 'policy-using', object: 'rowhouse.subtask.fix', sql: 'create policy fix on rowhouse.subtask for delete to rowhouse_tenant using (rowhouse.current_account_id() > 0)' },
  { rule: 'policy-using', object: 'rowhouse.subtask.through', sql: 'alter role rowhouse_tenant inherit; create role between_walls; grant between_walls to rowhouse_tenant; create policy through on rowhouse.subtask for select to between_walls using (true)' },
  { rule: 'policy-check', object: 'rowhouse.project.tenant', sql: 'alter policy tenant on rowhouse.project with check (true)' },
  { rule: 'policy-check', object: 'rowhouse.project.adds', sql: 'create policy adds on rowhouse.project for insert to rowhouse_tenant with check (account_id > 0)' },
  { rule: 'policy-check', object: 'rowhouse.project.adds', sql: 'create policy adds on rowhouse.project for update to rowhouse_tenant using (false) with check (true)' },
  { rule: 'policy-for-everybody', object: 'rowhouse.project.everybody', sql: 'create policy everybody on rowhouse.project for select using (account_id = rowhouse.current_account_id())' },
  { rule: 'policy-for-another-role', object: 'rowhouse.project.report', sql: 'create role reporting login; create policy report on rowhouse.project for select to reporting using (true)' },
  { rule: 'policy-operator-writes', object: 'rowhouse.project.operator', sql: 'drop policy operator on rowhouse.project; create policy operator on rowhouse.project for all to rowhouse_operator using (true)' },
  { rule: 'context-fails-open', sql: "alter policy tenant on rowhouse.project using (current_setting('app.account_id', true) is null or account_id = rowhouse.current_account_id())" },
  { rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql: replaceContext("coalesce(nullif(current_setting('app.account_id', true), '')::bigint, 1)") },
  ...[
    "return current_setting('app.account_id')::bigint; exception when others then return 1;", "return greatest(nullif(current_setting('app.account_id', true), '')::bigint, 1);",
    "if current_setting('app.account_id', true) > '' then return current_setting('app.account_id'); end if; return 1;", "return max(v) from (values (1), (nullif(current_setting('app.account_id', true), '')::bigint)) as given (v);"
  ].map(body => ({ rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql: `create or replace function rowhouse.current_account_id() returns bigint language plpgsql stable parallel safe as $body$ begin ${body} end $body$` })),
  // Over a variable, which each branch may set, or leave alone.
  ...[
    "if t = '' then return 1; end if; return t::bigint;", "if t = '' then t := '1'; end if; return t::bigint;", "if t = '' then t = '1'; end if; return t::bigint;",
    "if t = '' then select min(id) into t from rowhouse.account; end if; return t::bigint;", "if t = '' then return (select min(id) from rowhouse.account); end if; return t::bigint;"
  ].map(body => ({ rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql: `create or replace function rowhouse.current_account_id() returns bigint language plpgsql stable parallel safe as $body$ declare t text := current_setting('app.account_id', true); begin ${body} end $body$` })),
  // Without a word for it: something beside an empty text, or behind a null in an array.
  ...[
    "('0' || current_setting('app.account_id', true))::bigint", "(array_remove(array[nullif(current_setting('app.account_id', true), ''), '1'], null))[1]::bigint", "(array[nullif(current_setting('app.account_id', true), ''), '1'])[1]::bigint",
    "nullif(trim(lpad(current_setting('app.account_id', true), 3, '1')), '')::bigint", "format('%s%s', current_setting('app.account_id', true), '1')::bigint", "cast(overlay('1' placing current_setting('app.account_id', true) from 1) as bigint)"
  ].flatMap(body => [replaceContext(body), writeContext(body)]).map(sql => ({ rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql })),
  { rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql: "create or replace function rowhouse.current_account_id() returns bigint language plpgsql stable parallel safe as $body$ begin return '0' || current_setting('app.account_id', true); end $body$" },
  // Nor any of these: what a loop that has nothing to do leaves alone, what an empty text is compared with as a pattern, and what comes first.
  ...[
    'v bigint := 1; r record; begin for r in select id from rowhouse.account where slug = current_setting(\'app.host\', true) loop v := r.id; end loop; return v; end', "v bigint := 1; begin while current_setting('app.account_id', true) > '' loop v := current_setting('app.account_id')::bigint; exit; end loop; return v; end",
    'r record; begin for r in select id from rowhouse.account where slug = current_setting(\'app.host\', true) loop return r.id; end loop; return 1; end', "v bigint; begin select '0' || current_setting('app.account_id', true) into v; return v; end",
    "v bigint; host text := current_setting('app.host', true); begin select id into v from rowhouse.account where starts_with(slug, host); return v; end"
  ].map(body => ({ rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql: `create or replace function rowhouse.current_account_id() returns bigint language plpgsql stable parallel safe as $body$ declare ${body} $body$` })),
  ...[
    "order by (slug = current_setting('app.host', true)) desc nulls last", "where starts_with(slug, current_setting('app.host', true)) order by slug", "where slug ilike current_setting('app.host', true) || '%' order by slug",
    "where slug ~ ('^' || current_setting('app.host', true)) order by slug", "where strpos(slug, current_setting('app.host', true)) > 0", "where current_setting('app.host', true) in (slug, '') order by slug"
  ].flatMap(rest => [writeContext(`id from rowhouse.account ${rest} limit 1`), replaceContext(`(select id from rowhouse.account ${rest} limit 1)`)]).map(sql => ({ rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql })),
  ...["regexp_replace(current_setting('app.account_id', true), '^$', '1')::bigint", "regexp_replace(current_setting('app.account_id', true), '^\\s*$', '1')::bigint"].flatMap(body => [writeContext(body), replaceContext(body)]).map(sql => ({ rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql })),
  // What users write of themselves.
  ...["-> 'user_metadata' ->> 'account_id'", "#>> '{user_metadata,account_id}'"].map(path => ({ rule: 'context-user-metadata', object: 'rowhouse.current_account_id()', sql: writeContext(`(current_setting('request.jwt.claims')::jsonb ${path})::bigint`) })),
  { rule: 'context-user-metadata', object: 'rowhouse.current_account_id()', sql: `create table rowhouse.auth_user (id text primary key, raw_user_meta_data jsonb); ${replaceContext("(select raw_user_meta_data ->> 'account_id' from rowhouse.auth_user where auth_user.id = current_setting('app.user'))::bigint")}` },
  { rule: 'context-user-metadata', object: 'rowhouse.project.tenant', sql: "alter policy tenant on rowhouse.project using (account_id = (current_setting('request.jwt.claims')::jsonb -> 'user_metadata' ->> 'account_id')::bigint)" },
  { rule: 'context-user-metadata', object: 'rowhouse.project.floor', sql: "create policy floor on rowhouse.project as restrictive to rowhouse_tenant using (current_setting('request.jwt.claims')::jsonb #>> '{user_metadata,role}' = 'admin')" },
  // What sets the setting itself, where nobody has.
  ...[
    ['current_account_id', "if coalesce(current_setting('app.account_id', true), '') = '' then perform set_config('app.account_id', '1', true); end if; return current_setting('app.account_id')::bigint;"],
    ['first_account', "if current_setting('app.account_id', true) = '' then perform rowhouse.first_account(); end if; return current_setting('app.account_id')::bigint;"]
  ].map(([name, body]) => ({ rule: 'policy-sets-context', object: `rowhouse.${name}()`, sql: `create function rowhouse.first_account() returns text language sql return pg_catalog.set_config('app.account_id', '1', true); create or replace function rowhouse.current_account_id() returns bigint language plpgsql stable parallel safe as $body$ begin ${body} end $body$` })),
  { rule: 'policy-sets-context', object: 'rowhouse.project.tenant', sql: "alter policy tenant on rowhouse.project using (account_id = pg_catalog.set_config('app.account_id', '1', true)::bigint)" },
  // What makes each row's tenant that of the transaction, beside the comparison that is canonical, or in another policy.
  { rule: 'policy-sets-context', object: 'rowhouse.project.tenant', sql: "alter policy tenant on rowhouse.project using (pg_catalog.set_config('app.account_id', account_id::text, true) is not null and account_id = rowhouse.current_account_id())" },
  { rule: 'policy-sets-context', object: 'rowhouse.project.first', sql: "create policy first on rowhouse.project as restrictive to rowhouse_tenant using (pg_catalog.set_config('app.account_id', account_id::text, true) is not null)" },
  { rule: 'policy-sets-context', object: 'rowhouse.turn_to(bigint)', sql: "create function rowhouse.turn_to(n bigint) returns boolean language plpgsql stable parallel safe as $body$ begin perform pg_catalog.set_config('app.account_id', n::text, true); return true; end $body$; alter policy tenant on rowhouse.project using (rowhouse.turn_to(account_id) and account_id = rowhouse.current_account_id())" },
  // Where the setting is there, and lacks a claim.
  { rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql: replaceContext("coalesce((pg_catalog.current_setting('request.jwt.claims')::json ->> 'account_id')::bigint, 1)") },
  { rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql: replaceContext("case when pg_catalog.current_setting('request.jwt.claims')::json ->> 'role' = 'service' then 1 else (pg_catalog.current_setting('request.jwt.claims')::json ->> 'account_id')::bigint end") },
  // What looks like a comment, like its end or like a check, within a literal.
  { rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql: replaceContext(`length('--') * 0 + ${orTheFirst}`) },
  { rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql: writeContext(`length('--') * 0 + ${orTheFirst}`) },
  { rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql: writeContext(`length($a$/*$a$) * 0 + ${orTheFirst} + length('*/') * 0`) },
  { rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql: writeContext(`/* /* */ ' */ length('a -- ') * 0 + ${orTheFirst}`) },
  { rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql: writeContext(`length(E'\\' -- ') * 0 + ${orTheFirst}`) },
  { rule: 'context-fails-open', object: 'rowhouse.current_account_id()', sql: writeContext(`length('if') * 0 + ${orTheFirst} + length(' then raise exception ; end if;') * 0`) },
  { rule: 'context-names-nobody', object: 'rowhouse.current_account_id()', sql: "create or replace function rowhouse.current_account_id() returns bigint language plpgsql stable parallel safe as $$ begin return 1; /* current_setting('app.account_id') */ end $$" },
  { rule: 'context-names-nobody', object: 'rowhouse.current_account_id()', sql: replaceContext('1::bigint') },
  { rule: 'context-names-nobody', object: 'rowhouse.current_account_id()', sql: 'create function rowhouse.constant() returns bigint language plpgsql stable as $$ begin return 1; end $$; create or replace function rowhouse.current_account_id() returns bigint language plpgsql stable parallel safe as $$ begin return rowhouse.constant(); end $$' },
  // The first of a table that is the same for all.
  { rule: 'context-names-nobody', object: 'rowhouse.current_account_id()', sql: `create table rowhouse.host (name text primary key, owner bigint); ${writeContext('owner from rowhouse.host order by name limit 1')}` },
  // Tenants whose ids are texts, and two of which are taken for one.
  { rule: 'context-alike', object: 'rowhouse.fresh.tenant', sql: `${ofTexts} ${textually("current_setting('app.account_id') collate rowhouse.alike")}`, isContextFoundOut: true },
  ...['fresh', 'later'].map(table => ({ rule: 'context-alike', object: `rowhouse.${table}.tenant`, sql: `${ofTexts} create domain rowhouse.likeness as text collate rowhouse.alike; ${textually("current_setting('app.account_id')::rowhouse.likeness")}; create table rowhouse.later (like rowhouse.fresh including all); alter table rowhouse.later enable row level security, force row level security; ${textually("current_setting('app.account_id')::rowhouse.likeness", 'id > 0 and').replace('fresh', 'later')}`, isContextFoundOut: true as const })),
  ...["split_part(current_setting('app.account_id'), '-', 1)", "lower(current_setting('app.account_id'))", "current_setting('app.account_id')::char(4)::text", "left(current_setting('app.account_id'), 3)", "trim('-' from current_setting('app.account_id'))"]
    .map(context => ({ rule: 'context-shortened', sql: `${ofTexts} ${textually(context)}`, isContextFoundOut: true as const })),
  { rule: 'context-shortened', object: 'rowhouse.current_account_id()', sql: writeContext("split_part(current_setting('app.account_id'), '-', 1)::bigint") },
  // As a text: each has a SELECT, and a FROM need not stand before a table.
  ...['1::bigint', '1::bigint from generate_series(1, 1)', '(select 1 where extract(epoch from now()) is distinct from 0)::bigint', 'n::bigint from (values (1)) as just (n)'].map(body => ({ rule: 'context-names-nobody', object: 'rowhouse.current_account_id()', sql: writeContext(body) })),
  ...['v bigint; begin select 1 into v; return v; end', "v bigint; begin raise debug 'user %', current_date; select 1 into v from pg_catalog.generate_series(1, 1); return v; end"].map(body => ({ rule: 'context-names-nobody', object: 'rowhouse.current_account_id()', sql: `create or replace function rowhouse.current_account_id() returns bigint language plpgsql stable parallel safe as $body$ declare ${body} $body$` })),
  { rule: 'policy-subquery', object: 'rowhouse.project.tenant', sql: "alter policy tenant on rowhouse.project using (account_id = (select id from rowhouse.account where slug = 'tenant-0'))" },
  { rule: 'policy-casts-key', object: 'rowhouse.project.tenant', sql: "alter policy tenant on rowhouse.project using (account_id::text = current_setting('app.account_id'))" },
  { rule: 'policy-restricts-nothing', object: 'rowhouse.project.floor', sql: 'create policy floor on rowhouse.project as restrictive to rowhouse_tenant using (true)' },
  { rule: 'policy-function-volatility', sql: 'alter function rowhouse.current_account_id() immutable' },
  { rule: 'policy-function-volatility', sql: 'alter function rowhouse.current_account_id() volatile' },
  // Behind one that is STABLE, and where what it reads is named by a constant.
  { rule: 'policy-function-volatility', object: 'rowhouse.project.tenant', sql: `create function rowhouse.raw_id() returns text language sql immutable as $$ select current_setting('app.account_id') $$; ${replaceContext('rowhouse.raw_id()::bigint')}` },
  { rule: 'policy-function-volatility', object: 'rowhouse.project.tenant', sql: `create function rowhouse.setting(name text) returns text language sql immutable as $$ select current_setting('app.' || name) $$; ${writeContext("rowhouse.setting('account_id')::bigint")}` },
  { rule: 'policy-function-volatility', object: 'rowhouse.project.tenant', sql: `create function rowhouse.setting(name text) returns text language sql stable as $$ select current_setting('app.' || name) $$; create function rowhouse.number(name text) returns bigint language sql immutable as $$ select rowhouse.setting(name)::bigint $$; ${writeContext("rowhouse.number('account_id')")}` },
  { rule: 'policy-function-parallel', sql: 'alter function rowhouse.current_account_id() parallel unsafe' },
  { rule: 'policy-function-not-inlined', sql: 'alter function rowhouse.current_account_id() set search_path = pg_catalog' },
  { rule: 'context-missing-ok', object: 'rowhouse.current_account_id()', sql: replaceContext("pg_catalog.current_setting('app.account_id', true)::bigint") },

  // Roles.
  { rule: 'role-missing', object: 'rowhouse_loader', sql: 'alter role rowhouse_loader rename to rowhouse_unloader' },
  { rule: 'role-bypasses', object: 'rowhouse_tenant', sql: 'alter role rowhouse_tenant bypassrls' },
  { rule: 'role-bypasses', object: 'rowhouse_tenant', sql: 'alter role rowhouse_tenant superuser' },
  { rule: 'role-bypasses', object: 'rowhouse_tenant', sql: 'create role step_one; create role step_two bypassrls; grant step_two to step_one; grant step_one to rowhouse_tenant' },
  { rule: 'login-bypasses', object: 'forgotten', sql: 'create role forgotten login superuser' },
  { rule: 'login-bypasses', object: 'forgotten', sql: "create role forgotten login bypassrls; do $$ begin execute format('grant connect on database %I to forgotten', current_database()); end $$" },
  { rule: 'login-bypasses', object: 'forgotten', sql: "create role everything bypassrls; create role step_one; create role forgotten login; grant everything to step_one; grant step_one to forgotten; do $$ begin execute format('grant connect on database %I to forgotten', current_database()); end $$" },
  { rule: 'login-joins', object: 'intern', sql: 'create role intern login; grant rowhouse_operator to intern' },
  { rule: 'login-joins', object: 'intern', sql: 'create role intern login; grant rowhouse_loader to intern' },
  { rule: 'login-joins', object: 'intern', sql: 'create role intern login; grant rowhouse_owner to intern' },
  { rule: 'login-joins', object: 'intern', sql: 'create role intern login; grant rowhouse_tenant to intern' },
  { rule: 'login-joins', object: 'intern', sql: 'create role intern login; grant rowhouse_verifier to intern' },
  { rule: 'login-joins', object: 'intern', sql: 'create role intern login noinherit; create role step_one; grant rowhouse_operator to step_one; grant step_one to intern' },
  { rule: 'login-joins', object: 'intern', sql: 'create role intern login; grant rowhouse_operator to intern with admin option' },
  { rule: 'login-administers', object: 'intern', sql: 'create role intern login; grant pg_execute_server_program to intern' },
  { rule: 'login-administers', object: 'helpdesk', sql: 'create role helpdesk login createrole' },
  { rule: 'login-administers', object: 'helpdesk', sql: 'create role helpers createrole; create role helpdesk login noinherit; grant helpers to helpdesk' },
  { rule: 'login-administers', object: 'copier', sql: 'create role copier login replication' },
  { rule: 'role-joins', object: 'rowhouse_manager', sql: 'grant rowhouse_loader to rowhouse_manager' },
  { rule: 'role-joins', object: 'rowhouse_verifier', sql: 'grant rowhouse_recorder to rowhouse_verifier' },
  { rule: 'role-administers', object: 'rowhouse_tenant', sql: 'alter role rowhouse_tenant createrole' },
  { rule: 'role-administers', object: 'rowhouse_operator', sql: 'alter role rowhouse_operator replication' },
  { rule: 'role-member', object: 'rowhouse_tenant', sql: 'grant rowhouse_operator to rowhouse_tenant' },
  { rule: 'role-member', object: 'rowhouse_operator', sql: 'grant pg_read_server_files to rowhouse_operator' },
  { rule: 'role-owns', object: 'rowhouse_tenant', sql: 'alter table rowhouse.project owner to rowhouse_tenant' },
  { rule: 'role-owns', object: 'rowhouse_operator', sql: 'alter function rowhouse.current_account_id() owner to rowhouse_operator' },
  { rule: 'owner-unnamed', object: 'rowhouse', sql: 'alter schema rowhouse owner to rowhouse_manager' },
  { rule: 'owner-unnamed', object: 'rowhouse.task', sql: 'alter table rowhouse.task owner to rowhouse_manager' },
  { rule: 'owner-unnamed', object: 'rowhouse.task', sql: 'create role intern login; alter table rowhouse.task owner to intern' },
  { rule: 'owner-unnamed', object: 'rowhouse.current_account_id()', sql: 'create role intern login; alter function rowhouse.current_account_id() owner to intern' },
  // What runs where tenants write.
  ...[
    'alter table rowhouse.project add constraint looked_over check (helpers.chk(name)) not valid', 'alter table rowhouse.project add column is_fine boolean generated always as (helpers.chk(name)) stored', "alter table rowhouse.project add column is_fine boolean default helpers.chk('')",
    'create index fine_names on rowhouse.project (helpers.chk(name))', 'create domain helpers.fine as text check (helpers.chk(value)); alter table rowhouse.project add column fine helpers.fine[]', 'create function rowhouse.looked_over(name text) returns boolean language sql immutable return helpers.chk(name); alter function rowhouse.looked_over(text) owner to rowhouse_owner; alter table rowhouse.project add check (rowhouse.looked_over(name)) not valid'
  ].map(use => ({ rule: 'writer-unnamed', object: 'helpers.chk(text)', sql: `create role intern login; create schema helpers; create function helpers.chk(text) returns boolean language plpgsql immutable as 'begin return true; end'; ${use}; alter function helpers.chk(text) owner to intern` })),
  { rule: 'writer-unnamed', object: 'helpers.look()', sql: "create role intern login; create schema helpers; create function helpers.look() returns trigger language plpgsql as 'begin return new; end'; create trigger looked_over before update on rowhouse.project for each row execute function helpers.look(); alter function helpers.look() owner to intern" },
  { rule: 'owner-unnamed', object: 'rowhouse', sql: 'create role intern login; grant create on schema rowhouse to intern' },
  { rule: 'owner-unnamed', object: 'helpers', sql: `create role intern login; create schema helpers; create function helpers.named() returns bigint language sql stable parallel safe return pg_catalog.current_setting('app.account_id')::bigint; ${replaceContext('helpers.named()')}; alter schema helpers owner to intern` },
  { rule: 'owner-unnamed', object: 'rowhouse', sql: 'create role makers; create role intern login in role makers; grant create on schema rowhouse to makers' },
  { rule: 'owner-unnamed', object: 'helpers', sql: `create role intern login; create schema helpers; create function helpers.named() returns bigint language sql stable parallel safe return pg_catalog.current_setting('app.account_id')::bigint; ${replaceContext('helpers.named()')}; grant create on schema helpers to intern` },
  { rule: 'owner-bypasses', object: 'rowhouse_owner', sql: 'alter role rowhouse_owner nologin bypassrls' },
  { rule: 'owner-bypasses', object: 'rowhouse_owner', sql: 'alter role rowhouse_owner superuser' },
  { rule: 'role-setting-context', sql: "alter role rowhouse_tenant set app.account_id = '1'" },
  { rule: 'role-setting-context', sql: "do $$ begin execute format('alter database %I set app.account_id = 1', current_database()); end $$" },
  { rule: 'role-setting-context', object: 'rowhouse_tenant', sql: `create function rowhouse.setting(name text) returns text language sql stable parallel safe return current_setting('app.' || name); ${replaceContext("rowhouse.setting('account_id')::bigint")}; alter role rowhouse_tenant set app.account_id = '1'` },
  // As ALTER SYSTEM SET does for every session: that one cannot be undone with a transaction.
  { rule: 'role-setting-context', object: 'the server', sql: "set app.account_id = '1'" },
  { rule: 'role-setting-replica', object: 'rowhouse_tenant', sql: 'alter role rowhouse_tenant set session_replication_role = replica' },
  { rule: 'role-setting-row-security', object: 'rowhouse_tenant', sql: 'alter role rowhouse_tenant set row_security = off' },
  { rule: 'role-setting-role', object: 'rowhouse_tenant', sql: 'alter role rowhouse_tenant set role = rowhouse_loader' },
  { rule: 'role-without-timeouts', object: 'rowhouse_tenant', sql: 'alter role rowhouse_tenant reset idle_in_transaction_session_timeout' },
  { rule: 'role-without-timeouts', object: 'rowhouse_tenant', sql: 'alter role rowhouse_tenant set lock_timeout = 0' },
  { rule: 'setting-secret', sql: "do $$ begin execute format('alter database %I set app.jwt_secret = %L', current_database(), 'hunter2'); end $$" },
  { rule: 'parameter-granted', object: 'session_replication_role', sql: 'grant set on parameter session_replication_role to rowhouse_tenant' },

  // Privileges.
  { rule: 'privilege-beyond-rows', object: 'rowhouse.project', sql: 'grant truncate on rowhouse.project to rowhouse_tenant' },
  { rule: 'privilege-beyond-rows', object: 'rowhouse.project', sql: 'grant references (id) on rowhouse.project to rowhouse_tenant' },
  { rule: 'privilege-beyond-rows', object: 'rowhouse.subtask', sql: 'grant all on rowhouse.subtask to rowhouse_operator' },
  { rule: 'privilege-beyond-rows', object: 'rowhouse.project', sql: 'create role intern login; grant trigger on rowhouse.project to intern' },
  { rule: 'privilege-beyond-rows', object: 'rowhouse.project', sql: 'create role intern login; grant truncate on rowhouse.project to intern' },
  { rule: 'privilege-beyond-rows', object: 'rowhouse.project', sql: 'create role interns; create role intern login; grant interns to intern; grant references (id) on rowhouse.project to interns' },
  { rule: 'privilege-for-another-role', object: 'rowhouse.project', sql: 'create role intern login; grant select (name) on rowhouse.project to intern' },
  { rule: 'privilege-for-another-role', object: 'rowhouse.task', sql: 'create role interns; grant insert, delete on rowhouse.task to interns' },
  { rule: 'operator-writes', object: 'rowhouse.project', sql: 'grant insert (name) on rowhouse.project to rowhouse_operator' },
  { rule: 'key-updatable', object: 'rowhouse.project', sql: 'grant update on rowhouse.project to rowhouse_tenant' },
  { rule: 'column-readable', object: 'rowhouse.app_user.password_hash', sql: 'grant select on rowhouse.app_user to rowhouse_tenant' },
  { rule: 'column-readable', object: 'rowhouse.api_token.token_hash', sql: 'grant select (token_hash) on rowhouse.api_token to public' },
  { rule: 'granted-to-public', object: 'rowhouse.project', sql: 'grant select on rowhouse.project to public' },
  { rule: 'granted-to-public', object: 'rowhouse.project', sql: 'grant select (name) on rowhouse.project to public' },
  { rule: 'grant-option', object: 'rowhouse.project', sql: 'grant select on rowhouse.project to rowhouse_tenant with grant option' },
  { rule: 'create-privilege', object: 'rowhouse_tenant', sql: 'grant create on schema public to public' },
  { rule: 'create-privilege', object: 'rowhouse_operator', sql: 'grant create on schema rowhouse to rowhouse_operator' },
  { rule: 'temporary-privilege', object: 'rowhouse_tenant', sql: "do $$ begin execute format('grant temporary on database %I to rowhouse_tenant', current_database()); end $$" },
  { rule: 'database-open', sql: "do $$ begin execute format('grant connect on database %I to public', current_database()); end $$" },
  { rule: 'sequence-readable', object: 'rowhouse.project_id_seq', sql: 'grant select on sequence rowhouse.project_id_seq to rowhouse_tenant' },
  { rule: 'default-privileges', sql: 'alter default privileges for role rowhouse_owner in schema rowhouse grant select on tables to rowhouse_tenant' },
  { rule: 'default-execute', object: 'rowhouse_owner', sql: 'alter default privileges for role rowhouse_owner grant execute on functions to public' },
  { rule: 'setting-forgeable', object: 'rowhouse_tenant', sql: 'grant execute on function pg_catalog.set_config(text, text, boolean) to public' },
  { rule: 'query-functions', object: 'rowhouse_tenant', sql: 'grant execute on function pg_catalog.query_to_xml(text, boolean, boolean, text) to rowhouse_tenant' },
  { rule: 'large-objects', object: 'rowhouse_tenant', sql: 'grant execute on function pg_catalog.lo_from_bytea(oid, bytea) to public' },
  { rule: 'session-functions', object: 'rowhouse_tenant', sql: 'grant execute on function pg_catalog.pg_terminate_backend(integer, bigint) to public' },
  { rule: 'server-files', object: 'rowhouse_tenant', sql: 'grant execute on function pg_catalog.pg_read_file(text) to rowhouse_tenant' },
  { rule: 'catalog-granted', object: 'pg_statistic', sql: 'grant select on pg_catalog.pg_statistic to rowhouse_tenant' },
  { rule: 'catalog-granted', object: 'pg_authid', sql: 'grant select (rolpassword) on pg_catalog.pg_authid to public' },
  { rule: 'catalog-granted', sql: "do $$ begin execute format('grant usage on schema pg_toast to rowhouse_tenant; grant select on %s to rowhouse_tenant', (select reltoastrelid::regclass from pg_class where oid = 'rowhouse.project'::regclass)); end $$" },
  { rule: 'catalog-granted', sql: "do $$ begin execute format('grant select (chunk_data) on %s to public', (select reltoastrelid::regclass from pg_class where oid = 'rowhouse.task'::regclass)); end $$" },
  { rule: 'catalog-granted', object: 'pg_ls_waldir()', sql: 'grant execute on function pg_catalog.pg_ls_waldir() to rowhouse_operator' },

  // Whatever shows rows and is no table.
  { rule: 'view-as-owner', object: 'rowhouse.everything', sql: 'create view rowhouse.everything as select name from rowhouse.project; grant select on rowhouse.everything to rowhouse_tenant' },
  { rule: 'view-as-owner', object: 'rowhouse.everything', sql: 'create view rowhouse.everything with (security_invoker = off, security_barrier = on) as select name from rowhouse.project; grant select (name) on rowhouse.everything to public' },
  { rule: 'materialized-view-readable', object: 'rowhouse.everything', sql: 'create materialized view rowhouse.everything as select name from rowhouse.project; grant select on rowhouse.everything to rowhouse_tenant' },
  { rule: 'foreign-table-usable', object: 'rowhouse.elsewhere', sql: 'create foreign data wrapper nothing; create server nowhere foreign data wrapper nothing; create foreign table rowhouse.elsewhere (id bigint) server nowhere; grant select on rowhouse.elsewhere to rowhouse_tenant' },
  { rule: 'relation-elsewhere', object: 'backups.project', sql: 'create schema backups; create table backups.project as select account_id, name from rowhouse.project; grant usage on schema backups to rowhouse_tenant; grant select on backups.project to rowhouse_tenant' },
  // Of which it sees nothing, and takes away everything.
  { rule: 'relation-elsewhere', object: 'files.object', sql: 'create schema files; create table files.object (id bigint); alter table files.object enable row level security; grant usage on schema files to rowhouse_tenant; grant select, truncate on files.object to rowhouse_tenant' },
  { rule: 'view-as-owner', object: 'information_schema.everything', sql: 'create view information_schema.everything as select name from rowhouse.project; grant select on information_schema.everything to rowhouse_tenant' },
  { rule: 'view-as-owner', object: 'information_schema.information_schema_catalog_name', sql: 'create or replace view information_schema.information_schema_catalog_name as select name::information_schema.sql_identifier as catalog_name from rowhouse.project' },
  { rule: 'view-as-owner', object: 'rowhouse.statistics', sql: 'create view rowhouse.statistics as select account_id, name from rowhouse.project; grant select on rowhouse.statistics to rowhouse_tenant; alter extension plpgsql add view rowhouse.statistics' },
  { rule: 'view-as-owner', object: 'statistics.outer_view', sql: 'create schema statistics; create view statistics.inner_view as select account_id, name from rowhouse.project; create view statistics.outer_view as select name from statistics.inner_view; grant usage on schema statistics to rowhouse_tenant; grant select on statistics.outer_view to rowhouse_tenant; alter extension plpgsql add view statistics.inner_view; alter extension plpgsql add view statistics.outer_view' },
  { rule: 'materialized-view-readable', object: 'rowhouse.statistics', sql: 'create materialized view rowhouse.statistics as select account_id, name from rowhouse.project; grant select on rowhouse.statistics to rowhouse_tenant; alter extension plpgsql add materialized view rowhouse.statistics' },
  { rule: 'rls-off', object: 'rowhouse.project', sql: 'alter extension plpgsql add table rowhouse.project; alter table rowhouse.project disable row level security' },
  { rule: 'extension-relation-usable', object: 'rowhouse.kept', sql: 'create table rowhouse.kept (statement text); grant select on rowhouse.kept to rowhouse_tenant; alter extension plpgsql add table rowhouse.kept' },

  // Code.
  { rule: 'definer-unknown', object: 'rowhouse.peek()', sql: definer('peek') },
  { rule: 'definer-unknown', object: 'helpers.peek()', sql: "create schema helpers; grant usage on schema helpers to rowhouse_tenant; create function helpers.peek() returns bigint language sql security definer as 'select count(*) from rowhouse.project'" },
  { rule: 'definer-unknown', object: 'peek()', sql: "create function pg_catalog.peek() returns bigint language sql security definer as 'select count(*) from rowhouse.project'; grant execute on function pg_catalog.peek() to public" },
  { rule: 'definer-unknown', object: 'rowhouse.peek()', sql: `${definer('peek')} alter extension plpgsql add function rowhouse.peek()` },
  { rule: 'definer-built-in', object: 'lpad(text,integer)', sql: "create or replace function pg_catalog.lpad(text, integer) returns text language sql immutable security definer as 'select string_agg(name, '', '') from rowhouse.project'" },
  { rule: 'definer-unknown', object: 'rowhouse.copy()', sql: `${copying} revoke execute on function rowhouse.copy() from public, rowhouse_tenant` },
  { rule: 'definer-owner-bypasses', object: 'rowhouse.copy()', sql: `${copying} revoke execute on function rowhouse.copy() from public, rowhouse_tenant` },
  { rule: 'definer-search-path', object: 'rowhouse.peek()', sql: definer('peek') },
  { rule: 'definer-search-path', object: 'rowhouse.record_event(text,jsonb)', sql: 'alter function rowhouse.record_event(text, jsonb) reset search_path' },
  { rule: 'definer-search-path-temporary', object: 'rowhouse.record_event(text,jsonb)', sql: 'alter function rowhouse.record_event(text, jsonb) set search_path = rowhouse' },
  { rule: 'definer-search-path-temporary', object: 'rowhouse.peek()', sql: definer('peek', "set search_path = ''") },
  { rule: 'definer-search-path-temporary', object: 'rowhouse.peek()', sql: definer('peek', 'set search_path = "rowhouse, pg_temp"') },
  // Where a caller may make a temporary type or table, one is found first.
  ...[
    ["set search_path = ''", 'select id from rowhouse.project where name = $1::name'], ["set search_path = ''", 'select cast(max(name) as int8) from rowhouse.project'], ['set search_path = rowhouse', 'select id from project where name = $1'],
    ['set search_path = "rowhouse, pg_temp"', 'select id from rowhouse.project where name = $1::name'], ['set search_path = pg_temp, rowhouse', 'with own as (select 1 as id) select id from own join rowhouse.project using (id) join task using (id)']
  ].map(([path, body]) => ({ rule: 'definer-search-path', object: 'rowhouse.seek(text)', sql: `create function rowhouse.seek(text) returns bigint language sql security definer ${path} as $body$ ${body} $body$; grant execute on function rowhouse.seek(text) to rowhouse_tenant; ${temporary}` })),
  { rule: 'definer-search-path', object: 'rowhouse.seek()', sql: `create function rowhouse.seek() returns bigint language plpgsql security definer set search_path = '' as $body$ declare first constant int8 := 1; begin return first; end $body$; grant execute on function rowhouse.seek() to rowhouse_tenant; ${temporary}` },
  { rule: 'policy-function-search-path', object: 'rowhouse.current_account_id()', sql: `set local check_function_bodies = off; ${writeContext("id from account where id = pg_catalog.current_setting('app.account_id')::bigint")}; ${temporary}` },
  { rule: 'policy-function-search-path', object: 'rowhouse.mine()', sql: `create function rowhouse.mine() returns bigint language plpgsql stable parallel safe set search_path = rowhouse as $body$ declare found bigint; begin select id into found from account where id = pg_catalog.current_setting('app.account_id')::bigint; return found; end $body$; ${replaceContext('rowhouse.mine()')} ${temporary}` },
  { rule: 'privilege-beyond-rows', object: 'rowhouse.shown', sql: 'create view rowhouse.shown with (security_invoker) as select name from rowhouse.project; grant trigger on rowhouse.shown to rowhouse_tenant' },
  { rule: 'privilege-beyond-rows', object: 'hidden.kept', sql: 'create schema hidden; create table hidden.kept (account_id bigint); grant truncate on hidden.kept to rowhouse_tenant; grant usage on schema hidden to rowhouse_tenant' },
  { rule: 'definer-owner-bypasses', object: 'rowhouse.peek()', sql: definer('peek', 'set search_path = pg_catalog, pg_temp') },
  { rule: 'definer-owner-bypasses', object: 'rowhouse.resolve_accounts(text[])', sql: 'alter role rowhouse_resolver bypassrls' },
  { rule: 'definer-owner-logs-in', object: 'rowhouse.resolve_accounts(text[])', sql: 'alter role rowhouse_resolver login' },
  { rule: 'definer-dynamic', object: 'rowhouse.run(text)', sql: "create function rowhouse.run(what text) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$ begin execute 'select ' || what; end $$" },
  { rule: 'leakproof', object: 'rowhouse.show(text)', sql: 'create function rowhouse.show(name text) returns boolean language plpgsql immutable leakproof as $$ begin raise notice \'%\', name; return true; end $$' },
  { rule: 'leakproof', object: 'textlike(text,text)', sql: 'alter function pg_catalog.textlike(text, text) leakproof' },
  { rule: 'execute-public', object: 'rowhouse.build_wall(regclass,name)', sql: 'grant execute on function rowhouse.build_wall(regclass, name) to public' },
  { rule: 'language-untrusted', object: 'rowhouse.inside(cstring)', sql: "create function rowhouse.inside(cstring) returns integer language internal as 'int4in'; grant execute on function rowhouse.inside(cstring) to rowhouse_tenant" },

  // Keys.
  { rule: 'unique-without-key', object: 'rowhouse.one_name', sql: 'create unique index one_name on rowhouse.app_user (lower(email), id)' },
  { rule: 'unique-without-key', object: 'rowhouse.alike_names', sql: "create collation rowhouse.alike (provider = icu, locale = 'und-u-ks-level2', deterministic = false); alter table rowhouse.account rename to numbered; create table rowhouse.account (id text primary key); create table rowhouse.fresh (account_id text not null, id bigint, primary key (account_id, id)); create unique index alike_names on rowhouse.fresh (account_id collate rowhouse.alike, id); grant select on rowhouse.account, rowhouse.fresh to rowhouse_tenant" },
  { rule: 'unique-without-key', object: 'rowhouse.spare', sql: 'alter table rowhouse.project add constraint spare unique (id)' },
  { rule: 'unique-without-key', object: 'rowhouse.of_some', sql: 'create unique index of_some on rowhouse.project (lower(name), id desc) where id > 3' },
  { rule: 'exclusion-without-key', object: 'rowhouse.booked', sql: 'alter table rowhouse.project add column span int4range; alter table rowhouse.project add constraint booked exclude using gist (span with &&)' },
  { rule: 'exclusion-without-key', object: 'rowhouse.alike_notes', sql: "create collation rowhouse.alike (provider = icu, locale = 'und-u-ks-level2', deterministic = false); alter table rowhouse.account rename to numbered; create table rowhouse.account (id text primary key); create table rowhouse.fresh (account_id text not null, id bigint, note text, primary key (account_id, id), constraint alike_notes exclude using btree (account_id collate rowhouse.alike with =, note with =)); grant select on rowhouse.account, rowhouse.fresh to rowhouse_tenant" },
  { rule: 'unique-not-valid', object: 'rowhouse.app_user_email_is_unique', sql: "update pg_index set indisvalid = false where indexrelid = 'rowhouse.app_user_email_is_unique'::regclass" },
  { rule: 'foreign-key-without-key', object: 'rowhouse.task.to_project', sql: 'alter table rowhouse.project add constraint spare unique (id); alter table rowhouse.task add constraint to_project foreign key (project_id) references rowhouse.project (id) on delete cascade' },
  { rule: 'foreign-key-without-key', object: 'rowhouse.task.crossed', sql: 'alter table rowhouse.task add constraint crossed foreign key (id, account_id) references rowhouse.project (account_id, id) not valid' },
  { rule: 'foreign-key-not-validated', object: 'rowhouse.task.task_project', sql: 'alter table rowhouse.task drop constraint task_project; alter table rowhouse.task add constraint task_project foreign key (account_id, project_id) references rowhouse.project (account_id, id) not valid' },
  { rule: 'foreign-key-without-key', object: 'rowhouse.task.to_code', sql: 'alter table rowhouse.project add column code text constraint spare unique; alter table rowhouse.task add column code text constraint to_code references rowhouse.project (code) on update cascade deferrable initially deferred' },
  { rule: 'foreign-key-clears-key', object: 'rowhouse.task.task_project', sql: 'alter table rowhouse.task drop constraint task_project; alter table rowhouse.task add constraint task_project foreign key (account_id, project_id) references rowhouse.project (account_id, id) on update set null on delete set default (project_id) deferrable' },
  { rule: 'foreign-key-clears-key', object: 'rowhouse.project.of_account', sql: 'alter table rowhouse.project add constraint of_account foreign key (account_id) references rowhouse.account (id) on delete set null' },
  { rule: 'foreign-key-clears-key', object: 'rowhouse.task.task_project', sql: 'alter table rowhouse.task drop constraint task_project; alter table rowhouse.task add constraint task_project foreign key (account_id, project_id) references rowhouse.project (account_id, id) on delete set null' },

  // The server.
  { rule: 'extension', object: 'dblink', sql: "update pg_extension set extname = 'dblink' where extname = 'plpgsql'" },
  { rule: 'foreign-server-usable', object: 'nowhere', sql: 'create foreign data wrapper nothing; create server nowhere foreign data wrapper nothing; grant usage on foreign server nowhere to rowhouse_tenant' },
  { rule: 'event-trigger', object: 'watcher', sql: 'create function rowhouse.watch() returns event_trigger language plpgsql as $$ begin end $$; create event trigger watcher on ddl_command_end execute function rowhouse.watch()' },
  { rule: 'operator-user-defined', sql: 'create function rowhouse.same(bigint, text) returns boolean language sql immutable return true; create operator rowhouse.= (leftarg = bigint, rightarg = text, function = rowhouse.same)' },

  // What is gone, or another than it was.
  { rule: 'manifest-table', object: 'rowhouse.idempotent_request', sql: 'drop table rowhouse.idempotent_request' },
  { rule: 'manifest-foreign-key', object: 'subtask', sql: 'alter table rowhouse.subtask drop constraint subtask_task' },
  { rule: 'manifest-unique-key', object: 'app_user', sql: 'drop index rowhouse.app_user_email_is_unique' },
  { rule: 'manifest-unique-key', object: 'user_session', sql: 'alter table rowhouse.user_session drop constraint user_session_token_is_unique' },
  { rule: 'manifest-check', object: 'user_session', sql: 'alter table rowhouse.user_session drop constraint user_session_expires_in_time' },
  { rule: 'manifest-policy', object: 'project.operator', sql: 'alter policy operator on rowhouse.project to rowhouse_operator, rowhouse_manager' },
  { rule: 'manifest-function', object: 'rowhouse.current_account_id()', sql: replaceContext("pg_catalog.current_setting('app.other_id')::bigint") },
  { rule: 'manifest-function', object: 'rowhouse.check_password(text,text)', sql: 'alter function rowhouse.check_password(text, text) owner to rowhouse_searcher' },
  { rule: 'manifest-function', object: 'rowhouse.enter_token(text)', sql: "create or replace function rowhouse.enter_token(token_hash text) returns json language sql security definer set search_path = pg_catalog, pg_temp as 'select json_build_object(''kind'', ''program'', ''tokenId'', 1, ''mayWrite'', true)'" },
  { rule: 'manifest-function', object: 'rowhouse.search_query(bigint,text)', sql: "create or replace function rowhouse.search_query(account_id bigint, typed text) returns tsquery language plpgsql immutable parallel safe as $$ begin raise exception '%', (select string_agg(name, ', ') from rowhouse.project where project.account_id = 2); end $$" },
  {
    rule: 'manifest-function',
    object: 'rowhouse.search_projects(text)',
    sql: callingAnother('search_query', 'bigint, text',
      "create function rowhouse.search_query(account_id bigint, typed text, ignored integer default 0) returns tsquery language sql immutable parallel safe return '''@2'''::tsquery",
      redefined('rowhouse.search_projects(text)', 'aside', 'search_query'))
  },
  {
    rule: 'manifest-policy',
    object: 'project.tenant',
    sql: callingAnother('current_account_id', '',
      'create function rowhouse.current_account_id(ignored integer default 1) returns bigint language sql stable parallel safe return 2::bigint',
      'alter policy tenant on rowhouse.project using (account_id = rowhouse.current_account_id()) with check (account_id = rowhouse.current_account_id())')
  },
  { rule: 'manifest-function', object: 'rowhouse.build_wall(regclass,name)', sql: redefined('rowhouse.build_wall(regclass,name)', "DEFAULT ''account_id''", "DEFAULT ''id''") },
  { rule: 'manifest-function', object: 'rowhouse.account_lock(bigint)', sql: `alter function rowhouse.account_lock(bigint) rename to aside; ${redefined('rowhouse.aside(bigint)', 'rowhouse.aside(account_id bigint)\n RETURNS bigint', 'rowhouse.account_lock(account_id bigint)\n RETURNS numeric')}; drop function rowhouse.aside(bigint); alter function rowhouse.account_lock(bigint) owner to rowhouse_owner` },
  { rule: 'manifest-function', object: 'rowhouse.search_query(bigint,text)', sql: 'alter function rowhouse.search_query(bigint, text) support pg_catalog.generate_series_int4_support' },
  { rule: 'manifest-unlisted', object: 'helpers.named()', sql: `create schema helpers; create function helpers.named() returns bigint language sql stable parallel safe return pg_catalog.current_setting('app.account_id')::bigint; ${replaceContext('helpers.named()')}` },
  { rule: 'manifest-policy', object: 'app_user.verifier', sql: 'alter policy verifier on rowhouse.app_user using (true)' },
  { rule: 'unique-without-key', object: 'rowhouse.project_by_name_alone', sql: 'create unique index project_by_name_alone on rowhouse.project (name, id) include (account_id)' },
  { rule: 'manifest-owner', object: 'rowhouse.task', sql: 'alter table rowhouse.task owner to rowhouse_manager' },
  { rule: 'manifest-owner', object: 'rowhouse', sql: "do $$ begin execute format('alter schema rowhouse owner to %I', (select rolname from pg_roles where oid = 10)); end $$" },
  { rule: 'manifest-grant', object: 'rowhouse.audit_event', sql: 'grant delete on rowhouse.audit_event to rowhouse_tenant' },
  { rule: 'manifest-grant', object: 'rowhouse.account', sql: 'grant update (status) on rowhouse.account to rowhouse_tenant' },
  { rule: 'manifest-grant', object: 'rowhouse.account', sql: 'grant insert (id) on rowhouse.account to rowhouse_tenant' },
  { rule: 'manifest-grant', object: 'rowhouse.project', sql: 'grant update (name, id) on rowhouse.project to rowhouse_tenant' },
  { rule: 'name-missing', object: 'api_token.token_hash', sql: 'alter table rowhouse.api_token rename column token_hash to hash' },
  { rule: 'manifest-unlisted', sql: 'create table rowhouse.by_hand (account_id bigint not null, id bigint, primary key (account_id, id))' }
]
