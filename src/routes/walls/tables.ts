import type { WallsPage } from '../../plugins/page-data.ts'
import type { OwnRows, Policy, WalledTable, Walls } from '../../repositories/walls.ts'

/** Whose rows each of the account's people may count. How many sessions, tokens or events there are is its owners' to know, whose pages list them. */
const countedForAll: readonly string[] = ['account', 'app_user', 'idempotent_request', 'project', 'subtask', 'task']

/** The counts that somebody may see. */
export function countsFor (isOwner: boolean, counts: readonly OwnRows[]): OwnRows[] {
  return counts.filter(({ table }) => isOwner || countedForAll.includes(table))
}

/** The tables as the page shows them, their policies as SQL: the operator is shown those for accounts' requests beside those for their own. */
export function tablesOf ({ tables, counts = [] }: Walls & { counts?: OwnRows[] }, viewer: 'tenant' | 'operator'): WallsPage['tables'] {
  const isShown = ({ reachesUs, reachesTenants }: Policy): boolean => reachesUs || (viewer === 'operator' && reachesTenants)
  return tables.map(({ policies, privileges, ...table }) => ({
    ...table,
    policies: policies.filter(isShown).map(policy => statementOf(policy, table.name)),
    others: policies.filter(policy => !isShown(policy)).map(policy => statementOf(policy, table.name)),
    privileges: privileges.map(privilegeText),
    mayRead: privileges.some(({ what }) => what === 'select'),
    own: counts.find(({ table: name }) => name === table.name)
  }))
}

/** What would make the policy, with the expressions as PostgreSQL prints them. */
function statementOf ({ name, isPermissive, command, roles, using, check }: Policy, table: string): string {
  return [
    `create policy ${name} on ${table}`,
    ...(isPermissive ? [] : ['as restrictive']),
    `for ${command} to ${roles.join(', ')}`,
    ...(using === null ? [] : [`using ${inParentheses(using)}`]),
    ...(check === null ? [] : [`with check ${inParentheses(check)}`])
  ].join(' ')
}

function inParentheses (expression: string): string {
  return expression.startsWith('(') ? expression : `(${expression})`
}

function privilegeText ({ what, inAllColumns }: WalledTable['privileges'][number]): string {
  return inAllColumns ? what : `${what} (some columns)`
}
