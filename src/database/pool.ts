import { TooManyRequestsError, UnavailableError } from '../errors.ts'
import { DatabaseConnection, type ConnectionOptions } from './connection.ts'
import { FairQueue } from './fair-queue.ts'
import type { ConnectionSettings } from './settings.ts'
import { Transaction, type TransactionOptions } from './transaction.ts'

export interface PoolOptions extends ConnectionOptions {
  /** Connections at most. */
  size: number
  /** How long a request waits for a free connection before it is refused. */
  waitTimeoutMs: number
  /** Connections that one user may have at once; left out, all of them. Beside other users it takes slow work to have more than one. */
  userSize?: number
  /** How many may wait for one user's turn; left out, any number. */
  userWaiting?: number
}

/** On whose behalf a connection is asked for; undefined where all are the same. */
export type PoolUser = number | undefined

/**
 * Beside others, a user has one connection at a time for work that is quick. One that asks without end would otherwise have
 * the processors busy on its behalf whenever somebody else's turn comes. A transaction that takes longer holds up no
 * colleague: then the user may have another.
 */
const slowMs = 20
/** For so long after its last transaction a user counts as one of the others. */
const companyMs = 1000

/** How many may wait for each connection of a pool, whoever they are: the last of them would wait too long anyway. */
const waitingPerConnection = 200

/**
 * A bounded set of connections of one role. It offers a transaction and an end, nothing else: no statement of the
 * application runs outside a transaction, and a connection belongs to one transaction at a time.
 *
 * Its users share it fairly: none has more than its part at once, and those who wait are served in turn, a user at a time,
 * so that one who asks without end delays the others by no more than one transaction each.
 */
export class Pool {
  readonly #settings: ConnectionSettings
  readonly #options: PoolOptions
  readonly #idle: DatabaseConnection[] = []
  readonly #waiting = new FairQueue<PoolUser, Waiter>()
  /** Connections in use, by user. */
  readonly #used = new Map<PoolUser, number>()
  /** When each user last began, in milliseconds of the process; only those whose transactions are under way. */
  readonly #begun = new Map<PoolUser, number>()
  readonly #company = new Company()
  #size = 0
  #ended: Promise<void> | undefined
  #whenEmpty: (() => void) | undefined
  #looking: NodeJS.Timeout | undefined

  constructor (settings: ConnectionSettings, options: PoolOptions) {
    this.#settings = settings
    this.#options = options
  }

