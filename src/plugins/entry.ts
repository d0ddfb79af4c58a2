import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import cookie from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import type { Access } from '../config.ts'
import { CrossSiteRequestError, NotAllowedError, NotSignedInError } from '../errors.ts'
import { enterSession, sessionDays, touchSession, type Person } from '../tenancy/person.ts'
import type { TenancyStrategy } from '../tenancy/strategy.ts'

export interface EntryOptions {
  access: Access
  /** Whether people come over https: then the cookie says so, and travels over nothing else. */
  secure: boolean
  strategy: TenancyStrategy
  /** What the tokens of forms are made with: the same in all processes that serve together. */
  key: Uint8Array
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Where access is required, the route still answers whoever asks; by default it is closed. */
    entry?: 'open'
    /** What it takes to get in, where access is required: by default the method says it. */
    needs?: 'look' | 'work' | 'manage'
  }
  interface FastifyInstance {
    /** Every route there is, and who gets in. */
    routeTable: RouteOptions[]
    access: Access
    /** Lets somebody in: the browser keeps the token from now on. @returns what the database is to know of it */
    issueToken: (reply: FastifyReply) => string
    forgetToken: (reply: FastifyReply) => void
  }
  interface FastifyRequest {
    /** Who is signed in; known when the first statement of the request has its answer. Nobody, where access is open. */
    person: Person | undefined
    entering: Promise<Person> | undefined
    /** What a form of this account and session carries, so that no page of another site's can send it. */
    readonly formToken: string
  }
}

/**
 * Lets people in where they belong. Where access is required, every route of a tenant is closed unless its config says
 * otherwise: who shows no token is turned away at the door, and what the token is worth is found out inside the tenant's
 * transaction, by its first statement, which fails all others with it. So a token of another tenant's is no token.
 */
export const entry = plugin<EntryOptions>(async (app, { access, secure, strategy, key }) => {
  const cookieName = secure ? '__Host-session' : 'session'
  await app.register(cookie)
  app.decorate('access', access)
  app.decorate('routeTable', [])
  app.addHook('onRoute', route => { app.routeTable.push(route) })
  app.decorate('issueToken', (reply: FastifyReply) => {
    const token = randomBytes(32).toString('base64url')
    reply.setCookie(cookieName, token, { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: sessionDays.most * 86_400 })
    return hashToken(token)
  })
  app.decorate('forgetToken', (reply: FastifyReply) => { reply.clearCookie(cookieName, { path: '/', httpOnly: true, sameSite: 'lax', secure }) })
  app.decorateRequest('formToken', {
    getter (this: FastifyRequest) {
      // Where the host was refused, nobody has looked for cookies yet.
      const cookies = this.cookies as FastifyRequest['cookies'] | null
      return formToken(key, this.tenant?.id ?? 0, cookies?.[cookieName])
    }
  })
  app.decorateRequest('person', undefined)
  app.decorateRequest('entering', undefined)
  if (access === 'open') return

  app.addHook('onRequest', async request => {
    if (!isClosed(request)) return
    const token = request.cookies[cookieName]
    if (token === undefined) throw new NotSignedInError()
    request.enter = scope => {
      request.entering = enterSession(scope, hashToken(token))
      request.entering.then(person => { request.person = person }, () => {})
    }
  })

  app.addHook('preHandler', async request => {
    if (request.entering === undefined) return
    const { method, routeOptions: { config: { needs, transaction } } } = request
    const reads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
    const need = needs ?? (reads ? 'look' : 'work')
    // A page that only looks waits for nobody: its statements fail with this one. Others are told before they do anything.
    if (need === 'look' && transaction !== false) return
    const { role } = await request.entering
    // Where the route has no transaction, this one was for the asking alone.
    if (transaction === false) await request.giveUp()
    if (need === 'work' && role === 'viewer') throw new NotAllowedError()
    if (need === 'manage' && role !== 'owner') throw new NotAllowedError('Only owners of this account may do this.')
  })

  // Whoever comes often is not signed out; once a minute is often enough to note it, and nobody waits for that.
  app.addHook('onResponse', async request => {
    const { person, tenant } = request
    if (person?.isStale !== true || tenant === undefined) return
    try {
      const { scope, transaction } = await strategy.beginTenant(tenant, { readOnly: false, deadlineMs: 2000 })
      await touchSession(scope, person.sessionId).finally(async () => { await transaction.commit() })
    } catch (error) {
      request.log.warn({ err: error, tenant: tenant.slug }, 'a session in use could not be noted')
    }
  })

  function isClosed ({ tenant, is404, routeOptions: { config } }: FastifyRequest): boolean {
    return tenant !== undefined && !is404 && config.anyHost !== true && config.entry !== 'open'
  }
}, { name: 'entry', dependencies: ['tenant'], fastify: '5.x' })

function formToken (key: Uint8Array, accountId: number, token = ''): string {
  return createHmac('sha256', key).update(`form ${accountId} ${hashToken(token)}`).digest('base64url')
}

/** @throws {CrossSiteRequestError} where a form does not carry the token of this request's account and session */
export function assertFormToken ({ formToken }: FastifyRequest, sent: string): void {
  const [expected, given] = [Buffer.from(formToken), Buffer.from(sent)]
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) throw new CrossSiteRequestError()
}

/** What the database knows of a token. The token is random, so a quick hash is as good as a slow one. */
export function hashToken (token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
