import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { withClient } from '../src/database/admin.ts'
import { toAppError } from '../src/errors.ts'
import { withCatalogue } from '../src/provisioning/catalogue.ts'
import { abandonMove, moveTenant, purgeSource } from '../src/provisioning/move.ts'
import { readTenantTables } from '../src/provisioning/tenant-tables.ts'
import { verifyEvents } from '../src/repositories/audit.ts'
import type { TenantScope } from '../src/tenancy/scope.ts'
import type { StrategyName, TenancyStrategy } from '../src/tenancy/strategy.ts'
import { adminOf, asRole, run, seedTenants, testApp, testDatabase, until } from './support.ts'

// Dozens of databases and processes, on a machine that may be busy.
t.setTimeout(300_000)
const database = await testDatabase(t)
await seedTenants(database, { tenants: 5, subtasks: 60 })
const ids = new Map((await asRole(database.admin, async query => await query('select slug, id::integer from rowhouse.account'))).map(row => [String(row['slug']), Number(row['id'])]))

t.test('a tenant at work is moved out, back and out again: no write is lost or doubled, and every read is answered', async t => {
  const { app, strategy } = await testApp(t, database, { pool: { size: 8 } })
  const [mover, other] = [new Work(strategy, 'tenant-1'), new Work(strategy, 'tenant-0')]
  const reads: Record<string, number> = {}
  const state = { going: true }
  const readers = ['tenant-1', 'tenant-0'].map(async slug => {
    while (state.going) {
      const { statusCode, body } = await app.inject({ url: '/subtasks/', headers: { host: `${slug}.localhost` } })
      reads[statusCode] = (reads[statusCode] ?? 0) + 1
      if (statusCode !== 200 || !body.includes(`Company of ${slug}`)) t.fail(`${slug} was answered with ${statusCode}`)
      await delay(5)
    }
  })
  const working = [mover.goOn(() => state.going), other.goOn(() => state.going)]
  for (const destination of ['multiple-databases', 'single-schema', 'multiple-databases'] as const) {
    const before = mover.kept
    await until(() => mover.kept > before + 20)
    const { heldMs } = await move('tenant-1', destination)
    t.comment(`writes waited for ${Math.round(heldMs)} ms`)
    const switched = mover.kept
    await until(() => mover.kept > switched + 20)
    await purge('tenant-1')
    const purged = mover.kept
    await until(() => mover.kept > purged + 20)
  }
  state.going = false
  await Promise.all([...working, ...readers])
  t.comment(`${mover.kept} writes kept, ${mover.refused} refused, reads ${JSON.stringify(reads)}`)
  t.strictSame(Object.keys(reads), ['200'])
  t.strictSame([...new Set(mover.failures)], [], 'a write that was refused was told to come back')
  t.strictSame(other.refused, 0, 'nobody else was refused')
  for (const work of [mover, other]) await work.assertKept(t)
  t.strictSame(await rowsIn(database.admin, 'tenant-1'), {}, 'nothing is left in the shared schema')
})

