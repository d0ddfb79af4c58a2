import type { SqlValue } from '../database/connection.ts'
import { listSubtasks } from '../repositories/subtasks.ts'
import type { TenantScope } from '../tenancy/scope.ts'

/** A statement of a tenant's page, as the repository sends it. */
export interface PageStatement {
  /** With `$1`, `$2`, … for its values. */
  text: string
  values: SqlValue[]
}

/** Stands for the account while the statements are being recorded. */
export const anyAccount = 987_654_321

/** The statements of a tenant's first page. They are taken from the repository itself, so that what is measured is what is served. */
export async function recordPageStatements (size: number): Promise<PageStatement[]> {
  const statements: PageStatement[] = []
  const sql = async (strings: TemplateStringsArray, ...values: SqlValue[]): Promise<unknown[]> => {
    statements.push({ text: strings.reduce((text, part, index) => `${text}$${index}${part}`), values })
    return []
  }
  await listSubtasks({ sql, accountId: anyAccount } as unknown as TenantScope, { page: 1, size })
  return statements
}

/** The same without the repository's own filter: row-level security is left alone with it. */
export function withoutFilter ({ text, values }: PageStatement): PageStatement {
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
export function valuesFor ({ values }: PageStatement, account: number): SqlValue[] {
  return values.map(value => value === anyAccount ? account : value)
}

/** A statement for pgbench: on one line, with a variable for the account and the other values as they are. */
export function forPgbench ({ text, values }: PageStatement, variable: string): string {
  return text.replace(/\s+/g, ' ').trim().replace(/\$(\d+)/g, (_, number: string) => {
    const value = values[Number(number) - 1]
    return value === anyAccount ? `:${variable}` : String(value)
  })
}
