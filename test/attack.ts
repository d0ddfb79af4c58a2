import type { Client } from 'pg'

/** A table of the application, as the catalogue describes it. */
export interface Table {
  name: string
  /** The column that says whose row it is. */
  key: string
  columns: Array<{ name: string, type: string, isGenerated: boolean, isRequired: boolean }>
}

/** Every table outside PostgreSQL's own schemas that some role of the web process may touch, or that stands in the application's schema. */
export async function findTables (admin: Client): Promise<Table[]> {
  const { rows } = await admin.query<{ name: string, key: string, columns: Table['columns'] }>(`
    select relation.oid::regclass::text as name,
      case when relation.oid = 'rowhouse.account'::regclass then 'id' else 'account_id' end as key,
      (select json_agg(json_build_object('name', attname, 'type', format_type(atttypid, null), 'isGenerated', attidentity <> '' or attgenerated <> '',
          'isRequired', attnotnull and not atthasdef and attidentity = '') order by attnum)
        from pg_attribute where attrelid = relation.oid and attnum > 0 and not attisdropped) as columns
    from pg_class relation join pg_namespace namespace on namespace.oid = relation.relnamespace
    where relation.relkind in ('r', 'p') and namespace.nspname !~ '^(pg_|information_schema$)'
      and (namespace.nspname = 'rowhouse' or exists (
        select from unnest(array['rowhouse_tenant', 'rowhouse_operator']) as role (name)
        where has_schema_privilege(role.name, namespace.oid, 'usage') and has_any_column_privilege(role.name, relation.oid, 'select, insert, update')))
    order by 1`)
  return rows
}

/** Sees to it that both accounts have a row, so that there is something to steal; makes one of whatever the catalogue asks for. */
export async function ensureRows (admin: Client, table: Table, accounts: number[]): Promise<void> {
  if (table.key !== 'account_id' || !table.columns.some(column => column.name === 'account_id')) return
  for (const account of accounts) {
    const { rowCount } = await admin.query(`select from ${table.name} where account_id = $1 limit 1`, [account])
    if (rowCount !== 0) continue
    const required = table.columns.filter(column => column.isRequired && !column.isGenerated)
    const values: string[] = []
    for (const column of required) values.push(column.name === 'account_id' ? String(account) : await valueFor(admin, table, column, account))
    const insert = `insert into ${table.name} (${required.map(column => quote(column.name)).join(', ')}) values (${values.map(value => admin.escapeLiteral(value)).join(', ')})`
    try {
      await withoutChecks(admin, table, insert)
    } catch (error) {
      throw new Error(`no row could be made for ${table.name}, so its walls were not tried: ${(error as Error).message}. Let the test insert one.`, { cause: error })
    }
  }
}

/** A row is a row to the walls, whatever it holds: the table's checks step aside for it. */
async function withoutChecks (admin: Client, { name }: Table, insert: string): Promise<void> {
  const { rows: checks } = await admin.query<{ name: string, definition: string }>(
    "select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = $1::regclass and contype = 'c'", [name])
  await admin.query('begin')
  try {
    for (const check of checks) await admin.query(`alter table ${name} drop constraint ${quote(check.name)}`)
    await admin.query(insert)
    for (const check of checks) await admin.query(`alter table ${name} add constraint ${quote(check.name)} ${check.definition.replace(/ not valid$/i, '')} not valid`)
    await admin.query('commit')
  } catch (error) {
    await admin.query('rollback')
    throw error
  }
}

/** Some value of the column's type, as text; of a foreign key, one that the account has. */
async function valueFor (admin: Client, table: Table, column: Table['columns'][number], account: number): Promise<string> {
  const { rows: [parent] } = await admin.query<{ name: string, column: string }>(`
    select confrelid::regclass::text as name, target.attname as column
    from pg_constraint, unnest(conkey, confkey) as pair (source, target_number)
    join pg_attribute source on source.attrelid = $1::regclass and source.attnum = pair.source and source.attname = $2
    join pg_attribute target on target.attnum = pair.target_number
    where contype = 'f' and conrelid = $1::regclass and target.attrelid = confrelid`, [table.name, column.name])
  if (parent !== undefined) {
    const { rows: [row] } = await admin.query<{ value: string }>(`select ${quote(parent.column)}::text as value from ${parent.name} where account_id = $1 limit 1`, [account])
    if (row !== undefined) return row.value
  }
  const { rows: [label] } = await admin.query<{ label: string }>(`
    select enumlabel::text as label from pg_attribute join pg_enum on enumtypid = atttypid
    where attrelid = $1::regclass and attname = $2 order by enumsortorder limit 1`, [table.name, column.name])
  if (label !== undefined) return label.label
  // Whichever of these the type takes: there are more types than anyone would list.
  for (const sample of [`of ${account}`, ...samples]) {
    if (await isOfType(admin, sample, column.type)) return sample
  }
  throw new Error(`no sample value is of type ${column.type}`)
}

const samples = ['abc', '1', 'true', '2020-01-01 00:00:00', '1 day', '00000000-0000-4000-8000-000000000001', '{}', 'empty', '127.0.0.1', '08:00:2b:01:02:03', '(0,0)', '(0,0),(1,1)', '<(0,0),1>', '<a/>', '0/0', '08:00:2b:01:02:03:04:05']

async function isOfType (admin: Client, sample: string, type: string): Promise<boolean> {
  return await admin.query(`select ${admin.escapeLiteral(sample)}::${type}`).then(() => true, () => false)
}

