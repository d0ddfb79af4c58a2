import { createUsers, deleteUser, findTakenAddresses, findUser, listUsers, lockUser, updateUser, type NewUser, type User } from '../../repositories/users.ts'
import { newUser, user, userChange } from '../../schemas/resources.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import type { Obstacle, Resource } from './collection.ts'

export const users: Resource<User, NewUser, object> = {
  plural: 'users',
  singular: 'user',
  representation: user,
  creation: newUser,
  change: userChange,
  filters: {},
  list: listUsers,
  find: findUser,
  lock: lockUser,
  create: createUsers,
  update: updateUser,
  remove: deleteUser,
  obstacles: takenAddresses,
  canClash: true,
  needs: 'manage',
  nameOf: ({ email }) => email
}

/** An address belongs to one person of the account. */
async function takenAddresses (scope: TenantScope, rows: ReadonlyArray<Partial<NewUser>>, id?: number): Promise<Obstacle[]> {
  const emails = rows.flatMap(({ email }) => email ?? [])
  if (emails.length === 0) return []
  const taken = await findTakenAddresses(scope, emails, id)
  return emails.flatMap((email, index) => {
    const known = email.toLowerCase()
    const detail = taken.has(known) ? `takes an address that nobody in this account has; somebody has ${email}` : `takes an address that is given once; ${email} is given before`
    const isFree = !taken.has(known) && emails.findIndex(other => other.toLowerCase() === known) === index
    return isFree ? [] : [{ index, field: 'email', detail, isConflict: true }]
  })
}
