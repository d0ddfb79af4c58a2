import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { createUsers, deleteUser, findTakenAddresses, findUser, listUsers, lockUser, updateUser, type NewUser, type User } from '../../repositories/users.ts'
import { newUser, user, userChange } from '../../schemas/resources.ts'
import { entryLink } from '../../schemas/entry.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import { makeLink, type LinkOptions } from '../entry/links.ts'
import { send } from './answer.ts'
import { apiPrefix, badIdIsNotFound, idInPath, represent, type Obstacle, type Resource } from './collection.ts'
import { answers, deleteFailures } from './documentation.ts'

export const users: Resource<User, NewUser, object> = {
  plural: 'users',
  singular: 'user',
  representation: user,
  creation: newUser,
  change: userChange,
  filters: {},
  list: listUsers,
  find: findUser,
  lock: lockUser,
  create: createUsers,
  update: updateUser,
  remove: deleteUser,
  obstacles: takenAddresses,
  canClash: true,
  needs: 'manage',
  nameOf: ({ email }) => email
}

/** An address belongs to one person of the account. */
async function takenAddresses (scope: TenantScope, rows: ReadonlyArray<Partial<NewUser>>, id?: number): Promise<Obstacle[]> {
  const emails = rows.flatMap(({ email }) => email ?? [])
  if (emails.length === 0) return []
  const taken = await findTakenAddresses(scope, emails, id)
  return emails.flatMap((email, index) => {
    const known = email.toLowerCase()
    const detail = taken.has(known) ? `takes an address that nobody in this account has; somebody has ${email}` : `takes an address that is given once; ${email} is given before`
    const isFree = !taken.has(known) && emails.findIndex(other => other.toLowerCase() === known) === index
    return isFree ? [] : [{ index, field: 'email', detail, isConflict: true }]
  })
}

/** How somebody who has no password, or not any more, gets to choose one. */
export function entryLinkRoute (app: FastifyInstance, options: LinkOptions): void {
  app.post(`${apiPrefix}/users/:id/link`, {
    config: { audience: 'tenant', needs: 'manage', transaction: false },
    errorHandler: badIdIsNotFound,
    schema: {
      tags: ['users'],
      operationId: 'createEntryLink',
      summary: 'Make a link by which somebody chooses a password',
      description: 'An invitation, or where the password is lost. It works once, for three days, and takes the place of an earlier one. Where access is open, it works once that is required.',
      params: idInPath,
      querystring: z.strictObject({}),
      response: answers({ 201: { schema: entryLink } }, deleteFailures.filter(status => status !== 412))
    }
  }, async (request, reply) => {
    const { expiresAt, ...made } = await makeLink(request, (request.params as { id: number }).id, options)
    return send(reply, { status: 201, headers: {}, body: represent({ representation: entryLink }, { ...made, expiresAt: expiresAt.toISOString() }) })
  })
}
