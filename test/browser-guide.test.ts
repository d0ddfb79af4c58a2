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

t.test('printed, each slide is a page', inBrowser, async t => {
  const page = await openWindow(t, browser)
  await page.goto(site.urlOf('/guide/'))
  const pdf = await page.pdf({ preferCSSPageSize: true })
  t.equal(pdf.toString('latin1').split(/\/Type\s*\/Page\b/).length - 1, slides.length)
})
