import type { Rule } from '../rule.ts'

/** The schemas that have what a function names without one, its own first: tables, functions and types, whatever they are to it. @param routine its row of `own_function` */
const schemasNamedBy = (routine: string): string => String.raw`(
  select string_agg(quote_ident(needed.nspname), ', ' order by needed.place, needed.nspname)
  from (
    select distinct nearest.nspname, nearest.place
    from (
      select distinct on (word.name) pg_namespace.nspname, case when pg_namespace.oid = ${routine}.pronamespace then 0 when pg_namespace.oid in (select given_schema.oid from given_schema) then 1 else 2 end as place
      from (select coalesce(replace(found[2], '""', '"'), lower(found[1])) as name from regexp_matches(${routine}.prosrc, '(?<![\w$."])(?:([a-z_][\w$]*)|"((?:[^"]|"")+)")(?!["\w$]|\s*\.)', 'gi') as found) as word
      join (
        select relname, relnamespace from pg_class where relkind in ('r', 'p', 'v', 'm', 'f', 'S') union all select proname, pronamespace from pg_proc union all select typname, typnamespace from pg_type
      ) as named (name, namespace) on named.name = word.name
      join pg_namespace on pg_namespace.oid = named.namespace
      where nspname !~ '^(pg_|information_schema$)' and not exists (select from runtime_role where has_schema_privilege(runtime_role.oid, pg_namespace.oid, 'create'))
      order by word.name, place, nspname
    ) as nearest
  ) as needed)`

/** Types whose names are part of the language: nothing of the search_path comes before them. */
const typesOfLanguage = 'bigint|int|integer|smallint|boolean|real|float|decimal|dec|numeric|double|char|character|varchar|nchar|national|bit|time|timestamp|interval'
/** Words that a statement begins with, rather than a variable. */
const statements = 'return|perform|raise|execute|open|close|fetch|move|exit|continue|get|call|end|if|elsif|else|select|insert|update|delete|assert'

/** What casts to a type, or has a variable of one. */
const namingTypes = [String.raw`::\s*`, String.raw`\mcast\s*\((?:[^()]|\([^()]*\))*?\mas\s+`, String.raw`(?:\mdeclare|;)\s+(?!(?:${statements})\M)[a-z_]\w*\s+(?:constant\s+)?(?=[\w$"]+\s*(?:;|:=|=|\(|\mdefault\M|\mnot\M))`]

/** What reads or writes a relation. */
const namingRelations = [String.raw`(?<!\mdistinct\s+)\m(?:from|join)\s+(?:only\s+)?`, String.raw`\minsert\s+into\s+`, String.raw`\mupdate\s+(?:only\s+)?(?=[\w$"]+\s+set\M)`]

/** The first that a function names without its schema, but for what a WITH of its own is called. @param routine its row of `own_function` */
const firstWithoutSchema = (routine: string, naming: readonly string[]): string => String.raw`(
  select found[1] from regexp_matches(${routine}.prosrc, '(?:${naming.join('|')})(?!(?:${typesOfLanguage}|select|values|lateral|with|unnest)\M)([a-z_][\w$]*|"(?:[^"]|"")+")(?![\w$"]|\s*[.(])', 'gi') as found
  where ${routine}.prosrc !~* format('\m%s\s+as\s+(?:not\s+)?(?:materialized\s+)?\(', regexp_replace(found[1], '(\W)', '\\\1', 'g')) limit 1)`
const namedWithoutSchema = (routine: string): string => firstWithoutSchema(routine, [...namingTypes, ...namingRelations])
const relationWithoutSchema = (routine: string): string => firstWithoutSchema(routine, namingRelations)

/** Those that serve tenants, may have it run and may make temporary things. @param routine its row of `own_function` */
const ofWhoMakesTemporary = (routine: string): string => `
        from runtime_role join runnable_function on runnable_function.role_name = runtime_role.name
        where runnable_function.oid = ${routine}.oid and has_database_privilege(runtime_role.oid, current_database(), 'temporary')`

