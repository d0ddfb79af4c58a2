import { TooManyRequestsError, UnavailableError } from '../errors.ts'
import { DatabaseConnection, type ConnectionOptions } from './connection.ts'
import { FairQueue } from '../fair-queue.ts'
import type { ConnectionSettings } from './settings.ts'
import { Transaction, type TransactionOptions } from './transaction.ts'

export interface PoolOptions extends ConnectionOptions {
  /** Connections at most, whatever databases they lead to. */
  size: number
  /** How long a request waits for a free connection before it is refused. */
  waitTimeoutMs: number
  /** Connections that one user may have at once; left out, all of them. Beside other users it takes slow work to have more than one. */
  userSize?: number
  /** How many may wait for one user's turn; left out, any number. */
  userWaiting?: number
  /** Connections to other databases than the pool's own are closed after so long without work. */
  idleTimeoutMs?: number
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

/** After a failed attempt to connect to a server, the next one is made so much later at the earliest. */
const retryMs = 250

/**
 * Whoever has waited so long for a connection to one database is given the place of a connection to another one, although
 * somebody waits for that too. Before, the connections stay where they are: making a new one costs more than a transaction.
 */
const patienceMs = 50

/**
 * A bounded set of connections of one role, to one database or to many. It offers a transaction and an end, nothing else: no
 * statement of the application runs outside a transaction, and a connection belongs to one transaction at a time.
 *
 * Its users share it fairly: none has more than its part at once, and those who wait are served in turn, a user at a time,
 * so that one who asks without end delays the others by no more than one transaction each. Where the places are taken, an
 * idle connection to one database gives way to a new one to another; one in use never does. A server that cannot be reached
 * costs one place at a time, and those who ask for it their answer at once.
 */
export class Pool {
  readonly #login: ConnectionSettings
  readonly #options: PoolOptions
  /** Every connection, in use or not. */
  readonly #members = new Set<Member>()
  readonly #idle = new Map<string, Member[]>()
  readonly #waiting = new FairQueue<PoolUser, Waiter>()
  /** How it went to connect lately, by server and by database. */
  readonly #attempts = new Map<string, Attempts>()
  readonly #interruptions = new Map<string, number>()
  /** Connections in use, by user. */
  readonly #used = new Map<PoolUser, number>()
  /** When each user last began, in milliseconds of the process; only those whose transactions are under way. */
  readonly #begun = new Map<PoolUser, number>()
  readonly #company = new Company()
  /** Connections and those being made. */
  #size = 0
  #serving = false
  #ended: Promise<void> | undefined
  #cut = false
  #whenEmpty: (() => void) | undefined
  #looking: NodeJS.Timeout | undefined
  #sweeping: NodeJS.Timeout | undefined

  /** @param login of the database that is meant where none is named */
  constructor (login: ConnectionSettings, options: PoolOptions) {
    this.#login = login
    this.#options = options
  }

