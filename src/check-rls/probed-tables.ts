import { catalog } from './catalog.ts'

/** The tables that are attacked, as `ProbedTable` and `hasKey`, for the settings as `catalogParameter` has them and the role that is `$2`. */
export const probedTables = `
  with${catalog},
  -- By the key's own collation another tenant's row may look like one's own. Who is another is for the tenants' own table to say.
  exact_key as materialized (
    select tenant_table.oid, its.oid as collation, case
        when own.collisdeterministic or own.oid is null or own.oid = its.oid then quoted.name
        else format('(%s::text collate %s)', quoted.name, case when its.collisdeterministic is false then its.oid::regcollation::text else '"C"' end)
      end as expression, case when own.collisdeterministic or own.oid is null or own.oid = its.oid then tenant_table.equality else '=' end as equality
    from tenant_table cross join lateral (select '"' || replace(tenant_table.key_name, '"', '""') || '"' as name) as quoted
    left join pg_collation as own on own.oid = tenant_table.key_collation
    left join (tenant_table as root join pg_collation as its on its.oid = root.key_collation) on root.is_root
  )
  select tenant_table.name, tenant_table.schema_name as schema, tenant_table.key_name as key, exact_key.expression as "exactKey", exact_key.equality, tenant_table.is_root as "isRoot", key_number is not null as "hasKey",
    (select json_agg(json_build_object('name', attname, 'isGenerated', attgenerated <> '', 'isIdentity', attidentity <> '',
        'isNumbered', attidentity <> '' or coalesce((select pg_get_expr(adbin, adrelid) ~ '\\mnextval\\(' from pg_attrdef where adrelid = attrelid and adnum = attnum and attgenerated = ''), false),
        'canRead', has_column_privilege(role.oid, attrelid, attnum, 'select'), 'canInsert', has_column_privilege(role.oid, attrelid, attnum, 'insert'), 'canUpdate', has_column_privilege(role.oid, attrelid, attnum, 'update')) order by attnum)
      from pg_attribute where attrelid = tenant_table.oid and attnum > 0 and not attisdropped) as columns,
    coalesce((select json_agg(attname order by position)
      from pg_constraint, unnest(conkey) with ordinality as own (number, position) join pg_attribute on attrelid = tenant_table.oid and attnum = own.number
      where contype = 'p' and conrelid = tenant_table.oid), '[]') as "primaryKey",
    coalesce((select json_agg(index_relation.relname order by index_relation.relname)
      from pg_index join pg_class as index_relation on index_relation.oid = indexrelid left join pg_constraint on conindid = indexrelid and contype = 'x'
      where indrelid = tenant_table.oid and (indisunique or indisexclusion) and not exists (
        select from generate_series(0, indnkeyatts - 1) as part (place) left join pg_collation as its on its.oid = indcollation[part.place] left join pg_operator on pg_operator.oid = conexclop[part.place + 1]
        where indkey[part.place] = key_number and (conexclop is null or oprname = '=') and (its.oid is null or its.collisdeterministic or its.oid = exact_key.collation))), '[]') as "looseKeys",
    coalesce((select json_agg(json_build_object('table', referenced.name, 'key', referenced.key_name, 'exactKey', its.expression, 'equality', its.equality,
        'own', (select json_agg(attname order by position) from unnest(conkey) with ordinality as own (number, position) join pg_attribute on attrelid = conrelid and attnum = own.number),
        'other', (select json_agg(attname order by position) from unnest(confkey) with ordinality as other (number, position) join pg_attribute on attrelid = confrelid and attnum = other.number)) order by conname)
      from pg_constraint join tenant_table as referenced on referenced.oid = confrelid join exact_key as its on its.oid = confrelid
      where contype = 'f' and conrelid = tenant_table.oid and referenced.key_number is not null), '[]') as references,
    (with recursive dependant (oid) as (
        select tenant_table.oid union select conrelid from dependant join pg_constraint on contype = 'f' and confrelid = dependant.oid
      )
      select json_agg(json_build_object('name', reached.name, 'key', reached.key_name, 'exactKey', its.expression, 'equality', its.equality) order by reached.name)
      from dependant join tenant_table as reached on reached.oid = dependant.oid and reached.key_number is not null join exact_key as its on its.oid = reached.oid) as dependants,
    (with recursive part (oid) as (
        select tenant_table.oid union select inhrelid from part join pg_inherits on inhparent = part.oid
      )
      select coalesce(json_agg(json_build_object('kind', kind, 'name', interceptor.name, 'relation', relation::regclass::text, 'isSilent', is_silent and fires <> 'R',
          'isAskedInReplica', fires <> 'O', 'isOurs', pg_has_role(relowner, 'usage')) order by kind, interceptor.name), '[]')
      from part join (
          -- Row by row, and before. Of a partition, those that it has from its table are called internal, as keys are.
          select tgrelid as relation, 'trigger' as kind, tgname as name, tgenabled as fires, tgtype::integer & 3 = 3 as is_silent
          from pg_trigger where not tgisinternal or (tgparentid <> 0 and tgconstraint = 0)
          union all
          select ev_class, 'rule', rulename, ev_enabled, is_instead from pg_rewrite where ev_type <> '1'
        ) as interceptor on relation = part.oid join pg_class on pg_class.oid = relation
      where fires <> 'D') as interceptors
  from tenant_table join exact_key using (oid), pg_roles as role
  where role.rolname = $2
  order by tenant_table.name`
