import type { Test } from 'tap'
import type { Browser, BrowserContextOptions, Page, Response } from 'playwright-core'
import { openSite, openWindow, signIn, type Site } from './browser.ts'
import { asRole, operatorPassword, placeTenants, seedTenants, testDatabase, type TestDatabase } from './support.ts'
import { peopleOfAll } from './visitors.ts'

/** Somebody at a browser: anybody where access is open, or where it is required nobody yet, an owner, a viewer or the operator. */
type Reader = 'anybody' | 'nobody' | 'owner' | 'viewer' | 'operator'

export interface ShownPage {
  path: string
  reader: Reader
  /** Of the account; the operator's host where it is empty. */
  slug?: string
}

/** Every page that people are shown, of the data of {@link openSites}: each is held to everything that holds for all. */
export const shownPages: readonly ShownPage[] = [
  { path: '/subtasks/', reader: 'anybody' },
  { path: '/subtasks/2/', reader: 'anybody' },
  { path: '/subtasks/?state=open&sort=-name&size=50', reader: 'anybody' },
  { path: '/subtasks/?search=zebra', reader: 'anybody' },
  { path: '/subtasks/?choose=project', reader: 'anybody' },
  { path: '/subtasks/?search=!!', reader: 'anybody' },
  { path: '/subtasks/?page=none', reader: 'anybody' },
  { path: '/projects/', reader: 'anybody' },
  { path: '/projects/?search=zebra', reader: 'anybody' },
  { path: '/project/1/', reader: 'anybody' },
  { path: '/project/1/?state=done', reader: 'anybody' },
  { path: '/task/1/', reader: 'anybody' },
  { path: '/subtask/1/', reader: 'anybody' },
  { path: '/walls/', reader: 'anybody' },
  { path: '/nothing/', reader: 'anybody' },
  { path: '/guide/', reader: 'anybody' },
  { path: '/docs/', reader: 'anybody' },
  { path: '/problems/not-found', reader: 'anybody' },
  { path: '/subtasks/', reader: 'anybody', slug: '' },
  { path: '/accounts/', reader: 'anybody', slug: '' },
  { path: '/account/tenant-0/', reader: 'anybody', slug: '' },
  { path: '/charts/', reader: 'anybody', slug: '' },
  { path: '/walls/', reader: 'anybody', slug: '' },
  { path: '/', reader: 'anybody', slug: 'nobody' },
  { path: '/sign-in/', reader: 'nobody' },
  { path: '/project/1/', reader: 'viewer' },
  { path: '/people/', reader: 'viewer' },
  { path: '/project/1/', reader: 'owner' },
  { path: '/people/', reader: 'owner' },
  { path: '/tokens/', reader: 'owner' },
  { path: '/audit/', reader: 'owner' },
  { path: '/audit/verification/', reader: 'owner' },
  { path: '/sessions/', reader: 'owner' },
  { path: '/password/', reader: 'owner' },
  { path: '/subtasks/', reader: 'operator', slug: '' },
  { path: '/accounts/', reader: 'operator', slug: '' },
  { path: '/account/tenant-0/', reader: 'operator', slug: '' },
  { path: '/look/', reader: 'operator', slug: '' }
]

export interface Sites {
  database: TestDatabase
  open: Site
  closed: Site
}

/** Three accounts with ten rows and more on every page, on a server that is open and on one where people sign in. */
export async function openSites (t: Test): Promise<Sites> {
  const database = await testDatabase(t)
  await seedTenants(database)
  await peopleOfAll(database)
  await asRole(database.admin, async query => {
    await query("insert into rowhouse.project (account_id, name, details) select 1, 'Project number ' || number, 'Of interest to whoever reads lists.' from generate_series(3, 12) as number")
    await query("insert into rowhouse.task (account_id, project_id, name, details, is_complete) select 1, 1, 'Task number ' || number, 'One of many.', number % 3 = 0 from generate_series(3, 12) as number")
    await query(`insert into rowhouse.api_token (account_id, name, token_hash, ending, may_write, made_by, expires_at)
      select 1, 'Token number ' || number, rpad(md5(number::text), 43, 'x'), 'abcd', false, 'owner@example.com', now() + interval '30 days' from generate_series(1, 10) as number`)
    await query(`insert into rowhouse.app_user (account_id, email, first_name, last_name, role, password_hash)
      select 1, 'person-' || number || '@example.com', 'Person', 'Number ' || number, 'member', '!' from generate_series(1, 8) as number`)
  })
  await placeTenants(database)
  return { database, open: await openSite(t, database), closed: await openSite(t, database, 'required') }
}

/** Shows every page in turn, in one window for each reader. */
export async function forEachPage (t: Test, browser: Browser, { open, closed }: Sites, options: BrowserContextOptions, look: (page: Page, name: string, answer: Response) => Promise<void>): Promise<void> {
  for (const reader of new Set(shownPages.map(({ reader }) => reader))) {
    const page = await openWindow(t, browser, { ...options, ...(reader === 'operator' ? { httpCredentials: { username: 'operator', password: operatorPassword } } : {}) })
    if (reader === 'owner' || reader === 'viewer') await signIn(page, closed, `${reader}@example.com`)
    for (const { path, slug } of shownPages.filter(shown => shown.reader === reader)) {
      const answer = await page.goto((reader === 'anybody' ? open : closed).urlOf(path, slug))
      await look(page, `${slug ?? 'tenant-0'} ${path} as ${reader}`, answer as Response)
    }
    await page.context().close()
  }
}
