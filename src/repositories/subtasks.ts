import { part, type OperatorScope, type SqlPart, type TenantScope } from '../tenancy/scope.ts'
import { findAccountsElsewhere, type AccountsElsewhere } from './accounts.ts'
import { accountColumns, timesOf, always, ofServedAccounts, orderByAccount, readSlice, times, type Slice, type SliceRequest, type Times, type WithAccount, withinBounds } from './listing.ts'
import { lastPage, listingLimits, offsetOf, pageOf, quickerFromStart, windowAtEnd, windowFromNearerEnd, type ListingLimits, type Page, type PageRequest, type Total, type Window } from './page.ts'
import { wantedBy, type SubtaskFilter } from './subtask-filter.ts'

export interface Subtask extends Times {
  id: number
  taskId: number
  name: string
  isComplete: boolean
  details: string
}

export type NewSubtask = Pick<Subtask, 'taskId' | 'name' | 'isComplete' | 'details'>

/** A subtask with the names of what it belongs to. */
export interface SubtaskInContext extends Omit<Subtask, keyof Times> {
  taskName: string
  projectId: number
  projectName: string
}

export interface SubtaskOfAccount extends SubtaskInContext {
  accountId: number
  accountSlug: string
  accountName: string
}

/** The operator's listing is always long, and PostgreSQL has a figure for all of it. */
const operatorLimits: ListingLimits = { ...listingLimits, countedRows: 20_000 }

/**
 * One page of the subtasks of all accounts in this database, by name, then id. A page past the end has no rows.
 *
 * The rows that an account has left behind when it moved to a database of its own are out of date, and left out.
 */
export async function listSubtasksOfAllAccounts (scope: OperatorScope, request: PageRequest, limits = operatorLimits): Promise<Page<SubtaskOfAccount> & { elsewhere: AccountsElsewhere }> {
  const [elsewhere, listed] = await Promise.all([findAccountsElsewhere(scope), pageOfAllAccounts(scope, request, limits)])
  return { ...listed, elsewhere }
}

async function pageOfAllAccounts (scope: OperatorScope, { page, size }: PageRequest, limits: ListingLimits): Promise<Page<SubtaskOfAccount>> {
  if (page === 'last') {
    const filter = await outOfDateFilter(scope)
    const [count, rows] = await Promise.all([countSubtasksOfAllAccounts(scope, filter), subtasksOfAllAccountsIn(scope, filter, windowAtEnd(size))])
    return lastPage(rows, count, size)
  }
  const offset = offsetOf(page, size)
  const [roughly, filter] = await Promise.all([roughCount(scope, limits), outOfDateFilter(scope)])
  if (roughly.precision === 'exact' || offset <= roughly.rows * quickerFromStart) {
    return pageOf(await subtasksOfAllAccountsIn(scope, filter, windowFromNearerEnd(offset, size, roughly.precision === 'exact' ? roughly.rows : Infinity)), page, size, roughly)
  }
  const count = await countSubtasksOfAllAccounts(scope, filter)
  return pageOf(await subtasksOfAllAccountsIn(scope, filter, windowFromNearerEnd(offset, size, count)), page, size, { rows: count, precision: 'exact' })
}

const upToDate = part`where account_id not in (select id from account where database is not null)`

/**
 * Leaves out what is out of date, where there may be any: a far page passes hundreds of thousands of rows by. `not in` is a
 * filter that looks into a hash made once; whatever else says the same may become a join, and the index no longer gives the
 * order.
 */
async function outOfDateFilter ({ sql }: OperatorScope): Promise<SqlPart> {
  const [row] = await sql<{ isNeeded: boolean }>`select exists (select from account where database is not null) as "isNeeded"`
  return row?.isNeeded === false ? always : upToDate
}

/** Exact up to a bound; beyond it, the figure that PostgreSQL plans with. */
async function roughCount ({ sql }: OperatorScope, { countedRows }: ListingLimits): Promise<Total> {
  const [[counted], [estimated]] = await Promise.all([
    sql<{ rows: number }>`select count(*) as rows from (select from subtask ${upToDate} limit ${countedRows + 1}) as bounded`,
    sql<{ rows: number }>`select reltuples::bigint as rows from pg_catalog.pg_class where oid = 'subtask'::regclass`
  ])
  if (counted === undefined || counted.rows <= countedRows) return { rows: counted?.rows ?? 0, precision: 'exact' }
  return { rows: Math.max(counted.rows, estimated?.rows ?? 0), precision: 'about' }
}

async function countSubtasksOfAllAccounts ({ sql }: OperatorScope, filter: SqlPart): Promise<number> {
  const [row] = await sql<{ total: number }>`select count(*) as total from subtask ${filter}`
  return row?.total ?? 0
}

async function subtasksOfAllAccountsIn ({ sql }: OperatorScope, filter: SqlPart, { fromStart, fromEnd }: Window): Promise<SubtaskOfAccount[]> {
  return await sql<SubtaskOfAccount>`
    select subtask.id, subtask.name, subtask.is_complete as "isComplete", subtask.details,
      task.id as "taskId", task.name as "taskName", project.id as "projectId", project.name as "projectName",
      account.id as "accountId", account.slug as "accountSlug", account.name as "accountName"
    from (
      (select account_id, id from (
        select account_id, id from subtask ${filter} order by name, id, account_id limit 200 offset ${fromStart.offset}
      ) as ahead limit ${fromStart.limit})
      union all
      (select account_id, id from (
        select account_id, id from subtask ${filter} order by name desc, id desc, account_id desc limit 200 offset ${fromEnd.offset}
      ) as behind limit ${fromEnd.limit})
    ) as listed
    join subtask on subtask.account_id = listed.account_id and subtask.id = listed.id
    join task on task.account_id = subtask.account_id and task.id = subtask.task_id
    join project on project.account_id = task.account_id and project.id = task.project_id
    join account on account.id = subtask.account_id
    order by subtask.name, subtask.id, subtask.account_id`
}

