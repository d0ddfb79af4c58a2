import '../src/node-version.ts'
import { Command, InvalidArgumentError } from 'commander'
import { runCommand, withDatabase } from '../src/cli.ts'
import { unlessAborted } from '../src/interruption.ts'
import { prepareTestData, type TestData } from '../src/testdata/generator.ts'
import { loadData, type LoadResult } from '../src/testdata/load.ts'
import { completeOptions, defaultOptions, flagOf, type TestDataOptions } from '../src/testdata/options.ts'
import { showProgress } from '../src/testdata/progress.ts'

const descriptions: Readonly<Record<keyof TestDataOptions, string>> = {
  accounts: 'accounts to make, tenant-0, tenant-1, …',
  minUsers: 'users of an account, at least',
  maxUsers: 'users of an account, at most',
  minProjects: 'projects of an account, at least',
  maxProjects: 'projects of an account, at most',
  minTasks: 'tasks for each project of an account, at least',
  maxTasks: 'tasks for each project of an account, at most',
  minSubtasks: 'subtasks for each task of an account, at least',
  maxSubtasks: 'subtasks for each task of an account, at most',
  seed: 'other seeds make other data',
  first: 'number of the first account, to add to those there are'
}

const help = `
The data depend on the options alone: the same again each time, and tenant-3 the same beside whatever others.
Every user has the password "password".

All or nothing: in one schema it is one transaction. A run that fails or is interrupted leaves nothing. Where the first of the
accounts are there already, those beyond them are made; where all are, or others than the first, the run is refused and changes
nothing.

An empty database is filled in bulk. So is one that holds nothing but the demonstration data of the first start, as
long as nobody has changed a row of them: they give way. A server that runs meanwhile answers 503 with Retry-After
until it is done, some seconds for 2,000 accounts. Beside other accounts, new ones are added more slowly, and the server
goes on answering.

With TENANCY=multiple-databases each account gets a database of its own, with the same rows under the same ids. The accounts
open together when all of them are there; what a failed or interrupted run has made is taken away, of a killed one by
the next.

The database is the one that DATABASE_URL names, or else the embedded one, which is started if need be.

Examples:
  npx tsx bin/createtestdata.ts                                          one account, in the place of untouched demonstration data
  npx tsx bin/createtestdata.ts --accounts 2000                          about 1.15 million rows
  npx tsx bin/createtestdata.ts --accounts 2100                          100 more: tenant-2000 … tenant-2099
  npx tsx bin/createtestdata.ts --accounts 100 --first 2000              the same
  npx tsx bin/createtestdata.ts --min-projects 1000 --max-projects 1000  one large account
  npx tsx bin/createtestdata.ts --accounts 20 --rollback                 try it, keep nothing

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 or 143 interrupted.`

/** Beyond these, progress is worth showing, and a list of names is not. */
const listedAccounts = 10
const quickRows = 50_000

const program = new Command('createtestdata')
  .description('Fills the database with accounts, users, projects, tasks and subtasks to try things out on.')
  .addHelpText('after', help)
for (const name of Object.keys(descriptions) as Array<keyof TestDataOptions>) {
  program.option(`${flagOf(name)} <number>`, descriptions[name], parseWholeNumber, defaultOptions[name])
}
program
  .option('--rollback', 'make everything, but keep nothing', false)
  .action(async ({ rollback, ...given }: Partial<TestDataOptions> & { rollback: boolean }) => {
    print(await makeTestData(await prepareTestData(completeOptions(given)), rollback), rollback)
  })

await runCommand(program)

function parseWholeNumber (text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('It takes a whole number.')
  return Number(text)
}

async function makeTestData (data: TestData, rollback: boolean): Promise<LoadResult> {
  const progress = data.options.accounts > listedAccounts || data.total > quickRows ? showProgress(process.stderr) : undefined
  try {
    return await withDatabase(async (database, signal, { tenancy }) => {
      await unlessAborted(signal, database.prepare)
      return await loadData(database, data, {
        tenancy,
        rollback,
        signal,
        onProgress: progress?.report,
        onWait: () => { console.error('Waiting for another createtestdata to finish …') }
      })
    }, { endsItself: true })
  } finally {
    progress?.stop()
  }
}

function print ({ made, present, replaced }: LoadResult, rollback: boolean): void {
  const { counts } = made
  if (present > 0) console.log(`Of the accounts, ${present === 1 ? '1 was' : `${present} were`} there already and stayed as they are; made were those beyond:`)
  if (counts.account <= listedAccounts) {
    for (const { slug, name } of made.accounts()) console.log(`${slug} ${name}`)
  }
  console.log(`Accounts: ${counts.account}`)
  console.log(`Users: ${counts.app_user}`)
  console.log(`Projects: ${counts.project}`)
  console.log(`Tasks: ${counts.task}`)
  console.log(`Subtasks: ${counts.subtask}`)
  console.log(`Time: ${(performance.now() / 1000).toFixed(1)} s`)
  if (rollback) console.log('Rolled back: nothing was kept.')
  else if (replaced > 0) console.log(`They replace the demonstration data (${replaced} accounts), which nobody had touched.`)
}
