/**
 * Has Splinter, the linter of Supabase's, look at the same sabotages as checkrls, and tells what it had to say of each. Its lints
 * are one query, splinter.sql of https://github.com/supabase/splinter:
 *
 *   npx tsx test/compare-splinter.ts path/to/splinter.sql
 */
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { queryOf } from '../src/check-rls/session.ts'
import { withClient } from '../src/database/admin.ts'
import { sabotages } from './sabotages.ts'
import { seedTenants, testDatabase } from './support.ts'

// Each sabotage takes a tenth of a second, and there are hundreds.
t.setTimeout(600_000)
const [, , file] = process.argv
if (file === undefined) {
  console.error('npx tsx test/compare-splinter.ts path/to/splinter.sql')
  process.exit(2)
}
/** Runs in the transaction of whoever asks. */
const lints = (await readFile(file, 'utf8')).replace(/^\s*set local search_path = '';/, '').trim().replace(/;$/, '')

/** What each lint is about, by the rules here that are about the same. */
const about: Readonly<Record<string, readonly string[]>> = {
  rls_references_user_metadata: ['context-user-metadata'],
  rls_disabled_in_public: ['rls-off', 'partition-open', 'inherited-open'],
  policy_exists_rls_disabled: ['rls-off'],
  rls_enabled_no_policy: ['tenant-blind'],
  multiple_permissive_policies: ['policy-using', 'policy-check', 'policy-for-everybody'],
  rls_policy_always_true: ['policy-using', 'policy-check', 'policy-restricts-nothing'],
  security_definer_view: ['view-as-owner'],
  materialized_view_in_api: ['materialized-view-readable'],
  foreign_table_in_api: ['foreign-table-usable'],
  function_search_path_mutable: ['definer-search-path', 'definer-search-path-temporary'],
  authenticated_security_definer_function_executable: ['definer-unknown', 'definer-owner-bypasses'],
  anon_security_definer_function_executable: ['definer-unknown', 'definer-owner-bypasses', 'execute-public']
}

const database = await testDatabase(t)
await seedTenants(database)

t.test('what Splinter has to say of each sabotage', { timeout: 600_000 }, async t => {
  await withClient(database.admin, async client => {
    const query = queryOf(client)
    // What it expects of a database of Supabase's. Roles belong to the server, and go with the transaction.
    const prepare = async (): Promise<void> => {
      await query(`
        create role anon; create role authenticated; grant rowhouse_tenant to authenticated; set local pgrst.db_schemas = 'rowhouse';
        create schema auth; create table auth.users (id uuid primary key); create schema storage; create table storage.buckets (id text, name text, public boolean); create table storage.objects (bucket_id text)`)
    }
    const look = async (sabotage = 'select'): Promise<Map<string, string>> => {
      await query('begin')
      try {
        await prepare()
        await query(sabotage)
        await query("reset role; set local search_path = ''")
        return new Map((await query<{ name: string, cache_key: string }>(lints)).map(({ name, cache_key: key }) => [key, name]))
      } finally {
        await query('rollback')
      }
    }
    const before = await look()
    t.comment(`of the good database: ${before.size}: ${tally([...before.values()])}`)
    let spoke = 0
    let met = 0
    const unmet = new Map<string, number>()
    for (const { rule, sql } of sabotages) {
      const said = [...await look(sql)].filter(([key]) => !before.has(key)).map(([, name]) => name)
      const isMeant = said.some(name => about[name]?.includes(rule) === true)
      if (said.length > 0) spoke++
      if (isMeant) met++
      else unmet.set(rule, (unmet.get(rule) ?? 0) + 1)
      if (said.length > 0) t.comment(`${isMeant ? 'for it ' : 'beside '} ${rule}: ${tally(said)}`)
    }
    t.comment(`${sabotages.length} sabotages: something of ${spoke}, of ${met} for what was wrong`)
    t.comment(`nothing for it: ${[...unmet].map(([rule, count]) => count === 1 ? rule : `${rule} (${count})`).join(', ')}`)
    t.ok(spoke > 0)
  })
})

function tally (names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => count === 1 ? name : `${name} (${count})`).join(', ')
}
