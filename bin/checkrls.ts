import '../src/node-version.ts'
import { readFile, writeFile } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { audit, type AuditOptions, type AuditTarget } from '../src/check-rls/audit.ts'
import { inCatalogTransaction } from '../src/check-rls/catalog-transaction.ts'
import type { Query } from '../src/check-rls/check.ts'
import { assertRule, baselineOf, parseBaseline, parseException, type Exception } from '../src/check-rls/exceptions.ts'
import { parseManifest, readManifest } from '../src/check-rls/manifest.ts'
import { explain, formatJson, formatSarif, formatText, type CheckReport } from '../src/check-rls/report.ts'
import { readRowhouseManifest, rowhouseExceptions, rowhouseSettings } from '../src/check-rls/rowhouse.ts'
import { rules } from '../src/check-rls/rules.ts'
import { queryOf, withAuditor } from '../src/check-rls/session.ts'
import { startRules } from '../src/check-rls/start.ts'
import type { CheckSettings } from '../src/check-rls/settings.ts'
import { openResults, type ProbeSettings } from '../src/check-rls/probes.ts'
import { runCommand, UsageError, withDatabase } from '../src/cli.ts'
import { contextSigner, type SignContext } from '../src/database/context.ts'
import { isOnOtherServer, loginAt } from '../src/database/placement.ts'
import { parseUrl, type ConnectionSettings } from '../src/database/settings.ts'
import { ExplainedError } from '../src/explained-error.ts'
import { withCatalogue } from '../src/provisioning/catalogue.ts'
import { showProgress } from '../src/testdata/progress.ts'

interface Flags {
  url?: string
  of?: string[]
  all: boolean
  schema?: string[]
  tenantRole?: string[]
  operatorRole?: string[]
  trustedRole?: string[]
  column?: string
  root?: string
  rootKey?: string
  context?: string
  verifier?: string[]
  namer?: string[]
  definer?: string[]
  hide?: string[]
  shared?: string[]
  setTenant?: string
  manifest?: string
  writeManifest?: string
  ignore?: Exception[]
  baseline?: string
  writeBaseline?: string
  attack: boolean
  strict: boolean
  fast: boolean
  format: 'text' | 'json' | 'sarif'
  explain?: string
  rules: boolean
}

const help = `
It asks the system catalogs alone, in a transaction that cannot write, and runs no function, view or operator of the database that
it checks: so it is safe in production, and any login may run it, a superuser's as well.
With --attack it also becomes each role that serves tenants and tries, in a transaction that is rolled back: that takes two tenants,
and a login that may SET ROLE to it and to one that sees all tenants, and locks rows and tables for moments. It runs the policies'
functions, triggers and whatever else is there, in a session of that login, whose rights they can take: SET ROLE is undone by a
statement. Of a database whose functions you have not read, attack a copy, or use a login that is a member of these two roles and no
more; that is enough. A superuser's login tries most: it can look whether an answer is another where the other tenant's row is not there,
and what the policies say where no trigger or rule answers first; of a table that a login may alter, it can look behind those, too. What
nobody can look behind is said to be not decided.
Of all that is tried two things stay. Sequences count on, since PostgreSQL does not roll them back: where a role may write an id itself
the attack does, and takes no number; where it may not, the next rows of that table have ids that are some twenty further on; and what
triggers and functions count by themselves goes on with each row that is written.
And tables grow: each attempt to change rows writes those of one tenant anew, and they stay as dead rows until a vacuum clears them away.

Without --url it checks Rowhouse's own database, and knows its roles, functions and keys. With --url it checks any database of
PostgreSQL 15 or later that keeps tenants apart by a column; say what yours is called.

Examples:
  npx tsx bin/checkrls.ts                                       this application's database
  npx tsx bin/checkrls.ts --attack                              and try to get through
  npx tsx bin/checkrls.ts --all                                 and the databases that tenants have of their own
  npx tsx bin/checkrls.ts --explain policy-check                what a rule is about, and how it looks
  npx tsx bin/checkrls.ts --strict                              for a pipeline that is to stop at weaknesses as well
  npx tsx bin/checkrls.ts --format sarif > walls.sarif          for what shows findings beside code
  npx tsx bin/checkrls.ts --url postgres://me@db.example.com/app --schema app --tenant-role app_user --column tenant_id --root tenants
  npx tsx bin/checkrls.ts --url ... --tenant-role anon --tenant-role authenticated --trusted-role service_role --trusted-role authenticator \\
      --trusted-role supabase_admin --trusted-role supabase_auth_admin --trusted-role supabase_storage_admin --trusted-role dashboard_user \\
      --column user_id --root profiles                          a project of Supabase's: service_role passes row-level security and writes, so it is trusted
  npx tsx bin/checkrls.ts --url postgres://auditor@... --attack     after: create role auditor login; grant app_user, app_reports to auditor
  npx tsx bin/checkrls.ts --url ... --ignore 'trigger:app.task.touch=it sets updated_at alone'
  npx tsx bin/checkrls.ts --url ... --attack --ignore 'attack:app.country=the same for all'   a table that cannot be attacked
  npx tsx bin/checkrls.ts --url ... --attack --ignore "attack:app.shop: take the other's host_name=host names are public"   an attack that may get through
  npx tsx bin/checkrls.ts --url ... --write-baseline known.json     begin with what is there, and
  npx tsx bin/checkrls.ts --url ... --baseline known.json           hear of what comes to it

Exit codes: 0 nothing of severity error was found (with --strict: nothing at all), 1 something was, or an attack got through, is not
decided or could not be tried, or it failed; 2 wrong usage.`

