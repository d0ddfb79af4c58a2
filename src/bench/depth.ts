import { quickerFromStart } from '../repositories/page.ts'
import { listSubtasksOfAllAccounts } from '../repositories/subtasks.ts'
import type { TenancyStrategy } from '../tenancy/strategy.ts'
import type { Tenant } from '../tenancy/tenant.ts'
import type { BenchDatabase } from './bench-database.ts'
import { withClient } from '../database/admin.ts'
import { figure, median, type Figure } from './figures.ts'
import { inTurn, type BenchContext } from './measurements.ts'
import { findTenants } from './sql-loop.ts'
import { openBenchStrategy } from './bench-strategy.ts'
import { roundTripFigures } from './throughput.ts'
import { pageSize, readPage } from './sql-loop.ts'

/** Pages near and far, of a tenant, of a large one, and of the operator: the time of their whole transaction, one after the other. */
export async function measureDepth ({ size }: BenchContext, database: BenchDatabase, largeTenant: string): Promise<Figure[]> {
  const strategy = openBenchStrategy(database)
  try {
    const [ordinary, large] = await findTenants(strategy, ['tenant-0', largeTenant])
    if (ordinary === undefined || large === undefined) throw new Error('the tenants of the bench are not there')
    const rows = await countRows(database, [ordinary, large])
    const repeats = Math.max(5, Math.round(size.seconds * 8))
    return [
      ...await tenantFigures('a tenant', ordinary, rows.get(ordinary.id) ?? 0),
      ...await tenantFigures('the large tenant', large, rows.get(large.id) ?? 0),
      ...await operatorFigures(rows.get(0) ?? 0),
      ...await tripFigures(Math.max(1, Math.ceil((rows.get(large.id) ?? 0) / pageSize)))
    ]

    async function tenantFigures (who: string, tenant: Tenant, count: number): Promise<Figure[]> {
      const pages = Math.max(1, Math.ceil(count / pageSize))
      const depths = [['first page', 1], ['middle page', Math.ceil(pages / 2)], ['last page, by its number', pages], ['last page', 'last']] as const
      const rounds = await inTurn(size.rounds, ...depths.map(([, page]) => async () => await medianTime(repeats, async () => { await readPage(strategy, tenant, page) })))
      return depths.slice(1).map(([name], index) => figure({
        group: 'Depth', name: `${who}, ${name}`, subject: `the transaction of the ${name} of ${count.toLocaleString('en')} subtasks`, base: 'that of the first page', unit: 'ms', target: { of: 'ratio', atMost: 3 }
      }, rounds.map(round => ({ value: round[index + 1] ?? NaN, base: round[0] ?? NaN }))))
    }

    async function operatorFigures (count: number): Promise<Figure[]> {
      const pages = Math.max(1, Math.ceil(count / pageSize))
      const depths = [
        ['first page', 1], ['middle page', Math.ceil(pages / 2)], ['farthest page from the beginning', Math.floor(pages * (quickerFromStart - 0.002))],
        ['page behind that', Math.ceil(pages * (quickerFromStart + 0.002))], ['last page', 'last']
      ] as const
      const exactly = async (): Promise<number> => await medianTime(repeats, async () => { await countAll(strategy) })
      const rounds = await inTurn(size.rounds, exactly, ...depths.map(([, page]) => async () => await medianTime(repeats, async () => { await readOperatorPage(strategy, page) })))
      const about = { group: 'Depth', unit: 'ms', base: 'an exact count of all subtasks' }
      return depths.map(([name], index) => figure({
        ...about, name: `operator, ${name}`, subject: `the transaction of the operator's ${name} of ${count.toLocaleString('en')} subtasks`, target: { of: 'value', atMost: index === 0 ? 10 : 100 }
      }, rounds.map(round => ({ value: round[index + 1] ?? NaN, base: round[0] ?? NaN }))))
    }
    async function tripFigures (pages: number): Promise<Figure[]> {
      return await roundTripFigures(database, [largeTenant], [{ name: 'the large tenant\'s last page, by its number', request: () => ({ url: `/subtasks/${pages}/` }), atMost: 2 }])
    }
  } finally {
    await strategy.end()
  }
}

async function medianTime (repeats: number, work: () => Promise<void>): Promise<number> {
  const times: number[] = []
  for (let repeat = 0; repeat < repeats; repeat++) {
    const started = performance.now()
    await work()
    times.push(performance.now() - started)
  }
  return median(times)
}

async function readOperatorPage (strategy: TenancyStrategy, page: number | 'last'): Promise<void> {
  const { scope, transaction } = await beginOperator(strategy)
  await listSubtasksOfAllAccounts(scope, { page, size: pageSize })
  await transaction.endReading()
}

async function countAll (strategy: TenancyStrategy): Promise<void> {
  const { scope, transaction } = await beginOperator(strategy)
  await scope.sql`select count(*) from subtask`
  await transaction.endReading()
}

async function beginOperator ({ beginOperator }: TenancyStrategy) {
  if (beginOperator === undefined) throw new Error('the bench has no login of the operator')
  return await beginOperator({ readOnly: true, deadlineMs: 60_000 })
}

/** Subtasks of each of the tenants, and of all under 0. */
async function countRows ({ admin }: BenchDatabase, tenants: readonly Tenant[]): Promise<Map<number, number>> {
  return await withClient(admin, async client => {
    const { rows } = await client.query<{ account: string, rows: string }>(
      'select account_id as account, count(*) as rows from rowhouse.subtask where account_id = any ($1::bigint[]) group by 1 union all select 0, count(*) from rowhouse.subtask', [tenants.map(tenant => tenant.id)])
    return new Map(rows.map(row => [Number(row.account), Number(row.rows)]))
  })
}
