import { isHidden } from './grantees.ts'
import type { Rule } from '../rule.ts'

/** The memberships of its own by which one role may become another: as of PostgreSQL 16, whoever granted one has to be named to take it back. */
const revokeMemberships = (member: string, other: string): string => `(
  select string_agg(distinct format('revoke %s from %s%s;', membership.roleid::regrole, ${member}::regrole,
    case when membership.grantor <> 10 and current_setting('server_version_num')::integer >= 160000 then ' granted by ' || membership.grantor::regrole else '' end), ' ')
  from pg_auth_members as membership where membership.member = ${member} and (membership.roleid = ${other} or pg_has_role(membership.roleid, ${other}, 'member')))`

const usedByItsRequests = "'<what it uses of select, insert, update, delete>'"
/** What a role that serves requests needs of what it has owned, as GRANT has it: of `pg_shdepend`. */
const keptOfOwned = `case pg_shdepend.classid
  when 'pg_namespace'::regclass then 'usage on schema ' || objid::regnamespace
  when 'pg_proc'::regclass then (select 'execute on routine ' || pg_proc.oid::regprocedure from pg_proc where pg_proc.oid = objid and prorettype <> 'trigger'::regtype)
  when 'pg_database'::regclass then (select format('connect on database %I', datname) from pg_database where pg_database.oid = objid)
  when 'pg_class'::regclass then (
    select case
        when relkind <> 'S' then concat(coalesce(owned.privileges, ${usedByItsRequests}), ' on ', pg_class.oid::regclass)
        when not exists (select from pg_depend where pg_depend.classid = 'pg_class'::regclass and pg_depend.objid = pg_class.oid and pg_depend.deptype = 'i') then 'usage on sequence ' || pg_class.oid::regclass
      end
    from pg_class left join lateral (
      select case when kind = 'operator' then readable.privilege when not is_root then concat_ws(', ', readable.privilege, 'insert', 'update (' || readable.others || ')', 'delete') end as privileges
      from tenant_table, lateral (
        select case when bool_or(${isHidden('attname', 'tenant_table')}) then format('select (%s)', string_agg(quote_ident(attname), ', ' order by attnum) filter (where not ${isHidden('attname', 'tenant_table')})) else 'select' end as privilege,
          string_agg(quote_ident(attname), ', ' order by attnum) filter (where attnum <> key_number and attgenerated = '') as others
        from pg_attribute where attrelid = tenant_table.oid and attnum > 0 and not attisdropped
      ) as readable
      where tenant_table.oid = pg_class.oid and key_number is not null
    ) as owned on true
    where pg_class.oid = objid)
  end`

