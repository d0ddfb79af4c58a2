import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import { adminOf, asRole, placeTenants, seedTenants, tenancy, testApp, testDatabase, until } from './support.ts'
import { cookieOf, peopleOfAll, tokenIn, visitorsOf } from './visitors.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 3, subtasks: 4 })
await peopleOfAll(database)
await asRole(database.admin, async query => { await query("insert into rowhouse.account (slug, name) values ('empty', 'Empty & Co')") })
await placeTenants(database)
const { app } = await testApp(t, database)
const { ask, send } = visitorsOf(app)

const text = ({ body }: LightMyRequestResponse): string => body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
const notice = ({ body }: LightMyRequestResponse): string | undefined => /role="status">([^<]*)</.exec(body)?.[1]
const mistake = ({ body }: LightMyRequestResponse): string | undefined => /role="alert"[^>]*>([^<]*)</.exec(body)?.[1]
/** The fields of a page's forms for a row, and how each is marked. */
const fieldsIn = ({ body }: LightMyRequestResponse): Array<{ name: string, isWrong: boolean, isFocused: boolean, description: string | undefined }> => [...body.matchAll(/<(?:input|textarea) id="[^"]*" name="(name|details)"[^>]*>/g)].map(([tag, name = '']) => ({
  name,
  isWrong: tag.includes('aria-invalid="true"'),
  isFocused: / autofocus>$/.test(tag),
  description: new RegExp(`id="${/aria-describedby="([^"]*)"/.exec(tag)?.[1] ?? 'none'}">([^<]*)<`).exec(body)?.[1]
}))
const placeOf = ({ headers }: LightMyRequestResponse): string => String(headers.location)
/** Sends a form of a page and goes where that leads, as a browser does. */
async function follow (t: Test, url: string, form: Record<string, string>, page: string, slug = 'tenant-0'): Promise<{ page: LightMyRequestResponse, path: string }> {
  const answer = await send(url, form, { page, slug })
  t.equal(answer.statusCode, 303, `${url}: ${answer.body.slice(0, 200)}`)
  const path = placeOf(answer)
  return { page: await ask(path, { slug, cookie: cookieOf(answer) }), path: path.split('?')[0] ?? '' }
}

/** Deletes a row by the form of its page, with all that this says. */
async function followDeletion (t: Test, path: string): ReturnType<typeof follow> {
  return await follow(t, `${path}delete/`, { sure: 'yes', ...partsOn(await ask(path)) }, path)
}

/** How much belongs to a row, as its form of deletion says. */
function partsOn ({ body }: LightMyRequestResponse): { parts?: string } {
  const parts = /name="parts" value="(\d+)"/.exec(body)?.[1]
  return parts === undefined ? {} : { parts }
}

/** The first row of a kind that an account has. */
async function firstOf (kind: 'project' | 'task' | 'subtask', slug: string): Promise<{ id: number, name: string }> {
  const [row] = await asRole(await adminOf(database, slug), async query =>
    await query(`select listed.id, listed.name from rowhouse.${kind} as listed join rowhouse.account on account.id = account_id where slug = $1 order by listed.id limit 1`, [slug]))
  return { id: Number(row?.['id']), name: String(row?.['name']) }
}

