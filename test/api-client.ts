import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { OpenAPIV3_1 as OpenApi } from 'openapi-types'
import createClient, { type Client } from 'openapi-fetch'
import type { paths } from './api-types.ts'

export interface Asked {
  method: string
  url: string
  headers?: Record<string, string>
  /** An object is sent as JSON, a text as it is. */
  body?: object | string
}

/**
 * Asks an application's API, and holds each answer against its OpenAPI document: there must be such an operation, it must
 * name the status, and headers and body must be as it says.
 */
export class CheckedApi {
  readonly #document: OpenApi.Document
  readonly #ajv: Ajv2020
  readonly #isMeant: (tags: string[]) => boolean
  /** What was answered so far: `operationId status`. */
  readonly reached = new Set<string>()

  /** @param isMeant whether operations of these tags are those that it is about */
  constructor (document: OpenApi.Document, isMeant: (tags: string[]) => boolean = () => true) {
    this.#document = document
    this.#isMeant = isMeant
    this.#ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats.default(this.#ajv)
    this.#ajv.addSchema(document, 'openapi')
  }

  /** Every status that the document names: `operationId status`. */
  get documented (): string[] {
    return this.operations.flatMap(({ operation }) => Object.keys(operation.responses ?? {}).map(status => `${operation.operationId ?? ''} ${status}`))
  }

  get operations (): Array<{ path: string, method: string, operation: OpenApi.OperationObject }> {
    return Object.entries(this.#document.paths ?? {}).flatMap(([path, item]) => Object.entries(item ?? {}).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation: operation as OpenApi.OperationObject })))
      .filter(({ operation }) => this.#isMeant(operation.tags ?? []))
  }

  /** @param slug of the account, or nothing for the operator's host. @throws where the answer is not as the document says */
  async ask (app: FastifyInstance, slug: string, { method, url, headers = {}, body }: Asked): Promise<LightMyRequestResponse> {
    const answer = await app.inject({ method: method as 'GET', url, headers: { host: slug === '' ? 'localhost' : `${slug}.localhost`, ...headers }, ...(body === undefined ? {} : { payload: body }), remoteAddress: '127.0.0.1' })
    this.#check(method, url, answer)
    return answer
  }

  /** A client whose calls are checked by the compiler, and its answers by this. */
  client (app: FastifyInstance, slug: string): Client<paths> {
    return createClient<paths>({
      baseUrl: `http://${slug}.localhost`,
      fetch: async request => {
        const { pathname, search } = new URL(request.url)
        const body = await request.text()
        const answer = await this.ask(app, slug, { method: request.method, url: pathname + search, headers: Object.fromEntries(request.headers), ...(body === '' ? {} : { body }) })
        const hasBody = ![204, 304].includes(answer.statusCode)
        return new Response(hasBody ? answer.body : null, { status: answer.statusCode, headers: answer.headers as Record<string, string> })
      }
    })
  }

  #check (method: string, url: string, answer: LightMyRequestResponse): void {
    const path = url.split('?')[0] ?? ''
    const found = this.operations.filter(operation => operation.method === method && new RegExp(`^${operation.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path))
    // An address without a parameter goes before one with.
    const known = found.sort((one, other) => one.path.split('{').length - other.path.split('{').length)[0]
    const status = String(answer.statusCode)
    const title = `${method} ${url.slice(0, 200)} → ${status}`
    if (known === undefined) throw new Error(`${title}: the document has no such operation`)
    const response = known.operation.responses?.[status] as OpenApi.ResponseObject | undefined
    if (response === undefined) throw new Error(`${title}: ${known.operation.operationId} names no such status; ${answer.body.slice(0, 300)}`)

    const type = String(answer.headers['content-type'] ?? '').split(';')[0] ?? ''
    const content = Object.keys(response.content ?? {})
    if (answer.body === '') {
      // Whoever prefers little gets no body where there could be one.
      const isMinimal = answer.headers['preference-applied'] !== undefined
      if (content.length > 0 && !isMinimal) throw new Error(`${title}: there is no body`)
    } else {
      if (!content.includes(type)) throw new Error(`${title}: a body of type ${type}`)
      const pointer = ['paths', known.path, method.toLowerCase(), 'responses', status, 'content', type, 'schema'].map(key => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
      const validate = this.#ajv.getSchema(`openapi#/${pointer}`) ?? this.#ajv.compile({ $ref: `openapi#/${pointer}` })
      if (validate(answer.json()) !== true) throw new Error(`${title}: ${this.#ajv.errorsText(validate.errors)} in ${answer.body.slice(0, 500)}`)
    }
    const documented = Object.keys(response.headers ?? {}).map(name => name.toLowerCase())
    for (const name of ['etag', 'location', 'link', 'preference-applied', 'idempotency-replayed', 'retry-after', 'x-request-id']) {
      if (answer.headers[name] !== undefined && !documented.includes(name)) throw new Error(`${title}: the header ${name} is not documented`)
    }
    for (const name of ['etag', 'x-request-id', ...(status === '409' ? [] : ['retry-after'])].filter(name => documented.includes(name))) {
      if (answer.headers[name] === undefined) throw new Error(`${title}: the header ${name} is missing`)
    }
    if (/select |insert |detail:|constraint|\bat .*\.ts:\d|pg_|rowhouse\./i.test(answer.statusCode >= 400 ? answer.body : '')) throw new Error(`${title}: tells too much: ${answer.body}`)
    this.reached.add(`${known.operation.operationId ?? ''} ${status}`)
  }
}
