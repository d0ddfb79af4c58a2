import { CommanderError, type Command } from 'commander'
import { readConfig, type Config } from './config.ts'
import { openDatabase, type Database, type DatabaseConfig } from './database/database.ts'
import { ExplainedError, reportError } from './explained-error.ts'
import { Interruption, unlessAborted } from './interruption.ts'

/** A command was used in a way that it does not take. */
export class UsageError extends ExplainedError {
  constructor (message: string) {
    super(message, { exitCode: 2 })
  }
}

export interface DatabaseUse {
  /** Leave an embedded server running, if this command started it. */
  keepRunning?: boolean
  /** The work watches its signal and ends in good order by itself. */
  endsItself?: boolean
  /** What is to be otherwise than the settings say. */
  override?: Partial<DatabaseConfig>
}

/**
 * Opens the configured database for a command, and gives it back in the end. A signal ends the command at once; PostgreSQL
 * undoes the transaction that was under way, and an embedded server stops if nobody else uses it.
 *
 * @throws {Interruption} after a signal
 */
export async function withDatabase<T> (work: (database: Database, signal: AbortSignal, config: Config) => Promise<T>, { keepRunning = false, endsItself = false, override = {} }: DatabaseUse = {}): Promise<T> {
  const controller = new AbortController()
  const { signal } = controller
  // Once: a second signal ends the process there and then.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => { controller.abort(new Interruption(name, ': nothing was kept')) })
  const config = readConfig()
  const database = await openDatabase({ ...config.database, ...override })
  try {
    signal.throwIfAborted()
    return await (endsItself ? work(database, signal, config) : unlessAborted(signal, async () => await work(database, signal, config)))
  } finally {
    await database.release({ keepRunning: keepRunning && !signal.aborted })
  }
}

/** Runs a command and sets the exit code: 0 done, 1 failed, 2 used wrongly, or what the error says. */
export async function runCommand (program: Command): Promise<void> {
  // Whoever reads our output may have seen enough; the work is to be done all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  for (const command of [program, ...program.commands]) command.exitOverride().showHelpAfterError('(--help shows what it takes)')
  try {
    await program.parseAsync()
  } catch (error) {
    // Commander has said everything itself; its own code for wrong usage is 1.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else process.exitCode = reportError(program.name(), error)
    // The work that was interrupted may go on and commit, as long as the process lives; its message says that it did not.
    if (error instanceof Interruption) process.exit()
  }
}
