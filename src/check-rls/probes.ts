import { answerOfError, answerOfRows, bound, changesRows, countOfPassing, isRaisedInside, isSame, isTenant, isWaitedFor, leakOf, rowsChanged, rowsOf, rowsPassing, shown, timeouts, type Answer } from './answers.ts'
import { attemptsOn, hasSilent, isOf, literal, orDoNothing, quote, readsAs, withoutRow, type Attempt, type Prey, type ProbedTable, type SuspectFunction } from './attempts.ts'
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
  /** Why nobody can tell whether anything would: what answered may not have been the policies. */
  undecided: string | undefined
  /** What it does to others without showing or changing a row of theirs: keeps them waiting. */
  nuisance: string | undefined
  /** What PostgreSQL answered: a code and its words, without any value of a row, or how many rows. */
  answer: string
  ms: number
  /** What was sent, with `$1` and so on where its values were: of these, what kind they are of. */
  sql: string
}

/** A table that could not be attacked, and why. */
export interface SkippedTable {
  table: string
  reason: string
}

export interface ProbeReport {
  results: ProbeResult[]
  /** Tables that could not be attacked, and why: nothing was proved of them. */
  skipped: SkippedTable[]
  /** Tables that could not be attacked either, and which somebody lets be. */
  excepted: Array<SkippedTable & { exception: Exception }>
  /** Tables that could not be attacked either, for a reason that the baseline has. */
  knownSkipped: SkippedTable[]
  /** What got through or is undecided, and somebody lets be by the name of the attempt. */
  accepted: Array<{ result: ProbeResult, exception: Exception }>
  /** What got through or is undecided, and the baseline has. */
  known: ProbeResult[]
  /** Tables of which no row was to be seen: what may be done to them was tried, and there was nothing to steal. */
  empty: string[]
}

/** What got through and is neither let be nor known. */
export function openLeaks (report: ProbeReport): ProbeResult[] {
  return openResults(report).filter(({ leak }) => leak !== undefined)
}

/** What got through, or may have, and is neither let be nor known. */
export function openResults ({ results, accepted, known }: ProbeReport): ProbeResult[] {
  return results.filter(result => (result.leak ?? result.undecided) !== undefined && !known.includes(result) && !accepted.some(one => one.result === result))
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
    // What a key says when a transaction ends, it is to say at once: each attempt is taken back before.
    await query("set local search_path = ''; set local jit = off; set local statement_timeout = '5s'; set constraints all immediate")
    await query(firstWait)
    return await new Attack(query, settings).run(onTable)
  } finally {
    await query('rollback')
  }
}

/** Autovacuum gives way to whoever has waited for a second (deadlock_timeout). */
const firstWait = "set local lock_timeout = '1500ms'"
/** Whoever then still has the lock will have it for the next attempt, too: there are dozens of them. */
const nextWait = "set local lock_timeout = '50ms'"

/** What got through by an attempt, or why nobody can tell. */
type Verdict = Partial<Pick<ProbeResult, 'leak' | 'undecided'>>

/** What somebody who cannot take triggers away is told of what may have been one. */
const lookBehind = "; a superuser's login can look behind it"

/** Keys across rows. */
const keyCodes = ['23503', '23505']

/** Whether nobody may, whosever the rows are, or the policies refuse it: what is written plays no part in that. */
function isImpossible ({ code }: Answer): boolean {
  return ['42501', '55000', '0A000', '428C9'].includes(code)
}

class Attack {
  readonly #query: Query
  readonly #settings: ProbeSettings
  readonly #report: ProbeReport = { results: [], skipped: [], excepted: [], knownSkipped: [], accepted: [], known: [], empty: [] }
  readonly #transaction: ProbeTransaction
  readonly #victims: Victims
  #isSuperuser = false
  #mayBeReplica = false
  /** What the other has before anything is tried, by table and tenant: all that is tried is undone. */
  readonly #states = new Map<string, VictimState>()
  #naming: (tenant: string) => string = () => ''
  /** What policies read: an error names it where nobody has set it, and it is no secret. */
  #settingNames: string[] = []
  /** What policies compare the key with. */
  #context: string | undefined
  /** Which tenants can be named, by role and tenant. */
  readonly #named = new Map<string, boolean>()
  /** Why tenants are blind, by table, role and tenant. */
  readonly #blind = new Map<string, string | undefined>()
  readonly #suspects = new Map<string, SuspectFunction[]>()
  /** What the walls have refused of that which is tried with several values, by table, role and probe. */
  readonly #refused = new Set<string>()

