import { parseConfig } from '../config.ts'
import { openStrategy } from '../tenancy/strategies.ts'
import type { TenancyStrategy } from '../tenancy/strategy.ts'
import type { BenchDatabase } from './bench-database.ts'

export function openBenchStrategy (database: BenchDatabase): TenancyStrategy {
  return openStrategy({ name: 'single-schema', schemaVersion: '', tenantLogin: database.login('tenant'), operatorLogin: database.login('operator'), pool: poolSettings() })
}

/** The settings that a server has which was told nothing. */
export function poolSettings () {
  const { poolSize: size, tenantConnections: userSize, tenantWaiting: userWaiting, preparedStatements } = parseConfig({})
  return { size, userSize, userWaiting, preparedStatements, waitTimeoutMs: 5000, connectTimeoutMs: 5000 }
}
