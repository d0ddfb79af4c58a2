import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { GoneTenantError, HostNotServedError, NotFoundError, NoViewOverTenantsError, RenamedTenantError, SuspendedTenantError, TenantElsewhereError, toAppError, UnavailableError, UnknownTenantError } from '../errors.ts'
import { hostReader } from '../tenancy/host.ts'
import type { Caller, Credential, Person } from '../tenancy/caller.ts'
import { Journey } from '../tenancy/journey.ts'
import type { OperatorScope, TenantScope } from '../tenancy/scope.ts'
import type { TenancyStrategy, Work } from '../tenancy/strategy.ts'
import type { FoundTenant, Tenant } from '../tenancy/tenant.ts'
import type { Viewer } from './page-data.ts'

export interface TenantPluginOptions {
  strategy: TenancyStrategy
  baseDomain: string
  /** Throws at requests for the operator's host that are not the operator's. */
  admitOperator: (request: FastifyRequest) => Promise<void>
  deadlineMs: number
  /** Whether people come over https. */
  secure: boolean
  /** Whether whoever asks for a suspended account is told why: where people sign in, that is theirs to know. */
  tellsWhySuspended: boolean
}

type RequestWork = { kind: 'tenant', work: Work<TenantScope> } | { kind: 'operator', work: Work<OperatorScope> }

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route belongs to no tenant and answers on any host. */
    anyHost?: boolean
    /** The route needs no database; by default each request has its transaction. */
    transaction?: boolean
    /** On the operator's host the route reads the catalogue alone, so it works without a view over tenants, too. */
    catalogue?: boolean
    /** The route is a tenant's, or the operator's, alone: on the other's host there is nothing at its address. */
    audience?: 'tenant' | 'operator'
    /** The route shows how its request has travelled, so that is noted. */
    traced?: boolean
  }
  interface FastifyRequest {
    viewer: Viewer
    tenant: Tenant | undefined
    work: RequestWork | undefined
    /** What lets whoever asks into each transaction of the tenant's. Where everybody is let in, left out. */
    credential: Credential | undefined
    /** Who that is: known when the first statement has its answer. */
    entering: Promise<Caller> | undefined
    /** Who is signed in, once that is known. Nobody, where access is open, and no program. */
    person: Person | undefined
    /** How the request has travelled so far, where its route shows that. */
    journey: Journey | undefined
    /** The right to this request's tenant. Throws on a request that has none. */
    readonly tenantScope: TenantScope
    /** The right to read across tenants. Throws on any request but the operator's. */
    readonly operatorScope: OperatorScope
    /**
     * Calls the function that does all of the request's reading, and sends commit behind the statements that it sends at
     * once: the whole transaction takes one round trip. Statements that it would send later are refused.
     */
    readInOneTrip: <T>(read: () => Promise<T>) => Promise<T>
    /**
     * Calls the function that does all of the request's reading, and again in a transaction where the tenant is by then, if it
     * turns out to have moved a moment ago. A request that may have written is left alone.
     */
    readWhereTenantIs: <T>(read: () => Promise<T>) => Promise<T>
    /**
     * Runs work in a transaction of the account's for itself, committed when it is done: for routes that have none of their own.
     *
     * @param who `caller`, whom it lets do what they may; or `nobody`, where it is not said who is at work
     */
    inTransaction: <T>(who: 'caller' | 'nobody', work: (scope: TenantScope) => Promise<T>) => Promise<T>
    /** Undoes what the request has done so far, and is done with its transaction, whatever is answered. */
    giveUp: () => Promise<void>
  }
}

/** How often, and after how long, a tenant is looked for that is no longer where it was. A switch takes some milliseconds. */
const lookings = 5
const lookingMs = 50

/**
 * The request hook: finds the tenant by the Host header, opens the transaction that all of the request's SQL runs in, and
 * ends it before the first byte of the answer leaves: what was written is committed by then. A new route is inside this wall unless its config says otherwise.
 */
