import t from 'tap'
import { check, type Query } from '../src/check-rls/check.ts'
import type { Finding } from '../src/check-rls/rule.ts'
import type { CheckSettings } from '../src/check-rls/settings.ts'
import { withClient } from '../src/database/admin.ts'
import { plannedOnce, testDatabase } from './support.ts'

const database = await testDatabase(t, { prepare: false })
await withClient({ ...database.admin, database: 'postgres' }, async client => { await client.query(`create database ${client.escapeIdentifier(database.admin.database)}`) })

const supabase: CheckSettings = {
  schema: 'public', tenantRoles: ['anon', 'authenticated'], operatorRoles: [], trustedRoles: ['service_role', 'authenticator', 'supabase_admin', 'supabase_auth_admin', 'supabase_storage_admin', 'dashboard_user'], column: 'user_id', root: 'profiles', rootKey: 'id', context: undefined, definers: [], verifiers: [], namers: [], hiddenColumns: [], manifest: undefined
}

/** The roles, schemas, functions and grants of https://github.com/supabase/postgres; its administrator, "postgres", is called another name there. */
const platform = `
  create role project_admin login createrole createdb replication bypassrls;
  create role anon; create role authenticated; create role service_role bypassrls; create role authenticator login noinherit; grant anon, authenticated, service_role to authenticator;
  create role supabase_admin login superuser; create role supabase_auth_admin login noinherit createrole; create role supabase_storage_admin login noinherit createrole; create role dashboard_user createrole createdb replication;
  grant anon, authenticated, service_role, supabase_auth_admin, supabase_storage_admin to project_admin; grant authenticator to supabase_storage_admin;
  do $$ begin execute format('alter database %I owner to project_admin', current_database()); end $$;
  set local role supabase_admin;
  grant usage on schema public to anon, authenticated, service_role; grant create on schema public to project_admin;
  alter default privileges for role project_admin in schema public grant all on tables to anon, authenticated, service_role;
  alter default privileges for role project_admin in schema public grant all on sequences to anon, authenticated, service_role;
  create schema auth; grant usage on schema auth to anon, authenticated, service_role, project_admin; grant all on schema auth to supabase_auth_admin, dashboard_user;
  create schema storage; grant usage on schema storage to anon, authenticated, service_role, project_admin; grant all on schema storage to supabase_storage_admin, dashboard_user;
  create schema extensions; grant usage on schema extensions to anon, authenticated, service_role, project_admin;
  create function extensions.pgrst_ddl_watch() returns event_trigger language plpgsql as $$ begin notify pgrst, 'reload schema'; end $$; create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.pgrst_ddl_watch();
  set local role supabase_auth_admin;
  create table auth.users (id uuid primary key, email text unique); create table auth.sessions (id uuid primary key, user_id uuid not null references auth.users); alter table auth.users enable row level security; alter table auth.sessions enable row level security;
  grant all on auth.users, auth.sessions to project_admin, dashboard_user;
  create function auth.uid() returns uuid language sql stable as $$
    select coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'))::uuid $$;
  create function auth.role() returns text language sql stable as $$
    select coalesce(nullif(current_setting('request.jwt.claim.role', true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'))::text $$;
  create function auth.jwt() returns jsonb language sql stable as $$
    select coalesce(nullif(current_setting('request.jwt.claim', true), ''), nullif(current_setting('request.jwt.claims', true), ''))::jsonb $$;
  set local role supabase_storage_admin;
  create table storage.objects (id uuid primary key, bucket_id text, name text, owner uuid); alter table storage.objects enable row level security; grant all on storage.objects to project_admin, anon, authenticated, service_role;
  set local role project_admin`

const ofUsers = `
  create table public.profiles (id uuid primary key references auth.users, name text);
  create table public.notes (user_id uuid not null references public.profiles, id bigint, body text, primary key (user_id, id));
  create policy own on public.profiles for all to authenticated using ((select auth.uid()) = id) with check ((select auth.uid()) = id);
  create policy sees on public.notes for select to authenticated using ((select auth.uid()) = user_id);
  create policy adds on public.notes for insert to authenticated with check ((select auth.uid()) = user_id);
  create policy changes on public.notes for update to authenticated using (auth.uid() = user_id and auth.role() = 'authenticated');
  create policy serves on public.notes for all to service_role using (true)`

