import { assertContextAgrees, type SignContext } from '../database/context.ts'
import { explainDatabaseError } from '../database/explain.ts'
import type { Transaction, TransactionOptions } from '../database/transaction.ts'
import { loginAt, type Placement } from '../database/placement.ts'
import { Pool, type PoolOptions } from '../database/pool.ts'
import { assertRoleIsWalled, UnsafeRoleError, type WallException } from '../database/role-check.ts'
import type { ConnectionSettings } from '../database/settings.ts'
import { SchemaBehindError, UnavailableError } from '../errors.ts'
import { TenantDirectory, type DirectoryOptions } from './directory.ts'
import { enterTenantScope, openOperatorScope, openTenantScope } from './scope.ts'
import type { StrategyName, TenancyStrategy } from './strategy.ts'
import type { AccountId, FoundTenant, Tenant } from './tenant.ts'

export interface StrategyOptions {
  name: StrategyName
  tenantLogin: ConnectionSettings
  /** Left out where nobody may look across tenants; then no connection of that kind is ever made. */
  operatorLogin?: ConnectionSettings | undefined
  pool: Omit<PoolOptions, 'applicationName'>
  directory?: DirectoryOptions
  /** The last migration of this version: a database of a tenant's own that is behind it is not served. */
  schemaVersion: string
  /** Signs the names of tenants, where the databases ask for that. */
  signContext?: SignContext | undefined
  /** Ways past the walls that somebody has looked at, and lets be. */
  wallExceptions?: readonly WallException[]
}

/**
 * Opens the way to all tenants. The configured database has the catalogue, which says where each is; whatever runs for a
 * request neither knows nor needs to know.
 */