/** Who the roles that serve requests are, and who they may become. */
export const roleRules: readonly Rule[] = [
  {
    id: 'role-missing',
    severity: 'error',
    title: 'A role that was named and is not there',
    gain: 'Nothing by itself: but nothing was checked for it either.',
    explanation: 'What the other rules say of a role that does not exist is nothing. A name that was misspelt would make every database look good.',
    query: `
      select named.role as object, 'there is no role of this name' as detail, format('create role %I login noinherit;', named.role) as mend
      from (
        select jsonb_array_elements_text($1::jsonb -> 'tenantRoles') as role union all
        select jsonb_array_elements_text($1::jsonb -> 'operatorRoles') union all
        select jsonb_array_elements_text($1::jsonb -> 'trustedRoles')
      ) as named
      where not exists (select from pg_roles where rolname = named.role)`
  },
  {
    id: 'name-missing',
    severity: 'error',
    title: 'A column, table or function that was named and is not there',
    gain: 'Nothing by itself: but what was meant is not hidden, shared or vouched for, and nobody is told.',
    explanation: 'Columns are named as "table.column" or "schema.table.column", or "column" in any table; tables of another schema with it; functions with their schema and the types of their arguments, "app.resolve(text)".',
    query: `
      select distinct named.name as object, named.detail as detail, 'run it again with the name as it is' as mend
      from given, lateral (
        select name, 'is named as hidden, and no table here has such a column' as detail from unnest(given.hidden_columns) as asked (name)
        where not exists (select from any_table join pg_attribute on attrelid = any_table.oid and attnum > 0 and not attisdropped where asked.name in (attname, format('%s.%s', any_table.relname, attname), format('%s.%I', any_table.name, attname)))
        union all
        select name, 'is named as shared, and there is no such table' from unnest(given.shared) as asked (name)
        where not exists (select from pg_class join pg_namespace on pg_namespace.oid = relnamespace where relkind in ('r', 'p', 'v', 'm', 'f') and (relnamespace = (select given_schema.oid from given_schema where is_first) and relname = asked.name or format('%I.%I', nspname, relname) = asked.name))
        union all
        select name, 'is named as a function that may run as its owner, and there is none of this name' from unnest(given.definers) as asked (name) where not exists (select from own_function where own_function.name = asked.name)
        union all
        select name, 'is named as a function that verifies, and there is none of this name' from unnest(given.verifiers) as asked (name) where not exists (select from own_function where own_function.name = asked.name)
      ) as named`
  },
  {
    id: 'role-bypasses',
    severity: 'error',
    title: 'A role that row-level security does not hold for',
    gain: 'All rows of all tenants, read and written, whatever the policies say.',
    explanation: 'Superusers and roles with BYPASSRLS pass every policy, FORCE or not. It is enough that a role which serves requests may become one: by SET ROLE, or because it inherits.',
    query: `
      select start_name as object, case when oid = start then 'it' else 'it may become ' || name || ', which' end || case when rolsuper then ' is a superuser' else ' has BYPASSRLS' end as detail,
        case when oid = start then format('alter role %s nosuperuser nobypassrls;', name) else format('revoke %s from %s;', first_name, start_name) end as mend
      from reachable where rolsuper or rolbypassrls`
  },
  {
    id: 'login-bypasses',
    severity: 'warning',
    title: 'A login that row-level security does not hold for, and that nobody has named',
    gain: 'All rows of all tenants, for whoever learns its password, or finds it in an old configuration.',
    explanation: 'Superusers, roles with BYPASSRLS and whoever may become one see everything. The superuser that the server was made with, and the login that looks, are left out. Name with --trusted-role those that are meant to be, such as that of backups; managed services have some of their own.',
    query: `
      select distinct quote_ident(login.rolname) as object, case when passing.oid = login.oid then 'it' else 'it may become ' || quote_ident(passing.rolname) || ', which' end || case when passing.rolsuper then ' is a superuser' else ' has BYPASSRLS' end || ', and it logs in' as detail,
        format(case when passing.oid = login.oid then 'alter role %I nosuperuser nobypassrls;' else 'alter role %I nologin;' end, login.rolname) as mend
      from given, pg_roles as login join pg_roles as passing
        on (passing.rolsuper or passing.rolbypassrls) and (passing.oid = login.oid or not (login.rolsuper or login.rolbypassrls) and pg_has_role(login.oid, passing.oid, 'member'))
      where login.rolcanlogin and login.oid <> 10 and login.rolname <> session_user and not (login.oid = any (given.trusted_roles)) and login.oid not in (select runtime_role.oid from runtime_role)
        and has_database_privilege(login.oid, current_database(), 'connect')`
  },
  {
    id: 'login-joins',
    severity: 'warning',
    title: 'A login that may become a role of the walls, and that nobody has named',
    gain: 'What the other role sees and does, for whoever learns the password of one that nobody looks after: the rows of all tenants, or the tables themselves.',
    explanation: 'A membership lends the other role’s policies, or leads there by SET ROLE, over any number of steps; one WITH ADMIN OPTION can be turned into either. Known without a name are the owner of the database, its members where it logs in nowhere, and whoever administers all of its roles. Name with --tenant-role, --operator-role or --trusted-role those that are meant to be.',
    query: `
      select login.name as object, 'it may become ' || string_agg(format('%s, which %s', named_role.name, named_role.what), '; ' order by named_role.name) as detail,
        string_agg(distinct ${revokeMemberships('login.oid', 'named_role.oid')}, ' ') as mend
      from unnamed_login as login join named_role on pg_has_role(login.oid, named_role.oid, 'member') join pg_roles as target on target.oid = named_role.oid
      where not login.rolsuper and not target.rolsuper and not target.rolbypassrls
      group by login.name`
  },
  {
    id: 'login-administers',
    severity: 'warning',
    title: 'A login that makes roles, copies the server or reaches its files, and that nobody has named',
    gain: 'CREATEROLE: before PostgreSQL 16, membership in any role that is no superuser. REPLICATION, and the roles for the server’s files and programs: the rows of all tenants, as they lie on the disk.',
    explanation: 'None of it asks for a privilege on the database, or for a policy. Known without a name are the owner of the database, its members where it logs in nowhere, and whoever administers all of its roles; name with --trusted-role others that are meant to be, such as that of backups.',
    query: `
      select login.name as object, string_agg(held.what, '; ' order by held.what) as detail, string_agg(distinct held.mend, ' ') as mend
      from unnamed_login as login, lateral (
        select case when power.oid = login.oid then 'it' else 'it may become ' || quote_ident(power.rolname) || ', which' end
            || case when power.rolcreaterole or power.rolreplication then ' has ' || concat_ws(', ', case when power.rolcreaterole then 'CREATEROLE' end, case when power.rolreplication then 'REPLICATION' end) else ' reaches beyond the database' end as what,
          case when power.oid = login.oid then format('alter role %s nocreaterole noreplication;', login.name) else ${revokeMemberships('login.oid', 'power.oid')} end as mend
        from pg_roles as power
        where (power.rolcreaterole or power.rolreplication or power.rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'))
          and not power.rolsuper and pg_has_role(login.oid, power.oid, 'member')
      ) as held
      where not login.rolsuper
      group by login.name`
  },
  {
    id: 'role-joins',
    severity: 'warning',
    title: 'A role of the walls that is a member of another',
    gain: 'What the other role sees, for whoever gets hold of this one: the two are one login then.',
    explanation: 'Each of the roles that pass the walls is for one purpose, and should be granted no more. That the owner of the tables may become those that its functions run as is what hands it their functions; that one who owns the database as well made the roles is what makes it a member of them.',
    query: `
      select named_role.name as object, format('it %s, and is a member of %s, which %s', named_role.what, other.name, other.what) as detail, ${revokeMemberships('named_role.oid', 'other.oid')} as mend
      from named_role join named_role as other on other.oid <> named_role.oid and pg_has_role(named_role.oid, other.oid, 'member')
      join pg_roles on pg_roles.oid = named_role.oid
      where named_role.oid not in (select runtime_role.oid from runtime_role) and not pg_roles.rolsuper and not (named_role.kind = 'owner' and (other.kind = 'definer' or named_role.oid in (select database_owner.oid from database_owner)))`
  },
  {
    id: 'role-administers',
    severity: 'error',
    title: 'A role that serves requests and makes roles, databases or copies of the server',
    gain: 'CREATEROLE: a role for itself that passes the walls. REPLICATION: the log of all databases. CREATEDB: room to put what it has taken.',
    explanation: 'None of the three has anything to do with serving a request.',
    query: `
      select start_name as object, case when oid = start then 'it' else 'it may become ' || name || ', which' end || ' has '
          || concat_ws(', ', case when rolcreaterole then 'CREATEROLE' end, case when rolcreatedb then 'CREATEDB' end, case when rolreplication then 'REPLICATION' end) as detail,
        case when oid = start then format('alter role %s nocreaterole nocreatedb noreplication;', name) else format('revoke %s from %s;', first_name, start_name) end as mend
      from reachable where rolcreaterole or rolcreatedb or rolreplication`
  },
  {
    id: 'role-member',
    severity: 'error',
    title: 'A role that serves requests and is a member of another',
    gain: 'What the other role sees: policies for it hold for its members, and SET ROLE makes one the other.',
    explanation: "A policy applies to every role that has the privileges of one that it is TO. NOINHERIT only asks for set_config('role', ...) first. PostgreSQL's own roles, such as pg_read_server_files, count as well. A group of logins that serve alike is named with --tenant-role, too.",
    query: `
      select start_name as object, 'it is a member of ' || name as detail, format('revoke %s from %s;', first_name, start_name) as mend
      from reachable
      -- A group of theirs that is named with them is looked at like each of them.
      where oid <> start and not exists (select from runtime_role where runtime_role.oid = reachable.oid and runtime_role.kind = reachable.kind)`
  },
  {
    id: 'role-shared',
    severity: 'error',
    title: 'One role for tenants and for the operator',
    gain: 'The view over all tenants, for whatever serves one.',
    explanation: 'What a role may see cannot depend on who uses it. Two kinds of requests need two logins.',
    query: `
      select tenant.name as object, 'it is named as a role of tenants and as one of the operator' as detail, 'create role <another> login noinherit;' as mend
      from runtime_role as tenant join runtime_role as operator using (oid) where tenant.kind = 'tenant' and operator.kind = 'operator'`
  },
  {
    id: 'role-owns',
    severity: 'error',
    title: 'A role that serves requests and owns something here',
    gain: 'Whoever owns a table disables its row-level security; whoever owns a function or a schema changes what it does for all.',
    explanation: 'Ownership is the right to alter. Have a role that logs in for migrations alone own everything. What is reassigned takes the owner’s privileges with it: those that a request may need, and that no other rule would take, are granted, and what it uses of the rest is for its author to say.',
    query: `
      select runtime_role.name as object, 'it owns ' || pg_describe_object(pg_shdepend.classid, pg_shdepend.objid, pg_shdepend.objsubid) as detail, concat('reassign owned by ', runtime_role.name, ' to <owner>;', ' grant ' || ${keptOfOwned} || ' to ' || runtime_role.name || ';') as mend
      from given, runtime_role join pg_shdepend on refclassid = 'pg_authid'::regclass and refobjid = runtime_role.oid and deptype = 'o'
      where dbid in (0, (select oid from pg_database where datname = current_database()))`
  },
  {
    id: 'owner-unnamed',
    severity: 'error',
    title: 'An owner, or somebody who may create, whom nobody has named',
    gain: 'Whoever owns a table of tenants switches its row-level security off; whoever owns their schema, or a function that policies call, puts another in the place of what is there.',
    explanation: 'Most tables of tenants have one owner, and it may own what decides about them: the others, their schema, functions that policies call and the schemas of these. So may superusers, the owner of the database, its members where it logs in nowhere, whoever may become the owner of the tables, and roles that log in nowhere and own what was named with --definer; functions and schemas elsewhere may belong to what was named with --trusted-role, and where that owns most tables of a schema, so may this one and its tables. CREATE on one of the schemas is enough to take the place of what is called without its schema.',
    query: `
      select owned.object, format('belongs to %s, and most tables of tenants to %s', owned.owner::regrole, main_owner.oid::regrole) as detail, format('alter %s %s owner to %s;', owned.kind, owned.object, main_owner.oid::regrole) as mend
      from main_owner, given, (
        select 'table' as kind, tenant_table.name as object, tenant_table.relowner as owner, tenant_table.schema_name as given_name from tenant_table
        union all select 'schema', quote_ident(nspname), nspowner, case when is_given then quote_ident(nspname) end from deciding_schema
        union all select 'routine', own_function.name, own_function.proowner, null from policy_function join own_function using (oid) where not own_function.is_of_extension
      ) as owned
      where main_owner.oid is not null and owned.owner not in (select rightful_owner.oid from rightful_owner) and owned.owner not in (select runtime_role.oid from runtime_role)
        and not (owned.owner = any (given.trusted_roles) and (owned.given_name is null or exists (select from schema_owner where schema_owner.schema_name = owned.given_name and schema_owner.oid = owned.owner)))
      union all
      select quote_ident(nspname), format('%s may create in it', grantee.oid::regrole), format('revoke create on schema %I from %s;', nspname, grantee.oid::regrole)
      from given, deciding_schema, aclexplode(nspacl) as acl join pg_roles as grantee on grantee.oid = acl.grantee
      where acl.privilege_type = 'CREATE' and grantee.oid <> nspowner and grantee.oid not in (select rightful_owner.oid from rightful_owner) and grantee.oid not in (select runtime_role.oid from runtime_role)
        and not (grantee.oid = any (given.trusted_roles)) and (grantee.oid in (select unnamed_grantee.oid from unnamed_grantee) or grantee.oid in (select named_role.oid from named_role))`
  },
  {
    id: 'writer-unnamed',
    severity: 'error',
    title: 'A function that runs where tenants write, of an owner whom nobody has named',
    gain: 'The rows of each tenant that writes: whoever owns the function puts another in its place, which runs with the rights, and for the tenant, of whoever writes.',
    explanation: 'Triggers, defaults, generated columns, checks, domains and indexes of the tables of tenants call functions, and these others. They may belong to whoever may own functions that policies call: --explain owner-unnamed.',
    query: `
      with recursive written (oid) as (
        (
          select tgfoid from pg_trigger join tenant_table on tenant_table.oid = tgrelid where not tgisinternal and tgenabled <> 'D'
          union
          select referred.oid
          from referred
          left join pg_attrdef on by_class = 'pg_attrdef'::regclass and pg_attrdef.oid = by_oid
          left join pg_index on by_class = 'pg_class'::regclass and indexrelid = by_oid
          left join pg_constraint on by_class = 'pg_constraint'::regclass and pg_constraint.oid = by_oid
          where referred.classid = 'pg_proc'::regclass and by_class in ('pg_attrdef'::regclass, 'pg_class'::regclass, 'pg_constraint'::regclass) and (
            coalesce(adrelid, indrelid, nullif(conrelid, 0)) in (select tenant_table.oid from tenant_table)
            -- A domain, an array of it, or a domain over it.
            or contypid <> 0 and exists (
              select from pg_depend as inner_use left join pg_depend as outer_use on inner_use.classid = 'pg_type'::regclass and outer_use.refclassid = 'pg_type'::regclass and outer_use.refobjid = inner_use.objid
              where inner_use.refclassid = 'pg_type'::regclass and inner_use.refobjid = contypid
                and case when inner_use.classid = 'pg_class'::regclass then inner_use.objid when outer_use.classid = 'pg_class'::regclass then outer_use.objid end in (select tenant_table.oid from tenant_table)))
        )
        union
        -- What PostgreSQL notes that they call.
        select referred.oid from written join referred on by_class = 'pg_proc'::regclass and by_oid = written.oid and referred.classid = 'pg_proc'::regclass
      )
      select own_function.name as object, format('belongs to %s, and most tables of tenants to %s', own_function.owner_name, main_owner.oid::regrole) as detail, format('alter routine %s owner to %s;', own_function.name, main_owner.oid::regrole) as mend
      from main_owner, given, own_function
      where main_owner.oid is not null and own_function.oid in (select written.oid from written) and not own_function.is_of_extension
        and own_function.proowner not in (select rightful_owner.oid from rightful_owner) and own_function.proowner not in (select runtime_role.oid from runtime_role) and not (own_function.proowner = any (given.trusted_roles))`
  },
  {
    id: 'owner-bypasses',
    severity: 'warning',
    title: 'An owner of tables of tenants whom FORCE does not hold',
    gain: 'All tenants, by whatever runs as the owner: a view, a function, a migration, a session for a quick look.',
    explanation: 'FORCE ROW LEVEL SECURITY makes policies hold for the owner of a table, but neither for superusers nor for roles with BYPASSRLS. Let a plain role own the tables. Some managed servers have no other administrator than one that bypasses: have it make a role, and give the tables to that. Views and SECURITY DEFINER functions that run as such an owner are errors of rules of their own.',
    query: `
      select quote_ident(rolname) as object, format('owns %s, and %s', string_agg(tenant_table.name, ', ' order by tenant_table.name), case when rolsuper then 'is a superuser' else 'has BYPASSRLS' end) as detail,
        case when pg_roles.oid = 10 then string_agg(format('alter table %s owner to <a role of its own>;', tenant_table.name), ' ' order by tenant_table.name) else format('alter role %I nosuperuser nobypassrls;', rolname) end as mend
      from tenant_table join pg_roles on pg_roles.oid = tenant_table.relowner
      where rolsuper or rolbypassrls
      group by pg_roles.oid, rolname, rolsuper`
  },
  {
    id: 'role-setting-context',
    severity: 'error',
    title: 'A tenant that sessions begin with',
    gain: 'One tenant’s rows, for every request that forgot to name its own.',
    explanation: 'ALTER ROLE, ALTER DATABASE or ALTER SYSTEM ... SET gives every new session the value. That the tenant is not set is what makes forgetting it an error.',
    query: `
      select coalesce(nullif(concat_ws(' in ', setrole_name, database_name), ''), 'all roles') as object, 'sessions begin with ' || setting as detail, format('alter %s reset %s;', coalesce('role ' || setrole_name || coalesce(' in database ' || database_name, ''), 'database ' || database_name, 'role all'), split_part(setting, '=', 1)) as mend
      from login_setting where exists (select from naming_setting where setting ~* naming_setting.pattern)
      union all
      select 'the server', 'this session begins with ' || name || '=' || current_setting(name, true), format('alter system reset %s;', name)
      from context_setting
      where current_setting(name, true) <> '' and not exists (select from login_setting where lower(split_part(setting, '=', 1)) = lower(context_setting.name))`
  },
  {
    id: 'role-setting-replica',
    severity: 'error',
    title: 'Sessions in which foreign keys do not hold',
    gain: 'References to the rows of other tenants, and rows of tenants that are not there.',
    explanation: 'session_replication_role = replica switches off the triggers that foreign keys consist of.',
    query: `
      select coalesce(nullif(concat_ws(' in ', setrole_name, database_name), ''), 'all roles') as object, 'sessions begin with ' || setting as detail, format('alter %s reset session_replication_role;', coalesce('role ' || setrole_name || coalesce(' in database ' || database_name, ''), 'database ' || database_name, 'role all')) as mend
      from login_setting where setting ~* '^session_replication_role=(replica|local)' and coalesce(setrole_name, database_name) is not null
      union all
      select 'the server', 'this session begins with session_replication_role=' || current_setting('session_replication_role'), 'alter system reset session_replication_role; alter role all reset session_replication_role;'
      where current_setting('session_replication_role') <> 'origin' and not exists (select from login_setting where setting ~* '^session_replication_role=' and coalesce(setrole_name, database_name) is not null)`
  },
  {
    id: 'role-setting-row-security',
    severity: 'warning',
    title: 'Sessions that begin with row_security off',
    gain: 'Nothing of others: every statement that a policy would filter fails. Whoever mends that in a hurry may give the role BYPASSRLS.',
    explanation: 'row_security = off turns filtering into an error. For whoever migrates or dumps that is right; for whoever serves requests it is an outage.',
    query: `
      select coalesce(nullif(concat_ws(' in ', setrole_name, database_name), ''), 'all roles') as object, 'sessions begin with ' || setting as detail, format('alter %s reset row_security;', coalesce('role ' || setrole_name || coalesce(' in database ' || database_name, ''), 'database ' || database_name, 'role all')) as mend
      from login_setting where setting ~* '^row_security=(off|false|no|0)' and not is_of_another`
  },
  {
    id: 'owner-sees-nothing',
    severity: 'warning',
    title: 'An owner who sees no rows, and is not told',
    gain: 'Nothing of others: but a migration that changes no row, a key that is validated over none, and half a dump all succeed.',
    explanation: 'With FORCE the owner is filtered as well, and where no policy is for it, everything is. ALTER ROLE ... SET row_security = off makes that an error.',
    query: `
      select distinct quote_ident(pg_roles.rolname) as object, 'owns tables with forced row-level security, and its sessions begin with row_security on' as detail, format('alter role %I set row_security = off;', pg_roles.rolname) as mend
      from tenant_table join pg_roles on pg_roles.oid = tenant_table.relowner
      where relforcerowsecurity and rolcanlogin and not rolsuper and not rolbypassrls
        -- Of one that serves requests, each of them would fail: that it owns tables is what is wrong.
        and pg_roles.oid not in (select runtime_role.oid from runtime_role) and not exists (
        select from pg_db_role_setting, unnest(setconfig) as setting where setrole in (0, pg_roles.oid) and setting ~* '^row_security=(off|false|no|0)')`
  },
  {
    id: 'role-setting-role',
    severity: 'error',
    title: 'Sessions that begin as another role',
    gain: 'What the other role sees, for every request.',
    explanation: 'ALTER ROLE ... SET role makes each session of the one begin as the other: whoever reads the configuration of the application sees a harmless name.',
    query: `
      select coalesce(nullif(concat_ws(' in ', setrole_name, database_name), ''), 'all roles') as object, 'sessions begin with ' || setting as detail, format('alter %s reset role;', coalesce('role ' || setrole_name || coalesce(' in database ' || database_name, ''), 'database ' || database_name, 'role all')) as mend
      from login_setting where setting ~* '^(role|session_authorization)='
        -- Whoever is to become one of them anyway may begin so.
        and not (is_of_another and exists (select from runtime_role where kind = 'tenant' and runtime_role.rolname = split_part(setting, '=', 2)))`
  },
  {
    id: 'role-setting-search-path',
    severity: 'error',
    title: 'Sessions that find another function before the real one',
    gain: 'Another tenant’s rows, for a function of the name that the application calls, in a schema that is searched first.',
    explanation: 'A name without its schema means the first thing of that name on the search_path. Let the tenants’ schema stand first, and write names with their schemas.',
    query: `
      select distinct coalesce(nullif(concat_ws(' in ', setrole_name, database_name), ''), 'all roles') as object, format('sessions begin with %s, and %s has a %s too', setting, quote_ident(pg_namespace.nspname), shadow.name) as detail,
        format('alter %s set search_path = %s;', coalesce('role ' || setrole_name || coalesce(' in database ' || database_name, ''), 'database ' || database_name, 'role all'), straight.path) as mend
      from given_schema, login_setting,
      -- Names with a comma in them are quoted.
      lateral (select array(select found[1] from regexp_matches(substr(setting, position('=' in setting) + 1), '"(?:[^"]|"")*"|[^",\\s]+', 'g') as found) as names) as listed
      cross join lateral (
        -- The tenants' schemas first, in their order, and the others as they were.
        select string_agg(part.name, ', ' order by part.name = 'pg_catalog' and part.place < coalesce(part.own_place, 1000) desc, part.is_own desc, part.place, part.is_first desc, part.name) as path
        from (
          select coalesce(other.name, named.name) as name, other.name is not null as is_own, coalesce(other.is_first, false) as is_first, named.place, min(named.place) filter (where other.name is not null) over () as own_place
          from unnest(listed.names) with ordinality as named (name, place) full join given_schema as other on other.name = named.name
        ) as part where part.name <> '""'
      ) as straight,
      unnest(listed.names) with ordinality as entry (name, place)
      join pg_namespace on entry.name in (pg_namespace.nspname, quote_ident(pg_namespace.nspname)),
      lateral (
        select proname::text as name from pg_proc where pronamespace = pg_namespace.oid and proname in (select other.proname from pg_proc as other where other.pronamespace = given_schema.oid)
        union all
        select relname::text from pg_class where relnamespace = pg_namespace.oid and relkind in ('r', 'p', 'v', 'm', 'f') and relname in (select other.relname from pg_class as other where other.relnamespace = given_schema.oid)
        limit 1
      ) as shadow
      where setting ~ '^search_path=' and pg_namespace.oid not in (select other.oid from given_schema as other) and pg_namespace.nspname <> 'pg_catalog'
        and entry.place < coalesce(array_position(listed.names, given_schema.name), 1000)`
  },
  {
    id: 'role-without-timeouts',
    severity: 'warning',
    title: 'A role that may keep all tenants waiting for as long as it likes',
    gain: 'An outage for all, by one tenant: whoever may delete rows may lock the whole table, and hold the lock while its transaction idles.',
    explanation: 'LOCK TABLE takes UPDATE or DELETE on the table, and policies play no part in it. ALTER ROLE ... SET idle_in_transaction_session_timeout, statement_timeout and lock_timeout bound how long that lasts.',
    query: `
      select runtime_role.name as object, format('its sessions begin without %s', string_agg(wanted.name, ', ')) as detail,
        string_agg(format('alter role %s set %s = %L;', runtime_role.name, wanted.name, wanted.value), ' ') as mend
      from runtime_role, (values ('idle_in_transaction_session_timeout', '15s'), ('statement_timeout', '5s'), ('lock_timeout', '2s')) as wanted (name, value)
      where runtime_role.kind = 'tenant' and not exists (
        select from login_setting where coalesce(setrole_name, runtime_role.name) = runtime_role.name and split_part(setting, '=', 1) = wanted.name and split_part(setting, '=', 2) !~ '^0*[a-z]*$')
      group by runtime_role.name`
  },
  {
    id: 'setting-secret',
    severity: 'warning',
    title: 'A secret among the settings',
    gain: 'The secret: every role reads every setting that is not a superuser’s own.',
    explanation: 'current_setting() asks for no privilege. Keep secrets in a table that one function’s owner reads.',
    query: `
      select coalesce(nullif(concat_ws(' in ', setrole_name, database_name), ''), 'all roles') as object, 'sessions begin with ' || split_part(setting, '=', 1) || ' set' as detail, format('alter %s reset %s;', coalesce('role ' || setrole_name || coalesce(' in database ' || database_name, ''), 'database ' || database_name, 'role all'), split_part(setting, '=', 1)) as mend
      from login_setting where split_part(setting, '=', 1) ~* '\\..*(secret|password|passwd|token|private|credential|api_?key|jwt)'`
  },
  {
    id: 'parameter-granted',
    severity: 'error',
    title: 'A setting of the superuser’s that a role which serves requests may set',
    gain: 'Foreign keys switched off (session_replication_role), statements that run anything (local_preload_libraries), logs switched off.',
    explanation: 'GRANT SET ON PARAMETER hands a superuser’s setting to a role. PostgreSQL 15, "GRANT".',
    query: `
      select parname as object, runtime_role.name || ' has ' || lower(acl.privilege_type) || ' on it' as detail, format('revoke all on parameter %s from %s;', parname, case acl.grantee when 0 then 'public' else acl.grantee::regrole::text end) as mend
      from pg_parameter_acl, aclexplode(paracl) as acl, runtime_role
      where (acl.grantee = 0 or pg_has_role(runtime_role.oid, acl.grantee, 'usage')) and parname not in (select name from context_setting)`
  }
]
