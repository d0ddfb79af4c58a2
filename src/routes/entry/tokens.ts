import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { NotFoundError } from '../../errors.ts'
import { listTokens, revokeToken, type Token } from '../../repositories/tokens.ts'
import { idText } from '../../schemas/fields.ts'
import { tokenDays, tokenName } from '../../schemas/entry.ts'
import { newToken } from '../api/tokens.ts'
import type { CursorSealer } from '../api/cursor.ts'
import { bodyLimit, hidden } from './forms.ts'

const pageSize = 50

/** Where owners make and revoke the tokens that programs get in with. */
export function tokenPages (app: FastifyInstance, cursors: CursorSealer): void {
  const config = { audience: 'tenant' as const, needs: 'manage' as const }

  app.get('/tokens', { config: { ...config, transaction: false }, schema: hidden }, async (_, reply) => reply.redirect('/tokens/', 301))
  app.get('/tokens/', { config, schema: { ...hidden, querystring: z.object({ cursor: z.string().max(4000).optional() }) } }, async (request, reply) => {
    const { cursor } = request.query as { cursor?: string }
    const context = { accountId: request.tenant?.id ?? 0, list: '/tokens/' }
    const slice = await listTokens(request.tenantScope, { sort: 'id', descending: true, limit: pageSize, count: false, from: cursor === undefined ? undefined : cursors.open(cursor, context) })
    const neighbour = (row: Token | undefined, backwards: boolean): string | undefined => row === undefined ? undefined : `/tokens/?cursor=${cursors.seal({ id: row.id, value: row.id }, backwards, context)}`
    return reply.page('tokens', {
      title: 'Tokens for programs',
      tokens: slice.rows,
      days: tokenDays,
      nextHref: slice.hasNext ? neighbour(slice.rows.at(-1), false) : undefined,
      previousHref: slice.hasPrevious ? neighbour(slice.rows[0], true) : undefined
    })
  })

  const body = z.object({ name: tokenName, access: z.enum(['read', 'write']), days: z.coerce.number().int().min(1).max(tokenDays.most) })
  app.post('/tokens/', { config, bodyLimit, schema: { ...hidden, body } }, async (request, reply) => {
    const { name, access, days } = request.body as z.infer<typeof body>
    const { token, secret } = await newToken(request, { name, mayWrite: access === 'write', days })
    return reply.page('token', { title: 'A token, shown once', token, secret })
  })

  app.post('/tokens/:id/revoke/', { config, bodyLimit, schema: { ...hidden, params: z.object({ id: idText }) } }, async (request, reply) => {
    if (!await revokeToken(request.tenantScope, (request.params as { id: number }).id)) throw new NotFoundError('There is no such token.')
    return reply.redirect('/tokens/', 303)
  })
}
