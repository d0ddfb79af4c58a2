import type { TenancyStrategy } from '../../tenancy/strategy.ts'
import type { CursorSealer } from '../api/cursor.ts'

export interface OperatorPagesOptions {
  strategy: TenancyStrategy
  cursors: CursorSealer
  deadlineMs: number
  baseDomain: string
  /** Whether people come over https. */
  secure: boolean
}
