import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'

export type Precision = 'exact' | 'about' | 'at least'

/** A moment, as a page shows it. */
interface ShownTime {
  /** For programs. */
  datetime: string
  text: string
  /** The language that `text` is in, which need not be that of the page. */
  lang: string
}

/** Writes numbers and times as somebody reads them. The words around them are English. */
export interface ReaderFormats {
  /** 12 · about 938,000 · more than 100,000 */
  quantity: (count: number, precision?: Precision) => string
  /** 0.50 */
  decimal: (value: number, digits: 0 | 1 | 2) => string
  /** 51% */
  percent: (share: number) => string
  /** 4 May 2026, 09:30 UTC */
  shortTime: (at: Date | string) => string
  /** For the template `time.eta`. */
  time: (at: Date | string) => ShownTime
  /** The same to the second. */
  exactTime: (at: Date | string) => ShownTime
}

/** Where nothing is known of the reader. */
const fallback = { locale: 'en-GB', timeZone: 'UTC' }

/** Making them is slow, and whoever asks chooses which: so many are kept, some megabytes at most. */
const kept = new LRUCache<string, ReaderFormats>({ max: 100 })

/** Of whoever reads without having said how. */
export const defaultFormats = formatsFor(fallback.locale, fallback.timeZone)

/** The formats of whoever asks: of the first language of theirs that is known here, and of the time zone that their browser has told. */
export function readerFormats (request: FastifyRequest): ReaderFormats {
  const locale = localeOf(request)
  const timeZone = timeZoneOf(request)
  if (locale === fallback.locale && timeZone === fallback.timeZone) return defaultFormats
  const key = `${locale} ${timeZone}`
  const known = kept.get(key)
  if (known !== undefined) return known
  const formats = formatsFor(locale, timeZone)
  kept.set(key, formats)
  return formats
}

/** Nobody reads more languages than this; a header can name thousands. */
const mostLanguages = 10

function localeOf (request: FastifyRequest): string {
  const languages = request.headers['accept-language'] === undefined ? [] : request.accepts().languages()
  for (const language of Array.isArray(languages) ? languages.slice(0, mostLanguages) : []) {
    const locale = knownLocale(language)
    if (locale !== undefined) return locale
  }
  return fallback.locale
}

/** Without what a tag may carry beside the language and the place: it would make endless different ones. */
function knownLocale (tag: string): string | undefined {
  try {
    const { baseName } = new Intl.Locale(tag.slice(0, 100))
    const [known] = Intl.DateTimeFormat.supportedLocalesOf(baseName)
    if (known === undefined) return undefined
    // Variants, and languages of places where nobody speaks them, are formatted as the language is.
    const { language, script, region } = new Intl.Locale(known)
    return [language, script, region].filter(part => part !== undefined).join('-')
  } catch {
    return undefined
  }
}

const knownTimeZones = new LRUCache<string, string>({ max: 1000 })

/** As `zone.js` leaves it with the browser; any site of a neighbouring name could, too. */
function timeZoneOf ({ cookies }: FastifyRequest): string {
  // Where the host was refused, nobody has looked for cookies yet.
  const name = (cookies as FastifyRequest['cookies'] | null)?.['zone']
  if (name === undefined || !/^[A-Za-z][A-Za-z0-9_+/-]{1,39}$/.test(name)) return fallback.timeZone
  const timeZone = knownTimeZones.get(name) ?? knownTimeZone(name)
  knownTimeZones.set(name, timeZone)
  return timeZone
}

/** A zone has several names, in letters of any size. */
function knownTimeZone (name: string): string {
  try {
    return new Intl.DateTimeFormat(fallback.locale, { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return fallback.timeZone
  }
}

function formatsFor (locale: string, timeZone: string): ReaderFormats {
  const number = once(() => new Intl.NumberFormat(locale))
  const rough = once(() => new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }))
  const decimals = [0, 1, 2].map(digits => once(() => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })))
  const percent = once(() => new Intl.NumberFormat(locale, { style: 'percent' }))
  const toTheMinute = { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short', timeZone } as const
  const short = once(() => new Intl.DateTimeFormat(locale, toTheMinute))
  const exact = once(() => new Intl.DateTimeFormat(locale, { ...toTheMinute, second: '2-digit' }))
  const shown = (format: () => Intl.DateTimeFormat) => (at: Date | string): ShownTime =>
    ({ datetime: new Date(at).toISOString(), text: format().format(new Date(at)), lang: locale })
  // The numbers of pages and rows that most pages show, again and again.
  const small: string[] = []
  const exactly = (count: number): string => {
    if (!Number.isInteger(count) || count < 0 || count >= 1000) return number().format(count)
    small[count] ??= number().format(count)
    return small[count]
  }
  return {
    quantity: (count, precision = 'exact') => {
      if (precision === 'about') return `about ${rough().format(count)}`
      return precision === 'at least' ? `more than ${exactly(count)}` : exactly(count)
    },
    decimal: (value, digits) => (decimals[digits] ?? number)().format(value),
    percent: share => percent().format(share),
    shortTime: at => short().format(new Date(at)),
    time: shown(short),
    exactTime: shown(exact)
  }
}

function once<T> (make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