export const tenantHook = plugin<TenantPluginOptions>(async (app, options) => {
  const { strategy, baseDomain, admitOperator, deadlineMs } = options
  const readHost = hostReader(baseDomain)

  app.decorateRequest('viewer')
  app.decorateRequest('tenant', undefined)
  app.decorateRequest('work', undefined)
  app.decorateRequest('credential', undefined)
  app.decorateRequest('entering', undefined)
  app.decorateRequest('person', undefined)
  app.decorateRequest('journey', undefined)
  app.decorateRequest('tenantScope', { getter (this: FastifyRequest) { return scopeOf(this, 'tenant') as TenantScope } })
  app.decorateRequest('operatorScope', { getter (this: FastifyRequest) { return scopeOf(this, 'operator') as OperatorScope } })
  app.decorateRequest('readInOneTrip', async function <T>(this: FastifyRequest, read: () => Promise<T>) {
    const reading = read()
    const [result] = await Promise.all([reading, this.work?.work.transaction.endReading()])
    return result
  })
  app.decorateRequest('readWhereTenantIs', async function <T>(this: FastifyRequest, read: () => Promise<T>) {
    for (let looking = 1; ; looking++) {
      try {
        return await read()
      } catch (error) {
        if (looking > lookings || this.tenant === undefined || !onlyReads(this) || !(toAppError(error) instanceof TenantElsewhereError)) throw error
        await this.giveUp()
        if (looking > 1) await delay(lookingMs)
        strategy.forgetTenant(this.tenant.slug)
        this.tenant = servedTenant(await strategy.findTenant(this.tenant.slug), this, options)
        this.viewer = viewerOf(this.tenant)
        this.work = await beginTenant(this, this.tenant, { readOnly: true, deadlineMs })
      }
    }
  })

  app.decorateRequest('inTransaction', async function <T>(this: FastifyRequest, who: 'caller' | 'nobody', work: (scope: TenantScope) => Promise<T>) {
    if (this.tenant === undefined) throw new Error('this request has no tenant')
    const { scope, transaction } = await strategy.beginTenant(this.tenant, { readOnly: false, deadlineMs, credential: who === 'caller' ? this.credential : undefined })
    try {
      const result = await work(scope)
      await transaction.commit()
      return result
    } finally {
      await transaction.rollback()
    }
  })

  app.decorateRequest('giveUp', async function (this: FastifyRequest) { await takeWork(this)?.work.transaction.rollback() })

  app.addHook('onRequest', async (request, reply) => {
    request.viewer = { kind: 'nobody' }
    if (request.routeOptions.config.anyHost === true) return
    if (request.routeOptions.config.traced === true) request.journey = new Journey(performance.now() - reply.elapsedTime)
    // The same path is another page on another host; no cache in between may mix them up.
    reply.header('cache-control', 'private, no-store')
    const target = readHost(hostHeader(request))
    if (target.kind === 'foreign') throw new HostNotServedError(baseDomain)
    if (target.kind === 'operator') {
      if (request.routeOptions.config.audience === 'tenant') throw new NotFoundError('This is an address of an account: ask at its own host name.')
      if (strategy.beginOperator === undefined) throw new NotFoundError()
      await admitOperator(request)
      request.viewer = { kind: 'operator', seesRows: strategy.hasViewOverTenants }
      noteFound(request)
      return
    }
    const tenant = servedTenant(await strategy.findTenant(target.slug, { confirms: takesTransaction(request) }), request, options)
    request.tenant = tenant
    request.viewer = viewerOf(tenant)
    noteFound(request)
    if (request.routeOptions.config.audience === 'operator') throw new NotFoundError()
  })

  app.addHook('preHandler', async request => {
    if (!takesTransaction(request)) return
    if (request.tenant === undefined && !strategy.hasViewOverTenants && request.routeOptions.config.catalogue !== true) throw new NoViewOverTenantsError()
    const kind = { readOnly: onlyReads(request), deadlineMs }
    request.work = request.tenant !== undefined
      ? await beginTenant(request, request.tenant, kind)
      : { kind: 'operator', work: await beginOperator(strategy, { ...kind, trace: request.journey?.begin() }) }
    // The client may have gone while this waited for a connection.
    if (request.raw.destroyed && request.raw.aborted) await abandon(request)
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const work = takeWork(request)
    if (work === undefined) return payload
    const { transaction } = work.work
    if (reply.statusCode >= 400 || hasClientGone(reply)) await transaction.rollback()
    else if (onlyReads(request)) await transaction.endReading()
    else await transaction.commit()
    return payload
  })

  async function beginTenant (request: FastifyRequest, tenant: Tenant, options: Parameters<TenancyStrategy['beginTenant']>[1]): Promise<RequestWork> {
    const work = await strategy.beginTenant(tenant, { ...options, credential: request.credential, trace: request.journey?.begin() })
    request.entering = work.caller
    work.caller?.then(caller => { if (caller.kind !== 'program') request.person = caller }, () => {})
    return { kind: 'tenant', work }
  }

  // What the directory says of this tenant may be out of date: it was suspended or moved, or its database is gone.
  app.addHook('onError', async ({ tenant }, _reply, error) => {
    if (tenant !== undefined && (toAppError(error) instanceof TenantElsewhereError || (tenant.database !== undefined && toAppError(error).status === 503))) strategy.forgetTenant(tenant.slug)
  })
  app.addHook('onRequestAbort', abandon)
  // Where an answer ended without passing onSend, the transaction still ends.
  app.addHook('onResponse', abandon)
}, { name: 'tenant', fastify: '5.x' })

