import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Row, Value } from './tables.ts'

const chunkLength = 64 * 1024
const special = /[\b\t\n\v\f\r\\]/
const escapes: Readonly<Record<string, string>> = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r', '\\': '\\\\' }

/**
 * Streams rows into a table, no faster than the server takes them.
 *
 * @param statement a `copy … from stdin` in the text format
 * @param onRows is told of every batch that was handed over
 * @returns how many rows the server took
 */
export async function copyRows (client: pg.Client, statement: string, rows: Iterable<Row>, { signal, onRows }: { signal?: AbortSignal | undefined, onRows?: (count: number) => void } = {}): Promise<number> {
  const copy = client.query(copyFrom(statement))
  const chunks = Readable.from(encodeRows(rows, onRows ?? (() => {})), { objectMode: true, highWaterMark: 1 })
  await pipeline(chunks, copy, signal === undefined ? {} : { signal })
  return copy.rowCount
}

function * encodeRows (rows: Iterable<Row>, onRows: (count: number) => void): Generator<Buffer> {
  let text = ''
  let count = 0
  for (const row of rows) {
    text += encodeRow(row)
    count++
    if (text.length >= chunkLength) {
      yield Buffer.from(text)
      onRows(count)
      text = ''
      count = 0
    }
  }
  if (count > 0) {
    yield Buffer.from(text)
    onRows(count)
  }
}

/** A line of COPY's text format. */
export function encodeRow (row: Row): string {
  let line = ''
  let separator = ''
  for (const value of row) {
    line += separator + encodeValue(value)
    separator = '\t'
  }
  return line + '\n'
}

function encodeValue (value: Value): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 't' : 'f'
  return special.test(value) ? value.replace(/[\b\t\n\v\f\r\\]/g, character => escapes[character] ?? character) : value
}
