import { scryptSync } from 'node:crypto'
import { mock } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyContextConfig, LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { TooManyAttemptsError, WrongPasswordError } from '../src/errors.ts'
import { TenantError, withCatalogue } from '../src/provisioning/catalogue.ts'
import { cloneTenant, resumeTenant, suspendTenant } from '../src/provisioning/life-cycle.ts'
import { makeOwner } from '../src/provisioning/people.ts'
import { HashingTurns } from '../src/routes/entry/hashing-turns.ts'
import { guessingMinutes, SignInLimits } from '../src/routes/entry/sign-in-limits.ts'
import { adminOf, asRole, placeTenants, seedTenants, testApp, testDatabase, until, type TestApp } from './support.ts'
import { cookieOf, letPass, peopleOfAll, tokenIn, visitorsOf } from './visitors.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 3, subtasks: 12 })
await peopleOfAll(database)
await placeTenants(database)

const closed = async (t: Test, options: Parameters<typeof testApp>[2] = {}): Promise<TestApp['app']> => (await testApp(t, database, { ...options, config: { access: 'required', ...options.config } })).app
const app = await closed(t)

const { ask, signIn, cookieFor } = visitorsOf(app)

t.test('every route of a tenant is closed to whoever brings nothing, or brings what is none', async t => {
  const openOnes: string[] = []
  let closedOnes = 0
  for (const { method, url, config = {} } of app.routeTable.flatMap(route => [route.method].flat().map(method => ({ ...route, method })))) {
    if (config.anyHost === true || config.audience === 'operator') continue
    if (config.entry === 'open') {
      openOnes.push(url)
      continue
    }
    closedOnes++
    const path = url.replace(':page', '1').replace(':id', '1').replace(':slug', 'tenant-0')
    for (const cookie of [undefined, 'session=' + 'A'.repeat(43), '__Host-session=x', 'session=']) {
      for (const accept of ['text/html', 'application/json']) {
        const answer = await app.inject({ method: method as 'GET', url: path, headers: { host: 'tenant-0.localhost', accept, ...(cookie === undefined ? {} : { cookie }) } })
        const isSentToSignIn = answer.statusCode === 303 && String(answer.headers.location).startsWith('/sign-in/?to=')
        t.ok(isSentToSignIn || answer.statusCode >= 400, `${method} ${url} with ${cookie ?? 'nothing'}: ${answer.statusCode}`)
        if (cookie === undefined) t.ok(isSentToSignIn || answer.statusCode === 401, `${method} ${url}: ${answer.statusCode}`)
        t.notMatch(answer.body, /subtask 00|tenant-0\.|@example/, `${method} ${url}`)
      }
    }
  }
  t.ok(closedOnes > 60, `${closedOnes} routes`)
  // What answers on any host, and what the operator's host has: nothing is there that nobody has thought of.
  const named = (wanted: (config: FastifyContextConfig) => boolean): string[] => [...new Set(app.routeTable.filter(({ config = {} }) => wanted(config)).map(({ url }) => url))].sort()
  t.strictSame(named(({ anyHost }) => anyHost === true), ['/assets/favicon.svg', '/assets/guide.js', '/assets/style.css', '/assets/zone.js', '/docs', '/docs/', '/guide', '/guide/', '/health/live', '/health/ready', '/openapi.json', '/problems', '/problems/:name'])
  t.strictSame(named(({ audience }) => audience === 'operator').filter(url => !url.startsWith('/api/v1/')), ['/account/:slug', '/account/:slug/', '/accounts', '/accounts/', '/charts', '/charts/', '/look', '/look/'])
  t.strictSame([...new Set(openOnes)].sort(), ['/link', '/link/', '/look/begin', '/look/begin/', '/sign-in', '/sign-in/', '/sign-out/'])
})

t.test('a large body of somebody who gets in nowhere, or may not send it, is refused before it is parsed', async t => {
  const viewer = await cookieFor('viewer@example.com')
  const member = await cookieFor('member@example.com')
  const send = async (url: string, cookie: string, type: string, payload: string): Promise<number> =>
    (await app.inject({ method: 'POST', url, headers: { host: 'tenant-0.localhost', accept: 'application/json', 'content-type': type, cookie }, payload })).statusCode
  // Once it is parsed, the one is not JSON, and the other a form without its token.
  for (const [url, type, payload, parsed] of [
    ['/api/v1/projects', 'application/json', '{'.repeat(70_000), 400],
    ['/api/v1/projects/bulk', 'application/json', '{'.repeat(70_000), 400],
    ['/projects/', 'application/x-www-form-urlencoded', `name=${'%41'.repeat(300_000)}`, 403]
  ] as const) {
    for (const nobody of ['session=junk', 'session=', cookieOf(await signIn('owner@example.com', { slug: 'tenant-1' }))]) t.equal(await send(url, nobody, type, payload), 401, `${url} with ${nobody}`)
    t.equal(await send(url, viewer, type, payload), 403, `${url}, of a viewer`)
    t.equal(await send(url, member, type, payload), parsed, `${url}, of a member`)
  }
  const token = tokenIn(await ask('/projects/', { cookie: viewer }))
  t.match(await ask('/projects/', { method: 'POST', cookie: viewer, form: { form_token: token, name: 'x', details: 'x'.repeat(70_000) } }), { statusCode: 403, body: /Your role in this account does not allow this/ })
  t.match(await ask('/projects/', { method: 'POST', cookie: member, form: { form_token: tokenIn(await ask('/projects/', { cookie: member })), name: 'large', details: 'x'.repeat(70_000) } }), { statusCode: 303 })
  const many = '&'.repeat(1_000_000)
  t.equal(await send('/projects/', 'session=junk', 'application/x-www-form-urlencoded', many), 400)
})

