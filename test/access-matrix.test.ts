import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { documentOf } from './api-document.ts'
import { seedTenants, placeTenants, testApp, testDatabase } from './support.ts'
import { cookieOf, peopleOfAll, tokenIn, visitorsOf, type Asked } from './visitors.ts'

/**
 * Who gets in where, as a person would write it down: the least that a route takes. `open` is for everybody, `look` for whoever
 * is let in at all, `person` for people alone, `user` for the account's own people, `work` for members, owners and tokens that may
 * write, `manage` for owners.
 */
type Need = 'open' | 'look' | 'person' | 'user' | 'work' | 'manage'

const collection = (name: string, writing: Need): Record<string, Need> => ({
  [`GET /api/v1/${name}`]: 'look',
  [`POST /api/v1/${name}`]: writing,
  [`POST /api/v1/${name}/bulk`]: writing,
  [`GET /api/v1/${name}/:id`]: 'look',
  [`PATCH /api/v1/${name}/:id`]: writing,
  [`DELETE /api/v1/${name}/:id`]: writing
})

const matrix: Record<string, Need> = {
  'GET /': 'look',
  'GET /subtasks': 'look',
  'GET /subtasks/': 'look',
  'GET /subtasks/:page': 'look',
  'GET /subtasks/:page/': 'look',

  'GET /projects': 'look',
  'GET /projects/': 'look',
  'POST /projects/': 'work',
  'GET /project/:id': 'look',
  'GET /project/:id/': 'look',
  'POST /project/:id/': 'work',
  'GET /project/:id/tasks/': 'look',
  'POST /project/:id/tasks/': 'work',
  'GET /project/:id/delete/': 'look',
  'POST /project/:id/delete/': 'work',
  'GET /task/:id': 'look',
  'GET /task/:id/': 'look',
  'POST /task/:id/': 'work',
  'GET /task/:id/subtasks/': 'look',
  'POST /task/:id/subtasks/': 'work',
  'GET /task/:id/complete/': 'look',
  'POST /task/:id/complete/': 'work',
  'GET /task/:id/reopen/': 'look',
  'POST /task/:id/reopen/': 'work',
  'GET /task/:id/delete/': 'look',
  'POST /task/:id/delete/': 'work',
  'GET /subtask/:id': 'look',
  'GET /subtask/:id/': 'look',
  'POST /subtask/:id/': 'work',
  'GET /subtask/:id/complete/': 'look',
  'POST /subtask/:id/complete/': 'work',
  'GET /subtask/:id/reopen/': 'look',
  'POST /subtask/:id/reopen/': 'work',
  'GET /subtask/:id/delete/': 'look',
  'POST /subtask/:id/delete/': 'work',

  'GET /walls': 'look',
  'GET /walls/': 'look',
  'GET /walls/attacks/': 'look',
  'POST /walls/attacks/': 'work',

  'GET /sign-in': 'open',
  'GET /sign-in/': 'open',
  'POST /sign-in/': 'open',
  'GET /link': 'open',
  'GET /link/': 'open',
  'POST /link/': 'open',
  'GET /look/begin': 'open',
  'GET /look/begin/': 'open',
  'POST /look/begin/': 'open',
  'GET /sessions': 'look',
  'GET /sessions/': 'user',
  'GET /sessions/end-others/': 'look',
  'POST /sessions/end-others/': 'user',
  'GET /sessions/:id/end/': 'look',
  'POST /sessions/:id/end/': 'user',
  'GET /password': 'look',
  'GET /password/': 'user',
  'POST /password/': 'user',
  'GET /sign-out/': 'open',
  'POST /sign-out/': 'open',

  'GET /people': 'manage',
  'GET /people/': 'manage',
  'POST /people/': 'manage',
  'GET /people/:id/role/': 'manage',
  'POST /people/:id/role/': 'manage',
  'GET /people/:id/activate/': 'manage',
  'POST /people/:id/activate/': 'manage',
  'GET /people/:id/deactivate/': 'manage',
  'POST /people/:id/deactivate/': 'manage',
  'GET /people/:id/remove/': 'manage',
  'POST /people/:id/remove/': 'manage',
  'GET /people/:id/link/': 'manage',
  'POST /people/:id/link/': 'manage',
  'GET /tokens': 'manage',
  'GET /tokens/': 'manage',
  'POST /tokens/': 'manage',
  'GET /tokens/:id/revoke/': 'manage',
  'POST /tokens/:id/revoke/': 'manage',
  'GET /audit': 'manage',
  'GET /audit/': 'manage',
  'GET /audit/verification': 'manage',
  'GET /audit/verification/': 'manage',
  'GET /looks/:id/end/': 'manage',
  'POST /looks/:id/end/': 'manage',

  'GET /api/v1': 'look',
  'GET /api/v1/account': 'look',
  'PATCH /api/v1/account': 'manage',
  ...collection('users', 'manage'),
  'POST /api/v1/users/:id/link': 'manage',
  ...collection('projects', 'work'),
  'GET /api/v1/projects/:id/tasks': 'look',
  ...collection('tasks', 'work'),
  'GET /api/v1/tasks/:id/subtasks': 'look',
  'POST /api/v1/tasks/:id/complete': 'work',
  ...collection('subtasks', 'work'),
  'POST /api/v1/subtasks/:id/complete': 'work',
  'GET /api/v1/tokens': 'manage',
  'POST /api/v1/tokens': 'manage',
  'GET /api/v1/tokens/:id': 'manage',
  'DELETE /api/v1/tokens/:id': 'manage',
  'GET /api/v1/audit': 'manage',
  'GET /api/v1/audit/verification': 'manage'
}

