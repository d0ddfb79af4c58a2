import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { AppError, InvalidInputError, NotFoundError } from '../../errors.ts'
import { beginLook, grantLook } from '../../repositories/looks.ts'
import { hashOfSecret, newSecret } from '../../secrets.ts'
import { reason } from '../../schemas/fields.ts'
import { bodyLimit, hidden, type EntryRoutesOptions } from './forms.ts'

const minutes = z.coerce.number().int().min(5).max(120)
const code = z.string().max(200).default('')

/** How the operator looks into one account: read only, for a while, for a reason, and seen by its owners. */
export function lookPages (app: FastifyInstance, { strategy, deadlineMs, baseDomain, links: { secure } }: EntryRoutesOptions): void {
  const ofOperator = { config: { audience: 'operator' as const, transaction: false } }
  const open = { config: { audience: 'tenant' as const, entry: 'open' as const, transaction: false } }

  app.get('/look', { ...ofOperator, schema: hidden }, async (_, reply) => reply.redirect('/look/', 301))
  app.get('/look/', { ...ofOperator, schema: hidden }, async (_, reply) => reply.page('look', { title: 'Look into an account', slug: '', reason: '', error: undefined, href: undefined }))

  app.post('/look/', { ...ofOperator, bodyLimit, schema: { ...hidden, body: z.object({ slug: z.string().max(63).trim().toLowerCase(), reason: z.string().max(2000).trim(), minutes }) } }, async (request, reply) => {
    const asked = request.body as { slug: string, reason: string, minutes: number }
    const found = await strategy.findTenant(asked.slug)
    const tenant = found?.by === 'name' && found.tenant.status === 'active' ? found.tenant : undefined
    const wrong: AppError | undefined = tenant === undefined
      ? new InvalidInputError('There is no active account of this name.')
      : reason.safeParse(asked.reason).success ? undefined : new InvalidInputError('Say why, in 1 to 500 characters: the owners of the account can read it.')
    if (tenant === undefined || wrong !== undefined) {
      return reply.code(wrong?.status ?? 400).page('look', { title: 'Look into an account', slug: asked.slug, reason: asked.reason, error: wrong?.message, href: undefined })
    }
    const secret = newSecret()
    const { scope, transaction } = await strategy.beginTenant(tenant, { readOnly: false, deadlineMs })
    try {
      await grantLook(scope, { reason: asked.reason, minutes: asked.minutes, actor: `operator from ${request.ip}`, codeHash: hashOfSecret(secret) })
      await transaction.commit()
    } finally {
      await transaction.rollback()
    }
    request.log.info({ tenant: tenant.slug, minutes: asked.minutes }, 'the operator was let look into an account')
    const port = /:\d+$/.exec(request.host)?.[0] ?? ''
    // A link, because a form that leads to another host is none that the browser follows.
    const href = `${secure ? 'https' : request.protocol}://${tenant.slug}.${baseDomain}${port}/look/begin/?code=${secret}`
    return reply.page('look', { title: 'Look into an account', slug: asked.slug, reason: asked.reason, error: undefined, href })
  })

  // A form of this host's own is what begins it, so that no page elsewhere can make a browser begin one.
  app.get('/look/begin/', { ...open, schema: { ...hidden, querystring: z.object({ code }) } }, async (request, reply) =>
    reply.page('look-begin', { title: 'Look into this account', code: (request.query as { code: string }).code }))

  app.post('/look/begin/', { ...open, bodyLimit, schema: { ...hidden, body: z.object({ code }) } }, async (request, reply) => {
    const { code } = request.body as { code: string }
    await request.inTransaction('nobody', async scope => {
      const secret = newSecret()
      const until = await beginLook(scope, hashOfSecret(code), hashOfSecret(secret))
      if (until === undefined) throw new NotFoundError('This was used, or is too old. Begin again on the operator\'s host.')
      request.server.keepToken(reply, secret, until)
    })
    return reply.redirect('/', 303)
  })
}
