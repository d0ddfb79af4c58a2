import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { FormState, SubtaskPage } from '../../plugins/views.ts'
import { findProject } from '../../repositories/projects.ts'
import { deleteSubtask, findSubtask, lockSubtask, updateSubtask, type Subtask } from '../../repositories/subtasks.ts'
import { findTask } from '../../repositories/tasks.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import { found } from '../api/collection.ts'
import { bodyLimit, hidden } from '../forms.ts'
import { addressOf, bodyOf, changeRow, formState, idInPath, isTheirs, noForm, pageQuery, reading, rowBody, writing } from './rows.ts'

const notices = { changed: 'The subtask is changed.', completed: 'The subtask is done.', reopened: 'The subtask is open again.' } as const

/** Each subtask. */
export function subtaskPages (app: FastifyInstance): void {
  app.get('/subtask/:id/', { ...reading, schema: { ...hidden, params: idInPath, querystring: pageQuery(notices) } }, async (request, reply) => {
    const { done } = request.query as { done?: keyof typeof notices }
    const page = await request.readWhereTenantIs(async () => await readSubtask(request.tenantScope, idOf(request)))
    return reply.page('subtask', { ...page, ...noForm, notice: done && notices[done] })
  })

  app.post('/subtask/:id/', { ...writing, schema: { ...hidden, params: idInPath, body: rowBody } }, async (request, reply) => {
    try {
      const { name, details, seen } = bodyOf(request)
      await request.inTransaction('caller', async scope => await changeRow(scope, { lock: lockSubtask, update: updateSubtask }, idOf(request), { name, details }, seen))
      return reply.redirect(`/subtask/${idOf(request)}/?done=changed`, 303)
    } catch (error) {
      if (!isTheirs(error)) throw error
      const page = await request.inTransaction('caller', async scope => await readSubtask(scope, idOf(request)))
      return reply.code(error.status).page('subtask', { ...page, ...formState(request, 'change', error) })
    }
  })

  const act = { ...writing, bodyLimit, attachValidation: false, schema: { ...hidden, params: idInPath } }
  for (const [verb, isComplete, done] of [['complete', true, 'completed'], ['reopen', false, 'reopened']] as const) {
    app.post(`/subtask/:id/${verb}/`, act, async (request, reply) => {
      const { taskId } = await request.inTransaction('caller', async scope => await changeRow(scope, { lock: lockSubtask, update: updateSubtask }, idOf(request), { isComplete }))
      const { list } = (request.body ?? {}) as { list?: string }
      return reply.redirect(list === undefined ? `/subtask/${idOf(request)}/?done=${done}` : addressOf(`/task/${taskId}/`, { state: ['open', 'done'].includes(list) ? list : undefined, done }), 303)
    })
  }

  app.post('/subtask/:id/delete/', act, async (request, reply) => {
    const { taskId } = await request.inTransaction('caller', async scope => {
      const subtask = found<Subtask>(await lockSubtask(scope, idOf(request)))
      await deleteSubtask(scope, subtask.id)
      return subtask
    })
    return reply.redirect(`/task/${taskId}/?done=deleted`, 303)
  })
}

function idOf ({ params }: FastifyRequest): number {
  return (params as { id: number }).id
}

async function readSubtask (scope: TenantScope, id: number): Promise<Omit<SubtaskPage, keyof FormState>> {
  const row = found(await findSubtask(scope, id))
  const task = found(await findTask(scope, row.taskId))
  const project = found(await findProject(scope, task.projectId))
  return { title: row.name, row, task, project }
}
