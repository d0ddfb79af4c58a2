import { mock } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { TooManyAttemptsError, WrongPasswordError } from '../src/errors.ts'
import { TenantError, withCatalogue } from '../src/provisioning/catalogue.ts'
import { cloneTenant } from '../src/provisioning/life-cycle.ts'
import { makeOwner } from '../src/provisioning/people.ts'
import { guessingMinutes, SignInLimits } from '../src/routes/entry/sign-in-limits.ts'
import { adminOf, asRole, placeTenants, seedTenants, testApp, testDatabase, type TestApp } from './support.ts'
import { cookieOf, peopleOfAll, tokenIn, visitorsOf } from './visitors.ts'

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
  t.strictSame([...new Set(openOnes)].sort(), ['/link/', '/look/begin/', '/sign-in', '/sign-in/'])
})

t.test('people get in with their address and password, and out again', async t => {
  t.match(await ask('/subtasks/2/?x=y'), { statusCode: 303, headers: { location: '/sign-in/?to=%2Fsubtasks%2F2%2F%3Fx%3Dy' } })
  t.match(await ask('/api/v1/projects', { accept: 'application/json' }), { statusCode: 401, headers: { 'www-authenticate': /^Bearer/, 'content-type': /problem\+json/ } })
  const answer = await signIn('Member@Example.com', { to: '/subtasks/2/' })
  t.match(answer, { statusCode: 303, headers: { location: '/subtasks/2/' } })
  t.match(String(answer.headers['set-cookie']), /^session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/)
  const cookie = cookieOf(answer)
  const page = await ask('/subtasks/', { cookie })
  t.match(page, { statusCode: 200 })
  t.match(page.body, /Member of tenant-0[^]*Sign out[^]*subtask 0001 of tenant-0/)
  t.equal((await ask('/api/v1/projects', { cookie, accept: 'application/json' })).statusCode, 200)
  t.match(await ask('/', { cookie }), { statusCode: 302 })
  const out = await ask('/sign-out/', { method: 'POST', cookie, form: { form_token: tokenIn(page) } })
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
    await asRole(admin, async query => await query(`update rowhouse.user_session set ${column} = now()`))
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
  t.match(page.body, /Here \(this one\)/)
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

t.test('over https no cookie of a weaker name is taken in its place', async t => {
  const secure = await closed(t, { config: { production: true } })
  const strong = await cookieFor('owner@example.com', { on: secure })
  t.equal((await ask('/subtasks/', { on: secure, cookie: strong })).statusCode, 200)
  t.equal((await ask('/subtasks/', { on: secure, cookie: strong.replace('__Host-', '') })).statusCode, 303, 'one that came without it is none')
  t.equal((await ask('/subtasks/', { on: secure, cookie: await cookieFor('owner@example.com') })).statusCode, 303)
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
  const attempt = { accountId: 1, email: 'ann@example.com', address: '192.0.2.1' }
  const wrong = async (): Promise<never> => await limits.attempt(attempt, async () => { throw new WrongPasswordError() })
  for (let failure = 0; failure < 10; failure++) await t.rejects(wrong(), WrongPasswordError)
  await t.rejects(limits.attempt(attempt, async () => 'right'), TooManyAttemptsError)
  await t.rejects(limits.attempt({ ...attempt, email: 'ANN@example.com' }, async () => 'right'), TooManyAttemptsError, 'in whatever case')
  t.equal(await limits.attempt({ ...attempt, accountId: 2 }, async () => 'right'), 'right', 'in another account it is somebody else')
  mock.timers.tick(guessingMinutes * 60_000 - 1000)
  t.match(await limits.attempt(attempt, async () => 'right').catch((error: unknown) => error), { headers: { 'retry-after': '1' } })
  mock.timers.tick(2000)
  t.equal(await limits.attempt(attempt, async () => 'right'), 'right')
})

t.test('where access is open nobody signs in, and the pages say so', async t => {
  const { app: open } = await testApp(t, database)
  t.match((await ask('/subtasks/', { on: open })).body, /Open to everybody at this machine/)
  t.match(await ask('/sign-in/', { on: open }), { statusCode: 404 })
})
