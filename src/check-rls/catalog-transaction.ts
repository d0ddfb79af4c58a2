import { ExplainedError } from '../explained-error.ts'
import type { Query } from './check.ts'
import { assertNothingShadows } from './shadowing-code.ts'

/**
 * Reads the system catalogs in a transaction of its own that may not write, and in which no name means anything but what comes with
 * PostgreSQL: neither a function nor an operator of the database that is looked at is run by it, nor is a cast.
 *
 * @param query on a connection that nobody else uses meanwhile, of any role that may connect
 * @throws {ExplainedError} where somebody has locked a table for longer than two seconds, the server takes longer than a minute, or something of
 *   the database stands in the way of what comes with PostgreSQL
 */
export async function inCatalogTransaction<T> (query: Query, work: () => Promise<T>): Promise<T> {
  await query('begin isolation level repeatable read read only')
  try {
    // PostgreSQL prints expressions with as much of a name as the search_path makes necessary.
    // Whoever audits a busy database gives up before anybody waits for it.
    await query("set local search_path = pg_catalog, pg_temp; set local jit = off; set local lock_timeout = '2s'; set local statement_timeout = '60s'")
    await assertNothingShadows(query)
    return await work()
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === '57014') throw new ExplainedError('the check was given up after a minute, or somebody cancelled it: the server is busy, or has very many or very large functions; ask again when it is less busy', { cause: error })
    if (code !== '55P03') throw error
    throw new ExplainedError('somebody holds a lock on one of the tables, as whoever alters it does; ask again when they are done', { cause: error })
  } finally {
    await query('rollback')
  }
}
