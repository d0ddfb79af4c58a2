import swagger from '@fastify/swagger'
import plugin from 'fastify-plugin'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'

const description = `Everything that an account keeps in Rowhouse: its projects, tasks and subtasks, and its people.

Each account has a host name of its own, and a request is about the account of the host name that it is sent to. A row of another account is answered like one that never was.

Bodies are JSON. Lists are read slice by slice: follow \`next\`, or the \`Link\` header. Every single row has an \`ETag\`; send it as \`If-Match\` with a change, and nothing is overwritten that you have not seen. What is wrong is told as problem details (RFC 9457), whose \`type\` is the address of a page about it.`

interface Described {
  response?: Record<string, { headers?: object, content?: object, type?: 'null' }>
}

/** Collects what all routes say of themselves: `app.swagger()` is the OpenAPI document then. Register it before them. */
export const openApi = plugin<{ tags: Array<{ name: string, description: string }> }>(async (app, { tags }) => {
  await app.register(swagger, {
    hideUntagged: true,
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Rowhouse', version: '1.0.0', description, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/', description: 'The host of an account, such as http://tenant-0.localhost:8080' }],
      tags,
      security: [],
      components: { securitySchemes: { operator: { type: 'http', scheme: 'basic', description: 'The operator\'s password, where the server asks for one. Any name will do.' } } }
    },
    transform: document => {
      const transformed = jsonSchemaTransform(document)
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
    transformObject: document => withPlainNames(jsonSchemaTransformObject(document) as { components?: { schemas?: Record<string, object> } }) as ReturnType<typeof jsonSchemaTransformObject>
  })
}, { name: 'openapi', fastify: '5.x' })

/** Each schema stands there as what is sent and as what is received, under two names; one of them is used, and gets the plain one. */
function withPlainNames<T extends { components?: { schemas?: Record<string, object>, securitySchemes?: object } }> (document: T): T {
  const schemas = document.components?.schemas ?? {}
  const text = JSON.stringify({ ...document, components: {} })
  const isUsed = (name: string): boolean => text.includes(`"#/components/schemas/${name}"`)
  const kept = Object.entries(schemas).filter(([name]) => isUsed(name)).map(([name, schema]) => [name.replace(/Input$/, ''), schema])
  const plain = JSON.parse(text.replaceAll(/"(#\/components\/schemas\/\w+?)(Input)?"/g, '"$1"')) as T
  return { ...plain, components: { ...document.components, schemas: Object.fromEntries(kept) as Record<string, object> } }
}
