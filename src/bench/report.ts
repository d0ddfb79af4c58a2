import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import type { BenchReport } from './bench.ts'
import { lineChart, ratioChart } from './charts.ts'
import { isMet, type Figure, type Target } from './figures.ts'

/** The report as lines of text, a table for each group. */
export function reportAsText ({ conditions, figures, minutes }: BenchReport): string {
  const lines = Object.entries(conditions).map(([name, value]) => `${name}: ${value}`)
  for (const [group, members] of byGroup(figures)) {
    lines.push('', group)
    const rows = members.map(member => [member.name, amount(member.values.median, member.unit), amount(member.bases.median, member.unit), `${short(member.ratio.median)} (${short(member.ratio.min)} to ${short(member.ratio.max)})`, verdict(member)])
    lines.push(...table([['', 'measured', 'against', 'ratio: median (min to max)', 'target'], ...rows]))
  }
  lines.push('', `${minutes.toFixed(1)} minutes`)
  return lines.join('\n')
}

/** The report as one HTML page that needs nothing else. */
export async function reportAsHtml (report: BenchReport): Promise<string> {
  const template = await readFile(fileURLToPath(new URL('./report.eta', import.meta.url)), 'utf8')
  const groups = [...byGroup(report.figures)].map(([name, figures]) => ({
    name,
    figures: figures.map(member => ({ ...member, measured: amount(member.values.median, member.unit), against: amount(member.bases.median, member.unit), ratioText: `${short(member.ratio.median)} (${short(member.ratio.min)} to ${short(member.ratio.max)})`, verdict: verdict(member), met: isMet(member) })),
    charts: [ratioChart(figures), ...(name === 'Concurrency' ? [lineChart(figures, 'throughput, ', 'requests/s'), lineChart(figures, 'p99, ', 'ms')] : [])]
  }))
  const judged = report.figures.filter(member => member.target !== undefined)
  return new Eta().renderString(template, { ...report, groups, met: judged.filter(member => isMet(member) === true).length, judged: judged.length })
}

function byGroup (figures: readonly Figure[]): Map<string, Figure[]> {
  const groups = new Map<string, Figure[]>()
  for (const member of figures) groups.set(member.group, [...groups.get(member.group) ?? [], member])
  return groups
}

/** `met: at least 0.6`, `missed: at most 10 ms`, or nothing. */
function verdict (member: Figure): string {
  const met = isMet(member)
  return met === undefined || member.target === undefined ? '' : `${met ? 'met' : 'missed'}: ${bound(member.target, member.unit)}`
}

function bound ({ of, atMost, atLeast }: Target, unit: string): string {
  const show = (value: number): string => of === 'value' ? amount(value, unit) : short(value)
  return atMost === undefined ? `at least ${show(atLeast ?? NaN)}` : `at most ${show(atMost)}`
}

function amount (value: number, unit: string): string {
  return `${short(value)} ${unit}`
}

/** Three digits are more than the noise leaves. */
function short (value: number): string {
  return value === 0 ? '0' : new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }).format(value)
}

function table (rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(row => `  ${row.map((cell, column) => column === 0 || column === row.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)).join('   ').trimEnd()}`)
}
