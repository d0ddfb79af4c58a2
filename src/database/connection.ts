import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Stream } from 'node:stream'
import postgres from 'postgres'
import { UnavailableError } from '../errors.ts'
import { tlsOptions, type ConnectionSettings } from './settings.ts'

export type SqlValue = string | number | boolean | null | Date | readonly string[] | readonly number[]

/** What a statement returned. `command` is PostgreSQL's command tag without its numbers. */
export type Rows<Row> = Row[] & { command: string, count: number }

export interface ConnectionOptions {
  applicationName: string
  /** Off for poolers that hand each transaction another server connection and cannot follow prepared statements. */
  preparedStatements: boolean
  connectTimeoutMs: number
}

/**
 * One physical connection that is used until it closes and never afterwards.
 *
 * postgres.js reconnects by itself and binds handles to whatever connection stands behind them. A handle that outlives its
 * backend can then run on a connection that serves another tenant, wait for ever, or write to a socket that is gone
 * (porsager/postgres issues 1066, 1154, 1208, 1216). So each connection here is a client of its own with a single slot,
 * reserved once and thrown away when it closes: no statement is sent after that, and everything still waiting is rejected.
 *
 * The socket is dialled here, once. The driver dials again by itself, an hour later if it was told to wait so long, and
 * forgets a socket that it was told to close before it was connected.
 */
export class DatabaseConnection {
  #handle: postgres.ReservedSql<Values> | undefined
  #socket: Socket | undefined
  #closed = false
  #onClose: Array<() => void> = []
  readonly #client: postgres.Sql<Values>
  readonly #waiting = new Set<(error: Error) => void>()

