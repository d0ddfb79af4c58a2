import t from 'tap'
import { listen } from '../src/listen.ts'
import { mistakeOf } from '../src/soak/answers.ts'
import { FaultWindows } from '../src/soak/fault-windows.ts'
import { drainMs, faults, type Deeds } from '../src/soak/faults.ts'
import { growthOf, type MemoryUse } from '../src/soak/memory.ts'
import { Client, type Answer } from '../src/soak/requests.ts'
import { ServerLife } from '../src/soak/server-process.ts'
import { withoutEffect, type Happening } from '../src/soak/soak.ts'
import { emptyTally, type Violation } from '../src/soak/tally.ts'
import { SoakTenant } from '../src/soak/tenant.ts'
import { asRole, run, testApp, testDatabase } from './support.ts'

const database = await testDatabase(t)
await asRole(database.admin, async query => { await query("insert into rowhouse.account (slug, name) select 'soak-' || i, 'Company of soak-' || i from generate_series(0, 19) as i") })
const { app } = await testApp(t, database, { name: 'single-schema', config: { access: 'open' } })
const port = await listen(app, { addresses: ['127.0.0.1'], port: 0 })
const client = new Client(() => port)
t.teardown(() => { client.close() })

const kindsOf = (violations: readonly Violation[]): string[] => [...new Set(violations.map(({ kind }) => kind))].sort()

/** Lets a tenant work for a while, meddles, and compares. @returns the kinds of what did not hold */
async function seen (slug: string, meddling?: string): Promise<string[]> {
  const tally = emptyTally()
  const tenant = new SoakTenant(slug, client, tally, new FaultWindows())
  for (let step = 0; step < 300; step++) await tenant.step()
  if (meddling !== undefined) await asRole(database.admin, async query => { await query(meddling) })
  await tenant.settle()
  t.ok(tally.writes > 100 && tally.reads > 30, `${slug}: ${tally.writes} writes, ${tally.reads} reads`)
  return kindsOf(tally.violations)
}

const own = (slug: string): string => `account_id = (select id from rowhouse.account where slug = '${slug}')`
const oldest = (slug: string, table: string): string => `${own(slug)} and id = (select min(id) from rowhouse.${table} where ${own(slug)})`

t.test('a soak finds nothing where nothing is wrong', async t => {
  t.strictSame(await seen('soak-0'), [])
})

t.test('and finds what was lost, doubled, changed, moved or shown to others, whatever kind of row it is', async t => {
  t.strictSame(await seen('soak-1', `delete from rowhouse.subtask where ${oldest('soak-1', 'subtask')}`), ['lost'])
  t.strictSame(await seen('soak-2', `insert into rowhouse.project (account_id, name) select account_id, name from rowhouse.project where ${own('soak-2')} limit 1`), ['doubled'])
  t.strictSame(await seen('soak-3', `insert into rowhouse.task (account_id, project_id, name) select account_id, project_id, 'from nowhere' from rowhouse.task where ${own('soak-3')} limit 1`), ['doubled'])
  t.strictSame(await seen('soak-4', `update rowhouse.project set name = 'an older name' where ${oldest('soak-4', 'project')}`), ['lost'])
  t.strictSame(await seen('soak-5', `update rowhouse.project set name = 'soak-6 row 1' where ${oldest('soak-5', 'project')}`), ['foreign', 'lost'])
  t.strictSame(await seen('soak-6', `update rowhouse.task set is_complete = not is_complete where ${oldest('soak-6', 'task')}`), ['lost'])
  t.strictSame(await seen('soak-7', `update rowhouse.subtask set task_id = (select max(id) from rowhouse.task where ${own('soak-7')} and id <> task_id) where ${oldest('soak-7', 'subtask')}`), ['lost'])
})

t.test('an answer that is neither taken nor refused in good order is told', async t => {
  const { app: broken } = await testApp(t, database, { name: 'single-schema', config: { access: 'open' } })
  broken.addHook('preHandler', async () => { throw new Error('a mistake of ours') })
  const brokenPort = await listen(broken, { addresses: ['127.0.0.1'], port: 0 })
  const its = new Client(() => brokenPort)
  const tally = emptyTally()
  const windows = new FaultWindows()
  windows.open('anything', 'refusals')
  const tenant = new SoakTenant('soak-8', its, tally, windows)
  for (let step = 0; step < 10; step++) await tenant.step()
  its.close()
  t.ok(tally.violations.length > 0)
  t.strictSame(kindsOf(tally.violations), ['unclean'])
})

