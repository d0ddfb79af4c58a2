import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { InvalidInputError, NotFoundError, sqlStateOf } from '../../errors.ts'
import { comesBack } from '../../plugins/coming-back.ts'
import type { Deed } from '../../plugins/notices.ts'
import type { Mistake, PeoplePage, WithForm } from '../../plugins/page-data.ts'
import { lastGuessing } from '../../repositories/audit.ts'
import { listWithoutPassword } from '../../repositories/sessions.ts'
import { createUsers, deleteUser, listUsers, updateUser, type User } from '../../repositories/users.ts'
import { email, idText, personName } from '../../schemas/fields.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import { badIdIsNotFound } from '../api/collection.ts'
import type { CursorSealer } from '../api/cursor.ts'
import { bodyLimit, hidden, listPart, mistakesIn, noMistakes, typedIn, unconfirmed } from '../forms.ts'
import type { EntryRoutesOptions } from './entry-options.ts'
import { makeLink } from './links.ts'

const pageSize = 50
const guessingDays = 7
const role = z.enum(['owner', 'member', 'viewer'], { error: 'takes owner, member or viewer' })
const params = z.object({ id: idText })
const labels = { email: 'E-mail address', first_name: 'First name', last_name: 'Last name', role: 'Role' }

/** Where owners say who belongs to the account, and what they may do. */
export function peoplePages (app: FastifyInstance, { cursors, links }: EntryRoutesOptions): void {
  const reading = { config: { audience: 'tenant' as const, needs: 'manage' as const } }
  const own = { config: { audience: 'tenant' as const, needs: 'manage' as const, transaction: false }, bodyLimit }
  const ofOne = { ...own, errorHandler: badIdIsNotFound }

  app.get('/people/', { ...reading, schema: { ...hidden, querystring: listPart } }, async (request, reply) => {
    const notice = request.pendingNotice('person')
    const page = await readPeople(request.tenantScope, cursors, (request.query as z.infer<typeof listPart>).cursor)
    return reply.sayOnce(notice).page('people', { ...page, ...noMistakes, notice })
  })

  const invitation = z.object({ email: z.string().trim().pipe(email), first_name: personName.default(''), last_name: personName.default(''), role })
  const { role: _, ...typedFields } = labels
  app.post('/people/', { ...own, config: { ...own.config, typedFields }, attachValidation: true, schema: { ...hidden, body: invitation } }, async (request, reply) => {
    const mistakes = mistakesIn(request, labels)
    if (mistakes.length > 0) return await showAgain(request, reply, 400, mistakes)
    const { email, first_name: firstName, last_name: lastName, role } = request.body as z.infer<typeof invitation>
    try {
      const [user] = await request.inTransaction('caller', async scope => await createUsers(scope, [{ email, firstName, lastName, isActive: true, role }]))
      if (user === undefined) throw new Error('nobody was added')
      return await showLink(request, reply, user.id)
    } catch (error) {
      if (sqlStateOf(error) !== '23505') throw error
      return await showAgain(request, reply, 409, [{ field: 'email', text: `Somebody in this account has the address ${email} already.` }])
    }
  })

  app.post('/people/:id/role/', { ...ofOne, schema: { ...hidden, params, body: z.object({ role }) } }, async (request, reply) =>
    await change(request, reply, { role: (request.body as { role: User['role'] }).role }, 'role'))

  app.post('/people/:id/activate/', { ...ofOne, schema: { ...hidden, params } }, async (request, reply) => await change(request, reply, { isActive: true }, 'activated'))
  app.post('/people/:id/deactivate/', { ...ofOne, schema: { ...hidden, params } }, async (request, reply) => await change(request, reply, { isActive: false }, 'deactivated'))

  app.post('/people/:id/remove/', { ...ofOne, schema: { ...hidden, params } }, async (request, reply) => {
    const { id } = request.params as { id: number }
    const mistake = unconfirmed(request)
    if (mistake !== undefined) return await askAgain(request, reply, id, mistake)
    if (!await request.inTransaction('caller', async scope => await deleteUser(scope, id))) throw nobody()
    return reply.redirectWithNotice('/people/', 'person', 'removed')
  })

  app.post('/people/:id/link/', { ...ofOne, schema: { ...hidden, params } }, async (request, reply) => await showLink(request, reply, (request.params as { id: number }).id))

  async function showLink (request: FastifyRequest, reply: FastifyReply, id: number): Promise<FastifyReply> {
    return reply.page('link', { title: 'A link, shown once', ...await makeLink(request, id, links) })
  }

  /** What was typed is there still, with what is wrong with it. */
  async function showAgain (request: FastifyRequest, reply: FastifyReply, status: number, mistakes: Mistake[]): Promise<FastifyReply> {
    const page = await request.inTransaction('caller', async scope => await readPeople(scope, cursors, undefined))
    return comesBack(reply).code(status).page('people', { ...page, ...noMistakes, typed: typedIn(request), mistakes, notice: undefined })
  }

  /** The person's own line says what is wrong, where it is on the page. */
  async function askAgain (request: FastifyRequest, reply: FastifyReply, id: number, mistake: Mistake): Promise<FastifyReply> {
    const page = await request.inTransaction('caller', async scope => await readPeople(scope, cursors, undefined))
    const error = new InvalidInputError(mistake.text)
    if (!page.people.some(person => person.id === id)) throw error
    return comesBack(reply).code(error.status).page('people', { ...page, ...noMistakes, unconfirmed: id, mistakes: [mistake], notice: undefined })
  }
}

async function change (request: FastifyRequest, reply: FastifyReply, wanted: Partial<User>, done: Deed<'person'>): Promise<FastifyReply> {
  const { id } = request.params as { id: number }
  const changed = await request.inTransaction('caller', async scope => await updateUser(scope, id, wanted))
  if (changed === undefined) throw nobody()
  return reply.redirectWithNotice('/people/', 'person', done)
}

function nobody (): NotFoundError {
  return new NotFoundError('There is nobody of this id in the account.')
}

async function readPeople (scope: TenantScope, cursors: CursorSealer, cursor: string | undefined): Promise<Omit<PeoplePage, keyof WithForm>> {
  const context = { accountId: scope.accountId, list: '/people/' }
  const from = cursor === undefined ? undefined : cursors.open(cursor, context)
  const [slice, guessing] = await Promise.all([
    listUsers(scope, { sort: 'name', descending: false, limit: pageSize, count: true, from }),
    lastGuessing(scope, guessingDays)
  ])
  const invited = await listWithoutPassword(scope, slice.rows.filter(({ isActive }) => isActive).map(({ email }) => email))
  const neighbour = (row: User | undefined, backwards: boolean): string | undefined => row === undefined ? undefined : `/people/?cursor=${cursors.seal({ id: row.id, value: row.email }, backwards, context)}`
  return {
    title: 'People',
    people: slice.rows.map(user => ({ ...user, hasPassword: !invited.has(user.email) })),
    total: slice.total ?? 0,
    guessing,
    nextHref: slice.hasNext ? neighbour(slice.rows.at(-1), false) : undefined,
    previousHref: slice.hasPrevious ? neighbour(slice.rows[0], true) : undefined
  }
}
