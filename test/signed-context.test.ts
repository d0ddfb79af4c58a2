import t from 'tap'
import { audit } from '../src/check-rls/audit.ts'
import { check } from '../src/check-rls/check.ts'
import { readRowhouseManifest, rowhouseExceptions, rowhouseSettings } from '../src/check-rls/rowhouse.ts'
import { queryOf, withAuditor } from '../src/check-rls/session.ts'
import { parseConfig } from '../src/config.ts'
import { withClient } from '../src/database/admin.ts'
import { contextSigner, type SignContext } from '../src/database/context.ts'
import { openDatabase } from '../src/database/database.ts'
import { latestMigration } from '../src/database/migrate.ts'
import type { TenantScope } from '../src/tenancy/scope.ts'
import { openStrategy } from '../src/tenancy/strategies.ts'
import { namingInjections } from './injections.ts'
import { asRole, contextKey as key, isOfOtherTests, poolOptions, run, seedTenants, testApp, testDatabase, type TestDatabase } from './support.ts'

/**
 * What holds where nobody may revoke set_config(), as on managed services: there, whoever gets a text of theirs into a statement can
 * set what they like in its midst.
 */
const otherKey = 'another key that is long enough for this'
const thirdKey = 'a third key that is long enough for this'
const signed = await testDatabase(t, { key })
const plain = await testDatabase(t)
for (const database of [signed, plain]) {
  await seedTenants(database)
  await openToEverybody(database)
}
const sign = signer(key)

/** Lets everybody call what PostgreSQL lets everybody call. */
async function openToEverybody ({ admin }: TestDatabase): Promise<void> {
  await asRole(admin, async query => {
    await query('grant execute on function set_config(text, text, boolean), query_to_xml(text, boolean, boolean, text), ts_stat(text), ts_rewrite(tsquery, text) to public')
  })
}

function signer (text: string, deadlineMs = 10_000): SignContext {
  return contextSigner({ signedWith: text }, deadlineMs) as SignContext
}

/** What an application says that splices a text into a search, as tenant-0. @returns all that it shows */
async function search (database: TestDatabase, typed: string, signature?: string): Promise<string> {
  return await withClient(database.login('tenant'), async client => {
    await client.query('begin')
    try {
      await client.query('select set_account($1, $2, $3)', [1, 'tenant-0', signature ?? null])
      const { rows } = await client.query<{ name: string }>(`select id, name from project where account_id = $1 and name like '%${typed}%'`, [1])
      return rows.map(({ name }) => name).join(', ')
    } catch (error) {
      return (error as Error).message
    }
  })
}

const another = "set_config('app.account_id', '2', true)"
const unnamed = "set_config('app.account_id', '', true)"
const injections = {
  ...namingInjections,
  'a signature taken away': `%' union all select project.id, project.name from (select ${another} as set, set_config('app.signature', '', true) as unset offset 0) as first, lateral (select id, name from project where first.set is not null) as project --`,
  'the naming function, with this transaction\'s signature': `%' union all select project.id, project.name from (select ${unnamed} as unset offset 0) as first, lateral (select set_account(2, 'tenant-1', current_setting('app.signature', true))::text as done where first.unset is not null offset 0) as second, lateral (select id, name from project where second.done is not null offset 0) as project --`
}
// set_account() refuses a second name by itself, here as there.
const refusedAnyway = ['the naming function', 'the naming function, with a name']

t.test('where set_config() is everybody\'s, an injection reaches another tenant that is named as it is, and none that is signed', async t => {
  for (const [title, typed] of Object.entries(injections)) {
    t.equal(/of tenant-1/.test(await search(plain, typed)), !refusedAnyway.includes(title), `${title}: this is what signing is for`)
    t.notMatch(await search(signed, typed, sign(1)), /of tenant-[12]/, title)
  }
  t.match(await search(signed, '', sign(1)), /project 1 of tenant-0, project 2 of tenant-0/, 'and one\'s own are there')
})