/**
 * Attacks a table as the tenant role, in the place of one account, for the rows of another. Every attempt is rolled back.
 *
 * @returns what got through; nothing, if the walls hold
 */
export async function attackTable (tenant: Client, admin: Client, { name, key, columns }: Table, self: number, victim: number): Promise<string[]> {
  const leaks: string[] = []
  const victimRows = (await admin.query<Record<string, unknown>>(`select ${columns.map(column => quote(column.name)).join(', ')} from ${name} where ${quote(key)} = $1 limit 1`, [victim])).rows
  const victimRow = victimRows[0]
  if (victimRow === undefined) return [`${name} has no row of the victim to attack`]

  const attempt = async (what: string, context: 'none' | 'empty' | number, text: string, values: unknown[], isLeak: (result: { rows: Array<Record<string, unknown>>, rowCount: number | null }) => boolean): Promise<void> => {
    await tenant.query('begin')
    try {
      if (typeof context === 'number') await tenant.query('select rowhouse.set_account($1)', [context])
      if (context === 'empty') await tenant.query("set local app.account_id = ''")
      if (isLeak(await tenant.query(text, values))) leaks.push(`${name}: ${what}`)
    } catch (error) {
      // Refused by the wall (42501), for want of a tenant (42704, 22P02), because there is another one (25001), by a key (23503) or as an identity (428C9).
      if (!['42501', '42704', '22P02', '25001', '23503', '428C9'].includes(String((error as { code?: string }).code))) leaks.push(`${name}: ${what}: ${(error as Error).message}`)
    } finally {
      await tenant.query('rollback')
    }
  }
  const any = (): boolean => true
  const someRow = ({ rowCount }: { rowCount: number | null }): boolean => rowCount !== 0

  const readable = await grantedColumns(admin, name, 'select')
  const insertable = await grantedColumns(admin, name, 'insert')
  // Where nothing may be inserted, the attempt is made all the same.
  const writable = columns.filter(column => !column.isGenerated && (insertable.length === 0 || insertable.includes(column.name)))
  const list = writable.map(column => quote(column.name)).join(', ')
  const parameters = writable.map((_, index) => `$${index + 1}`).join(', ')
  const stolen = writable.map(column => victimRow[column.name])
  const k = quote(key)

  if (readable.length > 0) {
    const columnList = readable.map(quote).join(', ')
    await attempt('read with no tenant set', 'none', `select ${columnList} from ${name}`, [], any)
    await attempt('read with an empty tenant', 'empty', `select ${columnList} from ${name}`, [], any)
    await attempt('read without a filter', self, `select ${k} as key from ${name}`, [], ({ rows }) => rows.some(row => String(row['key']) !== String(self)))
    await attempt('read by key', self, `select ${columnList} from ${name} where ${k} = $1`, [victim], someRow)
    await attempt('count', self, `select from ${name} where ${k} <> $1`, [self], someRow)
    await attempt('lock', self, `select from ${name} where ${k} = $1 for update`, [victim], someRow)
  }
  await attempt('insert in the name of the victim', self, `insert into ${name} (${list}) values (${parameters})`, stolen, any)
  await attempt('insert with no tenant set', 'none', `insert into ${name} (${list}) values (${parameters})`, stolen, any)
  await attempt('upsert over the victim', self, `insert into ${name} (${list}) values (${parameters}) on conflict do nothing`, stolen, any)
  for (const column of writable) {
    await attempt(`update ${column.name} of the victim`, self, `update ${name} set ${quote(column.name)} = ${quote(column.name)} where ${k} = $1`, [victim], someRow)
    await attempt(`update ${column.name} with no tenant set`, 'none', `update ${name} set ${quote(column.name)} = ${quote(column.name)}`, [], someRow)
  }
  for (const [what, then] of [['change', `update set ${quote(writable[0]?.name ?? key)} = ${quote(writable[0]?.name ?? key)}`], ['remove', 'delete']] as const) {
    await attempt(`merge, to ${what} the victim's`, self, `merge into ${name} as present using (select $1::bigint as stolen) as other on present.${k} = other.stolen when matched then ${then.replace(/ = /, ' = present.')}`, [victim], someRow)
  }
  await attempt('move own rows to the victim', self, `update ${name} set ${k} = $1`, [victim], someRow)
  await attempt('delete', self, `delete from ${name} where ${k} = $1`, [victim], someRow)
  await attempt('delete with no tenant set', 'none', `delete from ${name}`, [], someRow)
  await attempt('truncate', self, `truncate ${name}`, [], any)
  await attempt('switch row-level security off', self, `alter table ${name} disable row level security`, [], any)
  await attempt('add a policy', self, `create policy open on ${name} using (true)`, [], any)
  await attempt('add a trigger', self, `create trigger spy after insert on ${name} for each row execute function suppress_redundant_updates_trigger()`, [], any)
  await attempt('switch tenants', self, 'select rowhouse.set_account($1)', [victim], any)
  return leaks
}

async function grantedColumns (admin: Client, table: string, privilege: 'select' | 'insert'): Promise<string[]> {
  const { rows } = await admin.query<{ attname: string }>(`
    select attname::text from pg_attribute
    where attrelid = $1::regclass and attnum > 0 and not attisdropped and has_column_privilege('rowhouse_tenant', attrelid, attnum, $2)`, [table, privilege])
  return rows.map(row => row.attname)
}

function quote (identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
