import type { OpenAPIV3_1 as OpenApi } from 'openapi-types'

export interface DocumentedField {
  name: string
  type: string
  isRequired: boolean
  description: string
}

export interface DocumentedOperation {
  id: string
  method: string
  path: string
  summary: string
  description: string
  /** What lets somebody in, in words: one of these. Nothing, where everybody is let in. */
  waysIn: string[]
  parameters: Array<DocumentedField & { place: string }>
  /** Fields of the body, if it takes one. */
  body: DocumentedField[]
  answers: Array<{ status: string, description: string, headers: string, body: string }>
  /** A request, and what its answer may be where all is well, as they are sent. */
  example: { request: string, answer: string }
}

export interface DocumentedApi {
  introduction: string[]
  groups: Array<{ name: string, description: string, operations: DocumentedOperation[] }>
  schemas: Array<{ name: string, description: string, fields: DocumentedField[] }>
}

type Schema = OpenApi.SchemaObject | OpenApi.ReferenceObject

/** What people read of an OpenAPI document, in the order of its tags. */
export function describeOperations (document: OpenApi.Document): DocumentedApi {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) => Object.entries(item ?? {}).map(([method, operation]) => ({ path, method, operation: operation as OpenApi.OperationObject })))
  const schemas = document.components?.schemas ?? {}
  return {
    introduction: (document.info.description ?? '').split('\n\n'),
    groups: (document.tags ?? []).map(({ name, description = '' }) => ({
      name,
      description,
      operations: operations.filter(({ operation }) => operation.tags?.includes(name) === true).map(({ path, method, operation }) => describeOperation(path, method, operation, schemas))
    })),
    schemas: Object.entries(schemas).map(([name, schema]) => ({ name, description: schema.description ?? '', fields: fieldsOf(schema, schemas) }))
  }
}

function describeOperation (path: string, method: string, operation: OpenApi.OperationObject, schemas: Record<string, Schema>): DocumentedOperation {
  const body = operation.requestBody as OpenApi.RequestBodyObject | undefined
  return {
    id: operation.operationId ?? `${method} ${path}`,
    method: method.toUpperCase(),
    path,
    summary: operation.summary ?? '',
    description: operation.description ?? '',
    waysIn: (operation.security ?? []).flatMap(way => Object.entries(way).map(([name, roles]) => inWords[name]?.(roles[0] ?? '') ?? name)),
    parameters: ((operation.parameters ?? []) as OpenApi.ParameterObject[]).map(({ name, in: place, required = false, description, schema }) => ({
      name, place, isRequired: required, type: typeOf(schema as Schema | undefined), description: description ?? (schema as OpenApi.SchemaObject | undefined)?.description ?? ''
    })),
    body: fieldsOf(body?.content['application/json']?.schema as Schema | undefined, schemas),
    answers: Object.entries(operation.responses ?? {}).map(([status, answer]) => {
      const { description, headers, content } = answer as OpenApi.ResponseObject
      return { status, description, headers: Object.keys(headers ?? {}).join(', '), body: typeOf(Object.values(content ?? {})[0]?.schema as Schema | undefined) }
    }),
    example: exampleOf(path, method, operation)
  }
}

const inWords: Readonly<Record<string, (least: string) => string>> = {
  token: least => least === 'write' ? 'a token for writing' : 'a token',
  session: least => ({ viewer: 'the session of anybody in the account', member: 'the session of a member or an owner', owner: 'the session of an owner' })[least] ?? 'a session',
  operator: () => 'the operator\'s password'
}

function exampleOf (path: string, method: string, { parameters, requestBody, responses }: OpenApi.OperationObject): { request: string, answer: string } {
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => String((parameters as OpenApi.ParameterObject[] | undefined)?.find(parameter => parameter.in === 'path' && parameter.name === name)?.example ?? name))
  const sent = (requestBody as OpenApi.RequestBodyObject | undefined)?.content['application/json']?.example
  const [status = '', answer] = Object.entries(responses ?? {}).find(([status]) => /^2/.test(status)) ?? []
  const received = (answer as OpenApi.ResponseObject | undefined)?.content?.['application/json']?.example
  return {
    request: [`${method.toUpperCase()} ${address}`, ...(sent === undefined ? [] : ['Content-Type: application/json', '', JSON.stringify(sent, null, 2)])].join('\n'),
    answer: [status, ...(received === undefined ? [] : ['', JSON.stringify(received, null, 2)])].join('\n')
  }
}

function fieldsOf (schema: Schema | undefined, schemas: Record<string, Schema>): DocumentedField[] {
  const resolved = resolve(schema, schemas)
  const required = resolved?.required ?? []
  return Object.entries(resolved?.properties ?? {}).map(([name, field]) => ({
    name, type: typeOf(field as Schema), isRequired: required.includes(name), description: (field as OpenApi.SchemaObject).description ?? ''
  }))
}

function resolve (schema: Schema | undefined, schemas: Record<string, Schema>): OpenApi.SchemaObject | undefined {
  if (schema === undefined || !('$ref' in schema)) return schema
  return resolve(schemas[nameOf(schema)], schemas)
}

function nameOf ({ $ref }: OpenApi.ReferenceObject): string {
  return $ref.split('/').at(-1) ?? ''
}

/** In words: "integer, 1 to 200", "Task", "list of Task". */
function typeOf (schema: Schema | undefined): string {
  if (schema === undefined) return ''
  if ('$ref' in schema) return nameOf(schema)
  if (schema.enum !== undefined) return schema.enum.join(' | ')
  if (schema.anyOf !== undefined) return schema.anyOf.map(each => typeOf(each as Schema)).join(' or ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items as Schema)}`
  const [low, high] = [schema.minimum ?? schema.minLength, schema.maximum ?? schema.maxLength]
  const unit = schema.minLength === undefined && schema.maxLength === undefined ? '' : ' characters'
  const range = low !== undefined && high !== undefined && high !== Number.MAX_SAFE_INTEGER ? `, ${low} to ${high}${unit}` : ''
  return `${[schema.type ?? 'object'].flat().join(' or ')}${range}`
}
