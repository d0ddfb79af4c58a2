import t from 'tap'
import type { Mail } from '../src/mail.ts'
import { withCatalogue } from '../src/provisioning/catalogue.ts'
import { loginAt } from '../src/database/placement.ts'
import { resumeTenant, suspendTenant } from '../src/provisioning/life-cycle.ts'
import { adminOf, asRole, placeTenants, seedTenants, tenancy, testApp, testDatabase } from './support.ts'
import { cookieOf, letPass, peopleOfAll, tokenIn, visitorsOf } from './visitors.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 3, subtasks: 12 })
await peopleOfAll(database)
await placeTenants(database)

const mails: Mail[] = []
const directory = { ttlMs: 0, size: 100 }
const { app, strategy } = await testApp(t, database, { config: { access: 'required' }, directory, sendMail: async mail => { mails.push(mail) } })
const { ask, signIn, cookieFor, send, api } = visitorsOf(app)

interface Row { id: number, email: string, role: string, action: string, secret: string, expires_at: string, actor: { kind: string, name: string }, details: Record<string, unknown> }
const rowsIn = ({ body }: { body: string }): Row[] => (JSON.parse(body) as { data: Row[] }).data
const idOf = async (email: string, asked: Parameters<typeof api>[1]): Promise<number> => rowsIn(await api('users?limit=200', asked)).find(row => row.email === email)?.id ?? 0
const linkIn = ({ body }: { body: string }): string => /class="secret">https?:\/\/[^/]+(\/link\/\?code=[\w-]+)</.exec(body)?.[1] ?? ''
const codeOf = (link: string): string => link.split('code=')[1] ?? ''

t.test('owners invite people, who choose a password by a link that works once', async t => {
  const owner = { cookie: await cookieFor('owner@example.com') }
  const shown = await send('/people/', { email: 'new@example.com', first_name: 'Nora', last_name: '', role: 'viewer' }, { ...owner, page: '/people/' })
  t.equal(shown.statusCode, 200)
  const link = linkIn(shown)
  t.match(mails.at(-1), { kind: 'invitation', to: ['new@example.com'], text: new RegExp(codeOf(link)) })
  t.equal((await signIn('new@example.com', { password: '!' })).statusCode, 401, 'nobody gets in before')

  t.match(await ask(link, { slug: 'tenant-1' }), { statusCode: 404 }, 'it is no link of another account')
  const form = await ask(link)
  t.match(form.body, /new@example.com/)
  const choose = async (password: string, again = password): ReturnType<typeof ask> => await ask('/link/', { method: 'POST', form: { code: codeOf(link), password, again, form_token: tokenIn(form) } })
  t.match(await choose('short'), { statusCode: 400 })
  t.match(await choose('battery staple', 'battery stable'), { statusCode: 400 })
  const [first, second] = await Promise.all([choose('battery staple'), choose('battery stapler')])
  t.strictSame([first.statusCode, second.statusCode].sort(), [303, 404], 'of two at once one works')
  t.equal((await ask(link)).statusCode, 404)
  const chosen = first.statusCode === 303 ? first : second
  t.equal((await ask('/subtasks/', { cookie: cookieOf(chosen) })).statusCode, 200, 'and whoever used it is in')
  t.equal((await signIn('new@example.com', { password: first.statusCode === 303 ? 'battery staple' : 'battery stapler' })).statusCode, 303)
  t.match(await send('/people/', { email: 'NEW@example.com', role: 'viewer' }, { ...owner, page: '/people/' }), { statusCode: 409 })
})

t.test('a link is over when its time is up, when another is made, and when its user is deactivated', async t => {
  const asked = { slug: 'tenant-1' }
  const owner = { ...asked, cookie: await cookieFor('owner@example.com', asked) }
  const id = await idOf('viewer@example.com', owner)
  const make = async (): Promise<string> => {
    const answer = await api(`users/${id}/link`, { ...owner, method: 'POST' })
    t.match(answer.json(), { email: 'viewer@example.com', is_mailed: true })
    return `/link/?code=${codeOf(answer.json<{ link: string }>().link)}`
  }
  const [first, second] = [await make(), await make()]
  t.match(mails.at(-1), { kind: 'new-password' })
  t.equal((await ask(first, asked)).statusCode, 404)
  t.equal((await ask(second, asked)).statusCode, 200)
  await letPass(await adminOf(database, 'tenant-1'), 'tenant-1', '2 days 23 hours')
  t.equal((await ask(second, asked)).statusCode, 200)
  await letPass(await adminOf(database, 'tenant-1'), 'tenant-1', '2 hours')
  t.equal((await ask(second, asked)).statusCode, 404, 'three days are over')
  const third = await make()
  t.equal((await api(`users/${id}`, { ...owner, method: 'PATCH', body: { is_active: false } })).statusCode, 200)
  t.equal((await ask(third, asked)).statusCode, 404)
  t.equal((await api(`users/${id}/link`, { ...owner, method: 'POST' })).statusCode, 404)
})

t.test('a link is for who somebody was when it was made, and of an owner who may make it', async t => {
  const asked = { slug: 'tenant-0' }
  const owner = { ...asked, cookie: await cookieFor('owner@example.com', asked) }
  const [typo] = await Promise.all([api('users', { ...owner, method: 'POST', body: { email: 'typo@example.com', role: 'viewer' } })])
  const { id } = typo.json<Row>()
  const make = async (by = owner, of = id): Promise<string> => {
    const answer = await api(`users/${of}/link`, { ...by, method: 'POST' })
    t.equal(answer.statusCode, 201)
    return `/link/?code=${codeOf(answer.json<{ link: string }>().link)}`
  }
  const isGood = async (link: string): Promise<boolean> => (await ask(link, asked)).statusCode === 200
  for (const body of [{ email: 'right@example.com' }, { role: 'member' }]) {
    const link = await make()
    t.equal(await isGood(link), true)
    t.equal((await api(`users/${id}`, { ...owner, method: 'PATCH', body })).statusCode, 200)
    t.equal(await isGood(link), false, JSON.stringify(body))
  }
  const link = await make()
  for (const isActive of [false, true]) await api(`users/${id}`, { ...owner, method: 'PATCH', body: { is_active: isActive } })
  t.equal(await isGood(link), false, 'deactivated, and active again')

  // An owner who leaves a link behind comes back by none of theirs.
  const rogue = (await api('users', { ...owner, method: 'POST', body: { email: 'rogue@example.com', role: 'owner' } })).json<Row>().id
  const own = await make(owner, rogue)
  const chosen = await send('/link/', { code: codeOf(own), password: 'battery staple', again: 'battery staple' }, { ...asked, page: own })
  const by = { ...asked, cookie: cookieOf(chosen) }
  const [kept, left] = [await make(owner), await make(by)]
  t.equal(await isGood(kept), false, 'a newer one takes its place')
  t.equal((await api(`users/${rogue}`, { ...owner, method: 'PATCH', body: { role: 'member' } })).statusCode, 200)
  t.equal(await isGood(left), false, 'made by somebody who is no owner any more')
  await api(`users/${rogue}`, { ...owner, method: 'PATCH', body: { role: 'owner' } })
  const again = { ...asked, cookie: await cookieFor('rogue@example.com', { ...asked, password: 'battery staple' }) }
  const last = await make(again)
  t.equal((await api(`users/${rogue}`, { ...owner, method: 'DELETE' })).statusCode, 204)
  t.equal(await isGood(last), false, 'made by somebody who is gone')
})