t.test('people get in with their address and password, and out again', async t => {
  t.match(await ask('/subtasks/2/?x=y'), { statusCode: 303, headers: { location: '/sign-in/?to=%2Fsubtasks%2F2%2F%3Fx%3Dy' } })
  t.match(await ask('/api/v1/projects', { accept: 'application/json' }), { statusCode: 401, headers: { 'www-authenticate': /^Bearer/, 'content-type': /problem\+json/ } })
  const answer = await signIn('Member@Example.com', { to: '/subtasks/2/' })
  t.match(answer, { statusCode: 303, headers: { location: '/subtasks/2/' } })
  t.match(String(answer.headers['set-cookie']), /^session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/)
  t.equal(answer.headers['clear-site-data'], '"cache"', 'nor does it keep those of whoever was here before')
  const cookie = cookieOf(answer)
  const page = await ask('/subtasks/', { cookie })
  t.match(page, { statusCode: 200 })
  t.match(page.body, /Member of tenant-0[^]*Sign out[^]*subtask 0001 of tenant-0/)
  t.equal((await ask('/api/v1/projects', { cookie, accept: 'application/json' })).statusCode, 200)
  t.match(await ask('/', { cookie }), { statusCode: 302 })
  const out = await ask('/sign-out/', { method: 'POST', cookie, form: { form_token: tokenIn(page) } })
  t.equal(out.headers['clear-site-data'], '"cache"', 'the browser keeps no page to come back to')
  t.match(out, { statusCode: 303, headers: { location: '/sign-in/', 'set-cookie': /^session=;/ } })
  t.match(await ask('/subtasks/', { cookie }), { statusCode: 303 }, 'the browser may keep the cookie: it is worth nothing any more')
})

t.test('a session that is in use goes on, and is noted once a minute', async t => {
  const admin = await adminOf(database, 'tenant-1')
  const cookie = await cookieFor('viewer@example.com', { slug: 'tenant-1' })
  const last = async (): Promise<string> => String((await asRole(admin, async query => await query('select (idle_until > now() + interval \'6 days\' and seen_at > now() - interval \'30 seconds\')::text as fresh from rowhouse.user_session order by id desc limit 1')))[0]?.['fresh'])
  await asRole(admin, async query => await query("update rowhouse.user_session set seen_at = now() - interval '2 minutes', idle_until = now() + interval '1 minute'"))
  t.equal(await last(), 'false')
  t.equal((await ask('/subtasks/', { slug: 'tenant-1', cookie })).statusCode, 200)
  for (let waited = 0; await last() !== 'true' && waited < 100; waited++) await delay(20)
  t.equal(await last(), 'true')
})

t.test('a session is worth nothing on another host', async t => {
  const cookie = await cookieFor('owner@example.com')
  for (const slug of ['tenant-1', 'tenant-2']) {
    t.match(await ask('/subtasks/', { slug, cookie }), { statusCode: 303 })
    t.match(await ask('/api/v1/account', { slug, cookie, accept: 'application/json' }), { statusCode: 401 })
  }
  t.equal((await ask('/subtasks/', { cookie })).statusCode, 200)
})

t.test('a session lasts for seven days without use, and for thirty whatever is done', async t => {
  const [asked, admin] = [{ slug: 'tenant-2' }, await adminOf(database, 'tenant-2')]
  const isIn = async (cookie: string): Promise<boolean> => (await ask('/subtasks/', { ...asked, cookie })).statusCode === 200
  const unused = await cookieFor('viewer@example.com', asked)
  await letPass(admin, 'tenant-2', '6 days 23 hours')
  t.equal(await isIn(unused), true)
  // That was a use, which is noted behind the answer.
  await until(async () => (await asRole(admin, async query => await query("select id from rowhouse.user_session where idle_until > now() + interval '6 days 23 hours'"))).length > 0)
  await letPass(admin, 'tenant-2', '6 days 23 hours')
  t.equal(await isIn(unused), true)
  const left = await cookieFor('viewer@example.com', asked)
  await letPass(admin, 'tenant-2', '7 days')
  t.equal(await isIn(left), false, 'nobody used it')
  const used = await cookieFor('viewer@example.com', asked)
  for (let week = 0; week < 5; week++) {
    await letPass(admin, 'tenant-2', '5 days 23 hours')
    t.equal(await isIn(used), true, `week ${week}`)
    await until(async () => (await asRole(admin, async query => await query("select id from rowhouse.user_session where idle_until > now() + interval '6 days 23 hours'"))).length > 0)
  }
  await letPass(admin, 'tenant-2', '6 hours')
  t.equal(await isIn(used), false, 'however often it was used')
})

