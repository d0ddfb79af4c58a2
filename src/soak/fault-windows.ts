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
}

/** Knows when something went wrong: what a request may meet with depends on that. */
export class FaultWindows {
  readonly #windows: DatedWindow[] = []

  open (name: string, excuse: Excuse): FaultWindow {
    const window = { name, excuse, refused: 0, broken: 0, from: performance.now(), to: Infinity }
    this.#windows.push(window)
    return window
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

  /** Those in which a request was under way that began at `from` and is over now. */
  since (from: number): FaultWindow[] {
    // Requests are short, so only the last windows matter.
    return this.#windows.slice(-10).filter(window => window.to >= from)
  }
}
