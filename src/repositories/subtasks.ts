import type { OperatorScope, TenantScope } from '../tenancy/scope.ts'
import { countPages, type Page, type PageRequest } from './page.ts'

export interface Subtask {
  id: number
  taskId: number
  name: string
  isComplete: boolean
  details: string
}

export type NewSubtask = Omit<Subtask, 'id'>

/** A subtask with the names of what it belongs to. */
export interface SubtaskInContext extends Subtask {
  taskName: string
  projectId: number
  projectName: string
}

export interface SubtaskOfAccount extends SubtaskInContext {
  accountId: number
  accountName: string
}

/**
 * One page of the account's subtasks, by name, then id. A page past the end has no rows.
 *
 * The ids of the page are found in the index alone; only its ten rows are fetched and joined.
 */
export async function listSubtasks (scope: TenantScope, { page, size }: PageRequest): Promise<Page<SubtaskInContext>> {
  if (page === 'last') {
    const total = await countSubtasks(scope)
    const last = countPages(total, size)
    return { rows: await rowsOfPage(scope, last, size), page: last, pages: last, total }
  }
  // Both at once: they travel in one packet.
  const [total, rows] = await Promise.all([countSubtasks(scope), rowsOfPage(scope, page, size)])
  return { rows, page, pages: countPages(total, size), total }
}

async function countSubtasks ({ sql, accountId }: TenantScope): Promise<number> {
  const [row] = await sql<{ total: number }>`select count(*) as total from subtask where account_id = ${accountId}`
  return row?.total ?? 0
}

async function rowsOfPage ({ sql, accountId }: TenantScope, page: number, size: number): Promise<SubtaskInContext[]> {
  return await sql<SubtaskInContext>`
    select subtask.id, subtask.name, subtask.is_complete as "isComplete", subtask.details,
      task.id as "taskId", task.name as "taskName", project.id as "projectId", project.name as "projectName"
    from (
      select id from subtask where account_id = ${accountId} order by name, id limit ${size} offset ${(page - 1) * size}
    ) as listed
    join subtask on subtask.account_id = ${accountId} and subtask.id = listed.id
    join task on task.account_id = ${accountId} and task.id = subtask.task_id
    join project on project.account_id = ${accountId} and project.id = task.project_id
    order by subtask.name, subtask.id`
}

/** One page of all accounts' subtasks, by name, then id. A page past the end has no rows. */
export async function listSubtasksOfAllAccounts ({ sql }: OperatorScope, { page: asked, size }: PageRequest): Promise<Page<SubtaskOfAccount>> {
  const [counted] = await sql<{ total: number }>`select count(*) as total from subtask`
  const total = counted?.total ?? 0
  const pages = countPages(total, size)
  const page = asked === 'last' ? pages : asked
  const offset = (page - 1) * size
  if (offset >= total) return { rows: [], page, pages, total }

  // From the nearer end: the middle is the farthest that a page can be.
  const rows = offset <= total / 2
    ? await sql<SubtaskOfAccount>`
      select subtask.id, subtask.name, subtask.is_complete as "isComplete", subtask.details,
        task.id as "taskId", task.name as "taskName", project.id as "projectId", project.name as "projectName",
        account.id as "accountId", account.name as "accountName"
      from (select account_id, id from subtask order by name, id limit ${size} offset ${offset}) as listed
      join subtask on subtask.account_id = listed.account_id and subtask.id = listed.id
      join task on task.account_id = subtask.account_id and task.id = subtask.task_id
      join project on project.account_id = task.account_id and project.id = task.project_id
      join account on account.id = subtask.account_id
      order by subtask.name, subtask.id`
    : await sql<SubtaskOfAccount>`
      select subtask.id, subtask.name, subtask.is_complete as "isComplete", subtask.details,
        task.id as "taskId", task.name as "taskName", project.id as "projectId", project.name as "projectName",
        account.id as "accountId", account.name as "accountName"
      from (
        select account_id, id from subtask order by name desc, id desc
        limit ${Math.min(size, total - offset)} offset ${Math.max(0, total - offset - size)}
      ) as listed
      join subtask on subtask.account_id = listed.account_id and subtask.id = listed.id
      join task on task.account_id = subtask.account_id and task.id = subtask.task_id
      join project on project.account_id = task.account_id and project.id = task.project_id
      join account on account.id = subtask.account_id
      order by subtask.name, subtask.id`
  return { rows, page, pages, total }
}

export async function findSubtask ({ sql, accountId }: TenantScope, id: number): Promise<Subtask | undefined> {
  const [subtask] = await sql<Subtask>`
    select id, task_id as "taskId", name, is_complete as "isComplete", details from subtask
    where account_id = ${accountId} and id = ${id}`
  return subtask
}

/** @throws PostgreSQL's 23503 when this account has no such task */
export async function createSubtask ({ sql, accountId }: TenantScope, subtask: NewSubtask): Promise<Subtask> {
  const [created] = await sql<Subtask>`
    insert into subtask (account_id, task_id, name, is_complete, details)
    values (${accountId}, ${subtask.taskId}, ${subtask.name}, ${subtask.isComplete}, ${subtask.details})
    returning id, task_id as "taskId", name, is_complete as "isComplete", details`
  return created as Subtask
}

/** Changes what is given. @returns undefined when there is no such subtask. @throws PostgreSQL's 23503 when this account has no such task */
export async function updateSubtask ({ sql, accountId }: TenantScope, id: number, change: Partial<NewSubtask>): Promise<Subtask | undefined> {
  const [updated] = await sql<Subtask>`
    update subtask
    set task_id = coalesce(${change.taskId ?? null}::bigint, task_id), name = coalesce(${change.name ?? null}::text, name),
      is_complete = coalesce(${change.isComplete ?? null}::boolean, is_complete), details = coalesce(${change.details ?? null}::text, details)
    where account_id = ${accountId} and id = ${id}
    returning id, task_id as "taskId", name, is_complete as "isComplete", details`
  return updated
}

/** @returns whether there was one */
export async function deleteSubtask ({ sql, accountId }: TenantScope, id: number): Promise<boolean> {
  const { count } = await sql`delete from subtask where account_id = ${accountId} and id = ${id}`
  return count === 1
}
