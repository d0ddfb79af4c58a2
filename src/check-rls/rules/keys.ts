import { commentAgain, constraintCommentAgain, constraintDefinition, indexPlaceAgain, overAllRows } from './mends.ts'
import type { Rule } from '../rule.ts'

/** Whether an index tells tenants apart by its column of this place: by a collation of its own, it may take different ones for equal. */
const tellsApart = (place: string): string => `(indcollation[${place}] in (0, key_collation) or exists (select from pg_collation where pg_collation.oid = indcollation[${place}] and collisdeterministic))`

/** The columns of these numbers, in their order. */
const columnsOf = (relation: string, numbers: string, except = '0'): string => `(
  select string_agg(quote_ident(attname), ', ' order by part.place) from unnest(${numbers}) with ordinality as part (number, place) join pg_attribute on attrelid = ${relation} and attnum = part.number where part.number <> ${except})`
/** The same in the name of an index. */
const namesOf = (relation: string, numbers: string): string => `(
  select string_agg(attname, '_' order by part.place) from unnest(${numbers}) with ordinality as part (number, place) join pg_attribute on attrelid = ${relation} and attnum = part.number)`
/** Names between parentheses, which may have some of their own in quotes. */
const namesWithin = '\\((?:[^"()]|"[^"]*")*\\)'
/** A foreign key as it is printed, up to what it does, and when. */
const foreignKeyHead = `'^FOREIGN KEY ${namesWithin} REFERENCES (?:[^"(]|"[^"]*")*${namesWithin}'`
const bothSides = 'values (conrelid), (confrelid)'
const commentOfIt = constraintCommentAgain('pg_constraint')

/**
 * The rest of a foreign key that has the tenant in it: what it clears is not the tenant, which ON UPDATE has no way to say. What is added anew
 * looks over the rows.
 *
 * @param constraint its row of pg_constraint
 * @param cleared the columns that ON DELETE clears, an expression of SQL; where it is null, deleting is refused
 * @param isOfAll whether the columns are still to be null all at once or not at all, the tenant included
 */
const foreignKeyRest = (constraint: string, cleared: string, isOfAll = 'false'): string => `regexp_replace(
  regexp_replace(regexp_replace(pg_get_constraintdef(${constraint}.oid), ${foreignKeyHead}, ''), ' ON UPDATE SET (?:NULL|DEFAULT)| NOT VALID$' || case when ${isOfAll} then '' else '|^ MATCH FULL' end, '', 'g'),
  ' ON DELETE SET (NULL|DEFAULT)(?: ${namesWithin})?', coalesce(' ON DELETE SET \\1 (' || replace(${cleared}, '\\', '\\\\') || ')', ' ON DELETE RESTRICT'))`

/** Whether a foreign key that has the tenant in it clears other columns when what it refers to is deleted. */
const clearsOthers = `(confdeltype in ('n', 'd') and ${columnsOf('conrelid', 'coalesce(confdelsetcols, conkey)', 'tenant_table.key_number')} is not null)`

/** What MATCH FULL says of several columns: with the tenant, which is never null, they could not be null at all. */
const nullTogether = (constraint: string, key = '0'): string => `(
  select format(', add check (num_nulls(%s) in (0, %s))', string_agg(quote_ident(attname), ', ' order by part.place), count(*))
  from unnest(${constraint}.conkey) with ordinality as part (number, place) join pg_attribute on attrelid = ${constraint}.conrelid and attnum = part.number
  where ${constraint}.confmatchtype = 'f' and part.number <> ${key} having count(*) > 1 and not bool_and(attnotnull))`

/** Those that need an index, and that no rule about foreign keys mends: what their tables would pair the tenant with is for their authors to say. */
const otherDependents = (text: string): string => `coalesce((
  select string_agg(${text}, '' order by dependent.oid) from pg_constraint as dependent
  where dependent.contype = 'f' and dependent.conindid = indexrelid and dependent.conparentid = 0 and dependent.conrelid not in (select other.oid from tenant_table as other where other.key_number is not null)), '')`

