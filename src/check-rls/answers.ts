import { literal, type Attempt, type Context, type Prey } from './attempts.ts'

/** What PostgreSQL said to an attempt: a code and its words, or how many rows. */
export interface Answer {
  code: string
  text: string
  /** PostgreSQL's words, or how many rows, without what may stand in a row. */
  words: string
  /** The same with the code: what reports may tell. */
  told: string
  count: number
  /** The word that PostgreSQL has for what it has done, such as UPDATE; empty where it was not done, or nobody has passed it on. */
  command: string
  constraint: string | undefined
  /** In which functions it happened, the innermost first; nothing where it was in none. */
  where: string | undefined
}

/** Rows, with what clients give beside them. */
type Rows = object[] & { count?: number, command?: string }

/** What a wall answers: insufficient privilege, no tenant, a tenant already named, a transaction that only reads. */
const refusals = ['42501', '42704', '22P02', '25001', '22023', '25006']
/** Somebody else held a lock, or it took too long: that shows nothing. */
export const timeouts = ['55P03', '57014']

/** A statement was let through. */
export function answerOfRows (rows: Rows): Answer {
  const count = rowCountOf(rows)
  const text = rowsOf(count)
  return { code: '', text, words: text, told: text, count, command: rows.command ?? '', constraint: undefined, where: undefined }
}

/** What drivers have of an error of PostgreSQL's. */
type PostgresError = Error & { code?: string, constraint?: string, where?: string, routine?: string }

/** A statement was refused, or went wrong. @param known words, and values in them, that reports may tell */
export function answerOfError (error: unknown, known: readonly string[] = []): Answer {
  const { code = '', message, constraint, where } = error as PostgresError
  const words = wordsWithoutValues(error as PostgresError, known)
  return { code: code === '' ? 'unknown' : code, text: `${code} ${message}`, words, told: `${code} ${words}`, count: 0, command: '', constraint, where }
}

/** How many rows a statement has given or changed: clients give the number beside the rows, as pg does. */
function rowCountOf (rows: Rows): number {
  return rows.count ?? rows.length
}

/** How many rows, as `baselineLineOf()` knows to leave the number out. */
export function rowsOf (count: number): string {
  return `${count} ${count === 1 ? 'row' : 'rows'}`
}

/** Nobody sends any rows to copy in: that PostgreSQL waited for them is enough. */
export function isWaitedFor ({ text }: Pick<Attempt, 'text'>, { code, text: answer }: Pick<Answer, 'code' | 'text'>): boolean {
  return code === '57014' && answer.includes('stdin') && text.startsWith('copy')
}

/** What an answer gives away by itself. */
export function leakOf ({ leaksBy, refusals: its = [], text, mayFail = false }: Attempt, { code, text: answer, told, count }: Answer): string | undefined {
  if (code === '') return leaksBy === 'answer' || (leaksBy === 'rows' && count > 0) ? answer : undefined
  if (isWaitedFor({ text }, { code, text: answer })) return 'takes rows past the policies'
  if (mayFail || timeouts.includes(code)) return undefined
  // What it means is seen by what is said without the row.
  if (leaksBy === 'difference' && code === '23505') return undefined
  if (refusals.includes(code) || its.includes(code)) return undefined
  // A key, a check or a trigger was asked: the policies were not what stopped it.
  return `not refused by the walls: ${told}`
}

/**
 * Whether a function raised it where the policies should have answered: one of theirs, if nobody is named, or else a trigger, which
 * comes before them. Such a function can raise what a wall answers, so that no code says that it was the wall.
 */
export function isRaisedInside (attempt: Attempt, { where }: Answer): boolean {
  return where !== undefined && (!isTenant(attempt.context) || isWrite(attempt))
}

function isWrite (attempt: Pick<Attempt, 'text'>): boolean {
  return changesRows(attempt) || /^(?:truncate|copy \S+ (?:\(.*\) )?from) /.test(attempt.text)
}

/** Whether it is a statement that triggers and rules are asked of, row by row. */
export function changesRows ({ text }: Pick<Attempt, 'text'>): boolean {
  return /^(?:insert|update|delete|merge) /.test(text)
}

/** How many rows a statement has come to change, whatever a trigger made of them then, as EXPLAIN (ANALYZE, FORMAT JSON) has it; undefined where that does not show. */
export function rowsChanged (explained: readonly object[]): number | undefined {
  const [plan] = plansOf(explained)
  if (plan?.['Node Type'] !== 'ModifyTable') return undefined
  return plan.Plans?.filter(part => part['Parent Relationship'] === 'Outer').reduce((sum, part) => sum + part['Actual Rows'] * part['Actual Loops'], 0)
}

/** A statement that counts the rows which the policies let another one change, and changes none: it is joined with what comes to nothing, once a row is through. */
export function countOfPassing (sql: string): string {
  return `explain (analyze, timing off, format json) ${sql} ${sql.startsWith('delete') ? 'using' : 'from'} pg_catalog.generate_series(1, 1) as once where pg_catalog.random() < 0`
}

