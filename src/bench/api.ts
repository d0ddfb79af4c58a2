import { createSubtasks, findSubtask, sliceSubtasks } from '../repositories/subtasks.ts'
import type { TenantScope } from '../tenancy/scope.ts'
import type { Tenant } from '../tenancy/tenant.ts'
import type { BenchDatabase } from './bench-database.ts'
import { openBenchStrategy } from './bench-strategy.ts'
import { figure, type Figure } from './figures.ts'
import { sendHttpLoad, type HttpRequest } from './http-load.ts'
import { inTurn, milliseconds, type BenchContext } from './measurements.ts'
import { openPgbench, pgbenchName } from './pgbench.ts'
import { startServer } from '../programs.ts'
import { recordStatements } from './recorded-statements.ts'
import { findTenants, loop, type LoopResult } from './sql-loop.ts'
import { failures, roundTripFigures, type CountedRequest } from './throughput.ts'

const clients = 16
const rotating = 200
const slice = { sort: 'name', descending: false, limit: 10, count: false } as const

/** A subtask of a tenant's, to be read, and the task that it belongs to. */
interface Place {
  tenant: Tenant
  subtaskId: number
  taskId: number
}

interface Operation {
  name: string
  subject: string
  reads: boolean
  request: (place: Place) => HttpRequest
  /** The same without HTTP. */
  work: (scope: TenantScope, place: Place) => Promise<unknown>
}

const draft = { name: 'Order paper', details: 'Both sides, in colour.', isComplete: false }

const operations: Operation[] = [
  {
    name: 'list',
    subject: 'ten subtasks by name',
    reads: true,
    request: ({ tenant }) => ({ host: `${tenant.slug}.localhost`, path: '/api/v1/subtasks?limit=10&sort=name' }),
    work: async scope => await sliceSubtasks(scope, slice)
  },
  {
    name: 'read',
    subject: 'one subtask',
    reads: true,
    request: ({ tenant, subtaskId }) => ({ host: `${tenant.slug}.localhost`, path: `/api/v1/subtasks/${subtaskId}` }),
    work: async (scope, { subtaskId }) => await findSubtask(scope, subtaskId)
  },
  {
    name: 'create',
    subject: 'one subtask made',
    reads: false,
    request: ({ tenant, taskId }) => ({ host: `${tenant.slug}.localhost`, path: '/api/v1/subtasks', body: { task_id: taskId, name: draft.name, details: draft.details } }),
    work: async (scope, { taskId }) => await createSubtasks(scope, [{ ...draft, taskId }])
  }
]

/** The API's reads and writes over HTTP, against loops of the same transactions without it. What is written stays there. */
export async function measureApi ({ size }: BenchContext, database: BenchDatabase): Promise<Figure[]> {
  const strategy = openBenchStrategy(database)
  const server = await startServer(database.environment)
  try {
    const places = await findPlaces(await findTenants(strategy, Math.min(rotating, size.accounts)))
    const placeOf = (index: number): Place => places[index % places.length] as Place
    const figures: Figure[] = []
    const overHttp = async ({ request }: Operation, durationMs: number): Promise<LoopResult> => {
      let index = 0
      const result = await sendHttpLoad({ port: server.port, clients, durationMs, accept: 'application/json', next: () => request(placeOf(index++)) })
      return { perSecond: (result.requests - failures(result)) / result.seconds, latency: result.latency }
    }
    for (const operation of operations) {
      const { name, subject, reads, work } = operation
      const bare = async (durationMs: number): Promise<LoopResult> => await loop(clients, durationMs, async index => {
        const place = placeOf(index)
        const { scope, transaction } = await strategy.beginTenant(place.tenant, { readOnly: reads, deadlineMs: 30_000 })
        if (reads) {
          await Promise.all([work(scope, place), transaction.endReading()])
        } else {
          await work(scope, place)
          await transaction.commit()
        }
      })
      await overHttp(operation, 1000)
      await bare(1000)
      const rounds = await inTurn(size.rounds, async () => await overHttp(operation, size.seconds * 1000), async () => await bare(size.seconds * 1000))
      const about = { group: 'API', subject: aboutRequests(subject), base: 'a loop of the same transaction through the same driver and pool, in one process too' }
      const compare = (of: (result: LoopResult) => number): Array<{ value: number, base: number }> => rounds.map(([one, other]) => ({ value: of(one as LoopResult), base: of(other as LoopResult) }))
      figures.push(figure({ ...about, name: `${name} / bare SQL loop`, unit: 'requests/s', ...(reads ? { target: { of: 'ratio' as const, atLeast: 0.6 } } : {}) }, compare(({ perSecond }) => perSecond)))
      for (const percentile of [50, 99]) {
        figures.push(figure({ ...about, name: `${name}, p${percentile} / bare SQL loop`, unit: 'ms' }, compare(({ latency }) => milliseconds(latency.percentile(percentile)))))
      }
    }
    const counted = operations.map(({ name, reads, request }): CountedRequest => ({
      name: `API, ${name}`,
      atMost: reads ? 1 : 2,
      request: tenant => {
        const { path, body } = request(placeOf(tenant))
        return { url: path, ...(body === undefined ? {} : { method: 'POST' as const, payload: body }) }
      }
    }))
    return [...figures, ...await pgbenchFigures(), ...await roundTripFigures(database, places.slice(0, 5).map(({ tenant: { slug } }) => slug), counted)]

    /** The list alone: pgbench knows accounts, and no row of theirs. */
    async function pgbenchFigures (): Promise<Figure[]> {
      const [list, place] = [operations[0] as Operation, placeOf(0)]
      const pgbench = await openPgbench(database, places.length, await recordStatements(async scope => await list.work(scope, place)))
      try {
        if (await pgbench.run(size.seconds) === undefined) return []
        const rounds = await inTurn(size.rounds, async () => (await overHttp(list, size.seconds * 1000)).perSecond, async () => await pgbench.run(size.seconds) ?? NaN)
        return [figure({ group: 'API', name: `${list.name} / pgbench`, subject: aboutRequests(list.subject), base: pgbenchName, unit: 'requests/s' }, rounds.map(([value = NaN, base = NaN]) => ({ value, base })))]
      } finally {
        await pgbench.close()
      }
    }

    function aboutRequests (subject: string): string {
      return `${subject}, over HTTP, ${clients} connections, ${places.length} tenants in turn`
    }
  } finally {
    await strategy.end()
    await server.stop()
  }

  async function findPlaces (tenants: Tenant[]): Promise<Place[]> {
    const places: Place[] = []
    for (const tenant of tenants) {
      const { scope, transaction } = await strategy.beginTenant(tenant, { readOnly: true, deadlineMs: 30_000 })
      const { rows: [row] } = await sliceSubtasks(scope, { ...slice, limit: 1 })
      await transaction.rollback()
      if (row !== undefined) places.push({ tenant, subtaskId: row.id, taskId: row.taskId })
    }
    return places
  }
}
