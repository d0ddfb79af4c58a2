import { definersByOwner } from './definers.ts'
import { ExplainedError } from '../explained-error.ts'
import { part, type Transaction, type TransactionOptions } from './transaction.ts'

/** Something that somebody has looked at, and lets be: named as a finding of bin/checkrls.ts is. */
export interface WallException {
  rule: string
  object: string
}

/** A way past the walls. One without a rule is let be by nobody. */
interface Reason extends Partial<WallException> {
  text: string
}

/** A role of the web process could see past the walls. The message says which way, and how to let that be; the start ends with it. */
export class UnsafeRoleError extends ExplainedError {
  readonly reasons: string

  /** @param reasons by their kinds */
  constructor (role: string, reasons: ReadonlyArray<readonly Reason[]>) {
    const told = reasons.flatMap(kind => atMostThree(kind.map(({ text }) => text))).join('; ')
    const names = [...new Set(reasons.flat().flatMap(({ rule, object }) => rule === undefined ? [] : [`${rule}:${object ?? ''}`]))]
    const advice = names.length === 0 ? '' : `. What you have looked at is let be by its name: WALL_EXCEPTIONS='${names.join(';')}'`
    super(`the server will not start as the database role "${role}", because row-level security would not hold for it: ${told}${advice}`)
    this.reasons = told
  }
}

/** The database is not the one that this version of the application was written for. */
export class SchemaMismatchError extends ExplainedError {}

/** What a stored view, default or check refers to is found by its id: nobody asks for the use of its schema. */
const relationIsReferred = part`exists (
  select from pg_catalog.pg_depend left join pg_catalog.pg_rewrite on pg_depend.classid = 'pg_catalog.pg_rewrite'::regclass and pg_rewrite.oid = pg_depend.objid
  where pg_depend.refclassid = 'pg_catalog.pg_class'::regclass and pg_depend.refobjid = relation.oid and pg_rewrite.ev_class <> relation.oid)`
const functionIsReferred = part`exists (
  select from pg_catalog.pg_depend
  where pg_depend.refclassid = 'pg_catalog.pg_proc'::regclass and pg_depend.refobjid = function.oid
    and pg_depend.classid in ('pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_attrdef'::regclass, 'pg_catalog.pg_constraint'::regclass))`

/**
 * Asserts that the role behind a connection is subject to row-level security on every table of the application, that the policies
 * which reach it are those of its kind, and that no view or function leads around them.
 *
 * @param begin a transaction of that role, in the database that is meant
 * @param exceptions what is let be; what the role is, owns or may become is not, but for CREATEDB and a group that gives nothing
 * @throws {UnsafeRoleError} when it is a superuser, bypasses row-level security, may become another role, owns something here,
 *   a table that it may read or write is without forced row-level security, or something that it may use shows more than its policies do.
 * @throws {SchemaMismatchError} when there are no tables to serve, or the role is not granted what its kind needs.
 */
