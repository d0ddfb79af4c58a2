import type { Pagination } from '../../plugins/views.ts'

const linksBefore = 10
const linksAfter = 9

/**
 * The page links of a listing: its neighbours, and always the first and the last page.
 *
 * @param lastHref the address of the last page, for where nobody knows its number
 */
export function paginate ({ page, pages, precision }: Pick<Pagination, 'page' | 'pages' | 'precision'>, hrefOf: (page: number) => string, lastHref: string): Pagination {
  const isExact = precision === 'exact'
  const links: Pagination['links'] = []
  const first = Math.max(1, page - linksBefore)
  const last = Math.min(pages, page + linksAfter)
  const link = (number: number): void => { links.push({ kind: 'page', page: number, href: hrefOf(number), current: number === page }) }
  if (first > 1) link(1)
  if (first > 2) links.push({ kind: 'gap' })
  for (let number = first; number <= last; number++) link(number)
  if (!isExact || last < pages - 1) links.push({ kind: 'gap' })
  if (!isExact) links.push({ kind: 'last', href: lastHref })
  else if (last < pages) link(pages)
  return {
    page,
    pages,
    precision,
    links,
    previousHref: page > 1 ? hrefOf(page - 1) : undefined,
    nextHref: page < pages ? hrefOf(page + 1) : undefined
  }
}
