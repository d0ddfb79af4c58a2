import { answeringOtherMethods } from '../../plugins/methods.ts'
import { hidden } from '../forms.ts'
import { withoutSlash } from '../without-slash.ts'
import { accountPages } from './accounts.ts'
import { chartsPage } from './charts.ts'
import type { OperatorPagesOptions } from './operator-options.ts'

/** The pages over all accounts, on the bare host: they only read. */
export function operatorPages (options: OperatorPagesOptions): ReturnType<typeof answeringOtherMethods> {
  return answeringOtherMethods(async app => {
    accountPages(app, options)
    chartsPage(app, options)
    withoutSlash(app, ['/accounts', '/account/:slug', '/charts'], { config: { audience: 'operator', transaction: false }, schema: hidden })
  })
}
