/** One statement of several, which is done as a whole or not at all. @param statements an expression of SQL for their text, each with its semicolon */
const asOne = (statements: string): string => `(
  select case when strpos(block.statements, '$$') = 0 then format('do $$ begin %s end $$;', block.statements) else format('do %L;', format('begin %s end', block.statements)) end
  from (select ${statements} as statements) as block)`

/**
 * Statements that look over rows, such as those that add a foreign key: without FORCE meanwhile, or the owner of the tables sees none of them,
 * and finds nothing wrong with what it does not see.
 *
 * @param statements an expression of SQL for their text, each with its semicolon
 * @param tables a query for the ids of the tables that they look over; their partitions have policies of their own
 */
export const overAllRows = (statements: string, tables: string): string => `(
  select case when forced.off is null then forced.between else ${asOne("concat(forced.off, ' ', forced.between, ' ', forced.back)")} end
  from (
    select string_agg(distinct format('alter table %s no force row level security;', name), ' ') as off, ${statements} as between, string_agg(distinct format('alter table %s force row level security;', name), ' ') as back
    from forced_table where forced_table.oid in (${tables})
  ) as forced)`

/** A text as a literal on one line. @param text an expression of SQL */
export const oneLineLiteral = (text: string): string => `('E''' || replace(replace(replace(replace(replace(${text}, '\\', '\\\\'), '''', ''''''), chr(10), '\\n'), chr(13), '\\r'), chr(9), '\\t') || '''')`

/** The comment of what is made anew, which goes with what was there. @param kindAndName as COMMENT ON has them, an expression of SQL @param catalog where it is listed @param id its number there */
export const commentAgain = (kindAndName: string, catalog: 'pg_constraint' | 'pg_class' | 'pg_policy' | 'pg_publication', id: string): string => `coalesce((
  select concat(' comment on ', ${kindAndName}, ' is ', ${oneLineLiteral('description')}, ';') from pg_description where classoid = '${catalog}'::regclass and objoid = ${id} and objsubid = 0), '')`

/** The same of a constraint. @param constraint its row of pg_constraint */
export const constraintCommentAgain = (constraint: string): string => commentAgain(`format('constraint %I on %s', ${constraint}.conname, ${constraint}.conrelid::regclass)`, 'pg_constraint', `${constraint}.oid`)

/** A constraint as it was made: PostgreSQL prints one that is unique without the options of its index. @param constraint its row of pg_constraint @param definition as it is printed, or what was made of that */
export const constraintDefinition = (constraint: string, definition = `pg_get_constraintdef(${constraint}.oid)`): string => `regexp_replace(${definition}, '( DEFERRABLE(?: INITIALLY DEFERRED)?)?$', coalesce((
  select format(' WITH (%s)', string_agg(format('%I=%L', option_name, option_value), ', ')) from pg_class, pg_options_to_table(reloptions) where pg_class.oid = ${constraint}.conindid and ${constraint}.contype in ('p', 'u') having count(*) > 0), '') || '\\1')`

/** Where an index was, and whether its table is clustered by it, which no definition says. @param index its row of pg_index */
export const indexPlaceAgain = (index: string): string => `(
  select concat((select format(' alter index %s set tablespace %I;', pg_class.oid::regclass, spcname) from pg_tablespace where pg_tablespace.oid = reltablespace), case when ${index}.indisclustered then format(' alter table %s cluster on %I;', ${index}.indrelid::regclass, relname) end)
  from pg_class where pg_class.oid = ${index}.indexrelid)`

/**
 * The roles that were named and that have a privilege through none but those whom it is revoked from.
 *
 * @param acl the access list, an expression of SQL
 * @param privilege an expression of SQL, in capitals
 * @param isRevoked a condition on `held.grantee`
 * @param isMeant a condition on `named_role` and its `named` of pg_roles
 */
const losing = (acl: string, privilege: string, isRevoked: string, isMeant: string): string => `(
  select string_agg(named_role.name, ', ' order by named_role.name)
  from named_role join pg_roles as named on named.oid = named_role.oid
  where not named.rolsuper and ${isMeant} and (
    select bool_and(${isRevoked}) from aclexplode(${acl}) as held where held.privilege_type = ${privilege} and (held.grantee = 0 or pg_has_role(named.oid, held.grantee, 'usage'))))`

/** Of the roles that were named, those of backups, migrations and functions. */
export const servesNone = "named_role.kind not in ('tenant', 'operator')"

/** Grants it to those who lose it, before they do. @param what what is granted, and of what: an expression of SQL. For the rest, see `losing`. */
export const keptBy = (what: string, ...ofWhom: Parameters<typeof losing>): string => `coalesce(concat('grant ', ${what}, ' to ') || ${losing(...ofWhom)} || '; ', '')`

/**
 * Grants the roles that were named what they are about to lose of a table: without what other rules would take from them, and to those alone that
 * serve requests or that some row is visible to.
 *
 * @param table its row of `tenant_table`
 * @param isRevoked a condition on `held.grantee`, and on whom it is asked of
 */
export const keptOf = (table: string, privileges: ReadonlyArray<'select' | 'insert' | 'update' | 'delete'>, isRevoked: (grantee: string) => string, isHidden: (column: string) => string): string => `coalesce((
  select string_agg(format('grant %s on %s to %s; ', by_role.privileges, ${table}.name, by_role.name), '' order by by_role.name)
  from (
    select named_role.name, string_agg(case when by_column.is_whole then wanted.privilege else format('%s (%s)', wanted.privilege, by_column.names) end, ', ' order by wanted.place) as privileges
    from given, named_role join pg_roles as named on named.oid = named_role.oid, unnest(array[${privileges.map(privilege => `'${privilege}'`).join(', ')}]) with ordinality as wanted (privilege, place),
      lateral (
        select bool_and(is_lost and is_of_all) as is_whole, string_agg(quote_ident(attname), ', ' order by attnum) filter (where is_lost) as names
        from (
          select attname, attnum,
            coalesce(bool_and(${isRevoked('held.grantee')}), false)
              and not (wanted.privilege = 'select' and named_role.kind in ('tenant', 'operator') and ${isHidden('attname')}) and not (wanted.privilege = 'update' and named_role.kind = 'tenant' and attnum = coalesce(${table}.key_number, 0)) as is_lost,
            coalesce(bool_or(held.is_of_all), false) as is_of_all
          from pg_attribute left join lateral (
            select grantee, privilege_type, true as is_of_all from aclexplode(coalesce(${table}.relacl, acldefault('r', ${table}.relowner))) union all select grantee, privilege_type, false from aclexplode(attacl)
          ) as held on held.privilege_type = upper(wanted.privilege) and (held.grantee = 0 or pg_has_role(named.oid, held.grantee, 'usage'))
          where attrelid = ${table}.oid and attnum > 0 and not attisdropped
          group by attname, attnum
        ) as by_name
      ) as by_column
    where not named.rolsuper and not (${isRevoked('named.oid')}) and by_column.names is not null and (wanted.privilege = 'select' or named_role.kind <> 'operator')
      and (named_role.kind in ('tenant', 'operator') or named.rolbypassrls or not ${table}.relrowsecurity
        or exists (select from any_policy, unnest(any_policy.polroles) as target (oid) where any_policy.polrelid = ${table}.oid and (target.oid = 0 or pg_has_role(named.oid, target.oid, 'usage'))))
    group by named_role.name
  ) as by_role), '')`
