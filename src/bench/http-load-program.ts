import { createInterface } from 'node:readline'
import { sendHttpLoad } from './http-load.ts'

// Requests for one page, in a process of their own, so that whoever measures beside it does not do this work, too. It reads
// its orders, waits for another line, and prints how many requests it sent and how many were answered 429.
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const { host, path, ...orders } = JSON.parse((await lines.next()).value ?? '{}') as HttpOrders
console.log('ready')
await lines.next()
const { requests, failures } = await sendHttpLoad({ ...orders, next: () => ({ host, path }) })
console.log(JSON.stringify({ requests, refused: failures[429] ?? 0 }))
process.exit()

export interface HttpOrders {
  port: number
  clients: number
  durationMs: number
  host: string
  path: string
}
