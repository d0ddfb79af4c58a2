import { functionCode } from './function-code.ts'
import type { CheckSettings } from './settings.ts'

/** What stands between two parentheses, with more of them in it: deeper than that nobody looks, and what is there counts for nothing. */
const within = Array.from({ length: 12 }).reduce((inner: string) => String.raw`(?:[^()]|\(${inner}\))*`, '[^()]*')

/** A name without quotes, and what may stand between a name and its parenthesis. */
const word = String.raw`(?:[\w$]|[^\x01-\x7f])+`
const gap = String.raw`(?:\s|--[^\n\r]*[\n\r]|/\*(?:[^*]|\*(?!/))*\*/)*`

/**
 * What a function calls: as far as PostgreSQL notes it, and as far as a text that it does not look into names it, bare or in quotes, before a
 * parenthesis. The names are taken out of the text, and looked up: to look for each name there is in each text would take hours where there
 * are thousands of both.
 */
const calleesOf = (caller: string): string => String.raw`(
        select pg_depend.refobjid as oid
        from pg_depend where pg_depend.classid = 'pg_proc'::regclass and pg_depend.objid = ${caller} and pg_depend.refclassid = 'pg_proc'::regclass
        union all
        select named.oid
        from pg_proc as text join pg_language on pg_language.oid = text.prolang
        join pg_proc as named on named.oid::bigint >= 16384 and named.proname = any (array(
          select lower(found[1] collate "C")::name from regexp_matches(text.prosrc, '(${word})(?=${gap}\()', 'g') as found
          union
          select replace(found[1], '""', '"')::name from regexp_matches(text.prosrc, '"((?:[^"]|"")+)"(?=${gap}\()', 'g') as found
        ))
        where text.oid = ${caller} and text.prosqlbody is null and lanname in ('sql', 'plpgsql')
      )`

/**
 * The relations that the rules are written over, as common table expressions: what was asked for, who can reach what, the
 * tenants' tables, and their policies. Everything comes from the system catalogs, which every role may read; nothing from the
 * information schema, which shows each role its own part. To be run with an empty search_path: PostgreSQL prints expressions
 * with the names that the search_path makes necessary.
 */
