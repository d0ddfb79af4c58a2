import type pg from 'pg'
import { hasCode, withClient } from '../database/admin.ts'
import { explainDatabaseError } from '../database/explain.ts'
import type { ConnectionSettings } from '../database/settings.ts'

/** Runs work in a database of a tenant's, which may be anywhere. @throws {DatabaseSetupError} saying where, if it is out of reach */
export async function withSession<T> (login: ConnectionSettings, work: (client: pg.Client) => Promise<T>): Promise<T> {
  try {
    return await withClient(login, work)
  } catch (error) {
    throw isOutOfReach(error) ? explainDatabaseError(error, login) : error
  }
}

/** The network, the server, or the database does not let anybody in. */
function isOutOfReach (error: unknown): boolean {
  return hasCode(error, 'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT', '3D000', '28P01', '28000', '53300', '55000', '57P01', '57P02', '57P03') ||
    (error instanceof Error && /timeout expired|Connection terminated/.test(error.message))
}
