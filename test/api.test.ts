import { readFile } from 'node:fs/promises'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { accountAdministration } from '../src/provisioning/administration.ts'
import { withCatalogue } from '../src/provisioning/catalogue.ts'
import { deleteTenant, renameTenant, suspendTenant } from '../src/provisioning/life-cycle.ts'
import { problems } from '../src/problems.ts'
import { lockKey } from '../src/repositories/idempotent-requests.ts'
import { entityTag } from '../src/routes/api/entity-tag.ts'
import type { TenancyStrategy } from '../src/tenancy/strategy.ts'
import { clientTypes, documentOf, typesFile } from './api-document.ts'
import { CheckedApi, type Asked } from './api-client.ts'
import { adminOf, asRole, placeTenants, seedTenants, tenancy, testApp, testDatabase } from './support.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 5 })
await placeTenants(database)
await withCatalogue(database, async catalogue => {
  await renameTenant(database, catalogue, 'tenant-3', 'suspended', new Date(Date.now() + 3_600_000))
  await suspendTenant(database, catalogue, 'suspended', undefined)
  await deleteTenant(database, catalogue, 'tenant-4', undefined)
})
const { app, strategy } = await testApp(t, database)
const document = await documentOf(app)
const api = new CheckedApi(document, tags => !tags.includes('accounts') && !tags.includes('overview'))