t.test('a project, its tasks and their subtasks are made, changed, done and deleted, and each act is told once', async t => {
  const made = await follow(t, '/projects/', { name: 'Summer & sea', details: 'first\r\nsecond' }, '/projects/')
  t.match(made.page.body, /<h1 dir="auto">Summer &amp; sea<\/h1>/)
  t.match(made.page.body, /first\nsecond/, 'a line ends as it was typed')
  t.match(notice(made.page), /^The project is there/)
  t.match(text(made.page), /No tasks yet/)

  const added = await follow(t, `${made.path}tasks/`, { name: 'Pack', details: '' }, made.path)
  t.match(added.page.body, /role="status">The task is added: <a href="\/task\/\d+\/" dir="auto">Pack<\/a></)
  t.match(text(added.page), /0 of 1 task done/)
  const task = /href="(\/task\/\d+\/)"/.exec(added.page.body)?.[1] ?? ''

  const step = await follow(t, `${task}subtasks/`, { name: 'Towels', details: 'two' }, task)
  t.match(text(step.page), /0 of 1 subtask done/)
  const subtask = /href="(\/subtask\/\d+\/)"/.exec(step.page.body)?.[1] ?? ''
  const done = await follow(t, `${subtask}complete/`, { list: 'open' }, task)
  t.match(done.page.body, /role="status">The subtask is done: <a href="\/subtask\/\d+\/" dir="auto">Towels<\/a></)
  t.match(text(done.page), /1 of 1 subtask done/)
  t.match(text(done.page), /No subtasks are open/, 'one comes back to the part of the list that one came from')
  t.match(notice((await follow(t, `${subtask}reopen/`, {}, subtask)).page), /open again/)

  const changed = await follow(t, subtask, { name: 'Bath towels', details: '' }, subtask)
  t.match(changed.page.body, /<h1 dir="auto">Bath towels<\/h1>/)
  t.equal((await ask(subtask)).body.includes('>two<'), false)
  t.equal(notice((await follow(t, `${task}complete/`, {}, task)).page), 'The task is done.')
  t.match(text((await follow(t, `${task}reopen/`, { list: 'all' }, made.path)).page), /0 of 1 task done/)
  t.equal(notice((await follow(t, task, { name: 'Pack all', details: 'x' }, task)).page), 'The task is changed.')
  t.equal(notice((await follow(t, made.path, { name: 'Summer', details: '' }, made.path)).page), 'The project is changed.')

  t.match(text(await ask(made.path)), /Delete it with its task and the subtasks of that/)
  t.equal(notice((await followDeletion(t, subtask)).page), 'The subtask is deleted.')
  t.equal((await ask(subtask)).statusCode, 404)
  await follow(t, `${task}subtasks/`, { name: 'Again', details: '' }, task)
  const gone = await followDeletion(t, made.path)
  t.equal(gone.path, '/projects/')
  t.equal(notice(gone.page), 'The project is deleted, with its tasks.')
  for (const path of [made.path, task]) t.equal((await ask(path)).statusCode, 404)
  const other = await follow(t, '/projects/', { name: 'Second', details: '' }, '/projects/')
  await follow(t, `${other.path}tasks/`, { name: 'Only', details: '' }, other.path)
  const only = /href="(\/task\/\d+\/)"/.exec((await ask(other.path)).body)?.[1] ?? ''
  t.equal((await followDeletion(t, only)).path, other.path)
  await followDeletion(t, other.path)
})

