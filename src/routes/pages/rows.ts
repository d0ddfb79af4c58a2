import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type AppError, ConflictError, InvalidInputError } from '../../errors.ts'
import type { FormState, Mistake } from '../../plugins/page-data.ts'
import type { Slice, Times } from '../../repositories/listing.ts'
import { details, idText, name } from '../../schemas/fields.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import { badIdIsNotFound, found } from '../api/collection.ts'
import type { CursorContext, CursorSealer } from '../api/cursor.ts'
import { mistakesIn, typedIn } from '../forms.ts'

export const pageSize = 25

const audience = 'tenant' as const

/** For details of 100,000 characters, each of four bytes, which a browser writes as three times as many, and a name like them. */
const rowFormLimit = 12 * (100_000 + 255) + 2048

export const idInPath = z.object({ id: idText })
/** The id in the address of a request whose params are {@link idInPath}. */
export function idOf ({ params }: FastifyRequest): number {
  return (params as { id: number }).id
}

const labels = { name: 'Name', details: 'Details' }

/** A page of one row. */
export const reading = { config: { audience }, errorHandler: badIdIsNotFound }
/** What a form leads to: it opens a transaction for what it does, once it is known to be right. */
export const writing = { config: { audience, transaction: false, typedFields: labels }, errorHandler: badIdIsNotFound, attachValidation: true, bodyLimit: rowFormLimit }

const cursor = z.string().max(4000).optional()

/** What the address of a page with a list may say, beside its id. */
export function pageQuery (rest: z.ZodRawShape) {
  return z.object({ cursor, ...rest })
}

/** A text as browsers send it has both ends of a line. */
const typedDetails = z.preprocess(value => typeof value === 'string' ? value.replaceAll('\r\n', '\n') : value, details)
/** Beside these, a form says where it was sent from. */
export const rowBody = z.looseObject({ name, details: typedDetails.default(''), seen: z.string().max(100).default('') })
export type RowBody = z.infer<typeof rowBody>

/** What was typed into the form of a row. @throws {MistakesError} at values that cannot be taken; {AppError} for an id that is none */
export function bodyOf (request: FastifyRequest): RowBody {
  const { validationError } = request
  if (validationError !== undefined && (validationError as { validationContext?: string }).validationContext === 'params') badIdIsNotFound(validationError as never)
  const mistakes = mistakesIn(request, labels)
  if (mistakes.length > 0) throw new MistakesError(mistakes)
  return request.body as RowBody
}

/** What is wrong with the form of a row, field by field. */
export class MistakesError extends InvalidInputError {
  readonly mistakes: Mistake[]

  constructor (mistakes: Mistake[]) {
    super(mistakes.map(({ text }) => text).join(' '))
    this.mistakes = mistakes
  }
}

/** Whose form it was that something is wrong with: what was typed is there still. */
export function formState (request: FastifyRequest, form: FormState['form'], error: AppError): FormState {
  return { form, typed: typedIn(request, 200_000), mistakes: error instanceof MistakesError ? error.mistakes : [{ field: undefined, text: error.message }], notice: undefined }
}

export const noForm: Omit<FormState, 'notice'> = { form: undefined, typed: {}, mistakes: [] }

/** Somebody else has changed or removed what a form was about. */
class ChangedMeanwhileError extends ConflictError {
  constructor () {
    super('Somebody else has changed this since you opened the form. What is there now is shown above; what you typed is still here, and saving again takes it.')
  }
}

/** How rows of one kind are kept. */
export interface Repository<Row extends Times, New> {
  lock: (scope: TenantScope, id: number) => Promise<Row | undefined>
  update: (scope: TenantScope, id: number, change: Partial<New>) => Promise<Row | undefined>
}

/**
 * Changes a row as its form showed it.
 *
 * @param seen when it was changed last, as the form has it: nobody overwrites what they have not seen
 * @throws {ChangedMeanwhileError}, {NotFoundError}
 */
export async function changeRow<Row extends Times, New> (scope: TenantScope, { lock, update }: Repository<Row, New>, id: number, change: Partial<New>, seen = ''): Promise<Row> {
  const row = found(await lock(scope, id))
  if (seen !== '' && seen !== row.updatedAt) throw new ChangedMeanwhileError()
  return found(await update(scope, id, change))
}

/** Whether a form is shown again with what is wrong with it; all else is an error of its own. */
export function isTheirs (error: unknown): error is AppError {
  return error instanceof ConflictError || error instanceof InvalidInputError
}

/** Where the parts of a list before and after this one are. */
export function neighbours<Row extends { id: number, name: string }> ({ rows, hasNext, hasPrevious }: Slice<Row>, cursors: CursorSealer, context: CursorContext, path: string, query: Readonly<Record<string, string | undefined>> = {}) {
  const href = (row: Row | undefined, backwards: boolean): string | undefined => row === undefined
    ? undefined
    : addressOf(path, { ...query, cursor: cursors.seal({ id: row.id, value: row.name }, backwards, context) })
  return { nextHref: hasNext ? href(rows.at(-1), false) : undefined, previousHref: hasPrevious ? href(rows[0], true) : undefined }
}

export function addressOf (path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '')
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}
