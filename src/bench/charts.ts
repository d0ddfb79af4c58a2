import type { Figure } from './figures.ts'

const width = 860
const labelWidth = 300
const rowHeight = 30
const axisHeight = 34

/** Every figure as a line of dots, one for each round, on an axis of ratios; 1 is the base. An SVG element, as text. */
export function ratioChart (figures: readonly Figure[]): string {
  const scale = logarithmic(figures.flatMap(({ ratios, target }) => [...ratios.filter(ratio => ratio > 0), 1, ...(target?.of === 'ratio' ? [target.atMost ?? target.atLeast ?? 1] : [])]))
  const height = figures.length * rowHeight + axisHeight
  const rows = figures.map(({ name, ratios, ratio, target }, index) => {
    const y = index * rowHeight + rowHeight / 2
    const bound = target?.of === 'ratio' ? target.atMost ?? target.atLeast : undefined
    return `<g><text x="${labelWidth - 12}" y="${y + 4}" text-anchor="end">${escape(name)}</text>` +
      `<line class="row" x1="${labelWidth}" x2="${width}" y1="${y}" y2="${y}"/>` +
      (bound === undefined ? '' : `<path class="target" d="M${scale.at(bound)} ${y - 11}v22"><title>target: ${target?.atMost === undefined ? 'at least' : 'at most'} ${short(bound)}</title></path>`) +
      `<line class="range" x1="${scale.at(ratio.min)}" x2="${scale.at(ratio.max)}" y1="${y}" y2="${y}"/>` +
      ratios.map(value => `<circle class="round" cx="${scale.at(value)}" cy="${y}" r="3.5"/>`).join('') +
      `<path class="median" d="M${scale.at(ratio.median)} ${y - 8}v16"><title>median ${short(ratio.median)}</title></path></g>`
  })
  const axis = scale.ticks.map(tick => `<g class="tick"><line x1="${scale.at(tick)}" x2="${scale.at(tick)}" y1="0" y2="${height - axisHeight}"${tick === 1 ? ' class="base"' : ''}/>` +
    `<text x="${scale.at(tick)}" y="${height - axisHeight + 20}" text-anchor="middle">${short(tick)}</text></g>`)
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Ratios of each round, median and range">${axis.join('')}${rows.join('')}</svg>`
}

/** The figures whose name begins with a text, in their order, joined by a line. An SVG element, as text. */
export function lineChart (figures: readonly Figure[], beginning: string, unit: string): string {
  const points = figures.filter(({ name }) => name.startsWith(beginning))
  const [left, right, top, bottom] = [70, width - 20, 20, 220]
  const highest = Math.max(...points.map(({ values }) => values.max), 1)
  const x = (index: number): number => points.length === 1 ? (left + right) / 2 : left + (right - left) * index / (points.length - 1)
  const y = (value: number): number => bottom - (bottom - top) * value / highest
  const grid = [0, 0.25, 0.5, 0.75, 1].map(part => `<g class="tick"><line x1="${left}" x2="${right}" y1="${y(part * highest)}" y2="${y(part * highest)}"/>` +
    `<text x="${left - 8}" y="${y(part * highest) + 4}" text-anchor="end">${short(part * highest)}</text></g>`)
  const marks = points.map(({ name, values }, index) => `<line class="range" x1="${x(index)}" x2="${x(index)}" y1="${y(values.min)}" y2="${y(values.max)}"/>` +
    `<circle class="point" cx="${x(index)}" cy="${y(values.median)}" r="4"><title>${short(values.median)} ${unit}</title></circle>` +
    `<text x="${x(index)}" y="${bottom + 20}" text-anchor="middle">${escape(name.slice(beginning.length))}</text>`)
  const line = `<polyline class="line" points="${points.map(({ values }, index) => `${x(index)},${y(values.median)}`).join(' ')}"/>`
  return `<svg viewBox="0 0 ${width} ${bottom + 34}" role="img" aria-label="${escape(beginning.replace(/, $/, ''))} in ${unit}"><text x="${left}" y="12">${escape(beginning.replace(/, $/, ''))}, ${unit}</text>${grid.join('')}${line}${marks.join('')}</svg>`
}

interface Scale {
  ticks: number[]
  at: (value: number) => number
}

/** Half as much and twice as much lie equally far from 1. */
function logarithmic (values: readonly number[]): Scale {
  const low = Math.log2(Math.min(...values, 0.5)) - 0.2
  const high = Math.log2(Math.max(...values, 2)) + 0.2
  const step = Math.max(1, Math.ceil((high - low) / 10))
  const first = Math.ceil(low / step) * step
  const ticks = Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, index) => 2 ** (first + index * step))
  const right = width - 24
  return { ticks, at: value => Math.round(labelWidth + (right - labelWidth) * (Math.log2(Math.max(value, 2 ** low)) - low) / (high - low)) }
}

function short (value: number): string {
  return new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }).format(value)
}

function escape (text: string): string {
  return text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)
}
