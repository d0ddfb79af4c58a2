import swagger from '@fastify/swagger'
import type { FastifyContextConfig } from 'fastify'
import plugin from 'fastify-plugin'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { needOf, type Need } from './entry.ts'

const description = `Everything that an account keeps in Rowhouse: its projects, tasks and subtasks, and its people.

Each account has a host name of its own, and a request is about the account of the host name that it is sent to. A row of another account is answered like one that never was. Where access is required, a program sends a token of the account's, as \`Authorization: Bearer rowhouse_…\`; owners make them at \`/tokens/\`. Each operation says what it takes.

Bodies are JSON. Lists are read slice by slice: follow \`next\`, or the \`Link\` header. Every single row has an \`ETag\`; send it as \`If-Match\` with a change, and nothing is overwritten that you have not seen. What is wrong is told as problem details (RFC 9457), whose \`type\` is the address of a page about it.`

interface Described {
  response?: Record<string, { headers?: object, content?: object, type?: 'null' }>
}

/** What gets in where a route takes this: for tokens what they are for, for sessions whose at least. */
const waysIn: Readonly<Record<Need, Array<Record<string, string[]>>>> = {
  look: [{ token: ['read'] }, { session: ['viewer'] }],
  work: [{ token: ['write'] }, { session: ['member'] }],
  manage: [{ session: ['owner'] }]
}

/** Collects what all routes say of themselves: `app.swagger()` is the OpenAPI document then. Register it before them. */
export const openApi = plugin<{ tags: Array<{ name: string, description: string }>, secure: boolean }>(async (app, { tags, secure }) => {
  await app.register(swagger, {
    hideUntagged: true,
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Rowhouse', version: '1.0.0', description, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/', description: 'The host of an account, such as http://tenant-0.localhost:8080' }],
      tags,
      security: [],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'A token of this account\'s, as an owner makes it: good for reading, or for writing as well.' },
          session: { type: 'apiKey', in: 'cookie', name: secure ? '__Host-session' : 'session', description: 'What a browser has in which somebody is signed in to this account: a viewer, a member or an owner.' },
          operator: { type: 'http', scheme: 'basic', description: 'The operator\'s password, where the server asks for one. Any name will do.' }
        }
      }
    },
    transform: document => {
      const transformed = jsonSchemaTransform(document)
      const { config, method } = document.route as { method: string | string[], config?: FastifyContextConfig }
      // Nobody but a tenant's people and programs get into a tenant, unless everybody does.
      if (config?.audience === 'tenant') Object.assign(transformed.schema, { security: [...(app.access === 'open' ? [{}] : []), ...waysIn[needOf([method].flat()[0] ?? 'GET', config)]] })
      // The transformation leaves out the headers of answers.
      const [from, to] = [(document.schema as Described | undefined)?.response ?? {}, (transformed.schema as Described | undefined)?.response ?? {}]
      for (const [status, answer] of Object.entries(to)) {
        const headers = from[status]?.headers
        if (headers !== undefined) answer.headers = headers
        // What the collector takes for an answer without a body.
        if (answer.content !== undefined && Object.keys(answer.content).length === 0) to[status] = { ...answer, type: 'null' }
      }
      return transformed
    },
    transformObject: document => completed(withPlainNames(jsonSchemaTransformObject(document) as Document) as Document) as unknown as ReturnType<typeof jsonSchemaTransformObject>
  })
}, { name: 'openapi', dependencies: ['entry'], fastify: '5.x' })

/** Each schema stands there as what is sent and as what is received, under two names; one of them is used, and gets the plain one. */
function withPlainNames<T extends { components?: { schemas?: Record<string, object>, securitySchemes?: object } }> (document: T): T {
  const schemas = document.components?.schemas ?? {}
  const text = JSON.stringify({ ...document, components: {} })
  const isUsed = (name: string): boolean => text.includes(`"#/components/schemas/${name}"`)
  const kept = Object.entries(schemas).filter(([name]) => isUsed(name)).map(([name, schema]) => [name.replace(/Input$/, ''), schema])
  const plain = JSON.parse(text.replaceAll(/"(#\/components\/schemas\/\w+?)(Input)?"/g, '"$1"')) as T
  return { ...plain, components: { ...document.components, schemas: Object.fromEntries(kept) as Record<string, object> } }
}

interface Schema {
  $ref?: string
  type?: string
  description?: string
  default?: unknown
  const?: unknown
  enum?: unknown[]
  examples?: unknown[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
}

interface Body {
  content?: Record<string, { schema?: Schema, example?: unknown }>
}

interface Operation {
  parameters?: Array<{ name: string, schema?: Schema, example?: unknown }>
  requestBody?: Body
  responses?: Record<string, Body>
}

interface Document {
  components?: { schemas?: Record<string, Schema>, securitySchemes?: object }
  paths?: Record<string, Record<string, Operation>>
}

/** Examples of every parameter and body, and what fields that may be left out are then. */
function completed (document: Document): Document {
  const schemas = document.components?.schemas ?? {}
  for (const operation of Object.values(document.paths ?? {}).flatMap(path => Object.values(path))) {
    for (const parameter of operation.parameters ?? []) {
      const { schema } = parameter
      // A flag stands in an address as text.
      if (schema?.type === 'boolean' && typeof schema.default === 'string') schema.default = schema.default === 'true'
      const example = schema?.default ?? schema?.examples?.[0] ?? parameterExamples[parameter.name] ?? schema?.enum?.[0]
      if (example !== undefined) parameter.example = example
    }
    for (const body of [operation.requestBody, ...Object.values(operation.responses ?? {})]) {
      for (const [type, media] of Object.entries(body?.content ?? {})) {
        if (media.schema !== undefined && type === 'application/json') media.example = exampleOf(media.schema, schemas)
      }
    }
    for (const { schema } of Object.values(operation.requestBody?.content ?? {})) if (schema !== undefined) sayDefaults(schema, schemas)
  }
  return document
}

const parameterExamples: Readonly<Record<string, unknown>> = {
  id: 17,
  slug: 'tenant-0',
  project_id: 17,
  task_id: 17,
  is_complete: false,
  search: 'order paper',
  cursor: 'k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe'
}

function exampleOf (schema: Schema, schemas: Record<string, Schema>): unknown {
  if (schema.$ref !== undefined) return exampleOf(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas)
  const [example] = schema.examples ?? schema.enum ?? []
  if (example !== undefined) return example
  if (schema.const !== undefined) return schema.const
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0] ?? {}, schemas)
  switch (schema.type ?? 'null') {
    case 'object': return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, property]) => [name, exampleOf(property, schemas)]))
    case 'array': return [exampleOf(schema.items ?? {}, schemas)]
    case 'boolean': return false
    case 'integer': return 1
    case 'string': return 'text'
    default: return null
  }
}

/** Programs that make types of the document take a field with a default for one that is always there. */
function sayDefaults (schema: Schema, schemas: Record<string, Schema>): void {
  if (schema.$ref !== undefined) return sayDefaults(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas)
  if (schema.items !== undefined) sayDefaults(schema.items, schemas)
  for (const property of Object.values(schema.properties ?? {})) {
    sayDefaults(property, schemas)
    if (!('default' in property)) continue
    property.description = `${property.description === undefined ? '' : `${property.description.replace(/\.$/, '')}. `}Left out, it is ${JSON.stringify(property.default)}.`
    delete property.default
  }
}