t.test('a move whose hold on the writers is cut does not switch behind them', async t => {
  const { strategy } = await testApp(t, database)
  const work = new Work(strategy, 'tenant-4')
  const state = { going: true }
  const working = work.goOn(() => state.going)
  let cuts = 0
  for (let round = 0; round < 6; round++) {
    const destination = round % 2 === 0 ? 'multiple-databases' : 'single-schema'
    const source = await adminOf(database, 'tenant-4')
    const moving = { going: true }
    const cutting = asRole(source, async query => {
      while (moving.going) {
        const cut = await query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock' and granted
          and (classid::bigint << 32 | objid::bigint) = rowhouse.account_lock($1) and database = (select oid from pg_database where datname = current_database())`, [ids.get('tenant-4')])
        cuts += cut.length
        if (cut.length > 0) break
        await delay(round * 3)
      }
    })
    await move('tenant-4', destination).catch(error => { t.match(error, { message: /terminat|nothing was switched/ }) })
    moving.going = false
    await cutting
    const present = await withCatalogue(database, async catalogue => await catalogue.findMove(ids.get('tenant-4') ?? 0))
    if (present?.state === 'copying') await move('tenant-4', destination)
    const before = work.kept
    await until(() => work.kept > before + 5)
    await work.assertKept(t)
    await purge('tenant-4')
  }
  state.going = false
  await working
  t.ok(cuts > 0, `${cuts} holds were cut`)
  await work.assertKept(t)
})

t.test('ids go on from those that a tenant has, even if that is a single one', async t => {
  const strategy = (await testApp(t, database)).strategy
  await asRole(database.admin, async query => { await query('set search_path = rowhouse; delete from subtask where account_id = 4; delete from task where account_id = 4; delete from project where account_id = 4; delete from app_user where account_id = 4') })
  await asRole(database.admin, async query => {
    await query('set search_path = rowhouse')
    for (const text of ["app_user (account_id, id, email, first_name, last_name, password_hash) overriding system value values (4, 1, 'one@example.com', 'One', 'One', 'hash')",
      "project (account_id, id, name) overriding system value values (4, 1, 'one')", "task (account_id, id, project_id, name) overriding system value values (4, 1, 1, 'one')",
      "subtask (account_id, id, task_id, name) overriding system value values (4, 1, 1, 'one')"]) await query(`insert into ${text}`)
  })
  for (const destination of ['multiple-databases', 'single-schema'] as const) {
    await move('tenant-3', destination)
    await purge('tenant-3')
    strategy.forgetTenant('tenant-3')
    await inTenant(strategy, 'tenant-3', async ({ sql, accountId }) => {
      const [project] = await sql<{ id: number }>`insert into project (account_id, name) values (${accountId}, ${'next'}) returning id`
      const [task] = await sql<{ id: number }>`insert into task (account_id, project_id, name) values (${accountId}, ${project?.id ?? 0}, ${'next'}) returning id`
      await sql`insert into subtask (account_id, task_id, name) values (${accountId}, ${task?.id ?? 0}, ${'next'})`
      await sql`insert into app_user (account_id, email, first_name, last_name, password_hash) values (${accountId}, ${`${destination}@example.com`}, ${'a'}, ${'b'}, ${'hash'})`
    })
  }
  const record = await inTenant(strategy, 'tenant-3', verifyEvents)
  t.match(record, { brokenAt: null })
  t.ok(record.events >= 4, 'what happened goes along, whole')
  const rows = await rowsIn(database.admin, 'tenant-3')
  t.strictSame(Object.fromEntries(Object.entries(rows).map(([name, found]) => [name, found.length])), { app_user: 3, project: 3, task: 3, subtask: 3 })
})

t.test('a move that is killed at any moment is taken up again, or given up, and changes no row', async t => {
  const { app } = await testApp(t, database)
  const slug = 'tenant-2'
  await asRole(database.admin, async query => {
    await query(`insert into rowhouse.subtask (account_id, task_id, name, details)
      select account_id, task_id, 'more ' || i, repeat(i::text, 50) from rowhouse.subtask, generate_series(1, 60) i where account_id = 3 and id % 2 = 0`)
  })
  const before = await rowsIn(database.admin, slug)
  let [kills, finished, abandoned] = [0, 0, 0]
  while (kills < 22) {
    const isHere = await placementOf(slug) === null
    const destination: StrategyName = isHere ? 'multiple-databases' : 'single-schema'
    let maySurrender = true
    for (const task of [destination, 'purge']) {
      for (let attempt = 0; ; attempt++) {
        const child = run(t, ['test/move-program.ts', slug, task], database.environment)
        await new Promise<void>(resolve => { child.child.stdout?.once('data', () => { resolve() }); child.child.once('close', () => { resolve() }) })
        if (attempt < 3) await delay(Math.random() * (task === 'purge' ? 30 : 900))
        const killed = attempt < 3 && child.child.kill('SIGKILL')
        const outcome = await child.ended
        if (killed && outcome === 'SIGKILL') kills++
        else if (outcome === 0) finished++
        // A command that was killed a moment ago may not be gone for the server yet.
        else if (!/another command is at work|has not been moved/.test(child.output())) t.fail(child.output())
        if (outcome === 0 || /has not been moved/.test(child.output())) break
        const { statusCode } = await app.inject({ url: '/subtasks/', headers: { host: `${slug}.localhost` } })
        t.ok(statusCode === 200 || statusCode === 503, `answered with ${statusCode} between two attempts`)
        const present = await withCatalogue(database, async catalogue => await catalogue.findMove(ids.get(slug) ?? 0))
        if (task !== 'purge' && present?.state === 'copying' && maySurrender) {
          maySurrender = false
          await withCatalogue(database, async catalogue => { await patiently(async () => { await abandonMove(database, catalogue, slug) }) })
          abandoned++
          t.strictSame(await rowsIn(await adminOf(database, slug), slug), before, 'given up: the rows are where they were')
          if (!isHere) t.strictSame(await rowsIn(database.admin, slug), {}, 'and nowhere else')
          else t.strictSame(await databases(slug), [])
          await until(async () => (await app.inject({ url: '/subtasks/', headers: { host: `${slug}.localhost` } })).statusCode === 200)
        }
        if (task !== 'purge' && present?.state === 'switched') break
      }
      t.strictSame(await rowsIn(await adminOf(database, slug), slug), before, `after ${task}`)
    }
    t.equal((await databases(slug)).length, isHere ? 1 : 0)
    if (isHere) t.strictSame(await rowsIn(database.admin, slug), {}, 'nothing is left where it was')
    await until(async () => (await app.inject({ url: '/subtasks/', headers: { host: `${slug}.localhost` } })).statusCode === 200)
  }
  t.ok(abandoned > 0)
  t.comment(`${kills} killed, ${finished} finished, ${abandoned} given up`)
})

async function move (slug: string, destination: StrategyName) {
  return await withCatalogue(database, async catalogue => await moveTenant(database, catalogue, slug, destination))
}

async function purge (slug: string): Promise<void> {
  await withCatalogue(database, async catalogue => { await purgeSource(database, catalogue, slug) })
}

async function placementOf (slug: string): Promise<unknown> {
  return (await asRole(database.admin, async query => await query('select database from rowhouse.account where slug = $1', [slug])))[0]?.['database']
}

async function databases (slug: string): Promise<unknown[]> {
  return await asRole(database.admin, async query => await query('select datname::text from pg_database where starts_with(datname, $1)', [`${database.admin.database}_${slug}`]))
}

/** An account's rows in one database: the tables that have any, all columns. The record of what happened has the moves themselves. */
async function rowsIn (login: typeof database.admin, slug: string): Promise<Record<string, unknown[]>> {
  return await withClient(login, async client => {
    await client.query('set search_path = rowhouse')
    const rows: Record<string, unknown[]> = {}
    for (const { name } of await readTenantTables(client)) {
      if (name === 'audit_event') continue
      const found = (await client.query<{ row: string }>(`select to_jsonb(${name})::text as row from ${name} where account_id = $1 order by id`, [ids.get(slug)])).rows
      if (found.length > 0) rows[name] = found.map(({ row }) => row)
    }
    return rows
  })
}

async function inTenant<T> (strategy: TenancyStrategy, slug: string, work: (scope: TenantScope) => Promise<T>): Promise<T> {
  const found = await strategy.findTenant(slug)
  if (found === undefined) throw new Error(`no ${slug}`)
  const { scope, transaction } = await strategy.beginTenant(found.tenant, { readOnly: false, deadlineMs: 10_000 })
  try {
    const result = await work(scope)
    await transaction.commit()
    return result
  } catch (error) {
    await transaction.rollback()
    if (toAppError(error).status === 503) strategy.forgetTenant(slug)
    throw error
  }
}

/** People who write to one tenant without a pause, and what they were told is kept. */
class Work {
  readonly strategy: TenancyStrategy
  readonly slug: string
  kept = 0
  refused = 0
  readonly failures: unknown[] = []
  readonly #rows = new Map<number, string>()
  readonly #deleted = new Set<number>()
  readonly #refusedNames: string[] = []
  #counted = 0
  #counter = 0

  constructor (strategy: TenancyStrategy, slug: string) {
    this.strategy = strategy
    this.slug = slug
  }

  async goOn (isGoing: () => boolean): Promise<void> {
    await Promise.all(Array.from({ length: 3 }, async (_, person) => { await this.#person(person, isGoing) }))
  }

  async #person (person: number, isGoing: () => boolean): Promise<void> {
    const own: number[] = []
    for (let turn = 0; isGoing(); turn++) {
      const name = `written ${person} ${turn}`
      await this.#try(name, async scope => {
        const { sql, accountId } = scope
        const [row] = await sql<{ id: number }>`
          insert into subtask (account_id, task_id, name) select ${accountId}, min(id), ${name} from task where account_id = ${accountId} returning id`
        return () => { this.#rows.set(row?.id ?? 0, name); own.push(row?.id ?? 0) }
      })
      const changed = own[Math.floor(Math.random() * own.length)] ?? 0
      await this.#try(`changed ${name}`, async ({ sql, accountId }) => {
        await sql`update subtask set name = ${`changed ${name}`} where account_id = ${accountId} and id = ${changed}`
        return () => { if (this.#rows.has(changed)) this.#rows.set(changed, `changed ${name}`) }
      })
      if (turn % 3 === 0) {
        const deleted = own.shift() ?? 0
        await this.#try(undefined, async ({ sql, accountId }) => {
          await sql`delete from subtask where account_id = ${accountId} and id = ${deleted}`
          return () => { this.#rows.delete(deleted); this.#deleted.add(deleted) }
        }).then(isKept => { if (!isKept) own.push(deleted) })
      }
      // Whoever leaves and comes back has the address of before and another id.
      if (person === 0) {
        await this.#try(undefined, async ({ sql, accountId }) => {
          await sql`delete from app_user where account_id = ${accountId} and email = ${'back@example.com'}`
          await sql`insert into app_user (account_id, email, first_name, last_name, password_hash) values (${accountId}, ${'back@example.com'}, ${'Ann'}, ${'Back'}, ${'hash'})`
          return () => {}
        })
      }
      await this.#try(undefined, async ({ sql, accountId }) => {
        if (this.#counter === 0) this.#counter = (await sql<{ id: number }>`select max(id) as id from project where account_id = ${accountId}`)[0]?.id ?? 0
        await sql`update project set details = (coalesce(substring(details from '^[0-9]+$'), '0')::integer + 1)::text where account_id = ${accountId} and id = ${this.#counter}`
        return () => { this.#counted++ }
      })
    }
  }

  async #try (name: string | undefined, write: (scope: TenantScope) => Promise<() => void>): Promise<boolean> {
    try {
      const note = await inTenant(this.strategy, this.slug, write)
      note()
      this.kept++
      return true
    } catch (error) {
      this.refused++
      if (name !== undefined) this.#refusedNames.push(name)
      const answer = toAppError(error)
      if (answer.status !== 503 || answer.headers['retry-after'] === undefined) this.failures.push(error)
      await delay(20)
      return false
    }
  }

  /** While people are at work, what was noted a moment ago may be changed; what they were told before must be there. */
  async assertKept (t: Test): Promise<void> {
    const noted = new Map(this.#rows)
    const counted = this.#counted
    const deleted = [...this.#deleted]
    const refused = [...this.#refusedNames]
    const rows = await asRole(await adminOf(database, this.slug), async query => await query('select id::integer, name from rowhouse.subtask where account_id = $1', [ids.get(this.slug)]))
    const names = new Map(rows.map(row => [Number(row['id']), String(row['name'])]))
    const isQuiet = [...noted].every(([id, name]) => this.#rows.get(id) === name)
    const lost = [...noted].filter(([id, name]) => this.#rows.has(id) && (isQuiet ? names.get(id) !== name : !names.has(id)))
    t.strictSame(lost.filter(([id]) => this.#rows.has(id)), [], `${this.slug}: what was said to be kept is there`)
    t.strictSame(deleted.filter(id => names.has(id)), [], 'what was deleted is gone')
    const present = new Set(names.values())
    t.strictSame(refused.filter(name => present.has(name)), [], 'what was refused is not there')
    const [counter] = await asRole(await adminOf(database, this.slug), async query => await query('select details from rowhouse.project where account_id = $1 and id = $2', [ids.get(this.slug), this.#counter]))
    const value = Number(counter?.['details'])
    t.ok(value >= counted && value <= this.#counted + 3, `counted ${counted} … ${this.#counted}, found ${value}`)
    if (isQuiet && this.#counted === counted && value !== counted) t.comment(`${value - counted} under way`)
  }
}

async function patiently (work: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt > 50 || !/another command is at work/.test(String(error))) throw error
      await delay(100)
    }
  }
}
