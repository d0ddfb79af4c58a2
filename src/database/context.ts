import crypto, { createHmac } from 'node:crypto'
import type pg from 'pg'
import { hasCode, inTransaction } from './admin.ts'
import { ExplainedError } from '../explained-error.ts'
import type { Sql, Transaction, TransactionOptions } from './transaction.ts'

/**
 * Whether the database takes the name of a transaction's tenant as it is, or only where it is signed. As it is costs nothing, and
 * is safe where no statement can set it: where a superuser has revoked set_config(). Elsewhere it is signed by a key that the role
 * which serves tenants cannot read.
 */
export type ContextKind = { signedWith: string } | 'unsigned'

/** Gives what proves that this process names an account: for a transaction that begins now. */
export type SignContext = (accountId: number) => string

/** Clocks of two machines differ, and a transaction may wait before it begins. */
const graceMs = 60_000

/**
 * @param deadlineMs how long a transaction may take
 * @returns undefined where nothing is signed
 */
export function contextSigner (kind: ContextKind | undefined, deadlineMs: number): SignContext | undefined {
  if (kind === undefined || kind === 'unsigned') return undefined
  const { id, secret } = derive(kind.signedWith)
  const lifetimeMs = deadlineMs + graceMs
  return accountId => {
    const until = `${id}.${Math.ceil((Date.now() + lifetimeMs) / 1000)}`
    return `${until}.${crypto.hash('sha384', Buffer.concat([secret, Buffer.from(`${until}.${accountId}`)]))}`
  }
}

/** What the database knows of a key: not the text itself, which somebody may use elsewhere, too. */
function derive (key: string): { id: string, secret: Buffer } {
  const secret = createHmac('sha256', key).update('rowhouse tenant context').digest()
  return { id: createHmac('sha256', secret).update('id').digest('base64url').slice(0, 8), secret }
}

/**
 * Has the database take names of tenants as they are, or only signed. Changes nothing where that is so. Whatever is signed with the
 * key before the last is good, too, so that servers can be given a new one while they run.
 *
 * @param client the owner of the schema, with its migrations applied
 */
export async function ensureContext (client: pg.Client, kind: ContextKind): Promise<void> {
  await inTransaction(client, async () => {
    // Two who set up at once would replace the function under each other's hands.
    await client.query("select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('rowhouse context', 0))")
    const { rows: [present] } = await client.query<{ isSigned: boolean }>('select rowhouse.context_is_signed() as "isSigned"')
    if (kind === 'unsigned') {
      if (present?.isSigned === true) await client.query(contextFunction("pg_catalog.current_setting('app.account_id')::bigint"))
      await client.query('delete from rowhouse_secret.context_key')
      return
    }
    const { id, secret } = derive(kind.signedWith)
    // A key that is given again is in use again: the next one must not push it out before one that nobody came back to.
    await client.query('insert into rowhouse_secret.context_key (id, secret) values ($1::text, $2::bytea) on conflict (id) do update set created_at = excluded.created_at', [id, secret])
    await client.query(`
      delete from rowhouse_secret.context_key where id <> $1::text
        and id not in (select id from rowhouse_secret.context_key where id <> $1::text order by created_at desc limit 1)`, [id])
    if (present?.isSigned !== true) await client.query(contextFunction('rowhouse.verified_account_id()'))
  })
}

function contextFunction (expression: string): string {
  return `create or replace function rowhouse.current_account_id() returns bigint language sql stable parallel safe return ${expression}`
}

/** Nobody's: no account has it, so the database says either that, or that it does not take the signature. */
const nobody = Number.MAX_SAFE_INTEGER

/**
 * Asserts that the database takes what this process names tenants with, and nothing less where it signs.
 *
 * @param begin a transaction of the tenants' role, in the database that is meant
 * @throws {ExplainedError} where the one signs and the other does not care, or the other way round, or by another key; where it takes any signature
 */
export async function assertContextAgrees (begin: Begin, sign: SignContext | undefined): Promise<void> {
  const isSigned = await inReading(begin, async sql => (await sql<{ isSigned: boolean }>`select context_is_signed() as "isSigned"`)[0]?.isSigned)
  if (isSigned !== true) {
    if (sign === undefined) return
    throw new ExplainedError('CONTEXT_KEY is set, and the database takes the names of tenants unsigned; run, with the same key: npx tsx bin/migrate.ts up')
  }
  if (sign === undefined) throw new ExplainedError('the database takes the names of tenants only where they are signed; set CONTEXT_KEY to the key that it was set up with, or take it back: npx tsx bin/migrate.ts up --unsigned')
  const refusal = await refusalOf(begin, sign(nobody))
  if (hasCode(refusal, '42501')) throw new ExplainedError('the database does not take what CONTEXT_KEY signs: it was set up with another key, or the clocks of the two machines differ by more than a minute')
  if (!hasCode(refusal, 'RH001')) throw refusal
  // That it asks for a signature is not yet that it looks at it.
  if (!hasCode(await refusalOf(begin, sign(nobody - 1)), '42501')) throw new ExplainedError('the database asks for signed names of tenants, and takes one that is of another account: current_account_id() is not what "migrate up" makes it; npx tsx bin/checkrls.ts says more')
}

type Begin = (options: TransactionOptions) => Promise<Transaction>

/** What the database says of a signature for an account that nobody has. */
async function refusalOf (begin: Begin, signature: string): Promise<unknown> {
  return await inReading(begin, async sql => await sql`select set_account(${nobody}, null, ${signature})`.then(() => undefined, (refusal: unknown) => refusal))
}

async function inReading<T> (begin: Begin, read: (sql: Sql) => Promise<T>): Promise<T> {
  const transaction = await begin({ readOnly: true, deadlineMs: 10_000 })
  try {
    return await read(transaction.sql)
  } finally {
    await transaction.rollback()
  }
}
