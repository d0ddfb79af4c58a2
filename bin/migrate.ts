import '../src/node-version.ts'
import { Command, InvalidArgumentError } from 'commander'
import { runCommand, UsageError, withDatabase } from '../src/cli.ts'
import { ExplainedError } from '../src/explained-error.ts'
import { unlessAborted } from '../src/interruption.ts'
import { formatFleet } from '../src/provisioning/fleet-table.ts'
import { findRun, fleetDefaults, inspectFleet, migrateUp, quantity, takeBack, type FleetOptions, type FleetResult, type TakingBack } from '../src/provisioning/fleet.ts'
import { loadDemo } from '../src/testdata/load.ts'
import { showProgress } from '../src/testdata/progress.ts'

interface FleetFlags {
  tenant?: string[]
  jobs: number
  maxFailures: number
  lockTimeout: string
}

/** Beyond these, progress is worth showing, and a line for each is not. */
const listedDatabases = 10

const program = new Command('migrate')
  .description('Brings the schema of the database up to this version, takes migrations back, or tells where it stands.\n' +
    'Works on the embedded database, or on the one that DATABASE_URL or the PG* variables name, and on the databases that\n' +
    'tenants have of their own.')
  .addHelpText('after', `
"up" begins with the configured database, "down" ends with it. A tenant's database that fails does not keep the others, and
the next run goes on with what was not done. One such run is at work at a time; a server that runs meanwhile refuses the
tenants whose databases are behind, and serves the others.

Examples:
  npx tsx bin/migrate.ts up              make roles and database if need be, apply all pending migrations everywhere
  npx tsx bin/migrate.ts up --jobs 8 --max-failures 20   more tenants' databases at a time, and not put off by a few
  npx tsx bin/migrate.ts up --tenant acme --lock-timeout 5min   one tenant's database alone, with patience
  CONTEXT_KEY=<secret> npx tsx bin/migrate.ts up   have names of tenants signed from now on; the server takes the same
  npx tsx bin/migrate.ts up --unsigned   take that back
  npx tsx bin/migrate.ts status          list the migrations and when they were applied, and where tenants' databases stand
  npx tsx bin/migrate.ts status --json   the same, for programs
  npx tsx bin/migrate.ts down --yes      take the last one back everywhere, with the data that only it knows
  npx tsx bin/migrate.ts down --all --yes && npx tsx bin/migrate.ts up   start over, where no tenant has a database of its own
  DATABASE_URL=postgres://postgres:secret@db.example.com/rowhouse npx tsx bin/migrate.ts up

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 or 143 interrupted; status exits with 1 while migrations are pending or
have failed.`)

fleetCommand('up', 'apply pending migrations; safe to run twice')
  .option('--demo <accounts>', 'load so many accounts of demonstration data, if there is no account yet', parseCount)
  .option('--unsigned', 'no longer ask for signed names of tenants, which CONTEXT_KEY begins with', false)
  .action(async ({ demo, unsigned, ...flags }: FleetFlags & { demo?: number, unsigned: boolean }) => {
    await withDatabase(async (database, signal, { tenancy, database: { context } }) => {
      let count = 0
      const onConfigured = (ran: string[]): void => {
        for (const name of ran) console.log(`applied ${name}`)
        count = ran.length
      }
      const result = await showing('applied', async onOutcome => await migrateUp(database, { ...optionsOf(flags), signal, onConfigured, onOutcome }))
      if (count === 0 && !changedAnything(result)) console.log('nothing to do: every migration is applied')
      if (result !== undefined) report(result, 'migrated')
      if (unsigned || context !== undefined) console.log(`names of tenants are ${unsigned ? 'taken as they are' : 'taken only where they are signed'}`)
      if (demo === undefined) return
      const loaded = await unlessAborted(signal, async () => await loadDemo(database, demo, tenancy))
      console.log(loaded ? `loaded ${demo} accounts of demonstration data` : 'no demonstration data: there are accounts already')
    }, { endsItself: true, override: unsigned ? { context: 'unsigned' } : {} })
  })

fleetCommand('down', 'take migrations back, the last one first')
  .option('--count <number>', 'how many', parseCount, 1)
  .option('--all', 'all of them: the database is empty then', false)
  .option('--yes', 'do it: the data in what they made is lost', false)
  .action(async ({ count, all, yes, ...flags }: FleetFlags & { count: number, all: boolean, yes: boolean }) => {
    if (all && flags.tenant !== undefined) throw new UsageError('--all would leave nothing of a tenant; it does not go with --tenant')
    const confirm = ({ names, databases }: TakingBack): void => {
      const where = databases === 1 && flags.tenant === undefined ? '' : ` in ${quantity(databases)}`
      if (!yes && names.length > 0) throw new UsageError(`this would take back ${names.join(', ')}${where}, with the data in what they made. Nothing was changed. Add --yes to do it.`)
    }
    await withDatabase(async (database, signal) => {
      const onConfigured = (ran: string[]): void => {
        for (const name of ran) console.log(`took back ${name}`)
        if (ran.length === 0) console.log('nothing to do: no migration is applied')
      }
      const result = await showing('took back', async onOutcome => await takeBack(database, all ? Number.MAX_SAFE_INTEGER : count, confirm, { ...optionsOf(flags), signal, onConfigured, onOutcome }))
      if (result !== undefined) report(result, 'taken back', ' The configured database is as it was.')
    }, { endsItself: true })
  })

