import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { defaultEmbeddedDirectory, openEmbedded } from '../src/database/embedded.ts'
import { latestMigration } from '../src/database/migrate.ts'
import { loginAt } from '../src/database/placement.ts'
import { formatUrl } from '../src/database/settings.ts'
import { adminOf, asRole, placeTenants, run, seedTenants, tenancy, testApp, testDatabase } from './support.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 4, subtasks: 25 })
await placeTenants(database)
const folder = await mkdtemp(join(tmpdir(), 'rowhouse-test-tenants-'))
t.teardown(async () => { await rm(folder, { recursive: true, force: true }) })
const { app, strategy } = await testApp(t, database)

/** For what is the same, or does both, whichever strategy is the default. */
const inOneRun = { skip: tenancy === 'multiple-databases' ? 'in tenants.test.ts' : false }

/** Runs a command, and returns what it says and its exit code. */
async function tenants (t: Test, ...args: string[]): Promise<{ code: number | string, output: string }> {
  const command = run(t, ['bin/tenants.ts', ...args], { ...database.environment, TENANCY: tenancy })
  return { code: await command.ended, output: command.output() }
}

async function done (t: Test, ...args: string[]): Promise<string> {
  const { code, output } = await tenants(t, ...args)
  t.equal(code, 0, `${args.join(' ')}: ${output.slice(0, 300)}`)
  return output
}

async function asJson<T> (t: Test, ...args: string[]): Promise<T> {
  return JSON.parse(await done(t, ...args, '--json')) as T
}

/** The page of a tenant's subtasks, as a server that has just heard of every change serves it. */
async function visit (slug: string, url = '/subtasks/') {
  strategy.forgetTenant(slug)
  return await app.inject({ url, headers: { host: `${slug}.localhost:8080`, accept: 'text/html' } })
}

interface Sums { checksums: Record<string, { rows: number, checksum: string }> }

/** What a tenant's rows come to, without its names. */
async function sums (t: Test, slug: string): Promise<Sums['checksums']> {
  const { account: _, ...rest } = (await asJson<Sums>(t, 'verify', slug)).checksums
  return rest
}

/** Databases that belong to no tenant, tenants without a database, and tenants that are half-made. */
async function leftovers (): Promise<string[]> {
  return await asRole(database.admin, async query => {
    const known = (await query('select database as name from rowhouse.account where database is not null union select source from rowhouse.account_move where source is not null union select target from rowhouse.account_move where target is not null')).map(row => String(row['name']))
    const present = (await query("select datname::text as name from pg_database where starts_with(datname, current_database() || '_')")).map(row => String(row['name']))
    const halfMade = (await query("select slug from rowhouse.account where status = 'creating'")).map(row => `half-made: ${String(row['slug'])}`)
    return [...present.filter(name => !known.includes(name)).map(name => `nobody's: ${name}`), ...known.filter(name => !present.includes(name)).map(name => `missing: ${name}`), ...halfMade]
  })
}

