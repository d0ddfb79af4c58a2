import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { NotFoundError } from '../../errors.ts'
import { hasEvent, listEvents, verifyEvents, type AuditEvent } from '../../repositories/audit.ts'
import { endLook, listLooks } from '../../repositories/looks.ts'
import { idText } from '../../schemas/fields.ts'
import { badIdIsNotFound } from '../api/collection.ts'
import type { CursorSealer } from '../api/cursor.ts'
import { bodyLimit, hidden, listPart } from '../forms.ts'

const pageSize = 50

/** Where owners read what happened to the account, and see whether the operator looks into it now. */
export function auditPages (app: FastifyInstance, cursors: CursorSealer): void {
  const config = { audience: 'tenant' as const, needs: 'manage' as const }

  app.get('/audit/', { config, schema: { ...hidden, querystring: listPart } }, async (request, reply) => {
    const { cursor } = request.query as z.infer<typeof listPart>
    const notice = request.pendingNotice('look')
    const scope = request.tenantScope
    const context = { accountId: scope.accountId, list: '/audit/' }
    const [slice, looks] = await Promise.all([
      listEvents(scope, { sort: 'id', descending: true, limit: pageSize, count: false, from: cursor === undefined ? undefined : cursors.open(cursor, context) }),
      listLooks(scope)
    ])
    const neighbour = (row: AuditEvent | undefined, backwards: boolean): string | undefined => row === undefined ? undefined : `/audit/?cursor=${cursors.seal({ id: row.id, value: row.id }, backwards, context)}`
    return reply.sayOnce(notice).page('audit', {
      title: 'What happened',
      events: slice.rows,
      looks,
      verification: undefined,
      known: undefined,
      notice,
      nextHref: slice.hasNext ? neighbour(slice.rows.at(-1), false) : undefined,
      previousHref: slice.hasPrevious ? neighbour(slice.rows[0], true) : undefined
    })
  })

  const noted = z.object({ known_id: idText.optional().catch(undefined), known_hash: z.string().trim().max(64).optional().catch(undefined) })
  app.get('/audit/verification/', { config, schema: { ...hidden, querystring: noted } }, async (request, reply) => {
    const { known_id: id, known_hash: hash } = request.query as z.infer<typeof noted>
    const scope = request.tenantScope
    const known = id === undefined || hash === undefined ? undefined : { id, isThere: await hasEvent(scope, id, hash.toLowerCase()) }
    return reply.page('audit', { title: 'Whether the record is whole', events: [], looks: [], verification: await verifyEvents(scope), known, notice: undefined, nextHref: undefined, previousHref: undefined })
  })

  app.post('/looks/:id/end/', { config, bodyLimit, errorHandler: badIdIsNotFound, schema: { ...hidden, params: z.object({ id: idText }) } }, async (request, reply) => {
    if (!await endLook(request.tenantScope, (request.params as { id: number }).id)) throw new NotFoundError('There is no such look, or it is over.')
    return reply.redirectWithNotice('/audit/', 'look', 'ended')
  })
}
