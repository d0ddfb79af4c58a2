import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { comesBack } from '../../plugins/coming-back.ts'
import type { FormState, TaskPage } from '../../plugins/page-data.ts'
import { progressOfTasks } from '../../repositories/progress.ts'
import { findProject } from '../../repositories/projects.ts'
import { createSubtasks, findSubtask, sliceSubtasks } from '../../repositories/subtasks.ts'
import { deleteTaskWithSubtasks, findTask, lockTask, updateTask } from '../../repositories/tasks.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import { found } from '../api/collection.ts'
import type { CursorSealer } from '../api/cursor.ts'
import { hidden } from '../forms.ts'
import { readNotice } from './notice.ts'
import { addressOfPlace, contextOf, placeIn, readPart, type Place } from './place.ts'
import { changeForm, completionForms, deletionForm } from './row-forms.ts'
import { bodyOf, formState, idInPath, idOf, isTheirs, neighbours, noForm, pageQuery, pageSize, reading, rowBody, writing } from './rows.ts'
import { isCompleteOf, stateQuery } from './state.ts'

const repository = { lock: lockTask, update: updateTask }

/** Each task with its subtasks. */
export function taskPages (app: FastifyInstance, cursors: CursorSealer): void {
  app.get('/task/:id/', { ...reading, schema: { ...hidden, params: idInPath, querystring: pageQuery(stateQuery) } }, async (request, reply) => {
    const id = idOf(request)
    const [page, notice] = await request.readWhereTenantIs(async () => await Promise.all([
      readTask(request.tenantScope, cursors, id, request.query as Place),
      readNotice(request, { own: { kind: 'task', id }, listed: { kind: 'subtask', find: findSubtask } })
    ]))
    return reply.sayOnce(notice).page('task', { ...page, ...noForm, notice })
  })

  changeForm(app, 'task', repository, cursors, showAgain)
  completionForms(app, 'task', repository, cursors, ({ projectId }) => `/project/${projectId}/`)

  deletionForm(app, 'task', { lock: lockTask, progressOf: progressOfTasks, remove: deleteTaskWithSubtasks, listOf: ({ projectId }) => `/project/${projectId}/` }, showAgain)

  app.post('/task/:id/subtasks/', { ...writing, schema: { ...hidden, params: idInPath, body: rowBody } }, async (request, reply) => {
    try {
      const { name, details } = bodyOf(request)
      const taskId = idOf(request)
      const path = `/task/${taskId}/`
      const [subtask] = await request.inTransaction('caller', async scope => {
        found(await findTask(scope, taskId))
        return await createSubtasks(scope, [{ taskId, name, details, isComplete: false }])
      })
      return reply.redirectWithNotice(addressOfPlace(path, placeIn(request, cursors, path)), 'subtask', 'added', subtask?.id)
    } catch (error) {
      if (!isTheirs(error)) throw error
      return await showAgain(request, reply, formState(request, 'add', error), error.status)
    }
  })

  async function showAgain (request: FastifyRequest, reply: FastifyReply, form: FormState, status: number): Promise<FastifyReply> {
    const page = await request.inTransaction('caller', async scope => await readTask(scope, cursors, idOf(request), placeIn(request, cursors, `/task/${idOf(request)}/`) ?? { state: 'all' }))
    return comesBack(reply).code(status).page('task', { ...page, ...form })
  }
}

async function readTask (scope: TenantScope, cursors: CursorSealer, id: number, { cursor, state }: Place): Promise<Omit<TaskPage, keyof FormState>> {
  const path = `/task/${id}/`
  const context = contextOf(scope.accountId, path, state)
  const from = cursor === undefined ? undefined : cursors.open(cursor, context)
  const [task, slice, progress] = await Promise.all([findTask(scope, id), readPart(from, async from => await sliceSubtasks(scope, { sort: 'name', descending: false, limit: pageSize, count: true, from }, { taskId: id, isComplete: isCompleteOf(state) })), progressOfTasks(scope, [id])])
  const row = found(task)
  const project = found(await findProject(scope, row.projectId))
  return { title: row.name, row, project, progress: progress.get(id) ?? { parts: 0, done: 0 }, items: slice.rows, total: slice.total ?? 0, state, cursor, ...neighbours(slice, cursors, context, path, { state: state === 'all' ? undefined : state }) }
}
