/** What must not happen, each with what was seen. */
export interface Violation {
  kind: 'lost' | 'doubled' | 'foreign' | 'unclean' | 'refused' | 'broken' | 'crashed' | 'leaked' | 'slow to recover' | 'no fault' | 'memory'
  detail: string
}

/** What a soak counts. */
export interface Tally {
  statuses: Record<number, number>
  writes: number
  reads: number
  violations: Violation[]
}

export function emptyTally (): Tally {
  return { statuses: {}, writes: 0, reads: 0, violations: [] }
}
