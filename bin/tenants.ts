import '../src/node-version.ts'
import { createInterface } from 'node:readline/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { runCommand, UsageError, withDatabase } from '../src/cli.ts'
import type { Config } from '../src/config.ts'
import type { Database } from '../src/database/database.ts'
import { createAccount } from '../src/provisioning/accounts.ts'
import { exportTenant, importTenant, verifyTenant } from '../src/provisioning/archives.ts'
import { TenantError, withCatalogue, type AccountEvent, type Catalogue, type CatalogueEntry } from '../src/provisioning/catalogue.ts'
import { cloneTenant, deleteTenant, placesOf, purgeTenant, renameForPeople, renameTenant, resumeTenant, suspendTenant, type Change } from '../src/provisioning/life-cycle.ts'
import { makeOwner } from '../src/provisioning/people.ts'
import { abandonMove, moveTenant, purgeSource, type Destination } from '../src/provisioning/move.ts'
import { describeTenants, type Overview } from '../src/provisioning/overview.ts'
import { formatBytes, formatTable, printable, type TextColumn } from '../src/table.ts'
import { strategyNames, type StrategyName } from '../src/tenancy/strategy.ts'

const dayMs = 24 * 60 * 60 * 1000
const count = new Intl.NumberFormat('en')

const orders = {
  slug: (a: Overview, b: Overview) => a.entry.slug.localeCompare(b.entry.slug, 'en', { numeric: true }),
  name: (a: Overview, b: Overview) => a.entry.name.localeCompare(b.entry.name, 'en'),
  created: (a: Overview, b: Overview) => b.entry.createdAt.getTime() - a.entry.createdAt.getTime(),
  subtasks: (a: Overview, b: Overview) => (b.rows?.['subtask'] ?? -1) - (a.rows?.['subtask'] ?? -1),
  size: (a: Overview, b: Overview) => (b.bytes ?? -1) - (a.bytes ?? -1)
}

const rowsIn = (table: string) => ({ rows }: Overview): string => rows === undefined ? '?' : count.format(rows[table] ?? 0)

const listColumns: ReadonlyArray<TextColumn<Overview>> = [
  { title: 'SLUG', value: ({ entry }) => entry.slug },
  { title: 'STATUS', value: ({ entry }) => entry.status },
  { title: 'PLACE', value: ({ entry }) => entry.database ?? 'shared schema' },
  { title: 'USERS', value: rowsIn('app_user'), right: true },
  { title: 'PROJECTS', value: rowsIn('project'), right: true },
  { title: 'TASKS', value: rowsIn('task'), right: true },
  { title: 'SUBTASKS', value: rowsIn('subtask'), right: true },
  { title: 'SIZE', value: ({ bytes }) => bytes === undefined ? '?' : formatBytes(bytes), right: true },
  { title: 'CREATED', value: ({ entry }) => entry.createdAt.toISOString().slice(0, 10) },
  { title: 'NAME', value: ({ entry, problem }) => problem === undefined ? entry.name : `${entry.name} (no answer: ${problem})` }
]

const program = new Command('tenants')
  .description('Makes, looks after, moves and removes tenants, wherever their rows are: in the shared schema or in a database of their own.')
  .addHelpText('after', `
Every command takes --json, for programs. All but list, show and log, which only look, note in the audit record who did what.
"tenants COMMAND --help" says more.

Examples:
  npx tsx bin/tenants.ts list --sort subtasks
  npx tsx bin/tenants.ts create acme --name "Acme & Co"
  npx tsx bin/tenants.ts rename acme acme-corp --redirect-days 30
  npx tsx bin/tenants.ts suspend acme-corp --reason "the bill of March is open"
  npx tsx bin/tenants.ts export acme-corp acme-corp.zip
  npx tsx bin/tenants.ts move acme-corp --to multiple-databases

Exit codes: 0 done, 1 failed or not as it should be, 2 wrong usage, 130 or 143 interrupted.`)

interface Act {
  database: Database
  catalogue: Catalogue
  config: Config
  signal: AbortSignal
}

interface CommonOptions { json: boolean }

