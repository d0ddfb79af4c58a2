import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { sqlStateOf } from '../../errors.ts'
import type { FormState, Mistake } from '../../plugins/page-data.ts'
import type { Times } from '../../repositories/listing.ts'
import type { Progress } from '../../repositories/progress.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import { found } from '../api/collection.ts'
import type { CursorSealer } from '../api/cursor.ts'
import { bodyLimit, hidden, unconfirmed } from '../forms.ts'
import type { Kind } from './notice.ts'
import { addressOfPlace, placeIn } from './place.ts'
import { bodyOf, changeRow, formState, idInPath, idOf, isTheirs, rowBody, writing, type Repository } from './rows.ts'

/** Shows the page of a row again, with what is wrong with one of its forms. */
export type ShowAgain = (request: FastifyRequest, reply: FastifyReply, form: FormState, status: number) => Promise<FastifyReply>

interface Named {
  name: string
  details: string
}

/** Of a route that a button leads to. Its form has nothing to fill in, so that a mistake in it is nobody's to mend: it is an error like any other. */
export const acting = { ...writing, bodyLimit, attachValidation: false, schema: { ...hidden, params: idInPath } }

/** Takes the form that changes the name and the details of a row, at its own address. */
export function changeForm<Row extends Times, New extends Named> (app: FastifyInstance, kind: Kind, repository: Repository<Row, New>, cursors: CursorSealer, showAgain: ShowAgain): void {
  app.post(`/${kind}/:id/`, { ...writing, schema: { ...hidden, params: idInPath, body: rowBody } }, async (request, reply) => {
    try {
      const { name, details, seen } = bodyOf(request)
      await request.inTransaction('caller', async scope => await changeRow(scope, repository, idOf(request), { name, details } as Partial<New>, seen))
      const path = `/${kind}/${idOf(request)}/`
      return reply.redirectWithNotice(addressOfPlace(path, placeIn(request, cursors, path)), kind, 'changed', idOf(request))
    } catch (error) {
      if (!isTheirs(error)) throw error
      return await showAgain(request, reply, formState(request, 'change', error), error.status)
    }
  })
}

/** How rows of one kind are deleted. */
interface Deletion<Row> {
  lock: (scope: TenantScope, id: number) => Promise<Row | undefined>
  /** What goes with them: left out where nothing does. */
  progressOf?: (scope: TenantScope, ids: readonly number[]) => Promise<Map<number, Progress>>
  remove: (scope: TenantScope, id: number) => Promise<unknown>
  /** Where the list is that the row stood in. */
  listOf: (row: Row) => string
}

/** foreign_key_violation, restrict_violation */
const stillReferred = ['23503', '23001']

const partsShown = z.object({ parts: z.coerce.number().int().min(0) })

/**
 * Takes the form that deletes a row, with all that belongs to it: the page says what that is, and the form that this was read. Where
 * it has more parts by now than the page said, or gets more meanwhile, nothing is deleted.
 */
export function deletionForm<Row> (app: FastifyInstance, kind: Kind, { lock, progressOf, remove, listOf }: Deletion<Row>, showAgain: ShowAgain): void {
  app.post(`/${kind}/:id/delete/`, acting, async (request, reply) => {
    const mistake = unconfirmed(request)
    if (mistake !== undefined) return await refuse(request, reply, mistake, 400)
    const id = idOf(request)
    const { data: { parts: shown } = { parts: 0 } } = partsShown.safeParse(request.body)
    const list = await request.inTransaction('caller', async scope => {
      // Nothing can be added to a row that is locked; to parts of its parts it can.
      const row = found(await lock(scope, id))
      const parts = (await progressOf?.(scope, [id]))?.get(id)?.parts ?? 0
      if (parts > shown) return undefined
      await remove(scope, id)
      return listOf(row)
    }).catch((error: unknown) => {
      if (stillReferred.includes(sqlStateOf(error) ?? '')) return undefined
      throw error
    })
    if (list !== undefined) return reply.redirectWithNotice(list, kind, 'deleted')
    return await refuse(request, reply, { field: 'sure', text: 'Nothing is deleted yet: more belongs to it than when you opened this page. Tick this again if all of it is to go.' }, 409)
  })

  async function refuse (request: FastifyRequest, reply: FastifyReply, mistake: Mistake, status: number): Promise<FastifyReply> {
    return await showAgain(request, reply, { form: 'delete', typed: {}, mistakes: [mistake], notice: undefined }, status)
  }
}

/**
 * Takes the buttons by which something is done, or open again. From the list that it stands in one comes back to that part of the
 * list; from its own page, to this.
 *
 * @param listOf the address of the page where the row is listed
 */
export function completionForms<Row extends Times, New extends { isComplete: boolean }> (app: FastifyInstance, kind: 'task' | 'subtask', repository: Repository<Row, New>, cursors: CursorSealer, listOf: (row: Row) => string): void {
  for (const [verb, isComplete, done] of [['complete', true, 'completed'], ['reopen', false, 'reopened']] as const) {
    app.post(`/${kind}/:id/${verb}/`, acting, async (request, reply) => {
      const row = await request.inTransaction('caller', async scope => await changeRow(scope, repository, idOf(request), { isComplete } as Partial<New>))
      const place = placeIn(request, cursors, listOf(row))
      return reply.redirectWithNotice(place === undefined ? `/${kind}/${idOf(request)}/` : addressOfPlace(listOf(row), place), kind, done, idOf(request))
    })
  }
}
