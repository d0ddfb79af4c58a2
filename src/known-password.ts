import { hashLike } from './password.ts'
import { findPasswordParameters } from './repositories/sessions.ts'
import type { TenancyStrategy } from './tenancy/strategy.ts'
import { testPassword } from './testdata/options.ts'

/** As many as demonstration data have by default; of each some people, should the first have chosen another password. */
const asked = { accounts: 5, people: 10, hashes: 3 }

/**
 * Finds an account of test data whose people still have the password that all of them have, as whoever signs in would. All of one
 * run have the same hash, so it takes the work of one password.
 *
 * @returns the address of somebody and the account, or undefined; an account that cannot be asked now says so to those who come
 */
export async function findTestPassword (strategy: TenancyStrategy): Promise<{ slug: string, email: string } | undefined> {
  const hashes = new Map<string, string>()
  for (let number = 0; number < asked.accounts; number++) {
    const slug = `tenant-${number}`
    const email = await findIn(strategy, slug, hashes).catch(() => undefined)
    if (email !== undefined) return { slug, email }
  }
  return undefined
}

/** What whoever starts a server that lets such people in is to know. */
export function knownPasswordWarning ({ slug, email }: { slug: string, email: string }): string {
  return [
    '',
    `WARNING  Anybody who can reach this server gets in: ${email} of ${slug} has the password "${testPassword}", as all people of`,
    '         createtestdata and of the demonstration data have. Serve others from a database without them (an empty one, and',
    `         DEMO_ACCOUNTS=0), or remove their accounts: npx tsx bin/tenants.ts delete ${slug} --purge --grace-days 0 --yes`,
    ''
  ].join('\n')
}

async function findIn (strategy: TenancyStrategy, slug: string, hashes: Map<string, string>): Promise<string | undefined> {
  const found = await strategy.findTenant(slug)
  if (found?.by !== 'name' || found.tenant.status !== 'active') return undefined
  const { scope, transaction } = await strategy.beginTenant(found.tenant, { readOnly: true, deadlineMs: 10_000 })
  try {
    const { sql, accountId } = scope
    const people = await sql<{ email: string }>`select email from app_user where account_id = ${accountId} and is_active order by id limit ${asked.people}`
    for (const { email } of people) {
      const parameters = await findPasswordParameters(scope, email)
      if (parameters === undefined) continue
      // People who have chosen their own have parameters of their own.
      if (!hashes.has(parameters) && hashes.size === asked.hashes) continue
      const hash = hashes.get(parameters) ?? await hashLike(testPassword, parameters)
      hashes.set(parameters, hash)
      const [match] = await sql`select user_id from check_password(${email}, ${hash})`
      if (match !== undefined) return email
    }
    return undefined
  } finally {
    await transaction.rollback()
  }
}
