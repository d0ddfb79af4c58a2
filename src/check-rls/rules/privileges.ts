import { grantAgain, grantees, granteesOf, isHidden, revokeFrom, revokeFromServing, throughIt } from './grantees.ts'
import { keptBy, keptOf, servesNone } from './mends.ts'
import type { Rule } from '../rule.ts'

const callersOfIt = "coalesce(function.proacl, acldefault('f', function.proowner))"
/** Takes a function of PostgreSQL's own from a role that serves requests, and from whomever that has it through, but from none that may keep it. @param isMeant of `named_role` */
const revokeCalls = (isMeant: string): string => `${keptBy("'execute on function pg_catalog.' || function.oid::regprocedure", callersOfIt, "'EXECUTE'", throughIt('held.grantee'), isMeant)} || format('revoke execute on function pg_catalog.%s from %s;', function.oid::regprocedure, ${grantees(callersOfIt)})`
/** That the operator has it gives no tenant anything. */
const servesNoTenant = "named_role.kind <> 'tenant'"

const databaseAcl = "coalesce(datacl, acldefault('d', datdba))"
/** Of a named role, and its `named` of pg_roles: whether it has sessions, its own or its members'. */
const isSomebody = '(named.rolcanlogin or exists (select from pg_auth_members where roleid = named.oid))'

/** What the named roles keep of a table of tenants, of what is revoked from others. @param isRevoked of a grantee */
const keptByNamed = (privileges: Parameters<typeof keptOf>[1], isRevoked: Parameters<typeof keptOf>[2]): string => keptOf('tenant_table', privileges, isRevoked, column => isHidden(column, 'tenant_table'))

/** Of the row of `sequence-readable`. */
const revokeOfSequence = (privileges: string): string => revokeFromServing('relation', privileges, "format('sequence %I.%I', nspname, relation.relname)")

/** Who has some of these privileges on tables of tenants, of those whom nobody has named. */
const ofUnnamed = (privileges: readonly string[]): string => `
      select tenant_table.name as object, unnamed_grantee.name || ', whom nobody has named, has ' || held.privileges as detail,
        ${revokeFrom('tenant_table', { name: 'tenant_table.name', privileges: 'held.privileges', from: 'unnamed_grantee.name', isMeant: grantee => `${grantee} = unnamed_grantee.oid` })} as mend
      from (
        select table_oid, grantee, string_agg(distinct privilege, ', ' order by privilege) as privileges
        from table_grant where privilege in (${privileges.map(privilege => `'${privilege}'`).join(', ')})
        group by table_oid, grantee
      ) as held join tenant_table on tenant_table.oid = held.table_oid join unnamed_grantee on unnamed_grantee.oid = held.grantee`

