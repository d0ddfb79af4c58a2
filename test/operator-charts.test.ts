import t from 'tap'
import { barLength, buckets, drawing, skyline, stackedBar, type OfSize } from '../src/routes/operator/drawing.ts'
import { KeptFigures } from '../src/routes/operator/kept-figures.ts'

const fleets: Record<string, OfSize[]> = {
  'no accounts': [],
  'one account without rows': [{ rows: 0, accounts: 1 }],
  'one account of one row': [{ rows: 1, accounts: 1 }],
  'all equal': [{ rows: 470, accounts: 2000 }],
  'one enormous account': [{ rows: 1_040_000_000, accounts: 1 }, { rows: 3, accounts: 4 }],
  'as many sizes as accounts': Array.from({ length: 2000 }, (_, index) => ({ rows: 2000 - index, accounts: 1 })),
  'nobody but accounts without rows': [{ rows: 0, accounts: 300 }]
}

t.test('bars are as long as what they stand for, and what is there at all can be seen', async t => {
  t.equal(barLength(10, 10), drawing.width)
  t.equal(barLength(5, 10), drawing.width / 2)
  t.equal(barLength(0, 10), 0)
  t.equal(barLength(0, 0), 0, 'nothing of nothing is no bar')
  t.ok(barLength(1, 1_000_000_000) > 0)
  t.equal(barLength(11, 10), drawing.width, 'none is longer than the drawing')
})

t.test('the parts of a bar add up to all of it', async t => {
  for (const [done, all, longest] of [[0, 0, 0], [0, 10, 10], [10, 10, 10], [1, 3, 7], [1, 1_000_000, 1_000_000], [999_999, 1_000_000, 5_000_000], [1, 1, 1_000_000_000]] as const) {
    const bar = stackedBar({ done, all }, longest)
    t.equal(bar.all, barLength(all, longest))
    t.ok(Number.isFinite(bar.done) && bar.done >= 0 && bar.done <= bar.all, `${done} of ${all}`)
    if (done === all) t.equal(bar.done, bar.all)
    if (done === 0) t.equal(bar.done, 0)
  }
})

t.test('accounts side by side fill the drawing, from the largest to the smallest, none higher than it is', async t => {
  for (const [title, sizes] of Object.entries(fleets)) {
    const { path, columns, lines, accountsInColumn } = skyline(sizes)
    const accounts = sizes.reduce((sum, size) => sum + size.accounts, 0)
    t.notMatch(path, /NaN|Infinity|-\d/, title)
    t.equal(columns.length, Math.min(accounts, 120), title)
    if (columns.length === 0) continue
    t.equal(columns[0]?.x, 0)
    t.equal(columns.reduce((sum, { width }) => Math.round((sum + width) * 100) / 100, 0), drawing.width, `${title}: no gap, and nothing beyond`)
    t.equal(columns[0]?.rows, sizes[0]?.rows, `${title}: the largest is shown`)
    for (const [index, { top, rows }] of columns.entries()) {
      if (!(top >= 0 && top <= drawing.height)) t.fail(`${title}: a column from ${top}`)
      if (rows === 0 && top !== drawing.height) t.fail(`${title}: a column of nothing`)
      if (rows > 0 && top >= drawing.height) t.fail(`${title}: a column that cannot be seen`)
      if (index > 0 && rows > (columns[index - 1]?.rows ?? 0)) t.fail(`${title}: out of order`)
    }
    t.ok(columns.length * accountsInColumn >= accounts, title)
    t.ok((lines.at(-1) ?? 0) >= (sizes[0]?.rows ?? 0), `${title}: the scale goes as far as the largest`)
  }
  t.strictSame(skyline(fleets['one account of one row'] ?? []).lines, [0, 1])
  t.strictSame(skyline([{ rows: 1000, accounts: 1 }]).lines, [0, 1, 10, 100, 1000])
  t.strictSame(skyline([{ rows: 1001, accounts: 1 }]).lines, [0, 1, 10, 100, 1000, 10_000])
  t.strictSame(skyline([{ rows: 1000, accounts: 1 }, { rows: 10, accounts: 2 }]).columns.map(({ top }) => top), [0, drawing.height / 2, drawing.height / 2], 'each is as high as its line')
})

t.test('every account is in one of the groups by size, and they follow each other', async t => {
  for (const [title, sizes] of Object.entries(fleets)) {
    const groups = buckets(sizes)
    const accounts = sizes.reduce((sum, size) => sum + size.accounts, 0)
    t.equal(groups.reduce((sum, group) => sum + group.accounts, 0), accounts, title)
    for (const [index, { from, to, bar }] of groups.entries()) {
      if (from > to || !Number.isFinite(bar) || (index > 0 && from !== (groups[index - 1]?.to ?? 0) + 1)) t.fail(`${title}: ${from} to ${to}`)
    }
    if (accounts > 0) t.ok((groups[0]?.accounts ?? 0) > 0 && (groups.at(-1)?.accounts ?? 0) > 0, `${title}: from the smallest to the largest`)
  }
  t.strictSame(buckets([{ rows: 5000, accounts: 1 }, { rows: 4, accounts: 2 }, { rows: 0, accounts: 3 }]).map(({ from, to, accounts }) => [from, to, accounts]),
    [[0, 0, 3], [1, 1, 0], [2, 4, 2], [5, 4999, 0], [5000, 9999, 1]], 'where nobody is, that is told once')
})

t.test('figures are read once for all who ask at a time, kept for a while, and shown on where they cannot be read anew', async t => {
  let [now, readings] = [0, 0]
  let read = async (): Promise<number> => 1
  const kept = new KeptFigures(async () => { readings++; return await read() }, { keptMs: 100, restMs: () => 10, clock: () => now })
  t.strictSame((await Promise.all([kept.get(), kept.get(), kept.get()])).map(({ figures }) => figures), [1, 1, 1])
  t.equal(readings, 1)
  now = 99
  const { readAt } = await kept.get()
  t.equal(readings, 1)

  now = 100
  read = async () => { throw new Error('too slow') }
  t.strictSame(await kept.get(), { figures: 1, readAt }, 'the older ones, and when they were read')
  t.equal(readings, 2)
  await kept.get()
  t.equal(readings, 2, 'it is given a rest')
  now = 110
  read = async () => 2
  t.match(await kept.get(), { figures: 2 })
})

t.test('where figures never were read, everybody is told why, and they are tried again after a rest', async t => {
  let [now, readings] = [0, 0]
  const kept = new KeptFigures(async () => { if (readings++ === 0) throw new Error('too slow'); return 1 }, { keptMs: 100, restMs: () => 10, clock: () => now })
  t.strictSame((await Promise.allSettled([kept.get(), kept.get()])).map(({ status }) => status), ['rejected', 'rejected'])
  await t.rejects(kept.get(), { message: 'too slow' })
  t.equal(readings, 1)
  now = 10
  t.match(await kept.get(), { figures: 1 })
})
