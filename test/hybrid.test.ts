import t from 'tap'
import { Pool } from '../src/database/pool.ts'
import { createAccount } from '../src/provisioning/accounts.ts'
import { withCatalogue } from '../src/provisioning/catalogue.ts'
import { moveTenant, purgeSource } from '../src/provisioning/move.ts'
import { listSubtasksOfAllAccounts } from '../src/repositories/subtasks.ts'
import { openOperatorScope } from '../src/tenancy/scope.ts'
import { strategyNames } from '../src/tenancy/strategy.ts'
import { adminOf, asRole, poolOptions, seedTenants, testApp, testDatabase } from './support.ts'

t.setTimeout(120_000)
const database = await testDatabase(t)
await seedTenants(database, { tenants: 5, subtasks: 25 })
await withCatalogue(database, async catalogue => {
  for (const slug of ['tenant-1', 'tenant-3']) await moveTenant(database, catalogue, slug, 'multiple-databases')
  await purgeSource(database, catalogue, 'tenant-3')
  await createAccount(database, catalogue, 'multiple-databases', { slug: 'born-apart', name: 'Company of born-apart' })
})
// What it has by now, and what it left behind when it moved.
await asRole(await adminOf(database, 'tenant-1'), async query => { await query("update rowhouse.subtask set details = 'as it is now'") })
await asRole(database.admin, async query => { await query("update rowhouse.subtask set details = 'left behind' where account_id = 2") })
const { app } = await testApp(t, database)
const text = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

const asOperator = async (url: string): Promise<string> => (await app.inject({ url, headers: { host: 'localhost', accept: 'text/html' } })).body

t.test('every page of every tenant is the same in both modes, wherever its rows are', async t => {
  for (const name of strategyNames) {
    const { app } = await testApp(t, database, { name })
    for (const slug of ['tenant-0', 'tenant-1', 'tenant-2', 'tenant-3', 'tenant-4']) {
      const ask = async (url: string) => await app.inject({ url, headers: { host: `${slug}.localhost`, accept: 'text/html' } })
      t.match(await ask('/'), { statusCode: 302, headers: { location: '/subtasks/' } })
      for (const [url, place, rows] of [['/subtasks/', 'Page 1', 10], ['/subtasks/2/', 'Page 2', 10], ['/subtasks/?page=last', 'Page 3', 5]] as const) {
        const { statusCode, body } = await ask(url)
        t.equal(statusCode, 200, `${name}: ${slug}${url}`)
        t.match(text(body), new RegExp(`${place} of 3`))
        t.match(text(body), `Company of ${slug}`)
        t.equal(body.match(new RegExp(`subtask \\d+ of ${slug}`, 'g'))?.length, rows)
        t.notMatch(body.replaceAll(slug, ''), /tenant-\d|Not in this list|left behind/, 'and nothing of others, nor of where they are')
        if (slug === 'tenant-1') t.match(body, 'as it is now')
      }
      t.equal((await ask('/subtasks/4/')).statusCode, 404)
    }
    const { statusCode, body } = await app.inject({ url: '/subtasks/', headers: { host: 'born-apart.localhost', accept: 'text/html' } })
    t.equal(statusCode, 200)
    t.match(body, /\(No results\)/)
  }
})

t.test('the operator\'s list has the tenants of the shared schema, and says which it leaves out', async t => {
  const first = text(await asOperator('/subtasks/'))
  t.match(first, /75 subtasks in all accounts but 3, page 1 of 8/)
  t.match(first, /Not in this list: born-apart, tenant-1, tenant-3\. These accounts have databases of their own/)
  const rows: string[] = []
  for (let page = 1; page <= 8; page++) {
    const shown = (await asOperator(`/subtasks/${page}/`)).replace(/<p class="left-out">[\s\S]*?<\/p>/, '')
    rows.push(...shown.match(/subtask \d+ of tenant-\d/g) ?? [])
    t.notMatch(shown, /tenant-[13]|left behind|as it is now/)
  }
  t.equal(new Set(rows).size, 75)
  t.match(text(await asOperator('/subtasks/?page=last')), /page 8 of 8/)
  t.match(await app.inject({ url: '/subtasks/9/', headers: { host: 'localhost', accept: 'text/html' } }), { statusCode: 404 })
  const { app: elsewhere } = await testApp(t, database, { name: 'multiple-databases' })
  t.match(await elsewhere.inject({ url: '/subtasks/', headers: { host: 'localhost' } }), { statusCode: 404, body: /No view over all accounts/ })
})

