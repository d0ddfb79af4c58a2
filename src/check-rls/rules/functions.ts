import { within } from '../closed-forms.ts'
import { grantees, throughIt } from './grantees.ts'
import { keptBy, servesNone } from './mends.ts'
import type { Rule } from '../rule.ts'

/** What comes with PostgreSQL 15 to 18, is LEAKPROOF, and neither compares nor is called by an index: casts that lose nothing, hashes. */
const leakproofBesides = [
  'float8(smallint)', 'float4(smallint)', 'float8(real)', 'int4(smallint)', 'float8(integer)', 'float4(integer)', 'int8(integer)', 'float8(bigint)', 'float4(bigint)', 'int8(smallint)', 'int8(oid)',
  'bool(integer)', 'int4(boolean)', '"numeric"(integer)', '"numeric"(real)', '"numeric"(double precision)', '"numeric"(bigint)', '"numeric"(smallint)',
  'text(name)', 'name(text)', 'name(character)', 'name(character varying)', '"varchar"(name)', 'bytea(smallint)', 'bytea(integer)', 'bytea(bigint)', '"interval"(time without time zone)', 'macaddr8(macaddr)',
  'text_larger(text,text)', 'text_smaller(text,text)', 'bpchar_larger(character,character)', 'bpchar_smaller(character,character)', 'bytea_larger(bytea,bytea)', 'bytea_smaller(bytea,bytea)',
  'md5(text)', 'md5(bytea)', 'sha224(bytea)', 'sha256(bytea)', 'sha384(bytea)', 'sha512(bytea)', 'crc32(bytea)', 'crc32c(bytea)',
  'gen_random_uuid()', 'uuid_extract_timestamp(uuid)', 'uuid_extract_version(uuid)'
]

/** A text that stays one statement, the one that its author wrote: its literals are those that `shape` calls so. */
const fixedText = String.raw`(?:''''|format\s*\(\s*''''\s*(?:,${within})?\)|quote_(?:ident|literal|nullable)\s*\(${within}\))`
/** As a text in SQL: EXECUTE of anything else. */
const executesAnything = String.raw`'\mexecute\M(?!\s+on\M|\s+(?:function|procedure)\s+[a-z_"])(?!\s*\(*\s*${fixedText}(?:\s*\|\|\s*${fixedText})*\s*\)*\s*(?:;|\minto\M|\musing\M|\mloop\M|$))'`
/** Somebody has read it: it is named, or of the manifest. */
const isVouchedFor = `(
  runnable_function.name = any (given.definers) or given.namers && array[runnable_function.name, split_part(runnable_function.name, '(', 1)] or coalesce(given.manifest -> 'functions' ? runnable_function.name, false))`

/** Whether nobody logs in as the owner of a function for anything else: it owns nothing but functions that were named, is nobody's member and may do nothing to the server. */
const isForFunctionsAlone = `not pg_roles.rolsuper and not pg_roles.rolbypassrls and not pg_roles.rolcreaterole and not pg_roles.rolcreatedb and not pg_roles.rolreplication and pg_roles.rolname <> session_user
          and pg_roles.oid in (select named_role.oid from named_role where named_role.kind = 'definer') and not exists (select from pg_auth_members where member = pg_roles.oid)
          and not exists (
            select from pg_shdepend join pg_database on datname = current_database()
            where refclassid = 'pg_authid'::regclass and refobjid = pg_roles.oid and deptype = 'o'
              and (dbid <> pg_database.oid or classid <> 'pg_proc'::regclass or not (objid::regprocedure::text = any (given.definers))))`

/** What the named roles that serve no requests keep of a function that is taken from one that does. @param routine its row of `own_function` */
const keptByServingNone = (routine: string): string => keptBy(`'execute on routine ' || ${routine}.name`, `coalesce(${routine}.proacl, acldefault('f', ${routine}.proowner))`, "'EXECUTE'", throughIt('held.grantee'), servesNone)

