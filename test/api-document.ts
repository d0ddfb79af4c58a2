import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { OpenAPIV3_1 as OpenApi } from 'openapi-types'
import openapiTypescript, { astToString } from 'openapi-typescript'
import { buildApp } from '../src/app.ts'
import type { TenancyStrategy } from '../src/tenancy/strategy.ts'

/** Where the types of the API's client are kept. */
export const typesFile = fileURLToPath(new URL('api-types.ts', import.meta.url))

/** The types that a client of the API gets from its document. */
export async function clientTypes (document: OpenApi.Document): Promise<string> {
  const types = astToString(await openapiTypescript(document as unknown as string))
  return `/* eslint-disable */\n// Made from the application's own OpenAPI document: npx tsx test/api-document.ts\n${types}`
}

export async function documentOf (app: FastifyInstance): Promise<OpenApi.Document> {
  await app.ready()
  return app.swagger() as OpenApi.Document
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const idle = { end: async () => {}, ping: async () => {} } as unknown as TenancyStrategy
  const app = await buildApp({ config: { access: 'open', addresses: ['127.0.0.1'], baseDomain: 'localhost', operatorPassword: undefined, production: false, requestDeadlineMs: 1000 }, strategy: idle })
  await writeFile(typesFile, await clientTypes(await documentOf(app)))
  await app.close()
}
