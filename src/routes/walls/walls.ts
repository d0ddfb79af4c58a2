import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import type { LiveAudit, WallInspection } from '../../check-rls/inspection.ts'
import { comesBack } from '../../plugins/coming-back.ts'
import { answeringOtherMethods } from '../../plugins/methods.ts'
import { findTwoAccounts } from '../../repositories/accounts.ts'
import { findRowsToFind, listWallsOfAllAccounts, readWalls, type OwnRows, type Walls } from '../../repositories/walls.ts'
import type { TenancyStrategy } from '../../tenancy/strategy.ts'
import type { Tenant } from '../../tenancy/tenant.ts'
import { formAddresses } from '../form-addresses.ts'
import { bodyLimit, hidden, takeForms } from '../forms.ts'
import { withoutSlash } from '../without-slash.ts'
import { attacksPage, type Sides } from './attacks.ts'
import { stepsOf } from './journey-steps.ts'
import { countsFor, tablesOf } from './tables.ts'

export interface WallRoutesOptions {
  strategy: TenancyStrategy
  inspection: WallInspection
  deadlineMs: number
  /** Whether accounts have the page, too; otherwise the operator alone. */
  showTenants: boolean
}

/** The page that shows the walls at work: what the database holds, what the audit finds, what attacks come to, and how the request travelled. */
export function wallRoutes ({ strategy, inspection, deadlineMs, showTenants }: WallRoutesOptions): ReturnType<typeof answeringOtherMethods> {
  return answeringOtherMethods(async app => {
    await takeForms(app)
    const config = { catalogue: true, ...(showTenants ? {} : { audience: 'operator' as const }) }

    app.get('/walls/', { config: { ...config, traced: true }, schema: hidden }, async (request, reply) => {
      const { journey, tenant } = request
      const walls: Walls & { counts?: OwnRows[] } = tenant === undefined
        ? await request.readInOneTrip(async () => await listWallsOfAllAccounts(request.operatorScope))
        : await request.readWhereTenantIs(async () => await request.readInOneTrip(async () => await readWalls(request.tenantScope)))
      // Until then, nobody knows how long the commit took.
      await journey?.trace.whenAnswered()
      const isOwner = app.access === 'open' || request.person?.role === 'owner'
      const steps = journey === undefined ? [] : stepsOf(journey, request, walls.role.current)
      return reply.page('walls', {
        title: 'The walls',
        hasOwnDatabase: request.tenant?.database !== undefined,
        role: walls.role,
        context: walls.context,
        tables: tablesOf({ ...walls, counts: countsFor(isOwner, walls.counts ?? []) }, tenant === undefined ? 'operator' : 'tenant'),
        audit: await auditOf(inspection, request),
        steps
      })
    })

    withoutSlash(app, ['/walls'], { config: { ...config, transaction: false }, schema: hidden })
    // Whoever loads what the attacks came to anew is led to the button.
    formAddresses(app, ['/walls/attacks/'], '/walls/', { config: { ...config, transaction: false }, schema: hidden })

    app.post('/walls/attacks/', { config: { ...config, transaction: false }, bodyLimit, schema: hidden }, async (request, reply) => await attack(request, reply))
  })

  async function attack (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { tenant } = request
    const sides = tenant === undefined ? await twoAccounts() : sidesOf(tenant)
    const report = await inspection.attack({ by: tenant?.id ?? 'operator', placement: tenant?.database, self: sides.self.id, victim: sides.victim.id })
    const page = attacksPage(report, sides)
    if (page.through > 0) request.log.error({ tenant: tenant?.slug, through: page.through, attacks: page.total }, 'attacks on the walls got through')
    return comesBack(reply).page('attacks', page)
  }

  /** For the operator, who knows them anyway; where there are no two, ids that nobody has do as well. */
  async function twoAccounts (): Promise<Sides> {
    if (strategy.beginOperator === undefined) throw new Error('nobody is the operator here')
    const { scope, transaction } = await strategy.beginOperator({ readOnly: true, deadlineMs })
    try {
      const [self = { id: 1, slug: undefined }, victim = { id: self.id + 1, slug: undefined }] = await findTwoAccounts(scope)
      return { self, victim, toFind: await findRowsToFind(scope, { self: self.id, victim: victim.id }) }
    } finally {
      await transaction.rollback()
    }
  }
}

/** Of others, an account is told what is true wherever its rows are: that nobody else's are in a database of its own. */
function sidesOf ({ id, slug, database }: Tenant): Sides {
  return { self: { id, slug }, victim: { id: id + 1, slug: undefined }, toFind: database === undefined ? 'not told' : 'nothing' }
}

/** @returns undefined where the database does not answer: the rest of the page is true all the same */
async function auditOf (inspection: WallInspection, { tenant, log }: { tenant: FastifyRequest['tenant'], log: FastifyBaseLogger }): Promise<LiveAudit | undefined> {
  return await inspection.audit({ by: tenant?.id ?? 'operator', placement: tenant?.database }).catch((error: unknown) => {
    log.warn({ err: error, tenant: tenant?.slug }, 'the audit of the walls could not be run')
    return undefined
  })
}
