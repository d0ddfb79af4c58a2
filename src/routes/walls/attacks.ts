import type { AttackedTable, TenantAttack, TenantAttackReport } from '../../check-rls/tenant-attacks.ts'
import type { AttacksPage } from '../../plugins/page-data.ts'
import type { RowsToFind } from '../../repositories/walls.ts'

/** Who attacks whom, and what can be told of what there is to find. */
export interface Sides {
  self: Side
  victim: Side
  /** By table, for whoever sees the rows of both. What an account is told must not depend on what others have. */
  toFind: readonly RowsToFind[] | 'nothing' | 'not told'
}

interface Side {
  id: number
  /** Left out where there is nobody, or nobody may learn whether there is. */
  slug: string | undefined
  /** Of whom it is told alone. */
  hasOwnDatabase?: boolean
}

export function attacksPage ({ role, tables, unattacked, ms }: TenantAttackReport, { self, victim, toFind }: Sides): AttacksPage {
  const shown = tables.map(table => tableOf(table, toFind))
  const all = shown.flatMap(({ attacks }) => attacks)
  return {
    title: 'Attacks on the walls',
    self,
    victim,
    isAlone: toFind === 'nothing',
    elsewhere: [self, victim].flatMap(({ slug, hasOwnDatabase }) => slug !== undefined && hasOwnDatabase === true ? [slug] : []),
    role,
    tables: shown,
    unattacked,
    total: all.length,
    through: countOf(all, 'through'),
    untried: countOf(all, 'untried'),
    fruitless: all.filter(({ finds }) => finds === 'nothing').length,
    leftOut: tables.reduce((sum, { leftOut }) => sum + leftOut, 0),
    ms
  }
}

function tableOf ({ name, attacks, leftOut }: AttackedTable, toFind: Sides['toFind']): AttacksPage['tables'][number] {
  const through = countOf(attacks, 'through')
  // What got through has found something, wherever it should be.
  return { name, leftOut, through, untried: countOf(attacks, 'untried'), attacks: attacks.map(attack => attackOf(attack, name, through > 0 ? 'not told' : toFind)) }
}

function attackOf (attack: TenantAttack, table: string, toFind: Sides['toFind']): AttacksPage['tables'][number]['attacks'][number] {
  const { probe, context, sql, outcome, code, words } = attack
  const as = context === 'none' ? 'no tenant named' : 'tenant' in context ? undefined : `${context.setting} = '${context.value}'`
  return { probe, as, sql, outcome, code, words, finds: outcome === 'no rows' ? finds(attack, table, toFind) : undefined }
}

/** What an attack that was let run and found no row could have found. */
function finds ({ isAimed }: TenantAttack, table: string, toFind: Sides['toFind']): 'something' | 'nothing' | 'unknown' | undefined {
  if (toFind === 'not told') return undefined
  if (toFind === 'nothing') return 'nothing'
  const rows = toFind.find(({ table: name }) => table === `rowhouse.${name}`)
  if (rows === undefined) return 'unknown'
  return (isAimed ? rows.ofVictim : rows.ofOthers) ? 'something' : 'nothing'
}

function countOf (attacks: ReadonlyArray<Pick<TenantAttack, 'outcome'>>, outcome: TenantAttack['outcome']): number {
  return attacks.filter(attack => attack.outcome === outcome).length
}
