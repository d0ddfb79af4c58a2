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
    const found = await query<{ rule: string, object: string, detail: string, mend: string }>(statement(chosen), [catalogParameter(settings)])
    return chosen.flatMap(rule => found.filter(row => row.rule === rule.id).map(({ object, detail, mend }) => ({ rule, object, detail, mend })))
  })
}

/** All rules in one statement, so that what they have in common is looked up once. */
function statement (chosen: readonly Rule[]): string {
  const parts = chosen.map(({ id, query }) => `select '${id}' as rule, object::text, detail::text, mend::text from (${query}) as found`)
  return `with${catalog}\n${parts.join('\nunion all\n')}\norder by rule, object, detail`
}
