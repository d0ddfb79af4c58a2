import { grantees } from './grantees.ts'
import type { Rule } from '../rule.ts'

/** The server, and what else is in the database. */
export const installationRules: readonly Rule[] = [
  {
    id: 'server-release',
    severity: 'error',
    title: 'A release of PostgreSQL with known holes in row-level security',
    gain: 'Rows that policies should have hidden: plans used again for another role (CVE-2024-10976), statistics of hidden rows (CVE-2025-8713), MERGE past policies (CVE-2023-39418).',
    explanation: 'Minor releases mend. 13.22, 14.19, 15.14, 16.10 and 17.6 are the first with all that is known; older major releases get no more.',
    query: `
      select 'PostgreSQL' as object, 'is ' || current_setting('server_version') as detail, 'install the latest minor release' as mend
      from (select current_setting('server_version_num')::integer as number) as server
      where number < 130022 or number between 140000 and 140018 or number between 150000 and 150013 or number between 160000 and 160009 or number between 170000 and 170005`
  },
  {
    id: 'extension',
    severity: 'warning',
    title: 'An extension that leads out of the transaction',
    gain: 'A second connection, another server, the files of this one: as somebody else, with no tenant.',
    explanation: 'dblink and postgres_fdw connect anew; file_fdw and adminpack read files; untrusted languages do anything; xml2 has a function that runs what it is given.',
    query: `
      select quote_ident(extname) as object, 'is installed' as detail, format('drop extension %I;', extname) as mend
      from pg_extension where extname in ('dblink', 'postgres_fdw', 'file_fdw', 'adminpack', 'pg_cron', 'pg_net', 'http', 'plpython3u', 'plperlu', 'pltclu', 'plsh', 'lo', 'xml2')`
  },
  {
    id: 'foreign-server-usable',
    severity: 'error',
    title: 'A foreign server that a role which serves requests may use',
    gain: 'Whatever the other server shows to whoever the user mapping says.',
    explanation: 'USAGE on a foreign server lets a role make user mappings for itself.',
    query: `
      select quote_ident(srvname) as object, runtime_role.name || ' may use it' as detail, format('revoke usage on foreign server %I from %s;', srvname, ${grantees('srvacl')}) as mend
      from pg_foreign_server, runtime_role where has_server_privilege(runtime_role.oid, pg_foreign_server.oid, 'usage')
      union all
      select quote_ident(fdwname), runtime_role.name || ' may make a server of its kind', format('revoke usage on foreign data wrapper %I from %s;', fdwname, ${grantees('fdwacl')})
      from pg_foreign_data_wrapper, runtime_role where has_foreign_data_wrapper_privilege(runtime_role.oid, pg_foreign_data_wrapper.oid, 'usage')`
  },
  {
    id: 'event-trigger',
    severity: 'warning',
    title: 'An event trigger',
    gain: 'Code that runs at every login, or whenever a table is made or altered, as whoever does that.',
    explanation: 'Name those that you have read with --ignore. What belongs to a role that was named with --trusted-role, and calls what belongs to one, is let be.',
    query: `
      select quote_ident(evtname) as object, format('calls %s at %s', evtfoid::regprocedure, evtevent) as detail, format('drop event trigger %I;', evtname) as mend
      from given, pg_event_trigger join pg_proc as function on function.oid = evtfoid
      where evtenabled <> 'D' and not (evtowner = any (given.trusted_roles) and function.proowner = any (given.trusted_roles))`
  },
  {
    id: 'operator-user-defined',
    severity: 'warning',
    title: 'An operator or cast of one’s own',
    gain: 'What "=" means in a policy: the types of both sides decide which operator is meant, and a closer match wins.',
    explanation: 'Policies keep the operators that they were made with, new ones take what they find. Casts change what a text is compared as.',
    query: `
      select pg_operator.oid::regoperator::text as object, 'is defined here' as detail, format('drop operator %s;', pg_operator.oid::regoperator) as mend
      from pg_operator
      where pg_operator.oid >= 16384
        and not exists (select from pg_depend where pg_depend.classid = 'pg_operator'::regclass and pg_depend.objid = pg_operator.oid and pg_depend.deptype = 'e')
      union all
      select format('%s as %s', castsource::regtype, casttarget::regtype), 'is a cast that is defined here', format('drop cast (%s as %s);', castsource::regtype, casttarget::regtype)
      from pg_cast
      where pg_cast.oid >= 16384 and not exists (select from pg_depend where pg_depend.classid = 'pg_cast'::regclass and pg_depend.objid = pg_cast.oid and pg_depend.deptype = 'e')`
  },
  {
    id: 'operator-class-user-defined',
    severity: 'warning',
    title: 'An index that compares by a rule of one’s own',
    gain: 'Keys that hold two tenants for one, and functions that the index calls with everybody’s values, asking for no privilege.',
    explanation: 'An index compares by its operator class. One that was defined here may find things equal that "=" does not.',
    query: `
      select distinct index_relation.oid::regclass::text as object, format('compares by %I, which is defined here', opcname) as detail, coalesce((select format('alter table %s drop constraint %I;', tenant_table.name, conname) from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x')), format('drop index %s;', index_relation.oid::regclass)) as mend
      from pg_index join tenant_table on tenant_table.oid = indrelid join pg_class as index_relation on index_relation.oid = indexrelid, unnest(indclass) as class (oid) join pg_opclass on pg_opclass.oid = class.oid
      where pg_opclass.oid >= 16384 and not exists (select from pg_depend where pg_depend.classid = 'pg_opclass'::regclass and pg_depend.objid = pg_opclass.oid and pg_depend.deptype = 'e')`
  }
]
