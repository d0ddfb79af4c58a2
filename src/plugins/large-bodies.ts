import type { FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { TooManyRequestsError, UnavailableError } from '../errors.ts'

/** To read a body of this size takes some milliseconds in which nobody else is served. */
const largeBytes = 64 * 1024
/** A rest for the others, of about the time that reading took: in milliseconds for each byte. */
const restPerByte = 1 / 20_000
const mostWaiting = 10

declare module 'fastify' {
  interface FastifyRequest {
    endLargeBody: (() => void) | undefined
  }
}

/**
 * Lets each tenant send one large body at a time, with a rest behind it. A body is parsed and checked in one go, before anything
 * that a request does in the database takes its turn.
 */
export const largeBodies = plugin(async app => {
  const turns = new Turns()
  app.decorateRequest('endLargeBody', undefined)

  // With callbacks, because most requests have nothing to wait for here.
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const bytes = bytesAnnounced(request)
    if (bytes <= largeBytes) done(null, payload)
    else takeTurn(request, bytes).then(() => { done(null, payload) }, done)
  })
  app.addHook('onRequestAbort', async request => { endOf(request) })
  app.addHook('onResponse', (request, _reply, done) => {
    endOf(request)
    done()
  })

  async function takeTurn (request: FastifyRequest, bytes: number): Promise<void> {
    const bodyLimit = request.routeOptions.bodyLimit ?? largeBytes
    const end = await turns.take(request.tenant?.id ?? 0)
    const rest = Math.min(bytes, bodyLimit) * restPerByte
    const endLater = (): void => { setTimeout(end, rest).unref() }
    // The client may have gone while it waited, and nobody ends it any more.
    if (request.raw.destroyed) {
      endLater()
      throw new UnavailableError(new Error('the client has gone'))
    }
    request.endLargeBody = endLater
  }
}, { name: 'large-bodies', dependencies: ['tenant'], fastify: '5.x' })

/** One that does not say how long it will be may be as long as it likes. */
function bytesAnnounced ({ headers }: FastifyRequest): number {
  if (headers['transfer-encoding'] !== undefined) return Number.POSITIVE_INFINITY
  return Number(headers['content-length'] ?? 0)
}

function endOf (request: FastifyRequest): void {
  const end = request.endLargeBody
  request.endLargeBody = undefined
  end?.()
}

class Turns {
  /** Those who wait, for each tenant that has one under way. */
  readonly #waiting = new Map<number, Array<() => void>>()

  /** @returns what ends the turn @throws {TooManyRequestsError} where too many wait already */
  async take (tenantId: number): Promise<() => void> {
    const waiting = this.#waiting.get(tenantId)
    if (waiting === undefined) this.#waiting.set(tenantId, [])
    else if (waiting.length >= mostWaiting) throw new TooManyRequestsError()
    else await new Promise<void>(resolve => { waiting.push(resolve) })
    return () => {
      const next = this.#waiting.get(tenantId)?.shift()
      if (next === undefined) this.#waiting.delete(tenantId)
      else next()
    }
  }
}
