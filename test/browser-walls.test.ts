import t, { type Test } from 'tap'
import type { Browser, Page } from 'playwright-core'
import { inBrowser, inInstalledBrowser, openBrowser, openInstalledBrowser, openWindow, signIn, tenantsIn } from './browser.ts'
import { forEachPage, openSites, shownPages } from './browser-pages.ts'
import { asRole, operatorPassword, until } from './support.ts'

const sites = inBrowser.skip === undefined ? await openSites(t) : undefined as never
const browser = inBrowser.skip === undefined ? await openBrowser(t) : undefined as never

const lists = ['/projects/', '/subtasks/', '/']

t.test('who is signed in to one account is nobody in the next window\'s, and signing out there ends nothing here', inBrowser, async t => {
  const { closed } = sites
  const owner = await openWindow(t, browser)
  await signIn(owner, closed, 'owner@example.com', { slug: 'tenant-0' })
  const viewer = await owner.context().newPage()
  await viewer.goto(closed.urlOf('/projects/', 'tenant-1'))
  t.equal(viewer.url(), closed.urlOf('/sign-in/?to=%2Fprojects%2F', 'tenant-1'))
  await signIn(viewer, closed, 'viewer@example.com', { slug: 'tenant-1' })
  for (const path of lists) {
    await owner.goto(closed.urlOf(path, 'tenant-0'))
    await viewer.goto(closed.urlOf(path, 'tenant-1'))
    t.strictSame(await tenantsIn(owner), ['tenant-0'], path)
    t.strictSame(await tenantsIn(viewer), ['tenant-1'], path)
    t.equal(await owner.locator('.role').innerText(), 'owner')
    t.equal(await viewer.locator('.role').innerText(), 'viewer')
  }
  await viewer.getByRole('button', { name: 'Sign out' }).click()
  await viewer.waitForURL(/sign-in/)
  await owner.reload()
  t.equal(await owner.locator('.role').innerText(), 'owner')
})

/** Between two pages there is none to ask. */
async function isLoaded (page: Page): Promise<boolean> {
  return await page.evaluate("document.readyState === 'complete'").catch(() => false) === true
}

/** Presses the browser's back or forward button, and waits for the page that comes. */
async function travel (page: Page, steps: -1 | 1, url: string): Promise<void> {
  await page.evaluate(`setTimeout(() => { history.go(${steps}) })`)
  await until(async () => page.url() === url && await isLoaded(page))
}

async function goBackAndForth (t: Test, browser: Browser, keeps: boolean): Promise<void> {
  const { open, closed } = sites
  const page = await openWindow(t, browser)
  await page.addInitScript("addEventListener('pageshow', ({ persisted }) => { globalThis.wasKept = persisted })")
  const way = [open.urlOf('/docs/', 'tenant-0'), open.urlOf('/projects/', 'tenant-0'), open.urlOf('/projects/', 'tenant-1'), open.urlOf('/subtasks/', 'tenant-0'), open.urlOf('/subtasks/', 'tenant-1')]
  for (const url of way) await page.goto(url)
  for (const [steps, back] of [[-1, way.slice(0, -1).reverse()], [1, way.slice(1)]] as const) {
    for (const url of back) {
      await travel(page, steps, url)
      const slug = new URL(url).hostname.split('.')[0] ?? ''
      if (!url.endsWith('/docs/')) t.strictSame(await tenantsIn(page), [slug], `${steps} to ${url}`)
      if (url.endsWith('/docs/')) t.equal(await page.evaluate('wasKept'), keeps, 'what a browser may keep, this one does, or does not')
    }
  }

  const tenant = await openWindow(t, browser)
  await signIn(tenant, closed, 'owner@example.com')
  for (const path of ['/people/', '/projects/']) await tenant.goto(closed.urlOf(path))
  await tenant.getByRole('button', { name: 'Sign out' }).click()
  await tenant.waitForURL(/sign-in/)
  for (let step = 0; step < 3; step++) {
    await tenant.evaluate('globalThis.isLeft = true; setTimeout(() => { history.back() })')
    await until(async () => await tenant.evaluate('globalThis.isLeft !== true').catch(() => false) === true && await isLoaded(tenant))
    t.notMatch(await tenant.locator('body').innerText(), /Company of|owner@example|details of/, `${step + 1} steps back, nothing of the account is left`)
  }
}

t.test('the back and forward buttons show no other tenant\'s page, nor any of the account once one has signed out', inBrowser, async t => {
  await goBackAndForth(t, browser, false)
})

