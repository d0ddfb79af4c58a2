import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { serverOptions } from './app.ts'
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

/** What a client is given to read its last answer to the end and hang up. */
const hangUpMs = 1000

/**
 * Listens on every configured address with one port. Of several, those that this machine does not have (IPv6 switched off)
 * are left out. While the application drains, a connection ends behind its answer; when it closes, those without a request
 * under way are cut at once.
 *
 * @returns the port, which the system chose if 0 was asked for
 * @throws {ListenError}
 */
export async function listen (app: FastifyInstance, { addresses, port: asked }: Pick<Config, 'addresses' | 'port'>): Promise<number> {
  const [first = '127.0.0.1', ...others] = addresses
  const siblings = others.map(address => ({ address, server: siblingOf(app) }))
  const closers = [app.server, ...siblings.map(({ server }) => server)].map(connectionCloser)
  app.drain.begun.addEventListener('abort', () => { for (const closer of closers) closer.drain() })
  app.addHook('preClose', async () => {
    for (const closer of closers) closer.close(app.drain.answerMs)
    await Promise.all(siblings.map(async ({ server }) => { await new Promise(resolve => server.close(resolve)) }))
  })
  try {
    await app.listen({ host: first, port: asked, listenTextResolver: address => `listening: ${address.replace('http://', '')}` })
  } catch (error) {
    throw new ListenError(first, asked, error)
  }
  const { port } = app.server.address() as AddressInfo
  for (const { address, server } of siblings) {
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

/** A server for another address that behaves as the application's own. */
function siblingOf (app: FastifyInstance): Server {
  const server = createServer(serverOptions, (request, response) => { app.routing(request, response) })
  server.requestTimeout = app.server.requestTimeout
  server.keepAliveTimeout = app.server.keepAliveTimeout
  server.timeout = app.server.timeout
  server.on('clientError', (error, socket) => { app.server.emit('clientError', error, socket) })
  return server
}

/**
 * Node holds a close until each connection ends, and takes one that has sent nothing yet, or half a request, for busy: a
 * browser's spare connection would keep the server from stopping.
 *
 * @returns `drain` has each connection end behind its answer; `close` cuts those without a request under way, the others when
 *   that is answered or their time is up
 */
function connectionCloser (server: Server): { drain: () => void, close: (graceMs: number) => void } {
  const requests = new Map<Socket, number>()
  let draining = false
  let closing = false
  // What Node itself calls after an answer that says `connection: close`.
  const endSlowly = (socket: Socket): void => { socket.destroySoon = () => { hangUp(socket) } }
  const cutIfIdle = (socket: Socket): void => { if (closing && requests.get(socket) === 0 && !socket.writableEnded) socket.destroy() }
  server.on('connection', socket => {
    requests.set(socket, 0)
    socket.once('close', () => { requests.delete(socket) })
    if (draining) endSlowly(socket)
    cutIfIdle(socket)
  })
  server.on('request', ({ socket }, response) => {
    requests.set(socket, (requests.get(socket) ?? 0) + 1)
    response.once('close', () => {
      if (!requests.has(socket)) return
      requests.set(socket, (requests.get(socket) ?? 1) - 1)
      if (closing && requests.get(socket) === 0) hangUp(socket)
    })
  })
  return {
    drain: () => {
      draining = true
      for (const socket of requests.keys()) endSlowly(socket)
    },
    close: graceMs => {
      closing = true
      for (const socket of requests.keys()) cutIfIdle(socket)
      setTimeout(() => { for (const socket of requests.keys()) socket.destroy() }, Math.max(graceMs, hangUpMs)).unref()
    }
  }
}

/**
 * Ends a connection behind its last answer. To close it while input is unread, or still comes, would reset it, and the client
 * would lose what it has not read of the answer: so input is read on until the client ends, too, or has had time to.
 */
function hangUp (socket: Socket): void {
  if (socket.writableEnded) return
  socket.once('end', () => { socket.destroy() }).resume().end()
  setTimeout(() => { socket.destroy() }, hangUpMs).unref()
}

function codeOf (error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
