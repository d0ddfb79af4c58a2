import { randomUUID } from 'node:crypto'
import type { Answer, Client } from './requests.ts'

/** What must not happen, each with what was seen. */
export type Violation = { kind: 'lost' | 'doubled' | 'foreign' | 'unclean' | 'crashed' | 'leaked' | 'slow to recover' | 'memory', detail: string }

/** What a soak counts. */
export interface Tally {
  statuses: Record<number, number>
  writes: number
  reads: number
  violations: Violation[]
}

interface Known {
  /** What the project may be called: one name, or two while it is not known whether a change was made. */
  names: string[]
  /** Whether it is not known if it was deleted. */
  mayBeGone: boolean
}

interface Pending {
  key: string
  name: string
}

/** More than this a tenant does not keep, so that one list shows them all. */
const mostProjects = 120

/** One tenant that writes and reads, and remembers what it was told: what was acknowledged has to be there, and nothing else. */
export class SoakTenant {
  readonly slug: string
  readonly #client: Client
  readonly #tally: Tally
  readonly #known = new Map<number, Known>()
  /** Projects that were asked for, and nobody knows whether they were made. The same request, sent again, tells. */
  #pending: Pending[] = []
  #count = 0

  constructor (slug: string, client: Client, tally: Tally) {
    this.slug = slug
    this.#client = client
    this.#tally = tally
  }

  /** Does one thing: mostly one that changes something. @returns whether the server took it */
  async step (): Promise<boolean> {
    const dice = Math.random()
    const pending = this.#pending.at(0)
    if (pending !== undefined && dice < 0.5) return await this.#make(pending)
    if (dice < 0.35 && this.#known.size < mostProjects) return await this.#make({ key: randomUUID(), name: this.#newName() })
    if (dice < 0.5) return await this.#rename()
    if (dice < 0.62 || this.#known.size >= mostProjects) return await this.#remove()
    if (dice < 0.8) return await this.#lookAtPage()
    return await this.#list()
  }

  /** When all is quiet again: what is not known yet is found out, and everything is compared. @returns once it is known */
  async settle (): Promise<void> {
    const deadline = Date.now() + 30_000
    while (this.#pending.length > 0 && Date.now() < deadline) {
      const [pending] = this.#pending
      if (pending !== undefined && !await this.#make(pending)) await new Promise(resolve => { setTimeout(resolve, 200) })
    }
    if (this.#pending.length > 0) this.#violation('unclean', `${this.#pending.length} requests were never answered`)
    if (!await this.#list() && !await this.#list()) this.#violation('unclean', 'the list was not answered in the end')
  }

  async #make (pending: Pending): Promise<boolean> {
    if (!this.#pending.includes(pending)) this.#pending.push(pending)
    const answer = await this.#ask('POST', '/api/v1/projects', { name: pending.name }, { 'idempotency-key': pending.key })
    if (answer.status !== 201) return false
    this.#pending = this.#pending.filter(other => other !== pending)
    const { id } = JSON.parse(answer.body) as { id: number }
    if (this.#known.has(id)) this.#violation('doubled', `project ${id} was made twice`)
    this.#known.set(id, { names: [pending.name], mayBeGone: false })
    this.#tally.writes++
    return true
  }

  async #rename (): Promise<boolean> {
    const [id, known] = this.#any() ?? []
    if (id === undefined || known === undefined) return true
    const name = this.#newName()
    const before = known.names
    known.names = [...before, name]
    const answer = await this.#ask('PATCH', `/api/v1/projects/${id}`, { name })
    if (answer.status === 200) {
      known.names = [name]
      known.mayBeGone = false
      this.#tally.writes++
      return true
    }
    if (answer.status === 404) this.#gone(id, known)
    return false
  }

  async #remove (): Promise<boolean> {
    const [id, known] = this.#any() ?? []
    if (id === undefined || known === undefined) return true
    const couldBeGone = known.mayBeGone
    known.mayBeGone = true
    const answer = await this.#ask('DELETE', `/api/v1/projects/${id}`)
    if (answer.status === 204) {
      this.#known.delete(id)
      this.#tally.writes++
      return true
    }
    if (answer.status === 404) {
      known.mayBeGone = couldBeGone
      this.#gone(id, known)
    }
    return false
  }

  /** A project that is not there, as it turned out. */
  #gone (id: number, { mayBeGone, names }: Known): void {
    if (!mayBeGone) this.#violation('lost', `project ${id} (${names.join(' or ')}) is not there`)
    this.#known.delete(id)
  }

  /** Compares all that there is with all that is known. Nobody else writes here. */
  async #list (): Promise<boolean> {
    const answer = await this.#ask('GET', '/api/v1/projects?limit=200')
    if (answer.status !== 200) return false
    const { data } = JSON.parse(answer.body) as { data: Array<{ id: number, name: string }> }
    const present = new Map(data.map(({ id, name }) => [id, name]))
    for (const [id, known] of [...this.#known]) {
      const name = present.get(id)
      if (name === undefined) this.#gone(id, known)
      else if (!known.names.includes(name)) this.#violation('lost', `project ${id} is called ${name}, not ${known.names.join(' or ')}`)
      else known.names = [name]
      if (name !== undefined) known.mayBeGone = false
    }
    for (const [id, name] of present) {
      if (this.#known.has(id)) continue
      // Of a request that nobody has had an answer to yet.
      if (!this.#pending.some(pending => pending.name === name)) this.#violation('doubled', `project ${id} (${name}) is there, and nobody knows why`)
    }
    if (new Set(present.values()).size !== present.size) this.#violation('doubled', 'two projects have one name')
    this.#tally.reads++
    return true
  }

  async #lookAtPage (): Promise<boolean> {
    const answer = await this.#ask('GET', '/subtasks/', undefined, { accept: 'text/html' })
    if (answer.status === 200) this.#tally.reads++
    return answer.status === 200
  }

  async #ask (method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer> {
    const answer = await this.#client.ask(`${this.slug}.localhost`, path, { method, ...(body === undefined ? {} : { body }), ...(headers === undefined ? {} : { headers }) })
    this.#tally.statuses[answer.status] = (this.#tally.statuses[answer.status] ?? 0) + 1
    const foreign = [...answer.body.matchAll(/\bsoak-\d+\b/g)].map(([slug]) => slug).find(slug => slug !== this.slug)
    if (foreign !== undefined) this.#violation('foreign', `${method} ${path} showed something of ${foreign}`)
    const isClean = [0, 200, 201, 204, 404].includes(answer.status) ||
      // A request under the same key may be under way still, on a connection that has hung up.
      (answer.status === 409 && headers?.['idempotency-key'] !== undefined) ||
      ([429, 503].includes(answer.status) && answer.headers['retry-after'] !== undefined)
    if (!isClean) this.#violation('unclean', `${method} ${path} was answered ${answer.status}: ${answer.body.slice(0, 200)}`)
    return answer
  }

  #any (): [number, Known] | undefined {
    const all = [...this.#known]
    return all[Math.floor(Math.random() * all.length)]
  }

  #newName (): string {
    return `${this.slug} project ${this.#count++}`
  }

  #violation (kind: Violation['kind'], detail: string): void {
    this.#tally.violations.push({ kind, detail: `${this.slug}: ${detail}` })
  }
}
