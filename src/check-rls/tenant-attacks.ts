import { answerOfError, answerOfRows, bound, changesRows, isWaitedFor, leakOf, rowsChanged, timeouts, type Answer } from './answers.ts'
import { attemptsOn, hasSilent, isOf, literal, quote, type Attempt, type Context, type Prey, type ProbedTable } from './attempts.ts'
import { catalog, catalogParameter } from './catalog.ts'
import type { Query } from './check.ts'
import { probedTables } from './probed-tables.ts'
import type { CheckSettings } from './settings.ts'

/** Whom a login that serves tenants attacks, and as whom. */
export interface TenantAttackSettings extends CheckSettings {
  self: number
  /** It may be nobody's id: nothing of theirs is read, and what is answered is the same. */
  victim: number
  /** What proves that the application names a tenant, where the database asks for that. */
  sign: ((accountId: number) => string) | undefined
  /** How long it goes on beginning attempts. All of it takes a second where the walls stand; where they do not, statements may find a lot to do. */
  longestMs: number
}

/** What came of an attack. `untried`: somebody held a lock, it took too long, the time was up before, or a trigger or a rule answered before the policies could. */
export type Outcome = 'refused' | 'no rows' | 'through' | 'untried'

export interface TenantAttack {
  probe: string
  context: Context
  /** With `$1` and so on where its values are. */
  sql: string
  /** Whether it asks for what is the victim's, rather than for whatever is not the attacker's own. */
  isAimed: boolean
  outcome: Outcome
  /** PostgreSQL's code for it; empty where it was let run. */
  code: string
  /** PostgreSQL's words, without any value of a row. */
  words: string
}

export interface AttackedTable {
  name: string
  attacks: TenantAttack[]
  /** Attacks that would number a row: what a sequence has given it does not take back. */
  leftOut: number
}

export interface TenantAttackReport {
  /** The role that it was tried as. */
  role: string
  tables: AttackedTable[]
  /** Tables that nobody came to before the time was up, or that have no key to attack by. */
  unattacked: string[]
  ms: number
}

/**
 * Tries to get at another tenant's rows as the login that serves tenants, with nothing that it could not do in a request: there is
 * nobody here who sees both sides, so it tries what gives itself away. Everything happens in one transaction, which is rolled back,
 * and nothing stays: no row, no lock, no number of a sequence.
 *
 * @param query on a connection of that login which nobody else uses meanwhile
 */
export async function attackAsTenant (query: Query, settings: TenantAttackSettings): Promise<TenantAttackReport> {
  const start = performance.now()
  const isTimeUp = (): boolean => performance.now() - start > settings.longestMs
  await query('begin')
  try {
    // What the catalog is asked is large, and took seconds where PostgreSQL compiled it first.
    await query("set local search_path = ''; set local jit = off; set local statement_timeout = '5s'; set local lock_timeout = '100ms'")
    const [me] = await query<{ role: string }>('select current_user::text as role')
    const role = me?.role ?? ''
    const [setting] = await query<{ name: string }>(`with${catalog} select name from context_setting order by name`, [catalogParameter(settings)])
    const tables = await query<ProbedTable & { hasKey: boolean }>(probedTables, [catalogParameter(settings), role])
    await query("set local statement_timeout = '1s'")
    const report: TenantAttackReport = { role, tables: [], unattacked: [], ms: 0 }
    for (const { hasKey, ...table } of tables) {
      if (!hasKey || isTimeUp()) report.unattacked.push(table.name)
      else report.tables.push(await attackTable(query, table, settings, { setting: setting?.name, isTimeUp }))
    }
    return { ...report, ms: performance.now() - start }
  } finally {
    await query('rollback')
  }
}

async function attackTable (query: Query, table: ProbedTable, settings: TenantAttackSettings, { setting, isTimeUp }: { setting: string | undefined, isTimeUp: () => boolean }): Promise<AttackedTable> {
  const prey = { self: String(settings.self), victim: String(settings.victim), row: {}, place: undefined, own: await countOwn(query, table, settings) }
  const attempts = attemptsOn(table, prey, setting, tenant => namingCall(Number(tenant), settings)).filter(canBeTold)
  const numbered = table.columns.filter(column => column.isNumbered).map(column => column.name)
  const tried = numbered.length === 0 ? attempts : [...attempts.filter(attempt => !insertsRow(attempt)), insertionWithNumber(table, prey, numbered)]
  const attacks: TenantAttack[] = []
  for (const attempt of tried) attacks.push({ ...attackBy(attempt, prey), ...(isTimeUp() ? untried : await resultOf(query, table, attempt, settings, setting)) })
  return { name: table.name, attacks, leftOut: attempts.filter(attempt => !tried.includes(attempt)).length }
}

/** Whether a tenant's login can make an attempt by itself, see what came of it, and keep nobody waiting by it. */
function canBeTold ({ leaksBy, before, locksFirst }: Attempt): boolean {
  return before === undefined && locksFirst !== true && (leaksBy === 'rows' || leaksBy === 'answer')
}

function insertsRow ({ text }: Attempt): boolean {
  return text.startsWith('insert into ') || text.includes(' when not matched then insert ')
}

