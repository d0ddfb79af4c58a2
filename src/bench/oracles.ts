import { buildApp } from '../app.ts'
import { parseConfig } from '../config.ts'
import { withClient } from '../database/admin.ts'
import type { BenchDatabase } from './bench-database.ts'
import { openBenchStrategy } from './bench-strategy.ts'
import { figure, median, type Figure } from './figures.ts'
import type { BenchContext } from './measurements.ts'

/** Whether the time of an answer tells a tenant what others have: a row of theirs, against one that nobody has. */
export async function measureOracles ({ size }: BenchContext, database: BenchDatabase): Promise<Figure[]> {
  const accounts = Math.min(50, size.accounts)
  const { theirs, nobodys } = await withClient(database.admin, async client => {
    // Of another account, and beyond all: with as many digits, so that nothing else differs.
    const { rows: [row] } = await client.query<{ last: string, ids: string[] }>(`
      select max(id) as last, array(select id from rowhouse.project where account_id > $1::integer and id >= pow(10, floor(log((select max(id) from rowhouse.project)))) order by id desc limit 500) as ids
      from rowhouse.project`, [accounts])
    const last = Number(row?.last ?? 0)
    return { theirs: (row?.ids ?? []).map(Number), nobodys: Array.from({ length: 500 }, (_, index) => last + 1 + index) }
  })
  if (theirs.length === 0) return []
  const strategy = openBenchStrategy(database)
  const app = await buildApp({ config: parseConfig({}), strategy })
  const time = async (method: 'GET' | 'POST', turn: number, id: number): Promise<number> => {
    const headers = { host: `tenant-${turn % accounts}.localhost` }
    const asked = method === 'GET' ? { method, url: `/api/v1/projects/${id}`, headers } : { method, url: '/api/v1/tasks', headers, payload: { project_id: id, name: 'x' } }
    const started = performance.now()
    const { statusCode } = await app.inject(asked)
    const took = performance.now() - started
    if (statusCode !== (method === 'GET' ? 404 : 422)) throw new Error(`a row of another tenant was answered ${statusCode}`)
    return took
  }
  try {
    const figures: Figure[] = []
    for (const [name, method, about] of [['read of another tenant\'s row', 'GET', 'a project that another tenant has'], ['reference to another tenant\'s row', 'POST', 'a task for a project that another tenant has']] as const) {
      const rounds: Array<{ value: number, base: number }> = []
      const perRound = Math.max(100, Math.round(size.seconds * 100))
      // The first is a warm-up.
      for (let round = 0; round <= size.rounds; round++) {
        const times: { theirs: number[], nobodys: number[] } = { theirs: [], nobodys: [] }
        for (let index = 0; index < perRound; index++) {
          const ask = {
            theirs: async () => { times.theirs.push(await time(method, index, theirs[index % theirs.length] ?? 0)) },
            nobodys: async () => { times.nobodys.push(await time(method, index, nobodys[index % nobodys.length] ?? 0)) }
          }
          for (const which of index % 2 === 0 ? ['theirs', 'nobodys'] as const : ['nobodys', 'theirs'] as const) await ask[which]()
        }
        if (round > 0) rounds.push({ value: median(times.theirs), base: median(times.nobodys) })
      }
      figures.push(figure({ group: 'What a tenant can tell', name, subject: `${about}, ${perRound} in a round`, base: 'one that nobody has', unit: 'ms', target: { of: 'ratio', atLeast: 0.95, atMost: 1.05 } }, rounds))
    }
    return figures
  } finally {
    await app.close()
  }
}
