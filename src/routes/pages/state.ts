import { z } from 'zod'

/** Which rows of a list are shown. */
export type State = 'all' | 'open' | 'done'

/** Of an address; what it cannot mean is all of them. */
export const stateQuery = { state: z.enum(['all', 'open', 'done']).catch('all').default('all') }

export function isCompleteOf (state: State): boolean | undefined {
  return state === 'all' ? undefined : state === 'done'
}
