import { part, type OperatorScope, type TenantScope } from '../tenancy/scope.ts'
import { accountColumns, timesOf, always, ofServedAccounts, orderByAccount, readSlice, searched, times, type Slice, type SliceRequest, type Times, type WithAccount, withinBounds } from './listing.ts'

export interface Task extends Times {
  id: number
  projectId: number
  name: string
  isComplete: boolean
  details: string
}

export type NewTask = Pick<Task, 'projectId' | 'name' | 'isComplete' | 'details'>

export interface TaskFilter {
  projectId?: number | undefined
  isComplete?: boolean | undefined
  /** Words, as search engines take them, in name and details. */
  search?: string | undefined
}

const columns = part`id, project_id as "projectId", name, is_complete as "isComplete", details, ${times}`
const ownColumns = part`account_id, id, project_id, name, is_complete, details, created_at, updated_at`

export async function listTasks ({ sql, accountId }: TenantScope, request: SliceRequest, { projectId, isComplete, search }: TaskFilter = {}): Promise<Slice<Task>> {
  const wanted = part`
    ${projectId === undefined ? always : part`and project_id = ${projectId}`}
    ${isComplete === undefined ? always : part`and is_complete = ${isComplete}`}
    ${search === undefined ? always : part`and id in (select search_tasks(${searched(search)}))`}`
  return await readSlice(request,
    async (position, order, limit) => await sql<Task>`
      select ${columns}, found from ${withinBounds(part`
        select ${ownColumns} from task where account_id = ${accountId} ${wanted} ${position} ${order} limit ${limit}`, ownColumns, order)} ${order}`,
    async () => await sql<{ total: number }>`select count(*) as total from task where account_id = ${accountId} ${wanted}`)
}

export async function findTask ({ sql, accountId }: TenantScope, id: number): Promise<Task | undefined> {
  const [task] = await sql<Task>`
    select ${columns} from task where account_id = ${accountId} and id = ${id}`
  return task
}

/** Finds a task and keeps others from changing it until the transaction ends. */
export async function lockTask ({ sql, accountId }: TenantScope, id: number): Promise<Task | undefined> {
  const [task] = await sql<Task>`
    select ${columns} from task where account_id = ${accountId} and id = ${id} for update`
  return task
}

/** Adds tasks, all or none, and gives them in their order. @throws PostgreSQL's 23503 when this account has no such project */
export async function createTasks ({ sql, accountId }: TenantScope, tasks: readonly NewTask[]): Promise<Task[]> {
  return await sql<Task>`
    insert into task (account_id, project_id, name, is_complete, details)
    select ${accountId}, project_id, name, is_complete, details
    from unnest(
      ${tasks.map(({ projectId }) => projectId)}::bigint[], ${tasks.map(({ name }) => name)}::text[],
      ${tasks.map(({ isComplete }) => String(isComplete))}::text[]::boolean[], ${tasks.map(({ details }) => details)}::text[]
    ) with ordinality as given (project_id, name, is_complete, details, place)
    order by place
    returning ${columns}`
}

/** Changes what is given. @returns undefined when there is no such task. @throws PostgreSQL's 23503 when this account has no such project */
export async function updateTask ({ sql, accountId }: TenantScope, id: number, change: Partial<NewTask>): Promise<Task | undefined> {
  const [updated] = await sql<Task>`
    update task
    set project_id = coalesce(${change.projectId ?? null}::bigint, project_id), name = coalesce(${change.name ?? null}::text, name),
      is_complete = coalesce(${change.isComplete ?? null}::boolean, is_complete), details = coalesce(${change.details ?? null}::text, details),
      updated_at = case
        when (coalesce(${change.projectId ?? null}::bigint, project_id), coalesce(${change.name ?? null}::text, name), coalesce(${change.isComplete ?? null}::boolean, is_complete), coalesce(${change.details ?? null}::text, details))
          is distinct from (project_id, name, is_complete, details) then now() else updated_at end
    where account_id = ${accountId} and id = ${id}
    returning ${columns}`
  return updated
}

/** @returns whether there was one. @throws PostgreSQL's 23503 (or 23001) while it has subtasks */
export async function deleteTask ({ sql, accountId }: TenantScope, id: number): Promise<boolean> {
  const { count } = await sql`delete from task where account_id = ${accountId} and id = ${id}`
  return count === 1
}

/** Deletes a task with its subtasks. @returns whether there was one */
export async function deleteTaskWithSubtasks (scope: TenantScope, id: number): Promise<boolean> {
  const { sql, accountId } = scope
  await sql`delete from subtask where account_id = ${accountId} and task_id = ${id}`
  return await deleteTask(scope, id)
}

/** Those of the ids that a task of this account has. */
export async function findTaskIds ({ sql, accountId }: TenantScope, ids: readonly number[]): Promise<Set<number>> {
  const found = await sql<{ id: number }>`select id from task where account_id = ${accountId} and id = any (${ids}::bigint[])`
  return new Set(found.map(({ id }) => id))
}

/** Those of all accounts in this database, account by account. */
export async function sliceTasksOfAllAccounts ({ sql }: OperatorScope, request: SliceRequest): Promise<Slice<Task & WithAccount>> {
  return await readSlice(request,
    async (position, order, limit) => await sql<Task & WithAccount>`
      select listed.id, listed.project_id as "projectId", listed.name, listed.is_complete as "isComplete", listed.details, ${timesOf}, ${accountColumns}, listed.found
      from ${withinBounds(part`
        select ${ownColumns} from task as listed where ${ofServedAccounts} ${position} ${order} limit ${limit}`, ownColumns, order)}
      join account as owner on owner.id = listed.account_id ${order}`,
    async () => await sql<{ total: number }>`select count(*) as total from task as listed where ${ofServedAccounts}`,
    orderByAccount)
}
