import { answeringOtherMethods } from '../../plugins/methods.ts'
import { hidden } from '../forms.ts'
import { accountPages } from './accounts.ts'
import { chartsPage } from './charts.ts'
import type { OperatorPagesOptions } from './operator-options.ts'

/** The pages over all accounts, on the bare host: they only read. */
export function operatorPages (options: OperatorPagesOptions): ReturnType<typeof answeringOtherMethods> {
  return answeringOtherMethods(async app => {
    accountPages(app, options)
    chartsPage(app, options)
    const redirect = { config: { audience: 'operator' as const, transaction: false }, schema: hidden }
    // Whoever types an address leaves the slash off.
    for (const path of ['/accounts', '/account/:slug', '/charts']) {
      app.get(path, redirect, async ({ url }, reply) => {
        const [address = '', ...query] = url.split('?')
        return reply.redirect([`${address}/`, ...query].join('?'), 301)
      })
    }
  })
}
