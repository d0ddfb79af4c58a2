import { hashLike } from './password.ts'
import { findPasswordParameters } from './repositories/sessions.ts'
import type { TenancyStrategy } from './tenancy/strategy.ts'
import type { Tenant } from './tenancy/tenant.ts'
import { testPassword } from './testdata/options.ts'

/** Accounts of test data by their number: those that demonstration data have by default, and some of many, where the first are gone. */
const numbers = [0, 1, 2, 3, 4, 9, 19, 49, 99, 199, 499, 999, 1999]
/** Of so many that are there some people are asked, should the first have chosen another password. */
const asked = { accounts: 5, people: 10, hashes: 3 }

/**
 * Finds an account of test data whose people still have the password that all of them have, as whoever signs in would. All of one
 * run have the same hash, so it takes the work of one password.
 *
 * @returns the address of somebody and the account, or undefined; an account that cannot be asked now says so to those who come
 */
export async function findTestPassword (strategy: TenancyStrategy): Promise<{ slug: string, email: string } | undefined> {
  const hashes = new Map<string, string>()
  const found = await Promise.all(numbers.map(async number => await strategy.findTenant(`tenant-${number}`).catch(() => undefined)))
  const tenants = found.flatMap(tenant => tenant?.by === 'name' && tenant.tenant.status === 'active' ? [tenant.tenant] : [])
  for (const tenant of tenants.slice(0, asked.accounts)) {
    const email = await findIn(strategy, tenant, hashes).catch(() => undefined)
    if (email !== undefined) return { slug: tenant.slug, email }
  }
  return undefined
}

/** What whoever starts a server that lets such people in is to know. */
export function knownPasswordWarning ({ slug, email }: { slug: string, email: string }): string {
  return [
    '',
    `WARNING  Anybody who can reach this server gets in: ${email} of ${slug} has the password "${testPassword}", as all people of`,
    '         createtestdata and of the demonstration data have. Serve others from a database without them (an empty one, and',
    `         DEMO_ACCOUNTS=0), or remove all of their accounts: npx tsx bin/tenants.ts delete ${slug} --purge --grace-days 0 --yes`,
    ''
  ].join('\n')
}

async function findIn (strategy: TenancyStrategy, tenant: Tenant, hashes: Map<string, string>): Promise<string | undefined> {
  const { scope, transaction } = await strategy.beginTenant(tenant, { readOnly: true, deadlineMs: 10_000 })
  try {
    const { sql, accountId } = scope
    const people = await sql<{ email: string }>`select email from app_user where account_id = ${accountId} and is_active order by id limit ${asked.people}`
    let made = 0
    for (const { email } of people) {
      const parameters = await findPasswordParameters(scope, email)
      if (parameters === undefined) continue
      // People who have chosen their own have parameters of their own.
      if (!hashes.has(parameters)) {
        if (made === asked.hashes) continue
        made++
        hashes.set(parameters, await hashLike(testPassword, parameters))
      }
      const hash = hashes.get(parameters) ?? ''
      const [match] = await sql`select user_id from check_password(${email}, ${hash})`
      if (match !== undefined) return email
    }
    return undefined
  } finally {
    await transaction.rollback()
  }
}
