import pg from 'pg'
import { hasCode, withClient } from '../database/admin.ts'
import type { ConnectionSettings } from '../database/settings.ts'
import { ExplainedError } from '../explained-error.ts'

/** Why nothing, or nothing for certain, was loaded. The message says what to do about it. */
export class TestDataError extends ExplainedError {}

export interface TransactionOptions {
  /** Undo everything in the end, as if it had never been. */
  rollback: boolean
  /** Ends the transaction at any moment before its commit; it is rolled back then. */
  signal?: AbortSignal | undefined
}

const cancelIntervalMs = 250

/**
 * Runs work in one transaction on a connection of its own.
 *
 * @throws the signal's reason where that ended it; else what the work threw. Nothing was kept in either case.
 * @throws {TestDataError} if the connection broke during the commit, so that nobody knows
 */
export async function inTransaction<T> (login: ConnectionSettings, { rollback, signal }: TransactionOptions, work: (client: pg.Client) => Promise<T>): Promise<T> {
  signal?.throwIfAborted()
  return await withClient(login, async client => {
    await prepareSession(client)
    const stopCancelling = await cancelOnAbort(client, login, signal)
    let result: T
    try {
      result = await begin(client, work).finally(stopCancelling)
      if (!rollback) signal?.throwIfAborted()
    } catch (error) {
      await client.query('rollback').catch(() => {})
      // The statement that was cancelled says only that it was cancelled.
      signal?.throwIfAborted()
      throw error
    }
    // Whatever a rollback answers, the end of the connection does the same.
    if (rollback) await client.query('rollback').catch(() => {})
    else await commit(client)
    return result
  })
}

async function prepareSession (client: pg.Client): Promise<void> {
  // A server's time limits are meant for requests.
  await client.query('set statement_timeout = 0')
  await client.query('set idle_in_transaction_session_timeout = 0')
  // Lets the server notice in the middle of a long statement that we are gone, and undo it. Not every platform can.
  await client.query("set client_connection_check_interval = '1s'").catch(() => {})
}

/** Cancels whatever the session is doing, again and again, because between two statements there is nothing to cancel. */
async function cancelOnAbort (client: pg.Client, login: ConnectionSettings, signal: AbortSignal | undefined): Promise<() => void> {
  if (signal === undefined) return () => {}
  const { rows: [backend] } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  let timer: NodeJS.Timeout | undefined
  const cancel = (): void => {
    withClient(login, async other => { await other.query('select pg_cancel_backend($1::integer)', [backend?.pid]) }).catch(() => {})
  }
  const start = (): void => {
    cancel()
    timer = setInterval(cancel, cancelIntervalMs)
  }
  signal.addEventListener('abort', start, { once: true })
  return () => {
    signal.removeEventListener('abort', start)
    clearInterval(timer)
  }
}

async function begin<T> (client: pg.Client, work: (client: pg.Client) => Promise<T>): Promise<T> {
  await client.query('begin')
  return await work(client)
}

async function commit (client: pg.Client): Promise<void> {
  try {
    await client.query('commit')
  } catch (error) {
    const isRefused = error instanceof pg.DatabaseError && !hasCode(error, '57P01', '57P02', '57P03')
    if (isRefused) throw error
    throw new TestDataError('the connection broke during the commit, so it is not known whether the data were kept; look before you run it again', { cause: error })
  }
}
