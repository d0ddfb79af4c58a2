import type { Config } from './config.ts'
import type { Database } from './database/database.ts'
import { operatorEntry } from './plugins/operator-guard.ts'

/** What to open and what to try, once the server listens. Shows no password. */
export function welcome (config: Config, database: Database, { port, migrations, demo, behind }: { port: number, migrations: string[], demo: boolean, behind: number }): string {
  const base = `${config.baseDomain}:${port}`
  const entry = database.logins.operator === undefined ? 'unconnected' : operatorEntry(config)
  const isOpen = entry === 'local' || entry === 'password'
  /** The first address of the operator's says how one gets in. */
  const operator = {
    local: (path: string) => `http://${base}${path}`,
    password: (path: string) => `http://${base}${path}   (any user name, and the OPERATOR_PASSWORD)`,
    closed: () => 'closed: set OPERATOR_PASSWORD to open it',
    unconnected: () => 'closed: set OPERATOR_DATABASE_URL to open it'
  }[entry]
  const hasView = config.tenancy === 'single-schema'
  const news = [
    ...(migrations.length > 0 ? [`applied migrations ${migrations.join(', ')}`] : []),
    ...(demo ? [`loaded ${config.demoAccounts} accounts of demonstration data`] : [])
  ]
  const lines = [
    '',
    'Rowhouse is running.',
    '',
    `  a tenant       http://tenant-0.${base}/`,
    `  another one    http://tenant-1.${base}/`,
    `  all of them    ${hasView ? operator('/') : 'no: each has a database of its own'}`,
    ...(!hasView ? [`  the accounts   ${operator('/accounts/')}`] : isOpen ? [`  the accounts   http://${base}/accounts/`] : []),
    // In production they are the operator's alone.
    ...(!config.production ? [`  the walls      http://tenant-0.${base}/walls/`] : isOpen ? [`  the walls      http://${base}/walls/`] : []),
    `  the API        http://tenant-0.${base}/docs/`,
    `  the guide      http://${base}/guide/`,
    ...(config.access === 'open' ? [] : [`  to sign in     ${settingOf(config)}${config.port === 8080 ? '' : `PORT=${port} `}npx tsx bin/tenants.ts owner tenant-0 you@example.com   prints a password`]),
    '',
    `  database       ${database.description}`,
    ...news.map(line => `                 ${line}`),
    ...(behind === 0
      ? []
      : [`  not served     ${behind === 1 ? '1 tenant, whose database is' : `${behind} tenants, whose databases are`} behind this version, until: ${settingOf(config)}npx tsx bin/migrate.ts up`]),
    '',
    ...(database.logins.owner === undefined ? [] : psqlHints(config)),
    `Ctrl-C stops ${database.embedded === undefined ? 'the server' : 'the server and its database'}.`,
    ''
  ]
  return lines.join('\n')
}

/** Another terminal does not know what was set for this process alone. */
function settingOf ({ database }: Config): string {
  return database.directory === undefined ? '' : `DATA_DIRECTORY='${database.directory}' `
}

function psqlHints (config: Config): string[] {
  const { database, tenancy } = config
  const setting = settingOf(config)
  return [
    `See the walls with psql, as the role that serves tenants${tenancy === 'single-schema' ? ' and as the operator\'s' : ', in the database of one of them'}${database.admin === undefined ? '' : ', with the same DATABASE_URL set'}:`,
    '',
    ...(tenancy === 'single-schema' ? statements : ownDatabaseStatements).map(([role, sql]) => `  psql "$(${setting}npx tsx bin/dburl.ts ${role})" -c "${sql}"`),
    '',
    'Two thousand tenants:',
    '',
    `  ${setting}npx tsx bin/createtestdata.ts --accounts 2000`,
    ''
  ]
}

const statements = [
  ['tenant', 'select id, name from subtask'],
  ['tenant', 'begin; select set_account(1); select account_id, count(*) from subtask group by 1'],
  ['operator', 'select account_id, count(*) from subtask group by 1 order by 1 limit 5']
] as const

const ownDatabaseStatements = [
  ['tenant --of tenant-0', 'select id, name from subtask'],
  ['tenant --of tenant-0', 'begin; select set_account(1); select account_id, count(*) from subtask group by 1']
] as const
