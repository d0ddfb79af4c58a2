import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ConflictError, NotFoundError, NotSetUpError } from '../../errors.ts'
import { findAccount } from '../../repositories/accounts.ts'
import { recordEvent } from '../../repositories/audit.ts'
import { manage } from '../../repositories/managing.ts'
import { lockKey } from '../../repositories/idempotent-requests.ts'
import { account, ownAccountChange } from '../../schemas/resources.ts'
import type { AccountAdministration, KnownAccount } from '../../tenancy/administration.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import { prefersMinimal, send } from './answer.ts'
import { apiPrefix, represent } from './collection.ts'
import { answers, changeFailures, conditions, preference, readFailures } from './documentation.ts'
import { assertMatches, entityTag, isKnown } from './entity-tag.ts'

const url = `${apiPrefix}/account`

/** The account of the host. */
export function accountRoutes (app: FastifyInstance, administration: AccountAdministration | undefined, forget: (slug: string) => void): void {
  app.get(url, {
    config: { audience: 'tenant' },
    schema: {
      tags: ['account'],
      operationId: 'readAccount',
      summary: 'Read the account',
      headers: z.looseObject({ 'if-none-match': conditions['if-none-match'] }),
      response: answers({ 200: { schema: account, headers: ['ETag'] }, 304: { headers: ['ETag'] } }, readFailures)
    }
  }, async (request, reply) => {
    const { body, etag } = await request.readWhereTenantIs(async () => await request.readInOneTrip(async () => await read(request.tenantScope)))
    return send(reply, isKnown(request, etag) ? { status: 304, headers: { etag }, body: '' } : { status: 200, headers: { etag }, body })
  })

  app.patch(url, {
    config: { audience: 'tenant', needs: 'manage' },
    schema: {
      tags: ['account'],
      operationId: 'renameOwnAccount',
      summary: 'Give the account another name for people',
      description: 'Its host name stays; the operator changes that.',
      headers: z.looseObject({ 'if-match': conditions['if-match'], ...preference }),
      body: ownAccountChange,
      response: answers({ 200: { schema: account, headers: ['ETag'] }, 204: { headers: ['ETag', 'Preference-Applied'] } }, [...changeFailures, 409, 501])
    }
  }, async (request, reply) => {
    if (administration === undefined) throw new NotSetUpError()
    const scope = request.tenantScope
    await manage(scope)
    // The name is kept by another role, in the catalogue: no lock of this transaction's rows would keep two such requests apart.
    if (!await lockKey(scope, ' account')) throw new ConflictError('The account is being changed by somebody else at this moment. Please try again.')
    const present = await read(scope)
    assertMatches(request, present.etag)
    const { name } = request.body as z.infer<typeof ownAccountChange>
    const { slug = '' } = request.tenant ?? {}
    // By now the slug may be somebody else's.
    const isOwn = ({ id }: KnownAccount): void => { if (id !== scope.accountId) throw new NotFoundError() }
    if (name !== undefined && name !== present.name) {
      await administration.rename(slug, { name }, `${slug}, over HTTP from ${request.clientAddress}`, isOwn)
      await recordEvent(scope, 'account.renamed', { name: { from: present.name, to: name } })
    }
    forget(slug)
    const { body, etag } = await read(scope)
    if (prefersMinimal(request)) return send(reply, { status: 204, headers: { etag, 'preference-applied': 'return=minimal' }, body: '' })
    return send(reply, { status: 200, headers: { etag }, body })
  })
}

async function read (scope: TenantScope): Promise<{ name: string, body: string, etag: string }> {
  const row = await findAccount(scope)
  if (row === undefined) throw new NotFoundError()
  const body = represent({ representation: account }, row)
  return { name: row.name, body, etag: entityTag(scope.accountId, body) }
}
