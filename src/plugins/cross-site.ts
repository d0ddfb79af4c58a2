import type { FastifyRequest } from 'fastify'

/** Whether a page of another site, or of another host of this one, made a browser ask. Browsers say so; programs do not. */
export function isCrossSite ({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const site = headers['sec-fetch-site']
  return site !== undefined && site !== 'none' && site !== 'same-origin'
}