command('list', 'list tenants, with what they have', [
  'list --sort subtasks --limit 10',
  'list --status suspended',
  'list --search acme --no-counts --json'
])
  .addOption(new Option('--status <status>', 'only those that are so').choices(['active', 'suspended', 'deleted', 'creating']))
  .addOption(new Option('--strategy <strategy>', 'only those that live so').choices(strategyNames))
  .option('--search <text>', 'only those with the text in slug or name')
  .addOption(new Option('--sort <column>', 'in this order').choices(['slug', 'name', 'created', 'subtasks', 'size']).default('slug'))
  .option('--limit <number>', 'so many at most', wholeNumber)
  .option('--no-counts', 'do not count rows: faster where there are many databases')
  .action(async ({ json, status, strategy, search, sort, limit, counts }: CommonOptions & { status?: string, strategy?: StrategyName, search?: string, sort: keyof typeof orders, limit?: number, counts: boolean }) => {
    await act(async ({ database, catalogue }) => {
      const needle = search?.toLowerCase() ?? ''
      const entries = (await catalogue.list()).filter(entry => (status === undefined || entry.status === status) &&
        (strategy === undefined || strategyOf(entry) === strategy) && `${entry.slug} ${entry.name}`.toLowerCase().includes(needle))
      const overviews = counts
        ? await describeTenants(database, entries)
        : entries.map(entry => ({ entry, strategy: strategyOf(entry), rows: undefined, bytes: undefined, problem: undefined }))
      const shown = overviews.sort(orders[sort]).slice(0, limit)
      if (json) return printJson(shown.map(toJson))
      console.log(formatTable(listColumns, shown))
      if (shown.length < overviews.length) console.log(`… and ${overviews.length - shown.length} more`)
    })
  })

command('show SLUG', 'all that is known of a tenant, and what was done to it', [
  'show acme',
  'show acme --json'
])
  .action(async (slug: string, { json }: CommonOptions) => {
    await act(async ({ database, catalogue }) => {
      const entry = await catalogue.find(slug)
      if (entry === undefined) throw new TenantError(`there is no tenant "${slug}"`)
      const [overview] = await describeTenants(database, [entry])
      const [former, move, events] = [await catalogue.formerSlugs(entry.id), await catalogue.findMove(entry.id), await catalogue.events(slug, 20)]
      if (json) return printJson({ ...overview === undefined ? {} : toJson(overview), formerSlugs: former, move: move ?? null, events })
      for (const [label, value] of [
        ['slug', entry.slug], ['name', entry.name], ['account', `#${entry.id}`],
        ['status', `${entry.status} since ${entry.statusSince.toISOString()}${entry.statusReason === undefined ? '' : `: ${entry.statusReason}`}`],
        ['created', entry.createdAt.toISOString()],
        ['place', entry.database === undefined ? 'the shared schema' : `a database of its own, ${entry.database}, at ${entry.schemaVersion}`],
        ['rows', overview?.rows === undefined ? overview?.problem ?? '' : Object.entries(overview.rows).map(([table, rows]) => `${table} ${count.format(rows)}`).join(', ')],
        ['size', overview?.bytes === undefined ? '' : `${overview.strategy === 'single-schema' ? 'about ' : ''}${formatBytes(overview.bytes)}`],
        ...former.map(({ slug: old, redirectUntil }) => ['was', `${old}${redirectUntil === undefined || redirectUntil <= new Date() ? ', which is gone' : `, which leads here until ${redirectUntil.toISOString()}`}`]),
        ...(move === undefined ? [] : [['move', `${move.source ?? 'the shared schema'} → ${move.target ?? 'the shared schema'}, ${move.state}`]])
      ]) console.log(printable(`${(label ?? '').padEnd(10)}${value}`))
      printEvents(events)
    })
  })

