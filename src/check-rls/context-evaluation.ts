import { literal, quote } from './attempts.ts'
import { catalog, catalogParameter } from './catalog.ts'
import { inCatalogTransaction } from './catalog-transaction.ts'
import type { Query } from './check.ts'
import type { Finding, Rule } from './rule.ts'
import type { CheckSettings } from './settings.ts'

/** What says whose a row is, and which tenant it names where nobody has named one. */
export interface EmptyContexts {
  expression: string
  /** The functions that it calls. */
  functions: string[]
  /** The settings that it depends on. */
  names: string[]
  /** Whether it takes the tenant out of JSON: whatever else that lacks may open it, so that being closed to some says nothing of others. */
  readsJson: boolean
  /** Where it names somebody all the same. */
  open: Array<{ role: string, how: string, tenant: string }>
}

/** Nobody may call it, or it would write, or take long: that is no answer. */
const unanswered = ['25006', '57014', '55P03']

/**
 * Asks what policies compare the key with, as each role that serves tenants: with nothing set, with the setting empty and, where it is
 * JSON, with an object that has nothing in it. That runs the code of the database in the session of whoever asks, and `set local role`
 * does not keep it from taking the rights of the login back: only attacks ask.
 *
 * @param query on a connection that nobody else uses meanwhile
 * @returns undefined where it cannot be asked: this login may not become the role, or it depends on no setting
 */
export async function emptyContexts (query: Query, settings: CheckSettings): Promise<EmptyContexts | undefined> {
  return await inCatalogTransaction(query, async () => {
    const [context] = await query<{ expression: string | null, functions: string[], names: string[], readsJson: boolean }>(`
      with${catalog}
      select expression, array(select distinct policy_function.name from policy_function where strpos(expression, split_part(policy_function.name, '(', 1) || '(') > 0) as functions,
        array(select name from context_setting) as names,
        concat(expression, (select string_agg(code, ' ') from policy_function)) ~* '->|#>|\\mjsonb?' as "readsJson"
      from context`, [catalogParameter(settings)])
    if (context?.expression == null || context.names.length === 0) return undefined
    const { expression, functions, names, readsJson } = context
    const setting = (value: string): string => names.map(name => `set local ${name.split('.').map(quote).join('.')} = ${literal(value)}`).join('; ')
    const answers: EmptyContexts = { expression, functions, names, readsJson, open: [] }
    for (const role of settings.tenantRoles) {
      // Once it was set, it is empty for as long as the connection lasts: what is unset comes first.
      for (const [how, before] of [['with nothing set', ''], ['with an empty setting', setting('')], ...readsJson ? [['with a setting of {}', setting('{}')] as const] : []] as const) {
        if (before === '' && (await query('select from unnest($1::text[]) as name where current_setting(name, true) is not null', [names])).length > 0) continue
        const answer = await ask(query, role, expression, before)
        if (answer === undefined) return undefined
        if (answer.tenant !== null && !['', '{}'].includes(answer.tenant)) answers.open.push({ role, how, tenant: answer.tenant })
      }
    }
    return answers
  })
}

async function ask (query: Query, role: string, expression: string, before: string): Promise<{ tenant: string | null } | undefined> {
  await query('savepoint asked')
  try {
    try {
      await query(`set local role ${quote(role)}; set local statement_timeout = '2s'`)
    } catch {
      return undefined
    }
    if (before !== '') await query(before)
    try {
      const [row] = await query<{ tenant: string | null }>(`select (${expression})::text as tenant`)
      return { tenant: row?.tenant ?? null }
    } catch (error) {
      const { code = '' } = error as { code?: string }
      // Syntax errors and names that are not there come from asking it outside of a policy; settings that are not there do not.
      return unanswered.includes(code) || (code.startsWith('42') && !['42704', '42501'].includes(code)) ? undefined : { tenant: null }
    }
  } finally {
    await query('rollback to savepoint asked')
    await query('release savepoint asked')
  }
}

/** What was answered counts for more than what the text of a function looks like, unless there is more to ask than was asked. */
export function withAsked (findings: readonly Finding[], rule: Rule, asked: EmptyContexts | undefined): Finding[] {
  if (asked === undefined) return [...findings]
  const { expression, functions, names, readsJson, open } = asked
  const isAnswered = ({ rule: { id }, object }: Finding): boolean => id === rule.id && functions.includes(object)
  const [found] = open
  if (found === undefined) return findings.filter(finding => readsJson || !isAnswered(finding))
  if (findings.some(isAnswered)) return [...findings]
  const setting = literal(names.length === 1 ? names[0] ?? '' : '<setting>')
  const reading = readsJson ? `(current_setting(${setting})::jsonb ->> '<claim>')::<type>` : `current_setting(${setting})::<type>`
  const finding = {
    rule,
    object: functions[0] ?? expression,
    detail: `as ${found.role} and ${found.how}, ${expression} is ${found.tenant}`,
    mend: functions[0] === undefined ? `alter policy <each> on <its table> using (<its key> = ${reading});` : `create or replace function ${functions[0]} returns <type> language sql stable parallel safe return ${reading};`
  }
  const at = findings.findIndex(({ rule: { id } }) => id === rule.id)
  return at === -1 ? [...findings, finding] : [...findings.slice(0, at), finding, ...findings.slice(at)]
}
