import { part, type SqlPart, type TenantScope } from '../tenancy/scope.ts'
import {
  countsFirst, lastPage, listingLimits, offsetOf, pageOf, windowAtEnd, windowFromNearerEnd, windowFromStart,
  type ListingLimits, type Page, type PageRequest, type Total, type Window
} from './page.ts'
import { wantedBy, type SubtaskFilter } from './subtask-filter.ts'
import type { SubtaskInContext } from './subtasks.ts'

/** What the pages of subtasks can be ordered by; by a project, and a task in it, or a task come its subtasks by name. */
export type SubtaskOrder = 'name' | 'id' | 'task' | 'project' | 'state'

/** Which subtasks there are on the pages, and in which order. */
export interface SubtaskView {
  order: SubtaskOrder
  descending: boolean
  filter: SubtaskFilter
}

const allByName: SubtaskView = { order: 'name', descending: false, filter: {} }

/** Either direction of an order, and whether it needs the task of each, or its project, too. Only the state has no index: all are sorted for it. */
const orders: Readonly<Record<SubtaskOrder, { upwards: SqlPart, downwards: SqlPart, parents: 'none' | 'task' | 'project' }>> = {
  name: {
    upwards: part`order by subtask.name, subtask.id`,
    downwards: part`order by subtask.name desc, subtask.id desc`,
    parents: 'none'
  },
  id: {
    upwards: part`order by subtask.id`,
    downwards: part`order by subtask.id desc`,
    parents: 'none'
  },
  task: {
    upwards: part`order by task.name, task.id, subtask.name, subtask.id`,
    downwards: part`order by task.name desc, task.id desc, subtask.name desc, subtask.id desc`,
    parents: 'task'
  },
  project: {
    upwards: part`order by project.name, project.id, task.name, task.id, subtask.name, subtask.id`,
    downwards: part`order by project.name desc, project.id desc, task.name desc, task.id desc, subtask.name desc, subtask.id desc`,
    parents: 'project'
  },
  state: {
    upwards: part`order by subtask.is_complete, subtask.name, subtask.id`,
    downwards: part`order by subtask.is_complete desc, subtask.name desc, subtask.id desc`,
    parents: 'none'
  }
}

/**
 * One page of the account's subtasks; by name, unless another view is asked for, then id. A page past the end has no rows.
 *
 * The ids of the page are found in the index alone; only its rows are fetched, and their parents looked up by key. One plan
 * serves every account, and its shape must not hang on estimates: every row has its parents, but an outer join keeps the planner
 * from beginning with the projects, and `listed.id - listed.id = 0`, always true and to the planner very rare, from reading all
 * tasks of the account for a few of them. All statements are sent at once, unless {@link countsFirst} says otherwise and the
 * count is not given.
 *
 * @param counted what {@link countSubtasks} found in this transaction, with the same filter
 */
export async function listSubtasks (scope: TenantScope, { page, size }: PageRequest, { view = allByName, limits = listingLimits, counted }: { view?: SubtaskView, limits?: ListingLimits | undefined, counted?: number | undefined } = {}): Promise<Page<SubtaskInContext>> {
  if (page === 'last') {
    const [count, rows] = await Promise.all([countSubtasks(scope, view.filter), subtasksIn(scope, view, windowAtEnd(size))])
    return lastPage(rows, count, size)
  }
  const offset = offsetOf(page, size)
  if (!countsFirst({ page, size }, limits)) {
    const [total, rows] = await Promise.all([boundedCount(scope, view.filter, Math.max(limits.countedRows, offset + size)), subtasksIn(scope, view, windowFromStart(offset, size))])
    return pageOf(rows, page, size, total)
  }
  const count = counted ?? await countSubtasks(scope, view.filter)
  return pageOf(await subtasksIn(scope, view, windowFromNearerEnd(offset, size, count)), page, size, { rows: count, precision: 'exact' })
}

/** Exact up to a bound, which is not before the end of the page that is read: whether another follows is known. */
async function boundedCount (scope: TenantScope, filter: SubtaskFilter, bound: number): Promise<Total> {
  const [row] = await scope.sql<{ counted: number }>`
    select count(*) as counted from (select from subtask where account_id = ${scope.accountId} ${wantedBy(filter, scope)} limit ${bound + 1}) as bounded`
  const counted = row?.counted ?? 0
  return counted > bound ? { rows: bound, precision: 'at least' } : { rows: counted, precision: 'exact' }
}

export async function countSubtasks (scope: TenantScope, filter: SubtaskFilter = {}): Promise<number> {
  const [row] = await scope.sql<{ total: number }>`select count(*) as total from subtask where account_id = ${scope.accountId} ${wantedBy(filter, scope)}`
  return row?.total ?? 0
}

async function subtasksIn (scope: TenantScope, { order, descending, filter }: SubtaskView, { fromStart, fromEnd }: Window): Promise<SubtaskInContext[]> {
  const { sql, accountId } = scope
  const { upwards, downwards, parents } = orders[order]
  const [forwards, backwards] = descending ? [downwards, upwards] : [upwards, downwards]
  const listed = part`subtask.id from subtask ${parentsOf[parents](scope)} where subtask.account_id = ${accountId} ${wantedBy(filter, scope)}`
  return await sql<SubtaskInContext>`
    select subtask.id, subtask.name, subtask.is_complete as "isComplete", subtask.details,
      task.id as "taskId", task.name as "taskName", project.id as "projectId", project.name as "projectName"
    from (
      (select id from (
        select ${listed} ${forwards} limit 200 offset ${fromStart.offset}
      ) as ahead limit ${fromStart.limit})
      union all
      (select id from (
        select ${listed} ${backwards} limit 200 offset ${fromEnd.offset}
      ) as behind limit ${fromEnd.limit})
    ) as listed
    left join subtask on subtask.account_id = ${accountId} and subtask.id = listed.id
    left join task on task.account_id = ${accountId} and task.id = subtask.task_id
    left join project on project.account_id = ${accountId} and project.id = task.project_id
    where listed.id - listed.id = 0
    ${forwards}`
}

const parentsOf: Readonly<Record<'none' | 'task' | 'project', (scope: TenantScope) => SqlPart>> = {
  none: () => part``,
  task: ({ accountId }) => part`join task on task.account_id = ${accountId} and task.id = subtask.task_id`,
  project: ({ accountId }) => part`
    join task on task.account_id = ${accountId} and task.id = subtask.task_id
    join project on project.account_id = ${accountId} and project.id = task.project_id`
}