t.test('whoever signs in where somebody is signed in takes their place', async t => {
  const before = await cookieFor('viewer@example.com')
  const answer = await signIn('member@example.com', { cookie: before })
  t.equal(answer.statusCode, 303)
  t.equal((await ask('/subtasks/', { cookie: before })).statusCode, 303, 'that session is over')
  t.equal((await ask('/subtasks/', { cookie: cookieOf(answer) })).statusCode, 200)
})

t.test('a password that is changed lets nobody in who signs in with the old one at that moment', async t => {
  const asked = { slug: 'tenant-1' }
  for (let round = 0; round < 4; round++) {
    const [present, next] = round % 2 === 0 ? ['correct horse', 'battery staple'] : ['battery staple', 'correct horse']
    const own = await cookieFor('member@example.com', { ...asked, password: present })
    const form = await ask('/password/', { ...asked, cookie: own })
    const thieves = Array.from({ length: 4 }, async (_, index) => {
      await delay(index * 40)
      return await signIn('member@example.com', { ...asked, password: present })
    })
    const change = await ask('/password/', { ...asked, method: 'POST', cookie: own, form: { present, password: next, again: next, form_token: tokenIn(form) } })
    t.equal(change.statusCode, 303)
    for (const answer of await Promise.all(thieves)) {
      if (answer.statusCode === 303) t.equal((await ask('/subtasks/', { ...asked, cookie: cookieOf(answer) })).statusCode, 303, 'who was in before the change is out after it')
      else t.equal(answer.statusCode, 401)
    }
    t.equal((await ask('/subtasks/', { ...asked, cookie: cookieOf(change) })).statusCode, 200)
  }
})

t.test('a hash from cheaper days lets its owner in, takes others as long, and is made anew', async t => {
  const [asked, admin] = [{ slug: 'tenant-1' }, await adminOf(database, 'tenant-1')]
  // scrypt with a quarter of today's cost.
  const salt = Buffer.alloc(16, 7)
  const old = `$scrypt$ln=13,r=8,p=1$${salt.toString('base64').replace(/=+$/, '')}$${scryptSync('correct horse', salt, 32, { N: 2 ** 13, r: 8, p: 1, maxmem: 2 ** 25 }).toString('base64').replace(/=+$/, '')}`
  const own = "account_id = (select id from rowhouse.account where slug = 'tenant-1') and email = 'viewer@example.com'"
  await asRole(admin, async query => await query(`update rowhouse.app_user set password_hash = $1 where ${own}`, [old]))
  t.equal((await signIn('viewer@example.com', { ...asked, password: 'wrong' })).statusCode, 401)
  t.strictSame(await asRole(admin, async query => await query(`select password_hash as hash from rowhouse.app_user where ${own}`)), [{ hash: old }], 'a wrong one changes nothing')
  t.equal((await signIn('viewer@example.com', asked)).statusCode, 303)
  t.match(await asRole(admin, async query => await query(`select password_hash as hash from rowhouse.app_user where ${own}`)), [{ hash: /^\$scrypt\$ln=15,/ }])
  t.equal((await signIn('viewer@example.com', asked)).statusCode, 303)
})

t.test('a form that is out of date loses nothing, and leaving works when one is out already', async t => {
  const stale = await ask('/sign-in/', { method: 'POST', form: { email: 'owner@example.com', password: 'correct horse', to: '/subtasks/2/', form_token: 'x' } })
  t.match(stale, { statusCode: 403, body: /Please send it again[^]*value="\/subtasks\/2\/"[^]*value="owner@example.com"/ })
  t.notMatch(stale.body, /correct horse/)
  const cookie = await cookieFor('member@example.com')
  const page = await ask('/subtasks/', { cookie })
  const leave = async (): Promise<object> => await ask('/sign-out/', { method: 'POST', cookie, form: { form_token: tokenIn(page) } })
  for (let time = 0; time < 2; time++) t.match(await leave(), { statusCode: 303, headers: { location: '/sign-in/', 'set-cookie': /^session=;/ } })
  t.match(await ask('/subtasks/', { method: 'HEAD' }), { statusCode: 303 })
  for (const path of ['/sessions', '/password', '/people', '/audit/verification']) t.match(await ask(`${path}?a=b`, { cookie: await cookieFor('owner@example.com') }), { statusCode: 301, headers: { location: `${path}/?a=b` } })
})

t.test('a token that somebody brought is never the one that they leave with', async t => {
  const brought = `session=${'B'.repeat(43)}`
  const answer = await signIn('owner@example.com', { cookie: brought })
  t.not(cookieOf(answer), brought)
  t.match(await ask('/subtasks/', { cookie: brought }), { statusCode: 303 })
  t.not(await cookieFor('owner@example.com'), await cookieFor('owner@example.com'), 'and no two are the same')
})

