import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { AppError, InvalidInputError, NotFoundError, StaleFormError, TooManyAttemptsError, WrongPasswordError } from '../../errors.ts'
import { assertFormToken } from '../../plugins/entry.ts'
import { hashLike, hashPassword, isOutdated } from '../../password.ts'
import { recordEvent } from '../../repositories/audit.ts'
import { checkPassword, createSession, endOtherSessions, endSession, findPasswordParameters, listSessions, renewPasswordHash, signOut } from '../../repositories/sessions.ts'
import { idText, isEmail } from '../../schemas/fields.ts'
import type { Tenant } from '../../tenancy/tenant.ts'
import { badIdIsNotFound } from '../api/collection.ts'
import { bodyLimit, hidden } from '../forms.ts'
import { userOf, type EntryRoutesOptions, type PasswordChecks } from './entry-options.ts'
import { tellOwners } from './guessing.ts'

const credentials = z.object({
  email: z.string().max(254).trim(),
  password: z.string().max(1000),
  to: z.string().max(2000).default('/')
})

/** How people get in, and out again, and see where else they are in. */
export function signInPages (app: FastifyInstance, { limits, turns }: PasswordChecks, { links: { sendMail } }: EntryRoutesOptions): void {
  const own = { config: { audience: 'tenant' as const, needs: 'look' as const, transaction: false } }
  const open = { config: { audience: 'tenant' as const, entry: 'open' as const, transaction: false } }

  app.get('/sign-in/', { ...open, schema: { ...hidden, querystring: z.object({ to: z.string().max(2000).default('/') }) } }, async (request, reply) =>
    showForm(reply, { to: within((request.query as { to: string }).to), email: '' }))

  // This form is the one that people have open while they sign in elsewhere: theirs is not lost.
  app.post('/sign-in/', { ...open, config: { ...open.config, checksFormToken: true }, bodyLimit, schema: { ...hidden, body: credentials.extend({ form_token: z.string().default('') }) } }, async (request, reply) => {
    const { email, password, to, form_token: formToken } = request.body as z.infer<typeof credentials> & { form_token: string }
    const tenant = request.tenant as Tenant
    const attempt = { accountId: tenant.id, email, address: request.clientAddress }
    try {
      assertFormToken(request, formToken)
      if (!isEmail(email)) throw new InvalidInputError('This is no e-mail address.')
      await limits.attempt(attempt, async () => await signIn(request, reply, email, password), async () => await tellOwners(request, attempt, sendMail))
    } catch (error) {
      const isTheirs = error instanceof WrongPasswordError || error instanceof TooManyAttemptsError || error instanceof InvalidInputError || error instanceof StaleFormError
      if (!isTheirs) throw error
      const shown = error instanceof StaleFormError ? new StaleFormError('This form was out of date. Please send it again.') : error
      return showForm(reply.code(shown.status).headers(shown.headers), { to: within(to), email, error: shown })
    }
    return reply.redirect(within(to), 303)
  })

  // Whoever's session is over already leaves, too.
  app.post('/sign-out/', { ...open, bodyLimit, schema: hidden }, async (request, reply) => {
    const { broughtHash } = request
    // As nobody: a viewer's transaction could not write, and may end the session all the same.
    if (broughtHash !== undefined) await request.inTransaction('nobody', async scope => { await signOut(scope, broughtHash) })
    app.forgetToken(reply)
    // Browsers keep pages to come back to, whatever their headers say: not those of somebody who has gone.
    return reply.header('clear-site-data', '"cache"').redirect('/sign-in/', 303)
  })

  app.get('/sessions/', { config: { audience: 'tenant', needs: 'look' }, schema: hidden }, async (request, reply) => {
    const { userId, sessionId } = await userOf(request)
    const sessions = await listSessions(request.tenantScope, userId)
    const notice = request.pendingNotice('session')
    return reply.sayOnce(notice).page('sessions', { title: 'Where you are signed in', sessions: sessions.map(session => ({ ...session, isThis: session.id === sessionId })), notice })
  })

  app.post('/sessions/end-others/', { ...own, bodyLimit, schema: hidden }, async (request, reply) => {
    const user = await userOf(request)
    await request.inTransaction('nobody', async scope => await endOtherSessions(scope, user, user.sessionId))
    return reply.redirectWithNotice('/sessions/', 'session', 'others-ended')
  })

  app.post('/sessions/:id/end/', { ...own, bodyLimit, errorHandler: badIdIsNotFound, schema: { ...hidden, params: z.object({ id: idText }) } }, async (request, reply) => {
    const user = await userOf(request)
    const { id } = request.params as { id: number }
    const hadOne = await request.inTransaction('nobody', async scope => await endSession(scope, user, id))
    if (!hadOne) throw new NotFoundError('There is no such session.')
    return reply.redirectWithNotice('/sessions/', 'session', 'ended')
  })

  /** No connection is held while the password is hashed. Whoever does not exist takes as long as whoever does. */
  async function signIn (request: FastifyRequest, reply: FastifyReply, email: string, password: string): Promise<void> {
    const { id: accountId } = request.tenant as Tenant
    const parameters = await request.inTransaction('nobody', async scope => await findPasswordParameters(scope, email))
    const hash = await turns.take(accountId, async () => await hashLike(password, parameters))
    const isKnown = await request.inTransaction('nobody', async scope => {
      const userId = await checkPassword(scope, email, hash)
      if (userId === undefined) {
        await recordEvent(scope, 'sign-in.failed', { email, address: request.clientAddress })
        return false
      }
      // A new one each time: whatever token a browser came with, nobody knows the one that it leaves with.
      const tokenHash = request.server.issueToken(reply)
      await createSession(scope, { userId, email, tokenHash, agent: request.headers['user-agent'] ?? '', address: request.clientAddress, broughtHash: request.broughtHash })
      return true
    })
    if (!isKnown) throw new WrongPasswordError()
    if (parameters === undefined || !isOutdated(parameters)) return
    try {
      const renewed = await turns.take(accountId, async () => await hashPassword(password))
      await request.inTransaction('nobody', async scope => { await renewPasswordHash(scope, email, hash, renewed) })
    } catch (error) {
      // They are in; the next time will do.
      request.log.warn({ err: error, tenant: request.tenant?.slug }, 'a password could not be hashed anew')
    }
  }
}

function showForm (reply: FastifyReply, { to, email, error }: { to: string, email: string, error?: AppError }): FastifyReply {
  return reply.page('sign-in', { title: 'Sign in', to, email, error: error?.message })
}

/** An address of this host's own, whatever somebody wrote there. */
function within (to: string): string {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(to) ? to : '/'
}
