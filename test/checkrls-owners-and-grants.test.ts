import t from 'tap'
import { check, type Query } from '../src/check-rls/check.ts'
import { parseManifest, readManifest, type Manifest } from '../src/check-rls/manifest.ts'
import { readRowhouseManifest, rowhouseSettings } from '../src/check-rls/rowhouse.ts'
import { rules } from '../src/check-rls/rules.ts'
import { withClient } from '../src/database/admin.ts'
import { isOfOtherTests, plannedOnce, testDatabase } from './support.ts'

const database = await testDatabase(t)
const manifest = await readRowhouseManifest()
const looked = ['owner-unnamed', 'owner-bypasses', 'privilege-beyond-rows', 'privilege-for-another-role', 'manifest-owner', 'manifest-grant']

/** What these rules find while something is done, which is undone then. */
async function found (sql: string, asked: Partial<typeof rowhouseSettings & { manifest: Manifest }> = {}, chosen = looked): Promise<string[]> {
  return await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const inside: Query = async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values)
    await query('begin')
    try {
      await query(sql)
      return (await check(inside, { ...rowhouseSettings, manifest, ...asked }, rules.filter(({ id }) => chosen.includes(id)))).filter(({ rule, object }) => !isOfOtherTests(rule.id, object)).map(({ rule, object, detail }) => `${rule.id} ${object}: ${detail}`)
    } finally {
      await query('rollback')
    }
  })
}

const helper = "create schema helpers; create function helpers.account() returns bigint language sql stable parallel safe return pg_catalog.current_setting('app.account_id')::bigint; create or replace function rowhouse.current_account_id() returns bigint language sql stable parallel safe return helpers.account()"

t.test('owners and grants as they usually are give no finding', async t => {
  for (const [what, sql, asked] of [
    ['as the migrations make it', 'select 1'],
    ['a schema of the owner of the database', "create role cloud login createrole createdb; do $$ begin execute format('alter database %I owner to cloud', current_database()); end $$; alter schema rowhouse owner to cloud"],
    ['a schema of whoever may become the owner of the tables', 'create role migrator login; grant rowhouse_owner to migrator; alter schema rowhouse owner to migrator; grant create on schema rowhouse to migrator'],
    ['an owner of tables and all else that logs in', 'create role maker login; do $$ declare t name; begin for t in select relname from pg_class where relnamespace = \'rowhouse\'::regnamespace and relkind = \'r\' loop execute format(\'alter table rowhouse.%I owner to maker\', t); end loop; end $$; alter schema rowhouse owner to maker; alter function rowhouse.current_account_id() owner to maker'],
    ['functions elsewhere, of one that is trusted', `create role keeper login; ${helper}; alter schema helpers owner to keeper; alter function helpers.account() owner to keeper`, { trustedRoles: [...rowhouseSettings.trustedRoles, 'keeper'] }],
    ['a group of logins that are named', 'create role readers; create role dumper login; grant readers to dumper; grant select, trigger on rowhouse.task to readers', { trustedRoles: [...rowhouseSettings.trustedRoles, 'dumper'] }],
    ['whoever owns the database, and superusers', "create role cloud login createrole createdb; do $$ begin execute format('alter database %I owner to cloud', current_database()); end $$; create role root login superuser; grant all on rowhouse.task to cloud, root"]
  ] as const) t.strictSame((await found(sql, asked)).filter(line => !line.startsWith('manifest-')), [], what)
})

t.test('the same of somebody whom nobody has named are findings', async t => {
  for (const [sql, expected] of [
    [`create role keeper login; ${helper}; alter schema helpers owner to keeper`, ['owner-unnamed helpers: belongs to keeper, and most tables of tenants to rowhouse_owner']],
    [`create role keeper login; ${helper}; alter function helpers.account() owner to keeper`, ['owner-unnamed helpers.account(): belongs to keeper, and most tables of tenants to rowhouse_owner']],
    ['create role readers; create role dumper login; grant readers to dumper; grant select, trigger on rowhouse.task to readers', ['privilege-beyond-rows rowhouse.task: readers, whom nobody has named, has trigger', 'privilege-for-another-role rowhouse.task: readers, whom nobody has named, has select']],
    ['create role forgotten; grant update (name) on rowhouse.task to forgotten', ['privilege-for-another-role rowhouse.task: forgotten, whom nobody has named, has update']]
  ] as const) t.strictSame((await found(sql)).filter(line => !line.startsWith('manifest-')), expected, sql)
})

