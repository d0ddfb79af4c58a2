/** What a fault excuses while it lasts: nothing, refusals in good order, or connections that break as well. */
export type Excuse = 'nothing' | 'refusals' | 'broken connections'

/** The time from a fault's beginning until everybody is served again. */
export interface FaultWindow {
  name: string
  excuse: Excuse
  refused: number
  broken: number
}

interface DatedWindow extends FaultWindow {
  from: number
  to: number
  /** Requests that began before are to be answered as if nothing had happened. */
  excusesFrom: number
}

/** Knows when something went wrong: what a request may meet with depends on that. */
export class FaultWindows {
  readonly #windows: DatedWindow[] = []

  open (name: string, excuse: Excuse): FaultWindow {
    const window = { name, excuse, refused: 0, broken: 0, from: performance.now(), to: Infinity, excusesFrom: -Infinity }
    this.#windows.push(window)
    return window
  }

  /** From now on requests are refused, but for those that began before `began`. */
  refuseFrom (began: number): void {
    const window = this.#windows.at(-1)
    if (window !== undefined) Object.assign(window, { excuse: 'refusals', excusesFrom: began })
  }

  /** The fault breaks connections from now on. */
  breakConnections (): void {
    const window = this.#windows.at(-1)
    if (window !== undefined) window.excuse = 'broken connections'
  }

  close (): void {
    const window = this.#windows.at(-1)
    if (window !== undefined) window.to = performance.now()
  }

  /** Those in which a request was under way that began at `from` and is over now, and that have to do with it. */
  since (from: number): FaultWindow[] {
    // Requests are short, so only the last windows matter.
    return this.#windows.slice(-10).filter(({ to, excusesFrom }) => to >= from && from >= excusesFrom)
  }
}
