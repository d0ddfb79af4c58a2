import { CommanderError, type Command } from 'commander'
import { ConfigError } from './config.ts'
import { DatabaseSetupError } from './database/database.ts'
import { EmbeddedDatabaseError } from './database/embedded.ts'

/** A command was used in a way that it does not take. Exits with 2. */
export class UsageError extends Error {
  constructor (message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

/** A command could not do what it was asked to, for a reason that its message explains. Exits with 1. */
export class CommandError extends Error {
  constructor (message: string) {
    super(message)
    this.name = 'CommandError'
  }
}

/**
 * Runs a command and sets the exit code: 0 done, 1 failed, 2 wrong usage. What is expected to go wrong is told in a line;
 * anything else is a mistake of ours and shows its stack.
 */
export async function runCommand (program: Command): Promise<void> {
  for (const command of [program, ...program.commands]) command.exitOverride().showHelpAfterError('(--help shows what it takes)')
  try {
    await program.parseAsync()
  } catch (error) {
    // Commander has said what is wrong; its own code for that is 1.
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2
      return
    }
    const isExplained = [UsageError, CommandError, ConfigError, DatabaseSetupError, EmbeddedDatabaseError].some(type => error instanceof type)
    console.error(isExplained ? `${program.name()}: ${(error as Error).message}` : error)
    process.exitCode = error instanceof UsageError || error instanceof ConfigError ? 2 : 1
  }
}
