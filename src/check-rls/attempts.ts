/** A table as whoever attacks it needs to know it. */
export interface ProbedTable {
  name: string
  schema: string
  key: string
  /** The key as an expression that tells tenants apart: its column may have a collation that takes several of them for one. */
  exactKey: string
  /** What compares it: with its schema where its type is none of PostgreSQL's own, since no other than theirs is found without. */
  equality: string
  isRoot: boolean
  columns: Array<{ name: string, isGenerated: boolean, isIdentity: boolean, isNumbered: boolean, canRead: boolean, canInsert: boolean, canUpdate: boolean }>
  primaryKey: string[]
  /** Unique indexes and exclusion constraints that see across tenants, or take several of them for one, by name. */
  looseKeys: string[]
  /** Foreign keys to other tables of tenants: pairs of own and other columns. */
  references: Array<TenantKey & { table: string, key: string, own: string[], other: string[] }>
  /** Itself, and the tables that refer to it, over any number of steps: where deleting may cascade to. */
  dependants: Array<TenantKey & { name: string, key: string }>
  /** Its triggers and rules, and those of its partitions, keys aside. */
  interceptors: Interceptor[]
}

/** Whose a row is, and how that is compared. */
export type TenantKey = Pick<ProbedTable, 'exactKey' | 'equality'>

/** A trigger or a rule, which may answer before the policies are asked. */
export interface Interceptor {
  kind: 'trigger' | 'rule'
  name: string
  relation: string
  /** Whether it can put another row, or none, in the place of one that is written, and say nothing. */
  isSilent: boolean
  /** Whether it is asked where a session is a replica's, too. */
  isAskedInReplica: boolean
  /** Whether the login may switch it off. */
  isOurs: boolean
}

/** A function that may name a tenant, or run a text that does. */
export interface SuspectFunction {
  name: string
  isProcedure: boolean
  argumentTypes: string[]
}

/** Two tenants: one who attacks, and one whose rows are wanted. */
export interface Prey {
  self: string
  victim: string
  /** A row of the victim's, as text by column; empty where it has none. */
  row: Readonly<Record<string, unknown>>
  /** Where that row is, for whoever can take it away. */
  place: { table: string, row: string } | undefined
  /** How many rows the one who attacks has here; undefined where nobody could count them. */
  own: number | undefined
}

/** Whose transaction it is: a tenant's, nobody's, or that of somebody who has set the setting to what they like. */
export type Context = { tenant: string } | 'none' | { setting: string, value: string }

/** Something to try, and what it means that it works. */
export interface Attempt {
  probe: string
  context: Context
  text: string
  values: unknown[]
  /**
   * `rows`: any row that it gives or changes. `answer`: that it is let through at all. `loss`: rows of the other that are gone
   * or changed afterwards, or more that are changed than are one's own. `difference`: that it ends otherwise where the other has no such row. `nothing`: it only keeps others waiting.
   */
  leaksBy: 'rows' | 'answer' | 'loss' | 'difference' | 'nothing'
  /** What PostgreSQL says, beside what it says to all that it refuses, without letting anything through. */
  refusals?: readonly string[]
  /** A key or a trigger in the way shows nothing: where that can be, it is tried again without them. */
  asReplica?: boolean
  /** It writes the other's id into a row, which a trigger may replace before the policies for new rows see it. */
  writesKey?: boolean
  /** It leaves one's own rows as they are, so that a key in its way is in the way of another's. */
  keepsOwn?: boolean
  /** An error says nothing: it is that of code which is called, not of what is looked for. */
  mayFail?: boolean
  /** Run first, by somebody who may do anything. */
  before?: string
  /** The row of the other's whose presence must make no difference. */
  without?: { text: string, values: unknown[] } | undefined
  nuisance?: string
  /** It locks the table before it is known whether it may: whoever writes is in its way, and it in theirs. */
  locksFirst?: boolean
}

/** The statement that names a tenant. */
export type Naming = (tenant: string) => { text: string, values: unknown[] }

/** What somebody may try who can set the setting to anything but another tenant's id. */
const forged: ReadonlyArray<[string, string]> = [['nothing', ''], ['0', '0'], ['-1', '-1'], ['null', 'null'], ['*', '*'], ['a condition', '1 or true']]

/** Keys look at all rows, and say only that they hold. */
const keyRefusals = ['23503', '23001']

/** There is no ON CONFLICT where a table has a rule, nor beside a key that may be deferred, whosever the row is. */
const withRules = '0A000'
const withDeferrableKeys = '55000'

/**
 * What is tried on a table.
 *
 * @param setting what the policies read, if anything
 * @param naming what names another tenant, where that is more than setting it
 * @param suspects what may be had to name another tenant
 */
