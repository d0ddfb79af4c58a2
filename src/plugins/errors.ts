import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import accepts from '@fastify/accepts'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import plugin from 'fastify-plugin'
import { AppError, CrossSiteError, InvalidInputError, InvalidValuesError, MethodNotImplementedError, mostValueErrors, NotFoundError, NotSignedInError, NoViewOverTenantsError, StoppingError, toAppError, type ValueError } from '../errors.ts'
import { problemPath, type ProblemName } from '../problems.ts'
import { isOfOwnPage } from './cross-site.ts'
import { isFormToken } from './entry.ts'
import type { ErrorPage } from './page-data.ts'

/** The one place where an error becomes an answer: a page for a browser, problem details (RFC 9457) for everyone else. */
export const errors = plugin(async app => {
  await app.register(accepts)
  app.setErrorHandler<FastifyError>(async (thrown, request, reply) => {
    const error = toAnswer(thrown)
    // Also where the answer is one that sends somebody elsewhere.
    await request.giveUp()
    const { tenant } = request
    const about = tenant === undefined ? {} : { tenant: tenant.slug, database: tenant.database }
    if (error.status >= 500 && !(error instanceof StoppingError)) request.log.error({ ...about, err: error.cause ?? error }, error.title)
    else request.log.info({ ...about, status: error.status }, error.title)
    return sendError(request, reply, error)
  })
  app.setNotFoundHandler(async (request, reply) => {
    return sendError(request, reply, notFound(request, app.supportedMethods))
  })
}, { name: 'errors', dependencies: ['views'] })

function notFound ({ method, originalUrl }: FastifyRequest, methods: readonly string[]): AppError {
  if (!methods.includes(method)) return new MethodNotImplementedError(method)
  return isDecodable(originalUrl) ? new NotFoundError() : new InvalidInputError('The address is not a valid one.')
}

const refused: Readonly<Record<string, [status: number, title: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large']
}

const lastAnswers = new WeakSet<ServerResponse>()

/**
 * What is no request of HTTP, or too slow in coming, meets no hook and has no host: it is answered in the same form all the same. Where
 * it follows a request that is still at work, that one's answer is the last on the connection: whoever asked must not take what follows
 * for it, and hears no more.
 */
export function answerBrokenRequest (this: FastifyInstance, error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const underWay = this.drain.lastOn(socket)
  if (underWay !== undefined) {
    if (!underWay.headersSent) underWay.setHeader('connection', 'close')
    // More may follow that is no request either.
    if (!lastAnswers.has(underWay)) underWay.once('finish', () => { socket.destroySoon() })
    lastAnswers.add(underWay)
    return
  }
  const [status, title] = refused[error.code ?? ''] ?? [400, 'Bad Request']
  const body = JSON.stringify({ type: 'about:blank', title, status, detail: 'This is no complete request of HTTP that can be read.' })
  if (socket.writable) socket.write(`HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\ncontent-length: ${body.length}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${body}`)
  socket.destroySoon()
}

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
    const { errors, count } = valueErrors(error.validation as unknown as ZodValidationIssue[], error.validationContext)
    if (error.validationContext === 'body') return new InvalidValuesError(errors, { count })
    return new InvalidInputError(errors.map(({ parameter, header, detail }) => `${parameter ?? header ?? 'request'}: ${detail}`).join('; '), { errors })
  }
  // The framework's own refusals (no such media type, body too large, malformed JSON or URL) carry texts that are fit for a client.
  const isFrameworkRefusal = typeof error.code === 'string' && error.code.startsWith('FST_') && (error.statusCode ?? 500) < 500
  if (!isFrameworkRefusal) return toAppError(error)
  return new InvalidInputError(error.message, { problem: refusals[error.code] ?? 'invalid-request', status: error.statusCode })
}

const refusals: Readonly<Record<string, ProblemName>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-body',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-body',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-body'
}

interface ZodValidationIssue {
  keyword: string
  instancePath: string
  message: string
  params?: { keys?: string[] }
}