t.test('a signature is good for one account, for a while, by a key that the database has', async t => {
  const [id, until, mac] = sign(1).split('.')
  const old = signer(key, -120_000)
  for (const [what, signature] of [
    ['another account\'s', sign(2)], ['of another key', signer(otherKey)(1)], ['expired', old(1)], ['with more time than was signed', `${id}.${Number(until) + 1}.${mac}`],
    ['with another key\'s name', `${'A'.repeat(8)}.${until}.${mac}`], ['cut short', `${id}.${until}.${String(mac).slice(0, 95)}`], ['longer', `${id}.${until}.${mac}00`], ['without its mac', `${id}.${until}.`],
    ['without time', `${id}..${mac}`], ['not a time', `${id}.never.${mac}`], ['empty', ''], ['of dots', '...'], ['in capitals', sign(1).toUpperCase()], ['for the account and more', sign(11)]
  ] as const) t.match(await search(signed, '', signature), /nobody has signed|invalid input syntax/, what)
  t.match(await search(signed, ''), /unrecognized configuration parameter "app.signature"/, 'and there is no tenant without one')
  await withClient(signed.login('tenant'), async client => {
    await client.query('begin')
    await client.query('select set_account($1, $2, $3)', [1, 'tenant-0', sign(1)])
    await client.query('commit')
    await client.query('begin')
    await t.rejects(client.query('select id from project'), { code: /42501|22P02/ }, 'nothing of it is left for the next transaction')
    await client.query('rollback')
    await client.query('begin')
    await client.query("select set_config('app.account_id', '1', true)")
    await t.rejects(client.query('select id from project'), { code: /42501|22P02/ }, 'nor for one that names the same account unsigned')
    await client.query('rollback')
  })
})

t.test('what an injection leaves on a connection is gone before the next tenant comes', async t => {
  /** Has a statement of tenant-0's leave something, and looks what tenant-1 finds on the same connection. */
  async function found (database: TestDatabase, signContext: SignContext | undefined): Promise<object | undefined> {
    await asRole(database.admin, async query => {
      // In the place of what an injection does: the application's own statements cannot say so.
      await query(`create or replace function rowhouse.leave_behind() returns text language sql as $$
        select set_config('app.actor', 'user:1:somebody of tenant-0', false) || set_config('client_encoding', 'LATIN1', false) || pg_advisory_lock(rowhouse.account_lock(2))::text $$`)
      await query('grant execute on function rowhouse.leave_behind(), pg_catalog.pg_advisory_lock(bigint) to rowhouse_tenant')
    })
    const strategy = openStrategy({ name: 'single-schema', schemaVersion: await latestMigration(), tenantLogin: database.login('tenant'), pool: { ...poolOptions, size: 1 }, signContext })
    const as = async <T>(slug: string, work: (scope: TenantScope) => Promise<T>): Promise<T> => {
      const { tenant } = await strategy.findTenant(slug) ?? {}
      if (tenant === undefined) throw new Error(`there is no ${slug}`)
      const { scope, transaction } = await strategy.beginTenant(tenant, { readOnly: false, deadlineMs: 5000 })
      try {
        const result = await work(scope)
        await transaction.commit()
        return result
      } finally {
        await transaction.rollback()
      }
    }
    try {
      await as('tenant-0', async ({ sql }) => await sql`select leave_behind()`)
      return await as('tenant-1', async ({ sql, accountId }) => (await sql`
        select coalesce(current_setting('app.actor', true), '') as actor, current_setting('client_encoding') as encoding,
          (select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory' and mode = 'ExclusiveLock') as locks,
          (select count(*) from rowhouse.project where account_id = ${accountId}) as projects`)[0])
    } finally {
      await strategy.end()
      await asRole(database.admin, async query => { await query('drop function rowhouse.leave_behind(); revoke execute on function pg_catalog.pg_advisory_lock(bigint) from rowhouse_tenant') })
    }
  }
  t.strictSame({ ...await found(signed, sign) }, { actor: '', encoding: 'UTF8', locks: 0, projects: 2 })
  t.strictSame({ ...await found(plain, undefined) }, { actor: 'user:1:somebody of tenant-0', encoding: 'LATIN1', locks: 1, projects: 2 }, 'where names are not signed it is there, which is why set_config() and such locks are taken away')
})

