export interface Comparison {
  /** Whether the time of an answer tells which of the two was asked. */
  tells: boolean
  pairs: number
  /** In which part of the pairs the first took longer. */
  share: number
}

interface Options {
  /** After how many pairs it is decided; the later ones are for what looks suspicious. */
  looks?: readonly number[]
  /** How far from a half the share may be for nobody to look again. */
  quiet?: number
  /** How many requests are one observation, of which the quickest counts: others on the machine only ever make one slower. */
  each?: number
}

/** Whoever finds this many standard deviations finds them by chance once in 500 million times, at any of the looks. */
const certain = 6
/** Less than this is nothing that somebody could use. */
const least = 0.1

/**
 * Whether two requests take different times, by ranks alone: no time is compared with a number, so a slow or busy machine changes
 * nothing. Both are asked in pairs, in an order that is drawn by lot for each. Where time does not depend on which is which, either
 * is the longer one as often as a coin shows heads, whatever else goes on: that is what the lot is for.
 */
export async function tellsApart (one: (turn: number) => Promise<unknown>, other: (turn: number) => Promise<unknown>, { looks = [100, 400, 1600], quiet = least, each = 3 }: Options = {}): Promise<Comparison> {
  let [pairs, longer] = [0, 0]
  for (const [turn, ask] of [one, other, one, other].entries()) await ask(turn % 2)
  for (const look of looks) {
    for (; pairs < look; pairs++) {
      const isOneFirst = Math.random() < 0.5
      const first = await quickest(isOneFirst ? one : other, pairs, each)
      const second = await quickest(isOneFirst ? other : one, pairs, each)
      const difference = isOneFirst ? first - second : second - first
      if (difference > 0 || (difference === 0 && Math.random() < 0.5)) longer++
    }
    const share = longer / pairs
    const distance = Math.abs(share - 0.5)
    if (distance >= least && 2 * distance * Math.sqrt(pairs) >= certain) return { tells: true, pairs, share }
    if (distance < quiet) return { tells: false, pairs, share }
  }
  return { tells: false, pairs, share: longer / pairs }
}

async function quickest (ask: (turn: number) => Promise<unknown>, turn: number, times: number): Promise<number> {
  let best = Infinity
  for (let time = 0; time < times; time++) {
    const started = performance.now()
    await ask(turn)
    best = Math.min(best, performance.now() - started)
  }
  return best
}
