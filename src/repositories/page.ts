/** Which page of a listing: its number from 1 on, or the last one. */
export type PageNumber = number | 'last'

export interface PageRequest {
  page: PageNumber
  /** Rows a page. */
  size: number
}

export interface Page<Row> {
  rows: Row[]
  /** The page's number; for `last`, what that turned out to be. */
  page: number
  /** Pages in all; an empty listing has one, empty. */
  pages: number
  total: number
}

/** Counts pages of a listing; an empty one has a page as well. */
export function countPages (total: number, size: number): number {
  return Math.max(1, Math.ceil(total / size))
}