export function attemptsOn (table: ProbedTable, prey: Prey, setting: string | undefined, naming: Naming | undefined, suspects: readonly SuspectFunction[] = []): Attempt[] {
  return [
    ...reads(table, prey, setting),
    ...writes(table, prey, setting),
    ...blindWrites(table, prey),
    ...presence(table, prey),
    ...wholeTable(table, prey),
    ...otherTenants(table, prey, setting, naming),
    ...suspects.flatMap(suspect => calls(table, prey, setting, suspect))
  ]
}

function reads ({ name, key, columns, ...tenantKey }: ProbedTable, { self, victim, own: ownRows }: Prey, setting: string | undefined): Attempt[] {
  const readable = columns.filter(column => column.canRead)
  if (readable.length === 0) return []
  const list = readable.map(column => quote(column.name)).join(', ')
  const k = quote(key)
  const own = { context: { tenant: self }, leaksBy: 'rows' as const }
  return [
    { probe: 'read, no tenant named', context: 'none', text: `select ${list} from ${name}`, values: [], leaksBy: 'rows' },
    ...contexts(setting).map(([what, context]): Attempt => ({ probe: `read, ${what} for a tenant`, context, text: `select ${list} from ${name}`, values: [], leaksBy: 'rows' })),
    ...(ownRows === undefined ? [] : [{ ...own, probe: 'count more than one\'s own', text: `select from (select count(*) as found from ${name}) as counted where found > $1`, values: [ownRows] }]),
    ...(readable.some(column => column.name === key)
      ? [
          { ...own, probe: 'read without a filter', text: `select ${k} from ${name} where ${isAnothers(tenantKey, '$1')}`, values: [self] },
          { ...own, probe: 'read by the key', text: `select ${list} from ${name} where ${isOf(tenantKey, '$1')}`, values: [victim] },
          { ...own, probe: 'count', text: `select from (select count(*) as found from ${name} where ${isOf(tenantKey, '$1')}) as counted where found > 0`, values: [victim] },
          { ...own, probe: 'lock rows', text: `select ${k} from ${name} where ${isOf(tenantKey, '$1')} for update`, values: [victim] },
          { ...own, probe: 'copy out', text: `copy (select ${list} from ${name} where ${isOf(tenantKey, '$1')}) to stdout`, values: [victim] }
        ]
      : [])
  ]
}

function writes ({ name, key, columns, primaryKey, ...tenantKey }: ProbedTable, { self, victim, row }: Prey, setting: string | undefined): Attempt[] {
  const k = quote(key)
  const touched = touchable(columns, key)
  const insertable = columns.filter(column => column.canInsert && !column.isGenerated).map(column => quote(column.name))
  const insert = { ...insertion({ name, columns }, { [key]: victim, ...row }), writesKey: true }
  const own = { context: { tenant: self }, leaksBy: 'rows' as const }
  // Before 17, there is no MERGE into what has a rule, even one that is switched off.
  const merge = { refusals: [withRules] }
  const updatable = columns.filter(column => !column.isGenerated && !column.isIdentity)
  const attempts: Attempt[] = [
    { ...own, probe: 'copy in', text: `copy ${name}${insertable.length === 0 ? '' : ` (${insertable.join(', ')})`} from stdin`, values: [], leaksBy: 'answer', refusals: ['0A000'] },
    { ...own, probe: 'insert for the other', ...insert },
    { ...own, probe: 'insert, no tenant named', context: 'none', ...insert },
    { ...own, probe: 'upsert over the other', ...insert, text: `${insert.text}${orDoNothing}`, leaksBy: 'answer', refusals: [withRules] },
    ...updatable.map(column => ({ ...own, probe: `update ${named(column.name)}`, text: `update ${name} set ${quote(column.name)} = ${quote(column.name)} where ${isOf(tenantKey, '$1')}`, values: [victim] })),
    { ...own, probe: 'update, no tenant named', context: 'none', text: `update ${name} set ${touched} = ${touched}`, values: [] },
    { ...own, probe: 'move own rows there', text: `update ${name} set ${k} = $1`, values: [victim], refusals: ['428C9'], writesKey: true },
    { ...own, probe: 'delete', text: `delete from ${name} where ${isOf(tenantKey, '$1')}`, values: [victim] },
    { ...own, probe: 'delete, no tenant named', context: 'none', text: `delete from ${name}`, values: [] },
    { ...own, ...merge, probe: 'merge, deleting the other\'s', text: `merge into ${name} as mine using (select) as one on ${isOf(tenantKey, '$1')} when matched then delete`, values: [victim] },
    { ...own, ...merge, probe: 'merge, inserting for the other', ...insert, text: `merge into ${name} as mine using (select) as one on false when not matched then ${insert.text.replace(`into ${name} `, '')}` }
  ]
  if (primaryKey.length > 0) {
    attempts.push({ ...own, probe: 'upsert, updating the other\'s', ...insert, text: `${insert.text} on conflict (${primaryKey.map(quote).join(', ')}) do update set ${touched} = excluded.${touched}`, leaksBy: 'answer', refusals: [withRules] })
  }
  for (const [what, context] of contexts(setting)) {
    attempts.push(
      { ...own, probe: `insert, ${what} for a tenant`, context, ...insert },
      { ...own, probe: `update, ${what} for a tenant`, context, text: `update ${name} set ${touched} = ${touched}`, values: [] },
      { ...own, probe: `delete, ${what} for a tenant`, context, text: `delete from ${name}`, values: [] }
    )
  }
  return attempts
}

