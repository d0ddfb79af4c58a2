import type { FastifyInstance, FastifyPluginAsync, RouteOptions } from 'fastify'
import { MethodNotAllowedError } from '../errors.ts'

const everyMethod = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'] as const

/** Adds to the addresses of some routes what is said to the methods that they do not take. */
export function answeringOtherMethods (routes: (app: FastifyInstance) => Promise<void>): FastifyPluginAsync {
  return async app => {
    const known = new Map<string, { methods: Set<string>, config: RouteOptions['config'] }>()
    let isCollecting = true
    app.addHook('onRoute', ({ path, method, config }) => {
      if (!isCollecting) return
      const { methods } = known.get(path) ?? { methods: new Set<string>() }
      for (const name of [method].flat()) methods.add(name)
      known.set(path, { methods, config: config ?? {} })
    })
    await routes(app)
    await app.after()
    isCollecting = false
    for (const [url, { methods, config }] of known) {
      const allowed = [...everyMethod.filter(method => methods.has(method)), 'OPTIONS']
      const options = { config: { ...config, transaction: false }, schema: { hide: true } }
      app.options(url, options, async (_, reply) => reply.header('allow', allowed.join(', ')).send())
      app.route({
        url,
        method: everyMethod.filter(method => !allowed.includes(method)),
        ...options,
        // Before the body is looked at: nothing that it holds could make a difference.
        onRequest: async request => { throw new MethodNotAllowedError(request.method, allowed) },
        handler: async () => {}
      })
    }
  }
}
