import { assertWallsAreWhole } from '../check-rls/start.ts'
import { withClient } from '../database/admin.ts'
import type { BenchDatabase } from './bench-database.ts'
import { figure, type Figure } from './figures.ts'
import type { BenchContext } from './measurements.ts'

/** How long a start waits for the check of the walls, with its connection, against a connection that asks nothing. */
export async function measureStartCheck ({ size }: BenchContext, database: BenchDatabase): Promise<Figure[]> {
  const login = database.login('tenant')
  const rounds: Array<{ value: number, base: number }> = []
  // The first is a warm-up.
  for (let round = 0; round <= size.rounds * 4; round++) {
    const value = await timed(async () => { await assertWallsAreWhole(login, []) })
    const base = await timed(async () => { await withClient(login, async client => { await client.query('select') }) })
    if (round > 0) rounds.push({ value, base })
  }
  return [figure({ group: 'What the walls cost', name: 'the check before a start', subject: 'the rules, and the functions that name the tenant by their hash, on a connection of its own', base: 'a connection that asks nothing', unit: 'ms', target: { of: 'value', atMost: 150 } }, rounds)]
}

async function timed (work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
