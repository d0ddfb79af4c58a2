import { LRUCache } from 'lru-cache'
import type { FoundTenant } from './tenant.ts'

export interface DirectoryOptions {
  /** How long an answer is believed: a rename or a suspension is noticed after so long at the latest. */
  ttlMs: number
  /**
   * How long an answer is believed that the request's transaction asks the database to confirm: a tenant's in the shared
   * schema. What is older than `ttlMs` is asked for again when it is used, and used meanwhile: only the display name, which
   * nothing confirms, may be an old one then, once. By default as long as any.
   */
  confirmedTtlMs?: number
  /** How many tenants, and how many names that belong to none, are remembered. */
  size: number
}

const namesPerLookUp = 500

/** What is asked again in good time is asked for together, after so much of the time that an answer is believed. */
const gatheredFor = 0.05

/**
 * Finds tenants by slug, remembering both hits and misses for a few seconds.
 *
 * Look-ups that arrive together travel together: at any moment one statement is under way for all names that are not yet
 * known, so a flood of made-up names costs a few statements a second, not a connection each. Hits and misses
 * are remembered apart, so that the flood cannot push the real tenants out. What is asked again before anybody waits for it is
 * gathered for a while: among tens of thousands of tenants it would be a statement for nearly every request.
 */
export class TenantDirectory {
  readonly #lookUp: LookUp
  readonly #ttlMs: number
  readonly #confirmedTtlMs: number
  readonly #known: LRUCache<string, Known>
  readonly #unknown: LRUCache<string, true>
  readonly #asked = new Map<string, Question>()
  readonly #stale = new Set<string>()
  #gathering: NodeJS.Timeout | undefined
  #running = false
  /** What was forgotten while a look-up was under way: its answer may be the old one. */
  #forgotten: { names: Set<string>, all: boolean } = { names: new Set(), all: false }

  constructor (lookUp: LookUp, { ttlMs, confirmedTtlMs = ttlMs, size }: DirectoryOptions = { ttlMs: 5000, confirmedTtlMs: 60_000, size: 50_000 }) {
    this.#lookUp = lookUp
    this.#ttlMs = ttlMs
    this.#confirmedTtlMs = confirmedTtlMs
    this.#known = new LRUCache({ max: size, ttl: ttlMs })
    this.#unknown = new LRUCache({ max: size, ttl: ttlMs })
  }

  /**
   * @param confirms whether whoever asks goes on to a transaction of the tenant, which would refuse one that is not there any more
   * @returns undefined for a name that no account has or had. @throws whatever the look-up throws; that is not remembered.
   */
  async find (slug: string, { confirms = false } = {}): Promise<FoundTenant | undefined> {
    const known = this.#known.get(slug)
    const now = performance.now()
    if (known !== undefined && (confirms || now < known.believedUntil)) {
      // Asked again in good time, so that nobody who comes often ever waits.
      if (now >= known.askAgainAt) this.#askAgain(slug, known, now)
      return known.found
    }
    if (this.#unknown.get(slug) === true) return undefined
    return await this.#ask(slug)
  }

  /** Forgets one name, or all. */
  forget (slug?: string): void {
    if (slug === undefined) this.#forgotten.all = true
    else this.#forgotten.names.add(slug)
    if (slug === undefined) {
      this.#known.clear()
      this.#unknown.clear()
    } else {
      this.#known.delete(slug)
      this.#unknown.delete(slug)
    }
  }

  #askAgain (slug: string, known: Known, now: number): void {
    // Once; and later on, if there was no answer.
    known.askAgainAt = now + this.#ttlMs / 2
    this.#stale.add(slug)
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined
      for (const stale of this.#stale) this.#ask(stale).catch(() => {})
      this.#stale.clear()
    }, this.#ttlMs * gatheredFor).unref()
  }

  async #ask (slug: string): Promise<FoundTenant | undefined> {
    let question = this.#asked.get(slug)
    if (question === undefined) {
      question = openQuestion()
      this.#asked.set(slug, question)
    }
    if (!this.#running) this.#answerAll().catch(() => {})
    return await question.answer
  }

  async #answerAll (): Promise<void> {
    this.#running = true
    // One turn of the event loop, for the questions of requests that arrived together.
    await new Promise(resolve => setImmediate(resolve))
    while (this.#asked.size > 0) {
      const batch = [...this.#asked].slice(0, namesPerLookUp)
      for (const [slug] of batch) this.#asked.delete(slug)
      this.#forgotten = { names: new Set(), all: false }
      try {
        const answers = await this.#lookUp(batch.map(([slug]) => slug))
        for (const [slug, question] of batch) {
          const found = answers.get(slug)
          if (!this.#forgotten.all && !this.#forgotten.names.has(slug)) this.#remember(slug, found)
          question.resolve(found)
        }
      } catch (error) {
        for (const [, question] of batch) question.reject(error)
      }
    }
    this.#running = false
  }

  #remember (slug: string, found: FoundTenant | undefined): void {
    if (found === undefined) {
      this.#unknown.set(slug, true)
      this.#known.delete(slug)
    } else {
      const { tenant, by } = found
      const isConfirmed = tenant.database === undefined && tenant.status === 'active' && by === 'name'
      const now = performance.now()
      this.#known.set(slug, { found, believedUntil: now + this.#ttlMs, askAgainAt: now + this.#ttlMs / 2 }, { ttl: isConfirmed ? this.#confirmedTtlMs : this.#ttlMs })
    }
  }
}

/** Finds what each name leads to; names that lead nowhere are left out. */
export type LookUp = (slugs: string[]) => Promise<Map<string, FoundTenant>>

interface Known {
  found: FoundTenant
  /** Without anybody confirming it. */
  believedUntil: number
  askAgainAt: number
}

interface Question {
  answer: Promise<FoundTenant | undefined>
  resolve: (found: FoundTenant | undefined) => void
  reject: (error: unknown) => void
}

function openQuestion (): Question {
  let resolve: Question['resolve'] = () => {}
  let reject: Question['reject'] = () => {}
  const answer = new Promise<FoundTenant | undefined>((_resolve, _reject) => { resolve = _resolve; reject = _reject })
  return { answer, resolve, reject }
}
