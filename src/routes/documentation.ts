import type { OpenAPIV3_1 as OpenApi } from 'openapi-types'
import { z } from 'zod'
import { NotFoundError } from '../errors.ts'
import { answeringOtherMethods } from '../plugins/methods.ts'
import { problemPath, problems, type ProblemName } from '../problems.ts'
import { describeOperations } from './api/reading-openapi.ts'

/** What the API is, for programs and for people. It is the same on every host, and says nothing of anybody's data. */
export const documentationRoutes = answeringOtherMethods(async app => {
  const anywhere = { config: { anyHost: true } }
  // The same for everybody, and long: made once.
  let description: string | undefined
  const pages = new Map<boolean, Promise<string>>()
  const read = (): OpenApi.Document => app.swagger() as OpenApi.Document

  app.get('/openapi.json', anywhere, async (_, reply) => {
    description ??= JSON.stringify(read())
    return reply.header('cache-control', keptShortly).type('application/json; charset=utf-8').send(description)
  })
  app.get('/docs', anywhere, async (_, reply) => reply.redirect('/docs/', 301))
  app.get('/docs/', anywhere, async ({ isLooking }, reply) => {
    const page = pages.get(isLooking) ?? app.renderPage('docs', { title: 'The API', ...describeOperations(read()), problems: listProblems() }, { isLooking })
    pages.set(isLooking, page)
    return reply.header('vary', 'Cookie').header('cache-control', isLooking ? 'private, no-store' : keptShortly).type('text/html; charset=utf-8').send(await page)
  })
  app.get('/problems', anywhere, async (_, reply) => reply.redirect('/docs/#problems', 302))
  app.get('/problems/:name', { ...anywhere, schema: { params: z.object({ name: z.string() }) } }, async (request, reply) => {
    const { name } = request.params as { name: string }
    if (!Object.hasOwn(problems, name)) throw new NotFoundError('There is no such problem.')
    const { status, title, meaning } = problems[name as ProblemName]
    return reply.page('problem', { title, status, meaning, path: problemPath(name as ProblemName) })
  })
})

const keptShortly = 'public, max-age=300'

function listProblems (): Array<{ path: string, status: number, title: string, meaning: string }> {
  return (Object.keys(problems) as ProblemName[]).map(name => ({ path: problemPath(name), ...problems[name] }))
}
