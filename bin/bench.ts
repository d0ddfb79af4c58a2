import '../src/node-version.ts'
import { writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { parts, runBench, sizes, type Part } from '../src/bench/bench.ts'
import { isMet } from '../src/bench/figures.ts'
import { reportAsHtml, reportAsText } from '../src/bench/report.ts'
import { runCommand, withDatabase } from '../src/cli.ts'
import { formatDuration } from '../src/testdata/progress.ts'

const program = new Command('bench')
  .description('Measures what Rowhouse does against what PostgreSQL itself can do: the load, the page, the walls, scale, depth, concurrency, the API, entry, a database for each tenant, a tenant as a file.')
  .option('--quick', 'fewer accounts, shorter rounds: some three minutes, to see that it works', false)
  .addOption(new Option('--large', '20,000 accounts as well: ten to twenty minutes and 4 GB more').default(false).conflicts('quick'))
  .option('--only <parts>', `some of it: ${parts.join(', ')}`, parseParts, [...parts])
  .option('--html <file>', 'where the report goes', 'bench-report.html')
  .option('--json <file>', 'write the figures as JSON, too')
  .addHelpText('after', `
Every figure is a ratio of two things that are measured in turn in the same run, several rounds of them: the median
counts. The report is one HTML page with plots, and needs nothing else to be looked at.

It makes databases of its own, rowhouse_bench_…, on the embedded PostgreSQL or on the server that DATABASE_URL names, and
drops them in the end. Nothing else there is touched; but whatever else the machine does meanwhile shows in the figures.
Where pgbench is installed, it is compared with that, too.

Examples:
  npm run bench                                  all of it, half an hour
  npm run bench -- --quick
  npx tsx bin/bench.ts --only page,walls --json figures.json
  npx tsx bin/bench.ts --only scale --large

Exit codes: 0 measured, whatever came out, 1 failed, 2 wrong usage, 130 or 143 interrupted.`)
  .action(async ({ quick, large, only, html, json }: { quick: boolean, large: boolean, only: Part[], html: string, json?: string }) => {
    const size = quick ? sizes.quick : large ? sizes.large : sizes.full
    const report = await withDatabase(async (database, signal) => {
      await database.prepare()
      return await runBench(database.server(), {
        size,
        only,
        signal,
        log: message => { console.error(`  ${message}`) },
        onProgress: ({ name, done, of, secondsLeft }) => {
          console.error(`${done + 1} of ${of}: ${name}${secondsLeft === undefined ? '' : `, about ${formatDuration(secondsLeft)} left`}`)
        }
      })
    }, { endsItself: true })
    console.log(reportAsText(report))
    await writeFile(html, await reportAsHtml(report))
    if (json !== undefined) await writeFile(json, `${JSON.stringify({ ...report, figures: report.figures.map(figure => ({ ...figure, met: isMet(figure) })) }, null, 2)}\n`)
    console.log(`The report with its plots: ${html}`)
  })

await runCommand(program)

function parseParts (text: string): Part[] {
  const asked = text.split(',')
  const unknown = asked.find(part => !(parts as readonly string[]).includes(part))
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no part "${unknown}".`)
  return parts.filter(part => asked.includes(part))
}
