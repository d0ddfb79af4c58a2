import { once } from 'node:events'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { parseConfig } from '../src/config.ts'
import { openDatabase } from '../src/database/database.ts'
import { latestMigration, migrationNames } from '../src/database/migrate.ts'
import { loginAt } from '../src/database/placement.ts'
import { Interruption } from '../src/interruption.ts'
import { createAccount } from '../src/provisioning/accounts.ts'
import { withCatalogue, type CatalogueEntry } from '../src/provisioning/catalogue.ts'
import { countBehind, findRun, inspectFleet, migrateUp, takeBack, type FleetOptions, type TenantMigrations } from '../src/provisioning/fleet.ts'
import { asRole, run, testApp, testDatabase, type Run, type TestDatabase } from './support.ts'

const latest = await latestMigration()
/** Before the one whose changes take time, locks and names that may be taken. */
const previous = '005_catalogue'
const missing = (await migrationNames()).filter(name => name > previous)

/**
 * Tenants `own-000` … with databases of their own, copied from one that was made; `shared` is in the shared schema. Each
 * that is behind lacks the same migrations, and the catalogue knows.
 */
async function testFleet (t: Test, size: number, { behind = true } = {}): Promise<TestDatabase> {
  const database = await testDatabase(t)
  await withCatalogue(database, async catalogue => {
    await createAccount(database, catalogue, 'single-schema', { slug: 'shared', name: 'Shared' })
    const { database: first = '' } = await createAccount(database, catalogue, 'multiple-databases', { slug: nameOf(0), name: 'of its own' })
    if (behind) {
      await database.at(first).takeBack(missing.length)
      await catalogue.noteMigration((await catalogue.get(nameOf(0))).id, { state: 'ready', schemaVersion: previous })
    }
    await asRole({ ...database.admin, database: 'postgres' }, async query => {
      for (let index = 1; index < size; index++) await query(`create database "${database.admin.database}_${nameOf(index)}" template "${first}"`)
      // A copy has nothing of who may connect to the original.
      for (let index = 1; index < size; index++) {
        await query(`grant connect, create on database "${database.admin.database}_${nameOf(index)}" to rowhouse_owner`)
        await query(`grant connect on database "${database.admin.database}_${nameOf(index)}" to rowhouse_tenant, rowhouse_manager, rowhouse_loader`)
      }
    })
    for (let index = 1; index < size; index++) {
      const id = await catalogue.add({ slug: nameOf(index), name: 'of its own', status: 'active', database: `${database.admin.database}_${nameOf(index)}` })
      await catalogue.noteMigration(id, { state: 'ready', schemaVersion: behind ? previous : latest })
      await asRole(loginAt(database.admin, `${database.admin.database}_${nameOf(index)}`), async query => {
        if (!behind) await query('delete from rowhouse.audit_event')
        await query('delete from rowhouse.account')
        await query("insert into rowhouse.account (id, slug, name) overriding system value values ($1::bigint, $2::text, 'of its own')", [id, nameOf(index)])
      })
    }
  })
  return database
}

function nameOf (index: number): string {
  return `own-${String(index).padStart(3, '0')}`
}

async function inOwn<T> (database: TestDatabase, slug: string, work: Parameters<typeof asRole<T>>[1]): Promise<T> {
  return await asRole(loginAt(database.admin, `${database.admin.database}_${slug}`), work)
}

/** Puts something into a tenant's database that its pending migration stumbles over after most of its work. */
async function obstruct (database: TestDatabase, slug: string): Promise<void> {
  await inOwn(database, slug, async query => { await query('create table rowhouse.idempotent_request (id integer)') })
}

async function clear (database: TestDatabase, slug: string): Promise<void> {
  await inOwn(database, slug, async query => { await query('drop table rowhouse.idempotent_request') })
}

async function entryOf (database: TestDatabase, slug: string): Promise<CatalogueEntry> {
  return await withCatalogue(database, async catalogue => await catalogue.get(slug))
}

function migrateCommand (t: Test, database: TestDatabase, ...args: string[]): Run {
  return run(t, ['bin/migrate.ts', ...args], database.environment)
}

