import { z } from 'zod'
import { largestSlice, type SortKey } from '../repositories/listing.ts'
import { countText, unstorable } from './fields.ts'

export const sorts = ['name', '-name', 'id', '-id', 'created', '-created'] as const

/** What every list takes. */
export const listQuery = {
  limit: countText(1, largestSlice, 50).describe('Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more'),
  sort: z.enum(sorts, { error: `takes ${sorts.join(', ')}` }).default('id')
    .describe('The order: by name, by id, or by the time of creation; downwards with a minus sign. Users are ordered by e-mail address instead of by name.'),
  cursor: z.string().max(4000).optional().describe('Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters'),
  count: z.enum(['exact', 'none'], { error: 'takes exact or none' }).default('none').describe('Whether to count all rows of the list, as `total`')
}

export const search = z.string().min(1, { error: 'takes words' }).max(200, { error: 'takes at most 200 characters' })
  .refine(value => !unstorable.test(value), { error: 'has a character that cannot be searched for', abort: true })
  .refine(value => /[\p{L}\p{N}]/u.test(value), { error: 'takes words' })
  .describe('Words that name and details have: all of them, in any order and letter case. `"next week"` is a phrase, `or` stands between alternatives, and `-word` leaves rows out.')

export function readSort (sort: typeof sorts[number]): { sort: SortKey, descending: boolean } {
  return { sort: sort.replace('-', '') as SortKey, descending: sort.startsWith('-') }
}

const address = z.string().nullable()

/** A part of a list, with the addresses of its neighbours. */
export function listOf<Row extends z.ZodType> (row: Row) {
  return z.object({
    data: z.array(row),
    next: address.describe('The address of the rows that follow, if there are any').meta({ examples: ['/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe'] }),
    previous: address.describe('The address of the rows before, if there are any').meta({ examples: [null] }),
    total: z.int().min(0).optional().describe('All rows of the list; where `count=exact` asked for it')
  })
}
