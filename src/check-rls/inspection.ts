import type { SignContext } from '../database/context.ts'
import { loginAt, type Placement } from '../database/placement.ts'
import type { ConnectionSettings } from '../database/settings.ts'
import { InspectionUnderWayError, UnavailableError } from '../errors.ts'
import { ExplainedError } from '../explained-error.ts'
import type { Exception } from './exceptions.ts'
import { rowhouseSettings } from './rowhouse.ts'
import type { Finding } from './rule.ts'
import { queryOf, withAuditor } from './session.ts'
import { checkForStart, startRules } from './start.ts'
import { attackAsTenant, type TenantAttackReport } from './tenant-attacks.ts'

/** What the rules find now, in one database. */
export interface LiveAudit {
  rules: number
  findings: Finding[]
  /** What somebody has looked at, and lets be. */
  letBe: number
  ms: number
}

/** What a running server can look at, and try, about the walls of its databases: on connections of the login that serves tenants. */
export interface WallInspection {
  /**
   * The rules that a start goes by. One run answers all who ask meanwhile, and for some seconds whoever asks then.
   *
   * @param placement of the database; the configured one if left out
   * @throws {UnavailableError} where the database does not answer
   */
  audit: (placement?: Placement) => Promise<LiveAudit>
  /**
   * Attacks one account as another.
   *
   * @throws {InspectionUnderWayError} where this process is at it already
   * @throws {UnavailableError} where the database does not answer
   */
  attack: (target: { placement?: Placement | undefined, self: number, victim: number }) => Promise<TenantAttackReport>
}

/** For so long what the rules found is what they would find. */
const keptMs = 5000

/** @param login of the role that serves tenants, in the configured database */
export function wallInspection (login: ConnectionSettings, { exceptions, signContext }: { exceptions: readonly Exception[], signContext: SignContext | undefined }): WallInspection {
  const audits = new Map<Placement | undefined, { audit: Promise<LiveAudit>, until: number }>()
  let isAttacking = false

  return {
    audit: async placement => {
      for (const [place, { until }] of audits) if (until < performance.now()) audits.delete(place)
      const known = audits.get(placement)
      if (known !== undefined) return await known.audit
      const entry = { audit: orUnavailable(auditNow(loginAt(login, placement), exceptions)), until: Infinity }
      audits.set(placement, entry)
      // Also where it fails: a database that does not answer is not asked again by everybody who comes.
      entry.audit.finally(() => { entry.until = performance.now() + keptMs }).catch(() => {})
      return await entry.audit
    },
    attack: async ({ placement, self, victim }) => {
      if (isAttacking) throw new InspectionUnderWayError()
      isAttacking = true
      try {
        return await orUnavailable(withAuditor(loginAt(login, placement), async client =>
          await attackAsTenant(queryOf(client), { ...rowhouseSettings, manifest: undefined, self, victim, sign: signContext })))
      } finally {
        isAttacking = false
      }
    }
  }
}

async function auditNow (login: ConnectionSettings, exceptions: readonly Exception[]): Promise<LiveAudit> {
  const start = performance.now()
  const { findings, excepted } = await checkForStart(login, exceptions)
  return { rules: startRules.length, findings, letBe: excepted.length, ms: performance.now() - start }
}

/** What explains itself to whoever runs the server names hosts and databases: that is for the log. */
async function orUnavailable<T> (work: Promise<T>): Promise<T> {
  return await work.catch((error: unknown) => { throw error instanceof ExplainedError ? new UnavailableError(error) : error })
}