t.test('what was done is said once, by the page that follows, and by no address', async t => {
  const { id } = await firstOf('project', 'tenant-0')
  const project = `/project/${id}/`
  const added = await send(`${project}tasks/`, { name: 'Said & once', details: '' }, { page: project })
  t.match(added, { statusCode: 303, headers: { location: project, 'cache-control': 'private, no-store' } })
  t.match(String(added.headers['set-cookie']), /^notice=task\.added\.\d+; Max-Age=60; Path=\/; HttpOnly; SameSite=Lax$/, 'a name and an id, for a minute, of this host alone')
  const cookie = cookieOf(added)
  t.equal((await ask('/subtasks/', { cookie })).headers['set-cookie'], undefined, 'a page without a place for it leaves it to the next one')
  const said = await ask(project, { cookie })
  t.match(said.body, /role="status">The task is added: <a href="\/task\/\d+\/" dir="auto">Said &amp; once<\/a></, 'with a link, wherever in the list it is')
  t.match(said.headers, { 'set-cookie': /^notice=; Max-Age=0; Path=\//, 'cache-control': 'private, no-store' })
  t.equal(notice(await ask(project)), undefined)
  const task = /\d+$/.exec(cookie)?.[0] ?? ''

  for (const url of ['/projects/?done=deleted', `${project}?done=added`, `/task/${task}/?done=task-completed`]) t.match([await ask(url)].map(answer => [answer.statusCode, notice(answer)]), [[200, undefined]], url)
  for (const value of ['task.completed.x', 'task.__proto__', 'task.constructor.1', 'task.hasOwnProperty', 'nothing.added.1', 'person.removed', 'constructor.name', '<b>owned</b>', '%00', 'task.added.99999999999999999999']) {
    const answer = await ask(project, { cookie: `notice=${value}` })
    t.match([answer.statusCode, notice(answer), answer.headers['set-cookie']], [200, undefined, undefined], value)
  }
  t.equal(notice(await ask(project, { cookie: `notice=project.changed.${id + 1}` })), undefined, 'what was done to one row is not said of another')
  const others = tenancy === 'single-schema' ? (await firstOf('task', 'tenant-1')).id : 999_999
  for (const nobodys of [others, 888_888]) t.match((await ask(project, { cookie: `notice=task.completed.${nobodys}` })).body, /role="status">The task is done\.<\/p>/, 'and none of another account\'s is named')
  await followDeletion(t, `/task/${task}/`)
})

t.test('a form with a mistake says what is wrong and keeps what was typed', async t => {
  const { id } = await firstOf('project', 'tenant-0')
  const { id: task } = await firstOf('task', 'tenant-0')
  const { id: subtask } = await firstOf('subtask', 'tenant-0')
  for (const [url, page] of [['/projects/', '/projects/'], [`/project/${id}/`, `/project/${id}/`], [`/project/${id}/tasks/`, `/project/${id}/`], [`/task/${task}/`, `/task/${task}/`], [`/task/${task}/subtasks/`, `/task/${task}/`], [`/subtask/${subtask}/`, `/subtask/${subtask}/`]] as const) {
    const long = 'x'.repeat(256)
    for (const [name, why] of [['', /^Name: takes 1 to 255 characters/], ['   ', /^Name: takes more than spaces/], [long, /^Name: takes 1 to 255/]] as const) {
      const answer = await send(url, { name, details: 'kept & <kept>' }, { page })
      t.equal(answer.statusCode, 400, url)
      t.match(mistake(answer), why, url)
      t.equal(answer.body.split('kept &amp; &lt;kept&gt;').length, 2, `${url} has what was typed, once and as text`)
    }
    for (const [form, wrong] of [
      [{ name: '', details: 'right' }, { name: /^Name: takes 1 to 255 characters\.$/ }],
      [{ name: 'a\0b', details: 'right' }, { name: /^Name: has a character that cannot be stored\.$/ }],
      [{ name: 'right', details: 'a\0b' }, { details: /^Details: has a character that cannot be stored\.$/ }],
      [{ name: 'right', details: 'x'.repeat(100_001) }, { details: /^Details: takes at most 100000 characters\.$/ }],
      [{ name: '   ', details: 'a\0b' }, { name: /^Name: takes more than spaces\.$/, details: /^Details: has a character/ }]
    ] as const) {
      const answer = await send(url, form, { page })
      t.equal(answer.statusCode, 400, url)
      t.match(answer.body, /<title>Mistake: /)
      t.strictSame(fieldsIn(answer).filter(({ isWrong }) => isWrong).map(({ name }) => name), Object.keys(wrong), `${url}: what is wrong is marked, and nothing else`)
      for (const [name, why] of Object.entries(wrong)) t.match(fieldsIn(answer).find(field => field.isWrong && field.name === name)?.description, why, `${url}: ${name} is described by its own mistake`)
      t.strictSame(fieldsIn(answer).filter(({ isFocused }) => isFocused).map(({ name }) => name), Object.keys(wrong).slice(0, 1), `${url}: the first wrong field has the focus`)
    }
    t.strictSame(fieldsIn(await ask(page)).filter(({ isWrong, isFocused }) => isWrong || isFocused), [], 'and none before that')
  }
  t.match(await firstOf('project', 'tenant-0'), { id }, 'and nothing was changed')
})

t.test('nothing is deleted by a form that does not say that this is meant, and each says what would go', async t => {
  const made = await follow(t, '/projects/', { name: 'To be deleted', details: '' }, '/projects/')
  const counted = async (path: string): Promise<string | undefined> => /name="sure"[^>]*> <span>([^<]*)</.exec((await ask(path)).body)?.[1]
  t.equal(await counted(made.path), 'Delete it: it has no tasks')
  for (const name of ['One', 'Two']) await follow(t, `${made.path}tasks/`, { name, details: '' }, made.path)
  const task = /href="(\/task\/\d+\/)"/.exec((await ask(made.path)).body)?.[1] ?? ''
  t.equal(await counted(made.path), 'Delete it with its 2 tasks and all their subtasks')
  t.equal(await counted(task), 'Delete it: it has no subtasks')
  for (const name of ['A', 'B', 'C']) await follow(t, `${task}subtasks/`, { name, details: '' }, task)
  t.equal(await counted(task), 'Delete it with its 3 subtasks')
  const subtask = /href="(\/subtask\/\d+\/)"/.exec((await ask(task)).body)?.[1] ?? ''
  t.equal(await counted(subtask), 'Delete this one subtask')
  for (const path of [made.path, task, subtask]) {
    t.match((await ask(path)).body, /<details class="change">\s*<summary>Delete this \w+…<\/summary>/, `${path}: the form has to be opened first`)
    for (const form of [{}, { sure: '' }, { sure: 'no' }, { sure: 'yes ' }] as Array<Record<string, string>>) {
      const answer = await send(`${path}delete/`, form, { page: path })
      t.equal(answer.statusCode, 400, path)
      t.match(answer.body, /<details class="change" open>\s*<summary>Delete this[^]*<p class="wrong" role="alert" id="delete-mistake">Nothing is removed yet: tick this first\.<\/p>\s*<label class="sure"><input type="checkbox" name="sure" value="yes" required aria-invalid="true" aria-describedby="delete-mistake" autofocus>/)
      t.equal(answer.body.split('aria-invalid').length, 2, 'and nothing else is wrong')
      t.equal((await ask(path)).statusCode, 200, `${path} is there still`)
    }
  }
  for (const path of [subtask, task, made.path]) await followDeletion(t, path)
  t.equal((await ask(made.path)).statusCode, 404)
})

t.test('nothing is deleted that was added after the form of deletion was read', async t => {
  const project = await follow(t, '/projects/', { name: 'Grows', details: '' }, '/projects/')
  const formOfProject = await ask(project.path)
  await follow(t, `${project.path}tasks/`, { name: 'Added meanwhile', details: '' }, project.path)
  const task = /href="(\/task\/\d+\/)"/.exec((await ask(project.path)).body)?.[1] ?? ''
  const formOfTask = await ask(task)
  await follow(t, `${task}subtasks/`, { name: 'Added meanwhile, too', details: '' }, task)
  for (const [path, form, label] of [[project.path, formOfProject, 'Delete it with its task and the subtasks of that'], [task, formOfTask, 'Delete it with its subtask']] as const) {
    t.strictSame(partsOn(form), { parts: '0' })
    for (const parts of [partsOn(form), {}, { parts: '' }, { parts: '-1' }, { parts: 'x' }, { parts: '0.5' }] as Array<Record<string, string>>) {
      const answer = await send(`${path}delete/`, { sure: 'yes', ...parts }, { page: path })
      t.equal(answer.statusCode, 409, `${path}: ${JSON.stringify(parts)}`)
      t.match(answer.body, /<title>Mistake: [^]*<details class="change" open>\s*<summary>Delete this[^]*id="delete-mistake">Nothing is deleted yet: more belongs to it than when you opened this page\. Tick this again if all of it is to go\.</)
      t.match(answer.body, new RegExp(`name="sure" value="yes" required aria-invalid="true" aria-describedby="delete-mistake" autofocus> <span>${label}<`))
      t.strictSame(partsOn(answer), { parts: '1' }, 'and the form says what would go now')
    }
    t.equal((await ask(path)).statusCode, 200, 'it is there still')
  }
  const subtask = /href="(\/subtask\/\d+\/)"/.exec((await ask(task)).body)?.[1] ?? ''
  await followDeletion(t, subtask)
  t.equal((await send(`${task}delete/`, { sure: 'yes', parts: '1' }, { page: task })).statusCode, 303, 'what has become less may go')
  t.equal((await send(`${project.path}delete/`, { sure: 'yes', parts: '1' }, { page: project.path })).statusCode, 303)
})

t.test('where something is added to a part while all is deleted, nothing is, and the form says so', async t => {
  const project = await follow(t, '/projects/', { name: 'Races', details: '' }, '/projects/')
  await follow(t, `${project.path}tasks/`, { name: 'Part', details: '' }, project.path)
  const task = /href="\/task\/(\d+)\/"/.exec((await ask(project.path)).body)?.[1] ?? ''
  const form = partsOn(await ask(project.path))
  await asRole(await adminOf(database, 'tenant-0'), async query => {
    await query('begin')
    await query("insert into rowhouse.subtask (account_id, task_id, name) select account_id, id, 'Added at that moment' from rowhouse.task where id = $1", [task])
    const deletion = send(`${project.path}delete/`, { sure: 'yes', ...form }, { page: project.path })
    await until(async () => {
      // A transaction goes on seeing what it saw first.
      await query('select pg_stat_clear_snapshot()')
      return (await query("select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ 'delete from'")).length > 0
    })
    await query('commit')
    const answer = await deletion
    t.equal(answer.statusCode, 409)
    t.match(answer.body, /id="delete-mistake">Nothing is deleted yet: more belongs to it/)
  })
  t.match((await ask(`/task/${task}/`)).body, /Added at that moment/)
  await followDeletion(t, project.path)
})

t.test('details take 100,000 characters, however long they are on the way, and what is too long is still there', async t => {
  for (const character of ['\u{1f3e0}', '\n', '+', 'é']) {
    const made = await follow(t, '/projects/', { name: '\u{1f3e0}'.repeat(255), details: character.repeat(99_999) + 'x' }, '/projects/')
    const [row] = await asRole(await adminOf(database, 'tenant-0'), async query => await query('select details from rowhouse.project where id = $1', [/\d+/.exec(made.path)?.[0]]))
    t.ok(row?.['details'] === character.repeat(99_999) + 'x', JSON.stringify(character))
    await followDeletion(t, made.path)
  }
  const late = await send('/projects/', { name: '', details: '\u{1f3e0}'.repeat(100_000) }, { page: '/projects/' })
  t.equal(late.statusCode, 400)
  t.equal(late.body.split('\u{1f3e0}').length, 100_001)
})

t.test('whoever changes what somebody else has changed meanwhile is told, and loses nothing', async t => {
  const { id, name } = await firstOf('project', 'tenant-1')
  const page = `/project/${id}/`
  const before = await ask(page, { slug: 'tenant-1' })
  const seen = /name="seen" value="([^"]+)"/.exec(before.body)?.[1] ?? ''
  await follow(t, page, { name: `${name}, changed`, details: '', seen }, page, 'tenant-1')
  const late = await send(page, { name: 'mine', details: 'typed by me', seen }, { page, slug: 'tenant-1' })
  t.equal(late.statusCode, 409)
  t.match(late.body, /<p class="wrong" role="alert" tabindex="-1" autofocus>Somebody else has changed this/)
  t.match(late.body, /<title>Not saved: /)
  t.strictSame(fieldsIn(late).filter(({ isWrong, isFocused }) => isWrong || isFocused), [], 'and no field is wrong')
  t.match(late.body, new RegExp(`<h1 dir="auto">${name}, changed</h1>`), 'what is there')
  t.match(late.body, /value="mine"/)
  t.match(late.body, /typed by me/)
  const fresh = /name="seen" value="([^"]+)"/.exec(late.body)?.[1] ?? ''
  t.not(fresh, seen)
  t.match((await follow(t, page, { name: 'mine', details: '', seen: fresh }, page, 'tenant-1')).page.body, /<h1 dir="auto">mine<\/h1>/, 'and once they have seen it, theirs is taken')
})

