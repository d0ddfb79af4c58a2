import type { FastifyInstance } from 'fastify'
import { CountingTakesTooLongError, NotFoundError, NoViewOverTenantsError, sqlStateOf } from '../../errors.ts'
import type { ChartsPage } from '../../plugins/page-data.ts'
import { countRowsOfAllAccounts, type RowsOfAllAccounts } from '../../repositories/account-counts.ts'
import { findAccountsElsewhere, type AccountsElsewhere } from '../../repositories/accounts.ts'
import { hidden } from '../forms.ts'
import { buckets, drawing, skyline, stackedBar } from './drawing.ts'
import { KeptFigures } from './kept-figures.ts'
import type { OperatorPagesOptions } from './operator-options.ts'

type Figures = RowsOfAllAccounts & { elsewhere: AccountsElsewhere }

const minute = 60_000

/** What all accounts have, drawn. To count it reads every row, so that is done now and then, and once for all who ask. */
export function chartsPage (app: FastifyInstance, options: OperatorPagesOptions): void {
  const kept = new KeptFigures(async () => await readFigures(options), {
    keptMs: 5 * minute,
    restMs: error => {
      // Older figures may be shown in its place.
      app.log.warn({ err: error }, 'the rows of all accounts could not be counted')
      return error instanceof CountingTakesTooLongError ? minute : 0
    }
  })

  app.get('/charts/', { config: { audience: 'operator', transaction: false }, schema: hidden }, async (_, reply) => {
    if (!options.strategy.hasViewOverTenants) throw new NoViewOverTenantsError()
    const { figures, readAt } = await kept.get()
    return reply.page('charts', drawn(figures, readAt))
  })
}

/** In a transaction of its own: whoever asked first may be gone before the others have their answer. */
async function readFigures ({ strategy, deadlineMs }: OperatorPagesOptions): Promise<Figures> {
  if (strategy.beginOperator === undefined) throw new NotFoundError()
  const began = performance.now()
  const { scope, transaction } = await strategy.beginOperator({ readOnly: true, deadlineMs })
  try {
    const [rows, elsewhere] = await Promise.all([countRowsOfAllAccounts(scope), findAccountsElsewhere(scope), transaction.endReading()])
    return { ...rows, elsewhere }
  } catch (error) {
    // query_canceled: PostgreSQL's own limit may be the shorter one.
    throw sqlStateOf(error) === '57014' || performance.now() - began >= deadlineMs ? new CountingTakesTooLongError(error) : error
  }
}

/** The page of figures; all that it shows is computed here. */
export function drawn ({ sizes, largest, elsewhere, ...totals }: Figures, readAt: Date): ChartsPage {
  const longest = largest[0]?.subtasks ?? 0
  return {
    title: 'Charts',
    readAt,
    totals,
    elsewhere: elsewhere.count > 0 ? elsewhere : undefined,
    drawing,
    skyline: skyline(sizes),
    buckets: buckets(sizes),
    progress: [
      { kind: 'subtask', done: totals.subtasksDone, all: totals.subtasks, bar: stackedBar({ done: totals.subtasksDone, all: totals.subtasks }, totals.subtasks) },
      { kind: 'task', done: totals.tasksDone, all: totals.tasks, bar: stackedBar({ done: totals.tasksDone, all: totals.tasks }, totals.tasks) }
    ],
    largest: largest.map(account => ({ ...account, bar: stackedBar({ done: account.subtasksDone, all: account.subtasks }, longest) }))
  }
}
