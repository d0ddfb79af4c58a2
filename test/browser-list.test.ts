import t from 'tap'
import type { Page } from 'playwright-core'
import { inBrowser, loaded, openBrowser, openSite, openWindow } from './browser.ts'
import { asRole, seedTenants, testDatabase } from './support.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 2, subtasks: 60 })
await asRole(database.admin, async query => {
  await query('set search_path = rowhouse')
  await query("insert into project (account_id, name) values (1, 'A garden')")
  await query("insert into task (account_id, project_id, name) select 1, max(id), 'Dig' from project where account_id = 1")
  await query("insert into subtask (account_id, task_id, name, is_complete) select 1, max(task.id), 'spade ' || to_char(number, 'FM000'), number % 3 = 0 from task, generate_series(1, 330) as number where account_id = 1 group by number")
})
const site = inBrowser.skip === undefined ? await openSite(t, database) : undefined as never
const browser = inBrowser.skip === undefined ? await openBrowser(t) : undefined as never

function addressOf (page: Page): string {
  const { pathname, search } = new URL(page.url())
  return pathname + search
}

const caption = async (page: Page): Promise<string> => await page.locator('caption').textContent() ?? ''
const names = async (page: Page): Promise<string[]> => await (await loaded(page)).locator('tbody th').allTextContents()

for (const [how, javaScriptEnabled] of [['with scripts', true], ['without scripts', false]] as const) {
  t.test(`people pick subtasks out, order them, and go through their pages ${how}, and the address bar and the back button tell the truth`, inBrowser, async t => {
    const page = await openWindow(t, browser, { javaScriptEnabled })
    await page.goto(site.urlOf('/subtasks/'))
    t.equal(await caption(page), '390 subtasks, page 1 of 39')
    const filters = page.getByRole('search')

    await filters.getByLabel('Whole words').fill('spade')
    await filters.getByLabel('State').selectOption({ label: 'Done' })
    await filters.getByRole('button', { name: 'Show' }).click()
    t.equal(addressOf(page), '/subtasks/?search=spade&state=done', 'all that differs from the usual')
    t.equal(await caption(page), '110 subtasks found, page 1 of 11')
    t.equal(await filters.getByLabel('Whole words').inputValue(), 'spade', 'the form says what is shown')
    t.equal(await filters.getByLabel('State').inputValue(), 'done')

    await page.getByRole('columnheader', { name: 'Name' }).getByRole('link').click()
    t.equal(addressOf(page), '/subtasks/?search=spade&state=done&sort=-name')
    t.equal(await page.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort'), 'descending')
    t.strictSame((await names(page)).slice(0, 2), ['spade 330', 'spade 327'])

    await page.getByRole('link', { name: '25 a page' }).click()
    t.equal(addressOf(page), '/subtasks/?search=spade&state=done&sort=-name&size=25')
    t.equal((await names(page)).length, 25)
    await page.getByRole('link', { name: 'Next' }).click()
    t.equal(await caption(page), '110 subtasks found, page 2 of 5')
    t.match(await (await loaded(page)).title(), /Page 2/)
    await page.getByRole('link', { name: '10 a page' }).click()
    t.equal(addressOf(page), '/subtasks/3/?search=spade&state=done&sort=-name')

    await page.getByLabel('Go to page').fill('11')
    await page.getByRole('button', { name: 'Go', exact: true }).click()
    t.equal(await caption(page), '110 subtasks found, page 11 of 11')
    t.equal((await names(page)).at(-1), 'spade 003')
    await page.getByLabel('Go to page').fill('12')
    await page.getByRole('button', { name: 'Go', exact: true }).click()
    t.match(await page.getByRole('alert').textContent(), /^There is no page 12; the last one is 11\./)
    t.equal(await filters.getByLabel('State').inputValue(), 'done', 'what was asked for is kept')
    await page.getByRole('link', { name: 'Go to the last page' }).click()
    t.equal(await caption(page), '110 subtasks found, page 11 of 11')
    for (const where of ['12', '11', undefined]) {
      await page.goBack()
      if (where === undefined) t.equal(addressOf(page), '/subtasks/3/?search=spade&state=done&sort=-name')
      else t.equal(addressOf(page), `/subtasks/?search=spade&state=done&sort=-name&page=${where}`)
    }

    await filters.getByRole('link', { name: 'One project' }).click()
    await filters.locator('select[name=project]').selectOption({ label: 'A garden' })
    await filters.getByLabel('Whole words').fill('')
    await filters.getByLabel('State').selectOption({ label: 'Open', exact: true } as { label: string })
    await filters.getByLabel('Order').selectOption({ label: 'Number' })
    await filters.getByRole('button', { name: 'Show' }).click()
    t.match(addressOf(page), /^\/subtasks\/\?state=open&project=\d+&sort=id$/)
    t.equal(await caption(page), '220 subtasks found, page 1 of 22')
    await filters.getByRole('link', { name: 'Show all' }).click()
    t.equal(addressOf(page), '/subtasks/?sort=id')
    t.equal(await caption(page), '390 subtasks, page 1 of 39')

    await filters.getByLabel('Whole words').fill('!!')
    await filters.getByRole('button', { name: 'Show' }).click()
    t.match(await page.getByRole('alert').textContent(), /^Whole words: takes words/)
    t.equal(await filters.getByLabel('Whole words').inputValue(), '!!', 'nothing that was typed is lost')
    await filters.getByLabel('Whole words').fill('nowhere')
    await filters.getByRole('button', { name: 'Show' }).click()
    await page.getByRole('link', { name: 'Show all of them' }).click()
    t.equal(await caption(page), '390 subtasks, page 1 of 39')
  })
}

t.test('in a narrow window the keyboard orders the list, too, and the links that it reaches are seen', inBrowser, async t => {
  const page = await openWindow(t, browser, { viewport: { width: 320, height: 640 } })
  await page.goto(site.urlOf('/subtasks/'))
  const heads = page.locator('.subtasks thead')
  t.ok(((await heads.boundingBox())?.height ?? 0) <= 1, 'rows are cards, which need no heads')
  await page.getByRole('link', { name: 'One project' }).focus()
  await page.keyboard.press('Tab')
  t.ok(((await heads.boundingBox())?.height ?? 0) > 20, 'but a focus is seen')
  await page.keyboard.press('Enter')
  await page.waitForURL(/sort=project$/)
  t.equal(await page.locator('.project .label').first().textContent(), 'A garden')
})

t.test('the operator goes through the pages of all accounts\' subtasks', inBrowser, async t => {
  const page = await openWindow(t, browser)
  await page.goto(site.urlOf('/subtasks/', ''))
  t.equal(await caption(page), '450 subtasks in all accounts, page 1 of 45')
  await page.getByRole('link', { name: '100 a page' }).click()
  await page.getByRole('link', { name: 'Next' }).click()
  t.equal(addressOf(page), '/subtasks/2/?size=100')
  t.equal((await names(page)).length, 100)
  await page.goBack()
  t.equal(addressOf(page), '/subtasks/?size=100')
})