/** A row for the other that brings its number with it, so that no sequence is asked for one. */
function insertionWithNumber ({ name, key }: ProbedTable, { self, victim }: Prey, numbered: readonly string[]): Attempt {
  const columns = [...new Set([key, ...numbered])]
  return {
    probe: 'insert for the other, with a number',
    context: { tenant: self },
    text: `insert into ${name} (${columns.map(quote).join(', ')}) overriding system value values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
    values: columns.map(column => column === key ? victim : '1'),
    leaksBy: 'rows',
    writesKey: true
  }
}

/** @returns undefined where that may not be asked, or takes too long */
async function countOwn (query: Query, table: ProbedTable, settings: TenantAttackSettings): Promise<number | undefined> {
  try {
    return await undone(query, enter({ tenant: String(settings.self) }, settings), async () => {
      const [own] = await query<{ rows: string }>(`select count(*)::text as rows from ${table.name} where ${isOf(table, literal(settings.self))}`)
      return Number(own?.rows)
    })
  } catch {
    return undefined
  }
}

/** What the application's own functions refuse with. The words stand in them, and hold no value. */
const ownRefusals = ['set_account: this transaction already belongs to an account', 'verified_account_id: nobody has signed what names the tenant']

async function answerTo (query: Query, attempt: Attempt, settings: TenantAttackSettings, setting = ''): Promise<Answer> {
  const { context } = attempt
  try {
    return await undone(query, enter(context, settings), async () => answerOfRows(await query(bound(attempt.text, attempt.values))))
  } catch (error) {
    return answerOfError(error, [...ownRefusals, setting, ...typeof context === 'object' && 'setting' in context ? [context.value] : []])
  }
}

/** Runs work behind what enters its context, and takes back all that either did. */
async function undone<T> (query: Query, entering: string, work: () => Promise<T>): Promise<T> {
  await query(`savepoint attempt${entering === '' ? '' : `; ${entering}`}`)
  try {
    return await work()
  } finally {
    await query('rollback to savepoint attempt; release savepoint attempt')
  }
}

/**
 * As `set_account()` does, whose other questions are not of the walls: whether the account is active, and its rows are here. Where
 * each account has a database of its own, the configured one has the catalogue of all.
 */
function enter (context: Context, { self, sign }: TenantAttackSettings): string {
  if (context === 'none') return ''
  if ('setting' in context) return `set local ${context.setting} = ${literal(context.value)}`
  return `set local app.account_id = ${literal(context.tenant)}${sign === undefined ? '' : `; set local app.signature = ${literal(sign(self))}`}`
}

function namingCall (tenant: number, { sign }: TenantAttackSettings): { text: string, values: unknown[] } {
  if (sign === undefined) return { text: 'select rowhouse.set_account($1)', values: [tenant] }
  return { text: 'select rowhouse.set_account($1, null, $2)', values: [tenant, sign(tenant)] }
}

function attackBy ({ probe, context, text, values }: Attempt, { victim }: Prey): Pick<TenantAttack, 'probe' | 'context' | 'sql' | 'isAimed'> {
  return { probe, context, sql: text, isAimed: values.includes(victim) }
}

type Result = Pick<TenantAttack, 'outcome' | 'code' | 'words'>

const untried: Result = { outcome: 'untried', code: '', words: 'the time was up' }

async function resultOf (query: Query, table: ProbedTable, attempt: Attempt, settings: TenantAttackSettings, setting: string | undefined): Promise<Result> {
  const answer = await answerTo(query, attempt, settings, setting)
  const { code } = answer
  const usual = outcomeOf(attempt, answer)
  const outcome = usual === 'untried' ? usual : await outcomePast(query, table, attempt, settings, answer, usual)
  return { outcome, code, words: wordsOf(attempt, answer, outcome) }
}

function outcomeOf (attempt: Attempt, answer: Answer): Outcome {
  if (leakOf(attempt, answer) !== undefined) return 'through'
  if (timeouts.includes(answer.code) && !isWaitedFor(attempt, answer)) return 'untried'
  return answer.code === '' ? 'no rows' : 'refused'
}

/** What has come of it as far as the policies go, where a trigger or a rule may have answered before them: this login can put none out of the way. */
async function outcomePast (query: Query, table: ProbedTable, attempt: Attempt, settings: TenantAttackSettings, answer: Answer, usual: Outcome): Promise<Outcome> {
  const { interceptors } = table
  if (!changesRows(attempt) || interceptors.length === 0) return usual
  if (answer.code !== '') return answer.where === undefined ? usual : 'untried'
  if (!hasSilent(table) || (usual === 'through' && attempt.writesKey !== true)) return usual
  if (interceptors.some(({ kind, isSilent }) => kind === 'rule' && isSilent)) return 'untried'
  const reached = await undone(query, enter(attempt.context, settings), async () => rowsChanged(await query(`explain (analyze, timing off, format json) ${bound(attempt.text, attempt.values)}`))).catch(() => undefined)
  if (reached === 0) return usual
  return reached === undefined || attempt.writesKey === true ? 'untried' : 'through'
}

/** How many rows got through is not said either: that would be how many another has. */
function wordsOf (attempt: Attempt, { code, text, words, count, command }: Answer, outcome: Outcome): string {
  if (outcome === 'untried' && !timeouts.includes(code)) return `a trigger or a rule answered before the policies${code === '' ? '' : `: ${words}`}`
  if (code === '' && outcome !== 'through') return nothingBy(command)
  if (code === '' && attempt.leaksBy === 'rows' && count === 0) return 'rows reached a trigger, which let nothing be done'
  if (code === '') return attempt.leaksBy === 'rows' || count > 0 ? 'rows came back, or were changed' : 'it was done'
  if (isWaitedFor(attempt, { code, text })) return 'it waited for rows to take past the policies'
  return outcome === 'through' ? `not the policies, only this stopped it: ${words}` : words
}

/** What PostgreSQL says of a statement that found no row, as psql prints it, and what that means. */
function nothingBy (command: string): string {
  const done = { UPDATE: 'changed', DELETE: 'deleted', INSERT: 'added', MERGE: 'changed' }[command] ?? 'shown'
  return `${command === 'INSERT' ? 'INSERT 0 0' : `${command} 0`}: no row was ${done}`
}
