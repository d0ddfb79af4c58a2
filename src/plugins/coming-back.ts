import type { FastifyReply } from 'fastify'

/**
 * Lets a browser come back to the page that answers a form, with what was typed, by its back button: that page has no other address. It
 * keeps the page for this alone, and asks again for whatever else has that address; whoever signs in or out takes it away. Not for what is shown once.
 */
export function comesBack (reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'private, no-cache')
}
