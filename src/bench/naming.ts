import { randomBytes } from 'node:crypto'
import { withClient } from '../database/admin.ts'
import { ensureContext, type ContextKind } from '../database/context.ts'
import { startServer } from '../programs.ts'
import type { BenchDatabase } from './bench-database.ts'
import { figure, median, type Figure } from './figures.ts'
import { sendHttpLoad } from './http-load.ts'
import { inTurn, rotation, type BenchContext, type BenchSize } from './measurements.ts'
import { failures } from './throughput.ts'

const clients = 16
/** Into how many shorter rounds each round of pages is divided: the two lie near each other, and so do the machine's moods. */
const finer = 4

/** What it costs that no statement names a tenant in its midst: where set_config() is revoked, and where names are signed. */
export async function measureNaming ({ size }: BenchContext, database: BenchDatabase): Promise<Figure[]> {
  return [await measureStatement(size, database), await measureSigning(size, database)]
}

/** The statement that names a tenant, against the one that there would be if set_config() were not revoked. */
async function measureStatement (size: BenchSize, database: BenchDatabase): Promise<Figure> {
  await withClient(database.admin, async client => {
    // What set_account() is, but for one line.
    await client.query(`
      do $do$
      begin
        execute replace(replace(pg_get_functiondef('rowhouse.set_account(bigint,text,text)'::regprocedure), 'set_account', 'set_account_by_call'),
          $$execute format('set local app.account_id = %L', account_id)$$, $$perform set_config('app.account_id', account_id::text, true)$$);
      end
      $do$`)
    await client.query('grant execute on function rowhouse.set_account_by_call(bigint, text, text), pg_catalog.set_config(text, text, boolean) to rowhouse_tenant')
  })
  try {
    return await withClient(database.login('tenant'), async client => {
      const named = async (name: string, account: number): Promise<number> => {
        await client.query('begin isolation level repeatable read read only')
        const started = performance.now()
        await client.query({ name, text: `select ${name}($1, $2)`, values: [account, `tenant-${account - 1}`] })
        const took = performance.now() - started
        await client.query('commit')
        return took
      }
      const rounds: Array<{ value: number, base: number }> = []
      const perRound = Math.max(200, Math.round(size.seconds * 500))
      // The first is a warm-up.
      for (let round = 0; round <= size.rounds; round++) {
        const times: { statement: number[], call: number[] } = { statement: [], call: [] }
        for (let index = 0; index < perRound; index++) {
          const account = 1 + index % Math.min(200, size.accounts)
          times.statement.push(await named('set_account', account))
          times.call.push(await named('set_account_by_call', account))
        }
        if (round > 0) rounds.push({ value: median(times.statement), base: median(times.call) })
      }
      return figure({ group: 'What the walls cost', name: 'naming a tenant', subject: 'set_account(), which sets by SET LOCAL', base: 'the same by set_config()', unit: 'ms' }, rounds)
    })
  } finally {
    await withClient(database.admin, async client => {
      await client.query('drop function rowhouse.set_account_by_call(bigint, text, text)')
      await client.query('revoke execute on function pg_catalog.set_config(text, text, boolean) from rowhouse_tenant')
    })
  }
}

/** A tenant's page where names of tenants are signed, against the same page where they are taken as they are. */
async function measureSigning (size: BenchSize, database: BenchDatabase): Promise<Figure> {
  const key = randomBytes(32).toString('base64')
  const become = async (kind: ContextKind): Promise<void> => { await withClient(database.login('owner'), async client => { await ensureContext(client, kind) }) }
  const next = rotation(Math.min(200, size.accounts))
  const pages = async (port: number, kind: ContextKind): Promise<number> => {
    await become(kind)
    const load = { port, clients, next }
    // Every session plans anew after the function has changed.
    await sendHttpLoad({ ...load, durationMs: 300 })
    const result = await sendHttpLoad({ ...load, durationMs: size.seconds * 1000 / finer })
    if (failures(result) > 0) throw new Error(`pages were answered ${JSON.stringify(result.failures)}`)
    return result.requests / result.seconds
  }
  // Each is started while the database is as it takes it, and asked only then.
  const unsigned = await startServer(database.environment)
  const signed = await startServer({ ...database.environment, CONTEXT_KEY: key })
  try {
    await pages(signed.port, { signedWith: key })
    await pages(unsigned.port, 'unsigned')
    const rounds = await inTurn(size.rounds * finer, async () => await pages(signed.port, { signedWith: key }), async () => await pages(unsigned.port, 'unsigned'))
    return figure({
      group: 'What the walls cost',
      name: 'page where names of tenants are signed',
      subject: `a tenant's page with CONTEXT_KEY, ${clients} connections`,
      base: 'the same page, names taken as they are',
      unit: 'requests/s'
    }, rounds.map(([value = NaN, base = NaN]) => ({ value, base })))
  } finally {
    await Promise.all([signed.stop(), unsigned.stop()])
    await become('unsigned')
  }
}
