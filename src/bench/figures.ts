/** The middle of several rounds, and how far they lay apart. */
export interface Summary {
  median: number
  min: number
  max: number
}

/** What one measurement came to: two things, measured in turn in the same run, and how they compare. */
export interface Figure {
  group: string
  name: string
  /** What was measured, and what it is compared with. */
  subject: string
  base: string
  unit: string
  values: Summary
  bases: Summary
  /** Of each round, the value divided by its base. */
  ratios: number[]
  ratio: Summary
  target?: Target
  note?: string
}

export interface Target {
  /** What is held against the bound. */
  of: 'ratio' | 'value'
  atMost?: number
  atLeast?: number
}

export interface Round {
  value: number
  base: number
}

export function figure (about: Omit<Figure, 'values' | 'bases' | 'ratios' | 'ratio'>, rounds: readonly Round[]): Figure {
  const ratios = rounds.map(({ value, base }) => value / base)
  return {
    ...about,
    values: summarize(rounds.map(round => round.value)),
    bases: summarize(rounds.map(round => round.base)),
    ratios,
    ratio: summarize(ratios)
  }
}

/** Whether the median meets the target; undefined where there is none. */
export function isMet ({ target, ratio, values }: Figure): boolean | undefined {
  if (target === undefined) return undefined
  const { median } = target.of === 'ratio' ? ratio : values
  return (target.atMost === undefined || median <= target.atMost) && (target.atLeast === undefined || median >= target.atLeast)
}

export function summarize (numbers: readonly number[]): Summary {
  const sorted = [...numbers].sort((a, b) => a - b)
  return { median: medianOf(sorted), min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN }
}

/** @param numbers in any order */
export function median (numbers: readonly number[]): number {
  return medianOf([...numbers].sort((a, b) => a - b))
}

function medianOf (sorted: readonly number[]): number {
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] ?? NaN : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}
