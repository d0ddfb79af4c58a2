import { part, type SqlPart, type TenantScope } from '../tenancy/scope.ts'
import { always, searched } from './listing.ts'

/** Which subtasks of an account are wanted; all that is left out does not matter. */
export interface SubtaskFilter {
  taskId?: number | undefined
  projectId?: number | undefined
  isComplete?: boolean | undefined
  /** Words, as search engines take them, in name and details. */
  search?: string | undefined
}

/** The conditions of a filter, behind `where subtask.account_id = …`. */
export function wantedBy ({ taskId, projectId, isComplete, search }: SubtaskFilter, { accountId }: TenantScope): SqlPart {
  if (taskId === undefined && projectId === undefined && isComplete === undefined && search === undefined) return always
  return part`
    ${taskId === undefined ? always : part`and subtask.task_id = ${taskId}`}
    ${projectId === undefined ? always : part`and subtask.task_id in (select parent.id from task as parent where parent.account_id = ${accountId} and parent.project_id = ${projectId})`}
    ${isComplete === undefined ? always : part`and subtask.is_complete = ${isComplete}`}
    ${search === undefined ? always : part`and subtask.id in (select search_subtasks(${searched(search)}))`}`
}