/** Code in the database. */
export const functionRules: readonly Rule[] = [
  {
    id: 'definer-unknown',
    severity: 'error',
    title: 'A function that runs as its owner, and that nobody has vouched for',
    gain: 'Whatever its owner may do: the tenant of the transaction holds in it only as far as its author thought of it.',
    explanation: 'SECURITY DEFINER lends the rights of the owner to whoever may call, and to whoever sets off a trigger that does: that asks for no privilege. Name those that you have read with --definer.',
    query: `
      select distinct name as object, format('%s %s, and it runs as %s', role_name, how, owner_name) as detail, format('alter routine %s security invoker;', name) as mend
      from given, runnable_function
      where prosecdef and not (name = any (given.definers))`
  },
  {
    id: 'definer-built-in',
    severity: 'error',
    title: 'A function of PostgreSQL’s own that runs as its owner',
    gain: 'All tenants: what every role may call runs as the superuser that it belongs to.',
    explanation: 'None comes so. Whoever can replace one, by CREATE OR REPLACE FUNCTION, is a superuser, or was.',
    query: `
      select distinct function.oid::regprocedure::text as object, format('%s may call it, and it runs as %s', runtime_role.name, proowner::regrole) as detail, format('alter routine %s security invoker;', function.oid::regprocedure) as mend
      from pg_proc as function, runtime_role where function.oid < 16384 and prosecdef and has_function_privilege(runtime_role.oid, function.oid, 'execute')`
  },
  {
    id: 'definer-owner-bypasses',
    severity: 'error',
    title: 'A function that runs as a role which row-level security does not hold for',
    gain: 'All tenants, by one slip in its body.',
    explanation: 'Let a role own it that logs in nowhere, with a policy and column grants of its own for just what the function reads.',
    query: `
      select distinct name as object, format('runs as %s, which %s', owner_name, case when rolsuper then 'is a superuser' else 'has BYPASSRLS' end) as detail, format('alter routine %s owner to <a role of its own>;', name) as mend
      from runnable_function
      where prosecdef and (rolsuper or rolbypassrls)`
  },
  {
    id: 'definer-owner-logs-in',
    severity: 'warning',
    title: 'A function that runs as a role which can log in',
    gain: 'Its policies, without its function, for whoever learns a password.',
    explanation: 'What shows a role all rows for the sake of one function is harmless as long as nobody else can be that role. One that does more than own such functions goes on to log in, and the function gets an owner of its own, with what it reads granted to that.',
    query: `
      select own_function.name as object, format('runs as %s, which can log in', owner_name) as detail,
        case when ${isForFunctionsAlone} then format('alter role %s nologin;', owner_name) else format('alter routine %s owner to <a role of its own that logs in nowhere>;', own_function.name) end as mend
      from given, own_function join pg_roles on pg_roles.oid = own_function.proowner
      where prosecdef and own_function.name = any (given.definers) and rolcanlogin`
  },
  {
    id: 'definer-dynamic',
    severity: 'warning',
    title: 'A function that runs as its owner and puts statements together',
    gain: 'SQL injection with the rights of the owner.',
    explanation: 'In EXECUTE, values go behind USING, and names through %I; || and %s splice in whatever comes.',
    query: `
      select name as object, 'executes a text that it has put together' as detail, 'execute ... using ...' as mend
      from own_function join function_code using (oid) where not is_of_extension and prosecdef and lanname = 'plpgsql' and shape ~* ${executesAnything}`
  },
  {
    id: 'function-sets-context',
    severity: 'error',
    title: 'A function that names a tenant while it runs',
    gain: 'The rows of the tenant that it names, for whoever may call it, with the caller’s own rights.',
    explanation: 'CREATE FUNCTION ... SET gives a setting its value for as long as the function runs. It needs no SECURITY DEFINER to show another tenant’s rows.',
    query: `
      select distinct runnable_function.name as object, format('%s %s, and it runs with %s', role_name, how, setting) as detail, format('alter routine %s reset %s;', runnable_function.name, split_part(setting, '=', 1)) as mend
      from runnable_function, unnest(proconfig) as setting, naming_setting
      where setting ~* naming_setting.pattern`
  },
  {
    id: 'function-names-tenant',
    severity: 'error',
    title: 'A function that names a tenant, and that nobody has vouched for',
    gain: 'Any tenant, for whoever finds one SQL injection: such a function can be called in the midst of a SELECT, as set_config() can.',
    explanation: 'SET LOCAL is a statement of its own, which injection into a single statement cannot add; a function that executes one brings it along. The function that names the tenant of a transaction has to refuse where one is named already: name it with --namer, or with --set-tenant, so that it is attacked. Where the name of the setting that policies read is not written out, a function that sets any counts.',
    query: `
      select distinct runnable_function.name as object, format('%s %s, and it sets %s', role_name, how, coalesce(named.setting, 'what may be the setting that policies read')) as detail, format('drop routine %s;', runnable_function.name) as mend
      from given, runnable_function left join function_code using (oid)
      cross join lateral (
        select forgeable_setting.name as setting from forgeable_setting
        where regexp_replace(coalesce(code, prosrc), '"|''\\s*\\|\\|\\s*''', '', 'g') ~* ('\\mset\\s+((local|session)\\s+)?' || coalesce(replace(forgeable_setting.name, '.', '\\s*[.]\\s*') || '\\M', '[\\w$%]+\\s*[.]\\s*[\\w$%.]+\\s*(=|to\\M)'))
        order by forgeable_setting.name limit 1
      ) as named
      where prokind <> 'a' and not ${isVouchedFor}`
  },
  {
    id: 'function-runs-text',
    severity: 'error',
    title: 'A function that runs what it is given as a statement',
    gain: 'A second statement, and with it SET LOCAL, for whoever finds one SQL injection.',
    explanation: 'A function that executes a text of its caller’s is query_to_xml() over again. What it executes has to be one text of its own: values go behind USING or through %L, and names through %I, but not that of what SET sets. One that cannot be otherwise, and that you have read, is named with --definer.',
    query: `
      select distinct runnable_function.name as object, format('%s %s, and it executes a text that may be any statement', role_name, how) as detail,
        ${keptByServingNone('runnable_function')} || format('revoke execute on routine %s from %s;', runnable_function.name, ${grantees("coalesce(proacl, acldefault('f', proowner))")}) as mend
      from given, runnable_function left join function_code using (oid) join runtime_role on runtime_role.name = role_name
      where exists (select from forgeable_setting) and not ${isVouchedFor} and case
        -- Of those in C, that of the extension xml2 is known to let SET through.
        when lanname = 'c' then prosrc = 'xpath_table' and probin like '%pgxml'
        else not is_of_extension and lanname = 'plpgsql' and shape ~* ${executesAnything} end`
  },
  {
    id: 'leakproof',
    severity: 'error',
    title: 'A function that claims to leak nothing',
    gain: 'Every row of a table, before the policy is asked: a LEAKPROOF function is evaluated first, and may tell what it was given, by an error or by its time.',
    explanation: 'LEAKPROOF is a promise about every path through the function that nobody checks. Only a superuser can make it. Do not mark helpers to make policies faster. Of what comes with PostgreSQL, comparisons, what indexes call, hashes and casts that cannot fail are: LIKE, for one, is not.',
    query: `
      select name as object, 'is marked LEAKPROOF' as detail, format('alter routine %s not leakproof;', name) as mend from own_function where proleakproof
      union all
      select function.name, 'is marked LEAKPROOF, and does not come so', format('alter function pg_catalog.%s not leakproof;', function.name)
      from (select pg_proc.oid, pg_proc.oid::regprocedure::text as name from pg_proc where pg_proc.oid < 16384 and proleakproof) as function
      where current_setting('server_version_num')::integer < 190000
        and not exists (select from pg_operator where oprcode = function.oid and pg_operator.oid < 16384 and oprname in ('=', '<>', '<', '<=', '>', '>=', '~<~', '~<=~', '~>~', '~>=~', '^@'))
        and not exists (select from pg_amproc join pg_opfamily on pg_opfamily.oid = amprocfamily join pg_am on pg_am.oid = opfmethod where amproc = function.oid and pg_opfamily.oid < 16384 and amname in ('btree', 'hash'))
        and function.name not in (${leakproofBesides.map(name => `'${name}'`).join(', ')})`
  },
  {
    id: 'execute-public',
    severity: 'warning',
    title: 'A function that everybody may call',
    gain: 'What it does, for every role that may use the schema, those of tomorrow included.',
    explanation: 'PUBLIC may execute every function unless that was revoked. Grant by name.',
    query: `
      select own_function.name as object, 'PUBLIC may execute it' as detail, 
        ${keptBy("'execute on routine ' || own_function.name", "coalesce(own_function.proacl, acldefault('f', own_function.proowner))", "'EXECUTE'", 'held.grantee = 0', `
          (named_role.kind not in ('tenant', 'operator') or own_function.lanpltrusted and not coalesce(own_function.lanname = 'plpgsql' and shape ~* ${executesAnything}, false))`)}
          || format('revoke execute on routine %s from public;', own_function.name) as mend
      from given_schema join own_function on own_function.pronamespace = given_schema.oid and not own_function.is_of_extension left join function_code on function_code.oid = own_function.oid
      where exists (select from aclexplode(coalesce(own_function.proacl, acldefault('f', own_function.proowner))) as acl where acl.grantee = 0)`
  },
  {
    id: 'language-untrusted',
    severity: 'error',
    title: 'A function in a language that can do anything the server can',
    gain: 'The files of the server, and with them all tenants.',
    explanation: 'Untrusted languages run as the operating system’s user that runs PostgreSQL.',
    query: `
      select distinct own_function.name as object, format('is written in %I, and %s may call it', lanname, runtime_role.name) as detail,
        ${keptByServingNone('own_function')} || format('revoke execute on routine %s from %s;', own_function.name, ${grantees("coalesce(proacl, acldefault('f', proowner))")}) as mend
      from own_function, runtime_role
      where not lanpltrusted and prokind <> 'a' and not (is_of_extension and lanname in ('c', 'internal')) and has_function_privilege(runtime_role.oid, own_function.oid, 'execute') and has_schema_privilege(runtime_role.oid, own_function.pronamespace, 'usage')`
  }
]

/** Those that find what may name another tenant: what they find can be called, to see whether it does. */
export const suspectRules: readonly Rule[] = functionRules.filter(({ id }) => id === 'function-names-tenant' || id === 'function-runs-text')
