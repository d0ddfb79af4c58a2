import formBody from '@fastify/formbody'
import { CrossSiteRequestError } from '../../errors.ts'
import { isCrossSite } from '../../plugins/cross-site.ts'
import { assertFormToken } from '../../plugins/entry.ts'
import { answeringOtherMethods } from '../../plugins/methods.ts'
import { auditPages } from './audit.ts'
import type { EntryRoutesOptions } from './forms.ts'
import { lookPages } from './look.ts'
import { passwordPages } from './password.ts'
import { peoplePages } from './people.ts'
import { signInPages } from './sign-in.ts'
import { SignInLimits } from './sign-in-limits.ts'
import { tokenPages } from './tokens.ts'

/** The pages by which people get into their account and out of it, and owners say who does: where access is required. */
export function entryRoutes (options: EntryRoutesOptions): ReturnType<typeof answeringOtherMethods> {
  return answeringOtherMethods(async app => {
    await app.register(formBody)
    app.addHook('onRequest', async request => {
      if (request.method === 'POST' && isCrossSite(request)) throw new CrossSiteRequestError()
    })
    // Every form of these pages carries the token; none can be forgotten.
    app.addHook('preValidation', async request => {
      if (request.method !== 'POST') return
      const { form_token: sent } = (request.body ?? {}) as { form_token?: unknown }
      assertFormToken(request, typeof sent === 'string' ? sent : '')
    })
    const limits = new SignInLimits()
    signInPages(app, limits, options.links.sendMail)
    passwordPages(app, limits)
    peoplePages(app, options)
    tokenPages(app, options.cursors)
    auditPages(app, options.cursors)
    lookPages(app, options)
  })
}
