import t from 'tap'
import { audit, type AuditOptions } from '../src/check-rls/audit.ts'
import type { Query } from '../src/check-rls/check.ts'
import { queryOf } from '../src/check-rls/session.ts'
import type { CheckSettings } from '../src/check-rls/settings.ts'
import { withClient } from '../src/database/admin.ts'
import { testDatabase } from './support.ts'

// Databases of others, where tenants are kept apart in ways of their own: in a schema "yard", each rolled back in the end.
const database = await testDatabase(t)
const app = `yard_app_${process.pid}`
const yard: CheckSettings = { schema: 'yard', tenantRoles: [app], operatorRoles: [], trustedRoles: [], column: 'tenant', root: 'tenants', rootKey: 'id', context: undefined, definers: [], verifiers: [], namers: [], hiddenColumns: [], manifest: undefined }
const setting = "current_setting('yard.tenant')"

/** What stands in the schema beside the tenants, and what the walls are made of. */
interface Yard {
  type?: string
  collate?: string
  tenants?: readonly string[]
  before?: string
  notes?: string
  policy?: string
  more?: string
}

/** Works on such a database, with a query that neither begins nor ends a transaction. */
async function inYard<T> ({ type = 'integer', collate = '', tenants = ['1', '2', '3'], before = '', notes = `tenant ${type} ${collate} not null`, policy = `tenant = ${setting}::${type}`, more = '' }: Yard, work: (query: Query) => Promise<T>): Promise<T> {
  return await withClient(database.admin, async client => {
    const query = queryOf(client)
    await query('begin')
    try {
      await query(`
        create role ${app} login; create schema yard; grant usage on schema yard to ${app};
        ${before};
        create table yard.tenants (id ${type} ${collate} primary key);
        create table yard.notes (${notes}, id integer, body text, primary key (tenant, id));
        alter table yard.tenants enable row level security, force row level security;
        alter table yard.notes enable row level security, force row level security;
        grant select on yard.tenants to ${app}; grant select, insert, update, delete on yard.notes to ${app};
        create policy own on yard.tenants for select to ${app} using (${policy.replace(/\btenant\b(?!')/, 'id')});
        create policy own on yard.notes for all to ${app} using (${policy});
        insert into yard.tenants select unnest('{${tenants.join(',')}}'::${type}[]);
        insert into yard.notes (tenant, id, body) select id, row_number() over (order by id::text collate "C"), 'of ' || id from yard.tenants;
        ${more}`)
      return await work(async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values))
    } finally {
      await query('rollback')
    }
  })
}

/** What gets through, of whatever is not about set_config(), which one may call where a superuser has not revoked it. */
async function through (given: Yard, options: AuditOptions & { asked?: Partial<CheckSettings>, setTenant?: string } = {}): Promise<string[]> {
  return await inYard(given, async query => await leaks(query, options))
}

async function leaks (query: Query, { asked, setTenant, ...options }: AuditOptions & { asked?: Partial<CheckSettings>, setTenant?: string | undefined }): Promise<string[]> {
  const { probes } = await audit(query, { database: 'yard', settings: { ...yard, ...asked }, setTenant }, { attack: true, ...options })
  t.strictSame(probes?.skipped, [], 'each table is tried')
  return (probes?.results ?? []).flatMap(({ table, probe, leak }) => leak === undefined || probe.startsWith('switch tenants') ? [] : [`${table}: ${probe}`])
}

t.test('tenants whose ids a collation takes for one read each other\'s rows, and the attack sees it', async t => {
  const alike = "create collation yard.alike (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
  const tenants = ['ACME', 'acme', 'beta']
  const found = await through({ type: 'text', tenants, before: alike, notes: 'tenant text collate yard.alike not null' })
  for (const probe of ['read without a filter, as one of many', 'read without a filter', 'count more than one\'s own', 'delete blindly']) t.ok(found.includes(`yard.notes: ${probe}`), probe, { found })
  t.notOk(found.some(line => line.startsWith('yard.tenants')), 'their own table tells them apart')
  t.strictSame(await through({ type: 'text', tenants, before: alike, notes: 'tenant text collate yard.alike not null', policy: `tenant = ${setting} collate "C"` }), [], 'a policy that tells them apart is a wall, whatever the column does')
  t.strictSame(await through({ type: 'text', collate: 'collate yard.alike', tenants: ['ACME', 'beta'], before: alike, more: "insert into yard.notes values ('acme', 8, 'the same')" }), [], 'where the tenants\' own table takes two spellings for one tenant, they are one')
  t.strictSame(await through({ type: 'numeric', tenants: ['1', '2'], more: "insert into yard.notes values ('1.0', 8, 'the same')" }), [], 'a number is the same, however it is written')
})
