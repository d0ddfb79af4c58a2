import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { listEvents, verifyEvents, type AuditEvent } from '../../repositories/audit.ts'
import type { CursorSealer } from '../api/cursor.ts'
import { hidden } from './forms.ts'

const pageSize = 50

/** Where owners read what happened to the account. */
export function auditPages (app: FastifyInstance, cursors: CursorSealer): void {
  const config = { audience: 'tenant' as const, needs: 'manage' as const }

  app.get('/audit', { config: { ...config, transaction: false }, schema: hidden }, async (_, reply) => reply.redirect('/audit/', 301))
  app.get('/audit/', { config, schema: { ...hidden, querystring: z.object({ cursor: z.string().max(4000).optional() }) } }, async (request, reply) => {
    const { cursor } = request.query as { cursor?: string }
    const context = { accountId: request.tenant?.id ?? 0, list: '/audit/' }
    const slice = await listEvents(request.tenantScope, { sort: 'id', descending: true, limit: pageSize, count: false, from: cursor === undefined ? undefined : cursors.open(cursor, context) })
    const neighbour = (row: AuditEvent | undefined, backwards: boolean): string | undefined => row === undefined ? undefined : `/audit/?cursor=${cursors.seal({ id: row.id, value: row.id }, backwards, context)}`
    return reply.page('audit', {
      title: 'What happened',
      events: slice.rows,
      verification: undefined,
      nextHref: slice.hasNext ? neighbour(slice.rows.at(-1), false) : undefined,
      previousHref: slice.hasPrevious ? neighbour(slice.rows[0], true) : undefined
    })
  })

  app.get('/audit/verification/', { config, schema: hidden }, async (request, reply) =>
    reply.page('audit', { title: 'What happened', events: [], verification: await verifyEvents(request.tenantScope), nextHref: undefined, previousHref: undefined }))
}
