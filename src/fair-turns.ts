import { FairQueue } from './fair-queue.ts'

export interface FairTurnsOptions {
  /** So many are at work at once, whoever they are. */
  atOnce: number
  /** So many may wait under one key. */
  mostWaiting: number
  waitMs: number
  /** What is said to one more, and to whoever has waited for so long. */
  refusal: () => Error
}

/** Work that is done in turn: one of each key after the other, so that no key's flood keeps the others waiting. */
export class FairTurns<Key> {
  readonly #options: FairTurnsOptions
  readonly #queue = new FairQueue<Key, () => void>()
  #underWay = 0

  constructor (options: FairTurnsOptions) {
    this.#options = options
  }

  /** @throws the refusal, where too many wait under the key already, or it takes too long */
  async take<Result> (key: Key, work: () => Promise<Result>): Promise<Result> {
    if (this.#underWay >= this.#options.atOnce) await this.#wait(key)
    else this.#underWay++
    try {
      return await work()
    } finally {
      this.#next()
    }
  }

  async #wait (key: Key): Promise<void> {
    const { mostWaiting, waitMs, refusal } = this.#options
    if (this.#queue.sizeOf(key) >= mostWaiting) throw refusal()
    await new Promise<void>((resolve, reject) => {
      const start = (): void => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#queue.remove(key, start)
        reject(refusal())
      }, waitMs)
      this.#queue.push(key, start)
    })
  }

  /** Hands the turn on. */
  #next (): void {
    const [first] = this.#queue.firsts()
    if (first === undefined) {
      this.#underWay--
      return
    }
    const [key, start] = first
    this.#queue.remove(key, start)
    start()
  }
}
