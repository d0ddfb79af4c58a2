import t from 'tap'
import { asRole, seedTenants, testApp, testDatabase } from './support.ts'
import { peopleOfAll, visitorsOf } from './visitors.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 1, subtasks: 12_345 })
await peopleOfAll(database)
const { app } = await testApp(t, database, { config: { access: 'required' } })
const { ask, cookieFor } = visitorsOf(app)
const owner = await cookieFor('owner@example.com')
await asRole(database.admin, async query => {
  await query(`insert into rowhouse.api_token (account_id, name, token_hash, ending, may_write, made_by, created_at, expires_at)
    values (1, 'accounts', repeat('x', 43), 'xxxx', false, 'owner@example.com', '2026-05-04T09:30:00Z', '2026-05-31T22:30:00Z')`)
})

/** The number of subtasks and the time of the token, as a browser is shown them. */
async function shownTo (headers: Record<string, string>, cookie = owner): Promise<[number: string | undefined, time: string | undefined]> {
  const [list, tokens] = [await ask('/subtasks/', { cookie, headers }), await ask('/tokens/', { cookie, headers })]
  return [/<caption>(.*) subtasks, page/.exec(list.body)?.[1], /<time datetime="2026-05-31T22:30:00\.000Z" (lang="[\w-]+" dir="auto">[^<]*)<\/time>/.exec(tokens.body)?.[1]]
}

t.test('numbers and times are written as the reader\'s browser says that they read them, and the page stays English', async t => {
  const plain = ['12,345', 'lang="en-GB" dir="auto">31 May 2026, 22:30 UTC']
  for (const [languages, number, time] of [
    ['de-CH,de;q=0.9,en;q=0.5', '12’345', 'lang="de-CH" dir="auto">31. Mai 2026, 22:30 UTC'],
    ['en-US', '12,345', 'lang="en-US" dir="auto">May 31, 2026, 10:30 PM UTC'],
    ['hi-IN', '12,345', 'lang="hi-IN" dir="auto">31 मई 2026, 10:30 pm UTC'],
    ['ar-EG', '١٢٬٣٤٥', 'lang="ar-EG" dir="auto">٣١ مايو ٢٠٢٦، ١٠:٣٠ م UTC'],
    ['de;q=0.1, fr', '12 345', 'lang="fr" dir="auto">31 mai 2026, 22:30 UTC']
  ] as const) {
    const spaces = (text: string | undefined): string | undefined => text?.replace(/[\u00a0\u202f]/g, ' ').replace('&#39;', '’')
    const shown = await shownTo({ 'accept-language': languages })
    t.strictSame(shown.map(spaces), [number, time], languages)
  }
  for (const languages of ['', '*', 'xx', 'tlh-Latn, *;q=0.1', 'de_DE', '<script>', 'en-GB;q=nonsense', ';;;,,,', 'a'.repeat(8000), 'x-y,'.repeat(1500), `${'aa,'.repeat(2000)}de`]) {
    t.strictSame(await shownTo({ 'accept-language': languages }), plain, languages.slice(0, 40))
  }
  t.strictSame(await shownTo({ 'accept-language': 'de-CH-u-nu-arab-ca-buddhist-x-much-else' }), await shownTo({ 'accept-language': 'de-CH' }), 'what else a tag may carry is left aside')
  t.match((await ask('/subtasks/', { cookie: owner, headers: { 'accept-language': 'de-CH' } })).body, /<html lang="en">/)
})

t.test('so are those of charts, of the walls, of attacks on them, and of the guide', async t => {
  const own = { cookie: owner, headers: { 'accept-language': 'ar-EG' } }
  const formToken = /name="form_token" value="([^"]+)"/.exec((await ask('/walls/', own)).body)?.[1] ?? ''
  for (const [name, page, shown, count] of [
    ['charts', await ask('/charts/', { slug: '', headers: own.headers }), /<(?:td class="number"|dd)[^>]*>([^<]+)</g, 10],
    ['the audit', await ask('/walls/', own), /role="status">The walls are whole\. ([^<]*)</g, 1],
    ['how the request travelled', await ask('/walls/', own), /<span class="time">([^<]+)</g, 5],
    ['attacks', await ask('/walls/attacks/', { ...own, method: 'POST', form: { form_token: formToken } }), /(?:role="status">|; it took |<span>)([^<,]+)(?:,| and| ms)/g, 10],
    ['the guide', await ask('/guide/', own), /<strong>([^<a-zA-Z]+)<\/strong>| took ([^ ]+) of what|in place of ([^ ,]+)[.,]|With ([^ ]+) tenants/g, 40]
  ] as const) {
    t.equal(page.statusCode, 200, name)
    const numbers = [...page.body.matchAll(shown)].map(match => match.slice(1).filter(text => text !== undefined).join(''))
    t.ok(numbers.length >= count, `${name} has numbers: ${numbers.length}`)
    t.strictSame(numbers.filter(text => /[0-9]/.test(text)), [], `${name}: each is as the reader has it`)
    t.strictSame(numbers.filter(text => !/[\u0660-\u0669–]/.test(text)), [], `${name}: and is there`)
  }
  const guideIn = async (languages: string): Promise<string> => (await ask('/guide/', { headers: { 'accept-language': languages } })).body
  t.match(await guideIn('de'), /<strong>1\.854<\/strong> MB/)
  t.match(await guideIn('en-GB'), /<strong>1,854<\/strong> MB/, 'whoever asked before')
})

t.test('times are those of the zone that the browser has told of, and a zone that is none changes nothing', async t => {
  for (const [zone, time] of [
    ['Europe/Zurich', '1 Jun 2026, 00:30 CEST'], ['America/New_York', '31 May 2026, 18:30 GMT-4'], ['Asia/Kolkata', '1 Jun 2026, 04:00 GMT+5:30'], ['Etc/GMT+5', '31 May 2026, 17:30 GMT-5'],
    ...['Europe/Atlantis', '../../etc/passwd', '%00', '"><script>', 'x'.repeat(3000), ''].map(zone => [zone, '31 May 2026, 22:30 UTC'] as const)
  ] as const) {
    t.strictSame(await shownTo({}, `${owner}; zone=${zone}`), ['12,345', `lang="en-GB" dir="auto">${time}`], zone.slice(0, 40))
  }
})

t.test('nobody fills the memory with languages and zones that they make up', async t => {
  for (let index = 0; index < 1500; index++) {
    const tag = `en-${String.fromCharCode(65 + index % 26, 65 + Math.floor(index / 26) % 26)}`
    const answer = await ask('/sign-in/', { headers: { 'accept-language': tag }, cookie: `zone=Etc/${index}` })
    if (answer.statusCode !== 200) t.fail(`${tag}: ${answer.statusCode}`)
  }
  t.strictSame(await shownTo({}), ['12,345', 'lang="en-GB" dir="auto">31 May 2026, 22:30 UTC'])
})
