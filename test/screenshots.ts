import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadDemo } from '../src/testdata/load.ts'
import { openBrowser, openSite, openWindow } from './browser.ts'
import { testDatabase } from './support.ts'

// Takes the pictures of the README anew: npx tsx test/screenshots.ts
const folder = fileURLToPath(new URL('../.github/screenshots/', import.meta.url))

interface Picture {
  name: string
  path: string
  slug?: string
  /** As on a phone, in the dark. */
  isPhone?: boolean
}

const pictures: readonly Picture[] = [
  { name: 'projects', path: '/projects/' },
  { name: 'project', path: '/project/1/' },
  { name: 'subtasks', path: '/subtasks/' },
  { name: 'operator', path: '/subtasks/', slug: '' },
  { name: 'charts', path: '/charts/', slug: '' },
  { name: 'walls', path: '/walls/' },
  { name: 'phone', path: '/project/1/', isPhone: true }
]

t.test('the pictures of the README are small', async t => {
  const database = await testDatabase(t)
  await loadDemo(database, 5)
  const site = await openSite(t, database)
  const browser = await openBrowser(t)
  await mkdir(folder, { recursive: true })
  for (const { name, path, slug, isPhone = false } of pictures) {
    const page = await openWindow(t, browser, isPhone ? { viewport: { width: 360, height: 700 }, colorScheme: 'dark' } : { viewport: { width: 1120, height: 700 } })
    await page.goto(site.urlOf(path, slug))
    const session = await page.context().newCDPSession(page)
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 })
    const picture = Buffer.from(data, 'base64')
    await writeFile(`${folder}${name}.webp`, picture)
    t.ok(picture.length < 55_000, `${name}: ${picture.length} bytes`)
  }
})
