import { ArchiveError } from './archive-error.ts'
import { maxLineBytes } from './format.ts'

const newline = 10

/**
 * Cuts a stream of bytes into lines, in batches as they come. What follows the last newline is refused, and so is what is not UTF-8.
 *
 * @param name of the entry, for messages
 * @throws {ArchiveError} if a line is too long to be kept in memory, too
 */
export async function * readLines (name: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let rest: Buffer[] = []
  let restBytes = 0
  let lines = 0
  for await (const chunk of chunks) {
    const first = chunk.indexOf(newline)
    if (restBytes + (first === -1 ? chunk.length : first) > maxLineBytes) throw new ArchiveError(`${name}, line ${lines + 1}: is longer than ${maxLineBytes} bytes`)
    if (first === -1) {
      rest.push(chunk)
      restBytes += chunk.length
      continue
    }
    const last = chunk.lastIndexOf(newline)
    const whole = Buffer.concat([...rest, chunk.subarray(0, last)])
    rest = last + 1 < chunk.length ? [chunk.subarray(last + 1)] : []
    restBytes = chunk.length - last - 1
    const batch = decode(decoder, whole, name, lines).split('\n')
    lines += batch.length
    yield batch
  }
  if (restBytes > 0) throw new ArchiveError(`${name}, line ${lines + 1}: is cut off`)
}

function decode (decoder: InstanceType<typeof TextDecoder>, bytes: Buffer, name: string, lines: number): string {
  try {
    return decoder.decode(bytes)
  } catch (error) {
    throw new ArchiveError(`${name}: is not UTF-8 after line ${lines}`, { cause: error })
  }
}