t.test('a tenant is made, found, renamed, suspended, resumed, deleted and purged, and all of it is on record', async t => {
  t.equal((await visit('acme')).statusCode, 404)
  t.match(await done(t, 'create', 'acme', '--name', 'Acme & Co'), /created acme/)
  t.match(await visit('acme'), { statusCode: 200, body: /Acme &amp; Co/ })

  await done(t, 'rename', 'acme', 'acme-corp', '--redirect-days', '1')
  t.match(await visit('acme', '/subtasks/2/?x=%20y'), { statusCode: 307, headers: { location: 'http://acme-corp.localhost:8080/subtasks/2/?x=%20y', 'cache-control': 'private, no-store' } })
  t.equal((await visit('acme-corp')).statusCode, 200)
  await done(t, 'rename', 'acme-corp', 'acme-inc', '--gone')
  t.equal((await visit('acme-corp')).statusCode, 410)
  t.match((await visit('acme')).headers.location, /acme-inc/, 'a name before the last leads to the present one')
  t.match(await tenants(t, 'create', 'acme', '--name', 'Squatter'), { code: 1, output: /"acme" still leads to "acme-inc"/ })

  await done(t, 'name', 'acme-inc', 'Acme Incorporated')
  t.match((await visit('acme-inc')).body, /Acme Incorporated/)
  await done(t, 'suspend', 'acme-inc', '--reason', 'The bill of <March> is open.')
  t.match(await visit('acme-inc'), { statusCode: 403, body: /The bill of &lt;March&gt; is open\./ })
  t.match(await tenants(t, 'suspend', 'acme-inc'), { code: 1, output: /"acme-inc" is suspended/ })
  await done(t, 'resume', 'acme-inc')
  t.equal((await visit('acme-inc')).statusCode, 200)

  t.match(await tenants(t, 'delete', 'acme-inc'), { code: 2, output: /Nothing was changed\. Add --yes/ })
  t.match(await tenants(t, 'delete', 'acme-inc', '--purge', '--yes'), { code: 1, output: /is active; delete it first/ })
  await done(t, 'delete', 'acme-inc', '--yes')
  t.equal((await visit('acme-inc')).statusCode, 410)
  await done(t, 'resume', 'acme-inc')
  t.equal((await visit('acme-inc')).statusCode, 200)
  await done(t, 'delete', 'acme-inc', '--yes')
  t.match(await tenants(t, 'delete', 'acme-inc', '--purge', '--yes'), { code: 1, output: /may be purged from/ })
  t.match(await done(t, 'delete', 'acme-inc', '--purge', '--yes', '--grace-days', '0'), /left in the shared schema: api_token 0, app_user 0, audit_event 0, entry_link 0, idempotent_request 0, operator_look 0, project 0, task 0, subtask 0, user_session 0/)
  t.equal((await visit('acme-inc')).statusCode, 404)

  const events = await asJson<Array<{ action: string }>>(t, 'log', 'acme-inc')
  t.strictSame(events.map(({ action }) => action).reverse(), ['create', 'rename', 'rename', 'change name', 'suspend', 'resume', 'delete', 'resume', 'delete', 'purge'])
  t.strictSame(await leftovers(), [])
})

t.test('list and show tell what there is, and where', async t => {
  const list = await asJson<Array<{ slug: string, strategy: string, rows: Record<string, number>, bytes: number }>>(t, 'list', '--sort', 'slug')
  t.strictSame(list.map(({ slug }) => slug), ['tenant-0', 'tenant-1', 'tenant-2', 'tenant-3'])
  for (const tenant of list) t.match(tenant, { strategy: tenancy, rows: { app_user: 1, project: 2, task: 2, subtask: 25 } })
  t.ok(list.every(({ bytes }) => bytes > 0))
  t.match(await done(t, 'list', '--search', 'TENANT-2', '--no-counts'), /^SLUG[^\n]*\ntenant-2[^\n]*\n$/)
  t.match(await done(t, 'show', 'tenant-1'), tenancy === 'single-schema' ? /place +the shared schema/ : new RegExp(`place +a database of its own, .*_tenant-1, at ${await latestMigration()}`))
  t.match(await tenants(t, 'show', 'nobody'), { code: 1, output: /there is no tenant "nobody"/ })
})

