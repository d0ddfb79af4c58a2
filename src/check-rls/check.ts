import { catalog, catalogParameter } from './catalog.ts'
import { emptyContexts, withAsked } from './context-evaluation.ts'
import { ExplainedError } from '../explained-error.ts'
import type { Finding, Rule } from './rule.ts'
import { rules } from './rules.ts'
import type { CheckSettings } from './settings.ts'

/** Runs a statement and gives its rows. Any client of PostgreSQL will do. */
export type Query = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>

/**
 * Looks through the catalog for everything that is wrong with the walls. Changes nothing and waits for nobody: it reads the
 * catalog alone, in a transaction of its own that may not write.
 *
 * @param query on a connection that nobody else uses meanwhile, of any role that may connect
 * @param chosen the rules to apply; all by default
 * @param isAsking whether to evaluate what says whose a row is, as the roles that serve tenants: a start has no time for it
 * @returns what was found, in the order of the rules
 * @throws {ExplainedError} where somebody has locked a table for longer than two seconds
 */
export async function check (query: Query, settings: CheckSettings, chosen: readonly Rule[] = rules, { isAsking = true }: { isAsking?: boolean } = {}): Promise<Finding[]> {
  await query('begin isolation level repeatable read read only')
  try {
    // PostgreSQL prints expressions with as much of a name as the search_path makes necessary.
    await query("set local search_path = ''")
    await query('set local jit = off')
    // Whoever audits a busy database gives up before anybody waits for it.
    await query("set local lock_timeout = '2s'")
    await query("set local statement_timeout = '60s'")
    const found = await query<{ rule: string, object: string, detail: string, mend: string }>(statement(chosen), [catalogParameter(settings)])
    const findings = chosen.flatMap(rule => found.filter(row => row.rule === rule.id).map(({ object, detail, mend }) => ({ rule, object, detail, mend })))
    const rule = chosen.find(({ id }) => id === 'context-fails-open')
    return rule === undefined || !isAsking ? findings : withAsked(findings, rule, await emptyContexts(query, settings))
  } catch (error) {
    if ((error as { code?: string }).code !== '55P03') throw error
    throw new ExplainedError('somebody holds a lock on one of the tables, as whoever alters it does; ask again when they are done', { cause: error })
  } finally {
    await query('rollback')
  }
}

/** All rules in one statement, so that what they have in common is looked up once. */
function statement (chosen: readonly Rule[]): string {
  const parts = chosen.map(({ id, query }) => `select '${id}' as rule, object::text, detail::text, mend::text from (${query}) as found`)
  return `with${catalog}\n${parts.join('\nunion all\n')}\norder by rule, object, detail`
}
