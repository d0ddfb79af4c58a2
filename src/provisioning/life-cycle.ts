import type pg from 'pg'
import { hasCode, inTransaction, withClient } from '../database/admin.ts'
import { DatabaseSetupError, type Database } from '../database/database.ts'
import { latestMigration } from '../database/migrate.ts'
import type { Placement } from '../database/placement.ts'
import type { SequenceUse } from '../database/sequence.ts'
import type { ConnectionSettings } from '../database/settings.ts'
import type { TenantStatus } from '../tenancy/tenant.ts'
import { accountDatabase, type AccountDatabase, makingDatabases, putAccount, removeAbandoned } from './accounts.ts'
import { assertAccountInput } from './account-input.ts'
import { TenantError, type Catalogue, type CatalogueEntry, type Move } from './catalogue.ts'
import { withSession } from './session.ts'
import { unsharedTables, readTenantTables } from './tenant-tables.ts'
import { advanceSequences, countRows, removeRows, synchronize, type TransferSteps } from './transfer.ts'

/** How a change reached a tenant's own database, which also keeps its account's name and status. */
export interface Change {
  entry: CatalogueEntry
  /** Why its own database could not be told; the catalogue, which counts, was. */
  warning: string | undefined
}

/**
 * Gives a tenant another name on the web.
 *
 * @param redirectUntil until when the old name leads to the new one; left out, it is gone at once
 * @throws {TenantError} where the new name is taken or cannot be one
 */
export async function renameTenant (database: Database, catalogue: Catalogue, slug: string, next: string, redirectUntil: Date | undefined): Promise<Change> {
  if (slug === next) throw new TenantError(`"${slug}" has that name already`)
  assertAccountInput({ slug: next })
  return await catalogue.alone([slug, next], async () => {
    const entry = await catalogue.get(slug)
    await catalogue.atOnce(async () => {
      await catalogue.rename(entry, next, redirectUntil)
      await catalogue.record({ ...entry, slug: next }, 'rename', { from: slug, redirectUntil: redirectUntil?.toISOString() ?? null })
    })
    return await tellOwnDatabase(database, catalogue, next)
  })
}

/** Gives a tenant another name for people. */
export async function renameForPeople (database: Database, catalogue: Catalogue, slug: string, name: string): Promise<Change> {
  assertAccountInput({ name })
  return await catalogue.alone([slug], async () => {
    const entry = await catalogue.get(slug)
    await catalogue.atOnce(async () => {
      await catalogue.setName(entry.id, name)
      await catalogue.record(entry, 'change name', { from: entry.name, to: name })
    })
    return await tellOwnDatabase(database, catalogue, slug)
  })
}

/** Refuses a tenant's people from now on. Its rows are kept. @throws {TenantError} where it is not active */
export async function suspendTenant (database: Database, catalogue: Catalogue, slug: string, reason: string | undefined): Promise<Change> {
  return await changeStatus(database, catalogue, slug, { from: ['active'], to: 'suspended', action: 'suspend', reason })
}

/** Serves a tenant again that was suspended, or deleted and not yet purged. @throws {TenantError} where it is neither */
export async function resumeTenant (database: Database, catalogue: Catalogue, slug: string): Promise<Change> {
  return await changeStatus(database, catalogue, slug, { from: ['suspended', 'deleted'], to: 'active', action: 'resume' })
}

/** Takes a tenant from the web; its rows are kept until {@link purgeTenant}. @throws {TenantError} where it is deleted already */
export async function deleteTenant (database: Database, catalogue: Catalogue, slug: string, reason: string | undefined): Promise<Change> {
  return await changeStatus(database, catalogue, slug, { from: ['active', 'suspended'], to: 'deleted', action: 'delete', reason })
}

export interface Purged {
  /** Rows of each table that were removed from the shared schema. */
  removed: Record<string, number>
  /** The databases that were dropped: its own, and what moves have left; and what their server answers to whoever asks for them now. */
  dropped: Array<{ database: Placement, answer: string }>
  /** Rows of each table that are left in the shared schema: none. */
  left: Record<string, number>
}

