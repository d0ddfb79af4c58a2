import { literal, quote, type Prey, type ProbedTable } from './attempts.ts'
import type { ProbeTransaction } from './probe-transaction.ts'

/** What somebody has, to see whether it is still the same. */
export interface VictimState {
  rows: number
  content: string
}

/** The tenants to try it with: whose rows are wanted, and who wants them. */
export class Victims {
  readonly #transaction: ProbeTransaction
  #isSuperuser = false
  /** Two tenants, for tables where fewer have rows. */
  #tenants: string[] = []

  constructor (transaction: ProbeTransaction) {
    this.#transaction = transaction
  }

  /** Looks who there is. @param root the table of the tenants themselves */
  async look (root: ProbedTable | undefined): Promise<void> {
    this.#isSuperuser = await this.#transaction.isSuperuser()
    this.#tenants = root === undefined ? [] : await this.#outer(root)
  }

  /** Two tenants of which one has rows here, if anybody has. @returns undefined where there are no two tenants at all */
  async find (table: ProbedTable): Promise<Prey | undefined> {
    const { name, exactKey, columns } = table
    const [first, last] = await this.#outer(table)
    const victim = last ?? first ?? this.#tenants[1]
    const self = last === undefined ? this.#tenants.find(tenant => tenant !== victim) : first
    if (self === undefined || victim === undefined) return undefined
    if (first === undefined) return { self, victim, row: {}, place: undefined, own: undefined }
    return await this.#transaction.undone(async () => {
      await this.#transaction.see()
      const readable = (await this.#transaction.query<{ name: string }>(
        "select attname::text as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and has_column_privilege(attrelid, attnum, 'select')", [name])).map(row => row.name)
      const list = columns.filter(column => readable.includes(column.name)).map(column => `${quote(column.name)}::text`).join(', ')
      // Only a superuser can do without the row later.
      const [place] = this.#isSuperuser
        ? await this.#transaction.query<{ table: string, row: string }>(`select tableoid::regclass::text as table, ctid::text as row from ${name} where ${exactKey} = $1 limit 1`, [victim])
        : []
      const [row = {}] = await this.#transaction.query<Record<string, unknown>>(
        `select ${list} from ${name} where ${exactKey} = $1${place === undefined ? '' : ' and tableoid = $2::regclass and ctid = $3::tid'} limit 1`,
        place === undefined ? [victim] : [victim, place.table, place.row])
      const [own] = await this.#transaction.query<{ rows: string }>(`select count(*)::text as rows from ${name} where ${exactKey} = $1`, [self])
      return { self, victim, row, place, own: Number(own?.rows) }
    })
  }

  /** Some tenants that have rows: the first and the last of them. */
  async some ({ name, key, exactKey }: ProbedTable): Promise<string[]> {
    return await this.#transaction.undone(async () => {
      await this.#transaction.see()
      if (!await this.#transaction.maySee({ name, key })) return []
      const found = await this.#transaction.query<{ id: string }>(`
        select distinct id from (
          (select ${exactKey}::text as id from ${name} where ${exactKey} is not null group by ${exactKey} order by ${exactKey} limit 10) union all
          (select ${exactKey}::text from ${name} where ${exactKey} is not null group by ${exactKey} order by ${exactKey} desc limit 10)
        ) as outer_ones`)
      return found.map(({ id }) => id)
    })
  }

  /** What the other has, here and in what refers to it: how many rows, and a hash of all in them that whoever sees them may read. */
  async stateOf ({ dependants }: ProbedTable, victim: string): Promise<VictimState> {
    await this.#transaction.see()
    const state = { rows: 0, content: '' }
    for (const table of dependants) {
      if (!await this.#transaction.maySee(table)) continue
      const [readable] = await this.#transaction.query<{ list: string }>(
        "select string_agg(quote_ident(attname), ', ') as list from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and has_column_privilege(attrelid, attnum, 'select')", [table.name])
      const [row] = await this.#transaction.query<{ found: string, content: string }>(
        `select count(*)::text as found, coalesce(sum(hashtextextended(row(${readable?.list ?? ''})::text, 0)), 0)::text as content from ${table.name} where ${table.exactKey} = ${literal(victim)}`)
      state.rows += Number(row?.found)
      state.content += `${row?.content ?? ''} `
    }
    return state
  }

  /** The first and the last tenant that have rows: what takes one tenant for another seldom does so for both. */
  async #outer (table: ProbedTable): Promise<string[]> {
    const { name, exactKey } = table
    return await this.#transaction.undone(async () => {
      await this.#transaction.see()
      if (!await this.#transaction.maySee(table)) return []
      const [first] = await this.#transaction.query<{ id: string }>(`select ${exactKey}::text as id from ${name} where ${exactKey} is not null order by ${exactKey} limit 1`)
      const [last] = await this.#transaction.query<{ id: string }>(`select ${exactKey}::text as id from ${name} where ${exactKey} is not null order by ${exactKey} desc limit 1`)
      return first === undefined || last === undefined ? [] : [...new Set([first.id, last.id])]
    })
  }
}
