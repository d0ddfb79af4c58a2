import type { SqlValue } from '../database/connection.ts'
import { flatten } from '../database/transaction.ts'
import { listSubtasks } from '../repositories/subtask-pages.ts'
import type { SqlPart, TenantScope } from '../tenancy/scope.ts'

/** A statement as a repository sends it. */
export interface RecordedStatement {
  /** With `$1`, `$2`, … for its values. */
  text: string
  values: SqlValue[]
}

/** Stands for the account while the statements are being recorded. */
export const anyAccount = 987_654_321

/** What a function of a repository sends. The statements are taken from it, so that what is measured is what is served. */
export async function recordStatements (work: (scope: TenantScope) => Promise<unknown>): Promise<RecordedStatement[]> {
  const statements: RecordedStatement[] = []
  const sql = async (template: TemplateStringsArray, ...parts: Array<SqlValue | SqlPart>): Promise<unknown[]> => {
    const { strings, values } = flatten(template, parts)
    statements.push({ text: strings.reduce((text, part, index) => `${text}$${index}${part}`), values: [...values] })
    return []
  }
  await work({ sql, accountId: anyAccount } as unknown as TenantScope)
  return statements
}

/** The statements of a tenant's first page. */
export async function recordPageStatements (size: number): Promise<RecordedStatement[]> {
  return await recordStatements(async scope => await listSubtasks(scope, { page: 1, size }))
}

/** The same without the repository's own filter: row-level security is left alone with it. */
export function withoutFilter ({ text, values }: RecordedStatement): RecordedStatement {
  // Every parameter must still be used, or PostgreSQL cannot tell its type.
  const kept: SqlValue[] = []
  const bare = text.replace(/(?:\w+\.)?account_id = \$(\d+)|\$(\d+)/g, (_match, filter: string | undefined, other: string) => {
    if (filter !== undefined) return 'true'
    kept.push(values[Number(other) - 1] ?? null)
    return `$${kept.length}`
  })
  return { text: bare, values: kept }
}

/** The values of a statement for one account. */
export function valuesFor ({ values }: RecordedStatement, account: number): SqlValue[] {
  return values.map(value => value === anyAccount ? account : value)
}

/**
 * A statement for pgbench: on one line, with a variable for the account and the other values, which are numbers, as they are.
 * It takes what follows a colon for a variable, in a string as well.
 */
export function forPgbench ({ text, values }: RecordedStatement, variable: string): string {
  return text.replace(/\s+/g, ' ').trim().replace(/'[^']*'/g, string => string.includes(':') ? `e${string.replaceAll(':', '\\x3a')}` : string).replace(/\$(\d+)/g, (_, number: string) => {
    const value = values[Number(number) - 1]
    return value === anyAccount ? `:${variable}` : String(value)
  })
}
