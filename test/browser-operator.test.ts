import t from 'tap'
import { inBrowser, loaded, openBrowser, openWindow } from './browser.ts'
import { openSites } from './browser-pages.ts'
import { tenancy } from './support.ts'

const sites = inBrowser.skip === undefined ? await openSites(t) : undefined as never
const browser = inBrowser.skip === undefined ? await openBrowser(t) : undefined as never

for (const [how, javaScriptEnabled] of [['with scripts', true], ['without scripts', false]] as const) {
  t.test(`the operator comes to the accounts, searches them, opens one and comes back to what was found ${how}`, inBrowser, async t => {
    const { open } = sites
    const page = await openWindow(t, browser, { javaScriptEnabled })
    await page.goto(open.urlOf('/', ''))
    t.equal(page.url(), open.urlOf(tenancy === 'single-schema' ? '/subtasks/' : '/accounts/', ''))
    await page.getByRole('link', { name: 'Accounts', exact: true }).click()
    t.equal(await (await loaded(page)).locator('tbody tr').count(), 3)
    const search = page.getByRole('search')
    await search.getByLabel('Address or name').fill('TENANT-1')
    await search.getByLabel('Order').selectOption('newest first')
    await search.getByRole('button', { name: 'Show' }).click()
    const { pathname, searchParams } = new URL(page.url())
    t.strictSame([pathname, searchParams.get('search'), searchParams.get('order')], ['/accounts/', 'TENANT-1', 'newest'])
    t.equal(await page.locator('caption').textContent(), '1 account found')
    t.equal(await search.getByLabel('Address or name').inputValue(), 'TENANT-1')
    t.equal(await search.getByLabel('Order').inputValue(), 'newest')
    await page.getByRole('link', { name: 'Company of tenant-1' }).click()
    t.equal(page.url(), open.urlOf('/account/tenant-1/', ''))
    t.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Company of tenant-1')
    await page.goBack()
    t.equal(await (await loaded(page)).locator('tbody tr').count(), 1)
    await search.getByLabel('Address or name').fill('zebra')
    await search.getByLabel('Address or name').press('Enter')
    await page.getByText('No account is like that.').waitFor()
    await page.getByRole('link', { name: 'All accounts' }).click()
    t.equal(page.url(), open.urlOf('/accounts/', ''))
    t.equal(await (await loaded(page)).locator('tbody tr').count(), 3)
    await page.getByRole('link', { name: 'Rowhouse' }).click()
    t.equal(await (await loaded(page)).locator('.error').count(), 0, 'the logo leads to a page that is there')
  })

  t.test(`whoever presses the button on the page of the walls can read what came of each attack ${how}`, inBrowser, async t => {
    const { open } = sites
    for (const slug of ['tenant-0', '']) {
      const page = await openWindow(t, browser, { javaScriptEnabled })
      await page.goto(open.urlOf('/walls/', slug))
      await page.getByRole('button', { name: 'Run the attacks' }).click()
      await page.waitForURL(open.urlOf('/walls/attacks/', slug))
      t.match(await page.getByRole('status').textContent(), /^\d{3} attacks, and none got through/)
      const subtasks = page.locator('details', { has: page.getByText('rowhouse.subtask', { exact: true }) })
      const line = subtasks.locator('tr', { hasText: 'read by the key' })
      t.equal(await line.isVisible(), false)
      await subtasks.locator('summary').press('Enter')
      t.equal(await line.isVisible(), true)
      t.match(await line.innerText(), /from rowhouse\.subtask where "account_id" = \$1\s+no row SELECT 0: no row was shown/)
      t.match(await subtasks.locator('tr', { hasText: 'switch row-level security off' }).innerText(), /refused 42501 must be owner of table subtask/)
      await page.getByRole('button', { name: 'Run them again' }).click()
      await page.getByRole('status').waitFor()
      await page.getByRole('link', { name: 'The walls' }).click()
      t.equal(page.url(), open.urlOf('/walls/', slug))
      await page.context().close()
    }
  })
}
