import type { DatabaseConnection, Rows, SqlValue } from './connection.ts'

/** What a transaction needs of a connection. */
export type StatementRunner = Pick<DatabaseConnection, 'run' | 'close' | 'closed'>

/** A statement, as it was sent and answered. */
export interface TracedStatement {
  /** With `$1` and so on where its values are: those are not kept. */
  text: string
  /** Times are in milliseconds of the process. */
  sentAt: number
  answeredAt: number | undefined
  /** Given or changed; undefined where it failed, or has no answer yet. */
  rows: number | undefined
  /** Statements that were sent before any of them had an answer share a trip to the database. */
  trip: number
}

/** What the statements of a transaction did, for whoever wants to see it. Without one, nothing is noted. */
export class TransactionTrace {
  readonly statements: TracedStatement[] = []
  readonly #pending = new Set<Promise<unknown>>()
  #trip = 0
  #isAnswered = true

  /** The connection, with everything noted that is sent on it. */
  watch (connection: StatementRunner): StatementRunner {
    return {
      run: async <Row>(strings: TemplateStringsArray, values: readonly SqlValue[]) => await this.#note<Row>(strings, connection.run<Row>(strings, values)),
      close: reason => { connection.close(reason) },
      get closed () { return connection.closed }
    }
  }

  /** Resolves when everything that was sent so far has its answer. */
  async whenAnswered (): Promise<void> {
    await Promise.allSettled(this.#pending)
  }

  async #note<Row> (strings: TemplateStringsArray, answer: Promise<Rows<Row>>): Promise<Rows<Row>> {
    if (this.#isAnswered) this.#trip++
    this.#isAnswered = false
    const statement: TracedStatement = { text: strings.reduce((before, part, index) => `${before}$${index}${part}`), sentAt: performance.now(), answeredAt: undefined, rows: undefined, trip: this.#trip }
    this.statements.push(statement)
    this.#pending.add(answer)
    try {
      const rows = await answer
      // Of what gives no rows, the driver has no number.
      statement.rows = rows.count ?? 0
      return rows
    } finally {
      statement.answeredAt = performance.now()
      this.#isAnswered = true
      this.#pending.delete(answer)
    }
  }
}
