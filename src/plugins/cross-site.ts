import type { FastifyRequest } from 'fastify'

/**
 * Whether a page of another site, or of another host of this one, made a browser ask. Browsers say so; programs do not. Over
 * plain HTTP to another machine, and where they are old, they say at least which page asks for a change.
 */
export function isCrossSite ({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'none' && site !== 'same-origin'
  const { origin, host } = headers
  return origin !== undefined && hostOf(origin) !== host?.toLowerCase()
}

/** Whether a page of this host made a browser ask, and the browser says so: a page elsewhere cannot make it. */
export function isOfOwnPage ({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return headers.origin !== undefined && hostOf(headers.origin) === headers.host?.toLowerCase()
}

/** Whether that page only brought somebody here, by a link. */
export function isNavigation ({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['sec-fetch-mode'] === 'navigate'
}

function hostOf (origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
