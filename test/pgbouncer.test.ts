import { spawn } from 'node:child_process'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { canLogIn } from '../src/database/admin.ts'
import type { ConnectionSettings } from '../src/database/settings.ts'
import { asRole, freePort, seedTenants, testApp, testDatabase, until, type TestDatabase } from './support.ts'

const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(path => existsSync(path))
const isRequired = process.env['PGBOUNCER'] === 'required'
if (program === undefined && !isRequired) console.error('\n*** pgbouncer is not installed: behind a pooler in transaction mode NOTHING is tried here (Debian: apt-get install pgbouncer) ***\n')
const options = program === undefined && !isRequired ? { skip: 'pgbouncer is not installed' } : {}

/** A pooler that hands its connections on after each transaction, to whoever comes next. */
async function startPooler (t: Test, database: TestDatabase, poolSize: number): Promise<{ tenant: ConnectionSettings, operator: ConnectionSettings }> {
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

t.test('behind a pooler in transaction mode every page is its tenant\'s, however the connections are dealt', options, async t => {
  const database = await testDatabase(t)
  await seedTenants(database, { tenants: 12, subtasks: 15 })
  const logins = await startPooler(t, database, 2)
  const pooled: TestDatabase = { ...database, login: role => role === 'tenant' ? logins.tenant : role === 'operator' ? logins.operator : database.login(role) }
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
