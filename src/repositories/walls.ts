import type { OperatorScope, TenantScope } from '../tenancy/scope.ts'

/** A policy, as the database holds it. */
export interface Policy {
  name: string
  isPermissive: boolean
  command: 'all' | 'select' | 'insert' | 'update' | 'delete'
  roles: string[]
  using: string | null
  check: string | null
  /** Whether it is one for the role of this connection. */
  reachesUs: boolean
  /** Whether it is one for the role that serves accounts. */
  reachesTenants: boolean
}

/** What stands around a table. */
export interface WalledTable {
  name: string
  owner: string
  isSecured: boolean
  isForced: boolean
  policies: Policy[]
  /** What the role of this connection may do, in all columns or in some. */
  privileges: Array<{ what: string, inAllColumns: boolean }>
}

/** As whom a connection works, and what that role is. */
export interface ConnectionRole {
  current: string
  session: string
  isSuperuser: boolean
  bypasses: boolean
  /** Roles that it is a member of. */
  memberships: number
  /** Tables of the schema that it owns. */
  owned: number
  isReadOnly: boolean
  rowSecurity: string
}

export interface Walls {
  role: ConnectionRole
  tables: WalledTable[]
  /** The function that says whose a transaction is. */
  context: string | null
}

/** How many rows a tenant has of a table: counted up to a bound, and `isMore` beyond. */
export interface OwnRows {
  table: string
  rows: number
  isMore: boolean
}

const mostCounted = 10_000

/** The walls of the database that an account is in, and what the account has of each table that its people's requests may read. */
export async function readWalls (scope: TenantScope): Promise<Walls & { counts: OwnRows[] }> {
  const [walls, counts] = await Promise.all([readCatalog(scope), countOwnRows(scope)])
  return { ...walls, counts }
}

/** The walls of the configured database. */
export async function listWallsOfAllAccounts (scope: OperatorScope): Promise<Walls> {
  return await readCatalog(scope)
}

/** Whether a table of the configured database has rows of an account that is attacked, and of anybody but the one who attacks. */
export interface RowsToFind {
  table: string
  ofVictim: boolean
  ofOthers: boolean
}

/** What attacks could find, of each table that the operator may read. */
export async function findRowsToFind ({ sql }: OperatorScope, { self, victim }: { self: number, victim: number }): Promise<RowsToFind[]> {
  const found = await sql<Omit<RowsToFind, 'ofOthers'> & { ofOthers: boolean | null }>`
    select 'account' as table, exists (select from account where id = ${victim}) as "ofVictim", (select min(id) <> ${self} or max(id) <> ${self} from account) as "ofOthers"
    union all select 'account_event', exists (select from account_event where account_id = ${victim}), (select min(account_id) <> ${self} or max(account_id) <> ${self} from account_event)
    union all select 'account_move', exists (select from account_move where account_id = ${victim}), (select min(account_id) <> ${self} or max(account_id) <> ${self} from account_move)
    union all select 'api_token', exists (select from api_token where account_id = ${victim}), (select min(account_id) <> ${self} or max(account_id) <> ${self} from api_token)
    union all select 'app_user', exists (select from app_user where account_id = ${victim}), (select min(account_id) <> ${self} or max(account_id) <> ${self} from app_user)
    union all select 'audit_event', exists (select from audit_event where account_id = ${victim}), (select min(account_id) <> ${self} or max(account_id) <> ${self} from audit_event)
    union all select 'entry_link', exists (select from entry_link where account_id = ${victim}), (select min(account_id) <> ${self} or max(account_id) <> ${self} from entry_link)
    union all select 'former_slug', exists (select from former_slug where account_id = ${victim}), (select min(account_id) <> ${self} or max(account_id) <> ${self} from former_slug)
    union all select 'operator_look', exists (select from operator_look where account_id = ${victim}), (select min(account_id) <> ${self} or max(account_id) <> ${self} from operator_look)
    union all select 'project', exists (select from project where account_id = ${victim}), (select min(account_id) <> ${self} or max(account_id) <> ${self} from project)
    union all select 'subtask', exists (select from subtask where account_id = ${victim}), (select min(account_id) <> ${self} or max(account_id) <> ${self} from subtask)
    union all select 'task', exists (select from task where account_id = ${victim}), (select min(account_id) <> ${self} or max(account_id) <> ${self} from task)
    union all select 'tenant_database', exists (select from tenant_database where account_id = ${victim}), (select min(account_id) <> ${self} or max(account_id) <> ${self} from tenant_database)
    union all select 'user_session', exists (select from user_session where account_id = ${victim}), (select min(account_id) <> ${self} or max(account_id) <> ${self} from user_session)`
  return found.map(({ ofOthers, ...rest }) => ({ ...rest, ofOthers: ofOthers ?? false }))
}

