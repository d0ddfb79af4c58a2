import { z } from 'zod'
import { idText } from './fields.ts'
import { pageAsTyped } from './page.ts'

/** Rows a page; the first is what it has unless asked. */
export const pageSizes = [10, 25, 50, 100] as const
export type PageSize = typeof pageSizes[number]

/** The orders of the list; the first is the one that it has unless asked. */
export const listOrders = ['name', '-name', 'id', '-id', 'project', '-project', 'task', '-task', 'state', '-state'] as const
export type ListOrder = typeof listOrders[number]

const size = z.enum(pageSizes.map(String)).transform(text => Number(text) as PageSize)

/** What the address of the list of subtasks may say. Words are taken as they are typed: what cannot be searched for is said on the page. */
export const subtaskListQuery = z.preprocess(lastGiven, z.object({
  page: pageAsTyped.optional(),
  size: size.optional(),
  sort: z.enum(listOrders).optional(),
  state: z.enum(['open', 'done']).optional(),
  project: idText.optional(),
  /** Asks for the projects to choose from, which most pages need not carry. */
  choose: z.literal('project').optional(),
  search: z.string().optional()
}))
export type SubtaskListQuery = z.infer<typeof subtaskListQuery>

/** Of several values the last one counts, and an empty one, as forms send it, is none. Most addresses have none at all. */
function lastGiven (query: unknown): unknown {
  return Object.fromEntries(Object.entries(query ?? {})
    .map(([name, value]): [string, unknown] => [name, Array.isArray(value) ? value.at(-1) : value])
    .filter(([, value]) => value !== ''))
}
