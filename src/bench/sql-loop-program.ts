import { createInterface } from 'node:readline'
import { parseUrl } from '../database/settings.ts'
import { openStrategy } from '../tenancy/strategies.ts'
import { findTenants, loopPages } from './sql-loop.ts'
import { poolSettings } from './bench-strategy.ts'

// The loop of page transactions, in a process of its own. It reads its orders, which hold a password and so do not stand on
// the command line, warms up, says that it is ready, waits for another line, so that several can begin together, and prints how
// many transactions a second it made.
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const orders = JSON.parse((await lines.next()).value ?? '{}') as LoopOrders
const strategy = openStrategy({ name: 'single-schema', schemaVersion: '', tenantLogin: parseUrl(orders.login, { database: 'rowhouse' }), pool: poolSettings() })
const tenants = await findTenants(strategy, orders.accounts)
await loopPages(strategy, tenants, orders.workers, 1000)
console.log('ready')
await lines.next()
console.log((await loopPages(strategy, tenants, orders.workers, orders.milliseconds)).perSecond)
await strategy.end()
process.exit()

export interface LoopOrders {
  login: string
  accounts: number
  /** Transactions at once. */
  workers: number
  milliseconds: number
}
