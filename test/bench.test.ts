import t from 'tap'
import { parts, runBench, type BenchReport } from '../src/bench/bench.ts'
import { lineChart, ratioChart } from '../src/bench/charts.ts'
import { figure, isMet, median, summarize } from '../src/bench/figures.ts'
import { sliceSubtasks } from '../src/repositories/subtasks.ts'
import { anyAccount, forPgbench, recordPageStatements, recordStatements, valuesFor, withoutFilter } from '../src/bench/recorded-statements.ts'
import { reportAsHtml, reportAsText } from '../src/bench/report.ts'
import { asRole, run, testDatabase, testServer } from './support.ts'

t.setTimeout(300_000)

t.test('a figure is a ratio of rounds, and its median is held against its target', t => {
  const about = { group: 'g', name: 'n', subject: 's', base: 'b', unit: 'ms' }
  const measured = figure({ ...about, target: { of: 'ratio', atMost: 2 } }, [{ value: 4, base: 2 }, { value: 9, base: 3 }, { value: 3, base: 3 }])
  t.strictSame(measured.ratios, [2, 3, 1])
  t.strictSame(measured.ratio, { median: 2, min: 1, max: 3 })
  t.strictSame(measured.values, { median: 4, min: 3, max: 9 })
  t.equal(isMet(measured), true)
  t.equal(isMet({ ...measured, target: { of: 'ratio', atLeast: 2.1 } }), false)
  t.equal(isMet({ ...measured, target: { of: 'value', atMost: 3.9 } }), false)
  t.equal(isMet({ ...measured, target: { of: 'value', atMost: NaN } }), false)
  t.equal(isMet(figure(about, [{ value: 1, base: 1 }])), undefined)
  t.equal(median([4, 1, 3, 2]), 2.5)
  t.strictSame(summarize([2]), { median: 2, min: 2, max: 2 })
  t.end()
})

t.test('the statements that are measured are those of the repository', async t => {
  const statements = await recordPageStatements(10)
  t.equal(statements.length, 2)
  for (const statement of statements) {
    t.ok(statement.values.includes(anyAccount))
    t.notOk(valuesFor(statement, 7).includes(anyAccount))
    const bare = withoutFilter(statement)
    t.notMatch(bare.text, /account_id = /)
    t.equal(new Set(bare.text.match(/\$\d+/g)).size, bare.values.length, 'every parameter is used')
    t.notMatch(forPgbench(statement, 'account'), /\$|\n|987654321/)
    t.match(forPgbench(statement, 'account'), /account_id = :account/)
  }
  const [list] = await recordStatements(async scope => await sliceSubtasks(scope, { sort: 'name', descending: false, limit: 10, count: false }))
  t.match(list && forPgbench(list, 'account'), /^select id, .*HH24\\x3aMI.* from subtask where account_id = :account .*limit 11/, 'its parts put together')
})

t.test('measures every part on databases of its own, which are gone in the end', async t => {
  const database = await testDatabase(t)
  const server = await testServer(t)
  const names: string[] = []
  const report: BenchReport = await runBench(database.server(), {
    prefix: `rowhouse_bench_test_${process.pid}`,
    size: { rounds: 1, seconds: 0.2, accounts: 5, scales: [2, 5], largeTenant: 200, clients: [1, 3], tenants: [2], archived: 1000 },
    only: parts,
    onProgress: ({ name }) => { names.push(name) },
    log: () => {},
    signal: new AbortController().signal
  })
  t.ok(names.length >= parts.length)
  const left = await asRole(server, async query => await query('select datname from pg_database where datname like $1', [`rowhouse_bench_test_${process.pid}%`]))
  t.strictSame(left, [])
  t.strictSame([...new Set(report.figures.map(member => member.group))], ['Load', 'Tenant page', 'Round trips', 'What the walls cost', 'What a tenant can tell', 'Scale', 'Depth', 'Concurrency', 'A noisy neighbour', 'API', 'Entry', 'A database for each tenant', 'A schema for each tenant', 'One tenant as a file'])
  for (const member of report.figures.filter(({ group, name }) => group !== 'Concurrency' || name !== 'errors')) {
    t.ok(member.ratios.every(ratio => ratio > 0 && Number.isFinite(ratio)), `${member.group}, ${member.name}: ${member.ratios.join()}`)
  }
  t.match(report.figures.filter(({ group }) => group === 'Round trips').map(({ values }) => values.median), [1, 1, 1, 1, 1, 2], 'a warm page takes one round trip, and so does a read; a write takes another for its commit')
  t.equal(report.figures.find(({ name }) => name === 'errors')?.values.max, 0)
  t.match(reportAsText(report), /page \/ bare SQL loop/)
  const html = await reportAsHtml(report)
  t.match(html, /<svg/)
  t.notMatch(html, /<script|https?:|src=|@import|undefined|NaN/)
})

t.test('charts hold what they are given', t => {
  const about = { group: 'g', subject: 's', base: 'b', unit: 'ms' }
  const figures = [1, 4].map(clients => figure({ ...about, name: `p99, <${clients}>` }, [{ value: clients, base: 1 }, { value: clients / 2, base: 1 }]))
  t.equal(ratioChart(figures).match(/class="round"/g)?.length, 4)
  t.equal(lineChart(figures, 'p99, ', 'ms').match(/class="point"/g)?.length, 2)
  for (const chart of [ratioChart(figures), lineChart(figures, 'p99, ', 'ms')]) t.notMatch(chart, /<1>|NaN/)
  t.end()
})

t.test('the command says what it takes', async t => {
  const database = await testDatabase(t, { prepare: false })
  for (const [args, code, said] of [[['--help'], 0, /--quick/], [['--only', 'pages'], 2, /no part "pages"/], [['--fast'], 2, /unknown option/], [['--quick', '--large'], 2, /cannot be used with/]] as const) {
    const bench = run(t, ['bin/bench.ts', ...args], database.environment)
    t.equal(await bench.ended, code)
    t.match(bench.output(), said)
  }
})
