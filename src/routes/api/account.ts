import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { NotFoundError } from '../../errors.ts'
import { findAccount } from '../../repositories/accounts.ts'
import { account } from '../../schemas/resources.ts'
import { apiPrefix, represent } from './collection.ts'
import { send } from './answer.ts'
import { answers, conditions, readFailures } from './documentation.ts'
import { entityTag, isKnown } from './entity-tag.ts'

/** The account of the host. */
export function accountRoutes (app: FastifyInstance): void {
  app.get(`${apiPrefix}/account`, {
    config: { audience: 'tenant' },
    schema: {
      tags: ['account'],
      operationId: 'readAccount',
      summary: 'Read the account',
      headers: z.looseObject({ 'if-none-match': conditions['if-none-match'] }),
      response: answers({ 200: { schema: account, headers: ['ETag'] }, 304: { headers: ['ETag'] } }, readFailures)
    }
  }, async (request, reply) => {
    const row = await request.readWhereTenantIs(async () => await request.readInOneTrip(async () => await findAccount(request.tenantScope)))
    if (row === undefined) throw new NotFoundError()
    const body = represent({ representation: account }, row)
    const etag = entityTag(row.id, body)
    return send(reply, isKnown(request, etag) ? { status: 304, headers: { etag }, body: '' } : { status: 200, headers: { etag }, body })
  })
}
