import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { InvalidInputError, PreconditionFailedError } from '../../errors.ts'

/** The tag of a representation (RFC 9110, section 8.8.3). Two accounts never have the same, whatever their rows say. */
export function entityTag (accountId: number, body: string): string {
  return `"${createHash('sha256').update(`${accountId}\n${body}`).digest('base64url').slice(0, 27)}"`
}

/** Whether the client has this representation already. */
export function isKnown ({ headers }: FastifyRequest, tag: string): boolean {
  const known = headers['if-none-match']
  return known !== undefined && (known.trim() === '*' || tagsIn(known).some(given => given.replace(/^W\//, '') === tag))
}

/** @throws {InvalidInputError} where it is no tag @throws {PreconditionFailedError} where the client means another state of the row than it is in. Weak tags match nothing. */
export function assertMatches ({ headers }: FastifyRequest, tag: string): void {
  const expected = headers['if-match']
  if (expected === undefined || expected.trim() === '*') return
  if (!/^\s*(W\/)?"[^"]*"(\s*,\s*(W\/)?"[^"]*")*\s*$/.test(expected)) throw new InvalidInputError('If-Match: takes the ETag of an answer, with its quotation marks', { errors: [{ header: 'If-Match', detail: 'takes the ETag of an answer, with its quotation marks' }] })
  if (tagsIn(expected).includes(tag)) return
  throw new PreconditionFailedError()
}

function tagsIn (header: string): string[] {
  return header.match(/(W\/)?"[^"]*"/g) ?? []
}