const ask = async (asked: Asked, slug = 'tenant-0'): Promise<LightMyRequestResponse> => await api.ask(app, slug, asked)
const get = async (url: string, slug?: string): Promise<LightMyRequestResponse> => await ask({ method: 'GET', url }, slug)
const post = async (url: string, body?: object, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> => await ask({ method: 'POST', url, headers, ...(body === undefined ? {} : { body }) })

interface Listed {
  data: Array<{ id: number, name: string }>
  next: string | null
  previous: string | null
  total?: number
}

t.test('the document lints clean, and the client\'s types are made of it', async t => {
  const findings = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config: await createConfig({ extends: ['recommended'] }) })
  t.strictSame(findings.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`), [])
  t.equal(await readFile(typesFile, 'utf8'), await clientTypes(document), 'run: npx tsx test/api-document.ts')
  const served = await app.inject({ url: '/openapi.json', headers: { host: 'localhost' } })
  t.strictSame(served.json(), JSON.parse(JSON.stringify(document)))
  for (const { operation, path } of api.operations) {
    t.match(operation, { operationId: /^[a-z][A-Za-z]+$/, summary: String, tags: [String] }, path)
    for (const parameter of operation.parameters ?? []) t.ok('description' in parameter || ('in' in parameter && parameter.in === 'path'), `${path} ${JSON.stringify(parameter).slice(0, 80)}`)
  }
})

t.test('a client made of the document does everything that the data can do', async t => {
  const client = api.client(app, 'tenant-1')
  const { data: account } = await client.GET('/api/v1/account')
  t.match(account, { slug: 'tenant-1', name: 'Company of tenant-1', status: 'active' })

  const { data: renamed } = await client.PATCH('/api/v1/account', { body: { name: 'Company of tenant-1, Inc.' } })
  t.match(renamed, { name: 'Company of tenant-1, Inc.', slug: 'tenant-1' })
  t.strictSame((await client.GET('/api/v1/account')).data, renamed)
  t.match((await app.inject({ url: '/subtasks/', headers: { host: 'tenant-1.localhost', accept: 'text/html' } })).body, 'Company of tenant-1, Inc.', 'at once on its pages')
  t.match(await asRole(database.admin, async query => await query("select actor from rowhouse.account_event where action = 'change name'")), [{ actor: 'tenant-1, over HTTP from 127.0.0.1' }])
  await client.PATCH('/api/v1/account', { body: { name: 'Company of tenant-1' } })
  t.equal((await client.PATCH('/api/v1/account', { body: { name: 'Company of tenant-1' } })).response.status, 200)
  t.equal((await asRole(database.admin, async query => await query("select from rowhouse.account_event where action = 'change name'"))).length, 2, 'a name that stays is no change')

  const { data: project, response } = await client.POST('/api/v1/projects', { body: { name: 'Spring', details: '' } })
  t.equal(response.headers.get('location'), `/api/v1/projects/${project?.id}`)
  const id = project?.id ?? 0
  t.strictSame((await client.GET('/api/v1/projects/{id}', { params: { path: { id } } })).data, project)
  const { data: changed } = await client.PATCH('/api/v1/projects/{id}', { params: { path: { id } }, body: { details: 'blossoms' } })
  t.match(changed, { name: 'Spring', details: 'blossoms', created_at: project?.created_at })
  t.ok((changed?.updated_at ?? '') > (project?.updated_at ?? ''))

  const { data: tasks } = await client.POST('/api/v1/tasks/bulk', { body: { items: ['one', 'two', 'three'].map(name => ({ project_id: id, name, details: '', is_complete: false })) } })
  t.strictSame(tasks?.data.map(({ name }) => name), ['one', 'two', 'three'])
  const task = tasks?.data[0]?.id ?? 0
  const { data: subtask } = await client.POST('/api/v1/subtasks', { body: { task_id: task, name: 'step', details: '', is_complete: false } })
  t.match((await client.GET('/api/v1/projects/{id}/tasks', { params: { path: { id }, query: { count: 'exact', sort: '-name' } } })).data, { total: 3, data: [{ name: 'two' }, { name: 'three' }, { name: 'one' }] })
  t.match((await client.GET('/api/v1/tasks/{id}/subtasks', { params: { path: { id: task } } })).data, { data: [{ name: 'step' }], next: null, previous: null })
  t.match((await client.GET('/api/v1/subtasks', { params: { query: { project_id: id, is_complete: false } } })).data?.data, [{ id: subtask?.id }])

  t.match((await client.POST('/api/v1/tasks/{id}/complete', { params: { path: { id: task }, query: { cascade: true } } })).data, { is_complete: true })
  t.match((await client.GET('/api/v1/subtasks/{id}', { params: { path: { id: subtask?.id ?? 0 } } })).data, { is_complete: true })
  t.match((await client.POST('/api/v1/subtasks/{id}/complete', { params: { path: { id: subtask?.id ?? 0 } } })).data, { is_complete: true })

  t.match((await client.DELETE('/api/v1/projects/{id}', { params: { path: { id } } })).error, { status: 409, detail: 'This project has tasks. Delete them first, or all together with ?cascade=true.' })
  t.match((await client.DELETE('/api/v1/tasks/{id}', { params: { path: { id: task } } })).error, { status: 409, detail: /^This task has subtasks/ })
  t.equal((await client.DELETE('/api/v1/projects/{id}', { params: { path: { id }, query: { cascade: true } } })).response.status, 204)
  t.equal((await client.GET('/api/v1/subtasks/{id}', { params: { path: { id: subtask?.id ?? 0 } } })).response.status, 404)

  const { data: user } = await client.POST('/api/v1/users', { body: { email: 'Eve@example.com', first_name: 'Eve', last_name: '', is_active: true } })
  t.match((await client.GET('/api/v1/users', { params: { query: { sort: 'name' } } })).data?.data.map(({ email }) => email), ['ann@example.com', 'Eve@example.com'])
  t.match((await client.PATCH('/api/v1/users/{id}', { params: { path: { id: user?.id ?? 0 } }, body: { email: 'eve@example.com', is_active: false } })).data, { email: 'eve@example.com', is_active: false })
  t.equal((await client.DELETE('/api/v1/users/{id}', { params: { path: { id: user?.id ?? 0 } } })).response.status, 204)
})

t.test('a list is read slice by slice, forth and back, in every order', async t => {
  for (const sort of ['name', '-name', 'id', '-id', 'created', '-created']) {
    const all = (await get(`/api/v1/subtasks?sort=${sort}&limit=200&count=exact`)).json<Listed>()
    t.match(all, { total: 25, next: null, previous: null })
    const seen: number[] = []
    let url: string | null = `/api/v1/subtasks?sort=${sort}&limit=7`
    let last = ''
    while (url !== null) {
      const answer = await get(url)
      const slice = answer.json<Listed>()
      t.equal(slice.total, undefined)
      t.equal(answer.headers['link'], [['next', slice.next], ['prev', slice.previous]].flatMap(([relation, target]) => target === null ? [] : [`<${target}>; rel="${relation}"`]).join(', ') || undefined)
      seen.push(...slice.data.map(({ id }) => id))
      last = url
      url = slice.next
    }
    t.strictSame(seen, all.data.map(({ id }) => id), sort)
    const before = (await get((await get(last)).json<Listed>().previous ?? '')).json<Listed>()
    t.strictSame(before.data.map(({ id }) => id), seen.slice(14, 21), `${sort}, back`)
  }
  t.match((await get('/api/v1/subtasks?search=0007+-nothing&count=exact')).json(), { total: 1, data: [{ name: 'subtask 0007 of tenant-0' }] })
  t.match((await get('/api/v1/subtasks?is_complete=true&count=exact')).json(), { total: 12 })
  t.match((await get('/api/v1/tasks?search=tenant-1&count=exact')).json(), { total: 0 })
  const odd = (await get('/api/v1/subtasks?limit=1&search=subtask%20or%20a?b&sort=-name')).json<Listed>()
  t.match((await get(odd.next ?? '')).json<Listed>().data, [{ name: 'subtask 0024 of tenant-0' }], 'a question mark in a search stays in the address of the next slice')
  for (const search of ['-'.repeat(199), '- '.repeat(99), '-"'.repeat(99), '"'.repeat(199), '!-('.repeat(66)].map(marks => `${marks}a`)) t.equal((await get(`/api/v1/subtasks?search=${encodeURIComponent(search)}`)).statusCode, 200, search.slice(0, 20))
})

t.test('long details end a slice before its limit, and nothing is left out', async t => {
  const { data } = (await post('/api/v1/projects/bulk', { items: Array.from({ length: 30 }, (_, index) => ({ name: `long ${index}`, details: `${index} `.repeat(20_000) })) })).json<{ data: Array<{ id: number }> }>()
  for (const sort of ['id', '-name']) {
    const expected = (await asRole(await adminOf(database, 'tenant-0'), async query => await query(`select id::float8 from rowhouse.project where account_id = 1 order by ${sort === 'id' ? 'id' : 'name desc, id desc'}`))).map(({ id }) => id)
    const seen: number[] = []
    let url: string | null = `/api/v1/projects?limit=200&sort=${sort}`
    let back = ''
    while (url !== null) {
      const answer = await get(url)
      t.ok(answer.body.length < 1_300_000, `${answer.body.length} bytes`)
      const slice = answer.json<Listed>()
      back = url
      seen.push(...slice.data.map(({ id }) => id))
      url = slice.next
    }
    t.strictSame(seen, expected, sort)
    const backwards: number[] = []
    for (let previous = (await get(back)).json<Listed>().previous; previous !== null;) {
      const slice = (await get(previous)).json<Listed>()
      backwards.unshift(...slice.data.map(({ id }) => id))
      previous = slice.previous
    }
    t.strictSame(backwards, expected.slice(0, backwards.length), 'backwards, too')
    t.ok(backwards.length > 20)
  }
  for (const { id } of data) await ask({ method: 'DELETE', url: `/api/v1/projects/${id}` })
})

t.test('what is wrong with a body is told of some values, however many there are', async t => {
  const unknown = await post('/api/v1/projects', { name: 'x', ...Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`field ${index}`, 1])) })
  t.match(unknown, { statusCode: 422 })
  t.equal(unknown.json<{ errors: unknown[] }>().errors.length, 20)
  t.match(unknown.json(), { detail: /; and 49997 more$/, errors: [{ pointer: '#/field%200', detail: 'is not known here' }] })
  const rows = await post('/api/v1/projects/bulk', { items: Array(1000).fill({}) })
  t.equal(rows.json<{ errors: unknown[] }>().errors.length, 20)
  t.match((await post('/api/v1/projects/bulk', { items: Array(400_000).fill(0) })).json(), { errors: [{ pointer: '#/items', detail: 'takes at most 1000' }] })
  for (const [name, pointer] of [['\ud800', '#/%EF%BF%BD'], ['a/b~c', '#/a~1b~0c'], ['x'.repeat(500), `#/${'x'.repeat(100)}`]] as const) {
    t.match((await post('/api/v1/projects', { name: 'x', [name]: 1 })).json(), { status: 422, errors: [{ pointer, detail: 'is not known here' }] }, name.slice(0, 10))
  }
})

