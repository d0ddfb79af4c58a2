import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import type { Page } from 'playwright-core'
import { inBrowser, loaded, openBrowser, openWindow, signIn } from './browser.ts'
import { forEachPage, openSites } from './browser-pages.ts'
import { asRole } from './support.ts'

const sites = inBrowser.skip === undefined ? await openSites(t) : undefined as never
const browser = inBrowser.skip === undefined ? await openBrowser(t) : undefined as never

/** The path and the query of the address bar. */
function addressOf (page: Page): string {
  const { pathname, search } = new URL(page.url())
  return pathname + search
}

for (const [how, javaScriptEnabled] of [['with scripts', true], ['without scripts', false]] as const) {
  t.test(`people make a project, its tasks and subtasks, change, finish and delete them ${how}, and the address bar and the back button tell the truth`, inBrowser, async t => {
    const { open } = sites
    const page = await openWindow(t, browser, { javaScriptEnabled })
    await page.goto(open.urlOf('/projects/'))

    const form = page.locator('form.entry')
    await form.getByLabel('Name').fill('   ')
    await form.getByLabel('Details').fill('what was typed')
    await form.getByRole('button', { name: 'Begin' }).click()
    t.match(await page.getByRole('alert').textContent(), /^Name: takes more than spaces/)
    t.equal(await form.getByLabel('Details').inputValue(), 'what was typed', 'nothing that was typed is lost')
    t.equal(await focused(page), 'Name', 'and the field to mend has the focus')
    // The page that answers a form has an address that leads elsewhere.
    await page.getByRole('link', { name: 'Subtasks' }).first().click()
    t.equal(addressOf(page), '/subtasks/')
    await page.goBack()
    t.match(await page.getByRole('alert').textContent(), /^Name: takes more than spaces/, 'one comes back to what is wrong')
    t.equal(await form.getByLabel('Details').inputValue(), 'what was typed', 'and to what was typed')
    await form.getByLabel('Name').fill(`Summer ${how}`)
    await form.getByRole('button', { name: 'Begin' }).click()

    t.match(addressOf(page), /^\/project\/\d+\/$/)
    t.match(await page.getByRole('status').textContent(), /^The project is there/)
    t.equal(await page.getByRole('heading', { level: 1 }).textContent(), `Summer ${how}`)
    t.match(await (await loaded(page)).title(), new RegExp(`^Summer ${how} · Company of tenant-0 · Rowhouse$`))
    const project = new URL(page.url()).pathname
    for (const name of ['Pack', 'Travel']) {
      await form.first().getByLabel('Name').fill(name)
      await page.getByRole('button', { name: 'Add' }).click()
      t.equal(await page.getByRole('status').textContent(), `The task is added: ${name}`)
      t.equal(addressOf(page), project)
    }
    t.match(await page.locator('article > p > .progress').textContent(), /0 of 2 tasks done/)

    await page.locator('.checklist').getByRole('link', { name: 'Pack' }).click()
    const task = new URL(page.url()).pathname
    await form.first().getByLabel('Name').fill('Towels')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('button', { name: 'Done: Towels' }).click()
    t.equal(await page.getByRole('status').textContent(), 'The subtask is done: Towels')
    t.match(await page.locator('article > p > .progress').textContent(), /1 of 1 subtask done/)
    await page.getByRole('link', { name: 'Open', exact: true }).click()
    t.equal(addressOf(page), `${task}?state=open`)
    t.equal(await page.locator('.nothing').textContent(), 'No subtasks are open.')
    await page.goBack()
    t.equal(addressOf(page), task)
    t.equal(await page.locator('.checklist').getByRole('link', { name: 'Towels' }).count(), 1)
    await page.goForward()
    t.equal(addressOf(page), `${task}?state=open`)

    await page.getByRole('button', { name: 'Mark as done' }).click()
    t.equal(await page.getByRole('status').textContent(), 'The task is done.')
    await page.getByRole('link', { name: `Summer ${how}` }).click()
    t.equal(addressOf(page), project)
    t.match(await page.locator('article > p > .progress').textContent(), /1 of 2 tasks done/)
    await page.getByText('Change this project').click()
    const change = page.locator('details.change form.entry')
    await change.getByLabel('Name').fill(`Winter ${how}`)
    await change.getByRole('button', { name: 'Save' }).click()
    t.equal(await page.getByRole('heading', { level: 1 }).textContent(), `Winter ${how}`)
    await page.getByText('Delete this project…').click()
    await page.getByRole('button', { name: 'Delete the project' }).click()
    t.equal(addressOf(page), project, 'nothing is deleted by one press')
    await page.getByLabel('Delete it with its 2 tasks and all their subtasks').check()
    await page.getByRole('button', { name: 'Delete the project' }).click()
    t.equal(addressOf(page), '/projects/')
    t.equal(await page.getByRole('status').textContent(), 'The project is deleted, with its tasks.')
    t.equal(await page.getByRole('link', { name: `Winter ${how}` }).count(), 0)
    const answer = await page.goto(open.urlOf(project))
    t.equal(answer?.status(), 404)
  })
}

