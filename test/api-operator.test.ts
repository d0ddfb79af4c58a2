import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { accountAdministration } from '../src/provisioning/administration.ts'
import { CheckedApi, type Asked } from './api-client.ts'
import { documentOf } from './api-document.ts'
import { asRole, placeTenants, seedTenants, tenancy, testApp, testDatabase } from './support.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 4, subtasks: 5 })
await placeTenants(database)
const { app } = await testApp(t, database)
const api = new CheckedApi(await documentOf(app), tags => tags.includes('accounts') || tags.includes('overview'))

const ask = async (method: string, url: string, body?: object | string, of: FastifyInstance = app, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> =>
  await api.ask(of, '', { method, url, headers, ...(body === undefined ? {} : { body }) })
const page = async (slug: string): Promise<number> => (await app.inject({ url: '/subtasks/', headers: { host: `${slug}.localhost` }, remoteAddress: '127.0.0.1' })).statusCode

t.test('the operator finds accounts, makes them, and changes what they are called and whether they are served, at once', async t => {
  const list = (await ask('GET', '/api/v1/accounts?sort=-name&limit=3&count=exact')).json<{ data: Array<{ slug: string }>, next: string, total: number }>()
  t.match(list, { total: 4, data: [{ slug: 'tenant-3', status: 'active', has_own_database: tenancy === 'multiple-databases' }, { slug: 'tenant-2' }, { slug: 'tenant-1' }] })
  t.match((await ask('GET', list.next)).json(), { data: [{ slug: 'tenant-0' }], next: null })
  const forged = `${list.next.slice(0, -3)}xyz`
  t.equal((await ask('GET', forged)).statusCode, 400)

  const made = await ask('POST', '/api/v1/accounts', { slug: 'acme', name: 'Acme' })
  t.match(made, { statusCode: 201, headers: { location: '/api/v1/accounts/acme' } })
  t.strictSame((await ask('GET', '/api/v1/accounts/acme')).json(), made.json())
  t.equal(await page('acme'), 200)
  t.match((await ask('POST', '/api/v1/accounts', { slug: 'acme', name: 'Other' })).json(), { status: 409, detail: /there is a tenant "acme" already/ })

  t.match((await ask('PATCH', '/api/v1/accounts/acme', { slug: 'acme-inc', name: 'Acme, Inc.', redirect_hours: 1 })).json(), { slug: 'acme-inc', name: 'Acme, Inc.' })
  t.equal(await page('acme'), 307)
  t.equal(await page('acme-inc'), 200)
  t.match((await ask('PATCH', '/api/v1/accounts/acme-inc', { slug: 'tenant-0' })), { statusCode: 409 })
  t.match((await ask('PATCH', '/api/v1/accounts/acme-inc', {})).json(), { slug: 'acme-inc' })
  const etag = String((await ask('GET', '/api/v1/accounts/acme-inc')).headers['etag'])
  t.equal((await ask('GET', '/api/v1/accounts/acme-inc', undefined, app, { 'if-none-match': etag })).statusCode, 304)
  t.equal((await ask('PATCH', '/api/v1/accounts/acme-inc', { name: 'Mine' }, app, { 'if-match': '"another"' })).statusCode, 412)
  t.equal((await ask('POST', '/api/v1/accounts/acme-inc/suspend', {}, app, { 'if-match': '"another"' })).statusCode, 412)
  t.match(await ask('PATCH', '/api/v1/accounts/acme-inc', { name: 'Acme, Inc.' }, app, { 'if-match': etag, prefer: 'return=minimal' }), { statusCode: 204, body: '', headers: { etag } }, 'as it is already')

  t.match((await ask('POST', '/api/v1/accounts/acme-inc/suspend', { reason: 'Unpaid.' })).json(), { status: 'suspended', status_reason: 'Unpaid.' })
  t.equal(await page('acme-inc'), 403)
  t.match((await ask('GET', '/api/v1/accounts?status=suspended')).json(), { data: [{ slug: 'acme-inc' }] })
  t.equal((await ask('POST', '/api/v1/accounts/acme-inc/suspend')).statusCode, 409, 'a reason is not needed')
  for (const slug of ['x'.repeat(64), '%00', 'No', 'a_b']) for (const method of ['GET', 'PATCH']) t.equal((await ask(method, `/api/v1/accounts/${slug}`, method === 'PATCH' ? {} : undefined)).statusCode, 404, slug)
  for (const reason of ['', 'x'.repeat(501)]) t.match((await ask('POST', '/api/v1/accounts/tenant-0/suspend', { reason })).json(), { status: 422, errors: [{ pointer: '#/reason', detail: 'takes 1 to 500 characters' }] })
  t.match((await ask('POST', '/api/v1/accounts/acme-inc/resume')).json(), { status: 'active', status_reason: null })
  t.equal((await ask('POST', '/api/v1/accounts/acme-inc/resume')).statusCode, 409)
  t.equal(await page('acme-inc'), 200)

  const record = await asRole(database.admin, async query => await query("select action, actor, slug from rowhouse.account_event where actor like '%HTTP%' order by id"))
  t.strictSame(record.map(({ action, actor, slug }) => `${String(action)} ${String(slug)}: ${String(actor)}`), [
    'create acme', 'rename acme-inc', 'change name acme-inc', 'suspend acme-inc', 'resume acme-inc'
  ].map(what => `${what}: operator, over HTTP from 127.0.0.1`), 'each is on record, and nothing else')
})

t.test('the operator reads the rows of all accounts, with whose they are, and slices follow each other', async t => {
  if (tenancy === 'multiple-databases') {
    for (const plural of ['projects', 'tasks', 'subtasks', 'users']) t.match((await ask('GET', `/api/v1/overview/${plural}`)).json(), { status: 404, type: '/problems/no-view-over-all-accounts' })
    return
  }
  for (const [plural, total] of [['projects', 8], ['tasks', 8], ['subtasks', 20], ['users', 4]] as const) {
    const seen: string[] = []
    let url: string | null = `/api/v1/overview/${plural}?limit=3&count=exact`
    while (url !== null) {
      const slice: { data: Array<{ id: number, account: { slug: string } }>, next: string | null, total: number } = (await ask('GET', url)).json()
      t.equal(slice.total, total)
      seen.push(...slice.data.map(({ id, account }) => `${account.slug} ${id}`))
      url = slice.next
    }
    t.equal(new Set(seen).size, total, plural)
    t.strictSame([...new Set(seen.map(row => row.split(' ')[0]))], ['tenant-0', 'tenant-1', 'tenant-2', 'tenant-3'])
  }
  t.equal((await ask('POST', '/api/v1/accounts/tenant-1/suspend', {})).statusCode, 200)
  await asRole(database.admin, async query => { await query("update rowhouse.account set database = 'elsewhere' where slug = 'tenant-2'") })
  t.match((await ask('GET', '/api/v1/overview/projects?count=exact')).json(), { total: 6, not_included: { count: 1, slugs: ['tenant-2'] } }, 'what an account left behind that has moved is not in it')
  await asRole(database.admin, async query => { await query("update rowhouse.account set database = null where slug = 'tenant-2'") })
})

t.test('only the operator gets there: every status that the document names is reached', async t => {
  const { app: guarded } = await testApp(t, database, { config: { production: true, operatorPassword: 'a password' } })
  const { app: unmanaged } = await testApp(t, database, { administration: undefined })
  const { app: cut } = await testApp(t, database, { administration: accountAdministration({ ...database, login: role => ({ ...database.login(role), host: '127.0.0.1', port: 1 }) }, tenancy) })
  const stuck = await testApp(t, database, { pool: { size: 1, waitTimeoutMs: 200 } })

  const sample = ({ path, method, operation }: typeof api.operations[number], n: number): Asked => {
    const url = path.replace('{slug}', 'tenant-3')
    if (operation.operationId === 'createAccount') return { method, url, body: { slug: `new-${n}`, name: 'New' } }
    return { method, url, ...(method === 'PATCH' || operation.operationId === 'suspendAccount' ? { body: {} } : {}) }
  }
  for (const [n, operation] of api.operations.entries()) {
    const asked = sample(operation, n)
    const { method, url, body } = asked
    t.equal((await ask(method, url, body, guarded)).statusCode, 401, `${method} ${url}`)
    t.equal((await ask(method, url, body, app, { 'sec-fetch-site': 'cross-site' })).statusCode, 403)
    t.equal((await ask(method, url, body, app, { 'x-forwarded-for': '127.0.0.1' })).statusCode, 404, 'a proxy speaks for somebody')
    t.equal((await api.ask(app, 'tenant-0', asked)).statusCode, 404)
    t.equal((await ask(method, url, body, app, { host: 'example.com' })).statusCode, 421)
    if (method !== 'GET' && url.includes('tenant-3')) {
      t.equal((await ask(method, url, body, app, { 'if-match': '"another"' })).statusCode, 412)
      t.equal((await ask(method, url, body, app, { 'if-match': 'another' })).statusCode, 400)
      t.equal((await ask('POST', `/api/v1/accounts/tenant-3/${url.endsWith('/resume') ? 'suspend' : 'resume'}`)).statusCode, url.endsWith('/resume') ? 200 : 409)
      t.equal((await ask(method, url, body, app, { prefer: 'return=minimal' })).statusCode, 204)
      if (url.endsWith('/suspend')) await ask('POST', '/api/v1/accounts/tenant-3/resume')
    } else if (url.endsWith('tenant-3')) {
      t.equal((await ask(method, url, undefined, app, { 'if-none-match': '*' })).statusCode, 304)
    }
    const isChange = operation.operation.tags?.includes('accounts') === true && method !== 'GET'
    if (isChange) {
      t.equal((await ask(method, url, body, unmanaged)).statusCode, 501)
      t.equal((await ask(method, url, body, cut)).statusCode, 503)
      if (body !== undefined || url.endsWith('/resume')) {
        for (const [wrong, type, status] of [['{', 'application/json', 400], ['x', 'text/plain', 415], [JSON.stringify({ name: 'x'.repeat(2 ** 21) }), 'application/json', 413], ['{"nothing":1}', 'application/json', 422]] as const) {
          if (body === undefined && status === 422) continue
          t.equal((await api.ask(app, '', { method, url, headers: { 'content-type': type }, body: wrong })).statusCode, status)
        }
      }
      continue
    }
    t.equal((await ask(method, `${url}?limit=x`)).statusCode, url.endsWith('tenant-3') ? 200 : 400)
    const held = await holdOperator(stuck.strategy)
    if (tenancy === 'single-schema' || !url.includes('overview')) t.equal((await ask(method, url, body, stuck.app)).statusCode, 503)
    await held()
  }

  await asRole(database.admin, async query => { await query('revoke select on rowhouse.account from rowhouse_operator; revoke insert on rowhouse.account_event from rowhouse_manager; revoke insert (account_id, actor, action, slug, details) on rowhouse.account_event from rowhouse_manager') })
  for (const [n, operation] of api.operations.entries()) {
    const { method, url, body } = sample(operation, n)
    await ask(method, url, operation.operation.operationId === 'renameAccount' ? { name: 'x' } : body)
  }
  await asRole(database.admin, async query => { await query('grant select on rowhouse.account to rowhouse_operator; grant insert (account_id, actor, action, slug, details) on rowhouse.account_event to rowhouse_manager') })
  await ask('POST', '/api/v1/accounts/tenant-3/suspend', {})
  await asRole(database.admin, async query => { await query('revoke insert (account_id, actor, action, slug, details) on rowhouse.account_event from rowhouse_manager') })
  await ask('POST', '/api/v1/accounts/tenant-3/resume')
  t.match((await ask('GET', '/api/v1/accounts/tenant-3')).json(), { status: 'suspended' }, 'what cannot be recorded is not done')
  const beyond = tenancy === 'multiple-databases' ? ['overviewProjects', 'overviewTasks', 'overviewSubtasks', 'overviewUsers'] : []
  t.strictSame(api.documented.filter(known => !api.reached.has(known) && !(beyond.includes(known.split(' ')[0] ?? '') && /(200|500|503)$/.test(known))), [])
})

/** Holds the operator's only connection. @returns what lets go */
async function holdOperator (strategy: Awaited<ReturnType<typeof testApp>>['strategy']): Promise<() => Promise<void>> {
  for (let attempt = 1; ; attempt++) {
    try {
      const work = await strategy.beginOperator?.({ readOnly: true, deadlineMs: 30_000 })
      return async () => { await work?.transaction.rollback() }
    } catch (error) {
      // To connect may take longer than anybody is to wait there.
      if (attempt === 50) throw error
    }
  }
}