export const catalog = `
  given as materialized (
    select quote_ident($1::jsonb ->> 'schema') as schema_name, $1::jsonb ->> 'column' as key_column, $1::jsonb ->> 'root' as root_table, $1::jsonb ->> 'rootKey' as root_key, $1::jsonb ->> 'context' as given_context,
      array(select jsonb_array_elements_text($1::jsonb -> 'definers')) as definers,
      array(select jsonb_array_elements_text($1::jsonb -> 'verifiers')) as verifiers,
      array(select jsonb_array_elements_text($1::jsonb -> 'namers')) as namers,
      array(select jsonb_array_elements_text($1::jsonb -> 'hiddenColumns')) as hidden_columns,
      array(select jsonb_array_elements_text($1::jsonb -> 'shared')) as shared,
      array(select oid from pg_roles where rolname in (select jsonb_array_elements_text($1::jsonb -> 'trustedRoles'))) as trusted_roles,
      $1::jsonb -> 'manifest' as manifest
  ),
  -- Where the tenants' tables are. The first has the table of the tenants themselves.
  given_schema as materialized (
    select oid, quote_ident(nspname) as name, nspname = $1::jsonb ->> 'schema' as is_first
    from pg_namespace where nspname = $1::jsonb ->> 'schema' or nspname in (select jsonb_array_elements_text($1::jsonb -> 'moreSchemas'))
  ),
  runtime_role as materialized (
    select oid, rolname, quote_ident(rolname) as name, 'tenant' as kind
    from pg_roles where rolname in (select jsonb_array_elements_text($1::jsonb -> 'tenantRoles'))
    union all
    select oid, rolname, quote_ident(rolname) as name, 'operator' as kind
    from pg_roles where rolname in (select jsonb_array_elements_text($1::jsonb -> 'operatorRoles'))
  ),
  -- Every role that one that serves requests is, or may become, however many steps away, inherited or by SET ROLE; and which
  -- membership of its own leads there.
  reachable as materialized (
    with recursive step (start, oid, first) as (
      select oid, oid, null::oid from runtime_role
      union
      select step.start, membership.roleid, coalesce(step.first, membership.roleid) from step join pg_auth_members as membership on membership.member = step.oid
    )
    select runtime_role.oid as start, runtime_role.name as start_name, runtime_role.kind, pg_roles.oid, quote_ident(pg_roles.rolname) as name, step.first::regrole::text as first_name,
      rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
    from step join runtime_role on runtime_role.oid = step.start join pg_roles on pg_roles.oid = step.oid
  ),
  -- Tables, partitions included, that hold tenants' rows or that a role that serves requests can reach.
  any_table as materialized (
    select relation.oid, relation.relname, its.schema_name, its.name, its.listed_name, relation.relowner, relation.relkind, relation.relacl,
      relation.relrowsecurity, relation.relforcerowsecurity, relation.relispartition, its.is_root, its.key_name,
      key.attnum as key_number, key.attnotnull as key_is_not_null, key.atttypid as key_type, key.attcollation as key_collation,
      -- A domain is compared as what it is over.
      coalesce(nullif(inner_domain.typbasetype, 0), nullif(key_domain.typbasetype, 0), key.atttypid) as key_base_type,
      key.attnum is null and array[case when its.is_first then relation.relname::text end, its.name] && given.shared as is_shared,
      granted.is_granted, relation.relowner = any (given.trusted_roles) and not granted.is_granted as is_kept
    from given, given_schema
    join pg_class as relation on relation.relnamespace = given_schema.oid and relation.relkind in ('r', 'p')
    cross join lateral (
      select exists (
        select from runtime_role where has_table_privilege(runtime_role.oid, relation.oid, 'select, insert, update, delete, truncate, references, trigger')
          or has_any_column_privilege(runtime_role.oid, relation.oid, 'select, insert, update, references')
      ) as is_granted
    ) as granted
    cross join lateral (
      select given_schema.is_first, given_schema.name as schema_name, format('%s.%I', given_schema.name, relation.relname) as name,
        -- What a manifest calls it.
        case when given_schema.is_first then quote_ident(relation.relname) else format('%s.%I', given_schema.name, relation.relname) end as listed_name,
        given_schema.is_first and relation.relname = given.root_table as is_root,
        case when given_schema.is_first and relation.relname = given.root_table then given.root_key else given.key_column end as key_name
    ) as its
    left join pg_attribute as key on key.attrelid = relation.oid and not key.attisdropped and key.attname = its.key_name
    left join pg_type as key_domain on key_domain.oid = key.atttypid
    left join pg_type as inner_domain on inner_domain.oid = key_domain.typbasetype
    -- Of an extension's tables, those that say whose their rows are.
    where key.attnum is not null or not exists (select from pg_depend where pg_depend.classid = 'pg_class'::regclass and pg_depend.objid = relation.oid and pg_depend.deptype = 'e')
  ),
  tenant_table as materialized (
    select any_table.*, quote_ident(key_name) as quoted_key,
      -- There is no "=" of varchar: PostgreSQL compares the column as the text that it is, and prints that.
      case
        when key_base_type = 'varchar'::regtype then format('(%I)::text', key_name)
        when key_base_type <> key_type then format('(%I)::%s', key_name, format_type(key_base_type, null))
        else quote_ident(key_name)
      end as compared_key,
      -- That of a type which is an extension's, such as citext, is printed with its schema.
      coalesce(case when key_base_type >= 16384 then (
        select format('OPERATOR(%s.=)', oprnamespace::regnamespace) from pg_operator
        where oprname = '=' and oprleft = key_base_type and oprright = key_base_type and oprcanmerge and oprnamespace <> 'pg_catalog'::regnamespace limit 1) end, '=') as equality
    -- What a trusted role owns, and none that serves requests may touch, is its own affair, but for the table of the tenants.
    from any_table where (key_number is not null or is_granted) and not is_shared and (is_root or not is_kept)
  ),
  any_policy as materialized (
    select policy.oid, policy.polname, policy.polrelid, policy.polroles, policy.polcmd, policy.polpermissive,
      tenant_table.name as table_name, tenant_table.listed_name as listed_table, tenant_table.key_name, tenant_table.key_number, tenant_table.key_type, tenant_table.quoted_key, tenant_table.equality,
      its.casts_key, tenant_table.compared_key as bare_key, case when its.casts_key then format('(%I)::text', tenant_table.key_name) else tenant_table.compared_key end as compared_key,
      format('%s.%I', tenant_table.name, policy.polname) as name,
      pg_get_expr(policy.polqual, policy.polrelid) as using_text, pg_get_expr(policy.polwithcheck, policy.polrelid) as check_text,
      policy.polqual::text as using_tree, policy.polwithcheck::text as check_tree,
      exists (
        select from runtime_role, unnest(policy.polroles) as target (oid)
        where runtime_role.kind = 'tenant' and (target.oid = 0 or pg_has_role(runtime_role.oid, target.oid, 'usage'))
      ) as reaches_tenants,
      exists (
        select from runtime_role, unnest(policy.polroles) as target (oid)
        where runtime_role.kind = 'operator' and (target.oid = 0 or pg_has_role(runtime_role.oid, target.oid, 'usage'))
      ) as reaches_operators
    from pg_policy as policy join tenant_table on tenant_table.oid = policy.polrelid
    cross join lateral (
      -- The texts of two numbers or uuids are never alike: compared as texts, they are compared, without an index. The tree is asked first, since
      -- a cast is rare.
      select case when tenant_table.key_type in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'uuid'::regtype) and position(format('{COERCEVIAIO :arg {VAR :varno 1 :varattno %s ', tenant_table.key_number) in concat(policy.polqual, policy.polwithcheck)) > 0
        then (
          select (position(format('((%I)::text = ', tenant_table.key_name) in printed.text) > 0 or position(format(' = (%I)::text)', tenant_table.key_name) in printed.text) > 0)
            and position(format('(%I = ', tenant_table.key_name) in printed.text) = 0 and position(format(' = %I)', tenant_table.key_name) in printed.text) = 0
          from concat_ws(' ', pg_get_expr(policy.polqual, policy.polrelid), pg_get_expr(policy.polwithcheck, policy.polrelid)) as printed (text))
        else false end as casts_key
    ) as its
  ),
  -- Policies that compare the key with what no column of the row is in, by the whole of an expression or by a part of its AND, or of one within
  -- that, whatever the other parts are about. Whose a row is says nothing of whose the transaction is: what a function makes of its id, or a
  -- sub-select of its key, is true of every row. The text does not tell columns from other names; the tree does.
  row_free as materialized (
    with expression as materialized (
      select any_policy.oid, key_number, kind, tree, starts_with(tree, '{OPEXPR ') and tree not like '%{VAR %{VAR %' as has_one_column
      from any_policy, lateral (values ('using', using_tree), ('check', check_tree)) as part (kind, tree)
      where starts_with(tree, '{OPEXPR ') or starts_with(tree, '{BOOLEXPR :boolop and ')
    ),
    -- Braces that are part of a name have a backslash before them. No node is within a Var.
    token as materialized (
      select expression.oid, kind, place, found[1] as text, sum(case when found[1] ~ '^\\{(?!VAR )' then 1 when found[1] = '}' then -1 else 0 end) over (partition by expression.oid, kind order by place) as level
      from expression, regexp_matches(tree, '\\\\.|\\{VAR [^}]*\\}|\\{BOOLEXPR :boolop and|\\{\\w*|\\}', 'g') with ordinality as match (found, place)
      where not has_one_column
    ),
    node as materialized (
      select oid, kind, text, level, place, lead(place) over (partition by oid, kind, level order by place) as end_place
      from (select oid, kind, text, level + case text when '}' then 1 else 0 end as level, place from token where text ~ '^(\\{(?!VAR )|\\}$)') as brace
    ),
    -- A column is one of the row where it is as many levels up as there are sub-selects around it.
    row_column as materialized (
      select token.oid, token.kind, token.place, substring(token.text from ':varattno (-?\\d+)')::integer as number
      from token left join node as subselect on subselect.oid = token.oid and subselect.kind = token.kind and subselect.text = '{QUERY' and token.place between subselect.place and subselect.end_place
      where starts_with(token.text, '{VAR ')
      group by token.oid, token.kind, token.place, token.text
      having count(subselect.place) = substring(token.text from ':varlevelsup (\\d+)')::integer
    )
    select oid, kind from expression where has_one_column
    union all
    select expression.oid, expression.kind
    from expression join node on node.oid = expression.oid and node.kind = expression.kind and node.text = '{OPEXPR' and not exists (
      select from node as around where around.oid = node.oid and around.kind = node.kind and around.place < node.place and around.end_place > node.place and around.text not in ('{BOOLEXPR :boolop and', '}'))
    join row_column on row_column.oid = node.oid and row_column.kind = node.kind and row_column.place between node.place and node.end_place
    group by expression.oid, expression.kind, key_number, node.place
    having array_agg(number) = array[key_number::integer]
  ),
  -- The same with the key first, whichever side of "=" it stands on, and without a SELECT around what is from no table: PostgreSQL prints one
  -- that is no more than an expression on one line.
  read_policy as materialized (
    select any_policy.*, ${keyFirst('using_text')} as using_read, ${keyFirst('check_text')} as check_read,
      any_policy.oid in (select row_free.oid from row_free where kind = 'using') as using_is_row_free, any_policy.oid in (select row_free.oid from row_free where kind = 'check') as check_is_row_free
    from any_policy
  ),
  -- What the key is compared with: as given, or as most policies of the tenants have it. One of many, and what the row itself decides, is no
  -- tenant of a transaction.
  context as materialized (
    select case
        when asked.expression is null then (
          select mode() within group (order by compared.expression)
          from read_policy, lateral (select coalesce(substr(using_read, length(compared_key || equality) + 4, length(using_read) - length(compared_key || equality) - 4), '') as text) as read,
            lateral (select case when casts_key then format('(%s)::%s', read.text, format_type(key_type, null)) else read.text end as expression) as compared
          where reaches_tenants and using_is_row_free and starts_with(using_read, format('(%s %s ', compared_key, equality)) and read.text !~* '^(any|all|some)\\M'
        )
        when not exists (select from read_policy where using_read = format('(%s %s %s)', compared_key, equality, asked.expression) and not using_is_row_free) then coalesce((
          select format('(%s)::%s', asked.expression, format_type(min(key_type), null)) from read_policy where casts_key and position(format('(%s %s %s)', compared_key, equality, asked.expression) in concat_ws(' ', using_read, check_read)) > 0 having count(*) > 0
        ), asked.expression)
      end as expression
    from given, lateral (select ${withoutSelect('given.given_context')} as expression) as asked
  ),
  -- Of what narrows the canonical expression by AND, wherever in it that stands, that expression is what counts.
  policy as materialized (
    select read_policy.*, sought.canonical, wide.using_expression, wide.check_expression,
      coalesce(wide.using_expression = sought.canonical and using_same <> sought.canonical, false) or coalesce(wide.check_expression = sought.canonical and check_same <> sought.canonical, false) as is_narrower
    from read_policy, context, lateral (
      select format('(%s %s %s)', bare_key, equality, coalesce(context.expression, '<the tenant of the transaction>')) as canonical,
        format('(%s %s %s)', coalesce(context.expression, '<the tenant of the transaction>'), equality, bare_key) as reversed,
        -- What is cast to the type of the key there, where it is the key that is cast here.
        case when casts_key then substring(context.expression from format('^\\((.*)\\)::%s$', format_type(key_type, null))) end as text
    ) as sought, lateral (
      select ${asBare('using_read')} as using_same, ${asBare('check_read')} as check_same
    ) as same, lateral (
      select ${widest('using')} as using_expression, ${widest('check')} as check_expression
    ) as wide
  ),
  -- Functions that did not come with the server. Object ids below 16384 are those of what did, whatever schema it is in:
  -- PostgreSQL, "System Catalog Initial Data".
  own_function as materialized (
    select function.*, function.oid::regprocedure::text as name, quote_ident(pg_roles.rolname) as owner_name, pg_roles.rolsuper, pg_roles.rolbypassrls, lanname, lanpltrusted,
      exists (select from pg_depend where pg_depend.classid = 'pg_proc'::regclass and pg_depend.objid = function.oid and pg_depend.deptype = 'e') as is_of_extension
    from pg_proc as function
    join pg_namespace on pg_namespace.oid = function.pronamespace
    join pg_roles on pg_roles.oid = function.proowner
    join pg_language on pg_language.oid = function.prolang
    where function.oid >= 16384 and pg_namespace.nspname !~ '^pg_(temp|toast)'
  ),
  -- Views, policies, defaults, checks, indexes, operators, casts, types and functions that were read when they were made hold what they refer to by
  -- its id: nobody asks for the use of its schema then.
  referred as materialized (
    select pg_depend.refclassid as classid, pg_depend.refobjid as oid, pg_depend.classid as by_class, pg_depend.objid as by_oid
    from pg_depend left join pg_rewrite on pg_depend.classid = 'pg_rewrite'::regclass and pg_rewrite.oid = pg_depend.objid
    where pg_depend.classid in ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass, 'pg_proc'::regclass, 'pg_class'::regclass,
        'pg_operator'::regclass, 'pg_cast'::regclass, 'pg_type'::regclass, 'pg_amproc'::regclass, 'pg_amop'::regclass)
      and pg_depend.refclassid in ('pg_class'::regclass, 'pg_proc'::regclass) and pg_depend.refobjid >= 16384 and pg_rewrite.ev_class is distinct from pg_depend.refobjid
  ),
  -- What a role that serves requests can have run: by calling it, by an aggregate that does, or by a trigger, which asks for no
  -- privilege, and may be set off by what another trigger, a cascade or a function writes.
  runnable_function as materialized (
    select own_function.*, runtime_role.name as role_name, 'may call it' as how
    from own_function, runtime_role
    where has_function_privilege(runtime_role.oid, own_function.oid, 'execute')
      and (has_schema_privilege(runtime_role.oid, own_function.pronamespace, 'usage') or own_function.oid in (select referred.oid from referred where referred.classid = 'pg_proc'::regclass))
    union all
    select own_function.*, runtime_role.name, 'may call an aggregate that does'
    from pg_aggregate, unnest(array[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn]::oid[]) as part (oid)
    join own_function on own_function.oid = part.oid, runtime_role
    where has_function_privilege(runtime_role.oid, aggfnoid, 'execute')
    union all
    select own_function.*, runtime_role.name, 'may set it off, as the trigger ' || quote_ident(tgname) || ' on ' || tgrelid::regclass
    from own_function join pg_trigger on tgfoid = own_function.oid and not tgisinternal and tgenabled <> 'D', runtime_role
    where tgrelid in (select any_table.oid from any_table)
      or has_table_privilege(runtime_role.oid, tgrelid, 'insert, update, delete, truncate') or has_any_column_privilege(runtime_role.oid, tgrelid, 'insert, update')
  ),
  -- What policies call by themselves, the roots.
  policy_call as materialized (
    select distinct pg_policy.oid as policy, pg_depend.refobjid as root
    from pg_policy
    join tenant_table on tenant_table.oid = pg_policy.polrelid
    join pg_depend on pg_depend.classid = 'pg_policy'::regclass and pg_depend.objid = pg_policy.oid and pg_depend.refclassid = 'pg_proc'::regclass
  ),
  -- What each function on the way from there calls. However many policies and functions lead to one, its text is read twice: to get on, and to say so.
  function_call as materialized (
    with recursive step (oid) as (
      select policy_call.root from policy_call
      union
      select callee.oid from step, lateral ${calleesOf('step.oid')} as callee
    )
    select distinct step.oid as caller, callee.oid as callee from step, lateral ${calleesOf('step.oid')} as callee
  ),
  -- What policies call, the root, and what that calls.
  called as materialized (
    with recursive step (root, oid) as (
      select policy_call.root, policy_call.root from policy_call
      union
      select step.root, function_call.callee from step join function_call on function_call.caller = step.oid
    )
    select policy_call.policy, step.root, step.oid from policy_call join step on step.root = policy_call.root
  ),${functionCode}
  policy_function as materialized (
    select own_function.oid, own_function.name, coalesce(pg_get_function_sqlbody(own_function.oid), own_function.prosrc) as body,
      coalesce(pg_get_function_sqlbody(own_function.oid), function_code.code, own_function.prosrc) as code, coalesce(pg_get_function_sqlbody(own_function.oid), function_code.bare, own_function.prosrc) as bare,
      coalesce(pg_get_function_sqlbody(own_function.oid), function_code.plain, own_function.prosrc) as plain,
      -- Nobody sees here what it does.
      own_function.is_of_extension or own_function.lanname not in ('sql', 'plpgsql') as is_opaque
    from own_function left join function_code on function_code.oid = own_function.oid where own_function.oid in (select called.oid from called)
  ),
  -- Without their texts: one function may be called by thousands of policies.
  called_function as materialized (
    select called.policy, called.root::regprocedure::text as root_name, policy_function.oid, policy_function.name
    from called join policy_function on policy_function.oid = called.oid
  ),
  -- The texts that say whose rows they are, and the function that each is of.
  context_text as materialized (
    select null::oid as function, concat_ws(' ', using_expression, check_expression) as source, false as is_verified from policy where reaches_tenants
    union all
    select policy_function.oid, code, name = any (given.verifiers) from policy_function, given
  ),
  -- The settings that they read. Where a name is put together of a text and of the first argument of the function, whoever calls it has the
  -- rest. Null is one whose name is not written out, in a variable or put together in another way, or asked for by a text that is executed: it
  -- may be any, or any that begins so.
  context_reading as materialized (
    select coalesce(found[1], found[2], found[3] || call.argument, case when found[3] is null then call.argument end) as name, found[3] as beginning, is_verified
    from context_text as text, regexp_matches(text.source, '\\mcurrent_setting"?\\s*\\((?:\\s*(?:e?''([^''\\\\]+)''|\\$\\w*\\$([^$]+)\\$\\w*\\$)(?:\\s*::\\s*[\\w.]+)?\\s*[,)]|\\s*\\(?\\s*(?:''([^''\\\\]+)''(?:\\s*::\\s*[\\w.]+)?\\s*\\|\\|\\s*)?(\\$1|[a-z_]\\w*)(?:\\s*::\\s*[\\w.]+)?\\s*[,)])?', 'gi') as found
    left join lateral (
      select argument[1] as argument
      from pg_proc, context_text as caller, regexp_matches(caller.source, '(?<![\\w$])' || regexp_replace(proname, '\\W', '\\\\\\&', 'g') || '"?\\s*\\((?:\\s*(?:\\w+\\s*:?=>?\\s*)?''([^''\\\\]+)''(?:\\s*::\\s*[\\w.]+)?\\s*[,)])?', 'gi') as argument
      where pg_proc.oid = text.function and pronargs > 0 and lower(found[4]) in ('$1', lower(proargnames[1]))
    ) as call on true
    union all
    select null, null, policy_function.name = any (given.verifiers) from policy_function, given where bare ~* '\\mexecute\\M' and code !~* '\\mcurrent_setting\\M'
  ),
  context_setting as materialized (select distinct name from context_reading where name is not null),
  -- Those that whoever can set them names another tenant with: what is read anywhere but by a function that asks for a signature.
  forgeable_setting as materialized (select distinct name from context_reading where not is_verified),
  -- By what a role or a function that sets something names a tenant. Where no name is to be read, it may be by any but those of extensions.
  naming_setting as materialized (
    select distinct context_reading.name, coalesce('^' || regexp_replace(context_reading.name, '\\W', '\\\\\\&', 'g') || '=', '^' || regexp_replace(context_reading.beginning, '\\W', '\\\\\\&', 'g'), '^(?!(auto_explain|citus|cron|pgaudit|pg_\\w+|pl\\w+|timescaledb)[.])[^=]*[.]') as pattern from context_reading
  ),
  -- What sessions here begin with: of the roles that serve requests, of logins that become one by SET ROLE, which takes nothing of it back, and of all.
  login_setting as materialized (
    select quote_ident(its.rolname) as setrole_name, quote_ident(pg_database.datname) as database_name, setting, setrole <> 0 and setrole not in (select runtime_role.oid from runtime_role) as is_of_another
    from pg_db_role_setting
    left join pg_roles as its on its.oid = setrole
    left join pg_database on pg_database.oid = setdatabase,
    unnest(setconfig) as setting
    where (setdatabase = 0 or pg_database.datname = current_database())
      and (setrole = 0 or exists (select from runtime_role where runtime_role.oid = setrole or its.rolcanlogin and not its.rolsuper and pg_has_role(its.oid, runtime_role.oid, 'member')))
  ),
  -- What shows rows of the tenants' tables, over any number of other views.
  showing_view as materialized (
    with recursive step (oid) as (
      -- Those of a trusted role's own, too.
      select any_table.oid from any_table where not is_shared and (key_number is not null or is_granted)
      union
      select pg_rewrite.ev_class
      from step join pg_depend on pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.refclassid = 'pg_class'::regclass and pg_depend.refobjid = step.oid
      join pg_rewrite on pg_rewrite.oid = pg_depend.objid
    )
    select oid from step
  ),
  -- Those that somebody has named as the same for all tenants, and that show nothing of theirs.
  shared_view as materialized (
    select view.oid
    from given, unnest(given.shared) as asked (name) join pg_class as view on view.relkind in ('v', 'm') and asked.name in (view.oid::regclass::text, case when view.relnamespace = (select given_schema.oid from given_schema where is_first) then view.relname::text end)
    where view.oid not in (select showing_view.oid from showing_view)
  ),
  -- Relations that a role which serves requests may touch: what did not come with the server, but no temporary ones, and what came with it and
  -- was made to show the tenants' tables.
  reachable_relation as materialized (
    select relation.oid, relation.relkind, relation.relnamespace, relation.relowner, relation.reloptions, runtime_role.oid as role,
      exists (select from pg_depend where pg_depend.classid = 'pg_class'::regclass and pg_depend.objid = relation.oid and pg_depend.deptype = 'e') as is_of_extension
    from runtime_role, pg_class as relation join pg_namespace on pg_namespace.oid = relation.relnamespace
    where relation.relkind in ('r', 'p', 'v', 'm', 'f') and (relation.oid >= 16384 or relation.oid in (select showing_view.oid from showing_view)) and pg_namespace.nspname !~ '^pg_(temp|toast)'
      and (has_schema_privilege(runtime_role.oid, pg_namespace.oid, 'usage') or relation.oid in (select referred.oid from referred where referred.classid = 'pg_class'::regclass))
      and (has_table_privilege(runtime_role.oid, relation.oid, 'select, insert, update, delete') or has_any_column_privilege(runtime_role.oid, relation.oid, 'select, insert, update'))
  ),
  -- The functions of the schemas, those that policies call, those that somebody has vouched for, and what all of these call.
  deciding_function as materialized (
    with recursive step (oid) as (
      (
        select own_function.oid from own_function, given where own_function.pronamespace in (select given_schema.oid from given_schema) or own_function.name = any (given.definers)
        union
        select called_function.oid from called_function
      )
      union
      select pg_depend.refobjid
      from step join pg_depend on pg_depend.classid = 'pg_proc'::regclass and pg_depend.objid = step.oid and pg_depend.refclassid = 'pg_proc'::regclass
    )
    select oid from step
  ),
  -- What PostgreSQL notes that functions and policies call, by signature, since two may have one name. Of what comes with it, it notes nothing.
  callee as materialized (
    select caller.classid, caller.oid, array_to_string(array(
      select case pg_depend.refclassid when 'pg_proc'::regclass then pg_depend.refobjid::regprocedure::text else pg_depend.refobjid::regoperator::text end collate "C" as signature
      from pg_depend
      where pg_depend.classid = caller.classid and pg_depend.objid = caller.oid and pg_depend.refclassid in ('pg_proc'::regclass, 'pg_operator'::regclass)
      group by signature order by signature), ', ') as signatures
    from (select 'pg_proc'::regclass as classid, oid from deciding_function union all select 'pg_policy'::regclass, oid from policy) as caller
  ),
  -- Of what kind it is, whose rights it takes, how it runs, what it takes and gives, what it does, and what it calls. The same on every server.
  function_hash as materialized (
    select own_function.oid, own_function.name, encode(sha256(convert_to(jsonb_build_array(
      own_function.owner_name, own_function.lanname, own_function.prokind, own_function.provolatile, own_function.proparallel,
      own_function.prosecdef, own_function.proleakproof, own_function.proisstrict, own_function.proconfig,
      pg_get_function_arguments(own_function.oid), pg_get_function_result(own_function.oid), nullif(own_function.prosupport, 0)::regprocedure::text,
      own_function.probin, coalesce(pg_get_function_sqlbody(own_function.oid), own_function.prosrc), callee.signatures)::text, 'UTF8')), 'hex') as hash
    from own_function
    join deciding_function on deciding_function.oid = own_function.oid
    join callee on callee.classid = 'pg_proc'::regclass and callee.oid = own_function.oid
    where not own_function.is_of_extension
  ),
  -- The roles that see rows of tenants, or that lead to them, and what for; where a role does several things, the first.
  named_role as materialized (
    select distinct on (named.oid) named.oid, named.oid::regrole::text as name, named.kind, named.what
    from (
      select runtime_role.oid, 1 as place, kind, case kind when 'tenant' then 'serves tenants' else 'reads the rows of all tenants' end as what from runtime_role
      union all select trusted.oid, 2, 'trusted', 'passes the walls' from given, unnest(given.trusted_roles) as trusted (oid)
      union all select relowner, 3, 'owner', 'owns tables of tenants' from tenant_table
      union all select proowner, 4, 'definer', 'owns functions that run as it' from given, own_function where prosecdef and own_function.name = any (given.definers)
    ) as named
    order by named.oid, named.place
  ),
  -- Who may own the database: its owner and, where that logs in nowhere, whoever may become it, since nobody else acts as it then.
  database_owner as materialized (
    select pg_roles.oid
    from pg_roles, pg_database join pg_roles as named on named.oid = pg_database.datdba
    where pg_database.datname = current_database()
      and (pg_roles.oid = named.oid or not named.rolcanlogin and not named.rolsuper and pg_has_role(pg_roles.oid, named.oid, 'member'))
  ),
  -- Logins that nobody has named. Known without a name are the superuser that the server was made with, the login that looks, and whoever
  -- set the database up: those who may own it, and one that makes roles and administers all that are named.
  unnamed_login as materialized (
    select login.oid, login.rolname, quote_ident(login.rolname) as name, login.rolsuper
    from pg_roles as login
    where login.rolcanlogin and login.oid <> 10 and login.rolname <> session_user and login.oid not in (select database_owner.oid from database_owner)
      and login.oid not in (select named_role.oid from named_role)
      and not (login.rolcreaterole and not exists (
        select from named_role where not exists (select from pg_auth_members as membership where membership.roleid = named_role.oid and membership.member = login.oid and membership.admin_option)))
  ),
  -- Who owns most of the tenants' tables; and whoever may own what decides about them: that role and those that may become it, superusers,
  -- whoever may own the database, and roles that log in nowhere and own functions that somebody has vouched for.
  main_owner as materialized (select mode() within group (order by relowner) as oid from tenant_table),
  rightful_owner as materialized (
    select pg_roles.oid
    from pg_roles, main_owner
    where pg_roles.rolsuper or pg_roles.rolname = 'pg_database_owner' or pg_roles.oid in (select database_owner.oid from database_owner)
      or pg_has_role(pg_roles.oid, main_owner.oid, 'member')
      or not pg_roles.rolcanlogin and pg_roles.oid in (select named_role.oid from named_role where named_role.kind = 'definer')
  ),
  -- Who owns most of what is in one of the schemas.
  schema_owner as materialized (select schema_name, mode() within group (order by relowner) as oid from any_table group by schema_name),
  -- Schemas that what decides about the tenants' rows is in.
  deciding_schema as materialized (
    select pg_namespace.oid, pg_namespace.nspname, pg_namespace.nspowner, pg_namespace.nspacl, given_schema.oid is not null as is_given
    from pg_namespace left join given_schema on given_schema.oid = pg_namespace.oid
    where given_schema.oid is not null
      or pg_namespace.oid in (select own_function.pronamespace from policy_function join own_function using (oid) where not own_function.is_of_extension)
  ),
  -- What is granted on tables, and on columns of theirs, to whom.
  table_grant as materialized (
    select any_table.oid as table_oid, any_table.listed_name, acl.grantee, lower(acl.privilege_type) as privilege, part.column_name
    from any_table, lateral (
      select null::name as column_name, any_table.relacl as present
      union all select attname, attacl from pg_attribute where attrelid = any_table.oid and attnum > 0 and not attisdropped and attacl is not null
    ) as part, aclexplode(part.present) as acl
  ),
  -- Those of them, and of those who may create in the schemas, that nobody has named: no superuser, nobody who is known without a name, no
  -- group that leads none but these to it.
  unnamed_grantee as materialized (
    select pg_roles.oid, quote_ident(pg_roles.rolname) as name
    from (
      select grantee from table_grant
      union select acl.grantee from deciding_schema, aclexplode(nspacl) as acl where acl.privilege_type = 'CREATE'
    ) as granted join pg_roles on pg_roles.oid = granted.grantee
    where not pg_roles.rolsuper and pg_roles.oid not in (select named_role.oid from named_role) and pg_roles.oid not in (select database_owner.oid from database_owner)
      and not exists (select from runtime_role where pg_has_role(runtime_role.oid, pg_roles.oid, 'usage'))
      and case when pg_roles.rolcanlogin then pg_roles.oid in (select unnamed_login.oid from unnamed_login)
        else exists (select from unnamed_login where not unnamed_login.rolsuper and pg_has_role(unnamed_login.oid, pg_roles.oid, 'member'))
          or not exists (select from pg_roles as login where login.rolcanlogin and not login.rolsuper and pg_has_role(login.oid, pg_roles.oid, 'member')) end
  ),
  -- Tables with FORCE: each by itself, and by whatever it is a partition or a child of. Nobody reads this but a mend.
  forced_table as materialized (
    with recursive step (oid, part) as (
      select pg_class.oid, pg_class.oid from pg_class where relkind in ('r', 'p')
      union
      select step.oid, inhrelid from step join pg_inherits on inhparent = step.part
    )
    select step.oid, pg_class.oid::regclass::text as name from step join pg_class on pg_class.oid = step.part where relforcerowsecurity
  ),
  -- What a manifest lists.
  owner_line as materialized (
    select format('table %s: %s', any_table.listed_name, any_table.relowner::regrole) as line, any_table.name, any_table.relowner as owner from any_table
    union all
    select format('schema %I: %s', nspname, nspowner::regrole), quote_ident(nspname), nspowner from deciding_schema
  ),
  grant_line as materialized (
    select format('%s: %s: %s', listed_name, runtime_role.name, privilege) || coalesce(' (' || string_agg(quote_ident(column_name), ', ' order by column_name collate "C") || ')', '') as line,
      format('%s: %s: %s', listed_name, runtime_role.name, privilege) as start, table_oid, runtime_role.name as role_name, privilege, array_agg(quote_ident(column_name)) filter (where column_name is not null) as columns
    from table_grant join runtime_role on runtime_role.oid = table_grant.grantee
    group by table_oid, listed_name, runtime_role.name, privilege, column_name is null
  ),
  key_line as materialized (
    select pg_constraint.contype as kind, format('%s: %s', any_table.listed_name, pg_get_constraintdef(pg_constraint.oid)) as line, any_table.name as table_name
    from pg_constraint join any_table on any_table.oid = pg_constraint.conrelid
    where pg_constraint.contype in ('f', 'u', 'p', 'x', 'c') and pg_constraint.conparentid = 0
    union all
    select 'u', format('%s: %s', any_table.listed_name, pg_get_indexdef(indexrelid)), any_table.name
    from pg_index join any_table on any_table.oid = indrelid
    where indisunique and not exists (select from pg_constraint where conindid = indexrelid)
  ),
  policy_line as materialized (
    select name, format('%s.%I: %s for %s to %s using %s with check %s', listed_table, polname, case when polpermissive then 'permissive' else 'restrictive' end,
      case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
      (select string_agg(case when target.oid = 0 then 'public' else target.oid::regrole::text end, ', ' order by case when target.oid = 0 then 'public' else target.oid::regrole::text end) from unnest(polroles) as target (oid)),
      coalesce(using_text, 'nothing'), coalesce(check_text, 'nothing')) || coalesce(' calling ' || nullif(callee.signatures, ''), '') as line
    from policy join callee on callee.classid = 'pg_policy'::regclass and callee.oid = policy.oid
  )`

