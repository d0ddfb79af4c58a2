import type { TenantScope } from '../tenancy/scope.ts'

export interface Task {
  id: number
  projectId: number
  name: string
  isComplete: boolean
  details: string
}

export type NewTask = Omit<Task, 'id'>

/** The tasks of a project, by name, then id. */
export async function listTasks ({ sql, accountId }: TenantScope, { projectId, limit }: { projectId: number, limit: number }): Promise<Task[]> {
  return await sql<Task>`
    select id, project_id as "projectId", name, is_complete as "isComplete", details from task
    where account_id = ${accountId} and project_id = ${projectId}
    order by name, id limit ${limit}`
}

export async function findTask ({ sql, accountId }: TenantScope, id: number): Promise<Task | undefined> {
  const [task] = await sql<Task>`
    select id, project_id as "projectId", name, is_complete as "isComplete", details from task
    where account_id = ${accountId} and id = ${id}`
  return task
}

/** @throws PostgreSQL's 23503 when this account has no such project */
export async function createTask ({ sql, accountId }: TenantScope, task: NewTask): Promise<Task> {
  const [created] = await sql<Task>`
    insert into task (account_id, project_id, name, is_complete, details)
    values (${accountId}, ${task.projectId}, ${task.name}, ${task.isComplete}, ${task.details})
    returning id, project_id as "projectId", name, is_complete as "isComplete", details`
  return created as Task
}

/** Changes what is given. @returns undefined when there is no such task. @throws PostgreSQL's 23503 when this account has no such project */
export async function updateTask ({ sql, accountId }: TenantScope, id: number, change: Partial<NewTask>): Promise<Task | undefined> {
  const [updated] = await sql<Task>`
    update task
    set project_id = coalesce(${change.projectId ?? null}::bigint, project_id), name = coalesce(${change.name ?? null}::text, name),
      is_complete = coalesce(${change.isComplete ?? null}::boolean, is_complete), details = coalesce(${change.details ?? null}::text, details)
    where account_id = ${accountId} and id = ${id}
    returning id, project_id as "projectId", name, is_complete as "isComplete", details`
  return updated
}

/** @returns whether there was one. @throws PostgreSQL's 23503 (or 23001) while it has subtasks */
export async function deleteTask ({ sql, accountId }: TenantScope, id: number): Promise<boolean> {
  const { count } = await sql`delete from task where account_id = ${accountId} and id = ${id}`
  return count === 1
}
