import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { rules } from '../src/check-rls/rules.ts'
import { schemas, strategies, throughputs, times } from '../src/routes/guide/figures.ts'
import { slides } from '../src/routes/guide/slides.ts'
import { asRole, contextKey, operatorAuthorization, seedTenants, testApp, testDatabase } from './support.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 2, subtasks: 3 })
const { app } = await testApp(t, database)
const { app: closed } = await testApp(t, database, { config: { access: 'required' } })

const ask = async (url: string, host = 'tenant-0.localhost', by: FastifyInstance = app): Promise<LightMyRequestResponse> =>
  await by.inject({ url, headers: { host, accept: 'text/html', ...(by === closed && host === 'localhost' && url !== '/guide/' ? { authorization: operatorAuthorization } : {}) } })
const { body: guide } = await ask('/guide/')
const textOf = (html: string): string => html.replace(/<[^>]*>/g, ' ').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
const read = async (path: string): Promise<string> => await readFile(new URL(`../${path}`, import.meta.url), 'utf8')
const withoutSpace = (text: string): string => text.replace(/\s+/g, '')
const sections = [...guide.matchAll(/<section class="slide" id="([^"]*)" aria-labelledby="([^"]*)">([^]*?)(?=<section class="slide"|<\/article>)/g)].map(([, id = '', label = '', html = '']) => ({ id, label, html }))

t.test('the guide answers everybody, on every host, whether or not people have to sign in', async t => {
  for (const by of [app, closed]) {
    for (const host of ['tenant-0.localhost', 'tenant-1.localhost', 'localhost', 'nobody.localhost', 'example.com']) {
      const page = await ask('/guide/', host, by)
      t.match(page, { statusCode: 200, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'public, max-age=300', vary: 'Cookie, Accept-Language' } }, host)
      t.notMatch(page.body, /Company of|subtask 00|of tenant-\d/, 'nobody\'s data')
    }
    t.match(await ask('/guide', 'localhost', by), { statusCode: 301, headers: { location: '/guide/' } })
  }
  t.match(await app.inject({ method: 'POST', url: '/guide/', headers: { host: 'localhost' } }), { statusCode: 405, headers: { allow: 'GET, HEAD, OPTIONS' } })
  const looking = await app.inject({ url: '/guide/', headers: { host: 'tenant-0.localhost', cookie: `session=look_${'A'.repeat(43)}` } })
  t.equal(looking.statusCode, 200)
  t.equal((await ask('/guide/')).body, guide, 'the next one gets the page that is everybody\'s')
})

t.test('every page leads to the guide', async t => {
  for (const [url, host] of [['/subtasks/', 'tenant-0.localhost'], ['/subtasks/', 'localhost'], ['/docs/', 'localhost'], ['/nothing', 'tenant-0.localhost']] as const) {
    t.match((await ask(url, host)).body, /<footer[^]*<a href="\/guide\/">/, url)
  }
})

t.test('it tells how this server is', async t => {
  t.match(textOf(guide), /share one schema[^]*is set for one transaction[^]*are seen by the operator[^]*is open to whoever sits at this machine/)
  t.match(textOf((await ask('/guide/', 'localhost', closed)).body), /is for people who sign in/)
  t.match(textOf(guide), new RegExp(`looked at by\\s+${rules.length} rules`))
  const { app: separate } = await testApp(t, database, { name: 'multiple-databases' })
  t.match(textOf((await ask('/guide/', 'localhost', separate)).body), /have a database each[^]*are seen by nobody/)
  const signed = await testDatabase(t, { key: contextKey })
  const { app: signing } = await testApp(t, signed)
  const told = (await ask('/guide/', 'localhost', signing)).body
  t.match(textOf(told), /is signed, and the database checks who signed it/)
  t.notOk(told.includes(contextKey))
})

t.test('it leads to the page about the walls where accounts have it, and names it elsewhere', async t => {
  t.match(guide, 'The page <a href="/walls/"><code>/walls/</code></a> shows')
  const { app: production } = await testApp(t, database, { config: { production: true, access: 'required', operatorPassword: 'for the operator' } })
  const { body } = await ask('/guide/', 'tenant-0.localhost', production)
  t.match(body, 'The page <code>/walls/</code> shows')
  t.notMatch(body, 'href="/walls/"')
})

t.test('it has a slide for each place to draw the line, for each way to hold it, for traps, costs and the choice', t => {
  t.strictSame(sections.map(({ id }) => id), slides.map(({ id }) => id))
  t.ok(sections.length >= 14 && sections.length <= 18)
  const titles = sections.map(({ html }) => textOf(/<h[12][^>]*>([^]*?)<\/h[12]>/.exec(html)?.[1] ?? ''))
  for (const title of ['Several servers', 'Several databases', 'Several schemas', 'One schema', 'Mandatory filters', 'Denormalised keys', 'Row-level security', 'How to choose']) t.ok(titles.includes(title), title)
  for (const id of ['servers', 'databases', 'schemas', 'one-schema', 'filters', 'keys', 'policies']) {
    t.match(sections.find(section => section.id === id)?.html, /It costs[^]*Its trap[^]*Choose it when[^]*Here</, id)
  }
  t.end()
})

