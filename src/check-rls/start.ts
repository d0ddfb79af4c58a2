import type { ConnectionSettings } from '../database/settings.ts'
import { ExplainedError } from '../explained-error.ts'
import { check, type Query } from './check.ts'
import { assertRule, sift, type Exception, type Sifted } from './exceptions.ts'
import { keyRules } from './rules/keys.ts'
import { manifestRules } from './rules/manifest.ts'
import { policyRules } from './rules/policies.ts'
import { tableRules } from './rules/tables.ts'
import type { Finding, Rule } from './rule.ts'
import { rules } from './rules.ts'
import { readContextManifest, rowhouseExceptions, rowhouseSettings } from './rowhouse.ts'
import { queryOf, withAuditor } from './session.ts'

/** What nobody does to a database of Rowhouse's by a slip, and what takes long to look for; what only ids that are texts can be mistaken by; and warnings of what makes it slow, or would be refused by a key that may not be null. */
const notBeforeStart = [
  'name-missing', 'inherited-from', 'definer-built-in', 'writer-unnamed', 'context-alike', 'context-shortened',
  'policy-function-parallel', 'policy-function-not-inlined', 'key-not-indexed', 'role-without-timeouts', 'foreign-key-clears-key'
]

/**
 * What a server looks at before it listens: of the manifest, whether the functions that say whose a row is are what they were. Who
 * else logs in to PostgreSQL is no affair of its own; and a database of the next version need not have all that is named here.
 */
export const startRules: readonly Rule[] = rules.filter(rule => (!manifestRules.includes(rule) || rule.id === 'manifest-function') && !rule.id.startsWith('login-') && !notBeforeStart.includes(rule.id))

/**
 * They are asked in two parts, at the same time: what tables, policies and keys are like, and who may do what. PostgreSQL plans for longer than
 * it looks, and has one core at work for one connection.
 */
const aboutTables: readonly Rule[] = [...tableRules, ...policyRules, ...keyRules, ...manifestRules]
const startParts = [startRules.filter(rule => aboutTables.includes(rule)), startRules.filter(rule => !aboutTables.includes(rule))] as const

/** The database has a way past the walls. The message says which, and how to close it; the start ends with it. */
export class OpenWallsError extends ExplainedError {
  readonly findings: readonly Finding[]

  constructor (findings: readonly Finding[]) {
    const lines = findings.slice(0, 5).map(({ rule, object, detail, mend }) => `  ${rule.id}: ${object}: ${detail}\n    mend: ${mend}\n    or let it be: WALL_EXCEPTIONS='${rule.id}:${object}'`)
    super(`the server will not start, because the database has ${findings.length === 1 ? 'a way' : `${findings.length} ways`} past its walls:\n${lines.join('\n')}\nnpx tsx bin/checkrls.ts tells all of it`)
    this.findings = findings
  }
}

/**
 * Asserts that the catalog shows no way past the walls, with any login that may connect.
 *
 * @param exceptions findings that somebody has looked at, by name
 * @returns weaknesses that need one more mistake
 * @throws {OpenWallsError} at a way that is open now, {ExplainedError} at an exception from a rule that there is not
 */
export async function assertWallsAreWhole (login: ConnectionSettings, exceptions: readonly Exception[]): Promise<Finding[]> {
  for (const { rule, object } of exceptions) {
    assertRule(rule, rules)
    if (object === '*') throw new ExplainedError('WALL_EXCEPTIONS names each thing that is let be', { exitCode: 2 })
  }
  // Each is waited for, also where the other fails: nothing goes on behind a start that has ended.
  const parts = await Promise.allSettled(startParts.map(async part => await withAuditor(login, async client => await checkForStart(queryOf(client), exceptions, part))))
  const findings = parts.flatMap(part => {
    if (part.status === 'rejected') throw part.reason
    return part.value.findings
  })
  const errors = findings.filter(({ rule }) => rule.severity === 'error')
  if (errors.length > 0) throw new OpenWallsError(errors)
  return findings
}

/** What a start looks at, without its refusal. @param rules all of it by default */
export async function checkForStart (query: Query, exceptions: readonly Exception[], rules: readonly Rule[] = startRules): Promise<Sifted> {
  return sift(await check(query, { ...rowhouseSettings, manifest: await readContextManifest() }, rules), [...rowhouseExceptions, ...exceptions], undefined)
}
