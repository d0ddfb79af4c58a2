export interface Column {
  readonly name: string
  readonly type: 'bigint' | 'text' | 'boolean' | 'timestamptz'
  /** In characters as PostgreSQL counts them. */
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: RegExp
  readonly values?: readonly string[]
  /** No two rows have it, in whatever case it is written. */
  readonly isUnique?: true
  /** The table whose id this is. */
  readonly parent?: TableName
  /** The version of the format that has it first, if not every one. */
  readonly since?: number
}

const id: Column = { name: 'id', type: 'bigint' }
const name: Column = { name: 'name', type: 'text', minLength: 1, maxLength: 255 }
const details: Column = { name: 'details', type: 'text', maxLength: 100_000 }
const isComplete: Column = { name: 'is_complete', type: 'boolean' }
const times: Column[] = [
  { name: 'created_at', type: 'timestamptz', since: 2 },
  { name: 'updated_at', type: 'timestamptz', since: 2 }
]

/** In the order of their foreign keys: parents first. */
export const tableNames = ['account', 'app_user', 'project', 'task', 'subtask'] as const
export type TableName = typeof tableNames[number]

/**
 * What an archive keeps of each table, in the order of its columns: all but what says which account it is, and of the account
 * what it is called. Whether it is suspended, and where it is, is for the catalogue that it comes to.
 */
export const tables: Readonly<Record<TableName, readonly Column[]>> = {
  account: [
    { name: 'slug', type: 'text', pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/ },
    name
  ],
  app_user: [
    id,
    { name: 'email', type: 'text', minLength: 3, maxLength: 254, isUnique: true },
    { name: 'first_name', type: 'text', maxLength: 150 },
    { name: 'last_name', type: 'text', maxLength: 150 },
    { name: 'is_active', type: 'boolean' },
    { name: 'joined_at', type: 'timestamptz' },
    { name: 'password_hash', type: 'text' },
    ...times,
    { name: 'role', type: 'text', values: ['owner', 'member', 'viewer'], since: 3 }
  ],
  project: [id, name, details, ...times],
  task: [id, { name: 'project_id', type: 'bigint', parent: 'project' }, name, isComplete, details, ...times],
  subtask: [id, { name: 'task_id', type: 'bigint', parent: 'task' }, name, isComplete, details, ...times]
}

/** The tables whose rows have an id of their own in the archive. */
export const ownedTables = ['app_user', 'project', 'task', 'subtask'] as const
export type OwnedTable = typeof ownedTables[number]

/** The column that says whose a row is. */
export function accountColumn (table: TableName): string {
  return table === 'account' ? 'id' : 'account_id'
}

/** The sequence that a table's ids are drawn from. */
export function sequenceOf (table: TableName): string {
  return `${table}_id_seq`
}

/** The columns that an archive of this version of the format has, or of the present one. */
export function columnsOf (table: TableName, version?: number): readonly Column[] {
  return version === undefined ? tables[table] : tables[table].filter(({ since = 1 }) => since <= version)
}

export function columnNames (table: TableName, version?: number): string[] {
  return columnsOf(table, version).map(column => column.name)
}
