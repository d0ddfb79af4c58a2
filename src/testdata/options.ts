import { ExplainedError } from '../explained-error.ts'

/** What the people of test data sign in with. */
export const testPassword = 'password'

/** What to make. The same options give the same data, always. */
export interface TestDataOptions {
  accounts: number
  minUsers: number
  maxUsers: number
  minProjects: number
  maxProjects: number
  /** For each project of the account. */
  minTasks: number
  maxTasks: number
  /** For each task of the account. */
  minSubtasks: number
  maxSubtasks: number
  seed: number
  /** The number of the first account; the others follow. */
  first: number
}

/** An option that cannot be met; the message begins with its flag. */
export class OptionError extends ExplainedError {
  constructor (message: string) {
    super(message, { exitCode: 2 })
  }
}

export const defaultOptions: Readonly<TestDataOptions> = {
  accounts: 1,
  minUsers: 1,
  maxUsers: 5,
  minProjects: 1,
  maxProjects: 30,
  minTasks: 1,
  maxTasks: 10,
  minSubtasks: 1,
  maxSubtasks: 10,
  seed: 0,
  first: 0
}

const accountLimit = 1_000_000
export const rowLimit = 1_000_000_000

const limits: Readonly<Record<keyof TestDataOptions, readonly [minimum: number, maximum: number]>> = {
  accounts: [1, accountLimit],
  minUsers: [0, 100_000],
  maxUsers: [0, 100_000],
  minProjects: [0, 100_000],
  maxProjects: [0, 100_000],
  minTasks: [0, 1_000],
  maxTasks: [0, 1_000],
  minSubtasks: [0, 1_000],
  maxSubtasks: [0, 1_000],
  seed: [0, 2 ** 32 - 1],
  first: [0, accountLimit - 1]
}

const ranges = [['minUsers', 'maxUsers'], ['minProjects', 'maxProjects'], ['minTasks', 'maxTasks'], ['minSubtasks', 'maxSubtasks']] as const

/**
 * Adds the defaults and checks the whole.
 *
 * @throws {OptionError} naming the first flag that is wrong
 */
export function completeOptions (given: Partial<TestDataOptions> = {}): TestDataOptions {
  const options = { ...defaultOptions, ...given }
  for (const name of Object.keys(limits) as Array<keyof TestDataOptions>) {
    const [minimum, maximum] = limits[name]
    const value = options[name]
    if (!Number.isInteger(value) || value < minimum || value > maximum) {
      throw new OptionError(`${flagOf(name)} takes a whole number from ${minimum} to ${maximum}, not ${value}`)
    }
  }
  for (const [minimum, maximum] of ranges) {
    if (options[minimum] > options[maximum]) {
      throw new OptionError(`${flagOf(minimum)} (${options[minimum]}) is greater than ${flagOf(maximum)} (${options[maximum]})`)
    }
  }
  if (options.first + options.accounts > accountLimit) {
    throw new OptionError(`--first ${options.first} and --accounts ${options.accounts} go beyond tenant-${accountLimit - 1}, which is the last`)
  }
  return options
}

/** The command-line flag of an option: `minUsers` is `--min-users`. */
export function flagOf (name: keyof TestDataOptions): string {
  return `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}