/**
 * Removes a deleted tenant for good: its rows or its database, what a move has left behind, its names. The record of what was
 * done to it stays.
 *
 * @param graceMs how long it must have been deleted
 * @throws {TenantError} where it was not deleted, or not long enough ago
 */
export async function purgeTenant (database: Database, catalogue: Catalogue, slug: string, graceMs: number, steps: TransferSteps = {}): Promise<Purged> {
  return await catalogue.alone([slug], async () => {
    const entry = await catalogue.get(slug)
    if (entry.status !== 'deleted') throw new TenantError(`"${slug}" is ${entry.status}; delete it first, and purge it when nobody wants it back`)
    const free = new Date(entry.statusSince.getTime() + graceMs)
    if (free > new Date()) throw new TenantError(`"${slug}" was deleted at ${entry.statusSince.toISOString()} and may be purged from ${free.toISOString()} on; --grace-days says how long to wait`)
    const move = await catalogue.findMove(entry.id)
    const removed = await withSession(database.login('loader'), async client => await inTransaction(client, async () => await removeRows({ client, accountId: entry.id }, await readTenantTables(client), steps)))
    const dropped: Purged['dropped'] = []
    for (const placement of placesOf(entry, move)) {
      await database.at(placement).drop()
      dropped.push({ database: placement, answer: await assertGone(database, placement) })
    }
    const left = await withSession(database.login('loader'), async client => await countRows({ client, accountId: entry.id }, await readTenantTables(client)))
    if (Object.values(left).some(count => count > 0)) throw new TenantError(`rows of "${slug}" were written while it was purged; run it again`)
    await catalogue.atOnce(async () => {
      // Its database is gone.
      await catalogue.record({ ...entry, database: undefined }, 'purge', { removed, dropped: dropped.map(({ database: placement }) => placement) })
      await catalogue.remove(entry.id)
    })
    return { removed, dropped, left }
  })
}

/** The databases that hold or held its rows: its own, and both ends of a move that was not ended. */
export function placesOf ({ database }: Pick<CatalogueEntry, 'database'>, move: Move | undefined): Placement[] {
  return [...new Set([database, move?.source, move?.target])].filter(placement => placement !== undefined)
}

/** @returns what the server says of it @throws {TenantError} where it lets somebody in still */
async function assertGone (database: Database, placement: Placement): Promise<string> {
  const answer = await withClient(database.at(placement).login('loader'), async () => undefined).catch((error: unknown) => (error as Error).message)
  if (answer === undefined) throw new TenantError(`${placement} was dropped, and is there still; run it again`)
  return answer
}

/**
 * Makes a tenant with another one's rows, as they are at one moment, in the same kind of place. Ids stay as they are.
 *
 * @throws {TenantError} where there is no such tenant, or the new name is taken
 */
export async function cloneTenant (database: Database, catalogue: Catalogue, slug: string, next: { slug: string, name: string }, steps: TransferSteps = {}): Promise<CatalogueEntry> {
  assertAccountInput(next)
  return await catalogue.alone([slug, next.slug], async () => {
    await removeAbandoned(database, catalogue)
    const entry = await catalogue.getMigrated(slug)
    const from = accountDatabase(database, entry.database)
    const origin = { action: 'clone', details: { of: slug } }
    if (entry.database !== undefined) {
      await makingDatabases(database, catalogue, async makeOne => {
        await makeOne({ ...next, origin }, async (own, id) => {
          await putAccount(next)(own, id)
          await copyRows({ here: database.login('loader'), from: from.login('loader'), fromId: entry.id, to: own.login('loader'), toId: id, use: 'own', steps })
        })
      })
    } else {
      const [id = 0] = await catalogue.reserveIds(1)
      await copyRows({ here: database.login('loader'), from: from.login('loader'), fromId: entry.id, to: database.login('loader'), toId: id, use: 'shared', steps }, async client => {
        await catalogue.assertFree(next.slug)
        await catalogue.releaseFormer(next.slug)
        await client.query('insert into account (id, slug, name) overriding system value values ($1::bigint, $2::text, $3::text)', [id, next.slug, next.name])
        await catalogue.record({ id, slug: next.slug }, origin.action, origin.details, client)
      })
    }
    return await catalogue.get(next.slug)
  })
}

