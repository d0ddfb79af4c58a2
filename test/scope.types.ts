/**
 * What the compiler must refuse, checked by `npm run typecheck`: each line below a `@ts-expect-error` is a mistake that
 * would reach across tenants, and if one of them compiles, the check fails.
 */
import type { Pool } from '../src/database/pool.ts'
import type { DatabaseConnection } from '../src/database/connection.ts'
import type { Sql } from '../src/database/transaction.ts'
import type { SliceRequest } from '../src/repositories/listing.ts'
import { createProjects, listProjects, type NewProject } from '../src/repositories/projects.ts'
import { listSubtasks } from '../src/repositories/subtask-pages.ts'
import { listSubtasksOfAllAccounts, type NewSubtask } from '../src/repositories/subtasks.ts'
import { createTasks } from '../src/repositories/tasks.ts'
import { openTenantScope, part, type OperatorScope, type TenantScope } from '../src/tenancy/scope.ts'
import type { Transaction } from '../src/database/transaction.ts'

export async function refused (tenant: TenantScope, operator: OperatorScope, sql: Sql, transaction: Transaction, pool: Pool, connection: DatabaseConnection): Promise<void> {
  // @ts-expect-error the operator's scope is no tenant's
  await listProjects(operator, slice)
  // @ts-expect-error a tenant's scope is not the operator's
  await listSubtasksOfAllAccounts(tenant, { page: 1, size: 10 })
  // @ts-expect-error a scope cannot be written down: only the scope module makes one
  await listProjects({ sql, accountId: tenant.accountId }, slice)
  // @ts-expect-error nor for the operator
  await listSubtasksOfAllAccounts({ sql }, { page: 1, size: 10 })
  // @ts-expect-error a repository function takes its scope first
  await listSubtasks({ page: 1, size: 10 })
  // @ts-expect-error the account of a new row is the scope's, never the caller's
  await createProjects(tenant, [{ name: 'x', details: '', accountId: 2 }])
  // @ts-expect-error not by another spelling either
  await createTasks(tenant, [{ projectId: 1, name: 'x', isComplete: false, details: '', account_id: 2 }])
  // @ts-expect-error a number is no account id: only the directory vouches for one
  openTenantScope(transaction, 2)
  // @ts-expect-error the tenant of a scope does not change
  tenant.accountId = operator.accountId
  // @ts-expect-error the operator's scope has no account
  operator.accountId.toString()
  // @ts-expect-error sql is a template tag; text cannot be passed to it
  await sql('select 1')
  // @ts-expect-error a part is one as well
  part('and true')
  // @ts-expect-error text is a value, and no part of a statement
  await sql<{ id: number }>`select id from project ${part('order by id')}`
  // @ts-expect-error there is no way to run text as SQL
  sql.unsafe('select 1')
  // @ts-expect-error a pool lends transactions; it runs no statement of its own
  await pool.sql`select 1`
  // @ts-expect-error a value that is no SQL value
  await sql`select ${{ id: 1 }}`
  // @ts-expect-error a pool does not hand out its connections
  pool.acquire()
  // @ts-expect-error a connection has no driver to be had
  connection.client.unsafe('select 1')
}

const slice: SliceRequest = { sort: 'id', descending: false, limit: 1, count: false }

export const project: NewProject = { name: 'x', details: '' }
// @ts-expect-error a new row has no id of the caller's
export const subtask: NewSubtask = { id: 1, taskId: 1, name: 'x', isComplete: false, details: '' }
