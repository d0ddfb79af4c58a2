import { check, type Query } from './check.ts'
import { sift, type Baseline, type Exception } from './exceptions.ts'
import { probe, type ProbeReport, type ProbeSettings } from './probes.ts'
import type { CheckReport } from './report.ts'
import { rules as allRules } from './rules.ts'
import type { Rule } from './rule.ts'
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

/** Checks a database by rules and, where asked to, by attacks. @param query on a connection that nobody else uses meanwhile */
export async function audit (query: Query, { database, settings, setTenant }: AuditTarget, { rules = allRules, exceptions = [], baseline, attack = false, onTable }: AuditOptions = {}): Promise<CheckReport> {
  const start = performance.now()
  const sifted = sift(await check(query, settings, rules), exceptions.filter(exception => rules.some(({ id }) => id === exception.rule)), baseline)
  const ms = performance.now() - start
  const probes = attack ? await probe(query, { ...settings, setTenant }, onTable) : undefined
  if (probes !== undefined) sifted.unused.push(...letBe(probes, exceptions.filter(({ rule }) => rule === 'attack')))
  return { database, rules, sifted, probes, ms }
}

/** Takes those tables for excepted that somebody knows cannot be attacked. @returns exceptions that nothing was skipped for */
function letBe (probes: ProbeReport, exceptions: readonly Exception[]): string[] {
  const exceptionOf = (table: string): Exception | undefined => exceptions.find(({ object }) => object === '*' || object === table)
  probes.excepted = probes.skipped.flatMap(({ table, reason }) => {
    const exception = exceptionOf(table)
    return exception === undefined ? [] : [{ table, reason, exception }]
  })
  probes.skipped = probes.skipped.filter(({ table }) => exceptionOf(table) === undefined)
  return exceptions.filter(exception => !probes.excepted.some(excepted => excepted.exception === exception)).map(({ rule, object }) => `the exception ${rule}:${object}`)
}