  private constructor (settings: ConnectionSettings, { applicationName, preparedStatements }: ConnectionOptions) {
    const options: postgres.Options<typeof types> & DialOption = {
      host: settings.host,
      port: settings.port,
      database: settings.database,
      username: settings.user,
      ...(settings.password === undefined ? {} : { password: settings.password }),
      ssl: tlsOptions(settings.ssl),
      socket: async () => await this.#dial(settings),
      max: 1,
      idle_timeout: 0,
      max_lifetime: null,
      backoff: () => 0,
      connect_timeout: 0,
      prepare: preparedStatements,
      connection: { application_name: applicationName },
      // The driver asks for them by itself otherwise, and nobody hears when that fails: it would end the process.
      fetch_types: false,
      types,
      onnotice: () => {},
      onclose: () => { this.#markClosed() }
    }
    this.#client = postgres(options)
  }

  /** @throws {UnavailableError} when the server cannot be reached or refuses the login. */
  static async open (settings: ConnectionSettings, options: ConnectionOptions): Promise<DatabaseConnection> {
    const connection = new DatabaseConnection(settings, options)
    // A reservation alone would wait for ever: the driver gives away connections that somebody has used.
    const greeting = connection.#client`select`.simple()
    const timer = setTimeout(() => { connection.close(new Error('the server did not answer in time')) }, options.connectTimeoutMs)
    let reserving: Promise<postgres.ReservedSql<Values>> | undefined
    try {
      await connection.#orClosed(greeting)
      reserving = connection.#client.reserve()
      connection.#handle = await connection.#orClosed(reserving)
    } catch (error) {
      // Either may still come true; whoever waits for it is gone.
      greeting.catch(() => {})
      reserving?.catch(() => {})
      connection.close()
      throw new UnavailableError(error)
    } finally {
      clearTimeout(timer)
    }
    return connection
  }

  /** @throws what the operating system says, or at the second attempt */
  async #dial ({ host, port }: ConnectionSettings): Promise<Socket> {
    if (this.#closed || this.#socket !== undefined) throw closedError()
    this.#socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect({ host, port, noDelay: true })
    catchListeners(this.#socket, error => { this.close(error) })
    await once(this.#socket, 'connect')
    // What a certificate is checked against.
    return Object.assign(this.#socket, { host })
  }

  get closed (): boolean {
    return this.#closed
  }

  onClose (listener: () => void): void {
    this.#onClose.push(listener)
  }

  /**
   * Sends a statement at once, behind those already sent; awaiting it is awaiting its answer.
   *
   * @throws PostgreSQL's error, or {@link UnavailableError} when the connection is gone.
   */
  async run<Row> (strings: TemplateStringsArray, values: readonly SqlValue[]): Promise<Rows<Row>> {
    const handle = this.#handle
    if (this.#closed || handle === undefined) throw new UnavailableError(closedError())
    const answer = handle(strings, ...values as never[]) as unknown as Promise<Rows<Row>>
    return await this.#orClosed(answer)
  }

  /** Cuts the connection; statements still waiting are rejected. */
  close (reason?: Error): void {
    this.#markClosed(reason)
    // Zero: a reserved slot never ends of its own accord.
    this.#client.end({ timeout: 0 }).catch(() => {})
    const socket = this.#socket
    if (this.#handle === undefined) socket?.destroy()
    // The server hangs up when the driver says goodbye. One that does not must keep neither the socket nor the process.
    else setTimeout(() => { socket?.destroy() }, goodbyeMs).unref()
  }

  #markClosed (reason = closedError()): void {
    if (this.#closed) return
    this.#closed = true
    const error = new UnavailableError(reason)
    for (const reject of this.#waiting) reject(error)
    for (const listener of this.#onClose) listener()
    this.#onClose = []
  }

  /** The driver forgets statements that were queued when a connection dies; this does not. */
  async #orClosed<T> (answer: PromiseLike<T>): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject)
      answer.then(
        value => {
          this.#waiting.delete(reject)
          if (!(value instanceof Stream)) return resolve(value)
          // The driver's answer to a server that begins a copy. Its end would be an error that nobody hears of.
          value.on('error', () => {})
          const error = new Error('the server began a copy that nobody asked for')
          this.close(error)
          reject(new UnavailableError(error))
        },
        (error: unknown) => { this.#waiting.delete(reject); reject(isConnectionError(error) ? new UnavailableError(error) : error) }
      )
    })
  }
}

const goodbyeMs = 1000

/** What a server sends that makes no sense is an error thrown while it is read, which concerns its connection alone. */
function catchListeners (socket: Socket, onError: (error: Error) => void): void {
  const on = socket.on.bind(socket)
  socket.on = ((event: string, listener: (...values: unknown[]) => void) => on(event, event !== 'data'
    ? listener
    : (...values: unknown[]) => {
        try {
          listener(...values)
        } catch (error) {
          onError(error instanceof Error ? error : new Error(String(error)))
          socket.destroy()
        }
      })) as Socket['on']
}

type Values = { bigint: number, bigints: readonly number[], integers: readonly number[], texts: readonly string[] }

const types: { [Name in keyof Values]: postgres.PostgresType<Values[Name]> } = {
  bigint: { to: 20, from: [20], parse: parseSafeInteger, serialize: String },
  bigints: arrayType(1016),
  integers: arrayType(1007),
  texts: arrayType(1009)
}

/** Arrays are sent and not received. */
function arrayType<Element extends string | number> (oid: number): postgres.PostgresType<readonly Element[]> {
  return { to: oid, from: [], parse: (text: string) => { throw new TypeError(`a statement gave back an array, ${text.slice(0, 20)}`) }, serialize: toArrayLiteral }
}

/** https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function toArrayLiteral (elements: ReadonlyArray<string | number>): string {
  return `{${elements.map(element => `"${String(element).replace(/[\\"]/g, '\\$&')}"`).join(',')}}`
}

interface DialOption {
  /** Gives the driver a socket that is connected. Its types lack this; its README has it. */
  socket: () => Promise<Socket>
}

function closedError (): Error {
  return new Error('the database connection is closed')
}

/** ids and counts arrive as 64-bit integers; a number holds them exactly up to 2^53. @throws {RangeError} beyond that. */
function parseSafeInteger (text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('a 64-bit integer does not fit a number')
  return value
}

/** The driver's own codes for a connection that failed, and those of the operating system. */
function isConnectionError (error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' &&
    /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|ENOENT|ERR_STREAM)/.test(error.code)
}
