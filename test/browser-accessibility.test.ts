import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import { inBrowser, openBrowser, openWindow, signIn } from './browser.ts'
import { forEachPage, openSites } from './browser-pages.ts'

const axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const rules: RunOptions = { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }, rules: { 'target-size': { enabled: true } } }
/** In the dark all is the same but this. */
const ofColours: RunOptions = { runOnly: ['color-contrast', 'link-in-text-block'] }

/** Whether there was anything to open. */
const openAll = "[...document.querySelectorAll('details:not([open])')].map(element => { element.open = true }).length > 0"

async function violations (page: Page, which: RunOptions = rules): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(which)})`)
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`))
}

const sites = inBrowser.skip === undefined ? await openSites(t) : undefined as never
const browser = inBrowser.skip === undefined ? await openBrowser(t) : undefined as never

t.test('no page has a violation that axe-core finds, light, dark or narrow', inBrowser, async t => {
  for (const [name, options, which] of [
    ['light', { viewport: { width: 1280, height: 900 } }, rules],
    ['dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }, ofColours],
    ['narrow', { viewport: { width: 320, height: 640 } }, rules],
    ['dark and narrow', { viewport: { width: 320, height: 640 }, colorScheme: 'dark' }, rules]
  ] as const) {
    await forEachPage(t, browser, sites, options, async (page, shown) => {
      t.strictSame(await violations(page, which), [], `${shown}, ${name}`)
      if (await page.evaluate<boolean>(openAll)) t.strictSame(await violations(page, which), [], `${shown}, ${name}, with all that can be opened`)
    })
  }
})

t.test('nor has one that says what is wrong with a form, asks before something is removed for good, says what was done, or is shown once', inBrowser, async t => {
  const page = await openWindow(t, browser)
  await signIn(page, sites.closed, 'owner@example.com')
  for (const [path, act] of [
    ['/project/1/', async () => {
      await page.locator('form.entry').first().getByLabel('Name').fill('  ')
      await page.getByRole('button', { name: 'Add' }).click()
      await page.getByText('Change this project').click()
      await page.getByText('Delete this project…').click()
    }],
    ['/project/1/', async () => {
      await page.locator('.checklist .check').first().click()
      await page.getByRole('status').waitFor()
    }],
    ['/people/', async () => {
      await page.getByText('Deactivate, remove…').first().click()
    }],
    ['/people/', async () => {
      await page.getByLabel('E-mail address').fill('new@example.com')
      await page.getByRole('button', { name: 'Invite' }).click()
      await page.waitForURL(/people/)
    }],
    ['/tokens/', async () => {
      await page.getByText('Revoke…').first().click()
    }],
    ['/tokens/', async () => {
      await page.getByLabel('What it is for').fill('Accounts')
      await page.getByRole('button', { name: 'Make it' }).click()
      await page.locator('.secret').waitFor()
    }],
    ['/password/', async () => {
      for (const label of ['Present password', 'New password', 'The same again']) await page.getByLabel(label).fill('not the right one')
      await page.getByRole('button', { name: 'Keep it' }).click()
      await page.getByRole('alert').waitFor()
    }]
  ] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.goto(sites.closed.urlOf(path))
      await act()
      t.strictSame(await violations(page), [], `${path}, ${colorScheme}`)
    }
  }
})

t.test('nor have the attacks on the walls and what came of them', inBrowser, async t => {
  for (const viewport of [{ width: 1280, height: 900 }, { width: 320, height: 640 }]) {
    const page = await openWindow(t, browser, { viewport })
    await page.goto(sites.open.urlOf('/walls/'))
    await page.getByRole('button', { name: 'Run the attacks' }).click()
    await page.getByRole('button', { name: 'Run them again' }).waitFor()
    t.strictSame(await violations(page), [], `${viewport.width} px`)
    await page.evaluate("document.querySelector('.attacked').open = true")
    t.strictSame(await violations(page), [], `${viewport.width} px, the first table opened`)
    await page.getByRole('link', { name: 'The walls' }).click()
    await page.goBack()
    t.ok(await page.getByRole('button', { name: 'Run them again' }).isVisible(), 'one comes back to what came of them')
  }
})

t.test('nothing moves for whoever wants less motion, and colours that a system forces keep what is chosen apart', inBrowser, async t => {
  await forEachPage(t, browser, sites, { reducedMotion: 'reduce' }, async (page, name) => {
    const moving = await page.evaluate<string[]>("[...document.querySelectorAll('*')].filter(element => { const { transitionDuration, animationName } = getComputedStyle(element); return /[1-9]/.test(transitionDuration) || animationName !== 'none' }).map(element => element.outerHTML.slice(0, 80))")
    t.strictSame(moving, [], name)
  })
  const page = await openWindow(t, browser, { forcedColors: 'active' })
  await page.goto(sites.open.urlOf('/project/1/?state=open'))
  const backgrounds = await page.evaluate<string[]>("[...document.querySelectorAll('.states a')].map(element => getComputedStyle(element).backgroundColor)")
  t.equal(new Set(backgrounds).size, 2, backgrounds.join(', '))
  await page.goto(sites.open.urlOf('/subtasks/2/'))
  t.equal(await page.evaluate("new Set([...document.querySelectorAll('.pages li > *')].map(element => getComputedStyle(element).backgroundColor)).size"), 2)
})