t.test('nobody learns whether an address is somebody\'s', async t => {
  const answers = await Promise.all(['owner@example.com', 'nobody@example.com'].map(async email => await signIn(email, { password: 'wrong' })))
  for (const answer of answers) t.match(answer, { statusCode: 401, headers: { 'set-cookie': undefined } })
  const [known, unknown] = answers.map(({ body }) => body.replace(/owner@|nobody@/g, '').replace(/name="form_token" value="[^"]+"/, ''))
  t.equal(known, unknown)
})

t.test('who only looks changes nothing, even where a check was forgotten', async t => {
  const forgetful = await closed(t)
  forgetful.post('/forgotten', { config: { needs: 'look' } }, async ({ tenantScope: { sql, accountId } }) => await sql`insert into project (account_id, name) values (${accountId}, 'forgotten')`)
  const cookie = await cookieFor('viewer@example.com')
  t.equal((await ask('/subtasks/', { cookie })).statusCode, 200)
  t.match(await ask('/api/v1/projects', { method: 'POST', cookie, body: { name: 'mine' }, accept: 'application/json' }), { statusCode: 403 })
  t.match(await ask('/forgotten', { method: 'POST', cookie, on: forgetful, body: {} }), { statusCode: 500 })
  const member = await cookieFor('member@example.com')
  t.match(await ask('/api/v1/projects', { method: 'POST', cookie: member, body: { name: 'mine' }, accept: 'application/json' }), { statusCode: 201 })
  t.strictSame(await asRole(await adminOf(database, 'tenant-0'), async query => await query("select name from rowhouse.project where name in ('mine', 'forgotten')")), [{ name: 'mine' }])
})

t.test('only owners manage people and the account', async t => {
  const [owner, member] = [await cookieFor('owner@example.com'), await cookieFor('member@example.com')]
  const user = { email: 'new@example.com', role: 'viewer' }
  t.match(await ask('/api/v1/users', { method: 'POST', cookie: member, body: user, accept: 'application/json' }), { statusCode: 403 })
  t.match(await ask('/api/v1/account', { method: 'PATCH', cookie: member, body: { name: 'Mine' }, accept: 'application/json' }), { statusCode: 403 })
  t.match((await ask('/api/v1/users', { method: 'POST', cookie: owner, body: user, accept: 'application/json' })).json(), { email: 'new@example.com', role: 'viewer' })
})

t.test('a session ends when its time is up, and when its owner is deactivated', async t => {
  const admin = await adminOf(database, 'tenant-1')
  const asked = { slug: 'tenant-1' }
  for (const column of ['idle_until', 'expires_at']) {
    const cookie = await cookieFor('member@example.com', asked)
    t.equal((await ask('/subtasks/', { ...asked, cookie })).statusCode, 200)
    await asRole(admin, async query => await query(`update rowhouse.user_session set ${column} = now() where account_id = (select id from rowhouse.account where slug = 'tenant-1')`))
    t.equal((await ask('/subtasks/', { ...asked, cookie })).statusCode, 303, column)
  }
  const [owner, member] = [await cookieFor('owner@example.com', asked), await cookieFor('member@example.com', asked)]
  const { data } = (await ask('/api/v1/users', { ...asked, cookie: owner, accept: 'application/json' })).json<{ data: Array<{ id: number, email: string }> }>()
  const id = data.find(({ email }) => email === 'member@example.com')?.id ?? 0
  const change = async (isActive: boolean): Promise<void> => { t.equal((await ask(`/api/v1/users/${id}`, { ...asked, method: 'PATCH', cookie: owner, body: { is_active: isActive }, accept: 'application/json' })).statusCode, 200) }
  await change(false)
  t.equal((await ask('/subtasks/', { ...asked, cookie: member })).statusCode, 303)
  t.equal((await signIn('member@example.com', asked)).statusCode, 401)
  await change(true)
  t.equal((await ask('/subtasks/', { ...asked, cookie: member })).statusCode, 303, 'and does not come back')
  t.equal((await signIn('member@example.com', asked)).statusCode, 303)
})

t.test('people see where they are signed in, and end what they want to', async t => {
  const [here, there] = [await cookieFor('owner@example.com', { slug: 'tenant-2', headers: { 'user-agent': 'Here' } }), await cookieFor('owner@example.com', { slug: 'tenant-2', headers: { 'user-agent': 'There <b>' } })]
  const stranger = await cookieFor('member@example.com', { slug: 'tenant-2', headers: { 'user-agent': 'Stranger' } })
  const page = await ask('/sessions/', { slug: 'tenant-2', cookie: here })
  t.match(page.body, /Here<\/bdi> \(this one\)/)
  t.match(page.body, /There &lt;b&gt;/)
  t.notMatch(page.body, /Stranger/)
  const own = /There &lt;b&gt;[^]*?action="(\/sessions\/\d+\/end\/)"/.exec(page.body)?.[1] ?? ''
  const strangers = /Stranger[^]*?action="(\/sessions\/\d+\/end\/)"/.exec((await ask('/sessions/', { slug: 'tenant-2', cookie: stranger })).body)?.[1] ?? ''
  t.match(await ask(strangers, { slug: 'tenant-2', method: 'POST', cookie: here, form: { form_token: tokenIn(page) } }), { statusCode: 404 })
  t.match(await ask(own, { slug: 'tenant-2', method: 'POST', cookie: here, form: { form_token: tokenIn(page) } }), { statusCode: 303 })
  t.equal((await ask('/subtasks/', { slug: 'tenant-2', cookie: there })).statusCode, 303)
  for (const cookie of [here, stranger]) t.equal((await ask('/subtasks/', { slug: 'tenant-2', cookie })).statusCode, 200)
})

t.test('no form is taken that was not made for this account and this session', async t => {
  const cookie = await cookieFor('owner@example.com')
  const strange = tokenIn(await ask('/subtasks/', { cookie: await cookieFor('member@example.com') }))
  const elsewhere = tokenIn(await ask('/subtasks/', { slug: 'tenant-1', cookie: await cookieFor('owner@example.com', { slug: 'tenant-1' }) }))
  const own = tokenIn(await ask('/subtasks/', { cookie }))
  for (const token of ['', 'x', strange, elsewhere, own.slice(0, -1)]) t.match(await ask('/sign-out/', { method: 'POST', cookie, form: { form_token: token } }), { statusCode: 403 })
  t.match(await ask('/sign-out/', { method: 'POST', cookie, form: { form_token: own }, headers: { 'sec-fetch-site': 'same-site' } }), { statusCode: 403 }, 'another tenant\'s page')
  t.match(await ask('/sign-in/', { method: 'POST', form: { email: 'owner@example.com', password: 'correct horse', form_token: 'x' } }), { statusCode: 403 })
  t.equal((await ask('/subtasks/', { cookie })).statusCode, 200)
})

t.test('signing in leads nowhere but to this host', async t => {
  for (const to of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/a\r\nset-cookie: x=y', '']) {
    t.match(await signIn('owner@example.com', { to }), { statusCode: 303, headers: { location: '/' } }, JSON.stringify(to))
  }
  t.match(await ask(`/subtasks/?page=1&x=${'y'.repeat(5000)}`), { statusCode: 303, headers: { location: '/sign-in/?to=%2F' } })
})

t.test('after too many wrong passwords the right one, too, has to wait', async t => {
  const guarded = await closed(t)
  const asked = { on: guarded, slug: 'tenant-1' }
  for (let attempt = 0; attempt < 10; attempt++) t.equal((await signIn('owner@example.com', { ...asked, password: `guess ${attempt}` })).statusCode, 401)
  t.match(await signIn('OWNER@example.com', asked), { statusCode: 429, headers: { 'retry-after': /^\d+$/, 'set-cookie': undefined } })
  t.equal((await signIn('member@example.com', asked)).statusCode, 303, 'others get in')
  t.equal((await signIn('owner@example.com', { ...asked, slug: 'tenant-2' })).statusCode, 303, 'and so does whoever has the address in another account')
})

t.test('whoever runs the service lets the first owner in, and whoever has lost the password', async t => {
  await withCatalogue(database, async catalogue => {
    const asked = { slug: 'tenant-2' }
    const first = await makeOwner(database, catalogue, 'tenant-2', 'First@example.com')
    const cookie = await cookieFor('first@example.com', { ...asked, password: first })
    t.equal((await ask('/subtasks/', { ...asked, cookie })).statusCode, 200)
    const second = await makeOwner(database, catalogue, 'tenant-2', 'first@EXAMPLE.com')
    t.equal((await ask('/subtasks/', { ...asked, cookie })).statusCode, 303, 'signed out')
    t.equal((await signIn('first@example.com', { ...asked, password: first })).statusCode, 401)
    t.equal((await signIn('first@example.com', { ...asked, password: second })).statusCode, 303)
    for (const wrong of ['nobody', 'a b@example.com', `${'x'.repeat(250)}@example.com`]) await t.rejects(makeOwner(database, catalogue, 'tenant-2', wrong), TenantError)
    t.match((await catalogue.events('tenant-2', 1))[0], { action: 'owner', details: { email: 'first@EXAMPLE.com' } })
  })
})

t.test('nobody is signed in to a clone by having been in the account', async t => {
  const cookie = await cookieFor('owner@example.com')
  await withCatalogue(database, async catalogue => { await cloneTenant(database, catalogue, 'tenant-0', { slug: 'clone', name: 'Clone' }) })
  t.match(await ask('/subtasks/', { slug: 'clone', cookie }), { statusCode: 303 })
  t.equal((await signIn('owner@example.com', { slug: 'clone' })).statusCode, 303, 'though its people are the same')
})

t.test('over https the cookie is bound to its host by its name', async t => {
  const secure = await closed(t, { config: { production: true } })
  const answer = await signIn('owner@example.com', { on: secure })
  t.match(String(answer.headers['set-cookie']), /^__Host-session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
})

t.test('what somebody typed who may not send it is shown however long it is, in turns that are none of the members\'', async t => {
  const details = `${'for a while\n'.repeat(8000)}the end`
  const ended = await cookieFor('member@example.com')
  const token = tokenIn(await ask('/projects/', { cookie: ended }))
  await ask('/sign-out/', { method: 'POST', cookie: ended, form: { form_token: token } })
  const viewer = await cookieFor('viewer@example.com')
  const own = { 'sec-fetch-site': 'same-origin' }
  const send = async (asked: { cookie?: string, headers?: Record<string, string> }): Promise<LightMyRequestResponse> => await ask('/projects/', { method: 'POST', form: { form_token: token, name: 'Long', details }, headers: own, ...asked })
  for (const [what, asked, status] of [['signed out in another window', {}, 401], ['ended elsewhere', { cookie: ended }, 401], ['a made-up session', { cookie: 'session=junk' }, 401], ['a viewer', { cookie: viewer }, 403]] as const) {
    const answer = await send(asked)
    t.equal(answer.statusCode, status, what)
    t.ok(answer.body.includes(`>\n${details}</textarea>`), `${what}: all of it is there`)
  }
  for (const headers of [{}, { 'sec-fetch-site': 'same-site' }] as Array<Record<string, string>>) t.notMatch((await send({ cookie: ended, headers })).body, /for a while/, 'to its own page alone')

  const member = await cookieFor('member@example.com')
  const form = { form_token: tokenIn(await ask('/projects/', { cookie: member })), name: 'Of a member', details }
  const strangers = Promise.all(Array.from({ length: 30 }, async () => await send({ cookie: 'session=junk' })))
  t.equal((await ask('/projects/', { method: 'POST', cookie: member, form, headers: own })).statusCode, 303, 'members do not wait for strangers')
  const answers = await strangers
  t.strictSame([...new Set(answers.map(({ statusCode }) => statusCode))], [401], 'strangers are told that they have to sign in, whether they had a turn or not')
  const shown = answers.filter(({ body }) => body.includes(details)).length
  t.ok(shown >= 1 && shown < 30, `${shown} of 30 had one: of more than a few at once nothing is read`)
  const middling = 'for a while'.repeat(1600)
  const others = await Promise.all(Array.from({ length: 30 }, async () => await ask('/projects/', { method: 'POST', form: { form_token: token, name: 'Long', details: middling }, headers: own })))
  t.ok(others.filter(({ body }) => body.includes(middling)).length < 30, 'nor of as many of 17 kB')
  t.ok((await send({ cookie: ended })).body.includes(details), 'and nobody has kept a turn')
  t.notMatch((await ask('/projects/', { cookie: member })).body, />Long</, 'nothing is made of any')
})

t.test('what somebody typed whose session is over is shown with the way to sign in, and nothing of it else', async t => {
  const member = await cookieFor('member@example.com')
  const page = await ask('/projects/', { cookie: member })
  const form = { name: 'Typed & <b>', details: 'for a while', form_token: tokenIn(page) }
  const own = { 'sec-fetch-site': 'same-origin' }
  await ask('/sign-out/', { method: 'POST', cookie: member, form: { form_token: tokenIn(page) } })
  const shown = /href="\/sign-in\/\?to=%2Fprojects%2F" target="_blank">Sign in <[^]*What you typed[^]*readonly[^>]*>\s*Typed &amp; &lt;b&gt;<\/textarea>[^]*readonly[^>]*>\s*for a while<\/textarea>/
  for (const [what, asked] of [
    ['ended elsewhere', { cookie: member }],
    ['signed out in another window', { headers: own }],
    ['signed out, of a browser that says less', { headers: { origin: 'http://tenant-0.localhost' } }]
  ] as const) {
    const answer = await ask('/projects/', { method: 'POST', form, ...asked })
    t.equal(answer.statusCode, 401, what)
    t.match(answer.body, shown, what)
    t.ok(!answer.body.includes(form.form_token), 'no token is shown')
    t.match(answer.headers, { 'cache-control': 'private, no-store' })
    t.match(answer.body, /<a class="button" href="\/sign-in\/[^"]*" target="_blank">Sign in <span class="hint">\(in another tab\)</, 'one signs in beside it, since no browser comes back to it')
  }
  const another = await cookieFor('member@example.com')
  t.match(await ask('/projects/', { method: 'POST', form, cookie: another, headers: own }), { statusCode: 403, body: /What you typed/ }, 'signed in anew in another window')
  for (const [url, typed] of [['/people/', { email: 'new@example.com', first_name: 'Ann Typed', role: 'member' }], ['/tokens/', { name: 'Typed token', access: 'read', days: '3' }]] as const) {
    const answer = await ask(url, { method: 'POST', form: typed, headers: own })
    t.match(answer, { statusCode: 401, body: new RegExp(`to=${encodeURIComponent(url)}" target="_blank">Sign in <[^]*What you typed[^]*Typed`) }, url)
    t.notMatch(answer.body, />\s*(member|read|3)<\/textarea>/, 'what was chosen is chosen again')
  }
  for (const [what, asked] of [
    ['nobody says which page sent it', { form }],
    ['another site', { form, headers: { 'sec-fetch-site': 'cross-site' } }],
    ['another account\'s page', { form, headers: { 'sec-fetch-site': 'same-site', origin: 'http://tenant-1.localhost' } }],
    ['a form for a password', { form: { present: 'Typed & <b>', password: 'for a while', again: 'for a while' }, headers: own, url: '/password/' }]
  ] as Array<[string, { form: Record<string, string>, headers?: Record<string, string>, url?: string }]>) {
    const answer = await ask(asked.url ?? '/projects/', { method: 'POST', form: asked.form, headers: asked.headers ?? {} })
    t.ok([401, 403].includes(answer.statusCode), what)
    t.notMatch(answer.body, /What you typed|for a while/, what)
  }
  t.notMatch((await ask('/projects/', { cookie: another })).body, /Typed/, 'and nothing is made of any')
})

t.test('over https no cookie of a weaker name is taken in its place', async t => {
  const secure = await closed(t, { config: { production: true } })
  const strong = await cookieFor('owner@example.com', { on: secure })
  t.equal((await ask('/subtasks/', { on: secure, cookie: strong })).statusCode, 200)
  t.equal((await ask('/subtasks/', { on: secure, cookie: strong.replace('__Host-', '') })).statusCode, 303, 'one that came without it is none')
  t.equal((await ask('/subtasks/', { on: secure, cookie: await cookieFor('owner@example.com') })).statusCode, 303)
  const made = await ask('/projects/', { method: 'POST', on: secure, cookie: strong, form: { name: 'Made over https', details: '', form_token: tokenIn(await ask('/projects/', { on: secure, cookie: strong })) } })
  t.match(String(made.headers['set-cookie']), /^__Host-notice=project\.made\.\d+; Max-Age=60; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  t.match((await ask(String(made.headers.location), { on: secure, cookie: `${strong}; ${cookieOf(made)}` })).body, /role="status">The project is there/)
  t.notMatch((await ask(String(made.headers.location), { on: secure, cookie: `${strong}; ${cookieOf(made).replace('__Host-', '')}` })).body, /role="status"/)
  t.match((await ask('/sign-in/', { on: secure })).headers['strict-transport-security'], /max-age=/)
})

t.test('whoever has stolen a cookie is out as soon as its owner ends it, from wherever', async t => {
  const [stolen, own] = [await cookieFor('member@example.com', { headers: { 'user-agent': 'Left on a train' } }), await cookieFor('member@example.com')]
  t.equal((await ask('/subtasks/', { cookie: stolen, headers: { 'user-agent': 'A thief' } })).statusCode, 200)
  const page = await ask('/sessions/', { cookie: own })
  const end = /Left on a train[^]*?action="(\/sessions\/\d+\/end\/)"/.exec(page.body)?.[1] ?? ''
  t.equal((await ask(end, { method: 'POST', cookie: own, form: { form_token: tokenIn(page) } })).statusCode, 303)
  t.equal((await ask('/subtasks/', { cookie: stolen })).statusCode, 303)
})

t.test('whoever signs in twice at once has two sessions, and each ends by itself', async t => {
  const [one, other] = await Promise.all([cookieFor('viewer@example.com'), cookieFor('viewer@example.com')])
  t.not(one, other)
  const page = await ask('/subtasks/', { cookie: one })
  t.equal((await ask('/sign-out/', { method: 'POST', cookie: one, form: { form_token: tokenIn(page) } })).statusCode, 303)
  t.equal((await ask('/subtasks/', { cookie: one })).statusCode, 303)
  t.equal((await ask('/subtasks/', { cookie: other })).statusCode, 200)
})

t.test('wrong passwords are forgotten after a quarter of an hour, by the clock', async t => {
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: Date.now() })
  t.teardown(() => { mock.timers.reset() })
  const limits = new SignInLimits()
  let tellings = 0
  const told = async (): Promise<void> => { tellings++ }
  const attempt = { accountId: 1, email: 'ann@example.com', address: '192.0.2.1' }
  const wrong = async (): Promise<never> => await limits.attempt(attempt, async () => { throw new WrongPasswordError() }, told)
  for (let failure = 0; failure < 10; failure++) await t.rejects(wrong(), WrongPasswordError)
  await t.rejects(limits.attempt(attempt, async () => 'right', told), TooManyAttemptsError)
  await t.rejects(limits.attempt({ ...attempt, email: 'ANN@example.com' }, async () => 'right', told), TooManyAttemptsError, 'in whatever case')
  t.equal(await limits.attempt({ ...attempt, accountId: 2 }, async () => 'right', told), 'right', 'in another account it is somebody else')
  mock.timers.tick(guessingMinutes * 60_000 - 1000)
  t.match(await limits.attempt(attempt, async () => 'right', told).catch((error: unknown) => error), { headers: { 'retry-after': '1' } })
  mock.timers.tick(2000)
  t.equal(await limits.attempt(attempt, async () => 'right', told), 'right')
  t.equal(tellings, 1)
})

t.test('wrong passwords are counted once each, whoever they come from, and those that are refused not at all', async t => {
  const limits = new SignInLimits()
  let tellings = 0
  const told = async (): Promise<void> => { tellings++ }
  const wrong = async (email: string, address: string, accountId = 1): Promise<unknown> => await limits.attempt({ accountId, email, address }, async () => { await delay(1); throw new WrongPasswordError() }, told).catch((error: unknown) => error)
  const right = async (email: string, address: string, accountId = 1): Promise<unknown> => await limits.attempt({ accountId, email, address }, async () => 'right', told).catch((error: unknown) => error)

  const burst = await Promise.all(Array.from({ length: 14 }, async () => await wrong('ann@example.com', '192.0.2.1')))
  t.equal(burst.filter(answer => answer instanceof WrongPasswordError).length, 10, 'many at once are no more than one after the other')
  t.equal(tellings, 1)
  for (const email of ['ANN@example.com', 'a\u006e\u0307n@example.com']) t.ok(await right(email, '192.0.2.9') instanceof TooManyAttemptsError, email)

  // Somebody who guesses for many people is noticed, too, and is stopped; nobody else is.
  for (let person = 0; person < 40; person++) await wrong(`somebody-${person}@example.com`, '192.0.2.1')
  t.equal(tellings, 2)
  for (let time = 0; time < 20; time++) t.ok(await wrong('bob@example.com', '192.0.2.1') instanceof TooManyAttemptsError)
  t.equal(await right('bob@example.com', '192.0.2.2'), 'right', 'what is refused there is no failure of his')
  t.equal(await right('bob@example.com', '192.0.2.1', 2), 'right', 'and in another account the address is as good as any')
  for (let guess = 0; guess < 10; guess++) await wrong('οδος@example.com', '192.0.2.8')
  for (const email of ['ΟΔΟΣ@example.com', 'οδοσ@example.com']) t.ok(await right(email, '192.0.2.9') instanceof TooManyAttemptsError, email)
  for (let guess = 0; guess < 50; guess++) await wrong(`guest-${guess}@example.com`, `2001:db8:1:1::${guess.toString(16)}`, 3)
  t.ok(await right('dora@example.com', '2001:db8:1:1:ffff::1', 3) instanceof TooManyAttemptsError, 'a network of one customer\'s is one address')
  t.equal(await right('dora@example.com', '2001:db8:1:2::1', 3), 'right')
  for (let time = 0; time < 59; time++) await right('carol@example.com', '192.0.2.3')
  t.equal(await right('carol@example.com', '192.0.2.3'), 'right')
  t.ok(await right('carol@example.com', '192.0.2.3') instanceof TooManyAttemptsError, 'nobody signs in so often')
})

t.test('one account\'s flood of passwords keeps the next one waiting for a moment only', async t => {
  const turns = new HashingTurns()
  const order: number[] = []
  const hash = (accountId: number) => async (): Promise<void> => { await delay(5); order.push(accountId) }
  const flood = Array.from({ length: 70 }, async () => await turns.take(1, hash(1)).catch((error: unknown) => error))
  const other = turns.take(2, hash(2))
  await other
  t.ok(order.length <= 8, `the other account was served after ${order.length}`)
  t.equal((await Promise.all(flood)).filter(answer => answer instanceof TooManyAttemptsError).length, 70 - 3 - 50)
})

t.test('clients behind a proxy that is named are known by what it says, and by nobody else\'s word', async t => {
  const events = async (app: TestApp['app'], headers: Record<string, string>): Promise<unknown> => {
    await signIn('owner@example.com', { on: app, headers, password: 'wrong' })
    const { data } = (await ask('/api/v1/audit?limit=50', { accept: 'application/json', cookie: await cookieFor('owner@example.com') })).json<{ data: Array<{ action: string, details: { address: string } }> }>()
    return data.find(({ action }) => action === 'sign-in.failed')?.details.address
  }
  const proxied = await closed(t, { config: { trustedProxies: ['loopback', '10.0.0.0/8'] } })
  t.equal(await events(proxied, { 'x-forwarded-for': '203.0.113.7' }), '203.0.113.7')
  t.equal(await events(proxied, { 'x-forwarded-for': '198.51.100.1, 203.0.113.8, 10.1.2.3' }), '203.0.113.8', 'the last that is no proxy')
  t.equal(await events(proxied, { 'x-forwarded-for': 'a lie' }), '127.0.0.1')
  t.equal(await events(app, { 'x-forwarded-for': '203.0.113.7' }), '127.0.0.1')
  t.match(await ask('/sign-in/', { on: proxied, headers: { 'x-forwarded-host': 'tenant-1.localhost', 'x-forwarded-proto': 'https' } }), { statusCode: 200, body: /tenant-0/ })
})

t.test('where access is required the operator\'s host asks for the password, on this machine, too', async t => {
  t.match(await ask('/subtasks/', { slug: '', cookie: 'none=' }), { statusCode: 401, headers: { 'www-authenticate': /^Basic/ } })
  t.equal((await ask('/subtasks/', { slug: '', headers: { authorization: `Basic ${Buffer.from('operator:wrong').toString('base64')}` } })).statusCode, 401)
  t.not((await ask('/subtasks/', { slug: '' })).statusCode, 401)
  const without = await closed(t, { config: { operatorPassword: undefined } })
  t.equal((await ask('/subtasks/', { slug: '', on: without })).statusCode, 404)
})

t.test('an account that is suspended says why to nobody who has not signed in', async t => {
  await withCatalogue(database, async catalogue => {
    await suspendTenant(database, catalogue, 'tenant-2', 'unpaid since May')
    const hasty = await closed(t, { directory: { ttlMs: 0, size: 100 } })
    const answer = await ask('/sign-in/', { slug: 'tenant-2', on: hasty })
    t.match(answer, { statusCode: 403, body: /This account is suspended\. Its data are kept/ })
    t.notMatch(answer.body, /unpaid/)
    await resumeTenant(database, catalogue, 'tenant-2')
  })
})

t.test('where access is open nobody signs in, and the pages say so', async t => {
  const { app: open } = await testApp(t, database)
  t.match((await ask('/subtasks/', { on: open })).body, /Open to everybody at this machine/)
  t.match(await ask('/sign-in/', { on: open }), { statusCode: 404 })
})
