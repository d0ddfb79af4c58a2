import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ConflictError, NotFoundError, sqlStateOf } from '../../errors.ts'
import { lastGuessing } from '../../repositories/audit.ts'
import { createUsers, deleteUser, listUsers, updateUser, type User } from '../../repositories/users.ts'
import { email, idText, personName } from '../../schemas/fields.ts'
import type { CursorSealer } from '../api/cursor.ts'
import { bodyLimit, hidden, type EntryRoutesOptions } from './forms.ts'
import { makeLink } from './links.ts'

const pageSize = 50
const guessingDays = 7
const role = z.enum(['owner', 'member', 'viewer'])
const params = z.object({ id: idText })

/** Where owners say who belongs to the account, and what they may do. */
export function peoplePages (app: FastifyInstance, { cursors, links }: EntryRoutesOptions): void {
  const reading = { config: { audience: 'tenant' as const, needs: 'manage' as const } }
  const own = { config: { audience: 'tenant' as const, needs: 'manage' as const, transaction: false }, bodyLimit }

  app.get('/people', { config: { audience: 'tenant', needs: 'manage', transaction: false }, schema: hidden }, async (_, reply) => reply.redirect('/people/', 301))
  app.get('/people/', { ...reading, schema: { ...hidden, querystring: z.object({ cursor: z.string().max(4000).optional() }) } }, async (request, reply) => {
    const { cursor } = request.query as { cursor?: string }
    return await showPeople(request, reply, cursors, { cursor })
  })

  app.post('/people/', { ...own, schema: { ...hidden, body: z.object({ email: email.trim(), first_name: personName.default(''), last_name: personName.default(''), role }) } }, async (request, reply) => {
    const { email, first_name: firstName, last_name: lastName, role } = request.body as { email: string, first_name: string, last_name: string, role: User['role'] }
    const [user] = await request.inTransaction('caller', async scope => await createUsers(scope, [{ email, firstName, lastName, isActive: true, role }]))
      .catch((error: unknown) => { throw sqlStateOf(error) === '23505' ? new ConflictError(`Somebody in this account has the address ${email} already.`, { cause: error }) : error })
    if (user === undefined) throw new Error('nobody was added')
    return await showLink(request, reply, user.id)
  })

  app.post('/people/:id/role/', { ...own, schema: { ...hidden, params, body: z.object({ role }) } }, async (request, reply) =>
    await change(request, reply, { role: (request.body as { role: User['role'] }).role }))

  app.post('/people/:id/activate/', { ...own, schema: { ...hidden, params } }, async (request, reply) => await change(request, reply, { isActive: true }))
  app.post('/people/:id/deactivate/', { ...own, schema: { ...hidden, params } }, async (request, reply) => await change(request, reply, { isActive: false }))

  app.post('/people/:id/remove/', { ...own, schema: { ...hidden, params } }, async (request, reply) => {
    const { id } = request.params as { id: number }
    if (!await request.inTransaction('caller', async scope => await deleteUser(scope, id))) throw nobody()
    return reply.redirect('/people/', 303)
  })

  app.post('/people/:id/link/', { ...own, schema: { ...hidden, params } }, async (request, reply) => await showLink(request, reply, (request.params as { id: number }).id))

  async function showLink (request: FastifyRequest, reply: FastifyReply, id: number): Promise<FastifyReply> {
    return reply.page('link', { title: 'A link, shown once', ...await makeLink(request, id, links) })
  }
}

async function change (request: FastifyRequest, reply: FastifyReply, wanted: Partial<User>): Promise<FastifyReply> {
  const { id } = request.params as { id: number }
  const changed = await request.inTransaction('caller', async scope => await updateUser(scope, id, wanted))
  if (changed === undefined) throw nobody()
  return reply.redirect('/people/', 303)
}

function nobody (): NotFoundError {
  return new NotFoundError('There is nobody of this id in the account.')
}

async function showPeople (request: FastifyRequest, reply: FastifyReply, cursors: CursorSealer, { cursor }: { cursor?: string | undefined }): Promise<FastifyReply> {
  const context = { accountId: request.tenant?.id ?? 0, list: '/people/' }
  const from = cursor === undefined ? undefined : cursors.open(cursor, context)
  const [slice, guessing] = await Promise.all([
    listUsers(request.tenantScope, { sort: 'name', descending: false, limit: pageSize, count: true, from }),
    lastGuessing(request.tenantScope, guessingDays)
  ])
  const neighbour = (row: User | undefined, backwards: boolean): string | undefined => row === undefined ? undefined : `/people/?cursor=${cursors.seal({ id: row.id, value: row.email }, backwards, context)}`
  return reply.page('people', {
    title: 'People',
    people: slice.rows,
    total: slice.total ?? 0,
    guessing,
    nextHref: slice.hasNext ? neighbour(slice.rows.at(-1), false) : undefined,
    previousHref: slice.hasPrevious ? neighbour(slice.rows[0], true) : undefined
  })
}
