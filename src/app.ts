import { randomBytes, randomUUID } from 'node:crypto'
import Fastify, { type FastifyInstance, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { WallInspection } from './check-rls/inspection.ts'
import type { Config } from './config.ts'
import type { SendMail } from './mail.ts'
import { clientAddress } from './plugins/client-address.ts'
import { drain } from './plugins/drain.ts'
import { entry } from './plugins/entry.ts'
import { answerBrokenRequest, errors, isDecodable, undecodableAddress } from './plugins/errors.ts'
import { largeBodies } from './plugins/large-bodies.ts'
import { notices } from './plugins/notices.ts'
import { openApi } from './plugins/openapi.ts'
import { operatorEntry, operatorGuard } from './plugins/operator-guard.ts'
import { securityHeaders } from './plugins/security-headers.ts'
import { tenantHook } from './plugins/tenant.ts'
import { views } from './plugins/views.ts'
import { apiRoutes } from './routes/api/api.ts'
import { CursorSealer } from './routes/api/cursor.ts'
import { tags } from './routes/api/documentation.ts'
import { documentationRoutes } from './routes/documentation.ts'
import { entryRoutes } from './routes/entry/entry.ts'
import { guideRoutes } from './routes/guide/guide.ts'
import { healthRoutes } from './routes/health.ts'
import { operatorPages } from './routes/operator/operator.ts'
import { workPages } from './routes/pages/pages.ts'
import { subtaskListRoutes } from './routes/pages/subtask-list.ts'
import { wallRoutes } from './routes/walls/walls.ts'
import { withoutCodes } from './secrets.ts'
import type { AccountAdministration } from './tenancy/administration.ts'
import type { TenancyStrategy } from './tenancy/strategy.ts'

export interface AppOptions {
  config: Pick<Config, 'access' | 'addresses' | 'baseDomain' | 'operatorPassword' | 'production' | 'requestDeadlineMs'> & Partial<Pick<Config, 'trustedProxies'>>
  strategy: TenancyStrategy
  /** What looks at the walls of the databases, and attacks them; left out where no page shows that. */
  inspection?: WallInspection | undefined
  /** What positions in lists are sealed with: the same in all processes that serve together. By default one of this process alone. */
  sealingKey?: Uint8Array
  /** How the operator changes accounts; left out where that is not done over HTTP. */
  administration?: AccountAdministration | undefined
  /** Hands mails to whatever sends them; left out where none are sent. */
  sendMail?: SendMail | undefined
  logger?: FastifyServerOptions['logger']
}

/** How often Node looks for requests whose time is up: by default every half minute, as long as the time itself. */
export const serverOptions = { connectionsCheckingInterval: 5000 }

/** What a log says of a request. */
function loggedRequest ({ method, url, host, clientAddress }: FastifyRequest) {
  return { method, url: withoutCodes(url), host, remoteAddress: clientAddress }
}

/** The application, ready to listen: every plugin and route, in order. It ends the strategy when it closes. */
export async function buildApp ({ config, strategy, inspection, sealingKey = randomBytes(32), administration, sendMail, logger = false }: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger: typeof logger === 'object' ? { ...logger, serializers: { req: loggedRequest } } : logger,
    genReqId: () => randomUUID(),
    bodyLimit: 1024 * 1024,
    requestTimeout: 30_000,
    http: serverOptions,
    keepAliveTimeout: 10_000,
    // A client that does not read its answer keeps it in our memory.
    connectionTimeout: 30_000,
    clientErrorHandler: answerBrokenRequest,
    // The plugin `drain` answers then, in the form of all other errors.
    return503OnClosing: false,
    // A number of any length is a page that is not there, rather than an address that is too long.
    routerOptions: { maxParamLength: 20_000 },
    // The router would refuse an address that cannot be decoded before any hook runs; this way it meets them all.
    rewriteUrl: ({ url = '/' }) => isDecodable(url) ? url : undecodableAddress
  }).withTypeProvider<ZodTypeProvider>()
  const cursors = new CursorSealer(sealingKey)
  const links = { secure: config.production, sendMail }
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  // Bodies are JSON; and plain text is what a form of any site can send without asking.
  app.removeContentTypeParser('text/plain')
  app.addHook('onClose', async () => { await strategy.end() })

  await app.register(securityHeaders, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"]
      }
    },
    strictTransportSecurity: config.production
  })
  await app.register(drain)
  await app.register(clientAddress, { trustedProxies: config.trustedProxies ?? [] })
  await app.register(tenantHook, {
    strategy,
    baseDomain: config.baseDomain,
    secure: config.production,
    tellsWhySuspended: config.access === 'open',
    admitOperator: operatorGuard(operatorEntry(config), config.operatorPassword),
    deadlineMs: config.requestDeadlineMs
  })
  await app.register(entry, { access: config.access, secure: config.production, strategy, deadlineMs: config.requestDeadlineMs, key: sealingKey })
  await app.register(notices, { secure: config.production })
  await app.register(largeBodies, { waitTimeoutMs: config.requestDeadlineMs })
  await app.register(views, { walls: inspection === undefined ? 'nobody' : config.production ? 'operator' : 'everybody' })
  await app.register(errors)
  await app.register(openApi, { tags, secure: config.production })

  await app.register(healthRoutes({ ping: strategy.ping }))
  if (config.access === 'required') await app.register(entryRoutes({ strategy, cursors, links, deadlineMs: config.requestDeadlineMs, baseDomain: config.baseDomain }))
  await app.register(subtaskListRoutes)
  await app.register(workPages({ cursors }))
  await app.register(operatorPages({ strategy, cursors, deadlineMs: config.requestDeadlineMs, baseDomain: config.baseDomain, secure: config.production }))
  if (inspection !== undefined) await app.register(wallRoutes({ strategy, inspection, deadlineMs: config.requestDeadlineMs, showTenants: !config.production }))
  await app.register(apiRoutes({ cursors, links, administration, forget: strategy.forgetTenant }))
  await app.register(documentationRoutes)
  await app.register(guideRoutes({ strategy, hasWalls: inspection !== undefined && !config.production }))
  return app as unknown as FastifyInstance
}
