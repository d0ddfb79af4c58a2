import { UnavailableError } from '../errors.ts'
import { DatabaseConnection, type ConnectionOptions } from './connection.ts'
import type { ConnectionSettings } from './settings.ts'
import { Transaction, type TransactionOptions } from './transaction.ts'

export interface PoolOptions extends ConnectionOptions {
  /** Connections at most. */
  size: number
  /** How long a request waits for a free connection before it is refused. */
  waitTimeoutMs: number
}

/**
 * A bounded set of connections of one role. It offers a transaction and an end, nothing else: no statement of the
 * application runs outside a transaction, and a connection belongs to one transaction at a time.
 */
export class Pool {
  readonly #settings: ConnectionSettings
  readonly #options: PoolOptions
  readonly #idle: DatabaseConnection[] = []
  readonly #waiting: Waiter[] = []
  #size = 0
  #ended: Promise<void> | undefined
  #whenEmpty: (() => void) | undefined

  constructor (settings: ConnectionSettings, options: PoolOptions) {
    this.#settings = settings
    this.#options = options
  }

  /**
   * Takes a connection and begins. `begin` is sent, not awaited: it travels with the first statement.
   *
   * @throws {UnavailableError} when no connection comes free in time, or none can be made.
   */
  async begin (options: TransactionOptions): Promise<Transaction> {
    const connection = await this.#acquire()
    return new Transaction(connection, options, () => { this.#release(connection) })
  }

  /** Refuses new transactions, lets those under way finish for up to `graceMs`, closes every connection. Safe to call twice. */
  async end (graceMs = 5000): Promise<void> {
    this.#ended ??= this.#drain(graceMs)
    await this.#ended
  }

  async #acquire (): Promise<DatabaseConnection> {
    if (this.#ended !== undefined) throw new UnavailableError(new Error('the pool is closed'))
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    return await new Promise<DatabaseConnection>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject, timer: setTimeout(() => { this.#giveUp(waiter) }, this.#options.waitTimeoutMs) }
      this.#waiting.push(waiter)
      if (this.#size < this.#options.size) this.#grow()
    })
  }

  #grow (): void {
    this.#size++
    DatabaseConnection.open(this.#settings, this.#options).then(
      connection => {
        connection.onClose(() => { this.#forget(connection) })
        if (connection.closed) this.#forget(connection)
        else this.#release(connection)
      },
      (error: unknown) => {
        this.#size--
        // Whoever waits longest learns why; the next one makes the next attempt.
        const waiter = this.#nextWaiter()
        waiter?.reject(error instanceof Error ? error : new UnavailableError(error))
        this.#afterLeaving()
      }
    )
  }

  /** Hands the connection to whoever has waited longest. */
  #release (connection: DatabaseConnection): void {
    if (connection.closed) return
    const waiter = this.#nextWaiter()
    if (waiter !== undefined) waiter.resolve(connection)
    else if (this.#ended !== undefined) connection.close()
    else this.#idle.push(connection)
  }

  #forget (connection: DatabaseConnection): void {
    this.#size--
    const position = this.#idle.indexOf(connection)
    if (position !== -1) this.#idle.splice(position, 1)
    this.#afterLeaving()
  }

  #afterLeaving (): void {
    if (this.#size === 0) this.#whenEmpty?.()
    if (this.#waiting.length > 0 && this.#size < this.#options.size) this.#grow()
  }

  #nextWaiter (): Waiter | undefined {
    const waiter = this.#waiting.shift()
    if (waiter !== undefined) clearTimeout(waiter.timer)
    return waiter
  }

  #giveUp (waiter: Waiter): void {
    this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
    waiter.reject(new UnavailableError(new Error('no database connection came free in time')))
  }

  async #drain (graceMs: number): Promise<void> {
    for (const connection of [...this.#idle]) connection.close()
    if (this.#size === 0) return
    let timer: NodeJS.Timeout | undefined
    await Promise.race([
      new Promise<void>(resolve => { this.#whenEmpty = resolve }),
      new Promise<void>(resolve => { timer = setTimeout(resolve, graceMs) })
    ])
    clearTimeout(timer)
  }
}

interface Waiter {
  resolve: (connection: DatabaseConnection) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout
}
