import crypto, { timingSafeEqual } from 'node:crypto'
import cookie from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import type { Access } from '../config.ts'
import { NotAllowedError, NotSignedInError, StaleFormError, type AppError } from '../errors.ts'
import { hashOfSecret, newSecret } from '../secrets.ts'
import { sessionDays, touch, type Caller, type Credential } from '../tenancy/caller.ts'
import type { TenancyStrategy } from '../tenancy/strategy.ts'
import { isOfOwnPage } from './cross-site.ts'

export interface EntryOptions {
  access: Access
  /** Whether people come over https: then the cookie says so, and travels over nothing else. */
  secure: boolean
  strategy: TenancyStrategy
  deadlineMs: number
  /** What the tokens of forms are made with: the same in all processes that serve together. */
  key: Uint8Array
}

/** What it takes to get in: to look, to work in the account, or to manage it. */
export type Need = 'look' | 'work' | 'manage'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Where access is required, the route still answers whoever asks; by default it is closed. */
    entry?: 'open'
    /** What it takes to get in, where access is required: by default the method says it. */
    needs?: Need
    /** The route itself looks whether its form's token is right; by default that is done before it is asked. */
    checksFormToken?: boolean
    /**
     * What people type into the form of this route, by the names of its fields, with their labels: where an error keeps it from being
     * taken, the page of that shows it once more. Nothing that is secret.
     */
    typedFields?: Readonly<Record<string, string>>
  }
  interface FastifyInstance {
    /** Every route there is, and who gets in. */
    routeTable: RouteOptions[]
    access: Access
    /** Has the browser keep a token. */
    keepToken: (reply: FastifyReply, token: string, until: Date) => void
    /** Lets somebody in with a new token, which the browser keeps from now on. @returns what the database is to know of it */
    issueToken: (reply: FastifyReply) => string
    forgetToken: (reply: FastifyReply) => void
  }
  interface FastifyRequest {
    /** What a form of this account and session carries, so that no page of another site's can send it. */
    readonly formToken: string
    /** The hash of the session's token that the browser brought, whatever it is worth. */
    readonly broughtHash: string | undefined
    /** Whether the token that the browser brought is one of an operator's look: for what pages say, and for nothing else. */
    readonly isLooking: boolean
    /** Why whoever asks is turned away, as soon as what they typed is read. */
    refusal: AppError | undefined
    /**
     * Finds out who asks, and whether they may, in a transaction for that alone: for what costs much before the request's own begins.
     * Does nothing where whoever asks is let in.
     */
    assertMayEnter: () => Promise<void>
  }
}

/** Programs' tokens begin with this, so that whoever finds one knows what it is. */
export const tokenPrefix = 'rowhouse_'
const tokenForm = /^rowhouse_[A-Za-z0-9_-]{43}$/

/** Tokens of an operator's look begin with this, so that every page can say so. */
export const lookPrefix = 'look_'

/**
 * Lets people and programs in where they belong. Where access is required, every route of a tenant is closed unless its config says
 * otherwise: who shows no token is turned away at the door, and what the token is worth is found out inside the tenant's
 * transaction, by its first statement, which fails all others with it. So a token of another tenant's is no token.
 */