t.test('a cursor is good for its list, filter, order and account alone, and cannot be made up', async t => {
  const next = (await get('/api/v1/subtasks?limit=5&sort=name')).json<Listed>().next ?? ''
  const cursor = new URL(next, 'http://x').searchParams.get('cursor') ?? ''
  t.equal((await get(next)).statusCode, 200)
  t.notMatch(Buffer.from(cursor, 'base64url').toString('latin1'), /subtask/, 'it says nothing')
  t.equal((await get('/api/v1/subtasks?limit=5&sort=name')).json<Listed>().next, next, 'and is the same each time')
  const bytes = Buffer.from(cursor, 'base64url')
  const altered = [...bytes.keys()].map(at => Buffer.from(bytes.map((byte, index) => index === at ? byte ^ 1 : byte)).toString('base64url'))
  const cases: Array<[string, string?]> = [
    [next, 'tenant-1'],
    [`/api/v1/subtasks?limit=5&sort=-name&cursor=${cursor}`],
    [`/api/v1/subtasks?limit=5&sort=name&is_complete=true&cursor=${cursor}`],
    [`/api/v1/tasks?limit=5&sort=name&cursor=${cursor}`],
    ...[...altered, Buffer.from(JSON.stringify(['a', 1, false])).toString('base64url'), cursor.slice(0, -4), `${cursor}x`, `${cursor}=`, `${cursor}.x`, cursor.toUpperCase(), '', 'x', 'x'.repeat(3999), encodeURIComponent('é\u0000')]
      .map((made): [string] => [`/api/v1/subtasks?limit=5&sort=name&cursor=${made}`])
  ]
  for (const [url, slug] of cases) {
    const answer = await get(url, slug)
    t.match(answer, { statusCode: 400 }, url.slice(0, 120))
    t.match(answer.json(), { type: '/problems/invalid-request', errors: [{ parameter: 'cursor' }] })
  }
  t.equal((await get(`/api/v1/subtasks?limit=9&count=exact&sort=name&cursor=${cursor}`)).statusCode, 200, 'how many rows are wanted may change')
})

t.test('another tenant\'s row is answered like one that never was, to the last byte', async t => {
  const others = await asRole(await adminOf(database, 'tenant-1'), async query => (await query(`
    select (select min(id) from rowhouse.project where account_id = 2) as projects, (select min(id) from rowhouse.task where account_id = 2) as tasks,
      (select min(id) from rowhouse.subtask where account_id = 2) as subtasks, (select min(id) from rowhouse.app_user where account_id = 2) as users`))[0])
  for (const plural of ['projects', 'tasks', 'subtasks', 'users']) {
    const foreign = String(others?.[plural])
    for (const [method, below, body] of [['GET', ''], ['PATCH', '', {}], ['DELETE', ''], ['POST', '/complete'], ['GET', '/tasks'], ['GET', '/subtasks']] as Array<[string, string, object?]>) {
      if (!api.operations.some(operation => operation.method === method && operation.path === `/api/v1/${plural}/{id}${below}`)) continue
      const answers = []
      for (const id of [foreign, '999999999', '9007199254740993', 'x', '0', '-1', '1e3']) {
        for (const headers of [{}, { 'if-match': '"x"' }]) {
          if (method === 'GET' && 'if-match' in headers) continue
          const { statusCode, body: text, headers: { date: _, 'x-request-id': __, ...rest } } = await ask({ method, url: `/api/v1/${plural}/${id}${below}`, ...(body === undefined ? {} : { body }), headers: headers as Record<string, string> })
          answers.push(JSON.stringify({ statusCode, text, rest }))
        }
      }
      t.equal(new Set(answers).size, 1, `${method} /${plural}/…${below}`)
      t.match(answers[0], /"statusCode":404/)
    }
  }
  const references = []
  for (const id of [Number(others?.['projects']), 999_999_999]) references.push((await post('/api/v1/tasks', { name: 'x', project_id: id })).body.replaceAll(String(id), 'N'))
  t.equal(references[0], references[1])
  t.match((await get('/api/v1/projects?count=exact', 'tenant-1')).json(), { total: 2 }, 'and nothing happened to it')
})

