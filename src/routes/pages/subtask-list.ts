import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { NotFoundError } from '../../errors.ts'
import { isReadAsPage } from '../../plugins/errors.ts'
import { answeringOtherMethods } from '../../plugins/methods.ts'
import type { SubtasksPage } from '../../plugins/page-data.ts'
import { countsFirst, type Page, type PageRequest } from '../../repositories/page.ts'
import { findProject, listProjectNames } from '../../repositories/projects.ts'
import { countSubtasks, listSubtasks, type SubtaskOrder, type SubtaskView } from '../../repositories/subtask-pages.ts'
import { listSubtasksOfAllAccounts, type SubtaskInContext } from '../../repositories/subtasks.ts'
import { search } from '../../schemas/list.ts'
import { pageInPath, type TypedPage } from '../../schemas/page.ts'
import { listOrders, pageSizes, subtaskListQuery, type ListOrder, type PageSize, type SubtaskListQuery } from '../../schemas/subtask-list.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import { found } from '../api/collection.ts'
import { withoutSlash } from '../without-slash.ts'
import { paginate } from './pagination.ts'
import { isCompleteOf } from './state.ts'

/** Projects that one chooses from; an account may have thousands, and each has a link to its subtasks on its own page. */
const projectChoices = 50

/** The list of subtasks: a tenant's own on its host, as they ask for it; all accounts' on the operator's. */
export const subtaskListRoutes = answeringOtherMethods(async untyped => {
  const app = untyped.withTypeProvider<ZodTypeProvider>()
  const redirect = { config: { transaction: false } }
  const page = { query: subtaskListQuery }

  app.get('/', { config: { ...redirect.config, catalogue: true } }, async ({ viewer }, reply) => reply.redirect(viewer.kind === 'operator' && !viewer.seesRows ? '/accounts/' : '/subtasks/', 302))
  withoutSlash(untyped, ['/subtasks'], redirect)
  withoutSlash(untyped, ['/subtasks/:page'], { ...redirect, schema: { params: z.object({ page: pageInPath }) }, errorHandler: badPageIsNotFound })
  app.get('/subtasks/', { schema: { querystring: page.query }, errorHandler: badPageIsNotFound },
    async (request, reply) => await showPage(request, reply, request.query.page ?? 1, request.query))
  app.get('/subtasks/:page/', { schema: { params: z.object({ page: pageInPath }), querystring: page.query }, errorHandler: badPageIsNotFound },
    async (request, reply) => await showPage(request, reply, request.params.page || (request.query.page ?? 1), request.query))
})

/** To whoever follows a link, a page that cannot be is a page that is not there. */
function badPageIsNotFound (error: Error & { validation?: unknown }): never {
  throw error.validation === undefined ? error : new NotFoundError('There is no such page.')
}

async function showPage (request: FastifyRequest, reply: FastifyReply, asked: PageRequest['page'] | TypedPage, query: SubtaskListQuery): Promise<FastifyReply> {
  if (typeof asked === 'object' && !isReadAsPage(request)) throw new NotFoundError('There is no such page.')
  const { page, typed } = typeof asked === 'object' ? { page: 1, typed: asked.typed } : { page: asked, typed: undefined }
  // A form sends what was left empty, too; the address says what was asked for.
  if (typed === undefined && /[?&]((search|state|project|sort|size)=|sort=name)(&|$)/.test(request.url)) return reply.redirect(listAddress(page, query), 302)
  const size = query.size ?? pageSizes[0]
  if (request.tenant === undefined) return await showAllAccounts(request, reply, { page, size }, query, typed)

  const words = query.search === undefined ? undefined : search.safeParse(query.search)
  // Nothing is looked for by what cannot be.
  if (words?.success === false) {
    const nothing: Page<never> = { rows: [], page: 1, pages: 1, total: { rows: 0, precision: 'exact' } }
    const choices = await request.readWhereTenantIs(async () => await readChoices(request.tenantScope, query))
    // No statement may have been sent that would tell whether whoever asks is let in.
    await request.entering
    // They stand in the field, and in no address that leads on from here.
    const { filters, ...page } = listPage(nothing, { ...query, search: undefined }, { ...choices, mistake: `Whole words: ${words.error.issues[0]?.message ?? ''}.` })
    return reply.code(400).page('subtasks', { ...page, filters: filters && { ...filters, search: query.search ?? '' } })
  }
  const view = viewOf({ ...query, search: words?.data })
  const { listing, ...choices } = await request.readWhereTenantIs(async () => {
    const counted = countsFirst({ page, size }) ? await countSubtasks(request.tenantScope, view.filter) : undefined
    return await request.readInOneTrip(async () => {
      const [listing, choices] = await Promise.all([listSubtasks(request.tenantScope, { page, size }, { view, counted }), readChoices(request.tenantScope, query)])
      return { listing, ...choices }
    })
  })
  return send(request, reply, listing, listPage(listing, query, { ...choices, mistake: undefined }), typed)
}

