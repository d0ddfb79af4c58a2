import { answerOfError, answerOfRows, bound, isRaisedInside, isSame, isTenant, isWaitedFor, leakOf, rowsOf, shown, timeouts, type Answer } from './answers.ts'
import { attemptsOn, literal, quote, readsAs, withoutRow, type Attempt, type Prey, type ProbedTable, type SuspectFunction } from './attempts.ts'
import { catalog, catalogParameter } from './catalog.ts'
import type { Query } from './check.ts'
import type { Exception } from './exceptions.ts'
import { ExplainedError } from '../explained-error.ts'
import { ProbeTransaction } from './probe-transaction.ts'
import { probedTables } from './probed-tables.ts'
import type { CheckSettings } from './settings.ts'
import { suspectFunctions } from './suspect-functions.ts'
import { Victims, type VictimState } from './victims.ts'

/** How the probes become a tenant. */
export interface ProbeSettings extends CheckSettings {
  /**
   * The statement that names the tenant of a transaction, with `$1` for its id: "select app.set_tenant($1)". Without it, the
   * setting that policies read is set with SET LOCAL. A function gives the statement for one id, for where that is signed.
   */
  setTenant: string | ((tenant: string) => string) | undefined
}

export interface ProbeResult {
  table: string
  /** The role that it was tried as. */
  role: string
  probe: string
  /** What got through: nothing, if the walls hold. */
  leak: string | undefined
  /** What it does to others without showing or changing a row of theirs: keeps them waiting. */
  nuisance: string | undefined
  /** What PostgreSQL answered: a code and its words, without any value of a row, or how many rows. */
  answer: string
  ms: number
  /** What was sent, with `$1` and so on where its values were: of these, what kind they are of. */
  sql: string
}

export interface ProbeReport {
  results: ProbeResult[]
  /** Tables that could not be attacked, and why: nothing was proved of them. */
  skipped: Array<{ table: string, reason: string }>
  /** Tables that could not be attacked either, and which somebody lets be. */
  excepted: Array<{ table: string, reason: string, exception: Exception }>
  /** What got through, and somebody lets be by the name of the attempt. */
  accepted: Array<{ result: ProbeResult, exception: Exception }>
  /** What got through, and the baseline has. */
  known: ProbeResult[]
  /** Tables of which no row was to be seen: what may be done to them was tried, and there was nothing to steal. */
  empty: string[]
}

/** What got through and is neither let be nor known. */
export function openLeaks ({ results, accepted, known }: ProbeReport): ProbeResult[] {
  return results.filter(result => result.leak !== undefined && !known.includes(result) && !accepted.some(one => one.result === result))
}

/**
 * Becomes each role that serves tenants and tries, table by table, to get at another tenant's rows: with that role's own tenant,
 * with none, with an empty one and with made-up ones. Everything happens in one transaction, which is rolled back.
 *
 * @param query on a connection that nobody else uses meanwhile, of a role that may become both the tenants' and the operator's
 * @param onTable called before each table
 * @throws {ExplainedError} where there are no two tenants to try it with, or the connection may not become the roles
 */
export async function probe (query: Query, settings: ProbeSettings, onTable: (done: number, total: number, table: string) => void = () => {}): Promise<ProbeReport> {
  await query('begin')
  try {
    // Autovacuum gives way to whoever has waited for a second (deadlock_timeout).
    await query("set local search_path = ''; set local statement_timeout = '5s'; set local lock_timeout = '1500ms'")
    return await new Attack(query, settings).run(onTable)
  } finally {
    await query('rollback')
  }
}

/** What somebody who cannot take triggers away is told of what may have been one. */
const lookBehind = "; a superuser's login can look behind it"

class Attack {
  readonly #query: Query
  readonly #settings: ProbeSettings
  readonly #report: ProbeReport = { results: [], skipped: [], excepted: [], accepted: [], known: [], empty: [] }
  readonly #transaction: ProbeTransaction
  readonly #victims: Victims
  #isSuperuser = false
  /** What the other has before anything is tried, by table and tenant: all that is tried is undone. */
  readonly #states = new Map<string, VictimState>()
  #naming: (tenant: string) => string = () => ''
  /** What policies read: an error names it where nobody has set it, and it is no secret. */
  #settingNames: string[] = []
  /** What policies compare the key with. */
  #context: string | undefined
  /** Which tenants can be named, by role and tenant. */
  readonly #named = new Map<string, boolean>()
  readonly #suspects = new Map<string, SuspectFunction[]>()