const claim = "(auth.jwt() ->> 'tenant_id')::uuid"
const ofTenants = `
  create table public.tenants (id uuid primary key, name text);
  create table public.tasks (tenant_id uuid not null references public.tenants, id bigint, name text, primary key (tenant_id, id));
  create table public.jobs (tenant_id uuid not null references public.tenants, id bigint, name text, primary key (tenant_id, id));
  create policy own on public.tenants for select to authenticated using (id = ${claim});
  create policy own on public.tasks for all to authenticated using (tenant_id = ${claim}) with check (tenant_id = ${claim});
  create policy own on public.jobs for all to authenticated using (tenant_id = (select ${claim}))`

/** Works on a project of Supabase's with these tables, each with row-level security, and takes all of it away. */
async function withProject (tables: string, work: (query: Query, findings: (asked?: Partial<CheckSettings>) => Promise<Finding[]>) => Promise<void>, asked: Partial<CheckSettings> = {}): Promise<void> {
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    await query('begin')
    try {
      await query(platform)
      await query(tables)
      await query(`
        do $$ declare made regclass; begin
          for made in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop execute format('alter table %s enable row level security, force row level security', made); end loop;
        end $$`)
      await query('reset role')
      const inside: Query = async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values)
      await work(query, async more => await check(inside, { ...supabase, ...asked, ...more }))
    } finally {
      await query('rollback')
    }
  })
}

const errorsOf = (findings: readonly Finding[]): string[] => findings.filter(({ rule }) => rule.severity === 'error').map(({ rule, object }) => `${rule.id} ${object}`)

t.test('of a project of Supabase\'s no more is an error than what it grants past the policies, and that the mends take back', async t => {
  for (const [tables, asked] of [[ofUsers, {}], [ofTenants, { column: 'tenant_id', root: 'tenants' }]] as const) {
    await withProject(tables, async (query, findings) => {
      const before = await findings()
      t.strictSame([...new Set(errorsOf(before).map(line => line.replace(/ public\..*/, '')))], ['privilege-beyond-rows', 'relation-elsewhere storage.objects'])
      t.match(before.find(({ rule }) => rule.id === 'relation-elsewhere'), { detail: /^anon sees no row of it, but no policy is asked for .*truncate$/, mend: /^revoke .*truncate on storage\.objects from anon;$/ })
      t.notOk(before.some(({ rule, object }) => rule.id === 'event-trigger' || (rule.id === 'role-joins' && object === 'project_admin')), 'what belongs to those who are trusted, and what whoever made the roles is a member of')
      for (const { rule, mend } of before) if (rule.severity === 'error') await query(mend)
      t.strictSame(errorsOf(await findings()), [])
    }, asked)
  }
})

t.test('a schema of Supabase\'s own may be given too: its tables are its owner\'s affair until a role that serves requests may touch one', async t => {
  const tables = ['notes', 'letters', 'drafts'].map(name => `create table public.${name} (user_id uuid not null references auth.users, id bigint, primary key (user_id, id)); create policy own on public.${name} for all to authenticated using ((select auth.uid()) = user_id)`)
  await withProject(tables.join('; '), async (query, findings) => {
    await query('revoke truncate, references, trigger on all tables in schema public, storage from anon, authenticated')
    await query("do $$ begin if current_setting('server_version_num')::integer >= 170000 then execute 'revoke maintain on all tables in schema public, storage from anon, authenticated'; end if; end $$")
    t.strictSame(errorsOf(await findings()), [])
    t.ok(errorsOf(await findings({ trustedRoles: ['service_role'] })).includes('owner-unnamed auth.users'), 'of one whom nobody has named it is')
    await query('grant select on auth.sessions to authenticated')
    t.match(errorsOf(await findings()), ['rls-not-forced auth.sessions', 'unique-without-key auth.sessions_pkey'])
  }, { schema: 'auth', moreSchemas: ['public'], root: 'users' })
})