t.test('what was typed into a form about people and tokens is there still, with what is wrong with each of its fields', async t => {
  const owner = { cookie: await cookieFor('owner@example.com') }
  for (const [page, form, status, mistakes, fields] of [
    ['/people/', { email: 'not an address', first_name: 'n'.repeat(151), last_name: 'Nord', role: 'viewer' }, 400, ['E-mail address: takes an e-mail address.', 'First name: takes at most 150 characters.'], [/value="not an address" aria-invalid="true" aria-describedby="email-mistake" autofocus>/, /value="n{151}" aria-invalid="true" aria-describedby="first_name-mistake">/, /value="Nord">/, /<option selected>viewer/]],
    ['/people/', { email: 'member@example.com', first_name: '<b>', last_name: '', role: 'member' }, 409, ['Somebody in this account has the address member@example.com already.'], [/aria-describedby="email-mistake" autofocus>/, /value="&lt;b&gt;">/]],
    ['/people/', { email: 'a,b@example.com', role: 'king' }, 400, ['E-mail address: takes an e-mail address.', 'Role: takes owner, member or viewer.'], [/<select id="role" name="role" aria-invalid="true" aria-describedby="role-mistake">/]],
    ['/tokens/', { name: 'Report', access: 'write', days: '1000' }, 400, ['For how many days: takes 1 to 366 days.'], [/value="Report">/, /value="write" selected/, /value="1000" required aria-invalid="true" aria-describedby="days-mistake" autofocus>/]],
    ['/tokens/', { name: ' ', access: 'all', days: '10' }, 400, ['What it is for: takes more than spaces.', 'It may: takes read, or read and write.'], [/value=" " aria-invalid="true" aria-describedby="name-mistake" autofocus>/, /name="access" aria-invalid="true" aria-describedby="access-mistake">/]],
    ['/password/', { present: 'correct horse', password: 'short', again: 'short' }, 400, ['A password takes at least 10 characters.'], [/name="password" [^>]* aria-invalid="true" aria-describedby="password-mistake" autofocus>/]],
    ['/password/', { present: 'correct horse', password: 'battery staple', again: 'battery stable' }, 400, ['The two passwords differ.'], [/name="again" [^>]* aria-invalid="true" aria-describedby="again-mistake" autofocus>/]],
    ['/password/', { present: 'wrong', password: 'battery staple', again: 'battery staple' }, 400, ['This is not your present password.'], [/name="present" [^>]* aria-invalid="true" aria-describedby="present-mistake" autofocus>/]],
    ['/look/', { slug: 'tenant-1', reason: ' ', minutes: '500' }, 400, ['Why: takes 1 to 500 characters.', 'For how many minutes: takes 5 to 120.'], [/value="tenant-1">/, /value=" " aria-invalid="true" aria-describedby="reason-mistake" autofocus>/, /value="500" required aria-invalid="true" aria-describedby="minutes-mistake">/]],
    ['/look/', { slug: 'nobody', reason: 'Ticket 1', minutes: '30' }, 400, ['There is no active account of this name.'], [/value="nobody" aria-invalid="true" aria-describedby="slug-mistake" autofocus>/, /value="Ticket 1">/]]
  ] as const) {
    const answer = await send(page, form, page === '/look/' ? { slug: '', page } : { ...owner, page })
    t.equal(answer.statusCode, status)
    t.strictSame([...answer.body.matchAll(/<p class="wrong" role="alert" id="\w+-mistake">([^<]*)</g)].map(([, text]) => text), mistakes)
    t.match(answer.body, /<title>Mistake: /)
    for (const shown of fields) t.match(answer.body, shown)
  }
  t.match((await ask('/people/', { cookie: `${owner.cookie}; notice=person.removed` })).body, /role="status">They are removed/)
  t.notMatch((await ask('/people/?done=removed', { cookie: `${owner.cookie}; notice=<script>` })).body, /role="status"|<script>/)
  t.match((await ask('/people/', owner)).body, /invited/)
})

t.test('the address of each form of people, tokens, looks and sessions leads to the page that the form stands on, and does nothing', async t => {
  const owner = { cookie: await cookieFor('owner@example.com') }
  const { id } = (await api('users', { ...owner, method: 'POST', body: { email: 'staying@example.com' } })).json<Row>()
  for (const [path, page] of [
    ...['role', 'activate', 'deactivate', 'remove', 'link'].map(form => [`/people/${id}/${form}/`, '/people/'] as const),
    ['/tokens/1/revoke/', '/tokens/'], ['/looks/1/end/', '/audit/'], ['/sessions/1/end/', '/sessions/'], ['/sessions/end-others/', '/sessions/'], ['/sign-out/', '/']
  ] as const) {
    t.match(await ask(path, owner), { statusCode: 303, headers: { location: page } }, path)
    t.equal((await ask(page === '/' ? '/projects/' : page, owner)).statusCode, 200, 'and they are signed in still')
  }
  t.match((await api(`users/${id}`, owner)).json(), { is_active: true, role: 'member' })
})

