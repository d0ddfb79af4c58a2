import type { FastifyPluginAsync } from 'fastify'
import { UnavailableError } from '../errors.ts'

/** For whoever supervises the process: on any host, without a tenant, telling nothing but "yes" and "not now". */
export function healthRoutes ({ ping }: { ping: () => Promise<void> }): FastifyPluginAsync {
  return async app => {
    const anywhere = { config: { anyHost: true }, logLevel: 'warn' as const }
    app.get('/health/live', { ...anywhere, config: { ...anywhere.config, answersWhileStopping: true } }, async (_, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }))
    app.get('/health/ready', anywhere, async (_, reply) => {
      try {
        await ping()
      } catch (error) {
        throw new UnavailableError(error)
      }
      return reply.header('cache-control', 'no-store').send({ status: 'ok' })
    })
  }
}
