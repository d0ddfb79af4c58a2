import t from 'tap'
import { Pool } from '../src/database/pool.ts'
import { lastPage, pageOf, readsInOneTrip, windowFromNearerEnd, type ListingLimits, type Page, type PageNumber } from '../src/repositories/page.ts'
import { listSubtasks, listSubtasksOfAllAccounts } from '../src/repositories/subtasks.ts'
import { openOperatorScope, openTenantScope } from '../src/tenancy/scope.ts'
import type { AccountId } from '../src/tenancy/tenant.ts'
import { load } from '../src/testdata/load.ts'
import { asRole, poolOptions, testDatabase } from './support.ts'

const database = await testDatabase(t)
await load(database, { accounts: 8, maxProjects: 6 })
await asRole(database.admin, async query => {
  await query('set search_path = rowhouse')
  // Many rows of the same name, across pages and accounts: the order must still be a single one.
  await query("update subtask set name = 'the same' where id % 3 = 0")
  await query('analyze')
})
const tenants = new Pool(database.login('tenant'), poolOptions)
const operators = new Pool(database.login('operator'), poolOptions)
t.teardown(async () => { await tenants.end(); await operators.end() })

const size = 10
const account = 3 as AccountId
const reading = { readOnly: true, deadlineMs: 10_000 }
/** So small that the data, some hundreds of rows, are a large listing. */
const small: ListingLimits = { countedRows: 50, nearRows: 30 }

async function ofTenant (page: PageNumber, limits?: ListingLimits): Promise<Page<{ id: number, taskName: string, projectName: string }>> {
  const transaction = await tenants.begin(reading)
  try {
    return await listSubtasks(openTenantScope(transaction, account), { page, size }, limits)
  } finally {
    await transaction.rollback()
  }
}

async function ofOperator (page: PageNumber, limits?: ListingLimits): Promise<Page<{ id: number, accountName: string }>> {
  const transaction = await operators.begin(reading)
  try {
    return await listSubtasksOfAllAccounts(openOperatorScope(transaction), { page, size }, limits)
  } finally {
    await transaction.rollback()
  }
}

/** What an unoptimised query answers: everything, sorted, as a superuser. */
async function plainly (filter: string): Promise<Array<Record<string, unknown>>> {
  return await asRole(database.admin, async query => await query(`
    select subtask.id::integer, subtask.name, subtask.details, subtask.is_complete as "isComplete",
      task.id::integer as "taskId", task.name as "taskName", project.id::integer as "projectId", project.name as "projectName",
      account.id::integer as "accountId", account.name as "accountName"
    from rowhouse.subtask
    join rowhouse.task on task.account_id = subtask.account_id and task.id = subtask.task_id
    join rowhouse.project on project.account_id = task.account_id and project.id = task.project_id
    join rowhouse.account on account.id = subtask.account_id
    where ${filter} order by subtask.name, subtask.id`))
}

const everyRow = await plainly('true')
const rowsOfAccount = everyRow.filter(row => row['accountId'] === account).map(({ accountId: _, accountName: __, ...row }) => row)

t.test('every page is the one that an unoptimised query would show, near, far, at the end and past it', async t => {
  for (const [who, list, rows] of [['the tenant', ofTenant, rowsOfAccount], ['the operator', ofOperator, everyRow]] as const) {
    const pages = Math.ceil(rows.length / size)
    t.ok(pages > 10, `${pages} pages of ${who}`)
    for (const limits of [undefined, small]) {
      for (let page = 1; page <= pages + 2; page++) {
        const shown = await list(page, limits)
        t.strictSame([...shown.rows], rows.slice((page - 1) * size, page * size), `${who}, page ${page} of ${pages}`)
        if (shown.total.precision === 'exact') t.match(shown, { total: { rows: rows.length }, pages })
        else t.ok(shown.total.rows > small.countedRows - 1, 'and says only what it knows')
      }
      const last = await list('last', limits)
      t.strictSame([...last.rows], rows.slice((pages - 1) * size), `${who}, the last page`)
      t.match(last, { page: pages, pages, total: { rows: rows.length, precision: 'exact' } })
    }
  }
})

