import { z } from 'zod'
import { ExplainedError } from '../explained-error.ts'
import type { ProbeResult, SkippedTable } from './probes.ts'
import type { Finding, Rule } from './rule.ts'

/** A finding that somebody has looked at, and lets be. */
export interface Exception {
  rule: string
  /** The object as findings name it; `*` for all of the rule's. */
  object: string
  reason: string
}

/**
 * Reads what `--ignore` takes: `RULE:OBJECT=REASON`, such as `trigger:app.task.touch=sets updated_at alone`. The rule of attacks is
 * called attack: its objects are tables that could not be attacked, and attempts that got through, `TABLE: PROBE`, of whichever role.
 *
 * @throws {ExplainedError} where a part is missing or no rule is called so
 */
export function parseException (text: string, rules: readonly Rule[]): Exception {
  // An operator's own name may consist of the sign that ends the object.
  const [, rule = '', object = '', reason = ''] = /^([a-z-]+):((?:[+\-*/<>=~!@#%^&|`?]+\([^)]*\)|"(?:[^"]|"")*"|[^="])+)=(.*)$/s.exec(text) ?? []
  if (object === '' || reason.trim() === '') throw new ExplainedError(`--ignore takes RULE:OBJECT=REASON, such as trigger:app.task.touch=sets updated_at alone, not ${text}`, { exitCode: 2 })
  // What comes of attacks is no finding of a rule's.
  if (rule !== 'attack') assertRule(rule, rules)
  return { rule, object, reason: reason.trim() }
}

/** @throws {ExplainedError} where no rule is called so, with those that are nearly */
export function assertRule (id: string, rules: readonly Rule[]): Rule {
  const rule = rules.find(rule => rule.id === id)
  if (rule !== undefined) return rule
  const [kind = ''] = id.split('-')
  const near = rules.filter(rule => rule.id.startsWith(kind)).map(rule => rule.id)
  throw new ExplainedError(`there is no rule ${id}${near.length > 0 ? `; there are ${near.join(', ')}` : ''}; --rules lists all`, { exitCode: 2 })
}

const baselineSchema = z.strictObject({ findings: z.array(z.strictObject({ rule: z.string(), object: z.string(), detail: z.string() })) })

/** Findings that were there when somebody began to look: they are not reported again, until they change. */
export type Baseline = z.infer<typeof baselineSchema>

/** @throws {ExplainedError} where the text is not that of a baseline */
export function parseBaseline (text: string): Baseline {
  try {
    return baselineSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new ExplainedError('this is not a baseline; --write-baseline writes one', { cause: error, exitCode: 2 })
  }
}

/** @param leaks what got through attacks, or may have @param skipped what could not be attacked */
export function baselineOf (findings: readonly Finding[], leaks: readonly ProbeResult[] = [], skipped: readonly SkippedTable[] = []): Baseline {
  return { findings: [...findings.map(({ rule, object, detail }) => ({ rule: rule.id, object, detail })), ...leaks.map(baselineLineOf), ...skipped.map(baselineLineOfSkipped)] }
}

/** What got through or is undecided, as a line of a baseline: how many rows it was depends on what is there at the moment. */
export function baselineLineOf (result: ProbeResult): Baseline['findings'][number] {
  const { table, role, probe } = result
  return { rule: 'attack', object: `${table}: ${probe}`, detail: `as ${role}: ${whatCameOf(result).replace(/\b\d+ rows?\b/g, 'rows')}` }
}

/** A table that could not be attacked, as a line of a baseline: for another reason, it is another. */
export function baselineLineOfSkipped ({ table, reason }: SkippedTable): Baseline['findings'][number] {
  return { rule: 'attack', object: table, detail: `not attacked: ${reason}` }
}

/** What there is to tell of an attack that was not refused. */
export function whatCameOf ({ leak, undecided = '' }: ProbeResult): string {
  return leak ?? `not decided: ${undecided}`
}

/** What findings come to, after those that somebody lets be. */
export interface Sifted {
  /** What has to be looked at. */
  findings: Finding[]
  /** What an exception lets be, and which. */
  excepted: Array<{ finding: Finding, exception: Exception }>
  /** What the baseline has. */
  known: Finding[]
  /** Exceptions and lines of the baseline that nothing was found for: they can go. */
  unused: string[]
}

export function sift (findings: readonly Finding[], exceptions: readonly Exception[], baseline: Baseline | undefined): Sifted {
  const sifted: Sifted = { findings: [], excepted: [], known: [], unused: [] }
  const usedExceptions = new Set<Exception>()
  const usedLines = new Set<Baseline['findings'][number]>()
  for (const finding of findings) {
    const exception = exceptions.find(({ rule, object }) => rule === finding.rule.id && (object === '*' || object === finding.object))
    const line = baseline?.findings.find(({ rule, object, detail }) => rule === finding.rule.id && object === finding.object && detail === finding.detail)
    if (exception !== undefined) {
      usedExceptions.add(exception)
      sifted.excepted.push({ finding, exception })
    } else if (line !== undefined) {
      usedLines.add(line)
      sifted.known.push(finding)
    } else {
      sifted.findings.push(finding)
    }
  }
  sifted.unused = [
    ...exceptions.filter(exception => !usedExceptions.has(exception)).map(({ rule, object }) => `the exception ${rule}:${object}`),
    ...(baseline?.findings ?? []).filter(line => !usedLines.has(line)).map(({ rule, object }) => `the baseline's ${rule}:${object}`)
  ]
  return sifted
}
