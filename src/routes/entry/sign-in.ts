import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { AppError, NotFoundError, TooManyAttemptsError, WrongPasswordError } from '../../errors.ts'
import type { SendMail } from '../../mail.ts'
import { hashLike, hashPassword, isOutdated } from '../../password.ts'
import { recordEvent } from '../../repositories/audit.ts'
import { endLook } from '../../repositories/looks.ts'
import { checkPassword, createSession, endSession, findPasswordParameters, listSessions, renewPasswordHash } from '../../repositories/sessions.ts'
import { listOwnerAddresses } from '../../repositories/users.ts'
import { idText } from '../../schemas/fields.ts'
import type { Tenant } from '../../tenancy/tenant.ts'
import { bodyLimit, hidden, personOf, userOf } from './forms.ts'
import { guessingMinutes, type Attempt, type SignInLimits } from './sign-in-limits.ts'

const credentials = z.object({
  email: z.string().max(254).trim(),
  password: z.string().max(1000),
  to: z.string().max(2000).default('/')
})

/** How people get in, and out again, and see where else they are in. */
export function signInPages (app: FastifyInstance, limits: SignInLimits, sendMail: SendMail | undefined): void {
  const own = { config: { audience: 'tenant' as const, needs: 'look' as const, transaction: false } }
  const open = { config: { audience: 'tenant' as const, entry: 'open' as const, transaction: false } }

  app.get('/sign-in', { ...open, schema: hidden }, async (_, reply) => reply.redirect('/sign-in/', 301))
  app.get('/sign-in/', { ...open, schema: { ...hidden, querystring: z.object({ to: z.string().max(2000).default('/') }) } }, async (request, reply) =>
    showForm(reply, { to: within((request.query as { to: string }).to), email: '' }))

  app.post('/sign-in/', { ...open, bodyLimit, schema: { ...hidden, body: credentials } }, async (request, reply) => {
    const { email, password, to } = request.body as z.infer<typeof credentials>
    const attempt = { accountId: (request.tenant as Tenant).id, email, address: request.ip }
    try {
      await limits.attempt(attempt, async () => { await signIn(request, reply, email, password) })
    } catch (error) {
      if (!(error instanceof WrongPasswordError || error instanceof TooManyAttemptsError)) throw error
      if (error instanceof WrongPasswordError && await limits.isGuessing(attempt)) await tellOwners(request, attempt, sendMail)
      return showForm(reply.code(error.status).headers(error.headers), { to: within(to), email, error })
    }
    return reply.redirect(within(to), 303)
  })

  app.post('/sign-out/', { ...own, bodyLimit, schema: hidden }, async (request, reply) => {
    const person = await personOf(request)
    const { sessionId, userId, email } = person
    // As nobody: a viewer's transaction could not write, and may end the session all the same.
    await request.inTransaction('nobody', async scope => {
      if (userId === null) await endLook(scope, sessionId, email)
      else await endSession(scope, { userId, email }, sessionId, 'sign-out')
    })
    app.forgetToken(reply)
    return reply.redirect('/sign-in/', 303)
  })

  app.get('/sessions/', { config: { audience: 'tenant', needs: 'look' }, schema: hidden }, async (request, reply) => {
    const { userId, sessionId } = await userOf(request)
    const sessions = await listSessions(request.tenantScope, userId)
    return reply.page('sessions', { title: 'Where you are signed in', sessions: sessions.map(session => ({ ...session, isThis: session.id === sessionId })) })
  })

  app.post('/sessions/:id/end/', { ...own, bodyLimit, schema: { ...hidden, params: z.object({ id: idText }) } }, async (request, reply) => {
    const user = await userOf(request)
    const { id } = request.params as { id: number }
    const hadOne = await request.inTransaction('nobody', async scope => await endSession(scope, user, id, 'session.ended'))
    if (!hadOne) throw new NotFoundError('There is no such session.')
    return reply.redirect('/sessions/', 303)
  })
}

/** No connection is held while the password is hashed. Whoever does not exist takes as long as whoever does. */
async function signIn (request: FastifyRequest, reply: FastifyReply, email: string, password: string): Promise<void> {
  const parameters = await request.inTransaction('nobody', async scope => await findPasswordParameters(scope, email))
  const hash = await hashLike(password, parameters)
  const renewed = parameters !== undefined && isOutdated(parameters) ? await hashPassword(password) : undefined
  const isKnown = await request.inTransaction('nobody', async scope => {
    const userId = await checkPassword(scope, email, hash)
    if (userId === undefined) {
      await recordEvent(scope, 'sign-in.failed', { email, address: request.ip })
      return false
    }
    if (renewed !== undefined) await renewPasswordHash(scope, userId, renewed)
    // A new one each time: whatever token a browser came with, nobody knows the one that it leaves with.
    const tokenHash = request.server.issueToken(reply)
    await createSession(scope, { userId, email, tokenHash, agent: request.headers['user-agent'] ?? '', address: request.ip })
    return true
  })
  if (!isKnown) throw new WrongPasswordError()
}

/** Many wrong passwords are somebody who guesses; owners are told, once. */
async function tellOwners (request: FastifyRequest, { email, address }: Attempt, sendMail: SendMail | undefined): Promise<void> {
  const to = await request.inTransaction('nobody', async scope => {
    await recordEvent(scope, 'sign-in.guessing', { email, address, minutes: guessingMinutes })
    return await listOwnerAddresses(scope)
  })
  if (sendMail === undefined || to.length === 0) return
  // Whoever guesses does not wait for it.
  sendMail({
    kind: 'guessing',
    to,
    subject: `Passwords are being guessed in ${request.tenant?.name ?? ''}`,
    text: `In the last ${guessingMinutes} minutes many wrong passwords were sent to ${request.host}, the last one for ${email} from ${address}. Further ones are refused for a while. The account's record has them all.`
  }).catch((error: unknown) => { request.log.warn({ err: error, tenant: request.tenant?.slug }, 'owners could not be told of guessed passwords') })
}

function showForm (reply: FastifyReply, { to, email, error }: { to: string, email: string, error?: AppError }): FastifyReply {
  return reply.page('sign-in', { title: 'Sign in', to, email, error: error?.message })
}

/** An address of this host's own, whatever somebody wrote there. */
function within (to: string): string {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(to) ? to : '/'
}