/** An expression of a policy with the key first: only "=" can end with the key, a comparison being in parentheses of its own. */
function keyFirst (text: string): string {
  const plain = withoutSelect(text)
  return `case
      when starts_with(${plain}, '(') and right(${plain}, length(compared_key || equality) + 3) = format(' %s %s)', equality, compared_key) and not starts_with(${plain}, format('(%s %s ', compared_key, equality))
        then format('(%s %s %s)', compared_key, equality, substr(${plain}, 2, length(${plain}) - length(compared_key || equality) - 4))
      else ${plain}
    end`
}

/** With the bare key in a comparison of its text. */
function asBare (text: string): string {
  return `case when sought.text is null then ${text} else replace(replace(${text}, format('(%s %s %s)', compared_key, equality, sought.text), sought.canonical), format('(%s %s %s)', sought.text, equality, compared_key), sought.canonical) end`
}

function withoutSelect (text: string): string {
  return `regexp_replace(${text}, '\\( SELECT ([^\\n]*?) AS (?:\\w+|"[^"\\n]+")\\)', '\\1', 'g')`
}

/**
 * Which part of an AND the canonical expression is plays no part: PostgreSQL prints all of them side by side in one pair of
 * parentheses, and whatever else holds a comparison, OR and NOT as well, in a pair of its own further in. An AND that is itself a part of
 * one, and nothing but that, says the same. A literal or a quoted name that only reads like it is taken out before.
 */
function widest (kind: 'using' | 'check'): string {
  const read = `${kind}_same`
  const marked = `replace(replace(${read}, sought.canonical, chr(1)), sought.reversed, chr(1))`
  const bare = String.raw`regexp_replace(${marked}, '''(?:[^'']|'''')*''|"(?:[^"]|"")*"', '', 'g')`
  const chain = Array.from({ length: 4 }).reduce((inner: string) => String.raw`(?:\u0001|\((?:${within} AND )?${inner}(?: AND ${within})?\))`, String.raw`\u0001`)
  // What only reads like it, of something of the row, is in parentheses that set it apart.
  return `case
        when not ${kind}_is_row_free then case when ${read} = sought.canonical then format('(%s)', ${read}) else ${read} end
        when strpos(${read}, ' AND ') > 0 and ${bare} ~ '^${chain}$' then sought.canonical
        else ${read}
      end`
}

/** The settings as the relations of `catalog` take them. */
export function catalogParameter (settings: CheckSettings): string {
  return JSON.stringify(settings)
}
