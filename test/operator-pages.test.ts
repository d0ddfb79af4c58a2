import { gzipSync } from 'node:zlib'
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { asRole, isClosed, operatorAuthorization, placeTenants, seedTenants, tenancy, testApp, testDatabase } from './support.ts'
import { peopleOfAll, visitorsOf } from './visitors.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 4, subtasks: 7 })
await peopleOfAll(database)
await placeTenants(database)
const hostile = '<script>alert(1)</script>"\'&\u202e'
await asRole(database.admin, async query => {
  for (const [slug, name, status, reason] of [
    ['hostile', hostile, 'active', null], ['percent', '100% of_it', 'active', null], ['quoted', 'O\'Brien & "Sons" \\', 'active', null], ['arabic', 'شركة الأمل', 'active', null],
    ['closed', 'Late & Co', 'suspended', `unpaid ${hostile}`], ['gone-one', 'Gone & Co', 'deleted', null], ['half-made', 'Half & Co', 'creating', null]
  ]) await query('insert into rowhouse.account (slug, name, status, status_reason) values ($1, $2, $3, $4)', [slug, name, status, reason])
})
const { app } = await testApp(t, database)
const { ask } = visitorsOf(app)

const seesRows = tenancy === 'single-schema'
const operator = async (url: string, on = app): Promise<LightMyRequestResponse> => await ask(url, { slug: '', on })
const textOf = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
const text = ({ body }: LightMyRequestResponse): string => textOf(body)
/** The accounts of a page by their slugs, and what stands in the row of each. */
const listed = ({ body }: LightMyRequestResponse): Map<string, string> => new Map([...body.matchAll(/<tr>\s*<th scope="row">[^]*?<\/tr>/g)]
  .map(([row]) => [/href="\/account\/([^/]+)\//.exec(row)?.[1] ?? '', textOf(row).trim()]))
const hrefOf = ({ body }: LightMyRequestResponse, rel: 'next' | 'prev'): string | undefined => new RegExp(`rel="${rel}" href="([^"]+)"`).exec(body)?.[1]?.replaceAll('&amp;', '&')
/** What a superuser counts of an account: users, projects, tasks, done, subtasks, done. */
async function rowsOf (slug: string): Promise<number[]> {
  const counts = ['app_user', 'project', 'task', 'task where is_complete', 'subtask', 'subtask where is_complete']
    .map(what => `(select count(*)::integer from rowhouse.${what} ${what.includes('where') ? 'and' : 'where'} account_id = account.id)`)
  return (await asRole(database.admin, async query => await query(`select array[${counts.join(', ')}] as counts from rowhouse.account where slug = $1`, [slug])))[0]?.['counts'] as number[]
}
async function change (statement: string, values: unknown[] = []): Promise<void> {
  await asRole(database.admin, async query => { await query(statement, values) })
}

t.test('on an account\'s host there is nothing at these addresses: the answer is that of an address that nobody knows', async t => {
  const plain = ({ body }: LightMyRequestResponse): string => body.replace(/[\w-]{36}/g, '')
  const unknown = await ask('/nothing-like-this/')
  for (const url of ['/accounts', '/accounts/', '/accounts/?search=tenant', '/account/tenant-0', '/account/tenant-0/', '/account/tenant-1/', '/account/nobody/', '/charts', '/charts/']) {
    const answer = await ask(url)
    t.equal(answer.statusCode, 404, url)
    t.equal(plain(answer), plain(unknown), url)
    t.equal((await ask(url, { method: 'DELETE' })).statusCode, 404, url)
  }
})

t.test('they open to the operator alone, and only read', async t => {
  const { app: guarded } = await testApp(t, database, { config: { access: 'required' } })
  const { app: shut } = await testApp(t, database, { config: { production: true, access: 'required', operatorPassword: undefined } })
  const { app: local } = await testApp(t, database, { config: { access: 'open', operatorPassword: undefined } })
  for (const url of ['/accounts/', '/account/tenant-0/', '/charts/']) {
    const opened = seesRows || url !== '/charts/' ? 200 : 404
    const headers = { host: 'localhost', accept: 'text/html' }
    t.match(await guarded.inject({ url, headers }), { statusCode: 401, headers: { 'www-authenticate': /^Basic/ } }, url)
    t.match(await guarded.inject({ url, headers: { ...headers, authorization: `Basic ${Buffer.from('operator:wrong').toString('base64')}` } }), { statusCode: 401 })
    t.equal((await guarded.inject({ url, headers: { ...headers, authorization: operatorAuthorization } })).statusCode, opened)
    t.equal((await shut.inject({ url, headers })).statusCode, 404, 'without a password there is nothing')
    t.equal((await local.inject({ url, headers })).statusCode, opened, 'from this machine')
    t.equal((await local.inject({ url, headers: { ...headers, 'x-forwarded-for': '127.0.0.1' } })).statusCode, 404, 'a proxy speaks for somebody')
    t.equal((await local.inject({ url, headers: { ...headers, 'sec-fetch-site': 'cross-site' } })).statusCode, 403, 'another site\'s page')
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) t.match(await ask(url, { slug: '', method }), { statusCode: 405, headers: { allow: 'GET, HEAD, OPTIONS' } }, `${method} ${url}`)
    t.match((await operator(url)).headers, { 'cache-control': 'private, no-store', 'content-security-policy': /default-src 'none'/ })
  }
  for (const [url, location] of [['/accounts?search=a', '/accounts/?search=a'], ['/account/tenant-0', '/account/tenant-0/'], ['/charts', '/charts/']] as const) t.match(await operator(url), { statusCode: 301, headers: { location } })
})

t.test('every page of the operator\'s says that it only reads, and leads to the others', async t => {
  const { app: guarded } = await testApp(t, database, { config: { access: 'required' } })
  for (const [url, status] of [['/accounts/', 200], ['/account/tenant-0/', 200], ['/subtasks/', seesRows ? 200 : 404], ['/charts/', seesRows ? 200 : 404], ['/look/', 200], ['/nothing/', 404], ['/accounts/?cursor=x', 400]] as const) {
    const page = await operator(url, guarded)
    t.equal(page.statusCode, status, url)
    t.match(page.body, /<p class="banner is-read-only"><strong>Read only\.<\/strong>/, url)
    const nav = /<nav class="places"[^]*?<\/nav>/.exec(page.body)?.[0] ?? ''
    t.strictSame([...nav.matchAll(/href="([^"]+)"/g)].map(([, href]) => href), seesRows ? ['/accounts/', '/subtasks/', '/charts/', '/walls/', '/look/'] : ['/accounts/', '/walls/', '/look/'], url)
  }
  t.notMatch((await operator('/accounts/', (await testApp(t, database, { config: { access: 'open' } })).app)).body, /href="\/look\//, 'where nobody signs in there is no looking in')
  t.notMatch((await ask('/subtasks/')).body, /is-read-only/)
  if (!seesRows) for (const url of ['/subtasks/', '/charts/']) t.match((await operator(url)).body, /No view over all accounts[^]*href="\/accounts\/"/, 'what there is no view of leads to what there is')
})

t.test('accounts are listed with what they have, as a superuser counts it', async t => {
  const page = await operator('/accounts/')
  t.equal(page.statusCode, 200)
  t.match(text(page), / 10 accounts /)
  const accounts = listed(page)
  t.strictSame([...accounts.keys()], ['arabic', 'closed', 'gone-one', 'hostile', 'percent', 'quoted', 'tenant-0', 'tenant-1', 'tenant-2', 'tenant-3'], 'half-made ones are nobody\'s yet')
  for (const [slug, row] of accounts) {
    const { body } = await operator(`/account/${slug}/`)
    if (!seesRows) {
      t.notMatch(row, /\d+ done/, slug)
      t.match(textOf(body), /so they are not counted/, slug)
      continue
    }
    const [users = 0, projects = 0, tasks = 0, tasksDone = 0, subtasks = 0, subtasksDone = 0] = await rowsOf(slug)
    const done = (all: number, done: number): string => all === 0 ? '0' : `${all} ${done} done`
    t.ok(row.endsWith(`shared schema ${users} ${projects} ${done(tasks, tasksDone)} ${done(subtasks, subtasksDone)}`), `${slug}: ${row}`)
    t.match(textOf(body), new RegExp(`Users ${users} Projects ${projects} Tasks ${tasks} .*Subtasks ${subtasks} `), slug)
    if (subtasks > 0) t.match(textOf(body), `${subtasksDone} of ${subtasks} subtasks done`)
  }
  if (seesRows) t.match(accounts.get('tenant-0'), / 3 2 2 0 done 7 3 done$/)
  else t.match(text(page), /none are counted/)
})

t.test('what an account with a database of its own has is not counted, nor what it left behind', { skip: !seesRows }, async t => {
  await change("update rowhouse.account set database = 'elsewhere' where slug = 'tenant-2'")
  t.teardown(async () => { await change("update rowhouse.account set database = null where slug = 'tenant-2'") })
  t.match(listed(await operator('/accounts/')).get('tenant-2'), /active own database Not counted here/)
  t.match(text(await operator('/account/tenant-2/')), /It has a database of its own.*not counted/)
  const charts = text(await operator('/charts/', (await testApp(t, database)).app))
  t.match(charts, /Not in these charts: tenant-2\. This account has a database of its own/)
  t.match(charts, /Accounts 9 .*Subtasks 21 /)
})

t.test('a large account is counted as far as that is quick', { skip: !seesRows }, async t => {
  await change("insert into rowhouse.project (account_id, name) select id, 'p' || number from rowhouse.account, generate_series(1, 10001) as number where slug = 'percent'")
  t.teardown(async () => { await change("delete from rowhouse.project where account_id = (select id from rowhouse.account where slug = 'percent')") })
  t.match(listed(await operator('/accounts/')).get('percent'), / 0 more than 10,000 0 0$/)
  t.match(text(await operator('/account/percent/')), /Projects 10,001 /)
  await change(`insert into rowhouse.task (account_id, project_id, name, is_complete)
    select account_id, min(project.id), 'large', true from rowhouse.project, generate_series(1, 10001) where account_id = (select id from rowhouse.account where slug = 'percent') group by account_id, generate_series`)
  t.teardown(async () => { await change("delete from rowhouse.task where account_id = (select id from rowhouse.account where slug = 'percent')") })
  t.match(listed(await operator('/accounts/')).get('percent'), / more than 10,000 0$/, 'and what is done of it is not told')
})

t.test('half-made accounts are not there, suspended ones are, with the reason, and deleted ones, without a way to them', async t => {
  t.equal((await operator('/account/half-made/')).statusCode, 404)
  t.strictSame([...listed(await operator('/accounts/?search=half')).keys()], [])
  const suspended = await operator('/accounts/?status=suspended')
  t.strictSame([...listed(suspended).keys()], ['closed'])
  t.match(listed(suspended).get('closed'), /suspended unpaid &lt;script&gt;/)
  t.match(suspended.body, /href="http:\/\/closed\.localhost\/"/)
  t.match(text(await operator('/account/closed/')), /suspended since \d+ \w+ \d{4}, \d\d:\d\d UTC : unpaid/)
  for (const url of ['/accounts/?status=deleted', '/account/gone-one/']) {
    const page = await operator(url)
    t.match(text(page), /gone-one/)
    t.notMatch(page.body, /href="http:/, url)
  }
  t.equal(listed(await operator('/accounts/?status=active')).has('closed'), false)
  t.equal(listed(await operator('/accounts/?status=creating')).size, 10, 'what is no status is none')
})

t.test('a search finds what is typed in slugs and names, every character of it', async t => {
  for (const [typed, found] of [
    ['%', ['percent']], ['_', ['percent']], ['100% of_it', ['percent']], ['100%_of', []], ["'", ['hostile', 'quoted']], ['"', ['hostile', 'quoted']], ['\\', ['quoted']], ["O'Brien", ['quoted']], ["o'BRIEN & ", ['quoted']],
    ['TENANT-1', ['tenant-1']], ['tenant-', ['tenant-0', 'tenant-1', 'tenant-2', 'tenant-3']], ['الأمل', ['arabic']], ['<script>', ['hostile']], ["' or true --", []], ["'; drop table account; --", []], ['$1', []], ['.*', []]
  ] as const) {
    const page = await operator(`/accounts/?search=${encodeURIComponent(typed)}`)
    t.equal(page.statusCode, 200, typed)
    t.strictSame([...listed(page).keys()], found, typed)
    t.match(text(page), found.length === 0 ? /No account is like that/ : `${found.length} account${found.length === 1 ? '' : 's'} found`)
    t.ok(page.body.includes(`value="${typed.trim().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')}"`), `${typed} is there still`)
  }
  t.equal(listed(await operator('/accounts/?search=++')).size, 10, 'spaces are nothing to search for')
  for (const [typed, why] of [['x'.repeat(256), /Search: takes 1 to 255 characters\./], ['a%00b', /Search: has a character that cannot be stored\./]] as const) {
    const page = await operator(`/accounts/?search=${typed}&status=active`)
    t.equal(page.statusCode, 400)
    t.match(/role="alert" id="search-mistake">([^<]*)</.exec(page.body)?.[1], why)
    t.match(page.body, /value="(x{256}|a.b)" aria-invalid="true" aria-describedby="search-mistake" autofocus>/, 'what was typed is there still')
    t.match(page.body, /<option selected>active/)
  }
})

t.test('hostile text is text on every page', async t => {
  const { app: fresh } = await testApp(t, database)
  await change("insert into rowhouse.account_event (account_id, actor, action, slug, details) select id, $1, 'rename', slug, jsonb_build_object('to', $1::text) from rowhouse.account where slug = 'hostile'", [hostile])
  for (const url of ['/accounts/', '/account/hostile/', '/account/closed/', `/accounts/?search=${encodeURIComponent(hostile)}`, ...(seesRows ? ['/charts/'] : [])]) {
    const { body } = await operator(url, fresh)
    t.ok(body.includes('&lt;script&gt;alert(1)&lt;/script&gt;'), url)
    t.notMatch(body, /<script(?! src="\/assets\/[^"]*" defer><\/script>)|<style|\sstyle="|\son[a-z]+="|javascript:/i, url)
    if (url === '/account/hostile/') t.match(body, /<td data-label="Who" dir="auto">&lt;script&gt;[^<]*\\u202e<\/td>/, 'what turns a line round is told instead')
  }
})

t.test('the list is gone through in each order, forwards and back, every account once', async t => {
  await change("insert into rowhouse.account (slug, name, created_at) select 'many-' || lpad(number::text, 3, '0'), case when number % 3 = 0 then 'Same' else 'Many ' || (1000 - number) end, now() + number * interval '1 second' from generate_series(1, 60) as number")
  t.teardown(async () => { await change("delete from rowhouse.account where slug like 'many-%'") })
  for (const [order, sorted] of [['slug', 'slug, id'], ['name', 'name, id'], ['newest', 'created_at desc, id desc']] as const) {
    const expected = (await asRole(database.admin, async query => await query(`select slug from rowhouse.account where slug like 'many-%' order by ${sorted.split(', ').map(by => by.startsWith('name') || by.startsWith('slug') ? `${by} collate "C"` : by).join(', ')}`))).map(({ slug }) => slug)
    const seen: string[] = []
    let [url, page]: [string | undefined, LightMyRequestResponse | undefined] = [`/accounts/?search=MANY-&order=${order}`, undefined]
    while (url !== undefined && seen.length < 100) {
      page = await operator(url)
      t.match(text(page), /60 accounts found/)
      seen.push(...listed(page).keys())
      url = hrefOf(page, 'next')
    }
    t.strictSame(seen, expected, order)
    const back = await operator(page === undefined ? '' : hrefOf(page, 'prev') ?? '')
    t.strictSame([...listed(back).keys()], expected.slice(25, 50), `${order}, back`)
  }
})

t.test('a place in the list is good for it alone, and outlives the account that it was at', async t => {
  await change("insert into rowhouse.account (slug, name) select 'many-' || lpad(number::text, 3, '0'), 'Many' from generate_series(1, 60) as number")
  t.teardown(async () => { await change("delete from rowhouse.account where slug like 'many-%'") })
  const next = hrefOf(await operator('/accounts/?search=many-'), 'next') ?? ''
  t.equal((await operator(next)).statusCode, 200)
  const cursor = new URLSearchParams(next.split('?')[1]).get('cursor') ?? ''
  const ofApi = (await ask('/api/v1/accounts?limit=3', { slug: '', accept: 'application/json' })).json<{ next: string }>().next
  await change("insert into rowhouse.project (account_id, name) select id, 'p' || number from rowhouse.account, generate_series(1, 60) as number where slug = 'quoted'")
  const ofTenant = hrefOf(await ask('/projects/', { slug: 'quoted' }), 'next') ?? ''
  t.match(ofTenant, /cursor=/)
  for (const url of [
    `/accounts/?cursor=${cursor}`, `/accounts/?search=many&cursor=${cursor}`, `/accounts/?search=many-&order=name&cursor=${cursor}`, `/accounts/?search=many-&status=active&cursor=${cursor}`, `/accounts/?search=many-&cursor=${cursor.slice(0, -3)}xyz`,
    '/accounts/?cursor=x', ofApi.replace('/api/v1/accounts', '/accounts/'), ofTenant.replace('/projects/', '/accounts/')
  ]) t.match(await operator(url), { statusCode: 400, body: /takes one from an earlier answer to the same list/ }, url)
  t.match(await ask(`/api/v1/accounts?cursor=${cursor}`, { slug: '', accept: 'application/json' }), { statusCode: 400 })
  t.match(await ask(`/projects/?search=many-&cursor=${cursor}`, { slug: 'tenant-0' }), { statusCode: 400 })
  await change("delete from rowhouse.account where slug = 'many-025'")
  t.equal([...listed(await operator(next)).keys()][0], 'many-026')
})

t.test('an account\'s host is linked as it was come by', async t => {
  const from = async (host: string, on = app): Promise<string> => (await on.inject({ url: '/account/tenant-0/', headers: { host, accept: 'text/html', authorization: operatorAuthorization } })).body
  t.match(await from('localhost:8080'), /href="http:\/\/tenant-0\.localhost:8080\/">tenant-0\.localhost:8080</)
  t.match(await from('LOCALHOST'), /href="http:\/\/tenant-0\.localhost\/">tenant-0\.localhost</)
  const { app: secure } = await testApp(t, database, { config: { access: 'required', production: true, operatorPassword: 'for the operator', baseDomain: 'example.com' } })
  t.match(await from('example.com:8443', secure), /href="https:\/\/tenant-0\.example\.com:8443\/"/)
  t.match((await secure.inject({ url: '/accounts/', headers: { host: 'example.com', accept: 'text/html', authorization: operatorAuthorization } })).body, /href="https:\/\/tenant-0\.example\.com\/"/)
})

t.test('the page of an account tells what it was called, and what was done to it', async t => {
  await change("insert into rowhouse.former_slug (account_id, slug, redirect_until) select id, 'old-name', now() + interval '1 day' from rowhouse.account where slug = 'tenant-1' union all select id, 'oldest-name', null from rowhouse.account where slug = 'tenant-1'")
  await change("insert into rowhouse.account_event (account_id, at, actor, action, slug, details) select id, timestamptz '2026-05-04 09:30Z', 'ann', 'rename', 'tenant-1', '{\"from\": \"old-name\"}' from rowhouse.account where slug = 'tenant-1'")
  const page = text(await operator('/account/tenant-1/'))
  t.match(page, /Was called old-name, which leads here until \d+ \w+ \d{4}, \d\d:\d\d UTC oldest-name, which leads nowhere now/)
  t.match(page, /4 May 2026, 09:30 UTC rename ann tenant-1 from old-name/)
  t.notMatch(text(await operator('/account/tenant-0/')), /old-name|\brename\b/, 'and nothing of others')
  for (const slug of ['old-name', 'nobody', 'x'.repeat(64), '%00', 'No', 'a_b']) t.equal((await operator(`/account/${slug}/`)).statusCode, 404, slug)
  for (const nothing of ['password', 'hash of']) t.notMatch(page, nothing)
})

t.test('where people sign in, the operator is led to look into an account, with its name in the form', async t => {
  const { app: closed } = await testApp(t, database, { config: { access: 'required' } })
  t.match((await operator('/account/tenant-0/', closed)).body, /href="\/look\/\?slug=tenant-0"/)
  for (const slug of ['closed', 'gone-one']) t.notMatch((await operator(`/account/${slug}/`, closed)).body, /look\/\?slug/, `${slug}: nobody looks into it`)
  t.match((await operator('/look/?slug=tenant-0', closed)).body, /name="slug"[^>]*value="tenant-0"/)
  t.match((await operator(`/look/?slug=${encodeURIComponent('"><script>')}`, closed)).body, /value="&quot;&gt;&lt;script&gt;"/)
  for (const query of ['', `?slug=${'x'.repeat(64)}`, '?slug[]=1', '?slug=a&slug=b']) t.match(await operator(`/look/${query}`, closed), { statusCode: 200, body: /name="slug"[^>]*value=""/ }, query)
})

t.test('the charts show what a superuser counts, as figures beside the drawings', { skip: !seesRows }, async t => {
  const { app: fresh } = await testApp(t, database)
  const { body, statusCode } = await operator('/charts/', fresh)
  t.equal(statusCode, 200)
  const [all] = await asRole(database.admin, async query => await query(`select (select count(*) from rowhouse.account where status <> 'creating') as accounts, (select count(*) from rowhouse.app_user) as users, (select count(*) from rowhouse.project) as projects,
    (select count(*) from rowhouse.task) as tasks, (select count(*) from rowhouse.task where is_complete) as tasks_done, (select count(*) from rowhouse.subtask) as subtasks, (select count(*) from rowhouse.subtask where is_complete) as subtasks_done`))
  t.match(textOf(body), `Accounts ${String(all?.['accounts'])} Users ${String(all?.['users'])} Projects ${String(all?.['projects'])} Tasks ${String(all?.['tasks'])} Subtasks ${String(all?.['subtasks'])} `)
  const figures = [...body.matchAll(/<tr><th scope="row">[^]*?<\/tr>/g)].map(([row]) => textOf(row).trim())
  const [subtasks, done] = [Number(all?.['subtasks']), Number(all?.['subtasks_done'])]
  t.ok(figures.some(row => row === `Subtasks ${done} ${subtasks - done} ${Math.round(done / subtasks * 100)}%`), figures.join('\n'))
  t.ok(figures.includes(`Tasks ${Number(all?.['tasks_done'])} ${Number(all?.['tasks']) - Number(all?.['tasks_done'])} 0%`))
  const sizes = figures.slice(0, figures.findIndex(row => row.startsWith('Subtasks')))
  t.equal(sizes.reduce((sum, row) => sum + Number(/(\d+)$/.exec(row)?.[1]), 0), Number(all?.['accounts']), 'each account is of one size')
  t.match(figures.find(row => row.includes('tenant-0')), /^Company of tenant-0 tenant-0 3 4 7$/)
  t.equal(body.split('href="/account/').length - 1, 10, 'the largest ten')
  t.match(body, /Counted at <time datetime="\d{4}-/)
  t.notMatch(body, /NaN|undefined|Infinity|<script>|\sstyle=/)
  t.match(body, /<svg[^>]*role="img" aria-label="[^"]+"/)
  for (const [svg] of body.matchAll(/<svg[^>]*>/g)) t.match(svg, /role="img" aria-label|aria-hidden="true"/, 'each is told in words, or stands beside them')

  await change("insert into rowhouse.project (account_id, name) select id, 'one more' from rowhouse.account where slug = 'tenant-0'")
  t.equal((await operator('/charts/', fresh)).body, body, 'counted once for a while')
  t.match(text(await operator('/charts/', (await testApp(t, database)).app)), `Projects ${Number(all?.['projects']) + 1} `)
})

t.test('where there is too much to count, the charts say so, and each account has its page still', { skip: !seesRows }, async t => {
  const { app: hasty } = await testApp(t, database, { config: { requestDeadlineMs: 1500 } })
  await asRole(database.admin, async query => {
    await query('begin; lock table rowhouse.subtask in access exclusive mode')
    const answers = await Promise.all([operator('/charts/', hasty), operator('/charts/', hasty)])
    for (const answer of answers) t.match(answer, { statusCode: 503, headers: { 'retry-after': '60' }, body: /takes longer than a request may/ })
    t.notMatch(answers[0]?.body, /subtask"|select|at .*\.ts/)
    await query('rollback')
  })
  t.equal((await operator('/charts/', hasty)).statusCode, 503, 'nobody counts again at once')
  t.equal((await operator('/account/tenant-0/', hasty)).statusCode, 200)
})

t.test('where there are no accounts, or none has any rows, the pages say so, and how accounts are made', { skip: isClosed }, async t => {
  const bare = await testDatabase(t)
  const empty = async (url: string): Promise<string> => text(await operator(url, (await testApp(t, bare)).app))
  const made = 'npx tsx bin/tenants.ts create acme --name Acme makes an account, npx tsx bin/createtestdata.ts --accounts 20 twenty of them'
  t.match(await empty('/accounts/'), `There are no accounts yet. ${made}`)
  t.notMatch(await empty('/accounts/?search=a'), made)
  if (!seesRows) return
  t.match(await empty('/subtasks/'), `(No results) No account has a subtask yet. ${made}`)
  t.match(await empty('/charts/'), `There is no account whose rows are here. ${made}`)
  await asRole(bare.admin, async query => { await query("insert into rowhouse.account (slug, name) values ('lonely', 'Lonely')") })
  const charts = (await operator('/charts/', (await testApp(t, bare)).app)).body
  t.match(textOf(charts), /The largest account .* Lonely lonely 0 0 0/)
  t.match(textOf(charts), /Subtasks 0 0 –/)
  t.notMatch(charts, /NaN|Infinity/)
})

t.test('pages are small, however long names are', async t => {
  await change("insert into rowhouse.account (slug, name, status, status_reason) select 'long-' || number, left(string_agg(md5(number::text || part::text), ''), 255), 'suspended', string_agg(md5(part::text || number::text), '') from generate_series(1, 30) as number, generate_series(1, 12) as part group by number")
  t.teardown(async () => { await change("delete from rowhouse.account where slug like 'long-%'") })
  const { app: fresh } = await testApp(t, database)
  for (const url of ['/accounts/?search=long-', '/account/long-1/', ...(seesRows ? ['/charts/'] : [])]) {
    const { length } = gzipSync((await operator(url, fresh)).body)
    t.ok(length < 30_000, `${url}: ${length} bytes, compressed`)
  }
})
