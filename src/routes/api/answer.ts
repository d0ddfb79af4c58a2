import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ConflictError, InvalidInputError, KeyReusedError } from '../../errors.ts'
import { findAnswer, keepAnswer, lockKey } from '../../repositories/idempotent-requests.ts'

/** What is sent, once the transaction is committed. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

/** Whether the client wants to be told no more than that it worked (RFC 7240, section 4.2). */
export function prefersMinimal ({ headers }: FastifyRequest): boolean {
  return [headers['prefer'] ?? []].flat().some(value => /(^|[,;\s])return\s*=\s*"?minimal"?\s*($|[,;])/i.test(value))
}

export function send (reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  reply.code(status).headers(headers)
  return body === '' ? reply.send() : reply.type('application/json; charset=utf-8').send(body)
}

/**
 * Does a piece of work, once for each `Idempotency-Key`: whoever sends the same request again within a day gets the answer that
 * the first one got. The answer is kept in the transaction of the work, so either both last or neither.
 *
 * @throws {KeyReusedError} where the key came with another request
 * @throws {ConflictError} where the first request is still under way
 */
export async function once (request: FastifyRequest, work: () => Promise<Answer>): Promise<Answer> {
  const key = request.headers['idempotency-key']
  if (key === undefined) return await work()
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new InvalidInputError('Idempotency-Key: takes 1 to 255 printable characters without spaces', { errors: [{ header: 'Idempotency-Key', detail: 'takes 1 to 255 printable characters without spaces' }] })
  }
  const scope = request.tenantScope
  const fingerprint = createHash('sha256').update(JSON.stringify([request.method, request.url, prefersMinimal(request), request.body ?? null])).digest('base64url')
  const [isFree, earlier] = await Promise.all([lockKey(scope, key), findAnswer(scope, key)])
  if (!isFree) throw new ConflictError('The first request of this Idempotency-Key is still under way. Please try again in a moment.', { headers: { 'retry-after': '1' } })
  if (earlier !== undefined) {
    if (earlier.fingerprint !== fingerprint) throw new KeyReusedError()
    return { status: earlier.status, headers: { ...earlier.headers, 'idempotency-replayed': 'true' }, body: earlier.body }
  }
  const answer = await work()
  await keepAnswer(scope, { key, fingerprint, ...answer })
  return answer
}
