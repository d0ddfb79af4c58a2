const help = `Usage: npm start

Starts the server; Ctrl-C stops it. It takes no arguments: its settings are environment variables, or lines of a file .env, and
.env.example lists all of them. Without any it starts the PostgreSQL that comes with npm, makes roles, schema and demonstration
data, and serves this machine alone.

Examples:
  npm start
  PORT=3000 npm start
  DATABASE_URL=postgres://postgres:secret@localhost:5432/rowhouse npm start
  ACCESS=required OPERATOR_PASSWORD=let-me-look npm start
  HOST=0.0.0.0 OPERATOR_PASSWORD=let-me-look npm start          people sign in

The other commands are in bin/, each with --help: npx tsx bin/tenants.ts --help

Exit codes: 0 stopped when it was told to, 1 failed, 2 wrong settings or arguments.`

/** What a server says that was given arguments, in place of starting. @returns undefined where there are none */
export function usageFor (args: readonly string[]): { text: string, exitCode: 0 | 2 } | undefined {
  if (args.length === 0) return undefined
  const unknown = args.find(argument => argument !== '--help' && argument !== '-h')
  if (unknown === undefined) return { text: help, exitCode: 0 }
  return { text: `rowhouse: unknown argument ${JSON.stringify(unknown)}; settings are environment variables (--help shows more)`, exitCode: 2 }
}
