import { withClient } from '../database/admin.ts'
import { openDatabase, type Database } from '../database/database.ts'
import { formatUrl, type ConnectionSettings } from '../database/settings.ts'
import { load } from '../testdata/load.ts'
import type { TestDataOptions } from '../testdata/options.ts'

/** A server to make databases on, and what the passwords of the roles are derived from. */
export interface BenchServer {
  admin: ConnectionSettings
  secret: string
}

/** A database of the bench's own, with roles and schema in place. */
export interface BenchDatabase extends Database {
  admin: ConnectionSettings
  /** The settings that point a process of its own at it. */
  environment: Record<string, string>
  drop: () => Promise<void>
}

/** Makes a database, in the place of one that an earlier run may have left. */
export async function makeDatabase ({ admin, secret }: BenchServer, name: string): Promise<BenchDatabase> {
  const settings = { ...admin, database: name }
  const drop = async (): Promise<void> => {
    await withClient({ ...admin, database: 'postgres' }, async client => { await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`) })
  }
  await drop()
  const database = await openDatabase({ admin: settings, tenant: undefined, operator: undefined, roleSecret: secret, directory: undefined })
  await database.prepare()
  return { ...database, admin: settings, environment: { DATABASE_URL: formatUrl(settings), ROLE_SECRET: secret }, drop }
}

/** Makes a database and fills it, and lets PostgreSQL tidy up, so that it does not do so while something is measured. */
export async function makeFilledDatabase (server: BenchServer, name: string, options: Partial<TestDataOptions>): Promise<BenchDatabase> {
  const database = await makeDatabase(server, name)
  await load(database, options)
  await settle(database)
  return database
}

export async function settle ({ admin }: BenchDatabase): Promise<void> {
  await withClient(admin, async client => {
    await client.query('vacuum analyze')
    await client.query('checkpoint')
  })
}