async function countOwnRows ({ sql, accountId }: TenantScope): Promise<OwnRows[]> {
  const most = mostCounted + 1
  const counted = await sql<{ table: string, rows: number }>`
    select 'account' as table, (select count(*) from (select from account where id = ${accountId} limit ${most}) as own) as rows
    union all select 'api_token', (select count(*) from (select from api_token where account_id = ${accountId} limit ${most}) as own)
    union all select 'app_user', (select count(*) from (select from app_user where account_id = ${accountId} limit ${most}) as own)
    union all select 'audit_event', (select count(*) from (select from audit_event where account_id = ${accountId} limit ${most}) as own)
    union all select 'entry_link', (select count(*) from (select from entry_link where account_id = ${accountId} limit ${most}) as own)
    union all select 'idempotent_request', (select count(*) from (select from idempotent_request where account_id = ${accountId} limit ${most}) as own)
    union all select 'operator_look', (select count(*) from (select from operator_look where account_id = ${accountId} limit ${most}) as own)
    union all select 'project', (select count(*) from (select from project where account_id = ${accountId} limit ${most}) as own)
    union all select 'subtask', (select count(*) from (select from subtask where account_id = ${accountId} limit ${most}) as own)
    union all select 'task', (select count(*) from (select from task where account_id = ${accountId} limit ${most}) as own)
    union all select 'user_session', (select count(*) from (select from user_session where account_id = ${accountId} limit ${most}) as own)`
  return counted.map(({ table, rows }) => ({ table, rows: Math.min(rows, mostCounted), isMore: rows > mostCounted }))
}

/**
 * Reads the catalog, which is the same for every account of a database. Not what changes with rows, which tells of those of others:
 * neither estimates nor sizes, statistics or the state of sequences.
 */
async function readCatalog ({ sql }: TenantScope | OperatorScope): Promise<Walls> {
  const [roles, tables, [context]] = await Promise.all([
    sql<ConnectionRole>`
      select current_user::text as current, session_user::text as session, rolsuper as "isSuperuser", rolbypassrls as bypasses,
        (select count(*) from pg_catalog.pg_auth_members where member = pg_roles.oid) as memberships,
        (select count(*) from pg_catalog.pg_class where relnamespace = 'rowhouse'::regnamespace and relowner = pg_roles.oid) as owned,
        current_setting('transaction_read_only') = 'on' as "isReadOnly", current_setting('row_security') as "rowSecurity"
      from pg_catalog.pg_roles where rolname = current_user`,
    sql<WalledTable>`
      select relname::text as name, relowner::regrole::text as owner, relrowsecurity as "isSecured", relforcerowsecurity as "isForced",
        coalesce((
          select json_agg(json_build_object(
              'name', polname, 'isPermissive', polpermissive, 'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid),
              'command', case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
              'roles', (select json_agg(case when target.oid = 0 then 'public' else target.oid::regrole::text end) from unnest(polroles) as target (oid)),
              'reachesUs', exists (select from unnest(polroles) as target (oid) where target.oid = 0 or pg_has_role(target.oid, 'usage')),
              'reachesTenants', exists (select from unnest(polroles) as target (oid) where target.oid = 0 or target.oid = to_regrole('rowhouse_tenant'))) order by polname)
          from pg_catalog.pg_policy where polrelid = pg_class.oid), '[]') as policies,
        coalesce((
          select json_agg(json_build_object('what', what, 'inAllColumns', in_all) order by place)
          from (values
              (1, 'select', has_table_privilege(oid, 'select'), has_any_column_privilege(oid, 'select')),
              (2, 'insert', has_table_privilege(oid, 'insert'), has_any_column_privilege(oid, 'insert')),
              (3, 'update', has_table_privilege(oid, 'update'), has_any_column_privilege(oid, 'update')),
              (4, 'delete', has_table_privilege(oid, 'delete'), has_table_privilege(oid, 'delete')),
              (5, 'truncate', has_table_privilege(oid, 'truncate'), has_table_privilege(oid, 'truncate')),
              (6, 'references', has_table_privilege(oid, 'references'), has_any_column_privilege(oid, 'references')),
              (7, 'trigger', has_table_privilege(oid, 'trigger'), has_table_privilege(oid, 'trigger'))
            ) as privilege (place, what, in_all, in_some)
          where in_some), '[]') as privileges
      from pg_catalog.pg_class
      where relnamespace = 'rowhouse'::regnamespace and relkind in ('r', 'p')
      order by relname`,
    sql<{ definition: string | null }>`select pg_get_functiondef(to_regprocedure('rowhouse.current_account_id()')) as definition`
  ])
  const [role] = roles
  if (role === undefined) throw new Error('the role of a connection is one of the server')
  return { role, tables, context: context?.definition ?? null }
}
