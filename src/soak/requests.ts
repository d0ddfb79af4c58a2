import { Agent, request } from 'node:http'

/** An answer, or what came in the place of one. */
export interface Answer {
  /** 0 where the connection broke, or there was none. */
  status: number
  headers: Record<string, string | string[] | undefined>
  /** Of a connection that broke: how. */
  body: string
}

const timeoutMs = 20_000
/** Well before the server, which would hang up just when the next request is sent. */
const idleMs = 5000

/** Asks a server of this machine, wherever it is by then, over connections that stay open. */
export class Client {
  readonly #port: () => number
  readonly #credentials: ReadonlyMap<string, string>
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: idleMs })

  /** @param credentials what a host is shown, where it asks for something */
  constructor (port: () => number, credentials: ReadonlyMap<string, string> = new Map()) {
    this.#port = port
    this.#credentials = credentials
  }

  /**
   * Never throws.
   *
   * @param host without a port
   * @param hangUpAfterMs has whoever asks leave before the answer
   * @param onTaken called when the server says that it has the request: it is asked to
   */
  async ask (host: string, path: string, { method = 'GET', body, headers = {}, hangUpAfterMs, onTaken }: { method?: string, body?: object, headers?: Record<string, string>, hangUpAfterMs?: number, onTaken?: () => void } = {}): Promise<Answer> {
    const authorization = this.#credentials.get(host)
    return await new Promise<Answer>(resolve => {
      const broken = ({ message }: Error): void => { resolve({ status: 0, headers: {}, body: message }) }
      const text = body === undefined ? undefined : JSON.stringify(body)
      const sent = request({
        host: '127.0.0.1',
        port: this.#port(),
        path,
        method,
        agent: this.#agent,
        timeout: timeoutMs,
        headers: { host, accept: 'application/json', ...(onTaken === undefined ? {} : { expect: '100-continue' }), ...(authorization === undefined ? {} : { authorization }), ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }), ...headers }
      }, answer => {
        let said = ''
        answer.setEncoding('utf8').on('data', chunk => { said += String(chunk) })
        answer.once('end', () => { resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: said }) }).once('error', broken)
      })
      sent.once('error', broken).once('timeout', () => { sent.destroy() })
      if (onTaken !== undefined) sent.once('continue', onTaken)
      if (hangUpAfterMs !== undefined) setTimeout(() => { sent.destroy() }, hangUpAfterMs)
      sent.end(text)
    })
  }

  /** Lets go of all connections, those with requests under way included. */
  close (): void {
    this.#agent.destroy()
  }
}
