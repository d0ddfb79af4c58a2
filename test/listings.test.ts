import t from 'tap'
import { Pool } from '../src/database/pool.ts'
import { countsFirst, lastPage, pageOf, windowFromNearerEnd, type ListingLimits, type Page, type PageNumber } from '../src/repositories/page.ts'
import type { Position, Slice, SliceRequest, SortKey } from '../src/repositories/listing.ts'
import { listSubtasks } from '../src/repositories/subtask-pages.ts'
import { listSubtasksOfAllAccounts, sliceSubtasks, type Subtask } from '../src/repositories/subtasks.ts'
import { paginate } from '../src/routes/pages/pagination.ts'
import { openOperatorScope, openTenantScope, type TenantScope } from '../src/tenancy/scope.ts'
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
    return await listSubtasks(openTenantScope(transaction, account), { page, size }, { limits })
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
      account.id::integer as "accountId", account.slug as "accountSlug", account.name as "accountName"
    from rowhouse.subtask
    join rowhouse.task on task.account_id = subtask.account_id and task.id = subtask.task_id
    join rowhouse.project on project.account_id = task.account_id and project.id = task.project_id
    join rowhouse.account on account.id = subtask.account_id
    where ${filter} order by subtask.name, subtask.id`))
}

const everyRow = await plainly('true')
const rowsOfAccount = everyRow.filter(row => row['accountId'] === account).map(({ accountId: _, accountSlug: __, accountName: ___, ...row }) => row)

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

t.test('a page that another follows leads to it, however far beyond what is counted', async t => {
  const pages = Math.ceil(rowsOfAccount.length / size)
  for (const countedRows of [5, 20, 25]) {
    for (let page = 1; page <= pages; page++) {
      const { total, pages: known } = await ofTenant(page, { countedRows, nearRows: 1_000_000 })
      const { nextHref } = paginate({ page, pages: known, precision: total.precision }, String, 'last')
      t.equal(nextHref, page < pages ? String(page + 1) : undefined, `page ${page} of ${pages}, ${countedRows} rows counted at first`)
      if (page === pages) t.match(total, { rows: rowsOfAccount.length })
    }
  }
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
  const plans = await transaction.sql<{ statement: string, parameters: number, generic: number, custom: number }>`
    select statement, cardinality(parameter_types) as parameters, generic_plans as generic, custom_plans as custom
    from pg_catalog.pg_prepared_statements where statement ~ ${'from subtask'} order by statement ~ ${'order by'}`
  await transaction.rollback()
  t.strictSame(plans.map(({ generic, custom }) => ({ generic, custom })), [{ generic: 12, custom: 0 }, { generic: 12, custom: 0 }])
  // The same role's plan for whichever account it is.
  const [count = '', page = ''] = await asRole(database.admin, async query => {
    await query('begin; set local search_path = rowhouse; set local plan_cache_mode = force_generic_plan')
    // So few rows might as well be read all, and sorted, or be picked out of the operator's index.
    await query('drop index subtask_by_name_over_accounts; set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off')
    await query('set local role rowhouse_tenant')
    await query('select set_account(3)')
    const texts: string[] = []
    for (const [index, { statement, parameters }] of plans.entries()) {
      await query(`prepare plan_${index} as ${statement}`)
      texts.push((await query(`explain (costs off) execute plan_${index} (${Array.from({ length: parameters }, () => 'null').join(', ')})`)).map(row => row['QUERY PLAN']).join('\n'))
    }
    await query('rollback')
    return texts
  })
  t.match(count, /Index Only Scan using subtask_by_\w+ on subtask\n\s+Index Cond: \(account_id = \$\d+\)/)
  t.match(page, /Index (?:Only )?Scan using subtask_by_name on subtask[^]*Index (?:Only )?Scan Backward using subtask_by_name on subtask/, 'in order, from either end')
  for (const [scan] of page.matchAll(/Scan (?:Backward )?using[^]*?(?=->|$)/g)) t.match(scan, /Index Cond: \(+account_id = \$\d+\)/, scan.split('\n', 1).join(''))
  t.notMatch(page, /Seq Scan/)
})

t.test('a page far from the beginning is counted first, and no other', async t => {
  t.strictSame(([1, 7501, 7502, 'last'] as const).map(page => countsFirst({ page, size })), [false, false, true, false])
})

t.test('slices follow each other in either direction, in every order, and meet each row once', async t => {
  for (const sort of ['name', 'id', 'created'] as const) {
    for (const descending of [false, true]) {
      const all = await sliceOf({ sort, descending, limit: 200, count: true })
      t.equal(all.total, all.rows.length)
      t.ok(all.rows.length > 30 && all.rows.length < 200, `${all.rows.length} rows`)
      const seen: Subtask[] = []
      let from: SliceRequest['from']
      for (let step = 0; step < 100; step++) {
        const slice = await sliceOf({ sort, descending, limit: 7, count: false, from })
        t.equal(slice.hasPrevious, step > 0)
        seen.push(...slice.rows)
        const last = slice.rows.at(-1)
        if (!slice.hasNext || last === undefined) break
        from = { position: positionOf(last, sort), backwards: false }
      }
      t.strictSame(seen, all.rows, `${sort} ${descending ? 'down' : 'up'}`)

      const back: Subtask[] = []
      from = { position: positionOf(seen.at(-1) as Subtask, sort), backwards: true }
      for (let step = 0; step < 100; step++) {
        const slice: Slice<Subtask> = await sliceOf({ sort, descending, limit: 7, count: false, from })
        t.equal(slice.hasNext, true)
        back.unshift(...slice.rows)
        const [first] = slice.rows
        if (!slice.hasPrevious || first === undefined) break
        from = { position: positionOf(first, sort), backwards: true }
      }
      t.strictSame(back, all.rows.slice(0, -1), `${sort} ${descending ? 'down' : 'up'}, backwards`)
    }
  }
})

t.test('a search finds rows by the words of name and details, of its own account alone', async t => {
  const find = async (search: string, ofAccount = account): Promise<string[]> => await inTenant(ofAccount, async scope => (await sliceSubtasks(scope, { sort: 'id', descending: false, limit: 200, count: true }, { search })).rows.map(({ name }) => name))
  const [parent] = await inTenant(account, async ({ sql, accountId }) => await sql<{ id: number }>`select min(id) as id from task where account_id = ${accountId}`)
  await asRole(database.admin, async query => {
    await query(`insert into rowhouse.subtask (account_id, task_id, name, details)
      values ($1, $2, 'Quarterly figures', 'to be audited by the Zürich office'), ($1, $2, 'figures of last year', ''), ($1, $2, 'O''Reilly @4 & "quoted"', '-- x')`, [account, parent?.id])
  })
  t.strictSame(await find('figures'), ['Quarterly figures', 'figures of last year'])
  t.strictSame(await find('FIGURES zürich'), ['Quarterly figures'], 'all words, in any letter case')
  t.strictSame(await find('"last year" or audited'), ['Quarterly figures', 'figures of last year'])
  t.strictSame(await find('figures -audited'), ['figures of last year'])
  t.strictSame(await find('figure'), [], 'words are whole')
  for (const hostile of ["'", "o'reilly", '@1', '@4', "'@4'", '((', '!', '| &', ':*', '\\', '"', "') or true --"]) {
    t.ok((await find(hostile)).every(name => name.includes('Reilly')) || (await find(hostile)).length > 100, `${hostile} is a word, or nothing`)
    t.strictSame((await find(hostile, 4 as AccountId)).filter(name => /figures|Reilly/.test(name)), [], hostile)
  }
  t.strictSame(await find('figures', 4 as AccountId), [])

  const compounds = ['client/server setup', 'Q1-2024 plan', 'see http://intranet.example.com/wiki/page', 'bob@firm.org wrote', 'file.txt', 'version 1.5.2', 'a List<String> of them', 'under_score']
  await asRole(database.admin, async query => {
    for (const name of compounds) await query("insert into rowhouse.subtask (account_id, task_id, name, details) values ($1, $2, $3, '')", [account, parent?.id, name])
  })
  for (const [typed, expected] of [
    ['client', 0], ['server', 0], ['client/server', 0], ['2024', 1], ['q1-2024', 1], ['intranet', 2], ['wiki page', 2], ['http://intranet.example.com', 2], ['bob', 3], ['firm.org', 3], ['bob@firm.org', 3],
    ['file', 4], ['txt', 4], ['file.txt', 4], ['1.5', 5], ['string', 6], ['under_score', 7], ['under', 7], ['"client/server setup"', 0], ['plan -"q2-2024"', 1]
  ] as const) t.strictSame(await find(typed), [compounds[expected]], typed)
  for (const typed of ['²', '', '!', '""', '-', 'plan -2024', 'plan -q1-2024', '-"q1-2024" plan', 'client -server']) t.strictSame(await find(typed), [], typed)
})

t.test('a search can use its index for the role that runs it, which row-level security keeps from the tenant\'s', async t => {
  const plan = async (role: string): Promise<string> => await asRole(database.admin, async query => {
    await query('set search_path = rowhouse')
    await query(`set role ${role}`)
    await query("set app.account_id = '3'")
    await query('set enable_seqscan = off')
    const lines = await query("explain (costs off) select id from subtask where search_terms(account_id, name, details) @@ '''@3'' & ''figures'''::tsquery")
    return lines.map(row => row['QUERY PLAN']).join('\n')
  })
  t.match(await plan('rowhouse_searcher'), /Bitmap Index Scan on subtask_by_terms/)
  t.notMatch(await plan('rowhouse_tenant'), /subtask_by_terms/)
})

async function inTenant<T> (tenant: AccountId, work: (scope: TenantScope) => Promise<T>): Promise<T> {
  const transaction = await tenants.begin(reading)
  try {
    return await work(openTenantScope(transaction, tenant))
  } finally {
    await transaction.rollback()
  }
}

async function sliceOf (request: SliceRequest): Promise<Slice<Subtask>> {
  return await inTenant(account, async scope => await sliceSubtasks(scope, request))
}

function positionOf ({ id, name, createdAt }: Subtask, sort: SortKey): Position {
  return { id, value: sort === 'name' ? name : sort === 'created' ? createdAt : id }
}