/** The Host header as it came: the parsed one is not to be trusted, of two the first would win in silence, and a full URL in the request line names another host. */
function hostHeader ({ raw }: FastifyRequest): string | undefined {
  const hosts: string[] = []
  for (let index = 0; index < raw.rawHeaders.length; index += 2) {
    if (raw.rawHeaders[index]?.toLowerCase() === 'host') hosts.push(raw.rawHeaders[index + 1] ?? '')
  }
  const isOriginForm = raw.url?.startsWith('/') === true || raw.url === '*'
  return hosts.length <= 1 && isOriginForm ? (hosts[0] ?? raw.headers.host) : undefined
}

/** Whoever is to be known has to be asked for, also where nothing else is. */
function takesTransaction ({ is404, credential, routeOptions: { config } }: FastifyRequest): boolean {
  return config.anyHost !== true && !is404 && (config.transaction !== false || credential !== undefined)
}

function onlyReads ({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD'
}

function viewerOf ({ id, slug, name }: Tenant): Viewer {
  return { kind: 'tenant', accountId: id, slug, name }
}

/** @throws what whoever asks for a name is told that serves nobody, or nobody any more */
function servedTenant (found: FoundTenant | undefined, request: FastifyRequest, { baseDomain, secure, tellsWhySuspended }: Pick<TenantPluginOptions, 'baseDomain' | 'secure' | 'tellsWhySuspended'>): Tenant {
  if (found === undefined || found.tenant.status === 'creating') throw new UnknownTenantError()
  const { tenant, by } = found
  if (by === 'gone' || tenant.status === 'deleted') throw new GoneTenantError()
  if (by === 'former') throw new RenamedTenantError(`${originOf(request, tenant.slug, { baseDomain, secure })}${request.originalUrl}`)
  if (tenant.status === 'suspended') throw new SuspendedTenantError(tellsWhySuspended ? tenant.statusReason : undefined)
  return tenant
}

/** Where the pages of an account are, by the scheme and the port of the address that was asked for. */
export function originOf (request: FastifyRequest, slug: string, { baseDomain, secure }: Pick<TenantPluginOptions, 'baseDomain' | 'secure'>): string {
  return `${secure ? 'https' : request.protocol}://${slug}.${baseDomain}${portOf(request)}`
}

/** The port of the address that was asked for, which need not be the one that this process listens on. */
function portOf (request: FastifyRequest): string {
  return /:\d+$/.exec(hostHeader(request) ?? '')?.[0] ?? ''
}

function noteFound ({ journey }: FastifyRequest): void {
  if (journey !== undefined) journey.foundAt = performance.now()
}

async function beginOperator (strategy: TenancyStrategy, options: Parameters<NonNullable<TenancyStrategy['beginOperator']>>[0]): Promise<Work<OperatorScope>> {
  if (strategy.beginOperator === undefined) throw new NotFoundError()
  return await strategy.beginOperator(options)
}

function scopeOf (request: FastifyRequest, kind: RequestWork['kind']): TenantScope | OperatorScope {
  if (request.work?.kind !== kind) throw new Error(`this request has no ${kind} scope`)
  return request.work.work.scope
}

function takeWork (request: FastifyRequest): RequestWork | undefined {
  const { work } = request
  request.work = undefined
  return work
}

async function abandon (request: FastifyRequest): Promise<void> {
  await request.work?.work.transaction.rollback(new UnavailableError(new Error('the client has gone')))
}

function hasClientGone ({ raw }: FastifyReply): boolean {
  return raw.destroyed || raw.socket?.destroyed === true
}
