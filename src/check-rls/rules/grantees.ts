/**
 * Through whom a role that serves requests has what an access list grants: PUBLIC, a group, or itself. A revoke has to name them all.
 *
 * @param acl the access list, an expression of SQL; one that is null is its owner's alone
 */
export const grantees = (acl: string): string => grantedTo(`select grantee from aclexplode(${acl})`)

/** The same of a table, view or the like, and of its columns: what is revoked of the whole is revoked of these. @param relation its row of pg_class */
export const granteesOf = (relation: string): string => grantedTo(`
  select grantee from pg_class as granting, aclexplode(granting.relacl) where granting.oid = ${relation}.oid
  union select grantee from pg_attribute as granting, aclexplode(granting.attacl) where granting.attrelid = ${relation}.oid and granting.attacl is not null`)

/** What is granted to the role again, column by column, after a revoke that took more than it should. @param isLeft which of the columns of pg_attribute are to stay */
export const grantAgain = (privilege: 'select' | 'update', relation: string, isLeft: string): string => `coalesce((
  select format(' grant ${privilege} (%s) on %s to %s;', string_agg(quote_ident(left_column.attname), ', ' order by left_column.attnum), ${relation}.name, runtime_role.name)
  from pg_attribute as left_column
  where left_column.attrelid = ${relation}.oid and left_column.attnum > 0 and not left_column.attisdropped and ${isLeft} and has_column_privilege(runtime_role.oid, ${relation}.oid, left_column.attnum, '${privilege}')
  having count(*) > 0), '')`

/** Whether a column of `any_table` is one that was named to be hidden: alone, with its table, or with the schema as well; of a partition, with what it is a part of. */
export const isHidden = (column: string, table = 'any_table'): string => `(array[${column}::text, format('%s.%s', ${table}.relname, ${column}), format('%s.%I', ${table}.name, ${column})] && given.hidden_columns
  or ${table}.relispartition and exists (
    select from pg_partition_ancestors(${table}.oid) as above join pg_class as whole on whole.oid = above.relid
    where array[format('%s.%s', whole.relname, ${column}), format('%s.%I', above.relid, ${column})] && given.hidden_columns))`

const grantedTo = (query: string): string => `coalesce((
  select string_agg(distinct case granted.grantee when 0 then 'public' else granted.grantee::regrole::text end, ', ')
  from (${query}) as granted where granted.grantee = 0 or pg_has_role(runtime_role.oid, granted.grantee, 'usage')), runtime_role.name)`