async function statusOf (t: Test, database: TestDatabase): Promise<{ code: number | string, tenants: Array<Record<keyof TenantMigrations, unknown>>, run: unknown }> {
  const status = migrateCommand(t, database, 'status', '--json')
  const code = await status.ended
  return { code, ...JSON.parse(status.output()) as { tenants: Array<Record<keyof TenantMigrations, unknown>>, run: unknown } }
}

/** Resolves when so many sessions wait for a lock in a tenant's database. */
async function waiting (database: TestDatabase, slug: string): Promise<void> {
  while (await inOwn(database, slug, async query => (await query("select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")).length) === 0) await delay(20)
}

t.test('up brings the configured database and every tenant\'s own up to this version, and says so', async t => {
  const database = await testFleet(t, 4)
  await withCatalogue(database, async catalogue => {
    await catalogue.setStatus((await catalogue.get(nameOf(1))).id, 'suspended', 'unpaid')
    await catalogue.setStatus((await catalogue.get(nameOf(2))).id, 'deleted')
  })
  const before = migrateCommand(t, database, 'status')
  t.equal(await before.ended, 1, 'while something is pending')
  t.match(before.output(), new RegExp(`^${latest} +applied `, 'm'))
  t.match(before.output(), new RegExp(`^own-000 +${database.admin.database}_own-000 +${previous} +pending `, 'm'))

  const up = migrateCommand(t, database, 'up')
  t.equal(await up.ended, 0)
  for (let index = 0; index < 4; index++) t.match(up.output(), missing.map(name => `${nameOf(index)}: applied ${name}\n`).join(''))
  t.match(up.output(), /^4 databases of tenants: 4 migrated, 0 had nothing to do; /m)

  const { code, tenants, run: other } = await statusOf(t, database)
  t.equal(code, 0)
  t.equal(other, null, 'nobody is at work')
  t.match(tenants, Array.from({ length: 4 }, (_, index) => ({ slug: nameOf(index), version: latest, pending: 0, state: 'ready', error: null, tookMs: Number, changedAt: String })))

  const noted = await entryOf(database, nameOf(0))
  const again = migrateCommand(t, database, 'up')
  t.equal(await again.ended, 0)
  t.match(again.output(), /^nothing to do: every migration is applied\n4 databases of tenants: 0 migrated, 4 had nothing to do; /)
  t.strictSame(await entryOf(database, nameOf(0)), noted, 'what was known of the last run still is')
})

t.test('of many databases some fail half-way: the others are migrated, and the next run goes on with what is left', async t => {
  const size = 40
  const database = await testFleet(t, size)
  const broken = [3, 17, 31].map(nameOf)
  for (const slug of broken) await obstruct(database, slug)

  const stopped = migrateCommand(t, database, 'up', '--max-failures', '2', '--jobs', '2')
  t.equal(await stopped.ended, 1)
  t.match(stopped.output(), /^own-003: .*idempotent_request/m)
  t.match(stopped.output(), /2 failed, \d+ not begun/)
  t.match(stopped.output(), /migrate: 2 databases failed, so \d+ more were not begun/)
  t.match(stopped.output(), /^databases: \d+ of 40 done/m, 'lines of progress where no person looks on')
  t.match((await entryOf(database, nameOf(3))).migration, { state: 'failed', error: /idempotent_request/, tookMs: Number })
  t.equal((await entryOf(database, nameOf(3))).schemaVersion, previous)
  await inOwn(database, nameOf(3), async query => {
    t.strictSame(await query("select to_regclass('rowhouse.project_by_terms')::text as name"), [{ name: null }], 'nothing of the migration that failed is left')
  })

  const others = migrateCommand(t, database, 'up')
  t.equal(await others.ended, 1)
  const failing = await statusOf(t, database)
  t.equal(failing.code, 1)
  t.strictSame(failing.tenants.filter(({ state }) => state !== 'ready').map(({ slug, state, version }) => [slug, state, version]), broken.map(slug => [slug, 'failed', previous]), 'those that fail keep no other waiting')

  for (const slug of broken) await clear(database, slug)
  const last = migrateCommand(t, database, 'up')
  t.equal(await last.ended, 0)
  t.match(last.output(), new RegExp(`^${size} databases of tenants: 3 migrated, ${size - 3} had nothing to do`, 'm'))
  t.match(await statusOf(t, database), { code: 0, tenants: Array.from({ length: size }, () => ({ state: 'ready', error: null })) })
})

