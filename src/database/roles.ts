import { createHmac, createHash, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto'
import type pg from 'pg'

/**
 * The roles of one PostgreSQL server. They are the same for every database on it, since roles belong to the server.
 *
 * None is a superuser, bypasses row-level security, creates roles or databases, or replicates. The web process logs in as
 * `tenant` and `operator` only; neither owns anything or is a member of another role.
 */
export const roleNames = {
  /** Owns the schema and its tables; migrations run as it. Row-level security is forced on it too, so it sees no rows. */
  owner: 'rowhouse_owner',
  /** Serves tenants: sees the rows of the account that its transaction named, and none before it named one. */
  tenant: 'rowhouse_tenant',
  /** Serves the view over all accounts: reads all rows, writes nothing. */
  operator: 'rowhouse_operator',
  /** Adds, moves and removes whole accounts. */
  loader: 'rowhouse_loader',
  /** Keeps the catalogue of accounts: makes, renames and suspends them, and sees no row of theirs. */
  manager: 'rowhouse_manager'
} as const

export type RoleName = keyof typeof roleNames

/** They log in nowhere, and own the functions that run with the rights of their owner. */
export const functionOwners = {
  /** Turns a slug into an account before any tenant is known. */
  resolver: 'rowhouse_resolver',
  /** Finds the ids of an account's rows by their words. */
  searcher: 'rowhouse_searcher',
  /** Compares the hashes of passwords and tokens, which the role that serves pages cannot read. */
  verifier: 'rowhouse_verifier',
  /** Adds to the record of what happened to an account, which the role that serves pages can only read. */
  recorder: 'rowhouse_recorder'
} as const

/** Settings that each login of a role starts with. */
const roleSettings: Record<RoleName, Record<string, string>> = {
  // With row_security off, a statement that row-level security would silently filter (a backfill, the validation of a
  // foreign key) is an error instead of a change to no row.
  owner: { search_path: 'rowhouse', row_security: 'off' },
  // A tenant's statements all look up rows of one account in an index, so one plan serves every tenant; planning each anew
  // would take longer than running it.
  tenant: { search_path: 'rowhouse', plan_cache_mode: 'force_generic_plan', statement_timeout: '5s', lock_timeout: '2s', idle_in_transaction_session_timeout: '15s' },
  operator: { search_path: 'rowhouse', statement_timeout: '15s', lock_timeout: '2s', idle_in_transaction_session_timeout: '30s', default_transaction_read_only: 'on' },
  loader: { search_path: 'rowhouse' },
  manager: { search_path: 'rowhouse', statement_timeout: '15s', lock_timeout: '5s', idle_in_transaction_session_timeout: '30s' }
}

/** What only a superuser may give a role: where the administrator is none, its sessions begin without. */
const superuserSettings: Partial<Record<RoleName, Record<string, string>>> = {
  // More than any statement of ours takes. One that somebody else's text got into would fill a disk that all tenants share.
  tenant: { temp_file_limit: '256MB' }
}

/**
 * Derives the passwords of the roles from one secret, so that every process that knows it can log in and nothing is stored.
 * Slow on purpose: knowing one role's password must not help to guess the secret.
 */
export function deriveRolePasswords (secret: string): Record<RoleName, string> {
  const key = scryptSync(secret, 'rowhouse role passwords', 32)
  const derive = (role: string): string => createHmac('sha256', key).update(role).digest('base64url')
  return Object.fromEntries(Object.entries(roleNames).map(([role, name]) => [role, derive(name)])) as Record<RoleName, string>
}

/**
 * Makes the roles that are missing and mends those that differ. Changes nothing where all is as it should be.
 *
 * @param client an administrator of the server: a superuser, or a role with CREATEROLE
 * @param needsPassword the roles whose present password does not let them in
 */
export async function ensureRoles (client: pg.Client, passwords: Partial<Record<RoleName, string>>, needsPassword: (role: RoleName) => Promise<boolean>): Promise<void> {
  await resetOtherSettings(client)
  const present = new Map((await client.query<{ rolname: string, rolconfig: string[] | null }>(
    'select rolname::text, rolconfig::text[] from pg_catalog.pg_roles where rolname = any ($1::text[])',
    [[...Object.values(roleNames), ...Object.values(functionOwners)]])).rows.map(row => [row.rolname, row.rolconfig ?? []]))

  const { rows: [me] } = await client.query<{ isSuperuser: boolean }>('select rolsuper as "isSuperuser" from pg_catalog.pg_roles where rolname = current_user')

  for (const role of Object.values(functionOwners)) {
    if (!present.has(role)) await client.query(`create role ${role} nologin noinherit`)
  }
  for (const role of Object.keys(roleNames) as RoleName[]) {
    const name = roleNames[role]
    if (!present.has(name)) await client.query(`create role ${name} login noinherit`)
    for (const [setting, value] of Object.entries({ ...roleSettings[role], ...(me?.isSuperuser === true ? superuserSettings[role] : {}) })) {
      const expected = `${setting}=${value}`
      if (present.get(name)?.includes(expected) !== true) await client.query(`alter role ${name} set ${setting} = '${value}'`)
    }
    const password = passwords[role]
    if (password !== undefined && (!present.has(name) || await needsPassword(role))) {
      await client.query(`alter role ${name} password '${scramVerifier(password)}'`)
    }
  }

  // So that a migration can hand them their functions. Nobody is a member of a role that serves requests.
  for (const role of Object.values(functionOwners)) {
    const { rowCount } = await client.query(
      'select from pg_catalog.pg_auth_members where roleid = $1::regrole and member = $2::regrole', [role, roleNames.owner])
    if (rowCount === 0) await client.query(`grant ${role} to ${roleNames.owner}`)
  }
}

/** A role may change its own settings; what it should not have is taken back, whichever database it was made for. */
async function resetOtherSettings (client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ role: string, database: string | null, setting: string }>(`
    select rolname::text as role, datname::text as database, split_part(config, '=', 1) as setting
    from pg_catalog.pg_db_role_setting
    join pg_catalog.pg_roles on pg_roles.oid = setrole
    left join pg_catalog.pg_database on pg_database.oid = setdatabase,
    unnest(setconfig) as config
    where rolname = any ($1::text[])`, [Object.values(roleNames)])
  for (const { role, database, setting } of rows) {
    const name = (Object.keys(roleNames) as RoleName[]).find(key => roleNames[key] === role)
    const isOurs = database === null && name !== undefined && setting in { ...roleSettings[name], ...superuserSettings[name] }
    const where = database === null ? '' : ` in database ${client.escapeIdentifier(database)}`
    if (!isOurs) await client.query(`alter role ${role}${where} reset ${client.escapeIdentifier(setting)}`)
  }
}

/**
 * What PostgreSQL stores for a password, made here so that the password itself never stands in a statement or in a server log
 * (RFC 5803; PostgreSQL, "Password Authentication").
 */
export function scramVerifier (password: string): string {
  const iterations = 4096
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`
}
