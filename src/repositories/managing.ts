import type { TenantScope } from '../tenancy/scope.ts'

/**
 * Takes the account's turn at managing it, until the transaction ends: people, links and tokens are changed by one at a time, who is
 * an owner still. To be called before any row is locked.
 *
 * @throws PostgreSQL's RH004 where whoever asks is an owner no more
 */
export async function manage ({ sql }: TenantScope): Promise<void> {
  await sql`select manage()`
}
