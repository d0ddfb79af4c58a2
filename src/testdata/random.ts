/**
 * A stream of pseudo-random numbers (sfc32 of the PractRand suite) that depends on its key alone.
 *
 * Not faker's own: that is one stream for each faker, whose next number depends on everyone who drew before, and making
 * a faker for each account and table costs more than all the numbers that are drawn from it.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor (key: readonly [number, number, number]) {
    [this.#a, this.#b, this.#c] = key
    // So many rounds until two keys that differ in one bit have nothing in common.
    for (let round = 0; round < 15; round++) this.#next()
  }

  /** A whole number from `minimum` to `maximum`, both included. */
  between (minimum: number, maximum: number): number {
    return minimum + this.below(maximum - minimum + 1)
  }

  /** A whole number from 0 to `limit` - 1. */
  below (limit: number): number {
    return Math.floor(this.#next() / 2 ** 32 * limit)
  }

  coin (): boolean {
    return this.#next() >= 2 ** 31
  }

  #next (): number {
    const result = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0
    return result >>> 0
  }
}
