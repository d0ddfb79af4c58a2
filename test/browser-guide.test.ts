import t from 'tap'
import type { Page } from 'playwright-core'
import { slides } from '../src/routes/guide/slides.ts'
import { inBrowser, openBrowser, openSite, openWindow } from './browser.ts'
import { testDatabase, until } from './support.ts'

const site = inBrowser.skip === undefined ? await openSite(t, await testDatabase(t)) : undefined as never
const browser = inBrowser.skip === undefined ? await openBrowser(t) : undefined as never

/** The slide whose title has the focus and is in the window; empty where there is none. */
async function slideOf (page: Page): Promise<string> {
  return await page.evaluate<string>(`(() => {
    const { top, bottom } = document.activeElement.getBoundingClientRect()
    return document.activeElement.matches('.slide h1, .slide h2') && top >= 0 && bottom <= innerHeight ? document.activeElement.closest('.slide').id : ''
  })()`)
}

t.test('keys turn the slides of the guide: the title has the focus, is in the window, and is in the address', inBrowser, async t => {
  const page = await openWindow(t, browser, { viewport: { width: 1440, height: 1200 }, reducedMotion: 'reduce' })
  await page.goto(site.urlOf('/guide/'))
  for (const [key, index] of [
    ['ArrowRight', 1], ['ArrowRight', 2], ['ArrowLeft', 1], ['PageDown', 2], ['PageDown', 3], ['PageUp', 2], ['End', -1], ['ArrowRight', -1], ['ArrowLeft', -2], ['Home', 0], ['ArrowRight', 1]
  ] as const) {
    await page.keyboard.press(key)
    const id = slides.at(index)?.id ?? ''
    await until(async () => await slideOf(page) === id)
    t.equal(new URL(page.url()).hash, `#${id}`, `${key} to ${id}`)
  }
})

t.test('whoever presses a key while a slide still moves goes on from where it leads', inBrowser, async t => {
  const page = await openWindow(t, browser, { viewport: { width: 1440, height: 1200 }, reducedMotion: 'no-preference' })
  await page.goto(site.urlOf('/guide/'))
  for (const [keys, index] of [[['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight'], 4], [['ArrowLeft', 'ArrowLeft'], 2], [['PageDown', 'PageDown', 'PageUp'], 3]] as const) {
    // All of them before the window has moved at all.
    await page.evaluate(`for (const key of ${JSON.stringify(keys)}) document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))`)
    const id = slides.at(index)?.id ?? ''
    await until(async () => await slideOf(page) === id)
    t.equal(new URL(page.url()).hash, `#${id}`, `${keys.join(', ')} to ${id}`)
  }
})

t.test('by the page keys, no title is passed and no part of a slide left out, however low the window', inBrowser, async t => {
  const page = await openWindow(t, browser, { viewport: { width: 1280, height: 420 }, reducedMotion: 'reduce' })
  await page.goto(site.urlOf('/guide/'))
  await page.keyboard.press('Home')
  const edges = async (): Promise<{ top: number, bottom: number, covered: number }> => await page.evaluate(`(() => {
    const { top, bottom } = document.activeElement.closest('.slide').getBoundingClientRect()
    return { top, bottom, covered: document.activeElement.closest('.slide').querySelector('.steps').offsetHeight }
  })()`)
  const titles: string[] = []
  for (let press = 0; press < 200 && titles.at(-1) !== slides.at(-1)?.id; press++) {
    const before = await edges()
    const id = await page.evaluate<string>('document.activeElement.closest(".slide").id')
    await page.keyboard.press('PageDown')
    const isMoved = `document.activeElement.closest('.slide').id !== ${JSON.stringify(id)} || Math.abs(document.activeElement.closest('.slide').getBoundingClientRect().top - ${before.top}) > 1`
    await until(async () => await page.evaluate<boolean>(isMoved))
    const now = await edges()
    const next = await page.evaluate<string>('document.activeElement.closest(".slide").id')
    if (next === id) {
      t.ok(-now.top <= 420 - before.covered - before.top, `${id}: nothing is left out`)
    } else {
      t.ok(before.bottom <= 428, `${id}: its end was in the window before the next`)
      t.equal(await slideOf(page), next, 'whose title is')
      titles.push(next)
    }
  }
  t.strictSame(titles, slides.slice(1).map(({ id }) => id))
})

t.test('printed, each slide is a page', inBrowser, async t => {
  const page = await openWindow(t, browser)
  await page.goto(site.urlOf('/guide/'))
  const pdf = await page.pdf({ preferCSSPageSize: true })
  t.equal(pdf.toString('latin1').split(/\/Type\s*\/Page\b/).length - 1, slides.length)
})