t.test('rows of another account are rows that are not there, whatever is asked of them', async t => {
  const everything = async (): Promise<unknown> => await asRole(await adminOf(database, 'tenant-1'), async query => await query(`
    select (select json_agg(project order by id) from rowhouse.project where account_id = 2) as projects, (select json_agg(task order by id) from rowhouse.task where account_id = 2) as tasks,
      (select json_agg(subtask order by id) from rowhouse.subtask where account_id = 2) as subtasks`))
  const before = await everything()
  // Where each account has a database of its own, ids of one are ids of the other, too: there, what is not there has an id that nobody has.
  const idOf = async (kind: 'project' | 'task' | 'subtask'): Promise<number> => tenancy === 'single-schema' ? (await firstOf(kind, 'tenant-1')).id : 999_999
  for (const [kind, acts] of [['project', ['', 'tasks/', 'delete/']], ['task', ['', 'subtasks/', 'complete/', 'reopen/', 'delete/']], ['subtask', ['', 'complete/', 'reopen/', 'delete/']]] as const) {
    const path = `/${kind}/${await idOf(kind)}/`
    const nobodys = `/${kind}/888888888/`
    const read = await ask(path)
    t.equal(read.statusCode, 404, path)
    const plain = (body: string): string => body.replace(/[\w-]{36}/g, '')
    t.equal(plain(read.body), plain((await ask(nobodys)).body), 'and nothing tells them apart')
    for (const act of acts) t.match(await send(`${path}${act}`, { name: 'stolen', details: '' }, { page: '/projects/' }), { statusCode: 404 }, `POST ${path}${act}`)
  }
  t.strictSame(await everything(), before)
})

