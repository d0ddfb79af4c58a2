import { printable } from './table.ts'

/**
 * Something that a person has to put right: a setting, a flag, the database. The message says what and how, so whoever ends
 * with it shows that alone; a stack would only hide it.
 */
export class ExplainedError extends Error {
  /** What the process ends with: 1 failed, 2 used wrongly. */
  readonly exitCode: number

  constructor (message: string, { cause, exitCode = 1 }: { cause?: unknown, exitCode?: number } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.exitCode = exitCode
  }
}

/**
 * Ends a program with an error: the message of one that explains itself, the stack of any other, which is a mistake of ours.
 *
 * @returns the exit code
 */
export function reportError (program: string, error: unknown): number {
  if (!(error instanceof ExplainedError)) {
    console.error(error)
    return 1
  }
  // It may quote what somebody else wrote.
  console.error(`${program}: ${error.message.split('\n').map(printable).join('\n')}`)
  return error.exitCode
}