t.test('what cannot be done is said in a line, and changes nothing', inOneRun, async t => {
  // Sizes are left out: PostgreSQL's own housekeeping changes them.
  const standing = async () => (await asJson<Array<{ bytes: number }>>(t, 'list')).map(({ bytes: _, ...tenant }) => tenant)
  const before = await standing()
  for (const [args, code, words] of [
    [['create', 'tenant-0', '--name', 'x'], 1, /there is a tenant "tenant-0" already/],
    [['create', 'UPPER', '--name', 'x'], 2, /cannot be a host name's first part/],
    [['create', '-a', '--name', 'x'], 2, /./],
    [['create', 'a'.repeat(64), '--name', 'x'], 2, /cannot be a host name's first part/],
    [['create', 'empty', '--name', ''], 2, /the name for people takes 1 to 255 characters/],
    [['create', 'long', '--name', 'x'.repeat(256)], 2, /the name for people takes 1 to 255 characters/],
    [['create', 'without-name'], 2, /--name/],
    [['rename', 'tenant-0', 'tenant-1'], 1, /there is a tenant "tenant-1" already/],
    [['rename', 'tenant-0', 'no_underscore'], 2, /cannot be a host name's first part/],
    [['rename', 'nobody', 'somebody'], 1, /there is no tenant "nobody"/],
    [['clone', 'tenant-0', 'tenant-1'], 1, /there is a tenant "tenant-1" already/],
    [['clone', 'tenant-0', 'No'], 2, /cannot be a host name's first part/],
    [['name', 'tenant-0', ' '], 2, /the name for people takes more than spaces/],
    [['suspend', 'tenant-0', '--reason', ''], 2, /the reason takes 1 to 500 characters/],
    [['delete', 'tenant-0', '--reason', 'x'.repeat(20_000), '--yes'], 2, /the reason takes 1 to 500 characters/],
    [['list', '--status', 'bogus'], 2, /bogus/],
    [['move', 'tenant-0', '--to', tenancy], 1, /already/],
    [['move', 'tenant-0', '--to', 'the-moon'], 2, /--to takes/],
    [['move', 'tenant-0', '--purge', '--yes'], 1, /has not been moved/],
    [['move', 'tenant-0', '--abandon'], 1, /no move of "tenant-0" was interrupted/],
    [['import', join(folder, 'not-there.zip')], 1, /the archive cannot be read/],
    [['resume', 'tenant-0'], 1, /is active/],
    [['list', '--sort', 'colour'], 2, /colour/]
  ] as const) {
    const { code: ended, output } = await tenants(t, ...args)
    t.match(output, words, args.join(' '))
    t.equal(ended, code, args.join(' '))
    t.notMatch(output, /^\s+at .*\.ts/m, 'no stack')
  }
  t.strictSame(await standing(), before)
  t.strictSame(await leftovers(), [])
})

t.test('a tenant is exported, imported under another name into either place, and cloned: the same rows', async t => {
  const file = join(folder, 'tenant-1.zip')
  const own = await sums(t, 'tenant-1')
  t.match(await done(t, 'export', 'tenant-1', file), /subtask 25/)
  t.notMatch((await readFile(file)).toString('latin1'), /tenant-[023]/)
  t.match(await tenants(t, 'export', 'tenant-1', file), { code: 1, output: /is there/ })
  await done(t, 'export', 'tenant-1', file, '--overwrite')
  t.match(await tenants(t, 'import', file), { code: 1, output: /there is a tenant "tenant-1" already; --as/ })
  for (const [slug, place] of [['in-schema', 'single-schema'], ['in-database', 'multiple-databases']] as const) {
    await done(t, 'import', file, '--as', slug, '--strategy', place)
    t.strictSame(await sums(t, slug), own, place)
    t.match(await visit(slug), { statusCode: 200, body: /25 subtasks/ })
    await done(t, 'clone', slug, `${slug}-clone`, '--name', 'A clone')
    t.strictSame(await sums(t, `${slug}-clone`), own)
    t.match(await visit(`${slug}-clone`), { statusCode: 200, body: /A clone/ })
    const [task] = await asRole(await adminOf(database, slug), async query => await query(`
      insert into rowhouse.subtask (account_id, task_id, name)
      select account_id, min(id), 'after the import' from rowhouse.task where account_id = (select id from rowhouse.account where slug = $1) group by account_id returning id`, [slug]))
    t.ok(task, 'a new row does not meet an old id')
    t.strictSame(await sums(t, `${slug}-clone`), own, 'a clone is on its own')
  }
  for (const slug of ['in-schema', 'in-database']) {
    t.strictSame((await asJson<Array<{ action: string }>>(t, 'log', slug)).map(({ action }) => action).reverse(), ['import', 'verify'], 'how it came to be, once')
    t.match(await asJson(t, 'log', `${slug}-clone`), [{}, {}, { action: 'clone', details: { of: slug } }])
  }
  t.match(await asJson(t, 'log', 'tenant-1'), [{ action: 'export', details: { rows: { subtask: 25 } } }, { action: 'export' }, { action: 'verify', details: { problems: [] } }])
  const cut = join(folder, 'cut.zip')
  await writeFile(cut, (await readFile(file)).subarray(0, 2000))
  t.match(await tenants(t, 'import', cut, '--as', 'cut-off'), { code: 1 })
  t.equal((await visit('cut-off')).statusCode, 404)
  t.strictSame(await leftovers(), [])
})

t.test('a tenant moves to the other place and back, with all its rows and the same ids', async t => {
  const before = await sums(t, 'tenant-2')
  const page = cells((await visit('tenant-2')).body)
  const there = tenancy === 'single-schema' ? 'multiple-databases' : 'single-schema'
  for (const place of [there, tenancy]) {
    t.match(await done(t, 'move', 'tenant-2', '--to', place), /writes waited for \d+ ms/)
    t.match(await tenants(t, 'move', 'tenant-2', '--to', place === 'single-schema' ? 'multiple-databases' : 'single-schema'), { code: 1, output: /source of the last move .* is still kept/ })
    t.strictSame(await sums(t, 'tenant-2'), before)
    t.strictSame(cells((await visit('tenant-2')).body), page)
    t.match(await tenants(t, 'move', 'tenant-2', '--purge'), { code: 2, output: /Add --yes/ })
    await done(t, 'move', 'tenant-2', '--purge', '--yes')
    t.strictSame(await sums(t, 'tenant-2'), before)
  }
  t.match(await visit('tenant-1'), { statusCode: 200, body: /25 subtasks/ }, 'its neighbours stay')
  t.strictSame(await leftovers(), [])
})

t.test('a tenant moves to another server, by the URL of an administrator there, and back', inOneRun, async t => {
  const far = await openEmbedded({ directory: `${defaultEmbeddedDirectory()}-test-far`, settings: { fsync: 'off' }, preferredPort: 16432 })
  t.teardown(async () => { await far.release() })
  const other = { ...far.admin, database: `${database.admin.database}_afar` }
  const before = await sums(t, 'tenant-0')
  t.match(await tenants(t, 'move', 'tenant-0', '--to', formatUrl({ ...database.admin, database: 'new_here' })), { code: 1, output: /that is the configured server/ })
  t.match(await tenants(t, 'move', 'tenant-0', '--to', formatUrl({ ...database.admin, host: database.admin.host === '127.0.0.1' ? 'localhost' : '127.0.0.1' })), { code: 1, output: /that is the configured server/ }, 'by whatever name')
  t.match(await tenants(t, 'move', 'tenant-0', '--to', formatUrl({ ...far.admin, database: 'postgres' })), { code: 1, output: /there is a database "postgres" on that server already/ })

  await done(t, 'move', 'tenant-0', '--to', formatUrl(other))
  const shown = await asJson<{ database: string }>(t, 'show', 'tenant-0')
  t.equal(shown.database, `postgres://${other.host}:${other.port}/${other.database}`, 'no login is kept')
  t.notSame(loginAt(database.login('tenant'), shown.database).password, database.login('tenant').password, 'whoever runs that server learns no password of this one')
  t.strictSame(await sums(t, 'tenant-0'), before)
  t.match(await visit('tenant-0'), { statusCode: 200, body: /25 subtasks/ })
  await done(t, 'move', 'tenant-0', '--purge', '--yes')
  await done(t, 'move', 'tenant-0', '--to', 'single-schema')
  await done(t, 'move', 'tenant-0', '--purge', '--yes')
  t.strictSame(await sums(t, 'tenant-0'), before)
  t.strictSame(await asRole(far.admin, async query => await query('select datname from pg_database where datname = $1', [other.database])), [], 'the database there is gone, too')
  t.strictSame(await leftovers(), [])
})

t.test('what a tenant\'s own database says of its tables is not believed', inOneRun, async t => {
  await done(t, 'clone', 'tenant-1', 'hostile')
  await done(t, 'move', 'hostile', '--to', 'multiple-databases')
  await done(t, 'move', 'hostile', '--purge', '--yes')
  const before = await sums(t, 'tenant-2')
  await asRole(await adminOf(database, 'hostile'), async query => { await query('alter table rowhouse.app_user add column "1 from app_user;delete from subtask;end;--" integer') })
  await done(t, 'move', 'hostile', '--to', 'single-schema')
  t.strictSame(await sums(t, 'tenant-2'), before)
  await done(t, 'move', 'hostile', '--purge', '--yes')
  await done(t, 'move', 'hostile', '--to', 'multiple-databases')
  await done(t, 'move', 'hostile', '--purge', '--yes')
  await asRole(await adminOf(database, 'hostile'), async query => {
    await query('insert into rowhouse.subtask (account_id, id, task_id, name) overriding system value select account_id, 9223372036854774784, min(id), \'far\' from rowhouse.task group by account_id')
  })
  t.match(await tenants(t, 'move', 'hostile', '--to', 'single-schema'), { code: 1, output: /too far beyond what subtask_id_seq has come to/ })
  await done(t, 'move', 'hostile', '--abandon', '--yes')
  await done(t, 'delete', 'hostile', '--yes')
  await done(t, 'delete', 'hostile', '--purge', '--yes', '--grace-days', '0')
  t.strictSame(await sums(t, 'tenant-2'), before)
  t.strictSame(await leftovers(), [])
})

t.test('a name that is gone is nobody else\'s until every server has forgotten whose it was', inOneRun, async t => {
  await done(t, 'create', 'old-name', '--name', 'First')
  await done(t, 'rename', 'old-name', 'new-name', '--gone')
  t.match(await tenants(t, 'create', 'old-name', '--name', 'Second'), { code: 1, output: /"old-name" still leads to "new-name"/ })
  await asRole(database.admin, async query => { await query("update rowhouse.former_slug set redirect_until = now() - interval '2 minutes'") })
  await done(t, 'clone', 'tenant-1', 'old-name')
  await done(t, 'rename', 'old-name', 'another-name')
  for (const slug of ['new-name', 'another-name']) {
    await done(t, 'delete', slug, '--yes')
    await done(t, 'delete', slug, '--purge', '--yes', '--grace-days', '0')
  }
})

t.test('a tenant whose server is out of reach is said to be so in a line', inOneRun, async t => {
  await done(t, 'clone', 'tenant-0', 'far-away')
  const before = (await asRole(database.admin, async query => await query("select database from rowhouse.account where slug = 'far-away'")))[0]?.['database'] as string | null
  await asRole(database.admin, async query => {
    await query("update rowhouse.account set database = 'postgres://127.0.0.1:1/nowhere' where slug = 'far-away'")
    await query("insert into rowhouse.tenant_database (account_id, schema_version) select id, $1::text from rowhouse.account where slug = 'far-away'", [await latestMigration()])
  })
  for (const args of [['verify', 'far-away'], ['export', 'far-away', join(folder, 'far.zip')], ['clone', 'far-away', 'never'], ['move', 'far-away', '--to', 'single-schema']]) {
    const { code, output } = await tenants(t, ...args)
    t.equal(code, 1, args.join(' '))
    t.match(output, /no PostgreSQL answers at 127\.0\.0\.1:1/, args.join(' '))
    t.notMatch(output, /^\s+at /m, 'no stack')
  }
  t.match(await done(t, 'list'), /far-away.*no answer/)
  t.match(await tenants(t, 'suspend', 'far-away'), { code: 0, output: /warning: the catalogue has it/ })
  await asRole(database.admin, async query => {
    await query('delete from rowhouse.account_move')
    await query("update rowhouse.account set database = $1 where slug = 'far-away'", [before])
  })
  await done(t, 'delete', 'far-away', '--yes')
  await done(t, 'delete', 'far-away', '--purge', '--yes', '--grace-days', '0')
  t.strictSame(await leftovers(), [])
})

t.test('a purge shows that nothing is left anywhere, of a move that left something neither', inOneRun, async t => {
  await done(t, 'clone', 'tenant-1', 'leaving')
  await done(t, 'move', 'leaving', '--to', 'multiple-databases')
  await done(t, 'move', 'leaving', '--purge', '--yes')
  await done(t, 'move', 'leaving', '--to', 'single-schema')
  const own = `${database.admin.database}_leaving`
  await done(t, 'delete', 'leaving', '--yes')
  t.match(await tenants(t, 'delete', 'leaving', '--purge', '--grace-days', '0'), { code: 2, output: new RegExp(`from the shared schema and the database ${own}, which a move has left, for good`) })
  const output = await done(t, 'delete', 'leaving', '--purge', '--yes', '--grace-days', '0')
  t.match(output, /^removed from the shared schema: .*subtask 25, task 2, /m)
  t.match(output, new RegExp(`^dropped the database ${own}; it is gone, as its server confirms: database "${own}" does not exist$`, 'm'))
  t.match(output, /^left in the shared schema: .*subtask 0, user_session 0$/m)
  t.strictSame(await leftovers(), [])
})

t.test('a tenant that is still being made is nothing to work on', inOneRun, async t => {
  await asRole(database.admin, async query => { await query("insert into rowhouse.account (slug, name, status, status_reason) values ('half', 'Half', 'creating', 'a run')") })
  for (const args of [['rename', 'half', 'whole'], ['name', 'half', 'Whole'], ['export', 'half', join(folder, 'half.zip')], ['verify', 'half'], ['suspend', 'half'], ['delete', 'half', '--yes'], ['move', 'half', '--to', 'multiple-databases']]) {
    const { code, output } = await tenants(t, ...args)
    t.equal(code, 1, args.join(' '))
    t.match(output, /"half" is still being made/, args.join(' '))
  }
  t.match(await done(t, 'show', 'half'), /creating since/)
  t.match(await done(t, 'list', '--status', 'creating'), /^half /m)
  await asRole(database.admin, async query => { await query("delete from rowhouse.account where slug = 'half'") })
})

t.test('a table that archives do not know is not left out in silence', inOneRun, async t => {
  await asRole(database.login('owner'), async query => { await query('create table rowhouse.note (account_id bigint not null, id bigint not null, primary key (account_id, id))') })
  for (const args of [['export', 'tenant-1', join(folder, 'partial.zip')], ['verify', 'tenant-1']]) t.match(await tenants(t, ...args), { code: 1, output: /^tenants: archives know no table note: describe it/ })
  await asRole(database.login('owner'), async query => { await query('drop table rowhouse.note') })
})

t.test('verify finds what the keys do not let happen', async t => {
  await asRole(await adminOf(database, 'tenant-3'), async query => {
    await query('begin')
    await query("set local session_replication_role = 'replica'")
    await query("delete from rowhouse.project where account_id = (select id from rowhouse.account where slug = 'tenant-3') and id = (select max(id) from rowhouse.project where account_id = (select id from rowhouse.account where slug = 'tenant-3'))")
    await query('commit')
  })
  t.match(await tenants(t, 'verify', 'tenant-3'), { code: 1, output: /wrong: 1 rows of task refer to rows of project that are not there/ })
})

t.test('a command that is killed at any moment leaves what the next one repairs', inOneRun, async t => {
  const file = join(folder, 'to-kill.zip')
  await done(t, 'export', 'tenant-0', file)
  const whole = await sums(t, 'tenant-0')
  const commands: Array<(slug: string) => string[]> = [
    slug => ['create', slug, '--name', 'Killed', '--strategy', 'multiple-databases'],
    slug => ['import', file, '--as', slug, '--strategy', 'multiple-databases'],
    slug => ['import', file, '--as', slug, '--strategy', 'single-schema'],
    slug => ['clone', 'tenant-0', slug]
  ]
  const startMs = 400
  for (let round = 0; round < 24; round++) {
    const args = (commands[round % commands.length] ?? commands[0])?.(`killed-${round}`) ?? []
    const command = run(t, ['bin/tenants.ts', ...args], { ...database.environment, TENANCY: tenancy })
    await Promise.race([delay(startMs + Math.random() * 900), command.ended])
    command.child.kill('SIGKILL')
    await command.ended
    const slug = `killed-${round}`
    strategy.forgetTenant(slug)
    const status = (await visit(slug)).statusCode
    t.ok([200, 404].includes(status), `${args[0]}, ${status}: all of it or nothing`)
    if (status === 404) await done(t, ...args)
    t.equal((await visit(slug)).statusCode, 200)
    if (args[0] !== 'create') t.strictSame(await sums(t, slug), whole)
    t.strictSame(await leftovers(), [], `nothing is left over of ${args[0]}`)
  }
  for (let round = 0; round < 8; round++) {
    const slug = `killed-${round}`
    await done(t, 'delete', slug, '--yes')
    const command = run(t, ['bin/tenants.ts', 'delete', slug, '--purge', '--yes', '--grace-days', '0'], database.environment)
    await Promise.race([delay(startMs + Math.random() * 500), command.ended])
    command.child.kill('SIGKILL')
    await command.ended
    t.ok([404, 410].includes((await visit(slug)).statusCode), 'deleted or purged, never served')
    if ((await visit(slug)).statusCode === 410) await done(t, 'delete', slug, '--purge', '--yes', '--grace-days', '0')
    t.equal((await visit(slug)).statusCode, 404)
    t.strictSame(await leftovers(), [])
  }
})

/** The texts of a table's cells, row by row. */
function cells (html: string): string[] {
  return [...html.matchAll(/<t[dh][^>]*>([\s\S]*?)<\/t[dh]>/g)].map(([, cell]) => (cell ?? '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim())
}