interface RowCopy {
  /** The configured database, which says what tables there are. */
  here: ConnectionSettings
  from: ConnectionSettings
  fromId: number
  to: ConnectionSettings
  toId: number
  use: SequenceUse
  steps: TransferSteps
}

/** From one snapshot, in one transaction. */
async function copyRows ({ here, from, fromId, to, toId, use, steps }: RowCopy, first: (target: pg.Client) => Promise<void> = async () => {}): Promise<void> {
  await withSession(from, async source => await withSession(to, async target => {
    await inTransaction(source, async () => {
      await inTransaction(target, async () => {
        await first(target)
        const tables = (await withSession(here, readTenantTables)).filter(({ name }) => !unsharedTables.includes(name))
        await synchronize({ client: source, accountId: fromId }, { client: target, accountId: toId }, tables, steps)
        await advanceSequences({ client: target, accountId: toId }, tables, use)
      })
    }, 'begin isolation level repeatable read read only')
  }))
}

interface StatusChange {
  from: TenantStatus[]
  to: TenantStatus
  action: string
  reason?: string | undefined
}

async function changeStatus (database: Database, catalogue: Catalogue, slug: string, { from, to, action, reason }: StatusChange): Promise<Change> {
  assertAccountInput({ reason })
  return await catalogue.alone([slug], async () => {
    const entry = await catalogue.get(slug)
    if (!from.includes(entry.status)) throw new TenantError(`"${slug}" is ${entry.status}${entry.statusReason === undefined ? '' : ` (${entry.statusReason})`}; it was left so`)
    await catalogue.atOnce(async () => {
      await catalogue.setStatus(entry.id, to, reason)
      await catalogue.record(entry, action, reason === undefined ? {} : { reason })
    })
    const change = await tellOwnDatabase(database, catalogue, slug)
    // Writers that had begun before end before this returns: nothing is written to a tenant that is said to be suspended.
    if (to !== 'active' && await isMigrated(entry)) await awaitWriters(accountDatabase(database, entry.database), entry)
    return change
  })
}

/** Otherwise nobody is served from its database, and its functions may not be there. */
async function isMigrated ({ database, schemaVersion }: CatalogueEntry): Promise<boolean> {
  return database === undefined || schemaVersion === await latestMigration()
}

async function awaitWriters (place: AccountDatabase, { id, slug }: CatalogueEntry): Promise<void> {
  try {
    await withSession(place.login('manager'), async client => {
      await client.query("set lock_timeout = '30s'; set statement_timeout = '30s'")
      await client.query('select pg_advisory_lock(rowhouse.account_lock($1::bigint))', [id])
    })
  } catch (error) {
    if (hasCode(error, '55P03', '57014')) throw new TenantError(`"${slug}" is refused from now on, but a transaction that had begun before has been writing for 30 seconds`, { cause: error })
    // Where its database is out of reach, nobody writes there either.
    if (!(error instanceof DatabaseSetupError)) throw error
  }
}

/** The account's row in its own database follows the catalogue, so that it holds there, too, whoever comes. */
async function tellOwnDatabase (database: Database, catalogue: Catalogue, slug: string): Promise<Change> {
  const entry = await catalogue.get(slug)
  if (entry.database === undefined) return { entry, warning: undefined }
  try {
    await withSession(database.at(entry.database).login('manager'), async client => {
      await client.query('update account set slug = $2::text, name = $3::text, status = $4::text, status_reason = $5::text, status_since = $6::timestamptz, updated_at = now() where id = $1::bigint',
        [entry.id, entry.slug, entry.name, entry.status, entry.statusReason ?? null, entry.statusSince])
    })
    return { entry, warning: undefined }
  } catch (error) {
    return { entry, warning: `the catalogue has it, and the server goes by that; the tenant's own database, ${entry.database}, could not be told: ${(error as Error).message}` }
  }
}
