import type pg from 'pg'
import { canLogIn, hasCode, withClient } from './admin.ts'
import { openEmbedded, type EmbeddedServer } from './embedded.ts'
import type { ContextKind } from './context.ts'
import { DatabaseSetupError, explainDatabaseError } from './explain.ts'
import { migrate, migrationNames, migrationStatus, type MigrateOptions, type MigrationStatus } from './migrate.ts'
import { loginAt, type Placement } from './placement.ts'
import { deriveRolePasswords, ensureRoles, functionOwners, roleNames, type RoleName } from './roles.ts'
import { formatUrl, type ConnectionSettings } from './settings.ts'

/** Where PostgreSQL is, and as whom to log in. */
export interface DatabaseConfig {
  /** An administrator of a real server. Without one, and without `tenant`, the embedded server is used. */
  admin: ConnectionSettings | undefined
  /** The logins of the web process, where they are given rather than derived. */
  tenant: ConnectionSettings | undefined
  operator: ConnectionSettings | undefined
  /** What the passwords of the roles are derived from. */
  roleSecret: string | undefined
  /** Where the embedded server keeps its data; undefined for its default place. */
  directory: string | undefined
  /** How databases take the names of tenants, once they are prepared or migrated; left out, as before. */
  context?: ContextKind | undefined
}

export { DatabaseSetupError }

/** The database of the application: whose logins are known, and how to make it ready. */
export interface Database {
  /** Present for every role whose login is known; a web process may know two of them only. */
  logins: Partial<Record<RoleName, ConnectionSettings>>
  /** The embedded server behind it, if that is where it is. */
  embedded: EmbeddedServer | undefined
  /** Where it is, without any password. */
  description: string
  /**
   * Makes roles, database and schema that are missing, and applies pending migrations. Safe to run twice and by two processes at once.
   * Does nothing where no administrator is known: then the database must have been prepared by someone else.
   *
   * @returns the migrations that ran
   * @throws {DatabaseSetupError}
   */
  prepare (): Promise<string[]>
  /** Where the schema stands. A database that is not there yet has every migration pending. @throws {DatabaseSetupError} */
  migrations (): Promise<MigrationStatus[]>
  /** Takes back the last migrations. @returns their names @throws {DatabaseSetupError} */
  takeBack (count: number): Promise<string[]>
  /** Whether a login that failed means no more than that nobody has set this database up yet. @throws {DatabaseSetupError} where its administrator gets in nowhere */
  isNotSetUp (error: unknown): Promise<boolean>
  /** The administrator, and what the passwords of the roles are derived from: for whoever makes databases beside this one. @throws {DatabaseSetupError} where none is known */
  server (): { admin: ConnectionSettings, secret: string }
  /**
   * The database of one tenant, or where it is to be made: same roles, same passwords, a schema of its own.
   *
   * @param admin of its server, for the first time that a database is made on another one
   */
  at (placement: Placement, admin?: ConnectionSettings): TenantDatabase
  /** The login of a role. @throws {DatabaseSetupError} where the configuration does not tell it. */
  login (role: RoleName): ConnectionSettings
  /** Ends this process's hold on the embedded server, which stops with its last holder. */
  release (options?: { keepRunning?: boolean }): Promise<void>
}

/** A database of a tenant's own. */
export type TenantDatabase = Pick<Database, 'prepare' | 'login'> & {
  /** Applies pending migrations to a database that is there. @returns those that ran @throws {DatabaseSetupError} */
  migrate (options?: Pick<MigrateOptions, 'lockTimeout'>): Promise<string[]>
  /** Where the schema stands. @throws {DatabaseSetupError} also where the database is not there */
  migrations (): Promise<MigrationStatus[]>
  /** Takes back the last migrations. @returns their names @throws {DatabaseSetupError} */
  takeBack (count: number, options?: Pick<MigrateOptions, 'lockTimeout'>): Promise<string[]>
  /** Takes the database away, with all that is in it, and whoever is connected to it. Says nothing if it is not there. @throws {DatabaseSetupError} */
  drop (): Promise<void>
}

const lockKey = 7_697_685_317 // any number that every Rowhouse process agrees on
const oldestServer = 150_000

/**
 * Finds the database that the configuration points at; starts the embedded server, or joins the running one, where it points at none.
 *
 * @param directory of the migrations, if not those of this version
 */