t.test('a total is exact, or says that it is not', async t => {
  t.match((await ofTenant(1)).total, { rows: rowsOfAccount.length, precision: 'exact' })
  t.match((await ofOperator(1)).total, { rows: everyRow.length, precision: 'exact' })
  t.match((await ofTenant(1, small)).total, { rows: small.countedRows, precision: 'at least' })
  t.match((await ofOperator(1, small)).total, { rows: everyRow.length, precision: 'about' }, 'what PostgreSQL plans with, fresh here')
  t.match((await ofTenant(6, small)).total, { rows: rowsOfAccount.length, precision: 'exact' }, 'far from the beginning all are counted')
  await asRole(database.admin, async query => { await query("update pg_class set reltuples = 0 where oid = 'rowhouse.subtask'::regclass") })
  t.ok((await ofOperator(1, small)).total.rows > small.countedRows, 'never less than was counted')
})

t.test('a page tells what its own rows show', async t => {
  t.match(pageOf(['a', 'b'], 3, 3, { rows: 5, precision: 'about' }), { total: { rows: 8, precision: 'exact' }, pages: 3 }, 'a page that is not full is the last')
  t.match(pageOf(['a', 'b', 'c'], 3, 3, { rows: 5, precision: 'about' }), { total: { rows: 9, precision: 'about' }, pages: 3 }, 'so many there are at least')
  t.match(pageOf([], 9, 3, { rows: 5, precision: 'about' }), { total: { rows: 5, precision: 'about' }, pages: 2 })
  t.match(pageOf([], 1, 3, { rows: 0, precision: 'exact' }), { total: { rows: 0, precision: 'exact' }, pages: 1 })
  t.match(lastPage([], 0, 3), { rows: [], page: 1, pages: 1 })
  t.match(lastPage(['c', 'd', 'e'], 6, 3), { rows: ['c', 'd', 'e'], page: 2 })
  t.match(lastPage(['c', 'd', 'e'], 5, 3), { rows: ['d', 'e'], page: 2 })
  t.strictSame(windowFromNearerEnd(8, 3, 10), { fromStart: { offset: 0, limit: 0 }, fromEnd: { offset: 0, limit: 2 } })
  t.strictSame(windowFromNearerEnd(12, 3, 10).fromStart.limit, 0, 'past the end there is nothing to look for')
})

t.test('a page is at most as large as the statements say', async t => {
  const transaction = await tenants.begin(reading)
  for (const wrong of [0, 201]) {
    await t.rejects(listSubtasks(openTenantScope(transaction, account), { page: 1, size: wrong }), RangeError)
  }
  await transaction.rollback()
})

t.test('a tenant\'s statements are planned once, not for each request', async t => {
  const single = new Pool(database.login('tenant'), { ...poolOptions, size: 1 })
  t.teardown(async () => { await single.end() })
  for (let request = 0; request < 12; request++) {
    const transaction = await single.begin(reading)
    await listSubtasks(openTenantScope(transaction, (1 + request % 8) as AccountId), { page: 1, size })
    await transaction.commit()
  }
  const transaction = await single.begin(reading)
  const plans = await transaction.sql<{ generic: number, custom: number }>`
    select generic_plans as generic, custom_plans as custom from pg_catalog.pg_prepared_statements where statement ~ ${'from subtask'}`
  await transaction.rollback()
  t.strictSame(plans.map(({ generic, custom }) => ({ generic, custom })), [{ generic: 12, custom: 0 }, { generic: 12, custom: 0 }])
})

t.test('which pages take one round trip', async t => {
  t.strictSame(([1, 1001, 1002, 'last'] as const).map(page => readsInOneTrip({ page, size })), [true, true, false, true])
})
