import { FairQueue } from '../../fair-queue.ts'
import { TooManyAttemptsError } from '../../errors.ts'

/** Hashing keeps a processor busy and takes 32 MB, for a tenth of a second: so many at once, whoever asks. */
const atOnce = 3
/** Of one account; more at once are nobody's honest sign-ins. */
const mostWaiting = 50
const waitMs = 10_000

/** Passwords are hashed in turn: one of each account after the other, so that no account's flood keeps the others waiting. */
export class HashingTurns {
  readonly #queue = new FairQueue<number, () => void>()
  #underWay = 0

  /** @throws {TooManyAttemptsError} where too many of the account's wait already, or it takes too long */
  async take<Result> (accountId: number, work: () => Promise<Result>): Promise<Result> {
    if (this.#underWay >= atOnce) await this.#wait(accountId)
    else this.#underWay++
    try {
      return await work()
    } finally {
      this.#next()
    }
  }

  async #wait (accountId: number): Promise<void> {
    if (this.#queue.sizeOf(accountId) >= mostWaiting) throw new TooManyAttemptsError(1)
    await new Promise<void>((resolve, reject) => {
      const start = (): void => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#queue.remove(accountId, start)
        reject(new TooManyAttemptsError(1))
      }, waitMs)
      this.#queue.push(accountId, start)
    })
  }

  /** Hands the turn on. */
  #next (): void {
    const [first] = this.#queue.firsts()
    if (first === undefined) {
      this.#underWay--
      return
    }
    const [accountId, start] = first
    this.#queue.remove(accountId, start)
    start()
  }
}