t.test('what is wrong with a form is said of its field, which has the focus, in the title, and of no other', inBrowser, async t => {
  const { open } = sites
  const page = await openWindow(t, browser)
  const marked = async (): Promise<Array<[string, string]>> => await (await loaded(page)).evaluate<Array<[string, string]>>(
    "[...document.querySelectorAll('[aria-invalid]')].map(field => [field.labels[0].textContent, document.getElementById(field.getAttribute('aria-describedby')).textContent])")
  await page.goto(open.urlOf('/task/1/'))
  const form = page.locator('form.entry').first()
  await page.evaluate("document.querySelectorAll('[maxlength]').forEach(field => field.removeAttribute('maxlength'))")
  await form.getByLabel('Name').fill('right')
  await form.getByLabel('Details').fill('x'.repeat(100_001))
  await form.getByRole('button', { name: 'Add' }).click()
  t.match(await (await loaded(page)).title(), /^Mistake: /)
  t.strictSame(await marked(), [['Details', 'Details: takes at most 100000 characters.']])
  t.equal(await focused(page), 'Details')
  await form.getByLabel('Name').fill('  ')
  await form.getByRole('button', { name: 'Add' }).click()
  t.strictSame((await marked()).map(([label]) => label), ['Name', 'Details'], 'every mistake is told at once')
  t.equal(await focused(page), 'Name')

  await page.goto(open.urlOf('/subtask/1/'))
  const other = await page.context().newPage()
  await other.goto(open.urlOf('/subtask/1/'))
  for (const [window, name] of [[other, 'changed first'], [page, 'changed late']] as const) {
    await window.getByLabel('Name').fill(name)
    await window.getByRole('button', { name: 'Save' }).click()
  }
  t.match(await (await loaded(page)).title(), /^Not saved: changed first/)
  t.strictSame(await marked(), [], 'somebody else\'s change is no field\'s mistake')
  t.match(await focused(page), /^Somebody else has changed this/)
  await other.close()
})

t.test('a page says what was just done once, and never beside what is no longer so', inBrowser, async t => {
  const { open } = sites
  const page = await openWindow(t, browser)
  const said = async (): Promise<string[]> => await (await loaded(page)).getByRole('status').allTextContents()
  await page.goto(open.urlOf('/task/1/'))
  if (await page.getByRole('button', { name: 'Open again', exact: true }).count() === 1) await page.getByRole('button', { name: 'Open again', exact: true }).click()
  await page.goto(open.urlOf('/task/1/'))
  await page.getByRole('button', { name: 'Mark as done' }).click()
  t.strictSame(await said(), ['The task is done.'])
  await page.reload()
  t.strictSame(await said(), [], 'not again where the page is loaded anew')
  await page.getByRole('button', { name: 'Open again', exact: true }).click()
  t.strictSame(await said(), ['The task is open again.'])
  await page.goBack()
  t.strictSame(await said(), [], 'nor where one goes back')
  await page.goto(open.urlOf('/task/1/'))
  await page.getByRole('button', { name: 'Mark as done' }).click()
  await page.goto(open.urlOf('/project/1/'))
  await page.goBack()
  t.strictSame(await said(), [], 'from another page, too')
  await page.goto(open.urlOf('/projects/?done=deleted'))
  t.strictSame(await said(), [], 'nor by an address')
})