const callers = {
  owner: ['look', 'person', 'user', 'work', 'manage'],
  member: ['look', 'person', 'user', 'work'],
  viewer: ['look', 'person', 'user'],
  operator: ['look', 'person'],
  'a token that may write': ['look', 'work'],
  'a token that may read': ['look']
} as const satisfies Record<string, readonly Need[]>

const database = await testDatabase(t)
await seedTenants(database, { tenants: 3, subtasks: 3 })
await peopleOfAll(database)
await placeTenants(database)
const { app } = await testApp(t, database, { config: { access: 'required' } })
const { ask, cookieFor, send, api } = visitorsOf(app)

/** What lets somebody into an account. */
async function credentialsIn (slug: string): Promise<Record<keyof typeof callers, Asked>> {
  const asked = { slug }
  const owner = await cookieFor('owner@example.com', asked)
  const token = async (access: string): Promise<string> => (await api('tokens', { ...asked, cookie: owner, method: 'POST', body: { name: access, access } })).json<{ secret: string }>().secret
  const granted = await send('/look/', { slug, reason: 'to see', minutes: '30' }, { slug: '', page: '/look/' })
  const href = new RegExp(`${slug}\\.localhost(/look/begin/\\?code=[\\w-]+)`).exec(granted.body)?.[1] ?? ''
  const begun = await send('/look/begin/', { code: href.split('=')[1] ?? '' }, { ...asked, page: href })
  return {
    owner: { cookie: owner },
    member: { cookie: await cookieFor('member@example.com', asked) },
    viewer: { cookie: await cookieFor('viewer@example.com', asked) },
    operator: { cookie: cookieOf(begun) },
    'a token that may write': { token: await token('write') },
    'a token that may read': { token: await token('read') }
  }
}

const credentials = credentialsIn('tenant-0')
// Ids that nobody has, so that whoever gets through changes nothing.
const addressOf = (url: string): string => url.replace(':page', '1').replace(':id', '999999999')

let count = 0
/** What a route takes, so that nothing but who asks is in the way. */
function bodyOf (method: string, url: string): Record<string, unknown> {
  const email = `somebody-${count++}@example.com`
  const one = { projects: { name: 'p' }, tasks: { name: 't', project_id: 999999999 }, subtasks: { name: 's', task_id: 999999999 }, users: { email }, tokens: { name: 't' } }[url.split('/')[3] ?? ''] ?? {}
  if (url.startsWith('/api/')) return method === 'PATCH' ? {} : url.endsWith('/bulk') ? { items: [one] } : /:id/.test(url) ? {} : one
  return { email, password: 'correct horse', again: 'correct horse', present: 'wrong', role: 'viewer', name: 'by hand', access: 'read', days: '1' }
}

/** Every route of an account's that somebody may ask for, and whether this is how it is asked for. */
function routesOf (app: FastifyInstance): Array<{ method: string, url: string }> {
  return app.routeTable.filter(({ config = {} }) => config.anyHost !== true && config.audience !== 'operator')
    .flatMap(({ method, url }) => [method].flat().map(each => ({ method: each, url })))
}

/** Methods that no address takes for anything: they do nothing, whoever asks. */
const meaningful = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

t.test('the matrix has every route, and no other', async t => {
  const present = await Promise.all(routesOf(app).filter(({ method }) => meaningful.includes(method)).map(async ({ method, url }) => {
    const answer = await ask(addressOf(url), { method: method as 'GET', accept: 'application/json', ...(await credentials)['owner'] })
    return answer.statusCode === 405 ? undefined : `${method} ${url}`
  }))
  t.strictSame([...new Set(present)].filter(name => name !== undefined).sort(), Object.keys(matrix).sort())
})

for (const [caller, may] of Object.entries(callers) as Array<[keyof typeof callers, readonly Need[]]>) {
  t.test(`${caller} gets in where the matrix says, and nowhere else`, async t => {
    for (const [route, need] of Object.entries(matrix)) {
      // It would end the session that all others are tried with; the tests of sessions try it.
      if (route === 'POST /sign-out/') continue
      const [method = '', url = ''] = route.split(' ')
      const asked: Asked = { ...(await credentials)[caller], method: method as 'GET', accept: 'application/json', ...(method === 'GET' ? {} : url.startsWith('/api/') ? { body: bodyOf(method, url) } : { form: { ...bodyOf(method, url), form_token: await formTokenOf(caller) } as Record<string, string> }) }
      const { statusCode, body } = await ask(addressOf(url), asked)
      const isIn = need === 'open' || may.includes(need)
      // To a page about people there is nothing for whoever is none of them.
      const refusal = need === 'person' || need === 'user' ? 404 : 403
      if (need === 'open') t.ok(statusCode < 500 && statusCode !== 403, `${route}: ${statusCode}`)
      else if (isIn) t.ok(statusCode < 500 && ![401, 403].includes(statusCode), `${route}: ${statusCode}`)
      else t.equal(statusCode, refusal, `${route}: ${body.slice(0, 100)}`)
    }
  })
}

