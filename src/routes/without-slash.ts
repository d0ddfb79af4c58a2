import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'

/** Leads whoever leaves off the slash at the end of an address, as those who type it do, to its page. */
export function withoutSlash (app: FastifyInstance, paths: readonly string[], options: RouteShorthandOptions): void {
  for (const path of paths) app.get(path, options, addSlash)
}

async function addSlash ({ url }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const [path = '', ...query] = url.split('?')
  return reply.redirect([`${path}/`, ...query].join('?'), 301)
}
