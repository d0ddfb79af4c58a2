import type { TenantScope } from '../tenancy/scope.ts'

/** How far something has come: what belongs to it, and what of that is done. */
export interface Progress {
  parts: number
  done: number
}

/** Of those of the projects that have tasks. */
export async function progressOfProjects ({ sql, accountId }: TenantScope, ids: readonly number[]): Promise<Map<number, Progress>> {
  return byId(await sql<Progress & { id: number }>`
    select project_id as id, count(*) as parts, count(*) filter (where is_complete) as done
    from task where account_id = ${accountId} and project_id = any (${ids}::bigint[]) group by project_id`)
}

/** Of those of the tasks that have subtasks. */
export async function progressOfTasks ({ sql, accountId }: TenantScope, ids: readonly number[]): Promise<Map<number, Progress>> {
  return byId(await sql<Progress & { id: number }>`
    select task_id as id, count(*) as parts, count(*) filter (where is_complete) as done
    from subtask where account_id = ${accountId} and task_id = any (${ids}::bigint[]) group by task_id`)
}

function byId (rows: ReadonlyArray<Progress & { id: number }>): Map<number, Progress> {
  return new Map(rows.map(({ id, ...progress }) => [id, progress]))
}
