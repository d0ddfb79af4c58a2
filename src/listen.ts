import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Config } from './config.ts'
import { ExplainedError } from './explained-error.ts'

/** The server could not listen where it was told to. */
export class ListenError extends ExplainedError {
  constructor (address: string, port: number, cause: unknown) {
    const code = codeOf(cause)
    const reason = code === 'EADDRINUSE'
      ? 'something else listens there already; set PORT to another one'
      : code === 'EACCES' ? 'this user may not listen there; set PORT to 1024 or above' : `${(cause as Error).message}; check HOST`
    super(`cannot listen on ${address} port ${port}: ${reason}`, { cause })
  }
}

/**
 * Listens on every configured address with one port. Of several, those that this machine does not have (IPv6 switched off)
 * are left out.
 *
 * @returns the port, which the system chose if 0 was asked for
 * @throws {ListenError}
 */
export async function listen (app: FastifyInstance, { addresses, port: asked }: Pick<Config, 'addresses' | 'port'>): Promise<number> {
  const [first = '127.0.0.1', ...others] = addresses
  const siblings = others.map(address => ({ address, server: createServer((request, response) => { app.routing(request, response) }) }))
  app.addHook('preClose', async () => {
    await Promise.all(siblings.map(async ({ server }) => {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeIdleConnections()
      await closed
    }))
  })
  try {
    await app.listen({ host: first, port: asked })
  } catch (error) {
    throw new ListenError(first, asked, error)
  }
  const { port } = app.server.address() as AddressInfo
  for (const { address, server } of siblings) {
    server.requestTimeout = app.server.requestTimeout
    server.keepAliveTimeout = app.server.keepAliveTimeout
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen({ host: address, port }, () => { server.off('error', reject); resolve() })
      })
    } catch (error) {
      if (!['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error))) throw new ListenError(address, port, error)
    }
  }
  return port
}

function codeOf (error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
