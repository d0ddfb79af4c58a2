import { Argument, Command } from 'commander'
import { runCommand, withDatabase } from '../src/cli.ts'
import { readConfig } from '../src/config.ts'
import { roleNames, type RoleName } from '../src/database/roles.ts'
import { formatUrl } from '../src/database/settings.ts'
import { loadDemo } from '../src/testdata/load.ts'

const program = new Command('dburl')
  .description('Prints the connection URL of one role of the database, password included, for psql and other tools.\n' +
    'Where the embedded database is used and does not run, it is started and left running;\n' +
    'an empty one is given the demonstration data, as by the first start of the server.')
  .addArgument(new Argument('<role>', 'whose').choices(Object.keys(roleNames)))
  .addHelpText('after', `
Examples:
  psql "$(npx tsx bin/dburl.ts tenant)"      what the application may do for a tenant
  psql "$(npx tsx bin/dburl.ts operator)"    all rows of all tenants, read only
  psql "$(npx tsx bin/dburl.ts owner)"       the owner of the schema; row-level security holds for it too

Stop an embedded database that was left running with: npx tsx bin/embedded.ts stop`)
  .action(async (role: RoleName) => {
    await withDatabase(async database => {
      await database.prepare()
      // What the first start would have done: whoever tries the walls needs something behind them.
      if (database.embedded !== undefined) await loadDemo(database, readConfig().demoAccounts)
      console.log(formatUrl(database.login(role)))
      if (database.embedded?.startedHere === true) console.error('dburl: started the embedded database; stop it with: npx tsx bin/embedded.ts stop')
    }, { keepRunning: true })
  })

await runCommand(program)
