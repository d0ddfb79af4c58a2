import { gzipSync } from 'node:zlib'
import t from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import { adminOf, asRole, isClosed, placeTenants, seedTenants, tenancy, testApp, testDatabase } from './support.ts'
import { peopleOfAll, visitorsOf } from './visitors.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 3, subtasks: 60 })
await peopleOfAll(database)
await asRole(database.admin, async query => {
  await query('set search_path = rowhouse')
  // In tenant-1: names, numbers, tasks, projects and states that are each in an order of their own.
  await query("insert into project (account_id, name) values (2, 'A first project')")
  await query("insert into task (account_id, project_id, name) select 2, max(id), 'A first task' from project where account_id = 2")
  await query('update subtask set task_id = (select max(id) from task where account_id = 2) where account_id = 2 and id % 5 = 0')
  await query('update subtask set name = md5(name) where account_id = 2')
  await query("update subtask set details = 'a needle in it' where account_id = 2 and id % 7 = 0")
})
await placeTenants(database)
const { app } = await testApp(t, database)
const { ask } = visitorsOf(app)
const asked = { slug: 'tenant-1' }
const admin = await adminOf(database, 'tenant-1')

const text = ({ body }: LightMyRequestResponse): string => body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
const idsIn = ({ body }: LightMyRequestResponse): number[] => [...body.matchAll(/data-label="Subtask">(\d+)</g)].map(([, id]) => Number(id))
const hrefs = ({ body }: LightMyRequestResponse): string[] => [...body.matchAll(/href="(\/subtasks\/[^"]*)"/g)].map(([, href]) => (href ?? '').replaceAll('&amp;', '&'))
/** The ids that an unoptimised query gives, as a superuser. */
async function plainly (condition: string, order: string): Promise<number[]> {
  const rows = await asRole(admin, async query => await query(`
    select subtask.id from rowhouse.subtask join rowhouse.task on task.account_id = subtask.account_id and task.id = subtask.task_id
    join rowhouse.project on project.account_id = task.account_id and project.id = task.project_id
    where subtask.account_id = 2 and ${condition} order by ${order}`))
  return rows.map(({ id }) => Number(id))
}
const [firstProject] = await asRole(admin, async query => await query("select id from rowhouse.project where account_id = 2 and name = 'A first project'"))
const project = Number(firstProject?.['id'])

/** Goes from page to page by the links that each has. */
async function goThrough (url: string): Promise<{ ids: number[], pages: number }> {
  const ids: number[] = []
  let pages = 0
  for (let next: string | undefined = url; next !== undefined && pages < 20; pages++) {
    const page: LightMyRequestResponse = await ask(next, asked)
    if (page.statusCode !== 200) throw new Error(`${next}: ${page.statusCode}`)
    ids.push(...idsIn(page))
    next = /rel="next" href="([^"]+)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&')
  }
  return { ids, pages }
}

t.test('each column but the details can be sorted by, either way, over all pages', async t => {
  const orders: Array<[string, string]> = [
    ['', 'subtask.name, subtask.id'], ['-name', 'subtask.name desc, subtask.id desc'],
    ['id', 'subtask.id'], ['-id', 'subtask.id desc'],
    ['task', 'task.name, task.id, subtask.name, subtask.id'], ['-task', 'task.name desc, task.id desc, subtask.name desc, subtask.id desc'],
    ['project', 'project.name, project.id, task.name, task.id, subtask.name, subtask.id'],
    ['-project', 'project.name desc, project.id desc, task.name desc, task.id desc, subtask.name desc, subtask.id desc'],
    ['state', 'subtask.is_complete, subtask.name, subtask.id'], ['-state', 'subtask.is_complete desc, subtask.name desc, subtask.id desc']
  ]
  for (const [sort, order] of orders) {
    const url = `/subtasks/${sort === '' ? '' : `?sort=${sort}`}`
    const { ids, pages } = await goThrough(url)
    t.strictSame(ids, await plainly('true', order), url)
    t.equal(pages, 6)
    const last = await ask(`/subtasks/?${sort === '' ? '' : `sort=${sort}&`}page=last`, asked)
    t.strictSame(idsIn(last), ids.slice(-10), 'the last page, from its end')
  }
  const byTask = await ask('/subtasks/?sort=task', asked)
  t.equal(byTask.body.match(/aria-sort="ascending"/g)?.length, 1)
  t.match(byTask.body, /<th scope="col" aria-sort="ascending"><a href="\/subtasks\/\?sort=-task">Task<\/a>/, 'the heading turns it round')
  t.match((await ask('/subtasks/?sort=-task', asked)).body, /<th scope="col" aria-sort="descending"><a href="\/subtasks\/\?sort=task">Task<\/a>/)
  t.match((await ask('/subtasks/', asked)).body, /<th scope="col" aria-sort="ascending"><a href="\/subtasks\/\?sort=-name">Name<\/a>/)
})

