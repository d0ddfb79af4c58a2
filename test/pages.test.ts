import type { FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'
import { paginate } from '../src/routes/pages/pagination.ts'
import { adminOf, asRole, placeTenants, seedTenants, tenancy, testApp, testDatabase, until } from './support.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 4, subtasks: 25 })
await asRole(database.admin, async query => {
  await query('set search_path = rowhouse')
  await query("insert into account (slug, name) values ('empty', 'Empty & Co'), ('hostile', '<script>alert(1)</script> \"Quotes\" & Co')")
  await query("insert into project (account_id, name) select id, '<b>project</b>' from account where slug = 'hostile'")
  await query("insert into task (account_id, project_id, name) select account_id, id, '\"><img src=x onerror=alert(1)>' from project where name like '<b>%'")
  await query(`insert into subtask (account_id, task_id, name, details)
    select account_id, id, '<script>alert(2)</script>', '<% throw 1 %> <%= it %> \${7*7} {{7*7}} </td></table>' from task where name like '"><img%'`)
})
await placeTenants(database)
await asRole(database.admin, async query => { await query("update rowhouse.account set status = 'suspended' where slug = 'tenant-3'") })
const { app } = await testApp(t, database)

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const ask = async (url: string, { host = 'tenant-0.localhost:8080', method = 'GET' as const, headers = {} }: { host?: string, method?: string, headers?: Record<string, string> } = {}) =>
  await app.inject({ method: method as 'GET', url, headers: { host, accept: browser, ...headers } })
/** The texts of the table's body cells, row by row. */
const cells = (html: string): string[][] => [...(/<tbody[\s\S]*?<\/tbody>/.exec(html)?.[0] ?? '').matchAll(/<tr[\s\S]*?<\/tr>/g)]
  .map(([row]) => [...row.matchAll(/<t[dh][^>]*>([\s\S]*?)<\/t[dh]>/g)].map(([, cell]) => (cell ?? '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim()))
const headings = (html: string): string[] => [...html.matchAll(/<th[^>]*scope="col"[^>]*>([\s\S]*?)<\/th>/g)].map(([, text]) => (text ?? '').replace(/<[^>]*>/g, '').trim())

t.test('addresses of the list', async t => {
  const redirects: Array<[string, number, string]> = [
    ['/', 302, '/subtasks/'],
    ['/?page=2', 302, '/subtasks/'],
    ['/subtasks', 301, '/subtasks/'],
    ['/subtasks?page=2&x=%20y', 301, '/subtasks/?page=2&x=%20y'],
    ['/subtasks/1', 301, '/subtasks/1/'],
    ['/subtasks/2?x=1', 301, '/subtasks/2/?x=1']
  ]
  for (const [url, status, location] of redirects) {
    const response = await ask(url)
    t.match(response, { statusCode: status, headers: { location, 'cache-control': 'private, no-store' } }, `${url} redirects to ${location}`)
  }
  const pages: Array<[string, string]> = [
    ['/subtasks/', 'Page 1 of 3'], ['/subtasks/1/', 'Page 1 of 3'], ['/subtasks/2/', 'Page 2 of 3'], ['/subtasks/02/', 'Page 2 of 3'],
    ['/subtasks/?page=2', 'Page 2 of 3'], ['/subtasks/?page=02', 'Page 2 of 3'], ['/subtasks/?page=last', 'Page 3 of 3'], ['/subtasks/?page=', 'Page 1 of 3'],
    ['/subtasks/2/?page=3', 'Page 2 of 3'], ['/subtasks/0/', 'Page 1 of 3'], ['/subtasks/0/?page=3', 'Page 3 of 3'], ['/subtasks/?page=1&page=2', 'Page 2 of 3'],
    ['/subtasks/?other=x', 'Page 1 of 3']
  ]
  for (const [url, text] of pages) {
    const response = await ask(url)
    t.equal(response.statusCode, 200, url)
    t.match(response.body.replace(/<[^>]*>/g, ''), text)
  }
  const missing = ['/subtasks/4/', '/subtasks/-1/', '/subtasks/one/', '/subtasks/1.5/', '/subtasks/1e3/', '/subtasks/99999999999/', `/subtasks/${'9'.repeat(190)}/`, `/subtasks/${'9'.repeat(5000)}/`,
    '/subtasks/?page=0', '/subtasks/?page=-1', '/subtasks/?page=4', '/subtasks/?page=two', '/subtasks/?page=%00', '/subtasks/?page[]=1&page[x]=2&page=zz', '/subtasks/?page=999999999999', '/subtasks/?page=9007199254740993',
    '/subtasks/last/', '/subtasks/2/3/', '/subtask/', '/admin', '/subtasks/%00/', '/subtasks/+1/', '/subtasks/١/']
  for (const url of missing) {
    const response = await ask(encodeURI(decodeURI(url)))
    t.equal(response.statusCode, 404, url.slice(0, 60))
    t.match(response.headers['content-type'], /text\/html/)
  }
  t.equal((await ask('/subtasks/%FF/')).statusCode, 400, 'an address that is no text')
})

t.test('methods', async t => {
  for (const url of ['/', '/subtasks', '/subtasks/', '/subtasks/2', '/subtasks/2/', '/subtasks/99/']) {
    const get = await ask(url)
    const head = await ask(url, { method: 'HEAD' })
    t.match(head, { statusCode: get.statusCode, body: '' }, `HEAD ${url} is GET without a body`)
    const options = await ask(url, { method: 'OPTIONS' })
    t.match(options, { statusCode: 200, headers: { allow: 'GET, HEAD, OPTIONS' } }, `OPTIONS ${url}`)
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const refused = await app.inject({ method: method as 'POST', url, headers: { host: 'tenant-0.localhost', 'content-type': 'text/nonsense' }, payload: '{' })
      t.match(refused, { statusCode: 405, headers: { allow: 'GET, HEAD, OPTIONS' } }, `${method} ${url}`)
    }
  }
})

t.test('a tenant\'s list', async t => {
  const { body, headers } = await ask('/subtasks/')
  t.match(body, /<title>\s*Subtasks/)
  t.match(body, /<h1[^>]*>\s*Subtasks\s*<\/h1>/)
  t.strictSame(headings(body), ['Project', 'Task', 'Subtask', 'Name', 'Complete?', 'Details'])
  const rows = cells(body)
  t.equal(rows.length, 10, 'ten rows a page')
  t.match(rows[0]?.join(' | '), /Project #1\b.*\| Task #1\b.*\| 1 \| subtask 0001 of tenant-0 \| &#x274c; \| details of tenant-0/)
  t.match(rows[1]?.join(' | '), /subtask 0002 of tenant-0 \| &#x2705;/)
  t.match(body, /Company of tenant-0/, 'names the tenant')
  t.match(body, /tenant-0/)
  t.match(body, /Account #1/)
  t.notMatch(body, /tenant-[12]/, 'and nobody else')
  t.match(headers['cache-control'], 'private, no-store')
})

t.test('the order is by name, then id, and each row is on one page', async t => {
  await asRole(database.admin, async query => { await query("update rowhouse.subtask set name = 'same' where account_id = 3") })
  const ids: string[] = []
  for (const page of [1, 2, 3]) ids.push(...cells((await ask(`/subtasks/${page}/`, { host: 'tenant-2.localhost' })).body).map(row => row[2] ?? ''))
  t.equal(ids.length, 25)
  t.strictSame(ids, [...new Set(ids)].sort((a, b) => Number(a) - Number(b)))
})

t.test('an empty list is one row over all columns, and one page', async t => {
  const { body } = await ask('/subtasks/', { host: 'empty.localhost' })
  t.strictSame(cells(body), [['(No results)']])
  t.match(body, /<td[^>]*colspan="6"/)
  t.notMatch(body, /Page 1 of/)
  t.equal((await ask('/subtasks/?page=last', { host: 'empty.localhost' })).statusCode, 200)
  t.equal((await ask('/subtasks/2/', { host: 'empty.localhost' })).statusCode, 404)
})

t.test('where each account has its own database, bare localhost says that there is no view over all, and lists nothing', { skip: tenancy === 'single-schema' }, async t => {
  for (const url of ['/subtasks/', '/subtasks/2/', '/subtasks/?page=last']) {
    const page = await ask(url, { host: 'localhost:8080' })
    t.equal(page.statusCode, 404)
    t.match(page.body, /No view over all accounts/)
    t.match(page.body, /Each account has a database of its own/)
    t.notMatch(page.body, /tenant-\d|Company|<table/)
    t.match(await app.inject({ url, headers: { host: 'localhost', accept: 'application/json' } }), { statusCode: 404, headers: { 'content-type': /problem\+json/ } })
  }
  t.match(await ask('/', { host: 'localhost' }), { statusCode: 302, headers: { location: '/accounts/' } }, 'the logo of each page leads to what there is')
})

t.test('the operator\'s list has all accounts\' rows, and says whose they are', { skip: tenancy === 'multiple-databases' }, async t => {
  const { body } = await ask('/subtasks/', { host: 'localhost:8080' })
  t.strictSame(headings(body), ['Account', 'Project', 'Task', 'Subtask', 'Name', 'Complete?', 'Details'])
  const linked = [...body.matchAll(/<td class="account">[^]*?<a class="label" href="([^"]+)" dir="auto">([^<]+)</g)].map(([, href, name]) => [href, name])
  t.equal(linked.length, 10)
  for (const [href, name] of linked) t.equal(href, `/account/${/^Company of (tenant-\d)$/.exec(name ?? '')?.[1] ?? 'hostile'}/`, 'each leads to the page of the account')
  const pages = Number(/Page 1 of (\d+)/.exec(body.replace(/<[^>]*>/g, ''))?.[1])
  t.equal(pages, 11, '101 subtasks')
  const ids = new Set<string>()
  const accounts = new Set<string>()
  let last = ''
  for (let page = 1; page <= pages; page++) {
    for (const row of cells((await ask(`/subtasks/${page}/`, { host: 'localhost' })).body)) {
      accounts.add(/Account #\d+/.exec(row[0] ?? '')?.[0] ?? 'none')
      ids.add(row[3] ?? '')
      t.ok((row[4] ?? '') >= last, 'in order, across the middle where the reading turns round')
      last = row[4] ?? ''
    }
  }
  t.equal(ids.size, 101)
  t.strictSame([...accounts].sort(), ['Account #1', 'Account #2', 'Account #3', 'Account #4', 'Account #6'])
  t.equal((await ask('/subtasks/12/', { host: 'localhost' })).statusCode, 404)
})

t.test('hostile text in every field comes out as text', async t => {
  for (const host of tenancy === 'single-schema' ? ['hostile.localhost', 'localhost'] : ['hostile.localhost']) {
    const pages = await Promise.all(Array.from({ length: host === 'localhost' ? 11 : 1 }, async (_, index) => (await ask(`/subtasks/${index + 1}/`, { host })).body))
    // A tenant's rows lead to what they name.
    const body = pages.join('').replace(/ href="\/(project|task|subtask)\/\d+\/"/g, '')
    const [label, end, name] = host === 'localhost' ? ['<span class="label"', '</span>', (text: string) => text] : ['<a class="label"', '</a>', (text: string) => `<a>${text}</a>`]
    for (const place of [`${label} dir="auto">&lt;b&gt;project&lt;/b&gt;${end}`, `${label} dir="auto">&quot;&gt;&lt;img src=x onerror=alert(1)&gt;${end}`, `<th scope="row" class="name" dir="auto">${name('&lt;script&gt;alert(2)&lt;/script&gt;')}</th>`,
      '<td class="details" dir="auto">&lt;% throw 1 %&gt; &lt;%= it %&gt; $' + '{7*7} {{7*7}} &lt;/td&gt;&lt;/table&gt;</td>', `${host === 'localhost' ? '<a class="label" href="/account/hostile/"' : '<strong class="viewer-name"'} dir="auto">&lt;script&gt;alert(1)&lt;/script&gt; &quot;Quotes&quot; &amp; Co<`
    ]) t.equal(body.split(place).length - 1, 1, `${host}: ${place}`)
    t.notMatch(body, /<script>|<img src=x|<b>project/i, host)
  }
})

t.test('page links: neighbours, always the first and the last, gaps, the current one marked', async t => {
  const href = (page: number): string => `/p/${page}`
  const shape = (page: number, pages: number, precision: 'exact' | 'about' = 'exact'): string => paginate({ page, pages, precision }, href, '/p/last').links.map(link => link.kind === 'gap' ? '…' : link.kind === 'last' ? 'Last' : link.current ? `[${link.page}]` : String(link.page)).join(' ')
  t.equal(shape(1, 1), '[1]')
  t.equal(shape(1, 3), '[1] 2 3')
  t.equal(shape(3, 3), '1 2 [3]')
  t.equal(shape(50, 100), '1 … 40 41 42 43 44 45 46 47 48 49 [50] 51 52 53 54 55 56 57 58 59 … 100')
  t.equal(shape(1, 100), '[1] 2 3 4 5 6 7 8 9 10 … 100')
  t.equal(shape(100, 100), '1 … 90 91 92 93 94 95 96 97 98 99 [100]')
  t.equal(shape(50, 100, 'about'), '1 … 40 41 42 43 44 45 46 47 48 49 [50] 51 52 53 54 55 56 57 58 59 … Last')
  t.equal(shape(2500, 5000), '1 … 1246 … 2490 2491 2492 2493 2494 2495 2496 2497 2498 2499 [2500] 2501 2502 2503 2504 2505 2506 2507 2508 2509 … 3755 … 5000', 'and the middle of a long way')
  t.equal(shape(50, 5000, 'about'), '1 … 40 41 42 43 44 45 46 47 48 49 [50] 51 52 53 54 55 56 57 58 59 … Last', 'but nothing where nobody knows what there is')
  t.match(paginate({ page: 2, pages: 3, precision: 'exact' }, href, '/p/last'), { previousHref: '/p/1', nextHref: '/p/3' })
  t.match(paginate({ page: 1, pages: 1, precision: 'exact' }, href, '/p/last'), { previousHref: undefined, nextHref: undefined })

  const { body } = await ask('/subtasks/2/')
  t.match(body, /<a [^>]*href="\/subtasks\/"/, 'page 1 has the short address')
  t.match(body, /<a [^>]*href="\/subtasks\/3\/"/)
  t.match(body, /aria-current="page"/)
  t.notMatch(body, /href="\/subtasks\/2\/"/, 'the current page is no link')
  t.match(body, /<nav[^>]*aria-label/)
})

t.test('answers that are errors', async t => {
  const cases: Array<[string, { host?: string }, number, RegExp]> = [
    ['/subtasks/', { host: 'nobody.localhost' }, 404, /No such tenant/],
    ['/', { host: 'nobody.localhost' }, 404, /No such tenant/],
    ['/nothing', { host: 'nobody.localhost' }, 404, /No such tenant/],
    ['/subtasks/', { host: 'tenant-3.localhost' }, 403, /suspended/],
    ['/', { host: 'tenant-3.localhost' }, 403, /suspended/],
    ['/subtasks/', { host: 'example.com' }, 421, /Host not served/],
    ['/nothing', { host: 'example.com' }, 421, /Host not served/],
    ['/nothing', {}, 404, /Not found/],
    ['/subtasks/%zz/', {}, 400, /not a valid one/],
    ['/%zz', { host: 'example.com' }, 421, /Host not served/],
    ['/subtasks/9/', {}, 404, /no page 9; the last one is 3/]
  ]
  for (const [url, options, status, text] of cases) {
    const page = await ask(url, options)
    t.match(page, { statusCode: status, headers: { 'content-type': /text\/html/, 'cache-control': 'private, no-store' }, body: text }, `a page for a browser: ${status} ${url}`)
    t.match(page.body, /<h1/)
    for (const accept of ['application/json', '*/*', 'application/problem+json']) {
      const problem = await ask(url, { ...options, headers: { accept } })
      t.match(problem.headers['content-type'], /^application\/problem\+json/, accept)
      t.match(problem.json(), { type: /^\/problems\/[a-z-]+$/, status, title: String, detail: String })
      t.match(problem.headers['x-request-id'], /^[0-9a-f-]{36}$/)
    }
  }
  t.equal((await ask('/assets/style.css', { host: 'example.com' })).statusCode, 200, 'the page about a wrong host has its stylesheet')
})

t.test('mistakes of ours say nothing of what went wrong', async t => {
  const { app } = await testApp(t, database)
  app.get('/broken/sql', async request => await request.tenantScope.sql`select secret_column from subtask`)
  app.get('/broken/throw', async () => { throw new Error('secret words') })
  app.get('/broken/scope', async request => await request.operatorScope.sql`select 1`)
  app.get('/broken/swallowed', async request => { await request.tenantScope.sql`select 1/0`.catch(() => {}); return { done: true } })
  app.get('/broken/write', async request => await request.tenantScope.sql`update project set name = 'x' where account_id = ${request.tenantScope.accountId}`)
  for (const url of ['/broken/sql', '/broken/throw', '/broken/scope', '/broken/swallowed', '/broken/write']) {
    for (const accept of [browser, 'application/json']) {
      const response = await app.inject({ url, headers: { host: 'tenant-0.localhost', accept } })
      t.equal(response.statusCode, 500, url)
      t.notMatch(response.body, /secret|subtask"|select|at .*\.ts|division|read-only|no operator/i)
      t.match(response.body, /[0-9a-f]{8}-[0-9a-f]{4}-/, 'but under which id it was logged')
    }
  }
})

t.test('what SQL refuses because of the data is the client\'s to mend', async t => {
  const { app } = await testApp(t, database)
  app.post('/refused/duplicate', async request => await request.tenantScope.sql`insert into app_user (account_id, email, first_name, last_name, password_hash) values (${request.tenantScope.accountId}, 'ann@example.com', '', '', '')`)
  app.post('/refused/reference', async request => await request.tenantScope.sql`insert into task (account_id, project_id, name) values (${request.tenantScope.accountId}, 999999, 'x')`)
  app.post('/refused/parent', async request => await request.tenantScope.sql`delete from project where account_id = ${request.tenantScope.accountId}`)
  app.post('/refused/long', async request => await request.tenantScope.sql`insert into project (account_id, name) values (${request.tenantScope.accountId}, ${'x'.repeat(256)})`)
  app.post('/refused/zero', async request => await request.tenantScope.sql`insert into project (account_id, name) values (${request.tenantScope.accountId}, ${'a\0b'})`)
  // As statement_timeout ends a statement.
  app.post('/refused/slow', async request => {
    const [row] = await request.tenantScope.sql<{ pid: number }>`select pg_backend_pid() as pid`
    const cancel = async (): Promise<unknown> => await asRole(database.admin, async query => await until(async () => (await query("select pg_cancel_backend(pid) from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'", [row?.pid])).length > 0))
    return await Promise.all([request.tenantScope.sql`select pg_sleep(5)`, cancel()])
  })
  for (const [url, status] of [['duplicate', 409], ['reference', 409], ['parent', 409], ['long', 422], ['zero', 422], ['slow', 503]] as const) {
    const response = await app.inject({ method: 'POST', url: `/refused/${url}`, headers: { host: 'tenant-0.localhost' } })
    t.equal(response.statusCode, status, url)
    t.notMatch(response.body, /ann@example|constraint|key|violates|app_user/)
    if (status === 503) t.ok(response.headers['retry-after'])
  }
})

t.test('a write is committed before it is answered, and kept only if it is answered well', async t => {
  const { app } = await testApp(t, database)
  const insert = async (request: FastifyRequest, name: string): Promise<void> => {
    await request.tenantScope.sql`insert into project (account_id, name) values (${request.tenantScope.accountId}, ${name})`
  }
  app.post('/write/kept', async request => { await insert(request, 'kept'); return { ok: true } })
  app.post('/write/refused', async (request, reply) => { await insert(request, 'refused'); return reply.code(400).send({ ok: false }) })
  app.post('/write/thrown', async request => { await insert(request, 'thrown'); throw new Error('after writing') })
  app.post('/write/deferred', async request => {
    // A failure that only the commit brings to light.
    await insert(request, 'deferred')
    await request.tenantScope.sql`delete from subtask where account_id = ${request.tenantScope.accountId} and id = -1`
    request.tenantScope.sql`select 1/0`.catch(() => {})
    return { ok: true }
  })
  for (const [url, status] of [['kept', 200], ['refused', 400], ['thrown', 500], ['deferred', 500]] as const) {
    t.equal((await app.inject({ method: 'POST', url: `/write/${url}`, headers: { host: 'tenant-0.localhost' } })).statusCode, status, url)
  }
  const names = await asRole(await adminOf(database, 'tenant-0'), async query => (await query("select name from rowhouse.project where name in ('kept', 'refused', 'thrown', 'deferred')")).map(row => row['name']))
  t.strictSame(names, ['kept'])
})

t.test('every page carries the headers that keep it to itself', async t => {
  for (const [url, host] of [['/subtasks/', 'tenant-0.localhost'], ['/subtasks/', 'localhost'], ['/nothing', 'tenant-0.localhost'], ['/', 'nobody.localhost'], ['/', 'example.com'], ['/', 'tenant-0.localhost']] as const) {
    const { headers } = await ask(url, { host })
    t.match(headers['content-security-policy'], /default-src 'none'/)
    t.notMatch(headers['content-security-policy'], /unsafe|https?:|\*/)
    t.match(headers, { 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    t.equal(headers['x-powered-by'], undefined)
    t.equal(headers['strict-transport-security'], undefined, 'not over plain http on a laptop')
  }
  const { body } = await ask('/subtasks/')
  noInline(t, body)
  noInline(t, (await ask('/nothing')).body)
})

t.test('the stylesheet and the icon are there, for a long time', async t => {
  const { body } = await ask('/subtasks/')
  const links = [...body.matchAll(/<link[^>]*href="([^"]*)"/g)].map(([, href]) => href ?? '')
  t.ok(links.length >= 2)
  for (const href of links) {
    const response = await ask(href)
    t.match(response, { statusCode: 200, headers: { 'cache-control': /immutable/ } }, href)
  }
  for (const url of ['/assets/', '/assets/../layout.eta', '/assets/%2e%2e/layout.eta', '/assets/layout.eta']) t.not((await ask(url)).statusCode, 200, url)
})

t.test('health answers on any host and tells nothing', async t => {
  for (const host of ['tenant-0.localhost', 'nobody.localhost', 'example.com', '10.0.0.1:8080']) {
    for (const url of ['/health/live', '/health/ready']) t.match(await ask(url, { host }), { statusCode: 200, body: '{"status":"ok"}' }, `${host}${url}`)
  }
})

function noInline (t: Test, body: string): void {
  t.notMatch(body, /<script(?! src="\/assets\/[^"]*" defer><\/script>)|<style|\sstyle="|\son[a-z]+="|javascript:|https?:\/\/(?!www\.w3\.org)/i, 'nothing that the policy would block, nothing from elsewhere')
  t.match(body, /<html lang="en"/)
}
