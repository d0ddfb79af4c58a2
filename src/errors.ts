import { problems, type ProblemName } from './problems.ts'

/** What is wrong with a single value, and where it stands: in the body (a JSON pointer as URI fragment), a parameter or a header. */
export interface ValueError {
  detail: string
  pointer?: string
  parameter?: string
  header?: string
}

interface AppErrorOptions {
  headers?: Record<string, string>
  errors?: ValueError[]
  cause?: unknown
  /** For refusals of the framework that stand for no other problem. */
  status?: number | undefined
}

/**
 * Every error that the application answers with. A message here is written for the person or program that asked:
 * it names what they sent and what to do, never SQL, a constraint, a stack or anything of another tenant.
 */
export class AppError extends Error {
  readonly problem: ProblemName
  readonly status: number
  readonly title: string
  readonly headers: Record<string, string>
  readonly errors: ValueError[] | undefined

  constructor (problem: ProblemName, detail: string, { headers = {}, errors, cause, status = problems[problem].status }: AppErrorOptions = {}) {
    super(detail, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.problem = problem
    this.status = status
    this.title = problems[problem].title
    this.headers = headers
    this.errors = errors
  }
}

export class NotFoundError extends AppError {
  constructor (detail = 'There is nothing at this address.') {
    super('not-found', detail)
  }
}

export class UnknownTenantError extends AppError {
  constructor () {
    super('no-such-tenant', 'No account answers at this address. Check the spelling of its first part.')
  }
}

/** @see toAppError for one that the database itself refused */
export class SuspendedTenantError extends AppError {
  constructor (reason?: string) {
    super('account-suspended', `This account is suspended${reason === undefined ? '' : `: ${reason.replace(/[.\s]+$/, '')}`}. Its data are kept; ask the people who run this service to resume it.`)
  }
}

/** The account was deleted, or answers at another name by now. */
export class GoneTenantError extends AppError {
  constructor () {
    super('gone', 'The account of this address has been deleted, or has moved to another address.')
  }
}

/** The account answers at another name; whoever asked is sent there. */
export class RenamedTenantError extends AppError {
  constructor (location: string) {
    super('renamed', 'This account has another address now.', { headers: { location } })
  }
}

/** The tenant's database waits for its migrations. */
export class SchemaBehindError extends AppError {
  constructor (cause?: unknown) {
    super('being-updated', 'The database of this account is being brought up to date. Please try again in a minute.', { headers: { 'retry-after': '60' }, cause })
  }
}

/** The account has been suspended, deleted or moved a moment ago; the next request will know. */
export class TenantElsewhereError extends AppError {
  constructor (cause: unknown) {
    super('unavailable', 'The account of this address is being changed. Please try again in a moment.', { headers: { 'retry-after': '1' }, cause })
  }
}

/** There is no list over all tenants where each has a database of its own. */
export class NoViewOverTenantsError extends AppError {
  constructor () {
    super('no-view-over-all-accounts', 'Each account has a database of its own here, and nothing reads more than one of them. Open an account by its own address instead.')
  }
}

export class HostNotServedError extends AppError {
  constructor (baseDomain: string) {
    super('host-not-served', `This server answers at ${baseDomain} and at one name below it for each account, such as tenant-0.${baseDomain}.`)
  }
}

/** Whoever asks has not signed in, or not here, or not any more. */
export class NotSignedInError extends AppError {
  constructor () {
    super('not-signed-in', 'This account is open to its people only. Please sign in.', { headers: { 'www-authenticate': 'Bearer realm="Rowhouse"' } })
  }
}

/** The address and the password do not belong to anybody here. It does not say which of them is wrong. */
export class WrongPasswordError extends AppError {
  constructor () {
    super('wrong-password', 'Nobody in this account has this e-mail address and this password.')
  }
}

/** A form was made before whoever sends it signed in or out, or for somebody else: its token is not theirs. */
export class StaleFormError extends AppError {
  constructor (detail = 'This form is out of date: you have signed in or out since it was opened, or it is from elsewhere. Please go back, load the page anew and send it again.') {
    super('cross-site', detail)
  }
}

/** Somebody is signed in, but it is not for them. */
export class NotAllowedError extends AppError {
  constructor (detail = 'Your role in this account does not allow this.') {
    super('not-allowed', detail)
  }
}

/** Too many passwords were tried. @param seconds until the next one may be */
export class TooManyAttemptsError extends AppError {
  constructor (seconds: number) {
    super('too-many-attempts', `Too many passwords were tried. Please wait ${seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`}, then try again.`, { headers: { 'retry-after': String(seconds) } })
  }
}

export class PasswordRequiredError extends AppError {
  constructor () {
    super('password-required', 'The view over all accounts is open to the operator only.',
      { headers: { 'www-authenticate': 'Basic realm="Rowhouse operator", charset="UTF-8"' } })
  }
}

/** The operator's pages do not open from a link elsewhere. */
export class CrossSiteError extends AppError {
  constructor () {
    super('cross-site', 'The view over all accounts does not open from another site\'s link. Open it from here instead.')
  }
}

export class CrossSiteRequestError extends AppError {
  constructor () {
    super('cross-site', 'A page of another site, or of another account, can neither read nor change anything here.')
  }
}

export class MethodNotAllowedError extends AppError {
  constructor (method: string, allowed: readonly string[]) {
    super('method-not-allowed', `${method} is not allowed here; ${allowed.join(', ')} ${allowed.length === 1 ? 'is' : 'are'}.`, { headers: { allow: allowed.join(', ') } })
  }
}

/** A method of HTTP that nothing here has a use for: https://www.rfc-editor.org/rfc/rfc9110#section-9.1 */
export class MethodNotImplementedError extends AppError {
  constructor (method: string) {
    super('method-not-implemented', `Nothing here takes ${method}.`)
  }
}

/** The database cannot answer now; the same request may well succeed in a moment. */
export class UnavailableError extends AppError {
  constructor (cause: unknown) {
    super('unavailable', 'The service could not finish this request. Please try again in a moment.',
      { headers: { 'retry-after': '1' }, cause })
  }
}

/** There is too much to count within the time that a request has. */
export class CountingTakesTooLongError extends AppError {
  constructor (cause: unknown) {
    super('unavailable', 'To count the rows of all accounts takes longer than a request may. Each account has its counts on its own page; bin/tenants.ts list counts them all, however long it takes.', { headers: { 'retry-after': '60' }, cause })
  }
}

/** The server has been told to stop. Another one, or the same when it is started again, takes the request. */
export class StoppingError extends AppError {
  constructor () {
    super('unavailable', 'This server is being stopped and takes no more requests. Please try again in a moment.', { headers: { 'retry-after': '1' } })
  }
}

/** One tenant asks for more at once than its part. */
export class TooManyRequestsError extends AppError {
  /** @param seconds until there may be room */
  constructor (detail = 'This account has too many requests under way. Please try again in a moment.', seconds = 1) {
    super('too-many-requests', detail, { headers: { 'retry-after': String(seconds) } })
  }
}

export class ConflictError extends AppError {
  constructor (detail: string, options: Pick<AppErrorOptions, 'cause' | 'errors' | 'headers'> = {}) {
    super('conflict', detail, options)
  }
}

/** Somebody has to be left who manages the account. */
export class LastOwnerError extends ConflictError {
  constructor (cause: unknown) {
    super('An account keeps an owner who can sign in: make somebody else an owner first.', { cause })
  }
}

export class PreconditionFailedError extends AppError {
  constructor () {
    super('precondition-failed', 'It has changed since you read it. Read it again before you change it.')
  }
}

export class KeyReusedError extends AppError {
  constructor () {
    super('key-reused', 'This Idempotency-Key came with another request. Give each request a key of its own.')
  }
}

/** What was sent cannot be taken; nothing was done. */
export class InvalidInputError extends AppError {
  constructor (detail: string, { problem = 'invalid-request', ...options }: AppErrorOptions & { problem?: ProblemName } = {}) {
    super(problem, detail, options)
  }
}

/** Of so many values an answer tells what is wrong with them: enough to mend them, and no work worth sending them for. */
export const mostValueErrors = 20

/** Values of the body cannot be taken, each for its reason. */
export class InvalidValuesError extends AppError {
  /** @param count of all that is wrong, where the errors are some of it */
  constructor (errors: ValueError[], { cause, count = errors.length }: { cause?: unknown, count?: number } = {}) {
    const told = errors.slice(0, mostValueErrors)
    const words = told.slice(0, 3).map(({ pointer, detail }) => `${pointer?.replace(/^#\/?/, '') || 'body'}: ${detail}`)
    super('invalid-value', [...words, ...(count > words.length ? [`and ${count - words.length} more`] : [])].join('; '), { errors: told, cause })
  }
}

/** The server lacks a login for it. */
export class NotSetUpError extends AppError {
  constructor () {
    super('not-set-up', 'Accounts cannot be changed over this server; the command bin/tenants.ts does it.')
  }
}

/** A mistake of ours. The cause goes to the log, never to the client. */
export class InternalError extends AppError {
  constructor (cause: unknown) {
    super('internal-error', 'Something went wrong on our side. It has been logged under the request id below.', { cause })
  }
}

/**
 * What PostgreSQL's error classes mean to a client (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 * Branches on SQLSTATE alone, never on a constraint's name: names differ on a distributed database.
 * Whatever stands in no row is our own mistake: a missing or empty tenant (42704, 22P02), a refused policy (42501),
 * and every syntax or type error are caught before SQL is sent, so arriving here means that a line of ours is wrong.
 */
const answersBySqlState: Array<[pattern: RegExp, answer: (cause: unknown) => AppError]> = [
  // Rowhouse's own: set_account found that the tenant is not served from that database
  [/^RH001$/, cause => new TenantElsewhereError(cause)],
  // enter_session, enter_token: nobody gets in with this
  [/^RH002$/, () => new NotSignedInError()],
  // keep_an_owner
  [/^RH003$/, cause => new LastOwnerError(cause)],
  // Who asks was an owner when they were let in, and is none any more.
  [/^RH004$/, () => new NotAllowedError('Only owners of this account may do this.')],
  // undefined_function: the migration that makes it was taken back a moment ago, or is still to come
  [/^42883$/, cause => new SchemaBehindError(cause)],
  // unique_violation
  [/^23505$/, cause => new ConflictError('There is such a row already.', { cause })],
  // foreign_key_violation, restrict_violation: the parent is not there, or children still are
  [/^(23503|23001)$/, cause => new ConflictError('This refers to a row that is not there, or is still referred to.', { cause })],
  // not_null_violation, check_violation, string_data_right_truncation, numeric_value_out_of_range
  [/^(23502|23514|22001|22003)$/, cause => new InvalidInputError('A value is missing, too long or out of range.', { problem: 'invalid-value', cause })],
  // character_not_in_repertoire, untranslatable_character: such as a zero byte in text
  [/^(22021|22P05)$/, cause => new InvalidInputError('The text holds a character that cannot be stored.', { problem: 'invalid-value', cause })],
  // serialization_failure, deadlock_detected, lock_not_available, query_canceled (statement_timeout)
  [/^(40001|40P01|55P03|57014)$/, cause => new UnavailableError(cause)],
  // connection exceptions, insufficient resources, operator intervention (shutdown, killed backend), idle transaction ended
  [/^(08...|53...|57P..|25P03|25P04)$/, cause => new UnavailableError(cause)]
]

/** Turns whatever was thrown into an answer; what is not known is an {@link InternalError}. */
export function toAppError (error: unknown): AppError {
  if (error instanceof AppError) return error
  const sqlState = sqlStateOf(error)
  const row = sqlState === undefined ? undefined : answersBySqlState.find(([pattern]) => pattern.test(sqlState))
  return row === undefined ? new InternalError(error) : row[1](error)
}

/** PostgreSQL's code for what went wrong, of an error of the database. */
export function sqlStateOf (error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined
}