t.test('rows left behind are in no page and in no count, however the pages are read', async t => {
  const operators = new Pool(database.login('operator'), poolOptions)
  t.teardown(async () => { await operators.end() })
  for (const limits of [{ countedRows: 20_000, nearRows: 10_000 }, { countedRows: 20, nearRows: 10 }]) {
    for (const page of [1, 2, 3, 5, 6, 7, 8, 9, 'last'] as const) {
      const transaction = await operators.begin({ readOnly: true, deadlineMs: 10_000 })
      const listed = await listSubtasksOfAllAccounts(openOperatorScope(transaction), { page, size: 10 }, limits)
      await transaction.rollback()
      t.strictSame(listed.rows.filter(({ accountId }) => accountId === 2 || accountId === 4), [])
      t.equal(listed.rows.length, page === 'last' || page === 8 ? 5 : page === 9 ? 0 : 10)
      if (listed.total.precision === 'exact') t.equal(listed.total.rows, 75)
      t.match(listed.elsewhere, { count: 3, slugs: ['born-apart', 'tenant-1', 'tenant-3'] })
    }
  }
})

t.test('twenty accounts are named, others are counted, and those that serve nobody are none of them', async t => {
  const addElsewhere = async (count: number): Promise<void> => {
    await asRole(database.admin, async query => { await query("insert into rowhouse.account (slug, name, database) select 'x-' || lpad(i::text, 3, '0'), 'X', 'nowhere-' || i from generate_series(1, $1::integer) i on conflict do nothing", [count]) })
  }
  await asRole(database.admin, async query => { await query("insert into rowhouse.account (slug, name, status, database) values ('half-made', 'Half', 'creating', 'half'), ('a-deleted', 'Gone', 'deleted', 'gone')") })
  await addElsewhere(17)
  t.match(text(await asOperator('/subtasks/')), /tenant-3, x-001.*, x-017\. These.*all accounts but 20\b/)
  await addElsewhere(40)
  const body = await asOperator('/subtasks/')
  t.match(text(body), /Not in this list: born-apart, tenant-1, tenant-3, x-001, .*x-017 and 23 more\. These.*all accounts but 43\b/)
  t.notMatch(body, /x-018|half-made|a-deleted/)
  await asRole(database.admin, async query => { await query("delete from rowhouse.account where slug ~ '^x-' or slug in ('half-made', 'a-deleted')") })
})

t.test('whoever comes back is in the list again, under ids that others may have as well', async t => {
  await withCatalogue(database, async catalogue => {
    await purgeSource(database, catalogue, 'tenant-1')
    await asRole(await adminOf(database, 'tenant-3'), async query => {
      await query("update rowhouse.subtask set name = 'the same'")
    })
    await asRole(database.admin, async query => {
      await query("update rowhouse.subtask set name = 'the same' where account_id = 1")
      // As if both had been made in databases of their own.
      await query('insert into rowhouse.subtask (account_id, id, task_id, name) overriding system value select 1, 76 + i, min(id), $1 from rowhouse.task, generate_series(-1, 24) i where account_id = 1 group by i on conflict do nothing', ['the same'])
    })
    for (const slug of ['tenant-1', 'tenant-3']) await moveTenant(database, catalogue, slug, 'single-schema')
  })
  const [all] = await asRole(database.admin, async query => await query('select count(*)::integer as rows, count(distinct (name, id))::integer as names from rowhouse.subtask'))
  t.ok(Number(all?.['rows']) > Number(all?.['names']), 'some differ in their account alone')
  const operators = new Pool(database.login('operator'), poolOptions)
  t.teardown(async () => { await operators.end() })
  const seen = new Set<string>()
  for (let page = 1; page <= Math.ceil(Number(all?.['rows']) / 7); page++) {
    const transaction = await operators.begin({ readOnly: true, deadlineMs: 10_000 })
    const listed = await listSubtasksOfAllAccounts(openOperatorScope(transaction), { page, size: 7 })
    await transaction.rollback()
    for (const { accountId, id } of listed.rows) seen.add(`${accountId} ${id}`)
  }
  t.equal(seen.size, all?.['rows'], 'each row is on one page')
  t.match(text(await asOperator('/subtasks/')), /Not in this list: born-apart\. This account has a database of its own.*in all accounts but 1\b/)
})
