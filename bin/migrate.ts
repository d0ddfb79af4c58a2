import { Command, InvalidArgumentError } from 'commander'
import { runCommand, UsageError, withDatabase } from '../src/cli.ts'
import { ExplainedError } from '../src/explained-error.ts'
import { loadDemo } from '../src/testdata/load.ts'

const program = new Command('migrate')
  .description('Brings the schema of the database up to this version, takes migrations back, or tells where it stands.\n' +
    'Works on the embedded database, or on the one that DATABASE_URL or the PG* variables name.')
  .addHelpText('after', `
Examples:
  npx tsx bin/migrate.ts up              make roles and database if need be, apply all pending migrations
  npx tsx bin/migrate.ts status          list the migrations and when they were applied
  npx tsx bin/migrate.ts down --yes      take the last one back, with the data that only it knows
  npx tsx bin/migrate.ts down --all --yes && npx tsx bin/migrate.ts up   start over, with an empty database
  DATABASE_URL=postgres://postgres:secret@db.example.com/rowhouse npx tsx bin/migrate.ts up

Exit codes: 0 done, 1 failed, 2 wrong usage; status exits with 1 while migrations are pending.`)

program.command('up').description('apply pending migrations; safe to run twice and by two processes at once')
  .option('--demo <accounts>', 'load so many accounts of demonstration data, if there is no account yet', parseCount)
  .action(async ({ demo }: { demo?: number }) => {
    await withDatabase(async (database, _signal, { tenancy }) => {
      const ran = await database.prepare()
      for (const name of ran) console.log(`applied ${name}`)
      if (ran.length === 0) console.log('nothing to do: every migration is applied')
      if (demo === undefined) return
      console.log(await loadDemo(database, demo, tenancy) ? `loaded ${demo} accounts of demonstration data` : 'no demonstration data: there are accounts already')
    })
  })

program.command('down').description('take migrations back, the last one first')
  .option('--count <number>', 'how many', parseCount, 1)
  .option('--all', 'all of them: the database is empty then', false)
  .option('--yes', 'do it: the data in what they made is lost', false)
  .action(async ({ count, all, yes }: { count: number, all: boolean, yes: boolean }) => {
    await withDatabase(async database => {
      const applied = (await database.migrations()).filter(migration => migration.appliedAt !== undefined).map(migration => migration.name)
      const affected = applied.slice(all ? 0 : -count).reverse()
      if (affected.length === 0) {
        console.log('nothing to do: no migration is applied')
        return
      }
      const missing = (await database.migrations()).filter(migration => migration.isMissing).map(migration => migration.name)
      if (missing.length > 0) throw new ExplainedError(`the database has ${missing.join(', ')}, whose file is not in migrations/: bring it back first. Nothing was changed.`)
      if (!yes) throw new UsageError(`this would take back ${affected.join(', ')}, with the data in what they made. Nothing was changed. Add --yes to do it.`)
      for (const name of await database.takeBack(affected.length)) console.log(`took back ${name}`)
    })
  })

program.command('status').description('list the migrations; exits with 1 while some are pending')
  .action(async () => {
    await withDatabase(async database => {
      const migrations = await database.migrations()
      for (const { name, appliedAt, isMissing } of migrations) {
        console.log(`${name.padEnd(32)}${appliedAt === undefined ? 'pending' : `applied ${appliedAt.toISOString()}`}${isMissing ? ', but its file is missing' : ''}`)
      }
      if (migrations.some(migration => migration.appliedAt === undefined)) process.exitCode = 1
    })
  })

await runCommand(program)

function parseCount (text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It takes a whole number from 1 on.')
  return Number(text)
}
