import accepts from '@fastify/accepts'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import plugin from 'fastify-plugin'
import { AppError, CrossSiteError, InvalidInputError, NotFoundError, NoViewOverTenantsError, toAppError } from '../errors.ts'
import type { ErrorPage } from './views.ts'

/** The one place where an error becomes an answer: a page for a browser, problem details (RFC 9457) for everyone else. */
export const errors = plugin(async app => {
  await app.register(accepts)
  app.setErrorHandler<FastifyError>(async (thrown, request, reply) => {
    const error = toAnswer(thrown)
    if (error.status >= 500) request.log.error({ err: error.cause ?? error }, error.title)
    else request.log.info({ status: error.status }, error.title)
    return sendError(request, reply, error)
  })
  app.setNotFoundHandler(async (request, reply) => {
    const isAddress = isDecodable(request.originalUrl)
    return sendError(request, reply, isAddress ? new NotFoundError() : new InvalidInputError('The address is not a valid one.'))
  })
}, { name: 'errors', dependencies: ['views'] })

/** Where a request ends up whose address cannot be decoded; no route has it. */
export const undecodableAddress = '/.undecodable'

/** Whether the path of an address is text, once its percent signs are resolved. The asterisk of OPTIONS is no path. */
export function isDecodable (url: string): boolean {
  if (url === '*') return false
  if (!url.includes('%')) return true
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '')
    return true
  } catch {
    return false
  }
}

function toAnswer (error: FastifyError): AppError {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const fields = error.validation.map(({ instancePath, message }) => `${instancePath.slice(1) || error.validationContext}: ${message}`)
    return new InvalidInputError(fields.join('; '))
  }
  // The framework's own refusals (no such media type, body too large, malformed JSON or URL) carry texts that are fit for a client.
  const isFrameworkRefusal = typeof error.code === 'string' && error.code.startsWith('FST_') && (error.statusCode ?? 500) < 500
  return isFrameworkRefusal ? new InvalidInputError(error.message, { status: error.statusCode ?? 400 }) : toAppError(error)
}

function sendError (request: FastifyRequest, reply: FastifyReply, error: AppError): FastifyReply {
  reply.code(error.status).headers({ 'cache-control': 'private, no-store', vary: 'Accept', ...error.headers })
  if (request.accepts().type(['application/problem+json', 'application/json', 'text/html']) === 'text/html') {
    return reply.page('error', errorPage(request, error))
  }
  return reply.type('application/problem+json').send(problemOf(error, request))
}

/** The body of an answer to a program: problem details, as text. */
function problemOf (error: AppError, request: FastifyRequest): string {
  return JSON.stringify({ type: 'about:blank', title: error.title, status: error.status, detail: error.message, requestId: request.id })
}

function errorPage (request: FastifyRequest, error: AppError): ErrorPage {
  return { status: error.status, title: error.title, detail: error.message, requestId: request.id, action: nextStep(request, error) }
}

/** Where to go from here; only for those who are somewhere to begin with. */
function nextStep (request: FastifyRequest, error: AppError): ErrorPage['action'] {
  if (error instanceof CrossSiteError) return { href: '/', label: 'Open the view over all accounts' }
  if (request.viewer.kind === 'nobody' || error instanceof NoViewOverTenantsError) return undefined
  return error.status >= 500 ? { href: request.url, label: 'Try again' } : { href: '/', label: 'Go to the first page' }
}
