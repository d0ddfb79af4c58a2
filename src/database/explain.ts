import { ExplainedError } from '../explained-error.ts'
import { hasCode } from './admin.ts'
import { roleNames } from './roles.ts'
import type { ConnectionSettings } from './settings.ts'

/** The database could not be reached or set up. The message says what to do about it. */
export class DatabaseSetupError extends ExplainedError {}

/**
 * Says where something failed, as whom, and what it takes; an error that explains itself already stays as it is.
 *
 * @param isOwn whether it is this application's database, which its migrations would make
 */
export function explainDatabaseError (error: unknown, login: ConnectionSettings, isOwn = true): Error {
  if (error instanceof ExplainedError) return error
  const message = error instanceof Error ? (error.message || String((error as { code?: unknown }).code)) : String(error)
  const where = `${login.host}:${login.port}`
  if (hasCode(error, 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT', 'CONNECT_TIMEOUT', 'CONNECTION_CLOSED') || message.includes('timeout expired')) {
    return new DatabaseSetupError(`no PostgreSQL answers at ${where}: ${message}`, { cause: error })
  }
  if (hasCode(error, '28P01', '28000')) {
    const advice = isOwn && isDerived(login.user) ? '. Another ROLE_SECRET, or the password of another administrator, has set it: use that one, or set the passwords anew with this one: npx tsx bin/migrate.ts up' : ''
    return new DatabaseSetupError(`PostgreSQL at ${where} refuses the login of "${login.user}": ${message}${advice}`, { cause: error })
  }
  if (hasCode(error, '3D000')) return new DatabaseSetupError(`PostgreSQL at ${where} has no database "${login.database}"${isOwn ? '; run: npx tsx bin/migrate.ts up' : ''}`, { cause: error })
  if (hasCode(error, '55P03')) return new DatabaseSetupError(`another session at ${where} has held the lock of the set-up for a minute; wait for it, or end it (pg_locks shows it)`, { cause: error })
  if (isOwn && hasCode(error, '42501')) {
    return new DatabaseSetupError(`the role "${login.user}" may not set up the database "${login.database}": ${message}. ` +
      'It takes a superuser, or a role with CREATEROLE that owns the database or has CREATEDB.', { cause: error })
  }
  return new DatabaseSetupError(`the database "${login.database}" at ${where}: ${message}`, { cause: error })
}

/** Whether the password of a login is derived wherever it is used, and never given. */
function isDerived (user: string): boolean {
  const { owner, loader, manager } = roleNames
  return [owner, loader, manager].some(name => name === user)
}
