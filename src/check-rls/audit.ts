import { check, type Query } from './check.ts'
import { emptyContexts, withAsked } from './context-evaluation.ts'
import { baselineLineOf, baselineLineOfSkipped, sift, type Baseline, type Exception } from './exceptions.ts'
import { openResults, probe, type ProbeReport, type ProbeSettings } from './probes.ts'
import type { CheckReport } from './report.ts'
import { rules as allRules } from './rules.ts'
import type { Finding, Rule } from './rule.ts'
import type { CheckSettings } from './settings.ts'

export interface AuditTarget {
  /** What it is called in reports: without any password. */
  database: string
  settings: CheckSettings
  /** What names the tenant of a transaction; see `ProbeSettings`. */
  setTenant?: ProbeSettings['setTenant']
}

export interface AuditOptions {
  rules?: readonly Rule[]
  exceptions?: readonly Exception[]
  baseline?: Baseline | undefined
  /** Whether to try to get through as well. */
  attack?: boolean
  onTable?: (done: number, total: number, table: string) => void
}

/** Checks a database by rules, which run none of its code, and, where asked to, by attacks, which do. @param query on a connection that nobody else uses meanwhile */
export async function audit (query: Query, { database, settings, setTenant }: AuditTarget, { rules = allRules, exceptions = [], baseline, attack = false, onTable }: AuditOptions = {}): Promise<CheckReport> {
  const start = performance.now()
  const isOfRules = ({ rule }: { rule: string }): boolean => rules.some(({ id }) => id === rule)
  const found = await check(query, settings, rules)
  const sifted = sift(attack ? await asked(query, settings, rules, found) : found, exceptions.filter(isOfRules), baseline && { findings: baseline.findings.filter(({ rule }) => rule !== 'attack') })
  const ms = performance.now() - start
  const probes = attack ? await probe(query, { ...settings, setTenant }, onTable) : undefined
  if (probes !== undefined) sifted.unused.push(...letBe(probes, exceptions.filter(({ rule }) => rule === 'attack'), baseline?.findings.filter(({ rule }) => rule === 'attack') ?? []))
  return { database, rules, sifted, probes, ms }
}

/** What the rules found, after asking what says whose a row is. */
async function asked (query: Query, settings: CheckSettings, rules: readonly Rule[], found: Finding[]): Promise<Finding[]> {
  const rule = rules.find(({ id }) => id === 'context-fails-open')
  return rule === undefined ? found : withAsked(found, rule, await emptyContexts(query, settings))
}

/**
 * Takes those tables for excepted or known that somebody knows cannot be attacked, and what got through or is undecided for accepted or known where an
 * exception or the baseline names just that attempt.
 *
 * @returns exceptions and lines of the baseline that nothing came of
 */
function letBe (probes: ProbeReport, exceptions: readonly Exception[], baseline: Baseline['findings']): string[] {
  const exceptionOf = (table: string): Exception | undefined => exceptions.find(({ object }) => object === '*' || object === table)
  probes.excepted = probes.skipped.flatMap(({ table, reason }) => {
    const exception = exceptionOf(table)
    return exception === undefined ? [] : [{ table, reason, exception }]
  })
  const usedLines = new Set<Baseline['findings'][number]>()
  const known = ({ object, detail }: Baseline['findings'][number]): Baseline['findings'][number] | undefined => baseline.find(line => line.object === object && line.detail === detail)
  const others = probes.skipped.filter(({ table }) => exceptionOf(table) === undefined)
  probes.skipped = []
  for (const skipped of others) {
    const line = known(baselineLineOfSkipped(skipped))
    if (line !== undefined) usedLines.add(line)
    const kind = line === undefined ? probes.skipped : probes.knownSkipped
    kind.push(skipped)
  }
  for (const result of openResults(probes)) {
    const { object } = baselineLineOf(result)
    const exception = exceptions.find(exception => exception.object === object)
    const line = known(baselineLineOf(result))
    if (exception !== undefined) {
      probes.accepted.push({ result, exception })
    } else if (line !== undefined) {
      usedLines.add(line)
      probes.known.push(result)
    }
  }
  const used = new Set([...probes.excepted, ...probes.accepted].map(({ exception }) => exception))
  return [
    ...exceptions.filter(exception => !used.has(exception)).map(({ rule, object }) => `the exception ${rule}:${object}`),
    ...baseline.filter(line => !usedLines.has(line)).map(({ rule, object }) => `the baseline's ${rule}:${object}`)
  ]
}
