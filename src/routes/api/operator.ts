import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { NotFoundError, NotSetUpError } from '../../errors.ts'
import { findAccountBySlug, listAccounts } from '../../repositories/accounts.ts'
import type { Slice, SliceRequest, Times, WithAccount } from '../../repositories/listing.ts'
import { sliceProjectsOfAllAccounts } from '../../repositories/projects.ts'
import { sliceSubtasksOfAllAccounts } from '../../repositories/subtasks.ts'
import { sliceTasksOfAllAccounts } from '../../repositories/tasks.ts'
import { sliceUsersOfAllAccounts } from '../../repositories/users.ts'
import { slug } from '../../schemas/fields.ts'
import { listOf, listQuery, readSort, type sorts } from '../../schemas/list.ts'
import { accountChange, knownAccount, newAccount, projectOfAccount, suspension, subtaskOfAccount, taskOfAccount, userOfAccount } from '../../schemas/resources.ts'
import type { AccountAdministration, KnownAccount } from '../../tenancy/administration.ts'
import type { OperatorScope } from '../../tenancy/scope.ts'
import { send } from './answer.ts'
import { apiPrefix, badIdIsNotFound, represent, sendSlice } from './collection.ts'
import type { CursorSealer } from './cursor.ts'
import { answers, operatorChanges, operatorReads } from './documentation.ts'

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
      response: answers({ 200: { schema: knownAccount } }, operatorReads)
    }
  }, async (request, reply) => {
    const { slug } = request.params as { slug: string }
    return sendAccount(reply, 200, await findAccountBySlug(request.operatorScope, slug))
  })
}

/** Changes run through the role that keeps the catalogue, not through the operator's, which only reads. */
function accountChanges (app: FastifyInstance, administration: AccountAdministration | undefined, forget: (slug: string) => void): void {
  const change = async (request: FastifyRequest, reply: FastifyReply, status: number, work: (known: AccountAdministration, actor: string) => Promise<KnownAccount>): Promise<FastifyReply> => {
    if (administration === undefined) throw new NotSetUpError()
    const actor = `operator, over HTTP from ${request.ip}`
    const account = await work(administration, actor)
    const { slug: before = account.slug } = request.params as { slug?: string }
    request.log.info({ actor, slug: before, operation: request.routeOptions.schema?.operationId }, 'an account was changed')
    for (const slug of [before, account.slug]) forget(slug)
    if (status === 201) reply.header('location', `${accountsUrl}/${account.slug}`)
    return sendAccount(reply, status, account)
  }
  const common = { tags: ['accounts'], security }
  const own = { config: { ...config, catalogue: true, transaction: false }, errorHandler: badIdIsNotFound }

  app.post(accountsUrl, {
    ...own,
    schema: { ...common, operationId: 'createAccount', summary: 'Make an account', body: newAccount, response: answers({ 201: { schema: knownAccount, headers: ['Location'] } }, operatorChanges) }
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
      body: accountChange,
      response: answers({ 200: { schema: knownAccount } }, operatorChanges)
    }
  }, async (request, reply) => {
    const { slug } = request.params as { slug: string }
    const { slug: next, name, redirect_hours: hours } = request.body as z.infer<typeof accountChange>
    const redirectUntil = hours === 0 ? undefined : new Date(Date.now() + hours * 3_600_000)
    return await change(request, reply, 200, async (known, actor) => await known.rename(slug, { slug: next, name, redirectUntil }, actor))
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
      body: suspension,
      response: answers({ 200: { schema: knownAccount } }, operatorChanges)
    }
  }, async (request, reply) => {
    const { slug } = request.params as { slug: string }
    return await change(request, reply, 200, async (known, actor) => await known.suspend(slug, (request.body as z.infer<typeof suspension>).reason, actor))
  })

  app.post(`${accountsUrl}/:slug/resume`, {
    ...own,
    schema: { ...common, operationId: 'resumeAccount', summary: 'Serve an account again', params: slugInPath, response: answers({ 200: { schema: knownAccount } }, operatorChanges.filter(status => status !== 422)) }
  }, async (request, reply) => {
    const { slug } = request.params as { slug: string }
    return await change(request, reply, 200, async (known, actor) => await known.resume(slug, actor))
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
      description: 'Account by account. Those with databases of their own are left out.',
      querystring: z.strictObject({ limit, cursor, count }),
      response: answers({ 200: { schema: listOf(representation), headers: ['Link'] } }, [400, ...operatorReads])
    }
  }, async (request, reply) => {
    const query = request.query as { limit: number, cursor?: string, count: string }
    const context = { accountId: 0, list: url }
    const slice = await list(request.operatorScope, {
      sort: 'id', descending: false, limit: query.limit, count: query.count === 'exact', from: query.cursor === undefined ? undefined : cursors.open(query.cursor, context)
    })
    return sendSlice(request, reply, slice, {
      represent: ({ accountId, accountSlug, accountName, ...row }) => represent({ representation }, { ...row, account: { id: accountId, slug: accountSlug, name: accountName } }),
      seal: (row, backwards) => cursors.seal({ id: row.id, value: row.accountId }, backwards, context)
    })
  })
}

function sendAccount (reply: FastifyReply, status: number, account: KnownAccount | undefined): FastifyReply {
  if (account === undefined) throw new NotFoundError('There is no such account.')
  return send(reply, { status, headers: {}, body: represent({ representation: knownAccount }, account) })
}
