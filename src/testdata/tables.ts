/** In the order of their foreign keys: parents first. */
export const tableNames = ['account', 'app_user', 'project', 'task', 'subtask'] as const
export type TableName = typeof tableNames[number]

/** The columns that a row holds, in its order. */
export const columns: Readonly<Record<TableName, readonly string[]>> = {
  account: ['id', 'slug', 'name'],
  app_user: ['account_id', 'id', 'email', 'first_name', 'last_name', 'is_active', 'joined_at', 'password_hash', 'role'],
  project: ['account_id', 'id', 'name', 'details'],
  task: ['account_id', 'id', 'project_id', 'name', 'is_complete', 'details'],
  subtask: ['account_id', 'id', 'task_id', 'name', 'is_complete', 'details']
}

export type Value = string | number | boolean
export type Row = readonly Value[]
export type Counts = Readonly<Record<TableName, number>>
