import type { Pagination } from '../plugins/views.ts'

const linksBefore = 10
const linksAfter = 9

/**
 * The page links of a listing: its neighbours, and always the first and the last page.
 *
 * @param lastHref the address of the last page, for where nobody knows its number
 */
export function paginate ({ page, pages, precision }: Pick<Pagination, 'page' | 'pages' | 'precision'>, hrefOf: (page: number) => string, lastHref: string): Pagination {
  const neighbours = Array.from({ length: linksBefore + 1 + linksAfter }, (_, index) => page - linksBefore + index)
  const isExact = precision === 'exact'
  const numbers = [...new Set([1, ...neighbours.filter(number => number >= 1 && number <= pages), ...(isExact ? [pages] : [])])]
  return {
    page,
    pages,
    precision,
    links: [
      ...numbers.flatMap((number, index) => [
        ...(index > 0 && number - (numbers[index - 1] ?? 0) > 1 ? [{ kind: 'gap' as const }] : []),
        { kind: 'page' as const, page: number, href: hrefOf(number), current: number === page }
      ]),
      ...(isExact ? [] : [{ kind: 'gap' as const }, { kind: 'last' as const, href: lastHref }])
    ],
    previousHref: page > 1 ? hrefOf(page - 1) : undefined,
    nextHref: page < pages ? hrefOf(page + 1) : undefined
  }
}
