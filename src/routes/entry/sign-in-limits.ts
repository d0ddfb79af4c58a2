import { RateLimiterMemory } from 'rate-limiter-flexible'
import { TooManyAttemptsError, WrongPasswordError } from '../../errors.ts'
import { networkOf } from '../../plugins/client-address.ts'

/** Attempts are counted for so long. */
export const guessingMinutes = 15

/**
 * Wrong passwords within a quarter of an hour: for one person, from one address in one account, for all people of an account, and
 * from one address in all accounts together. The last is high: behind a proxy that was not named, everybody has one address.
 */
const allowed = { person: 10, address: 50, account: 300, addressAnywhere: 500 } as const

/** With so many of them somebody guesses, and owners are told. */
const notable: Readonly<Record<keyof typeof allowed, number>> = { person: 10, address: 50, account: 100, addressAnywhere: Infinity }

/** Right ones: a program that signs in again and again keeps a processor busy, too. */
const allowedRight = 60

/** Whose attempt it is. */
export interface Attempt {
  accountId: number
  email: string
  address: string
}

type Kind = keyof typeof allowed

const limiter = (points: number): RateLimiterMemory => new RateLimiterMemory({ points, duration: guessingMinutes * 60 })

/** Bounds how many passwords can be tried. Each process of the server counts for itself. */
export class SignInLimits {
  readonly #wrong = (Object.keys(allowed) as Kind[]).map(of => ({ of, limiter: limiter(allowed[of]) }))
  readonly #right = limiter(allowedRight)
  readonly #underWay = new Map<string, number>()

  /**
   * Does what an attempt takes, and counts it where the password is wrong. One that is refused costs nobody anything: nothing is
   * hashed for it, and nothing counted. Those that are under way count as well, so that none gets in beside them.
   *
   * @param onGuessing called with a wrong password that makes it many: once in a quarter of an hour
   * @throws {TooManyAttemptsError} where there were too many, whatever the password is, or what the work throws
   */
  async attempt<Result> (attempt: Attempt, work: () => Promise<Result>, onGuessing: () => Promise<void>): Promise<Result> {
    const keys = this.#wrong.map(({ of, limiter }) => ({ of, limiter, key: keyOf(of, attempt) }))
    const marks = keys.map(({ of, key }) => `${of} ${key}`)
    for (const mark of marks) this.#underWay.set(mark, (this.#underWay.get(mark) ?? 0) + 1)
    try {
      for (const { of, limiter, key } of keys) {
        const before = await limiter.get(key)
        if ((before?.consumedPoints ?? 0) >= allowed[of]) throw tooMany(before?.msBeforeNext)
        if ((before?.consumedPoints ?? 0) + (this.#underWay.get(`${of} ${key}`) ?? 0) > allowed[of]) throw tooMany()
      }
      const signedIn = await this.#right.get(keyOf('person', attempt))
      if ((signedIn?.consumedPoints ?? 0) >= allowedRight) throw tooMany(signedIn?.msBeforeNext)
      const result = await work()
      await this.#right.penalty(keyOf('person', attempt))
      return result
    } catch (error) {
      if (!(error instanceof WrongPasswordError)) throw error
      const counts = await Promise.all(keys.map(async ({ of, limiter, key }) => (await limiter.penalty(key)).consumedPoints === notable[of]))
      if (counts.includes(true)) await onGuessing()
      throw error
    } finally {
      for (const mark of marks) {
        const left = (this.#underWay.get(mark) ?? 1) - 1
        if (left === 0) this.#underWay.delete(mark)
        else this.#underWay.set(mark, left)
      }
    }
  }
}

function tooMany (ms = 1000): TooManyAttemptsError {
  return new TooManyAttemptsError(Math.ceil(ms / 1000))
}

function keyOf (of: Kind, { accountId, email, address }: Attempt): string {
  // Whatever PostgreSQL's lower() takes for one address has one count here: JavaScript writes some marks apart, and another
  // sigma at a word's end.
  const person = email.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ς', 'σ')
  const network = networkOf(address)
  return { person: `${accountId} ${person}`, address: `${accountId} ${network}`, account: String(accountId), addressAnywhere: network }[of]
}
