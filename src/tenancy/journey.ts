import { TransactionTrace } from '../database/trace.ts'

export type { TracedStatement } from '../database/trace.ts'

/** How a request has travelled to the database and back, in milliseconds of the process: for a route that shows it. */
export class Journey {
  readonly receivedAt: number
  /** When it was known whose it is. */
  foundAt: number | undefined
  /** When a connection was asked for. */
  askedAt: number | undefined
  trace = new TransactionTrace()

  constructor (receivedAt: number) {
    this.receivedAt = receivedAt
  }

  /** A transaction is about to begin; one before it is of no account, as where the tenant had just moved. */
  begin (): TransactionTrace {
    this.askedAt = performance.now()
    this.trace = new TransactionTrace()
    return this.trace
  }
}
