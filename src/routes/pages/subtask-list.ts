import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { NotFoundError } from '../../errors.ts'
import { answeringOtherMethods } from '../../plugins/methods.ts'
import type { AccountsElsewhere } from '../../repositories/accounts.ts'
import { countsFirst, listingLimits, type Page, type PageRequest } from '../../repositories/page.ts'
import { countSubtasks, listSubtasks, listSubtasksOfAllAccounts, type SubtaskInContext, type SubtaskOfAccount } from '../../repositories/subtasks.ts'
import { pageInPath, pageQuery } from '../../schemas/page.ts'
import { paginate } from './pagination.ts'

const pageSize = 10

/** The list of subtasks: a tenant's own on its host, all accounts' on the operator's. */
export const subtaskListRoutes = answeringOtherMethods(async untyped => {
  const app = untyped.withTypeProvider<ZodTypeProvider>()
  const redirect = { config: { transaction: false } }
  const page = { query: pageQuery }

  app.get('/', redirect, async (_, reply) => reply.redirect('/subtasks/', 302))
  app.get('/subtasks', redirect, async (request, reply) => reply.redirect('/subtasks/' + queryOf(request), 301))
  app.get('/subtasks/', { schema: { querystring: page.query }, errorHandler: badPageIsNotFound },
    async (request, reply) => await showPage(request, reply, request.query.page ?? 1))
  app.get('/subtasks/:page', { ...redirect, schema: { params: z.object({ page: pageInPath }) }, errorHandler: badPageIsNotFound },
    async (request, reply) => reply.redirect(`${request.url.split('?', 1)[0]}/${queryOf(request)}`, 301))
  app.get('/subtasks/:page/', { schema: { params: z.object({ page: pageInPath }), querystring: page.query }, errorHandler: badPageIsNotFound },
    async (request, reply) => await showPage(request, reply, request.params.page || (request.query.page ?? 1)))
})

function queryOf ({ url }: FastifyRequest): string {
  const start = url.indexOf('?')
  return start === -1 ? '' : url.slice(start)
}

/** To whoever follows a link, a page that cannot be is a page that is not there. */
function badPageIsNotFound (error: Error & { validation?: unknown }): never {
  throw error.validation === undefined ? error : new NotFoundError('There is no such page.')
}

async function showPage (request: FastifyRequest, reply: FastifyReply, asked: PageRequest['page']): Promise<FastifyReply> {
  const listing = await listFor(request, { page: asked, size: pageSize })
  if (listing.page > 1 && listing.rows.length === 0) {
    throw new NotFoundError(`There is no page ${listing.page}${listing.total.precision === 'exact' ? `; the last one is ${listing.pages}` : ''}.`)
  }
  return reply.page('subtasks', {
    title: 'Subtasks',
    rows: listing.rows,
    total: listing.total,
    elsewhere: listing.elsewhere,
    pagination: paginate({ ...listing, precision: listing.total.precision }, number => number === 1 ? '/subtasks/' : `/subtasks/${number}/`, '/subtasks/?page=last')
  })
}

async function listFor (request: FastifyRequest, page: PageRequest): Promise<Page<SubtaskInContext | SubtaskOfAccount> & { elsewhere?: AccountsElsewhere }> {
  if (request.tenant === undefined) return await listSubtasksOfAllAccounts(request.operatorScope, page)
  return await request.readWhereTenantIs(async () => {
    const counted = countsFirst(page) ? await countSubtasks(request.tenantScope) : undefined
    return await request.readInOneTrip(async () => await listSubtasks(request.tenantScope, page, listingLimits, counted))
  })
}