program.command('status').description('list the migrations; exits with 1 while some are pending or have failed')
  .option('--tenant <slug>', 'of this tenant\'s database alone; may be repeated', collect)
  .option('--jobs <number>', 'databases to look into at the same time', parseCount, fleetDefaults.jobs)
  .option('--json', 'print JSON', false)
  .action(async ({ tenant: slugs, jobs, json }: Pick<FleetFlags, 'tenant' | 'jobs'> & { json: boolean }) => {
    await withDatabase(async (database, signal) => {
      const migrations = slugs === undefined ? await database.migrations() : []
      const tenants = await inspectFleet(database, { slugs, jobs, signal })
      const run = await findRun(database)
      if (migrations.some(({ appliedAt }) => appliedAt === undefined) || tenants.some(({ state }) => state !== 'ready' && state !== 'creating')) process.exitCode = 1
      if (json) {
        console.log(JSON.stringify({ migrations, tenants, run }, (_name, value: unknown) => value === undefined ? null : value, 2))
        return
      }
      for (const { name, appliedAt, isMissing } of migrations) {
        console.log(`${name.padEnd(32)}${appliedAt === undefined ? 'pending' : `applied ${appliedAt.toISOString()}`}${isMissing ? ', but its file is missing' : ''}`)
      }
      if (tenants.length > 0) console.log(`${migrations.length > 0 ? '\n' : ''}${formatFleet(tenants, process.stdout.columns)}`)
      if (run !== undefined) console.log(`\n${run.who} has been at work since ${run.since.toISOString()}`)
    })
  })

await runCommand(program)

function fleetCommand (name: string, description: string): Command {
  return program.command(name).description(description)
    .option('--tenant <slug>', 'in this tenant\'s database alone; may be repeated', collect)
    .option('--jobs <number>', 'tenants\' databases at the same time', parseCount, fleetDefaults.jobs)
    .option('--max-failures <number>', 'begin no other database after so many failures', parseCount, fleetDefaults.maxFailures)
    .option('--lock-timeout <duration>', 'how long to wait for a lock in a tenant\'s database: 500ms, 10s, 5min', parseDuration, fleetDefaults.lockTimeout)
}

function optionsOf ({ tenant: slugs, jobs, maxFailures, lockTimeout }: FleetFlags): FleetOptions {
  return { slugs, jobs, maxFailures, lockTimeout }
}

async function showing<T> (done: string, work: (onOutcome: NonNullable<FleetOptions['onOutcome']>) => Promise<T>): Promise<T> {
  const progress = showProgress(process.stderr)
  try {
    return await work(({ slug, ran }, count, total) => {
      if (total > listedDatabases) progress.report({ phase: 'databases', done: count, total, subject: slug })
      else for (const name of ran) console.log(`${slug}: ${done} ${name}`)
    })
  } finally {
    progress.stop()
  }
}

function changedAnything (result: FleetResult | undefined): boolean {
  return result !== undefined && (result.notBegun.length > 0 || result.outcomes.some(({ ran, error }) => ran.length > 0 || error !== undefined))
}

/** @throws {ExplainedError} where not all are done */
function report ({ outcomes, notBegun, leftAlone }: FleetResult, changed: string, consequence = ''): void {
  const failed = outcomes.filter(({ error }) => error !== undefined)
  for (const { slug, error } of failed) console.error(`${slug}: ${error?.message ?? ''}`)
  const done = outcomes.filter(({ ran }) => ran.length > 0).length
  console.log(`${quantity(outcomes.length + notBegun.length)} of tenants: ${[
    `${done} ${changed}`,
    `${outcomes.length - failed.length - done} had nothing to do`,
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(notBegun.length > 0 ? [`${notBegun.length} not begun`] : []),
    ...(leftAlone.length > 0 ? [`${leftAlone.length} left to the command that is making them`] : [])
  ].join(', ')}; ${(performance.now() / 1000).toFixed(1)} s`)
  if (failed.length > 0) throw new ExplainedError(`${quantity(failed.length)} failed${notBegun.length > 0 ? `, so ${notBegun.length} more were not begun (--max-failures)` : ''}; "status" tells why.${consequence} Run it again to go on.`)
}

function collect (slug: string, slugs: string[] = []): string[] {
  return [...slugs, slug]
}

function parseDuration (text: string): string {
  if (!/^[1-9]\d{0,5}(ms|s|min)$/.test(text)) throw new InvalidArgumentError('It takes a duration such as 500ms, 10s or 5min.')
  return text
}

function parseCount (text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It takes a whole number from 1 on.')
  return Number(text)
}