t.test('nobody is removed and no token revoked by a form that does not say that this is meant', async t => {
  const owner = { cookie: await cookieFor('owner@example.com') }
  const person = (await api('users', { ...owner, method: 'POST', body: { email: 'leaving@example.com' } })).json<Row>().id
  const token = (await api('tokens', { ...owner, method: 'POST', body: { name: 'Leaving' } })).json<Row>().id
  for (const [page, url, label] of [['/people/', `/people/${person}/remove/`, /Remove them with their password and sessions; tokens that they made stay/], ['/tokens/', `/tokens/${token}/revoke/`, /Revoke it: no program gets in with it any more/]] as const) {
    t.match((await ask(page, owner)).body, label)
    const answer = await send(url, {}, { ...owner, page })
    t.equal(answer.statusCode, 400)
    t.match(answer.body, /<details open>[^]*role="alert" id="\w+-\d+-mistake">Nothing is removed yet: tick this first\.<[^]*name="sure" value="yes" required aria-invalid="true" aria-describedby="\w+-\d+-mistake" autofocus>/)
    t.match((await ask(page, owner)).body, new RegExp(url), 'and it is there still')
    const id = url.replace(/\d+/, '999999999')
    t.match(await send(id, {}, { ...owner, page }), { statusCode: 400 })
    t.match(await send(id, { sure: 'yes' }, { ...owner, page }), { statusCode: 404 })
    t.match(await send(url, { sure: 'yes' }, { ...owner, page }), { statusCode: 303, headers: { location: page } })
    t.notMatch((await ask(page, owner)).body, new RegExp(url))
  }
})

t.test('hostile text in every field comes out as text on every page of the ways in', async t => {
  const hostile = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '\'; --', '</title><svg onload=alert(1)>', '<%= process.env %>', '&lt;b&gt; &amp;amp;', '\u202egnitirw\u202c \u0007']
  const [asked, slug] = [{ slug: 'tenant-2' }, 'tenant-2']
  for (const [index, text] of hostile.entries()) {
    const agent = text.replace(/[^\x20-\x7e]/g, '').trim()
    const owner = { ...asked, cookie: await cookieFor('owner@example.com', { ...asked, headers: { 'user-agent': agent } }) }
    const email = `hostile-${index}@example.com`
    /** Asserts that a page has the text in these places, once in each, as text, and nowhere else. */
    const holds = ({ body, statusCode }: { body: string, statusCode: number }, name: string, status: number, places: string[], what = text): void => {
      t.equal(statusCode, status, name)
      t.notMatch(body, /<script>|<img src=x|<svg|<%=|process\.env\)|onerror=alert\(1\)>/, `${name}: ${text}`)
      t.equal(body.split(escaped(what)).length - 1, places.reduce((total, place) => total + place.split(escaped(what)).length - 1, 0), `${name} has it nowhere else: ${what}`)
      for (const place of places) t.equal(body.split(place).length - 1, 1, `${name}: ${place}`)
    }
    const shown = escaped(text)
    holds(await send('/people/', { email, first_name: text, last_name: text, role: 'viewer' }, { ...owner, page: '/people/' }), 'the link of whoever is invited', 200, [])
    holds(await send('/tokens/', { name: text, access: 'read', days: '1' }, { ...owner, page: '/tokens/' }), 'a token', 200, [`<strong dir="auto">${shown}</strong> gets into this account`])
    t.equal((await send('/look/', { slug, reason: text, minutes: '5' }, { slug: '', page: '/look/' })).statusCode, 200)
    holds(await send('/look/', { slug: text, reason: text, minutes: '5' }, { slug: '', page: '/look/' }), 'a look that is refused', 400, [`name="slug" required maxlength="63" autocomplete="off" dir="auto" value="${shown}"`, `name="reason" required maxlength="500" autocomplete="off" dir="auto" value="${shown}"`])
    holds(await signIn(`${text}@x.y`, { ...asked, password: text }), 'a sign-in that failed', 400, [`maxlength="254" dir="auto" value="${shown}@x.y"`])
    const row = `<td dir="auto">${shown} ${shown}</td>`
    holds(await send('/people/', { email: text, first_name: text, last_name: text, role: text }, { ...owner, page: '/people/' }), 'an invitation that is refused', 400,
      [row, `autocomplete="off" dir="auto" value="${shown}" aria-invalid="true" aria-describedby="email-mistake" autofocus`, `name="first_name" maxlength="150" autocomplete="off" dir="auto" value="${shown}"`, `name="last_name" maxlength="150" autocomplete="off" dir="auto" value="${shown}"`])
    holds(await ask(`/sign-in/?to=${encodeURIComponent(`/${text}`)}`, asked), 'where to go after signing in', 200, /^[\x21-\x7e]+$/.test(text) ? [`name="to" value="/${shown}"`] : [])
    holds(await ask(`/link/?code=${encodeURIComponent(text)}`, asked), 'a link of nobody\'s', 404, [])
    holds(await ask(`/look/begin/?code=${encodeURIComponent(text)}`, asked), 'the beginning of a look', 200, [`name="code" value="${shown}"`])
    holds(await ask('/people/', owner), 'the people', 200, [row])
    holds(await ask('/tokens/', owner), 'the tokens', 200, [`<th scope="row" dir="auto">${shown}</th>`, `<span class="unseen" dir="auto">${shown}</span>`])
    holds(await ask('/sessions/', owner), 'the sessions', 200, [`<th scope="row"><bdi>${escaped(agent)}</bdi> (this one)</th>`], agent)
    // What happened is shown with what nobody would see.
    const visible = text.replace(/[\p{Cc}\p{Cf}]/gu, character => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
    holds(await ask('/audit/', owner), 'what happened', 200, [`Why: <q dir="auto">${escaped(visible)}</q>`, `reason <q>${escaped(visible)}</q>`, `name <q>${escaped(visible)}</q>`, ...(agent === text ? [`agent <q>${escaped(visible)}</q>`] : [])], visible)
    for (const path of ['/password/', '/audit/verification/']) holds(await ask(path, owner), path, 200, [])
    await api(`users/${await idOf(email, owner)}`, { ...owner, method: 'DELETE' })
  }
})

