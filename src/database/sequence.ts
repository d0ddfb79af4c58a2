import type pg from 'pg'
import { ExplainedError } from '../explained-error.ts'

/** So many numbers nobody draws from a sequence between one instruction of the server and the next. */
const farAhead = 1_000_000

/** The highest id that is taken in from anywhere: a number of JavaScript holds it exactly, and sequences go far beyond. */
export const maxId = 2 ** 52

/**
 * What comes to a sequence that all tenants draw from may bring ids so far beyond those of here, and not further, or one of them
 * would use up what is left for the others.
 */
const farthest = 2 ** 40

/** Whose rows are in the database: those of all tenants who share the schema, or those of one alone, who may go as far as he likes. */
export type SequenceUse = 'shared' | 'own'

const ahead = (sequence: string): string => `select $1::bigint - last_value + case when is_called then 0 else 1 end as count from ${sequence}`

/** @throws {ExplainedError} where an id is farther than anybody honest needs */
export async function assertWithinReach (client: pg.Client, sequence: string, highest: number, use: SequenceUse): Promise<void> {
  if (highest <= maxId) {
    if (use === 'own') return
    const { rows: [gap] } = await client.query<{ count: string }>(ahead(sequence), [highest])
    if (Number(gap?.count ?? 0) <= farthest) return
  }
  throw new ExplainedError(`the id ${highest} is too far beyond what ${sequence} has come to; rows with such ids cannot be taken in`)
}

/**
 * Moves a sequence so that it gives no number up to this one any more, and never back, while others draw from it: a short way by
 * drawing, which is safe, and a long way by setting it, which is safe because nobody draws so many numbers in that moment.
 *
 * @throws {ExplainedError} where that is farther than anybody honest needs
 * @param client a role that may set the sequence, in a transaction: whoever else does the same waits for its end
 */
export async function advanceSequence (client: pg.Client, sequence: string, highest: number, use: SequenceUse): Promise<void> {
  // Two at once would set it back to the lower of their numbers.
  await client.query("select pg_advisory_xact_lock(hashtextextended('rowhouse sequence ' || $1::text, 0))", [sequence])
  await assertWithinReach(client, sequence, highest, use)
  await client.query(`select setval($2::regclass, $1::bigint) from (${ahead(sequence)}) as gap where gap.count > $3::bigint`, [highest, sequence, farAhead])
  await client.query(
    `select max(drawn) from (select nextval($2::regclass) as drawn from generate_series(1, (${ahead(sequence)}))) as numbers`, [highest, sequence])
}