t.test('every slide is named by its heading, headings are in order, and every drawing says what it shows', t => {
  for (const { id, label, html } of sections) {
    t.equal(label, `${id}-title`)
    t.match(html, new RegExp(`<h[12] id="${label}" tabindex="-1">[^<]+<`), id)
  }
  const levels = [...guide.matchAll(/<h(\d)[ >]/g)].map(([, level]) => Number(level))
  t.equal(levels.filter(level => level === 1).length, 1)
  for (const [index, level] of levels.entries()) t.ok(level <= (levels[index - 1] ?? 0) + 1, `heading ${index}`)
  const drawings = [...guide.matchAll(/<svg ([^>]*)>([^]*?)<\/svg>/g)]
  t.ok(drawings.length > 15)
  let told = 0
  for (const [, attributes = '', inside = ''] of drawings) {
    if (/aria-hidden="true"/.test(attributes)) continue
    told++
    t.match(attributes, /role="img"/)
    const names = /aria-labelledby="(\S+) (\S+)"/.exec(attributes)
    t.match(inside, new RegExp(`<title id="${names?.[1] ?? ''}">[^<]{5,}</title>\\s*<desc id="${names?.[2] ?? ''}">[^<]{20,}</desc>`), attributes)
  }
  t.ok(told >= 12, `${told} drawings`)
  t.end()
})

