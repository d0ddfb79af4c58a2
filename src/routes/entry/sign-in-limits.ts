import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { TooManyAttemptsError } from '../../errors.ts'

/** Failures are counted for so long. */
export const guessingMinutes = 15

/** Wrong passwords within a quarter of an hour: for one person, from one address, and for all people of an account. */
const allowed = { person: 10, address: 50, account: 300 } as const

/** So many of them, and owners are told that somebody guesses. */
const notable = { person: 10, address: Infinity, account: 100 } as const

/** Hashing takes 32 MB each; more at once are nobody's honest sign-ins. */
const mostAtOnce = 16

/** Whose attempt it is. */
export interface Attempt {
  accountId: number
  email: string
  address: string
}

/** Bounds how many passwords can be tried. Each process of the server counts for itself. */
export class SignInLimits {
  readonly #limiters = Object.entries(allowed).map(([of, points]) => ({ of: of as keyof typeof allowed, limiter: new RateLimiterMemory({ points, duration: guessingMinutes * 60 }) }))
  #underWay = 0

  /**
   * Does what an attempt takes, and counts it where it fails: attempts that are under way count as well, so that none gets in
   * beside them.
   *
   * @throws {TooManyAttemptsError} where there were too many, whatever the password is, or what the work throws
   */
  async attempt<Result> (attempt: Attempt, work: () => Promise<Result>): Promise<Result> {
    if (this.#underWay >= mostAtOnce) throw new TooManyAttemptsError(1)
    this.#underWay++
    try {
      for (const { of, limiter } of this.#limiters) await limiter.consume(keyOf(of, attempt)).catch(tooMany)
      const result = await work()
      for (const { of, limiter } of this.#limiters) await limiter.reward(keyOf(of, attempt))
      return result
    } finally {
      this.#underWay--
    }
  }

  /** @returns whether this failure is the one that makes it many: true once in a quarter of an hour */
  async isGuessing (attempt: Attempt): Promise<boolean> {
    const counts = await Promise.all(this.#limiters.map(async ({ of, limiter }) => (await limiter.get(keyOf(of, attempt)))?.consumedPoints === notable[of]))
    return counts.includes(true)
  }
}

function keyOf (of: keyof typeof allowed, { accountId, email, address }: Attempt): string {
  return of === 'address' ? address : of === 'account' ? String(accountId) : `${accountId} ${email.toLowerCase()}`
}

function tooMany (refusal: unknown): never {
  if (refusal instanceof RateLimiterRes) throw new TooManyAttemptsError(Math.ceil(refusal.msBeforeNext / 1000))
  throw refusal
}
