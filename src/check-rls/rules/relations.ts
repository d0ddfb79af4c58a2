import { revokeFromServing } from './grantees.ts'
import type { Rule } from '../rule.ts'

/** Whatever shows rows and is no table of the tenants. */
export const relationRules: readonly Rule[] = [
  {
    id: 'view-as-owner',
    severity: 'error',
    title: 'A view that shows what its owner sees',
    gain: 'The rows of all tenants, through a view that looks like one of its own.',
    explanation: 'A view reads its tables as its owner unless it is made WITH (security_invoker = true), which PostgreSQL 15 brought. Without FORCE, or where the owner passes policies, that is everything. Of the views of extensions, those that show tables of the tenants are meant. One over what is the same for all is named with --shared, as its tables are, and written by nobody.',
    query: `
      select relation.oid::regclass::text as object, format('%s may use it, and it reads as %s', runtime_role.name, relation.relowner::regrole) as detail, format('alter view %s set (security_invoker = true);', relation.oid::regclass) as mend
      from reachable_relation as relation join runtime_role on runtime_role.oid = relation.role
      where relation.relkind = 'v' and (not relation.is_of_extension or relation.oid in (select showing_view.oid from showing_view)) and not exists (
        select from unnest(relation.reloptions) as option (text) where option.text ~ '^security_invoker=' and split_part(option.text, '=', 2)::boolean)
        -- What is written through a view is written as its owner.
        and not (relation.oid in (select shared_view.oid from shared_view) and not has_table_privilege(runtime_role.oid, relation.oid, 'insert, update, delete') and not has_any_column_privilege(runtime_role.oid, relation.oid, 'insert, update'))`
  },
  {
    id: 'materialized-view-readable',
    severity: 'error',
    title: 'A materialised view that can be read',
    gain: 'Whatever it was filled with, which is what its owner saw.',
    explanation: 'A materialised view cannot have row-level security. One over what is the same for all is named with --shared, as its tables are.',
    query: `
      select relation.oid::regclass::text as object, runtime_role.name || ' may read it' as detail, ${revokeFromServing('relation', "'all'", 'relation.oid::regclass')} as mend
      from reachable_relation as relation join runtime_role on runtime_role.oid = relation.role where relation.relkind = 'm' and (not relation.is_of_extension or relation.oid in (select showing_view.oid from showing_view)) and relation.oid not in (select shared_view.oid from shared_view)`
  },
  {
    id: 'foreign-table-usable',
    severity: 'error',
    title: 'A foreign table that can be used',
    gain: 'The rows of another server, as whoever its user mapping says.',
    explanation: 'A foreign table cannot have row-level security, and the other server knows nothing of this transaction’s tenant.',
    query: `
      select relation.oid::regclass::text as object, runtime_role.name || ' may use it' as detail, ${revokeFromServing('relation', "'all'", 'relation.oid::regclass')} as mend
      from reachable_relation as relation join runtime_role on runtime_role.oid = relation.role where relation.relkind = 'f'`
  },
  {
    id: 'relation-elsewhere',
    severity: 'error',
    title: 'A table outside the schema that can be used',
    gain: 'What somebody has put there: copies, backups, lists for a report, beyond all policies that are looked at here.',
    explanation: 'Tables of tenants are in the schemas that are named with --schema, where each is checked. Whatever the roles may touch elsewhere is not, unless row-level security without a policy for them shows them nothing of it: TRUNCATE and the like ask no policy. A list that is the same for all tenants, and that none may write, is named with --shared, with its schema.',
    query: `
      select relation.oid::regclass::text as object,
        runtime_role.name || case when is_blind then ' sees no row of it, but no policy is asked for ' || beyond_rows else ' may use it' end as detail,
        ${revokeFromServing('relation', "case when is_blind then beyond_rows else 'all' end", 'relation.oid::regclass')} as mend
      from given, reachable_relation as relation join runtime_role on runtime_role.oid = relation.role join pg_class as table_elsewhere on table_elsewhere.oid = relation.oid
      cross join lateral (
        select table_elsewhere.relrowsecurity and not pg_has_role(runtime_role.oid, relation.relowner, 'member') and not exists (
          select from pg_policy, unnest(polroles) as target (oid)
          where polrelid = relation.oid and polpermissive and (target.oid = 0 or pg_has_role(runtime_role.oid, target.oid, 'member'))) as is_blind
      ) as seen
      cross join lateral (
        select string_agg(distinct lower(acl.privilege_type), ', ') as beyond_rows
        from (select table_elsewhere.relacl as present union all select attacl from pg_attribute where attrelid = relation.oid and attacl is not null) as part, aclexplode(part.present) as acl
        where acl.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN') and (acl.grantee = 0 or pg_has_role(runtime_role.oid, acl.grantee, 'usage'))
      ) as held
      where relation.relkind in ('r', 'p') and relation.relnamespace not in (select given_schema.oid from given_schema) and not relation.is_of_extension
        and not (relation.oid::regclass::text = any (given.shared) and not has_table_privilege(runtime_role.oid, relation.oid, 'insert, update, delete') and not has_any_column_privilege(runtime_role.oid, relation.oid, 'insert, update'))
        and not (is_blind and beyond_rows is null)`
  },
  {
    id: 'extension-relation-usable',
    severity: 'warning',
    title: 'A table or view of an extension that a role which serves requests may use',
    gain: 'What the extension keeps for that role, and all tenants are that role: pg_stat_statements shows the statements of all.',
    explanation: 'Extensions often grant what they bring to PUBLIC. Name those that you have looked at with --ignore.',
    query: `
      select relation.oid::regclass::text as object, runtime_role.name || ' may use it' as detail, ${revokeFromServing('relation', "'all'", 'relation.oid::regclass')} as mend
      from reachable_relation as relation join runtime_role on runtime_role.oid = relation.role where relation.is_of_extension and relation.oid not in (select showing_view.oid from showing_view)`
  }
]