command('create SLUG', 'make a tenant, where TENANCY has new ones or --strategy says', [
  'create acme --name "Acme & Co"',
  'create acme --name "Acme & Co" --strategy multiple-databases'
])
  .requiredOption('--name <name>', 'its name, for people')
  .addOption(new Option('--strategy <strategy>', 'where its rows go').choices(strategyNames))
  .action(async (slug: string, { json, name, strategy }: CommonOptions & { name: string, strategy?: StrategyName }) => {
    await act(async ({ database, catalogue, config }) => {
      const entry = await createAccount(database, catalogue, strategy ?? config.tenancy, { slug, name })
      if (json) return printJson(entryJson(entry))
      console.log(`created ${slug}, account #${entry.id}, in ${placeOf(entry)}: http://${slug}.${config.baseDomain}:${config.port}/`)
    })
  })

command('owner SLUG EMAIL', 'let somebody in as an owner, with a new password', [
  'owner acme ann@example.com'
])
  .action(async (slug: string, email: string, { json }: CommonOptions) => {
    await act(async ({ database, catalogue, config }) => {
      const password = await makeOwner(database, catalogue, slug, email)
      if (json) return printJson({ slug, email, password })
      console.log(`${email} is an owner of ${slug}, and signs in at http://${slug}.${config.baseDomain}:${config.port}/sign-in/ with this password, which is kept nowhere: ${password}`)
    })
  })

command('rename OLD NEW', 'give a tenant another name on the web; the old one leads there for a while', [
  'rename acme acme-corp',
  'rename acme acme-corp --redirect-days 7',
  'rename acme acme-corp --gone'
])
  .option('--redirect-days <days>', 'for so long the old name leads to the new one', wholeNumber, 30)
  .option('--gone', 'the old name is gone at once: 410')
  .action(async (slug: string, next: string, { json, redirectDays, gone = false }: CommonOptions & { redirectDays: number, gone?: boolean }) => {
    await act(async ({ database, catalogue }) => {
      const until = gone || redirectDays === 0 ? undefined : new Date(Date.now() + redirectDays * dayMs)
      const change = await renameTenant(database, catalogue, slug, next, until)
      report(json, change, `${slug} is ${next} now; the old name ${until === undefined ? 'is gone' : `leads there until ${until.toISOString()}`}. Running servers know within seconds.`)
    })
  })

command('name SLUG NAME', 'give a tenant another name for people', ['name acme "Acme Incorporated"'])
  .action(async (slug: string, name: string, { json }: CommonOptions) => {
    await act(async ({ database, catalogue }) => { report(json, await renameForPeople(database, catalogue, slug, name), `${slug} is called "${name}" now`) })
  })

command('suspend SLUG', 'refuse a tenant\'s people; its rows are kept', ['suspend acme --reason "the bill of March is open"'])
  .option('--reason <text>', 'why, in words that its people are shown')
  .action(async (slug: string, { json, reason }: CommonOptions & { reason?: string }) => {
    await act(async ({ database, catalogue }) => { report(json, await suspendTenant(database, catalogue, slug, reason), `${slug} is suspended: the database refuses it from now on, and running servers say why within seconds`) })
  })

command('resume SLUG', 'serve a suspended or deleted tenant again', ['resume acme'])
  .action(async (slug: string, { json }: CommonOptions) => {
    await act(async ({ database, catalogue }) => { report(json, await resumeTenant(database, catalogue, slug), `${slug} is served again`) })
  })

command('export SLUG FILE', 'write all of a tenant into one file, as it is at one moment', [
  'export acme acme.zip',
  'export acme acme.zip --overwrite'
])
  .option('--overwrite', 'replace a file that is there', false)
  .action(async (slug: string, file: string, { json, overwrite }: CommonOptions & { overwrite: boolean }) => {
    await act(async ({ database, catalogue, signal }) => {
      const progress = progressLine('exporting')
      const manifest = await exportTenant(database, catalogue, slug, file, { signal, overwrite, onProgress: progress.report }).finally(progress.stop)
      if (json) return printJson(manifest)
      console.log(`${file}: ${Object.entries(manifest.tables).map(([table, { rows }]) => `${table} ${count.format(rows)}`).join(', ')}`)
      console.log('It holds all that the tenant keeps, password hashes among it: store it as carefully as the database.')
    }, { endsItself: true })
  })