/** The operator's list is in one order, and whole. */
async function showAllAccounts (request: FastifyRequest, reply: FastifyReply, page: PageRequest, query: SubtaskListQuery, typed: string | undefined): Promise<FastifyReply> {
  if ([query.sort, query.state, query.project, query.choose, query.search].some(asked => asked !== undefined)) throw new NotFoundError('There is no such page: the list over all accounts is neither filtered nor sorted.')
  const listing = await listSubtasksOfAllAccounts(request.operatorScope, page)
  return send(request, reply, listing, { ...listPage(listing, query, undefined), elsewhere: listing.elsewhere }, typed)
}

/** A page past the end, or that is none, says so in the place of its rows, so that whoever went there goes on with what they had asked for. */
function send (request: FastifyRequest, reply: FastifyReply, listing: Page<unknown>, page: SubtasksPage, typed: string | undefined): FastifyReply {
  if (typed !== undefined) return reply.code(404).header('vary', 'Accept').page('subtasks', { ...page, rows: [], isMissing: true, typedPage: typed })
  if (isThere(listing)) return reply.page('subtasks', page)
  if (!isReadAsPage(request)) throw new NotFoundError(`There is no page ${listing.page}${listing.total.precision === 'exact' ? `; the last one is ${listing.pages}` : ''}.`)
  return reply.code(404).header('vary', 'Accept').page('subtasks', page)
}

/** An empty list has a first page. */
function isThere ({ page, rows }: Page<unknown>): boolean {
  return page === 1 || rows.length > 0
}

function viewOf ({ sort = listOrders[0], state, project, search }: SubtaskListQuery): SubtaskView {
  return {
    order: sort.replace('-', '') as SubtaskOrder,
    descending: sort.startsWith('-'),
    filter: { isComplete: isCompleteOf(state ?? 'all'), projectId: project, search }
  }
}

type Choices = Pick<NonNullable<SubtasksPage['filters']>, 'projects' | 'hasMoreProjects'>

/** The projects to choose from, for whoever does; the chosen one is among them. @throws {NotFoundError} where the account has no such project */
async function readChoices (scope: TenantScope, { project: chosen, choose }: SubtaskListQuery): Promise<Choices> {
  if (chosen === undefined && choose === undefined) return { projects: undefined, hasMoreProjects: false }
  const [projects, project] = await Promise.all([listProjectNames(scope, projectChoices + 1), chosen === undefined ? undefined : findProject(scope, chosen)])
  const first = projects.slice(0, projectChoices)
  return {
    projects: chosen === undefined || first.some(({ id }) => id === chosen) ? first : [found(project), ...first],
    hasMoreProjects: projects.length > projectChoices
  }
}

function listPage (listing: Page<SubtaskInContext>, query: SubtaskListQuery, filters: (Choices & { mistake: string | undefined }) | undefined): SubtasksPage {
  const { rows, total, page, pages } = listing
  const { size = pageSizes[0], sort = listOrders[0] } = query
  const asked = querySaying(query)
  const lastHref = listAddress('last', query)
  return {
    title: 'Subtasks',
    rows,
    total,
    elsewhere: undefined,
    isMissing: !isThere(listing),
    typedPage: undefined,
    pagination: {
      ...paginate({ page, pages, precision: total.precision }, number => listPath(number) + asked, lastHref),
      lastHref,
      // The row that is the first one now is on the page still.
      sizes: pageSizes.map(other => ({ size: other, current: other === size, href: listPath(Math.floor((page - 1) * size / other) + 1) + querySaying(query, { size: other }) })),
      asked: asked === '' ? [] : [...new URLSearchParams(asked)]
    },
    filters: filters && {
      ...filters,
      search: query.search ?? '',
      state: query.state,
      project: query.project,
      sort,
      size: query.size,
      isFiltered: query.search !== undefined || query.state !== undefined || query.project !== undefined,
      hrefOfChoice: `/subtasks/${querySaying(query, { more: 'choose=project' })}`,
      hrefOfAll: `/subtasks/${querySaying({ size, sort })}`,
      hrefOfOrder: (order: ListOrder) => `/subtasks/${querySaying(query, { sort: order })}`
    }
  }
}

function listAddress (page: PageRequest['page'], query: SubtaskListQuery): string {
  return page === 'last' ? `/subtasks/${querySaying(query, { more: 'page=last' })}` : listPath(page) + querySaying(query)
}

/** The first page has no number in its address. */
function listPath (page: number): string {
  return page === 1 ? '/subtasks/' : `/subtasks/${page}/`
}

/** What an address says behind its path: all that is not so anyway. A page has some twenty of them. */
function querySaying ({ search, state, project, sort, size }: SubtaskListQuery, other: { sort?: ListOrder, size?: PageSize, more?: string } = {}): string {
  const order = other.sort ?? sort ?? listOrders[0]
  const rows = other.size ?? size ?? pageSizes[0]
  let said = ''
  // Of all values, words alone may need to be written otherwise.
  if (search !== undefined) said += `&${new URLSearchParams({ search }).toString()}`
  if (state !== undefined) said += `&state=${state}`
  if (project !== undefined) said += `&project=${project}`
  if (order !== listOrders[0]) said += `&sort=${order}`
  if (rows !== pageSizes[0]) said += `&size=${rows}`
  if (other.more !== undefined) said += `&${other.more}`
  return said === '' ? '' : `?${said.slice(1)}`
}