t.test('no form is taken from another account\'s page, another site or without its token', async t => {
  const form = { name: 'planted', details: '' }
  const token = tokenIn(await ask('/projects/', { slug: 'tenant-1' }))
  for (const [what, asked] of [
    ['no token', { form }],
    ['the token of another account', { form: { ...form, form_token: token } }],
    ['another site', { form: { ...form, form_token: tokenIn(await ask('/projects/')) }, headers: { 'sec-fetch-site': 'cross-site' } }],
    ['another account\'s host', { form: { ...form, form_token: tokenIn(await ask('/projects/')) }, headers: { origin: 'http://tenant-1.localhost' } }]
  ] as const) t.match(await ask('/projects/', { method: 'POST', ...asked }), { statusCode: 403 }, what)
  t.notMatch((await ask('/projects/')).body, /planted/)
  t.match(await app.inject({ method: 'POST', url: '/projects/', headers: { host: 'tenant-0.localhost', 'content-type': 'text/plain' }, payload: 'name=planted' }), { statusCode: 415 })
})

t.test('lists are searched, filtered and gone through, and say where there is nothing', async t => {
  const admin = await adminOf(database, 'tenant-2')
  await asRole(admin, async query => {
    await query("insert into rowhouse.project (account_id, name) select 3, 'Bulk ' || lpad(number::text, 3, '0') from generate_series(1, 60) as number")
    await query("insert into rowhouse.task (account_id, project_id, name, is_complete) select 3, (select min(id) from rowhouse.project where account_id = 3), 'Job ' || lpad(number::text, 3, '0'), number % 2 = 0 from generate_series(1, 60) as number")
  })
  const asked = { slug: 'tenant-2' }
  const names: string[] = []
  let url: string | undefined = '/projects/?search=Bulk'
  for (let page = 0; url !== undefined && page < 9; page++) {
    const answer: LightMyRequestResponse = await ask(url, asked)
    t.match(text(answer), /60 projects found/)
    names.push(...[...answer.body.matchAll(/<h2><a[^>]*>([^<]*)<\/a>/g)].map(([, name]) => name ?? ''))
    url = /rel="next" href="([^"]+)"/.exec(answer.body)?.[1]?.replaceAll('&amp;', '&')
  }
  t.strictSame(names, Array.from({ length: 60 }, (_, index) => `Bulk ${String(index + 1).padStart(3, '0')}`), 'every one, once, in order')
  t.match(text(await ask('/projects/?search=zebra', asked)), /No project has these words/)
  const { id } = await firstOf('project', 'tenant-2')
  const open = await ask(`/project/${id}/?state=open`, asked)
  t.match(open.body, /aria-current="page">Open</)
  t.match(open.body, /Job 001/)
  t.notMatch(open.body, /Job 002/)
  const next = /rel="next" href="([^"]+)"/.exec(open.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  t.match(next, /state=open/)
  t.match((await ask(next, asked)).body, /Job 05\d/)
  t.match(await ask(next, { slug: 'tenant-0' }), { statusCode: 400 }, 'what leads on in one account\'s list leads nowhere in another\'s')
  t.equal((await ask(`/project/${id}/?state=nonsense`, asked)).statusCode, 200)
  for (const [typed, why] of [['!!', 'takes words'], ['x'.repeat(201), 'takes at most 200 characters'], ['a\0b', 'has a character that cannot be searched for']] as const) {
    const answer = await ask(`/projects/?${new URLSearchParams({ search: typed }).toString()}`, asked)
    t.equal(answer.statusCode, 400, JSON.stringify(typed))
    t.equal(mistake(answer), `Search projects: ${why}.`)
    t.match(answer.body, /<title>Mistake: Projects/)
    t.ok(answer.body.includes(`value="${typed}" aria-invalid="true" aria-describedby="search-mistake" autofocus>`), 'what was typed is there still')
    t.notMatch(answer.body, /Bulk|projects? found|No project has these words/, 'and nothing is shown as if it had been found')
  }
  for (const url of ['/projects/?search=', '/projects/?search=zebra&search=']) t.match(text(await ask(url, asked)), /6\d projects/)
  t.match(text(await ask('/projects/', { slug: 'empty' })), /There are no projects yet\. Begin the first one below\./)
})

