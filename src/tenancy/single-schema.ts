import { explainDatabaseError } from '../database/explain.ts'
import { Pool, type PoolOptions } from '../database/pool.ts'
import { assertRoleIsWalled } from '../database/role-check.ts'
import type { ConnectionSettings } from '../database/settings.ts'
import { UnavailableError } from '../errors.ts'
import { TenantDirectory, type DirectoryOptions } from './directory.ts'
import { openOperatorScope, openTenantScope } from './scope.ts'
import type { TenancyStrategy } from './strategy.ts'
import type { AccountId, Tenant } from './tenant.ts'

export interface SingleSchemaOptions {
  tenantLogin: ConnectionSettings
  /** Left out where nobody may look across tenants; then no connection of that kind is ever made. */
  operatorLogin?: ConnectionSettings | undefined
  pool: Omit<PoolOptions, 'applicationName'>
  directory?: DirectoryOptions
}

/** All tenants in one schema, row-level security between them. */
export function singleSchema ({ tenantLogin, operatorLogin, pool, directory: directoryOptions }: SingleSchemaOptions): TenancyStrategy {
  const { userSize: _, userWaiting: __, ...shared } = pool
  const tenants = new Pool(tenantLogin, { ...pool, applicationName: 'rowhouse tenant' })
  // Of its own, so that look-ups of made-up names never take a connection from the tenants.
  const lookUps = new Pool(tenantLogin, { ...shared, size: 1, applicationName: 'rowhouse directory' })
  const operators = operatorLogin === undefined
    ? undefined
    : new Pool(operatorLogin, { ...shared, size: Math.max(1, Math.ceil(pool.size / 4)), applicationName: 'rowhouse operator' })
  const directory = new TenantDirectory(async slugs => await lookUp(lookUps, slugs), directoryOptions)

  let pinging: Promise<void> | undefined

  return {
    findTenant: async slug => await directory.find(slug),
    beginTenant: async (tenant, options) => {
      const transaction = await tenants.begin(options, tenant.id)
      return { scope: openTenantScope(transaction, tenant.id), transaction }
    },
    beginOperator: operators === undefined
      ? undefined
      : async options => {
        const transaction = await operators.begin({ ...options, readOnly: true })
        return { scope: openOperatorScope(transaction), transaction }
      },
    assertWalls: async () => {
      await assertRoleIsWalled(tenants, 'tenant').catch((error: unknown) => { throw explain(error, tenantLogin) })
      if (operators === undefined || operatorLogin === undefined) return
      await assertRoleIsWalled(operators, 'operator').catch((error: unknown) => { throw explain(error, operatorLogin) })
    },
    ping: async () => {
      // One for all who ask at once: whoever floods the health check must not keep the look-ups waiting.
      pinging ??= ping(lookUps).finally(() => { pinging = undefined })
      await pinging
    },
    end: async () => {
      await Promise.all([tenants.end(), lookUps.end(), operators?.end()])
    }
  }
}

/** What a request would be told of an outage is no help to whoever starts the server. */
function explain (error: unknown, login: ConnectionSettings): unknown {
  if (!(error instanceof UnavailableError)) return error
  return error.cause instanceof UnavailableError ? explain(error.cause, login) : explainDatabaseError(error.cause, login)
}

async function ping (pool: Pool): Promise<void> {
  const transaction = await pool.begin({ readOnly: true, deadlineMs: 2000 })
  try {
    // What every request begins with: a server without the schema is not ready.
    await transaction.sql`select id from resolve_accounts(${['']}::text[])`
  } finally {
    await transaction.rollback()
  }
}

async function lookUp (pool: Pool, slugs: string[]): Promise<Tenant[]> {
  const transaction = await pool.begin({ readOnly: true, deadlineMs: 5000 })
  try {
    const rows = await transaction.sql<{ id: number, slug: string, name: string, status: Tenant['status'] }>`
      select id, slug, name, status from resolve_accounts(${slugs})`
    return rows.map(row => ({ id: row.id as AccountId, slug: row.slug, name: row.name, status: row.status }))
  } finally {
    await transaction.rollback()
  }
}