t.test('a run that is killed at any point leaves nothing that the next one does not mend', async t => {
  const size = 12
  const database = await testFleet(t, size)
  const underWay = async (): Promise<number> => (await withCatalogue(database, async catalogue => await catalogue.list())).filter(({ migration }) => migration?.state === 'migrating').length
  for (let round = 0; round < 6; round++) {
    const killed = migrateCommand(t, database, 'up', '--jobs', '2')
    const isAtWork = async (): Promise<boolean> => (await findRun(database))?.who.startsWith(`process ${killed.child.pid ?? 0} of `) === true
    while (killed.child.exitCode === null && !(round === 0 ? await underWay() > 0 : await isAtWork())) await delay(5)
    await delay(round === 0 ? 0 : Math.random() * 400)
    killed.child.kill('SIGKILL')
    await killed.ended
    if (round === 0) t.ok(await underWay() > 0, 'killed in the midst of it')
    while (await findRun(database) !== undefined) await delay(5)
    const states = await inspectFleet(database)
    t.notOk(states.some(({ state }) => state === 'failed' || state === 'unreachable'))
    // All done already: from the beginning.
    if (states.every(({ version }) => version === latest)) {
      for (const { database: placement } of states) await database.at(placement).takeBack(1)
      t.ok((await inspectFleet(database)).every(({ state }) => state !== 'ready'), 'the databases are asked, not the catalogue')
    }
  }
  const last = migrateCommand(t, database, 'up')
  t.equal(await last.ended, 0, last.output())
  t.match(await statusOf(t, database), { code: 0, tenants: Array.from({ length: size }, () => ({ state: 'ready', version: latest, error: null })) })
})

t.test('a run that died between the migration and its note is mended, too', async t => {
  const database = await testFleet(t, 1)
  await database.at((await entryOf(database, nameOf(0))).database ?? '').migrate()
  await withCatalogue(database, async catalogue => { await catalogue.noteMigration((await catalogue.get(nameOf(0))).id, { state: 'migrating', schemaVersion: previous }) })
  t.match(await inspectFleet(database), [{ state: 'migrating', version: latest, pending: 0 }])
  t.match(await migrateUp(database), { outcomes: [{ ran: [], error: undefined }] })
  t.match(await entryOf(database, nameOf(0)), { schemaVersion: latest, migration: { state: 'ready' } })
})

t.test('one run is at work at a time: the second says who, and since when', async t => {
  const database = await testFleet(t, 2)
  await inOwn(database, nameOf(1), async query => {
    await query('begin')
    await query('lock table rowhouse.account in access share mode')
    const first = migrateCommand(t, database, 'up', '--lock-timeout', '10min')
    await waiting(database, nameOf(1))
    const status = migrateCommand(t, database, 'status')
    t.equal(await status.ended, 1)
    t.match(status.output(), new RegExp(`^process ${first.child.pid ?? 0} of .* has been at work since \\d{4}-`, 'm'))
    for (const args of [['up'], ['up', '--tenant', nameOf(0)], ['down', '--yes', '--tenant', nameOf(0)]]) {
      const second = migrateCommand(t, database, ...args)
      t.equal(await second.ended, 1)
      t.match(second.output(), new RegExp(`^migrate: process ${first.child.pid ?? 0} of .*@.* has been migrating the databases of tenants since \\d{4}-.*; wait for it to end\\. Nothing was changed\\.\n$`))
    }
    await query('rollback')
    t.equal(await first.ended, 0)
  })
})

t.test('Ctrl-C begins no other database, gives up what does not end, and the next run goes on', async t => {
  const database = await testFleet(t, 3)
  await inOwn(database, nameOf(0), async query => {
    await query('begin')
    await query('lock table rowhouse.account in access share mode')
    const interrupted = migrateCommand(t, database, 'up', '--jobs', '1', '--lock-timeout', '10min')
    await waiting(database, nameOf(0))
    interrupted.child.kill('SIGINT')
    t.equal(await interrupted.ended, 130)
    t.match(interrupted.output(), /migrate: interrupted: of the 3 databases of tenants 0 are done, 0 failed, 1 were given up under way, 2 were not begun; run it again to go on\n$/)
    await query('rollback')
  })
  t.match((await statusOf(t, database)).tenants.map(({ state }) => state), ['migrating', 'pending', 'pending'])
  t.equal(await migrateCommand(t, database, 'up').ended, 0)
  t.equal((await statusOf(t, database)).code, 0)
})