/** What the roles that serve requests may do. */
export const privilegeRules: readonly Rule[] = [
  {
    id: 'privilege-beyond-rows',
    severity: 'error',
    title: 'A privilege that looks past row-level security',
    gain: 'TRUNCATE: no tenant has any rows left. REFERENCES: a table of one’s own that says which ids others have. TRIGGER: code that runs with whoever writes next. MAINTAIN: locks on the whole table.',
    explanation: 'Policies filter rows. These privileges are about the table as a whole, and policies play no part in them: whoever has them, whether it serves requests or is a role that nobody has named. A trigger on a view, or on a list that all tenants share, runs with the tenant of whoever writes there, so roles that serve requests have them on none of these either. PostgreSQL, "Row Security Policies". GRANT ALL contains them.',
    query: `
      select relation.oid::regclass::text as object, runtime_role.name || ' has ' || held.privileges || case when held.grantee <> runtime_role.oid then ' through ' || held.grantee_name else '' end as detail,
        ${revokeFrom('relation', { name: 'relation.oid::regclass', privileges: 'held.privileges', from: 'held.grantee_name', isMeant: grantee => `${grantee} = held.grantee` })} as mend
      from given, runtime_role, pg_class as relation, lateral (
        select acl.grantee, case acl.grantee when 0 then 'public' else acl.grantee::regrole::text end as grantee_name, string_agg(distinct lower(acl.privilege_type), ', ') as privileges
        from (
          select relation.relacl as present union all select attacl from pg_attribute where attrelid = relation.oid and attacl is not null
        ) as part, aclexplode(part.present) as acl
        where acl.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN') and (acl.grantee = 0 or pg_has_role(runtime_role.oid, acl.grantee, 'usage'))
        group by acl.grantee
      ) as held
      where relation.oid >= 16384 and relation.relkind in ('r', 'p', 'v', 'm', 'f') and relation.relnamespace::regnamespace::text !~ '^pg_(temp|toast)'
        -- What somebody has named as the same for all is another rule's, and so is a table elsewhere whose rows may be asked for.
        and relation.oid not in (select any_table.oid from any_table where is_shared)
        and (relation.relkind not in ('r', 'p') or relation.relnamespace in (select given_schema.oid from given_schema) or relation.oid::regclass::text = any (given.shared) or relation.oid not in (select reachable_relation.oid from reachable_relation))
        and (relation.oid in (select tenant_table.oid from tenant_table) or not exists (select from pg_depend where pg_depend.classid = 'pg_class'::regclass and pg_depend.objid = relation.oid and pg_depend.deptype = 'e'))
      union all
      ${ofUnnamed(['truncate', 'references', 'trigger', 'maintain'])}`
  },
  {
    id: 'privilege-for-another-role',
    severity: 'warning',
    title: 'A privilege on tenants’ rows for a role that nobody has named',
    gain: 'Nothing while no policy is for it: the next policy for PUBLIC, or for a group that it is in, shows or changes rows by it.',
    explanation: 'Who reads and writes tables of tenants should be known: name roles with --tenant-role, --operator-role or --trusted-role, and take from all others what was granted to them. Known without a name are superusers, the owners of the database and of the tables, the members of that of the database where it logs in nowhere, the login that looks, and what owns a function that was named with --definer.',
    query: ofUnnamed(['select', 'insert', 'update', 'delete'])
  },
  {
    id: 'operator-writes',
    severity: 'error',
    title: 'A role that sees all tenants and may write',
    gain: 'Whoever gets into the view over all tenants changes the rows of all tenants.',
    explanation: 'A role that sees everything changes nothing: it has SELECT, and nothing else.',
    query: `
      select tenant_table.name as object, runtime_role.name || ' has ' || array_to_string(writing.privileges, ', ') as detail,
        -- First, to whoever has it through the same grant, and may.
        ${keptByNamed(['insert', 'update', 'delete'], grantee => `(wanted.privilege = any (writing.privileges) and ${throughIt(grantee)})`)}
          || ${revokeFromServing('tenant_table', "array_to_string(writing.privileges, ', ')")} as mend
      from (
        select tenant_table.oid as table_oid, runtime_role.oid as role, array_agg(privilege) as privileges
        from tenant_table, runtime_role, unnest(array['insert', 'update', 'delete']) as privilege
        where runtime_role.kind = 'operator'
          and (has_table_privilege(runtime_role.oid, tenant_table.oid, privilege) or (privilege <> 'delete' and has_any_column_privilege(runtime_role.oid, tenant_table.oid, privilege)))
        group by tenant_table.oid, runtime_role.oid
      ) as writing join tenant_table on tenant_table.oid = writing.table_oid join runtime_role on runtime_role.oid = writing.role and runtime_role.kind = 'operator'`
  },
  {
    id: 'key-updatable',
    severity: 'warning',
    title: 'A tenant key that tenants may update',
    gain: 'Nothing as long as every policy checks what is written; rows moved to another tenant on the day when one does not.',
    explanation: 'A row never changes hands. Grant UPDATE column by column, without the key.',
    query: `
      select tenant_table.name as object, format('%s may update %I', runtime_role.name, tenant_table.key_name) as detail,
        ${keptByNamed(['update'], throughIt)} || ${revokeFromServing('tenant_table', "'update'")} || ${grantAgain('update', 'tenant_table', 'left_column.attnum <> tenant_table.key_number')} as mend
      from tenant_table, runtime_role
      where runtime_role.kind = 'tenant' and key_number is not null and has_column_privilege(runtime_role.oid, tenant_table.oid, key_number, 'update')`
  },
  {
    id: 'column-readable',
    severity: 'error',
    title: 'A hidden column that can be read',
    gain: 'What was to be compared by a function and never shown: hashes of passwords and tokens.',
    explanation: 'A grant on the whole table grants every column, those that are added later, too. Grant SELECT column by column where one is hidden.',
    query: `
      select format('%s.%I', any_table.name, attname) as object, runtime_role.name || ' may read it' as detail,
        ${keptOf('any_table', ['select'], throughIt, column => isHidden(column))} || ${revokeFromServing('any_table', "'select'")} || ${grantAgain('select', 'any_table', `not ${isHidden('left_column.attname')}`)} as mend
      from given, any_table join pg_attribute on attrelid = any_table.oid and attnum > 0 and not attisdropped, runtime_role
      where ${isHidden('attname')} and has_column_privilege(runtime_role.oid, any_table.oid, attnum, 'select')`
  },
  {
    id: 'granted-to-public',
    severity: 'error',
    title: 'A table of tenants that is granted to PUBLIC',
    gain: 'The table, for every role of the server that may connect: those of other applications, and those that nobody has made yet.',
    explanation: 'PUBLIC is everybody, now and later. Grant to the roles that serve, by name.',
    query: `
      select tenant_table.name as object, format('PUBLIC has %s on %s', lower(granted.privilege_type), granted.part) as detail,
        ${keptByNamed(['select', 'insert', 'update', 'delete'], grantee => `${grantee} = 0`)} || ${revokeFrom('tenant_table', { name: 'tenant_table.name', privileges: "'all'", from: "'public'", isMeant: grantee => `${grantee} = 0` })} as mend
      from tenant_table, lateral (
        select privilege_type, 'the whole table' as part from aclexplode(tenant_table.relacl) where grantee = 0
        union
        -- Two may have granted the same.
        select privilege_type, string_agg(quote_ident(attname), ', ' order by attnum)
        from (select distinct attname, attnum, privilege_type from pg_attribute, aclexplode(attacl) where attrelid = tenant_table.oid and attnum > 0 and attacl is not null and grantee = 0) as by_column
        group by privilege_type
      ) as granted`
  },
  {
    id: 'grant-option',
    severity: 'warning',
    title: 'A privilege that may be handed on',
    gain: 'A grant to whomever one likes: to PUBLIC, or to a role for which a policy shows more.',
    explanation: 'WITH GRANT OPTION lets its holder grant the privilege to others.',
    query: `
      select distinct tenant_table.name as object, runtime_role.name || ' may hand on ' || lower(acl.privilege_type) as detail,
        ${revokeFrom('tenant_table', { name: 'tenant_table.name', privileges: "'all'", from: 'runtime_role.name', isMeant: grantee => `${grantee} = runtime_role.oid`, clauses: ['grant option for ', ' cascade'] })} as mend
      from tenant_table, aclexplode(tenant_table.relacl) as acl, runtime_role where acl.is_grantable and acl.grantee = runtime_role.oid`
  },
  {
    id: 'create-privilege',
    severity: 'error',
    title: 'A role that serves requests and may create things',
    gain: 'Functions and operators that others’ statements find before the real ones; tables to keep what was taken.',
    explanation: 'CREATE on a schema of the search_path is enough to take the place of what is called without its schema. PostgreSQL, "Writing SECURITY DEFINER Functions Safely".',
    query: `
      select runtime_role.name as object, format('it may create in the schema %I', pg_namespace.nspname) as detail,
        ${keptBy("format('create on schema %I', pg_namespace.nspname)", "coalesce(nspacl, acldefault('n', nspowner))", "'CREATE'", throughIt('held.grantee'), servesNone)} || format('revoke create on schema %I from %s;', pg_namespace.nspname, ${grantees('nspacl')}) as mend
      from runtime_role, pg_namespace where nspname !~ '^pg_(temp|toast)' and has_schema_privilege(runtime_role.oid, pg_namespace.oid, 'create')
      union all
      select runtime_role.name, format('it may create schemas in the database %I', current_database()),
        ${keptBy("format('create on database %I', current_database())", databaseAcl, "'CREATE'", throughIt('held.grantee'), servesNone)} || format('revoke create on database %I from %s;', current_database(), ${grantees('datacl')})
      from runtime_role join pg_database on datname = current_database() where has_database_privilege(runtime_role.oid, current_database(), 'create')`
  },
  {
    id: 'temporary-privilege',
    severity: 'warning',
    title: 'A role that serves requests and may make temporary tables',
    gain: 'A table that outlives the transaction on a connection of the pool, for the next tenant to find; names that hide real tables from functions without a search_path of their own.',
    explanation: 'Temporary tables belong to the session, which tenants take turns at. PUBLIC may make them in every new database.',
    query: `
      select runtime_role.name as object, format('it may make temporary tables in %I', current_database()) as detail,
        ${keptBy("format('temporary on database %I', current_database())", databaseAcl, "'TEMPORARY'", throughIt('held.grantee'), `${servesNone} and ${isSomebody}`)} || format('revoke temporary on database %I from %s;', current_database(), ${grantees(databaseAcl)}) as mend
      from runtime_role join pg_database on datname = current_database() where has_database_privilege(runtime_role.oid, current_database(), 'temporary')`
  },
  {
    id: 'database-open',
    severity: 'warning',
    title: 'A database that every role may connect to',
    gain: 'A way in for the roles of other applications on the server.',
    explanation: 'PUBLIC has CONNECT on every new database.',
    query: `
      select quote_ident(datname) as object, 'PUBLIC has ' || lower(acl.privilege_type) as detail,
        ${keptBy("format('%s on database %I', lower(acl.privilege_type), datname)", databaseAcl, 'acl.privilege_type', 'held.grantee = 0', `${isSomebody} and (acl.privilege_type = 'CONNECT' or ${servesNone})`)}
          || format('revoke %s on database %I from public;', lower(acl.privilege_type), datname) as mend
      from pg_database, aclexplode(${databaseAcl}) as acl
      where datname = current_database() and acl.grantee = 0`
  },
  {
    id: 'sequence-readable',
    severity: 'warning',
    title: 'A counter that tenants can read or set',
    gain: 'How many rows all tenants together make, and how fast; set back, the next rows of all tenants fail.',
    explanation: 'In whatever schema it is: a sequence is set by its number, which asks for no use of that. Identity columns count without any grant on their sequence; a default that counts, as that of a bigserial, needs USAGE, and no more, and so does an application that calls nextval() by itself. Ids that follow each other still tell something: give each tenant its own count, or random ids, where that matters.',
    query: `
      select format('%I.%I', nspname, relation.relname) as object, runtime_role.name || ' has '
          || concat_ws(', ', case when has_sequence_privilege(runtime_role.oid, relation.oid, 'select') then 'select' end, case when has_sequence_privilege(runtime_role.oid, relation.oid, 'update') then 'update' end, case when has_sequence_privilege(runtime_role.oid, relation.oid, 'usage') then 'usage' end) as detail,
        -- UPDATE lets it count as well.
        case when (counting.by_default or not counting.by_any and not counting.by_identity) and not has_sequence_privilege(runtime_role.oid, relation.oid, 'usage') then format('grant usage on sequence %I.%I to %s; ', nspname, relation.relname, runtime_role.name) else '' end
          || case when counting.by_any then ${revokeOfSequence("'select, update'")}
            when counting.by_identity then ${revokeOfSequence("'all'")}
            else case when has_sequence_privilege(runtime_role.oid, relation.oid, 'select, update') then ${revokeOfSequence("'select, update'")} || ' ' else '' end
              || format('revoke usage on sequence %I.%I from <%s, unless the application counts with it>;', nspname, relation.relname, ${granteesOf('relation')}) end as mend
      from pg_class as relation join pg_namespace on pg_namespace.oid = relation.relnamespace, runtime_role,
        -- Whether a default counts with it in rows that this role, or any, adds.
        lateral (
          select coalesce(bool_or(adding.oid = runtime_role.oid), false) as by_default, count(*) > 0 as by_any,
            exists (select from pg_depend where pg_depend.classid = 'pg_class'::regclass and pg_depend.objid = relation.oid and pg_depend.deptype = 'i') as by_identity
          from pg_depend join pg_attrdef on pg_attrdef.oid = pg_depend.objid join runtime_role as adding on has_any_column_privilege(adding.oid, pg_attrdef.adrelid, 'insert')
          where pg_depend.classid = 'pg_attrdef'::regclass and pg_depend.refclassid = 'pg_class'::regclass and pg_depend.refobjid = relation.oid
        ) as counting
      where relation.relkind = 'S' and nspname !~ '^pg_temp' and runtime_role.kind = 'tenant' and has_sequence_privilege(runtime_role.oid, relation.oid, case when counting.by_any then 'select, update' else 'select, update, usage' end)
        and (relation.relnamespace in (select given_schema.oid from given_schema) or not exists (
          select from pg_depend where pg_depend.classid = 'pg_class'::regclass and pg_depend.objid = relation.oid and pg_depend.deptype = 'e'))`
  },
  {
    id: 'default-privileges',
    severity: 'warning',
    title: 'Tables, sequences and schemas that will be open when they are made',
    gain: 'The next table, before anybody has thought of its policies.',
    explanation: 'ALTER DEFAULT PRIVILEGES grants what does not exist yet. A table is open when its migration says so, column by column.',
    query: `
      select coalesce(nullif(defaclnamespace, 0)::regnamespace::text, quote_ident(current_database())) as object, format('%s made by %s are granted to %s: %s', made.kind, defaclrole::regrole, its.name, string_agg(lower(acl.privilege_type), ', ' order by acl.privilege_type)) as detail,
        format('alter default privileges for role %s%s revoke all on %s from %s;', defaclrole::regrole, coalesce(' in schema ' || nullif(defaclnamespace, 0)::regnamespace, ''), made.kind, its.name) as mend
      from pg_default_acl, aclexplode(defaclacl) as acl,
        lateral (select case defaclobjtype when 'r' then 'tables' when 'n' then 'schemas' else 'sequences' end as kind) as made,
        lateral (select case acl.grantee when 0 then 'public' else acl.grantee::regrole::text end as name) as its
      where defaclobjtype in ('r', 'S', 'n') and (acl.grantee = 0 or acl.grantee in (select oid from runtime_role))
      group by defaclnamespace, defaclrole, made.kind, its.name`
  },
  {
    id: 'default-execute',
    severity: 'warning',
    title: 'Functions that everybody may call when they are made',
    gain: 'The next SECURITY DEFINER function, by whoever may connect.',
    explanation: 'PUBLIC may execute every new function unless its maker’s default privileges say otherwise; those of one schema cannot take away what is granted for all.',
    query: `
      select owner.relowner::regrole::text as object, 'what it makes is executable by PUBLIC' as detail, format('alter default privileges for role %s revoke execute on functions from public;', owner.relowner::regrole) as mend
      from (select distinct relowner from tenant_table) as owner
      where not exists (
        select from pg_default_acl where defaclrole = owner.relowner and defaclobjtype = 'f' and defaclnamespace = 0
          and not exists (select from aclexplode(defaclacl) as acl where acl.grantee = 0))
      union all
      select defaclrole::regrole::text, format('what it makes%s is executable by %s', its.place, its.grantee), format('alter default privileges for role %s%s revoke execute on functions from %s;', defaclrole::regrole, its.place, its.grantee)
      from pg_default_acl, aclexplode(defaclacl) as acl left join runtime_role on runtime_role.oid = acl.grantee,
        lateral (select coalesce(' in schema ' || nullif(defaclnamespace, 0)::regnamespace, '') as place, case acl.grantee when 0 then 'PUBLIC' else runtime_role.name end as grantee) as its
      -- What PUBLIC has everywhere is said above.
      where defaclobjtype = 'f' and (runtime_role.oid is not null or acl.grantee = 0 and defaclnamespace <> 0)`
  },
  {
    id: 'setting-forgeable',
    severity: 'warning',
    title: 'A tenant that one statement can set',
    gain: 'Any tenant, for whoever finds one SQL injection: set_config() can be called in the midst of a SELECT.',
    explanation: 'Where policies trust a setting, the role that serves tenants must not call set_config(). SET LOCAL, a statement of its own, sets what is to be set; injection into a bound, single statement cannot add a second one. Where the application itself calls set_config(), have it say SET LOCAL first: its requests fail as soon as that is revoked. Only a superuser can revoke it. Where nobody can, a policy may believe a setting only where it is signed: --verifier names the function that looks.',
    query: `
      select runtime_role.name as object, 'it may call set_config()' as detail, ${revokeCalls(servesNoTenant)} as mend
      from runtime_role, pg_proc as function
      where kind = 'tenant' and exists (select from forgeable_setting) and function.oid = 'pg_catalog.set_config(text, text, boolean)'::regprocedure and has_function_privilege(runtime_role.oid, function.oid, 'execute')`
  },
  {
    id: 'query-functions',
    severity: 'warning',
    title: 'Functions of PostgreSQL that run a text as a statement',
    gain: 'A second statement, and with it SET LOCAL, for whoever finds one SQL injection.',
    explanation: 'query_to_xml(), cursor_to_xml(), ts_stat(), ts_rewrite() and their kin run what they are given. PUBLIC may call them; only a superuser can revoke that.',
    query: `
      select runtime_role.name as object, 'it may call ' || string_agg(function.oid::regprocedure::text, ', ' order by function.oid::regprocedure::text) as detail,
        string_agg(${revokeCalls(servesNoTenant)}, ' ' order by function.oid::regprocedure::text) as mend
      from runtime_role, pg_proc as function
      where kind = 'tenant' and exists (select from forgeable_setting) and pronamespace = 'pg_catalog'::regnamespace
        and proname in ('query_to_xml', 'query_to_xmlschema', 'query_to_xml_and_xmlschema', 'cursor_to_xml', 'cursor_to_xmlschema', 'ts_stat', 'ts_rewrite')
        and (proname <> 'ts_rewrite' or pronargs = 2) and has_function_privilege(runtime_role.oid, function.oid, 'execute')
      group by runtime_role.name`
  },
  {
    id: 'large-objects',
    severity: 'warning',
    title: 'Large objects, which no policy filters',
    gain: 'One store for all tenants: what one leaves there, another reads and removes.',
    explanation: 'Large objects belong to roles, and all tenants are one role. Only a superuser can revoke the functions that make and read them.',
    query: `
      select runtime_role.name as object, 'it may call ' || string_agg(function.oid::regprocedure::text, ', ' order by function.oid::regprocedure::text) as detail,
        string_agg(${revokeCalls(servesNone)}, ' ' order by function.oid::regprocedure::text) as mend
      from runtime_role, pg_proc as function
      where pronamespace = 'pg_catalog'::regnamespace and proname in ('lo_create', 'lo_creat', 'lo_from_bytea', 'lo_get', 'lo_put', 'lo_open', 'lo_unlink') and has_function_privilege(runtime_role.oid, function.oid, 'execute')
      group by runtime_role.name`
  },
  {
    id: 'session-functions',
    severity: 'warning',
    title: 'Functions by which one tenant holds up all others',
    gain: 'Nothing of others’ rows: their sessions ended, their statements cancelled, and locks that outlive the transaction, by whoever finds one SQL injection.',
    explanation: 'All tenants are served by one role, and a role may end its own sessions. PUBLIC may call pg_terminate_backend(), pg_cancel_backend() and the functions that take advisory locks; only a superuser can revoke that.',
    query: `
      select runtime_role.name as object, 'it may call ' || string_agg(function.oid::regprocedure::text, ', ' order by function.oid::regprocedure::text) as detail,
        string_agg(${revokeCalls(servesNoTenant)}, ' ' order by function.oid::regprocedure::text) as mend
      from runtime_role, pg_proc as function
      where kind = 'tenant' and pronamespace = 'pg_catalog'::regnamespace
        and proname in ('pg_terminate_backend', 'pg_cancel_backend', 'pg_advisory_lock', 'pg_try_advisory_lock', 'pg_advisory_lock_shared', 'pg_try_advisory_lock_shared', 'pg_advisory_xact_lock')
        and has_function_privilege(runtime_role.oid, function.oid, 'execute')
      group by runtime_role.name`
  },
  {
    id: 'server-files',
    severity: 'error',
    title: 'Files of the server, open to a role that serves requests',
    gain: 'The data files of all tenants, and whatever else the server can read or write.',
    explanation: 'These functions are the superuser’s unless they were granted.',
    query: `
      select runtime_role.name as object, 'it may call ' || string_agg(function.oid::regprocedure::text, ', ' order by function.oid::regprocedure::text) as detail,
        string_agg(${revokeCalls(servesNone)}, ' ' order by function.oid::regprocedure::text) as mend
      from runtime_role, pg_proc as function
      where pronamespace = 'pg_catalog'::regnamespace
        and proname in ('pg_read_file', 'pg_read_binary_file', 'pg_ls_dir', 'pg_stat_file', 'lo_import', 'lo_export')
        and exists (select from aclexplode(function.proacl) as acl where acl.privilege_type = 'EXECUTE' and (acl.grantee = 0 or pg_has_role(runtime_role.oid, acl.grantee, 'usage')))
      group by runtime_role.name`
  },
  {
    id: 'catalog-granted',
    severity: 'error',
    title: 'Something of PostgreSQL’s own that a role which serves requests was granted',
    gain: 'pg_statistic: samples of the values of all tenants, column by column. pg_authid: hashes of passwords. pg_largeobject: what all have stored. pg_toast: the long texts of all tenants. Functions that are the superuser’s: what only it should see or do.',
    explanation: 'Of what comes with the server, pg_init_privs says what it was granted when it was made. Whatever a role that serves requests has beyond that, somebody has given it.',
    query: `
      select granted.name as object, format('%s has %s, which does not come so', runtime_role.name, string_agg(distinct granted.privilege, ', ')) as detail,
        format('revoke %s on %s%s from %s;', string_agg(distinct granted.privilege, ', '), granted.kind, granted.name, string_agg(distinct case granted.grantee when 0 then 'public' else granted.grantee::regrole::text end, ', ')) as mend
      from runtime_role, (
        select '' as kind, relation.oid::regclass::text as name, acl.grantee, lower(acl.privilege_type) as privilege
        from pg_class as relation, lateral (
          select 0 as number, relacl as present union all select attnum, attacl from pg_attribute where attrelid = relation.oid and attacl is not null
        ) as part, aclexplode(part.present) as acl
        -- What values that are too long for their row lie in is PostgreSQL's own as well, and known by no policy.
        where (relation.oid < 16384 or relation.relkind = 't')
          -- PUBLIC reads the views of the information schema, which each show the caller's own part. They are made too late for pg_init_privs.
          and not (relation.relnamespace = 'information_schema'::regnamespace and acl.grantee = 0 and acl.privilege_type = 'SELECT')
          and not exists (
          select from pg_init_privs, aclexplode(initprivs) as initial
          where classoid = 'pg_class'::regclass and objoid = relation.oid and objsubid = part.number and initial.grantee = acl.grantee and initial.privilege_type = acl.privilege_type)
        union all
        select 'function ', function.oid::regprocedure::text, acl.grantee, 'execute'
        from pg_init_privs join pg_proc as function on function.oid = objoid, aclexplode(function.proacl) as acl
        where classoid = 'pg_proc'::regclass and function.oid < 16384
          and proname not in ('pg_read_file', 'pg_read_binary_file', 'pg_ls_dir', 'pg_stat_file', 'lo_import', 'lo_export')
          and not exists (select from aclexplode(initprivs) as initial where initial.grantee = acl.grantee)
      ) as granted
      where granted.grantee = 0 or pg_has_role(runtime_role.oid, granted.grantee, 'usage')
      group by granted.kind, granted.name, runtime_role.name`
  }
]
