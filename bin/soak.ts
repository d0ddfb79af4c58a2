import '../src/node-version.ts'
import { Command, InvalidArgumentError, Option } from 'commander'
import { runCommand } from '../src/cli.ts'
import { Interruption } from '../src/interruption.ts'
import { inMegabytes } from '../src/soak/memory.ts'
import { runSoak, type Happening, type SoakOptions, type SoakReport } from '../src/soak/soak.ts'
import { formatTable } from '../src/table.ts'
import { strategyNames } from '../src/tenancy/strategy.ts'

const program = new Command('soak')
  .description('Has many tenants write and read while things go wrong, and looks whether anything was lost, doubled, seen by others or left open.')
  .option('--minutes <number>', 'how long, at the least: everything happens once', parseMinutes, 1)
  .option('--tenants <number>', 'how many are at work', parseTenants, 12)
  .addOption(new Option('--tenancy <strategy>', 'where tenants live').choices(strategyNames).default('single-schema'))
  .addOption(new Option('--access <mode>', 'whether tenants have to show a token').choices(['open', 'required']).default('open'))
  .option('--json', 'print the figures as JSON', false)
  .addHelpText('after', `
It has a PostgreSQL of its own (beside that of the tests, with fsync on) and a server of its own. One after the other: the
server is told to stop with requests under way and started again, statements of every shape are sent, backends are killed,
PostgreSQL is restarted, all its processes are killed at once, all connections are taken, statements run into their time limit,
requests stay half, and clients hang up.

Demanded is that each of these has happened, nothing that was acknowledged is lost, nothing is doubled, no tenant sees
another's, the server ends only when it is told to, nobody is refused but while something goes wrong that explains it, and then
with a whole 429 or 503 with Retry-After, connections break only where no server listens, every tenant has read and written
again within 5 s, no connection and no transaction stays open, and memory is no larger behind thousands of requests.

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
  const byFault = [...new Set(faults.map(({ name }) => name))].map(name => summaryOf(name, faults.filter(fault => fault.name === name)))
  return [
    formatTable([
      { title: 'what went wrong', value: ({ name }: Summary) => name },
      { title: 'times', value: ({ times }) => String(times), right: true },
      { title: 'refused', value: ({ refused }) => String(refused), right: true },
      { title: 'broken', value: ({ broken }) => String(broken), right: true },
      { title: 'served again after, at most', value: ({ recoveryMs }) => `${(recoveryMs / 1000).toFixed(1)} s`, right: true },
      { title: 'what was done', value: ({ deeds }) => deeds }
    ], byFault),
    '',
    `${seconds.toFixed(0)} s: ${writes} writes acknowledged, ${reads} reads compared`,
    `answers: ${Object.entries(statuses).map(([status, count]) => `${status === '0' ? 'broken' : status} ${count}`).join(', ')}`,
    ...(memory === undefined ? [] : [`memory in use by one server: ${inMegabytes(memory.first.used)}, and ${inMegabytes(memory.last.used)} ${(memory.last.age - memory.first.age).toFixed(0)} s and ${memory.last.requests - memory.first.requests} requests later`]),
    violations.length === 0 ? 'all held' : `${violations.length} did not hold:`,
    ...violations.slice(0, 20).map(({ kind, detail }) => `  ${kind}: ${detail}`)
  ].join('\n')
}

interface Summary {
  name: string
  times: number
  refused: number
  broken: number
  recoveryMs: number
  deeds: string
}

function summaryOf (name: string, its: readonly Happening[]): Summary {
  const sum = (count: (happening: Happening) => number): number => its.map(count).reduce((total, one) => total + one, 0)
  return {
    name,
    times: its.length,
    refused: sum(({ refused }) => refused),
    broken: sum(({ broken }) => broken),
    recoveryMs: Math.max(...its.map(({ recoveryMs }) => recoveryMs)),
    deeds: Object.keys(its[0]?.deeds ?? {}).map(deed => `${deed}: ${sum(({ deeds }) => deeds[deed] ?? 0)}`).join(', ')
  }
}

function parseMinutes (text: string): number {
  if (!/^\d{1,4}(\.\d)?$/.test(text) || Number(text) <= 0) throw new InvalidArgumentError('It takes a number of minutes.')
  return Number(text)
}

function parseTenants (text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) < 2) throw new InvalidArgumentError('It takes a whole number from 2 on.')
  return Number(text)
}
