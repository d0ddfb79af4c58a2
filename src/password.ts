import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** 32 MB and some 60 ms a password: what a guesser has to spend, too. */
const cost = { ln: 15, r: 8, p: 1 }
const saltLength = 16
const keyLength = 32

const hashPattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

/**
 * Turns a password into what may be stored in its place.
 *
 * @param salt for hashes that have to come out alike each time; otherwise leave it out, and no two hashes are the same
 * @returns `$scrypt$ln=15,r=8,p=1$salt$hash`, so that the cost can rise later while old hashes still verify
 */
export async function hashPassword (password: string, salt: Buffer = randomBytes(saltLength)): Promise<string> {
  const key = await deriveKey(password, salt, keyLength, cost)
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${encode(salt)}$${encode(key)}`
}

/**
 * Whether the password is the one behind the hash.
 *
 * @returns false, too, for a hash that is malformed or that asks for a cost beyond all reason, so that a row
 *   someone tampered with can neither let anybody in nor take the server's memory
 */
export async function verifyPassword (password: string, hash: string): Promise<boolean> {
  const parts = hashPattern.exec(hash)
  if (parts === null) return false
  const [, ln, r, p, salt = '', key = ''] = parts
  const asked = { ln: Number(ln), r: Number(r), p: Number(p) }
  if (!isReasonable(asked)) return false
  const expected = Buffer.from(key, 'base64')
  const actual = await deriveKey(password, Buffer.from(salt, 'base64'), expected.length, asked)
  return timingSafeEqual(actual, expected)
}

/** What a hash begins with that is made as strongly as today. */
const present = `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$`

/**
 * The hash that a password has under what another hash says of itself: its cost and salt, `$scrypt$ln=15,r=8,p=1$salt$`. With
 * none, or with one that nobody can mean, some hash. Either takes as long as one of today's: whoever waits for it learns nothing.
 */
export async function hashLike (password: string, parameters: string | undefined): Promise<string> {
  const [, ln, r, p, salt = ''] = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$$/.exec(parameters ?? '') ?? []
  const asked = { ln: Number(ln), r: Number(r), p: Number(p) }
  if (parameters === undefined || !isReasonable(asked)) return await hashPassword(password)
  const key = await deriveKey(password, Buffer.from(salt, 'base64'), keyLength, asked)
  await spend(workOf(cost) - workOf(asked))
  return `${parameters}${encode(key)}`
}

/** What hashing takes, in units of no meaning: scrypt's work is the product of its parameters. */
function workOf ({ ln, r, p }: typeof cost): number {
  return 2 ** ln * r * p
}

/** Hashes for nothing, until so much work is done. */
async function spend (work: number): Promise<void> {
  for (let left = work; left >= workOf(least);) {
    const ln = Math.floor(Math.log2(left / least.r))
    await deriveKey('', Buffer.alloc(saltLength), keyLength, { ...least, ln })
    left -= workOf({ ...least, ln })
  }
}

/** Whether a hash that says this of itself is weaker than those that are made today. */
export function isOutdated (parameters: string): boolean {
  return !parameters.startsWith(present)
}

/** The least that a hash may have cost. */
const least = { ln: 12, r: 8, p: 1 }

function isReasonable ({ ln, r, p }: typeof cost): boolean {
  return ln >= least.ln && ln <= 17 && r >= 1 && r <= 8 && p >= 1 && p <= 4
}

async function deriveKey (password: string, salt: Buffer, length: number, { ln, r, p }: typeof cost): Promise<Buffer> {
  const memory = 128 * 2 ** ln * r
  // One text may reach us as different code points, depending on the keyboard; NFKC makes them one.
  return await derive(password.normalize('NFKC'), salt, length, { N: 2 ** ln, r, p, maxmem: 2 * memory })
}

function encode (bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
