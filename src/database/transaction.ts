import { UnavailableError } from '../errors.ts'
import type { Rows, SqlValue } from './connection.ts'
import type { StatementRunner, TransactionTrace } from './trace.ts'

/**
 * Runs one statement of a transaction: sql`select id from project where account_id = ${accountId}`.
 * Values travel as bind parameters; text cannot be spliced in. The statement is sent when called. It reads or writes rows:
 * whatever begins or ends a transaction, or would outlive it on the connection, is refused.
 */
export type Sql = <Row extends object>(strings: TemplateStringsArray, ...values: Array<SqlValue | SqlPart>) => Promise<Rows<Row>>

/** A part of a statement, to be put into others: constant text with places for values, like the statement itself. */
export class SqlPart {
  readonly strings: TemplateStringsArray
  readonly values: ReadonlyArray<SqlValue | SqlPart>

  constructor (strings: TemplateStringsArray, values: ReadonlyArray<SqlValue | SqlPart>) {
    assertTemplate(strings, 'part')
    this.strings = strings
    this.values = values
  }
}

/** Makes a part of a statement: part`and project_id = ${projectId}`. Nothing is sent. */
export function part (strings: TemplateStringsArray, ...values: Array<SqlValue | SqlPart>): SqlPart {
  return new SqlPart(strings, values)
}

export interface TransactionOptions {
  readOnly: boolean
  /** After so long the transaction is rolled back, whatever its user does. */
  deadlineMs: number
  /**
   * Whether to put back first what an earlier transaction may have left on the session: settings, and locks. Statements of ours leave
   * nothing; one that somebody else's text got into does, where PostgreSQL lets everybody change settings in the midst of it.
   */
  afresh?: boolean
  /** Notes what is sent; left out, nothing is. */
  trace?: TransactionTrace | undefined
}

/** What a server is given to answer the rollback of a transaction whose time was up. */
const rollbackGraceMs = 1000

/**
 * A transaction and its handle, which dies with it: once it has ended, or its time is up, `sql` throws, so a statement that
 * someone forgot to await cannot run in the next transaction of the same connection.
 */
export class Transaction {
  readonly #connection: StatementRunner
  readonly #release: () => void
  #deadline: NodeJS.Timeout
  readonly #readOnly: boolean
  readonly #pending = new Set<Promise<unknown>>()
  #closed = false
  /** Why it was closed, where that was not its ordinary end. */
  #closedBecause: Error | undefined
  #firstError: unknown
  #ending: Promise<void> | undefined
  #reading: Promise<void> | undefined

  constructor (connection: StatementRunner, { readOnly, deadlineMs, afresh = false, trace }: TransactionOptions, release: () => void) {
    this.#connection = trace === undefined ? connection : trace.watch(connection)
    this.#release = release
    this.#readOnly = readOnly
    this.#deadline = setTimeout(() => { this.#expire() }, deadlineMs)
    if (afresh) for (const statement of [resetSettings, releaseLocks]) this.#track(this.#connection.run(statement, [])).catch(() => {})
    // One snapshot for all that a page shows, so that its count and its rows agree.
    // Not awaited: it shares its packet with the first statement. Its failure becomes theirs.
    this.#track(this.#connection.run(readOnly ? beginReading : beginWriting, [])).catch(() => {})
  }

  readonly sql: Sql = <Row>(strings: TemplateStringsArray, ...values: Array<SqlValue | SqlPart>): Promise<Rows<Row>> => {
    const answer = this.#closed ? Promise.reject(this.#refusal()) : this.#track(this.#send<Row>(strings, values))
    // A statement that nobody awaits must not end the process by its failure; commit tells of it.
    answer.catch(() => {})
    return answer
  }

