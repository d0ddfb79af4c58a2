import { z } from 'zod'

const kinds: Readonly<Record<string, string>> = { string: 'a text', number: 'a number', int: 'a whole number', boolean: 'true or false', object: 'an object', array: 'a list', record: 'an object' }

// What is wrong is told by what would be right, where a field has no words of its own.
z.config({ customError: issue => issue.code === 'invalid_type' && kinds[issue.expected] !== undefined ? `takes ${kinds[issue.expected]}` : undefined })

/** Neither a zero byte nor half a character can be stored. */
export const unstorable = /[\0\p{Cs}]/u

/** PostgreSQL counts characters, JavaScript halves of some. */
function text (minimum: number, maximum: number): z.ZodString {
  return z.string()
    .refine(value => !unstorable.test(value), { error: 'has a character that cannot be stored', abort: true })
    .refine(value => isWithin(value, minimum, maximum), { error: minimum === 0 ? `takes at most ${maximum} characters` : `takes ${minimum} to ${maximum} characters` })
    .meta({ minLength: minimum, maxLength: maximum })
}

function isWithin (value: string, minimum: number, maximum: number): boolean {
  if (value.length < minimum || value.length > maximum * 2) return false
  return value.length <= maximum && minimum <= 1 ? true : [...value].length >= minimum && [...value].length <= maximum
}

/** What the tables take for a name. */
export const storedName = text(1, 255)
export const name = storedName.refine(value => value.trim() !== '', { error: 'takes more than spaces' })
export const details = text(0, 100_000)
/** What an account is called on the web. */
export const slug = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, { error: 'takes 1 to 63 of a-z, 0-9 and -, and neither begins nor ends with -' })
  .meta({ examples: ['miller-and-sons'], description: 'The first part of its host name' })
/** Why an account is suspended, or deleted. */
export const reason = text(1, 500)
export const personName = text(0, 150)
/** As lax as mail itself: something, an at sign, something. What would make one address two, or part of another text, is in none. */
export function isEmail (value: string): boolean {
  return value.length <= 254 && /^[^\s@,;:<>()[\]"\\\p{Cc}\p{Cf}]+@[^\s@,;:<>()[\]"\\\p{Cc}\p{Cf}]+$/u.test(value)
}

export const email = text(3, 254).refine(isEmail, { error: 'takes an e-mail address' })

export const id = z.int({ error: 'takes the id of a row' }).min(1, { error: 'takes the id of a row' }).meta({ examples: [17] })
export const timestamp = z.string().meta({ format: 'date-time', examples: ['2026-05-04T09:30:00.123456Z'], description: 'To the microsecond, in UTC' })
export const times = { created_at: timestamp, updated_at: timestamp }

/** What JSON Schema says of a text that stands for something else in an address. */
const digits = z.string().regex(/^[1-9]\d{0,15}$/, { error: 'takes a whole number from 1 on', abort: true }).transform(Number)
  .refine(Number.isSafeInteger, { error: 'takes a whole number from 1 on' })

/** An id in a path or a query. */
export const idText = digits.meta({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, pattern: undefined, examples: [17] })
export const flagText = z.enum(['true', 'false'], { error: 'takes true or false' }).transform(value => value === 'true')
  .meta({ type: 'boolean', enum: undefined, examples: [true] })

export function countText (minimum: number, maximum: number, fallback: number): z.ZodType<number, string | undefined> {
  const error = `takes a whole number from ${minimum} to ${maximum}`
  return z.string().regex(/^\d{1,6}$/, { error, abort: true }).transform(Number)
    .refine(value => value >= minimum && value <= maximum, { error })
    .default(fallback)
    .meta({ type: 'integer', minimum, maximum, default: fallback, pattern: undefined })
}
