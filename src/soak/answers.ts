import type { FaultWindow } from './fault-windows.ts'
import type { Answer } from './requests.ts'
import type { Violation } from './tally.ts'

interface Mistake {
  kind: Violation['kind']
  why: string
}

/** What a request may be answered with, whatever goes on. */
export interface Expectation {
  status: number
  /** Further statuses: where it is not known what became of an earlier request, or another looks at them. */
  alsoRefused?: readonly number[]
}

/**
 * Whether an answer is one that may come. A refusal may come while a fault lasts that excuses it, in good order; a connection
 * may break only with a fault that breaks connections.
 *
 * @returns what is wrong with it, if anything is
 */
export function mistakeOf (answer: Answer, { status, alsoRefused = [] }: Expectation, windows: readonly FaultWindow[]): Mistake | undefined {
  if (answer.status === 0) {
    const window = windows.find(({ excuse }) => excuse === 'broken connections')
    if (window === undefined) return { kind: 'broken', why: 'its connection broke' }
    window.broken++
    return undefined
  }
  if (answer.status === status) return undefined
  const disorder = disorderOf(answer)
  if (disorder !== undefined) return { kind: 'unclean', why: disorder }
  if (alsoRefused.includes(answer.status)) return undefined
  if (![429, 503].includes(answer.status)) return { kind: 'unclean', why: `it was answered ${answer.status}` }
  const window = windows.find(({ excuse }) => excuse !== 'nothing')
  if (window === undefined) return { kind: 'refused', why: `it was answered ${answer.status}, and nothing was wrong` }
  window.refused++
  return undefined
}

/** What a refusal lacks to be one in good order. */
export function disorderOf ({ status, headers, body }: Answer): string | undefined {
  if (status < 400) return `it was answered ${status}`
  if ([429, 503].includes(status) && !/^[1-9]\d*$/.test(String(headers['retry-after']))) return `${status} came without Retry-After`
  const type = String(headers['content-type'])
  if (type.startsWith('text/html')) return body.includes(`Error ${status}`) && body.includes('</html>') ? undefined : `the page of a ${status} is not whole`
  if (!type.startsWith('application/problem+json')) return `${status} came as ${type}`
  try {
    const problem = JSON.parse(body) as Record<string, unknown>
    const isWhole = problem['status'] === status && ['type', 'title', 'detail'].every(name => typeof problem[name] === 'string')
    return isWhole ? undefined : `${status} came without what a problem has`
  } catch {
    return `the body of a ${status} is not JSON`
  }
}
