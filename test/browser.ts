import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { FastifyInstance } from 'fastify'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type LaunchOptions, type Page } from 'playwright-core'
import type { Test } from 'tap'
import { listen } from '../src/listen.ts'
import { testApp, type TestDatabase } from './support.ts'

/**
 * The Chromium that comes inside an npm package runs on the most common machines, also where nothing but Node is installed. Elsewhere
 * an installed one serves; where there is none either, these tests are left out, unless CHROMIUM=required says that they may not be.
 * CHROMIUM=installed says that an installed one may not be missing either.
 */
const isPackaged = process.platform === 'linux' && process.arch === 'x64'
const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe']
  .find(path => existsSync(path))
const { CHROMIUM: wanted, CI: ci } = process.env
const isTried = isPackaged || installed !== undefined || wanted === 'required' || wanted === 'installed' || ci === 'true'
if (!isTried) console.error('\n*** neither Chromium nor Chrome is installed: NO page is tried in a browser here ***\n')
if (isTried && installed === undefined) console.error('\n*** no Chromium or Chrome is installed beside the one in the package: what a browser KEEPS of pages that one leaves is not tried here ***\n')
/** For tests that drive a browser. */
export const inBrowser: { skip?: string } = isTried ? {} : { skip: 'no Chromium is installed' }
/** For tests of what a browser does that is installed on this machine: the one in the package is a smaller build, which keeps no page to come back to. */
export const inInstalledBrowser: { skip?: string } = installed === undefined && wanted !== 'installed' ? { skip: 'no Chromium is installed beside the one in the package' } : {}

const flags = ['--disable-gpu', '--disable-quic', '--disable-component-update', '--disable-sync', '--no-pings']

/** A browser for the tests of one file. What it opens is this project's alone, so it needs no sandbox, and containers have none to give. */
export async function openBrowser (t: Test): Promise<Browser> {
  const browser = await chromium.launch({ ...await program(), args: flags })
  t.teardown(async () => { await browser.close() })
  return browser
}

/** A browser that keeps the pages which one leaves, as people's browsers do. */
export async function openInstalledBrowser (t: Test): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: installedProgram(), args: [...flags, '--headless=new', '--enable-features=CacheControlNoStoreEnterBackForwardCache'], ignoreDefaultArgs: ['--disable-back-forward-cache'] })
  t.teardown(async () => { await browser.close() })
  return browser
}

function installedProgram (): string {
  if (installed === undefined) throw new Error('neither Chromium nor Chrome is installed where it usually is')
  return installed
}

async function program (): Promise<Pick<LaunchOptions, 'executablePath' | 'env'>> {
  if (!isPackaged) return { executablePath: installedProgram() }
  const folder = await unpackedFolder()
  const plain = { executablePath: join(folder, 'chromium') }
  const has = async (env: NodeJS.ProcessEnv): Promise<boolean> => await execute(plain.executablePath, ['--version'], { env }).then(() => true, () => false)
  // A machine without fonts or without NSS uses those of the package.
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_FILE: join(folder, 'fonts.conf') }
  const libraries = await has(process.env) ? {} : { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') }
  return { ...plain, env: { ...process.env as Record<string, string>, ...fonts, ...libraries } }
}

const execute = promisify(execFile)

/** Where the package's browser lies, unpacked: once for this installation, whichever test file comes first. */
async function unpackedFolder (): Promise<string> {
  const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url))
  const module = import.meta.resolve('@sparticuz/chromium')
  const { version } = JSON.parse(await readFile(new URL('../../package.json', module), 'utf8')) as { version: string }
  const folder = join(cache, `chromium-${version}`)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const staging = await mkdtemp(`${folder}-`)
  // The package unpacks to the folder of temporary files, and its libraries only where it takes the machine for one of Amazon's.
  const script = `import chromium from ${JSON.stringify(module)}; await chromium.executablePath()`
  await execute(process.execPath, ['--input-type=module', '--eval', script], { env: { ...process.env, TMPDIR: staging, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' } })
  await writeFile(join(staging, 'fonts.conf'), `<?xml version="1.0"?><fontconfig><dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>`)
  // Another test file may have been quicker.
  await rename(staging, folder).catch(async () => { await rm(staging, { recursive: true }) })
  return folder
}

/** A real server of the application, at the names that browsers resolve to this machine. */
export interface Site {
  app: FastifyInstance
  /** @param slug of the account; the operator's host where it is empty */
  urlOf: (path: string, slug?: string) => string
}

/** Has the application listen on a free port. Where access is required, {@link signIn} lets somebody in. */
export async function openSite (t: Test, database: TestDatabase, access: 'open' | 'required' = 'open'): Promise<Site> {
  const { app } = await testApp(t, database, { config: { access } })
  const port = await listen(app, { addresses: ['127.0.0.1', '::1'], port: 0 })
  return { app, urlOf: (path, slug = 'tenant-0') => `http://${slug === '' ? '' : `${slug}.`}localhost:${port}${path}` }
}

/**
 * A window with cookies of its own. The test fails at whatever goes wrong in it unseen: an error or a warning in the console, what
 * the content security policy keeps out, a request that fails or leaves the site, a dialog that nobody meant to open.
 */
export async function openWindow (t: Test, browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options })
  t.teardown(async () => { await context.close() })
  watch(t, context)
  return await context.newPage()
}

function watch (t: Test, context: BrowserContext): void {
  context.on('console', message => {
    // A page whose own status says that something is wrong is one that its test asked for.
    const isOfPage = /^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text()) && message.location().url === message.page()?.url()
    if (['error', 'warning'].includes(message.type()) && !isOfPage) t.fail(`the console says: ${message.text()} (${message.location().url})`)
  })
  context.on('weberror', error => { t.fail(`a script failed: ${error.error().message}`) })
  context.on('dialog', dialog => {
    t.fail(`a dialog was opened: ${dialog.message()}`)
    dialog.dismiss().catch(() => {})
  })
  context.on('request', request => {
    if (!/^http:\/\/([a-z0-9-]+\.)?localhost:\d+\//.test(request.url())) t.fail(`asked for ${request.url()}`)
  })
  context.on('requestfailed', request => {
    const errorText = request.failure()?.errorText
    // Whoever leaves a page does not wait for the rest of it.
    if (errorText !== 'net::ERR_ABORTED') t.fail(`${request.url()} failed: ${errorText}`)
  })
  context.on('response', response => {
    if (response.status() >= 400 && response.request().resourceType() !== 'document') t.fail(`${response.url()} was answered ${response.status()}`)
  })
}

/** For what is read off a page at once: a press on a button waits until the next page begins, not until it is there. */
export async function loaded (page: Page): Promise<Page> {
  await page.waitForLoadState()
  return page
}

/** Which tenants a window shows anything of: its address, its header, every text and every title. */
export async function tenantsIn (page: Page): Promise<string[]> {
  const { hostname } = new URL(page.url())
  const text = `${await page.title()} ${await page.locator('body').innerText()}`
  return [...new Set([hostname.split('.')[0] ?? '', ...[...text.matchAll(/tenant-\d+/g)].map(([slug]) => slug)])]
}

/** Signs somebody of `peopleOfAll` in, over the form. */
export async function signIn (page: Page, site: Site, email: string, { slug = 'tenant-0', to = '/projects/' } = {}): Promise<void> {
  await page.goto(site.urlOf(`/sign-in/?to=${encodeURIComponent(to)}`, slug))
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill('correct horse')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(site.urlOf(to, slug))
}
