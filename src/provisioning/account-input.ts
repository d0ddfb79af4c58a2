import { name, reason, slug } from '../schemas/fields.ts'
import { TenantError } from './catalogue.ts'

/** What people say of an account; what is left out is not looked at. */
export interface AccountInput {
  slug?: string | undefined
  name?: string | undefined
  reason?: string | undefined
}

/** Before anything is touched: the tables would refuse it, too, with less to say. @throws {TenantError} for what an account cannot have */
export function assertAccountInput (input: AccountInput): void {
  const checks = [
    [input.slug, slug, `"${input.slug}" cannot be a host name's first part: it`],
    [input.name, name, 'the name for people'],
    [input.reason, reason, 'the reason']
  ] as const
  for (const [value, schema, subject] of checks) {
    const problem = value === undefined ? undefined : schema.safeParse(value).error?.issues[0]
    if (problem !== undefined) throw new TenantError(`${subject} ${problem.message}`, { exitCode: 2 })
  }
}
