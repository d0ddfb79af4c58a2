import t from 'tap'
import { probe, type ProbeReport } from '../src/check-rls/probes.ts'
import { rowhouseSettings } from '../src/check-rls/rowhouse.ts'
import { queryOf } from '../src/check-rls/session.ts'
import { withClient } from '../src/database/admin.ts'
import { run, seedTenants, testDatabase, type TestDatabase } from './support.ts'

/** What comes of all attacks on a database, as the command makes them. */
async function attack (database: TestDatabase): Promise<ProbeReport> {
  return await withClient(database.admin, async client => await probe(queryOf(client), { ...rowhouseSettings, manifest: undefined, setTenant: 'select rowhouse.set_account($1)' }))
}

const leaksOf = ({ results }: ProbeReport): string[] => results.flatMap(({ table, probe, leak }) => leak === undefined ? [] : [`${table}: ${probe}: ${leak}`])

t.test('accounts that are not served from the schema keep nobody from attacking it', async t => {
  const database = await testDatabase(t)
  await seedTenants(database, { tenants: 5, subtasks: 3 })
  const tenants = async (...args: string[]): Promise<void> => {
    const { ended, output } = run(t, ['bin/tenants.ts', ...args], database.environment)
    t.equal(await ended, 0, output())
  }
  for (const command of [['suspend', 'tenant-4'], ['delete', 'tenant-3', '--yes'], ['move', 'tenant-2', '--to', 'multiple-databases']]) await tenants(...command)
  const { ended, output } = run(t, ['bin/checkrls.ts', '--attack', '--ignore', 'login-joins:*=others', '--ignore', 'login-administers:*=others'], database.environment)
  t.equal(await ended, 0, output())
  t.match(output(), /nothing got through, of \d{3,} attacks/, 'the last one is suspended, one deleted, one moved to a database of its own')
  await tenants('suspend', 'tenant-0')
  const alone = await attack(database)
  t.strictSame([leaksOf(alone), alone.skipped], [[], []], 'one served account is enough: the others have rows')
  await tenants('suspend', 'tenant-1')
  await t.rejects(attack(database), /could not be named the tenant \d, so nothing can be tried: .*not served here/, 'none is too few')
})