t.test('everything is reached and done by keyboard alone, in the order of the page, and the focus is seen', inBrowser, async t => {
  const { open } = sites
  const page = await openWindow(t, browser)
  await page.goto(open.urlOf('/projects/'))
  await page.keyboard.press('Tab')
  t.equal(await focused(page), 'Skip to content')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  t.equal(await focused(page), 'Search projects', 'the header is skipped')
  await page.keyboard.type('zebra')
  await page.keyboard.press('Enter')
  await page.waitForURL(/search=zebra/)

  await page.goto(open.urlOf('/projects/'))
  await tabTo(t, page, 'Name')
  await page.keyboard.type('By keyboard')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Nothing else.')
  await page.keyboard.press('Tab')
  t.equal(await focused(page), 'Begin')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/project\/\d+\/$/)
  await tabTo(t, page, 'Name')
  await page.keyboard.type('A task')
  await page.keyboard.press('Enter')
  await page.getByText('The task is added').waitFor()
  await tabTo(t, page, 'Done: A task')
  await page.keyboard.press('Space')
  await page.getByText('The task is done').waitFor()
  await tabTo(t, page, 'Delete this project…')
  await page.keyboard.press('Enter')
  await tabTo(t, page, 'Delete it with its task and the subtasks of that')
  await page.keyboard.press('Space')
  await tabTo(t, page, 'Delete the project')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/projects\/$/)
})

t.test('on every page the keyboard reaches what can be used from top to bottom, with a focus that is seen, and leaves again', inBrowser, async t => {
  for (const width of [1280, 320]) {
    await forEachPage(t, browser, sites, { viewport: { width, height: 720 } }, async (page, name) => {
      if (name.includes('/docs/')) return
      // Whichever field has the focus already: from the top.
      await page.evaluate('document.body.tabIndex = -1; document.body.focus()')
      const expected = await page.evaluate<string[]>(`(() => {
      const usable = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
      return usable.filter(element => element.checkVisibility()).map((element, index) => { element.dataset.order = index; return element.outerHTML.slice(0, 80) })
    })()`)
      for (const [index, html] of expected.entries()) {
        await page.keyboard.press('Tab')
        const seen = await page.evaluate<{ order: string, outline: string, inView: boolean }>(`(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
        let { top, bottom, left, right } = document.activeElement.getBoundingClientRect()
        for (let around = document.activeElement.parentElement; around !== document.documentElement; around = around.parentElement) {
          const { overflowX, clipPath } = getComputedStyle(around)
          if (overflowX === 'visible' && clipPath === 'none') continue
          const edge = around.getBoundingClientRect()
          ;[top, bottom, left, right] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom), Math.max(left, edge.left), Math.min(right, edge.right)]
        }
        const inView = Math.min(bottom, innerHeight) - Math.max(top, 0) > 8 && Math.min(right, innerWidth) - Math.max(left, 0) > 8
        return { order: document.activeElement.dataset.order, outline: outlineStyle + ' ' + outlineWidth, inView }
      })()`)
        if (seen.order !== String(index) || seen.outline !== 'solid 3px' || !seen.inView) {
          t.fail(`${name}, ${width} px: ${html}`, { found: seen, wanted: String(index) })
          return
        }
      }
      t.pass(`${name}, ${width} px`)
    })
  }
})

