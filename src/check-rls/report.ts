import { formatTable, printable } from '../table.ts'
import { whatCameOf, type Sifted } from './exceptions.ts'
import { openLeaks, openResults, type ProbeReport, type ProbeResult } from './probes.ts'
import type { Finding, Rule } from './rule.ts'

/** What was looked at, and what came of it. */
export interface CheckReport {
  /** Where, without any password. */
  database: string
  rules: readonly Rule[]
  sifted: Sifted
  probes: ProbeReport | undefined
  ms: number
}

/** For people. Of several databases, those where something is to be told, and then how many are well. */
export function formatText (reports: readonly CheckReport[]): string {
  const [only] = reports
  if (only !== undefined && reports.length === 1) return formatOne(only)
  const told = reports.filter(({ sifted: { findings } }) => findings.length > 0)
  return [...told.map(formatOne), `${count(reports.length, 'database')}: ${count(reports.length - told.length, 'database')} with nothing to find, ${count(told.length, 'database')} with findings`].join('\n\n')
}

function formatOne ({ database, rules, sifted: { findings, excepted, known, unused }, probes, ms }: CheckReport): string {
  const lines: string[] = []
  for (const { rule, object, detail, mend } of findings) {
    lines.push(`${rule.severity === 'error' ? 'ERROR  ' : 'warning'} ${rule.id}  ${printable(object)}`, `        ${printable(detail)}`, `        gives away: ${rule.gain}`, `        mend: ${printable(mend)}`, '')
  }
  for (const { finding, exception } of excepted) lines.push(`let be  ${finding.rule.id}  ${printable(finding.object)}: ${printable(exception.reason)}`)
  for (const { table, reason, exception } of probes?.excepted ?? []) lines.push(`let be  attack  ${printable(table)}: ${printable(exception.reason)} (not attacked: ${reason})`)
  for (const { result, exception } of probes?.accepted ?? []) lines.push(`let be  attack  ${printable(`${result.table}: ${result.probe}`)}: ${printable(exception.reason)} (${result.leak === undefined ? '' : 'got through '}as ${printable(result.role)}: ${printable(whatCameOf(result))})`)
  const knownCount = known.length + (probes === undefined ? 0 : probes.known.length + probes.knownSkipped.length)
  if (knownCount > 0) lines.push(`known   ${knownCount} of the baseline`)
  for (const name of unused) lines.push(`unused  ${printable(name)}: nothing was found for it`)
  if (probes !== undefined) lines.push(...formatProbes(probes))
  const errors = findings.filter(({ rule }) => rule.severity === 'error').length
  if (lines.length > 0 && lines.at(-1) !== '') lines.push('')
  lines.push(`${database}: ${rules.length} rules, ${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}; ${ms.toFixed(0)} ms`)
  if (errors > 0) lines.push(`--explain ${findings.find(({ rule }) => rule.severity === 'error')?.rule.id ?? ''} tells more`)
  return lines.join('\n')
}

function formatProbes (probes: ProbeReport): string[] {
  const { results, skipped, knownSkipped, empty } = probes
  const byTable = new Map<string, typeof results>()
  for (const result of results) byTable.set(result.table, [...byTable.get(result.table) ?? [], result])
  const leaks = openLeaks(probes)
  const undecided = openResults(probes).filter(({ leak }) => leak === undefined)
  const others = probes.accepted.length + probes.known.length
  const nuisances = new Map(results.flatMap(({ probe, nuisance }) => nuisance === undefined ? [] : [[probe, nuisance]]))
  return [
    '',
    formatTable([
      { title: 'table', value: ([table]: [string, typeof results]) => table },
      { title: 'attacks', value: ([, all]) => String(all.length), right: true },
      { title: 'got through', value: ([, all]) => String(all.filter(result => leaks.includes(result)).length), right: true },
      { title: 'ms', value: ([, all]) => all.reduce((sum, { ms }) => sum + ms, 0).toFixed(0), right: true }
    ], [...byTable]),
    ...[...nuisances].map(([probe, nuisance]) => `not kept out: ${probe}: ${nuisance}`),
    ...(empty.length > 0 ? [`no row was to be seen of ${empty.map(printable).join(', ')}: there was nothing to steal`] : []),
    ...skipped.map(({ table, reason }) => `NOT ATTACKED: ${printable(table)}: ${reason}`),
    ...knownSkipped.map(({ table, reason }) => `not attacked, as the baseline has it: ${printable(table)}: ${reason}`),
    '',
    ...(results.length === 0 ? ['nothing was tried: no table of tenants could be attacked, so nothing is known'] : []),
    ...(leaks.length === 0
      ? results.length === 0 ? [] : [`nothing got through${others > 0 ? `, but for ${others} let be or known` : ''}, of ${count(results.length, 'attack')}${undecided.length > 0 ? `; ${undecided.length} of them not decided` : ''}`]
      : [formatTable([
          { title: 'got through', value: ({ table }: ProbeResult) => table },
          { title: 'as', value: ({ role }) => role },
          { title: 'how', value: ({ probe }) => probe },
          { title: 'what', value: ({ leak }) => leak ?? '' },
          { title: 'ms', value: ({ ms }) => ms.toFixed(1), right: true },
          statementColumn
        ], leaks)]),
    ...(undecided.length === 0
      ? []
      : ['', formatTable([
          { title: 'not decided', value: ({ table }: ProbeResult) => table },
          { title: 'as', value: ({ role }) => role },
          { title: 'how', value: ({ probe }) => probe },
          { title: 'why', value: ({ undecided }) => undecided ?? '' },
          statementColumn
        ], undecided)])
  ]
}

const statementColumn = { title: 'statement', value: ({ sql }: ProbeResult) => sql.length > 100 ? `${sql.slice(0, 99)}…` : sql }