t.test('who may become the group that a database belongs to has set it up; of an owner that logs in itself, that is nobody else', async t => {
  const owned = "create role admins createrole; create role cloud login createrole in role admins; grant rowhouse_owner to admins; do $$ begin execute format('alter database %I owner to admins', current_database()); end $$"
  const byLogin = owned.replace('admins createrole', 'admins login createrole')
  const granted = `grant trigger on rowhouse.task to admins, cloud; grant create on schema rowhouse to admins, cloud; ${helper}; alter schema helpers owner to cloud; alter function helpers.account() owner to admins`
  const administering = ['login-administers cloud: it has CREATEROLE; it may become admins, which has CREATEROLE']
  for (const [sql, expected] of [
    // As managed services have it, and whoever has a role for the owners.
    [`${owned}; ${granted}`, []],
    [`${byLogin}; revoke rowhouse_owner from admins; ${granted}`, [
      ...administering, 'owner-unnamed helpers: belongs to cloud, and most tables of tenants to rowhouse_owner', 'owner-unnamed rowhouse: cloud may create in it', 'privilege-beyond-rows rowhouse.task: cloud, whom nobody has named, has trigger'
    ]],
    [byLogin, ['login-joins cloud: it may become rowhouse_owner, which owns tables of tenants; rowhouse_recorder, which owns functions that run as it; rowhouse_resolver, which owns functions that run as it; rowhouse_searcher, which owns functions that run as it; rowhouse_verifier, which owns functions that run as it', ...administering]],
    [`${owned}; create role intern login; grant rowhouse_operator to intern; grant select on rowhouse.task to intern`, ['login-joins intern: it may become rowhouse_operator, which reads the rows of all tenants', 'privilege-for-another-role rowhouse.task: intern, whom nobody has named, has select']],
    [`${owned}; revoke rowhouse_owner from admins; grant admins to rowhouse_tenant`, ['role-member rowhouse_tenant: it is a member of admins', 'role-administers rowhouse_tenant: it may become admins, which has CREATEROLE']],
    [`${owned}; alter role admins bypassrls`, ['login-bypasses cloud: it may become admins, which has BYPASSRLS, and it logs in']]
  ] as const) t.strictSame((await found(sql, {}, [...looked, 'login-joins', 'login-administers', 'login-bypasses', 'role-member', 'role-administers'])).filter(line => !line.startsWith('manifest-')).sort(), [...expected].sort(), sql)
})

t.test('a manifest holds owners and grants to what they were, and one that was written before it listed them is held to the rest', async t => {
  const { owners, grants, ...former } = manifest
  t.ok((owners ?? []).length > 10 && (grants ?? []).length > 30)
  const sql = 'alter table rowhouse.task owner to rowhouse_manager; grant update (status) on rowhouse.account to rowhouse_tenant; grant insert, update on rowhouse.former_slug to rowhouse_tenant; revoke delete on rowhouse.task from rowhouse_tenant'
  const ofManifest = async (held: Manifest): Promise<string[]> => (await found(sql, { manifest: held })).filter(line => line.startsWith('manifest-'))
  t.strictSame(await ofManifest(parseManifest(JSON.stringify(former))), [])
  t.strictSame(await ofManifest(manifest), [
    'manifest-owner rowhouse.task: belongs to rowhouse_manager, which the manifest does not say', 'manifest-grant rowhouse.account: rowhouse_tenant has update (status), which the manifest does not list',
    'manifest-grant rowhouse.former_slug: rowhouse_tenant has insert, which the manifest does not list', 'manifest-grant rowhouse.former_slug: rowhouse_tenant has update, which the manifest does not list'
  ], 'less than it lists is no finding')
  await withClient(database.admin, async client => {
    t.strictSame(parseManifest(JSON.stringify(await readManifest(plannedOnce(client), rowhouseSettings as typeof rowhouseSettings & { manifest: undefined }))).grants, grants)
  })
  const columns = (grants ?? []).map(line => line === 'account: rowhouse_tenant: select' ? 'account: rowhouse_tenant: select (id, slug)' : line)
  t.match(await found('select 1', { manifest: { ...manifest, grants: columns } }), [/^manifest-grant rowhouse\.account: rowhouse_tenant has select,/], 'the whole table is more than some of its columns')
  t.strictSame(await found('revoke select on rowhouse.account from rowhouse_tenant; grant select (id, slug) on rowhouse.account to rowhouse_tenant'), [], 'and some are less than the whole')
})