export function openStrategy ({ name, tenantLogin, operatorLogin, pool, directory: directoryOptions, schemaVersion, signContext, wallExceptions = [] }: StrategyOptions): TenancyStrategy {
  const { userSize: _, userWaiting: __, ...shared } = pool
  const tenants = new Pool(tenantLogin, { ...pool, applicationName: 'rowhouse tenant' })
  // Of its own, so that look-ups of made-up names never take a connection from the tenants.
  const lookUps = new Pool(tenantLogin, { ...shared, size: 1, applicationName: 'rowhouse directory' })
  const operators = operatorLogin === undefined
    ? undefined
    : new Pool(operatorLogin, { ...shared, size: Math.max(1, Math.min(4, Math.ceil(pool.size / 4))), applicationName: 'rowhouse operator' })
  const directory = new TenantDirectory(async slugs => await lookUp(lookUps, slugs), directoryOptions)
  const ownDatabases = new OwnDatabases(tenantLogin, tenants, signContext, wallExceptions)

  let pinging: Promise<void> | undefined

  return {
    name,
    signsNames: signContext !== undefined,
    hasViewOverTenants: name === 'single-schema',
    findTenant: async (slug, options) => await directory.find(slug, options),
    forgetTenant: slug => { directory.forget(slug) },
    beginTenant: async (tenant, { credential, ...given }) => {
      const options = { ...given, afresh: signContext !== undefined }
      if (tenant.database !== undefined && (tenant.schemaVersion ?? '') < schemaVersion) throw new SchemaBehindError()
      const transaction = tenant.database === undefined ? await tenants.begin(options, tenant.id) : await ownDatabases.begin(tenant.database, options, tenant.id)
      // In a database of its own there is no other account whose name could lead there.
      const naming = { slug: tenant.database === undefined ? tenant.slug : undefined, signature: signContext?.(tenant.id) }
      if (credential !== undefined) return { ...enterTenantScope(transaction, tenant.id, naming, credential), transaction }
      return { scope: openTenantScope(transaction, tenant.id, naming), transaction }
    },
    beginOperator: operators === undefined
      ? undefined
      : async options => {
        const transaction = await operators.begin({ ...options, readOnly: true })
        return { scope: openOperatorScope(transaction), transaction }
      },
    assertWalls: async () => {
      await assertRoleIsWalled(async options => await tenants.begin(options), 'tenant', wallExceptions).catch((error: unknown) => { throw explain(error, tenantLogin) })
      await assertContextAgrees(async options => await tenants.begin(options), signContext).catch((error: unknown) => { throw explain(error, tenantLogin) })
      if (operators === undefined || operatorLogin === undefined) return
      await assertRoleIsWalled(async options => await operators.begin(options), 'operator', wallExceptions).catch((error: unknown) => { throw explain(error, operatorLogin) })
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

/** For so long nobody looks again whether the walls of a tenant's own database stand. */
const checkedMs = 300_000

/** The databases of tenants that have one of their own: each is looked at before it serves, now and then again, and when it comes back. */
class OwnDatabases {
  readonly #tenantLogin: ConnectionSettings
  readonly #pool: Pool
  readonly #signContext: SignContext | undefined
  readonly #wallExceptions: readonly WallException[]
  readonly #checked = new Map<Placement, { login: ConnectionSettings, walls: Promise<void>, until: number, interruptions: number }>()

  constructor (tenantLogin: ConnectionSettings, pool: Pool, signContext: SignContext | undefined, wallExceptions: readonly WallException[]) {
    this.#wallExceptions = wallExceptions
    this.#tenantLogin = tenantLogin
    this.#pool = pool
    this.#signContext = signContext
  }

  /** @throws {UnavailableError} where it is out of reach, or where row-level security would not hold in it */
  async begin (placement: Placement, options: TransactionOptions, user: AccountId): Promise<Transaction> {
    const login = await this.#login(placement, user)
    return await this.#pool.begin(options, user, login)
  }

  async #login (placement: Placement, user: AccountId): Promise<ConnectionSettings> {
    let known = this.#checked.get(placement)
    // After an interruption, what is there under its name may be another one.
    if (known === undefined || known.until < performance.now() || known.interruptions !== this.#pool.interruptionsOf(known.login)) {
      const login = known?.login ?? loginAt(this.#tenantLogin, placement)
      const begin = async (options: TransactionOptions): Promise<Transaction> => await this.#pool.begin(options, user, login)
      const walls = assertRoleIsWalled(begin, 'tenant', this.#wallExceptions).then(async () => { await assertContextAgrees(begin, this.#signContext) })
      known = { login, walls, until: performance.now() + checkedMs, interruptions: this.#pool.interruptionsOf(login) }
      this.#checked.set(placement, known)
      // Tried again by the next request.
      walls.catch(() => { this.#checked.delete(placement) })
    }
    await known.walls.catch((error: unknown) => { throw error instanceof UnavailableError ? error : new UnavailableError(notServed(placement, error)) })
    return known.login
  }
}

/** For the log: which database, and why. */
function notServed (placement: Placement, error: unknown): Error {
  if (error instanceof UnsafeRoleError) return new Error(`the database ${placement} is not served, because row-level security would not hold in it: ${error.reasons}`)
  return new Error(`the database ${placement} is not served`, { cause: error })
}

/** What a request would be told of an outage is no help to whoever starts the server. */
function explain (error: unknown, login: ConnectionSettings): unknown {
  if (!(error instanceof UnavailableError)) return error
  return error.cause instanceof UnavailableError ? explain(error.cause, login) : explainDatabaseError(error.cause, login)
}

async function ping (pool: Pool): Promise<void> {
  const transaction = await pool.begin({ readOnly: true, deadlineMs: 2000 })
  // What every request begins with: a server without the schema is not ready.
  await Promise.all([transaction.sql`select asked from resolve_accounts(${['']}::text[])`, transaction.endReading()])
}

interface Resolved {
  asked: string
  id: number
  slug: string
  name: string
  status: Tenant['status']
  reason: string | null
  database: string | null
  version: string | null
  redirects: boolean
}

async function lookUp (pool: Pool, slugs: string[]): Promise<Map<string, FoundTenant>> {
  const transaction = await pool.begin({ readOnly: true, deadlineMs: 5000 })
  const reading = transaction.sql<Resolved>`
    select asked, id, slug, name, status, status_reason as reason, database, schema_version as version, redirects
    from resolve_accounts(${slugs})`
  // In one trip, for those who wait for it.
  const [rows] = await Promise.all([reading, transaction.endReading()])
  const found = new Map<string, FoundTenant>()
  for (const { asked, redirects, ...account } of rows) {
    const isPresent = asked === account.slug
    // A present name wins over one that another account had before.
    if (isPresent || !found.has(asked)) found.set(asked, { tenant: toTenant(account), by: isPresent ? 'name' : redirects ? 'former' : 'gone' })
  }
  return found
}

function toTenant ({ id, slug, name, status, reason, database, version }: Omit<Resolved, 'asked' | 'redirects'>): Tenant {
  return {
    id: id as AccountId, slug, name, status, statusReason: reason ?? undefined, database: database ?? undefined, schemaVersion: version ?? undefined
  }
}