/** What that counts; undefined where it does not show. */
export function rowsPassing (explained: readonly object[]): number | undefined {
  // What a rule does as well comes first.
  let node = plansOf(explained).at(-1)
  while (node !== undefined && node['Rows Removed by Join Filter'] === undefined) {
    // Nobody has to look where the policies are false of whatever there is.
    if (node['Node Type'] === 'Result' && node.Plans === undefined) return 0
    node = node.Plans?.find(part => part['Parent Relationship'] === 'Outer')
  }
  return node?.['Rows Removed by Join Filter']
}

function plansOf (explained: readonly object[]): Plan[] {
  return ((explained as Array<{ 'QUERY PLAN': Array<{ Plan?: Plan }> }>)[0]?.['QUERY PLAN'] ?? []).flatMap(({ Plan: plan }) => plan ?? [])
}

interface Plan {
  'Node Type': string
  'Parent Relationship'?: string
  'Rows Removed by Join Filter'?: number
  'Actual Rows': number
  'Actual Loops': number
  Plans?: Plan[]
}

export function isTenant (context: Context): context is { tenant: string } {
  return context !== 'none' && 'tenant' in context
}

/** Whether two answers are one, to whoever gets them. */
export function isSame (one: Answer, other: Answer): boolean {
  return one.code === other.code && one.count === other.count && one.text === other.text
}

/** A statement with its values in place: names and texts within it may have a dollar and a number as well. */
export function bound (text: string, values: readonly unknown[]): string {
  if (values.length === 0) return text
  return text.replace(/"(?:[^"]|"")*"|'(?:[^']|'')*'|\$(\d+)/g, (part, index?: string) => index === undefined ? part : literal(values[Number(index) - 1]))
}

/**
 * A statement as a report may show it: of its values, their kinds. Whoever reads reports need not be one who may read the rows that
 * they come from, other tenants' and hidden columns' among them.
 */
export function shown ({ text, values }: Pick<Attempt, 'text' | 'values'>, { self, victim }: Pick<Prey, 'self' | 'victim'>): string {
  const kindOf = (value: unknown): string => value === victim ? 'the other tenant' : value === self ? "one's own tenant" : kindOfValue(value)
  const statement = text.replaceAll(literal(victim), "'<the other tenant>'").replaceAll(literal(self), "'<one's own tenant>'")
  return values.length === 0 ? statement : `${statement} /* ${values.map((value, index) => `$${index + 1}: ${kindOf(value)}`).join(', ')} */`
}

function kindOfValue (value: unknown): string {
  if (value === null || value === undefined) return 'null'
  const text = String(value)
  if (/^-?\d+$/.test(text)) return 'a whole number'
  if (/^(?:t|f|true|false)$/.test(text)) return 'a truth value'
  return /^\d{4}-\d\d-\d\d/.test(text) ? 'a time' : 'a text'
}

/**
 * Where PostgreSQL raises words that name relations, columns, constraints and parameters which are there, or no more than what was done: never
 * what stands in a row. Whatever else raises, functions of the database above all, can put anything into its words, under any code.
 */
const routinesOfNames: ReadonlySet<string> = new Set([
  // The walls: privileges, policies, transactions that only read.
  'aclcheck_error', 'aclcheck_error_col', 'aclcheck_error_type', 'ExecWithCheckOptions', 'check_enable_rls', 'fireRIRrules', 'DoCopy', 'PreventCommandIfReadOnly',
  // Keys and checks.
  'ExecConstraints', 'ReportNotNullViolationError', 'ExecPartitionCheckEmitError', 'ExecFindPartition', '_bt_check_unique', 'check_exclusion_or_unique_constraint', 'ri_ReportViolation', 'heap_truncate_check_FKs',
  'ExecEvalConstraintCheck', 'ExecEvalConstraintNotNull', 'domain_check_input',
  // Statements that are not to be had.
  'rewriteTargetListIU', 'RewriteQuery', 'infer_arbiter_indexes', 'ExecOnConflictUpdate', 'transformMergeStmt', 'varchar', 'bpchar',
  // A lock or a time.
  'ProcessInterrupts'
])

/** Where PostgreSQL raises words that quote what could not be read as a number, a date or a name: what the attempt has set, or what stands in a row. */
const routinesThatQuote: ReadonlySet<string> = new Set([
  'pg_strtoint16', 'pg_strtoint16_safe', 'pg_strtoint32', 'pg_strtoint32_safe', 'pg_strtoint64', 'pg_strtoint64_safe', 'scanint8',
  'numeric_in', 'set_var_from_str', 'float4in', 'float4in_internal', 'float8in_internal', 'float8in_internal_opt_error', 'boolin', 'string_to_uuid', 'enum_in', 'DateTimeParseError', 'find_option'
])

/**
 * The words of an error, without what may stand in a row.
 *
 * @param known words, and values in them, that are no secret: what the attempt itself has set
 */
function wordsWithoutValues ({ message, routine = '' }: PostgresError, known: readonly string[]): string {
  if (routinesOfNames.has(routine) || known.includes(message)) return message
  // In other languages than English, which may quote otherwise, nothing is told.
  const [, before, value = '', after] = routinesThatQuote.has(routine) ? /^([^"]*)"(.*)"([^"]*)$/s.exec(message) ?? [] : []
  if (before === undefined) return 'its words are left out, because they may hold what stands in a row'
  return known.includes(value) || value === '' ? message : `${before}"…"${after ?? ''}`
}
