/** Figures, and when they were read. */
export interface Dated<Figures> {
  figures: Figures
  readAt: Date
}

export interface KeptFiguresOptions {
  /** For so long they are shown as they were read. */
  keptMs: number
  /** For so long nobody reads again after this failure. */
  restMs: (error: unknown) => number
  /** Milliseconds that only go up. */
  clock?: () => number
}

/** Reads what takes long once for all who ask at a time, and keeps it for a while; beyond that for where it cannot be read anew. */
export class KeptFigures<Figures> {
  readonly #read: () => Promise<Figures>
  readonly #keptMs: number
  readonly #restMs: (error: unknown) => number
  readonly #clock: () => number
  #kept: Dated<Figures> | undefined
  #failure: unknown
  #nextReading = -Infinity
  #reading: Promise<void> | undefined

  constructor (read: () => Promise<Figures>, { keptMs, restMs, clock = () => performance.now() }: KeptFiguresOptions) {
    this.#read = read
    this.#keptMs = keptMs
    this.#restMs = restMs
    this.#clock = clock
  }

  /** @throws what the last reading failed with, where there is nothing from before it */
  async get (): Promise<Dated<Figures>> {
    if (this.#reading !== undefined || this.#clock() >= this.#nextReading) {
      this.#reading ??= this.#readAnew().finally(() => { this.#reading = undefined })
      await this.#reading
    }
    if (this.#kept === undefined) throw this.#failure
    return this.#kept
  }

  async #readAnew (): Promise<void> {
    // They are of the moment in which the reading began.
    const readAt = new Date()
    try {
      this.#kept = { figures: await this.#read(), readAt }
      this.#nextReading = this.#clock() + this.#keptMs
    } catch (error) {
      this.#failure = error
      this.#nextReading = this.#clock() + this.#restMs(error)
    }
  }
}
