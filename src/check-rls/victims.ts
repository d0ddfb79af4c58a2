import { isOf, literal, quote, type Prey, type ProbedTable } from './attempts.ts'
import type { ProbeTransaction } from './probe-transaction.ts'

/** What somebody has, to see whether it is still the same. */
export interface VictimState {
  rows: number
  content: string
}

/** Whether a tenant can be named: one that is suspended, deleted or served elsewhere cannot, say. */
export type CanBeNamed = (tenant: string) => Promise<boolean>

/** Whether a tenant that can be named has rows in the table that is attacked, and sees none of them. */
export type IsBlind = (tenant: string) => Promise<boolean>

/** How many are asked, from either end, until one can be named, and how many in the middle; and of these, how many are asked what they see. */
const candidates = { ofEitherEnd: 20, ofTheMiddle: 5, looking: 5 }

/** The tenants to try it with: whose rows are wanted, and who wants them. */
export class Victims {
  readonly #transaction: ProbeTransaction
  #isSuperuser = false
  /** The table of the tenants themselves: two of them, for tables where fewer have rows. */
  #root: ProbedTable | undefined
  /** Ids as that table writes them, by how others do. */
  readonly #spellings = new Map<string, string>()

  constructor (transaction: ProbeTransaction) {
    this.#transaction = transaction
  }

  /** Looks who there is. @param root the table of the tenants themselves */
  async look (root: ProbedTable | undefined): Promise<void> {
    this.#isSuperuser = await this.#transaction.isSuperuser()
    this.#root = root
  }

