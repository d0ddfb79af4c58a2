import type { AttackedTable, TenantAttack, TenantAttackReport } from '../../check-rls/tenant-attacks.ts'
import type { AttacksPage } from '../../plugins/page-data.ts'

/** Who attacks whom. The name of somebody is left out where nobody may learn whether there is one. */
export interface Sides {
  self: { id: number, slug: string | undefined }
  victim: { id: number, slug: string | undefined }
}

export function attacksPage ({ role, tables, unattacked, ms }: TenantAttackReport, sides: Sides): AttacksPage {
  const all = tables.flatMap(({ attacks }) => attacks)
  return {
    title: 'Attacks on the walls',
    ...sides,
    role,
    tables: tables.map(tableOf),
    unattacked,
    total: all.length,
    through: countOf(all, 'through'),
    untried: countOf(all, 'untried'),
    leftOut: tables.reduce((sum, { leftOut }) => sum + leftOut, 0),
    ms
  }
}

function tableOf ({ name, attacks, leftOut }: AttackedTable): AttacksPage['tables'][number] {
  return { name, leftOut, through: countOf(attacks, 'through'), untried: countOf(attacks, 'untried'), attacks: attacks.map(attackOf) }
}

function attackOf ({ probe, context, sql, outcome, code, words }: TenantAttack): AttacksPage['tables'][number]['attacks'][number] {
  const as = context === 'none' ? 'no tenant named' : 'tenant' in context ? undefined : `${context.setting} = '${context.value}'`
  return { probe, as, sql, outcome, code, words }
}

function countOf (attacks: readonly TenantAttack[], outcome: TenantAttack['outcome']): number {
  return attacks.filter(attack => attack.outcome === outcome).length
}