t.test('what is done or not, in a project, or has words can be picked out, alone and together', async t => {
  const found = "subtask.id in (select id from rowhouse.subtask where details like '%needle%')"
  const inProject = `task.project_id = ${project}`
  for (const [query, condition, order] of [
    ['state=open', 'not subtask.is_complete', 'subtask.name, subtask.id'],
    ['state=done', 'subtask.is_complete', 'subtask.name, subtask.id'],
    [`project=${project}`, inProject, 'subtask.name, subtask.id'],
    ['search=needle', found, 'subtask.name, subtask.id'],
    ['search=NEEDLE&state=open&sort=-id', `${found} and not subtask.is_complete`, 'subtask.id desc'],
    [`search=needle&project=${project}&sort=project`, `${found} and ${inProject}`, 'project.name, project.id, task.name, task.id, subtask.name, subtask.id'],
    [`state=done&project=${project}&sort=task&size=25`, `subtask.is_complete and ${inProject}`, 'task.name, task.id, subtask.name, subtask.id']
  ] as const) {
    const { ids } = await goThrough(`/subtasks/?${query}`)
    t.strictSame(ids, await plainly(condition, order), query)
    t.match(text(await ask(`/subtasks/?${query}`, asked)), new RegExp(`${ids.length} subtasks? found`), query)
  }
  const none = await ask('/subtasks/?search=zebra', asked)
  t.match(text(none), /\(No results\)/)
  t.match(none.body, /No subtask is like that\. <a href="\/subtasks\/">Show all of them<\/a>/)
  t.notMatch(none.body, /<select name="project"/, 'projects are on the page for whoever chooses one')
  const choice = /href="([^"]+)">One project&hellip;/.exec((await ask('/subtasks/?state=open&sort=-id', asked)).body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  t.equal(choice, '/subtasks/?state=open&sort=-id&choose=project')
  const choosing = await ask(choice, asked)
  t.match(choosing.body, new RegExp(`<option value="${project}" dir="auto">A first project</option>`))
  t.match(choosing.body, /<option value="open" selected>/)
  t.match((await ask(`/project/${project}/`, asked)).body, new RegExp(`href="/subtasks/\\?project=${project}"`), 'a project leads to its subtasks')
})

t.test('the form says what is shown, and the address all that differs from the usual', async t => {
  const page = await ask(`/subtasks/?search=needle&state=open&project=${project}&sort=-id&size=25`, asked)
  for (const place of ['value="needle"', '<option value="open" selected>', `<option value="${project}" selected`, '<option value="-id" selected>', '<input type="hidden" name="size" value="25">']) t.ok(page.body.includes(place), place)
  t.match(page.body, /href="\/subtasks\/\?sort=-id&amp;size=25">Show all</, 'what is picked out goes, the order and the size stay')
  for (const [sent, address] of [
    ['/subtasks/?search=&state=&project=&sort=name', '/subtasks/'],
    ['/subtasks/?search=needle&state=done&project=7&sort=name', '/subtasks/?search=needle&state=done&project=7'],
    ['/subtasks/?search=needle&state=&project=&sort=-id&size=25', '/subtasks/?search=needle&sort=-id&size=25'],
    ['/subtasks/?page=3&state=&sort=id', '/subtasks/3/?sort=id'],
    ['/subtasks/2/?state=done&search=', '/subtasks/2/?state=done']
  ] as const) t.match(await ask(sent, asked), { statusCode: 302, headers: { location: address } }, sent)
  for (const href of hrefs(await ask('/subtasks/2/?state=open&sort=-id', asked))) {
    t.equal((await ask(href, asked)).statusCode, 200, `${href} is there`)
  }
})

