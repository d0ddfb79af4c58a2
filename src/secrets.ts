import crypto, { randomBytes } from 'node:crypto'

/** Something that nobody can guess, in 43 letters of URLs: 256 bits. */
export function newSecret (): string {
  return randomBytes(32).toString('base64url')
}

/** What the database knows of a secret. It is random, so a quick hash is as good as a slow one. */
export function hashOfSecret (secret: string): string {
  return crypto.hash('sha256', secret, 'base64url')
}

/** An address as it may stand in a log: the codes of links open doors. */
export function withoutCodes (url: string): string {
  return url.replace(/([?&]code=)[^&]*/g, '$1…')
}
