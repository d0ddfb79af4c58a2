import '../src/node-version.ts'
import { Argument, Command } from 'commander'
import { runCommand, withDatabase } from '../src/cli.ts'
import type { Database } from '../src/database/database.ts'
import { loginAt, type Placement } from '../src/database/placement.ts'
import { roleNames, type RoleName } from '../src/database/roles.ts'
import { formatUrl } from '../src/database/settings.ts'
import { withCatalogue } from '../src/provisioning/catalogue.ts'
import { loadDemo } from '../src/testdata/load.ts'

const program = new Command('dburl')
  .description('Prints the connection URL of one role of the database, password included, for psql and other tools.\n' +
    'Where the embedded database is used and does not run, it is started and left running;\n' +
    'an empty one is given the demonstration data, as by the first start of the server.')
  .addArgument(new Argument('<role>', 'whose').choices(Object.keys(roleNames)))
  .option('--of <slug>', 'of the database where that tenant is, if it has one of its own')
  .addHelpText('after', `
Examples:
  psql "$(npx tsx bin/dburl.ts tenant)"      what the application may do for a tenant
  psql "$(npx tsx bin/dburl.ts operator)"    all rows of all tenants, read only
  psql "$(npx tsx bin/dburl.ts tenant --of tenant-0)"   where tenant-0 is
  psql "$(npx tsx bin/dburl.ts owner)"       the owner of the schema; row-level security holds for it too

Stop an embedded database that was left running with: npx tsx bin/embedded.ts stop`)
  .action(async (role: RoleName, { of: slug }: { of?: string }) => {
    await withDatabase(async (database, _signal, { demoAccounts, tenancy }) => {
      await database.prepare()
      // What the first start would have done: whoever tries the walls needs something behind them.
      if (database.embedded !== undefined) await loadDemo(database, demoAccounts, tenancy)
      console.log(formatUrl(loginAt(database.login(role), await placementOf(database, slug))))
      if (database.embedded?.startedHere === true) console.error('dburl: started the embedded database; stop it with: npx tsx bin/embedded.ts stop')
    }, { keepRunning: true })
  })

await runCommand(program)

async function placementOf (database: Database, slug: string | undefined): Promise<Placement | undefined> {
  if (slug === undefined) return undefined
  return await withCatalogue(database, async catalogue => (await catalogue.get(slug)).database)
}
