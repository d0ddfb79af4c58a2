import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { mistakeOf, type Expectation } from './answers.ts'
import type { FaultWindows } from './fault-windows.ts'
import { kinds, Model, parents, type Kind, type Row, type Shown, type State } from './model.ts'
import type { Answer, Client } from './requests.ts'
import type { Tally, Violation } from './tally.ts'

interface Pending {
  key: string
  kind: Kind
  parent: Row | undefined
  name: string
  isRepeated: boolean
}

/** Of a single row; whether it is a loss is told where it is known what the row was. */
const notThere = 404

/** More than this a tenant does not keep, so that one list shows them all. */
const most: Readonly<Record<Kind, number>> = { projects: 40, tasks: 80, subtasks: 160 }

/** One tenant that writes and reads, and remembers what it was told: what was acknowledged has to be there, and nothing else. */
export class SoakTenant {
  readonly slug: string
  /** When the last requests began that were taken, one that changed something and one that looked. */
  served = { write: -Infinity, read: -Infinity }
  /** Until both have been taken that began after this, nothing else is done. */
  soughtFrom = -Infinity
  readonly #client: Client
  readonly #tally: Tally
  readonly #windows: FaultWindows
  readonly #model = new Model()
  /** Rows that were asked for, and nobody knows whether they were made. The same request, sent again, tells. */
  #pending: Pending[] = []
  #count = 0

  constructor (slug: string, client: Client, tally: Tally, windows: FaultWindows) {
    this.slug = slug
    this.#client = client
    this.#tally = tally
    this.#windows = windows
  }

  /** Does one thing: mostly one that changes something. @returns whether the server took it */
  async step (): Promise<boolean> {
    if (this.served.read < this.soughtFrom) return await this.#list(pick(kinds) ?? 'projects')
    if (this.served.write < this.soughtFrom) return await this.#write()
    const dice = Math.random()
    const pending = this.#pending.at(0)
    if (pending !== undefined && dice < 0.5) return await this.#make(pending)
    const fresh = dice < 0.35 ? this.#imagine() : undefined
    if (fresh !== undefined) return await this.#make(fresh)
    const row = this.#any()
    if (row === undefined || dice > 0.9) return await this.#list(pick(kinds) ?? 'projects')
    if (dice < 0.55) return await this.#change(row)
    if (dice < 0.68 && !this.#isAwaited(row)) return await this.#remove(row)
    return dice < 0.8 ? await this.#lookAtPage() : await this.#look(row)
  }

  async #write (): Promise<boolean> {
    const pending = this.#pending.at(0) ?? this.#imagine()
    if (pending !== undefined) return await this.#make(pending)
    const row = this.#any()
    return row === undefined || await this.#change(row)
  }

