import type { Pagination } from '../../plugins/page-data.ts'

const linksBefore = 10
const linksAfter = 9
/** A gap of more pages than this has a link to its middle, from where one halves the way again. */
const longGap = 100

/**
 * The page links of a listing: its neighbours, always the first and the last page, and the middle of what lies far between.
 *
 * @param lastHref the address of the last page, for where nobody knows its number
 */
export function paginate ({ page, pages, precision }: Pick<Pagination, 'page' | 'pages' | 'precision'>, hrefOf: (page: number) => string, lastHref: string): Omit<Pagination, 'sizes' | 'asked' | 'lastHref'> {
  const isExact = precision === 'exact'
  const links: Pagination['links'] = []
  const first = Math.max(1, page - linksBefore)
  const last = Math.min(pages, page + linksAfter)
  const link = (number: number): void => { links.push({ kind: 'page', page: number, href: hrefOf(number), current: number === page }) }
  const gap = (from: number, to: number): void => {
    links.push({ kind: 'gap' })
    if (to - from <= longGap) return
    link(Math.round((from + to) / 2))
    links.push({ kind: 'gap' })
  }
  if (first > 1) link(1)
  if (first > 2) gap(1, first)
  for (let number = first; number <= last; number++) link(number)
  // How many there are is not known: they may end here.
  if (!isExact) links.push({ kind: 'gap' }, { kind: 'last', href: lastHref })
  else if (last < pages - 1) gap(last, pages)
  if (isExact && last < pages) link(pages)
  return {
    page,
    pages,
    precision,
    links,
    previousHref: page > 1 ? hrefOf(page - 1) : undefined,
    // Where more rows are known of than were counted, the page is not the last.
    nextHref: page < pages || precision === 'at least' ? hrefOf(page + 1) : undefined
  }
}
