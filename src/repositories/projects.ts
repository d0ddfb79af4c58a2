import type { TenantScope } from '../tenancy/scope.ts'

export interface Project {
  id: number
  name: string
  details: string
}

export type NewProject = Omit<Project, 'id'>

/** By name, then id. */
export async function listProjects ({ sql, accountId }: TenantScope, { limit }: { limit: number }): Promise<Project[]> {
  return await sql<Project>`
    select id, name, details from project
    where account_id = ${accountId}
    order by name, id limit ${limit}`
}

export async function findProject ({ sql, accountId }: TenantScope, id: number): Promise<Project | undefined> {
  const [project] = await sql<Project>`
    select id, name, details from project where account_id = ${accountId} and id = ${id}`
  return project
}

export async function createProject ({ sql, accountId }: TenantScope, project: NewProject): Promise<Project> {
  const [created] = await sql<Project>`
    insert into project (account_id, name, details)
    values (${accountId}, ${project.name}, ${project.details})
    returning id, name, details`
  return created as Project
}

/** Changes what is given. @returns undefined when there is no such project */
export async function updateProject ({ sql, accountId }: TenantScope, id: number, change: Partial<NewProject>): Promise<Project | undefined> {
  const [updated] = await sql<Project>`
    update project
    set name = coalesce(${change.name ?? null}::text, name), details = coalesce(${change.details ?? null}::text, details)
    where account_id = ${accountId} and id = ${id}
    returning id, name, details`
  return updated
}

/** @returns whether there was one. @throws PostgreSQL's 23503 (or 23001) while it has tasks */
export async function deleteProject ({ sql, accountId }: TenantScope, id: number): Promise<boolean> {
  const { count } = await sql`delete from project where account_id = ${accountId} and id = ${id}`
  return count === 1
}