t.test('nobody who serves requests reads the key, or changes what looks at it', async t => {
  for (const role of ['tenant', 'operator', 'loader', 'manager'] as const) {
    await asRole(signed.login(role), async query => {
      for (const statement of ['select secret from rowhouse_secret.context_key', 'select id from rowhouse_secret.context_key', "insert into rowhouse_secret.context_key (id, secret) values ('AAAAAAAA', sha256(''))", 'delete from rowhouse_secret.context_key',
        'create or replace function rowhouse.current_account_id() returns bigint language sql return 2::bigint', 'alter function rowhouse.verified_account_id() owner to current_user']) {
        await t.rejects(query(statement), { code: role === 'operator' ? /42501|25006/ : '42501' }, `${role}: ${statement}`)
      }
    })
  }
  await asRole(signed.admin, async query => {
    const secrets = await query("select encode(secret, 'hex') as hex, encode(secret, 'base64') as base64 from rowhouse_secret.context_key")
    t.equal(secrets.length, 1)
    t.notMatch(JSON.stringify([secrets, await query("select prosrc from pg_catalog.pg_proc where pronamespace = 'rowhouse'::regnamespace")]), key, 'nor is the key itself anywhere in the database')
  })
})

t.test('a key is exchanged while servers run: the one before is good until the next', async t => {
  const database = await testDatabase(t, { key })
  await seedTenants(database)
  const become = async (signedWith: string): Promise<void> => {
    const again = await openDatabase({ ...parseConfig({ DATABASE_URL: database.environment['DATABASE_URL'], ROLE_SECRET: database.environment['ROLE_SECRET'] }).database, context: { signedWith } })
    t.strictSame(await again.prepare(), [])
  }
  const good = async (): Promise<string[]> => {
    const found = []
    for (const text of [key, otherKey, thirdKey]) if (/of tenant-0/.test(await search(database, '', signer(text)(1)))) found.push(text)
    return found
  }
  t.strictSame(await good(), [key])
  await become(key)
  t.strictSame(await good(), [key], 'the same once more changes nothing')
  await become(otherKey)
  t.strictSame(await good(), [key, otherKey])
  await become(thirdKey)
  t.strictSame(await good(), [otherKey, thirdKey])
  await become(key)
  t.strictSame(await good(), [key, thirdKey], 'and back again')
  await become(thirdKey)
  await become(key)
  await become(otherKey)
  t.strictSame(await good(), [key, otherKey], 'the one before is the one that was given last, whichever was made first')
})

t.test('a server and its database agree, or the server does not start', async t => {
  const walls = async (database: TestDatabase, signContext: SignContext | undefined): Promise<void> => {
    const strategy = openStrategy({ name: 'single-schema', schemaVersion: await latestMigration(), tenantLogin: database.login('tenant'), pool: poolOptions, signContext })
    await strategy.assertWalls().finally(async () => { await strategy.end() })
  }
  await t.resolves(walls(signed, sign))
  await t.resolves(walls(plain, undefined))
  await t.rejects(walls(signed, undefined), { message: /set CONTEXT_KEY to the key that it was set up with/ })
  await t.rejects(walls(plain, sign), { message: /takes the names of tenants unsigned; run, with the same key: npx tsx bin\/migrate.ts up/ })
  await t.rejects(walls(signed, signer(otherKey)), { message: /does not take what CONTEXT_KEY signs/ })
  const become = async (body: string): Promise<void> => { await asRole(signed.login('owner'), async query => { await query(`create or replace function rowhouse.current_account_id() returns bigint language sql stable parallel safe return ${body}`) }) }
  // It mentions what asks for a signature, and never calls it.
  await become("(with signed as (select rowhouse.verified_account_id()) select pg_catalog.current_setting('app.account_id')::bigint)")
  await t.rejects(walls(signed, sign), { message: /takes one that is of another account/ })
  await withAuditor(signed.admin, async client => {
    const findings = await check(queryOf(client), { ...rowhouseSettings, manifest: await readRowhouseManifest() })
    for (const id of ['setting-forgeable', 'manifest-function']) t.ok(findings.some(({ rule }) => rule.id === id), id)
  })
  await become('rowhouse.verified_account_id()')
  await t.resolves(walls(signed, sign))
})

