import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { ConnectionSettings } from '../database/settings.ts'

/** Stands between the application and PostgreSQL, and counts how often the one has to wait for the other. */
export interface RoundTripCounter {
  /** The same login, by way of the counter. */
  settings: ConnectionSettings
  /** Round trips so far: times that the client spoke again after the server had answered. */
  trips: () => number
  close: () => Promise<void>
}

/** Opens a counter in front of a server. What passes is not changed, so TLS passes too. */
export async function countRoundTrips (settings: ConnectionSettings): Promise<RoundTripCounter> {
  let trips = 0
  const sockets = new Set<Socket>()
  const proxy = createServer(client => {
    const server = settings.host.startsWith('/')
      ? connect(`${settings.host}/.s.PGSQL.${settings.port}`)
      : connect(settings.port, settings.host)
    let serverSpokeLast = true
    for (const socket of [client, server]) {
      sockets.add(socket.setNoDelay(true))
      socket.on('error', () => {}).once('close', () => { sockets.delete(socket); client.destroy(); server.destroy() })
    }
    client.on('data', chunk => {
      if (serverSpokeLast) trips++
      serverSpokeLast = false
      server.write(chunk)
    })
    server.on('data', chunk => {
      serverSpokeLast = true
      client.write(chunk)
    })
  })
  await new Promise<void>((resolve, reject) => { proxy.once('error', reject).listen(0, '127.0.0.1', resolve) })
  return {
    settings: { ...settings, host: '127.0.0.1', port: (proxy.address() as AddressInfo).port },
    trips: () => trips,
    close: async () => {
      const closed = new Promise(resolve => proxy.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    }
  }
}