t.test('one that ends in time after Ctrl-C is kept', async t => {
  const database = await testFleet(t, 2)
  const controller = new AbortController()
  await t.rejects(migrateUp(database, { jobs: 1, signal: controller.signal, onOutcome: () => { controller.abort(new Interruption('SIGINT')) } }), { message: /1 are done, 0 failed, 0 were given up under way, 1 were not begun/, exitCode: 130 })
  t.match((await inspectFleet(database)).map(({ state }) => state), ['ready', 'pending'])
})

t.test('a run that has lost what kept others away begins no other database', async t => {
  const database = await testFleet(t, 2)
  const endSession = async (): Promise<void> => {
    await asRole(database.admin, async query => await query("select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = current_database() and application_name like 'rowhouse migrate: %'"))
  }
  await inOwn(database, nameOf(0), async query => {
    await query('begin')
    await query('lock table rowhouse.account in access share mode')
    const stopped = migrateCommand(t, database, 'up', '--jobs', '1', '--lock-timeout', '10min')
    await waiting(database, nameOf(0))
    await endSession()
    await query('rollback')
    t.equal(await stopped.ended, 1)
    t.match(stopped.output(), /^migrate: the session that kept other runs away was ended; no other database was begun/m)
  })
  t.match((await inspectFleet(database)).map(({ state }) => state), ['ready', 'pending'])
})

t.test('a lock that somebody holds, a database that is gone and a server that is down fail alone', async t => {
  const database = await testFleet(t, 5)
  await withCatalogue(database, async catalogue => {
    await catalogue.place((await catalogue.get(nameOf(1))).id, 'postgres://127.0.0.1:1/nowhere')
    await catalogue.place((await catalogue.get(nameOf(2))).id, `${database.admin.database}_not_there`)
  })
  await inOwn(database, nameOf(0), async query => {
    await query('begin')
    await query('lock table rowhouse.account in access share mode')
    const up = migrateCommand(t, database, 'up', '--lock-timeout', '200ms', '--max-failures', '5')
    t.equal(await up.ended, 1)
    t.match(up.output(), /^own-000: .* another session has held a lock that is needed for longer than 200ms$/m)
    t.match(up.output(), /^own-001: no PostgreSQL answers at 127\.0\.0\.1:1/m)
    t.match(up.output(), /^own-002: PostgreSQL at .* has no database ".*_not_there"$/m)
    t.match(up.output(), /2 migrated, 0 had nothing to do, 3 failed/)
    await query('rollback')
  })
  const { tenants } = await statusOf(t, database)
  t.match(tenants.map(({ state }) => state), ['failed', 'unreachable', 'unreachable', 'ready', 'ready'])
  const table = migrateCommand(t, database, 'status')
  await table.ended
  t.match(table.output(), /^own-001 .* unreachable .*no PostgreSQL answers/m)
})

t.test('--tenant takes the named ones alone, and never ahead of the configured database', async t => {
  const database = await testFleet(t, 3)
  const one = migrateCommand(t, database, 'up', '--tenant', nameOf(0), '--tenant', nameOf(2))
  t.equal(await one.ended, 0)
  t.match((await inspectFleet(database)).map(({ state }) => state), ['ready', 'pending', 'ready'])
  for (const [args, code, message] of [
    [['up', '--tenant', 'nobody'], 1, /there is no tenant "nobody"/],
    [['up', '--tenant', 'shared'], 1, /"shared" is in the shared schema/],
    [['down', '--tenant', nameOf(0)], 2, new RegExp(`would take back ${latest} in 1 database, .*Add --yes`)],
    [['down', '--all', '--yes', '--tenant', nameOf(0)], 2, /--all would leave nothing of a tenant/],
    [['up', '--lock-timeout', 'soon'], 2, /a duration such as/],
    [['up', '--jobs', '0'], 2, /whole number/]
  ] as const) {
    const refused = migrateCommand(t, database, ...args)
    t.equal(await refused.ended, code, args.join(' '))
    t.match(refused.output(), message)
  }
  const down = migrateCommand(t, database, 'down', '--yes', '--tenant', nameOf(0))
  t.equal(await down.ended, 0)
  t.match(down.output(), `${nameOf(0)}: took back ${latest}\n`)
  t.match(await entryOf(database, nameOf(0)), { schemaVersion: missing.at(-2), migration: { state: 'ready' } })
  t.match((await inspectFleet(database)).map(({ state }) => state), ['pending', 'pending', 'ready'])

  const newer = await withMoreMigrations(t, database)
  await t.rejects(migrateUp(newer, { slugs: [nameOf(0)] }), { message: /configured database lacks 900_first, 901_second.*without --tenant first/ })
})

