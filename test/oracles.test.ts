import t, { type Test } from 'tap'
import { findPasswordParameters } from '../src/repositories/sessions.ts'
import { hashLike, hashPassword } from '../src/password.ts'
import { asRole, seedTenants, testApp, testDatabase } from './support.ts'
import { tellsApart } from './tells-apart.ts'
import { peopleOfAll, tokenIn, visitorsOf } from './visitors.ts'

/** Whether the time that an answer takes tells somebody what is not theirs to know. Its status, body and headers are tried with the API. */
const database = await testDatabase(t)
await seedTenants(database, { tenants: 3, subtasks: 3 })
await peopleOfAll(database)
/** Of tenant-1, and of nobody. */
const [theirs, nobodys] = [[3, 4], [8, 9]]

t.test('the time of an answer does not tell a row that another tenant has from one that nobody has', async t => {
  const { app } = await testApp(t, database, { name: 'single-schema', config: { access: 'open' } })
  const headers = { host: 'tenant-0.localhost' }
  for (const [what, status, ask] of [
    ['read', 404, id => ({ method: 'GET', url: `/api/v1/projects/${id}` })],
    ['changed', 404, id => ({ method: 'PATCH', url: `/api/v1/projects/${id}`, payload: { name: 'mine' } })],
    ['deleted', 404, id => ({ method: 'DELETE', url: `/api/v1/projects/${id}` })],
    ['deleted, with what belongs to it', 404, id => ({ method: 'DELETE', url: `/api/v1/projects/${id}?cascade=true` })],
    ['listed by', 404, id => ({ method: 'GET', url: `/api/v1/projects/${id}/tasks` })],
    ['referred to', 422, id => ({ method: 'POST', url: '/api/v1/tasks', payload: { name: 'hung on it', project_id: id } })]
  ] as Array<[string, number, (id: number | undefined) => object]>) {
    const asking = (ids: number[]) => async (turn: number) => {
      const { statusCode } = await app.inject({ ...ask(ids[turn % ids.length]), headers })
      if (statusCode !== status) throw new Error(`${what}: ${statusCode}`)
    }
    silent(t, what, await tellsApart(asking(theirs), asking(nobodys)))
  }
})

t.test('nor a credential or a link of another account from one that was made up', async t => {
  const { app } = await testApp(t, database, { name: 'single-schema', config: { access: 'required' } })
  const { ask, api, cookieFor } = visitorsOf(app)
  const owner = { slug: 'tenant-1', cookie: await cookieFor('owner@example.com', { slug: 'tenant-1' }) }
  const [person] = (await api('users', owner)).json<{ data: Array<{ id: number }> }>().data
  const token = (await api('tokens', { ...owner, method: 'POST', body: { name: 'theirs' } })).json<{ secret: string }>().secret
  const code = (await api(`users/${person?.id ?? 0}/link`, { ...owner, method: 'POST' })).json<{ link: string }>().link.split('code=')[1] ?? ''
  t.equal((await ask(`/link/?code=${code}`, owner)).statusCode, 200)
  for (const [what, secret, asking] of [
    ['a session', owner.cookie.replace('session=', ''), (secret: string) => async () => await api('projects', { cookie: `session=${secret}` })],
    ['a token', token.replace('rowhouse_', ''), (secret: string) => async () => await api('projects', { token: `rowhouse_${secret}` })],
    ['a link', code, (secret: string) => async () => await ask(`/link/?code=${secret}`)]
  ] as const) silent(t, what, await tellsApart(asking(secret), asking([...secret].reverse().join(''))))
})

t.test('nor an address that somebody has from one that nobody has: there is a password to hash for either', async t => {
  const people = 120
  const hash = await hashPassword('correct horse')
  await asRole(database.admin, async query => await query(`insert into rowhouse.app_user (account_id, email, first_name, last_name, role, password_hash)
    select 3, 'somebody-' || lpad(i::text, 3, '0') || '@example.com', '', '', 'member', $1 from generate_series(0, $2::integer - 1) as i`, [hash, people]))
  const { app } = await testApp(t, database, { name: 'single-schema', config: { access: 'required' } })
  // As it is where nobody thought of it.
  app.post('/careless/sign-in/', { config: { entry: 'open', transaction: false } }, async (request, reply) => {
    const { email, password } = request.body as { email: string, password: string }
    const parameters = await request.inTransaction('nobody', async scope => await findPasswordParameters(scope, email))
    if (parameters !== undefined) await hashLike(password, parameters)
    return await reply.code(401).send()
  })
  const formToken = tokenIn(await visitorsOf(app).ask('/sign-in/', { slug: 'tenant-2' }))
  // From another address each, and each person once: nobody is kept waiting for the wrong passwords of before.
  let count = 0
  const asking = (whose: string, url: string) => async (turn: number) => {
    const email = `${whose}-${String(turn % people).padStart(3, '0')}@example.com`
    const typed = { email, password: 'wrong horse' }
    const asked = { method: 'POST', url, remoteAddress: `10.0.${count >> 7}.${count++ & 127}` } as const
    const headers = { host: 'tenant-2.localhost', accept: 'text/html' }
    const { statusCode } = url === '/sign-in/'
      ? await app.inject({ ...asked, headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, payload: new URLSearchParams({ ...typed, form_token: formToken }).toString() })
      : await app.inject({ ...asked, headers, payload: typed })
    if (statusCode !== 401) throw new Error(`${email} was answered ${statusCode}`)
  }
  const slow = { looks: [40, people], quiet: 0.25, each: 1 }
  silent(t, 'an address', await tellsApart(asking('somebody', '/sign-in/'), asking('whoever0', '/sign-in/'), slow))

  t.match(await tellsApart(asking('somebody', '/careless/sign-in/'), asking('whoever0', '/careless/sign-in/'), slow), { tells: true }, 'a hash that is made for one of them alone would be noticed')
})

t.test('a difference of a millisecond, or of one statement, would be noticed', async t => {
  const { app } = await testApp(t, database, { name: 'single-schema', config: { access: 'open' } })
  app.get('/careless/:how/:id', async ({ params, tenantScope: { sql, accountId } }, reply) => {
    const { how, id } = params as { how: string, id: string }
    await sql`select id from project where account_id = ${accountId} and id = ${id}`
    if (theirs.includes(Number(id))) await (how === 'statement' ? sql`select id from account where id = ${accountId}` : sql`select pg_sleep(0.001)`)
    return await reply.code(404).send()
  })
  for (const how of ['statement', 'millisecond']) {
    const asking = (ids: number[]) => async (turn: number) => await app.inject({ url: `/careless/${how}/${ids[turn % ids.length] ?? 0}`, headers: { host: 'tenant-0.localhost' } })
    const comparison = await tellsApart(asking(theirs), asking(nobodys))
    t.match(comparison, { tells: true }, `${how}: ${JSON.stringify(comparison)}`)
  }
})

function silent (t: Test, what: string, comparison: Awaited<ReturnType<typeof tellsApart>>): void {
  t.match(comparison, { tells: false }, `${what}: ${JSON.stringify(comparison)}`)
}
