import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { InvalidInputError } from '../../errors.ts'
import type { Position, SliceRequest } from '../../repositories/listing.ts'

/** What a cursor is good for: another account, list, filter or order needs another one. */
export interface CursorContext {
  accountId: number
  /** The list, with its filters and its order. */
  list: string
}

const payload = z.tuple([z.union([z.string(), z.int()]), z.int(), z.boolean()])

/** Makes and reads cursors: positions in a list that cannot be made up, altered, or used for anybody else's. */
export class CursorSealer {
  readonly #key: Uint8Array

  constructor (key: Uint8Array) {
    this.#key = key
  }

  seal ({ value, id }: Position, backwards: boolean, context: CursorContext): string {
    const text = Buffer.from(JSON.stringify([value, id, backwards])).toString('base64url')
    return `${text}.${this.#mark(text, context).toString('base64url')}`
  }

  /** @throws {InvalidInputError} at whatever this has not sealed for this context */
  open (cursor: string, context: CursorContext): NonNullable<SliceRequest['from']> {
    const [text = '', mark = ''] = cursor.split('.')
    const [given, expected] = [Buffer.from(mark, 'base64url'), this.#mark(text, context)]
    const isOurs = given.length === expected.length && timingSafeEqual(given, expected) && cursor === `${text}.${expected.toString('base64url')}`
    if (!isOurs) throw new InvalidInputError('cursor: takes one from an earlier answer to the same list, with the same filters and order', { errors: [{ parameter: 'cursor', detail: 'takes one from an earlier answer to the same list, with the same filters and order' }] })
    const [value, id, backwards] = payload.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    return { position: { value, id }, backwards }
  }

  #mark (text: string, { accountId, list }: CursorContext): Buffer {
    return createHmac('sha256', this.#key).update(JSON.stringify([accountId, list, text])).digest().subarray(0, 16)
  }
}
