import { granteesOf } from './grantees.ts'
import { commentAgain, constraintCommentAgain, constraintDefinition, indexPlaceAgain, overAllRows } from './mends.ts'
import type { Rule } from '../rule.ts'

/** The type of a tenant key, with its length. @param table its row of tenant_table */
const keyTypeOf = (table: string): string => `(select format_type(atttypid, atttypmod) from pg_attribute where attrelid = ${table}.oid and attnum = ${table}.key_number)`

/** Row-level security itself, and the column that it goes by. */
export const tableRules: readonly Rule[] = [
  {
    id: 'root-missing',
    severity: 'error',
    title: 'No table of the tenants',
    gain: 'Nothing by itself: but where nothing is found that belongs to tenants, nothing was checked.',
    explanation: 'What --schema and --root name is not there. A name that was misspelt would make every database look good.',
    query: `
      select format('%I.%I', $1::jsonb ->> 'schema', root_table) as object, 'there is no table of this name' as detail, 'create table <as it was>;' as mend
      from given where not exists (select from any_table where is_root)
      union all
      select quote_ident(more.name), 'there is no schema of this name', 'create schema <as it was>;'
      from jsonb_array_elements_text($1::jsonb -> 'moreSchemas') as more (name) where to_regnamespace(quote_ident(more.name)) is null`
  },
  {
    id: 'rls-off',
    severity: 'error',
    title: 'A table of tenants without row-level security',
    gain: 'Every statement that forgets its WHERE shows, changes or deletes the rows of all tenants.',
    explanation: 'Policies are not consulted before ALTER TABLE ... ENABLE ROW LEVEL SECURITY, even where there are some. PostgreSQL, "Row Security Policies".',
    query: `
      select name as object, 'row-level security is not enabled' as detail, format('alter table %s enable row level security;', name) as mend
      from tenant_table where not relrowsecurity and not relispartition and not is_kept`
  },
  {
    id: 'rls-not-forced',
    severity: 'error',
    title: 'Row-level security that its owner passes',
    gain: 'Whatever runs as the owner of the table, a view, a function or a migration, sees all tenants without being told so.',
    explanation: 'The owner of a table is exempt from its policies unless the table has FORCE ROW LEVEL SECURITY. Views and SECURITY DEFINER functions run as their owner, who is often the owner of the tables.',
    query: `
      select name as object, 'the owner ' || relowner::regrole || ' passes its policies' as detail, format('alter table %s force row level security;', name) as mend
      from tenant_table where relrowsecurity and not relforcerowsecurity and not is_kept
        -- What nobody is granted by its own name is reached through its table, by the policies of that.
        and not (relispartition and not is_granted)`
  },
  {
    id: 'partition-open',
    severity: 'error',
    title: 'A partition that can be reached by its own name',
    gain: 'The rows of all tenants, by naming the partition instead of its table.',
    explanation: "Policies and privileges belong to one relation. Through the partitioned table, the table's count; through the partition's name, the partition's own.",
    query: `
      select tenant_table.name as object, runtime_role.name || ' is granted the partition itself, which has no row-level security' as detail,
        format('revoke all on %s from %s;', tenant_table.name, ${granteesOf('tenant_table')}) as mend
      from tenant_table, runtime_role
      where relispartition and not relrowsecurity
        and (has_table_privilege(runtime_role.oid, tenant_table.oid, 'select, insert, update, delete') or has_any_column_privilege(runtime_role.oid, tenant_table.oid, 'select, insert, update'))`
  },
  {
    id: 'inherited-open',
    severity: 'error',
    title: 'A table that inherits from a table of tenants, outside the walls',
    gain: 'Rows of the child, by its own name, whoever they belong to.',
    explanation: 'A table made with INHERITS has its own policies: none. Its rows show through its parent, filtered, and by its own name, unfiltered.',
    query: `
      select child.oid::regclass::text as object, 'inherits from ' || tenant_table.name || ' and has no forced row-level security' as detail,
        format('alter table %1$s enable row level security, force row level security;', child.oid::regclass) as mend
      from pg_inherits join tenant_table on tenant_table.oid = pg_inherits.inhparent join pg_class as child on child.oid = pg_inherits.inhrelid
      where not child.relispartition and not (child.relrowsecurity and child.relforcerowsecurity)`
  },
  {
    id: 'inherited-from',
    severity: 'error',
    title: 'A table that a table of tenants inherits from, outside the walls',
    gain: 'Rows of the child, whoever they belong to, by the name of its parent.',
    explanation: 'Rows of a table made with INHERITS show through its parent, as the policies of that have it. So what a table of tenants inherits from has to be one, too, by the same key: neither a list that all share nor the table of the tenants themselves, whose key is another column.',
    query: `
      select parent.oid::regclass::text as object, format('shows the rows of %s, and not by its key', tenant_table.name) as detail,
        case when tenant_table.relispartition then format('alter table %s detach partition %s;', parent.oid::regclass, tenant_table.name)
          else (select string_agg(format('alter table %s no inherit %s;', inhrelid::regclass, inhparent::regclass), ' ') from pg_inherits where inhparent = parent.oid) end as mend
      from (
        with recursive step (start, oid) as (
          select tenant_table.oid, inhparent from pg_inherits join tenant_table on tenant_table.oid = inhrelid
          union
          select step.start, inhparent from step join pg_inherits on inhrelid = step.oid
        )
        select start, oid from step
      ) as above join tenant_table on tenant_table.oid = above.start join pg_class as parent on parent.oid = above.oid
      left join tenant_table as other on other.oid = parent.oid and other.key_number is not null
      where tenant_table.key_number is not null and other.key_name is distinct from tenant_table.key_name
        and parent.oid in (select reachable_relation.oid from reachable_relation join runtime_role on runtime_role.oid = reachable_relation.role where kind = 'tenant')
        -- What no policy shows a row of shows none of its children's.
        and not (parent.relrowsecurity and not exists (select from pg_policy where polrelid = parent.oid))`
  },
  {
    id: 'tenant-blind',
    severity: 'warning',
    title: 'A table granted to the tenants whose policies let them see nothing',
    gain: 'Nothing yet: but whoever wonders why the table is empty may mend it by switching row-level security off.',
    explanation: 'Row-level security without a permissive policy that applies denies everything, silently for reads.',
    query: `
      select tenant_table.name as object, runtime_role.name || ' is granted it and no policy lets it see a row' as detail,
        case when exists (select from policy where policy.polrelid = tenant_table.oid and policy.reaches_tenants and policy.polpermissive and policy.polcmd in ('r', '*'))
          -- Another role is the one that it is for.
          then format('revoke all on %s from %s;', tenant_table.name, ${granteesOf('tenant_table')})
          else format('create policy own_rows on %s for all to %s using %s with check %3$s;', tenant_table.name, runtime_role.name, format('(%s %s %s)', tenant_table.quoted_key, tenant_table.equality, coalesce((select expression from context), '<the tenant of the transaction>'))) end as mend
      from tenant_table, runtime_role
      where runtime_role.kind = 'tenant' and relrowsecurity and has_any_column_privilege(runtime_role.oid, tenant_table.oid, 'select')
        and not exists (
          select from policy, unnest(policy.polroles) as target (oid)
          where policy.polrelid = tenant_table.oid and policy.polpermissive and policy.polcmd in ('r', '*') and (target.oid = 0 or pg_has_role(runtime_role.oid, target.oid, 'usage')))`
  },
  {
    id: 'key-missing',
    severity: 'error',
    title: 'A table that says of no row whose it is',
    gain: 'Rows that every tenant can read, or whose tenant only a join tells, which a policy should not have to do.',
    explanation: 'A policy can only be an index condition, and a key can only keep references within a tenant, where the row itself carries its tenant. A list that all tenants share, and none may write, is named with --shared.',
    query: `
      select name as object, format('there is no column %I', key_name) as detail,
        ${overAllRows(`format('alter table %1$s add column %2$I %3$s; update %1$s set %2$I = <whose it is>; alter table %1$s alter column %2$I set not null;', tenant_table.name, tenant_table.key_name, coalesce((
          select format_type(atttypid, atttypmod) || case when attcollation <> typcollation then format(' collate %s', attcollation::regcollation) else '' end
          from tenant_table as root join pg_attribute on attrelid = root.oid and attnum = root.key_number join pg_type on pg_type.oid = atttypid where root.is_root), 'bigint'))`, 'values (tenant_table.oid)')} as mend
      from tenant_table where key_number is null and not relispartition`
  },
  {
    id: 'shared-writable',
    severity: 'error',
    title: 'A table that all tenants share and that requests may write',
    gain: 'What all others read: by one tenant, for all.',
    explanation: 'A table that is named with --shared is for what is the same for all, such as a list of countries. Whoever serves a request reads it, and no more.',
    query: `
      select any_table.name as object, format('%s has %s', runtime_role.name, string_agg(privilege, ', ' order by privilege)) as detail,
        format('revoke %s on %s from %s;', string_agg(privilege, ', ' order by privilege), any_table.name, ${granteesOf('any_table')}) as mend
      from any_table, runtime_role, unnest(array['insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as privilege
      where is_shared and (has_table_privilege(runtime_role.oid, any_table.oid, privilege)
        or case when privilege in ('insert', 'update', 'references') then has_any_column_privilege(runtime_role.oid, any_table.oid, privilege) else false end)
      group by any_table.oid, any_table.name, runtime_role.oid, runtime_role.name`
  },
  {
    id: 'key-nullable',
    severity: 'error',
    title: 'Rows that may belong to nobody',
    gain: 'Rows that policies with IS NOT DISTINCT FROM show to whoever names no tenant, and that composite foreign keys let refer to any tenant.',
    explanation: 'A foreign key is not looked at where one of its columns is null (MATCH SIMPLE), so a null tenant undoes it.',
    query: `
      select name as object, format('%I may be null', key_name) as detail, format('alter table %s alter column %I set not null;', name, key_name) as mend
      from tenant_table where key_number is not null and not key_is_not_null and not relispartition
        and not exists (select from pg_constraint where conrelid = tenant_table.oid and contype = 'c' and convalidated and pg_get_expr(conbin, conrelid) = format('(%I IS NOT NULL)', key_name))`
  },
  {
    id: 'key-type',
    severity: 'error',
    title: 'A tenant key of another type than what it refers to',
    gain: 'Ids that are cut, rounded or compared as text, so that two tenants are one; and policies that no index serves.',
    explanation: 'The key is compared with the tenant of the transaction on every row: both sides, and the id that they stand for, have to be of one type, and of one collation where one of them takes different texts for equal.',
    query: `
      select tenant_table.name as object, format('%I is %s, and %s.%I is %s', tenant_table.key_name, ${keyTypeOf('tenant_table')}, root.name, root.key_name, ${keyTypeOf('root')}) as detail,
        -- A cast to a length would cut what is longer; without one, it is refused.
        format('drop policy <each> on %1$s; alter table %1$s alter column %2$I type %3$s using %2$I::%4$s; create policy <each> on %1$s;', tenant_table.name, tenant_table.key_name, ${keyTypeOf('root')}, format_type(root.key_type, -1)) as mend
      from tenant_table join tenant_table as root on root.is_root
      where tenant_table.key_base_type <> root.key_base_type
      union all
      select tenant_table.name, format('%I goes by the collation %s, and %s.%I by %s: one of them takes different texts for equal', tenant_table.key_name, own.oid::regcollation, root.name, root.key_name, other.oid::regcollation),
        format('drop policy <each> on %s; alter table %1$s alter column %I type %s collate %s; create policy <each> on %1$s;', tenant_table.name, tenant_table.key_name, ${keyTypeOf('root')}, other.oid::regcollation)
      from tenant_table join tenant_table as root on root.is_root
      join pg_collation as own on own.oid = tenant_table.key_collation join pg_collation as other on other.oid = root.key_collation
      where own.oid <> other.oid and not (own.collisdeterministic and other.collisdeterministic)`
  },
  {
    id: 'key-defaulted',
    severity: 'error',
    title: 'A tenant key with a fixed default',
    gain: 'Whoever forgets to say whose a row is gives it to one tenant, always the same.',
    explanation: 'A default is for what does not matter. One that asks for the tenant of the transaction is no such default, and is let be, unless it names one where nothing is set: as the policies do, or by the same setting.',
    query: `
      select tenant_table.name as object, format('%I defaults to %s', key_name, said.text) as detail,
        format('alter table %s alter column %I drop default;', tenant_table.name, key_name) as mend
      from tenant_table join pg_attrdef on pg_attrdef.adrelid = tenant_table.oid and pg_attrdef.adnum = tenant_table.key_number, context,
        lateral (select pg_get_expr(pg_attrdef.adbin, pg_attrdef.adrelid) as text) as said
      where not is_root and said.text is distinct from context.expression
        -- The key may be a domain.
        and said.text is distinct from format('(%s)::%s', context.expression, format_type(key_type, null))
        and not (said.text !~* '\\m(or|case|coalesce|greatest|least|concat|concat_ws)\\M|\\|\\|' and exists (
          select from context_setting where strpos(said.text, format('current_setting(%L', context_setting.name)) > 0))`
  },
  {
    id: 'key-generated',
    severity: 'error',
    title: 'A tenant key that counts or computes itself',
    gain: 'Rows that get the id of whichever tenant comes next, or one that follows from what a tenant typed.',
    explanation: 'Identity and generated columns are for ids of rows. Whose a row is has to be said by whoever adds it, and checked by the policy.',
    query: `
      select tenant_table.name as object, format('%I is %s', key_name, case when attidentity <> '' then 'an identity column' else 'a generated column' end) as detail,
        format('alter table %s alter column %I drop %s;', tenant_table.name, key_name, case when attidentity <> '' then 'identity' else 'expression' end) as mend
      from tenant_table join pg_attribute on attrelid = tenant_table.oid and attnum = key_number
      where not is_root and (attidentity <> '' or attgenerated <> '')`
  },
  {
    id: 'key-not-referring',
    severity: 'warning',
    title: 'A tenant key that refers to no tenant',
    gain: 'Rows of tenants that are not there, which the next tenant of that id would find as its own.',
    explanation: 'Without a foreign key, deleting a tenant leaves its rows behind. Records that are to outlive their tenant are an exception to name with --ignore.',
    query: `
      select tenant_table.name as object, format('%I has no foreign key to %s', tenant_table.key_name, root.name) as detail,
        ${overAllRows("format('alter table %s add foreign key (%I) references %s (%I) on delete restrict;', tenant_table.name, tenant_table.key_name, root.name, root.key_name)", 'values (tenant_table.oid), (root.oid)')} as mend
      from tenant_table join tenant_table as root on root.is_root
      where not tenant_table.is_root and tenant_table.key_number is not null and not tenant_table.relispartition
        and not exists (select from pg_constraint where contype = 'f' and conrelid = tenant_table.oid and confrelid = root.oid and conkey = array[tenant_table.key_number] and confkey = array[root.key_number])`
  },
  {
    id: 'key-not-indexed',
    severity: 'warning',
    title: 'A table that no index finds by tenant',
    gain: "Each tenant's every page reads all tenants' rows: slow for all, and its time tells how many there are.",
    explanation: 'The policy is an index condition where a valid, unconditional B-tree index leads with the key.',
    query: `
      select name as object, format('no valid index leads with %I', key_name) as detail, format('create index on %s (%I);', name, key_name) as mend
      from tenant_table
      where key_number is not null and relkind = 'r' and not exists (
        select from pg_index join pg_class as index_relation on index_relation.oid = pg_index.indexrelid join pg_am on pg_am.oid = index_relation.relam
        where pg_index.indrelid = tenant_table.oid and indisvalid and indpred is null and amname = 'btree' and indkey[0] = key_number)`
  },
  {
    id: 'trigger',
    severity: 'warning',
    title: 'A trigger on a table of tenants',
    gain: 'Code that runs in the transaction of every tenant, with their rows in hand.',
    explanation: 'A trigger function that runs as its owner, or that writes elsewhere, goes round the policies of the statement that fired it. Name those that you have read with --ignore.',
    query: `
      select format('%s.%I', tenant_table.name, tgname) as object, 'calls ' || tgfoid::regprocedure as detail, format('drop trigger %I on %s;', tgname, tenant_table.name) as mend
      from pg_trigger join tenant_table on tenant_table.oid = tgrelid where not tgisinternal`
  },
  {
    id: 'key-trigger-off',
    severity: 'error',
    title: 'Foreign keys that are switched off',
    gain: 'References to the rows of other tenants: the keys that would refuse them do not look.',
    explanation: 'ALTER TABLE ... DISABLE TRIGGER ALL, as some restore scripts run it, disables the triggers that foreign keys consist of, and leaves them in the catalog as if they held. Switched on again, they do not look at what came meanwhile: the mend makes the constraints anew, which looks over the rows, and leaves triggers of your own as they are. Where it fails, mend these rows first.',
    query: `
      select format('%s.%I', whole.conrelid::regclass, whole.conname) as object, 'its triggers are disabled on ' || off.names as detail,
        ${overAllRows(`format('alter table %1$s drop constraint %2$I, add constraint %2$I %3$s;', whole.conrelid::regclass, whole.conname, ${constraintDefinition('whole')}) || ${constraintCommentAgain('whole')}
          || coalesce((select concat(${indexPlaceAgain('pg_index')}, ${commentAgain("'index ' || indexrelid::regclass", 'pg_class', 'indexrelid')}) from pg_index where indexrelid = whole.conindid and whole.contype <> 'f'), '')`, 'values (whole.conrelid), (whole.confrelid)')} as mend
      from (
        -- Of a partition's, the constraint that it is a part of.
        with recursive step (name, oid) as (
          select tenant_table.name, tgconstraint from pg_trigger join tenant_table on tenant_table.oid = tgrelid where tgisinternal and tgenabled in ('D', 'R')
          union
          select step.name, pg_constraint.conparentid from step join pg_constraint on pg_constraint.oid = step.oid where pg_constraint.conparentid <> 0
        )
        select oid, string_agg(name, ', ' order by name) as names from step group by oid
      ) as off join pg_constraint as whole on whole.oid = off.oid and whole.conparentid = 0`
  },
  {
    id: 'rewrite-rule',
    severity: 'error',
    title: 'A rewrite rule on a table or view that tenants may use',
    gain: "Statements that are turned into others, which run with the rights of the table's or view's owner.",
    explanation: 'What a rule adds to a statement is checked as the owner of what has the rule: security_invoker is for what a view shows alone. PostgreSQL, "Rules and Privileges".',
    query: `
      select distinct format('%s.%I', relation.name, rulename) as object, pg_get_ruledef(pg_rewrite.oid) as detail, format('drop rule %I on %s;', rulename, relation.name) as mend
      from pg_rewrite join (
        select tenant_table.oid, tenant_table.name from tenant_table union select reachable_relation.oid, reachable_relation.oid::regclass::text from reachable_relation where not is_of_extension
      ) as relation on relation.oid = ev_class
      where rulename <> '_RETURN'`
  },
  {
    id: 'published',
    severity: 'warning',
    title: 'A table of tenants that is published',
    gain: 'Whoever subscribes gets the rows of all tenants.',
    explanation: 'Logical replication sends what is in the log; policies of the publisher play no part.',
    query: `
      select distinct coalesce(listed.name, tenant_table.name) as object, format('is published by %I', pg_publication.pubname) as detail,
        case when puballtables then format('drop publication %I; create publication %1$I for table <the others>%s;', pg_publication.pubname, (
            select format(' with (%s)', string_agg(option.text, ', '))
            from (values
              (case when not (pubinsert and pubupdate and pubdelete and pubtruncate) then format('publish = %L', concat_ws(', ', case when pubinsert then 'insert' end, case when pubupdate then 'update' end, case when pubdelete then 'delete' end, case when pubtruncate then 'truncate' end)) end),
              (case when pubviaroot then 'publish_via_partition_root = true' end),
              -- Since PostgreSQL 18.
              (case when to_jsonb(pg_publication) ->> 'pubgencols' = 's' then 'publish_generated_columns = stored' end)
            ) as option (text) having count(option.text) > 0)) || ${commentAgain("format('publication %I', pg_publication.pubname)", 'pg_publication', 'pg_publication.oid')}
          else concat_ws(' ', format('alter publication %I drop table ', pg_publication.pubname) || listed.name || ';', of_schema.mends) end as mend
      from tenant_table, pg_publication_tables join pg_publication on pg_publication.pubname = pg_publication_tables.pubname,
        -- It, or the partitioned table that it is a part of, by its own name, or with its schema.
        lateral (
          with recursive above (oid, level) as (
            select tenant_table.oid, 0
            union
            select inhparent, level + 1 from above join pg_inherits on inhrelid = above.oid join pg_class on pg_class.oid = inhrelid and pg_class.relispartition
          )
          select (array_agg(above.oid::regclass::text order by level) filter (where prrelid is not null))[1] as name, array_agg(distinct relnamespace) as namespaces
          from above join pg_class on pg_class.oid = above.oid left join pg_publication_rel on prrelid = above.oid and prpubid = pg_publication.oid
        ) as listed,
        -- With the tables of the schema that belong to no tenant left in; once for all of it.
        lateral (
          select string_agg(format('do %L;', format('begin if exists (select from pg_publication_namespace join pg_publication on pg_publication.oid = pnpubid where pubname = %L and pnnspid = %L::regnamespace) then alter publication %I drop tables in schema %s;%s end if; end',
            pg_publication.pubname, pnnspid::regnamespace, pg_publication.pubname, pnnspid::regnamespace, (
              select format(' alter publication %I add table %s;', pg_publication.pubname, string_agg(format('only %s', pg_class.oid::regclass), ', ' order by pg_class.oid))
              from pg_class where relnamespace = pnnspid and relkind in ('r', 'p') and relpersistence = 'p' and not relispartition and pg_class.oid not in (select other.oid from tenant_table as other)
                and not exists (select from pg_publication_rel where prpubid = pg_publication.oid and prrelid = pg_class.oid)
              having count(*) > 0
            ))), ' ') as mends
          from pg_publication_namespace where pnpubid = pg_publication.oid and pnnspid = any (listed.namespaces)
        ) as of_schema
      where quote_ident(pg_publication_tables.schemaname) = tenant_table.schema_name and pg_publication_tables.tablename = tenant_table.relname`
  }
]