command('import FILE', 'make a tenant of an exported file, all of it or nothing', [
  'import acme.zip',
  'import acme.zip --as acme-copy --name "Acme, once more"',
  'import acme.zip --strategy multiple-databases'
])
  .option('--as <slug>', 'its slug; by default the one that it had')
  .option('--name <name>', 'its name; by default the one that it had')
  .addOption(new Option('--strategy <strategy>', 'where its rows go').choices(strategyNames))
  .action(async (file: string, { json, as, name, strategy }: CommonOptions & { as?: string, name?: string, strategy?: StrategyName }) => {
    await act(async ({ database, catalogue, config, signal }) => {
      const progress = progressLine('reading and importing')
      const { entry, inspection } = await importTenant(database, catalogue, strategy ?? config.tenancy, file, { slug: as, name }, { signal, onProgress: progress.report }).finally(progress.stop)
      if (json) return printJson({ ...entryJson(entry), rows: inspection.counts })
      console.log(`imported ${entry.slug}, account #${entry.id}, into ${placeOf(entry)}: ${Object.entries(inspection.counts).map(([table, rows]) => `${table} ${count.format(rows)}`).join(', ')}`)
    }, { endsItself: true })
  })

command('clone SLUG NEW', 'make a tenant with another one\'s rows', ['clone acme acme-staging --name "Acme, to try things out on"'])
  .option('--name <name>', 'its name; by default that of the other')
  .action(async (slug: string, next: string, { json, name }: CommonOptions & { name?: string }) => {
    await act(async ({ database, catalogue, signal }) => {
      const progress = progressLine('cloning')
      const entry = await cloneTenant(database, catalogue, slug, { slug: next, name: name ?? (await catalogue.get(slug)).name }, { signal, onProgress: progress.report }).finally(progress.stop)
      if (json) return printJson(entryJson(entry))
      console.log(`cloned ${slug} to ${next}, account #${entry.id}, in ${placeOf(entry)}`)
    }, { endsItself: true })
  })

command('delete SLUG', 'take a tenant from the web; --purge, after some days, removes its rows for good', [
  'delete acme --reason "left in March"',
  'delete acme --purge',
  'delete acme --purge --grace-days 0 --yes'
])
  .option('--reason <text>', 'why')
  .option('--purge', 'remove the rows of a tenant that was deleted', false)
  .option('--grace-days <days>', 'how long ago it must have been deleted to be purged', wholeNumber, 30)
  .option('--yes', 'do it without asking', false)
  .action(async (slug: string, { json, reason, purge, graceDays, yes }: CommonOptions & { reason?: string, purge: boolean, graceDays: number, yes: boolean }) => {
    await act(async ({ database, catalogue }) => {
      const entry = await catalogue.get(slug)
      const others = placesOf({ database: undefined }, await catalogue.findMove(entry.id)).filter(place => place !== entry.database)
      await confirm(yes, slug, purge
        ? `This removes all rows of ${slug} ("${entry.name}") from ${[placeOf(entry), ...others.map(place => `the database ${place}, which a move has left`)].join(' and ')}, for good.`
        : `This takes ${slug} ("${entry.name}") from the web. Its rows are kept until they are purged; "tenants resume ${slug}" brings it back.`)
      if (!purge) return report(json, await deleteTenant(database, catalogue, slug, reason), `${slug} is deleted. To remove its rows for good, after ${graceDays} days: npx tsx bin/tenants.ts delete ${slug} --purge`)
      const progress = progressLine('removing')
      const purged = await purgeTenant(database, catalogue, slug, graceDays * dayMs, { onProgress: progress.report }).finally(progress.stop)
      if (json) return printJson(purged)
      console.log(`removed from the shared schema: ${rowsText(purged.removed)}`)
      for (const { database: place, answer } of purged.dropped) console.log(printable(`dropped the database ${place}; it is gone, as its server confirms: ${answer}`))
      console.log(`left in the shared schema: ${rowsText(purged.left)}`)
    })
  })

