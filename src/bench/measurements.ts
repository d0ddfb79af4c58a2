import type { HttpRequest } from './http-load.ts'
import type { BenchServer } from './bench-database.ts'
import type { Figure } from './figures.ts'

/** How much is measured, and how long. */
export interface BenchSize {
  /** Rounds of each comparison; their median counts. */
  rounds: number
  /** How long one side of a round of requests lasts. */
  seconds: number
  /** Accounts of the load, and of the database for everything else. */
  accounts: number
  /** Accounts of the databases that are compared; the first is the base. */
  scales: readonly number[]
  /** Subtasks of the one large tenant. */
  largeTenant: number
  clients: readonly number[]
  /** How many tenants the strategies are compared with. */
  tenants: readonly number[]
  /** Subtasks of the tenant that is exported and imported. */
  archived: number
}

/** What a measurement works with. */
export interface BenchContext {
  server: BenchServer
  size: BenchSize
  /** Names the databases of this run. */
  prefix: string
  log: (message: string) => void
}

/** One measurement, with an estimate of its time for those who wait. */
export interface Measurement {
  name: string
  expectedSeconds: number
  run: () => Promise<Figure[]>
}

/** The accounts of a listing's first pages are asked for in turn. */
export function rotation (accounts: number, path = '/subtasks/'): () => HttpRequest {
  let index = 0
  return () => ({ host: `tenant-${index++ % accounts}.localhost`, path })
}

/** Times of HTTP answers, in milliseconds. */
export function milliseconds (nanoseconds: number): number {
  return nanoseconds / 1e6
}

/** Runs the sides of a comparison one after the other, again and again, in alternating order. */
export async function inTurn<Result> (rounds: number, ...sides: Array<() => Promise<Result>>): Promise<Result[][]> {
  const results: Result[][] = []
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [...sides.keys()] : [...sides.keys()].reverse()
    const ofRound: Result[] = []
    for (const side of order) ofRound[side] = await (sides[side] as () => Promise<Result>)()
    results.push(ofRound)
  }
  return results
}
