import { readFile, writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { audit, type AuditTarget } from '../src/check-rls/audit.ts'
import { assertRule, baselineOf, parseBaseline, parseException, type Exception } from '../src/check-rls/exceptions.ts'
import { parseManifest, readManifest } from '../src/check-rls/manifest.ts'
import { explain, formatJson, formatSarif, formatText } from '../src/check-rls/report.ts'
import { readRowhouseManifest, rowhouseExceptions, rowhouseSettings } from '../src/check-rls/rowhouse.ts'
import { rules } from '../src/check-rls/rules.ts'
import { queryOf, withAuditor } from '../src/check-rls/session.ts'
import { startRules } from '../src/check-rls/start.ts'
import type { CheckSettings } from '../src/check-rls/settings.ts'
import type { ProbeSettings } from '../src/check-rls/probes.ts'
import { runCommand, UsageError, withDatabase } from '../src/cli.ts'
import { contextSigner, type SignContext } from '../src/database/context.ts'
import { parseUrl, type ConnectionSettings } from '../src/database/settings.ts'
import { showProgress } from '../src/testdata/progress.ts'

interface Flags {
  url?: string
  schema?: string
  tenantRole?: string[]
  operatorRole?: string[]
  trustedRole?: string[]
  column?: string
  root?: string
  rootKey?: string
  context?: string
  verifier?: string[]
  definer?: string[]
  hide?: string[]
  setTenant?: string
  manifest?: string
  writeManifest?: string
  ignore?: Exception[]
  baseline?: string
  writeBaseline?: string
  attack: boolean
  fast: boolean
  format: 'text' | 'json' | 'sarif'
  explain?: string
  rules: boolean
}

const help = `
It asks the system catalogs alone, in a transaction that cannot write, so it is safe in production, and any login may run it.
With --attack it also becomes each role that serves tenants and tries, in a transaction that is rolled back: that takes two tenants,
and a login that may SET ROLE to it and to one that sees all tenants, and locks rows and tables for moments. A superuser's login
tries most: it can look whether an answer is another where the other tenant's row is not there.

Without --url it checks Rowhouse's own database, and knows its roles, functions and keys. With --url it checks any database of
PostgreSQL 15 or later that keeps tenants apart by a column; say what yours is called.

Examples:
  npx tsx bin/checkrls.ts                                       this application's database
  npx tsx bin/checkrls.ts --attack                              and try to get through
  npx tsx bin/checkrls.ts --explain policy-check                what a rule is about, and how it looks
  npx tsx bin/checkrls.ts --format sarif > walls.sarif          for what shows findings beside code
  npx tsx bin/checkrls.ts --url postgres://me@db.example.com/app --schema app --tenant-role app_user --column tenant_id --root tenants
  npx tsx bin/checkrls.ts --url ... --ignore 'trigger:app.task.touch=it sets updated_at alone'
  npx tsx bin/checkrls.ts --url ... --write-baseline known.json     begin with what is there, and
  npx tsx bin/checkrls.ts --url ... --baseline known.json           hear of what comes to it

Exit codes: 0 nothing of severity error was found, 1 something was, or an attack got through or could not be tried, or it failed;
2 wrong usage.`

const program = new Command('checkrls')
  .description('Looks whether row-level security keeps the tenants of a database apart: finds what is missing, wrong or open, says what\nsomebody gains by it, and gives the SQL that mends it.')
  .addHelpText('after', help)
  .option('--url <url>', 'a database that is not this application\'s: postgres://user@host/database')
  .option('--schema <name>', 'where the tenants\' tables are', 'public')
  .option('--tenant-role <role>', 'a role that serves tenants; may be repeated', collect)
  .option('--operator-role <role>', 'a role that reads all tenants\' rows, and writes none; may be repeated', collect)
  .option('--trusted-role <role>', 'a role that passes the walls and serves no request; may be repeated', collect)
  .option('--column <name>', 'the column that says whose a row is', 'account_id')
  .option('--root <table>', 'the table of the tenants, which that column refers to', 'account')
  .option('--root-key <name>', 'the column of that table which says who a tenant is', 'id')
  .option('--context <expression>', 'what policies compare the column with, as PostgreSQL prints it; left out, what most of them do')
  .option('--verifier <function>', 'a function that policies call, which believes a setting only where it is signed: "app.verified_tenant()"; may be repeated', collect)
  .option('--definer <function>', 'a function that may run as its owner: "app.resolve(text)"; may be repeated', collect)
  .option('--hide <column>', 'a column that no role which serves requests may read: "users.password_hash"; may be repeated', collect)
  .option('--manifest <file>', 'what the database is to consist of')
  .option('--write-manifest <file>', 'write down what the database consists of, and end')
  .option('--ignore <exception>', 'RULE:OBJECT=REASON, a finding to let be; may be repeated', (text: string, before: Exception[] = []) => [...before, parseException(text, rules)])
  .option('--baseline <file>', 'findings that are known already')
  .option('--write-baseline <file>', 'write down what is found, and end')
  .option('--attack', 'try to get through as well; everything is rolled back', false)
  .option('--set-tenant <statement>', 'for --attack: what names the tenant of a transaction, such as "select app.set_tenant($1)"')
  .option('--fast', 'what a server looks at before it listens: of the manifest, the functions alone', false)
  .addOption(new Option('--format <format>', 'how to tell').choices(['text', 'json', 'sarif']).default('text'))
  .option('--explain <rule>', 'say what a rule is about, and end')
  .option('--rules', 'list the rules, and end', false)
  .action(async (flags: Flags, command: Command) => {
    if (flags.explain !== undefined) {
      console.log(explain(assertRule(flags.explain, rules)))
      return
    }
    if (flags.rules) {
      for (const { id, severity, title } of rules) console.log(`${id.padEnd(32)}${severity.padEnd(9)}${title}`)
      return
    }
    const isOwn = flags.url === undefined
    const given = Object.keys(flags).filter(name => command.getOptionValueSource(name) === 'cli')
    const foreign = ['schema', 'tenantRole', 'operatorRole', 'trustedRole', 'column', 'root', 'rootKey', 'context', 'verifier'].filter(name => given.includes(name))
    if (isOwn && foreign.length > 0) throw new UsageError('without --url this checks Rowhouse\'s own database, which is known: the other options go with --url')
    if (!isOwn && flags.tenantRole === undefined) throw new UsageError('--tenant-role is needed: which role serves tenants?')
    if (isOwn) await withOwnDatabase(async (login, description, signContext) => { await run(flags, login, description, { ...rowhouseSettings, manifest: await manifestOf(flags, readRowhouseManifest) }, rowhouseExceptions, namingBy(signContext)) })
    else await run(flags, foreignLogin(flags.url ?? ''), undefined, { ...settingsOf(flags), manifest: await manifestOf(flags, async () => undefined) }, [], flags.setTenant)
  })

await runCommand(program)

function settingsOf ({ schema = '', tenantRole = [], operatorRole = [], trustedRole = [], column = '', root = '', rootKey = '', context, verifier = [], definer = [], hide = [] }: Flags): Omit<CheckSettings, 'manifest'> {
  return { schema, tenantRoles: tenantRole, operatorRoles: operatorRole, trustedRoles: trustedRole, column, root, rootKey, context, verifiers: verifier, definers: definer, hiddenColumns: hide }
}

async function manifestOf ({ manifest, writeManifest }: Flags, usual: () => Promise<CheckSettings['manifest']>): Promise<CheckSettings['manifest']> {
  if (writeManifest !== undefined) return undefined
  return manifest === undefined ? await usual() : parseManifest(await readFile(manifest, 'utf8'))
}

/** What names a tenant in this application's own database. */
function namingBy (signContext: SignContext | undefined): ProbeSettings['setTenant'] {
  return signContext === undefined ? 'select rowhouse.set_account($1)' : tenant => `select rowhouse.set_account(${BigInt(tenant)}, null, '${signContext(Number(tenant))}')`
}

/** The administrator's login, where there is one: it may become each role. The catalogs are open to all others, too. Nothing is made or migrated. */
async function withOwnDatabase (work: (login: ConnectionSettings, description: string, signContext: SignContext | undefined) => Promise<void>): Promise<void> {
  await withDatabase(async (database, _signal, config) => {
    const login = database.logins.owner === undefined ? database.login('tenant') : { ...database.server().admin, database: database.login('owner').database }
    await work(login, database.description, contextSigner(config.database.context, config.requestDeadlineMs))
  })
}

function foreignLogin (url: string): ConnectionSettings {
  try {
    return parseUrl(url, { database: 'postgres' })
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}

async function run (flags: Flags, login: ConnectionSettings, description: string | undefined, settings: CheckSettings, exceptions: readonly Exception[], setTenant: ProbeSettings['setTenant']): Promise<void> {
  await withAuditor(login, async client => {
    const query = queryOf(client)
    if (flags.writeManifest !== undefined) {
      await writeFile(flags.writeManifest, `${JSON.stringify(await readManifest(query, settings), null, 2)}\n`)
      console.error(`wrote what the database consists of to ${flags.writeManifest}`)
      return
    }
    const progress = flags.attack ? showProgress(process.stderr) : undefined
    const target: AuditTarget = { database: description ?? `${login.host}:${login.port}/${login.database}`, settings, setTenant }
    const report = await audit(query, target, {
      rules: flags.fast ? startRules : rules,
      exceptions: [...exceptions, ...flags.ignore ?? []],
      baseline: flags.baseline === undefined ? undefined : parseBaseline(await readFile(flags.baseline, 'utf8')),
      attack: flags.attack,
      onTable: (done, total, table) => { progress?.report({ phase: 'attacks', done, total, subject: table }) }
    }).finally(() => { progress?.stop() })
    if (flags.writeBaseline !== undefined) {
      const baseline = baselineOf([...report.sifted.findings, ...report.sifted.known])
      await writeFile(flags.writeBaseline, `${JSON.stringify(baseline, null, 2)}\n`)
      console.error(`wrote ${baseline.findings.length} findings to ${flags.writeBaseline}`)
      return
    }
    console.log({ text: formatText, json: formatJson, sarif: formatSarif }[flags.format](report))
    const isOpen = report.sifted.findings.some(({ rule }) => rule.severity === 'error') || report.probes?.results.some(({ leak }) => leak !== undefined) === true || (report.probes?.skipped.length ?? 0) > 0
    if (isOpen) process.exitCode = 1
  })
}

function collect (text: string, before: string[] = []): string[] {
  return [...before, text]
}