/** Statements that read no column: the policies for SELECT play no part in them, and those for what they do stand alone. */
function blindWrites ({ name, key, columns }: ProbedTable, { self, row }: Prey): Attempt[] {
  const own = { context: { tenant: self }, values: [], leaksBy: 'loss' as const, mayFail: true, asReplica: true }
  const updatable = columns.filter(column => !column.isGenerated && !column.isIdentity && column.canUpdate)
  return [
    { ...own, probe: 'delete blindly', text: `delete from ${name}` },
    ...updatable.filter(column => column.name === key).map(() => ({ ...own, probe: 'move all rows here', text: `update ${name} set ${quote(key)} = $1`, values: [self], keepsOwn: true })),
    ...updatable.filter(column => column.name !== key).flatMap(column => {
      const [probe, start, value] = [`update ${named(column.name)} blindly`, `update ${name} set ${quote(column.name)} =`, row[column.name]]
      return [
        // What stands there is sure to be a value of the column's; how many rows have it then is what tells.
        ...(value === undefined || value === null ? [] : [{ ...own, probe, text: `${start} $1`, values: [value] }]),
        { ...own, probe, text: `${start} $1`, values: [otherValue(value)] },
        // No sequence takes back the numbers that it has given.
        ...(column.isNumbered ? [] : [{ ...own, probe, text: `${start} default` }])
      ]
    })
  ]
}

/** What may stand where a value stands, of the same type as far as that shows. */
function otherValue (value: unknown): unknown {
  const text = typeof value === 'string' ? value : ''
  if (/^-?\d+$/.test(text)) return BigInt(text) + 1n
  if (/^(?:t|f|true|false)$/.test(text)) return !text.startsWith('t')
  if (/^\d{4}-\d\d-\d\d/.test(text)) return '2001-01-01'
  return `${text}x`
}

/** Whether something tells that the other has a row: each is tried with that row and without it. */
function presence ({ name, key, columns, primaryKey, references, ...tenantKey }: ProbedTable, { self, victim, row, place }: Prey): Attempt[] {
  if (Object.keys(row).length === 0) return []
  const touched = touchable(columns, key)
  const insert = insertion({ name, columns }, { ...row, [key]: self })
  // One row of one's own: two that are made alike would collide with each other.
  const pk = primaryKey.map(quote).join(', ')
  const isMine = isOf(tenantKey, '$1')
  const mine = primaryKey.length === 0 ? isMine : `${isMine} and (${pk}) in (select ${pk} from ${name} where ${isMine} limit 1)`
  const without = withoutRow(tenantKey, { victim, place })
  const own = { context: { tenant: self }, leaksBy: 'difference' as const, refusals: [...keyRefusals, '23502', '23514', '23P01', '21000'] }
  const upsert = { ...own, refusals: [...own.refusals, withRules, withDeferrableKeys], values: insert.values, without }
  const taken = columns.filter(column => column.name !== key && !column.isGenerated && !column.isIdentity && row[column.name] !== undefined && row[column.name] !== null)
  return [
    { ...own, probe: 'insert what the other has', ...insert, without },
    { ...upsert, probe: 'insert what the other has, or do nothing', text: `${insert.text}${orDoNothing}` },
    ...(primaryKey.length > 0
      ? [{ ...upsert, probe: 'insert what the other has, or update', text: `${insert.text} on conflict (${primaryKey.map(quote).join(', ')}) do update set ${touched} = excluded.${touched}` }]
      : []),
    ...taken.map(({ name: column }) => ({ ...own, probe: `take the other's ${named(column)}`, text: `update ${name} set ${quote(column)} = $2 where ${mine}`, values: [self, row[column]], without })),
    ...references.flatMap(({ table: referenced, key: referencedKey, own: columns, other, ...referencedTenantKey }) => {
      const moved = columns.map((column, index) => ({ column, other: other[index] ?? '', value: row[column] })).filter(({ column }) => column !== key)
      // What the other's row refers to is the other's.
      if (moved.length === 0 || moved.some(({ value }) => value === undefined || value === null)) return []
      return [{
        ...own,
        probe: `refer to ${referenced} of the other by ${columns.map(named).join(', ')}`,
        text: `update ${name} set ${moved.map(({ column }, index) => `${quote(column)} = $${index + 2}`).join(', ')} where ${mine}`,
        values: [self, ...moved.map(({ value }) => value)],
        without: { text: `delete from ${referenced} where ${isOf(referencedTenantKey, '$1')}${moved.filter(({ other }) => other !== referencedKey).map(({ other }, index) => ` and ${quote(other)} = $${index + 2}`).join('')}`, values: [victim, ...moved.filter(({ other }) => other !== referencedKey).map(({ value }) => value)] }
      }]
    })
  ]
}