const program = new Command('checkrls')
  .description('Looks whether row-level security keeps the tenants of a database apart: finds what is missing, wrong or open, says what\nsomebody gains by it, and gives the SQL that mends it.')
  .addHelpText('after', help)
  .option('--url <url>', 'a database that is not this application\'s: postgres://user@host/database')
  .option('--of <slug>', 'the database of that tenant, if it has one of its own; may be repeated', collect)
  .option('--all', 'this application\'s database, and that of each tenant who has one of its own', false)
  .option('--schema <name>', 'where the tenants\' tables are (default: "public"); may be repeated, the table of the tenants being in the first', collect)
  .option('--tenant-role <role>', 'a role that serves tenants; may be repeated', collect)
  .option('--operator-role <role>', 'a role that reads all tenants\' rows, and writes none; may be repeated', collect)
  .option('--trusted-role <role>', 'a role that passes the walls and serves no request; may be repeated', collect)
  .option('--column <name>', 'the column that says whose a row is', 'account_id')
  .option('--root <table>', 'the table of the tenants, which that column refers to', 'account')
  .option('--root-key <name>', 'the column of that table which says who a tenant is', 'id')
  .option('--context <expression>', 'what policies compare the column with, as PostgreSQL prints it; left out, what most of them do')
  .option('--verifier <function>', 'a function that policies call, which believes a setting only where it is signed: "app.verified_tenant()"; may be repeated', collect)
  .option('--namer <function>', 'a function that names the tenant of a transaction, where none is named: "app.set_tenant(bigint)"; may be repeated', collect)
  .option('--definer <function>', 'a function that may run as its owner: "app.resolve(text)"; may be repeated', collect)
  .option('--hide <column>', 'a column that no role which serves requests may read: "users.password_hash", with the schema or without; may be repeated', collect)
  .option('--shared <table>', 'a table that all tenants read and none may write: "country", or in another schema "lists.country"; may be repeated', collect)
  .option('--manifest <file>', 'what the database is to consist of')
  .option('--write-manifest <file>', 'write down what the database consists of, and end')
  .option('--ignore <exception>', 'RULE:OBJECT=REASON, a finding to let be; of attacks, attack:TABLE or attack:TABLE: HOW; may be repeated', (text: string, before: Exception[] = []) => [...before, parseException(text, rules)])
  .option('--baseline <file>', 'what is known already: findings, and of attacks what was not refused, and tables that could not be attacked')
  .option('--write-baseline <file>', 'write down what is found, and end')
  .option('--attack', 'try to get through as well, which runs the database\'s own code with the rights of the login; all is rolled back, but for numbers that sequences have given out and the room that dead rows take', false)
  .option('--set-tenant <statement>', 'for --attack: what names the tenant of a transaction, such as "select app.set_tenant($1)"')
  .option('--strict', 'end with 1 at a warning, too', false)
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
    const foreign = ['schema', 'tenantRole', 'operatorRole', 'trustedRole', 'column', 'root', 'rootKey', 'context', 'verifier', 'namer', 'definer', 'hide', 'shared', 'setTenant'].filter(name => given.includes(name))
    if (isOwn && foreign.length > 0) throw new UsageError('without --url this checks Rowhouse\'s own database, which is known: the other options go with --url')
    if (!isOwn && flags.tenantRole === undefined) throw new UsageError('--tenant-role is needed: which role serves tenants?')
    const chosen = flags.all || flags.of !== undefined
    if (!isOwn && chosen) throw new UsageError('--of and --all are for this application\'s tenants, not with --url')
    if (chosen && flags.attack) throw new UsageError('--attack takes two tenants in one database: not with --of or --all')
    if (chosen && (flags.writeManifest ?? flags.writeBaseline) !== undefined) throw new UsageError('one file describes one database: not with --of or --all')
    if (isOwn) await withOwnDatabases(flags, async (places, signContext) => { await run(flags, places, { ...rowhouseSettings, manifest: await manifestOf(flags, readRowhouseManifest) }, rowhouseExceptions, namingBy(signContext)) })
    else await run(flags, [{ login: foreignLogin(flags.url ?? '') }], { ...settingsOf(flags), manifest: await manifestOf(flags, async () => undefined) }, [], flags.setTenant)
  })

