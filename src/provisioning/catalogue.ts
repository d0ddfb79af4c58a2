import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import pg from 'pg'
import { hasCode, inTransaction, withClient } from '../database/admin.ts'
import type { Database } from '../database/database.ts'
import { DatabaseSetupError, explainDatabaseError } from '../database/explain.ts'
import { latestMigration } from '../database/migrate.ts'
import type { Placement } from '../database/placement.ts'
import { ExplainedError } from '../explained-error.ts'
import type { KnownAccount } from '../tenancy/administration.ts'
import type { TenantStatus } from '../tenancy/tenant.ts'
import { withSession } from './session.ts'

/** What was asked of a tenant cannot be done as things stand; the message says why. */
export class TenantError extends ExplainedError {}

/** Servers may lead by an old name for some seconds after it is gone: nobody else gets it meanwhile. */
const quarantine = "interval '1 minute'"

/** What the catalogue holds of one tenant. */
export interface CatalogueEntry {
  id: number
  slug: string
  name: string
  status: TenantStatus
  statusReason: string | undefined
  statusSince: Date
  createdAt: Date
  /** Undefined: its rows are in the configured database. */
  database: Placement | undefined
  /** Of a database of its own. */
  schemaVersion: string | undefined
  migration: MigrationNote | undefined
}

/** How the last migration run over a tenant's own database went. */
export interface MigrationNote {
  state: 'ready' | 'migrating' | 'failed'
  error: string | undefined
  changedAt: Date
  tookMs: number | undefined
}

export interface Move {
  /** Undefined: the configured database. */
  source: Placement | undefined
  target: Placement | undefined
  /** `switched`: the target serves the tenant; the source's rows are what is left of before. */
  state: 'copying' | 'switched'
  changedAt: Date
}

/** Who did what to a tenant, and when. */
export interface AccountEvent {
  accountId: number
  at: Date
  actor: string
  action: string
  /** The tenant's name then. */
  slug: string
  details: Record<string, unknown>
}

interface EntryRow {
  id: string
  slug: string
  name: string
  status: TenantStatus
  status_reason: string | null
  status_since: Date
  created_at: Date
  database: string | null
  schema_version: string | null
  state: MigrationNote['state'] | null
  error: string | null
  changed_at: Date
  took_ms: number | null
}

/** The catalogue of tenants, as the role that keeps it sees it: their names and whereabouts, never a row of their work. */
export class Catalogue {
  readonly #client: pg.Client
  readonly #database: Pick<Database, 'at'>
  readonly #actor: string

  /** @param actor who does what is recorded */
  constructor (client: pg.Client, database: Pick<Database, 'at'>, actor = whoeverRunsThis()) {
    this.#client = client
    this.#database = database
    this.#actor = actor
  }

