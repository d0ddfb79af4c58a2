/**
 * Through whom a role that serves requests has what an access list grants: PUBLIC, a group, or itself. A revoke has to name them all.
 *
 * @param acl the access list, an expression of SQL; one that is null is its owner's alone
 */
export const grantees = (acl: string): string => grantedTo(`select grantee from aclexplode(${acl})`)

/** Whether it is from this grantee that `runtime_role` has something, itself included. */
export const throughIt = (grantee: string): string => `(${grantee} = 0 or pg_has_role(runtime_role.oid, ${grantee}, 'usage'))`

/** The same of a table, view or the like, and of its columns: what is revoked of the whole is revoked of these. @param relation its row of pg_class */
export const granteesOf = (relation: string): string => grantedTo(`
  select grantee from pg_class as granting, aclexplode(granting.relacl) where granting.oid = ${relation}.oid
  union select grantee from pg_attribute as granting, aclexplode(granting.attacl) where granting.attrelid = ${relation}.oid and granting.attacl is not null`)

/**
 * Takes privileges on a relation from these, whoever granted them. A REVOKE takes back what its own role granted, or what the owner did where a
 * superuser revokes, and says nothing of what others did, by a grant option of theirs: as these it is done first, since what they granted hangs on it.
 *
 * @param relation its row of pg_class
 * @param name as GRANT has it, an expression of SQL
 * @param privileges in small letters with commas between them, or 'all'; an expression of SQL
 * @param from an expression of SQL for whom they are taken from
 * @param isMeant a condition on one of these
 */
export const revokeFrom = (relation: string, { name, privileges, from, isMeant, clauses: [before, after] = ['', ''] }: { name: string, privileges: string, from: string, isMeant: (grantee: string) => string, clauses?: readonly [string, string] }): string => `coalesce((
  select string_agg(format('set role %s; revoke ${before}%s on %s from %s${after}; reset role; ', by_grantor.grantor::regrole, ${privileges}, ${name}, by_grantor.grantees), '' order by by_grantor.grantor)
  from (
    select granted.grantor, string_agg(distinct case granted.grantee when 0 then 'public' else granted.grantee::regrole::text end, ', ') as grantees
    from (
      select (aclexplode(granting.relacl)).* from pg_class as granting where granting.oid = ${relation}.oid
      union all select (aclexplode(granting.attacl)).* from pg_attribute as granting where granting.attrelid = ${relation}.oid and granting.attacl is not null
    ) as granted
    where granted.grantor <> ${relation}.relowner and ${isMeant('granted.grantee')} and (${privileges} = 'all' or lower(granted.privilege_type) = any (string_to_array(${privileges}, ', ')))
    group by granted.grantor
  ) as by_grantor), '') || format('revoke ${before}%s on %s from %s${after};', ${privileges}, ${name}, ${from})`

/** The same of what is taken from a role that serves requests, and from all that it has it through. */
export const revokeFromServing = (relation: string, privileges: string, name = `${relation}.name`): string => revokeFrom(relation, { name, privileges, from: granteesOf(relation), isMeant: throughIt })

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
