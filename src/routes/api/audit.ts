import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { hasEvent, listEvents, verifyEvents } from '../../repositories/audit.ts'
import { event, verification } from '../../schemas/entry.ts'
import { idText } from '../../schemas/fields.ts'
import { listOf, listQuery } from '../../schemas/list.ts'
import { send } from './answer.ts'
import { apiPrefix, represent, sendSlice } from './collection.ts'
import type { CursorSealer } from './cursor.ts'
import { answers, listFailures } from './documentation.ts'

const url = `${apiPrefix}/audit`
const config = { audience: 'tenant' as const, needs: 'manage' as const }
const tags = ['audit']

/** What happened to the account, for its owners. */
export function auditRoutes (app: FastifyInstance, cursors: CursorSealer): void {
  const { limit, cursor, count } = listQuery
  const sort = z.enum(['id', '-id'], { error: 'takes id or -id' }).default('-id').describe('The order: the latest first, or the earliest with `id`')
  app.get(url, {
    config,
    schema: {
      tags,
      operationId: 'listEvents',
      summary: 'List what happened',
      description: 'Who came in or tried to, what changed among people and tokens, who looked into the account, and what was done to it from outside. Nothing of it can be changed.',
      querystring: z.strictObject({ limit, sort, cursor, count }),
      response: answers({ 200: { schema: listOf(event), headers: ['Link'] } }, listFailures)
    }
  }, async (request, reply) => {
    const query = request.query as { limit: number, sort: 'id' | '-id', cursor?: string, count: string }
    const context = { accountId: request.tenant?.id ?? 0, list: JSON.stringify([url, query.sort]) }
    const from = query.cursor === undefined ? undefined : cursors.open(query.cursor, context)
    const slice = await request.readWhereTenantIs(async () => await request.readInOneTrip(async () =>
      await listEvents(request.tenantScope, { sort: 'id', descending: query.sort === '-id', limit: query.limit, count: query.count === 'exact', from })))
    return sendSlice(request, reply, slice, {
      represent: ({ actorKind, actorId, actor, ...rest }) => represent({ representation: event }, { ...rest, actor: { kind: actorKind, id: actorId, name: actor } }),
      seal: (row, backwards) => cursors.seal({ id: row.id, value: row.id }, backwards, context)
    })
  })

  app.get(`${url}/verification`, {
    config,
    schema: {
      tags,
      operationId: 'verifyEvents',
      summary: 'See whether the record is whole',
      description: 'Computes every hash anew. That none was taken off the end shows only against a hash that was noted elsewhere: send that as `known_id` and `known_hash`.',
      querystring: z.strictObject({
        known_id: idText.optional().describe('The id of an event that was noted earlier'),
        known_hash: z.string().regex(/^[0-9a-f]{64}$/, { error: 'takes the hash of an event' }).optional().describe('Its hash then').meta({ examples: ['2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'] })
      }),
      response: answers({ 200: { schema: verification } }, listFailures)
    }
  }, async (request, reply) => {
    const { known_id: id, known_hash: hash } = request.query as { known_id?: number, known_hash?: string }
    const scope = request.tenantScope
    const result = await verifyEvents(scope)
    const hasKnown = id === undefined || hash === undefined ? null : await hasEvent(scope, id, hash)
    return send(reply, { status: 200, headers: {}, body: represent({ representation: verification }, { ...result, hasKnown, isIntact: result.brokenAt === null && hasKnown !== false }) })
  })
}
