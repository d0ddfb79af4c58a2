import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { findProject, findProjectIds } from '../../repositories/projects.ts'
import { completeSubtasksOf } from '../../repositories/subtasks.ts'
import { createTasks, deleteTask, deleteTaskWithSubtasks, findTask, listTasks, lockTask, updateTask, type NewTask, type Task, type TaskFilter } from '../../repositories/tasks.ts'
import { flagText, idText } from '../../schemas/fields.ts'
import { search } from '../../schemas/list.ts'
import { newTask, task, taskChange } from '../../schemas/resources.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import { once, send } from './answer.ts'
import { apiPrefix, badIdIsNotFound, cascade, changeRow, listRoute, type Obstacle, type Resource } from './collection.ts'
import type { CursorSealer } from './cursor.ts'
import { answers, conditions, createFailures, idempotency, preference } from './documentation.ts'

export const tasks: Resource<Task, NewTask, TaskFilter> = {
  plural: 'tasks',
  singular: 'task',
  representation: task,
  creation: newTask,
  change: taskChange,
  filters: {
    project_id: idText.optional().describe('Those of one project'),
    is_complete: flagText.optional().describe('Those that are done, or are not'),
    search: search.optional()
  },
  list: listTasks,
  find: findTask,
  lock: lockTask,
  create: createTasks,
  update: updateTask,
  remove: deleteTask,
  children: { plural: 'subtasks', remove: deleteTaskWithSubtasks },
  obstacles: missingProjects,
  nameOf: ({ name }) => name
}

/** What tasks can do beyond what every row can. */
export function taskRoutes (app: FastifyInstance, cursors: CursorSealer): void {
  listRoute(app, tasks, cursors, {
    url: `${apiPrefix}/projects/:id/tasks`, operationId: 'listTasksOfProject', summary: 'List the tasks of a project', parent: { filter: 'project_id', find: findProject }
  })
  app.post(`${apiPrefix}/tasks/:id/complete`, {
    config: { audience: 'tenant' },
    errorHandler: badIdIsNotFound,
    schema: {
      tags: ['tasks'],
      operationId: 'completeTask',
      summary: 'Mark a task as done',
      description: 'Does nothing to one that is.',
      params: z.object({ id: idText }),
      querystring: z.strictObject({ cascade: cascade('its subtasks') }),
      headers: z.looseObject({ 'if-match': conditions['if-match'], ...idempotency, ...preference }),
      response: answers({ 200: { schema: task, headers: ['ETag', 'Idempotency-Replayed'] }, 204: { headers: ['ETag', 'Preference-Applied', 'Idempotency-Replayed'] } }, [...createFailures, 412])
    }
  }, async (request, reply) => send(reply, await once(request, async () => {
    const { id } = request.params as { id: number }
    const answer = await changeRow(tasks, request, { isComplete: true })
    if ((request.query as { cascade: boolean }).cascade) await completeSubtasksOf(request.tenantScope, id)
    return answer
  })))
}

async function missingProjects (scope: TenantScope, rows: ReadonlyArray<Partial<NewTask>>): Promise<Obstacle[]> {
  const ids = rows.flatMap(({ projectId }) => projectId ?? [])
  if (ids.length === 0) return []
  const known = await findProjectIds(scope, [...new Set(ids)])
  return ids.flatMap((id, index) => known.has(id) ? [] : [{ index, field: 'project_id', detail: `takes the id of a project of this account; there is no project ${id}` }])
}