t.test('what cannot be taken is pointed at, and nothing is done', async t => {
  const project = (await get('/api/v1/projects')).json<Listed>().data[0]?.id
  const before = (await get('/api/v1/tasks?count=exact')).json<Listed>().total
  const cases: Array<[object, Array<{ pointer: string, detail: RegExp }>]> = [
    [{}, [{ pointer: '#/project_id', detail: /takes the id of a row/ }, { pointer: '#/name', detail: /^takes a text$/ }]],
    [{ project_id: project, name: '' }, [{ pointer: '#/name', detail: /takes 1 to 255 characters/ }]],
    [{ project_id: project, name: '   ' }, [{ pointer: '#/name', detail: /more than spaces/ }]],
    [{ project_id: project, name: '\u{1f3e0}'.repeat(256) }, [{ pointer: '#/name', detail: /1 to 255 characters/ }]],
    [{ project_id: project, name: 'a\u0000b' }, [{ pointer: '#/name', detail: /cannot be stored/ }]],
    [{ project_id: project, name: 'a\ud800' }, [{ pointer: '#/name', detail: /cannot be stored/ }]],
    [{ project_id: project, name: 'a', details: 'x'.repeat(100_001) }, [{ pointer: '#/details', detail: /at most 100000/ }]],
    [{ project_id: project, name: 'a', is_complete: 'yes' }, [{ pointer: '#/is_complete', detail: /true or false/ }]],
    [{ project_id: project, name: 'a', account_id: 2 }, [{ pointer: '#/account_id', detail: /not known here/ }]],
    [{ project_id: project, name: 'a', id: 7, created_at: 'x' }, [{ pointer: '#/id', detail: /not known/ }, { pointer: '#/created_at', detail: /not known/ }]],
    [{ project_id: 2 ** 53, name: 'a' }, [{ pointer: '#/project_id', detail: /./ }]],
    [{ project_id: 999_999, name: 'a' }, [{ pointer: '#/project_id', detail: /there is no project 999999/ }]]
  ]
  for (const [body, errors] of cases) {
    const answer = await post('/api/v1/tasks', body)
    t.match(answer, { statusCode: 422 }, JSON.stringify(body).slice(0, 80))
    t.match(answer.json(), { type: '/problems/invalid-value', errors }, JSON.stringify(body).slice(0, 80))
  }
  const bulk = await post('/api/v1/tasks/bulk', { items: [{ project_id: project, name: 'good' }, { project_id: 999_999, name: 'lost' }, { project_id: project, name: 'good' }, { project_id: 888_888, name: 'lost' }] })
  t.match(bulk.json(), { status: 422, errors: [{ pointer: '#/items/1/project_id' }, { pointer: '#/items/3/project_id' }] })
  t.match((await post('/api/v1/tasks/bulk', { items: [] })).json(), { errors: [{ pointer: '#/items', detail: /at least one/ }] })
  t.match((await post('/api/v1/tasks/bulk', { items: Array(1001).fill({ project_id: project, name: 'x' }) })).json(), { errors: [{ pointer: '#/items', detail: /at most 1000/ }] })
  t.match((await post('/api/v1/users', { email: 'ANN@example.com' })).json(), { status: 409, errors: [{ pointer: '#/email' }] })
  t.match((await post('/api/v1/users/bulk', { items: [{ email: 'new@example.com' }, { email: 'ann@EXAMPLE.com' }, { email: 'NEW@example.com' }] })).json(), { status: 409, errors: [{ pointer: '#/items/1/email' }, { pointer: '#/items/2/email' }] })
  t.match((await get('/api/v1/tasks?limit=0&sort=up&nothing=1')).json(), { status: 400, errors: [{ parameter: 'limit' }, { parameter: 'sort' }, { parameter: 'nothing' }] })
  for (const nothing of ['!!!', '%20', '-', '%27', '']) t.match((await get(`/api/v1/tasks?search=${nothing}`)).json(), { status: 400, errors: [{ parameter: 'search', detail: 'takes words' }] })
  t.match((await get('/api/v1/tasks?limit=5&limit=6')).json(), { status: 400, errors: [{ parameter: 'limit' }] })
  t.equal((await get('/api/v1/tasks?count=exact')).json<Listed>().total, before)
  const home = await post('/api/v1/projects', { name: '\u{1f3e0}'.repeat(255) })
  t.match(home, { statusCode: 201 }, 'characters are counted as people do')
  const thousand = await post('/api/v1/tasks/bulk', { items: Array.from({ length: 1000 }, (_, index) => ({ project_id: home.json<{ id: number }>().id, name: `task ${index}` })) }, { prefer: 'return=minimal' })
  t.match(thousand, { statusCode: 201, body: '', headers: { 'preference-applied': 'return=minimal' } })
  t.match((await get('/api/v1/tasks?count=exact')).json(), { total: (before ?? 0) + 1000 })
  t.equal((await ask({ method: 'DELETE', url: `${home.headers['location'] as string}?cascade=true` })).statusCode, 204)
})

