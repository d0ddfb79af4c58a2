import { z } from 'zod'

// No listing has so many pages that their number takes more digits, and the offset stays a safe integer.
const digits = z.string().regex(/^0*\d{1,12}$/)

/** A page's number in a path. 0 asks for none in particular. */
export const pageInPath = digits.transform(Number)

const pageInQuery = z.union([z.literal('last'), digits.transform(Number).pipe(z.number().min(1))])

/** `?page=`: a number from 1 on, or `last`; of several the last one counts, and an empty one asks for none in particular. */
export const pageQuery = z.object({
  page: z.preprocess(value => Array.isArray(value) ? value.at(-1) : value, z.union([z.literal('').transform(() => undefined), pageInQuery]).optional())
})
