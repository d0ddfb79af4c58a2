import { part, type OperatorScope, type TenantScope } from '../tenancy/scope.ts'
import { accountColumns, timesOf, always, ofServedAccounts, orderByAccount, readSlice, searched, times, type Slice, type SliceRequest, type Times, type WithAccount, withinBounds } from './listing.ts'

export interface Project extends Times {
  id: number
  name: string
  details: string
}

export type NewProject = Pick<Project, 'name' | 'details'>

export interface ProjectFilter {
  /** Words, as search engines take them, in name and details. */
  search?: string | undefined
}

const columns = part`id, name, details, ${times}`
const ownColumns = part`account_id, id, name, details, created_at, updated_at`

export async function listProjects ({ sql, accountId }: TenantScope, request: SliceRequest, { search }: ProjectFilter = {}): Promise<Slice<Project>> {
  const found = search === undefined ? always : part`and id in (select search_projects(${searched(search)}))`
  return await readSlice(request,
    async (position, order, limit) => await sql<Project>`
      select ${columns}, found from ${withinBounds(part`
        select ${ownColumns} from project where account_id = ${accountId} ${found} ${position} ${order} limit ${limit}`, ownColumns, order)} ${order}`,
    async () => await sql<{ total: number }>`select count(*) as total from project where account_id = ${accountId} ${found}`)
}

/** The first projects of the account, by name, for somebody to choose from. */
export async function listProjectNames ({ sql, accountId }: TenantScope, limit: number): Promise<Array<Pick<Project, 'id' | 'name'>>> {
  return await sql<Pick<Project, 'id' | 'name'>>`
    select id, name from project where account_id = ${accountId} order by name, id limit ${limit}`
}

export async function findProject ({ sql, accountId }: TenantScope, id: number): Promise<Project | undefined> {
  const [project] = await sql<Project>`
    select ${columns} from project where account_id = ${accountId} and id = ${id}`
  return project
}

/** Finds a project and keeps others from changing it until the transaction ends. */
export async function lockProject ({ sql, accountId }: TenantScope, id: number): Promise<Project | undefined> {
  const [project] = await sql<Project>`
    select ${columns} from project where account_id = ${accountId} and id = ${id} for update`
  return project
}

/** Adds projects, all or none, and gives them in their order. */
export async function createProjects ({ sql, accountId }: TenantScope, projects: readonly NewProject[]): Promise<Project[]> {
  return await sql<Project>`
    insert into project (account_id, name, details)
    select ${accountId}, name, details
    from unnest(${projects.map(({ name }) => name)}::text[], ${projects.map(({ details }) => details)}::text[]) with ordinality as given (name, details, place)
    order by place
    returning ${columns}`
}

/** Changes what is given. @returns undefined when there is no such project */
export async function updateProject ({ sql, accountId }: TenantScope, id: number, change: Partial<NewProject>): Promise<Project | undefined> {
  const [updated] = await sql<Project>`
    update project
    set name = coalesce(${change.name ?? null}::text, name), details = coalesce(${change.details ?? null}::text, details),
      updated_at = case when (coalesce(${change.name ?? null}::text, name), coalesce(${change.details ?? null}::text, details)) is distinct from (name, details) then now() else updated_at end
    where account_id = ${accountId} and id = ${id}
    returning ${columns}`
  return updated
}

/** @returns whether there was one. @throws PostgreSQL's 23503 (or 23001) while it has tasks */
export async function deleteProject ({ sql, accountId }: TenantScope, id: number): Promise<boolean> {
  const { count } = await sql`delete from project where account_id = ${accountId} and id = ${id}`
  return count === 1
}

/** Deletes a project with its tasks and their subtasks. @returns whether there was one */
export async function deleteProjectWithTasks (scope: TenantScope, id: number): Promise<boolean> {
  const { sql, accountId } = scope
  await sql`
    delete from subtask where account_id = ${accountId} and task_id in (select id from task where account_id = ${accountId} and project_id = ${id})`
  await sql`delete from task where account_id = ${accountId} and project_id = ${id}`
  return await deleteProject(scope, id)
}

/** Those of the ids that a project of this account has. */
export async function findProjectIds ({ sql, accountId }: TenantScope, ids: readonly number[]): Promise<Set<number>> {
  const found = await sql<{ id: number }>`select id from project where account_id = ${accountId} and id = any (${ids}::bigint[])`
  return new Set(found.map(({ id }) => id))
}

/** Those of all accounts in this database, account by account. */
export async function sliceProjectsOfAllAccounts ({ sql }: OperatorScope, request: SliceRequest): Promise<Slice<Project & WithAccount>> {
  return await readSlice(request,
    async (position, order, limit) => await sql<Project & WithAccount>`
      select listed.id, listed.name, listed.details, ${timesOf}, ${accountColumns}, listed.found
      from ${withinBounds(part`
        select ${ownColumns} from project as listed where ${ofServedAccounts} ${position} ${order} limit ${limit}`, ownColumns, order)}
      join account as owner on owner.id = listed.account_id ${order}`,
    async () => await sql<{ total: number }>`select count(*) as total from project as listed where ${ofServedAccounts}`,
    orderByAccount)
}
