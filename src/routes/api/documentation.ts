import { z } from 'zod'
import { problems } from '../../problems.ts'
import { problem } from '../../schemas/resources.ts'

/** What the groups of operations are. */
export const tags = [
  { name: 'account', description: 'The account of the host name that the request is sent to.' },
  { name: 'users', description: 'The people of the account.' },
  { name: 'projects', description: 'What tasks belong to.' },
  { name: 'tasks', description: 'Pieces of work, each in a project.' },
  { name: 'subtasks', description: 'Steps of a task.' },
  { name: 'tokens', description: 'What programs get into the account with, in `Authorization: Bearer`. Owners who are signed in make and revoke them.' },
  { name: 'audit', description: 'What happened to the account, for its owners: every event carries a hash of itself and the one before.' },
  { name: 'accounts', description: 'All accounts, on the bare host and for the operator alone. Each change is recorded with who made it.' },
  { name: 'overview', description: 'The rows of all accounts that share the schema, on the bare host and for the operator alone, who only reads them.' },
  { name: 'service', description: 'For whoever looks for the way.' }
]

export const idempotency = {
  'idempotency-key': z.string().max(255).optional().describe('Any text of your own, a new one for each request: the same request sent again under it within a day gets the same answer and does nothing. It takes printable characters without spaces.').meta({ examples: ['3f0c2b1e-6b1d-4a5e-9c59-5d5fd3ffb0a1'] })
}

export const preference = {
  prefer: z.string().optional().describe('`return=minimal` leaves the body of the answer out.').meta({ examples: ['return=minimal'] })
}

export const conditions = {
  'if-match': z.string().optional().describe('The `ETag` of the row as you know it: if it has changed since, nothing is done.').meta({ examples: ['"Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"'] }),
  'if-none-match': z.string().optional().describe('The `ETag` of the row as you have it: if it is the same still, the answer has no body.').meta({ examples: ['"Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"'] })
}

const meanings: Readonly<Record<number, string>> = { 200: 'Here it is', 201: 'Made', 204: 'Done', 304: 'It is still as you know it' }

const text = { type: 'string' } as const
const headersOf: Readonly<Record<string, object>> = {
  ETag: { ...text, description: 'Stands for the row as it is' },
  Location: { ...text, description: 'The address of what was made, or of the same account at its present name' },
  Link: { ...text, description: 'The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288)' },
  'Preference-Applied': { ...text, description: 'Says that `Prefer` was followed' },
  'Idempotency-Replayed': { ...text, description: '`true` where this is the answer to an earlier request of the same key' },
  'WWW-Authenticate': { ...text, description: 'What lets somebody in' },
  'Retry-After': { type: 'integer', description: 'How many seconds to wait' },
  'X-Request-Id': { ...text, description: 'What the request is called in the log of the service' }
}

interface Given {
  /** Left out where the answer has no body. */
  schema?: z.ZodType
  headers?: string[]
}

/** What can be wrong with the host, the load, and us. */
const always = [307, 401, 403, 404, 410, 421, 429, 500, 503]
/** With a body. */
const ofBodies = [400, 413, 415, 422]

/** What can go wrong with a read of a tenant's. */
export const readFailures = always
export const listFailures = [400, ...always]
export const createFailures = [...ofBodies, 409, ...always].sort()
export const changeFailures = [...ofBodies, 412, ...always].sort()
export const deleteFailures = [400, 412, 413, 415, ...always]
/** What can go wrong for the operator: on an account's host, or without the password, there is nothing. */
export const operatorReads = [401, 403, 404, 421, 500, 503]
export const operatorChanges = [400, 401, 403, 404, 409, 413, 415, 421, 422, 500, 501, 503]
/** Where other rows may be in the way. */
export const conflicts = [409]

/** The answers of an operation: what it gives, and what can go wrong. */
export function answers (given: Readonly<Record<number, Given>>, wrong: readonly number[] = []): Record<number, unknown> {
  const headers = (names: readonly string[]): object => Object.fromEntries(names.map(name => [name, headersOf[name]]))
  const good = Object.entries(given).map(([status, { schema, headers: names = [] }]) => [status, {
    description: meanings[Number(status)] ?? '',
    headers: headers(names),
    content: schema === undefined ? {} : { 'application/json': { schema } }
  }])
  const bad = wrong.map(status => [status, {
    description: [...new Set(Object.values(problems).filter(known => known.status === status).map(({ title }) => title))].join(', or: '),
    headers: headers(['X-Request-Id', ...([409, 429, 503].includes(status) ? ['Retry-After'] : []), ...(status === 307 ? ['Location'] : []), ...(status === 401 ? ['WWW-Authenticate'] : [])]),
    content: { 'application/problem+json': { schema: problem } }
  }])
  return Object.fromEntries([...good, ...bad]) as Record<number, unknown>
}
