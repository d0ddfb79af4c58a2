import type { Database, TenantDatabase } from '../database/database.ts'
import { latestMigration } from '../database/migrate.ts'
import type { Placement } from '../database/placement.ts'
import type { ConnectionSettings } from '../database/settings.ts'
import type { StrategyName } from '../tenancy/strategy.ts'
import { assertAccountInput } from './account-input.ts'
import { TenantError, type Catalogue, type CatalogueEntry } from './catalogue.ts'
import { withSession } from './session.ts'

/** PostgreSQL cuts longer names off. */
const longestName = 63

export interface NewAccount {
  /** Drawn beforehand with `reserveIds`; by default the next one. */
  id?: number
  slug: string
  name: string
  /** What is recorded of how it came to be; by default that it was created. */
  origin?: { action: string, details: Record<string, unknown> }
}

/** Puts the first rows, the account's own among them, into a database that was just made. */
export type Fill = (own: TenantDatabase, id: number) => Promise<void>

/**
 * Makes an account: in the shared schema, or with a database of its own. Until all of it is there, its name leads nowhere.
 *
 * @throws {TenantError} where the slug is taken or cannot be one
 */
export async function createAccount (database: Database, catalogue: Catalogue, strategy: StrategyName, account: NewAccount): Promise<CatalogueEntry> {
  const { slug, name } = account
  assertAccountInput(account)
  return await catalogue.alone([slug], async () => {
    await removeAbandoned(database, catalogue)
    if (strategy === 'multiple-databases') {
      await makingDatabases(database, catalogue, async makeOne => { await makeOne(account) })
    } else {
      await catalogue.atOnce(async () => {
        const id = await catalogue.add({ slug, name, status: 'active' })
        await catalogue.record({ id, slug }, 'create', { strategy })
      })
    }
    return await catalogue.get(slug)
  })
}

/**
 * Makes accounts with databases of their own, all or none: they are opened together in the end. If the work fails, what
 * it has made is taken away; if the process dies, the next one that makes accounts does so.
 *
 * @param work calls what it is given for each account; several calls may be under way at once, each with a catalogue of its own
 * @param keep false to take all of them away again in the end
 */
export async function makingDatabases (
  database: Database, catalogue: Catalogue, work: (makeOne: (account: NewAccount, fill?: Fill, own?: Catalogue) => Promise<void>) => Promise<void>, keep = true
): Promise<void> {
  const run = await catalogue.beginRun()
  const made: Array<{ id: number, account: NewAccount, placement: Placement }> = []
  let kept = false
  try {
    await work(async (account, fill = putAccount(account), own = catalogue) => {
      const placement = await freePlacement(database, own, account.slug)
      const id = await own.atOnce(async () => await own.add({ ...account, status: 'creating', statusReason: run, database: placement }))
      made.push({ id, account, placement })
      const fresh = database.at(placement)
      await fresh.prepare()
      await fill(fresh, id)
      await own.noteMigration(id, { state: 'ready', schemaVersion: await latestMigration() })
    })
    if (!keep) return
    await catalogue.atOnce(async () => {
      for (const { id, account: { slug, origin }, placement } of made) {
        await catalogue.setStatus(id, 'active')
        await catalogue.record({ id, slug, database: placement }, origin?.action ?? 'create', { ...origin?.details, strategy: 'multiple-databases', database: placement })
      }
    })
    kept = true
  } finally {
    if (!kept) for (const { id, placement } of made) await removeWithDatabase(database, catalogue, id, placement).catch(() => {})
    await catalogue.endRun(run).catch(() => {})
  }
}

/** Takes away what runs that died have left half-made. @returns their names */
export async function removeAbandoned (database: Database, catalogue: Catalogue): Promise<string[]> {
  const abandoned = await catalogue.listAbandoned()
  for (const { id, database: placement } of abandoned) await removeWithDatabase(database, catalogue, id, placement)
  return abandoned.map(({ slug }) => slug)
}

/** Where the rows of an account are. */
export type AccountDatabase = Pick<Database, 'login'> | TenantDatabase

/** @param admin of its server, where that is another one and the database has to be made */
export function accountDatabase (database: Database, placement: Placement | undefined, admin?: ConnectionSettings): AccountDatabase {
  return placement === undefined ? database : database.at(placement, admin)
}

/** First the rows, then the entry: as long as there is one, the other is known. */
export async function removeWithDatabase (database: Database, catalogue: Catalogue, id: number, placement: Placement | undefined): Promise<void> {
  if (placement !== undefined) await database.at(placement).drop()
  await catalogue.atOnce(async () => { await catalogue.remove(id) })
}

/** A tenant's own database has one account, under the id that the catalogue gave it. */
export function putAccount ({ slug, name }: NewAccount): Fill {
  return async (own, id) => {
    await withSession(own.login('manager'), async client => {
      await client.query(`
        insert into account (id, slug, name) overriding system value values ($1::bigint, $2::text, $3::text)
        on conflict (id) do update set slug = excluded.slug, name = excluded.name`, [id, slug, name])
    })
  }
}

/** The name of a database that is not there yet: the configured one's, and the slug. */
export async function freePlacement (database: Database, catalogue: Catalogue, slug: string): Promise<Placement> {
  const { database: base } = database.login('owner')
  const first = `${base}_${slug}`
  return await withSession(database.login('owner'), async client => {
    for (let attempt = 1; attempt < 1000; attempt++) {
      const suffix = attempt === 1 ? '' : `_${attempt}`
      const name = first.slice(0, longestName - suffix.length) + suffix
      const { rowCount } = await client.query('select from pg_catalog.pg_database where datname = $1::name', [name])
      if (rowCount === 0 && !await catalogue.hasPlacement(name)) return name
    }
    throw new TenantError(`no name is free for a database for "${slug}"`)
  })
}
