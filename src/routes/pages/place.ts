import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Slice, SliceRequest } from '../../repositories/listing.ts'
import type { CursorContext, CursorSealer } from '../api/cursor.ts'
import { addressOf } from './rows.ts'
import type { State } from './state.ts'

/** The part of a list that somebody looks at. */
export interface Place {
  state: State
  cursor?: string | undefined
}

const sentPlace = z.object({ list: z.enum(['all', 'open', 'done']), cursor: z.string().max(4000).optional() })

/**
 * The part of the list that a form was sent from, as the form says it. Where that leads nowhere, as after a change of the key that
 * positions are sealed with, it is the first one: what the form asks for is done all the same.
 *
 * @param path of the page with the list
 * @returns undefined for the form of a page without one
 */
export function placeIn ({ body, tenant }: FastifyRequest, cursors: CursorSealer, path: string): Place | undefined {
  const { success, data } = sentPlace.safeParse(body)
  if (!success) return undefined
  const { list: state, cursor } = data
  try {
    if (cursor !== undefined) cursors.open(cursor, contextOf(tenant?.id ?? 0, path, state))
    return { state, cursor }
  } catch {
    return { state }
  }
}

/** What the cursors of a list are good for. */
export function contextOf (accountId: number, path: string, state: State): CursorContext {
  return { accountId, list: addressOfPlace(path, { state }) }
}

export function addressOfPlace (path: string, { state, cursor }: Place = { state: 'all' }): string {
  return addressOf(path, { state: state === 'all' ? undefined : state, cursor })
}

/**
 * Reads a part of a list, in ascending order. Where nothing is left of it, since what was there is done or deleted by now, the part
 * beside it: with the row that the part began behind, whose id, a whole number, is passed by one.
 */
export async function readPart<Row> (from: SliceRequest['from'], read: (from: SliceRequest['from']) => Promise<Slice<Row>>): Promise<Slice<Row>> {
  const part = await read(from)
  if (from === undefined || part.rows.length > 0) return part
  const beside = await read({ backwards: !from.backwards, position: { ...from.position, id: from.position.id + (from.backwards ? -1 : 1) } })
  return beside.rows.length > 0 ? beside : await read(undefined)
}
