import { catalog, catalogParameter } from './catalog.ts'
import type { Query } from './check.ts'
import { ExplainedError } from '../explained-error.ts'
import type { CheckSettings } from './settings.ts'

/** How the probes become a tenant. */
export interface ProbeSettings extends CheckSettings {
  /**
   * The statement that names the tenant of a transaction, with `$1` for its id: "select app.set_tenant($1)". Without it, the
   * setting that policies read is set with SET LOCAL. A function gives the statement for one id, for where that is signed.
   */
  setTenant: string | ((tenant: string) => string) | undefined
}

export interface ProbeResult {
  table: string
  probe: string
  /** What got through: nothing, if the walls hold. */
  leak: string | undefined
  /** What it does to others without showing or changing a row of theirs: keeps them waiting. */
  nuisance: string | undefined
  /** What PostgreSQL answered: a code and its words, or how many rows. */
  answer: string
  ms: number
  /** What was sent, values in place. */
  sql: string
}

export interface ProbeReport {
  results: ProbeResult[]
  /** Tables that could not be attacked, and why. */
  skipped: Array<{ table: string, reason: string }>
}

interface ProbedTable {
  name: string
  key: string
  is_root: boolean
  columns: Array<{ name: string, isGenerated: boolean, canRead: boolean, canInsert: boolean }>
  /** Foreign keys to other tables of tenants: pairs of own and other columns. */
  references: Array<{ table: string, own: string[], other: string[] }>
}

/**
 * What a wall answers: insufficient privilege, no tenant, a tenant already named, a key, an identity column, a transaction that
 * only reads, what row-level security does not go with. A lock or a statement that took too long shows nothing either.
 */
const refusals = new Set(['42501', '42704', '22P02', '25001', '22023', '23503', '23001', '23502', '428C9', '25006', '0A000', '55P03', '57014'])

/**
 * Becomes the role that serves tenants and tries, table by table, to get at another tenant's rows: with that role's own tenant,
 * with none, with an empty one and with made-up ones. Everything happens in one transaction, which is rolled back.
 *
 * @param query on a connection that nobody else uses meanwhile, of a role that may become both the tenants' and the operator's
 * @param onTable called before each table
 * @throws {ExplainedError} where there are no two tenants to try it with, or the connection may not become the roles
 */
export async function probe (query: Query, settings: ProbeSettings, onTable: (done: number, total: number, table: string) => void = () => {}): Promise<ProbeReport> {
  await query('begin')
  try {
    await query("set local search_path = ''; set local statement_timeout = '5s'; set local lock_timeout = '500ms'")
    return await new Attack(query, settings).run(onTable)
  } finally {
    await query('rollback')
  }
}

class Attack {
  readonly #query: Query
  readonly #settings: ProbeSettings
  readonly #tenantRole: string
  readonly #report: ProbeReport = { results: [], skipped: [] }
  #naming: string | ((tenant: string) => string) = ''

  constructor (query: Query, settings: ProbeSettings) {
    this.#query = query
    this.#settings = settings
    this.#tenantRole = settings.tenantRoles[0] ?? ''
  }

