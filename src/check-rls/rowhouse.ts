import { readFile } from 'node:fs/promises'
import { roleNames } from '../database/roles.ts'
import type { Exception } from './exceptions.ts'
import { parseManifest, type Manifest } from './manifest.ts'
import type { CheckSettings } from './settings.ts'

const manifestFile = new URL('rowhouse-manifest.json', import.meta.url)

/** What is known of this application's own database, but for its manifest. */
export const rowhouseSettings: Omit<CheckSettings, 'manifest'> = {
  schema: 'rowhouse',
  tenantRoles: [roleNames.tenant],
  operatorRoles: [roleNames.operator],
  trustedRoles: [roleNames.loader, roleNames.manager],
  column: 'account_id',
  root: 'account',
  context: 'rowhouse.current_account_id()',
  definers: [
    'rowhouse.resolve_accounts(text[])',
    'rowhouse.search_projects(text)', 'rowhouse.search_tasks(text)', 'rowhouse.search_subtasks(text)',
    'rowhouse.password_parameters(text)', 'rowhouse.check_password(text,text)',
    'rowhouse.enter_session(text)', 'rowhouse.enter_token(text)', 'rowhouse.find_entry_link(text)', 'rowhouse.find_look(text)', 'rowhouse.find_session(text)', 'rowhouse.manage()', 'rowhouse.keep_an_owner(bigint)',
    'rowhouse.record_event(text,jsonb)', 'rowhouse.note_account_event(bigint,text,text,jsonb)'
  ],
  hiddenColumns: ['app_user.password_hash', 'user_session.token_hash', 'api_token.token_hash', 'entry_link.token_hash', 'operator_look.code_hash', 'operator_look.token_hash']
}

/** What the rules find in this application's own database, and is meant. */
export const rowhouseExceptions: readonly Exception[] = [
  { rule: 'key-not-referring', object: 'rowhouse.account_event', reason: 'what was done to an account outlives the account' },
  { rule: 'unique-without-key', object: 'rowhouse.former_slug_is_unique', reason: 'host names are public, and lead to one account' }
]

/** What this version's migrations make. */
export async function readRowhouseManifest (): Promise<Manifest> {
  return parseManifest(await readFile(manifestFile, 'utf8'))
}
