import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { NotFoundError } from '../../errors.ts'
import type { Mistake } from '../../plugins/page-data.ts'
import { comesBack } from '../../plugins/coming-back.ts'
import { lookPrefix } from '../../plugins/entry.ts'
import { originOf } from '../../plugins/tenant.ts'
import { beginLook, grantLook } from '../../repositories/looks.ts'
import { hashOfSecret, newSecret } from '../../secrets.ts'
import { reason } from '../../schemas/fields.ts'
import { bodyLimit, hidden, mistakesIn, typedIn } from '../forms.ts'
import type { EntryRoutesOptions } from './entry-options.ts'

const title = 'Look into an account'
const labels = { slug: 'Account', reason: 'Why', minutes: 'For how many minutes' }
const minutes = z.coerce.number({ error: 'takes 5 to 120' }).int('takes 5 to 120').min(5, 'takes 5 to 120').max(120, 'takes 5 to 120')
const asked = z.object({ slug: z.string().trim().toLowerCase().max(63, 'takes at most 63 characters'), reason: z.string().trim().pipe(reason), minutes })
/** Which account a link to the form is about. */
const chosen = z.object({ slug: z.string().max(63).catch('') })
const code = z.string().max(200).default('')

/** How the operator looks into one account: read only, for a while, for a reason, and seen by its owners. */
export function lookPages (app: FastifyInstance, { strategy, deadlineMs, baseDomain, links: { secure } }: EntryRoutesOptions): void {
  const ofOperator = { config: { audience: 'operator' as const, transaction: false } }
  const open = { config: { audience: 'tenant' as const, entry: 'open' as const, transaction: false } }

  app.get('/look/', { ...ofOperator, schema: { ...hidden, querystring: chosen } }, async ({ query }, reply) =>
    reply.page('look', { title, typed: { slug: (query as z.infer<typeof chosen>).slug }, slug: '', mistakes: [], href: undefined }))

  app.post('/look/', { ...ofOperator, bodyLimit, attachValidation: true, schema: { ...hidden, body: asked } }, async (request, reply) => {
    const mistakes = mistakesIn(request, labels)
    if (mistakes.length > 0) return showAgain(request, reply, mistakes)
    const { slug, reason, minutes } = request.body as z.infer<typeof asked>
    const found = await strategy.findTenant(slug)
    const tenant = found?.by === 'name' && found.tenant.status === 'active' ? found.tenant : undefined
    if (tenant === undefined) return showAgain(request, reply, [{ field: 'slug', text: 'There is no active account of this name.' }])
    const secret = newSecret()
    const { scope, transaction } = await strategy.beginTenant(tenant, { readOnly: false, deadlineMs })
    try {
      await grantLook(scope, { reason, minutes, actor: `operator from ${request.clientAddress}`, codeHash: hashOfSecret(secret) })
      await transaction.commit()
    } finally {
      await transaction.rollback()
    }
    request.log.info({ tenant: tenant.slug, minutes }, 'the operator was let look into an account')
    // A link, because a form that leads to another host is none that the browser follows.
    const href = `${originOf(request, tenant.slug, { baseDomain, secure })}/look/begin/?code=${secret}`
    return reply.page('look', { title, typed: {}, slug, mistakes: [], href })
  })

  // A form of this host's own is what begins it, so that no page elsewhere can make a browser begin one.
  app.get('/look/begin/', { ...open, schema: { ...hidden, querystring: z.object({ code }) } }, async (request, reply) =>
    reply.page('look-begin', { title: 'Look into this account', code: (request.query as { code: string }).code }))

  app.post('/look/begin/', { ...open, bodyLimit, schema: { ...hidden, body: z.object({ code }) } }, async (request, reply) => {
    const { code } = request.body as { code: string }
    await request.inTransaction('nobody', async scope => {
      const secret = lookPrefix + newSecret()
      const until = await beginLook(scope, { codeHash: hashOfSecret(code), tokenHash: hashOfSecret(secret), address: request.clientAddress, broughtHash: request.broughtHash })
      if (until === undefined) throw new NotFoundError('This was used, or is too old. Begin again on the operator\'s host.')
      request.server.keepToken(reply, secret, until)
    })
    return reply.redirect('/', 303)
  })
}

/** What was typed is there still, with what is wrong with it. */
function showAgain (request: FastifyRequest, reply: FastifyReply, mistakes: Mistake[]): FastifyReply {
  return comesBack(reply).code(400).page('look', { title, typed: typedIn(request), slug: '', mistakes, href: undefined })
}