await runCommand(program)

function settingsOf ({ schema: [schema = 'public', ...moreSchemas] = [], tenantRole = [], operatorRole = [], trustedRole = [], column = '', root = '', rootKey = '', context, verifier = [], namer = [], definer = [], hide = [], shared = [], setTenant }: Flags): Omit<CheckSettings, 'manifest'> {
  return { schema, moreSchemas, tenantRoles: tenantRole, operatorRoles: operatorRole, trustedRoles: trustedRole, column, root, rootKey, context, verifiers: verifier, namers: [...namer, ...namerIn(setTenant)], definers: definer, hiddenColumns: hide, shared }
}

/** What names a tenant may do so, and is attacked for it. */
function namerIn (setTenant = ''): string[] {
  const [, name] = /^\s*(?:select|call)\s+((?:[\w$]+|"(?:[^"]|"")+")(?:\.(?:[\w$]+|"(?:[^"]|"")+"))?)\s*\(/i.exec(setTenant) ?? []
  return name === undefined ? [] : [name]
}

async function manifestOf ({ manifest, writeManifest }: Flags, usual: () => Promise<CheckSettings['manifest']>): Promise<CheckSettings['manifest']> {
  if (writeManifest !== undefined) return undefined
  return manifest === undefined ? await usual() : parseManifest(await readGiven(manifest))
}

/** @throws {UsageError} where there is no such file, or it cannot be read */
async function readGiven (file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: unknown) => { throw new UsageError(`${file} cannot be read: ${reasonOf(error)}`) })
}

