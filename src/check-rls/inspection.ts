import type pg from 'pg'
import type { SignContext } from '../database/context.ts'
import { loginAt, type Placement } from '../database/placement.ts'
import type { ConnectionSettings } from '../database/settings.ts'
import { TooManyRequestsError, UnavailableError } from '../errors.ts'
import { ExplainedError } from '../explained-error.ts'
import { FairTurns } from '../fair-turns.ts'
import type { Query } from './check.ts'
import type { Exception } from './exceptions.ts'
import { rowhouseSettings } from './rowhouse.ts'
import type { Finding } from './rule.ts'
import { rules } from './rules.ts'
import { queryOf, withAuditor } from './session.ts'
import { checkForStart, startRules } from './start.ts'
import { attackAsTenant, type TenantAttackReport } from './tenant-attacks.ts'

/** What the rules find now, in one database. */
export interface LiveAudit {
  rules: number
  /** Those that a start leaves to `bin/checkrls.ts`, too. */
  allRules: number
  findings: Finding[]
  /** What somebody has looked at, and lets be. */
  letBe: number
  ms: number
}

/** Who looks: an account, by its id, or the operator. */
export type Inspector = number | 'operator'

/**
 * What a running server can look at, and try, about the walls of its databases: on connections of the login that serves tenants. What
 * one looks at is no other's answer, and neither refused nor kept for anybody else's sake: or it would tell that they look at it, too.
 */
export interface WallInspection {
  /**
   * The rules that a start goes by. One run answers all of the same account who ask meanwhile, and for some seconds whoever asks then.
   *
   * @param target.placement of the database; the configured one if left out
   * @throws {UnavailableError} where the database does not answer
   */
  audit: (target: { by: Inspector, placement: Placement | undefined }) => Promise<LiveAudit>
  /**
   * Attacks one account as another.
   *
   * @throws {TooManyRequestsError} where the same account, or the operator, is at it already, or was a moment ago
   * @throws {UnavailableError} where the database does not answer
   */
  attack: (target: { by: Inspector, placement: Placement | undefined, self: number, victim: number }) => Promise<TenantAttackReport>
}

export interface InspectionOptions {
  exceptions: readonly Exception[]
  signContext: SignContext | undefined
  /** What a run takes at most, once it has its turn: then it is given up, whatever the database does. */
  deadlineMs: number
  /** How long an account's attacks rest when they are done. */
  restMs?: number
}

/** For so long what the rules found is what they would find. */
const keptMs = 5000

/** Attempts begin for this part of the time, so that what is under way then, which has a second, has its answer. */
const partForAttempts = 0.8

/** So many of all accounts' runs are under way at once, each on a connection of its own. */
const atOnce = 3

/** @param login of the role that serves tenants, in the configured database */
export function wallInspection (login: ConnectionSettings, { exceptions, signContext, deadlineMs, restMs = 2000 }: InspectionOptions): WallInspection {
  const audits = new Map<string, { audit: Promise<LiveAudit>, until: number }>()
  /** Who attacks, or rests from it, and until when. */
  const attackers = new Map<Inspector, number>()
  const turns = { waitMs: deadlineMs, mostWaiting: 10, refusal: () => new TooManyRequestsError() }
  const auditing = new FairTurns<Inspector>({ atOnce, ...turns })
  const attacking = new FairTurns<Inspector>({ atOnce, ...turns })

  return {
    audit: async ({ by, placement }) => {
      const key = `${by} ${placement ?? ''}`
      for (const [kept, { until }] of audits) if (until < performance.now()) audits.delete(kept)
      const known = audits.get(key)
      if (known !== undefined) return await known.audit
      const entry = { audit: inTurn(auditing, by, async () => await orUnavailable(auditNow(loginAt(login, placement), exceptions, deadlineMs))), until: Infinity }
      audits.set(key, entry)
      // Also where it fails: a database that does not answer is not asked again by everybody who comes.
      entry.audit.finally(() => { entry.until = performance.now() + keptMs }).catch(() => {})
      return await entry.audit
    },
    attack: async ({ by, placement, self, victim }) => {
      for (const [attacker, until] of attackers) if (until <= performance.now()) attackers.delete(attacker)
      if (attackers.has(by)) throw new TooManyRequestsError('The attacks are under way already, or were a moment ago. Please try again in a few seconds.', Math.ceil(restMs / 1000))
      attackers.set(by, Infinity)
      try {
        return await inTurn(attacking, by, async () => await orUnavailable(untilDeadline(loginAt(login, placement), deadlineMs, async query =>
          await attackAsTenant(query, { ...rowhouseSettings, manifest: undefined, self, victim, sign: signContext, longestMs: deadlineMs * partForAttempts }))))
      } finally {
        attackers.set(by, performance.now() + restMs)
      }
    }
  }
}

/** Accounts take turns; the operator waits for none of them. */
async function inTurn<Result> (turns: FairTurns<Inspector>, by: Inspector, work: () => Promise<Result>): Promise<Result> {
  return by === 'operator' ? await work() : await turns.take(by, work)
}

async function auditNow (login: ConnectionSettings, exceptions: readonly Exception[], deadlineMs: number): Promise<LiveAudit> {
  const start = performance.now()
  const { findings, excepted } = await untilDeadline(login, deadlineMs, async query => await checkForStart(query, exceptions))
  return { rules: startRules.length, allRules: rules.length, findings, letBe: excepted.length, ms: performance.now() - start }
}

/**
 * Works on a connection of its own for so long. A database that hears nothing, or stands still, keeps nobody waiting, and the connection
 * is cut: PostgreSQL undoes what was done on it.
 *
 * @throws {UnavailableError} when the time is up
 */
async function untilDeadline<Result> (login: ConnectionSettings, deadlineMs: number, work: (query: Query) => Promise<Result>): Promise<Result> {
  const late = new UnavailableError(new Error('the database did not answer in time'))
  let isLate = false
  let connected: pg.Client | undefined
  const running = withAuditor(login, async client => {
    if (isLate) throw late
    connected = client
    return await work(queryOf(client))
  })
  // It may still fail when nobody waits for it any more.
  running.catch(() => {})
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      isLate = true
      connected?.connection.stream.destroy()
      reject(late)
    }, deadlineMs)
  })
  try {
    return await Promise.race([running, deadline])
  } finally {
    clearTimeout(timer)
  }
}

/** What explains itself to whoever runs the server names hosts and databases: that is for the log. */
async function orUnavailable<T> (work: Promise<T>): Promise<T> {
  return await work.catch((error: unknown) => { throw error instanceof ExplainedError ? new UnavailableError(error) : error })
}