  /** When all is quiet again: what is not known yet is found out, and everything is compared. @returns once it is known */
  async settle (): Promise<void> {
    const deadline = Date.now() + 30_000
    while (this.#pending.length > 0 && Date.now() < deadline) {
      const [pending] = this.#pending
      if (pending !== undefined && !await this.#make(pending)) await delay(200)
    }
    if (this.#pending.length > 0) this.#violation('unclean', `${this.#pending.length} requests were never answered`)
    for (const kind of kinds) if (!await this.#list(kind)) this.#violation('unclean', `the list of ${kind} was not answered in the end`)
  }

  /** A row to make, where there is room for one and something that it can belong to. */
  #imagine (): Pending | undefined {
    const kind = pick(kinds) ?? 'projects'
    const parentKind = parents[kind]?.kind
    const parent = parentKind === undefined ? undefined : pick(this.#model.rowsOf(parentKind).filter(row => !row.mayBeGone))
    if (this.#model.rowsOf(kind).length >= most[kind] || (parentKind !== undefined && parent === undefined)) return undefined
    return { key: randomUUID(), kind, parent, name: this.#newName(), isRepeated: false }
  }

  async #make (pending: Pending): Promise<boolean> {
    const { kind, parent, name, key } = pending
    if (!this.#pending.includes(pending)) this.#pending.push(pending)
    const body = { name, ...(parent === undefined ? {} : { [parents[kind]?.field ?? '']: parent.id }) }
    // What was under the same key before may be under way still.
    const answer = await this.#ask('POST', `/api/v1/${kind}`, { status: 201, ...(pending.isRepeated ? { alsoRefused: [409] } : {}) }, body, { 'idempotency-key': key })
    pending.isRepeated = true
    if (answer.status !== 201) return false
    this.#pending = this.#pending.filter(other => other !== pending)
    const { id } = JSON.parse(answer.body) as Shown
    if (this.#model.find(kind, id) !== undefined) this.#violation('doubled', `${kind} ${id} was made twice`)
    this.#model.add({ kind, id, parent, states: [{ name, isComplete: false }], mayBeGone: false })
    this.#tally.writes++
    return true
  }

  async #change (row: Row): Promise<boolean> {
    const { kind, id, states } = row
    const [change, method, path, body] = this.#someChange(row)
    this.#model.expect(row, change)
    const answer = await this.#ask(method, path, { status: 200, alsoRefused: [notThere] }, body)
    if (answer.status === 200) {
      // It may have been any of several things before: of those, the change leaves some.
      row.states = states.map(state => ({ ...state, ...change }))
      if (!this.#model.see(row, JSON.parse(answer.body) as Shown)) this.#violation('lost', `${kind} ${id} is ${answer.body} after a change to ${JSON.stringify(change)}`)
      this.#tally.writes++
      return true
    }
    if (answer.status === notThere) this.#gone(row)
    return false
  }

  #someChange ({ kind, id }: Row): [change: Partial<State>, method: string, path: string, body?: object] {
    const path = `/api/v1/${kind}/${id}`
    const dice = Math.random()
    if (kind === 'projects' || dice < 0.4) {
      const name = this.#newName()
      return [{ name }, 'PATCH', path, { name }]
    }
    if (dice < 0.8) return [{ isComplete: true }, 'POST', `${path}/complete`]
    return [{ isComplete: false }, 'PATCH', path, { is_complete: false }]
  }

  async #remove (row: Row): Promise<boolean> {
    const { kind, id } = row
    const family = this.#model.familyOf(row)
    const before = family.map(one => one.mayBeGone)
    for (const one of family) one.mayBeGone = true
    const answer = await this.#ask('DELETE', `/api/v1/${kind}/${id}${kind === 'subtasks' ? '' : '?cascade=true'}`, { status: 204, alsoRefused: [notThere] })
    if (answer.status === 204) {
      this.#model.remove(row)
      this.#tally.writes++
      return true
    }
    if (answer.status === notThere) {
      for (const [index, one] of family.entries()) one.mayBeGone = before[index] ?? false
      this.#gone(row)
    }
    return false
  }

  /** Whether something is asked for that belongs to the row, or to what belongs to it. */
  #isAwaited (row: Row): boolean {
    return this.#pending.some(({ parent }) => parent === row || (parent !== undefined && parent.parent === row))
  }

  /** A row that is not there, as it turned out. What belonged to it is gone with it, which lists will tell. */
  #gone (row: Row): void {
    if (!row.mayBeGone) this.#violation('lost', `${row.kind} ${row.id} (${row.states.map(({ name }) => name).join(' or ')}) is not there`)
    this.#model.remove(row)
  }

  /** Compares all that there is of a kind with all that is known. Nobody else writes here. */
  async #list (kind: Kind): Promise<boolean> {
    const answer = await this.#ask('GET', `/api/v1/${kind}?limit=200`, { status: 200 })
    if (answer.status !== 200) return false
    const { data } = JSON.parse(answer.body) as { data: Shown[] }
    const present = new Map(data.map(shown => [shown.id, shown]))
    for (const row of this.#model.rowsOf(kind)) {
      const shown = present.get(row.id)
      if (shown === undefined) this.#gone(row)
      else if (!this.#model.see(row, shown)) this.#violation('lost', `${kind} ${row.id} is ${JSON.stringify(shown)}, not ${JSON.stringify(row.states)}`)
    }
    for (const { id, name } of data) {
      if (this.#model.find(kind, id) !== undefined) continue
      // Of a request that nobody has had an answer to yet.
      if (!this.#pending.some(pending => pending.kind === kind && pending.name === name)) this.#violation('doubled', `${kind} ${id} (${name}) is there, and nobody knows why`)
    }
    if (new Set(data.map(({ name }) => name)).size !== data.length) this.#violation('doubled', `two ${kind} have one name`)
    this.#tally.reads++
    return true
  }

  async #look (row: Row): Promise<boolean> {
    const { kind, id } = row
    const answer = await this.#ask('GET', `/api/v1/${kind}/${id}`, { status: 200, alsoRefused: [notThere] })
    if (answer.status === notThere) this.#gone(row)
    if (answer.status !== 200) return false
    if (!this.#model.see(row, JSON.parse(answer.body) as Shown)) this.#violation('lost', `${kind} ${id} is ${answer.body}, not ${JSON.stringify(row.states)}`)
    this.#tally.reads++
    return true
  }

  async #lookAtPage (): Promise<boolean> {
    const answer = await this.#ask('GET', '/subtasks/', { status: 200 }, undefined, { accept: 'text/html' })
    if (answer.status === 200) this.#tally.reads++
    return answer.status === 200
  }

  async #ask (method: string, path: string, expected: Expectation, body?: object, headers?: Record<string, string>): Promise<Answer> {
    const began = performance.now()
    const answer = await this.#client.ask(`${this.slug}.localhost`, path, { method, ...(body === undefined ? {} : { body }), ...(headers === undefined ? {} : { headers }) })
    this.#tally.statuses[answer.status] = (this.#tally.statuses[answer.status] ?? 0) + 1
    if (answer.status === expected.status) this.served[method === 'GET' ? 'read' : 'write'] = began
    const foreign = [...answer.body.matchAll(/\bsoak-\d+\b/g)].map(([slug]) => slug).find(slug => slug !== this.slug)
    if (foreign !== undefined) this.#violation('foreign', `${method} ${path} showed something of ${foreign}`)
    const mistake = mistakeOf(answer, expected, this.#windows.since(began))
    if (mistake !== undefined) this.#violation(mistake.kind, `${method} ${path}: ${mistake.why}: ${answer.body.slice(0, 200)}`)
    return answer
  }

  #any (): Row | undefined {
    return pick(this.#model.rowsOf(pick(kinds) ?? 'projects'))
  }

  #newName (): string {
    return `${this.slug} row ${this.#count++}`
  }

  #violation (kind: Violation['kind'], detail: string): void {
    this.#tally.violations.push({ kind, detail: `${this.slug}: ${detail}` })
  }
}

function pick<T> (items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)]
}
