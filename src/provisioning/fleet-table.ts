import type { TenantMigrations } from './fleet.ts'

/** An error may be a page long. */
const leastErrorWidth = 30

/** A table of tenants' databases, as wide as the screen; beyond a screen's, an error has 100 characters. */
export function formatFleet (tenants: readonly TenantMigrations[], columns: number | undefined): string {
  const head = ['tenant', 'database', 'version', 'state', 'took', 'when', 'last error']
  const rows = tenants.map(({ slug, database, version, state, tookMs, changedAt, error }) => [
    slug, database, version === '' ? '-' : version, state, tookMs === undefined ? '-' : `${(tookMs / 1000).toFixed(1)} s`,
    changedAt === undefined ? '-' : `${changedAt.toISOString().slice(0, 19)}Z`, (error ?? '').replace(/\s+/g, ' ')])
  const widths = head.slice(0, -1).map((title, column) => Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0)))
  const before = widths.reduce((total, width) => total + width + 2, 0)
  const errorWidth = columns === undefined ? 100 : Math.max(leastErrorWidth, columns - before)
  const line = (cells: string[]): string => cells.map((cell, column) => column < widths.length ? cell.padEnd(widths[column] ?? 0) : cut(cell, errorWidth)).join('  ').trimEnd()
  return [head, ...rows].map(line).join('\n')
}

function cut (text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