  async run (onTable: (done: number, total: number, table: string) => void): Promise<ProbeReport> {
    const [context] = await this.#query<{ name: string | null }>(`with${catalog} select min(name) as name from context_setting`, [catalogParameter(this.#settings)])
    const setting = context?.name ?? undefined
    if (this.#settings.setTenant === undefined && setting === undefined) throw new ExplainedError('the policies read no setting, so nothing says how a tenant is named; tell with --set-tenant', { exitCode: 2 })
    this.#naming = this.#settings.setTenant ?? `set local ${setting ?? ''} = $1`
    const tables = await this.#query<ProbedTable>(probedTables, [catalogParameter(this.#settings), this.#tenantRole])
    for (const [index, table] of tables.entries()) {
      onTable(index, tables.length, table.name)
      const pair = await this.#findTenants(table)
      if (pair === undefined) this.#report.skipped.push({ table: table.name, reason: 'no two tenants have rows here' })
      else await this.#attack(table, setting, ...pair)
    }
    return this.#report
  }

  /** Two tenants that have rows here, the second one's row included. @returns undefined where there are none */
  async #findTenants ({ name, key, columns }: ProbedTable): Promise<[string, string, Record<string, unknown>] | undefined> {
    return await this.#undone(async () => {
      await this.#see()
      const k = quote(key)
      const tenants = await this.#query<{ id: string }>(`select ${k}::text as id from ${name} group by ${k} order by ${k} limit 2`)
      const [self, victim] = tenants
      if (self === undefined || victim === undefined) return undefined
      const readable = (await this.#query<{ name: string }>(
        "select attname::text as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and has_column_privilege(attrelid, attnum, 'select')", [name])).map(row => row.name)
      const [row] = await this.#query<Record<string, unknown>>(`select ${columns.filter(column => readable.includes(column.name)).map(column => `${quote(column.name)}::text`).join(', ')} from ${name} where ${k} = $1 limit 1`, [victim.id])
      return [self.id, victim.id, row ?? {}]
    })
  }

  /** Becomes somebody who sees all tenants. */
  async #see (): Promise<void> {
    const [me] = await this.#query<{ passes: boolean }>('select rolsuper or rolbypassrls as passes from pg_roles where rolname = current_user')
    if (me?.passes === true) return
    const [operator] = this.#settings.operatorRoles
    if (operator === undefined) throw new ExplainedError('nobody here sees two tenants: connect as a superuser, or name a role that sees all with --operator-role', { exitCode: 2 })
    await this.#become(operator)
  }

  async #become (role: string): Promise<void> {
    try {
      await this.#query(`set local role ${quote(role)}`)
    } catch (error) {
      throw new ExplainedError(`this login may not become ${role}: ${(error as Error).message}; connect as a superuser, or as a member of both roles`, { cause: error })
    }
  }

  async #attack (table: ProbedTable, setting: string | undefined, self: string, victim: string, row: Record<string, unknown>): Promise<void> {
    const { name, columns } = table
    const k = quote(table.key)
    const readable = columns.filter(column => column.canRead)
    const list = readable.map(column => quote(column.name)).join(', ')
    const someRow = ({ count }: Answer): boolean => count > 0
    const ever = (): boolean => true

    if (readable.length > 0) {
      await this.#try(table, 'read, no tenant named', 'none', `select ${list} from ${name}`, [], someRow)
      if (setting !== undefined) {
        for (const [what, value] of forged) await this.#try(table, `read, ${what} for a tenant`, { setting, value }, `select ${list} from ${name}`, [], someRow)
      }
      if (readable.some(column => column.name === table.key)) {
        await this.#try(table, 'read without a filter', self, `select ${k} from ${name} where ${k} is distinct from $1`, [self], someRow)
        await this.#try(table, 'read by the key', self, `select ${list} from ${name} where ${k} = $1`, [victim], someRow)
        await this.#try(table, 'count', self, `select count(*)::integer as found from ${name} where ${k} = $1`, [victim], ({ rows }) => Number(rows[0]?.['found']) > 0)
        await this.#try(table, 'lock rows', self, `select ${k} from ${name} where ${k} = $1 for update`, [victim], someRow)
        await this.#try(table, 'copy out', self, `copy (select ${list} from ${name} where ${k} = $1) to stdout`, [victim], someRow)
      }
    }
    await this.#try(table, 'copy in', self, `copy ${name} from stdin`, [], ever)
    const insertable = columns.filter(column => column.canInsert && !column.isGenerated && row[column.name] !== undefined)
    // Where nothing may be inserted, the attempt is made all the same.
    const written = insertable.length > 0 ? insertable : columns.filter(column => !column.isGenerated && row[column.name] !== undefined)
    const into = `${name} (${written.map(column => quote(column.name)).join(', ')})`
    const values = written.map((_, index) => `$${index + 1}`).join(', ')
    const stolen = written.map(column => row[column.name])
    await this.#try(table, 'insert for the other', self, `insert into ${into} values (${values})`, stolen, someRow)
    await this.#try(table, 'insert, no tenant named', 'none', `insert into ${into} values (${values})`, stolen, someRow)
    await this.#try(table, 'upsert over the other', self, `insert into ${into} values (${values}) on conflict do nothing`, stolen, ever)
    for (const column of columns.filter(column => !column.isGenerated)) {
      await this.#try(table, `update ${column.name}`, self, `update ${name} set ${quote(column.name)} = ${quote(column.name)} where ${k} = $1`, [victim], someRow)
    }
    await this.#try(table, 'update, no tenant named', 'none', `update ${name} set ${k} = ${k}`, [], someRow)
    await this.#try(table, 'move own rows there', self, `update ${name} set ${k} = $1`, [victim], someRow)
    await this.#try(table, 'delete', self, `delete from ${name} where ${k} = $1`, [victim], someRow)
    await this.#try(table, 'delete, no tenant named', 'none', `delete from ${name}`, [], someRow)
    await this.#cascade(table, self, victim)
    for (const reference of table.references) await this.#refer(table, reference, self, row)
    await this.#try(table, 'truncate', self, `truncate ${name}`, [], ever)
    await this.#try(table, 'lock the table', self, `lock table ${name} in access exclusive mode`, [], () => false, undefined, 'keeps all tenants waiting, until a timeout ends it')
    await this.#try(table, 'switch row-level security off', self, `alter table ${name} disable row level security`, [], ever)
    await this.#try(table, 'add a policy', self, `create policy open on ${name} using (true)`, [], ever)
    if (setting !== undefined) {
      await this.#try(table, 'switch tenants within a statement', self,
        // The setting first, then the rows: a policy that is looked at once, when a scan begins, is looked at then.
        `select later.${k} from (select set_config($2, $1, true) as named offset 0) as first, lateral (select ${k} from ${name} where first.named is not null and ${k} = $1 offset 0) as later`, [victim, setting], someRow)
    }
    const { setTenant } = this.#settings
    if (setTenant !== undefined) {
      await this.#try(table, 'name another tenant', self, typeof setTenant === 'string' ? setTenant : setTenant(victim), [victim], ever)
    }
  }

  /** Deletes one's own rows, and looks whether the other has lost any. */
  async #cascade (table: ProbedTable, self: string, victim: string): Promise<void> {
    const k = quote(table.key)
    const count = async (): Promise<number> => await this.#undone(async () => {
      await this.#see()
      const [row] = await this.#query<{ found: string }>(`select count(*)::text as found from ${table.name} where ${k} = $1`, [victim])
      return Number(row?.found)
    })
    const before = await count()
    await this.#try(table, 'cascade from own rows', self, `delete from ${table.name} where ${k} = $1`, [self], () => false, async () => await count() < before)
  }

  /** Has a row of one's own refer to a row of the other's. */
  async #refer (table: ProbedTable, { table: referenced, own, other }: ProbedTable['references'][number], self: string, row: Record<string, unknown>): Promise<void> {
    const k = quote(table.key)
    const moved = own.map((column, index) => ({ column, other: other[index] ?? '' })).filter(({ column }) => column !== table.key)
    if (moved.length === 0) return
    // What the other's row refers to is the other's.
    const values = moved.map(({ column }) => row[column])
    if (values.some(value => value === undefined || value === null)) return
    const sets = moved.map(({ column }, index) => `${quote(column)} = $${index + 2}`).join(', ')
    await this.#try(table, `refer to ${referenced} of the other`, self, `update ${table.name} set ${sets} where ${k} = $1`, [self, ...values], ({ count }) => count > 0)
  }

  async #try (table: ProbedTable, probe: string, context: 'none' | string | { setting: string, value: string }, text: string, values: unknown[], isLeak: (answer: Answer) => boolean, after?: () => Promise<boolean>, nuisance?: string): Promise<void> {
    const sql = text.replace(/\$(\d+)/g, (_, index: string) => literal(values[Number(index) - 1]))
    const start = performance.now()
    let answer = ''
    let leak: string | undefined
    let wasLetThrough = false
    try {
      await this.#undone(async () => {
        await this.#become(this.#tenantRole)
        if (typeof context === 'object') await this.#query(`set local ${context.setting} = ${literal(context.value)}`)
        else if (context !== 'none') await this.#name(context)
        const rows = await this.#query<Record<string, unknown>>(sql)
        const got = { rows, count: rowCountOf(rows) }
        answer = `${got.count} ${got.count === 1 ? 'row' : 'rows'}`
        if (isLeak(got)) leak = answer
        wasLetThrough = true
        if (after !== undefined) {
          await this.#query('reset role')
          if (await after()) leak = 'rows of the other are gone'
        }
      })
    } catch (error) {
      if (error instanceof ExplainedError) throw error
      const { code = '', message } = error as Error & { code?: string }
      answer = `${code} ${message}`
      // A unique key that sees other tenants' rows tells that they are there.
      if (code === '23505') leak = 'says that the row exists'
      // Nobody sends anything: that it was waited for is enough.
      else if (code === '57014' && sql.startsWith('copy') && message.includes('stdin')) leak = 'takes rows past the policies'
      else if (!refusals.has(code)) leak = `neither refused nor let through: ${message}`
    }
    this.#report.results.push({ table: table.name, probe, leak, nuisance: wasLetThrough ? nuisance : undefined, answer, ms: performance.now() - start, sql })
  }

  async #name (tenant: string): Promise<void> {
    await this.#query(typeof this.#naming === 'string' ? this.#naming.replaceAll('$1', literal(tenant)) : this.#naming(tenant))
  }

  /** Runs work, and takes back all that it did. */
  async #undone<T> (work: () => Promise<T>): Promise<T> {
    await this.#query('savepoint probe')
    try {
      return await work()
    } finally {
      await this.#query('rollback to savepoint probe; release savepoint probe; reset role')
    }
  }
}