t.test('migrate up begins with it where it is given a key, keeps it where it is given none, and takes it back when told', async t => {
  const database = await testDatabase(t)
  await seedTenants(database)
  const up = async (args: string[], environment: NodeJS.ProcessEnv = {}): Promise<string> => {
    const { ended, output } = run(t, ['bin/migrate.ts', ...args], { ...database.environment, ...environment })
    t.equal(await ended, 0, output())
    return output()
  }
  t.match(await search(database, ''), /of tenant-0/)
  t.match(await up(['up'], { CONTEXT_KEY: key }), /names of tenants are taken only where they are signed/)
  t.match(await search(database, '', sign(1)), /of tenant-0/)
  t.notMatch(await search(database, ''), /of tenant-0/)
  await up(['up'])
  t.notMatch(await search(database, ''), /of tenant-0/, 'whoever forgets the key takes nothing away')
  t.match(await up(['up', '--unsigned']), /names of tenants are taken as they are/)
  t.match(await search(database, ''), /of tenant-0/)
  t.strictSame(await asRole(database.admin, async query => await query('select id from rowhouse_secret.context_key')), [], 'and the key is gone')
  await up(['up'], { CONTEXT_KEY: key })
  await up(['down', '--count', '2', '--yes'])
  await up(['up'])
  t.match(await search(database, ''), /of tenant-0/, 'a database that goes back and forth takes them as they are')
  const { ended, output } = run(t, ['bin/migrate.ts', 'up'], { ...database.environment, CONTEXT_KEY: 'too short' })
  t.equal(await ended, 2, 'no key that could be guessed')
  t.match(output(), /CONTEXT_KEY must have at least 32 characters/)
})

t.test('the audit finds what lets a statement name a tenant, unless names are signed, and that all is as it was made', async t => {
  const settings = { ...rowhouseSettings, manifest: await readRowhouseManifest() }
  const findings = async (database: TestDatabase): Promise<string[]> => await withAuditor(database.admin, async client => {
    const { sifted } = await audit(queryOf(client), { database: 'test', settings }, { exceptions: rowhouseExceptions })
    return sifted.findings.filter(({ rule, object }) => !isOfOtherTests(rule.id, object)).map(({ rule }) => rule.id)
  })
  t.strictSame(await findings(plain), ['setting-forgeable', 'query-functions'])
  t.strictSame(await findings(signed), [])
  await withAuditor(signed.admin, async client => {
    const { probes } = await audit(queryOf(client), { database: 'test', settings, setTenant: tenant => `select rowhouse.set_account(${tenant}, null, '${sign(Number(tenant))}')` }, { attack: true })
    t.strictSame(probes?.results.filter(({ leak }) => leak !== undefined), [])
    t.match(probes?.results.find(({ probe }) => probe === 'switch tenants within a statement')?.answer, /^42501 its words are left out/, 'refused by the function, whose words could hold anything')
  })
  await withAuditor(plain.admin, async client => {
    const { probes } = await audit(queryOf(client), { database: 'test', settings, setTenant: 'select rowhouse.set_account($1)' }, { attack: true })
    t.strictSame([...new Set(probes?.results.filter(({ leak }) => leak !== undefined).map(({ probe }) => probe))], ['switch tenants within a statement'], 'where they are not signed, the attack gets through')
  })
  await asRole(signed.admin, async query => { await query('grant usage on schema rowhouse_secret to rowhouse_tenant; grant select on rowhouse_secret.context_key to rowhouse_tenant') })
  t.strictSame(await findings(signed), ['relation-elsewhere'], 'and that somebody reads the key')
  await asRole(signed.admin, async query => { await query('revoke all on schema rowhouse_secret from rowhouse_tenant; revoke all on rowhouse_secret.context_key from rowhouse_tenant') })
})

t.test('the application says nothing of it: pages, searches and what is written are as ever', async t => {
  const { app, strategy } = await testApp(t, signed, { name: 'single-schema', config: { access: 'open' } })
  await strategy.assertWalls()
  const headers = { host: 'tenant-0.localhost' }
  t.match((await app.inject({ url: '/subtasks/', headers })).body, /subtask 0001 of tenant-0/)
  t.match((await app.inject({ url: '/api/v1/projects?search=project', headers })).json(), { data: [{ name: 'project 1 of tenant-0' }, { name: 'project 2 of tenant-0' }] })
  t.equal((await app.inject({ method: 'POST', url: '/api/v1/projects', headers, payload: { name: 'made where names are signed' } })).statusCode, 201)
  t.match((await app.inject({ url: '/subtasks/', headers: { host: 'localhost' } })).body, /of tenant-1/, 'the operator names none')
})
