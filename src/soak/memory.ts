/** In bytes, when all garbage is collected. */
export interface MemoryUse {
  used: number
  resident: number
  /** How many requests the soak had sent by then. */
  requests: number
  /** How long the process had lived, in seconds. */
  age: number
}

/** More than caches, compiled code and whatever is under way differ by from one moment to another. */
const tolerance = 6_000_000
/** What the system counts says little of a process that has just started. */
const grownUp = 120

/**
 * Whether a server's memory grew while it did the same again and again. The first measurement is of a server that has done
 * everything once.
 *
 * @returns what is wrong, if anything is
 */
export function growthOf (measured: readonly MemoryUse[]): string | undefined {
  const [first, last] = [measured.at(0), measured.at(-1)]
  if (first === undefined || last === undefined || last === first) return undefined
  if (last.used > first.used + tolerance) return `${inMegabytes(first.used)} in use, and ${inMegabytes(last.used)} some ${last.requests - first.requests} requests later`
  if (first.age >= grownUp && last.resident > first.resident * 1.3) return `${inMegabytes(first.resident)} resident, and ${inMegabytes(last.resident)} some ${last.requests - first.requests} requests later`
  return undefined
}

export function inMegabytes (bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
