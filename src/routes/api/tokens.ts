import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { NotFoundError } from '../../errors.ts'
import { tokenPrefix } from '../../plugins/entry.ts'
import { createToken, findToken, listTokens, revokeToken, type Token } from '../../repositories/tokens.ts'
import { newToken as tokenToMake, shownToken, token } from '../../schemas/entry.ts'
import { hashOfSecret, newSecret } from '../../secrets.ts'
import { send } from './answer.ts'
import { apiPrefix, badIdIsNotFound, found, idInPath, listRoute, represent } from './collection.ts'
import type { CursorSealer } from './cursor.ts'
import { answers, createFailures, deleteFailures, readFailures } from './documentation.ts'

const url = `${apiPrefix}/tokens`
const config = { audience: 'tenant' as const, needs: 'manage' as const }
const tags = ['tokens']

/** What programs get in with. Only owners who are signed in make and revoke tokens; no token makes another. */
export function tokenRoutes (app: FastifyInstance, cursors: CursorSealer): void {
  listRoute(app, { plural: 'tokens', representation: token, filters: {}, list: async (scope, slice) => asListed(await listTokens(scope, slice)), nameOf: ({ name }) => name }, cursors, { url, operationId: 'listTokens', summary: 'List tokens', needs: 'manage' })

  app.post(url, {
    config,
    schema: {
      tags,
      operationId: 'createToken',
      summary: 'Make a token',
      description: 'The answer alone has the token itself, so there is no `Idempotency-Key`: where the answer was lost, revoke the token and make another.',
      body: tokenToMake,
      response: answers({ 201: { schema: shownToken, headers: ['Location'] } }, createFailures.filter(status => status !== 409))
    }
  }, async (request, reply) => {
    const { name, access, expires_in_days: days } = request.body as z.infer<typeof tokenToMake>
    const made = await newToken(request, { name, mayWrite: access === 'write', days })
    return send(reply, { status: 201, headers: { location: `${url}/${made.token.id}` }, body: represent({ representation: shownToken }, { ...withAccess(made.token), secret: made.secret }) })
  })

  app.get(`${url}/:id`, {
    config,
    errorHandler: badIdIsNotFound,
    schema: { tags, operationId: 'readToken', summary: 'Read what is known of a token', params: idInPath, response: answers({ 200: { schema: token } }, readFailures) }
  }, async (request, reply) => {
    const { id } = request.params as { id: number }
    return send(reply, { status: 200, headers: {}, body: represent({ representation: token }, withAccess(found(await findToken(request.tenantScope, id)))) })
  })

  app.delete(`${url}/:id`, {
    config,
    errorHandler: badIdIsNotFound,
    schema: { tags, operationId: 'revokeToken', summary: 'Revoke a token', description: 'From then on nobody gets in with it.', params: idInPath, querystring: z.strictObject({}), response: answers({ 204: {} }, deleteFailures.filter(status => status !== 412)) }
  }, async (request, reply) => {
    if (!await revokeToken(request.tenantScope, (request.params as { id: number }).id)) throw new NotFoundError()
    return send(reply, { status: 204, headers: {}, body: '' })
  })
}

/** Makes a token. @returns it, with the secret that nobody sees again */
export async function newToken (request: FastifyRequest, { name, mayWrite, days }: { name: string, mayWrite: boolean, days: number }): Promise<{ token: Token, secret: string }> {
  const secret = tokenPrefix + newSecret()
  const token = await createToken(request.tenantScope, { name, mayWrite, days, tokenHash: hashOfSecret(secret), ending: secret.slice(-4), madeBy: request.person?.email ?? '' })
  return { token, secret }
}

function asListed<Listing extends { rows: Token[] }> (slice: Listing): Listing & { rows: Array<Token & { access: string }> } {
  return { ...slice, rows: slice.rows.map(withAccess) }
}

function withAccess (token: Token): Token & { access: 'read' | 'write' } {
  return { ...token, access: token.mayWrite ? 'write' : 'read' }
}
