import pg from 'pg'
import { tlsOptions, type ConnectionSettings } from './settings.ts'

/**
 * Runs administrative work on a connection of its own: set-up, migrations and bulk loads, never a request.
 * The connection is closed in the end, whatever happens.
 */
export async function withClient<T> (settings: ConnectionSettings, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(clientConfig(settings))
  // Without a listener, a connection that the server cuts would end the process instead of failing the statement under way.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/** All of it, or nothing. @param begin the statement that begins the transaction */
export async function inTransaction<T> (client: pg.Client, work: () => Promise<T>, begin = 'begin'): Promise<T> {
  await client.query(begin)
  try {
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

/** Connection settings as `pg` takes them. */
export function clientConfig ({ ssl, ...settings }: ConnectionSettings): pg.ClientConfig {
  return { ...settings, ssl: tlsOptions(ssl), application_name: 'rowhouse admin', connectionTimeoutMillis: 10_000 }
}

/** Whether these settings let one in. @throws whatever else but a refused login goes wrong. */
export async function canLogIn (settings: ConnectionSettings): Promise<boolean> {
  try {
    return await withClient(settings, async () => true)
  } catch (error) {
    if (hasCode(error, '28P01', '28000')) return false
    throw error
  }
}

export function hasCode (error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