export const entry = plugin<EntryOptions>(async (app, { access, secure, strategy, deadlineMs, key }) => {
  const cookieName = secure ? '__Host-session' : 'session'
  await app.register(cookie)
  app.decorate('access', access)
  app.decorateRequest('refusal', undefined)
  app.decorate('routeTable', [])
  app.addHook('onRoute', route => { app.routeTable.push(route) })
  app.decorate('keepToken', (reply: FastifyReply, token: string, until: Date) => {
    // Somebody else may have been here before, whose pages the browser keeps for its back button: their session may have ended in any way.
    reply.header('clear-site-data', '"cache"')
    reply.setCookie(cookieName, token, { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: Math.ceil((until.getTime() - Date.now()) / 1000) })
  })
  app.decorate('issueToken', (reply: FastifyReply) => {
    const token = newSecret()
    app.keepToken(reply, token, new Date(Date.now() + sessionDays.most * 86_400_000))
    return hashOfSecret(token)
  })
  app.decorate('forgetToken', (reply: FastifyReply) => { reply.clearCookie(cookieName, { path: '/', httpOnly: true, sameSite: 'lax', secure }) })
  const keyText = Buffer.from(key).toString('hex')
  const broughtToken = ({ cookies }: FastifyRequest): string | undefined => {
    // Where the host was refused, nobody has looked for cookies yet.
    return (cookies as FastifyRequest['cookies'] | null)?.[cookieName]
  }
  app.decorateRequest('formToken', {
    getter (this: FastifyRequest) { return formToken(keyText, this.tenant?.id ?? 0, broughtToken(this)) }
  })
  app.decorateRequest('broughtHash', {
    getter (this: FastifyRequest) {
      const token = broughtToken(this)
      return token === undefined ? undefined : hashOfSecret(token)
    }
  })
  app.decorateRequest('isLooking', {
    getter (this: FastifyRequest) { return broughtToken(this)?.startsWith(lookPrefix) === true }
  })
  app.decorateRequest('assertMayEnter', async function (this: FastifyRequest) {
    const { tenant, credential, method, routeOptions: { config } } = this
    if (tenant === undefined || credential === undefined) return
    const { transaction, caller } = await strategy.beginTenant(tenant, { readOnly: true, deadlineMs, credential })
    try {
      if (caller !== undefined) assertMay(await caller, needOf(method, config))
    } finally {
      await transaction.rollback()
    }
  })
  // Before anything is looked for: the form has been read for whoever typed it, and for nothing else.
  app.addHook('preValidation', async ({ refusal }) => {
    if (refusal !== undefined) throw refusal
  })
  if (access === 'open') return

  app.addHook('onRequest', async request => {
    if (!isClosed(request)) return
    try {
      request.credential = credentialOf(request, cookieName)
    } catch (error) {
      if (!(error instanceof NotSignedInError) || !isTypedForm(request)) throw error
      request.refusal = error
    }
  })

  app.addHook('preHandler', async request => {
    if (request.entering === undefined) return
    const { method, routeOptions: { config } } = request
    const need = needOf(method, config)
    // A page that only looks waits for nobody: its statements fail with this one. Others are told before they do anything.
    if (need === 'look' && config.transaction !== false) return
    const caller = await request.entering
    // Where the route has no transaction, this one was for the asking alone.
    if (config.transaction === false) await request.giveUp()
    assertMay(caller, need)
  })

  // Whoever comes often is not signed out; once a minute is often enough to note it, and nobody waits for that.
  app.addHook('onResponse', async request => {
    const { entering, tenant } = request
    const caller = await entering?.catch(() => undefined)
    if (caller?.isStale !== true || tenant === undefined) return
    try {
      const { scope, transaction } = await strategy.beginTenant(tenant, { readOnly: false, deadlineMs: 2000 })
      await touch(scope, caller).finally(async () => { await transaction.commit() })
    } catch (error) {
      request.log.warn({ err: error, tenant: tenant.slug }, 'a session or token in use could not be noted')
    }
  })

  function isClosed ({ tenant, is404, routeOptions: { config } }: FastifyRequest): boolean {
    return tenant !== undefined && !is404 && config.anyHost !== true && config.entry !== 'open'
  }
}, { name: 'entry', dependencies: ['tenant'], fastify: '5.x' })

/** Whether somebody has typed into a page of this host, which would be lost if it were not read. */
export function isTypedForm (request: FastifyRequest): boolean {
  const { method, headers, routeOptions: { config } } = request
  return method === 'POST' && config.typedFields !== undefined && headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true && isOfOwnPage(request)
}

/** What whoever asks shows. A program shows its token in each request; where that is wrong, no cookie makes up for it. */
function credentialOf ({ headers: { authorization }, cookies }: FastifyRequest, cookieName: string): Credential {
  if (authorization !== undefined && /^bearer\b/i.test(authorization)) {
    const token = authorization.slice('bearer'.length).trim()
    if (!tokenForm.test(token)) throw new NotSignedInError()
    return { kind: 'token', tokenHash: hashOfSecret(token) }
  }
  const token = cookies[cookieName]
  if (token === undefined) throw new NotSignedInError()
  return { kind: 'session', tokenHash: hashOfSecret(token) }
}

/** What a route takes: its config says it, or else the method. */
export function needOf (method: string, { needs }: { needs?: Need }): Need {
  return needs ?? (method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? 'look' : 'work')
}

/** @throws {NotAllowedError} where somebody is known, and may not */
function assertMay (caller: Caller, need: Need): void {
  if (need === 'look') return
  if (caller.kind === 'operator') throw new NotAllowedError('The operator only looks into an account.')
  if (caller.kind === 'program') {
    if (need === 'manage') throw new NotAllowedError('No token allows this; an owner has to be signed in.')
    if (!caller.mayWrite) throw new NotAllowedError('This token is for reading only.')
    return
  }
  if (need === 'work' && caller.role === 'viewer') throw new NotAllowedError()
  if (need === 'manage' && caller.role !== 'owner') throw new NotAllowedError('Only owners of this account may do this.')
}

/** A hash that begins with a secret and cannot be continued by whoever knows it is as good as an HMAC, and takes a quarter of its time. */
function formToken (key: string, accountId: number, token = ''): string {
  return crypto.hash('sha512-256', `${key} form ${accountId} ${token}`, 'base64url')
}

/** @throws {StaleFormError} where a form does not carry the token of this request's account and session */
export function assertFormToken (request: FastifyRequest, sent: string): void {
  if (!isFormToken(request, sent)) throw new StaleFormError()
}

/** Whether a form carries the token of this request's account and session. */
export function isFormToken ({ formToken }: FastifyRequest, sent: string): boolean {
  const [expected, given] = [Buffer.from(formToken), Buffer.from(sent)]
  return expected.length === given.length && timingSafeEqual(expected, given)
}
