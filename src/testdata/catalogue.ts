import type pg from 'pg'

/** A key or an index that is not there while rows stream in, and how to bring it back as it was. */
export interface Fixture {
  name: string
  drop: string
  create: string
}

export interface Fixtures {
  /** Primary and unique keys, and indexes. */
  indexes: Fixture[]
  foreignKeys: Fixture[]
  /** Tables beyond those that are loaded, whose foreign keys lead to them. */
  dependents: string[]
}

interface ConstraintRow {
  table: string
  name: string
  definition: string
  comment: string | null
  outside: boolean
}

interface IndexRow {
  table: string
  name: string
  definition: string
  comment: string | null
  /** The constraint that it serves, if any. */
  constraint: string | null
  constraintDefinition: string | null
  constraintComment: string | null
}

/**
 * Reads from the catalogue what can be dropped for a load, so that it holds for the indexes of migrations yet to come, too.
 *
 * What could not be brought back exactly from its definition stays where it is: an index that serves replication or
 * clustering, lies in a tablespace of its own or is needed by something else.
 */
export async function readFixtures (client: pg.Client, tables: readonly string[]): Promise<Fixtures> {
  const { rows: foreignKeys } = await client.query<ConstraintRow>(
    `select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition,
       obj_description(oid, 'pg_constraint') as comment, conrelid <> all ($1::regclass[]) as outside
     from pg_catalog.pg_constraint
     where contype = 'f' and conparentid = 0 and (conrelid = any ($1::regclass[]) or confrelid = any ($1::regclass[]))
     order by array_position($1::regclass[], conrelid::regclass), conname`, [tables])
  const { rows: indexes } = await client.query<IndexRow>(
    `select index.indrelid::regclass::text as table, index.indexrelid::regclass::text as name,
       pg_get_indexdef(index.indexrelid) as definition, obj_description(index.indexrelid, 'pg_class') as comment,
       quote_ident(key.conname) as constraint, pg_get_constraintdef(key.oid) as "constraintDefinition",
       obj_description(key.oid, 'pg_constraint') as "constraintComment"
     from pg_catalog.pg_index as index
     join pg_catalog.pg_class as relation on relation.oid = index.indexrelid
     left join pg_catalog.pg_constraint as key on key.conindid = index.indexrelid and key.contype in ('p', 'u', 'x')
     where index.indrelid = any ($1::regclass[])
       and index.indisvalid and not index.indisreplident and not index.indisclustered
       and relation.reltablespace = 0 and (key.oid is null or relation.reloptions is null)
       and not exists (select from pg_catalog.pg_depend where refclassid = 'pg_catalog.pg_constraint'::regclass and refobjid = key.oid and deptype = 'n')
     order by array_position($1::regclass[], index.indrelid::regclass), key.contype, relation.relname`, [tables])
  return {
    indexes: indexes.map(row => describeIndex(client, row)),
    foreignKeys: foreignKeys.map(row => describeConstraint(client, row)),
    dependents: [...new Set(foreignKeys.filter(row => row.outside).map(row => row.table))]
  }
}

function describeIndex (client: pg.Client, row: IndexRow): Fixture {
  const { table, name, definition, constraint, constraintDefinition, constraintComment } = row
  const comment = commentOn(client, `index ${name}`, row.comment)
  if (constraint === null || constraintDefinition === null) return { name, drop: `drop index ${name}`, create: definition + comment }
  const key = describeConstraint(client, { table, name: constraint, definition: constraintDefinition, comment: constraintComment })
  return { ...key, create: key.create + comment }
}

function describeConstraint (client: pg.Client, { table, name, definition, comment }: Omit<ConstraintRow, 'outside'>): Fixture {
  return {
    name,
    drop: `alter table ${table} drop constraint ${name}`,
    create: `alter table ${table} add constraint ${name} ${definition}` + commentOn(client, `constraint ${name} on ${table}`, comment)
  }
}

function commentOn (client: pg.Client, object: string, comment: string | null): string {
  return comment === null ? '' : `; comment on ${object} is ${client.escapeLiteral(comment)}`
}
