import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { listensOnLoopbackOnly, type Config } from '../config.ts'
import { CrossSiteError, NotFoundError, PasswordRequiredError, TooManyAttemptsError } from '../errors.ts'
import { networkOf } from './client-address.ts'
import { isCrossSite } from './cross-site.ts'

/**
 * How one gets into the view over all accounts. The host name proves nothing, since anyone can send `Host: localhost`.
 *
 * - `closed`: not at all. Access is required, the server can be reached from elsewhere or it runs in production, and there is no password.
 * - `password`: with the operator's password, over HTTP Basic.
 * - `local`: from this machine without one, and with the password from anywhere.
 */
export type OperatorEntry = 'closed' | 'password' | 'local'

export function operatorEntry (config: Pick<Config, 'access' | 'addresses' | 'production' | 'operatorPassword'>): OperatorEntry {
  if (config.access === 'open' && listensOnLoopbackOnly(config) && !config.production) return 'local'
  return config.operatorPassword === undefined ? 'closed' : 'password'
}

/** Wrong passwords from one address within a quarter of an hour; after them the right one, too, has to wait. */
const allowed = { points: 20, duration: 15 * 60 }

/** Lets the operator's requests through. @throws {NotFoundError}, {PasswordRequiredError}, {TooManyAttemptsError} or {CrossSiteError} at all others */
export function operatorGuard (entry: OperatorEntry, password: string | undefined): (request: FastifyRequest) => Promise<void> {
  const guesses = new RateLimiterMemory(allowed)
  return async request => {
    if (entry === 'closed') throw new NotFoundError()
    if (isCrossSite(request)) throw new CrossSiteError()
    if (entry === 'local' && isFromThisMachine(request)) return
    if (password === undefined) throw new NotFoundError()
    if (request.headers.authorization === undefined) throw new PasswordRequiredError()
    // Counted before it is looked at, so that none gets in beside others that are under way.
    await guesses.consume(networkOf(request.clientAddress)).catch(tooMany)
    if (hasPassword(request, password)) {
      await guesses.reward(networkOf(request.clientAddress))
      return
    }
    request.log.warn({ address: request.clientAddress }, 'a wrong password of the operator\'s')
    throw new PasswordRequiredError()
  }
}

function tooMany (refusal: unknown): never {
  if (refusal instanceof RateLimiterRes) throw new TooManyAttemptsError(Math.ceil(refusal.msBeforeNext / 1000))
  throw refusal
}

const proxyHeaders = ['forwarded', 'via', 'x-real-ip', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'x-forwarded-server']

/**
 * From a process on this machine that speaks for itself: a proxy here would make the whole world look local. Those that name
 * themselves are told by their headers; one that does not (nginx with a bare `proxy_pass`) by speaking HTTP/1.0.
 */
function isFromThisMachine ({ raw, headers }: FastifyRequest): boolean {
  const address = raw.socket.remoteAddress ?? ''
  const isLoopback = address === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address)
  return isLoopback && raw.httpVersion !== '1.0' && !proxyHeaders.some(name => headers[name] !== undefined)
}

function hasPassword ({ headers }: FastifyRequest, password: string): boolean {
  const match = /^basic +([a-z0-9+/=]+)$/i.exec(headers.authorization ?? '')
  const given = Buffer.from(match?.[1] ?? '', 'base64').toString('utf8')
  const colon = given.indexOf(':')
  // Hashed, so that the comparison takes as long for every length.
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given.slice(colon + 1)), digest(password)) && colon !== -1
}
