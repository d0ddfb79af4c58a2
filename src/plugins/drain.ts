import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import plugin from 'fastify-plugin'
import { StoppingError } from '../errors.ts'

/** What a request under way is given when the server stops; longer than the requests' own deadline is by default. */
const answerMs = 12_000

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route answers as ever while the server stops. */
    answersWhileStopping?: boolean
  }
  interface FastifyInstance {
    drain: Drain
  }
}

/** The end of a server's life: what has begun is finished, what comes is refused. */
export class Drain {
  readonly #begun = new AbortController()
  #beganAt = Infinity
  readonly #underWay = new Set<ServerResponse>()
  #whenAnswered: (() => void) | undefined

  /** Aborted when it begins. */
  get begun (): AbortSignal {
    return this.#begun.signal
  }

  /** Refuses requests from now on, and has clients hang up behind the answers that they wait for. Safe to call twice. */
  begin (): void {
    if (this.#begun.signal.aborted) return
    this.#beganAt = performance.now()
    for (const response of this.#underWay) if (!response.headersSent) response.setHeader('connection', 'close')
    this.#begun.abort()
  }

  /** Waits until the requests under way are answered, or have had time to be, and for `leastMs` in any case. */
  async untilAnswered (leastMs: number): Promise<void> {
    const answered = new Promise<void>(resolve => {
      this.#whenAnswered = resolve
      if (this.#underWay.size === 0) resolve()
    })
    await Promise.all([delay(leastMs), Promise.race([answered, delay(answerMs, undefined, { ref: false })])])
  }

  /** What the requests under way are still given. */
  get answerMs (): number {
    return Math.max(0, answerMs - Math.max(0, performance.now() - this.#beganAt))
  }

  /** The answer to the last request on a connection that has come whole and is not answered yet. */
  lastOn (socket: Socket): ServerResponse | undefined {
    return [...this.#underWay].filter(({ req }) => req.socket === socket && req.complete).at(-1)
  }

  /** Takes a request, which is under way until it is answered, or its client gone. */
  take (response: ServerResponse): void {
    this.#underWay.add(response)
    response.once('close', () => {
      this.#underWay.delete(response)
      if (this.#underWay.size === 0) this.#whenAnswered?.()
    })
  }
}

/**
 * While the server stops, it refuses whatever comes, on connections new and old, so that whoever shares the load among servers
 * sends it elsewhere; and all answers ask their clients to hang up. Otherwise a client that keeps its connection open would
 * hold the close until its keep-alive time is over.
 */
export const drain = plugin(async app => {
  const ending = new Drain()
  app.decorate('drain', ending)
  app.addHook('preClose', async () => { ending.begin() })
  app.addHook('onRequest', (request, reply, done) => {
    if (!ending.begun.aborted) {
      ending.take(reply.raw)
      done()
      return
    }
    reply.header('connection', 'close')
    // Before anybody asks whose the request is, which would take the database.
    request.viewer = { kind: 'nobody' }
    done(request.routeOptions.config.answersWhileStopping === true ? undefined : new StoppingError())
  })
}, { name: 'drain' })
