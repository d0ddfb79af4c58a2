/** A column of a table of text. */
export interface TextColumn<Row> {
  title: string
  value: (row: Row) => string
  /** Numbers stand at the right. */
  right?: boolean
}

// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text that somebody else wrote, for a terminal: without what would move the cursor, or turn the line round. */
export function printable (text: string): string {
  return text.replace(unprintable, '\ufffd')
}

/** Lines of aligned columns, their titles first. */
export function formatTable<Row> (columns: ReadonlyArray<TextColumn<Row>>, rows: readonly Row[]): string {
  const cells = [columns.map(({ title }) => title), ...rows.map(row => columns.map(({ value }) => printable(value(row))))]
  const widths = columns.map((_, index) => Math.max(...cells.map(line => (line[index] ?? '').length)))
  return cells.map(line => line.map((cell, index) => columns[index]?.right === true ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)).join('  ').trimEnd()).join('\n')
}

const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** 512 B, 1.4 MB. */
export function formatBytes (bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1000)))
  const value = bytes / 1000 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`
}
