import t from 'tap'
import { listen } from '../src/listen.ts'
import { Client } from '../src/soak/requests.ts'
import { SoakTenant, type Tally } from '../src/soak/tenant.ts'
import { asRole, run, testApp, testDatabase } from './support.ts'

const database = await testDatabase(t)
await asRole(database.admin, async query => { await query("insert into rowhouse.account (slug, name) select 'soak-' || i, 'Company of soak-' || i from generate_series(0, 9) as i") })
const { app } = await testApp(t, database, { name: 'single-schema', config: { access: 'open' } })
const port = await listen(app, { addresses: ['127.0.0.1'], port: 0 })
const client = new Client(() => port)
t.teardown(() => { client.close() })

/** Lets a tenant work for a while, meddles, and compares. @returns the kinds of what did not hold */
async function seen (slug: string, meddling?: string): Promise<string[]> {
  const tally: Tally = { statuses: {}, writes: 0, reads: 0, violations: [] }
  const tenant = new SoakTenant(slug, client, tally)
  for (let step = 0; step < 120; step++) await tenant.step()
  if (meddling !== undefined) await asRole(database.admin, async query => { await query(meddling) })
  await tenant.settle()
  t.ok(tally.writes > 30 && tally.reads > 10, `${slug}: ${tally.writes} writes, ${tally.reads} reads`)
  return [...new Set(tally.violations.map(({ kind }) => kind))].sort()
}

const own = (slug: string): string => `account_id = (select id from rowhouse.account where slug = '${slug}')`

t.test('a soak finds nothing where nothing is wrong', async t => {
  t.strictSame(await seen('soak-0'), [])
})

t.test('and finds what was lost, doubled, changed or shown to others', async t => {
  t.strictSame(await seen('soak-1', `delete from rowhouse.project where ${own('soak-1')} and id = (select min(id) from rowhouse.project where ${own('soak-1')})`), ['lost'])
  t.strictSame(await seen('soak-2', `insert into rowhouse.project (account_id, name) select account_id, name from rowhouse.project where ${own('soak-2')} limit 1`), ['doubled'])
  t.strictSame(await seen('soak-3', `update rowhouse.project set name = 'an older name' where ${own('soak-3')} and id = (select min(id) from rowhouse.project where ${own('soak-3')})`), ['lost'])
  t.strictSame(await seen('soak-4', `update rowhouse.project set name = 'soak-5 project 1' where ${own('soak-4')} and id = (select min(id) from rowhouse.project where ${own('soak-4')})`), ['foreign', 'lost'])
})

t.test('an answer that is neither taken nor refused in good order is told', async t => {
  const { app: broken } = await testApp(t, database, { name: 'single-schema', config: { access: 'open' } })
  broken.addHook('preHandler', async () => { throw new Error('a mistake of ours') })
  const brokenPort = await listen(broken, { addresses: ['127.0.0.1'], port: 0 })
  const its = new Client(() => brokenPort)
  const tally: Tally = { statuses: {}, writes: 0, reads: 0, violations: [] }
  const tenant = new SoakTenant('soak-6', its, tally)
  for (let step = 0; step < 10; step++) await tenant.step()
  its.close()
  t.ok(tally.violations.length > 0)
  t.strictSame([...new Set(tally.violations.map(({ kind }) => kind))], ['unclean'])
})

t.test('the command says what it takes', async t => {
  const help = run(t, ['bin/soak.ts', '--help'], database.environment)
  t.equal(await help.ended, 0)
  t.match(help.output(), /--minutes[^]*Examples:[^]*Exit codes:/)
  t.equal(await run(t, ['bin/soak.ts', '--minutes', 'x'], database.environment).ended, 2)
})