export async function openDatabase (config: DatabaseConfig, directory?: string): Promise<Database> {
  const { context } = config
  const useEmbedded = config.admin === undefined && config.tenant === undefined
  const embedded = useEmbedded ? await openEmbedded(config.directory === undefined ? {} : { directory: config.directory }) : undefined
  const admin = embedded === undefined ? config.admin : { ...embedded.admin, database: 'rowhouse' }
  const secret = embedded?.admin.password ?? config.roleSecret
  const logins = {
    ...(admin === undefined || secret === undefined ? {} : deriveLogins(admin, secret)),
    ...(config.tenant === undefined ? {} : { tenant: config.tenant }),
    ...(config.operator === undefined ? {} : { operator: config.operator })
  }
  const login = (role: RoleName): ConnectionSettings => {
    const known = logins[role]
    if (known === undefined) throw new DatabaseSetupError(`the login of the role "${roleNames[role]}" is not known; set DATABASE_URL to an administrator's URL`)
    return known
  }
  return {
    logins,
    embedded,
    description: describe(embedded, admin ?? config.tenant),
    prepare: async () => admin === undefined ? [] : await prepareDatabase(admin, logins, { directory, context }),
    migrations: async () => await migrationsOf(login('owner'), admin, directory),
    takeBack: async count => await migrate(login('owner'), 'down', count, { directory }).catch((error: unknown) => { throw explainDatabaseError(error, login('owner')) }),
    isNotSetUp: async error => await isNotSetUp(error, admin),
    server: () => {
      if (admin === undefined || secret === undefined) throw new DatabaseSetupError('an administrator of the server is needed for this; set DATABASE_URL to its URL')
      return { admin, secret }
    },
    at: (placement, otherAdmin) => {
      const isHere = loginAt(login('owner'), placement).host === login('owner').host && loginAt(login('owner'), placement).port === login('owner').port
      const placed = Object.fromEntries(Object.entries(logins).map(([role, known]) => [role, loginAt(known, placement)])) as Partial<Record<RoleName, ConnectionSettings>>
      return tenantDatabase(otherAdmin ?? (isHere && admin !== undefined ? loginAt(admin, placement) : undefined), placed, isHere, { directory, context })
    },
    login,
    release: async options => { await embedded?.release(options) }
  }
}

function tenantDatabase (admin: ConnectionSettings | undefined, logins: Partial<Record<RoleName, ConnectionSettings>>, hasRoles: boolean, { directory, context }: MigrateOptions): TenantDatabase {
  const login = (role: RoleName): ConnectionSettings => {
    const known = logins[role]
    if (known === undefined) throw new DatabaseSetupError(`the login of the role "${roleNames[role]}" is not known; set DATABASE_URL to an administrator's URL`)
    return known
  }
  const explained = async <T>(work: Promise<T>, lockTimeout?: string): Promise<T> => await work.catch((error: unknown) => {
    const { host, port, database } = login('owner')
    // What the set-up of the configured database would say, and advise, is not so here.
    if (hasCode(error, '3D000')) throw new DatabaseSetupError(`PostgreSQL at ${host}:${port} has no database "${database}"`, { cause: error })
    if (hasCode(error, '55P03') && lockTimeout !== undefined) throw new DatabaseSetupError(`the database "${database}" at ${host}:${port}: another session has held a lock that is needed for longer than ${lockTimeout}`, { cause: error })
    throw explainDatabaseError(error, admin ?? login('owner'))
  })
  return {
    login,
    prepare: async () => {
      if (admin === undefined) throw new DatabaseSetupError('an administrator of the server is needed to make a database on it')
      if (!hasRoles) {
        const ran = await prepareDatabase(admin, logins, { directory, context })
        await handOver(admin)
        return ran
      }
      return await explained(makeDatabase(admin).then(async () => await migrate(login('owner'), 'up', undefined, { directory, context })))
    },
    migrate: async ({ lockTimeout } = {}) => await explained(migrate(login('owner'), 'up', undefined, { directory, lockTimeout, context }), lockTimeout),
    migrations: async () => await explained(migrationStatus(login('owner'), directory)),
    takeBack: async (count, { lockTimeout } = {}) => await explained(migrate(login('owner'), 'down', count, { directory, lockTimeout }), lockTimeout),
    drop: async () => { await explained(admin === undefined ? dropOwnDatabase(logins, login('owner')) : dropDatabase(admin, admin.database)) }
  }
}

/** On a server that has the roles already: without their lock, so that many can be made at once. */
async function makeDatabase (admin: ConnectionSettings): Promise<void> {
  await withMaintenanceClient(admin, async maintenance => {
    await aloneWith(maintenance, admin.database)
    await ensureDatabase(maintenance, admin.database)
  })
  await withClient(admin, async client => { await grantDatabase(client, admin.database) })
}

