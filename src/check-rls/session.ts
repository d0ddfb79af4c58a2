import type pg from 'pg'
import { withClient } from '../database/admin.ts'
import { explainDatabaseError } from '../database/explain.ts'
import type { ConnectionSettings } from '../database/settings.ts'
import type { Query } from './check.ts'

/** Runs an audit on a connection of its own. @param isOwn whether it is this application's database @throws {DatabaseSetupError} where there is none to be had */
export async function withAuditor<T> (login: ConnectionSettings, work: (client: pg.Client) => Promise<T>, isOwn = true): Promise<T> {
  let isConnected = false
  try {
    return await withClient(login, async client => {
      isConnected = true
      return await work(client)
    })
  } catch (error) {
    throw isConnected ? error : explainDatabaseError(error, login, isOwn)
  }
}

/** A client's statements, as an audit sends them: rows, how many a statement has given or changed, and PostgreSQL's word for what it has done. */
export function queryOf (client: pg.Client): Query {
  return async <Row extends object>(text: string, values?: unknown[]) => {
    const result = values === undefined ? await client.query(text) : await client.query(text, values)
    // Of several statements in one text, the last counts.
    const last = Array.isArray(result) ? result.at(-1) : result
    return Object.assign([...last.rows] as Row[], { count: last.rowCount ?? 0, command: last.command })
  }
}
