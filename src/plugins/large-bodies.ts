import { promisify } from 'node:util'
import type { FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { toAppError, TooManyRequestsError, UnavailableError } from '../errors.ts'
import { isTypedForm } from './entry.ts'

export interface LargeBodiesOptions {
  /** What a large body waits for its turn at most. */
  waitTimeoutMs: number
}

/** To parse a body beyond this length takes some milliseconds in which nobody else is served. */
export const largeLength = 64 * 1024
/** A rest for the others, of about the time that parsing and checking took: in milliseconds for each character. */
const restPerCharacter = 1 / 20_000
/** With what is large, whoever gets in nowhere has less than a twentieth of a processor, all of them together. */
const strangersRestPerCharacter = 10 * restPerCharacter
const mostWaiting = 10

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Waits until a large body of this length may be parsed, when it is here as a whole. Whoever could not send it is turned away
     * before that, or, where it is a form that they have typed into, after it.
     */
    beginLargeBody: (length: number) => Promise<void>
    endLargeBody: (() => void) | undefined
  }
}

/**
 * Lets each tenant have one large body worked on at a time, with a rest behind it: a body is parsed and checked in one go,
 * before anything that a request does in the database takes its turn. The turn begins when the whole body is here and ends
 * with the work, so that a client that sends or reads slowly keeps nobody waiting. Who brings nothing that lets them in has none of
 * their turns: what they typed into a form is read in a turn of all strangers together, to be shown to them once more, and for nothing
 * else.
 */
export const largeBodies = plugin<LargeBodiesOptions>(async (app, { waitTimeoutMs }) => {
  const turns = new Turns(waitTimeoutMs)
  const turnsOfStrangers = new Turns(waitTimeoutMs)
  const parseJson = promisify(app.getDefaultJsonParser('error', 'error'))
  app.decorateRequest('endLargeBody', undefined)
  app.decorateRequest('beginLargeBody', async function (this: FastifyRequest, length: number) {
    try {
      if (this.refusal !== undefined) throw this.refusal
      await this.assertMayEnter()
      takeTurn(this, await turns.take(this.tenant?.id ?? 0), length * restPerCharacter)
    } catch (error) {
      if (!isTypedForm(this)) throw error
      this.refusal = toAppError(error)
      const end = await turnsOfStrangers.take(0).catch(() => { throw error })
      takeTurn(this, end, length * strangersRestPerCharacter)
    }
  })

  app.addContentTypeParser('application/json', { parseAs: 'string' }, async (request: FastifyRequest, body: string) => {
    // Nobody reads it.
    if (request.is404) return undefined
    if (body.length > largeLength) await request.beginLargeBody(body.length)
    return await parseJson(request, body)
  })
  app.addHook('onSend', (request, _reply, payload, done) => {
    endOf(request)
    done(null, payload)
  })
  app.addHook('onRequestAbort', async request => { endOf(request) })
  // Where an answer ended without passing onSend.
  app.addHook('onResponse', (request, _reply, done) => {
    endOf(request)
    done()
  })
}, { name: 'large-bodies', dependencies: ['tenant', 'entry'], fastify: '5.x' })

/** @param end what ends the turn @param restMs for the others, before the next one */
function takeTurn (request: FastifyRequest, end: () => void, restMs: number): void {
  // The client may have gone while it waited, and nobody ends the turn any more.
  if (request.raw.socket.destroyed) {
    end()
    throw new UnavailableError(new Error('the client has gone'))
  }
  request.endLargeBody = () => { setTimeout(end, restMs).unref() }
}

function endOf (request: FastifyRequest): void {
  const end = request.endLargeBody
  request.endLargeBody = undefined
  end?.()
}

class Turns {
  readonly #waitTimeoutMs: number
  /** Those who wait, first come first served, for each tenant that has one under way. */
  readonly #waiting = new Map<number, Set<() => void>>()

  constructor (waitTimeoutMs: number) {
    this.#waitTimeoutMs = waitTimeoutMs
  }

  /** @returns what ends the turn @throws {TooManyRequestsError} where too many wait already, or it took too long */
  async take (tenantId: number): Promise<() => void> {
    const waiting = this.#waiting.get(tenantId)
    if (waiting === undefined) this.#waiting.set(tenantId, new Set())
    else if (waiting.size >= mostWaiting) throw new TooManyRequestsError()
    else await this.#wait(waiting)
    return () => {
      const [next] = this.#waiting.get(tenantId) ?? []
      if (next === undefined) this.#waiting.delete(tenantId)
      else next()
    }
  }

  async #wait (waiting: Set<() => void>): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const start = (): void => {
        clearTimeout(timer)
        waiting.delete(start)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.delete(start)
        reject(new TooManyRequestsError())
      }, this.#waitTimeoutMs)
      waiting.add(start)
    })
  }
}
