import { exportArchive } from '../archive/export.ts'
import type { ArchiveSteps, Manifest } from '../archive/format.ts'
import { importArchive } from '../archive/import.ts'
import { inspectArchive, type Inspection } from '../archive/inspect.ts'
import { checksumAccount, findOrphans, type Findings, type TableChecksum } from '../archive/verify.ts'
import { inTransaction } from '../database/admin.ts'
import type { Database } from '../database/database.ts'
import type { StrategyName } from '../tenancy/strategy.ts'
import { accountDatabase, makingDatabases, removeAbandoned } from './accounts.ts'
import { TenantError, type Catalogue, type CatalogueEntry } from './catalogue.ts'
import { withSession } from './session.ts'

/** Writes a tenant into a file, as it is at one moment. @throws what `exportArchive` throws */
export async function exportTenant (database: Database, catalogue: Catalogue, slug: string, path: string, how: ArchiveSteps & { overwrite: boolean }): Promise<Manifest> {
  const entry = await catalogue.get(slug)
  const manifest = await withSession(accountDatabase(database, entry.database).login('loader'), async client => await exportArchive(client, entry.id, path, how))
  await catalogue.record(entry, 'export', { rows: rowsOf(manifest) })
  return manifest
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
  return await catalogue.alone([account.slug], async () => {
    await removeAbandoned(database, catalogue)
    if (await catalogue.find(account.slug) !== undefined) throw new TenantError(`there is a tenant "${account.slug}" already; --as gives this one another name`)
    const fill = async (target: Pick<Database, 'login'>, accountId: number): Promise<void> => {
      await withSession(target.login('loader'), async client => {
        await inTransaction(client, async () => { await importArchive(client, path, { accountId, ...account }, steps) })
      })
    }
    if (strategy === 'multiple-databases') {
      await makingDatabases(database, catalogue, async makeOne => { await makeOne(account, fill) })
    } else {
      const [id = 0] = await catalogue.reserveIds(1)
      await catalogue.assertFree(account.slug)
      await catalogue.releaseFormer(account.slug)
      await fill(database, id)
    }
    const entry = await catalogue.get(account.slug)
    await catalogue.record(entry, 'import', { exportedAt: inspection.manifest.createdAt, as: account.slug, from: inspection.manifest.account.slug, rows: rowsOf(inspection.manifest) })
    return { entry, inspection }
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
export async function verifyTenant (database: Database, catalogue: Catalogue, slug: string): Promise<Verification> {
  const entry = await catalogue.get(slug)
  return await withSession(accountDatabase(database, entry.database).login('loader'), async client => {
    const [checksums, findings] = await inTransaction(client, async () => [await checksumAccount(client, entry.id), await findOrphans(client, entry.id)], 'begin isolation level repeatable read read only')
    const problems = [
      ...findings.orphans.map(({ table, parent, rows }) => `${rows} rows of ${table} refer to rows of ${parent} that are not there`),
      // An account's own database draws no ids for accounts: the catalogue does.
      ...findings.beyondSequence.filter(({ table }) => table !== 'account' || entry.database === undefined).map(({ table, highestId, lastValue }) => `${table} has the id ${highestId}, and its sequence has come to ${lastValue}: a new row would meet it`),
      ...(findings.counts.account === 1 ? [] : [`its account is in ${entry.database ?? 'the shared schema'} ${findings.counts.account} times`])
    ]
    return { entry, checksums, findings, problems }
  })
}

function rowsOf (manifest: Manifest): Record<string, number> {
  return Object.fromEntries(Object.entries(manifest.tables).map(([table, { rows }]) => [table, rows]))
}
