import helmet, { type FastifyHelmetOptions } from '@fastify/helmet'
import Fastify from 'fastify'
import plugin from 'fastify-plugin'

/**
 * The security headers of every answer, as Helmet words them. They never change, so it is asked once, at the start: asked for
 * each request, it composes them anew each time.
 */
export const securityHeaders = plugin<FastifyHelmetOptions>(async (app, options) => {
  const headers = await headersOf(options)
  app.addHook('onRequest', (_, reply, done) => {
    reply.headers(headers)
    done()
  })
}, { name: 'security-headers' })

async function headersOf (options: FastifyHelmetOptions): Promise<Record<string, string>> {
  const bare = Fastify()
  const protectedApp = Fastify()
  await protectedApp.register(helmet, options)
  const [without, with_] = await Promise.all([bare, protectedApp].map(async app => {
    app.get('/', async () => '')
    const { headers } = await app.inject('/')
    await app.close()
    return headers
  }))
  return Object.fromEntries(Object.entries(with_ ?? {}).filter(([name]) => without?.[name] === undefined).map(([name, value]) => [name, String(value)]))
}