t.test('a tenant that is being made is left to whoever makes it', async t => {
  const database = await testFleet(t, 2)
  await withCatalogue(database, async catalogue => {
    const { id } = await catalogue.get(nameOf(0))
    const making = await catalogue.beginRun()
    await catalogue.setStatus(id, 'creating', making)
    t.match(await migrateUp(database), { outcomes: [{ slug: nameOf(1) }], leftAlone: [nameOf(0)] })
    t.match(await inspectFleet(database), [{ state: 'creating' }, { state: 'ready' }])
    const newer = await withMoreMigrations(t, database)
    t.match(await migrateUp(newer), { outcomes: [{ ran: ['900_first', '901_second'] }], leftAlone: [nameOf(0)] })
    await t.rejects(takeBack(newer, 1, () => {}), { message: /databases are being made for own-000/ }, 'or it would be ahead in the end')
  })
})

t.test('down takes back what says where tenants are from nobody who needs it, and changes nothing then', async t => {
  const database = await testFleet(t, 2, { behind: false })
  const harmless = migrateCommand(t, database, 'down', '--yes', '--count', String(missing.length))
  t.equal(await harmless.ended, 0, harmless.output())
  for (const args of [['down', '--yes'], ['down', '--all', '--yes'], ['down']]) {
    const refused = migrateCommand(t, database, ...args)
    t.equal(await refused.ended, 1)
    t.match(refused.output(), /^migrate: 005_catalogue holds where the 2 databases of tenants are: .* Nothing was changed anywhere\.\n$/)
  }
  t.equal(await migrateCommand(t, database, 'up').ended, 0)
  t.equal((await statusOf(t, database)).code, 0)
})

t.test('down goes through the tenants\' databases first, and the configured one comes when all of them are done', async t => {
  const database = await testFleet(t, 4)
  const newer = await withMoreMigrations(t, database)
  const names = ['901_second', '900_first']
  const quietly: FleetOptions = { maxFailures: 10 }
  const versions = async (): Promise<string[]> => [(await newer.migrations()).findLast(({ appliedAt }) => appliedAt !== undefined)?.name ?? '', ...(await inspectFleet(newer)).map(({ version }) => version)]
  await t.resolves(migrateUp(newer))
  t.strictSame(await versions(), Array.from({ length: 5 }, () => '901_second'))

  const plans: unknown[] = []
  await t.rejects(takeBack(newer, 2, plan => { plans.push(plan); throw new Error('rather not') }), { message: 'rather not' })
  t.strictSame(plans, [{ names, databases: 5 }])
  t.strictSame(await versions(), Array.from({ length: 5 }, () => '901_second'), 'nothing was changed')

  await inOwn(database, nameOf(2), async query => { await query('create view rowhouse.in_the_way as select id from rowhouse.first_one') })
  const configured: string[][] = []
  const result = await takeBack(newer, 2, () => {}, { ...quietly, onConfigured: ran => { configured.push(ran) } })
  t.match(result?.outcomes.filter(({ error }) => error !== undefined), [{ slug: nameOf(2), error: { message: /cannot drop table first_one/ } }])
  t.strictSame(configured, [])
  t.strictSame(await versions(), ['901_second', latest, latest, '901_second', latest], 'in one transaction for each')

  await inOwn(database, nameOf(2), async query => { await query('drop view rowhouse.in_the_way') })
  t.match(await takeBack(newer, 2, () => {}, { ...quietly, onConfigured: ran => { configured.push(ran) } }), { outcomes: Array.from({ length: 4 }, () => ({ error: undefined })) })
  t.strictSame(configured, [names])
  t.strictSame(await versions(), Array.from({ length: 5 }, () => latest))
})