t.test('what would be open on Supabase is found as anywhere', async t => {
  await withProject(ofUsers, async (query, findings) => {
    const told = async (sql: string, asked: Partial<CheckSettings> = {}): Promise<string[]> => {
      await query(`savepoint good; ${sql}`)
      const now = await findings(asked)
      await query('rollback to good')
      return now.map(({ rule, object, detail }) => `${rule.id} ${object}: ${detail}`)
    }
    for (const [sql, expected, asked] of [
      ['create policy shown on storage.objects for select to authenticated using (true)', 'relation-elsewhere storage.objects: authenticated may use it'],
      ['create policy shown on storage.objects for select using (true)', 'relation-elsewhere storage.objects: anon may use it'],
      ['alter table storage.objects disable row level security', 'relation-elsewhere storage.objects: anon may use it'],
      ['create role keeper; alter table storage.objects owner to keeper; grant keeper to anon', 'relation-elsewhere storage.objects: anon may use it'],
      ['alter table public.notes owner to supabase_storage_admin', 'owner-unnamed public.notes: belongs to supabase_storage_admin, and most tables of tenants to project_admin', {}],
      ['select 1', 'owner-unnamed auth.uid(): belongs to supabase_auth_admin, and most tables of tenants to project_admin', { trustedRoles: ['service_role'] }],
      ['select 1', 'owner-unnamed auth: dashboard_user may create in it', { trustedRoles: ['service_role', 'supabase_auth_admin'] }],
      ['create role makers; create role intern login in role makers; grant create on schema auth to makers', 'owner-unnamed auth: makers may create in it'],
      ['alter event trigger pgrst_ddl_watch owner to current_user', 'event-trigger pgrst_ddl_watch: calls extensions.pgrst_ddl_watch() at ddl_command_end'],
      ['alter function extensions.pgrst_ddl_watch() owner to project_admin', 'event-trigger pgrst_ddl_watch: calls extensions.pgrst_ddl_watch() at ddl_command_end'],
      ['alter table public.notes add author uuid references auth.users', 'foreign-key-elsewhere public.notes.notes_author_fkey: FOREIGN KEY (author) REFERENCES auth.users(id) refers to what the tenants cannot read'],
      ['select 1', 'role-bypasses service_role: it has BYPASSRLS', { operatorRoles: ['service_role'] }]
    ] as const) t.ok((await told(sql, asked)).includes(expected), `${sql}: ${expected}`, { told: await told(sql, asked) })
    t.notOk((await told('create role makers; grant makers to dashboard_user, service_role; create role dumper login in role makers; grant create on schema auth to makers', { trustedRoles: [...supabase.trustedRoles, 'dumper'] })).some(line => line.includes('makers may create')), 'a group of those who are named')
  })
})

t.test('where nobody else sees a table, the mend gives it a policy, and where others do, it takes the privilege', async t => {
  await withProject(ofUsers, async (query, findings) => {
    const mends = async (): Promise<string[]> => (await findings()).filter(({ rule }) => rule.id === 'tenant-blind').map(({ mend }) => mend)
    t.strictSame(await mends(), ['revoke all on public.notes from anon;', 'revoke all on public.profiles from anon;'])
    await query('drop policy sees on public.notes; drop policy changes on public.notes')
    t.match(await mends(), [/^create policy own_rows on public\.notes for all to anon using/, /^create policy own_rows on public\.notes for all to authenticated using/, /^revoke all/])
    await query('create policy everybody on public.notes for select using (auth.uid() = user_id)')
    const [open] = (await findings()).filter(({ rule }) => rule.id === 'policy-for-everybody')
    t.equal(open?.mend, 'alter policy everybody on public.notes to anon, authenticated;')
    await query('alter policy everybody on public.notes using (true)')
    t.match((await findings()).filter(({ rule }) => rule.id === 'policy-for-everybody'), [{ mend: 'alter policy everybody on public.notes to <role>;' }], 'who is to see all rows is not known')
  })
})
