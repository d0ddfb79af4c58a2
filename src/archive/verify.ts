import type pg from 'pg'
import type { ArchiveSteps } from './format.ts'
import { accountColumn, ownedTables, sequenceOf, tableNames, tables, type TableName } from './tables.ts'

export interface TableChecksum {
  rows: number
  /** A whole number in decimal digits. */
  checksum: string
}

export interface Findings {
  counts: Record<TableName, number>
  /** Rows whose parent is missing. */
  orphans: Array<{ table: TableName, parent: TableName, rows: number }>
  /** Ids that their sequence has yet to give, so that an insert would meet them. */
  beyondSequence: Array<{ table: TableName, highestId: number, lastValue: number }>
}

/**
 * What an account's rows come to, table by table, in the snapshot of the caller's transaction: equal on every server and platform where the rows are, in
 * whatever order they lie, and whatever the account's id. The account's own row counts with slug and name.
 *
 * @param client the loader role, in a transaction of isolation level repeatable read where others may write; it sees what that has written
 */
export async function checksumAccount (client: pg.Client, accountId: number, onProgress?: ArchiveSteps['onProgress']): Promise<Record<TableName, TableChecksum>> {
  const total = onProgress === undefined ? 0 : await countRows(client, accountId)
  const checksums: Partial<Record<TableName, TableChecksum>> = {}
  let done = 0
  for (const table of tableNames) {
    onProgress?.({ table, done, total })
    const { rows: [sum] } = await client.query<{ rows: string, checksum: string }>(`
      select count(*)::text as rows, coalesce(sum(checksum), 0)::text as checksum
      from (
        select ('x' || left(encode(sha256(convert_to(row_to_json(kept)::text, 'UTF8')), 'hex'), 16))::bit(64)::bigint::numeric as checksum
        from (select ${tables[table].map(({ name, type }) => type === 'timestamptz' ? `${name} at time zone 'UTC' as ${name}` : name).join(', ')}
              from ${table} where ${accountColumn(table)} = $1::bigint) as kept
      ) as hashed`, [accountId])
    checksums[table] = { rows: Number(sum?.rows), checksum: sum?.checksum ?? '' }
    done += Number(sum?.rows)
  }
  onProgress?.({ table: 'subtask', done, total })
  return checksums as Record<TableName, TableChecksum>
}

async function countRows (client: pg.Client, accountId: number): Promise<number> {
  const counts = tableNames.map(table => `(select count(*) from ${table} where ${accountColumn(table)} = $1::bigint)`)
  const { rows: [sum] } = await client.query<{ count: string }>(`select ${counts.join(' + ')} as count`, [accountId])
  return Number(sum?.count)
}

/**
 * Looks for what the keys do not let happen, in one snapshot: only somebody who went around them can have done it.
 *
 * @param client the loader role
 */
export async function findOrphans (client: pg.Client, accountId: number): Promise<Findings> {
  const counted = tableNames.map(table => `
    select 'count' as finding, '${table}' as name, null as parent, count(*)::text as value, null as last_value
    from ${table} where ${accountColumn(table)} = $1::bigint`)
  const orphaned = ownedTables.flatMap(table => [
    missing(table, 'account_id', 'account'),
    ...tables[table].flatMap(({ name, parent }) => parent === undefined ? [] : [missing(table, name, parent)])
  ])
  // The last value alone does not say that it was given: a new sequence has yet to give its first.
  const beyond = tableNames.map(table => `
    select 'beyond', '${table}', null, highest.id::text, sequence.last_value::text
    from (select max(id) as id from ${table} where ${accountColumn(table)} = $1::bigint) as highest, ${sequenceOf(table)} as sequence
    where highest.id > sequence.last_value or (highest.id = sequence.last_value and not sequence.is_called)`)
  const { rows } = await client.query<{ finding: string, name: TableName, parent: TableName | null, value: string, last_value: string | null }>(
    [...counted, ...orphaned, ...beyond].join(' union all '), [accountId])
  const findings: Findings = { counts: { account: 0, app_user: 0, project: 0, task: 0, subtask: 0 }, orphans: [], beyondSequence: [] }
  for (const { finding, name, parent, value, last_value: lastValue } of rows) {
    if (finding === 'count') findings.counts[name] = Number(value)
    else if (parent !== null) findings.orphans.push({ table: name, parent, rows: Number(value) })
    else findings.beyondSequence.push({ table: name, highestId: Number(value), lastValue: Number(lastValue) })
  }
  return findings
}

/** Not a join: right after an import no statistics know the account, and a join planned for a single row would take hours. */
function missing (table: TableName, column: string, parent: TableName): string {
  return `
    select 'orphan', '${table}', '${parent}', sum(lost.children)::text, null
    from (
      select key, sum(children) as children
      from (
        select ${column} as key, 1 as children from ${table} where account_id = $1::bigint
        union all
        select id, null from ${parent} where ${accountColumn(parent)} = $1::bigint
      ) as both_sides
      group by key
      having count(*) = count(children)
    ) as lost
    having count(*) > 0`
}
