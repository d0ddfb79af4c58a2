import type { FastifyPluginAsync } from 'fastify'
import { answeringOtherMethods } from '../../plugins/methods.ts'
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
    // It changes with the configuration alone: made once.
    const pages = new Map<boolean, Promise<string>>()

    app.get('/guide', anywhere, async (_, reply) => reply.redirect('/guide/', 301))
    app.get('/guide/', anywhere, async ({ isLooking }, reply) => {
      const page = pages.get(isLooking) ?? app.renderPage('guide', { title: 'The guide', slides, server, figures: { times, throughputs, strategies, schemas } }, { isLooking })
      pages.set(isLooking, page)
      return reply.header('vary', 'Cookie').header('cache-control', isLooking ? 'private, no-store' : 'public, max-age=300').type('text/html; charset=utf-8').send(await page)
    })
  })
}