  /**
   * Makes it last. Waits for statements that nobody awaited, too.
   *
   * @throws the first error of the transaction, if any statement failed or was refused, handled or not: nothing was kept then.
   */
  async commit (): Promise<void> {
    if (this.#ending !== undefined) throw this.#refusal()
    this.#closed = true
    this.#ending = this.#finish('commit')
    await this.#ending
  }

  /**
   * Ends a transaction that only read: closes the handle now and sends commit behind whatever is under way, so that the whole
   * can travel in one packet. Resolves when the statements have their answers; commit's own, which can undo nothing that was
   * read, is awaited by the connection alone, before it serves anybody else. Safe to call twice.
   *
   * @throws the first error of the transaction, if any statement failed, handled or not.
   */
  async endReading (): Promise<void> {
    if (!this.#readOnly) throw new Error('a transaction that may have written is committed, and that awaited')
    if (this.#reading === undefined) {
      if (this.#ending !== undefined) throw this.#refusal()
      this.#closed = true
      this.#reading = this.#whenAnswered()
      this.#ending = this.#finish('commit behind')
      this.#ending.catch(() => {})
    }
    await this.#reading
  }

  /** Undoes it. Never throws; safe to call in any state and more than once. */
  async rollback (reason?: Error): Promise<void> {
    if (!this.#closed) this.#closedBecause = reason
    this.#closed = true
    this.#ending ??= this.#finish('rollback')
    await this.#ending.catch(() => {})
  }

  #refusal (): Error {
    return this.#closedBecause ?? new Error('the transaction of this handle has ended')
  }

  async #send<Row> (template: TemplateStringsArray, parts: ReadonlyArray<SqlValue | SqlPart>): Promise<Rows<Row>> {
    assertTemplate(template, 'sql')
    const { strings, values } = flatten(template, parts)
    assertHarmless(strings)
    if (!values.every(isSqlValue)) throw new TypeError('a value of this statement is not one that SQL takes')
    return await this.#connection.run<Row>(strings, values)
  }

  async #track<Row> (answer: Promise<Rows<Row>>): Promise<Rows<Row>> {
    this.#pending.add(answer)
    try {
      return await answer
    } catch (error) {
      this.#firstError ??= error
      // 25P02 says only that an earlier statement failed; that one is what the caller should hear of.
      throw isAborted(error) ? this.#firstError : error
    } finally {
      this.#pending.delete(answer)
    }
  }

  /** All statements that were sent, answered well. */
  async #whenAnswered (): Promise<void> {
    if (this.#pending.size > 0) await Promise.allSettled(this.#pending)
    if (this.#firstError !== undefined) throw this.#firstError
  }

  async #finish (how: 'commit' | 'commit behind' | 'rollback'): Promise<void> {
    try {
      if (how === 'commit behind') {
        // PostgreSQL answers with ROLLBACK where a statement before it failed: the transaction is over in either case.
        // Those statements are awaited too: the driver may still send one of them again.
        await Promise.all([this.#connection.run(commitStatement, []), Promise.allSettled(this.#pending)])
        return
      }
      await Promise.allSettled(this.#pending)
      const failed = this.#firstError !== undefined
      if (how === 'commit' && !failed) {
        const { command } = await this.#connection.run(commitStatement, [])
        if (command !== 'COMMIT') throw new UnavailableError(new Error(`commit was answered with ${command}`))
        return
      }
      if (!this.#connection.closed) await this.#connection.run(rollbackStatement, []).catch(() => { this.#connection.close() })
      if (how === 'commit') throw this.#firstError
    } catch (error) {
      // A commit that failed half-way leaves the connection in a state nobody should guess at.
      if (error !== this.#firstError) this.#connection.close()
      throw error
    } finally {
      clearTimeout(this.#deadline)
      this.#release()
    }
  }

  #expire (): void {
    const reason = new UnavailableError(new Error('the transaction took longer than its deadline'))
    // Whatever is still unanswered, commit or rollback too, is cut with its connection: the server ends it at its own
    // statement_timeout. A connection that stays silent would otherwise be lent out for ever.
    if (this.#pending.size > 0 || this.#ending !== undefined) this.#connection.close()
    else this.#deadline = setTimeout(() => { this.#connection.close() }, rollbackGraceMs)
    this.rollback(reason).catch(() => {})
  }
}

const resetSettings = template`reset all`
const releaseLocks = template`select pg_catalog.pg_advisory_unlock_all()`
const beginReading = template`begin isolation level repeatable read read only`
const beginWriting = template`begin`
const commitStatement = template`commit`
const rollbackStatement = template`rollback`

function template (strings: TemplateStringsArray): TemplateStringsArray {
  return strings
}

function assertTemplate (strings: TemplateStringsArray, tag: string): void {
  if (!Array.isArray(strings?.raw)) throw new TypeError(`${tag} is a template tag: ${tag}\`…\``)
}

/**
 * Statements that were put together of parts: a tree, in which a statement lies behind its own template and those of its parts, in their
 * order. A template has as many places as it has, so what is in each (a value, or which part) says all. All are constants, so these are few.
 */
class Composed {
  /** The statement whose last place this was. */
  strings: TemplateStringsArray | undefined
  #behindValue: Composed | undefined
  readonly #behindParts = new Map<TemplateStringsArray, Composed>()

  behindValue (): Composed {
    this.#behindValue ??= new Composed()
    return this.#behindValue
  }

  behindPart (strings: TemplateStringsArray): Composed {
    const found = this.#behindParts.get(strings) ?? new Composed()
    this.#behindParts.set(strings, found)
    return found
  }
}

const composed = new Composed()

/** Puts parts in their places. The same parts give the same template, which the driver and {@link assertHarmless} know it by. */
export function flatten (template: TemplateStringsArray, parts: ReadonlyArray<SqlValue | SqlPart>): { strings: TemplateStringsArray, values: readonly SqlValue[] } {
  if (!parts.some(value => value instanceof SqlPart)) return { strings: template, values: parts as readonly SqlValue[] }
  const values: SqlValue[] = []
  const place = valuesOf(template, parts, values, composed)
  place.strings ??= textOf(template, parts)
  return { strings: place.strings, values }
}

/** Finds the place of a statement, and its values on the way. */
function valuesOf (template: TemplateStringsArray, parts: ReadonlyArray<SqlValue | SqlPart>, values: SqlValue[], from: Composed): Composed {
  if (parts.length !== template.length - 1) throw new TypeError('a template has a value in each of its places')
  let place = from.behindPart(template)
  for (const value of parts) {
    if (value instanceof SqlPart) {
      place = valuesOf(value.strings, value.values, values, place)
    } else {
      values.push(value)
      place = place.behindValue()
    }
  }
  return place
}

function textOf (template: TemplateStringsArray, parts: ReadonlyArray<SqlValue | SqlPart>): TemplateStringsArray {
  const pieces = ['']
  const add = (strings: TemplateStringsArray, inner: ReadonlyArray<SqlValue | SqlPart>): void => {
    for (const [index, text] of strings.entries()) {
      pieces[pieces.length - 1] += text
      if (index === strings.length - 1) return
      const value = inner[index]
      if (value instanceof SqlPart) add(value.strings, value.values)
      else pieces.push('')
    }
  }
  add(template, parts)
  return Object.freeze(Object.assign(pieces, { raw: Object.freeze([...pieces]) }))
}

/**
 * Where the text of a statement is not code: comments, literals and quoted names, by PostgreSQL's own rules. Words are taken
 * whole, so that none of these begins inside one. A nested comment and a name with escapes (U&"…") match nothing; nor does a
 * literal with escapes (E'…'), whose end is where PostgreSQL has put its parts together, over line ends and comments.
 */
const token = new RegExp([
  /--[^\n\r]*/,
  /\/\*(?:(?!\/\*)[^])*?\*\//,
  /(?<escape>[eE]')/,
  /'[^']*'/,
  /\$(?<tag>[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$[^]*?\$\k<tag>\$/,
  /(?<![uU]&)"(?:(?<name>\w+)|[^"]*)"/,
  /(?<word>[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*)/
].map(({ source }) => source).join('|'), 'g')
/** What is left where a comment, a literal or a name does not end, or is written in a way that `token` does not read. */
const unread = /['"]|\/\*/
/** What a statement may begin with. Transactions are begun and ended here alone; what outlives them (set, declare, listen, prepare) is nobody's. */
const harmless = /^[\s(]*(select|with|values|insert|update|delete|merge|savepoint|release|rollback\s+to)\b/i
/** What leaves something on the connection, where the next tenant's transaction would find it, or runs a text that nobody has looked at. */
const lasting = new RegExp([
  /\b(set_config|pg_(try_)?advisory_lock(_shared)?|lo_\w+|lowrite|loread|dblink\w*|query_to_xml\w*|ts_stat|ts_rewrite)\s*\(/,
  /\binto\s+((local|global)\s+)?(temp|temporary|unlogged|table|pg_temp\w*)\b/,
  // Whoever updates this view sets what it shows.
  /\bpg_settings\b/
].map(({ source }) => source).join('|'), 'i')
const known = new WeakSet<TemplateStringsArray>()

/**
 * Asserts that a statement of the application stays within its transaction. The text is the developer's own and does not
 * change, so each is looked at once.
 */
function assertHarmless (strings: TemplateStringsArray): void {
  if (known.has(strings)) return
  // With the parameters as the driver writes them, so that PostgreSQL reads the same text.
  const text = strings.reduce((before, part, index) => `${before}$${index}${part}`)
  const code = text.replace(token, (...match) => {
    const { escape, name = '', word = '' } = match.at(-1) as Record<string, string | undefined>
    return escape ?? ` ${name}${word} `
  })
  const shown = text.trim().slice(0, 60)
  if (unread.test(code)) throw new TypeError(`sql takes no comment in a comment, neither a name nor a literal with escapes and no quote that does not end: ${shown}`)
  if (!harmless.test(code)) throw new TypeError(`sql takes statements that read or write rows, not: ${shown}`)
  const [found] = lasting.exec(code) ?? []
  if (found !== undefined) throw new TypeError(`sql does not take "${found}": what it does would outlive the transaction`)
  known.add(strings)
}

function isAborted (error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '25P02'
}

function isSqlValue (value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value) || (value instanceof Date && !Number.isNaN(value.getTime())) ||
    (Array.isArray(value) && value.every(element => typeof element === 'string' || typeof element === 'number'))
}
