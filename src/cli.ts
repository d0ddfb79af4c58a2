import { CommanderError, type Command } from 'commander'
import { ExplainedError, reportError } from './explained-error.ts'

/** A command was used in a way that it does not take. */
export class UsageError extends ExplainedError {
  constructor (message: string) {
    super(message, { exitCode: 2 })
  }
}

/** Runs a command and sets the exit code: 0 done, 1 failed, 2 used wrongly, or what the error says. */
export async function runCommand (program: Command): Promise<void> {
  for (const command of [program, ...program.commands]) command.exitOverride().showHelpAfterError('(--help shows what it takes)')
  try {
    await program.parseAsync()
  } catch (error) {
    // Commander has said everything itself; its own code for wrong usage is 1.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else process.exitCode = reportError(program.name(), error)
  }
}
