import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { NotFoundError } from '../../errors.ts'
import type { Person } from '../../tenancy/caller.ts'
import type { TenancyStrategy } from '../../tenancy/strategy.ts'
import type { CursorSealer } from '../api/cursor.ts'
import type { HashingTurns } from './hashing-turns.ts'
import type { LinkOptions } from './links.ts'
import type { SignInLimits } from './sign-in-limits.ts'

export interface EntryRoutesOptions {
  strategy: TenancyStrategy
  deadlineMs: number
  baseDomain: string
  cursors: CursorSealer
  links: LinkOptions
}

/** What stands between whoever asks and the comparing of passwords. */
export interface PasswordChecks {
  limits: SignInLimits
  turns: HashingTurns
}

/** Whoever is signed in. @throws {NotFoundError} for programs: these pages are about people */
export async function personOf ({ entering }: FastifyRequest): Promise<Person> {
  const caller = await entering
  if (caller === undefined || caller.kind === 'program') throw new NotFoundError()
  return caller
}

/** One of the account's own people. @throws {NotFoundError} for the operator, too, who has neither a password nor sessions here */
export async function userOf (request: FastifyRequest): Promise<Person & { userId: number }> {
  const { userId, ...person } = await personOf(request)
  if (userId === null) throw new NotFoundError()
  return { ...person, userId }
}

/** A form is no more than this. */
export const bodyLimit = 16 * 1024

/** Pages that stand in no document of the API. */
export const hidden = { hide: true }

/** What a page says that a form has led to: one of its own sentences, by name, and nothing that an address could make it say. */
export function notice (notices: Readonly<Record<string, string>>) {
  return z.object({ done: z.enum(Object.keys(notices)).optional().catch(undefined), cursor: z.string().max(4000).optional() })
}

/** What the first wrong value of a form is, in the words of its field. */
export function firstMistake ({ validationError }: FastifyRequest, labels: Readonly<Record<string, string>>): string | undefined {
  if (validationError === undefined) return undefined
  const [issue] = validationError.validation as unknown as Array<{ instancePath: string, message: string }>
  const field = (issue?.instancePath ?? '').split('/')[1] ?? ''
  return `${labels[field] ?? field}: ${issue?.message ?? ''}.`
}

/** What somebody typed into a form, whatever it was. */
export function typedIn ({ body }: FastifyRequest): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {}
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, 2000) : '']))
}
