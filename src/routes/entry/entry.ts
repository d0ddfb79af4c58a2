import type { FastifyContextConfig, FastifyInstance } from 'fastify'
import { answeringOtherMethods } from '../../plugins/methods.ts'
import { auditPages } from './audit.ts'
import { hidden, takeForms } from '../forms.ts'
import type { EntryRoutesOptions } from './entry-options.ts'
import { lookPages } from './look.ts'
import { passwordPages } from './password.ts'
import { peoplePages } from './people.ts'
import { signInPages } from './sign-in.ts'
import { HashingTurns } from './hashing-turns.ts'
import { SignInLimits } from './sign-in-limits.ts'
import { tokenPages } from './tokens.ts'

/** The pages by which people get into their account and out of it, and owners say who does: where access is required. */
export function entryRoutes (options: EntryRoutesOptions): ReturnType<typeof answeringOtherMethods> {
  return answeringOtherMethods(async app => {
    await takeForms(app)
    const checks = { limits: new SignInLimits(), turns: new HashingTurns() }
    signInPages(app, checks, options)
    passwordPages(app, checks, options)
    peoplePages(app, options)
    tokenPages(app, options.cursors)
    auditPages(app, options.cursors)
    lookPages(app, options)
    withoutSlash(app, ['/sign-in', '/link', '/look/begin'], { audience: 'tenant', entry: 'open', transaction: false })
    withoutSlash(app, ['/sessions', '/password'], { audience: 'tenant', needs: 'look', transaction: false })
    withoutSlash(app, ['/people', '/tokens', '/audit', '/audit/verification'], { audience: 'tenant', needs: 'manage', transaction: false })
    withoutSlash(app, ['/look'], { audience: 'operator', transaction: false })
  })
}

/** Whoever types an address leaves the slash off. */
function withoutSlash (app: FastifyInstance, paths: readonly string[], config: FastifyContextConfig): void {
  for (const path of paths) {
    app.get(path, { config, schema: hidden }, async ({ url }, reply) => {
      const query = url.indexOf('?')
      return reply.redirect(`${path}/${query === -1 ? '' : url.slice(query)}`, 301)
    })
  }
}
