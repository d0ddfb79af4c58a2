import { Command, InvalidArgumentError } from 'commander'
import { runCommand, UsageError } from '../src/cli.ts'
import { readConfig } from '../src/config.ts'
import { openDatabase, type Database } from '../src/database/database.ts'
import { migrate, migrationStatus } from '../src/database/migrate.ts'
import { loadDemo } from '../src/testdata/load.ts'

const program = new Command('migrate')
  .description('Brings the schema of the database up to this version, takes migrations back, or tells where it stands.\n' +
    'Works on the embedded database, or on the one that DATABASE_URL or the PG* variables name.')
  .addHelpText('after', `
Examples:
  npx tsx bin/migrate.ts up              make roles and database if need be, apply all pending migrations
  npx tsx bin/migrate.ts status          list the migrations and when they were applied
  npx tsx bin/migrate.ts down --yes      take the last one back, with the data that only it knows
  DATABASE_URL=postgres://postgres:secret@db.example.com/rowhouse npx tsx bin/migrate.ts up

Exit codes: 0 done, 1 failed, 2 wrong usage; status exits with 1 while migrations are pending.`)

program.command('up').description('apply pending migrations; safe to run twice and by two processes at once')
  .option('--demo <accounts>', 'load so many accounts of demonstration data, if there is no account yet', parseCount)
  .action(async ({ demo }: { demo?: number }) => {
    await withDatabase(async database => {
      const ran = await database.prepare()
      for (const name of ran) console.log(`applied ${name}`)
      if (ran.length === 0) console.log('nothing to do: every migration is applied')
      if (demo !== undefined && await loadDemo(database, demo)) console.log(`loaded ${demo} accounts of demonstration data`)
    })
  })

program.command('down').description('take migrations back, the last one first')
  .option('--count <number>', 'how many', parseCount, 1)
  .option('--yes', 'do it: the data in what they made is lost', false)
  .action(async ({ count, yes }: { count: number, yes: boolean }) => {
    await withDatabase(async database => {
      const owner = database.login('owner')
      const applied = (await migrationStatus(owner)).filter(migration => migration.appliedAt !== undefined).map(migration => migration.name)
      const affected = applied.slice(-count).reverse()
      if (affected.length === 0) {
        console.log('nothing to do: no migration is applied')
        return
      }
      if (!yes) throw new UsageError(`this would take back ${affected.join(', ')}, with the data in what they made. Nothing was changed. Add --yes to do it.`)
      for (const name of await migrate(owner, 'down', affected.length)) console.log(`took back ${name}`)
    })
  })

program.command('status').description('list the migrations; exits with 1 while some are pending')
  .action(async () => {
    await withDatabase(async database => {
      const migrations = await migrationStatus(database.login('owner'))
      for (const { name, appliedAt } of migrations) console.log(`${name.padEnd(32)}${appliedAt === undefined ? 'pending' : `applied ${appliedAt.toISOString()}`}`)
      if (migrations.some(migration => migration.appliedAt === undefined)) process.exitCode = 1
    })
  })

await runCommand(program)

function parseCount (text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It takes a whole number from 1 on.')
  return Number(text)
}

async function withDatabase (work: (database: Database) => Promise<void>): Promise<void> {
  const database = await openDatabase(readConfig().database)
  try {
    await work(database)
  } finally {
    await database.release()
  }
}