  /** Two tenants of which one has rows here, if anybody has, and the other can be named; such as see what is their own, if there are. @returns undefined where there are no two */
  async find (table: ProbedTable, canBeNamed: CanBeNamed, isBlind: IsBlind): Promise<Prey | undefined> {
    const { name, columns } = table
    const here = await this.#outer(table, canBeNamed, isBlind)
    const all = here.named.length > 1 || this.#root === undefined ? { named: [], others: [] } : await this.#outer(this.#root, canBeNamed, isBlind)
    const owners = [...[...here.named].reverse(), ...[...here.others].reverse()]
    const victims = [...owners, ...[...all.named].reverse(), ...all.others]
    const able = [...all.named, ...here.named]
    // Where nobody can be named, it is tried all the same, and shows why.
    const selves = able.length > 0 ? able : [...all.others, ...here.others]
    const victim = victims.find(tenant => selves.some(self => self !== tenant))
    const self = selves.find(tenant => tenant !== victim)
    if (self === undefined || victim === undefined) return undefined
    if (owners.length === 0) return { self, victim, row: {}, place: undefined, own: undefined }
    return await this.#transaction.undone(async () => {
      await this.#transaction.see()
      const readable = (await this.#transaction.query<{ name: string }>(
        "select attname::text as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and has_column_privilege(attrelid, attnum, 'select')", [name])).map(row => row.name)
      const list = columns.filter(column => readable.includes(column.name)).map(column => `${quote(column.name)}::text`).join(', ')
      // Only a superuser can do without the row later.
      const [place] = this.#isSuperuser
        ? await this.#transaction.query<{ table: string, row: string }>(`select tableoid::regclass::text as table, ctid::text as row from ${name} where ${isOf(table, '$1')} limit 1`, [victim])
        : []
      const [row = {}] = await this.#transaction.query<Record<string, unknown>>(
        `select ${list} from ${name} where ${isOf(table, '$1')}${place === undefined ? '' : ' and tableoid = $2::regclass and ctid = $3::tid'} limit 1`,
        place === undefined ? [victim] : [victim, place.table, place.row])
      const [own] = await this.#transaction.query<{ rows: string }>(`select count(*)::text as rows from ${name} where ${isOf(table, '$1')}`, [self])
      return { self, victim, row, place, own: Number(own?.rows) }
    })
  }

  /** Some tenants that have rows and can be named: of the first and the last of them. */
  async some ({ name, key, exactKey }: ProbedTable, canBeNamed: CanBeNamed): Promise<string[]> {
    const outer = await this.#transaction.undone(async () => {
      await this.#transaction.see()
      if (!await this.#transaction.maySee({ name, key })) return []
      const found = await this.#transaction.query<{ id: string }>(`
        select distinct id from (
          (select ${exactKey}::text as id from ${name} where ${exactKey} is not null group by ${exactKey} order by ${exactKey} limit 10) union all
          (select ${exactKey}::text from ${name} where ${exactKey} is not null group by ${exactKey} order by ${exactKey} desc limit 10)
        ) as outer_ones`)
      return found.map(({ id }) => id)
    })
    const named: string[] = []
    for (const tenant of outer) if (await canBeNamed(tenant)) named.push(tenant)
    return named
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
        `select count(*)::text as found, coalesce(sum(hashtextextended(row(${readable?.list ?? ''})::text, 0)), 0)::text as content from ${table.name} where ${isOf(table, literal(victim))}`)
      state.rows += Number(row?.found)
      state.content += `${row?.content ?? ''} `
    }
    return state
  }

  /**
   * The first and the last tenant that have rows, can be named and are not blind: what takes one tenant for another seldom does so for
   * both. And those of the outermost that are not such.
   */
  async #outer (table: ProbedTable, canBeNamed: CanBeNamed, isBlind: IsBlind): Promise<{ named: string[], others: string[] }> {
    const { name, exactKey } = table
    const from = `from ${name} where ${exactKey} is not null`
    const ask = async (statement: string): Promise<string[]> => await this.#transaction.undone(async () => {
      await this.#transaction.see()
      return await this.#transaction.maySee(table) ? (await this.#transaction.query<{ id: string }>(statement)).map(({ id }) => id) : []
    })
    const fitting = async (tenants: readonly string[]): Promise<string | undefined> => {
      let looking = 0
      for (const written of tenants) {
        if (looking === candidates.looking) return undefined
        const tenant = await this.#asRootHas(written)
        if (!await canBeNamed(tenant)) continue
        if (!await isBlind(tenant)) return tenant
        looking++
      }
      return undefined
    }
    const seek = async (order: 'asc' | 'desc'): Promise<{ outermost: string | undefined, found: string | undefined }> => {
      const [written] = await ask(`select ${exactKey}::text as id ${from} order by ${exactKey} ${order} limit 1`)
      const outermost = written === undefined ? undefined : await this.#asRootHas(written)
      if (outermost === undefined || await fitting([outermost]) !== undefined) return { outermost, found: outermost }
      const others = [
        `select ${exactKey}::text as id ${from} group by ${exactKey} order by ${exactKey} ${order} limit ${candidates.ofEitherEnd}`,
        `select ${exactKey}::text as id from (select distinct ${exactKey} ${from}) as every order by ${exactKey} ${order} offset (select count(distinct ${exactKey}) / 2 ${from}) limit ${candidates.ofTheMiddle}`
      ]
      for (const statement of others) {
        const found = await fitting(await ask(statement))
        if (found !== undefined) return { outermost, found }
      }
      return { outermost, found: undefined }
    }
    const [first, last] = [await seek('asc'), await seek('desc')]
    const named = distinct([first.found, last.found])
    return { named, others: distinct([first.outermost, last.outermost]).filter(tenant => !named.includes(tenant)) }
  }

  /** A tenant's id as the tenants' own table writes it: what compares alike, as citext does, may be written in several ways. */
  async #asRootHas (written: string): Promise<string> {
    const root = this.#root
    const known = this.#spellings.get(written)
    if (root === undefined || known !== undefined) return known ?? written
    const spelling = await this.#transaction.undone(async () => {
      await this.#transaction.see()
      if (!await this.#transaction.maySee(root)) return written
      const [its] = await this.#transaction.query<{ id: string }>(`select ${root.exactKey}::text as id from ${root.name} where ${isOf(root, literal(written))} limit 1`)
      return its?.id ?? written
    }).catch((error: unknown) => {
      // A key of another type than that table's takes other ids.
      if ((error as { code?: string }).code?.startsWith('22') === true) return written
      throw error
    })
    this.#spellings.set(written, spelling)
    return spelling
  }
}

function distinct (tenants: ReadonlyArray<string | undefined>): string[] {
  return [...new Set(tenants.filter(tenant => tenant !== undefined))]
}
