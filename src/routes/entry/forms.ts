import type { FastifyRequest } from 'fastify'
import { NotFoundError } from '../../errors.ts'
import type { Person } from '../../tenancy/caller.ts'
import type { TenancyStrategy } from '../../tenancy/strategy.ts'
import type { CursorSealer } from '../api/cursor.ts'
import type { LinkOptions } from './links.ts'

export interface EntryRoutesOptions {
  strategy: TenancyStrategy
  deadlineMs: number
  baseDomain: string
  cursors: CursorSealer
  links: LinkOptions
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