export async function assertRoleIsWalled (begin: (options: TransactionOptions) => Promise<Transaction>, kind: 'tenant' | 'operator', exceptions: readonly WallException[] = []): Promise<void> {
  const transaction = await begin({ readOnly: true, deadlineMs: 10_000 })
  const { sql } = transaction
  try {
    const [attributes, memberships, owned, open, windows, functions, policies, writable, [present]] = await Promise.all([
      sql<{ attribute: string, rule: string | null, object: string }>`
        select attribute, case when attribute ~ 'CREATEDB' then 'role-administers' end as rule, quote_ident(rolname) as object
        from pg_catalog.pg_roles,
          lateral (values ('it is a superuser', rolsuper), ('it has BYPASSRLS', rolbypassrls), ('it has CREATEROLE', rolcreaterole),
            ('it has CREATEDB', rolcreatedb), ('it has REPLICATION', rolreplication),
            ('its sessions begin with row_security off', current_setting('row_security') <> 'on')) as flag (attribute, is_set)
        where (rolname = current_user or rolname = session_user) and is_set`,
      sql<{ name: string, rule: string | null, object: string }>`
        select distinct roleid::regrole::text as name, quote_ident(current_user) as object,
          -- A group that gives nothing, today: one that has a say in the walls, or in the server, is let be by nobody.
          case when not exists (
            select from pg_catalog.pg_roles as other
            where pg_has_role(roleid, other.oid, 'member') and (
              other.rolsuper or other.rolbypassrls or other.rolreplication or other.rolcreaterole or other.rolname ~ '^pg_'
              or exists (select from pg_catalog.pg_policy where other.oid = any (polroles))
              or exists (select from pg_catalog.pg_shdepend where refclassid = 'pg_authid'::regclass and refobjid = other.oid and deptype in ('o', 'a')
                and dbid in (0, (select oid from pg_catalog.pg_database where datname = current_database()))))) then 'role-member' end as rule
        from pg_catalog.pg_auth_members
        where member in (select oid from pg_catalog.pg_roles where rolname in (current_user, session_user))`,
      sql<{ name: string }>`
        select format('%I.%I', nspname, relname) as name
        from pg_catalog.pg_class join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
        where relkind in ('r', 'p', 'v', 'm', 'f', 'S') and nspname !~ '^(pg_|information_schema$)' and relowner in (select oid from pg_catalog.pg_roles where rolname in (current_user, session_user))
        union all
        select nspname::text from pg_catalog.pg_namespace where nspowner = current_user::regrole and nspname !~ '^pg_'
        union all
        select datname::text from pg_catalog.pg_database where datname = current_database() and datdba = current_user::regrole`,
      sql<{ name: string, rule: string }>`
        select format('%I.%I', namespace.nspname, relation.relname) as name,
          case when namespace.nspname <> 'rowhouse' then 'relation-elsewhere' when relation.relrowsecurity then 'rls-not-forced' else 'rls-off' end as rule
        from pg_catalog.pg_class relation
        join pg_catalog.pg_namespace namespace on namespace.oid = relation.relnamespace
        where relation.relkind in ('r', 'p') and relation.oid >= 16384 and namespace.nspname !~ '^pg_(temp|toast)'
          and not (relation.relrowsecurity and relation.relforcerowsecurity)
          and (has_schema_privilege(namespace.oid, 'usage') or ${relationIsReferred})
          and (has_table_privilege(relation.oid, 'select, insert, update, delete') or has_any_column_privilege(relation.oid, 'select, insert, update'))`,
      sql<{ name: string, rule: string }>`
        select format('%I.%I', namespace.nspname, relation.relname) as name,
          case relation.relkind when 'v' then 'view-as-owner' when 'm' then 'materialized-view-readable' else 'foreign-table-usable' end as rule
        from pg_catalog.pg_class relation
        join pg_catalog.pg_namespace namespace on namespace.oid = relation.relnamespace
        where relation.relkind in ('v', 'm', 'f') and relation.oid >= 16384 and namespace.nspname !~ '^pg_(temp|toast)'
          and (has_schema_privilege(namespace.oid, 'usage') or ${relationIsReferred})
          and (has_table_privilege(relation.oid, 'select, insert, update, delete') or has_any_column_privilege(relation.oid, 'select, insert, update'))
          and not exists (select from pg_catalog.pg_depend where pg_depend.classid = 'pg_catalog.pg_class'::regclass and pg_depend.objid = relation.oid and pg_depend.deptype = 'e')
          and not (relation.relkind = 'v' and exists (
            select from unnest(relation.reloptions) as option (text)
            where option.text ~ '^security_invoker=' and split_part(option.text, '=', 2)::boolean))`,
      sql<{ name: string, object: string }>`
        select function.oid::regprocedure::text as name,
          case when pg_function_is_visible(function.oid) then quote_ident(namespace.nspname) || '.' else '' end || function.oid::regprocedure::text as object
        from pg_catalog.pg_proc function
        join pg_catalog.pg_namespace namespace on namespace.oid = function.pronamespace
        where function.prosecdef and function.oid >= 16384 and namespace.nspname !~ '^pg_(temp|toast)'
          and (has_schema_privilege(namespace.oid, 'usage') or ${functionIsReferred}) and has_function_privilege(function.oid, 'execute')
          and not exists (
            select from jsonb_each(${JSON.stringify(definersByOwner)}::text::jsonb) as owner (name, functions), jsonb_array_elements_text(owner.functions) as listed (name)
            where function.proowner = to_regrole(owner.name) and function.oid = to_regprocedure(listed.name))`,
      sql<{ name: string, rule: string, object: string }>`
        select format('%I on %s', policy.polname, policy.polrelid::regclass) as name, format('%I.%I.%I', namespace.nspname, relation.relname, policy.polname) as object,
          case when ${kind} = 'operator' then 'policy-operator-writes' when policy.polqual is null or pg_get_expr(policy.polqual, policy.polrelid) in (
            format('(%I = current_account_id())', key.name), format('(%I = rowhouse.current_account_id())', key.name)) then 'policy-check' else 'policy-using' end as rule
        from pg_catalog.pg_policy policy
        join pg_catalog.pg_class relation on relation.oid = policy.polrelid
        join pg_catalog.pg_namespace namespace on namespace.oid = relation.relnamespace,
          lateral (values (case policy.polrelid when to_regclass('rowhouse.account') then 'id' else 'account_id' end)) as key (name)
        where policy.polpermissive
          and exists (select from unnest(policy.polroles) as role (oid) where role.oid = 0 or pg_has_role(current_user, role.oid, 'usage'))
          and not coalesce(case ${kind}
            when 'tenant' then
              pg_get_expr(policy.polqual, policy.polrelid) in (
                format('(%I = current_account_id())', key.name), format('(%I = rowhouse.current_account_id())', key.name))
              and coalesce(pg_get_expr(policy.polwithcheck, policy.polrelid) = pg_get_expr(policy.polqual, policy.polrelid), true)
            else policy.polcmd = 'r' end, false)`,
      sql<{ name: string }>`
        select format('%I.%I', namespace.nspname, relation.relname) as name
        from pg_catalog.pg_class relation
        join pg_catalog.pg_namespace namespace on namespace.oid = relation.relnamespace
        where ${kind} = 'operator' and relation.relkind in ('r', 'p', 'v', 'f') and relation.oid >= 16384 and namespace.nspname !~ '^pg_(temp|toast)'
          and (has_table_privilege(relation.oid, 'insert, update, delete, truncate') or has_any_column_privilege(relation.oid, 'insert, update'))`,
      sql<{ role: string, tables: number, canRead: boolean, canNameTenants: boolean }>`
        select current_user::text as role,
          (select count(*) from pg_catalog.pg_class where relnamespace = to_regnamespace('rowhouse') and relkind in ('r', 'p')) as tables,
          coalesce(has_table_privilege(to_regclass('rowhouse.subtask'), 'select'), false) as "canRead",
          coalesce(has_function_privilege(to_regprocedure('rowhouse.set_account(bigint,text,text)'), 'execute')
            and has_function_privilege(to_regprocedure('rowhouse.resolve_accounts(text[])'), 'execute'), false) as "canNameTenants"`
    ])
    const role = present?.role ?? 'unknown'
    const found: Reason[][] = [
      attributes.map(({ attribute, rule, object }) => rule === null ? { text: `${attribute}, and nothing lets that be` } : { rule, object, text: attribute }),
      memberships.map(({ name, rule, object }) => rule === null ? { text: `it is a member of "${name}", and nothing lets that be` } : { rule, object, text: `it is a member of "${name}"` }),
      owned.map(({ name }) => ({ text: `it owns ${name}, and nothing lets that be` })),
      open.map(({ name, rule }) => ({ rule, object: name, text: `the table ${name} has no forced row-level security` })),
      windows.map(({ name, rule }) => ({ rule, object: name, text: `${name} is open to it and shows what the role of its owner sees` })),
      functions.map(({ name, object }) => ({ rule: 'definer-unknown', object, text: `it may call ${name}, which runs with the rights of its owner` })),
      policies.map(({ name, rule, object }) => ({ rule, object, text: `the policy ${name} is not one for the role that serves ${kind === 'tenant' ? 'tenants' : 'the operator'}` })),
      writable.map(({ name }) => ({ rule: 'operator-writes', object: name, text: `it may write ${name}, and the operator only reads` }))
    ]
    const reasons = found.map(kind => kind.filter(reason => !exceptions.some(({ rule, object }) => rule === reason.rule && object === reason.object)))
    if (reasons.some(kind => kind.length > 0)) throw new UnsafeRoleError(role, reasons)
    if (present?.tables === 0) throw new SchemaMismatchError('the database has no tables of this application yet; run: npx tsx bin/migrate.ts up')
    if (present?.canRead !== true || (kind === 'tenant' && !present.canNameTenants)) {
      throw new SchemaMismatchError(`the database role "${role}" is not one that can serve ${kind === 'tenant' ? 'tenants' : 'the operator'}: it lacks the rights of "rowhouse_${kind}"`)
    }
  } finally {
    await transaction.rollback()
  }
}

/** Three of a kind make the point. */
function atMostThree (reasons: string[]): string[] {
  return reasons.length <= 3 ? reasons : [...reasons.slice(0, 3), `and ${reasons.length - 3} more like these`]
}
