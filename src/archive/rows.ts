import { maxId } from '../database/sequence.ts'
import { ArchiveError, excerpt } from './archive-error.ts'
import { entryName } from './format.ts'
import { columnsOf, type Column, type TableName } from './tables.ts'

export type Value = string | number | boolean

/** As many parents as 32 MB hold; the foreign keys know the rest. */
const maxKnownIds = 4 * 1024 * 1024

/** As many as some 30 MB hold; the unique index knows the rest. */
const maxKnownTexts = 250_000

// As PostgreSQL writes them into JSON in UTC, with all that the type can hold.
const timestamp = /^(?:-?infinity|(\d{4,6})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?\+00:00( BC)?)$/
const [earliestBc, latestYear] = [4713, 294276]
// Neither can stand in a text of PostgreSQL.
const unstorable = /[\0\p{Cs}]/u

/** Ids in the order in which they came, which is ascending. */
export class KnownIds {
  #ids = new Float64Array(1024)
  #count = 0
  #isComplete = true

  add (id: number): void {
    if (this.#count === maxKnownIds) {
      this.#isComplete = false
      return
    }
    if (this.#count === this.#ids.length) {
      const larger = new Float64Array(this.#count * 2)
      larger.set(this.#ids)
      this.#ids = larger
    }
    this.#ids[this.#count++] = id
  }

  /** False only of an id that is missing for certain. */
  mayHave (id: number): boolean {
    let [low, high] = [0, this.#count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#ids[middle] ?? 0) < id) low = middle + 1
      else high = middle
    }
    return (low < this.#count && this.#ids[low] === id) || (!this.#isComplete && id > (this.#ids[this.#count - 1] ?? 0))
  }
}

/** Checks the lines of one table, one after the other. */
export class RowReader {
  readonly #table: TableName
  readonly #columns: readonly Column[]
  readonly #ids: ReadonlyMap<TableName, KnownIds>
  readonly #ownIds: KnownIds | undefined
  readonly #knownTexts = new Set<string>()
  rows = 0
  highestId = 0

  /** @param ids the tables that are somebody's parents. @param version that of the archive's format */
  constructor (table: TableName, ids: ReadonlyMap<TableName, KnownIds>, version: number) {
    this.#table = table
    this.#columns = columnsOf(table, version)
    this.#ids = ids
    this.#ownIds = ids.get(table)
  }

  /**
   * The values of a line, in the order of the table's columns.
   *
   * @throws {ArchiveError} if the database would not have written it
   */
  read (line: string): Value[] {
    this.rows++
    let object: unknown
    try {
      object = JSON.parse(line)
    } catch {
      this.refuse(`is not JSON: ${excerpt(line)}`)
    }
    if (typeof object !== 'object' || object === null || Array.isArray(object)) this.refuse('is not a JSON object')
    const keys = Object.keys(object)
    const values = Object.values(object) as unknown[]
    if (keys.length !== this.#columns.length || this.#columns.some((column, index) => column.name !== keys[index])) {
      this.refuse(`has not exactly the fields ${this.#columns.map(column => column.name).join(', ')} in this order, but ${excerpt(keys.join(', '))}`)
    }
    const mayBeUnstorable = line.includes('\\u')
    for (let index = 0; index < keys.length; index++) this.#check(this.#columns[index] as Column, values[index], mayBeUnstorable)
    // A key that stands twice, or another notation, is read in different ways by different programs.
    if (JSON.stringify(object) !== line) this.refuse('is not written as an export writes it: a field twice, spaces, or another notation')
    return values as Value[]
  }

  #check (column: Column, value: unknown, mayBeUnstorable: boolean): void {
    switch (column.type) {
      case 'bigint':
        this.#checkId(column, value)
        break
      case 'boolean':
        if (typeof value !== 'boolean') this.refuse(`${column.name} is neither true nor false`)
        break
      case 'timestamptz':
        if (typeof value !== 'string' || !isTimestamp(value)) this.refuse(`${column.name} is not a timestamp`)
        break
      case 'text':
        if (typeof value !== 'string') this.refuse(`${column.name} is not a text`)
        if (mayBeUnstorable && unstorable.test(value)) this.refuse(`${column.name} has a character that PostgreSQL does not store`)
        this.#checkText(column, value)
    }
  }

  #checkId ({ name, parent }: Column, value: unknown): void {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1 || value > maxId) this.refuse(`${name} is not a whole number from 1 to ${maxId}`)
    if (parent === undefined) {
      if (value <= this.highestId) this.refuse(`${name} ${value} does not come after ${this.highestId}: they stand in ascending order, each once`)
      this.highestId = value
      this.#ownIds?.add(value)
    } else if (this.#ids.get(parent)?.mayHave(value) === false) {
      this.refuse(`${name} ${value} is in no line of ${entryName(parent)}`)
    }
  }

  #checkText ({ name, minLength = 0, maxLength, pattern, values, isUnique }: Column, value: string): void {
    if (value.length < minLength || (maxLength !== undefined && value.length > maxLength && characters(value, maxLength) > maxLength)) {
      this.refuse(`${name} has not ${minLength} to ${maxLength} characters`)
    }
    // A pair of surrogates is one character.
    if (minLength > 1 && value.length < minLength * 2 && characters(value, maxLength) < minLength) this.refuse(`${name} has fewer than ${minLength} characters`)
    if (pattern !== undefined && !pattern.test(value)) this.refuse(`${name} is not a label of a host name: ${excerpt(value)}`)
    if (isUnique === true) {
      const text = value.replace(/[A-Z]/g, letter => letter.toLowerCase())
      if (this.#knownTexts.has(text)) this.refuse(`${name} stands in a line before: ${excerpt(value)}`)
      if (this.#knownTexts.size < maxKnownTexts) this.#knownTexts.add(text)
    }
    if (values !== undefined && !values.includes(value)) this.refuse(`${name} is none of ${values.join(', ')}: ${excerpt(value)}`)
  }

  refuse (what: string): never {
    throw new ArchiveError(`${entryName(this.#table)}, line ${this.rows}: ${what}`)
  }
}

/** https://www.postgresql.org/docs/current/datatype-datetime.html */
function isTimestamp (text: string): boolean {
  const [whole, years, months, days, bc] = timestamp.exec(text) ?? []
  if (whole === undefined) return false
  if (years === undefined) return true
  const [year, month, day] = [Number(years), Number(months), Number(days)]
  if (year < 1 || year > (bc === undefined ? latestYear : earliestBc) || month < 1 || month > 12 || day < 1) return false
  const counted = bc === undefined ? year : 1 - year
  const isLeap = counted % 4 === 0 && (counted % 100 !== 0 || counted % 400 === 0)
  return day <= (month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31)
}

/** Code points, as char_length counts them. */
function characters (text: string, limit = Number.POSITIVE_INFINITY): number {
  if (text.length > limit * 2) return text.length
  return [...text].length
}
