import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { comesBack } from '../../plugins/coming-back.ts'
import type { FormState, ProjectPage, ProjectsPage } from '../../plugins/page-data.ts'
import { progressOfProjects, progressOfTasks, type Progress } from '../../repositories/progress.ts'
import { createProjects, deleteProjectWithTasks, findProject, listProjects, lockProject, updateProject } from '../../repositories/projects.ts'
import { createTasks, findTask, listTasks } from '../../repositories/tasks.ts'
import { search } from '../../schemas/list.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import { found } from '../api/collection.ts'
import type { CursorSealer } from '../api/cursor.ts'
import { hidden } from '../forms.ts'
import { readNotice } from './notice.ts'
import { addressOfPlace, contextOf, placeIn, readPart, type Place } from './place.ts'
import { changeForm, deletionForm } from './row-forms.ts'
import { addressOf, bodyOf, formState, idInPath, idOf, isTheirs, neighbours, noForm, pageQuery, pageSize, reading, rowBody, writing } from './rows.ts'
import { isCompleteOf, stateQuery } from './state.ts'

const none: Progress = { parts: 0, done: 0 }
/** Taken as it was typed: what cannot be searched for is said on the page. Of several the last one counts, and an empty one is none. */
const typedWords = z.preprocess(value => (Array.isArray(value) ? value.at(-1) : value) || undefined, z.string().optional())

const nothingFound = { title: 'Projects', projects: [], total: 0, nextHref: undefined, previousHref: undefined }

interface ListQuery { cursor?: string, search?: string }

/** The projects of an account, and each with its tasks. */
export function projectPages (app: FastifyInstance, cursors: CursorSealer): void {
  app.get('/projects/', { ...reading, schema: { ...hidden, querystring: pageQuery({ search: typedWords }) } }, async (request, reply) => {
    const { search: typed } = request.query as ListQuery
    const words = typed === undefined ? undefined : search.safeParse(typed)
    if (words?.success === false) {
      // Nothing is read, so that nothing else would tell whether whoever asks is let in.
      await request.entering
      return reply.code(400).page('projects', { ...nothingFound, search: typed ?? '', searchMistake: `Search projects: ${words.error.issues[0]?.message ?? ''}.`, ...noForm, notice: undefined })
    }
    const [page, notice] = await request.readWhereTenantIs(async () => await Promise.all([
      readProjects(request.tenantScope, cursors, request.query as ListQuery),
      readNotice(request, { listed: { kind: 'project', find: findProject } })
    ]))
    return reply.sayOnce(notice).page('projects', { ...page, ...noForm, notice })
  })

  app.post('/projects/', { ...writing, schema: { ...hidden, body: rowBody } }, async (request, reply) => {
    try {
      const { name, details } = bodyOf(request)
      const [project] = await request.inTransaction('caller', async scope => await createProjects(scope, [{ name, details }]))
      const { id } = found(project)
      return reply.redirectWithNotice(`/project/${id}/`, 'project', 'made', id)
    } catch (error) {
      if (!isTheirs(error)) throw error
      const page = await request.inTransaction('caller', async scope => await readProjects(scope, cursors, {}))
      return comesBack(reply).code(error.status).page('projects', { ...page, ...formState(request, 'add', error) })
    }
  })

  app.get('/project/:id/', { ...reading, schema: { ...hidden, params: idInPath, querystring: pageQuery(stateQuery) } }, async (request, reply) => {
    const id = idOf(request)
    const [page, notice] = await request.readWhereTenantIs(async () => await Promise.all([
      readProject(request.tenantScope, cursors, id, request.query as Place),
      readNotice(request, { own: { kind: 'project', id }, listed: { kind: 'task', find: findTask } })
    ]))
    return reply.sayOnce(notice).page('project', { ...page, ...noForm, notice })
  })

  changeForm(app, 'project', { lock: lockProject, update: updateProject }, cursors, showAgain)

  app.post('/project/:id/tasks/', { ...writing, schema: { ...hidden, params: idInPath, body: rowBody } }, async (request, reply) => {
    try {
      const { name, details } = bodyOf(request)
      const projectId = idOf(request)
      const path = `/project/${projectId}/`
      const [task] = await request.inTransaction('caller', async scope => {
        found(await findProject(scope, projectId))
        return await createTasks(scope, [{ projectId, name, details, isComplete: false }])
      })
      return reply.redirectWithNotice(addressOfPlace(path, placeIn(request, cursors, path)), 'task', 'added', task?.id)
    } catch (error) {
      if (!isTheirs(error)) throw error
      return await showAgain(request, reply, formState(request, 'add', error), error.status)
    }
  })

  deletionForm(app, 'project', { lock: lockProject, progressOf: progressOfProjects, remove: deleteProjectWithTasks, listOf: () => '/projects/' }, showAgain)

  async function showAgain (request: FastifyRequest, reply: FastifyReply, form: FormState, status: number): Promise<FastifyReply> {
    const page = await request.inTransaction('caller', async scope => await readProject(scope, cursors, idOf(request), placeIn(request, cursors, `/project/${idOf(request)}/`) ?? { state: 'all' }))
    return comesBack(reply).code(status).page('project', { ...page, ...form })
  }
}

async function readProjects (scope: TenantScope, cursors: CursorSealer, { cursor, search }: ListQuery): Promise<Omit<ProjectsPage, keyof FormState>> {
  const context = { accountId: scope.accountId, list: addressOf('/projects/', { search }) }
  const slice = await listProjects(scope, { sort: 'name', descending: false, limit: pageSize, count: true, from: cursor === undefined ? undefined : cursors.open(cursor, context) }, { search })
  const progress = await progressOfProjects(scope, slice.rows.map(({ id }) => id))
  return {
    title: 'Projects',
    projects: slice.rows.map(project => ({ ...project, progress: progress.get(project.id) ?? none })),
    total: slice.total ?? 0,
    search: search ?? '',
    searchMistake: undefined,
    ...neighbours(slice, cursors, context, '/projects/', { search })
  }
}

async function readProject (scope: TenantScope, cursors: CursorSealer, id: number, { cursor, state }: Place): Promise<Omit<ProjectPage, keyof FormState>> {
  const path = `/project/${id}/`
  const context = contextOf(scope.accountId, path, state)
  const from = cursor === undefined ? undefined : cursors.open(cursor, context)
  const [project, slice, progress] = await Promise.all([findProject(scope, id), readPart(from, async from => await listTasks(scope, { sort: 'name', descending: false, limit: pageSize, count: true, from }, { projectId: id, isComplete: isCompleteOf(state) })), progressOfProjects(scope, [id])])
  const row = found(project)
  const progressOfEach = await progressOfTasks(scope, slice.rows.map(task => task.id))
  return {
    title: row.name,
    row,
    progress: progress.get(id) ?? none,
    items: slice.rows.map(task => ({ ...task, progress: progressOfEach.get(task.id) ?? none })),
    total: slice.total ?? 0,
    state,
    cursor,
    ...neighbours(slice, cursors, context, path, { state: state === 'all' ? undefined : state })
  }
}
