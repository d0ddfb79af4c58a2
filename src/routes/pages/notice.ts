import type { FastifyRequest } from 'fastify'
import type { Notice } from '../../plugins/page-data.ts'
import type { TenantScope } from '../../tenancy/scope.ts'

/** What is worked on. */
export type Kind = 'project' | 'task' | 'subtask'

/** What a page is about, and what it lists. */
interface Subjects {
  own?: { kind: Kind, id: number }
  listed?: { kind: Kind, find: (scope: TenantScope, id: number) => Promise<{ id: number, name: string } | undefined> }
}

/**
 * Reads what a page has to say of what was done a moment ago: to its own row, or to one of those that it lists. That one is named by a
 * link, since it need not be on the part of the list that is shown.
 */
export async function readNotice (request: FastifyRequest, { own, listed }: Subjects): Promise<Notice | undefined> {
  const ownNotice = own && request.pendingNotice(own.kind)
  if (ownNotice !== undefined && ownNotice.id === own?.id) return { sentence: ownNotice.sentence }
  const notice = listed && request.pendingNotice(listed.kind)
  if (notice === undefined) return undefined
  const row = notice.id === undefined ? undefined : await listed?.find(request.tenantScope, notice.id)
  if (row === undefined) return { sentence: notice.sentence }
  return { sentence: notice.sentence.replace(/\.$/, ':'), row: { href: `/${listed?.kind}/${row.id}/`, name: row.name } }
}
