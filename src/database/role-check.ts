import { ExplainedError } from '../explained-error.ts'
import type { Pool } from './pool.ts'

/** A role of the web process could see past the walls. The message says which way, and the start ends with it. */
export class UnsafeRoleError extends ExplainedError {
  constructor (role: string, reasons: string[]) {
    super(`the server will not start as the database role "${role}", because row-level security would not hold for it: ${reasons.join('; ')}`)
  }
}

/** The database is not the one that this version of the application was written for. */
export class SchemaMismatchError extends ExplainedError {}

/**
 * Asserts that the role behind a pool is subject to row-level security on every table of the application.
 *
 * @throws {UnsafeRoleError} when it is a superuser, bypasses row-level security, may become another role, owns something here,
 *   or a table that it may read or write is without forced row-level security.
 * @throws {SchemaMismatchError} when there are no tables to serve.
 */
export async function assertRoleIsWalled (pool: Pool): Promise<void> {
  const transaction = await pool.begin({ readOnly: true, deadlineMs: 10_000 })
  try {
    const [attributes, memberships, owned, open, tables] = await Promise.all([
      transaction.sql<{ role: string, attribute: string }>`
        select current_user::text as role, attribute
        from pg_catalog.pg_roles,
          lateral (values ('it is a superuser', rolsuper), ('it has BYPASSRLS', rolbypassrls), ('it has CREATEROLE', rolcreaterole),
            ('it has CREATEDB', rolcreatedb), ('it has REPLICATION', rolreplication)) as flag (attribute, is_set)
        where (rolname = current_user or rolname = session_user) and is_set`,
      transaction.sql<{ name: string }>`
        select distinct roleid::regrole::text as name from pg_catalog.pg_auth_members
        where member in (select oid from pg_catalog.pg_roles where rolname in (current_user, session_user))`,
      transaction.sql<{ name: string }>`
        select format('%I.%I', nspname, relname) as name
        from pg_catalog.pg_class join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
        where relkind in ('r', 'p', 'v', 'm', 'f', 'S') and nspname !~ '^(pg_|information_schema$)' and relowner in (select oid from pg_catalog.pg_roles where rolname in (current_user, session_user))
        union all
        select nspname::text from pg_catalog.pg_namespace where nspowner = current_user::regrole and nspname !~ '^pg_'
        union all
        select datname::text from pg_catalog.pg_database where datname = current_database() and datdba = current_user::regrole`,
      transaction.sql<{ name: string }>`
        select format('%I.%I', namespace.nspname, relation.relname) as name
        from pg_catalog.pg_class relation
        join pg_catalog.pg_namespace namespace on namespace.oid = relation.relnamespace
        where relation.relkind in ('r', 'p') and namespace.nspname !~ '^(pg_|information_schema$)'
          and not (relation.relrowsecurity and relation.relforcerowsecurity)
          and has_schema_privilege(namespace.oid, 'usage')
          and (has_table_privilege(relation.oid, 'select, insert, update, delete') or has_any_column_privilege(relation.oid, 'select, insert, update'))`,
      transaction.sql<{ total: number, role: string }>`
        select count(*) as total, current_user::text as role from pg_catalog.pg_class where relnamespace = to_regnamespace('rowhouse') and relkind in ('r', 'p')`
    ])
    const role = tables[0]?.role ?? 'unknown'
    const reasons = [
      ...attributes.map(row => row.attribute),
      ...memberships.map(row => `it is a member of "${row.name}"`),
      ...atMostThree(owned.map(row => `it owns ${row.name}`)),
      ...atMostThree(open.map(row => `the table ${row.name} has no forced row-level security`))
    ]
    if (reasons.length > 0) throw new UnsafeRoleError(role, reasons)
    if (tables[0]?.total === 0) throw new SchemaMismatchError('the database has no tables of this application yet; run: npx tsx bin/migrate.ts up')
  } finally {
    await transaction.rollback()
  }
}

/** Three of a kind make the point. */
function atMostThree (reasons: string[]): string[] {
  return reasons.length <= 3 ? reasons : [...reasons.slice(0, 3), `and ${reasons.length - 3} more like these`]
}
