import { z } from 'zod'
import { idText } from './fields.ts'
import { pageQuery } from './page.ts'

/** Rows a page; the first is what it has unless asked. */
export const pageSizes = [10, 25, 50, 100] as const
export type PageSize = typeof pageSizes[number]

/** The orders of the list; the first is the one that it has unless asked. */
export const listOrders = ['name', '-name', 'id', '-id', 'project', '-project', 'task', '-task', 'state', '-state'] as const
export type ListOrder = typeof listOrders[number]

/** Of several values the last one counts, and an empty one, as forms send it, is none. */
function lastGiven<Schema extends z.ZodType> (schema: Schema) {
  return z.preprocess(value => {
    const last: unknown = Array.isArray(value) ? value.at(-1) : value
    return last === '' ? undefined : last
  }, schema.optional())
}

const size = z.enum(pageSizes.map(String)).transform(text => Number(text) as PageSize)

/** What the address of the list of subtasks may say. Words are taken as they are typed: what cannot be searched for is said on the page. */
export const subtaskListQuery = pageQuery.extend({
  size: lastGiven(size),
  sort: lastGiven(z.enum(listOrders)),
  state: lastGiven(z.enum(['open', 'done'])),
  project: lastGiven(idText),
  /** Asks for the projects to choose from, which most pages need not carry. */
  choose: lastGiven(z.literal('project')),
  search: lastGiven(z.string().max(4000))
})
export type SubtaskListQuery = z.infer<typeof subtaskListQuery>
