import { answeringOtherMethods } from '../../plugins/methods.ts'
import { auditPages } from './audit.ts'
import { formAddresses } from '../form-addresses.ts'
import { hidden, takeForms } from '../forms.ts'
import { withoutSlash } from '../without-slash.ts'
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
    const manage = { config: { audience: 'tenant' as const, needs: 'manage' as const, transaction: false }, schema: hidden }
    formAddresses(app, ['remove', 'role', 'activate', 'deactivate', 'link'].map(form => `/people/:id/${form}/`), '/people/', manage)
    formAddresses(app, ['/tokens/:id/revoke/'], '/tokens/', manage)
    formAddresses(app, ['/looks/:id/end/'], '/audit/', manage)
    formAddresses(app, ['/sessions/end-others/', '/sessions/:id/end/'], '/sessions/', { config: { audience: 'tenant', needs: 'look', transaction: false }, schema: hidden })
    formAddresses(app, ['/sign-out/'], '/', { config: { audience: 'tenant', entry: 'open', transaction: false }, schema: hidden })
    withoutSlash(app, ['/sign-in', '/link', '/look/begin'], { config: { audience: 'tenant', entry: 'open', transaction: false }, schema: hidden })
    withoutSlash(app, ['/sessions', '/password'], { config: { audience: 'tenant', needs: 'look', transaction: false }, schema: hidden })
    withoutSlash(app, ['/people', '/tokens', '/audit', '/audit/verification'], manage)
    withoutSlash(app, ['/look'], { config: { audience: 'operator', transaction: false }, schema: hidden })
  })
}
