import { z } from 'zod'

// No listing has so many pages that their number takes more digits, and the offset stays a safe integer.
const digits = z.string().regex(/^0*\d{1,12}$/)

/** A page's number in a path. 0 asks for none in particular. */
export const pageInPath = digits.transform(Number)

/** A page's number from 1 on, as a page may write it, or `last`. */
export const pageInQuery = z.union([z.literal('last'), z.string().max(40).transform(plainNumber).pipe(digits).transform(Number).pipe(z.number().min(1))])

/** What somebody typed in the place of a page's number. */
export interface TypedPage { typed: string }

/** A page's number, or whatever else was typed, which a page tells about. */
export const pageAsTyped = z.union([pageInQuery, z.string().max(40).transform((typed): TypedPage => ({ typed }))])

/** The digits of all languages, each with what it stands for. */
const digitValues = new Map(Intl.supportedValuesOf('numberingSystem').flatMap(system => {
  const { format } = new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false })
  return Array.from({ length: 10 }, (_, value): [string, string] => [format(value), String(value)])
}))

/** A number that somebody has copied from a page: in the digits of their language, and in groups; other text stays what it is. */
function plainNumber (text: string): string {
  const inOurDigits = text.trim().replace(/\p{Nd}/gu, digit => digitValues.get(digit) ?? digit)
  return /^\d{1,3}([\s.,'’٬]\d{2,3})*[\s.,'’٬]\d{3}$/u.test(inOurDigits) ? inOurDigits.replace(/\D/gu, '') : inOurDigits
}