t.test('a page has as many rows as one likes, and goes on at the row that one was at', async t => {
  const all = await plainly('true', 'subtask.name, subtask.id')
  for (const size of [25, 50, 100]) t.strictSame(idsIn(await ask(`/subtasks/?size=${size}`, asked)), all.slice(0, size))
  const fourth = await ask('/subtasks/4/', asked)
  t.match(fourth.body, /<span aria-current="true">10 a page<\/span>/)
  const larger = /href="(\/subtasks\/[^"]*)" aria-label="25 a page"/.exec(fourth.body)?.[1] ?? ''
  t.equal(larger, '/subtasks/2/?size=25')
  t.ok(idsIn(await ask(larger, asked)).includes(idsIn(fourth)[0] ?? 0))
  t.match(text(await ask('/subtasks/3/?size=25', asked)), /Page 3 of 3/)
  t.notMatch((await ask('/subtasks/', asked)).body, /class="jump"/, 'six pages need no jump')
})

t.test('in a long list one sees where one is, and jumps to any page of what one has asked for', async t => {
  await asRole(admin, async query => { await query("insert into rowhouse.subtask (account_id, task_id, name, is_complete) select 2, max(task.id), 'filler ' || number, true from rowhouse.task, generate_series(1, 3000) as number where account_id = 2 group by number") })
  const page = await ask('/subtasks/150/?state=done', asked)
  t.match(text(page), /Page 150 of 303/)
  t.match(page.body, /<progress class="position" max="303" value="150" aria-hidden="true">/)
  t.match(page.body, /aria-label="Page 71"/, 'the middle of a long way')
  t.match(page.body, /<input type="hidden" name="state" value="done">\s*<label>Go to page <input name="page"/)
  t.match(text(await ask('/subtasks/?state=done&page=77', asked)), /Page 77 of 303/)
  for (const [locale, number] of [['en', '1,00'], ['de', '77'], ['ar-EG', '٧٧'], ['hi', '७७'], ['fr', '0 077'], ['de-CH', '0’077']] as const) {
    const { statusCode, body } = await ask(`/subtasks/?${new URLSearchParams({ state: 'done', page: number }).toString()}`, asked)
    t.equal(/Page 77 of 303/.test(body), number !== '1,00', `${locale}: ${number}`)
    t.equal(statusCode, number === '1,00' ? 404 : 200)
  }
  await asRole(admin, async query => { await query("delete from rowhouse.subtask where account_id = 2 and name like 'filler %'") })
})

t.test('a page past the end says where the end is, and keeps what was asked for', async t => {
  const missing = await ask(`/subtasks/?state=open&project=${project}&sort=-id&page=304`, asked)
  const pages = Math.ceil((await plainly(`not subtask.is_complete and project.id = ${project}`, 'subtask.id')).length / 10)
  t.match(missing, { statusCode: 404, body: new RegExp(`role="alert" id="page-mistake">There is no page 304; the last one is ${pages}\\. <a href="/subtasks/\\?state=open&amp;project=${project}&amp;sort=-id&amp;page=last">`) })
  for (const place of ['<option value="open" selected>', '<option value="-id" selected>', `<option value="${project}" selected`]) t.ok(missing.body.includes(place), place)
  t.notMatch(missing.body.slice(missing.body.indexOf('<main')), /<table|rel="next"|rel="prev"|aria-current="page"/)
  t.equal((await ask(`/subtasks/?state=open&project=${project}&sort=-id&page=last`, asked)).statusCode, 200)
})

t.test('what is no number of a page is there still, with the end of the list and what was asked for', async t => {
  for (const [typed, shown] of [['0', '0'], ['1.5', '1.5'], [' . ', ' . '], ['  ', '  '], ['<b>"', '&lt;b&gt;&quot;'], ['\u202e1', '\\u202e1'], ['12x', '12x']] as const) {
    const answer = await ask(`/subtasks/?${new URLSearchParams({ state: 'done', sort: '-id', page: typed }).toString()}`, asked)
    t.equal(answer.statusCode, 404, typed)
    t.ok(answer.body.includes(`id="page-mistake">There is no page <bdi>${shown}</bdi>; the last one is `), typed)
    for (const place of ['<option value="done" selected>', '<option value="-id" selected>', 'href="/subtasks/?state=done&amp;sort=-id&amp;page=last">']) t.ok(answer.body.includes(place), place)
    t.notMatch(answer.body.slice(answer.body.indexOf('<main')), /<table|rel="next"|aria-current="page"/)
    t.match(await ask(`/subtasks/?page=${encodeURIComponent(typed)}`, { ...asked, accept: 'application/json' }), { statusCode: 404, headers: { 'content-type': /problem\+json/ } })
  }
  if (tenancy === 'single-schema') t.match(await ask('/subtasks/?page=none', { slug: '' }), { statusCode: 404, body: /There is no page <bdi>none<\/bdi>[^]*value="none" aria-invalid="true" aria-describedby="page-mistake" autofocus>/ })
})

