import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'

/** Leads whoever goes to the address of a form, where a mistake in it is told, to the page that the form stands on. */
export function formAddresses (app: FastifyInstance, paths: readonly string[], page: string, options: RouteShorthandOptions): void {
  for (const path of paths) app.get(path, options, async (_: FastifyRequest, reply: FastifyReply) => reply.redirect(page, 303))
}
