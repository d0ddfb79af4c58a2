import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
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

const algorithm = 'aes-256-gcm'
const [ivBytes, tagBytes] = [12, 16]

/**
 * Makes and reads cursors: positions in a list that say nothing, and that cannot be made up, altered, or used for anybody else's.
 * The initialization vector is made of what is sealed (as in RFC 5297), so that no two positions ever share one.
 */
export class CursorSealer {
  readonly #key: Buffer
  readonly #ivKey: Buffer

  constructor (key: Uint8Array) {
    this.#key = createHmac('sha256', key).update('cursors').digest()
    this.#ivKey = createHmac('sha256', key).update('initialization vectors of cursors').digest()
  }

  seal ({ value, id }: Position, backwards: boolean, context: CursorContext): string {
    const [text, about] = [JSON.stringify([value, id, backwards]), JSON.stringify([context.accountId, context.list])]
    const iv = createHmac('sha256', this.#ivKey).update(about).update('\n').update(text).digest().subarray(0, ivBytes)
    const cipher = createCipheriv(algorithm, this.#key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(about))
    return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url')
  }

  /** @throws {InvalidInputError} at whatever this has not sealed for this context */
  open (cursor: string, context: CursorContext): NonNullable<SliceRequest['from']> {
    const [value, id, backwards] = payload.parse(JSON.parse(this.#decrypt(cursor, context)))
    return { position: { value, id }, backwards }
  }

  #decrypt (cursor: string, { accountId, list }: CursorContext): string {
    const bytes = Buffer.from(cursor, 'base64url')
    try {
      // What is not written as this writes it would be the same cursor under another name.
      if (bytes.length <= ivBytes + tagBytes || bytes.toString('base64url') !== cursor) throw new RangeError('no cursor')
      const decipher = createDecipheriv(algorithm, this.#key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
        .setAAD(Buffer.from(JSON.stringify([accountId, list])))
        .setAuthTag(bytes.subarray(-tagBytes))
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString()
    } catch (error) {
      const detail = 'takes one from an earlier answer to the same list, with the same filters and order'
      throw new InvalidInputError(`cursor: ${detail}`, { errors: [{ parameter: 'cursor', detail }], cause: error })
    }
  }
}