async function writeAsked (file: string, content: object): Promise<void> {
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`).catch((error: unknown) => { throw new UsageError(`${file} cannot be written: ${reasonOf(error)}`) })
}

function reasonOf (error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return { ENOENT: 'there is no such file or folder', EISDIR: 'it is a folder', EACCES: 'it is not allowed' }[code ?? ''] ?? message
}

/** What names a tenant in this application's own database. */
function namingBy (signContext: SignContext | undefined): ProbeSettings['setTenant'] {
  return signContext === undefined ? 'select rowhouse.set_account($1)' : tenant => `select rowhouse.set_account(${BigInt(tenant)}, null, '${signContext(Number(tenant))}')`
}

/** A database to look at. */
interface Place {
  login: ConnectionSettings
  /** How reports call it; without it, by its address. */
  description?: string
}

/**
 * This application's databases that were asked for. By the administrator's login, where there is one: it may become each role. The
 * catalogs are open to all others, too. Nothing is made or migrated.
 */
async function withOwnDatabases ({ all, of: slugs }: Flags, work: (places: readonly Place[], signContext: SignContext | undefined) => Promise<void>): Promise<void> {
  await withDatabase(async (database, _signal, config) => {
    const login = database.logins.owner === undefined ? database.login('tenant') : { ...database.server().admin, database: database.login('owner').database }
    const places: Place[] = slugs === undefined ? [{ login, description: database.description }] : []
    if (all || slugs !== undefined) {
      const entries = await withCatalogue(database, async catalogue => await Promise.all(slugs?.map(async slug => await catalogue.get(slug)) ?? [catalogue.list()]))
      for (const { slug, database: placement, status } of entries.flat()) {
        if (status === 'creating' || status === 'deleted') continue
        // Another server has an administrator of its own, whose login is not known here.
        const its = placement !== undefined && isOnOtherServer(placement) ? database.login('tenant') : login
        if (placement !== undefined) places.push({ login: loginAt(its, placement), description: `${slug}, ${placement}` })
        else if (slugs !== undefined) places.push({ login, description: `${slug}, ${database.description}` })
      }
    }
    await work(places, contextSigner(config.database.context, config.requestDeadlineMs))
  })
}

function foreignLogin (url: string): ConnectionSettings {
  try {
    return parseUrl(url, { database: 'postgres' })
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}

async function run (flags: Flags, places: readonly Place[], settings: CheckSettings, exceptions: readonly Exception[], setTenant: ProbeSettings['setTenant']): Promise<void> {
  const progress = flags.attack || places.length > 1 ? showProgress(process.stderr) : undefined
  const reports: CheckReport[] = []
  try {
    for (const [index, { login, description = `${login.host}:${login.port}/${login.database}` }] of places.entries()) {
      if (places.length > 1) progress?.report({ phase: 'databases', done: index, total: places.length, subject: description })
      const report = await withAuditor(login, async client => await look(flags, queryOf(client), { database: description, settings, setTenant }, exceptions, (done, total, table) => {
        progress?.report({ phase: 'attacks', done, total, subject: table })
      }), flags.url === undefined)
      if (report !== undefined) reports.push(report)
    }
  } finally {
    progress?.stop()
  }
  if (reports.length > 0) console.log({ text: formatText, json: formatJson, sarif: (all: readonly CheckReport[]) => formatSarif(all, artifactOf(flags)) }[flags.format](reports))
  if (reports.some(report => isOpen(report, flags))) process.exitCode = 1
}

/** @returns nothing where what was asked for is a file */
async function look (flags: Flags, query: Query, target: AuditTarget, exceptions: readonly Exception[], onTable: NonNullable<AuditOptions['onTable']>): Promise<CheckReport | undefined> {
  if (flags.url === undefined) await assertHasTables(query, target)
  if (flags.writeManifest !== undefined) {
    await writeAsked(flags.writeManifest, await readManifest(query, target.settings))
    console.error(`wrote what the database consists of to ${flags.writeManifest}`)
    return undefined
  }
  const report = await audit(query, target, {
    rules: flags.fast ? startRules : rules,
    exceptions: [...exceptions, ...flags.ignore ?? []],
    baseline: flags.baseline === undefined ? undefined : parseBaseline(await readGiven(flags.baseline)),
    attack: flags.attack,
    onTable
  })
  if (flags.writeBaseline === undefined) return report
  const { sifted, probes } = report
  const baseline = baselineOf([...sifted.findings, ...sifted.known], probes === undefined ? [] : [...openResults(probes), ...probes.known], probes === undefined ? [] : [...probes.skipped, ...probes.knownSkipped])
  await writeAsked(flags.writeBaseline, baseline)
  console.error(`wrote ${baseline.findings.length} findings to ${flags.writeBaseline}`)
  return undefined
}

/** Of a database with nothing in it every rule would find something to say. @throws {ExplainedError} */
async function assertHasTables (query: Query, { settings: { schema } }: AuditTarget): Promise<void> {
  const tables = await inCatalogTransaction(query, async () => await query("select from pg_catalog.pg_class join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace where nspname = $1 and relkind in ('r', 'p') limit 1", [schema]))
  if (tables.length === 0) throw new ExplainedError('the database has no catalogue of tenants yet; run: npx tsx bin/migrate.ts up')
}

/** The file that says what is to be there: findings of what is in a database are shown at its beginning. */
function artifactOf ({ url, manifest }: Flags): string {
  if (manifest !== undefined) return relative(process.cwd(), manifest).split(sep).join('/')
  return url === undefined ? 'src/check-rls/rowhouse-manifest.json' : 'database'
}

/** There is a way past the walls, or nobody could try whether there is; strictly, a weakness is one, too. */
function isOpen ({ sifted, probes }: CheckReport, { strict }: Flags): boolean {
  return sifted.findings.some(({ rule }) => strict || rule.severity === 'error') || (probes !== undefined && openResults(probes).length > 0) || (probes?.skipped.length ?? 0) > 0 || probes?.results.length === 0
}

function collect (text: string, before: string[] = []): string[] {
  return [...before, text]
}