/** Of a search_path. A quoted name may end with it as well. */
const looksAmongTemporary = String.raw`regexp_replace(replace(setting, '"pg_temp"', 'pg_temp'), '"(?:[^"]|"")*"', '""', 'g') !~ '[=,]\s*pg_temp$'`
const pathWithTemporaryLast = String.raw`
        format('alter routine %s set search_path = %s;', own_function.name, concat_ws(', ', coalesce((
          select string_agg(found[1], ', ' order by place) from regexp_matches(substr(setting, length('search_path=') + 1), '("(?:[^"]|"")*"|[^",\s]+)', 'g') with ordinality as element (found, place)
          where lower(found[1]) not in ('pg_temp', '"pg_temp"', '""')), 'pg_catalog'), 'pg_temp'))`

/** Code in the database that finds other things than its author meant. */
export const searchPathRules: readonly Rule[] = [
  {
    id: 'definer-search-path',
    severity: 'error',
    title: 'A function that runs as its owner and finds names where its caller says',
    gain: 'The owner’s rights, for a table, type or function of one’s own that is found before the real one.',
    explanation: 'Give it SET search_path = pg_catalog, pg_temp and write every other name with its schema, or a body of the SQL standard (BEGIN ATOMIC), whose names are resolved when it is made. Temporary tables and types are found first unless pg_temp stands in the search_path, also where that is empty: a cast to a type of the caller’s runs its check as the owner, where the caller may make temporary ones (see temporary-privilege). Where the body has names without a schema, the mend adds the schemas that have them, but none in which a role that serves requests may create.',
    query: `
      select name as object, 'has neither a search_path of its own nor a body that was resolved when it was made' as detail, format('alter routine %s set search_path = %s;', name, concat_ws(', ', 'pg_catalog', ${schemasNamedBy('own_function')}, 'pg_temp')) as mend
      from own_function where not is_of_extension and prosecdef and prosqlbody is null and not exists (select from unnest(proconfig) as setting where setting ~ '^search_path=')
      union all
      select own_function.name, format('its %s lets %s put what is temporary in the place of %s', setting, caller.name, ${namedWithoutSchema('own_function')}), ${pathWithTemporaryLast}
      from own_function, unnest(proconfig) as setting, lateral (select runtime_role.name ${ofWhoMakesTemporary('own_function')} order by runtime_role.name limit 1) as caller
      where not is_of_extension and prosecdef and prosqlbody is null and setting ~ '^search_path=' and ${looksAmongTemporary} and ${namedWithoutSchema('own_function')} is not null`
  },
  {
    id: 'definer-search-path-temporary',
    severity: 'warning',
    title: 'A function that runs as its owner and looks among temporary tables first',
    gain: 'The owner’s rights, for a temporary table or type that has the name of a real one, once a caller may make some.',
    explanation: 'Temporary tables and types are searched first unless pg_temp stands in the search_path: let it stand last, also where the path is empty otherwise.',
    query: `
      select name as object, 'its ' || setting || ' does not end with pg_temp' as detail, ${pathWithTemporaryLast} as mend
      from own_function, unnest(proconfig) as setting
      where not is_of_extension and prosecdef and prosqlbody is null and setting ~ '^search_path=' and ${looksAmongTemporary} and not (${namedWithoutSchema('own_function')} is not null and exists (select ${ofWhoMakesTemporary('own_function')}))`
  },
  {
    id: 'policy-function-search-path',
    severity: 'error',
    title: 'A function that says whose a row is, by a table that its caller may put another before',
    gain: 'Any tenant, for whoever makes a temporary table of that name.',
    explanation: 'What a policy calls with the rights of its caller finds names as the session does, and temporary tables first. Write the table with its schema, or give the function a search_path that ends with pg_temp, and take TEMPORARY from roles that serve requests.',
    query: `
      select own_function.name as object, format('%s may put a temporary table in the place of %s', caller.name, ${relationWithoutSchema('own_function')}) as detail, format('alter routine %s set search_path = %s;', own_function.name, concat_ws(', ', 'pg_catalog', ${schemasNamedBy('own_function')}, 'pg_temp')) as mend
      from own_function, lateral (
        select runtime_role.name from runtime_role where kind = 'tenant' and has_database_privilege(runtime_role.oid, current_database(), 'temporary') order by runtime_role.name limit 1
      ) as caller
      where own_function.oid in (select called_function.oid from called_function join policy on policy.oid = called_function.policy where reaches_tenants) and not prosecdef and prosqlbody is null and lanname in ('sql', 'plpgsql')
        and not exists (select from unnest(proconfig) as setting where setting ~ '^search_path=' and not ${looksAmongTemporary})
        and ${relationWithoutSchema('own_function')} is not null`
  }
]
