/**
 * What charts are drawn from, in units of their own: `width` to the right and `height` downwards. Nothing here knows of pages, and all of
 * it is text or numbers that can be computed by hand.
 */
export const drawing = { width: 1000, height: 400, barHeight: 10 } as const

/** Whatever is there at all can be seen. */
const thinnest = 8

/** How long a bar is, where the longest one is as long as the drawing is wide. */
export function barLength (value: number, longest: number): number {
  if (value <= 0 || longest <= 0) return 0
  return rounded(Math.max(thinnest, Math.min(value, longest) / longest * drawing.width))
}

export interface StackedBar {
  done: number
  /** Both parts together. */
  all: number
}

/** A bar whose one part is done: both ends of it, from its beginning. */
export function stackedBar ({ done, all }: { done: number, all: number }, longest: number): StackedBar {
  const length = barLength(all, longest)
  return { done: all <= 0 ? 0 : rounded(length * Math.min(done, all) / all), all: length }
}

/** Accounts of one size. */
export interface OfSize {
  rows: number
  accounts: number
}

/** So many columns stand beside each other on a phone and can be told apart. */
const mostColumns = 120

export interface Skyline {
  /** An outline of columns, as a path of SVG. */
  path: string
  columns: Array<{ x: number, width: number, top: number, rows: number }>
  /** What the lines stand for, from the lowest up: 0, 1, 10, 100, …; as far from each other as all the others. */
  lines: number[]
  /** How many accounts a column stands for, at most: it is as high as the largest of them. */
  accountsInColumn: number
}

/**
 * Accounts side by side, the largest first, each as high as it has rows. Every line stands for ten times as much as the one below it,
 * so that small accounts can be seen beside a large one.
 *
 * @param sizes the largest first
 */
export function skyline (sizes: readonly OfSize[]): Skyline {
  const accounts = sizes.reduce((sum, size) => sum + size.accounts, 0)
  const largest = sizes[0]?.rows ?? 0
  const decades = largest <= 1 ? 0 : Math.ceil(Math.log10(largest) - 1e-9)
  const steps = decades + 1
  const count = Math.min(accounts, mostColumns)
  const columns: Skyline['columns'] = []
  let [size, passed] = [0, 0]
  for (let index = 0; index < count; index++) {
    const rank = Math.floor(index * accounts / count)
    while (size < sizes.length - 1 && passed + (sizes[size]?.accounts ?? 0) <= rank) passed += sizes[size++]?.accounts ?? 0
    const rows = sizes[size]?.rows ?? 0
    const [left, right] = [rounded(index * drawing.width / count), rounded((index + 1) * drawing.width / count)]
    columns.push({ x: left, width: rounded(right - left), top: rounded(drawing.height * (1 - heightOf(rows) / steps)), rows })
  }
  return {
    // Few columns stand apart; many are one outline.
    path: columns.map(({ x, width, top }) => `M${x} ${drawing.height}V${top}h${count > 40 ? width : rounded(width * 0.8)}V${drawing.height}z`).join(''),
    columns,
    lines: [0, ...Array.from({ length: steps }, (_, index) => 10 ** index)],
    accountsInColumn: count === 0 ? 0 : Math.ceil(accounts / count)
  }
}

/** In steps of the scale: none is 0, one row the first step, ten the second. */
function heightOf (rows: number): number {
  return rows < 1 ? 0 : 1 + Math.log10(rows)
}

export interface Bucket {
  from: number
  to: number
  accounts: number
  bar: number
}

/**
 * How many accounts have how many rows: 0, 1, 2 to 4, 5 to 9, 10 to 19 and so on, from the smallest that there are to the largest. Where
 * nobody is between two of them, that is told once.
 */
export function buckets (sizes: readonly OfSize[]): Bucket[] {
  const all: Bucket[] = [{ from: 0, to: 0, accounts: 0, bar: 0 }]
  const largest = Math.max(0, ...sizes.map(({ rows }) => rows))
  for (let index = 0; startOf(index) <= largest; index++) all.push({ from: startOf(index), to: startOf(index + 1) - 1, accounts: 0, bar: 0 })
  for (const { rows, accounts } of sizes) {
    const bucket = all.find(({ to }) => rows <= to)
    if (bucket !== undefined) bucket.accounts += accounts
  }
  const shown: Bucket[] = []
  for (const bucket of all) {
    const before = shown.at(-1)
    if (bucket.accounts > 0 || (before !== undefined && before.accounts > 0)) shown.push(bucket)
    else if (before !== undefined) before.to = bucket.to
  }
  const most = Math.max(0, ...shown.map(({ accounts }) => accounts))
  return shown.map(bucket => ({ ...bucket, bar: barLength(bucket.accounts, most) }))
}

/** 1, 2, 5, 10, 20, 50, … */
function startOf (index: number): number {
  return ([1, 2, 5][index % 3] ?? 1) * 10 ** Math.floor(index / 3)
}

function rounded (value: number): number {
  return Math.round(value * 100) / 100
}
