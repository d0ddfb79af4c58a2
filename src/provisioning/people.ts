import { randomBytes } from 'node:crypto'
import { inTransaction } from '../database/admin.ts'
import type { Database } from '../database/database.ts'
import { hashPassword } from '../password.ts'
import { accountDatabase } from './accounts.ts'
import { TenantError, type Catalogue } from './catalogue.ts'
import { withSession } from './session.ts'

/**
 * Lets somebody in as an owner of an account, with a new password: the first one, or one who has lost it. Whoever was signed
 * in with this address is signed out.
 *
 * @returns the password, which is known to nobody else and kept nowhere
 * @throws {TenantError} where there is no such tenant, or the address cannot be one
 */
export async function makeOwner (database: Database, catalogue: Catalogue, slug: string, email: string): Promise<string> {
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254) throw new TenantError(`"${email}" is no e-mail address`)
  const password = randomBytes(15).toString('base64url')
  const hash = await hashPassword(password)
  await catalogue.alone([slug], async () => {
    const entry = await catalogue.getMigrated(slug)
    await withSession(accountDatabase(database, entry.database).login('loader'), async client => {
      await inTransaction(client, async () => {
        const { rows: [known] } = await client.query<{ id: string }>(`
          update app_user set role = 'owner', is_active = true, password_hash = $3::text, updated_at = now()
          where account_id = $1::bigint and lower(email) = lower($2::text) returning id`, [entry.id, email, hash])
        if (known === undefined) {
          await client.query(`
            insert into app_user (account_id, email, first_name, last_name, role, password_hash)
            values ($1::bigint, $2::text, '', '', 'owner', $3::text)`, [entry.id, email, hash])
        } else {
          for (const table of ['user_session', 'entry_link']) await client.query(`delete from ${table} where account_id = $1::bigint and user_id = $2::bigint`, [entry.id, known.id])
        }
        // While it can still be undone.
        await catalogue.record(entry, 'owner', { email })
      })
    })
  })
  return password
}