const columns = part`id, task_id as "taskId", name, is_complete as "isComplete", details, ${times}`
const ownColumns = part`account_id, id, task_id, name, is_complete, details, created_at, updated_at`

/** A slice of the account's subtasks, by their own columns alone. */
export async function sliceSubtasks (scope: TenantScope, request: SliceRequest, filter: SubtaskFilter = {}): Promise<Slice<Subtask>> {
  const { sql, accountId } = scope
  const wanted = wantedBy(filter, scope)
  return await readSlice(request,
    async (position, order, limit) => await sql<Subtask>`
      select ${columns}, found from ${withinBounds(part`
        select ${ownColumns} from subtask where account_id = ${accountId} ${wanted} ${position} ${order} limit ${limit}`, ownColumns, order)} ${order}`,
    async () => await sql<{ total: number }>`select count(*) as total from subtask where account_id = ${accountId} ${wanted}`)
}

export async function findSubtask ({ sql, accountId }: TenantScope, id: number): Promise<Subtask | undefined> {
  const [subtask] = await sql<Subtask>`
    select ${columns} from subtask where account_id = ${accountId} and id = ${id}`
  return subtask
}

/** Finds a subtask and keeps others from changing it until the transaction ends. */
export async function lockSubtask ({ sql, accountId }: TenantScope, id: number): Promise<Subtask | undefined> {
  const [subtask] = await sql<Subtask>`
    select ${columns} from subtask where account_id = ${accountId} and id = ${id} for update`
  return subtask
}

/** Adds subtasks, all or none, and gives them in their order. @throws PostgreSQL's 23503 when this account has no such task */
export async function createSubtasks ({ sql, accountId }: TenantScope, subtasks: readonly NewSubtask[]): Promise<Subtask[]> {
  return await sql<Subtask>`
    insert into subtask (account_id, task_id, name, is_complete, details)
    select ${accountId}, task_id, name, is_complete, details
    from unnest(
      ${subtasks.map(({ taskId }) => taskId)}::bigint[], ${subtasks.map(({ name }) => name)}::text[],
      ${subtasks.map(({ isComplete }) => String(isComplete))}::text[]::boolean[], ${subtasks.map(({ details }) => details)}::text[]
    ) with ordinality as given (task_id, name, is_complete, details, place)
    order by place
    returning ${columns}`
}

/** Changes what is given. @returns undefined when there is no such subtask. @throws PostgreSQL's 23503 when this account has no such task */
export async function updateSubtask ({ sql, accountId }: TenantScope, id: number, change: Partial<NewSubtask>): Promise<Subtask | undefined> {
  const [updated] = await sql<Subtask>`
    update subtask
    set task_id = coalesce(${change.taskId ?? null}::bigint, task_id), name = coalesce(${change.name ?? null}::text, name),
      is_complete = coalesce(${change.isComplete ?? null}::boolean, is_complete), details = coalesce(${change.details ?? null}::text, details),
      updated_at = case
        when (coalesce(${change.taskId ?? null}::bigint, task_id), coalesce(${change.name ?? null}::text, name), coalesce(${change.isComplete ?? null}::boolean, is_complete), coalesce(${change.details ?? null}::text, details))
          is distinct from (task_id, name, is_complete, details) then now() else updated_at end
    where account_id = ${accountId} and id = ${id}
    returning ${columns}`
  return updated
}

/** Marks those subtasks of a task as done that are not. */
export async function completeSubtasksOf ({ sql, accountId }: TenantScope, taskId: number): Promise<void> {
  await sql`
    update subtask set is_complete = true, updated_at = now()
    where account_id = ${accountId} and task_id = ${taskId} and not is_complete`
}

/** @returns whether there was one */
export async function deleteSubtask ({ sql, accountId }: TenantScope, id: number): Promise<boolean> {
  const { count } = await sql`delete from subtask where account_id = ${accountId} and id = ${id}`
  return count === 1
}

/** Those of all accounts in this database, account by account. */
export async function sliceSubtasksOfAllAccounts ({ sql }: OperatorScope, request: SliceRequest): Promise<Slice<Subtask & WithAccount>> {
  return await readSlice(request,
    async (position, order, limit) => await sql<Subtask & WithAccount>`
      select listed.id, listed.task_id as "taskId", listed.name, listed.is_complete as "isComplete", listed.details, ${timesOf}, ${accountColumns}, listed.found
      from ${withinBounds(part`
        select ${ownColumns} from subtask as listed where ${ofServedAccounts} ${position} ${order} limit ${limit}`, ownColumns, order)}
      join account as owner on owner.id = listed.account_id ${order}`,
    async () => await sql<{ total: number }>`select count(*) as total from subtask as listed where ${ofServedAccounts}`,
    orderByAccount)
}