t.test('every link leads somewhere, from every host, and no two things have one name', async t => {
  const ids = [...guide.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
  t.strictSame(ids.filter((id, index) => ids.indexOf(id) !== index), [])
  for (const [, list = ''] of guide.matchAll(/aria-labelledby="([^"]*)"/g)) for (const id of list.split(' ')) t.ok(ids.includes(id), id)
  for (const [, id = ''] of guide.matchAll(/url\(#([^)]*)\)/g)) t.ok(ids.includes(id), id)
  const links = [...new Set([...guide.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, href]) => href ?? ''))]
  t.ok(links.length > slides.length)
  for (const href of links) {
    if (href.startsWith('#')) t.ok(ids.includes(href.slice(1)), href)
    else {
      t.match(href, /^\//, 'nothing is fetched from elsewhere')
      for (const host of ['tenant-0.localhost', 'localhost']) {
        for (const by of [app, closed]) t.ok((await ask(href, host, by)).statusCode < 400, `${host}${href}`)
      }
    }
  }
})

t.test('slides are turned by links, each to the ones beside it', t => {
  for (const [index, { html }] of sections.entries()) {
    const steps = /<ul class="steps" aria-label="Slide (\d+) of (\d+)">([^]*?)<\/ul>/.exec(html)
    t.match(steps?.slice(1, 3), [String(index + 1), String(slides.length)])
    const to = [...(steps?.[3] ?? '').matchAll(/href="#([^"]*)"/g)].map(([, id]) => id)
    t.strictSame(to, [slides[index - 1]?.id, 'contents', slides[index + 1]?.id].filter(id => id !== undefined))
  }
  t.end()
})

t.test('keys turn slides, and go through one that goes on beyond the window', async t => {
  interface Place { index: number, edge?: string, by?: number }
  const { placeAfter } = await import(new URL('../views/public/guide.js', import.meta.url).href) as { placeAfter: (key: string, place: Record<string, number>) => Place | undefined }
  const place = { index: 4, count: 18, above: 0, below: 0, height: 800 }
  const top = (index: number): Place => ({ index, edge: 'top' })
  for (const [key, index] of [['ArrowRight', 5], ['PageDown', 5], [' ', 5], ['ArrowLeft', 3], ['PageUp', 3], ['Home', 0], ['End', 17]] as const) t.strictSame(placeAfter(key, place), top(index), key)
  for (const key of ['ArrowDown', 'a', 'Tab', 'Escape']) t.equal(placeAfter(key, place), undefined, key)
  for (const key of ['PageDown', ' ']) {
    t.strictSame(placeAfter(key, { ...place, below: 900 }), { index: 4, by: 700 }, 'the rest of it first')
    t.strictSame(placeAfter(key, { ...place, below: 700 }), { index: 4, edge: 'bottom' }, 'and no further than its end')
  }
  t.strictSame(placeAfter('PageUp', { ...place, above: 900 }), { index: 4, by: -700 })
  t.strictSame(placeAfter('PageUp', { ...place, above: 700 }), top(4), 'no further than its beginning')
  t.strictSame(placeAfter('ArrowRight', { ...place, below: 900 }), top(5))
  for (const key of ['PageUp', 'ArrowLeft']) t.equal(placeAfter(key, { ...place, index: 0 }), undefined, 'before the first there is the head of the page')
  for (const key of ['PageDown', 'ArrowRight']) t.equal(placeAfter(key, { ...place, index: 17 }), undefined, 'and its foot after the last')
})

t.test('figures are those of the README, with the command that measures each', async t => {
  const rows = (await read('README.md')).split('\n').filter(line => line.startsWith('| '))
  const rowOf = (beginning: string): string => rows.find(line => line.startsWith(`| ${beginning}`)) ?? ''
  for (const { row, what, ratio, command } of [...Object.values(times), ...Object.values(throughputs)]) {
    t.match(rowOf(row), new RegExp(`\\| ${String(ratio).replace('.', '\\.')} \\|$`), what)
    t.ok(guide.includes(`<strong>${ratio}</strong>`), what)
    t.ok(guide.includes(command), command)
  }
  for (const [beginning, { tenants, measures, command }] of [['What a database for each tenant cost', strategies], ['What a schema for each tenant would cost', schemas]] as const) {
    t.strictSame(await tenantsOfTable(beginning), tenants, beginning)
    for (const { row, values } of measures) {
      const numbers = (rowOf(row).slice(row.length + 3).replaceAll('in one schema', '').match(/\d[\d,]*(\.\d+)?/g) ?? []).map(text => Number(text.replaceAll(',', '')))
      t.strictSame(numbers, values.flatMap(({ own, schema }) => [own, schema]), row)
    }
    t.ok(guide.includes(command))
  }
  async function tenantsOfTable (beginning: string): Promise<number[]> {
    const readme = await read('README.md')
    return [...(/\n\| \| ([^\n]*)/.exec(readme.slice(readme.indexOf(beginning)))?.[1] ?? '').matchAll(/(\d+) tenants/g)].map(([, count]) => Number(count))
  }
})

t.test('what is quoted is what is there', async t => {
  const quoted = [...guide.matchAll(/<pre[^>]* data-of="([^"]*)"><code>([^]*?)<\/code>/g)]
  t.ok(quoted.length >= 3)
  for (const [, path = '', code = ''] of quoted) {
    const source = await read(path)
    // A transcript is shortened by whole lines; from programs nothing is left out.
    const pieces = path.endsWith('.md') ? textOf(code).split('\n') : [textOf(code)]
    for (const piece of pieces) t.ok(withoutSpace(source).includes(withoutSpace(piece)), `${path}: ${piece}`)
  }
  const [policy] = await asRole(database.admin, async query => await query("select cmd, roles::text, qual, with_check from pg_policies where schemaname = 'rowhouse' and tablename = 'project' and policyname = 'tenant'"))
  t.strictSame(policy, { cmd: 'ALL', roles: '{rowhouse_tenant}', qual: '(account_id = rowhouse.current_account_id())', with_check: '(account_id = rowhouse.current_account_id())' })
  t.ok(textOf(guide).includes('using (account_id = rowhouse.current_account_id())\n  with check (account_id = rowhouse.current_account_id());'))
  for (const [path] of textOf(guide).matchAll(/\b(?:src|bin|test|migrations)\/[\w/-]+\.(?:ts|sql)\b/g)) await t.resolves(read(path), path)
})

t.test('it is small, runs scripts of this server\'s alone, and nothing that the policy would stop', async t => {
  const { headers } = await ask('/guide/')
  t.equal(headers['content-security-policy'], "default-src 'none';script-src 'self';style-src 'self';img-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none'")
  t.ok(gzipSync(guide).length < 30_000, `${gzipSync(guide).length} bytes, compressed`)
  t.notMatch(guide, /<style|\sstyle=|\son[a-z]+="|javascript:|https?:\/\//i)
  t.strictSame([...guide.matchAll(/<script[^>]*>/g)].map(([tag]) => tag.replace(/v=[0-9a-f]+/, 'v=')), ['<script src="/assets/zone.js?v=" defer>', '<script type="module" src="/assets/guide.js?v=">'])
  t.equal([...guide.matchAll(/rel="stylesheet"/g)].length, 1)
  await isScript(t, /src="([^"]*guide\.js[^"]*)"/.exec(guide)?.[1] ?? '')
})

async function isScript (t: Test, url: string): Promise<void> {
  const script = await ask(url)
  t.match(script, { statusCode: 200, headers: { 'content-type': /javascript/, 'cache-control': /immutable/, 'x-content-type-options': 'nosniff' } })
  t.notMatch(script.body, /fetch|XMLHttp|import\(|innerHTML|https?:/)
}
