import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { comesBack } from '../../plugins/coming-back.ts'
import type { FormState, SubtaskPage } from '../../plugins/page-data.ts'
import { findProject } from '../../repositories/projects.ts'
import { deleteSubtask, findSubtask, lockSubtask, updateSubtask } from '../../repositories/subtasks.ts'
import { findTask } from '../../repositories/tasks.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import { found } from '../api/collection.ts'
import type { CursorSealer } from '../api/cursor.ts'
import { hidden } from '../forms.ts'
import { readNotice } from './notice.ts'
import { changeForm, completionForms, deletionForm } from './row-forms.ts'
import { idInPath, idOf, noForm, reading } from './rows.ts'

const repository = { lock: lockSubtask, update: updateSubtask }

/** Each subtask. */
export function subtaskPages (app: FastifyInstance, cursors: CursorSealer): void {
  app.get('/subtask/:id/', { ...reading, schema: { ...hidden, params: idInPath } }, async (request, reply) => {
    const id = idOf(request)
    const [page, notice] = await request.readWhereTenantIs(async () => await Promise.all([
      readSubtask(request.tenantScope, id),
      readNotice(request, { own: { kind: 'subtask', id } })
    ]))
    return reply.sayOnce(notice).page('subtask', { ...page, ...noForm, notice })
  })

  changeForm(app, 'subtask', repository, cursors, showAgain)
  completionForms(app, 'subtask', repository, cursors, ({ taskId }) => `/task/${taskId}/`)
  deletionForm(app, 'subtask', { lock: lockSubtask, remove: deleteSubtask, listOf: ({ taskId }) => `/task/${taskId}/` }, showAgain)
}

async function showAgain (request: FastifyRequest, reply: FastifyReply, form: FormState, status: number): Promise<FastifyReply> {
  const page = await request.inTransaction('caller', async scope => await readSubtask(scope, idOf(request)))
  return comesBack(reply).code(status).page('subtask', { ...page, ...form })
}

async function readSubtask (scope: TenantScope, id: number): Promise<Omit<SubtaskPage, keyof FormState>> {
  const row = found(await findSubtask(scope, id))
  const task = found(await findTask(scope, row.taskId))
  const project = found(await findProject(scope, task.projectId))
  return { title: row.name, row, task, project }
}
