import { ExplainedError } from '../explained-error.ts'

/** Why an archive was not written, is not accepted, or was not imported: the message names the entry and, where one is at fault, the line. */
export class ArchiveError extends ExplainedError {}

const excerptLength = 60

/** A short piece of somebody else's text, safe to show: one line, no control characters, nothing that turns the writing direction. */
export function excerpt (text: string): string {
  const short = text.length > excerptLength ? `${text.slice(0, excerptLength)}…` : text
  return JSON.stringify(short.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?'))
}
