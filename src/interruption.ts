import { once } from 'node:events'
import { constants } from 'node:os'
import { ExplainedError } from './explained-error.ts'

/** Somebody asked the process to end, by a signal. */
export class Interruption extends ExplainedError {
  readonly #signal: NodeJS.Signals | undefined

  constructor (signal: NodeJS.Signals | undefined, outcome = '') {
    // As a shell reports a process that a signal ended.
    super(`interrupted${outcome}`, { exitCode: 128 + (signal === undefined ? constants.signals.SIGTERM : constants.signals[signal]) })
    this.#signal = signal
  }

  /** The same, where more can be said of what was kept. */
  after (outcome: string): Interruption {
    return new Interruption(this.#signal, outcome)
  }
}

/**
 * Does a piece of work that cannot be told to stop. When the signal is aborted it is given up, under way as it is: whoever
 * called has to end the process, or it goes on.
 *
 * @throws the signal's reason once that is aborted
 */
export async function unlessAborted<T> (signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const listening = new AbortController()
  try {
    return await Promise.race([work(), rejectedBy(signal, listening.signal)])
  } finally {
    listening.abort()
  }
}

async function rejectedBy (signal: AbortSignal, listening: AbortSignal): Promise<never> {
  await once(signal, 'abort', { signal: listening })
  throw signal.reason
}
