import { createHash } from 'node:crypto'
import { hashPassword } from '../password.ts'
import { OptionError, rowLimit, testPassword, type TestDataOptions } from './options.ts'
import { Random } from './random.ts'
import { tableNames, type Counts, type Row, type TableName } from './tables.ts'
import { addressPart, companyName, personNames, Prose } from './text.ts'

/** How much of everything one account has. */
interface Shape {
  users: number
  projects: number
  tasks: number
  subtasks: number
}

/** Where the passes stand: the account, what it has, and the number of rows of all accounts before it. */
interface Position {
  index: number
  shape: Shape
  before: Counts
}

/** What one account has, for a database of its own. */
export interface AccountData {
  slug: string
  name: string
  counts: Counts
  /** The rows of a table, in the order of their ids. @param id of the account */
  rows: (table: TableName, id: number) => Generator<Row>
}

// Each table of each account draws from a stream of its own, so that it comes out alike in whatever order one asks.
const streams = { shape: 0, account: 1, app_user: 2, project: 3, task: 4, subtask: 5, prose: 6 }

const firstJoined = Date.UTC(2020, 0, 1)
// A fixed day, not today: the same run next year has to give the same rows.
const lastJoined = Date.UTC(2026, 0, 1)

/**
 * The test data of the options: the same rows for the same options, and for each account the same whatever else is made.
 *
 * @throws {OptionError} if they ask for more rows than anybody can want
 */
export async function prepareTestData (options: TestDataOptions): Promise<TestData> {
  // One hash for all: at 60 ms each, a hash for every user would take minutes, and that many users share this password is no secret.
  // The salt comes from the seed, so that runs are alike.
  const salt = createHash('sha256').update(`test data ${options.seed}`).digest().subarray(0, 16)
  return new TestData(options, await hashPassword(testPassword, salt))
}

/** Makes rows, table by table, holding none of them: a pass over a table can be repeated or given up at any row. */
export class TestData {
  readonly options: TestDataOptions
  /** Rows of each table. */
  readonly counts: Counts
  readonly total: number
  readonly #prose: Prose
  readonly #passwordHash: string
  /** Users and projects of the accounts before the first one: their running numbers go over all accounts from tenant-0 on. */
  readonly #earlier: Counts

