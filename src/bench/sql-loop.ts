import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { countsFirst } from '../repositories/page.ts'
import { countSubtasks, listSubtasks } from '../repositories/subtask-pages.ts'
import type { TenancyStrategy } from '../tenancy/strategy.ts'
import type { Tenant } from '../tenancy/tenant.ts'

export const pageSize = 10

/**
 * The transaction of a tenant's page, through the application's own driver, pool and repository, and nothing else: no
 * HTTP, no page.
 */
export async function readPage (strategy: TenancyStrategy, tenant: Tenant, page: number | 'last' = 1): Promise<void> {
  const { scope, transaction } = await strategy.beginTenant(tenant, { readOnly: true, deadlineMs: 30_000 })
  const request = { page, size: pageSize }
  const counted = countsFirst(request) ? await countSubtasks(scope) : undefined
  await Promise.all([listSubtasks(scope, request, { counted }), transaction.endReading()])
}

export interface LoopResult {
  perSecond: number
  latency: RecordableHistogram
}

/** Runs that transaction over and over, so many at once. */
export async function loopPages (strategy: TenancyStrategy, tenants: readonly Tenant[], workers: number, durationMs: number): Promise<LoopResult> {
  return await loop(workers, durationMs, async index => { await readPage(strategy, tenants[index % tenants.length] as Tenant) })
}

/** Does something over and over, so many at once. @param work is told how often it was done before */
export async function loop (workers: number, durationMs: number, work: (index: number) => Promise<void>): Promise<LoopResult> {
  const latency = createHistogram()
  const start = performance.now()
  const end = start + durationMs
  let count = 0
  await Promise.all(Array.from({ length: workers }, async () => {
    while (performance.now() < end) {
      const sent = performance.now()
      await work(count++)
      latency.record(Math.max(1, Math.round((performance.now() - sent) * 1e6)))
    }
  }))
  return { perSecond: count / ((performance.now() - start) / 1000), latency }
}

/** Those that exist, of the slugs or of `tenant-0` and so many after it. */
export async function findTenants (strategy: TenancyStrategy, which: readonly string[] | number): Promise<Tenant[]> {
  const slugs = typeof which === 'number' ? Array.from({ length: which }, (_, index) => `tenant-${index}`) : which
  const found = await Promise.all(slugs.map(async slug => (await strategy.findTenant(slug))?.tenant))
  return found.filter(tenant => tenant !== undefined)
}