  /**
   * Takes a connection and begins. `begin` is sent, not awaited: it travels with the first statement.
   *
   * @throws {UnavailableError} when no connection comes free in time, or none can be made.
   * @throws {TooManyRequestsError} when too many wait for this user already.
   */
  async begin (options: TransactionOptions, user?: PoolUser): Promise<Transaction> {
    const connection = await this.#acquire(user)
    return new Transaction(connection, options, () => { this.#giveBack(connection, user) })
  }

  /** Refuses new transactions, lets those under way finish for up to `graceMs`, closes every connection. Safe to call twice. */
  async end (graceMs = 5000): Promise<void> {
    this.#ended ??= this.#drain(graceMs)
    await this.#ended
  }

  async #acquire (user: PoolUser): Promise<DatabaseConnection> {
    if (this.#ended !== undefined) throw new UnavailableError(new Error('the pool is closed'))
    const idle = this.#mayUse(user) ? this.#idle.pop() : undefined
    if (idle !== undefined) return this.#take(idle, user)
    const { size, userSize = size, userWaiting = Infinity, waitTimeoutMs } = this.#options
    const asking = (this.#used.get(user) ?? 0) + this.#waiting.sizeOf(user)
    if (asking >= userSize + userWaiting) throw new TooManyRequestsError()
    if (this.#waiting.size >= size * waitingPerConnection) throw new UnavailableError(new Error('too many wait for a database connection'))
    return await new Promise<DatabaseConnection>((resolve, reject) => {
      const waiter: Waiter = { user, resolve, reject, timer: setTimeout(() => { this.#giveUp(waiter) }, waitTimeoutMs) }
      this.#waiting.push(user, waiter)
      this.#growIfNeeded()
      this.#lookAgain()
    })
  }

  #mayUse (user: PoolUser): boolean {
    const { userSize } = this.#options
    const used = this.#used.get(user) ?? 0
    if (userSize === undefined || used === 0) return true
    if (used >= userSize) return false
    const now = performance.now()
    return !this.#company.isBeside(user, now) || now - (this.#begun.get(user) ?? 0) >= slowMs
  }

  #take (connection: DatabaseConnection, user: PoolUser): DatabaseConnection {
    this.#used.set(user, (this.#used.get(user) ?? 0) + 1)
    const now = performance.now()
    this.#begun.set(user, now)
    this.#company.note(user, now)
    return connection
  }

  #giveBack (connection: DatabaseConnection, user: PoolUser): void {
    const used = (this.#used.get(user) ?? 1) - 1
    if (used === 0) {
      this.#used.delete(user)
      this.#begun.delete(user)
    } else {
      this.#used.set(user, used)
    }
    this.#offer(connection)
    // A connection that was cut is not given back, but its user's part is.
    if (connection.closed) this.#offerIdle()
  }

  /** Whoever waits only because its work was quick so far may go on once it is slow. */
  #lookAgain (): void {
    if (this.#options.userSize === undefined || this.#looking !== undefined) return
    this.#looking = setTimeout(() => {
      this.#looking = undefined
      for (let free = this.#idle.length; free > 0; free--) this.#offerIdle()
      this.#growIfNeeded()
      if (this.#waiting.size > 0) this.#lookAgain()
    }, slowMs)
  }

  #growIfNeeded (): void {
    // Those who wait for their own part of the pool are not helped by another connection.
    if (this.#size < this.#options.size && this.#waiting.some(user => this.#mayUse(user))) this.#grow()
  }

  #grow (): void {
    this.#size++
    DatabaseConnection.open(this.#settings, this.#options).then(
      connection => {
        connection.onClose(() => { this.#forget(connection) })
        if (connection.closed) this.#forget(connection)
        else this.#offer(connection)
      },
      (error: unknown) => {
        this.#size--
        // Whoever's turn it is learns why; the next one makes the next attempt.
        const waiter = this.#nextWaiter(() => true)
        waiter?.reject(error instanceof Error ? error : new UnavailableError(error))
        this.#afterLeaving()
      }
    )
  }

  /** Hands the connection to whoever's turn it is. */
  #offer (connection: DatabaseConnection): void {
    if (connection.closed) return
    const waiter = this.#nextWaiter(user => this.#mayUse(user))
    if (waiter !== undefined) waiter.resolve(this.#take(connection, waiter.user))
    else this.#idle.push(connection)
    if (this.#ended !== undefined && this.#waiting.size === 0) this.#closeIdle()
  }

  #closeIdle (): void {
    for (const connection of [...this.#idle]) connection.close()
  }

  #offerIdle (): void {
    const connection = this.#idle.pop()
    if (connection !== undefined) this.#offer(connection)
  }

  #forget (connection: DatabaseConnection): void {
    this.#size--
    const position = this.#idle.indexOf(connection)
    if (position !== -1) this.#idle.splice(position, 1)
    this.#afterLeaving()
  }

  #afterLeaving (): void {
    if (this.#size === 0) this.#whenEmpty?.()
    this.#growIfNeeded()
  }

  #nextWaiter (mayServe: (user: PoolUser) => boolean): Waiter | undefined {
    const waiter = this.#waiting.shift(mayServe)
    if (waiter !== undefined) clearTimeout(waiter.timer)
    return waiter
  }

  #giveUp (waiter: Waiter): void {
    this.#waiting.remove(waiter.user, waiter)
    waiter.reject(new UnavailableError(new Error('no database connection came free in time')))
  }

  async #drain (graceMs: number): Promise<void> {
    this.#closeIdle()
    if (this.#size === 0) return
    let timer: NodeJS.Timeout | undefined
    await Promise.race([
      new Promise<void>(resolve => { this.#whenEmpty = resolve }),
      new Promise<void>(resolve => { timer = setTimeout(resolve, graceMs) })
    ])
    clearTimeout(timer)
  }
}

/** Remembers who was last here, and when somebody else was. */
class Company {
  #last: PoolUser
  #lastAt = -Infinity
  #otherAt = -Infinity

  note (user: PoolUser, now: number): void {
    if (user !== this.#last) this.#otherAt = this.#lastAt
    this.#last = user
    this.#lastAt = now
  }

  isBeside (user: PoolUser, now: number): boolean {
    return now - (user === this.#last ? this.#otherAt : this.#lastAt) < companyMs
  }
}

interface Waiter {
  user: PoolUser
  resolve: (connection: DatabaseConnection) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout
}
