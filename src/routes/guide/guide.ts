import type { FastifyPluginAsync } from 'fastify'
import { answeringOtherMethods } from '../../plugins/methods.ts'
import { readerFormats, type ReaderFormats } from '../../plugins/reader-formats.ts'
import { rules } from '../../check-rls/rules.ts'
import type { TenancyStrategy } from '../../tenancy/strategy.ts'
import { schemas, strategies, throughputs, times } from './figures.ts'
import { slides } from './slides.ts'

export interface GuideRoutesOptions {
  strategy: TenancyStrategy
  /** Whether every account has the page that shows the walls. */
  hasWalls: boolean
}

/**
 * How tenants can be kept apart, and how this server does it, as slides on one page. It is the same on every host, and says nothing
 * of anybody's data.
 */
export function guideRoutes ({ strategy, hasWalls }: GuideRoutesOptions): FastifyPluginAsync {
  return answeringOtherMethods(async app => {
    const anywhere = { config: { anyHost: true } }
    const server = {
      tenancy: strategy.name,
      isSigned: strategy.signsNames,
      hasViewOverTenants: strategy.hasViewOverTenants && strategy.beginOperator !== undefined,
      rules: rules.length,
      hasWalls
    }
    // It changes with the configuration alone: made once for all readers who have numbers written alike, as long as their formats are kept.
    const pages = new WeakMap<ReaderFormats, Map<boolean, Promise<string>>>()

    app.get('/guide', anywhere, async (_, reply) => reply.redirect('/guide/', 301))
    app.get('/guide/', anywhere, async (request, reply) => {
      const { isLooking } = request
      const formats = readerFormats(request)
      const pagesOfReaders = pages.get(formats) ?? new Map<boolean, Promise<string>>()
      const page = pagesOfReaders.get(isLooking) ?? app.renderPage('guide', { title: 'The guide', slides, server, figures: { times, throughputs, strategies, schemas } }, { isLooking, formats })
      pages.set(formats, pagesOfReaders.set(isLooking, page))
      return reply.header('vary', 'Cookie, Accept-Language').header('cache-control', isLooking ? 'private, no-store' : 'public, max-age=300').type('text/html; charset=utf-8').send(await page)
    })
  })
}
