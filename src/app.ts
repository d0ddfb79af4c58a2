import { randomUUID } from 'node:crypto'
import helmet from '@fastify/helmet'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Config } from './config.ts'
import { InvalidInputError } from './errors.ts'
import { drain } from './plugins/drain.ts'
import { errors, problemOf } from './plugins/errors.ts'
import { operatorEntry, operatorGuard } from './plugins/operator-guard.ts'
import { tenantHook } from './plugins/tenant.ts'
import { views } from './plugins/views.ts'
import { healthRoutes } from './routes/health.ts'
import { subtaskRoutes } from './routes/subtasks.ts'
import type { TenancyStrategy } from './tenancy/strategy.ts'

export interface AppOptions {
  config: Pick<Config, 'addresses' | 'baseDomain' | 'operatorPassword' | 'production' | 'requestDeadlineMs'>
  strategy: TenancyStrategy
  logger?: FastifyServerOptions['logger']
}

/** The application, ready to listen: every plugin and route, in order. It ends the strategy when it closes. */
export async function buildApp ({ config, strategy, logger = false }: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger,
    genReqId: () => randomUUID(),
    bodyLimit: 1024 * 1024,
    requestTimeout: 30_000,
    keepAliveTimeout: 10_000,
    // A number of any length is a page that is not there, rather than an address that is too long.
    routerOptions: { maxParamLength: 20_000 },
    // An address that cannot be decoded is refused before any hook runs.
    frameworkErrors: (error, request, reply) => refuse(error, request as unknown as FastifyRequest, reply as unknown as FastifyReply)
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.addHook('onClose', async () => { await strategy.end() })

  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"]
      }
    },
    strictTransportSecurity: config.production
  })
  await app.register(tenantHook, {
    strategy,
    baseDomain: config.baseDomain,
    admitOperator: operatorGuard(operatorEntry(config), config.operatorPassword),
    deadlineMs: config.requestDeadlineMs
  })
  await app.register(views)
  await app.register(errors)
  await app.register(drain)

  await app.register(healthRoutes({ ping: strategy.ping }))
  await app.register(subtaskRoutes)
  return app as unknown as FastifyInstance
}

function refuse (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const answer = new InvalidInputError('The address is not a valid one.', { status: error.statusCode ?? 400, cause: error })
  reply.code(answer.status).type('application/problem+json').header('cache-control', 'private, no-store').send(problemOf(answer, request))
}
