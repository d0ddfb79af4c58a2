import type { FastifyRequest } from 'fastify'
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
