import { Command, InvalidArgumentError, Option } from 'commander'
import { runCommand } from '../src/cli.ts'
import { Interruption } from '../src/interruption.ts'
import { runSoak, type SoakOptions, type SoakReport } from '../src/soak/soak.ts'
import { formatTable } from '../src/table.ts'
import { strategyNames } from '../src/tenancy/strategy.ts'

const program = new Command('soak')
  .description('Has many tenants write and read while things go wrong, and looks whether anything was lost, doubled, seen by others or left open.')
  .option('--minutes <number>', 'how long', parseMinutes, 1)
  .option('--tenants <number>', 'how many are at work', parseTenants, 12)
  .addOption(new Option('--tenancy <strategy>', 'where tenants live').choices(strategyNames).default('single-schema'))
  .addOption(new Option('--access <mode>', 'whether tenants have to show a token').choices(['open', 'required']).default('open'))
  .option('--json', 'print the figures as JSON', false)
  .addHelpText('after', `
It has a PostgreSQL of its own (beside that of the tests) and a server of its own. One after the other: backends are killed,
PostgreSQL is restarted, all connections are taken, queries are held up beyond their time, statements of every shape are sent,
requests stay half, clients hang up, and the server is told to stop and started again.

Demanded is that nothing that was acknowledged is lost, nothing is doubled, no tenant sees another's, the server ends only when
it is told to, refusals are 429 or 503 with Retry-After, every tenant is served again within 5 s, no connection and no
transaction stays open, and memory stays flat in a server that lives for two minutes or more, which takes --minutes 4.

Examples:
  npm run soak                     a minute
  npm run soak -- --minutes 60
  npm run soak -- --tenants 40 --json
  npm run soak -- --tenancy multiple-databases --access required

Exit codes: 0 all held, 1 something did not, or it failed, 2 wrong usage, 130 or 143 interrupted.`)
  .action(async ({ json, ...options }: Pick<SoakOptions, 'minutes' | 'tenants' | 'tenancy' | 'access'> & { json: boolean }) => {
    const controller = new AbortController()
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => { controller.abort(new Interruption(name)) })
    const report = await runSoak({ ...options, signal: controller.signal, log: message => { console.error(`  ${message}`) } })
    console.log(json ? JSON.stringify(report, null, 2) : asText(report))
    if (report.violations.length > 0) process.exitCode = 1
  })

await runCommand(program)

function asText ({ seconds, writes, reads, statuses, faults, memory, violations }: SoakReport): string {
  const byFault = [...new Set(faults.map(({ name }) => name))].map(name => ({ name, times: faults.filter(fault => fault.name === name).map(({ recoveryMs }) => recoveryMs) }))
  return [
    formatTable([
      { title: 'what went wrong', value: ({ name }: typeof byFault[number]) => name },
      { title: 'times', value: ({ times }) => String(times.length), right: true },
      { title: 'served again after, at most', value: ({ times }) => `${(Math.max(...times) / 1000).toFixed(1)} s`, right: true }
    ], byFault),
    '',
    `${seconds.toFixed(0)} s: ${writes} writes acknowledged, ${reads} reads compared`,
    `answers: ${Object.entries(statuses).map(([status, count]) => `${status === '0' ? 'broken' : status} ${count}`).join(', ')}`,
    ...(memory === undefined ? [] : [`memory of the server that lived longest, ${memory.seconds} s: ${memory.early.toFixed(0)} MB, later ${memory.late.toFixed(0)} MB`]),
    violations.length === 0 ? 'all held' : `${violations.length} did not hold:`,
    ...violations.slice(0, 20).map(({ kind, detail }) => `  ${kind}: ${detail}`)
  ].join('\n')
}

function parseMinutes (text: string): number {
  if (!/^\d{1,4}(\.\d)?$/.test(text) || Number(text) <= 0) throw new InvalidArgumentError('It takes a number of minutes.')
  return Number(text)
}

function parseTenants (text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) < 2) throw new InvalidArgumentError('It takes a whole number from 2 on.')
  return Number(text)
}