/** Constraints, which see all rows: row-level security does not hold for what they check. */
export const keyRules: readonly Rule[] = [
  // First: their mends let go of the indexes that those of the next rule replace.
  {
    id: 'foreign-key-without-key',
    severity: 'error',
    title: 'A foreign key that may lead to another tenant',
    gain: 'Rows that hang on another tenant’s; whether an id exists there; and with CASCADE, rows of others that go when one’s own go.',
    explanation: 'What foreign keys look up, and what they cascade to, is not filtered by row-level security. With the tenant in both sides of the key, a row of another tenant is none that it could refer to. The mend looks over the rows, and fails where some refer to another tenant: mend these first. It leaves ON UPDATE SET NULL out, which would clear the tenant as well. To the tenants themselves a row refers by its key: what refers to them by another column can only lead to another, so the mend makes it a value like any other. Where tenants may know of each other, name it with --ignore.',
    query: `
      select format('%s.%I', tenant_table.name, conname) as object, pg_get_constraintdef(pg_constraint.oid) || ' does not pair the tenants of both' as detail,
        case
          when referenced.is_root and (tenant_table.is_root or referenced.key_number = any (confkey)) then format('alter table %s drop constraint %I;', tenant_table.name, conname)
          -- What it would pair is for its author to say.
          when tenant_table.key_number = any (conkey) or referenced.key_number = any (confkey) or (to_jsonb(pg_constraint) ->> 'conperiod')::boolean
            then ${overAllRows(`format('alter table %1$s drop constraint %2$I, add constraint %2$I foreign key (%3$I, <columns>) references %4$s (%5$I, <columns>)%6$s;', tenant_table.name, conname, tenant_table.key_name, referenced.name, referenced.key_name, ${foreignKeyRest('pg_constraint', "'<columns>'", 'true')}) || ${commentOfIt}`, bothSides)}
          else case when not exists (
              select from pg_index where indrelid = confrelid and indisunique and indpred is null
                and array(select unnest((indkey::int2[])[0:indnkeyatts - 1]) order by 1) = array(select unnest(confkey || referenced.key_number) order by 1))
              -- Another key may lead to the same columns.
              then format('create unique index if not exists %I on %s (%I, %s); ', left(concat_ws('_', referenced.relname, referenced.key_name, ${namesOf('confrelid', 'confkey')}, 'key'), 63), referenced.name, referenced.key_name, ${columnsOf('confrelid', 'confkey')}) else '' end
            || ${overAllRows(`format('alter table %1$s drop constraint %2$I, add constraint %2$I FOREIGN KEY (%3$I, %4$s) REFERENCES %5$s(%6$I, %7$s)%8$s%9$s;', tenant_table.name, conname, tenant_table.key_name, ${columnsOf('conrelid', 'conkey')}, referenced.name, referenced.key_name,
              ${columnsOf('confrelid', 'confkey')}, ${foreignKeyRest('pg_constraint', columnsOf('conrelid', 'coalesce(confdelsetcols, conkey)'))}, ${nullTogether('pg_constraint')}) || ${commentOfIt}`, bothSides)}
        end as mend
      from pg_constraint join tenant_table on tenant_table.oid = conrelid join tenant_table as referenced on referenced.oid = confrelid
      where contype = 'f' and conparentid = 0 and tenant_table.key_number is not null and referenced.key_number is not null
        and not exists (select from unnest(conkey, confkey) as pair (own, other) where pair.own = tenant_table.key_number and pair.other = referenced.key_number)`
  },
  {
    id: 'unique-without-key',
    severity: 'error',
    title: 'A unique index without the tenant',
    gain: 'Whether another tenant has a row with this value: "duplicate key" says yes. Who guesses addresses learns who is a customer.',
    explanation: 'Indexes see all rows. Where the tenant is part of the index’s key, rather than what it only includes, another tenant’s value is no duplicate: unless the index has a collation of its own for it, by which two tenants are one. A primary key that counts itself, or is drawn by lot, and that no tenant may write, tells nothing. Names that are public anyway, such as host names, are an exception to name with --ignore.',
    query: `
      select index_relation.oid::regclass::text as object, format('is unique over all rows of %s, whoever they belong to', tenant_table.name)
          || case when key_number = any ((indkey::int2[])[0:indnkeyatts - 1]) then ', since it takes different tenants for equal' else '' end as detail,
        -- As it was, with the tenant before the first of its columns.
        ${otherDependents("format('alter table %s drop constraint %I; ', dependent.conrelid::regclass, dependent.conname)")} || case
          when pg_constraint.oid is null then format('drop index %s; %s (%I, %s;', index_relation.oid::regclass, printed.head, tenant_table.key_name, substr(pg_get_indexdef(indexrelid), length(printed.head || printed.only) + 3))
          else format('alter table %s drop constraint %I, add constraint %2$I %s', tenant_table.name, conname, ${constraintDefinition('pg_constraint', "overlay(pg_get_constraintdef(pg_constraint.oid) placing format('(%I, ', tenant_table.key_name) from strpos(pg_get_constraintdef(pg_constraint.oid), '(') for 1)")}) || ';' || ${commentOfIt}
        end || ${indexPlaceAgain('pg_index')} || ${commentAgain("'index ' || index_relation.oid::regclass", 'pg_class', 'indexrelid')}
          || case when indisreplident then format(' alter table %s replica identity using index %I;', tenant_table.name, index_relation.relname) else '' end || ${otherDependents(`format(' alter table %s add constraint %I foreign key (<its tenant>, <columns>) references %s (%I, <columns>)%s%s;', dependent.conrelid::regclass, dependent.conname, tenant_table.name, tenant_table.key_name, ${foreignKeyRest('dependent', "'<columns>'")}, ${nullTogether('dependent')}) || ${constraintCommentAgain('dependent')}`)} as mend
      from pg_index join tenant_table on tenant_table.oid = indrelid join pg_class as index_relation on index_relation.oid = indexrelid join pg_am on pg_am.oid = index_relation.relam
        left join pg_constraint on conindid = indexrelid and contype in ('p', 'u'),
        -- Of a partitioned table's index, what is printed leaves the partitions out.
        lateral (select format('CREATE UNIQUE INDEX %I ON %s USING %I', index_relation.relname, tenant_table.name, amname) as head, case index_relation.relkind when 'I' then 'ONLY ' else '' end as only) as printed
      where indisunique and key_number is not null
        and not exists (select from generate_series(0, indnkeyatts - 1) as part (place) where indkey[part.place] = key_number and ${tellsApart('part.place')})
        -- Of the tenants themselves, names that none of them can write tell them nothing.
        and (not is_root or exists (
          select from runtime_role, unnest(indkey) as part (number)
          where kind = 'tenant' and (part.number = 0 or has_column_privilege(runtime_role.oid, tenant_table.oid, part.number, 'insert') or has_column_privilege(runtime_role.oid, tenant_table.oid, part.number, 'update'))))
        and not (indisprimary and not exists (
          select from unnest((indkey::int2[])[0:indnkeyatts - 1]) as part (number) join pg_attribute on attrelid = tenant_table.oid and attnum = part.number left join pg_attrdef on adrelid = attrelid and adnum = attnum
          where attgenerated <> '' or attidentity = '' and coalesce(pg_get_expr(adbin, adrelid), '') !~ '^(nextval\\(''|([\\w"]+\\.)?(gen_random_uuid|uuidv4|uuidv7|uuid_generate_v[14])\\(\\)$)'
            or exists (select from runtime_role where kind = 'tenant' and (has_column_privilege(runtime_role.oid, attrelid, attnum, 'insert') or has_column_privilege(runtime_role.oid, attrelid, attnum, 'update')))))
        and not exists (select from pg_inherits where inhrelid = indexrelid)`
  },
  {
    id: 'exclusion-without-key',
    severity: 'error',
    title: 'An exclusion constraint without the tenant',
    gain: 'Whether another tenant has something at that time or place, as with a unique index.',
    explanation: 'An exclusion constraint compares with all rows of the table, unless it compares the tenants too, and by "=": of the column as it is, rather than by a collation of the index, by which two tenants are one.',
    query: `
      select index_relation.oid::regclass::text as object, format('excludes rows of %s by those of other tenants', tenant_table.name)
          || case when compared.by_equality then ', since it takes different tenants for equal' else '' end as detail,
        case when amname = 'gist' and not exists (select from pg_opclass where opcmethod = pg_am.oid and opcintype = tenant_table.key_base_type and opcdefault) then format('create extension if not exists btree_gist schema %s; ', tenant_table.schema_name) else '' end
          || format('alter table %1$s drop constraint %2$I, add constraint %2$I %3$s;', tenant_table.name, conname, overlay(pg_get_constraintdef(pg_constraint.oid) placing format('(%I WITH =, ', tenant_table.key_name) from strpos(pg_get_constraintdef(pg_constraint.oid), '(') for 1)) || ${commentOfIt} || ${indexPlaceAgain('pg_index')} || ${commentAgain("'index ' || index_relation.oid::regclass", 'pg_class', 'indexrelid')} as mend
      from pg_index join tenant_table on tenant_table.oid = indrelid join pg_class as index_relation on index_relation.oid = indexrelid join pg_am on pg_am.oid = index_relation.relam
        join pg_constraint on conindid = indexrelid and contype = 'x'
        cross join lateral (
          select count(*) > 0 as by_equality, coalesce(bool_or(${tellsApart('(pair.position - 1)::integer')}), false) as tells_apart
          from unnest(conkey, conexclop) with ordinality as pair (number, operator, position) join pg_operator on pg_operator.oid = pair.operator
          where pair.number = key_number and oprname = '='
        ) as compared
      where indisexclusion and not indisunique and not is_root and key_number is not null and not compared.tells_apart`
  },
  {
    id: 'unique-not-valid',
    severity: 'warning',
    title: 'A unique index that is not valid',
    gain: 'Two rows where there should be one: two people with one address, two accounts with one name.',
    explanation: 'CREATE INDEX CONCURRENTLY that failed leaves an index behind that is there and does not count.',
    query: `
      select index_relation.oid::regclass::text as object, 'is unique and not valid' as detail, format('reindex index concurrently %s;', index_relation.oid::regclass) as mend
      from pg_index join tenant_table on tenant_table.oid = indrelid join pg_class as index_relation on index_relation.oid = indexrelid where indisunique and not indisvalid`
  },
  {
    id: 'foreign-key-not-validated',
    severity: 'error',
    title: 'A foreign key that nobody has looked over the rows for',
    gain: 'Rows from before that refer to another tenant, or to nobody.',
    explanation: 'NOT VALID holds for new rows alone. And validating as the owner of a table with FORCE sees no rows, and succeeds over whatever there is: take FORCE off both tables for the transaction. Where it fails then, there are such rows: mend them first.',
    query: `
      select format('%s.%I', tenant_table.name, conname) as object, 'is NOT VALID' as detail, ${overAllRows("format('alter table %s validate constraint %I;', tenant_table.name, conname)", bothSides)} as mend
      from pg_constraint join tenant_table on tenant_table.oid = conrelid
      where contype = 'f' and not convalidated`
  },
  {
    id: 'foreign-key-clears-key',
    severity: 'warning',
    title: 'A foreign key that takes the tenant off a row',
    gain: 'Rows without a tenant, where the key may be null; errors, where it may not.',
    explanation: 'ON DELETE SET NULL clears all columns of the key, the tenant’s as well, unless it names some: SET NULL (project_id), since PostgreSQL 15.',
    query: `
      select format('%s.%I', tenant_table.name, conname) as object, pg_get_constraintdef(pg_constraint.oid) as detail,
        ${overAllRows(`format('alter table %1$s drop constraint %2$I, add constraint %2$I %3$s%4$s%5$s;', tenant_table.name, conname, substring(pg_get_constraintdef(pg_constraint.oid) from ${foreignKeyHead}),
          ${foreignKeyRest('pg_constraint', columnsOf('conrelid', 'coalesce(confdelsetcols, conkey)', 'tenant_table.key_number'), `not ${clearsOthers}`)}, case when ${clearsOthers} then ${nullTogether('pg_constraint', 'tenant_table.key_number')} end) || ${commentOfIt}`, bothSides)} as mend
      from pg_constraint join tenant_table on tenant_table.oid = conrelid
      where contype = 'f' and conparentid = 0 and tenant_table.key_number = any (conkey)
        and ((confdeltype in ('n', 'd') and (confdelsetcols is null or tenant_table.key_number = any (confdelsetcols))) or confupdtype in ('n', 'd'))`
  },
  {
    id: 'foreign-key-elsewhere',
    severity: 'error',
    title: 'A foreign key to what tenants cannot read',
    gain: 'Whether an id is there: a reference to it is taken or refused, whoever it belongs to.',
    explanation: 'What foreign keys look up asks for no privilege and no policy. A list that all may read tells nothing by that; what they may not read should not be referred to, unless the tenant is part of the key: one may ask about oneself.',
    query: `
      select format('%s.%I', tenant_table.name, conname) as object, pg_get_constraintdef(pg_constraint.oid) || ' refers to what the tenants cannot read' as detail, format('alter table %s drop constraint %I;', tenant_table.name, conname) as mend
      from pg_constraint join tenant_table on tenant_table.oid = conrelid
      where contype = 'f' and conparentid = 0 and confrelid not in (select other.oid from tenant_table as other where other.key_number is not null)
        and (tenant_table.key_number = any (conkey)) is not true
        and exists (
          select from runtime_role, unnest(confkey) as part (number)
          where kind = 'tenant' and not has_column_privilege(runtime_role.oid, confrelid, part.number, 'select'))`
  }
]
