import { spawn } from 'node:child_process'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { canLogIn } from '../src/database/admin.ts'
import { contextSigner, type SignContext } from '../src/database/context.ts'
import type { ConnectionSettings } from '../src/database/settings.ts'
import { asRole, freePort, seedTenants, testApp, testDatabase, until, type TestDatabase } from './support.ts'

const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(path => existsSync(path))
const isRequired = process.env['PGBOUNCER'] === 'required'
if (program === undefined && !isRequired) console.error('\n*** pgbouncer is not installed: behind a pooler in transaction mode NOTHING is tried here (Debian: apt-get install pgbouncer) ***\n')
const options = program === undefined && !isRequired ? { skip: 'pgbouncer is not installed' } : {}

/** A pooler that hands its connections on after each transaction, to whoever comes next. */
async function startPooler (t: Test, database: TestDatabase, poolSize: number, settings = ''): Promise<{ tenant: ConnectionSettings, operator: ConnectionSettings }> {
  if (program === undefined) throw new Error('pgbouncer is not installed')
  const folder = await mkdtemp(join(tmpdir(), 'rowhouse-pgbouncer-'))
  const port = await freePort()
  const [tenant, operator] = [database.login('tenant'), database.login('operator')]
  await writeFile(join(folder, 'users'), [tenant, operator].map(({ user, password }) => `"${user}" "${password ?? ''}"`).join('\n'))
  await writeFile(join(folder, 'pgbouncer.ini'), `
[databases]
${tenant.database} = host=${tenant.host} port=${tenant.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users')}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 200
${settings}
`)
  // It does not run as root.
  const isRoot = process.getuid?.() === 0
  const [uid, gid] = [65534, 65534]
  if (isRoot) for (const path of [folder, join(folder, 'users'), join(folder, 'pgbouncer.ini')]) await chown(path, uid, gid)
  await chmod(folder, 0o700)
  let output = ''
  const child = spawn(program, [join(folder, 'pgbouncer.ini')], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], ...(isRoot ? { uid, gid } : {}) })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString() })
  t.teardown(async () => {
    child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })
  const through = (login: ConnectionSettings): ConnectionSettings => ({ ...login, host: '127.0.0.1', port })
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended: ${output}`)
    return await canLogIn(through(tenant)).catch(() => false)
  })
  return { tenant: through(tenant), operator: through(operator) }
}

/** A database whose clients come through the pooler. */
function through (database: TestDatabase, { tenant, operator }: { tenant: ConnectionSettings, operator: ConnectionSettings }): TestDatabase {
  return { ...database, login: role => role === 'tenant' ? tenant : role === 'operator' ? operator : database.login(role) }
}

/** Has 12 tenants read and write at once, over more connections than the pooler has to the server. */
async function assertEverybodyIsServed (t: Test, database: TestDatabase, pooled: TestDatabase): Promise<void> {
  const { app, strategy } = await testApp(t, pooled, { name: 'single-schema', pool: { size: 8, preparedStatements: false } })
  await strategy.assertWalls()
  const asked = Array.from({ length: 240 }, async (_, index) => {
    const tenant = index % 12
    const answer = await app.inject({ url: index % 3 === 0 ? '/api/v1/subtasks' : '/subtasks/', headers: { host: `tenant-${tenant}.localhost` } })
    t.equal(answer.statusCode, 200)
    const named = new Set([...answer.body.matchAll(/of (tenant-\d+)/g)].map(([, slug]) => slug))
    t.strictSame([...named], [`tenant-${tenant}`])
  })
  const written = Array.from({ length: 24 }, async (_, index) => {
    const answer = await app.inject({ method: 'POST', url: '/api/v1/projects', headers: { host: `tenant-${index % 12}.localhost` }, payload: { name: `made for tenant-${index % 12}` } })
    t.equal(answer.statusCode, 201)
  })
  await Promise.all([...asked, ...written])
  const wrong = await asRole(database.admin, async query => await query(`
    select project.name, slug from rowhouse.project join rowhouse.account on account.id = account_id where project.name like 'made for %' and project.name <> 'made for ' || slug`))
  t.strictSame(wrong, [])
}

t.test('behind a pooler in transaction mode every page is its tenant\'s, however the connections are dealt', options, async t => {
  const database = await testDatabase(t)
  await seedTenants(database, { tenants: 12, subtasks: 15 })
  await assertEverybodyIsServed(t, database, through(database, await startPooler(t, database, 2)))
})

t.test('behind a pooler where names are signed, too, every page is its tenant\'s, and what an injection leaves is gone where the pooler resets', options, async t => {
  const key = 'what names of tenants are signed with behind a pooler'
  const database = await testDatabase(t, { key })
  await seedTenants(database, { tenants: 12, subtasks: 15 })
  // As where nobody may revoke it.
  await asRole(database.admin, async query => await query('grant execute on function set_config(text, text, boolean) to public'))
  const resetting = await startPooler(t, database, 2, 'server_reset_query = reset all; select pg_advisory_unlock_all()\nserver_reset_query_always = 1')
  await assertEverybodyIsServed(t, database, through(database, resetting))

  const sign = contextSigner({ signedWith: key }, 10_000) as SignContext
  /** Has tenant-0 set what it likes for the session. @returns what tenant-1 finds then */
  const found = async ({ tenant }: { tenant: ConnectionSettings }): Promise<object | undefined> => {
    await asRole(tenant, async query => {
      await query('begin')
      await query('select set_account(1, null, $1)', [sign(1)])
      await query("select set_config('app.actor', 'user:1:somebody of tenant-0', false), set_config('app.account_id', '1', false), set_config('app.signature', $1, false)", [sign(1)])
      await query('commit')
    })
    return await asRole(tenant, async query => {
      await query('begin')
      const [refusal] = await query('select set_account(2, null, $1)', [sign(2)]).catch((error: Error & { code?: string }) => [{ code: error.code }])
      if (refusal?.['code'] !== undefined) return refusal
      return (await query("select coalesce(current_setting('app.actor', true), '') as actor, (select json_agg(distinct account_id) from project) as accounts"))[0]
    })
  }
  t.strictSame({ ...await found(await startPooler(t, database, 1, 'server_reset_query = reset all; select pg_advisory_unlock_all()\nserver_reset_query_always = 1')) }, { actor: '', accounts: [2] })
  t.strictSame({ ...await found(await startPooler(t, database, 1)) }, { code: '25001' }, 'where it does not, the next one is refused, and shown nothing')
})

t.test('what one transaction leaves behind, the next one on the same connection does not meet', options, async t => {
  const database = await testDatabase(t)
  await seedTenants(database)
  const { tenant } = await startPooler(t, database, 1)
  await asRole(tenant, async first => {
    await asRole(tenant, async second => {
      await first('begin')
      await first('select set_account(1)')
      t.equal((await first('select id from subtask')).length, 25)
      await first('commit')
      await t.rejects(second('select id from subtask'), { code: '22P02' }, 'the setting has ended with its transaction')
      // What would last is refused to the role, or is nobody's tenant.
      await t.rejects(first("select set_config('app.account_id', '1', false)"), { code: '42501' })
      await t.rejects(first('create temporary table kept as select 1 as one'), { code: '42501' })
      await second('begin')
      await second('select set_account(2)')
      t.strictSame(await second('select distinct account_id::integer as id from subtask'), [{ id: 2 }])
      await second('rollback')
    })
  })
})

t.test('and a session\'s setting, which nothing here makes, is a tenant for whoever comes next: so nobody may make one in a statement', options, async t => {
  const database = await testDatabase(t)
  await seedTenants(database)
  const { tenant } = await startPooler(t, database, 1)
  await asRole(tenant, async first => {
    await asRole(tenant, async second => {
      // A statement of its own can; none of the application's is one (see the statement guard), and no injected text can be.
      await first("set app.account_id = '1'")
      t.equal((await second('select id from subtask')).length, 25, 'this is what is kept out')
      await first('reset app.account_id')
    })
  })
  const { app } = await testApp(t, database, { name: 'single-schema' })
  app.get('/guarded', { config: { transaction: true } }, async ({ tenantScope: { sql } }) => await sql`set app.account_id = '2'`)
  t.equal((await app.inject({ url: '/guarded', headers: { host: 'tenant-0.localhost' } })).statusCode, 500, 'the guard takes statements that read or write rows, and no other')
})
