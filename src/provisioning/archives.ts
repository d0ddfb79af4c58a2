import type pg from 'pg'
import { exportArchive } from '../archive/export.ts'
import type { ArchiveSteps, Manifest } from '../archive/format.ts'
import { assertIdsWithinReach, importArchive } from '../archive/import.ts'
import { inspectArchive, type Inspection } from '../archive/inspect.ts'
import { ownedTables } from '../archive/tables.ts'
import { checksumAccount, findOrphans, type Findings, type TableChecksum } from '../archive/verify.ts'
import { inTransaction } from '../database/admin.ts'
import type { Database } from '../database/database.ts'
import type { StrategyName } from '../tenancy/strategy.ts'
import { accountDatabase, makingDatabases, removeAbandoned } from './accounts.ts'
import { assertAccountInput } from './account-input.ts'
import { TenantError, type Catalogue, type CatalogueEntry } from './catalogue.ts'
import { withSession } from './session.ts'
import { unsharedTables, readTenantTables } from './tenant-tables.ts'

/** @throws {TenantError} where a table of tenants' rows is in no archive: the copy of a tenant would lack them, and nobody would know */
async function assertAllArchived (client: pg.Client): Promise<void> {
  const known: string[] = [...ownedTables, ...unsharedTables]
  const unknown = (await readTenantTables(client)).map(({ name }) => name).filter(name => !known.includes(name))
  if (unknown.length > 0) throw new TenantError(`archives know no table ${unknown.join(', ')}: describe it in src/archive/tables.ts first, or its rows would be missing`)
}

/** Writes a tenant into a file, as it is at one moment. @throws what `exportArchive` throws, and {@link TenantError} where a table is unknown to it */
export async function exportTenant (database: Database, catalogue: Catalogue, slug: string, path: string, how: ArchiveSteps & { overwrite: boolean }): Promise<Manifest> {
  const entry = await catalogue.getMigrated(slug)
  return await withSession(accountDatabase(database, entry.database).login('loader'), async client => {
    await assertAllArchived(client)
    return await exportArchive(client, entry.id, path, {
      ...how,
      // Before anybody has the file.
      onWritten: async manifest => { await catalogue.record(entry, 'export', { rows: rowsOf(manifest) }) }
    })
  })
}

/** What a tenant that is made of an archive is to be called; what is left out is as the archive has it. */
export interface ImportNames {
  slug?: string | undefined
  name?: string | undefined
}

/**
 * Makes a tenant of an archive, all of it or nothing. The archive is read to its end before a row is written, and the rows
 * that were written are compared with it.
 *
 * @throws {ArchiveError} where the file is not as an export writes it
 * @throws {TenantError} where the name is taken
 */
export async function importTenant (
  database: Database, catalogue: Catalogue, strategy: StrategyName, path: string, names: ImportNames, steps: ArchiveSteps & { onInspected?: (inspection: Inspection) => void }
): Promise<{ entry: CatalogueEntry, inspection: Inspection }> {
  const inspection = await inspectArchive(path, steps)
  steps.onInspected?.(inspection)
  const account = { slug: names.slug ?? inspection.manifest.account.slug, name: names.name ?? inspection.manifest.account.name }
  assertAccountInput(account)
  const origin = { action: 'import', details: { exportedAt: inspection.manifest.createdAt, from: inspection.manifest.account.slug, rows: rowsOf(inspection.manifest) } }
  return await catalogue.alone([account.slug], async () => {
    await removeAbandoned(database, catalogue)
    if (await catalogue.find(account.slug) !== undefined) throw new TenantError(`there is a tenant "${account.slug}" already; --as gives this one another name`)
    if (strategy === 'multiple-databases') {
      await makingDatabases(database, catalogue, async makeOne => {
        await makeOne({ ...account, origin }, async (own, accountId) => {
          await withSession(own.login('loader'), async client => {
            await inTransaction(client, async () => { await importArchive(client, path, { accountId, ...account, use: 'own' }, steps) })
          })
        })
      })
    } else {
      await withSession(database.login('loader'), async client => {
        await assertIdsWithinReach(client, inspection.manifest, 'shared')
        const [accountId = 0] = await catalogue.reserveIds(1)
        await catalogue.assertFree(account.slug)
        await catalogue.releaseFormer(account.slug)
        await inTransaction(client, async () => {
          await importArchive(client, path, { accountId, ...account, use: 'shared' }, steps)
          await catalogue.record({ id: accountId, slug: account.slug }, origin.action, { ...origin.details, strategy: 'single-schema' }, client)
        })
      })
    }
    return { entry: await catalogue.get(account.slug), inspection }
  })
}

export interface Verification {
  entry: CatalogueEntry
  checksums: Record<string, TableChecksum>
  findings: Findings
  /** What is not as it should be, in words. */
  problems: string[]
}

/** Looks whether a tenant's rows hang together, and sums them up, so that two copies can be compared. */
export async function verifyTenant (database: Database, catalogue: Catalogue, slug: string, onProgress?: ArchiveSteps['onProgress']): Promise<Verification> {
  const entry = await catalogue.getMigrated(slug)
  const verification = await withSession(accountDatabase(database, entry.database).login('loader'), async client => {
    await assertAllArchived(client)
    const [checksums, findings] = await inTransaction(client, async () => [await checksumAccount(client, entry.id, onProgress), await findOrphans(client, entry.id)], 'begin isolation level repeatable read read only')
    const problems = [
      ...findings.orphans.map(({ table, parent, rows }) => `${rows} rows of ${table} refer to rows of ${parent} that are not there`),
      // An account's own database draws no ids for accounts: the catalogue does.
      ...findings.beyondSequence.filter(({ table }) => table !== 'account' || entry.database === undefined).map(({ table, highestId, lastValue }) => `${table} has the id ${highestId}, and its sequence has come to ${lastValue}: a new row would meet it`),
      ...(findings.counts.account === 1 ? [] : [`its account is in ${entry.database ?? 'the shared schema'} ${findings.counts.account} times`])
    ]
    return { entry, checksums, findings, problems }
  })
  await catalogue.record(entry, 'verify', { problems: verification.problems })
  return verification
}

function rowsOf (manifest: Manifest): Record<string, number> {
  return Object.fromEntries(Object.entries(manifest.tables).map(([table, { rows }]) => [table, rows]))
}