t.test('whoever does something in a long list comes back to the part of it that they were at', async t => {
  const asked = { slug: 'tenant-2' }
  const { id } = await firstOf('project', 'tenant-2')
  const hrefIn = (answer: LightMyRequestResponse): string => /rel="next" href="([^"]+)"/.exec(answer.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const hiddenIn = ({ body }: LightMyRequestResponse): Record<string, string> => Object.fromEntries([...body.matchAll(/name="(list|cursor)" value="([^"]*)"/g)].map(([, name, value]) => [name ?? '', value ?? '']))
  const tasksIn = ({ body }: LightMyRequestResponse): string[] => [...(body.split('class="checklist"')[1] ?? '').matchAll(/<a href="(\/task\/\d+\/)" dir="auto">Job \d+/g)].map(([, href]) => href ?? '')
  for (const state of ['', '?state=open']) {
    const part = hrefIn(await ask(`/project/${id}/${state}`, asked))
    const page = await ask(part, asked)
    const [, , task = ''] = tasksIn(page)
    const marked = await send(`${task}complete/`, hiddenIn(page), { ...asked, page: part })
    t.match(marked, { statusCode: 303, headers: { location: part } }, 'done')
    const after = await ask(part, { ...asked, cookie: cookieOf(marked) })
    t.match(after.body, new RegExp(`role="status">The task is done: <a href="${task}"`))
    t.equal(tasksIn(after).includes(task), state === '', 'it is there still, or named above')
    t.match(await send(`${task}reopen/`, hiddenIn(page), { ...asked, page: part }), { statusCode: 303, headers: { location: part } })
    const added = await send(`/project/${id}/tasks/`, { ...hiddenIn(page), name: 'A new one', details: '' }, { ...asked, page: part })
    t.match(added, { statusCode: 303, headers: { location: part } }, 'added')
    t.match((await ask(part, { ...asked, cookie: cookieOf(added) })).body, /The task is added: <a href="\/task\/\d+\/" dir="auto">A new one</, 'and it is found from there')
    const wrong = await send(`/project/${id}/tasks/`, { ...hiddenIn(page), name: ' ', details: '' }, { ...asked, page: part })
    t.ok(tasksIn(wrong).includes(task), 'a mistake, too, is told at that part')
    t.strictSame(hiddenIn(wrong), hiddenIn(page))
    t.match(await send(`/project/${id}/`, { ...hiddenIn(page), name: 'Renamed', details: '' }, { ...asked, page: part }), { headers: { location: part } }, 'changed')
    const own = await ask(task, asked)
    t.match(await send(`${task}complete/`, {}, { ...asked, page: task }), { headers: { location: task } }, 'from its own page to its own page')
    t.match(await send(task, { ...hiddenIn(own), name: 'Job 999', details: '' }, { ...asked, page: task }), { headers: { location: task } })
    for (const cursor of ['x', hiddenIn(await ask(hrefIn(await ask('/projects/', asked)), asked))['cursor'] ?? 'none', 'x'.repeat(5000)]) {
      const forged = await send(`${task}reopen/`, { ...hiddenIn(page), cursor }, { ...asked, page: part })
      t.match(forged, { statusCode: 303, headers: { location: /^\/(project|task)\/\d+\/(\?state=open)?$/ } }, 'a position that is none leads to no other place')
    }
    t.match((await send(`${task}reopen/`, { list: '//evil.example/' }, { ...asked, page: part })).headers, { location: task })
  }

  // The last part empties while one works through it.
  const { path } = await follow(t, '/projects/', { name: 'Worked through', details: '' }, '/projects/')
  const own = Number(/\d+/.exec(path)?.[0])
  await asRole(await adminOf(database, 'tenant-0'), async query => {
    await query("insert into rowhouse.task (account_id, project_id, name) select account_id, id, 'Job ' || lpad(number::text, 3, '0') from rowhouse.project cross join generate_series(1, 26) as number where account_id = (select id from rowhouse.account where slug = 'tenant-0') and project.id = $1", [own])
  })
  const last = await ask(hrefIn(await ask(`${path}?state=open`)))
  t.equal(tasksIn(last).length, 1)
  const emptied = await follow(t, `${tasksIn(last)[0]}complete/`, hiddenIn(last), path)
  t.equal(tasksIn(emptied.page).length, 25, 'all that is left is shown, not an empty part')
  await followDeletion(t, path)
})