command('move SLUG', 'move a tenant while it works; its writes wait for a moment in the end', [
  'move acme --to multiple-databases',
  'move acme --to postgres://postgres:secret@db2.example.com/acme',
  'move acme --to single-schema',
  'move acme --purge',
  'move acme --abandon'
])
  .option('--to <place>', 'single-schema, multiple-databases (a database of its own on this server), or the URL of a database on another server, with an administrator\'s login')
  .option('--purge', 'remove what the last move has left at the source', false)
  .option('--abandon', 'give up a move that was interrupted', false)
  .option('--yes', 'do it without asking', false)
  .action(async (slug: string, { json, to, purge, abandon, yes }: CommonOptions & { to?: string, purge: boolean, abandon: boolean, yes: boolean }) => {
    if ([to !== undefined, purge, abandon].filter(Boolean).length !== 1) throw new UsageError('move takes one of --to, --purge and --abandon')
    await act(async ({ database, catalogue, signal }) => {
      if (purge) {
        const move = await catalogue.findMove((await catalogue.get(slug)).id)
        await confirm(yes, slug, `This removes the rows of ${slug} that its move has left in ${move?.source ?? 'the shared schema'}.`)
        const progress = progressLine('removing')
        const removed = await purgeSource(database, catalogue, slug, { onProgress: progress.report }).finally(progress.stop)
        return json ? printJson({ removed: removed ?? null }) : console.log(removed === undefined ? `dropped the database ${move?.source}` : `removed: ${rowsText(removed)}`)
      }
      if (abandon) {
        const move = await catalogue.findMove((await catalogue.get(slug)).id)
        if (move?.state === 'copying') await confirm(yes, slug, `This removes what the move of ${slug} has copied to ${move.target === undefined ? 'the shared schema' : `the database ${move.target}`}.`)
        await abandonMove(database, catalogue, slug)
        return json ? printJson({ abandoned: slug }) : console.log(`gave up the move of ${slug}; it is where it was`)
      }
      const progress = progressLine('copying')
      const { entry, heldMs } = await moveTenant(database, catalogue, slug, destinationOf(to ?? ''), { signal, onProgress: progress.report }).finally(progress.stop)
      if (json) return printJson({ ...entryJson(entry), heldMs: Math.round(heldMs) })
      console.log(`${slug} is in ${placeOf(entry)} now; its writes waited for ${Math.round(heldMs)} ms.`)
      console.log(`The source keeps its rows. When all is well: npx tsx bin/tenants.ts move ${slug} --purge`)
    }, { endsItself: true })
  })

command('verify SLUG', 'look whether a tenant\'s rows hang together, and sum them up for comparison with a copy', [
  'verify acme',
  'verify acme --json'
])
  .action(async (slug: string, { json }: CommonOptions) => {
    await act(async ({ database, catalogue }) => {
      const progress = progressLine('verifying')
      const { entry, checksums, problems } = await verifyTenant(database, catalogue, slug, progress.report).finally(progress.stop)
      if (problems.length > 0) process.exitCode = 1
      if (json) return printJson({ ...entryJson(entry), checksums, problems })
      console.log(formatTable([{ title: 'TABLE', value: row => row[0] }, { title: 'ROWS', value: row => count.format(row[1].rows), right: true }, { title: 'CHECKSUM', value: row => row[1].checksum, right: true }], Object.entries(checksums)))
      for (const problem of problems) console.error(`wrong: ${problem}`)
      if (problems.length === 0) console.log('every row has its parents, and every sequence is beyond its ids')
    })
  })

command('log [SLUG]', 'who did what, the latest first, to a tenant or to all', [
  'log acme',
  'log --limit 200 --json'
])
  .option('--limit <number>', 'so many at most', wholeNumber, 50)
  .action(async (slug: string | undefined, { json, limit }: CommonOptions & { limit: number }) => {
    await act(async ({ catalogue }) => {
      const events = await catalogue.events(slug, limit)
      return json ? printJson(events) : printEvents(events)
    })
  })

await runCommand(program)

function command (usage: string, description: string, examples: string[]): Command {
  const [name = '', ...args] = usage.split(' ')
  const made = program.command(name).description(description).option('--json', 'print the result as JSON', false)
    .addHelpText('after', ['', examples.length === 1 ? 'Example:' : 'Examples:', ...examples.map(example => `  npx tsx bin/tenants.ts ${example}`)].join('\n'))
  for (const argument of args) made.argument(argument.startsWith('[') ? argument.toLowerCase() : `<${argument.toLowerCase()}>`)
  return made
}

