import type { Database } from '../database/database.ts'
import { DatabaseSetupError } from '../database/explain.ts'
import { ConflictError, InvalidValuesError, NotFoundError, UnavailableError } from '../errors.ts'
import type { AccountAdministration, AccountCheck, KnownAccount } from '../tenancy/administration.ts'
import type { StrategyName } from '../tenancy/strategy.ts'
import { createAccount } from './accounts.ts'
import { TenantError, withCatalogue, type Catalogue } from './catalogue.ts'
import { renameForPeople, renameTenant, resumeTenant, suspendTenant } from './life-cycle.ts'

/** The changes of accounts that the server itself makes, through the role that keeps the catalogue. */
export function accountAdministration (database: Database, strategy: StrategyName): AccountAdministration {
  const run = async (actor: string, work: (catalogue: Catalogue) => Promise<string>): Promise<KnownAccount> => {
    try {
      return await withCatalogue(database, async catalogue => await catalogue.describe(await work(catalogue)), actor)
    } catch (error) {
      if (error instanceof DatabaseSetupError) throw new UnavailableError(error)
      throw error instanceof TenantError ? toAnswer(error) : error
    }
  }
  const change = async (slug: string, actor: string, check: AccountCheck = () => {}, work: (catalogue: Catalogue) => Promise<string>): Promise<KnownAccount> => await run(actor, async catalogue => {
    if (await catalogue.find(slug) === undefined) throw new NotFoundError('There is no such account.')
    return await catalogue.alone([slug], async () => {
      check(await catalogue.describe(slug))
      return await work(catalogue)
    })
  })
  return {
    create: async (account, actor) => await run(actor, async catalogue => (await createAccount(database, catalogue, strategy, account)).slug),
    rename: async (slug, { slug: next = slug, name, redirectUntil }, actor, check) => await change(slug, actor, check, async catalogue => {
      if (next !== slug) await renameTenant(database, catalogue, slug, next, redirectUntil)
      if (name !== undefined && name !== (await catalogue.get(next)).name) await renameForPeople(database, catalogue, next, name)
      return next
    }),
    suspend: async (slug, reason, actor, check) => await change(slug, actor, check, async catalogue => (await suspendTenant(database, catalogue, slug, reason)).entry.slug),
    resume: async (slug, actor, check) => await change(slug, actor, check, async catalogue => (await resumeTenant(database, catalogue, slug)).entry.slug)
  }
}

/** What the commands say of it holds here, too. */
function toAnswer (error: TenantError): Error {
  return error.exitCode === 2
    ? new InvalidValuesError([{ pointer: '#/slug', detail: error.message }], { cause: error })
    : new ConflictError(`It cannot be done as things stand: ${error.message}.`, { cause: error })
}
