import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

export interface HttpRequest {
  host: string
  path: string
  cookie?: string
  /** Sent as JSON with POST; left out, the request is a GET. */
  body?: object
}

export interface HttpLoad {
  /** The port of the server, on this machine. */
  port: number
  /** Connections, each with one request under way at a time. */
  clients: number
  durationMs: number
  /** How many requests are enough, however little time they took. */
  mostRequests?: number
  /** What to ask for next. */
  next: () => HttpRequest
  accept?: string
  /** The least time from one request of a client to its next; left out, each asks again as soon as it has its answer. */
  everyMs?: number
}

export interface HttpLoadResult {
  requests: number
  seconds: number
  /** Answers other than 200 and 201 by their status; 0 stands for connections that broke, and for answers without a length. */
  failures: Record<number, number>
  /** How long the answers with 200 and 201 took, in nanoseconds. */
  latency: RecordableHistogram
}

/**
 * Sends requests for a while, over connections that stay open, and waits for the last answers.
 *
 * It speaks just enough HTTP to find where an answer ends. An HTTP client would take a third of the time that the server takes
 * for a page, and the two share the machine.
 */
export async function sendHttpLoad ({ port, clients, durationMs, mostRequests = Infinity, next, accept = 'text/html', everyMs = 0 }: HttpLoad): Promise<HttpLoadResult> {
  const latency = createHistogram()
  const failures: Record<number, number> = {}
  const start = performance.now()
  const end = start + durationMs
  let sentSoFar = 0
  let requests = 0

  await Promise.all(Array.from({ length: clients }, async () => {
    let client = await Client.open(port)
    while (performance.now() < end && sentSoFar++ < mostRequests) {
      const sent = performance.now()
      const status = await client.ask(next(), accept)
      const took = performance.now() - sent
      requests++
      if (status === 200 || status === 201) latency.record(Math.max(1, Math.round(took * 1e6)))
      else failures[status] = (failures[status] ?? 0) + 1
      if (client.isClosed) client = await Client.open(port)
      if (everyMs > took) await delay(everyMs - took)
    }
    client.close()
  }))
  return { requests, seconds: (performance.now() - start) / 1000, failures, latency }
}

/** One connection. */
class Client {
  isClosed = false
  readonly #socket: Socket
  #answered: (status: number) => void = () => {}
  #status = 0
  #missing = 0
  #head = ''

  private constructor (socket: Socket) {
    this.#socket = socket
    socket.on('data', chunk => { this.#receive(chunk) })
    socket.on('error', () => {})
    socket.once('close', () => { this.isClosed = true; this.#answered(0) })
  }

  static async open (port: number): Promise<Client> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    return new Client(socket)
  }

  /** @returns the status, or 0 where there was no answer */
  async ask ({ host, path, body, cookie }: HttpRequest, accept: string): Promise<number> {
    const text = body === undefined ? '' : JSON.stringify(body)
    const head = body === undefined ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n`
    const who = cookie === undefined ? '' : `Cookie: ${cookie}\r\n`
    return await new Promise(resolve => {
      this.#answered = resolve
      this.#socket.write(`${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: ${accept}\r\n${who}${head}\r\n${text}`)
    })
  }

  close (): void {
    this.#socket.destroy()
  }

  #receive (chunk: Buffer): void {
    if (this.#missing > 0) {
      this.#missing -= chunk.length
    } else {
      this.#head += chunk.toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end === -1) return
      const length = /\r\ncontent-length: (\d+)/i.exec(this.#head.slice(0, end))?.[1]
      if (length === undefined) {
        this.#socket.destroy()
        return
      }
      this.#status = Number(this.#head.slice(9, 12))
      this.#missing = Number(length) - (this.#head.length - end - 4)
      this.#head = ''
    }
    if (this.#missing <= 0) this.#answered(this.#status)
  }
}
