import t, { type Test } from 'tap'
import type { Page } from 'playwright-core'
import { inBrowser, loaded, openBrowser, openWindow, tenantsIn, type Site } from './browser.ts'
import { openSites } from './browser-pages.ts'

const sites = inBrowser.skip === undefined ? await openSites(t) : undefined as never
const browser = inBrowser.skip === undefined ? await openBrowser(t) : undefined as never

const lists = ['/projects/', '/subtasks/', '/']

async function workInTwoWindows (t: Test, site: Site, windows: ReadonlyArray<readonly [slug: string, page: Page]>): Promise<void> {
  for (const path of lists) {
    await Promise.all(windows.map(async ([slug, page]) => { await page.goto(site.urlOf(path, slug)) }))
    for (const [slug, page] of windows) t.strictSame(await tenantsIn(page), [slug], path)
  }
  await Promise.all(windows.map(async ([slug, page]) => { await page.goto(site.urlOf('/projects/', slug)) }))
  await Promise.all(windows.map(async ([slug, page]) => {
    await page.locator('form.entry').getByLabel('Name').fill(`made in the window of ${slug}`)
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.waitForURL(/\/project\/\d+\/$/)
  }))
  await Promise.all(windows.map(async ([slug, page]) => {
    for (const name of [`task of ${slug}`, `subtask of ${slug}`]) {
      await page.locator('form.entry').first().getByLabel('Name').fill(name)
      await page.getByRole('button', { name: 'Add' }).click()
      await page.getByRole('status').getByText(`is added: ${name}`).waitFor()
      if (name.startsWith('task')) await page.locator('.checklist').getByRole('link', { name }).click()
    }
    await page.getByRole('button', { name: 'Done: subtask' }).click()
    await page.getByText('The subtask is done').waitFor()
  }))
  for (const [slug, page] of windows) {
    t.strictSame(await tenantsIn(page), [slug], 'what was made')
    t.match(await page.locator('article > p > .progress').textContent(), /1 of 1 subtask done/)
    // What was made in the other window at the same time is not found in this one.
    for (const [other] of windows) if (other !== slug) await page.goto(site.urlOf(`/subtasks/?search=${other}`, slug))
    t.match(await page.locator('main').innerText(), /No results/)
    await page.goto(site.urlOf('/projects/?search=window', slug))
    t.strictSame(await (await loaded(page)).locator('.cards a').allInnerTexts(), [`made in the window of ${slug}`])
    await page.locator('.cards a').click()
    await page.getByText('Delete this project…').click()
    await page.getByLabel('Delete it').check()
    await page.getByRole('button', { name: 'Delete the project' }).click()
  }
}

t.test('two tenants in two windows never mix, of one browser or of two', inBrowser, async t => {
  const first = await openWindow(t, browser)
  const sibling = await first.context().newPage()
  await workInTwoWindows(t, sites.open, [['tenant-0', first], ['tenant-1', sibling]])
  await workInTwoWindows(t, sites.open, [['tenant-0', first], ['tenant-1', await openWindow(t, browser)]])
})
