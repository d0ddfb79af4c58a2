import { TooManyAttemptsError } from '../../errors.ts'
import { FairTurns } from '../../fair-turns.ts'

/** Passwords are hashed in turn, by account. Hashing keeps a processor busy and takes 32 MB, for a tenth of a second. */
export class HashingTurns extends FairTurns<number> {
  constructor () {
    // More of one account at once are nobody's honest sign-ins.
    super({ atOnce: 3, mostWaiting: 50, waitMs: 10_000, refusal: () => new TooManyAttemptsError(1) })
  }
}
