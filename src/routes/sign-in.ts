import formBody from '@fastify/formbody'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { AppError, CrossSiteRequestError, NotFoundError, TooManyAttemptsError, WrongPasswordError } from '../errors.ts'
import { hashLike, hashPassword, isOutdated } from '../password.ts'
import { isCrossSite } from '../plugins/cross-site.ts'
import { assertFormToken } from '../plugins/entry.ts'
import { answeringOtherMethods } from '../plugins/methods.ts'
import { checkPassword, createSession, endSession, findPasswordParameters, listSessions, renewPasswordHash } from '../repositories/sessions.ts'
import type { TenantScope } from '../tenancy/scope.ts'
import type { TenancyStrategy } from '../tenancy/strategy.ts'
import type { Tenant } from '../tenancy/tenant.ts'
import { SignInLimits } from './sign-in-limits.ts'

const bodyLimit = 16 * 1024
const hidden = { hide: true }
const credentials = z.object({
  email: z.string().max(254).trim(),
  password: z.string().max(1000),
  to: z.string().max(2000).default('/'),
  form_token: z.string().max(100)
})
const onlyToken = z.object({ form_token: z.string().max(100) })

/** How people get in, and out, of their account, where that is required. */
export function signInRoutes ({ strategy, deadlineMs }: { strategy: TenancyStrategy, deadlineMs: number }): ReturnType<typeof answeringOtherMethods> {
  const limits = new SignInLimits()
  return answeringOtherMethods(async app => {
    await app.register(formBody)
    app.addHook('onRequest', async request => {
      if (request.tenant === undefined) throw new NotFoundError()
      if (request.method === 'POST' && isCrossSite(request)) throw new CrossSiteRequestError()
    })
    const own = { config: { needs: 'look' as const, transaction: false } }
    const open = { config: { entry: 'open' as const, transaction: false } }

    app.get('/sign-in', open, async (_, reply) => reply.redirect('/sign-in/', 301))
    app.get('/sign-in/', { ...open, schema: { ...hidden, querystring: z.object({ to: z.string().max(2000).default('/') }) } }, async (request, reply) =>
      showForm(reply, { to: within((request.query as { to: string }).to), email: '' }))

    app.post('/sign-in/', { ...open, bodyLimit, schema: { ...hidden, body: credentials } }, async (request, reply) => {
      const { email, password, to, form_token: formToken } = request.body as z.infer<typeof credentials>
      assertFormToken(request, formToken)
      const tenant = request.tenant as Tenant
      try {
        await limits.attempt({ accountId: tenant.id, email, address: request.ip }, async () => { await signIn(request, reply, tenant, email, password) })
      } catch (error) {
        if (!(error instanceof WrongPasswordError || error instanceof TooManyAttemptsError)) throw error
        return showForm(reply.code(error.status).headers(error.headers), { to: within(to), email, error })
      }
      return reply.redirect(within(to), 303)
    })

    app.post('/sign-out/', { ...own, bodyLimit, schema: { ...hidden, body: onlyToken } }, async (request, reply) => {
      assertFormToken(request, (request.body as z.infer<typeof onlyToken>).form_token)
      const { sessionId, userId } = await personOf(request)
      await outside(request.tenant as Tenant, false, async scope => { await endSession(scope, userId, sessionId) })
      app.forgetToken(reply)
      return reply.redirect('/sign-in/', 303)
    })

    app.get('/sessions/', { config: { needs: 'look' }, schema: hidden }, async (request, reply) => {
      const { userId, sessionId } = await personOf(request)
      const sessions = await listSessions(request.tenantScope, userId)
      return reply.page('sessions', { title: 'Where you are signed in', sessions: sessions.map(session => ({ ...session, isThis: session.id === sessionId })) })
    })

    app.post('/sessions/:id/end/', { ...own, bodyLimit, schema: { ...hidden, params: z.object({ id: z.string().regex(/^\d{1,15}$/).transform(Number) }), body: onlyToken } }, async (request, reply) => {
      assertFormToken(request, (request.body as z.infer<typeof onlyToken>).form_token)
      const { userId } = await personOf(request)
      const { id } = request.params as { id: number }
      const hadOne = await outside(request.tenant as Tenant, false, async scope => await endSession(scope, userId, id))
      if (!hadOne) throw new NotFoundError('There is no such session.')
      return reply.redirect('/sessions/', 303)
    })
  })

  /** No connection is held while the password is hashed. Whoever does not exist takes as long as whoever does. */
  async function signIn (request: FastifyRequest, reply: FastifyReply, tenant: Tenant, email: string, password: string): Promise<void> {
    const parameters = await outside(tenant, true, async scope => await findPasswordParameters(scope, email))
    const hash = await hashLike(password, parameters)
    const renewed = parameters !== undefined && isOutdated(parameters) ? await hashPassword(password) : undefined
    await outside(tenant, false, async scope => {
      const userId = await checkPassword(scope, email, hash)
      if (userId === undefined) throw new WrongPasswordError()
      if (renewed !== undefined) await renewPasswordHash(scope, userId, renewed)
      // A new one each time: whatever token a browser came with, nobody knows the one that it leaves with.
      await createSession(scope, userId, request.server.issueToken(reply), request.headers['user-agent'] ?? '')
    })
  }

  /** In a transaction of the account's that nobody has entered: who signs in is not known yet, and a viewer, too, signs out. */
  async function outside<Result> (tenant: Tenant, readOnly: boolean, work: (scope: TenantScope) => Promise<Result>): Promise<Result> {
    const { scope, transaction } = await strategy.beginTenant(tenant, { readOnly, deadlineMs })
    try {
      const result = await work(scope)
      await (readOnly ? transaction.endReading() : transaction.commit())
      return result
    } finally {
      await transaction.rollback()
    }
  }
}

async function personOf ({ entering }: FastifyRequest) {
  if (entering === undefined) throw new NotFoundError()
  return await entering
}

function showForm (reply: FastifyReply, { to, email, error }: { to: string, email: string, error?: AppError }): FastifyReply {
  return reply.page('sign-in', { title: 'Sign in', to, email, error: error?.message })
}

/** An address of this host's own, whatever somebody wrote there. */
function within (to: string): string {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(to) ? to : '/'
}