/** The same database for a version of the application that brings two migrations more. */
async function withMoreMigrations (t: Test, database: TestDatabase): Promise<TestDatabase> {
  const directory = join(t.testdir({}), 'migrations')
  await cp(fileURLToPath(new URL('../migrations', import.meta.url)), directory, { recursive: true })
  await writeFile(join(directory, '900_first.sql'), '-- Up Migration\ncreate table first_one (id bigint);\n\n-- Down Migration\ndrop table first_one;\n')
  await writeFile(join(directory, '901_second.sql'), '-- Up Migration\ncreate table second_one (id bigint);\n\n-- Down Migration\ndrop table second_one;\n')
  return { ...database, ...await openDatabase(parseConfig({ DATABASE_URL: database.environment['DATABASE_URL'], ROLE_SECRET: database.environment['ROLE_SECRET'] }).database, directory) }
}

t.test('a running server refuses the tenants alone whose databases are behind, until they have been migrated', async t => {
  const database = await testFleet(t, 2)
  await migrateUp(database, { slugs: [nameOf(1)] })
  t.equal(await countBehind(database, latest), 1)
  const { app } = await testApp(t, database)
  const ask = async (slug: string): Promise<{ status: number, retryAfter: string | undefined, body: string }> => {
    const { statusCode, headers, body } = await app.inject({ url: '/subtasks/', headers: { host: `${slug}.localhost`, accept: 'text/html' } })
    return { status: statusCode, retryAfter: headers['retry-after'] as string | undefined, body }
  }
  t.match(await ask(nameOf(0)), { status: 503, retryAfter: '60', body: /<html[\s\S]*Being updated/ })
  t.equal((await ask(nameOf(1))).status, 200)
  t.equal((await ask('shared')).status, 200)
  await migrateUp(database)
  t.equal(await countBehind(database, latest), 0)
  while ((await ask(nameOf(0))).status === 503) await delay(100)
  t.equal((await ask(nameOf(0))).status, 200)

  await takeBack(database, 1, () => {}, { slugs: [nameOf(1)] })
  while ((await ask(nameOf(1))).status === 200) await delay(100)
  t.equal((await ask(nameOf(1))).status, 503)
  t.equal((await ask(nameOf(0))).status, 200)
})

t.test('a command on a tenant whose database is behind says so, and those that save it from harm work all the same', async t => {
  const database = await testFleet(t, 2)
  const command = async (...args: string[]): Promise<{ code: number | string, output: string }> => {
    const running = run(t, ['bin/tenants.ts', ...args], database.environment)
    return { code: await running.ended, output: running.output() }
  }
  const file = join(t.testdir({}), 'archive.zip')
  for (const args of [['export', nameOf(0), file], ['verify', nameOf(0)], ['clone', nameOf(0), 'copy'], ['move', nameOf(0), '--to', 'single-schema']]) {
    t.strictSame(await command(...args), { code: 1, output: `tenants: the database of "own-000" is at ${previous}, and this version works with ${latest}; migrate it first: npx tsx bin/migrate.ts up --tenant own-000\n` }, args.join(' '))
  }
  for (const args of [['suspend', nameOf(0)], ['resume', nameOf(0)], ['rename', nameOf(0), 'renamed'], ['delete', 'renamed', '--yes'], ['delete', 'renamed', '--purge', '--yes', '--grace-days', '0']]) {
    const { code, output } = await command(...args)
    t.equal(code, 0, args.join(' '))
    t.notMatch(output, /^ +at /m)
  }
  const newer = await withMoreMigrations(t, database)
  await newer.prepare()
  t.match(await command('list'), { code: 1, output: /migrations that this version does not know/ })
  await newer.takeBack(2 + missing.length)
  t.strictSame(await command('list'), { code: 1, output: 'tenants: the database is behind this version; run: npx tsx bin/migrate.ts up\n' })
})

t.test('the server says at its start how many tenants it does not serve, and what mends that', async t => {
  const database = await testFleet(t, 2)
  const server = run(t, ['src/server.ts'], { ...database.environment, PORT: '0' })
  while (!server.output().includes('Ctrl-C stops') && server.child.exitCode === null) await Promise.race([once(server.child.stdout ?? server.child, 'data'), server.ended])
  t.match(server.output(), /not served +2 tenants, whose databases are behind this version, until: npx tsx bin\/migrate\.ts up/)
  server.child.kill('SIGTERM')
  t.equal(await server.ended, 0)
})