interface Answer {
  rows: Array<Record<string, unknown>>
  count: number
}

/** What somebody may try who can set the setting to anything but another tenant's id. */
const forged: ReadonlyArray<[string, string]> = [['nothing', ''], ['0', '0'], ['-1', '-1'], ['null', 'null'], ['*', '*'], ['a condition', '1 or true']]

/** How many rows a statement has given or changed: clients give the number beside the rows, as pg does. */
function rowCountOf (rows: Array<Record<string, unknown>> & { count?: number }): number {
  return rows.count ?? rows.length
}

const probedTables = `
  with${catalog}
  select tenant_table.name, tenant_table.key_name as key, tenant_table.is_root,
    (select json_agg(json_build_object('name', attname, 'isGenerated', attidentity <> '' or attgenerated <> '',
        'canRead', has_column_privilege(role.oid, attrelid, attnum, 'select'), 'canInsert', has_column_privilege(role.oid, attrelid, attnum, 'insert')) order by attnum)
      from pg_attribute where attrelid = tenant_table.oid and attnum > 0 and not attisdropped) as columns,
    coalesce((select json_agg(json_build_object('table', referenced.name,
        'own', (select json_agg(attname order by position) from unnest(conkey) with ordinality as own (number, position) join pg_attribute on attrelid = conrelid and attnum = own.number),
        'other', (select json_agg(attname order by position) from unnest(confkey) with ordinality as other (number, position) join pg_attribute on attrelid = confrelid and attnum = other.number)) order by conname)
      from pg_constraint join tenant_table as referenced on referenced.oid = confrelid
      where contype = 'f' and conrelid = tenant_table.oid), '[]') as references
  from tenant_table, pg_roles as role
  where role.rolname = $2 and key_number is not null and not relispartition
    and (is_granted or tenant_table.is_root)
  order by tenant_table.name`

function quote (identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}

/** A value as SQL writes it. Backslashes are plain with standard_conforming_strings, which nobody here has switched off. */
function literal (value: unknown): string {
  return value === null || value === undefined ? 'null' : `'${String(value).replaceAll("'", "''")}'`
}