/** What an attempt ends in that is to say nothing of a row that is there. */
export const orDoNothing = ' on conflict do nothing'

/** Whether a trigger or a rule may do away with a row, or put another in its place, without a word. */
export function hasSilent ({ interceptors }: Pick<ProbedTable, 'interceptors'>): boolean {
  return interceptors.some(({ isSilent }) => isSilent)
}

/** What takes the other's row away; nothing, where nobody can say which that is. */
export function withoutRow (tenantKey: TenantKey, { victim, place }: Pick<Prey, 'victim' | 'place'>): Attempt['without'] {
  return place === undefined ? undefined : { text: `delete from ${place.table} where ctid = $1::tid and ${isOf(tenantKey, '$2')}`, values: [place.row, victim] }
}

/** What policies play no part in. */
function wholeTable ({ name, schema, primaryKey, ...tenantKey }: ProbedTable, { self }: Prey): Attempt[] {
  const own = { context: { tenant: self }, values: [], leaksBy: 'answer' as const }
  const attempts: Attempt[] = [
    { ...own, probe: 'cascade from own rows', text: `delete from ${name} where ${isOf(tenantKey, '$1')}`, values: [self], leaksBy: 'loss', refusals: keyRefusals },
    // That a key is in the way is said to those only who might.
    { ...own, probe: 'truncate', text: `truncate ${name}` },
    { ...own, probe: 'truncate, with all that refers to it', text: `truncate ${name} cascade` },
    { ...own, probe: 'lock the table', text: `lock table ${name} in access exclusive mode`, leaksBy: 'nothing', nuisance: 'keeps all tenants waiting, until a timeout ends it' },
    { ...own, probe: 'switch row-level security off', text: `alter table ${name} disable row level security` },
    { ...own, probe: 'add a policy', text: `create policy open on ${name} using (true)` },
    { ...own, probe: 'add a trigger', text: `create trigger spy after insert on ${name} for each row execute function pg_catalog.suppress_redundant_updates_trigger()`, locksFirst: true }
  ]
  if (primaryKey.length > 0) {
    const columns = primaryKey.map(quote).join(', ')
    const spy = `${schema}.checkrls_spy`
    attempts.push({
      ...own,
      probe: 'refer from a table of one\'s own',
      before: `create table ${spy} as select ${columns} from ${name} limit 0; alter table ${spy} owner to current_tenant_role`,
      text: `alter table ${spy} add foreign key (${columns}) references ${name} (${columns})`,
      // To what may be deferred nothing refers, and nobody is asked whether it may.
      refusals: [withDeferrableKeys]
    })
  }
  return attempts
}

function otherTenants ({ name, key, ...tenantKey }: ProbedTable, { self, victim }: Prey, setting: string | undefined, naming: Naming | undefined): Attempt[] {
  const k = quote(key)
  const attempts: Attempt[] = []
  if (setting !== undefined) {
    attempts.push({
      probe: 'switch tenants within a statement',
      context: { tenant: self },
      // The setting first, then the rows: a policy that is looked at once, when a scan begins, is looked at then.
      text: `select later.${k} from (select set_config($2, $1, true) as named offset 0) as first, lateral (select ${k} from ${name} where first.named is not null and ${isOf(tenantKey, '$1')} offset 0) as later`,
      values: [victim, setting],
      leaksBy: 'rows'
    })
  }
  if (naming !== undefined) attempts.push({ probe: 'name another tenant', context: { tenant: self }, ...naming(victim), leaksBy: 'answer', mayFail: true })
  return attempts
}