t.test('large bodies of one account are read one after the other, and those of another beside them', async t => {
  const large = { name: 'x', details: 'x'.repeat(99_000) }
  const ofOne = Array.from({ length: 20 }, async () => (await post('/api/v1/projects', large)).statusCode)
  t.equal((await ask({ method: 'POST', url: '/api/v1/projects', body: large }, 'tenant-1')).statusCode, 201)
  const statuses = (await Promise.all(ofOne)).sort()
  t.strictSame(statuses, [...Array(11).fill(201), ...Array(9).fill(429)], 'one, and those who wait')
  t.equal((await post('/api/v1/projects', large)).statusCode, 201, 'and then again')
  for (const slug of ['tenant-0', 'tenant-1']) {
    for (const { id } of (await get('/api/v1/projects?search=x&limit=200', slug)).json<Listed>().data) await ask({ method: 'DELETE', url: `/api/v1/projects/${id}?cascade=true` }, slug)
    for (const { id } of (await get('/api/v1/projects?search=x&limit=200', slug)).json<Listed>().data) await ask({ method: 'DELETE', url: `/api/v1/projects/${id}?cascade=true` }, slug)
  }
})

t.test('a change made in ignorance of another is refused', async t => {
  const made = await post('/api/v1/projects', { name: 'draft' })
  const url = String(made.headers['location'])
  const change = async (name: string, headers: Record<string, string>): Promise<LightMyRequestResponse> => await ask({ method: 'PATCH', url, body: { name }, headers })
  const etag = String(made.headers['etag'])
  t.equal((await get(url)).headers['etag'], etag)
  t.match(await ask({ method: 'GET', url, headers: { 'if-none-match': `"other", W/${etag}` } }), { statusCode: 304, body: '' })
  t.equal((await ask({ method: 'GET', url, headers: { 'if-none-match': '"other"' } })).statusCode, 200)

  const first = await change('mine', { 'if-match': etag })
  t.equal(first.statusCode, 200)
  t.match((await change('yours', { 'if-match': etag })).json(), { status: 412, type: '/problems/precondition-failed' })
  t.equal((await ask({ method: 'DELETE', url, headers: { 'if-match': etag } })).statusCode, 412)
  t.equal((await change('x', { 'if-match': `W/${String(first.headers['etag'])}` })).statusCode, 412, 'a weak tag vouches for nothing')
  t.match(await change('mine', { 'if-match': `"other", ${String(first.headers['etag'])}`, prefer: 'respond-async, return=minimal' }), { statusCode: 204, body: '', headers: { etag: /^"/, 'preference-applied': 'return=minimal' } })
  t.equal((await get(url)).headers['etag'], first.headers['etag'], 'what changes nothing is no change')

  const present = String((await get(url)).headers['etag'])
  const outcomes = await Promise.all(Array.from({ length: 4 }, async (_, index) => (await change(`of ${index}`, { 'if-match': present })).statusCode))
  t.strictSame(outcomes.sort(), [200, 412, 412, 412], 'of several at once one wins')
  t.equal((await change('any', { 'if-match': '*' })).statusCode, 200)
  t.equal((await ask({ method: 'DELETE', url, headers: { 'if-match': String((await get(url)).headers['etag']) } })).statusCode, 204)
})

t.test('an ETag of one account is none at another, though both have the same to say', async t => {
  const { etag } = (await get('/api/v1/account', 'tenant-1')).headers
  t.equal((await ask({ method: 'GET', url: '/api/v1/account', headers: { 'if-none-match': String(etag) } })).statusCode, 200)
  t.equal((await api.ask(app, 'tenant-1', { method: 'GET', url: '/api/v1/account', headers: { 'if-none-match': String(etag) } })).statusCode, 304, 'where it is one')
  t.not(entityTag(1, 'the same'), entityTag(2, 'the same'))
  t.equal((await ask({ method: 'PATCH', url: '/api/v1/account', body: { name: 'Taken' }, headers: { 'if-match': String(etag) } })).statusCode, 412)
})

t.test('a request that is sent again under its key does its work once', async t => {
  const count = async (): Promise<number | undefined> => (await get('/api/v1/projects?count=exact&search=idempotent')).json<Listed>().total
  const headers = { 'idempotency-key': 'a key'.replace(' ', '-') }
  const first = await post('/api/v1/projects', { name: 'idempotent' }, headers)
  const again = await post('/api/v1/projects', { name: 'idempotent' }, headers)
  t.equal(first.statusCode, 201)
  t.match(again, { statusCode: 201, body: first.body, headers: { location: first.headers['location'], etag: first.headers['etag'], 'idempotency-replayed': 'true' } })
  t.equal(await count(), 1)
  t.match((await post('/api/v1/projects', { name: 'idempotent, another' }, headers)).json(), { status: 422, type: '/problems/key-reused' })
  t.match((await post('/api/v1/users', { email: 'x@example.com' }, headers)).json(), { status: 422, type: '/problems/key-reused' })
  t.equal((await api.ask(app, 'tenant-1', { method: 'POST', url: '/api/v1/projects', body: { name: 'idempotent' }, headers })).headers['idempotency-replayed'], undefined, 'another account\'s keys are its own')

  t.equal((await post('/api/v1/projects', { name: '' }, { 'idempotency-key': 'refused' })).statusCode, 422)
  t.equal((await post('/api/v1/projects', { name: 'idempotent after all' }, { 'idempotency-key': 'refused' })).statusCode, 201, 'a request that was refused has used no key')

  const [subtask, other] = (await get('/api/v1/subtasks?is_complete=false')).json<Listed>().data.map(({ id }) => id)
  const complete = async (id = 0): Promise<LightMyRequestResponse> => await post(`/api/v1/subtasks/${id}/complete`, undefined, { 'idempotency-key': 'completing' })
  const done = await complete(subtask)
  t.match(await complete(subtask), { statusCode: 200, body: done.body, headers: { 'idempotency-replayed': 'true' } })
  t.equal((await complete(other)).statusCode, 422)
  t.equal((await post(`/api/v1/subtasks/${subtask ?? 0}/complete`)).body, done.body, 'what is done is left as it is')

  const together = await Promise.all(Array.from({ length: 5 }, async () => await post('/api/v1/projects', { name: 'idempotent at once' }, { 'idempotency-key': 'at-once' })))
  t.strictSame([...new Set(together.map(({ statusCode }) => statusCode))].filter(status => ![201, 409].includes(status)), [])
  t.equal(await count(), 3)
  for (const key of ['with space', 'ü', 'x'.repeat(256)]) t.match(await post('/api/v1/projects', { name: 'idempotent' }, { 'idempotency-key': key }), { statusCode: 400 }, key.slice(0, 20))

  // Made so that the account 2 and the key once hashed to the number of the lock that a writer in the account 1 shares.
  const collides = 'kaAtZGFldKwwgtlKMma0Br@6`pHpq6'
  t.match(await asRole(database.admin, async query => await query("select hashtextextended('rowhouse idempotent request 2 ' || $1::text, 0) = rowhouse.account_lock(1) as collides", [collides])), [{ collides: true }])
  const release = await holdKey(collides, 'tenant-1')
  t.equal((await ask({ method: 'PATCH', url: '/api/v1/projects/1', body: {} })).statusCode, 200, 'and keeps nobody of the other account from writing')
  await release()

  await asRole(await adminOf(database, 'tenant-0'), async query => { await query("update rowhouse.idempotent_request set created_at = now() - interval '25 hours' where key = 'a-key'") })
  t.equal((await post('/api/v1/projects', { name: 'idempotent' }, headers)).headers['idempotency-replayed'], undefined, 'after a day it is forgotten')
  t.equal(await count(), 4)
})

t.test('a page of another site changes nothing, and methods, media types and sizes are told apart', async t => {
  for (const site of ['cross-site', 'same-site']) t.match(await post('/api/v1/projects', { name: 'forged' }, { 'sec-fetch-site': site }), { statusCode: 403 })
  t.equal((await post('/api/v1/projects', { name: 'from here' }, { 'sec-fetch-site': 'same-origin' })).statusCode, 201)
  for (const origin of ['http://evil.example', 'null', 'http://tenant-1.localhost', 'http://tenant-0.localhost:81', 'http://localhost']) t.match(await post('/api/v1/subtasks/1/complete', undefined, { origin }), { statusCode: 403 }, `where browsers say no more than ${origin}`)
  t.equal((await post('/api/v1/projects', { name: 'from here' }, { origin: 'http://tenant-0.localhost' })).statusCode, 201)
  t.equal((await ask({ method: 'GET', url: '/api/v1/projects', headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } })).statusCode, 403, 'nor sets reading off')
  t.equal((await ask({ method: 'GET', url: '/api/v1/projects', headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' } })).statusCode, 200, 'a link may lead here')
  const raw = async (method: 'GET' | 'PUT' | 'OPTIONS' | 'HEAD' | 'POST' | 'DELETE', url: string, headers: Record<string, string> = {}, payload?: string): Promise<LightMyRequestResponse> => await app.inject({ method, url, headers: { host: 'tenant-0.localhost', ...headers }, remoteAddress: '127.0.0.1', ...(payload === undefined ? {} : { payload }) })
  t.match(await raw('PUT', '/api/v1/projects'), { statusCode: 405, headers: { allow: 'GET, HEAD, POST, OPTIONS' } })
  t.match(await raw('POST', '/api/v1/projects/1', { 'content-type': 'application/json' }, '{'), { statusCode: 405, headers: { allow: 'GET, HEAD, PATCH, DELETE, OPTIONS' } })
  t.match(await raw('DELETE', '/api/v1/account'), { statusCode: 405, headers: { allow: 'GET, HEAD, PATCH, OPTIONS' } })
  t.match(await raw('OPTIONS', '/api/v1/tasks/1/complete'), { statusCode: 200, headers: { allow: 'POST, OPTIONS' } })
  t.match(await raw('HEAD', '/api/v1/projects'), { statusCode: 200, body: '' })
  t.match(await raw('GET', '/api/v1/nothing'), { statusCode: 404 })
  t.match(await raw('GET', '/api/v1/projects', { accept: 'text/html' }), { statusCode: 200, headers: { 'content-type': /^application\/json/ } }, 'a browser is shown the JSON')
  t.match(await raw('GET', '/api/v1/projects/999999', { accept: 'text/html' }), { statusCode: 404, headers: { 'content-type': /^text\/html/ } })
  for (const url of ['/api/v1/projects', '/api/v1/account']) t.match(await app.inject({ url, headers: { host: 'localhost' }, remoteAddress: '127.0.0.1' }), { statusCode: 404 }, `the operator's host has no ${url}`)
})

t.test('whoever has taken over a slug in the meantime is not renamed', async t => {
  const real = accountAdministration(database, tenancy)
  const swap = async (...[from, to]: [string, string]): Promise<void> => {
    await asRole(database.admin, async query => await query('update rowhouse.account set slug = $2 where slug = $1', [from, to]))
  }
  const { app: racing } = await testApp(t, database, {
    administration: {
      ...real,
      rename: async (...given) => {
        await swap('tenant-1', 'tenant-1-was')
        await swap('tenant-2', 'tenant-1')
        return await real.rename(...given)
      }
    }
  })
  t.teardown(async () => {
    await swap('tenant-1', 'tenant-2')
    await swap('tenant-1-was', 'tenant-1')
  })
  const answer = await racing.inject({ method: 'PATCH', url: '/api/v1/account', headers: { host: 'tenant-1.localhost' }, payload: { name: 'Taken over' } })
  t.match(answer, { statusCode: 404 })
  t.strictSame(await asRole(database.admin, async query => await query("select slug from rowhouse.account where name = 'Taken over'")), [])
})

t.test('every problem has a page, on every host, and the documentation names every operation', async t => {
  const page = async (url: string, host = 'localhost'): Promise<LightMyRequestResponse> => await app.inject({ url, headers: { host, accept: 'text/html' } })
  for (const name of Object.keys(problems)) t.match(await page(`/problems/${name}`, 'tenant-2.localhost'), { statusCode: 200, headers: { 'content-type': /^text\/html/ } }, name)
  t.equal((await page('/problems/toString')).statusCode, 404)
  for (const host of ['localhost', 'tenant-0.localhost', 'example.com']) {
    const docs = await page('/docs/', host)
    t.match(docs, { statusCode: 200, headers: { 'content-security-policy': /default-src 'none'/, 'cache-control': 'public, max-age=300' } })
    for (const { path, method } of api.operations) t.ok(docs.body.includes(`${method} ${path}`), `${method} ${path}`)
    t.match(docs.body, /POST \/api\/v1\/tasks\nContent-Type: application\/json\n\n{\n {2}&quot;project_id&quot;: 17/, 'with examples')
    t.notMatch(docs.body, /<script(?! src="\/assets\/)|style=|https?:\/\/(?!tenant-0\.localhost)/)
  }
})

t.test('every status that the document names is reached', async t => {
  const crowded = await testApp(t, database, { pool: { size: 2, userSize: 1, userWaiting: 0 } })
  const stuck = await testApp(t, database, { pool: { size: 1, userSize: 1, userWaiting: 5, waitTimeoutMs: 200 } })
  const closed = await testApp(t, database, { config: { access: 'required' } })
  const closedApps = [await testApp(t, database, { config: { access: 'required' }, pool: { size: 2, userSize: 1, userWaiting: 0 } }), await testApp(t, database, { config: { access: 'required' }, pool: { size: 1, userSize: 1, userWaiting: 5, waitTimeoutMs: 200 } })]
  const aCookie = { headers: { cookie: `session=${'A'.repeat(43)}` } }
  await post('/api/v1/tokens', { name: 'of a program' })
  const rows = Object.fromEntries(await Promise.all(['projects', 'tasks', 'subtasks', 'users', 'tokens'].map(async plural => [plural, (await get(`/api/v1/${plural}`)).json<Listed>().data[0]?.id ?? 0] as const)))

  /** A request that an operation takes, as it is. */
  const sample = ({ path, method, operation }: typeof api.operations[number]): Asked => {
    const plural = path.split('/')[3] ?? ''
    const entity = { users: { email: `${operation.operationId ?? ''}@example.com` }, projects: { name: 'p' }, tasks: { name: 't', project_id: rows['projects'] }, subtasks: { name: 's', task_id: rows['tasks'] }, tokens: { name: 't' } }[plural] ?? {}
    const url = path.replace('{id}', String(rows[plural]))
    if (method === 'PATCH') return { method, url, body: {} }
    if (method !== 'POST' || /\/(complete|link)$/.test(path)) return { method, url }
    return { method, url, body: path.endsWith('/bulk') ? { items: [entity] } : entity }
  }

  const owner = await adminOf(database, 'tenant-2')
  await asRole(owner, async query => { await query('revoke execute on function rowhouse.current_account_id() from rowhouse_tenant') })
  for (const operation of api.operations) await ask(sample(operation), 'tenant-2')
  await api.ask(closed.app, 'tenant-2', { method: 'GET', url: '/api/v1', ...aCookie })
  await asRole(owner, async query => { await query('grant execute on function rowhouse.current_account_id() to rowhouse_tenant') })

  await post('/api/v1/projects', { name: 'the first' }, { 'idempotency-key': 'used-by-others' })
  const { app: unmanaged } = await testApp(t, database, { administration: undefined })
  await api.ask(unmanaged, 'tenant-0', { method: 'PATCH', url: '/api/v1/account', body: {} })
  const changing = await holdKey(' account')
  await ask({ method: 'PATCH', url: '/api/v1/account', body: {} })
  await changing()
  for (const operation of api.operations) {
    const asked = sample(operation)
    const isRead = asked.method === 'GET'
    if (asked.method !== 'DELETE') await ask(asked)
    await api.ask(app, 'tenant-0', { ...asked, headers: { host: 'example.com' } })
    for (const slug of ['nobody', 'tenant-3', 'suspended', 'tenant-4']) await api.ask(app, slug, asked)
    await api.ask(closed.app, 'tenant-0', { ...asked, headers: { authorization: 'Bearer x' } })
    const isIndex = asked.url === '/api/v1'
    for (const { app: full, strategy: lender } of isIndex ? closedApps : [crowded, stuck]) {
      const letGo = await holdConnection(lender)
      await api.ask(full, 'tenant-0', isIndex ? { ...asked, ...aCookie } : asked)
      await letGo()
    }
    if (isIndex) continue
    if (isRead) {
      const etag = (await ask(asked)).headers['etag']
      if (etag !== undefined) await ask({ ...asked, headers: { 'if-none-match': String(etag) } })
    }
    const [before] = asked.url.split('?')
    await ask({ ...asked, url: `${before ?? ''}?nothing=1`, ...(asked.body === undefined ? {} : { body: '{', headers: { 'content-type': 'application/json' } }) })
    if (asked.body !== undefined) {
      await ask({ ...asked, body: 'name=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } })
      await ask({ ...asked, body: '{"name":"x"}', headers: { 'content-type': 'text/plain' } }).then(({ statusCode }) => { t.equal(statusCode, 415, 'what a form can send') })
      await ask({ ...asked, body: { details: 'x'.repeat(5 * 1024 * 1024) } })
      await ask({ ...asked, body: { nothing: 1 } })
    }
    if (asked.method === 'POST') {
      // Not longer than that: a transaction that does nothing is ended.
      const letGo = await holdKey('busy')
      await ask({ ...asked, headers: { 'idempotency-key': 'busy' } })
      await letGo()
      await ask({ ...asked, headers: { 'idempotency-key': 'used-by-others' } })
    } else if (asked.method === 'DELETE') {
      await ask({ ...asked, body: 'x', headers: { 'content-type': 'text/plain' } })
      await ask({ ...asked, body: { details: 'x'.repeat(5 * 1024 * 1024) } })
    }
    if (/\/(complete|link)$/.test(asked.url)) {
      await ask({ ...asked, body: 'x', headers: { 'content-type': 'text/plain' } })
      await ask({ ...asked, body: { details: 'x'.repeat(5 * 1024 * 1024) } })
    }
    if (!isRead) {
      await ask({ ...asked, headers: { 'if-match': '"other"' } })
      if (asked.method === 'PATCH' || asked.url.endsWith('/complete')) await ask({ ...asked, headers: { prefer: 'return=minimal' } })
    }
  }
  const user = (await post('/api/v1/users', { email: 'second@example.com' })).headers['location'] as string
  t.equal((await ask({ method: 'PATCH', url: user, body: { email: 'ann@example.com' } })).statusCode, 409)
  for (const plural of ['projects', 'tasks']) t.equal((await ask({ method: 'DELETE', url: `/api/v1/${plural}/${rows[plural]}` })).statusCode, 409)
  t.equal((await ask({ method: 'DELETE', url: `/api/v1/subtasks/${rows['subtasks']}` })).statusCode, 204)
  t.equal((await ask({ method: 'DELETE', url: `/api/v1/tasks/${rows['tasks']}?cascade=true` })).statusCode, 204)
  t.equal((await ask({ method: 'DELETE', url: user })).statusCode, 204)
  await ask({ method: 'PATCH', url: `/api/v1/users/${rows['users']}`, body: { role: 'owner' } })
  t.equal((await ask({ method: 'DELETE', url: `/api/v1/users/${rows['users']}` })).statusCode, 409, 'the last owner')
  t.strictSame(api.documented.filter(known => !api.reached.has(known)), [])
})

/** Holds as many connections as the account, or the whole server, may have. @returns what lets go */
async function holdConnection (lender: TenancyStrategy): Promise<() => Promise<void>> {
  for (let attempt = 1; ; attempt++) {
    try {
      const tenant = (await lender.findTenant('tenant-0'))?.tenant
      if (tenant === undefined) throw new Error('there is no tenant')
      const { transaction } = await lender.beginTenant(tenant, { readOnly: true, deadlineMs: 30_000 })
      return async () => { await transaction.rollback() }
    } catch (error) {
      // To connect may take longer than anybody is to wait there.
      if (attempt === 50) throw error
    }
  }
}

/** Holds an idempotency key as a request does that is still under way. @returns what lets go */
async function holdKey (key: string, slug = 'tenant-0'): Promise<() => Promise<void>> {
  const tenant = (await strategy.findTenant(slug))?.tenant
  if (tenant === undefined) throw new Error('there is no tenant')
  const { scope, transaction } = await strategy.beginTenant(tenant, { readOnly: false, deadlineMs: 60_000 })
  await lockKey(scope, key)
  return async () => { await transaction.rollback() }
}