t.test('a tenant that nobody serves is told of, and so is a server that nobody reaches', async t => {
  const tally = emptyTally()
  const unknown = new SoakTenant('soak-1000', client, tally, new FaultWindows())
  for (let step = 0; step < 10; step++) await unknown.step()
  t.strictSame([kindsOf(tally.violations), tally.violations.length], [['unclean'], 10], 'a list that is not there is no answer')
  t.strictSame(unknown.served, { write: -Infinity, read: -Infinity })

  const silent = emptyTally()
  const nobody = new SoakTenant('soak-8', new Client(() => 1), silent, new FaultWindows())
  for (let step = 0; step < 10; step++) await nobody.step()
  t.strictSame([kindsOf(silent.violations), silent.violations.length], [['broken'], 10])
})

const problem = (status: number): string => JSON.stringify({ type: '/problems/unavailable', title: 'x', status, detail: 'x' })
const refusal: Answer = { status: 503, headers: { 'content-type': 'application/problem+json', 'retry-after': '1' }, body: problem(503) }
const broken: Answer = { status: 0, headers: {}, body: '' }

t.test('a refusal is excused by a fault alone, and a broken connection by one that breaks them', async t => {
  const kindOf = (answer: Answer, windows: FaultWindows, from = performance.now()): string | undefined => mistakeOf(answer, { status: 200 }, windows.since(from))?.kind
  const windows = new FaultWindows()
  const before = performance.now()
  t.strictSame([kindOf(refusal, windows), kindOf(broken, windows)], ['refused', 'broken'])
  const window = windows.open('a restart', 'refusals')
  t.strictSame([kindOf(refusal, windows), kindOf(broken, windows)], [undefined, 'broken'])
  windows.breakConnections()
  t.strictSame([kindOf(refusal, windows), kindOf(broken, windows)], [undefined, undefined])
  t.match(window, { refused: 2, broken: 1 })
  windows.close()
  t.strictSame([kindOf(refusal, windows, before), kindOf(broken, windows, before)], [undefined, undefined], 'of a request that began meanwhile')
  await new Promise(resolve => setTimeout(resolve, 5))
  t.strictSame([kindOf(refusal, windows), kindOf(broken, windows)], ['refused', 'broken'], 'what comes later is excused no more')
  const stopping = new FaultWindows()
  const began = performance.now()
  stopping.open('a server that is told to stop', 'nothing')
  t.strictSame([kindOf(refusal, stopping), kindOf(broken, stopping)], ['refused', 'broken'], 'nothing is refused before the signal')
  stopping.refuseFrom(began + 1)
  t.strictSame([kindOf(refusal, stopping, began), kindOf(refusal, stopping, began + 1), kindOf(broken, stopping, began + 1)], ['refused', undefined, 'broken'], 'nor what began before it')
  stopping.breakConnections()
  t.strictSame([kindOf(broken, stopping, began), kindOf(broken, stopping, began + 1)], ['broken', undefined])
  windows.open('half requests', 'nothing')
  t.strictSame([kindOf(refusal, windows), kindOf(broken, windows)], ['refused', 'broken'], 'others\' half requests excuse nothing')
})

t.test('no fault excuses a refusal that lacks something, or that is no refusal', async t => {
  const windows = new FaultWindows()
  windows.open('anything', 'broken connections')
  const page = '<!doctype html><html lang="en"><p>Error 503</p></html>'
  const why = (answer: Answer, alsoRefused: number[] = []): string | undefined => mistakeOf(answer, { status: 201, alsoRefused }, windows.since(performance.now()))?.why
  t.equal(why(refusal), undefined)
  t.equal(why({ ...refusal, headers: { 'content-type': 'text/html; charset=utf-8', 'retry-after': '1' }, body: page }), undefined)
  t.match(why({ ...refusal, headers: { 'content-type': 'application/problem+json' } }), /without Retry-After/)
  t.match(why({ ...refusal, body: problem(500) }), /without what a problem has/)
  t.match(why({ ...refusal, body: '{"type":' }), /not JSON/)
  t.match(why({ ...refusal, headers: { 'content-type': 'text/html', 'retry-after': '1' }, body: page.slice(0, 20) }), /not whole/)
  t.match(why({ ...refusal, headers: { 'content-type': 'text/plain', 'retry-after': '1' } }), /text\/plain/)
  t.match(why({ ...refusal, status: 200 }), /answered 200/, 'a status that means something else')
  t.match(why({ ...refusal, status: 500, body: problem(500) }), /answered 500/)
  t.match(why({ ...refusal, status: 404, body: problem(404) }), /answered 404/)
  t.equal(why({ ...refusal, status: 404, body: problem(404) }, [404]), undefined)
})