/** So that it can be dropped one day, when no administrator of its server is at hand. Managed services may not allow it. */
async function handOver (admin: ConnectionSettings): Promise<void> {
  await withMaintenanceClient(admin, async client => {
    await client.query(`alter database ${client.escapeIdentifier(admin.database)} owner to ${roleNames.owner}`).catch(() => {})
  })
}

async function dropDatabase (login: ConnectionSettings, name: string): Promise<void> {
  await withMaintenanceClient(login, async client => {
    await aloneWith(client, name)
    await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`)
  })
}

/**
 * Keeps others from making or dropping the same database until the session ends. The server goes on making one when whoever
 * asked for it was killed: a drop that did not wait would find none, and leave one.
 */
async function aloneWith (client: pg.Client, name: string): Promise<void> {
  await client.query("select pg_advisory_lock(hashtextextended('rowhouse database ' || $1::text, 0))", [name])
}

/** As its owner, who may drop it but end nobody's sessions: each role ends its own. */
async function dropOwnDatabase (logins: Partial<Record<RoleName, ConnectionSettings>>, owner: ConnectionSettings): Promise<void> {
  await withMaintenanceClient(owner, async client => {
    const { rowCount } = await client.query('select from pg_catalog.pg_database where datname = $1::name', [owner.database])
    if (rowCount === 0) return
    await client.query(`alter database ${client.escapeIdentifier(owner.database)} with allow_connections false`)
    for (const login of Object.values(logins)) {
      await withMaintenanceClient(login, async own => {
        await own.query('select pg_terminate_backend(pid, 5000) from pg_catalog.pg_stat_activity where datname = $1::name and usename = current_user', [owner.database])
      })
    }
    await client.query(`drop database ${client.escapeIdentifier(owner.database)}`)
  })
}

function deriveLogins (admin: ConnectionSettings, secret: string): Record<RoleName, ConnectionSettings> {
  const passwords = deriveRolePasswords(secret)
  const login = (role: RoleName): ConnectionSettings => ({ ...admin, user: roleNames[role], password: passwords[role] })
  return Object.fromEntries(Object.keys(roleNames).map(role => [role, login(role as RoleName)])) as Record<RoleName, ConnectionSettings>
}

function describe (embedded: EmbeddedServer | undefined, settings: ConnectionSettings | undefined): string {
  if (embedded !== undefined) return `embedded PostgreSQL on 127.0.0.1:${embedded.admin.port}, data in ${embedded.directory}`
  if (settings === undefined) return 'no database'
  const { password: _, ...rest } = settings
  return formatUrl(rest)
}

async function prepareDatabase (admin: ConnectionSettings, logins: Partial<Record<RoleName, ConnectionSettings>>, options: MigrateOptions): Promise<string[]> {
  try {
    const ownerLogin = logins.owner
    if (ownerLogin === undefined) return []
    await withMaintenanceClient(admin, async maintenance => {
      await assertServerIsNewEnough(maintenance)
      // Roles belong to the server, so the lock is taken where every process of every database takes it.
      await maintenance.query("set lock_timeout = '60s'")
      await maintenance.query('select pg_advisory_lock($1::bigint)', [lockKey])
      await ensureDatabase(maintenance, admin.database)
      const passwords = Object.fromEntries(Object.entries(logins).map(([role, login]) => [role, login.password]))
      await ensureRoles(maintenance, passwords, async role => {
        const login = logins[role]
        return login !== undefined && !(await canLogInto(login, maintenance))
      })
      await withClient(admin, async client => { await grantDatabase(client, admin.database) })
    })
    return await migrate(ownerLogin, 'up', undefined, options)
  } catch (error) {
    throw explainDatabaseError(error, admin)
  }
}

async function migrationsOf (owner: ConnectionSettings, admin: ConnectionSettings | undefined, directory: string | undefined): Promise<MigrationStatus[]> {
  try {
    return await migrationStatus(owner, directory)
  } catch (error) {
    if (!await isNotSetUp(error, admin)) throw explainDatabaseError(error, owner)
    return (await migrationNames(directory)).map(name => ({ name, appliedAt: undefined, isMissing: false }))
  }
}

/**
 * No such database, or no such role: nobody has set it up yet. PostgreSQL refuses a role that is not there as it refuses a wrong
 * password, so a refusal means that only where the administrator sees no schema: the passwords may be those of another database.
 */
async function isNotSetUp (error: unknown, admin: ConnectionSettings | undefined): Promise<boolean> {
  if (admin === undefined || !hasCode(error, '3D000', '28P01', '28000')) return false
  try {
    if (hasCode(error, '3D000')) await withMaintenanceClient(admin, async () => {})
    else return await withClient(admin, async client => (await client.query("select where pg_catalog.to_regnamespace('rowhouse') is not null")).rowCount === 0)
    return true
  } catch (cause) {
    if (hasCode(cause, '3D000')) return true
    throw explainDatabaseError(cause, admin)
  }
}

/** Connects where roles and databases can be made: to the database `postgres`, or to the named one where that is not to be had. */
async function withMaintenanceClient (admin: ConnectionSettings, work: (client: pg.Client) => Promise<void>): Promise<void> {
  let connected = false
  try {
    await withClient({ ...admin, database: 'postgres' }, async client => { connected = true; await work(client) })
  } catch (error) {
    if (connected || !hasCode(error, '3D000', '42501', '28000')) throw error
    await withClient(admin, work)
  }
}

async function assertServerIsNewEnough (client: pg.Client): Promise<void> {
  const { rows: [row] } = await client.query<{ number: number, version: string }>(
    "select current_setting('server_version_num')::integer as number, current_setting('server_version') as version")
  if (row !== undefined && row.number < oldestServer) throw new DatabaseSetupError(`the server is PostgreSQL ${row.version}; 15 or later is needed`)
}

async function ensureDatabase (client: pg.Client, name: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_catalog.pg_database where datname = $1', [name])
  if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)} encoding 'UTF8' template template0`)
}

/** A role whose password is right may still lack CONNECT on a database that was just made; that is not a refused login. */
async function canLogInto (login: ConnectionSettings, maintenance: pg.Client): Promise<boolean> {
  try {
    return await canLogIn({ ...login, database: maintenance.database ?? 'postgres' })
  } catch (error) {
    if (hasCode(error, '42501')) return true
    throw error
  }
}

/** Nobody connects, creates or makes temporary tables here but the roles that need to. */
async function grantDatabase (client: pg.Client, name: string): Promise<void> {
  const database = client.escapeIdentifier(name)
  await client.query(`revoke all on database ${database} from public`)
  await client.query('revoke all on schema public from public')
  await client.query(`grant connect on database ${database} to ${Object.values(roleNames).join(', ')}`)
  await client.query(`grant create on database ${database} to ${roleNames.owner}`)
  await client.query(`grant temporary on database ${database} to ${roleNames.loader}`)
  await revokeFromEverybody(client)
}

/**
 * Takes away what PostgreSQL lets everybody call, where the administrator may: a superuser, that is, and no managed service.
 *
 * - Large objects are one store for all tenants, with no rows that a policy could filter.
 * - set_config() names another tenant in the midst of a statement, for whoever finds an SQL injection; and what runs a text as
 *   a statement could contain SET LOCAL, which no other statement can. Dumps call set_config(); the roles that make them may.
 * - Advisory locks keep whoever waits for them waiting, some beyond their transaction: what is written for a tenant takes a shared
 *   one for as long as its transaction. The roles that migrate and move accounts hold others.
 * - All tenants are served by one role, whose sessions may end each other's statements, and each other.
 */
async function revokeFromEverybody (client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(`
    select pg_proc.oid::regprocedure::text as name from pg_catalog.pg_proc
    join pg_catalog.pg_roles on rolname = current_user and rolsuper
    where pronamespace = 'pg_catalog'::regnamespace
      and (proname ~ '^(lo_|lowrite$|loread$|set_config$|query_to_xml|cursor_to_xml|ts_stat$|pg_(try_)?advisory_lock(_shared)?$|pg_(try_)?advisory_xact_lock$|pg_(cancel|terminate)_backend$)' or pg_proc.oid = 'pg_catalog.ts_rewrite(tsquery, text)'::regprocedure)
      and exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0)`)
  for (const { name } of rows) {
    await client.query(`revoke execute on function pg_catalog.${name} from public`)
    const users = usersOf(name)
    if (users.length > 0) await client.query(`grant execute on function pg_catalog.${name} to ${users.join(', ')}`)
  }
}

/** The roles that need what is taken from everybody. */
function usersOf (name: string): string[] {
  if (name.startsWith('set_config(')) return [roleNames.owner, roleNames.operator]
  if (!/_advisory_|_backend\(/.test(name)) return []
  const commands = [roleNames.owner, roleNames.loader, roleNames.manager]
  // Their functions wait for the people and the record of the transaction's own account.
  if (name === 'pg_advisory_xact_lock(bigint)') return [...commands, functionOwners.verifier, functionOwners.recorder]
  // By two numbers, of which the account is one: one request at a time for an Idempotency-Key.
  if (name === 'pg_try_advisory_xact_lock(integer,integer)') return [...commands, roleNames.tenant]
  return commands
}
