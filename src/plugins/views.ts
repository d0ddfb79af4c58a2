import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import fastifyView from '@fastify/view'
import { Eta } from 'eta'
import type { FastifyReply } from 'fastify'
import plugin from 'fastify-plugin'
import type { Pages } from './page-data.ts'
import { defaultFormats, readerFormats, type ReaderFormats } from './reader-formats.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Renders a page for whoever asks: it names no viewer, and says at most that the operator looks on, with numbers as its reader has them. */
    renderPage: <Name extends keyof Pages>(name: Name, data: Pages[Name], options: { isLooking: boolean, formats?: ReaderFormats }) => Promise<string>
  }
  interface FastifyReply {
    /** Renders a page for the viewer of this request and sends it. */
    page: <Name extends keyof Pages>(name: Name, data: Pages[Name]) => FastifyReply
  }
}

const viewsDirectory = fileURLToPath(new URL('../../views', import.meta.url))

/** Who has the page about the walls. */
export type WallsAudience = 'nobody' | 'operator' | 'everybody'

/** Templates, the stylesheet, and `reply.page`. */
export const views = plugin<{ walls: WallsAudience }>(async (app, { walls }) => {
  await app.register(fastifyView, { engine: { eta: await loadTemplates() }, root: viewsDirectory, viewExt: 'eta' })
  await app.register(async assets => {
    // Even the page that says "wrong host" has a stylesheet.
    assets.addHook('onRoute', route => { route.config = { ...route.config, anyHost: true } })
    await assets.register(fastifyStatic, {
      root: `${viewsDirectory}/public`, prefix: '/assets/', index: false, wildcard: false, maxAge: '1y', immutable: true
    })
  })
  const assetVersion = await hashOfFiles(`${viewsDirectory}/public`)

  app.decorate('renderPage', async (name, data, { isLooking, formats = defaultFormats }) => await app.view(`@${name}`, { ...data, assetVersion, viewer: { kind: 'nobody' }, person: undefined, isLooking, mayWork: false, hasWalls: false, access: app.access, homeHref: '/', ...formats, visibly, isolated, excerpt }))
  app.decorateReply('page', function (this: FastifyReply, name, data) {
    const { person, viewer, isLooking } = this.request
    const { tenant, formToken } = this.request
    const mayWork = tenant !== undefined && (app.access === 'open' || (person?.kind === 'user' && person.role !== 'viewer'))
    const hasWalls = viewer.kind === 'operator' ? walls !== 'nobody' : viewer.kind === 'tenant' && walls === 'everybody'
    return this.view(`@${name}`, { ...data, at: this.request.url.split('?', 1)[0], assetVersion, viewer, person, isLooking, formToken, mayWork, hasWalls, access: app.access, homeHref: '/', ...readerFormats(this.request), visibly, isolated, excerpt })
  })
}, { name: 'views' })

/**
 * Compiles every template, once, under its file's name, and folder, with an @ before it: that is how they include one another. By their paths,
 * each would be looked for again and again while a page is made.
 *
 * @throws {Error} at a template that cannot be compiled
 */
async function loadTemplates (): Promise<Eta> {
  const eta = new Eta()
  for (const file of await readdir(viewsDirectory, { recursive: true })) {
    if (file.endsWith('.eta')) eta.loadTemplate(`@${file.replaceAll('\\', '/')}`, await readFile(`${viewsDirectory}/${file}`, 'utf8'))
  }
  return eta
}

/** What somebody else has written, so that it reads as what it is: without what turns a line round, breaks it or hides. */
function visibly (text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
}

/** Words among others in a title, where no element keeps them apart: those of a script from right to left, or that turn a line round, turn nothing else. */
function isolated (text: string): string {
  const turning = /[\u202a-\u202e\u2066-\u2069]/g
  return /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u.test(text) ? `\u2068${text.replace(turning, '')}\u2069` : text
}

/** The beginning of a long text, cut between characters. */
function excerpt (text: string, most = 240): string {
  if (text.length <= most) return text
  // Twice as many units hold as many characters at least.
  const characters = [...text.slice(0, most * 2)]
  return characters.length <= most && text.length <= most * 2 ? text : `${characters.slice(0, most).join('').trimEnd()}…`
}

/** Stands in the addresses of static files, which browsers may keep for a year: other files, other addresses. */
async function hashOfFiles (directory: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of (await readdir(directory)).sort()) hash.update(await readFile(`${directory}/${file}`))
  return hash.digest('hex').slice(0, 12)
}