t.test('what was typed into a form of a row that is deleted meanwhile is shown, to be copied', async t => {
  const form = { name: 'Typed & <b>', details: 'for\r\na while </textarea>' }
  const { path } = await follow(t, '/projects/', { name: 'Going', details: '' }, '/projects/')
  await followDeletion(t, path)
  for (const url of [path, `${path}tasks/`]) {
    const answer = await send(url, form, { page: '/projects/' })
    t.equal(answer.statusCode, 404, url)
    t.match(answer.body, /What you typed[^]*<label for="typed-Name">Name<\/label>\s*<textarea id="typed-Name" readonly[^>]*>\s*Typed &amp; &lt;b&gt;<\/textarea>[^]*>\s*for\s+a while &lt;\/textarea&gt;<\/textarea>/)
    t.notMatch(answer.body.slice(answer.body.indexOf('What you typed')), /form_token|<b>/)
  }
  t.notMatch((await ask(`${path}tasks/`, { method: 'POST', form: { ...form, form_token: 'made up' }, headers: { origin: 'http://tenant-1.localhost' } })).body, /What you typed/, 'but not of a page elsewhere')
  t.notMatch((await ask(`${path}tasks/`, { method: 'POST', form: { ...form, form_token: 'made up' } })).body, /What you typed/)
})

t.test('each page marks where in the account it is', async t => {
  const marked = async (url: string): Promise<string[]> => [.../<header[^]*<\/header>/.exec((await ask(url)).body)?.[0].matchAll(/<a href="([^"]*)" aria-current="([^"]*)"/g) ?? []].map(([, href, how]) => `${href} ${how}`)
  const [project, task, subtask] = [await firstOf('project', 'tenant-0'), await firstOf('task', 'tenant-0'), await firstOf('subtask', 'tenant-0')]
  t.strictSame(await marked('/projects/?search=zebra'), ['/projects/ page'])
  for (const url of [`/project/${project.id}/`, `/task/${task.id}/`, `/subtask/${subtask.id}/`]) t.strictSame(await marked(url), ['/projects/ true'], url)
  t.strictSame(await marked('/subtasks/'), ['/subtasks/ page'])
  t.strictSame(await marked('/nothing/'), [])
})