/** The values that the findings are about, by their places: the first of them, and how many there are. */
function valueErrors (issues: readonly ZodValidationIssue[], context: string | undefined): { errors: ValueError[], count: number } {
  const errors: ValueError[] = []
  let count = 0
  for (const { keyword, instancePath, message, params } of issues) {
    const parent = instancePath === '/' ? '' : instancePath
    const unknown = keyword === 'unrecognized_keys' ? params?.keys ?? [] : []
    count += Math.max(1, unknown.length)
    if (errors.length >= mostValueErrors) continue
    if (unknown.length === 0) errors.push(valueError(parent, message, context))
    else errors.push(...unknown.slice(0, mostValueErrors - errors.length).map(key => valueError(`${parent}/${inPointer(key)}`, 'is not known here', context)))
  }
  return { errors, count }
}

function valueError (place: string, detail: string, context: string | undefined): ValueError {
  if (context === 'body') return { pointer: `#${encodeURI(Buffer.from(place).toString())}`, detail }
  const name = place.slice(1)
  return context === 'headers' ? { header: name, detail } : { parameter: name, detail }
}

/** https://www.rfc-editor.org/rfc/rfc6901#section-3, and no longer than anybody reads. */
function inPointer (key: string): string {
  return key.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')
}

function sendError (request: FastifyRequest, reply: FastifyReply, error: AppError): FastifyReply {
  reply.code(error.status).headers({ 'cache-control': 'private, no-store', vary: 'Accept', 'x-request-id': request.id, ...error.headers })
  if (isReadAsPage(request)) {
    if (error instanceof NotSignedInError && ['GET', 'HEAD'].includes(request.method)) return reply.redirect(signInAddress(request.url), 303)
    return reply.page('error', errorPage(request, error))
  }
  return reply.type('application/problem+json').send(problemOf(error, request))
}

/** An address to come back to after signing in, in characters. */
const longestReturn = 1000

function signInAddress (to: string): string {
  return `/sign-in/?to=${encodeURIComponent(to.length <= longestReturn ? to : '/')}`
}

/** Whether whoever asks would rather read a page about a mistake than problem details. */
export function isReadAsPage (request: FastifyRequest): boolean {
  return request.accepts().type(['application/problem+json', 'application/json', 'text/html']) === 'text/html'
}

/** The body of an answer to a program: problem details, as text. */
function problemOf (error: AppError, request: FastifyRequest): string {
  return JSON.stringify({
    type: problemPath(error.problem),
    title: error.title,
    status: error.status,
    detail: error.message,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
    // Otherwise two answers that say the same are the same: a row of another tenant's is like one that never was.
    ...(error.status >= 500 ? { requestId: request.id } : {})
  })
}

function errorPage (request: FastifyRequest, error: AppError): ErrorPage {
  return { status: error.status, title: error.title, detail: error.message, requestId: request.id, action: nextStep(request, error), typed: typedBefore(request) }
}

/**
 * What somebody typed into a form that is not taken: it is on no other page any more. Shown to a page of this host alone, so that no
 * other can have anything shown here.
 */
function typedBefore (request: FastifyRequest): ErrorPage['typed'] {
  const { typedFields = {} } = request.routeOptions.config
  const body = (typeof request.body === 'object' ? request.body : undefined) as Record<string, unknown> | null | undefined
  if (body === null || body === undefined) return []
  const { form_token: token } = body
  if (!isOfOwnPage(request) && !(typeof token === 'string' && isFormToken(request, token))) return []
  return Object.entries(typedFields).flatMap(([name, label]) => {
    const text = body[name]
    return typeof text === 'string' && text !== '' ? [{ label, text }] : []
  })
}

/** Where to go from here; only for those who are somewhere to begin with. */
function nextStep (request: FastifyRequest, error: AppError): ErrorPage['action'] {
  if (error instanceof CrossSiteError) return { href: '/', label: 'Open the view over all accounts' }
  if (request.viewer.kind === 'nobody') return undefined
  if (error instanceof NotSignedInError) return { href: signInAddress(request.routeOptions.config.typedFields === undefined ? '/' : request.url), label: 'Sign in' }
  if (error instanceof NoViewOverTenantsError) return { href: '/accounts/', label: 'Open the list of accounts' }
  return error.status >= 500 && ['GET', 'HEAD'].includes(request.method) ? { href: request.url, label: 'Try again' } : { href: '/', label: 'Go to the first page' }
}