/** A program has no page to take one from; what it may make up is worth as much as none. */
async function formTokenOf (caller: keyof typeof callers): Promise<string> {
  const asked = (await credentials)[caller]
  return tokenIn(await ask(asked.token === undefined ? '/subtasks/' : '/sign-in/', asked.token === undefined ? asked : {}))
}

t.test('no credential of one account is worth anything at another', async t => {
  const others = await credentialsIn('tenant-1')
  for (const [slug, caller] of ['tenant-0', 'tenant-2'].flatMap(slug => (Object.keys(callers) as Array<keyof typeof callers>).map(caller => [slug, caller] as const))) {
    for (const [route, need] of Object.entries(matrix)) {
      if (need === 'open') continue
      const [method = '', url = ''] = route.split(' ')
      const { statusCode } = await ask(addressOf(url), { ...others[caller], slug, method: method as 'GET', accept: 'application/json', ...(method === 'GET' ? {} : { body: bodyOf(method, url) }) })
      // A form is refused for its token, or for being no form at all, before anybody asks who sent it.
      t.ok(statusCode === 401 || (method === 'POST' && !url.startsWith('/api/') && [403, 415].includes(statusCode)), `${caller} of tenant-1 at ${slug}: ${route} ${statusCode}`)
    }
  }
})

t.test('no credential of an account opens the operator\'s host, and no password of the operator\'s an account', async t => {
  const guarded = (await testApp(t, database, { config: { access: 'required', operatorPassword: 'for the operator', addresses: ['0.0.0.0'] } })).app
  for (const asked of Object.values(await credentials)) t.match(await ask('/subtasks/', { ...asked, slug: '', on: guarded }), { statusCode: 401, headers: { 'www-authenticate': /^Basic/ } })
  const basic = { authorization: `Basic ${Buffer.from('operator:for the operator').toString('base64')}` }
  t.equal((await ask('/look/', { slug: '', headers: basic, on: guarded })).statusCode, 200)
  t.equal((await ask('/api/v1/projects', { headers: basic, accept: 'application/json', on: guarded })).statusCode, 401)
})

t.test('a session that ends while its request is under way ends before the request begins or after it is done', async t => {
  const asked = { slug: 'tenant-1' }
  const owner = { ...asked, cookie: await cookieFor('owner@example.com', asked) }
  const id = (await api('users?limit=200', owner)).json<{ data: Array<{ id: number, email: string }> }>().data.find(({ email }) => email === 'member@example.com')?.id ?? 0
  const member = { ...asked, cookie: await cookieFor('member@example.com', asked) }
  const during = Array.from({ length: 20 }, async (_, index) => (await api('projects', { ...member, method: 'POST', body: { name: `during ${index}` } })).statusCode)
  t.equal((await api(`users/${id}`, { ...owner, method: 'PATCH', body: { is_active: false } })).statusCode, 200)
  const statuses = await Promise.all(during)
  t.strictSame(statuses.filter(status => status !== 201 && status !== 401), [])
  t.equal((await api('projects', { ...member, method: 'POST', body: { name: 'after' } })).statusCode, 401)
  const names = (await api('projects?limit=200', owner)).json<{ data: Array<{ name: string }> }>().data.map(({ name }) => name)
  t.equal(names.filter(name => name.startsWith('during')).length, statuses.filter(status => status === 201).length)
  t.notOk(names.includes('after'))
})

t.test('the document of the API says of each operation what the matrix says', async t => {
  const { paths = {} } = await documentOf(app)
  const ways: Partial<Record<Need, object[]>> = {
    look: [{ token: ['read'] }, { session: ['viewer'] }],
    work: [{ token: ['write'] }, { session: ['member'] }],
    manage: [{ session: ['owner'] }]
  }
  for (const [route, need] of Object.entries(matrix)) {
    const [method = '', url = ''] = route.split(' ')
    if (!url.startsWith('/api/')) continue
    const operation = (paths[url.replace(':id', '{id}')] as Record<string, { security?: object[], responses?: object }> | undefined)?.[method.toLowerCase()]
    t.strictSame(operation?.security, ways[need], route)
    t.ok(operation?.responses !== undefined && '401' in operation.responses && '403' in operation.responses, route)
  }
  const open = await documentOf((await testApp(t, database, { config: { access: 'open' } })).app)
  t.match(open.paths?.['/api/v1/projects']?.get?.security, [{}, { token: ['read'] }, { session: ['viewer'] }], 'nothing, where nobody signs in')
})
