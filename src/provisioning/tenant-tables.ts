import type pg from 'pg'

/** A table of a tenant's rows. Its key is (account_id, id), as that of every one. */
export interface TenantTable {
  name: string
  /** All but account_id, in the table's order; quoted where they have to be. */
  columns: string[]
  /** Whether rows of other tables refer to its rows, and do not go with them. */
  isParent: boolean
  /** Whether its ids are drawn from a sequence, rather than counted within the account. */
  hasSequence: boolean
}

/**
 * What belongs to one tenant at its place: no archive has it, and no clone. Who is signed in there, or gets in with a token, does
 * not get in here; and what happened there did not happen here.
 */
export const unsharedTables: readonly string[] = ['idempotent_request', 'user_session', 'api_token', 'entry_link', 'operator_look', 'audit_event']

/** What is known of tenants rather than what belongs to them. */
const catalogueTables = ['account', 'former_slug', 'tenant_database', 'account_move', 'account_event']

/** Every table that holds rows of tenants, parents before children, as the database itself describes them: one that a later migration adds is among them. */
export async function readTenantTables (client: pg.Client): Promise<TenantTable[]> {
  const { rows } = await client.query<Omit<TenantTable, 'isParent'> & { parents: string[], held: string[] }>(`
    select quote_ident(relation.relname) as name,
      array(select quote_ident(attname) from pg_catalog.pg_attribute
        where attrelid = relation.oid and attnum > 0 and not attisdropped and attgenerated = '' and attname <> 'account_id' order by attnum) as columns,
      exists (select from pg_catalog.pg_attribute where attrelid = relation.oid and attname = 'id' and attidentity <> '') as "hasSequence",
      array(select distinct confrelid::regclass::text from pg_catalog.pg_constraint
        where conrelid = relation.oid and contype = 'f' and confrelid <> relation.oid) as parents,
      array(select distinct confrelid::regclass::text from pg_catalog.pg_constraint
        where conrelid = relation.oid and contype = 'f' and confrelid <> relation.oid and confdeltype <> 'c') as held
    from pg_catalog.pg_class as relation
    where relation.relnamespace = 'rowhouse'::regnamespace and relation.relkind in ('r', 'p') and not relation.relispartition
      and relation.relname <> all ($1::text[])
      and exists (select from pg_catalog.pg_attribute where attrelid = relation.oid and attname = 'account_id' and not attisdropped)
    order by relation.relname`, [catalogueTables])
  const sorted: TenantTable[] = []
  const waiting = [...rows]
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ parents }) => parents.every(parent => !waiting.some(({ name }) => name === parent)))
    if (next === -1) throw new Error(`the foreign keys of ${waiting.map(({ name }) => name).join(', ')} form a circle`)
    const [table] = waiting.splice(next, 1)
    if (table !== undefined) sorted.push({ name: table.name, columns: table.columns, hasSequence: table.hasSequence, isParent: rows.some(({ held }) => held.includes(table.name)) })
  }
  return sorted
}