t.test('hostile text in names and details is text, on each page and in each form', async t => {
  const name = '<script>alert(1)</script>"\'&'
  const details = '</textarea></p><img src=x onerror=alert(1)> <% throw 1 %>'
  const project = await follow(t, '/projects/', { name, details }, '/projects/')
  const task = /href="(\/task\/\d+\/)"/.exec((await follow(t, `${project.path}tasks/`, { name, details }, project.path)).page.body)?.[1] ?? ''
  const subtask = /href="(\/subtask\/\d+\/)"/.exec((await follow(t, `${task}subtasks/`, { name, details }, task)).page.body)?.[1] ?? ''
  for (const url of ['/projects/', project.path, task, subtask, '/subtasks/']) {
    const { body } = await ask(url)
    t.notMatch(body, /<script>|<img src=x|<\/textarea><\/p>|onerror=alert\(1\)>/, url)
    t.ok(body.includes('&lt;script&gt;alert(1)&lt;/script&gt;'), `${url} shows the name`)
    t.ok(body.includes('&lt;img src=x onerror=alert(1)&gt;'), `${url} shows the details`)
  }
  await followDeletion(t, project.path)
})

t.test('the pages of an account are at its own host alone, and their addresses have one form', async t => {
  const { id } = await firstOf('project', 'tenant-0')
  for (const url of ['/projects/', `/project/${id}/`, '/task/1/', '/subtask/1/']) {
    t.match(await ask(url, { slug: '' }), { statusCode: 404 }, url)
    const page = await ask(url.replace(/\/\d+\//, `/${id}/`))
    t.match(page.headers, { 'cache-control': 'private, no-store', 'content-security-policy': /default-src 'none'/ }, url)
  }
  t.match(await ask('/projects?search=a'), { statusCode: 301, headers: { location: '/projects/?search=a' } })
  t.match(await ask(`/project/${id}?state=open`), { statusCode: 301, headers: { location: `/project/${id}/?state=open` } })
  for (const url of ['/project/x/', '/project/0/', '/project/99999999999999999999/', '/task/-1/', '/subtask/1.5/', '/projects/1/']) t.match(await ask(url), { statusCode: 404 }, url)
  for (const [kind, forms] of [['project', ['tasks', 'delete']], ['task', ['subtasks', 'complete', 'reopen', 'delete']], ['subtask', ['complete', 'reopen', 'delete']]] as const) {
    for (const form of forms) {
      const path = `/${kind}/${(await firstOf(kind, 'tenant-0')).id}/`
      t.match(await ask(`${path}${form}/`), { statusCode: 303, headers: { location: path } }, `${path}${form}/ leads to the page that has its form`)
      t.equal((await ask(path)).statusCode, 200, 'and does nothing')
    }
    t.match(await ask(`/${kind}/x/delete/`), { statusCode: 404 })
  }
})

t.test('a page is small, however much there is to say of its rows', async t => {
  await asRole(await adminOf(database, 'tenant-2'), async query => {
    // Nothing that would become smaller by being sent compressed.
    await query(`update rowhouse.task set name = left(name || ' ' || encode(sha512(id::text::bytea), 'hex'), 255),
      details = (select string_agg(md5(task.id::text || number::text), ' ') from generate_series(1, 1000) as number) where account_id = 3`)
  })
  const { id } = await firstOf('project', 'tenant-2')
  const { body } = await ask(`/project/${id}/`, { slug: 'tenant-2' })
  t.ok(body.split('class="excerpt"').length > 20, 'a full page')
  const { length } = gzipSync(body)
  t.ok(length < 30_000, `${length} bytes, compressed`)
})

t.test('whoever may only look is shown what there is, and no form to change it', async t => {
  const { app: closed } = await testApp(t, database, { config: { access: 'required' } })
  const visitors = visitorsOf(closed)
  const [viewer, member] = [await visitors.cookieFor('viewer@example.com'), await visitors.cookieFor('member@example.com')]
  const [project, task, subtask] = [await firstOf('project', 'tenant-0'), await firstOf('task', 'tenant-0'), await firstOf('subtask', 'tenant-0')]
  for (const [url, name] of [['/projects/', project.name], [`/project/${project.id}/`, project.name], [`/task/${task.id}/`, task.name], [`/subtask/${subtask.id}/`, subtask.name]] as const) {
    const forms = /action="\/(projects|project|task|subtask)\/[^"]*"[^>]*>\s*(<input type="hidden"|<p class="wrong")/
    const looked = await visitors.ask(url, { cookie: viewer })
    t.ok(looked.body.includes(name), url)
    t.notMatch(looked.body, forms, url)
    t.notMatch(looked.body, /<textarea/, url)
    t.match((await visitors.ask(url, { cookie: member })).body, forms, `${url}, for a member`)
  }
  t.match(await visitors.ask('/projects/?search=!!', { cookie: `session=${'A'.repeat(43)}` }), { statusCode: 303, headers: { location: /^\/sign-in\// } }, 'a mistake in the words is told to nobody who is not let in')
  t.match(await visitors.send('/projects/', { name: 'by a viewer', details: '' }, { cookie: viewer }), { statusCode: 403 })
})