  /**
   * Takes a connection and begins. `begin` is sent, not awaited: it travels with the first statement.
   *
   * @param login of the database to begin in; the pool's own if left out
   * @throws {UnavailableError} when no connection comes free in time, or none can be made.
   * @throws {TooManyRequestsError} when too many wait for this user already.
   */
  async begin (options: TransactionOptions, user?: PoolUser, login = this.#login): Promise<Transaction> {
    const member = await this.#acquire(user, login)
    return new Transaction(member.connection, options, () => { this.#giveBack(member, user) })
  }

  /** Refuses new transactions, lets those under way and those that wait finish for up to `graceMs`, closes every connection. Safe to call twice. */
  async end (graceMs = 5000): Promise<void> {
    this.#ended ??= this.#drain(graceMs)
    await this.#ended
  }

  async #acquire (user: PoolUser, login: ConnectionSettings): Promise<Member> {
    if (this.#ended !== undefined) throw new UnavailableError(new Error('the pool is closed'))
    const database = databaseKey(login)
    // Nobody overtakes those of its own line.
    const idle = this.#waiting.sizeOf(user) === 0 && this.#mayUse(user) ? this.#takeIdle(database) : undefined
    if (idle !== undefined) return this.#take(idle, user)
    this.#assertPromising(database, login)
    const { size, userSize = size, userWaiting = Infinity, waitTimeoutMs } = this.#options
    const asking = (this.#used.get(user) ?? 0) + this.#waiting.sizeOf(user)
    if (asking >= userSize + userWaiting) throw new TooManyRequestsError()
    if (this.#waiting.size >= size * waitingPerConnection) throw new UnavailableError(new Error('too many wait for a database connection'))
    return await new Promise<Member>((resolve, reject) => {
      const waiter: Waiter = { user, login, database, since: performance.now(), resolve, reject, timer: setTimeout(() => { this.#giveUp(waiter) }, waitTimeoutMs) }
      this.#waiting.push(user, waiter)
      this.#serve()
      this.#lookAgain()
    })
  }

  /** How many connections to a database were lost, or not to be had, so far: whatever comes back under its name may be another one. */
  interruptionsOf (login: ConnectionSettings): number {
    return this.#interruptions.get(databaseKey(login)) ?? 0
  }

  #noteInterruption (database: string): void {
    this.#interruptions.set(database, (this.#interruptions.get(database) ?? 0) + 1)
  }

  #failureAt (login: ConnectionSettings): Error | undefined {
    return this.#attempts.get(serverKey(login))?.failure ?? this.#attempts.get(databaseKey(login))?.failure
  }

  /** Whoever asks for a server that was out of reach a moment ago is told so, but for one who tries it again. */
  #assertPromising (database: string, login: ConnectionSettings): void {
    const failure = this.#failureAt(login)
    if (failure === undefined || this.#mayTry(login) || this.#hasMember(database)) return
    throw failure
  }

  #mayTry (login: ConnectionSettings): boolean {
    return [serverKey(login), databaseKey(login)].every(key => {
      const { failure, failedAt, opening } = this.#attempts.get(key) ?? untried
      if (failure === undefined) return opening < Math.max(1, this.#options.size >> 1)
      return opening === 0 && performance.now() - failedAt >= retryMs
    })
  }

  #hasMember (database: string): boolean {
    for (const member of this.#members) if (member.database === database) return true
    return false
  }

  #mayUse (user: PoolUser): boolean {
    return this.#part(user) > 0
  }

  /** How many more connections a user may have now. */
  #part (user: PoolUser): number {
    const { userSize } = this.#options
    if (userSize === undefined) return Infinity
    const used = this.#used.get(user) ?? 0
    const now = performance.now()
    if (!this.#company.isBeside(user, now)) return userSize - used
    return used === 0 || (used < userSize && now - (this.#begun.get(user) ?? 0) >= slowMs) ? 1 : 0
  }

  #take (member: Member, user: PoolUser): Member {
    this.#used.set(user, (this.#used.get(user) ?? 0) + 1)
    const now = performance.now()
    this.#begun.set(user, now)
    this.#company.note(user, now)
    return member
  }

  #giveBack (member: Member, user: PoolUser): void {
    const used = (this.#used.get(user) ?? 1) - 1
    if (used === 0) {
      this.#used.delete(user)
      this.#begun.delete(user)
    } else {
      this.#used.set(user, used)
    }
    if (!member.connection.closed) this.#putIdle(member)
    this.#serve()
  }

  #takeIdle (database: string): Member | undefined {
    const members = this.#idle.get(database)
    const member = members?.pop()
    if (members?.length === 0) this.#idle.delete(database)
    return member
  }

  #putIdle (member: Member): void {
    member.idleSince = performance.now()
    const members = this.#idle.get(member.database)
    if (members === undefined) this.#idle.set(member.database, [member])
    else members.push(member)
    this.#sweepLater()
  }

  /** Whoever waits only because its work was quick so far may go on once it is slow. */
  #lookAgain (): void {
    if (this.#looking !== undefined) return
    this.#looking = setTimeout(() => {
      this.#looking = undefined
      this.#serve()
      if (this.#waiting.size > 0) this.#lookAgain()
    }, slowMs)
  }

  /** Gives whoever's turn it is what is idle, and makes connections for those for whom nothing is. */
  #serve (): void {
    // Closing a connection to make room comes back here.
    if (this.#serving) return
    this.#serving = true
    while (this.#serveNext()) { /* until nobody can be served */ }
    this.#serving = false
    if (this.#ended === undefined) return
    if (this.#waiting.size === 0) this.#close(member => this.#isIdle(member))
    if (this.#size === 0) this.#whenEmpty?.()
  }

  /** @returns whether somebody was served, so that the next one may be looked for */
  #serveNext (): boolean {
    if (this.#waiting.size === 0 || (this.#idle.size === 0 && this.#size >= this.#options.size)) return false
    const wanted = new Map<string, number>()
    for (const [user, waiter] of this.#waiting.firsts()) {
      const part = this.#part(user)
      if (part <= 0) continue
      const member = this.#takeIdle(waiter.database)
      if (member !== undefined) {
        this.#leaveLine(waiter)
        waiter.resolve(this.#take(member, user))
        return true
      }
      const count = (wanted.get(waiter.database) ?? 0) + Math.min(part, this.#waiting.sizeOf(user))
      wanted.set(waiter.database, count)
      while ((this.#attempts.get(waiter.database)?.opening ?? 0) < count && this.#mayTry(waiter.login) && this.#hasRoomFor(waiter)) this.#open(waiter)
    }
    return false
  }

  #leaveLine (waiter: Waiter): void {
    clearTimeout(waiter.timer)
    this.#waiting.remove(waiter.user, waiter)
  }

  /** Whether a connection may be made; where all places are taken, the connection that has been idle longest gives way. */
  #hasRoomFor ({ database, since }: Waiter): boolean {
    if (this.#size < this.#options.size) return true
    let longest: Member | undefined
    for (const [other, [member]] of this.#idle) {
      if (other !== database && member !== undefined && (longest === undefined || member.idleSince < longest.idleSince)) longest = member
    }
    if (longest === undefined || (performance.now() - since < patienceMs && this.#isWantedByAny(longest))) return false
    dismiss(longest)
    return this.#size < this.#options.size
  }

  #isWantedByAny ({ database }: Member): boolean {
    for (const [user, waiter] of this.#waiting.firsts()) if (waiter.database === database && this.#mayUse(user)) return true
    return false
  }

  #open ({ login, database }: Waiter): void {
    const server = serverKey(login)
    this.#size++
    this.#beginAttempt(server)
    this.#beginAttempt(database)
    DatabaseConnection.open(login, this.#options).then(
      connection => {
        this.#endAttempt(server, undefined)
        this.#endAttempt(database, undefined)
        const member: Member = { connection, database, idleSince: 0, isDismissed: false }
        this.#members.add(member)
        connection.onClose(() => { this.#forget(member) })
        if (connection.closed) this.#forget(member)
        else if (this.#cut) connection.close()
        else this.#putIdle(member)
        this.#serve()
      },
      (reason: unknown) => {
        const error = reason instanceof Error ? reason : new UnavailableError(reason)
        // Where it was the way to the server, its other databases are out of reach, too.
        this.#endAttempt(server, isOfServer(error) ? error : undefined)
        this.#endAttempt(database, error)
        this.#size--
        this.#noteInterruption(database)
        this.#refuse(database, error)
        this.#serve()
      }
    )
  }

  #beginAttempt (key: string): void {
    const attempts = this.#attempts.get(key) ?? untried
    this.#attempts.set(key, { ...attempts, opening: attempts.opening + 1 })
  }

  #endAttempt (key: string, failure: Error | undefined): void {
    const opening = (this.#attempts.get(key)?.opening ?? 1) - 1
    if (opening === 0 && failure === undefined) this.#attempts.delete(key)
    else this.#attempts.set(key, { opening, failure, failedAt: performance.now() })
  }

  /** Those who have nothing else to wait for learn why; the others wait for the connections there are. */
  #refuse (database: string, error: Error): void {
    if (this.#hasMember(database)) return
    for (const waiter of this.#waiting.items()) {
      if (waiter.database !== database) continue
      this.#leaveLine(waiter)
      waiter.reject(error)
    }
  }

  #forget (member: Member): void {
    if (!this.#members.delete(member)) return
    if (!member.isDismissed) this.#noteInterruption(member.database)
    this.#size--
    const members = this.#idle.get(member.database)
    const position = members?.indexOf(member) ?? -1
    if (position !== -1) members?.splice(position, 1)
    if (members?.length === 0) this.#idle.delete(member.database)
    this.#serve()
  }

  #giveUp (waiter: Waiter): void {
    this.#leaveLine(waiter)
    waiter.reject(new UnavailableError(new Error('no database connection came free in time')))
    this.#serve()
  }

  #isIdle (member: Member): boolean {
    return this.#idle.get(member.database)?.includes(member) === true
  }

  #close (which: (member: Member) => boolean): void {
    for (const member of [...this.#members]) if (which(member)) dismiss(member)
  }

  /** Takes the connections to other databases away that nobody has needed for a while. */
  #sweepLater (): void {
    const { idleTimeoutMs = 60_000 } = this.#options
    const own = databaseKey(this.#login)
    if (this.#sweeping !== undefined || (this.#idle.size === 1 && this.#idle.has(own))) return
    this.#sweeping = setTimeout(() => {
      this.#sweeping = undefined
      const before = performance.now() - idleTimeoutMs
      this.#close(member => member.database !== own && this.#isIdle(member) && member.idleSince <= before)
      if (this.#idle.size > 0) this.#sweepLater()
    }, idleTimeoutMs / 2)
    this.#sweeping.unref()
  }

  async #drain (graceMs: number): Promise<void> {
    const empty = new Promise<void>(resolve => { this.#whenEmpty = resolve })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>(resolve => { timer = setTimeout(resolve, graceMs) })
    // Once `end` has noted that this is under way.
    queueMicrotask(() => { this.#serve() })
    await Promise.race([empty, late])
    clearTimeout(timer)
    clearTimeout(this.#sweeping)
    this.#cut = true
    for (const waiter of this.#waiting.items()) {
      this.#leaveLine(waiter)
      waiter.reject(new UnavailableError(new Error('the pool is closed')))
    }
    this.#close(() => true)
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

/** A connection, and where it leads. */
interface Member {
  connection: DatabaseConnection
  database: string
  idleSince: number
  /** Closed because nobody needs it, rather than lost. */
  isDismissed: boolean
}

function dismiss (member: Member): void {
  member.isDismissed = true
  member.connection.close()
}

interface Waiter {
  user: PoolUser
  login: ConnectionSettings
  database: string
  since: number
  resolve: (member: Member) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout
}

interface Attempts {
  /** Those under way. */
  opening: number
  /** Why the last one failed. */
  failure: Error | undefined
  failedAt: number
}

const untried: Attempts = { opening: 0, failure: undefined, failedAt: 0 }

/** Nothing listens there, or no way leads there. One database that hangs, or refuses, says nothing of the others. */
function isOfServer ({ cause }: Error): boolean {
  return cause instanceof Error && 'code' in cause && ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT'].includes(String(cause.code))
}

function databaseKey (login: ConnectionSettings): string {
  return `${serverKey(login)}/${login.database}`
}

function serverKey ({ host, port }: ConnectionSettings): string {
  return `${host}:${port}`
}
