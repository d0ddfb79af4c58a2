import '../src/node-version.ts'
import { Command } from 'commander'
import { runCommand } from '../src/cli.ts'
import { readConfig } from '../src/config.ts'
import { stopEmbedded } from '../src/database/embedded.ts'

const program = new Command('embedded')
  .description('The embedded PostgreSQL that stands behind the application where no other database is configured.')
  .addHelpText('after', `
It starts by itself with whatever needs it, and stops with the last of them; only bin/dburl.ts leaves it running.

Example:
  npx tsx bin/embedded.ts stop`)

program.command('stop').description('stop it, whoever uses it; its data stay')
  .action(async () => {
    const { directory } = readConfig().database
    const stopped = await stopEmbedded(directory === undefined ? {} : { directory })
    console.log(stopped ? 'stopped' : 'it was not running')
  })

await runCommand(program)
