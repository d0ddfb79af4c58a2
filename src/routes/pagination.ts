import type { Pagination } from '../plugins/views.ts'

const linksBefore = 10
const linksAfter = 9

/** The page links of a listing: its neighbours, and always the first and the last page. */
export function paginate ({ page, pages }: { page: number, pages: number }, hrefOf: (page: number) => string): Pagination {
  const neighbours = Array.from({ length: linksBefore + 1 + linksAfter }, (_, index) => page - linksBefore + index)
  const numbers = [...new Set([1, ...neighbours.filter(number => number >= 1 && number <= pages), pages])]
  return {
    page,
    pages,
    links: numbers.flatMap((number, index) => [
      ...(index > 0 && number - (numbers[index - 1] ?? 0) > 1 ? [{ kind: 'gap' as const }] : []),
      { kind: 'page' as const, page: number, href: hrefOf(number), current: number === page }
    ]),
    previousHref: page > 1 ? hrefOf(page - 1) : undefined,
    nextHref: page < pages ? hrefOf(page + 1) : undefined
  }
}
