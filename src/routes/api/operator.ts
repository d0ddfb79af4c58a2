import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { NotFoundError, NotSetUpError } from '../../errors.ts'
import { findAccountBySlug, findAccountsElsewhere, listAccounts } from '../../repositories/accounts.ts'
import type { Slice, SliceRequest, Times, WithAccount } from '../../repositories/listing.ts'
import { sliceProjectsOfAllAccounts } from '../../repositories/projects.ts'
import { sliceSubtasksOfAllAccounts } from '../../repositories/subtasks.ts'
import { sliceTasksOfAllAccounts } from '../../repositories/tasks.ts'
import { sliceUsersOfAllAccounts } from '../../repositories/users.ts'
import { slug } from '../../schemas/fields.ts'
import { listOf, listQuery, readSort, type sorts } from '../../schemas/list.ts'
import { accountChange, knownAccount, newAccount, notIncluded, projectOfAccount, suspension, subtaskOfAccount, taskOfAccount, userOfAccount } from '../../schemas/resources.ts'
import type { AccountAdministration, AccountCheck, KnownAccount } from '../../tenancy/administration.ts'
import type { OperatorScope } from '../../tenancy/scope.ts'
import { prefersMinimal, send } from './answer.ts'
import { apiPrefix, badIdIsNotFound, represent, sendSlice } from './collection.ts'
import type { CursorSealer } from './cursor.ts'
import { answers, conditions, operatorChanges, operatorReads, preference } from './documentation.ts'
import { assertMatches, entityTag, isKnown } from './entity-tag.ts'

const accountsUrl = `${apiPrefix}/accounts`
const slugInPath = z.object({ slug })
/** How one gets in; from the machine itself without it. */
const security = [{}, { operator: [] }]
const config = { audience: 'operator' as const }

/** What the operator sees of all accounts, and does to them; on the bare host alone. */
export function operatorRoutes (app: FastifyInstance, cursors: CursorSealer, administration: AccountAdministration | undefined, forget: (slug: string) => void): void {
  accountRoutes(app, cursors)
  accountChanges(app, administration, forget)
  overviewRoute(app, cursors, 'projects', projectOfAccount, sliceProjectsOfAllAccounts)
  overviewRoute(app, cursors, 'tasks', taskOfAccount, sliceTasksOfAllAccounts)
  overviewRoute(app, cursors, 'subtasks', subtaskOfAccount, sliceSubtasksOfAllAccounts)
  overviewRoute(app, cursors, 'users', userOfAccount, sliceUsersOfAllAccounts)
}

function accountRoutes (app: FastifyInstance, cursors: CursorSealer): void {
  app.get(accountsUrl, {
    config: { ...config, catalogue: true },
    schema: {
      tags: ['accounts'],
      security,
      operationId: 'listAccounts',
      summary: 'List all accounts',
      description: 'By slug where `sort` says name.',
      querystring: z.strictObject({ ...listQuery, status: z.enum(['active', 'suspended', 'deleted'], { error: 'takes active, suspended or deleted' }).optional().describe('Those of one status') }),
      response: answers({ 200: { schema: listOf(knownAccount), headers: ['Link'] } }, [400, ...operatorReads])
    }
  }, async (request, reply) => {
    const { limit, sort, cursor, count, status } = request.query as { limit: number, sort: typeof sorts[number], cursor?: string, count: string, status?: string }
    const context = { accountId: 0, list: JSON.stringify([accountsUrl, sort, status]) }
    const slices = { ...readSort(sort), limit, count: count === 'exact', from: cursor === undefined ? undefined : cursors.open(cursor, context) }
    const slice = await listAccounts(request.operatorScope, slices, { status })
    return sendSlice(request, reply, slice, {
      represent: row => represent({ representation: knownAccount }, row),
      seal: (row, backwards) => cursors.seal({ id: row.id, value: { name: row.slug, created: row.createdAt, id: row.id }[slices.sort] }, backwards, context)
    })
  })

  app.get(`${accountsUrl}/:slug`, {
    config: { ...config, catalogue: true },
    errorHandler: badIdIsNotFound,
    schema: {
      tags: ['accounts'],
      security,
      operationId: 'findAccount',
      summary: 'Look an account up by its slug',
      params: slugInPath,
      headers: z.looseObject({ 'if-none-match': conditions['if-none-match'] }),
      response: answers({ 200: { schema: knownAccount, headers: ['ETag'] }, 304: { headers: ['ETag'] } }, operatorReads)
    }
  }, async (request, reply) => {
    const { slug } = request.params as { slug: string }
    const account = await findAccountBySlug(request.operatorScope, slug)
    if (account === undefined) throw new NotFoundError('There is no such account.')
    const etag = tagOf(account)
    return send(reply, isKnown(request, etag) ? { status: 304, headers: { etag }, body: '' } : { status: 200, headers: { etag }, body: bodyOf(account) })
  })
}

