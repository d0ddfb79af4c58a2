import { readFile } from 'node:fs/promises'
import { definersByOwner } from '../database/definers.ts'
import { roleNames } from '../database/roles.ts'
import type { Exception } from './exceptions.ts'
import { parseManifest, type Manifest } from './manifest.ts'
import type { CheckSettings } from './settings.ts'

const manifestFile = new URL('rowhouse-manifest.json', import.meta.url)

const context = 'rowhouse.current_account_id()'

/** What is known of this application's own database, but for its manifest. */
export const rowhouseSettings: Omit<CheckSettings, 'manifest'> = {
  schema: 'rowhouse',
  tenantRoles: [roleNames.tenant],
  operatorRoles: [roleNames.operator],
  trustedRoles: [roleNames.loader, roleNames.manager],
  column: 'account_id',
  root: 'account',
  rootKey: 'id',
  context,
  verifiers: ['rowhouse.verified_account_id()'],
  namers: ['rowhouse.set_account'],
  definers: Object.values(definersByOwner).flat(),
  hiddenColumns: ['app_user.password_hash', 'user_session.token_hash', 'api_token.token_hash', 'entry_link.token_hash', 'operator_look.code_hash', 'operator_look.token_hash']
}

/** What the rules find in this application's own database, and is meant. */
export const rowhouseExceptions: readonly Exception[] = [
  { rule: 'key-not-referring', object: 'rowhouse.account_event', reason: 'what was done to an account outlives the account' },
  { rule: 'unique-without-key', object: 'rowhouse.former_slug_is_unique', reason: 'host names are public, and lead to one account' }
]

/** The hash of current_account_id() where names of tenants are signed. */
const signedContext = '90a1601add295a811d5f0509963c6c35388f56826c2a27c696e05f6f1e94f74b'

/**
 * What decides who sees what, of this version's manifest: what a server looks at before it listens. Not at the rest: while versions
 * change, the database may be ahead of the server.
 */
export async function readContextManifest (): Promise<Manifest> {
  const { functions } = await readRowhouseManifest()
  const deciding = [context, ...rowhouseSettings.verifiers]
  return { tables: [], foreignKeys: [], uniqueKeys: [], checks: [], policies: [], functions: Object.fromEntries(Object.entries(functions).filter(([name]) => deciding.includes(name))) }
}

/** What this version's migrations make. */
export async function readRowhouseManifest (): Promise<Manifest> {
  const manifest = parseManifest(await readFile(manifestFile, 'utf8'))
  const { [context]: unsignedContext = [], ...functions } = manifest.functions
  return { ...manifest, functions: { ...functions, [context]: [unsignedContext, signedContext].flat() } }
}