  constructor (options: TestDataOptions, passwordHash: string) {
    this.options = options
    this.#passwordHash = passwordHash
    this.#prose = new Prose([options.seed, 0, streams.prose])
    this.#earlier = sum(this.#positions(0, options.first))
    this.counts = sum(this.#positions(options.first, options.accounts))
    this.total = tableNames.reduce((total, name) => total + this.counts[name], 0)
    if (this.total > rowLimit) throw new OptionError(`--accounts ${options.accounts} makes ${this.total} rows here; at most ${rowLimit} are made at once`)
  }

  /** The same data without the first of their accounts. */
  beyond (accounts: number): TestData {
    if (accounts === 0) return this
    return new TestData({ ...this.options, first: this.options.first + accounts, accounts: this.options.accounts - accounts }, this.#passwordHash)
  }

  /** The account's slug and name. */
  * accounts (): Generator<{ slug: string, name: string }> {
    for (const [, slug, name] of this.rows('account')) yield { slug: String(slug), name: String(name) }
  }

  /**
   * The rows of a table, in the order of their ids.
   *
   * @param firstIds the id of each table's first row; the others follow without a gap
   */
  rows (table: TableName, firstIds: Counts = allOnes): Generator<Row> {
    return this.#rowsAt(this.#positions(this.options.first, this.options.accounts), table, firstIds)
  }

  /**
   * The accounts one by one, each with its own part of the rows, under the ids that these have where all of them, from
   * tenant-0 on, are in one schema.
   */
  * eachAccount (): Generator<AccountData> {
    const firstIds = Object.fromEntries(tableNames.map(name => [name, 1 + this.#earlier[name]])) as Counts
    for (const position of this.#positions(this.options.first, this.options.accounts)) {
      const [[, slug, name] = []] = this.#rowsAt([position], 'account', firstIds)
      yield {
        slug: String(slug),
        name: String(name),
        counts: plus(allZeros, position.shape),
        rows: (table, id) => this.#rowsAt([position], table, { ...firstIds, account: id - position.before.account })
      }
    }
  }

  #rowsAt (positions: Iterable<Position>, table: TableName, firstIds: Counts): Generator<Row> {
    switch (table) {
      case 'account': return this.#makeAccounts(positions, firstIds)
      case 'app_user': return this.#makeUsers(positions, firstIds)
      case 'project': return this.#makeProjects(positions, firstIds)
      case 'task': return this.#makeTasks(positions, firstIds)
      case 'subtask': return this.#makeSubtasks(positions, firstIds)
    }
  }

  * #makeAccounts (positions: Iterable<Position>, firstIds: Counts): Generator<Row> {
    for (const { index, before } of positions) {
      yield [firstIds.account + before.account, `tenant-${index}`, companyName([this.options.seed, index, streams.account])]
    }
  }

  * #makeUsers (positions: Iterable<Position>, firstIds: Counts): Generator<Row> {
    for (const { index, shape, before } of positions) {
      const random = this.#stream(index, streams.app_user)
      const names = personNames([this.options.seed, index, streams.app_user], shape.users)
      for (const [ordinal, { firstName, lastName }] of names.entries()) {
        const number = this.#earlier.app_user + before.app_user + ordinal
        const email = `${addressPart(firstName)}-${addressPart(lastName)}-${number}@example.com`
        const joined = new Date(firstJoined + random.below((lastJoined - firstJoined) / 1000) * 1000)
        yield [firstIds.account + before.account, firstIds.app_user + before.app_user + ordinal, email, firstName, lastName, true,
          joined.toISOString(), this.#passwordHash, ordinal === 0 ? 'owner' : 'member']
      }
    }
  }

  * #makeProjects (positions: Iterable<Position>, firstIds: Counts): Generator<Row> {
    for (const { index, shape, before } of positions) {
      const random = this.#stream(index, streams.project)
      for (let ordinal = 0; ordinal < shape.projects; ordinal++) {
        const number = this.#earlier.project + before.project + ordinal
        yield [firstIds.account + before.account, firstIds.project + before.project + ordinal, `project-${number}`, this.#prose.paragraph(random)]
      }
    }
  }

  * #makeTasks (positions: Iterable<Position>, firstIds: Counts): Generator<Row> {
    for (const { index, shape, before } of positions) {
      const random = this.#stream(index, streams.task)
      const firstProject = firstIds.project + before.project
      for (let ordinal = 0; ordinal < shape.tasks; ordinal++) {
        yield [firstIds.account + before.account, firstIds.task + before.task + ordinal, firstProject + random.below(shape.projects),
          this.#prose.name(random), random.coin(), this.#prose.paragraph(random)]
      }
    }
  }

  * #makeSubtasks (positions: Iterable<Position>, firstIds: Counts): Generator<Row> {
    for (const { index, shape, before } of positions) {
      const random = this.#stream(index, streams.subtask)
      const firstTask = firstIds.task + before.task
      for (let ordinal = 0; ordinal < shape.subtasks; ordinal++) {
        yield [firstIds.account + before.account, firstIds.subtask + before.subtask + ordinal, firstTask + random.below(shape.tasks),
          this.#prose.name(random), random.coin(), this.#prose.paragraph(random)]
      }
    }
  }

  * #positions (first: number, count: number): Generator<Position> {
    let before = allZeros
    for (let index = first; index < first + count; index++) {
      const shape = this.#shape(index)
      yield { index, shape, before }
      before = plus(before, shape)
    }
  }

  #shape (index: number): Shape {
    const { minUsers, maxUsers, minProjects, maxProjects, minTasks, maxTasks, minSubtasks, maxSubtasks } = this.options
    const random = this.#stream(index, streams.shape)
    const users = random.between(minUsers, maxUsers)
    const projects = random.between(minProjects, maxProjects)
    const tasks = random.between(minTasks, maxTasks) * projects
    const subtasks = random.between(minSubtasks, maxSubtasks) * tasks
    return { users, projects, tasks, subtasks }
  }

  #stream (index: number, stream: number): Random {
    return new Random([this.options.seed, index, stream])
  }
}

const allZeros: Counts = { account: 0, app_user: 0, project: 0, task: 0, subtask: 0 }
const allOnes: Counts = { account: 1, app_user: 1, project: 1, task: 1, subtask: 1 }

function sum (positions: Iterable<Position>): Counts {
  let total = allZeros
  for (const { shape } of positions) total = plus(total, shape)
  return total
}

function plus (counts: Counts, { users, projects, tasks, subtasks }: Shape): Counts {
  return {
    account: counts.account + 1,
    app_user: counts.app_user + users,
    project: counts.project + projects,
    task: counts.task + tasks,
    subtask: counts.subtask + subtasks
  }
}