async function act (work: (act: Act) => Promise<void>, use: { endsItself?: boolean } = {}): Promise<void> {
  await withDatabase(async (database, signal, config) => {
    const migrations = await database.migrations()
    const pending = migrations.filter(({ appliedAt }) => appliedAt === undefined).length
    if (pending > 0) throw new TenantError(`the database ${pending === migrations.length ? 'is empty' : 'is behind this version'}; run: npx tsx bin/migrate.ts up`)
    if (migrations.some(({ isMissing }) => isMissing)) throw new TenantError('the database has migrations that this version does not know; use the version that applied them')
    await withCatalogue(database, async catalogue => { await work({ database, catalogue, config, signal }) })
  }, use)
}

function wholeNumber (text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It takes a whole number.')
  return Number(text)
}

function destinationOf (text: string): Destination {
  if (text === 'single-schema' || text === 'multiple-databases') return text
  if (/^postgres(ql)?:\/\//.test(text)) return { url: text }
  throw new UsageError('--to takes single-schema, multiple-databases, or a URL that begins with postgres://')
}

/** Data go only where somebody has said so: --yes, or the name typed in. */
async function confirm (yes: boolean, slug: string, what: string): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY) throw new UsageError(`${what} Nothing was changed. Add --yes to do it.`)
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await lines.question(`${printable(what)}\nType its name to go on: `)
  lines.close()
  if (answer.trim() !== slug) throw new UsageError('that is not its name; nothing was changed')
}

function report (json: boolean, { entry, warning }: Change, text: string): void {
  if (json) printJson({ ...entryJson(entry), ...(warning === undefined ? {} : { warning }) })
  else console.log(text)
  if (warning !== undefined) console.error(`warning: ${printable(warning)}`)
}

function printJson (value: unknown): void {
  console.log(JSON.stringify(value, null, 2))
}

function printEvents (events: AccountEvent[]): void {
  for (const { at, actor, action, slug, details } of events) {
    console.log(printable(`${at.toISOString()}  ${action} ${slug}  by ${actor}${Object.keys(details).length === 0 ? '' : `  ${JSON.stringify(details)}`}`))
  }
}

/** How far long work has come; for people who look on, in one line. */
function progressLine (what: string): { report: (progress: { table: string, done: number, total: number }) => void, stop: () => void } {
  const start = performance.now()
  let last = 0
  return {
    report: ({ table, done, total }) => {
      const now = performance.now()
      if (!process.stderr.isTTY || now - last < 200 || done === 0) return
      last = now
      const left = (now - start) / 1000 / done * Math.max(0, total - done)
      process.stderr.write(`\r\u001b[K${what}: ${count.format(done)} of ${count.format(total)} rows, ${table}, ${Math.ceil(left)} s left`)
    },
    stop: () => { if (last > 0) process.stderr.write('\r\u001b[K') }
  }
}

function strategyOf ({ database }: CatalogueEntry): StrategyName {
  return database === undefined ? 'single-schema' : 'multiple-databases'
}

function placeOf ({ database }: CatalogueEntry): string {
  return database === undefined ? 'the shared schema' : `the database ${database}`
}

function rowsText (rows: Record<string, number>): string {
  return Object.entries(rows).map(([table, number]) => `${table} ${count.format(number)}`).join(', ')
}

function entryJson (entry: CatalogueEntry): Record<string, unknown> {
  const { id, slug, name, status, statusReason, statusSince, createdAt, database, schemaVersion } = entry
  return { id, slug, name, status, statusReason: statusReason ?? null, statusSince, createdAt, strategy: strategyOf(entry), database: database ?? null, schemaVersion: schemaVersion ?? null }
}

function toJson ({ entry, rows, bytes, problem }: Overview): Record<string, unknown> {
  return { ...entryJson(entry), rows: rows ?? null, bytes: bytes ?? null, problem: problem ?? null }
}