t.test('not even where the browser keeps the pages that one leaves', inInstalledBrowser, async t => {
  await goBackAndForth(t, await openInstalledBrowser(t), true)
})

const markup = '"><img src=x onerror=alert(1)></textarea></title><script>alert(2)</script><%= 7*7 %>'
const turned = '\u202eturned\u2066 (שלום'
const long = 'W'.repeat(100_000)

/** What is on the page that nobody but the application may put there, what is wider than the window, and what turns the text around it. */
async function brokenOn (page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(`(() => {
    const broken = [...document.querySelectorAll('img:not([src^="/assets/"]), script:not([src^="/assets/"]), svg[onload], iframe, object, base, style, [onerror]')]
    if (document.documentElement.scrollWidth > innerWidth) broken.push(document.documentElement)
    const turning = /[\\u0590-\\u05ff\\u202a-\\u202e\\u2066-\\u2069]/
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
      const { parentElement, data } = texts.currentNode
      const around = parentElement.closest('[dir], bdi, q')
      if (turning.test(data) && (around === null || !/isolate|plaintext/.test(getComputedStyle(around).unicodeBidi))) broken.push(parentElement)
    }
    broken.push(...[...document.querySelectorAll('input:not([type=hidden], [type=password], [type=number], [type=checkbox]), textarea')].filter(field => field.dir !== 'auto' && field.inputMode !== 'numeric'))
    const told = broken.map(element => element.outerHTML.slice(0, 200))
    return /[\\u202a-\\u202e]/.test(document.title) ? [document.title, ...told] : told
  })()`)
}

/** Sends every form that has something to fill in, each field with the text, whatever the browser would say to it. */
async function sendEverywhere (t: Test, page: Page, url: string, text: string, email: string): Promise<void> {
  const forms = '[...document.querySelectorAll("form")].filter(form => form.querySelector("input:not([type=hidden], [type=password], [type=checkbox]), textarea") !== null)'
  await page.goto(url)
  const count = await page.evaluate<number>(`${forms}.length`)
  for (let index = 0; index < count; index++) {
    await page.goto(url)
    const sent = page.waitForResponse(response => response.request().isNavigationRequest() && response.status() !== 303)
    const loaded = page.waitForEvent('load')
    const action = await page.evaluate<string>(`(form => {
      for (const field of form.querySelectorAll('input:not([type=hidden], [type=number], [type=checkbox]), textarea')) {
        const value = field.type === 'email' ? ${JSON.stringify(email)} : ${JSON.stringify(text)}
        field.value = field.maxLength > 0 ? value.slice(0, field.maxLength) : value
      }
      form.noValidate = true
      setTimeout(() => { form.querySelector('button').click() })
      return form.action
    })(${forms}[${index}])`)
    const [answer] = await Promise.all([sent, loaded])
    t.ok(answer.status() < 500, `${action} is answered ${answer.status()}`)
    t.strictSame(await brokenOn(page), [], `${action}, with ${text.slice(0, 20)}`)
  }
}

t.test('hostile text in every field of every form is text on every page, and neither widens nor turns one', inBrowser, async t => {
  const { database, open, closed } = sites
  await asRole(database.admin, async query => { await query('update rowhouse.account set name = $1 where id = 1', [markup + turned]) })
  const viewport = { width: 320, height: 640 }
  for (const reader of ['anybody', 'nobody', 'owner', 'operator'] as const) {
    const page = await openWindow(t, browser, { viewport, ...(reader === 'operator' ? { httpCredentials: { username: 'operator', password: operatorPassword } } : {}) })
    if (reader === 'owner') await signIn(page, closed, 'owner@example.com')
    const addresses = new Set(shownPages.filter(shown => shown.reader === reader).map(({ path, slug }) => (reader === 'anybody' ? open : closed).urlOf(path.split('?')[0] ?? '', slug)))
    for (const url of addresses) {
      if (url.endsWith('/docs/')) continue
      for (const [index, text] of [markup, turned, long].entries()) {
        await sendEverywhere(t, page, url, text, `hostile-${index}@example.com`)
      }
      await sendEverywhere(t, page, url, markup, markup)
    }
    await page.context().close()
  }
  const shown = new Set<string>()
  await forEachPage(t, browser, sites, { viewport }, async (page, name) => {
    t.strictSame(await brokenOn(page), [], name)
    if ((await page.locator('main').innerText()).includes('<script>alert(2)</script>')) shown.add(new URL(page.url()).pathname)
  })
  for (const path of ['/projects/', '/project/1/', '/task/1/', '/people/', '/tokens/', '/audit/']) t.ok(shown.has(path), `${path} shows what was typed`)
})