  constructor (query: Query, settings: ProbeSettings) {
    this.#query = query
    this.#settings = settings
    this.#transaction = new ProbeTransaction(query, settings.operatorRoles)
    this.#victims = new Victims(this.#transaction)
  }

  async run (onTable: (done: number, total: number, table: string) => void): Promise<ProbeReport> {
    this.#isSuperuser = await this.#transaction.isSuperuser()
    this.#mayBeReplica = await this.#transaction.mayBeReplica()
    const read = await this.#query<{ name: string }>(`with${catalog} select name from context_setting order by name`, [catalogParameter(this.#settings)])
    const setting = read[0]?.name
    this.#settingNames = read.map(({ name }) => name)
    const { setTenant } = this.#settings
    if (setTenant === undefined && setting === undefined) throw new ExplainedError('the policies read no setting whose name is written out, so nothing says how a tenant is named; tell with --set-tenant', { exitCode: 2 })
    if (setTenant === undefined && read.length > 1) throw new ExplainedError(`the policies read ${read.map(({ name }) => name).join(' and ')}, so nothing says how a tenant is named; tell with --set-tenant`, { exitCode: 2 })
    const namingByFunction = typeof setTenant === 'string' ? (tenant: string): string => setTenant.replaceAll('$1', () => literal(tenant)) : setTenant
    this.#naming = namingByFunction ?? (tenant => `set local ${setting ?? ''} = ${literal(tenant)}`)

    const [context] = await this.#query<{ expression: string | null }>(`with${catalog} select expression from context`, [catalogParameter(this.#settings)])
    this.#context = context?.expression ?? undefined
    for (const role of this.#settings.tenantRoles) this.#suspects.set(role, await this.#query<SuspectFunction>(suspectFunctions, [catalogParameter({ ...this.#settings, tenantRoles: [role], operatorRoles: [] })]))
    const tables = (await Promise.all(this.#settings.tenantRoles.map(async role =>
      (await this.#query<ProbedTable & { hasKey: boolean }>(probedTables, [catalogParameter(this.#settings), role])).map(table => ({ role, ...table }))))).flat()
    await this.#victims.look(tables.find(table => table.isRoot && table.hasKey))
    for (const [index, { role, hasKey, ...table }] of tables.entries()) {
      onTable(index, tables.length, table.name)
      if (!hasKey) this.#skip(table, `it has no column ${table.key}`)
      else await this.#attackTable(table, role, setting, namingByFunction)
    }
    return this.#report
  }

  async #attackTable (table: ProbedTable, role: string, setting: string | undefined, naming: ((tenant: string) => string) | undefined): Promise<void> {
    await this.#query(firstWait)
    try {
      const canBeNamed = async (tenant: string): Promise<boolean> => await this.#canBeNamed(role, tenant)
      const prey = await this.#victims.find(table, canBeNamed, async tenant => await this.#whyBlind(table, role, tenant) !== undefined)
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
  async #assertNaming (table: ProbedTable, role: string, { self, victim }: Prey): Promise<void> {
    await this.#transaction.undone(async () => {
      await this.#transaction.become(role)
      try {
        await this.#query(this.#naming(self))
      } catch (error) {
        throw new ExplainedError(`${role} could not be named a tenant, so nothing can be tried: ${this.#wordsOfNaming(error, self)}`, { cause: error })
      }
    })
    // Of somebody who is not let be here, the rows are wanted all the same.
    for (const tenant of await this.#canBeNamed(role, victim) ? [self, victim] : [self]) {
      const why = await this.#whyBlind(table, role, tenant)
      if (why !== undefined) this.#skip(table, why)
    }
  }

  /** What is wrong with the statement that names a tenant. Where PostgreSQL cannot even read it, its words are of no more than what was written there. */
  #wordsOfNaming (error: unknown, tenant: string): string {
    const { message, position, where } = error as Error & { position?: string, where?: string }
    return answerOfError(error, position !== undefined && where === undefined && !message.includes(tenant) ? [message] : this.#settingNames).told
  }

  /** Why nothing is proved by what a tenant does not see here; nothing, where it sees what is its own, or has nothing, or nobody can tell. */
  async #whyBlind (table: ProbedTable, role: string, tenant: string): Promise<string | undefined> {
    const asked = `${table.name} ${role} ${tenant}`
    if (!this.#blind.has(asked)) this.#blind.set(asked, await this.#lookForBlindness(table, role, tenant))
    return this.#blind.get(asked)
  }

  async #lookForBlindness (table: ProbedTable, role: string, tenant: string): Promise<string | undefined> {
    if (!table.columns.some(({ name, canRead }) => name === table.key && canRead)) return undefined
    const isThere = `select ${quote(table.key)} from ${table.name} where ${isOf(table, literal(tenant))} limit 1`
    try {
      const seen = await this.#transaction.undone(async () => {
        await this.#transaction.become(role)
        await this.#query(this.#naming(tenant))
        return await this.#query(isThere)
      })
      if (seen.length > 0) return undefined
    } catch (error) {
      const { code, told } = answerOfError(error, this.#settingNames)
      if (error instanceof ExplainedError || timeouts.includes(code)) throw error
      return `as one tenant, ${role} cannot read what is its own: ${told}`
    }
    const has = await this.#transaction.undone(async () => {
      await this.#transaction.see()
      return await this.#transaction.maySee(table) && (await this.#query(isThere)).length > 0
    })
    return has ? `as one tenant, ${role} does not see what is its own, so that nothing is proved by what it does not see of others` : undefined
  }

  #skip ({ name }: ProbedTable, reason: string): void {
    if (!this.#report.skipped.some(({ table }) => table === name)) this.#report.skipped.push({ table: name, reason })
  }

  async #try (table: ProbedTable, role: string, prey: Prey, attempt: Attempt): Promise<void> {
    if (attempt.before !== undefined && !this.#isSuperuser) return
    const sql = bound(attempt.text, attempt.values)
    const start = performance.now()
    const { answer, ...seen } = attempt.leaksBy === 'loss' ? await this.#answerAndLoss(table, role, prey, attempt, sql) : { answer: await this.#answer(role, attempt, sql) }
    if (timeouts.includes(answer.code) && !isWaitedFor(attempt, answer) && attempt.leaksBy !== 'nothing') {
      this.#skip(table, `"${attempt.probe}" could not be tried: ${answer.told}`)
      if (answer.code === '55P03') await this.#query(nextWait)
      return
    }
    const { leak, undecided } = (seen.leak ?? seen.undecided) === undefined ? await this.#verdictOn(table, role, prey, attempt, sql, answer) : seen
    this.#report.results.push({
      table: table.name, role, probe: attempt.probe, leak, undecided, nuisance: answer.code === '' ? attempt.nuisance : undefined, answer: answer.told, ms: performance.now() - start, sql: shown(attempt, prey)
    })
  }

  /** What the other has lost by it. */
  async #answerAndLoss (table: ProbedTable, role: string, prey: Prey, attempt: Attempt, sql: string): Promise<Verdict & { answer: Answer }> {
    const { victim, own } = prey
    const { rows, content } = await this.#stateOf(table, victim)
    let leak: string | undefined
    const compare = async ({ count }: Answer): Promise<void> => {
      await this.#query('reset role')
      const after = await this.#victims.stateOf(table, victim)
      if (after.rows < rows) leak = 'rows of the other are gone'
      else if (after.content !== content) leak = 'rows of the other are changed'
      else if (attempt.asReplica === true && own !== undefined && count > own) leak = `${rowsOf(count)}, more than the ${rowsOf(own)} of one's own`
    }
    const answer = await this.#answer(role, attempt, sql, compare)
    if (leak !== undefined) return { answer, leak }
    // What is wrong with a row of one's own may hide that the other's would have been next.
    const isInTheWay = answer.code === '' ? hasSilent(table) && (attempt.asReplica === true || answer.count < (own ?? 0)) : answer.where !== undefined || (attempt.asReplica === true && !isImpossible(answer))
    if (answer.code === '42501' && answer.where === undefined) this.#refused.add(`${table.name} ${role} ${attempt.probe}`)
    if (!isInTheWay) return { answer }
    const pass = this.#wayPast(table, attempt)
    if (pass !== undefined) {
      const past = await this.#answer(role, attempt, sql, compare, pass)
      return { answer: past, ...leak === undefined && attempt.asReplica === true ? await this.#verdictOnPassing(table, role, prey, attempt, past, pass) : { leak } }
    }
    if (answer.code !== '' && attempt.asReplica === true) return { answer, ...await this.#verdictOnPassing(table, role, prey, attempt, answer) }
    if (answer.code !== '') return { answer, undecided: answer.where === undefined || this.#isSuperuser ? undefined : this.#doubt(answer) }
    if (attempt.asReplica !== true) return { answer, undecided: this.#doubt(answer) }
    const reached = await this.#reached(table, role, attempt, sql)
    if (reached === undefined || (own === undefined && reached > 0)) return { answer, undecided: this.#doubt(answer) }
    return { answer, leak: reached > (own ?? 0) ? `${rowsOf(reached)} reached a trigger, more than the ${rowsOf(own ?? 0)} of one's own` : undefined }
  }

  /**
   * What is to be said of a statement that something else than a policy stopped, a key, a check or what was written, be it at one's own
   * rows or at the other's: the policies for the rows that are there are asked alone. What they let be updated, those for new rows may
   * still refuse, but no key is asked before them.
   */
  async #verdictOnPassing (table: ProbedTable, role: string, { own = 0 }: Prey, attempt: Attempt, answer: Answer, pass?: () => Promise<void>): Promise<Verdict> {
    if (answer.code === '' || timeouts.includes(answer.code) || (answer.where === undefined && isImpossible(answer))) return {}
    if (this.#refused.has(`${table.name} ${role} ${attempt.probe}`)) return {}
    const passing = await this.#passing(table, role, attempt, pass)
    if (passing === undefined) return { undecided: this.#doubt(answer) }
    if (passing <= own) return {}
    const told = `the policies let ${rowsOf(passing)} through, more than the ${rowsOf(own)} of one's own, and something else was in the way: ${answer.told}`
    const isLet = attempt.text.startsWith('delete') || (attempt.keepsOwn === true && answer.where === undefined && keyCodes.includes(answer.code))
    return isLet ? { leak: told } : { undecided: told }
  }

  /** How many rows the policies let a statement change that chooses none; undefined, where that does not show. */
  async #passing ({ interceptors }: ProbedTable, role: string, attempt: Attempt, pass?: () => Promise<void>): Promise<number | undefined> {
    if (pass === undefined && interceptors.some(({ kind, isSilent }) => kind === 'rule' && isSilent)) return undefined
    let passing: number | undefined
    // Whatever is written, null can be read as.
    await this.#answer(role, attempt, countOfPassing(bound(attempt.text, attempt.values.map(() => null))), async (_, rows) => { passing = rowsPassing(rows) }, pass)
    return passing
  }

  /** What the other has before anything is tried. */
  async #stateOf (table: ProbedTable, victim: string): Promise<VictimState> {
    const key = `${table.name} ${victim}`
    const state = this.#states.get(key) ?? await this.#transaction.undone(async () => await this.#victims.stateOf(table, victim))
    this.#states.set(key, state)
    return state
  }

  /**
   * What an answer gives away. An error that no wall answers shows nothing by itself, since nothing of the statement stays, but may
   * have kept the policies from being asked: it counts as a hole unless one of two things is seen.
   *
   * - The function that says whose a row is raises it by itself, in the same words and at the same place, as a statement of its own with
   *   nobody named, or the same made-up one. What a trigger raises, before the policies, is at another place, even where it calls that function.
   * - Without triggers the policies refuse it. Not every login can look: for others it stays a hole, or, where a function has raised it, undecided.
   *
   * A trigger or a rule may also say nothing, and put another row or none in the place of one: then it is looked behind as well.
   *
   * What is seen so may still be raised for the other's rows alone, which tells that they are there. So a superuser's login takes the
   * row away and asks again, and whatever is said otherwise then is a hole as well.
   */
  async #verdictOn (table: ProbedTable, role: string, prey: Prey, attempt: Attempt, sql: string, answer: Answer): Promise<Verdict> {
    const said = leakOf(attempt, answer)
    if (attempt.leaksBy === 'difference') return said !== undefined && !this.#isSuperuser ? this.#unseen(said, answer) : { leak: await this.#difference(table, role, prey, attempt, sql, answer) }
    if (answer.code === '' && attempt.leaksBy !== 'loss' && changesRows(attempt) && hasSilent(table)) return await this.#verdictOnSilence(table, role, prey, attempt, sql, answer)
    if (answer.code === '' || attempt.mayFail === true || timeouts.includes(answer.code)) return { leak: said }
    if (said === undefined && !isRaisedInside(attempt, answer)) return {}
    if (!await this.#isOfContext(role, attempt, answer)) {
      const alarm = said ?? `not refused by the walls: ${answer.told}`
      const pass = this.#wayPast(table, attempt)
      if (attempt.leaksBy === 'loss') {
        // Nothing of it stays, and a superuser's login has tried it without the triggers of the table.
        if (!this.#isSuperuser) return this.#unseen(alarm, answer)
      } else {
        const behind = pass === undefined ? this.#unseen(alarm, answer) : await this.#verdictPast(role, attempt, sql, answer, pass, alarm)
        if ((behind.leak ?? behind.undecided) !== undefined) return behind
      }
    }
    return { leak: this.#isSuperuser ? await this.#difference(table, role, prey, attempt, sql, answer) : undefined }
  }

  /** What is to be said of a statement that was let run, where a trigger or a rule may have seen to what came of it. */
  async #verdictOnSilence (table: ProbedTable, role: string, { victim }: Prey, attempt: Attempt, sql: string, answer: Answer): Promise<Verdict> {
    // Whoever is named may write what is their own: a trigger may have made it that.
    if (answer.count > 0 && !(attempt.writesKey === true && attempt.context !== 'none' && await this.#leavesAlone(table, role, victim, attempt, sql))) return { leak: leakOf(attempt, answer) }
    const pass = this.#wayPast(table, attempt)
    if (pass !== undefined) return await this.#verdictPast(role, attempt, sql, answer, pass)
    const reached = await this.#reached(table, role, attempt, sql)
    if (reached === 0) return {}
    return reached === undefined || attempt.writesKey === true ? { undecided: this.#doubt(answer) } : { leak: `${rowsOf(reached)} reached a trigger, which let nothing be done` }
  }

  /** What gets through where no trigger and no foreign key is asked. */
  async #verdictPast (role: string, attempt: Attempt, sql: string, first: Answer, pass: () => Promise<void>, alarm?: string): Promise<Verdict> {
    const answer = await this.#answer(role, attempt, sql, undefined, pass)
    const leak = leakOf(attempt, answer)
    if (answer.code === '') return { leak: leak === undefined ? undefined : `${leak}, where no trigger or key answers ${first.told}` }
    const isRaised = isRaisedInside(attempt, answer)
    if ((leak === undefined && !isRaised && !timeouts.includes(answer.code)) || await this.#isOfContext(role, attempt, answer)) return {}
    return isRaised || timeouts.includes(answer.code) ? { undecided: this.#doubt(answer) } : { leak: alarm ?? leak }
  }

  /** An error that this login cannot look behind: if a function has raised it, before the policies were asked or behind them. */
  #unseen (alarm: string, answer: Answer): Verdict {
    return answer.where === undefined ? { leak: `${alarm}${lookBehind}` } : { undecided: this.#doubt(answer) }
  }

  #doubt ({ told }: Answer): string {
    return `a trigger, a rule or a function may have answered before the policies did: ${told}${this.#isSuperuser ? '' : lookBehind}`
  }

  /** How to have no trigger and no rule asked, nor a key, unless that is what is tried; nothing, where this login may not. */
  #wayPast ({ interceptors }: ProbedTable, { leaksBy, asReplica }: Attempt): (() => Promise<void>) | undefined {
    const isReplica = this.#mayBeReplica && (leaksBy !== 'loss' || asReplica === true)
    const others = isReplica ? interceptors.filter(({ isAskedInReplica }) => isAskedInReplica) : interceptors
    if (!others.every(({ isOurs }) => isOurs) || (!isReplica && others.length === 0)) return undefined
    return async () => {
      if (isReplica) await this.#transaction.beReplica()
      await this.#transaction.switchOff(others)
    }
  }

  /** Whether a row that was written is none of the other's in the end. */
  async #leavesAlone (table: ProbedTable, role: string, victim: string, attempt: Attempt, sql: string): Promise<boolean> {
    const before = await this.#stateOf(table, victim)
    let isSame = false
    await this.#answer(role, attempt, sql, async () => {
      await this.#query('reset role')
      const after = await this.#victims.stateOf(table, victim)
      isSame = after.rows === before.rows && after.content === before.content
    })
    return isSame
  }

  /** How many rows the policies have let a statement change, before any trigger is asked; undefined, where a rule makes another statement of it. */
  async #reached ({ interceptors }: ProbedTable, role: string, attempt: Attempt, sql: string): Promise<number | undefined> {
    if (interceptors.some(({ kind, isSilent }) => kind === 'rule' && isSilent)) return undefined
    let reached: number | undefined
    await this.#answer(role, attempt, `explain (analyze, timing off, format json) ${sql}`, async (_, rows) => { reached = rowsChanged(rows) })
    return reached
  }

  /** Whether it is what policies compare the key with that raises this, whatever statement asks it. */
  async #isOfContext (role: string, attempt: Attempt, answer: Answer): Promise<boolean> {
    if (this.#context === undefined || isTenant(attempt.context)) return false
    const own = await this.#answer(role, attempt, `select (${this.#context})::text`)
    return isSame(own, answer) && own.where === answer.where
  }

  /** Does it again where the other's row is not there. */
  async #difference (table: ProbedTable, role: string, prey: Prey, attempt: Attempt, sql: string, answer: Answer): Promise<string | undefined> {
    if (!this.#isSuperuser) {
      const { code, count } = answer
      // Nobody here can take the row away: a key across tenants that has something to say says it. Where it says nothing, another may have: one's own row's.
      const isSilent = code === '' && count === 0 && attempt.text.endsWith(orDoNothing) && table.looseKeys.length > 0
      const isSaid = saysLoose(table, isSilent ? await this.#answer(role, attempt, sql.slice(0, -orDoNothing.length)) : answer)
      return isSaid || (attempt.probe.startsWith('refer') && code === '' && count > 0) ? 'says that the row exists' : undefined
    }
    const without = attempt.without ?? (attempt.leaksBy === 'difference' ? undefined : withoutRow(table, prey))
    const other = await this.#answer(role, attempt, sql, async () => {}, async () => {
      // What refers to the row is to stay as it is.
      await this.#transaction.beReplica()
      if (without !== undefined) await this.#query(without.text, without.values)
      await this.#query('set local session_replication_role = origin')
    })
    return isSame(other, answer) ? undefined : `says whether the row exists: ${other.told} without it`
  }

  /** What PostgreSQL says to it, as a tenant's role; all is taken back. */
  async #answer (role: string, attempt: Attempt, sql: string, after: (answer: Answer, rows: readonly object[]) => Promise<void> = async () => {}, before: () => Promise<void> = async () => {}): Promise<Answer> {
    try {
      return await this.#transaction.undone(async () => {
        await before()
        if (attempt.before !== undefined) await this.#query(attempt.before.replaceAll('current_tenant_role', () => quote(role)))
        await this.#transaction.become(role)
        await this.#enter(attempt)
        const rows = await this.#query(sql)
        const answer = answerOfRows(rows)
        await after(answer, rows)
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

/** Whether it is a key across tenants that refuses something. */
function saysLoose ({ looseKeys }: ProbedTable, { code, constraint = '' }: Answer): boolean {
  return ['23505', '23P01'].includes(code) && looseKeys.includes(constraint)
}