t.test('a fault that does nothing, or that nobody notices, is none', async t => {
  const happenings: Happening[] = faults.map(({ name }) => ({ name, refused: 1, broken: 0, deeds: { done: 1 }, recoveryMs: 1 }))
  t.strictSame(withoutEffect(happenings), [])
  t.strictSame(withoutEffect(happenings.slice(1)).map(({ detail }) => detail), [`${faults[0]?.name ?? ''}: never`])
  const replaced = (change: Partial<Happening>): Happening[] => happenings.map((happening, index) => index === 0 ? { ...happening, ...change } : happening)
  t.match(withoutEffect(replaced({ deeds: { done: 1, 'backends killed': 0 } })), [{ kind: 'no fault', detail: /backends killed: 0/ }])
  t.match(withoutEffect(replaced({ refused: 0 })), [{ kind: 'no fault', detail: /nobody noticed/ }])
})

t.test('memory that grows with requests is told', async t => {
  const use = (used: number, resident: number, age: number): MemoryUse => ({ used, resident, age, requests: age * 1000 })
  t.equal(growthOf([]), undefined)
  t.equal(growthOf([use(45e6, 200e6, 10)]), undefined)
  t.equal(growthOf([use(45e6, 200e6, 10), use(80e6, 200e6, 30), use(50e6, 260e6, 50)]), undefined)
  t.match(growthOf([use(45e6, 200e6, 10), use(60e6, 200e6, 50)]), /45\.0 MB in use, and 60\.0 MB some 40000 requests later/)
  t.match(growthOf([use(45e6, 200e6, 120), use(45e6, 270e6, 400)]), /200\.0 MB resident/)
})

t.test('a server in its own process tells its memory, and ends when it is told to', async t => {
  const tally = emptyTally()
  const life = await ServerLife.start({ DATABASE_URL: database.environment['DATABASE_URL'] ?? '', ROLE_SECRET: database.environment['ROLE_SECRET'] ?? '', LOG_LEVEL: 'silent', DEMO_ACCOUNTS: '0', DRAIN_MS: '0' }, tally)
  t.teardown(() => { life.kill() })
  await life.measureMemory(7)
  t.match(life.memory, [{ used: Number, resident: Number, requests: 7 }])
  t.ok((life.memory[0]?.used ?? 0) > 10e6)
  life.tellToStop()
  await life.end()
  t.strictSame(tally.violations, [])
})

t.test('what is under way when the server is told to stop is answered, each of it, or told', async t => {
  const [stop] = faults
  const settings = { DATABASE_URL: database.environment['DATABASE_URL'] ?? '', ROLE_SECRET: database.environment['ROLE_SECRET'] ?? '', LOG_LEVEL: 'silent', DEMO_ACCOUNTS: '0', DRAIN_MS: String(drainMs), ACCESS: 'open' }
  /** Has a server told to stop, or killed in place of that. @returns what was done, and what was told of it */
  const stopped = async (isKilled: boolean): Promise<{ deeds: Deeds | undefined, told: Violation[] }> => {
    const tally = emptyTally()
    const lives: ServerLife[] = []
    const startServer = async (): Promise<void> => { lives.push(await ServerLife.start(settings, tally)) }
    await startServer()
    const server = (): ServerLife => lives.at(-1) as ServerLife
    const its = new Client(() => server().port)
    t.teardown(() => {
      its.close()
      for (const life of lives) life.kill()
    })
    const told: Violation[] = []
    const life = server()
    if (isKilled) life.tellToStop = () => { life.kill() }
    const deeds = await stop?.happen({ admin: database.admin, first: database.admin, directory: '', slugs: ['soak-19'], client: its, server, startServer, expectRefusals: () => {}, expectBroken: () => {}, tell: violation => { told.push(violation) } })
    return { deeds, told }
  }
  t.match(await stopped(false), { deeds: { 'requests under way that were finished': 3 }, told: [] })
  const { deeds, told } = await stopped(true)
  t.match(deeds, { 'requests under way that were finished': 0 })
  t.strictSame(told.map(({ kind }) => kind), ['broken', 'broken', 'broken'], 'a server that ends at once leaves them without an answer')
})

t.test('the command says what it takes', async t => {
  const help = run(t, ['bin/soak.ts', '--help'], database.environment)
  t.equal(await help.ended, 0)
  t.match(help.output(), /--minutes[^]*Examples:[^]*Exit codes:/)
  t.equal(await run(t, ['bin/soak.ts', '--minutes', 'x'], database.environment).ended, 2)
})