/** Changes run through the role that keeps the catalogue, not through the operator's, which only reads. */
function accountChanges (app: FastifyInstance, administration: AccountAdministration | undefined, forget: (slug: string) => void): void {
  const change = async (request: FastifyRequest, reply: FastifyReply, status: number, work: (known: AccountAdministration, actor: string) => Promise<KnownAccount>): Promise<FastifyReply> => {
    if (administration === undefined) throw new NotSetUpError()
    const actor = `operator, over HTTP from ${request.clientAddress}`
    const account = await work(administration, actor)
    const { slug: before = account.slug } = request.params as { slug?: string }
    request.log.info({ actor, slug: before, operation: request.routeOptions.schema?.operationId }, 'an account was changed')
    for (const slug of [before, account.slug]) forget(slug)
    const headers = { etag: tagOf(account), ...(status === 201 ? { location: `${accountsUrl}/${account.slug}` } : {}) }
    if (!prefersMinimal(request)) return send(reply, { status, headers, body: bodyOf(account) })
    return send(reply, { status: status === 200 ? 204 : status, headers: { ...headers, 'preference-applied': 'return=minimal' }, body: '' })
  }
  const unlessChanged = (request: FastifyRequest): AccountCheck => account => { assertMatches(request, tagOf(account)) }
  const changed = { 200: { schema: knownAccount, headers: ['ETag'] }, 204: { headers: ['ETag', 'Preference-Applied'] } }
  const changeHeaders = z.looseObject({ 'if-match': conditions['if-match'], ...preference })
  const wrong = [...operatorChanges, 412]
  const common = { tags: ['accounts'], security }
  const own = { config: { ...config, catalogue: true, transaction: false }, errorHandler: badIdIsNotFound }

  app.post(accountsUrl, {
    ...own,
    schema: { ...common, operationId: 'createAccount', summary: 'Make an account', headers: z.looseObject(preference), body: newAccount, response: answers({ 201: { schema: knownAccount, headers: ['Location', 'ETag', 'Preference-Applied'] } }, operatorChanges) }
  }, async (request, reply) => {
    const account = request.body as z.infer<typeof newAccount>
    return await change(request, reply, 201, async (known, actor) => await known.create(account, actor))
  })

  app.patch(`${accountsUrl}/:slug`, {
    ...own,
    schema: {
      ...common,
      operationId: 'renameAccount',
      summary: 'Give an account another slug or another name',
      description: 'The old slug leads to the new one for as many hours as `redirect_hours` says, and is gone then.',
      params: slugInPath,
      headers: changeHeaders,
      body: accountChange,
      response: answers(changed, wrong)
    }
  }, async (request, reply) => {
    const { slug } = request.params as { slug: string }
    const { slug: next, name, redirect_hours: hours } = request.body as z.infer<typeof accountChange>
    const redirectUntil = hours === 0 ? undefined : new Date(Date.now() + hours * 3_600_000)
    return await change(request, reply, 200, async (known, actor) => await known.rename(slug, { slug: next, name, redirectUntil }, actor, unlessChanged(request)))
  })

  app.post(`${accountsUrl}/:slug/suspend`, {
    ...own,
    preValidation: async request => { request.body ??= {} },
    schema: {
      ...common,
      operationId: 'suspendAccount',
      summary: 'Refuse an account\'s people from now on',
      description: 'Its rows are kept.',
      params: slugInPath,
      headers: changeHeaders,
      body: suspension,
      response: answers(changed, wrong)
    }
  }, async (request, reply) => {
    const { slug } = request.params as { slug: string }
    return await change(request, reply, 200, async (known, actor) => await known.suspend(slug, (request.body as z.infer<typeof suspension>).reason, actor, unlessChanged(request)))
  })

  app.post(`${accountsUrl}/:slug/resume`, {
    ...own,
    schema: { ...common, operationId: 'resumeAccount', summary: 'Serve an account again', params: slugInPath, headers: changeHeaders, response: answers(changed, wrong.filter(status => status !== 422)) }
  }, async (request, reply) => {
    const { slug } = request.params as { slug: string }
    return await change(request, reply, 200, async (known, actor) => await known.resume(slug, actor, unlessChanged(request)))
  })
}

/** Rows of all accounts that share the schema, each with whose it is. */
function overviewRoute<Row extends Times & WithAccount & { id: number }> (
  app: FastifyInstance, cursors: CursorSealer, plural: string, representation: z.ZodObject, list: (scope: OperatorScope, request: SliceRequest) => Promise<Slice<Row>>
): void {
  const url = `${apiPrefix}/overview/${plural}`
  const { limit, cursor, count } = listQuery
  app.get(url, {
    config,
    schema: {
      tags: ['overview'],
      security,
      operationId: `overview${plural[0]?.toUpperCase()}${plural.slice(1)}`,
      summary: `List the ${plural} of all accounts`,
      description: 'Account by account. Those with databases of their own are left out; `not_included` says which.',
      querystring: z.strictObject({ limit, cursor, count }),
      response: answers({ 200: { schema: listOf(representation).extend({ not_included: notIncluded }), headers: ['Link'] } }, [400, ...operatorReads])
    }
  }, async (request, reply) => {
    const query = request.query as { limit: number, cursor?: string, count: string }
    const context = { accountId: 0, list: url }
    const from = query.cursor === undefined ? undefined : cursors.open(query.cursor, context)
    const [slice, elsewhere] = await Promise.all([
      list(request.operatorScope, { sort: 'id', descending: false, limit: query.limit, count: query.count === 'exact', from }),
      findAccountsElsewhere(request.operatorScope)
    ])
    return sendSlice(request, reply, slice, {
      rest: { not_included: elsewhere },
      represent: ({ accountId, accountSlug, accountName, ...row }) => represent({ representation }, { ...row, account: { id: accountId, slug: accountSlug, name: accountName } }),
      seal: (row, backwards) => cursors.seal({ id: row.id, value: row.accountId }, backwards, context)
    })
  })
}

function bodyOf (account: KnownAccount): string {
  return represent({ representation: knownAccount }, account)
}

function tagOf (account: KnownAccount): string {
  return entityTag(0, bodyOf(account))
}