function escaped (text: string): string {
  return text.replace(/[&<>"']/g, character => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[character] ?? '')
}

t.test('a link that could not be sent by mail is shown all the same', async t => {
  const { app: silent } = await testApp(t, database, { config: { access: 'required' }, sendMail: async () => { throw new Error('no mail today') } })
  const owner = { on: silent, cookie: await cookieFor('owner@example.com') }
  const shown = await send('/people/', { email: 'unreached@example.com', role: 'member' }, { ...owner, page: '/people/' })
  t.match(shown.body, /no mail was sent/)
  t.equal((await ask(linkIn(shown))).statusCode, 200)
  t.match((await api(`users/${await idOf('unreached@example.com', owner)}/link`, { ...owner, method: 'POST' })).json(), { is_mailed: false })
})

t.test('a new password signs its owner out everywhere else, and in anew here', async t => {
  const asked = { slug: 'tenant-2' }
  const [here, there] = [await cookieFor('member@example.com', asked), await cookieFor('member@example.com', asked)]
  const wrong = await send('/password/', { present: 'wrong', password: 'battery staple', again: 'battery staple' }, { ...asked, cookie: here, page: '/password/' })
  t.match(wrong.body, /not your present password/)
  const changed = await send('/password/', { present: 'correct horse', password: 'battery staple', again: 'battery staple' }, { ...asked, cookie: here, page: '/password/' })
  t.equal(changed.statusCode, 303)
  for (const cookie of [here, there]) t.equal((await ask('/subtasks/', { ...asked, cookie })).statusCode, 303)
  t.equal((await ask('/subtasks/', { ...asked, cookie: cookieOf(changed) })).statusCode, 200)
  t.equal((await signIn('member@example.com', asked)).statusCode, 401)
  t.equal((await signIn('member@example.com', { password: 'battery staple' })).statusCode, 401, 'the same person in another account has another password')
  t.equal((await signIn('member@example.com')).statusCode, 303)
})

t.test('another role is another session', async t => {
  const asked = { slug: 'tenant-2' }
  const owner = { ...asked, cookie: await cookieFor('owner@example.com', asked) }
  const viewer = await cookieFor('viewer@example.com', asked)
  const id = await idOf('viewer@example.com', owner)
  t.equal((await send(`/people/${id}/role/`, { role: 'viewer' }, { ...owner, page: '/people/' })).statusCode, 303)
  t.equal((await ask('/subtasks/', { ...asked, cookie: viewer })).statusCode, 200, 'the same role changes nothing')
  t.equal((await send(`/people/${id}/role/`, { role: 'member' }, { ...owner, page: '/people/' })).statusCode, 303)
  t.equal((await ask('/subtasks/', { ...asked, cookie: viewer })).statusCode, 303)
})

t.test('the last owner stays, also where two leave at once', async t => {
  const asked = { slug: 'tenant-2' }
  const owner = { ...asked, cookie: await cookieFor('owner@example.com', asked) }
  const id = await idOf('owner@example.com', owner)
  t.match(await api(`users/${id}`, { ...owner, method: 'DELETE' }), { statusCode: 409 })
  for (const change of [{ role: 'viewer' }, { is_active: false }]) t.match(await api(`users/${id}`, { ...owner, method: 'PATCH', body: change }), { statusCode: 409 })
  t.match(await send(`/people/${id}/remove/`, { sure: 'yes' }, { ...owner, page: '/people/' }), { statusCode: 409, body: /keeps an owner/ })
  const invited = (await api('users', { ...owner, method: 'POST', body: { email: 'invited@example.com', role: 'owner' } })).json<Row>().id
  t.match(await api(`users/${id}`, { ...owner, method: 'DELETE' }), { statusCode: 409 }, 'somebody who has no password yet is no way in')
  await api(`users/${invited}`, { ...owner, method: 'DELETE' })
  const second = await idOf('member@example.com', owner)
  t.equal((await api(`users/${second}`, { ...owner, method: 'PATCH', body: { role: 'owner' } })).statusCode, 200)
  const answers = await Promise.all([id, second].map(async each => await api(`users/${each}`, { ...owner, method: 'PATCH', body: { role: 'member' } })))
  t.strictSame(answers.filter(({ statusCode }) => statusCode === 200).length <= 1, true)
  const [left] = await asRole(await adminOf(database, 'tenant-2'), async query => await query("select count(*)::integer as owners from rowhouse.app_user where role = 'owner' and is_active and account_id = (select id from rowhouse.account where slug = 'tenant-2')"))
  t.ok(Number(left?.['owners']) >= 1)
  await asRole(await adminOf(database, 'tenant-2'), async query => await query("update rowhouse.app_user set role = 'owner' where email = 'owner@example.com'"))
})

t.test('whoever is demoted or deactivated undoes it by nothing that was under way, and leaves no link behind', async t => {
  const asked = { slug: 'tenant-2' }
  const owner = { ...asked, cookie: await cookieFor('owner@example.com', asked) }
  const victim = await idOf('owner@example.com', owner)
  const { id } = (await api('users', { ...owner, method: 'POST', body: { email: 'rogue@example.com', role: 'owner' } })).json<Row>()
  const link = (await api(`users/${id}/link`, { ...owner, method: 'POST' })).json<{ link: string }>().link
  await send('/link/', { code: codeOf(link), password: 'battery staple', again: 'battery staple' }, { ...asked, page: `/link/?code=${codeOf(link)}` })
  for (const [round, change] of [{ role: 'member' }, { is_active: false }, { role: 'member' }, { is_active: false }].entries()) {
    await api(`users/${id}`, { ...owner, method: 'PATCH', body: { role: 'owner', is_active: true } })
    const rogue = { ...asked, cookie: await cookieFor('rogue@example.com', { ...asked, password: 'battery staple' }) }
    const demotion = new AbortController()
    const links: string[] = []
    const loops = Array.from({ length: 6 }, async (_, index) => {
      while (!demotion.signal.aborted) {
        if (index % 2 === 0) await api(`users/${id}`, { ...rogue, method: 'PATCH', body: { role: 'owner', is_active: true } })
        else {
          const made = await api(`users/${victim}/link`, { ...rogue, method: 'POST' })
          if (made.statusCode === 201) links.push(codeOf(made.json<{ link: string }>().link))
        }
      }
    })
    t.equal((await api(`users/${id}`, { ...owner, method: 'PATCH', body: change })).statusCode, 200)
    demotion.abort()
    await Promise.all(loops)
    t.match((await api(`users/${id}`, owner)).json(), change, `round ${round}`)
    for (const code of links) t.equal((await ask(`/link/?code=${code}`, asked)).statusCode, 404)
  }
  await api(`users/${id}`, { ...owner, method: 'DELETE' })
})

t.test('suspending an account ends its sessions for good', async t => {
  const asked = { slug: 'tenant-1' }
  const cookie = await cookieFor('member@example.com', asked)
  await withCatalogue(database, async catalogue => {
    await suspendTenant(database, catalogue, 'tenant-1', 'unpaid')
    t.equal((await ask('/subtasks/', { ...asked, cookie })).statusCode, 403)
    await resumeTenant(database, catalogue, 'tenant-1')
    strategy.forgetTenant('tenant-1')
  })
  t.equal((await ask('/subtasks/', { ...asked, cookie })).statusCode, 303)
  t.equal((await signIn('member@example.com', asked)).statusCode, 303)
})

t.test('programs get in with tokens, each into its own account alone', async t => {
  const owner = { cookie: await cookieFor('owner@example.com') }
  const make = async (body: object): Promise<Row> => (await api('tokens', { ...owner, method: 'POST', body })).json<Row>()
  const [reading, writing] = [await make({ name: 'Report' }), await make({ name: 'Import', access: 'write', expires_in_days: 1 })]
  t.match(reading.secret, /^rowhouse_[\w-]{43}$/)
  for (const { secret } of [reading, writing]) {
    t.equal((await api('projects', { token: secret })).statusCode, 200)
    for (const slug of ['tenant-1', 'tenant-2']) t.match(await api('projects', { token: secret, slug }), { statusCode: 401, headers: { 'www-authenticate': /^Bearer/ } })
    for (const route of ['users', 'tokens', 'audit']) t.equal((await api(route, { token: secret, ...(route === 'users' ? { method: 'POST', body: { email: 'x@example.com' } } : {}) })).statusCode, 403, route)
    t.match(await ask('/people/', { token: secret }), { statusCode: 403 })
    t.match(await ask('/sessions/', { token: secret }), { statusCode: 404 })
  }
  t.equal((await api('projects', { token: reading.secret, method: 'POST', body: { name: 'no' } })).statusCode, 403)
  t.equal((await api('projects', { token: writing.secret, method: 'POST', body: { name: 'yes' } })).statusCode, 201)
  const list = await api('tokens', owner)
  t.notMatch(list.body, new RegExp(writing.secret))
  t.match(rowsIn(list), [{ name: 'Report', access: 'read', made_by: 'owner@example.com' }, { name: 'Import', access: 'write', ending: writing.secret.slice(-4) }])

  for (const wrong of ['', 'x', writing.secret.slice(0, -1), writing.secret.replace('rowhouse_', ''), `${writing.secret}A`]) t.equal((await api('projects', { token: wrong })).statusCode, 401, wrong)
  t.equal((await api('projects', { token: 'x', cookie: owner.cookie })).statusCode, 401, 'no cookie makes up for a wrong token')
  await letPass(await adminOf(database, 'tenant-0'), 'tenant-0', '23 hours')
  t.equal((await api('projects', { token: writing.secret })).statusCode, 200, 'a day is not over')
  await letPass(await adminOf(database, 'tenant-0'), 'tenant-0', '89 days')
  t.equal((await api('projects', { token: writing.secret })).statusCode, 401)
  t.equal((await api('projects', { token: reading.secret })).statusCode, 200)
  await letPass(await adminOf(database, 'tenant-0'), 'tenant-0', '2 hours')
  t.equal((await api('projects', { token: reading.secret })).statusCode, 401, 'nor are ninety')
  owner.cookie = await cookieFor('owner@example.com')
  const fresh = await make({ name: 'Fresh', access: 'write' })
  t.equal((await api(`tokens/${fresh.id}`, { ...owner, method: 'DELETE' })).statusCode, 204)
  t.equal((await api('projects', { token: fresh.secret })).statusCode, 401)
  t.equal((await api(`tokens/${writing.id}`, { ...owner, method: 'DELETE' })).statusCode, 204)
  t.equal((await api('projects', { token: writing.secret })).statusCode, 401)

  const shown = await send('/tokens/', { name: 'By hand', access: 'read', days: '30' }, { ...owner, page: '/tokens/' })
  const byHand = /class="secret">(rowhouse_[\w-]+)</.exec(shown.body)?.[1]
  t.equal((await api('projects', { token: byHand })).statusCode, 200)
  const revoke = /By hand[^]*?action="(\/tokens\/\d+\/revoke\/)"/.exec((await ask('/tokens/', owner)).body)?.[1] ?? ''
  t.equal((await send(revoke, { sure: 'yes' }, { ...owner, page: '/tokens/' })).statusCode, 303)
  t.equal((await api('projects', { token: byHand })).statusCode, 401)
})

t.test('what a token reads with cannot write, even where a check was forgotten', async t => {
  const { app: forgetful } = await testApp(t, database, { config: { access: 'required' } })
  forgetful.post('/forgotten', { config: { needs: 'look' } }, async ({ tenantScope: { sql, accountId } }) => await sql`insert into project (account_id, name) values (${accountId}, 'forgotten')`)
  const { secret } = (await api('tokens', { cookie: await cookieFor('owner@example.com'), method: 'POST', body: { name: 'Reader' } })).json<Row>()
  t.match(await ask('/forgotten', { method: 'POST', token: secret, on: forgetful, body: {} }), { statusCode: 500 })
  t.strictSame(await asRole(await adminOf(database, 'tenant-0'), async query => await query("select name from rowhouse.project where name = 'forgotten'")), [])
})

t.test('the operator looks into an account: read only, for a while, for a reason, and its owners see it', async t => {
  const operator = { slug: '' }
  t.equal((await send('/look/', { slug: 'tenant-1', reason: '', minutes: '30' }, { ...operator, page: '/look/' })).statusCode, 400)
  t.equal((await send('/look/', { slug: 'nobody', reason: 'r', minutes: '30' }, { ...operator, page: '/look/' })).statusCode, 400)
  t.equal((await ask('/look/', { slug: 'tenant-1', cookie: await cookieFor('owner@example.com', { slug: 'tenant-1' }) })).statusCode, 404)
  t.equal((await ask('/look/', { method: 'POST', ...operator, form: { slug: 'tenant-1', reason: 'r', minutes: '30' } })).statusCode, 403, 'the form carries a token')
  const granted = await send('/look/', { slug: 'tenant-1', reason: 'Ticket 4711', minutes: '30' }, { ...operator, page: '/look/' })
  const href = /href="http:\/\/tenant-1\.localhost(\/look\/begin\/\?code=[\w-]+)"/.exec(granted.body)?.[1] ?? ''
  t.not(href, '')
  const asked = { slug: 'tenant-1' }
  t.equal((await send('/look/begin/', { code: codeOf(href) }, { slug: 'tenant-2', page: href })).statusCode, 404, 'not into another')
  const begun = await send('/look/begin/', { code: codeOf(href) }, { ...asked, page: href })
  t.equal(begun.statusCode, 303)
  t.equal((await send('/look/begin/', { code: codeOf(href) }, { ...asked, page: href })).statusCode, 404, 'a code works once')
  const cookie = cookieOf(begun)
  const page = await ask('/subtasks/', { ...asked, cookie })
  t.match(page.body, /You look into this account as the operator, until/)
  t.match(page.body, /subtask 0001 of tenant-1/)
  for (const slug of ['tenant-0', 'tenant-2']) t.equal((await ask('/subtasks/', { slug, cookie })).statusCode, 303)
  t.equal((await api('projects', { ...asked, cookie, method: 'POST', body: { name: 'no' } })).statusCode, 403)
  for (const path of ['/people/', '/tokens/', '/audit/']) t.equal((await ask(path, { ...asked, cookie })).statusCode, 403)
  t.equal((await ask('/sessions/', { ...asked, cookie })).statusCode, 404)

  const owner = { ...asked, cookie: await cookieFor('owner@example.com', asked) }
  const events = rowsIn(await api('audit?limit=10', owner)).filter(({ action }) => action.startsWith('look'))
  t.match(events, [{ action: 'look.begun', actor: { kind: 'operator' } }, { action: 'look.granted', details: { reason: 'Ticket 4711', minutes: 30 } }])
  for (const path of ['/nowhere/', '/sign-in/', '/problems/not-found', '/docs/']) t.match((await ask(path, { ...asked, cookie })).body, /You look into this account as the operator/, path)
  t.notMatch((await ask('/docs/', asked)).body, /You look into this account/)
  await letPass(await adminOf(database, 'tenant-1'), 'tenant-1', '29 minutes')
  t.equal((await ask('/subtasks/', { ...asked, cookie })).statusCode, 200)
  await letPass(await adminOf(database, 'tenant-1'), 'tenant-1', '2 minutes')
  t.equal((await ask('/subtasks/', { ...asked, cookie })).statusCode, 303, 'its time is up')
})

t.test('a look ends when the account\'s owners end it, and with a suspension; its code is good for five minutes', async t => {
  const asked = { slug: 'tenant-1' }
  const grant = async (): Promise<string> => {
    const granted = await send('/look/', { slug: 'tenant-1', reason: 'To see <b>', minutes: '120' }, { slug: '', page: '/look/' })
    return /href="http:\/\/tenant-1\.localhost(\/look\/begin\/\?code=[\w-]+)"/.exec(granted.body)?.[1] ?? ''
  }
  const begin = async (href: string): ReturnType<typeof send> => await send('/look/begin/', { code: codeOf(href) }, { ...asked, page: href })
  const late = await grant()
  await letPass(await adminOf(database, 'tenant-1'), 'tenant-1', '6 minutes')
  t.equal((await begin(late)).statusCode, 404)

  const both = await grant()
  t.strictSame((await Promise.all([begin(both), begin(both)])).map(({ statusCode }) => statusCode).sort(), [303, 404], 'of two at once one begins')

  const look = { ...asked, cookie: cookieOf(await begin(await grant())) }
  t.equal((await ask('/subtasks/', look)).statusCode, 200)
  const owner = { ...asked, cookie: await cookieFor('owner@example.com', asked) }
  const page = await ask('/audit/', owner)
  t.match(page.body, /may look into this account[^]*To see &lt;b&gt;/)
  for (const [, end] of page.body.matchAll(/action="(\/looks\/\d+\/end\/)"/g)) t.equal((await send(end ?? '', {}, { ...owner, page: '/audit/' })).statusCode, 303)
  t.equal((await ask('/subtasks/', look)).statusCode, 303)
  t.match(rowsIn(await api('audit?limit=1', owner))[0], { action: 'look.ended', actor: { kind: 'user', name: 'owner@example.com' } })

  const other = { ...asked, cookie: cookieOf(await begin(await grant())) }
  await withCatalogue(database, async catalogue => {
    await suspendTenant(database, catalogue, 'tenant-1', 'again')
    await resumeTenant(database, catalogue, 'tenant-1')
    strategy.forgetTenant('tenant-1')
  })
  t.equal((await ask('/subtasks/', other)).statusCode, 303)
})

t.test('what happens is recorded with who did it, and shows where it was tampered with', async t => {
  const asked = { slug: 'tenant-2' }
  await signIn('owner@example.com', { ...asked, password: 'wrong' })
  const owner = { ...asked, cookie: await cookieFor('owner@example.com', asked) }
  const admin = await adminOf(database, 'tenant-2')
  const events = rowsIn(await api('audit?limit=200&sort=id', owner))
  t.strictSame(events.map(({ id }) => id), events.map((_, index) => index + 1))
  t.match(events.findLast(({ action }) => action === 'sign-in.failed'), { actor: { kind: 'nobody' }, details: { email: 'owner@example.com', address: '127.0.0.1' } })
  t.match(events.at(-1), { action: 'sign-in', actor: { kind: 'user', name: 'owner@example.com' } })
  t.match(events.find(({ action }) => action === 'user.changed'), { actor: { kind: 'user', name: 'owner@example.com' }, details: { email: 'viewer@example.com', changes: { role: { from: 'viewer', to: 'member' } } } })
  t.match((await ask('/audit/', owner)).body, /sign-in\.failed/)
  t.match((await ask('/audit/verification/', owner)).body, /as they were recorded/)

  const verify = async (query = ''): Promise<{ is_intact: boolean, events: number, broken_at: number | null, last_id: number, last_hash: string, has_known: boolean | null }> => (await api(`audit/verification${query}`, owner)).json()
  const whole = await verify()
  t.match(whole, { is_intact: true, broken_at: null, has_known: null })
  const known = `?known_id=${whole.last_id}&known_hash=${whole.last_hash}`
  t.match(await verify(known), { is_intact: true, has_known: true })
  const account = "account_id = (select id from rowhouse.account where slug = 'tenant-2')"
  const tamper = async (statement: string, back: string): Promise<unknown> => {
    await asRole(admin, async query => await query(`create table if not exists kept as select * from rowhouse.audit_event where ${account}`))
    await asRole(admin, async query => await query(`update rowhouse.audit_event set ${statement} where ${account} and id = 2`))
    const found = await verify()
    await asRole(admin, async query => await query(`update rowhouse.audit_event set ${back} where ${account} and id = 2`))
    return found.broken_at
  }
  for (const column of ['actor', 'action', 'details', 'at', 'actor_kind', 'hash']) {
    const other = { at: "at + interval '1 microsecond'", details: 'details || \'{"x":1}\'', actor_kind: "case actor_kind when 'user' then 'nobody' else 'user' end", hash: "repeat('0', 64)" }[column] ?? `${column} || 'x'`
    t.equal(await tamper(`${column} = ${other}`, `${column} = (select kept.${column} from kept where kept.id = 2)`), 2, column)
  }
  t.match(await verify(), { is_intact: true })
  await asRole(admin, async query => await query(`delete from rowhouse.audit_event where ${account} and id = 3`))
  t.match(await verify(), { is_intact: false, broken_at: 4 })
  await asRole(admin, async query => await query('insert into rowhouse.audit_event select * from kept where id = 3'))
  await asRole(admin, async query => await query(`delete from rowhouse.audit_event where ${account} and id >= ${whole.last_id}`))
  t.match(await verify(known), { is_intact: false, broken_at: null, has_known: false }, 'what is taken off the end shows against what was noted')
})

t.test('nobody who serves requests changes or removes what was recorded', async t => {
  const admin = await adminOf(database, 'tenant-0')
  for (const [role, may] of [['loader', ['insert']], ['tenant', []], ['operator', []], ['manager', []]] as const) {
    for (const privilege of ['update', 'delete', 'truncate', 'insert']) {
      const [row] = await asRole(admin, async query => await query('select has_table_privilege($1, \'rowhouse.audit_event\', $2) or has_any_column_privilege($1, \'rowhouse.audit_event\', case $2 when \'delete\' then \'update\' when \'truncate\' then \'update\' else $2 end) as may', [`rowhouse_${role}`, privilege]))
      t.equal(row?.['may'], (may as readonly string[]).includes(privilege), `${role}: ${privilege}`)
    }
  }
  const loader = loginAt(database.login('loader'), admin.database === database.admin.database ? undefined : admin.database)
  const [account] = await asRole(admin, async query => await query("select id from rowhouse.account where slug = 'tenant-0'"))
  await asRole(loader, async query => { await t.rejects(query('select rowhouse.remove_events($1)', [account?.['id']]), { code: '42501' }, 'not even whole, while there is an account') })
  // Nor does whoever runs statements as the role that serves pages record what somebody else has done.
  await asRole(loginAt(database.login('tenant'), admin.database === database.admin.database ? undefined : admin.database), async query => {
    for (const [actor, action, details] of [['service::root', 'sign-in', '{}'], ['user:1:ann', 'account.suspend', '{}'], ['user:1:ann', 'sign-in', JSON.stringify({ x: 'x'.repeat(30_000) })]] as const) {
      await query('begin')
      await query('select rowhouse.set_account($1)', [account?.['id']])
      await query(`set local app.actor = '${actor}'`)
      await t.rejects(query('select rowhouse.record_event($1, $2)', [action, details]), { code: '22023' }, `${actor} ${action}`)
      await query('rollback')
    }
  })
})

t.test('what is done to an account from outside is known to its owners', async t => {
  const events = rowsIn(await api('audit?limit=200', { slug: 'tenant-1', cookie: await cookieFor('owner@example.com', { slug: 'tenant-1' }) }))
  t.match(events.filter(({ action }) => /suspend|resume/.test(action)).slice(-2), [{ action: 'account.resume', actor: { kind: 'service' } }, { action: 'account.suspend', details: { reason: 'unpaid' } }])
})

t.test('owners are told of guessed passwords', async t => {
  const { app: guarded } = await testApp(t, database, { config: { access: 'required' }, sendMail: async mail => { mails.push(mail) } })
  const asked = { slug: 'tenant-1', on: guarded }
  for (let attempt = 0; attempt < 10; attempt++) await signIn('member@example.com', { ...asked, password: `guess ${attempt}` })
  t.equal(mails.filter(({ kind }) => kind === 'guessing').length, 1)
  t.match(mails.at(-1), { kind: 'guessing', to: ['owner@example.com'], text: /the account tenant-1, the last one for member@example\.com from 127\.0\.0\.1/ })
  const made = '"Your\naccount: https://evil.example"@x.y'
  for (const email of [made, ...Array.from({ length: 40 }, (_, index) => `nobody-${index}@evil.example`)]) await signIn(email, { ...asked, password: 'x' })
  t.equal(mails.filter(({ kind }) => kind === 'guessing').length, 2)
  t.match(mails.at(-1), { text: /for an address that nobody there has from/ })
  t.notMatch(mails.map(({ text }) => text).join(), /evil/, 'whoever guesses writes nothing into mails')
  t.match((await ask('/people/', { slug: 'tenant-1', cookie: await cookieFor('owner@example.com', { slug: 'tenant-1' }) })).body, /Many wrong passwords were sent/)
})

t.test('wrong passwords where one chooses a new one are recorded, counted, and told of as well', async t => {
  const { app: guarded } = await testApp(t, database, { config: { access: 'required' }, sendMail: async mail => { mails.push(mail) } })
  const asked = { slug: 'tenant-2', on: guarded }
  const own = { ...asked, cookie: await cookieFor('owner@example.com', asked) }
  const before = mails.length
  for (let attempt = 0; attempt < 10; attempt++) await send('/password/', { present: `guess ${attempt}`, password: 'battery staple', again: 'battery staple' }, { ...own, page: '/password/' })
  t.match(mails.slice(before), [{ kind: 'guessing' }])
  t.equal((await send('/password/', { present: 'correct horse', password: 'battery staple', again: 'battery staple' }, { ...own, page: '/password/' })).statusCode, 429)
  t.equal(rowsIn(await api('audit?limit=30', own)).filter(({ action }) => action === 'password.refused').length >= 10, true)
})

t.test('what an owner does to the account is recorded with who it was', async t => {
  const owner = { cookie: await cookieFor('owner@example.com') }
  t.equal((await api('account', { ...owner, method: 'PATCH', body: { name: 'Renamed by its owner' } })).statusCode, 200)
  t.match(rowsIn(await api('audit?limit=5', owner)).find(({ action }) => action === 'account.renamed'), { actor: { kind: 'user', name: 'owner@example.com' }, details: { name: { to: 'Renamed by its owner' } } })
})

t.test('the operator\'s password is not to be guessed either', async t => {
  const { app: guarded } = await testApp(t, database, { config: { access: 'required', operatorPassword: 'for the operator', production: true } })
  const knock = async (password: string): Promise<number> => (await ask('/subtasks/', { slug: '', on: guarded, headers: { authorization: `Basic ${Buffer.from(`operator:${password}`).toString('base64')}` } })).statusCode
  t.not(await knock('for the operator'), 401)
  for (let attempt = 0; attempt < 20; attempt++) t.equal(await knock(`guess ${attempt}`), 401)
  t.equal(await knock('for the operator'), 429)
  const { app: another } = await testApp(t, database, { config: { access: 'required', operatorPassword: 'for the operator', production: true } })
  const burst = await Promise.all(Array.from({ length: 100 }, async (_, index) => (await ask('/subtasks/', { slug: '', on: another, headers: { authorization: `Basic ${Buffer.from(`operator:guess ${index}`).toString('base64')}` } })).statusCode))
  t.equal(burst.filter(status => status === 401).length, 20, 'many at once are no more')
  t.equal((await ask('/subtasks/', { slug: '', on: guarded, cookie: 'none=' })).statusCode, 401, 'whoever sends none is asked for it still')
})

t.test('a link leads to its account\'s own host, whatever host a header makes up', async t => {
  const made = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example;proto=https', 'x-host': 'evil.example', 'x-original-host': 'evil.example', origin: 'http://tenant-0.localhost' }
  for (const trustedProxies of [[], ['loopback']]) {
    const { app: served } = await testApp(t, database, { config: { access: 'required', trustedProxies }, sendMail: async mail => { mails.push(mail) } })
    const owner = { on: served, cookie: await cookieFor('owner@example.com', { on: served }), headers: made }
    const id = await idOf('viewer@example.com', owner)
    t.match((await api(`users/${id}/link`, { ...owner, method: 'POST' })).json(), { link: /^http:\/\/tenant-0\.localhost\/link\/\?code=[\w-]+$/ })
    t.match(mails.at(-1)?.text, /http:\/\/tenant-0\.localhost\/link\//)
    t.match((await send('/look/', { slug: 'tenant-1', reason: 'r', minutes: '5' }, { on: served, slug: '', page: '/look/' })).body, /href="http:\/\/tenant-1\.localhost\/look\/begin\//)
    for (const answer of [await api('projects?limit=1', owner), await ask('/', owner), await ask('/subtasks', owner), await ask('/subtasks/', { on: served, headers: made }), await api('projects', { ...owner, method: 'POST', body: { name: 'made' } })]) {
      t.ok(answer.statusCode < 400)
      t.notMatch(JSON.stringify(answer.headers) + answer.body, 'evil.example')
    }
    t.equal((await ask('/link/', { on: served, headers: { ...made, host: 'tenant-0.localhost.evil.example' } })).statusCode, 421)
  }
})

t.test('what is logged of an account has nothing of another, and nothing that lets anybody in', async t => {
  const lines: string[] = []
  const { app: logging } = await testApp(t, database, { config: { access: 'required' }, logger: { level: 'trace', stream: { write: (line: string) => { lines.push(line) } } } })
  logging.get('/broken', { config: { needs: 'look' } }, async ({ tenantScope: { sql } }) => await sql`select 1 / (select count(*) - count(*) from project)`)
  const asked = { on: logging, slug: 'tenant-0' }
  const cookie = await cookieFor('owner@example.com', asked)
  const { secret } = (await api('tokens', { ...asked, cookie, method: 'POST', body: { name: 'logged' } })).json<Row>()
  await signIn('owner@example.com', { ...asked, password: 'a wrong horse' })
  const [row] = await asRole(await adminOf(database, 'tenant-1'), async query => await query("select min(id)::integer as id from rowhouse.project where account_id = (select id from rowhouse.account where slug = 'tenant-1')"))
  // In a database of one's own, ids of others' are ids of one's own, too.
  const theirs = tenancy === 'single-schema' ? Number(row?.['id']) : 999_999_999
  for (const { statusCode } of [
    await ask('/broken', { ...asked, cookie }), await api(`projects/${theirs}`, { ...asked, token: secret }), await api('tasks', { ...asked, cookie, method: 'POST', body: { name: 'hung on it', project_id: theirs } }),
    await api('users', { ...asked, cookie, method: 'POST', body: { email: 'owner@example.com' } }), await api('projects', { ...asked, cookie: 'session=made-up' })
  ]) t.ok(statusCode >= 400)
  const log = lines.join('')
  t.match(log, /division by zero/, 'what went wrong is there')
  t.match(log, /"tenant":"tenant-0"/, 'and whose it was')
  t.notMatch(log, /tenant-[12]/)
  for (const word of [cookie.replace('session=', ''), secret, 'correct horse', 'a wrong horse', 'made-up']) t.notOk(log.includes(word), word)
})

t.test('the codes of links are in no log', async t => {
  const lines: string[] = []
  const { app: logging } = await testApp(t, database, { config: { access: 'required' }, logger: { level: 'trace', stream: { write: (line: string) => { lines.push(line) } } } })
  for (const path of ['/link/', '/look/begin/']) {
    await ask(`${path}?code=opens-a-door&x=1`, { on: logging })
    await send(path, { code: 'opens-a-door', password: 'battery staple', again: 'battery staple' }, { on: logging, page: `${path}?code=opens-a-door` })
  }
  t.match(lines.join(''), /code=…&x=1/)
  t.notMatch(lines.join(''), /opens-a-door/)
})