  constructor (query: Query, settings: ProbeSettings) {
    this.#query = query
    this.#settings = settings
    this.#transaction = new ProbeTransaction(query, settings.operatorRoles)
    this.#victims = new Victims(this.#transaction)
  }

  async run (onTable: (done: number, total: number, table: string) => void): Promise<ProbeReport> {
    this.#isSuperuser = await this.#transaction.isSuperuser()
    const read = await this.#query<{ name: string }>(`with${catalog} select name from context_setting order by name`, [catalogParameter(this.#settings)])
    const setting = read[0]?.name
    this.#settingNames = read.map(({ name }) => name)
    const { setTenant } = this.#settings
    if (setTenant === undefined && setting === undefined) throw new ExplainedError('the policies read no setting, so nothing says how a tenant is named; tell with --set-tenant', { exitCode: 2 })
    if (setTenant === undefined && read.length > 1) throw new ExplainedError(`the policies read ${read.map(({ name }) => name).join(' and ')}, so nothing says how a tenant is named; tell with --set-tenant`, { exitCode: 2 })
    const namingByFunction = typeof setTenant === 'string' ? (tenant: string): string => setTenant.replaceAll('$1', literal(tenant)) : setTenant
    this.#naming = namingByFunction ?? (tenant => `set local ${setting ?? ''} = ${literal(tenant)}`)

    const [context] = await this.#query<{ expression: string | null }>(`with${catalog} select expression from context`, [catalogParameter(this.#settings)])
    this.#context = context?.expression ?? undefined
    for (const role of this.#settings.tenantRoles) this.#suspects.set(role, await this.#query<SuspectFunction>(suspectFunctions, [catalogParameter({ ...this.#settings, tenantRoles: [role], operatorRoles: [] })]))
    const tables = (await Promise.all(this.#settings.tenantRoles.map(async role =>
      (await this.#query<ProbedTable & { hasKey: boolean }>(probedTables, [catalogParameter(this.#settings), role])).map(table => ({ role, ...table }))))).flat()
    await this.#victims.look(tables.find(table => table.isRoot))
    for (const [index, { role, hasKey, ...table }] of tables.entries()) {
      onTable(index, tables.length, table.name)
      if (!hasKey) this.#skip(table, `it has no column ${table.key}`)
      else await this.#attackTable(table, role, setting, namingByFunction)
    }
    return this.#report
  }

  async #attackTable (table: ProbedTable, role: string, setting: string | undefined, naming: ((tenant: string) => string) | undefined): Promise<void> {
    try {
      const canBeNamed = async (tenant: string): Promise<boolean> => await this.#canBeNamed(role, tenant)
      const prey = await this.#victims.find(table, canBeNamed)
      if (prey === undefined) {
        this.#skip(table, 'there are no two tenants, of whom one can be named')
        return
      }
      if (prey.own === undefined && !this.#report.empty.includes(table.name)) this.#report.empty.push(table.name)
      await this.#assertNaming(table, role, prey)
      for (const attempt of attemptsOn(table, prey, setting, naming && (tenant => ({ text: naming(tenant), values: [] })), this.#suspects.get(role))) await this.#try(table, role, prey, attempt)
      // What takes one tenant for another may do so for some of them, and one way round.
      for (const tenant of await this.#victims.some(table, canBeNamed)) {
        for (const attempt of readsAs(table, tenant)) await this.#try(table, role, prey, attempt)
      }
    } catch (error) {
      const { code, told } = answerOfError(error)
      if (!timeouts.includes(code)) throw error
      this.#skip(table, `it was locked, or took too long: ${told}`)
    }
  }

  /** Whether a tenant is one that the role is let be: of those that are not, nothing can be tried. */
  async #canBeNamed (role: string, tenant: string): Promise<boolean> {
    const asked = `${role} ${tenant}`
    const known = this.#named.get(asked)
    if (known !== undefined) return known
    const can = await this.#transaction.undone(async () => {
      await this.#transaction.become(role)
      return await this.#query(this.#naming(tenant)).then(() => true, (error: unknown) => {
        if (timeouts.includes((error as { code?: string }).code ?? '')) throw error
        return false
      })
    })
    this.#named.set(asked, can)
    return can
  }

  /** That a tenant can be named, and then sees what is its own: otherwise all would be refused, and nothing proved. @throws {ExplainedError} */
  async #assertNaming (table: ProbedTable, role: string, { self, victim, row, own }: Prey): Promise<void> {
    const k = quote(table.key)
    const keyIsReadable = table.columns.some(({ name, canRead }) => name === table.key && canRead)
    // Of somebody who is not let be here, the rows are wanted all the same.
    for (const tenant of await this.#canBeNamed(role, victim) ? [self, victim] : [self]) {
      const seen = await this.#transaction.undone(async () => {
        await this.#transaction.become(role)
        try {
          await this.#query(this.#naming(tenant))
        } catch (error) {
          throw new ExplainedError(`${role} could not be named the tenant ${tenant}, so nothing can be tried: ${(error as Error).message}`, { cause: error })
        }
        return keyIsReadable ? (await this.#query(`select ${k} from ${table.name} where ${table.exactKey} = ${literal(tenant)} limit 1`)).length : undefined
      })
      const has = tenant === victim ? Object.keys(row).length > 0 : (own ?? 0) > 0
      if (has && seen === 0) this.#skip(table, `as the tenant ${tenant}, ${role} does not see what is its own, so that nothing is proved by what it does not see of others`)
    }
  }

  #skip ({ name }: ProbedTable, reason: string): void {
    if (!this.#report.skipped.some(({ table }) => table === name)) this.#report.skipped.push({ table: name, reason })
  }

  async #try (table: ProbedTable, role: string, prey: Prey, attempt: Attempt): Promise<void> {
    if (attempt.before !== undefined && !this.#isSuperuser) return
    const sql = bound(attempt.text, attempt.values)
    const start = performance.now()
    const { answer, loss } = attempt.leaksBy === 'loss' ? await this.#answerAndLoss(table, role, prey, attempt, sql) : { answer: await this.#answer(role, attempt, sql), loss: undefined }
    if (timeouts.includes(answer.code) && !isWaitedFor(attempt, answer) && attempt.leaksBy !== 'nothing') {
      this.#skip(table, `"${attempt.probe}" could not be tried: ${answer.told}`)
      return
    }
    const leak = loss ?? await this.#leakOf(table, role, prey, attempt, sql, answer)
    this.#report.results.push({
      table: table.name, role, probe: attempt.probe, leak, nuisance: answer.code === '' ? attempt.nuisance : undefined, answer: answer.told, ms: performance.now() - start, sql: shown(attempt, prey)
    })
  }

  /** What the other has lost by it. */
  async #answerAndLoss (table: ProbedTable, role: string, { victim, own }: Prey, attempt: Attempt, sql: string): Promise<{ answer: Answer, loss: string | undefined }> {
    let before = this.#states.get(`${table.name} ${victim}`)
    if (before === undefined) {
      before = await this.#transaction.undone(async () => await this.#victims.stateOf(table, victim))
      this.#states.set(`${table.name} ${victim}`, before)
    }
    const { rows, content } = before
    let loss: string | undefined
    const compare = async (count: number): Promise<void> => {
      await this.#query('reset role')
      const after = await this.#victims.stateOf(table, victim)
      if (after.rows < rows) loss = 'rows of the other are gone'
      else if (after.content !== content) loss = 'rows of the other are changed'
      else if (attempt.asReplica === true && own !== undefined && count > own) loss = `${rowsOf(count)}, more than the ${rowsOf(own)} of one's own`
    }
    const answer = await this.#answer(role, attempt, sql, compare)
    // What is wrong with a row of one's own may hide that the other's would have been next.
    const isInTheWay = answer.code.startsWith('23') || answer.where !== undefined
    if (answer.code === '' || attempt.asReplica !== true || !this.#isSuperuser || !isInTheWay) return { answer, loss }
    return { answer: await this.#answer(role, attempt, sql, compare, this.#asReplica), loss }
  }

  /**
   * What an answer gives away. An error that no wall answers shows nothing by itself, since nothing of the statement stays, but may
   * have kept the policies from being asked: it counts as a hole unless one of two things is seen.
   *
   * - The function that says whose a row is raises it by itself, in the same words and at the same place, as a statement of its own with
   *   nobody named, or the same made-up one. What a trigger raises, before the policies, is at another place, even where it calls that function.
   * - Without triggers the policies refuse it. Only a superuser can look; for others it stays a hole.
   *
   * What is seen so may still be raised for the other's rows alone, which tells that they are there. So a superuser's login takes the
   * row away and asks again, and whatever is said otherwise then is a hole as well.
   */
  async #leakOf (table: ProbedTable, role: string, prey: Prey, attempt: Attempt, sql: string, answer: Answer): Promise<string | undefined> {
    const said = leakOf(attempt, answer)
    if (attempt.leaksBy === 'difference') return said !== undefined && !this.#isSuperuser ? `${said}${lookBehind}` : await this.#difference(table, role, prey, attempt, sql, answer)
    if (answer.code === '' || attempt.mayFail === true || timeouts.includes(answer.code)) return said
    if (said === undefined && !isRaisedInside(attempt, answer)) return undefined
    if (!await this.#isOfContext(role, attempt, answer)) {
      const alarm = said ?? `not refused by the walls: ${answer.told}`
      if (!this.#isSuperuser) return `${alarm}${lookBehind}`
      const open = attempt.leaksBy === 'loss' ? undefined : await this.#openBehind(role, attempt, sql)
      if (open !== undefined) return open === '' ? alarm : `${open}, where no trigger or key answers ${answer.told}`
    }
    return this.#isSuperuser ? await this.#difference(table, role, prey, attempt, sql, answer) : undefined
  }

  /** What gets through where no trigger and no foreign key is asked; empty where it cannot be told. */
  async #openBehind (role: string, attempt: Attempt, sql: string): Promise<string | undefined> {
    const answer = await this.#answer(role, attempt, sql, undefined, this.#asReplica)
    const leak = leakOf(attempt, answer)
    if (answer.code === '') return leak
    if (leak === undefined && !isRaisedInside(attempt, answer) && !timeouts.includes(answer.code)) return undefined
    return await this.#isOfContext(role, attempt, answer) ? undefined : ''
  }

  /** Whether it is what policies compare the key with that raises this, whatever statement asks it. */
  async #isOfContext (role: string, attempt: Attempt, answer: Answer): Promise<boolean> {
    if (this.#context === undefined || isTenant(attempt.context)) return false
    const own = await this.#answer(role, attempt, `select (${this.#context})::text`)
    return isSame(own, answer) && own.where === answer.where
  }

  readonly #asReplica = async (): Promise<void> => { await this.#query('set local session_replication_role = replica') }

  /** Does it again where the other's row is not there. */
  async #difference (table: ProbedTable, role: string, prey: Prey, attempt: Attempt, sql: string, answer: Answer): Promise<string | undefined> {
    if (!this.#isSuperuser) {
      const { looseKeys } = table
      const { code, count, constraint } = answer
      // Nobody here can take the row away: a key across tenants that has something to say says it.
      const isSaid = looseKeys.length > 0 && (['23505', '23P01'].includes(code) ? looseKeys.includes(constraint ?? '') : code === '' && count === 0)
      return isSaid || (attempt.probe.startsWith('refer') && code === '' && count > 0) ? 'says that the row exists' : undefined
    }
    const without = attempt.without ?? (attempt.leaksBy === 'difference' ? undefined : withoutRow(table, prey))
    const other = await this.#answer(role, attempt, sql, async () => {}, async () => {
      // What refers to the row is to stay as it is.
      await this.#asReplica()
      if (without !== undefined) await this.#query(without.text, without.values)
      await this.#query('set local session_replication_role = origin')
    })
    return isSame(other, answer) ? undefined : `says whether the row exists: ${other.told} without it`
  }

  /** What PostgreSQL says to it, as a tenant's role; all is taken back. */
  async #answer (role: string, attempt: Attempt, sql: string, after: (count: number) => Promise<void> = async () => {}, before: () => Promise<void> = async () => {}): Promise<Answer> {
    try {
      return await this.#transaction.undone(async () => {
        await before()
        if (attempt.before !== undefined) await this.#query(attempt.before.replaceAll('current_tenant_role', quote(role)))
        await this.#transaction.become(role)
        await this.#enter(attempt)
        const answer = answerOfRows(await this.#query(sql))
        await after(answer.count)
        return answer
      })
    } catch (error) {
      if (error instanceof ExplainedError) throw error
      return answerOfError(error, this.#settingNames)
    }
  }

  async #enter ({ context }: Attempt): Promise<void> {
    if (context === 'none') return
    await this.#query('tenant' in context ? this.#naming(context.tenant) : `set local ${context.setting} = ${literal(context.value)}`)
  }
}