  /** All tenants in the order of their slugs, or those of the slugs that exist. */
  async list (slugs?: readonly string[]): Promise<CatalogueEntry[]> {
    const { rows } = await this.#client.query<EntryRow>(`
      select account.id, account.slug, account.name, account.status, account.status_reason, account.status_since, account.created_at,
        account.database, tenant_database.schema_version, tenant_database.state, tenant_database.error, tenant_database.changed_at, tenant_database.took_ms
      from account
      left join tenant_database on tenant_database.account_id = account.id
      where $1::text[] is null or account.slug = any ($1::text[])
      order by account.slug`, [slugs ?? null])
    return rows.map(row => ({
      id: Number(row.id),
      slug: row.slug,
      name: row.name,
      status: row.status,
      statusReason: row.status_reason ?? undefined,
      statusSince: row.status_since,
      createdAt: row.created_at,
      database: row.database ?? undefined,
      schemaVersion: row.schema_version ?? undefined,
      migration: row.state === null ? undefined : { state: row.state, error: row.error ?? undefined, changedAt: row.changed_at, tookMs: row.took_ms ?? undefined }
    }))
  }

  /** @throws {TenantError} where no tenant has the slug, or it is not all there yet */
  async get (slug: string): Promise<CatalogueEntry> {
    const entry = await this.find(slug)
    if (entry === undefined) throw new TenantError(`there is no tenant "${slug}"`)
    if (entry.status === 'creating') throw new TenantError(`"${slug}" is still being made; if that was cut off, the next command that makes a tenant takes it away`)
    return entry
  }

  /** For work on its rows. @throws {TenantError} also where its own database is not at this version's schema */
  async getMigrated (slug: string): Promise<CatalogueEntry> {
    const entry = await this.get(slug)
    if (entry.database === undefined) return entry
    const latest = await latestMigration()
    if (entry.schemaVersion === latest) return entry
    throw new TenantError(`the database of "${slug}" is at ${entry.schemaVersion ?? 'no schema yet'}, and this version works with ${latest}; migrate it first: npx tsx bin/migrate.ts up --tenant ${slug}`)
  }

  async find (slug: string): Promise<CatalogueEntry | undefined> {
    return (await this.list([slug]))[0]
  }

  /** What an operator is told of an account, in the form of the listing over HTTP. @throws {TenantError} where no tenant has the slug */
  async describe (slug: string): Promise<KnownAccount> {
    const time = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
    const { rows: [account] } = await this.#client.query<KnownAccount>(`
      select id::float8, slug, name, status, status_reason as "statusReason", ${time('status_since')} as "statusSince",
        database is not null as "hasOwnDatabase", ${time('created_at')} as "createdAt", ${time('updated_at')} as "updatedAt"
      from account where slug = $1::text`, [slug])
    if (account === undefined) throw new TenantError(`there is no tenant "${slug}"`)
    return account
  }

  /** @throws {TenantError} where a name is taken, or still leads to a tenant that had it before */
  async assertFree (slug: string): Promise<void> {
    if (await this.find(slug) !== undefined) throw new TenantError(`there is a tenant "${slug}" already`)
    const { rows: [former] } = await this.#client.query<{ present: string }>(`
      select account.slug as present from former_slug join account on account.id = former_slug.account_id
      where former_slug.slug = $1::text and former_slug.redirect_until > now() - ${quarantine}`, [slug])
    if (former !== undefined) throw new TenantError(`"${slug}" still leads to "${former.present}", which had that name before; choose another, or wait until it does no longer`)
  }

  /** Lets a name go that nobody is led by any more. */
  async releaseFormer (slug: string): Promise<void> {
    await this.#client.query('delete from former_slug where slug = $1::text', [slug])
  }

  /** Draws ids for accounts to be, in order. */
  async reserveIds (count: number): Promise<number[]> {
    const { rows } = await this.#client.query<{ id: string }>("select nextval('account_id_seq') as id from generate_series(1, $1::integer)", [count])
    return rows.map(({ id }) => Number(id)).sort((a, b) => a - b)
  }

  /** The highest id that any account has or had, but for some; 0 where there was none. */
  async lastIdBeside (ids: readonly number[]): Promise<number> {
    const { rows: [row] } = await this.#client.query<{ last: string }>(`
      select coalesce(max(known.id), 0) as last
      from (select id from account union all select account_id from account_event) as known (id)
      where known.id <> all ($1::bigint[])`, [ids])
    return Number(row?.last ?? 0)
  }

  /** Gives an account its id, slug and name. @throws {TenantError} where the slug is taken, or leads to a tenant that had it before */
  async add ({ slug, name, status, statusReason, database, id }: Pick<CatalogueEntry, 'slug' | 'name' | 'status'> & { statusReason?: string, database?: Placement | undefined, id?: number }): Promise<number> {
    await this.assertFree(slug)
    await this.releaseFormer(slug)
    try {
      const { rows: [row] } = await this.#client.query<{ id: string }>(`
        insert into account (id, slug, name, status, status_reason, database) overriding system value
        values (coalesce($6::bigint, nextval('account_id_seq')), $1::text, $2::text, $3::text, $4::text, $5::text) returning id`,
      [slug, name, status, statusReason ?? null, database ?? null, id ?? null])
      const added = Number(row?.id)
      if (database !== undefined) await this.#client.query('insert into tenant_database (account_id) values ($1::bigint)', [added])
      return added
    } catch (error) {
      if (hasCode(error, '23505')) throw new TenantError(`there is a tenant "${slug}" already`, { cause: error })
      throw invalidInput(error, slug)
    }
  }

  async setStatus (id: number, status: TenantStatus, reason?: string): Promise<void> {
    await this.#client.query(`
      update account set status = $2::text, status_reason = $3::text, status_since = now(), updated_at = now() where id = $1::bigint`, [id, status, reason ?? null])
  }

  /** Leaves the old name behind. @param redirectUntil until when it leads to the new one; left out, it is gone at once */
  async rename ({ id, slug }: Pick<CatalogueEntry, 'id' | 'slug'>, next: string, redirectUntil: Date | undefined): Promise<void> {
    const { rows: [former] } = await this.#client.query<{ account_id: string }>(
      `select account_id from former_slug where slug = $1::text and redirect_until > now() - ${quarantine} and account_id <> $2::bigint`, [next, id])
    if (former !== undefined) throw new TenantError(`"${next}" still leads to another tenant, which had that name before; choose another`)
    try {
      await this.#client.query('delete from former_slug where slug = any ($1::text[])', [[slug, next]])
      await this.#client.query('update account set slug = $2::text, updated_at = now() where id = $1::bigint', [id, next])
      await this.#client.query('insert into former_slug (account_id, slug, redirect_until) values ($1::bigint, $2::text, coalesce($3::timestamptz, now()))', [id, slug, redirectUntil ?? null])
    } catch (error) {
      if (hasCode(error, '23505')) throw new TenantError(`there is a tenant "${next}" already`, { cause: error })
      throw invalidInput(error, next)
    }
  }

  async setName (id: number, name: string): Promise<void> {
    await this.#client.query('update account set name = $2::text, updated_at = now() where id = $1::bigint', [id, name]).catch((error: unknown) => { throw invalidInput(error, 'it') })
  }

  /** Says where the account's rows are from now on. */
  async place (id: number, database: Placement | undefined): Promise<void> {
    await this.#client.query('update account set database = $2::text where id = $1::bigint', [id, database ?? null])
    if (database === undefined) await this.#client.query('delete from tenant_database where account_id = $1::bigint', [id])
    else await this.#client.query('insert into tenant_database (account_id) values ($1::bigint) on conflict (account_id) do nothing', [id])
  }

  async hasPlacement (database: Placement): Promise<boolean> {
    return (await this.#client.query('select from account where database = $1::text union all select from account_move where source = $1::text or target = $1::text', [database])).rowCount !== 0
  }

  /** The move of an account that is under way, or whose source is still kept. */
  async findMove (id: number): Promise<Move | undefined> {
    const { rows: [row] } = await this.#client.query<{ source: string | null, target: string | null, state: Move['state'], changed_at: Date }>(
      'select source, target, state, changed_at from account_move where account_id = $1::bigint', [id])
    return row === undefined ? undefined : { source: row.source ?? undefined, target: row.target ?? undefined, state: row.state, changedAt: row.changed_at }
  }

  async noteMove (id: number, { source, target, state }: Omit<Move, 'changedAt'>): Promise<void> {
    await this.#client.query(`
      insert into account_move (account_id, source, target, state) values ($1::bigint, $2::text, $3::text, $4::text)
      on conflict (account_id) do update set source = excluded.source, target = excluded.target, state = excluded.state, changed_at = now()`,
    [id, source ?? null, target ?? null, state])
  }

  async forgetMove (id: number): Promise<void> {
    await this.#client.query('delete from account_move where account_id = $1::bigint', [id])
  }

  /** Notes how far the schema of the account's own database is, and how it came there. */
  async noteMigration (id: number, { state, schemaVersion, error, tookMs }: { state: MigrationNote['state'], schemaVersion?: string | undefined, error?: string | undefined, tookMs?: number | undefined }): Promise<void> {
    await this.#client.query(`
      update tenant_database set state = $2::text, schema_version = coalesce($3::text, schema_version), error = $4::text, took_ms = $5::integer, changed_at = now()
      where account_id = $1::bigint`, [id, state, schemaVersion ?? null, error?.slice(0, 1000) ?? null, tookMs === undefined ? null : Math.round(tookMs)])
  }

  /** Takes an account out, with the names that it had. Its rows must be gone. */
  async remove (id: number): Promise<void> {
    await this.#client.query('delete from former_slug where account_id = $1::bigint', [id])
    await this.#client.query('delete from tenant_database where account_id = $1::bigint', [id])
    await this.#client.query('delete from account_move where account_id = $1::bigint', [id])
    await this.#client.query('delete from account where id = $1::bigint', [id])
  }

  /**
   * Notes who did what, and when. Where the account has a database of its own, it is noted there as well, for its owners to read,
   * unless that is out of reach.
   *
   * @param client where it is to be part of that one's transaction
   */
  async record ({ id, slug, database }: Pick<CatalogueEntry, 'id' | 'slug'> & Partial<Pick<CatalogueEntry, 'database'>>, action: string, details: Record<string, unknown> = {}, client = this.#client): Promise<void> {
    const note = async (there: pg.Client): Promise<void> => {
      await there.query(`
        insert into account_event (account_id, actor, action, slug, details) values ($1::bigint, $2::text, $3::text, $4::text, $5::jsonb)`,
      [id, this.#actor, action, slug, JSON.stringify(details)])
      await there.query('select note_account_event($1::bigint, $2::text, $3::text, $4::jsonb)', [id, this.#actor, action, JSON.stringify(details)])
    }
    await note(client)
    if (database === undefined) return
    try {
      await withSession(this.#database.at(database).login('manager'), note)
    } catch (error) {
      // Its schema may also be behind this version's.
      if (!(error instanceof DatabaseSetupError || hasCode(error, '42883'))) throw error
    }
  }

  /** What was done, the latest first: to the tenants that have or had a name, those that are gone among them, or to all. */
  async events (slug: string | undefined, limit: number): Promise<AccountEvent[]> {
    return (await this.#client.query<AccountEvent>(`
      select account_id::float8 as "accountId", at, actor, action, slug, details from account_event
      where $1::text is null or account_id in (
        select account_id from account_event where slug = $1::text union all select id from account where slug = $1::text)
      order by at desc, id desc limit $2::integer`, [slug ?? null, limit])).rows
  }

  async formerSlugs (id: number): Promise<Array<{ slug: string, redirectUntil: Date | undefined }>> {
    const { rows } = await this.#client.query<{ slug: string, redirect_until: Date | null }>(
      'select slug, redirect_until from former_slug where account_id = $1::bigint order by slug', [id])
    return rows.map(row => ({ slug: row.slug, redirectUntil: row.redirect_until ?? undefined }))
  }

  /**
   * Begins to make accounts. What is half-made names its run, so that others can tell whether somebody is at work on it
   * still: a run that dies takes its lock along.
   */
  async beginRun (): Promise<string> {
    const run = randomUUID()
    await this.#client.query('select pg_advisory_lock(hashtextextended($1::text, 0))', [run])
    return run
  }

  async endRun (run: string): Promise<void> {
    await this.#client.query('select pg_advisory_unlock(hashtextextended($1::text, 0))', [run])
  }

  /** What runs that died have left half-made. */
  async listAbandoned (): Promise<CatalogueEntry[]> {
    const abandoned: CatalogueEntry[] = []
    for (const entry of (await this.list()).filter(({ status }) => status === 'creating')) {
      const { rows: [row] } = await this.#client.query<{ is_dead: boolean }>('select pg_try_advisory_lock(hashtextextended($1::text, 0)) as is_dead', [entry.statusReason ?? ''])
      if (row?.is_dead !== true) continue
      await this.#client.query('select pg_advisory_unlock(hashtextextended($1::text, 0))', [entry.statusReason ?? ''])
      abandoned.push(entry)
    }
    return abandoned
  }

  /** All of it, or nothing. */
  async atOnce<T> (work: () => Promise<T>): Promise<T> {
    return await inTransaction(this.#client, work)
  }

  /**
   * Runs work while no other command changes the tenants of these names. Should this process die, the locks go with it.
   *
   * @throws {TenantError} where another command is at work on one of them, for longer than a moment
   */
  async alone<T> (slugs: readonly string[], work: () => Promise<T>): Promise<T> {
    const held: string[] = []
    try {
      for (const slug of new Set(slugs)) {
        if (!await this.#lock(slug)) throw new TenantError(`another command is at work on "${slug}"; wait for it to end`)
        held.push(slug)
      }
      return await work()
    } finally {
      for (const slug of held) await this.#client.query('select pg_advisory_unlock(hashtextextended($1::text, 0))', [lockName(slug)]).catch(() => {})
    }
  }

  /** Short work, such as a tenant's that gives itself another name, is waited for, in turn. */
  async #lock (slug: string): Promise<boolean> {
    const { rows: [row] } = await this.#client.query<{ locked: boolean }>('select pg_try_advisory_lock(hashtextextended($1::text, 0)) as locked', [lockName(slug)])
    if (row?.locked === true) return true
    try {
      await this.#client.query(`set lock_timeout = '${patience}'`)
      await this.#client.query('select pg_advisory_lock(hashtextextended($1::text, 0))', [lockName(slug)])
      return true
    } catch (error) {
      if (hasCode(error, '55P03')) return false
      throw error
    } finally {
      await this.#client.query('reset lock_timeout').catch(() => {})
    }
  }
}

/** How long one command waits for another one on the same tenant. */
const patience = '1s'

function lockName (slug: string): string {
  return `rowhouse tenant ${slug}`
}

function whoeverRunsThis (): string {
  return `${userInfo().username}@${hostname()}`
}

function invalidInput (error: unknown, slug: string): unknown {
  if (!hasCode(error, '23514')) return error
  return new TenantError(`"${slug}" cannot be a host name's first part, or the name for people is empty or longer than 255: a slug has 1 to 63 of a-z, 0-9 and -, and neither begins nor ends with -`, { exitCode: 2, cause: error })
}

/** Opens the catalogue for one command. @throws {DatabaseSetupError} where it is out of reach, or not there yet */
export async function withCatalogue<T> (database: Pick<Database, 'login' | 'at' | 'isNotSetUp'>, work: (catalogue: Catalogue) => Promise<T>, actor?: string): Promise<T> {
  const login = database.login('manager')
  let isOpen = false
  try {
    return await withClient(login, async client => {
      // Held while databases are made and rows are copied, however long that takes.
      await client.query('set idle_session_timeout = 0')
      await client.query('select from account_move limit 0')
      isOpen = true
      return await work(new Catalogue(client, database, actor))
    })
  } catch (error) {
    if (isOpen) throw error
    // Neither the role nor the tables are there before the migrations were run.
    if (hasCode(error, '42P01') || (hasCode(error, '28P01', '28000') && await database.isNotSetUp(error))) throw new DatabaseSetupError('the database has no catalogue of tenants yet; run: npx tsx bin/migrate.ts up', { cause: error })
    throw explainDatabaseError(error, login)
  }
}