t.test('words that cannot be searched for are said to be so, and stay in the form', async t => {
  for (const [words, why] of [['!!', 'takes words'], ['x'.repeat(201), 'takes at most 200 characters'], ['x'.repeat(5000), 'takes at most 200 characters'], ['a\0b', 'has a character that cannot be searched for']] as const) {
    const page = await ask(`/subtasks/?${new URLSearchParams({ search: words, state: 'open' }).toString()}`, asked)
    t.equal(page.statusCode, 400)
    t.match(page.body, new RegExp(`role="alert" id="search-mistake">Whole words: ${why}\\.`))
    t.match(page.body, /<caption>Nothing was searched for<\/caption>/)
    t.notMatch(page.body, /0 subtasks|No results/)
    t.match(page.body, /aria-invalid="true" aria-describedby="search-mistake"/)
    if (words !== 'a\0b') t.ok(page.body.includes(`value="${words}"`))
    t.match(page.body, /<option value="open" selected>/)
    t.strictSame(idsIn(page), [])
    t.notMatch(hrefs(page).join(), /search=/, 'no address leads back to them')
  }
  if (isClosed) {
    const stranger = await app.inject({ url: '/subtasks/?search=!!', headers: { host: 'tenant-1.localhost', accept: 'text/html', cookie: `session=${'A'.repeat(43)}` } })
    t.match(stranger, { statusCode: 303, headers: { location: /^\/sign-in\// } }, 'to nobody who is not let in')
  }
})

t.test('an address that asks for what the list does not have is no page', async t => {
  for (const query of ['sort=details', 'sort=name;drop', 'sort=-', 'size=11', 'size=1000', 'size=-1', 'state=all', 'state=x', 'project=0', 'project=x', 'project=1e3', 'choose=task']) {
    t.equal((await ask(`/subtasks/?${query}`, asked)).statusCode, 404, query)
  }
  t.match((await ask('/subtasks/?sort=id&sort=-id', asked)).body, /aria-sort="descending"/, 'of several the last one counts')
})

t.test('no filter, order or word reaches another account, and its projects are projects that are not there', async t => {
  const { body: unknown } = await ask('/subtasks/?project=888888888', asked)
  if (tenancy === 'single-schema') {
    const [other] = await asRole(database.admin, async query => await query('select min(id) as id from rowhouse.project where account_id = 1'))
    const refused = await ask(`/subtasks/?project=${String(other?.['id'])}`, asked)
    t.equal(refused.statusCode, 404)
    const plain = (html: string): string => html.replace(/[\w-]{36}/g, '')
    t.equal(plain(refused.body), plain(unknown), 'and nothing tells them apart')
  }
  for (const query of ['search=details', 'search=tenant&sort=-project', 'state=open&sort=-task&size=100', 'sort=-id&size=100', 'sort=project&size=100', "search='+or+true+--", 'search=@1']) {
    t.notMatch((await ask(`/subtasks/?${query}`, asked)).body.replace(/<input name="search"[^>]*>/, ''), /tenant-[02]/, query)
  }
})

t.test('the operator\'s list is in one order, and whole: it says so to whoever asks for more, and has as many rows a page as one likes', { skip: tenancy === 'multiple-databases' }, async t => {
  for (const query of ['sort=id', 'state=open', 'project=1', 'search=x']) t.match(await ask(`/subtasks/?${query}`, { slug: '' }), { statusCode: 404, body: /neither filtered nor sorted/ }, query)
  const page = await ask('/subtasks/2/?size=50', { slug: '' })
  t.match(text(page), /Page 2 of 4/)
  t.notMatch(page.body, /class="filters"|aria-sort/)
  t.match(page.body, /class="jump"|rel="next"/)
})

t.test('a page of ten rows is small, however long their details and the names of the projects', async t => {
  await asRole(admin, async query => {
    await query("update rowhouse.subtask set details = (select string_agg(md5(subtask.id::text || number::text), ' ') from generate_series(1, 3000) as number) where account_id = 2")
    await query("insert into rowhouse.project (account_id, name) select 2, left('Project ' || encode(sha512(number::text::bytea), 'hex') || encode(sha512((-number)::text::bytea), 'hex'), 255) from generate_series(1, 80) as number")
  })
  const { body } = await ask('/subtasks/?choose=project', asked)
  t.match(body, /Here are the first 50 projects/)
  const { length } = gzipSync(body)
  t.ok(length < 30_000, `${length} bytes, compressed`)
})