t.test('no page is wider than a narrow window, also with wider spaces, with long words and in a script from right to left', inBrowser, async t => {
  const { database } = sites
  await asRole(database.admin, async query => {
    await query('set search_path = rowhouse')
    const word = 'Donaudampfschifffahrtsgesellschaft'
    await query('update account set name = $1 where id = 1', [word.repeat(6)])
    await query('update app_user set first_name = $1, last_name = $2 where account_id = 1', [word.repeat(4), 'שלום'])
    for (const table of ['project', 'task', 'subtask']) {
      await query(`update ${table} set name = case when id % 2 = 0 then $1 else $2 end, details = $3 where account_id = 1`, [word.repeat(7), 'פרויקט חשוב (מאוד), مشروع', word.repeat(300)])
    }
    await query('update api_token set name = $1 where account_id = 1', [word.repeat(2)])
  })
  const spaced = `(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } svg, svg * { letter-spacing: normal !important; word-spacing: normal !important } p { margin-block-end: 2em !important }')
    document.adoptedStyleSheets = [sheet]
  })()`
  const overflow = async (page: Page): Promise<string> => await page.evaluate<string>(`(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return ''
    const widest = [...document.querySelectorAll('body :not(pre *)')].filter(element => element.getBoundingClientRect().right > innerWidth)
    return document.documentElement.scrollWidth + ': ' + widest.slice(0, 5).map(element => element.outerHTML.slice(0, 100)).join('; ')
  })()`)
  await forEachPage(t, browser, sites, { viewport: { width: 320, height: 640 } }, async (page, name) => {
    t.equal(await overflow(page), '', name)
    await page.evaluate(spaced)
    t.equal(await overflow(page), '', `${name}, with wider spaces`)
  })
})

t.test('a page takes one stylesheet to be painted, moves nothing afterwards, and is small', inBrowser, async t => {
  for (const width of [1280, 390]) {
    await forEachPage(t, browser, sites, { viewport: { width, height: 844 } }, async (page, name, answer) => {
      const blocking = await page.evaluate<string[]>("performance.getEntriesByType('resource').filter(entry => entry.renderBlockingStatus === 'blocking').map(entry => new URL(entry.name).pathname)")
      t.strictSame(blocking, ['/assets/style.css'], name)
      const shift = await page.evaluate<number>(`new Promise(resolve => {
      let shift = 0
      new PerformanceObserver(list => { for (const entry of list.getEntries()) shift += entry.value }).observe({ type: 'layout-shift', buffered: true })
      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(shift), 50)))
    })`)
      t.equal(shift, 0, `${name} moves nothing, ${width} px`)
      const { length } = gzipSync(await answer.body())
      t.ok(length < 30_000, `${name}: ${length} bytes, compressed`)
    })
  }
})

/** What the focused element is called, which is seen to have the focus. */
async function focused (page: Page): Promise<string> {
  return await (await loaded(page)).evaluate<string>("(element => (element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent).replace(/\\s+/g, ' ').trim())(document.activeElement)")
}

async function tabTo (t: Test, page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    if (await focused(page) === name) return
  }
  t.fail(`the keyboard does not reach ${name}`)
}

t.test('what somebody typed whose session has ended stays in its tab while they sign in in another', inBrowser, async t => {
  const page = await openWindow(t, browser)
  await signIn(page, sites.closed, 'member@example.com')
  await page.goto(sites.closed.urlOf('/project/1/'))
  const form = page.locator('form.entry').first()
  await form.getByLabel('Name').fill('Typed')
  await form.getByLabel('Details').fill('for a while')
  await page.context().clearCookies()
  await page.getByRole('button', { name: 'Add' }).click()
  const [beside] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Sign in (in another tab)' }).click()])
  await beside.getByLabel('E-mail address').fill('member@example.com')
  await beside.getByLabel('Password').fill('correct horse')
  await beside.getByRole('button', { name: 'Sign in' }).click()
  await beside.waitForURL(/\/project/)
  t.equal(await page.getByLabel('Details').inputValue(), 'for a while')
})

t.test('whoever signs in after somebody whose session has ended goes back to none of their pages', inBrowser, async t => {
  // A page that is gone is a request that fails: that is as it should be.
  const context = await browser.newContext()
  t.teardown(async () => { await context.close() })
  const page = await context.newPage()
  await signIn(page, sites.closed, 'owner@example.com')
  await page.goto(sites.closed.urlOf('/people/'))
  await page.getByLabel('E-mail address').fill('member@example.com')
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByRole('alert').waitFor()
  await page.context().clearCookies()
  await signIn(page, sites.closed, 'viewer@example.com')
  for (let steps = 1; steps <= 3; steps++) {
    await page.goBack().catch(() => {})
    t.notMatch(await page.locator('body').innerText(), /owner@example|member@example/, `${steps} steps back`)
  }
})
