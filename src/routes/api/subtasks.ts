import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { SubtaskFilter } from '../../repositories/subtask-filter.ts'
import { createSubtasks, deleteSubtask, findSubtask, lockSubtask, sliceSubtasks, updateSubtask, type NewSubtask, type Subtask } from '../../repositories/subtasks.ts'
import { findTask, findTaskIds } from '../../repositories/tasks.ts'
import { flagText, idText } from '../../schemas/fields.ts'
import { search } from '../../schemas/list.ts'
import { newSubtask, subtask, subtaskChange } from '../../schemas/resources.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import { once, send } from './answer.ts'
import { apiPrefix, badIdIsNotFound, changeRow, listRoute, type Obstacle, type Resource } from './collection.ts'
import type { CursorSealer } from './cursor.ts'
import { answers, conditions, createFailures, idempotency, preference } from './documentation.ts'

export const subtasks: Resource<Subtask, NewSubtask, SubtaskFilter> = {
  plural: 'subtasks',
  singular: 'subtask',
  representation: subtask,
  creation: newSubtask,
  change: subtaskChange,
  filters: {
    task_id: idText.optional().describe('Those of one task'),
    project_id: idText.optional().describe('Those of all tasks of one project'),
    is_complete: flagText.optional().describe('Those that are done, or are not'),
    search: search.optional()
  },
  list: sliceSubtasks,
  find: findSubtask,
  lock: lockSubtask,
  create: createSubtasks,
  update: updateSubtask,
  remove: deleteSubtask,
  obstacles: missingTasks,
  nameOf: ({ name }) => name
}

/** What subtasks can do beyond what every row can. */
export function subtaskRoutes (app: FastifyInstance, cursors: CursorSealer): void {
  listRoute(app, subtasks, cursors, {
    url: `${apiPrefix}/tasks/:id/subtasks`, operationId: 'listSubtasksOfTask', summary: 'List the subtasks of a task', parent: { filter: 'task_id', find: findTask }
  })
  app.post(`${apiPrefix}/subtasks/:id/complete`, {
    config: { audience: 'tenant' },
    errorHandler: badIdIsNotFound,
    schema: {
      tags: ['subtasks'],
      operationId: 'completeSubtask',
      summary: 'Mark a subtask as done',
      description: 'Does nothing to one that is.',
      params: z.object({ id: idText }),
      querystring: z.strictObject({}),
      headers: z.looseObject({ 'if-match': conditions['if-match'], ...idempotency, ...preference }),
      response: answers({ 200: { schema: subtask, headers: ['ETag', 'Idempotency-Replayed'] }, 204: { headers: ['ETag', 'Preference-Applied', 'Idempotency-Replayed'] } }, [...createFailures, 412])
    }
  }, async (request, reply) => send(reply, await once(request, async () => await changeRow(subtasks, request, { isComplete: true }))))
}

async function missingTasks (scope: TenantScope, rows: ReadonlyArray<Partial<NewSubtask>>): Promise<Obstacle[]> {
  const ids = rows.flatMap(({ taskId }) => taskId ?? [])
  if (ids.length === 0) return []
  const known = await findTaskIds(scope, [...new Set(ids)])
  return ids.flatMap((id, index) => known.has(id) ? [] : [{ index, field: 'task_id', detail: `takes the id of a task of this account; there is no task ${id}` }])
}
