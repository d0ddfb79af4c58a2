import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { CrossSiteRequestError } from '../../errors.ts'
import { isCrossSite, isNavigation } from '../../plugins/cross-site.ts'
import { answeringOtherMethods } from '../../plugins/methods.ts'
import type { AccountAdministration } from '../../tenancy/administration.ts'
import { accountRoutes } from './account.ts'
import type { LinkOptions } from '../entry/links.ts'
import { auditRoutes } from './audit.ts'
import { apiPrefix, collectionRoutes } from './collection.ts'
import type { CursorSealer } from './cursor.ts'
import { answers, readFailures } from './documentation.ts'
import { operatorRoutes } from './operator.ts'
import { projects } from './projects.ts'
import { subtaskRoutes, subtasks } from './subtasks.ts'
import { taskRoutes, tasks } from './tasks.ts'
import { tokenRoutes } from './tokens.ts'
import { entryLinkRoute, users } from './users.ts'

export interface ApiOptions {
  cursors: CursorSealer
  links: LinkOptions
  /** Left out where nobody changes accounts over HTTP. */
  administration: AccountAdministration | undefined
  /** Is told of the accounts that were changed. */
  forget: (slug: string) => void
}

/** The API of each tenant, on its host, and of the operator, on the bare one. */
export function apiRoutes ({ cursors, links, administration, forget }: ApiOptions): ReturnType<typeof answeringOtherMethods> {
  return answeringOtherMethods(async app => {
    // A browser sends what any page makes it send, and on a laptop nothing else says who somebody is. What it would read it does
    // not get to see, but it could measure it.
    app.addHook('onRequest', async request => {
      const isLink = request.method === 'GET' && isNavigation(request)
      if (isCrossSite(request) && !isLink) throw new CrossSiteRequestError()
    })
    indexRoute(app)
    accountRoutes(app, administration, forget)
    collectionRoutes(app, users, cursors)
    entryLinkRoute(app, links)
    collectionRoutes(app, projects, cursors)
    collectionRoutes(app, tasks, cursors)
    taskRoutes(app, cursors)
    collectionRoutes(app, subtasks, cursors)
    subtaskRoutes(app, cursors)
    tokenRoutes(app, cursors)
    auditRoutes(app, cursors)
    operatorRoutes(app, cursors, administration, forget)
  })
}

const index = z.object({
  resources: z.record(z.string(), z.string()).describe('The address of each kind of rows'),
  documentation: z.string(),
  openapi: z.string()
})

function indexRoute (app: FastifyInstance): void {
  app.get(apiPrefix, {
    config: { audience: 'tenant', transaction: false },
    schema: { tags: ['service'], operationId: 'readIndex', summary: 'Where to find what', response: answers({ 200: { schema: index } }, readFailures) }
  }, async (_, reply) => reply.send({
    resources: Object.fromEntries(['account', 'users', 'projects', 'tasks', 'subtasks', 'tokens', 'audit'].map(name => [name, `${apiPrefix}/${name}`])),
    documentation: '/docs/',
    openapi: '/openapi.json'
  }))
}
