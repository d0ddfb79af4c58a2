import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { InvalidInputError, NotFoundError } from '../../errors.ts'
import { comesBack } from '../../plugins/coming-back.ts'
import type { WithForm } from '../../plugins/page-data.ts'
import { listTokens, revokeToken, type Token } from '../../repositories/tokens.ts'
import { idText } from '../../schemas/fields.ts'
import { tokenDays, tokenName } from '../../schemas/entry.ts'
import { badIdIsNotFound } from '../api/collection.ts'
import { newToken } from '../api/tokens.ts'
import type { CursorSealer } from '../api/cursor.ts'
import { bodyLimit, hidden, listPart, mistakesIn, typedIn, unconfirmed } from '../forms.ts'

const pageSize = 50
const labels = { name: 'What it is for', access: 'It may', days: 'For how many days' }

/** Where owners make and revoke the tokens that programs get in with. */
export function tokenPages (app: FastifyInstance, cursors: CursorSealer): void {
  const config = { audience: 'tenant' as const, needs: 'manage' as const }

  app.get('/tokens/', { config, schema: { ...hidden, querystring: listPart } }, async (request, reply) => {
    const notice = request.pendingNotice('token')
    return await showTokens(request, reply, { cursor: (request.query as z.infer<typeof listPart>).cursor, notice })
  })

  const days = z.coerce.number({ error: `takes 1 to ${tokenDays.most} days` }).int(`takes 1 to ${tokenDays.most} days`).min(1, `takes 1 to ${tokenDays.most} days`).max(tokenDays.most, `takes 1 to ${tokenDays.most} days`)
  const body = z.object({ name: tokenName, access: z.enum(['read', 'write'], { error: 'takes read, or read and write' }), days })
  app.post('/tokens/', { config: { ...config, typedFields: { name: labels.name } }, bodyLimit, attachValidation: true, schema: { ...hidden, body } }, async (request, reply) => {
    const mistakes = mistakesIn(request, labels)
    if (mistakes.length > 0) return await showTokens(request, reply, { typed: typedIn(request), mistakes })
    const { name, access, days } = request.body as z.infer<typeof body>
    const { token, secret } = await newToken(request, { name, mayWrite: access === 'write', days })
    return reply.page('token', { title: 'A token, shown once', token, secret })
  })

  app.post('/tokens/:id/revoke/', { config, bodyLimit, errorHandler: badIdIsNotFound, schema: { ...hidden, params: z.object({ id: idText }) } }, async (request, reply) => {
    const { id } = request.params as { id: number }
    const mistake = unconfirmed(request)
    if (mistake !== undefined) return await showTokens(request, reply, { unconfirmed: id, mistakes: [mistake] })
    if (!await revokeToken(request.tenantScope, id)) throw new NotFoundError('There is no such token.')
    return reply.redirectWithNotice('/tokens/', 'token', 'revoked')
  })

  async function showTokens (request: FastifyRequest, reply: FastifyReply, { cursor, notice, typed = {}, unconfirmed, mistakes = [] }: Partial<WithForm> & { cursor?: string | undefined }): Promise<FastifyReply> {
    const scope = request.tenantScope
    const context = { accountId: scope.accountId, list: '/tokens/' }
    const slice = await listTokens(scope, { sort: 'id', descending: true, limit: pageSize, count: false, from: cursor === undefined ? undefined : cursors.open(cursor, context) })
    if (unconfirmed !== undefined && !slice.rows.some(({ id }) => id === unconfirmed)) throw new InvalidInputError(mistakes[0]?.text ?? '')
    const neighbour = (row: Token | undefined, backwards: boolean): string | undefined => row === undefined ? undefined : `/tokens/?cursor=${cursors.seal({ id: row.id, value: row.id }, backwards, context)}`
    const answer = mistakes.length > 0 ? comesBack(reply).code(400) : reply
    return answer.sayOnce(notice).page('tokens', {
      title: 'Tokens for programs',
      tokens: slice.rows,
      days: tokenDays,
      typed,
      unconfirmed,
      mistakes,
      notice,
      nextHref: slice.hasNext ? neighbour(slice.rows.at(-1), false) : undefined,
      previousHref: slice.hasPrevious ? neighbour(slice.rows[0], true) : undefined
    })
  }
}
