import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import { withClient } from './admin.ts'
import { ensureContext, type ContextKind } from './context.ts'
import type { ConnectionSettings } from './settings.ts'

const ownDirectory = fileURLToPath(new URL('../../migrations', import.meta.url))
const migrationsSchema = 'rowhouse_migrations'
const migrationsTable = 'migration'

export interface MigrationStatus {
  name: string
  /** When it was applied; undefined while it is pending. */
  appliedAt: Date | undefined
  /** The database has it, and this version has no file of that name. */
  isMissing: boolean
}

export interface MigrateOptions {
  /** Where the migrations are, if not in those of this version. */
  directory?: string | undefined
  /** For how long a statement may wait for a lock, as PostgreSQL writes a duration; by default for ever. */
  lockTimeout?: string | undefined
  /** How names of tenants are taken from then on; left out, as they were. */
  context?: ContextKind | undefined
}

/**
 * Applies pending migrations, or takes back the last ones, all in one transaction. Processes that run at once take turns.
 *
 * @param settings the owner of the schema
 * @param count how many; by default all when going up, one when going down
 * @returns the names of the migrations that ran, in order
 */
export async function migrate (settings: ConnectionSettings, direction: 'up' | 'down', count?: number, { directory = ownDirectory, lockTimeout, context }: MigrateOptions = {}): Promise<string[]> {
  return await withClient(settings, async client => {
    // Keeps a reference table's foreign keys from turning its children into local tables of a distributed database;
    // to any other server it is a name like another.
    await client.query('set citus.enable_local_reference_table_foreign_keys = off')
    if (lockTimeout !== undefined) await client.query(`set lock_timeout = ${client.escapeLiteral(lockTimeout)}`)
    const ran = await runner({
      dbClient: client,
      dir: directory,
      direction,
      ...(count === undefined ? {} : { count }),
      schema: 'rowhouse',
      createSchema: true,
      migrationsSchema,
      createMigrationsSchema: true,
      migrationsTable,
      singleTransaction: true,
      checkOrder: true,
      advisoryLockMode: 'wait',
      log: () => {}
    })
    if (direction === 'up' && context !== undefined) await ensureContext(client, context)
    return ran.map(migration => migration.name)
  })
}

/** Every migration of this version and every one that the database has, in order. */
export async function migrationStatus (settings: ConnectionSettings, directory?: string): Promise<MigrationStatus[]> {
  const applied = await withClient(settings, async client => {
    const { rows: [table] } = await client.query<{ exists: boolean }>(
      'select to_regclass($1) is not null as exists', [`${migrationsSchema}.${migrationsTable}`])
    if (table?.exists !== true) return []
    return (await client.query<{ name: string, run_on: Date }>(
      `select name::text, run_on::timestamptz from ${migrationsSchema}.${migrationsTable} order by id`)).rows
  })
  const appliedAt = new Map(applied.map(row => [row.name, row.run_on]))
  const own = new Set(await migrationNames(directory))
  const names = new Set([...own, ...appliedAt.keys()])
  return [...names].sort().map(name => ({ name, appliedAt: appliedAt.get(name), isMissing: !own.has(name) }))
}

/** The last migration that this version of the application brings. */
export async function latestMigration (): Promise<string> {
  return (await migrationNames()).at(-1) ?? ''
}

/** The migrations that this version of the application brings, in order. */
export async function migrationNames (directory = ownDirectory): Promise<string[]> {
  return (await readdir(directory)).filter(file => file.endsWith('.sql')).map(file => file.slice(0, -'.sql'.length)).sort()
}