function count (number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

/** For programs: an object, or for several databases an array of them. */
export function formatJson (reports: readonly CheckReport[]): string {
  const plainReports = reports.map(plainReport)
  return JSON.stringify(plainReports.length === 1 ? plainReports[0] : plainReports, null, 2)
}

function plainReport ({ database, rules, sifted: { findings, excepted, known, unused }, probes, ms }: CheckReport) {
  return {
    database,
    rules: rules.map(({ id }) => id),
    findings: findings.map(plain),
    excepted: excepted.map(({ finding, exception }) => ({ ...plain(finding), reason: exception.reason })),
    known: known.map(plain),
    unused,
    probes: probes === undefined ? null : { results: probes.results.map(({ leak, undecided, nuisance, ...result }) => ({ ...result, leak: leak ?? null, undecided: undecided ?? null, nuisance: nuisance ?? null })), skipped: probes.skipped, excepted: probes.excepted.map(({ table, reason, exception }) => ({ table, reason, because: exception.reason })), accepted: probes.accepted.map(({ result, exception }) => ({ ...plainLeak(result), because: exception.reason })), known: probes.known.map(plainLeak), knownSkipped: probes.knownSkipped, empty: probes.empty },
    ms
  }
}

function plainLeak ({ table, role, probe, leak, undecided }: ProbeResult) {
  return { table, role, probe, leak: leak ?? null, undecided: undecided ?? null }
}

function plain ({ rule, object, detail, mend }: Finding) {
  return { rule: rule.id, severity: rule.severity, object, detail, gain: rule.gain, mend }
}

/** For whatever shows findings beside code. @param artifact the file that says what is to be there, relative to the repository. SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function formatSarif (reports: readonly CheckReport[], artifact = 'database'): string {
  return JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: reports.map(report => sarifRun(report, artifact)) }, null, 2)
}

function sarifRun ({ database, rules, sifted: { findings, excepted, known }, probes }: CheckReport, artifact: string) {
  // What shows findings beside code takes none without a line of a file.
  const locationsOf = (object: string): object[] => [{
    physicalLocation: { artifactLocation: { uri: encodeURI(artifact) }, region: { startLine: 1 } },
    logicalLocations: [{ fullyQualifiedName: object, kind: 'object' }]
  }]
  const result = ({ rule, object, detail, mend }: Finding) => ({
    ruleId: rule.id,
    level: rule.severity,
    message: { text: `${object} ${detail}. ${rule.gain} Mend: ${mend}` },
    locations: locationsOf(object),
    // So that a finding is the same one in the next run, and another than that of another role on the same object.
    partialFingerprints: { 'ruleObjectAndDetail/v1': `${rule.id}:${object}:${detail}` }
  })
  const attack = (table: string, what: string, text: string) => ({
    ruleId: 'attack',
    level: 'error',
    message: { text: `${table}: ${text}` },
    locations: locationsOf(table),
    partialFingerprints: { 'ruleObjectAndDetail/v1': `attack:${table}:${what}` }
  })
  const through = (result: ProbeResult) => {
    const { table, role, probe, sql } = result
    return attack(table, `${role}:${probe}`, `as ${role}, ${probe}: ${whatCameOf(result)} (${sql})`)
  }
  return {
    tool: {
      driver: {
        name: 'checkrls',
        rules: [
          ...rules.map(({ id, severity, title, gain, explanation }) => ({
            id, shortDescription: { text: title }, fullDescription: { text: gain }, help: { text: explanation }, defaultConfiguration: { level: severity }
          })),
          ...(probes === undefined ? [] : [{ id: 'attack', shortDescription: { text: 'An attack that got through, is not decided or could not be tried' }, fullDescription: { text: 'Tried on this database, as the role that serves tenants.' }, help: { text: 'See the statement.' }, defaultConfiguration: { level: 'error' } }])
        ]
      }
    },
    automationDetails: { id: `checkrls/${database}` },
    results: [
      ...findings.map(result),
      ...excepted.map(({ finding, exception }) => ({ ...result(finding), suppressions: [{ kind: 'external', justification: exception.reason }] })),
      ...known.map(finding => ({ ...result(finding), suppressions: [{ kind: 'external', justification: 'in the baseline' }] })),
      ...(probes === undefined ? [] : openResults(probes)).map(through),
      ...(probes?.accepted ?? []).map(({ result, exception }) => ({ ...through(result), suppressions: [{ kind: 'external', justification: exception.reason }] })),
      ...(probes?.known ?? []).map(result => ({ ...through(result), suppressions: [{ kind: 'external', justification: 'in the baseline' }] })),
      ...(probes?.results.length === 0 ? [attack('the database', 'untried', 'nothing was tried')] : []),
      ...(probes?.skipped ?? []).map(({ table, reason }) => attack(table, 'skipped', `could not be attacked: ${reason}`)),
      ...(probes?.excepted ?? []).map(({ table, reason, exception }) => ({ ...attack(table, 'skipped', `could not be attacked: ${reason}`), suppressions: [{ kind: 'external', justification: exception.reason }] })),
      ...(probes?.knownSkipped ?? []).map(({ table, reason }) => ({ ...attack(table, 'skipped', `could not be attacked: ${reason}`), suppressions: [{ kind: 'external', justification: 'in the baseline' }] }))
    ]
  }
}

/** All that is known of one rule. */
export function explain ({ id, severity, title, gain, explanation, query }: Rule): string {
  const indent = /\n( *)/.exec(query)?.[1] ?? ''
  return [`${id} (${severity})`, title, '', `Gives away: ${gain}`, '', explanation, '', 'Found by, over the relations of src/check-rls/catalog.ts:', query.replaceAll(`\n${indent}`, '\n  ').trimEnd()].join('\n')
}