/** A function is called where set_config() would be: with the other's id wherever that fits, and with a text that names the other. */
function calls ({ name, key, columns, ...tenantKey }: ProbedTable, { self, victim }: Prey, setting: string | undefined, suspect: SuspectFunction): Attempt[] {
  if (!columns.some(column => column.name === key && column.canRead)) return []
  const k = quote(key)
  const called = suspect.name.slice(0, suspect.name.indexOf('('))
  const isText = (type: string): boolean => ['text', 'character varying', 'name'].includes(type)
  const given = (type: string, text: string): string => /^(?:smallint|integer|bigint|numeric|uuid)$/.test(type) ? `${literal(victim)}::${type}` : isText(type) ? `${literal(text)}::${type}` : `null::${type}`
  const texts = [victim, ...(setting !== undefined && suspect.argumentTypes.some(isText) ? [`set local ${setting} = ${literal(victim)}`] : [])]
  // A setting's name and its value, to be put together.
  const lists = texts.map(text => suspect.argumentTypes.map(type => given(type, text)))
  if (setting !== undefined && suspect.argumentTypes.filter(isText).length > 1) lists.push(suspect.argumentTypes.map((type, index, types) => given(type, types.findIndex(isText) === index ? setting : victim)))
  return lists.map(list => ({
    probe: `call ${suspect.name} within a statement`,
    context: { tenant: self },
    text: suspect.isProcedure
      ? `call ${called}(${list.join(', ')}); select ${k} from ${name} where ${isOf(tenantKey, literal(victim))}`
      : `select later.${k} from (select ${called}(${list.join(', ')})::text as named offset 0) as first, lateral (select ${k} from ${name} where (first.named is null or first.named is not null) and ${isOf(tenantKey, literal(victim))} offset 0) as later`,
    values: [],
    leaksBy: 'rows',
    mayFail: true
  }))
}

/** What is tried as one of many tenants: to see anybody else's rows. */
export function readsAs ({ name, key, columns, ...tenantKey }: ProbedTable, tenant: string): Attempt[] {
  if (!columns.some(column => column.name === key && column.canRead)) return []
  const k = quote(key)
  return [{ probe: 'read without a filter, as one of many', context: { tenant }, text: `select ${k} from ${name} where ${isAnothers(tenantKey, '$1')} limit 1`, values: [tenant], leaksBy: 'rows' }]
}

function contexts (setting: string | undefined): Array<[string, Context]> {
  return setting === undefined ? [] : forged.map(([what, value]) => [what, { setting, value }])
}

/** A column to update, for the sake of updating: one that may be, so that more than its privilege is tried. */
function touchable (columns: ProbedTable['columns'], key: string): string {
  const free = columns.filter(column => !column.isGenerated && !column.isIdentity)
  return quote((free.find(column => column.canUpdate) ?? free[0])?.name ?? key)
}

/** Inserts what may be inserted of a row, and a number where a sequence would give one; where nothing may be, the attempt is made all the same. */
function insertion ({ name, columns }: Pick<ProbedTable, 'name' | 'columns'>, values: Readonly<Record<string, unknown>>): { text: string, values: unknown[] } {
  const row: Readonly<Record<string, unknown>> = { ...Object.fromEntries(columns.filter(column => column.isNumbered).map(column => [column.name, '1'])), ...values }
  const known = columns.filter(column => !column.isGenerated && row[column.name] !== undefined)
  const allowed = known.filter(column => column.canInsert)
  const written = allowed.length > 0 ? allowed : known
  const text = `insert into ${name} (${written.map(column => quote(column.name)).join(', ')}) overriding system value values (${written.map((_, index) => `$${index + 1}`).join(', ')})`
  return { text, values: written.map(column => row[column.name]) }
}

/** Whether a row is a tenant's. */
export function isOf ({ exactKey, equality }: TenantKey, tenant: string): string {
  return `${exactKey} ${equality} ${tenant}`
}

/** Whether a row is not a tenant's: anybody else's, or nobody's. */
function isAnothers (tenantKey: TenantKey, tenant: string): string {
  return tenantKey.equality === '=' ? `${tenantKey.exactKey} is distinct from ${tenant}` : `(${isOf(tenantKey, tenant)}) is not true`
}

/** A column's name as exceptions can have it in that of an attempt. */
function named (column: string): string {
  return /[="]/.test(column) ? quote(column) : column
}

export function quote (identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}

/** A value as SQL writes it. Backslashes are plain with standard_conforming_strings, which nobody here has switched off. */
export function literal (value: unknown): string {
  return value === null || value === undefined ? 'null' : `'${String(value).replaceAll("'", "''")}'`
}
