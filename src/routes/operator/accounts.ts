import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { NotFoundError } from '../../errors.ts'
import { originOf } from '../../plugins/tenant.ts'
import type { AccountPage, AccountsPage, ShownAccount } from '../../plugins/page-data.ts'
import { countRowsOfAccounts, type AccountCounts } from '../../repositories/account-counts.ts'
import { findAccountBySlug, listAccountEvents, listAccounts, listFormerSlugs } from '../../repositories/accounts.ts'
import { slug, storedName } from '../../schemas/fields.ts'
import type { KnownAccount } from '../../tenancy/administration.ts'
import type { OperatorScope } from '../../tenancy/scope.ts'
import { badIdIsNotFound } from '../api/collection.ts'
import { hidden } from '../forms.ts'
import { addressOf, neighbours, pageSize } from '../pages/rows.ts'
import type { OperatorPagesOptions } from './operator-options.ts'

const statuses = ['active', 'suspended', 'deleted'] as const
const orders = ['slug', 'name', 'newest'] as const

/** What cannot be meant is left out; what was typed is kept. */
const listQuery = z.object({
  cursor: z.string().max(4000).optional(),
  search: z.string().trim().catch('').default(''),
  status: z.enum(statuses).optional().catch(undefined),
  order: z.enum(orders).catch('slug').default('slug')
})
type ListQuery = z.infer<typeof listQuery>

const slugInPath = z.object({ slug })

/** Rows of one kind that are counted of one account: where it is one of many on a page, and on its own. */
const counted = { inList: 10_000, alone: 100_000 }

/** All accounts, and each of them. They work without a view over rows, too: then nothing is counted. */
export function accountPages (app: FastifyInstance, options: OperatorPagesOptions): void {
  const config = { audience: 'operator' as const, catalogue: true }

  app.get('/accounts/', { config, schema: { ...hidden, querystring: listQuery } }, async (request, reply) => {
    const query = request.query as ListQuery
    // No name is longer or has such characters; what was typed is shown with what is wrong with it.
    const mistake = query.search === '' ? undefined : storedName.safeParse(query.search).error?.issues[0]?.message
    const page = mistake === undefined ? await readAccounts(request, query, options) : emptyPage(query)
    return reply.code(mistake === undefined ? 200 : 400).page('accounts', { ...page, error: mistake && `Search: ${mistake}.` })
  })

  app.get('/account/:slug/', { config, errorHandler: badIdIsNotFound, schema: { ...hidden, params: slugInPath } }, async (request, reply) =>
    reply.page('account', await readAccount(request, (request.params as z.infer<typeof slugInPath>).slug, options)))
}

async function readAccounts (request: FastifyRequest, { cursor, search, status, order }: ListQuery, options: OperatorPagesOptions): Promise<Omit<AccountsPage, 'error'>> {
  const { cursors, strategy } = options
  const { operatorScope } = request
  const query = { search, status, order: order === 'slug' ? undefined : order }
  // The API has a list of accounts as well; neither takes the other's cursors.
  const context = { accountId: 0, list: addressOf('/accounts/', query) }
  const slice = await listAccounts(operatorScope, {
    sort: order === 'newest' ? 'created' : 'name',
    descending: order === 'newest',
    limit: pageSize,
    count: true,
    from: cursor === undefined ? undefined : cursors.open(cursor, context)
  }, { status, search: search === '' ? undefined : search, byName: order === 'name' })
  const counts = await countsOf(operatorScope, slice.rows, counted.inList, strategy.hasViewOverTenants)
  const positions = slice.rows.map(({ id, slug, name, createdAt }) => ({ id, name: { slug, name, newest: createdAt }[order] }))
  return {
    ...emptyPage({ search, status, order }),
    accounts: slice.rows.map(account => ({ ...shown(request, account, options), counts: counts.get(account.id) })),
    total: slice.total ?? 0,
    ...neighbours({ ...slice, rows: positions }, cursors, context, '/accounts/', query)
  }
}

function emptyPage ({ search, status, order }: ListQuery): Omit<AccountsPage, 'error'> {
  return { title: 'Accounts', accounts: [], total: 0, search, status, statuses, order, nextHref: undefined, previousHref: undefined }
}

async function readAccount (request: FastifyRequest, slug: string, options: OperatorPagesOptions): Promise<AccountPage> {
  const { operatorScope } = request
  const account = await findAccountBySlug(operatorScope, slug)
  if (account === undefined) throw new NotFoundError('There is no account of this name. It may have another one by now: look for it among all accounts.')
  const [counts, formerSlugs, events] = await Promise.all([
    countsOf(operatorScope, [account], counted.alone, options.strategy.hasViewOverTenants),
    listFormerSlugs(operatorScope, account.id),
    listAccountEvents(operatorScope, account.id)
  ])
  return { title: account.name, ...shown(request, account, options), counts: counts.get(account.id), formerSlugs, events }
}

/** What there is to count of accounts: nothing of those with databases of their own. */
async function countsOf (scope: OperatorScope, accounts: readonly KnownAccount[], most: number, seesRows: boolean): Promise<Map<number, AccountCounts>> {
  const here = accounts.filter(({ hasOwnDatabase }) => seesRows && !hasOwnDatabase).map(({ id }) => id)
  return here.length === 0 ? new Map() : await countRowsOfAccounts(scope, here, most)
}

function shown (request: FastifyRequest, account: KnownAccount, options: OperatorPagesOptions): Omit<ShownAccount, 'counts'> {
  const origin = originOf(request, account.slug, options)
  // At the address of one that is deleted there is nothing any more.
  return { ...account, host: account.status === 'deleted' ? undefined : { href: `${origin}/`, label: origin.replace(/^https?:\/\//, '') } }
}
