import { catalog, catalogParameter } from './catalog.ts'
import { inCatalogTransaction } from './catalog-transaction.ts'
import type { Finding, Rule } from './rule.ts'
import { rules } from './rules.ts'
import type { CheckSettings } from './settings.ts'

/** Runs a statement and gives its rows. Any client of PostgreSQL will do. */
export type Query = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>

/**
 * Looks through the catalog for everything that is wrong with the walls. Changes nothing, waits for nobody and calls nothing of the
 * database: whoever owns a function there must not have it run by whoever looks, who may be a superuser.
 *
 * @param query on a connection that nobody else uses meanwhile, of any role that may connect
 * @param chosen the rules to apply; all by default
 * @returns what was found, in the order of the rules
 * @throws {ExplainedError} where somebody has locked a table for longer than two seconds
 */
export async function check (query: Query, settings: CheckSettings, chosen: readonly Rule[] = rules): Promise<Finding[]> {
  return await inCatalogTransaction(query, async () => {
    const values = [catalogParameter(settings)]
    const broken = await query<{ rule: string }>(whetherBroken(chosen), values)
    const asked = chosen.filter(({ id }) => broken.some(({ rule }) => rule === id))
    if (asked.length === 0) return []
    const found = await query<{ rule: string, object: string, detail: string, mend: string }>(whatIsFound(asked), values)
    return asked.flatMap(rule => found.filter(row => row.rule === rule.id).map(({ object, detail, mend }) => ({ rule, object, detail, mend })))
  })
}

/** Which rules have something to say. What mends it takes PostgreSQL as long to plan as finding it, and most rules mostly find nothing. */
function whetherBroken (chosen: readonly Rule[]): string {
  return statement(chosen.map(({ id, query }) => `select '${id}' as rule where exists (${withoutMend(query)})`))
}

function whatIsFound (chosen: readonly Rule[]): string {
  return `${statement(chosen.map(({ id, query }) => `select '${id}' as rule, object::text, detail::text, mend::text from (${query}) as found`))}\norder by rule, object, detail`
}

/** The query of a rule, whose mend is left open. Of what is behind UNION, the mends are left as they are. */
export function withoutMend (query: string): string {
  return query.replace(/ as detail,(?:(?! as detail,)[^])*? as mend\b/, ' as detail, null::text as mend')
}

/** All rules in one statement, so that what they have in common is looked up once. */
function statement (parts: readonly string[]): string {
  return `with${catalog}\n${parts.join('\nunion all\n')}`
}
