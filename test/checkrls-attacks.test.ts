import t from 'tap'
import { audit, type AuditOptions } from '../src/check-rls/audit.ts'
import { check, type Query } from '../src/check-rls/check.ts'
import { baselineOf, parseBaseline, parseException, whatCameOf, type Exception } from '../src/check-rls/exceptions.ts'
import { readManifest } from '../src/check-rls/manifest.ts'
import { openLeaks, openResults } from '../src/check-rls/probes.ts'
import { formatJson, formatSarif, formatText, type CheckReport } from '../src/check-rls/report.ts'
import { rules } from '../src/check-rls/rules.ts'
import type { CheckSettings } from '../src/check-rls/settings.ts'
import { withClient } from '../src/database/admin.ts'
import { isOfOtherTests, plannedOnce, testDatabase } from './support.ts'

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
    const query = plannedOnce(client)
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

/** A context that raises an error of its own where nobody is named. */
const raising = (how: string): string => `create function yard.tenant() returns integer language plpgsql stable as $$ begin
  if coalesce(${setting.replace(')', ', true)')}, '') !~ '^[1-9][0-9]*$' then raise ${how}; end if;
  return ${setting};
end $$`
const ofOwnCode = { before: raising("sqlstate '28000' using message = 'nobody is named'"), policy: 'tenant = yard.tenant()' }

/** A trigger that refuses the rows of others before the policy does. */
const refusing = (condition: string, how = "exception 'not yours'", properties = ''): string => `create function yard.refuse() returns trigger language plpgsql ${properties} as $$ begin
    if ${condition} then raise ${how}; end if;
    return case tg_op when 'DELETE' then old else new end;
  end $$;
  create trigger refuse before insert or update or delete on yard.notes for each row execute function yard.refuse()`
const foreign = "tg_op <> 'DELETE' and new.tenant <> yard.tenant()"

t.test('an error that the context raises by itself, or a trigger before the policy, is no hole', async t => {
  for (const [what, given] of Object.entries({
    'a code of its own': ofOwnCode,
    'no code of its own': { ...ofOwnCode, before: raising("exception 'nobody is named'") },
    'one that says what it was given': { ...ofOwnCode, before: raising(`sqlstate '28000' using message = format('not %L', ${setting.replace(')', ', true)')})`) },
    'a context within another': { before: `${ofOwnCode.before}; create function yard.asked() returns integer language sql stable set search_path = '' as 'select yard.tenant()'`, policy: 'tenant = yard.asked()' },
    'a domain that not every number is of': { before: 'create domain yard.number as integer check (value > 0)', policy: `tenant = ${setting}::yard.number` },
    'a trigger that refuses foreign rows': { ...ofOwnCode, more: refusing(foreign) },
    'one with the code of a wall': { ...ofOwnCode, more: refusing(foreign, "sqlstate '42501'") },
    'one that knows whether a tenant is named': { ...ofOwnCode, more: refusing('yard.tenant() is null or true') },
    'one that lets nothing be deleted': { ...ofOwnCode, more: refusing("tg_op = 'DELETE'", "sqlstate 'YD001'") },
    'one before each statement': { ...ofOwnCode, more: `${refusing('true')}; drop trigger refuse on yard.notes; create trigger refuse before insert or delete on yard.notes for each statement execute function yard.refuse()` }
  })) t.strictSame(await through(given), [], what)

  const entering = "create function yard.enter(id integer) returns void language plpgsql as $$ begin if coalesce(current_setting('yard.tenant', true), '') <> '' then raise exception 'somebody is named'; end if; execute format('set local yard.tenant = %L', id); end $$"
  t.strictSame(await through({ ...ofOwnCode, more: entering }, { setTenant: 'select yard.enter($1)', asked: { namers: ['yard.enter(integer)'] } }), [], 'what names a tenant may refuse in words of its own')
})

t.test('no error hides a hole: neither one of a trigger in front of an open policy, nor one that tells of another\'s row', async t => {
  const lax = `drop policy own on yard.notes; create policy own on yard.notes for all to ${app} using (tenant = yard.tenant()) with check (true)`
  for (const [what, given, expected] of [
    ['an open policy behind a trigger', { ...ofOwnCode, more: `${lax}; ${refusing(foreign)}` }, ['insert for the other', 'move own rows there', 'merge, inserting for the other']],
    ['behind one with the code of a wall', { ...ofOwnCode, more: `${lax}; ${refusing(foreign, "sqlstate '42501'")}` }, ['insert for the other', 'move own rows there']],
    ['behind one that nothing switches off', { ...ofOwnCode, more: `${lax}; ${refusing(foreign, "sqlstate '42501'")}; alter table yard.notes enable always trigger refuse` }, ['insert for the other']],
    ['behind one that calls the context', { ...ofOwnCode, more: `alter policy own on yard.notes with check (coalesce(current_setting('yard.tenant', true), '') in ('', '*') or tenant = yard.tenant()); ${refusing('yard.tenant() is null')}` }, ['insert, no tenant named', 'insert, nothing for a tenant', 'insert, * for a tenant']],
    ['behind one that lets nothing be deleted', { ...ofOwnCode, more: `create policy gone on yard.notes for delete to ${app} using (true); ${refusing("tg_op = 'DELETE'", "sqlstate 'YD001'")}` }, ['delete blindly']],
    ['a trigger that looks among all rows', { ...ofOwnCode, more: refusing('exists (select from yard.notes where notes.tenant = new.tenant and notes.body = new.body)', "exception 'there is one'", 'security definer') }, ['insert for the other', 'upsert over the other', 'merge, inserting for the other']],
    ['one that looks among all rows for what one writes as one\'s own', { ...ofOwnCode, more: refusing("tg_op = 'INSERT' and exists (select from yard.notes where notes.tenant <> new.tenant and notes.body = new.body)", "exception 'somebody has it'", 'security definer') }, ['insert what the other has', 'insert what the other has, or do nothing']],
    ['one whose words alone say so', { ...ofOwnCode, more: refusing(foreign, "exception 'not yours, of %', (select count(*) from yard.notes where notes.tenant = new.tenant)", 'security definer') }, ['insert for the other']],
    ['a context whose words say so', { policy: 'tenant = yard.tenant()', before: raising("sqlstate '28000' using message = (select count(*) from yard.notes)").replace(' stable', ' stable security definer') }, ['read, no tenant named', 'read, nothing for a tenant', 'insert, no tenant named']]
  ] as const) {
    const found = await through(given)
    for (const probe of expected) t.ok(found.includes(`yard.notes: ${probe}`), `${what}: ${probe}`, { found })
  }
})

const [operator, auditor] = [`yard_operator_${process.pid}`, `yard_auditor_${process.pid}`]

/** Works on such a database with a login that is no superuser, but a member of the role that serves tenants, and of one that sees all. */
async function asAuditor<T> ({ more = '', ...given }: Yard, work: (query: Query) => Promise<T>): Promise<T> {
  return await inYard({
    ...given,
    more: `create role ${auditor} login; create role ${operator} login; ${more}; grant usage on schema yard to ${operator}; grant select on yard.tenants, yard.notes to ${operator};
      create policy all_rows on yard.tenants for select to ${operator} using (true); create policy all_rows on yard.notes for select to ${operator} using (true);
      grant ${app}, ${operator} to ${auditor}; set local session authorization ${auditor}`
  }, work)
}

/** What got through or is undecided, and what is told of it. */
async function toldOf (query: Query): Promise<string[]> {
  const { probes } = await audit(query, { database: 'yard', settings: { ...yard, operatorRoles: [operator] } }, { attack: true })
  return (probes?.results ?? []).flatMap(result => (result.leak ?? result.undecided) === undefined || result.probe.startsWith('switch tenants') ? [] : [`${result.probe}: ${whatCameOf(result)}`])
}

t.test('a login that is no superuser tells the context\'s own error from a trigger\'s by where it was raised, and says so of what it cannot look behind', async t => {
  const found = async (more: string): Promise<string[]> => await asAuditor({ ...ofOwnCode, more }, toldOf)
  t.strictSame(await found(refusing('false')), [], 'a trigger that refuses nothing')
  t.strictSame(await found(''), [])
  const alarms = await found(refusing('yard.tenant() is null'))
  const unseen = (code: string): string => `not decided: a trigger, a rule or a function may have answered before the policies did: ${code} its words are left out, because they may hold what stands in a row; a superuser's login can look behind it`
  t.ok(alarms.length > 0 && alarms.every(line => /^(?:insert|update|merge|delete|upsert)/.test(line) && line.endsWith(`: ${unseen('28000')}`)), 'one that calls the context', { alarms })
  for (const probe of ['insert for the other', 'upsert over the other', 'merge, inserting for the other']) t.ok((await found(refusing(foreign))).includes(`${probe}: ${unseen('P0001')}`), probe)
  const blindly = async (more: string): Promise<string[]> => (await found(more)).filter(line => line.startsWith('delete blindly'))
  t.strictSame(await blindly(refusing("tg_op = 'DELETE'")), [], 'how many rows the policies let be deleted shows before any trigger')
  t.strictSame(await blindly(`${laxDelete}; ${refusing("tg_op = 'DELETE'")}`), ['delete blindly: the policies let 3 rows through, more than the 1 row of one\'s own, and something else was in the way: P0001 its words are left out, because they may hold what stands in a row'])
})

/** A trigger that says nothing: it lets a row be as it is, or as it was, or makes another of it. */
const silent = (what: string, events = 'insert or update or delete'): string => `create function yard.hush() returns trigger language plpgsql as $$ begin ${what}; return case tg_op when 'DELETE' then old else new end; end $$;
  create trigger hush before ${events} on yard.notes for each row execute function yard.hush()`
const swallowing = silent(`if ${foreign} then return null; end if`)
const keeping = silent('return null', 'delete')
const stamping = silent("if tg_op <> 'DELETE' then new.tenant := yard.tenant(); end if")
const touching = silent("if tg_op <> 'DELETE' then new.body := coalesce(new.body, 'none'); end if")
const ruling = 'create rule hush as on insert to yard.notes do instead nothing'
const laxCheck = `drop policy own on yard.notes; create policy own on yard.notes for all to ${app} using (tenant = yard.tenant()) with check (true)`
const laxDelete = `create policy gone on yard.notes for delete to ${app} using (true)`
const laxUpdate = `create policy fix on yard.notes for update to ${app} using (true) with check (true)`

t.test('a trigger or a rule that answers without a word hides no open policy, and what it makes of a row is no hole', async t => {
  const inserts = ['insert for the other', 'upsert over the other', 'merge, inserting for the other']
  for (const [what, more, expected] of [
    ['an open policy behind a trigger that takes foreign rows', `${laxCheck}; ${swallowing}`, [...inserts, 'move own rows there']],
    ['behind one that nothing switches off', `${laxCheck}; ${swallowing}; alter table yard.notes enable always trigger hush`, inserts],
    ['behind one that makes them one\'s own', `${laxCheck}; ${stamping}`, [...inserts, 'move own rows there', 'insert, 0 for a tenant']],
    ['behind a rule', `${laxCheck}; ${ruling}`, ['insert for the other', 'insert, no tenant named']],
    ['behind a rule that nothing switches off', `${laxCheck}; ${ruling}; alter table yard.notes enable always rule hush`, ['insert for the other']],
    ['behind one that lets nothing be deleted', `${laxDelete}; ${keeping}`, ['delete blindly']],
    ['behind one that leaves rows as they are', `${laxUpdate}; ${silent('return null', 'update')}`, ['update body blindly']],
    ['a policy that is open for what a trigger makes of rows', `alter policy own on yard.notes with check (tenant = yard.tenant() or body = 'none'); ${silent("new.body := 'none'", 'insert')}`, ['insert for the other']],
    ['a cascade behind one that lets nothing be deleted', `alter table yard.notes add unique (id); create table yard.replies (tenant integer not null, id integer, note integer references yard.notes (id) on delete cascade, primary key (tenant, id));
      alter table yard.replies enable row level security, force row level security; insert into yard.replies select tenants.id, notes.id, notes.id from yard.tenants, yard.notes; ${keeping}`, ['cascade from own rows']]
  ] as const) {
    const found = await through({ ...ofOwnCode, more })
    for (const probe of expected) t.ok(found.includes(`yard.notes: ${probe}`), `${what}: ${probe}`, { found })
  }
  for (const [what, more] of Object.entries({
    'one that takes foreign rows': swallowing,
    'one that nothing switches off': `${swallowing}; alter table yard.notes enable always trigger hush`,
    'one that makes them one\'s own': stamping,
    'one that lets nothing be deleted': keeping,
    'one that changes another column': touching,
    'one of a replica alone': `${silent('return null')}; alter table yard.notes enable replica trigger hush`,
    'a rule': ruling
  })) await inYard({ ...ofOwnCode, more }, async query => { t.strictSame(await toldOf(query), [], what) })
})

t.test('a login that can put no trigger out of the way counts the rows that reach one, and says of the others that nothing is decided', async t => {
  const told = async (more: string): Promise<string[]> => await asAuditor({ ...ofOwnCode, more }, toldOf)
  for (const [what, more] of Object.entries({ 'one that changes another column': touching, 'one that lets nothing be deleted': silent('if old.tenant <> 2 then return null; end if', 'delete') })) {
    t.strictSame((await told(more)).filter(line => !line.startsWith('cascade')), [], what)
  }
  const undecided = (probe: string): string => `${probe}: not decided: a trigger, a rule or a function may have answered before the policies did: 0 rows; a superuser's login can look behind it`
  for (const more of [swallowing, `${laxCheck}; ${swallowing}`, `${laxCheck}; ${ruling}`, ruling]) t.ok((await told(more)).includes(undecided('insert for the other')), more)
  t.ok((await told(`${laxCheck}; ${stamping}`)).includes(undecided('insert for the other').replace('0 rows', '1 row')), 'a row that was made one\'s own')
  t.ok((await told(`${touching}; grant truncate on yard.notes to ${app}`)).includes('truncate: 0 rows'), 'what asks no trigger for each row is as it was')
  t.ok((await told(keeping)).includes(undecided('cascade from own rows')))
  t.ok((await told(`${laxDelete}; ${keeping}`)).includes('delete blindly: 3 rows reached a trigger, more than the 1 row of one\'s own'))
  t.ok((await told(`${laxDelete}; create policy seen on yard.notes for select to ${app} using (true); ${keeping}`)).includes('delete: 1 row reached a trigger, which let nothing be done'))
  t.ok((await told(`${laxCheck}; ${swallowing}; alter table yard.notes owner to ${auditor}`)).includes('move own rows there: 1 row, where no trigger or key answers 0 rows'), 'whose table it is can look')
  t.strictSame(await told(`${swallowing}; alter table yard.notes owner to ${auditor}`), [], 'and sees that there is nothing')

  await asAuditor({ ...ofOwnCode, more: swallowing }, async query => {
    const report = async (options: AuditOptions = {}): Promise<CheckReport> => await audit(query, { database: 'yard', settings: { ...yard, operatorRoles: [operator] } }, { attack: true, ...options })
    const { probes, ...rest } = await report()
    const open = (probes === undefined ? [] : openResults(probes)).filter(({ undecided }) => undecided !== undefined)
    t.strictSame(open.map(({ leak }) => leak).filter(leak => leak !== undefined), [], 'it has not got through')
    const all = { ...rest, probes }
    t.match(formatText([all]), /; \d+ of them not decided[^]*not decided +as +how +why[^]*yard\.notes +\S+ +insert for the other +a trigger, a rule or a function may have answered/)
    const { probes: plain } = JSON.parse(formatJson([all])) as { probes: { results: Array<{ probe: string, leak: string | null, undecided: string | null }> } }
    t.match(plain.results.find(({ probe }) => probe === 'insert for the other'), { leak: null, undecided: /^a trigger/ })
    t.match(formatSarif([all]), /insert for the other: not decided: a trigger/)
    const known = await report({ baseline: parseBaseline(JSON.stringify(baselineOf([], open))), exceptions: [] })
    t.notOk(known.probes === undefined || openResults(known.probes).some(({ undecided }) => undecided !== undefined), 'a baseline has it')
    const excepting = await report({ exceptions: [parseException('attack:yard.notes: insert for the other=the trigger is ours', rules)] })
    t.match(formatText([excepting]), /let be {2}attack {2}yard\.notes: insert for the other: the trigger is ours \(as \S+: not decided: a trigger/)
  })
})

/** What got through or is undecided in a yard, as a superuser and as a login that is none. */
async function toldOfBoth (given: Yard): Promise<Record<'superuser' | 'auditor', string[]>> {
  return { superuser: await inYard({ ...given, more: given.more?.replaceAll(/[^;]*\bto operator\b[^;]*;?/g, '') ?? '' }, toldOf), auditor: await asAuditor({ ...given, more: given.more?.replaceAll(/\bto operator\b/g, `to ${operator}`) ?? '' }, toldOf) }
}

const probesOf = (told: readonly string[]): string[] => [...new Set(told.map(line => line.slice(0, line.indexOf(': '))))]

t.test('rows of others are tried to be made one\'s own, whatever key is in the way', async t => {
  const open = `create policy take on yard.notes for update to ${app} using (true) with check (false)`
  for (const [who, told] of Object.entries(await toldOfBoth({ more: open }))) t.ok(told.includes('move all rows here: rows of the other are gone'), who, { told })
  for (const [who, told] of Object.entries(await toldOfBoth({ more: `${open}; update yard.notes set id = 1` }))) {
    t.ok(told.includes('move all rows here: the policies let 3 rows through, more than the 1 row of one\'s own, and something else was in the way: 23505 duplicate key value violates unique constraint "notes_pkey"'), who, { told })
  }
})

t.test('a blind update is decided by a value that fits, or by how many rows the policies let through where none does', async t => {
  const columns = `create type yard.state as enum ('open', 'done'); alter table yard.notes add column state yard.state, add column price numeric(10, 2), add column kind text check (kind in ('a', 'b')), add column meta jsonb, add column slot integer;
    insert into yard.notes select tenant, id + 10 from yard.notes; update yard.notes set state = 'open', price = 12.5, kind = 'a', meta = '{}', slot = id;
    alter table yard.notes alter column state set not null, alter column price set not null, alter column kind set not null, alter column meta set not null, alter column slot set not null, add unique (tenant, slot);
    revoke update on yard.notes from ${app}; grant update (state, price, kind, meta, slot) on yard.notes to ${app}`
  const lax = `create policy fix on yard.notes for update to ${app} using (true)`
  const checked = `${lax} with check (tenant = ${setting}::integer)`
  for (const [who, told] of Object.entries(await toldOfBoth({ more: columns }))) t.strictSame(told, [], `${who}: a wall`)
  for (const [who, told] of Object.entries(await toldOfBoth({ more: `${columns}; ${checked}` }))) t.strictSame(probesOf(told).filter(probe => !probe.includes('slot')), [], `${who}: no row is another's afterwards`)
  for (const [who, told] of Object.entries(await toldOfBoth({ more: `${columns}; ${lax} with check (true)` }))) {
    for (const column of ['state', 'price', 'kind', 'meta']) t.ok(told.some(line => line.startsWith(`update ${column} blindly: `) && !line.includes('not decided')), `${who}: ${column}`, { told })
    t.ok(told.includes('update slot blindly: not decided: the policies let 6 rows through, more than the 2 rows of one\'s own, and something else was in the way: 23505 duplicate key value violates unique constraint "notes_tenant_slot_key"'), who, { told })
  }
})

t.test('rows that a key keeps from being deleted are gone as far as the policies go', async t => {
  const replies = `create table yard.replies (tenant integer not null, id integer, note integer, primary key (tenant, id), foreign key (tenant, note) references yard.notes (tenant, id)); insert into yard.replies values (1, 1, 1);
    alter table yard.replies enable row level security, force row level security; grant select on yard.replies to operator; create policy all_rows on yard.replies for select to operator using (true)`
  t.strictSame(await toldOfBoth({ more: replies }), { superuser: [], auditor: [] }, 'one\'s own rows alone')
  const { superuser, auditor } = await toldOfBoth({ more: `${replies}; ${laxDelete}` })
  t.ok(superuser.includes('delete blindly: rows of the other are gone'), 'a superuser\'s login deletes them', { superuser })
  t.ok(auditor.some(line => line.startsWith('delete blindly: the policies let 3 rows through, more than the 1 row of one\'s own, and something else was in the way: 23503 ')), 'another counts them', { auditor })
})

t.test('what a key says at the end of a transaction is heard', async t => {
  const projects = `create table yard.projects (tenant integer not null, id integer unique, primary key (tenant, id)); insert into yard.projects select id, id from yard.tenants; alter table yard.notes add column project integer, add column code text; update yard.notes set project = tenant, code = 'c' || tenant;
    alter table yard.projects enable row level security, force row level security; grant select on yard.projects to operator; create policy all_rows on yard.projects for select to operator using (true)`
  for (const [who, told] of Object.entries(await toldOfBoth({ more: `${projects}; alter table yard.notes add foreign key (project) references yard.projects (id) deferrable initially deferred, add unique (code) deferrable initially deferred` }))) {
    for (const probe of ['refer to yard.projects of the other', 'insert what the other has', 'take the other\'s code']) t.ok(told.some(line => line.startsWith(probe)), `${who}: ${probe}`, { told })
  }
  t.strictSame(await toldOfBoth({ more: `${projects}; alter table yard.notes add foreign key (tenant, project) references yard.projects (tenant, id) deferrable initially deferred, add unique (tenant, code) deferrable initially deferred` }), { superuser: [], auditor: [] }, 'and a wall is one then, too')
})

t.test('what nobody may, and what one\'s own rows are in the way of, says nothing of another\'s', async t => {
  for (const [what, more] of Object.entries({
    'nobody but the other has a row, and a key across tenants': `delete from yard.notes where tenant < 3; alter table yard.notes add unique (body); revoke insert on yard.notes from ${app}`,
    'one\'s own row has it, and a key across tenants is not written': `alter table yard.notes add column number integer generated always as identity unique, add column name text; update yard.notes set name = 'theme'; alter table yard.notes add unique (tenant, name); revoke insert on yard.notes from ${app}; grant insert (tenant, id, body, name) on yard.notes to ${app}`,
    'keys that may be deferred': 'alter table yard.notes drop constraint notes_pkey, add primary key (tenant, id) deferrable, add unique (tenant, body) deferrable',
    'a rule that does something as well': 'create table yard.log (at timestamptz); create rule logging as on update to yard.notes do also insert into yard.log values (now())',
    'names with a dollar and a number': 'alter table yard.notes add column "cost$1" integer; update yard.notes set "cost$1" = 1; alter table yard.notes add unique (tenant, "cost$1")'
  })) t.strictSame(await toldOfBoth({ more }), { superuser: [], auditor: [] }, what)
})

t.test('tenants whose ids are alike to the type of the key are one, and ids may have any sign in them', async t => {
  const tenants = ['a$$b', 'c$&d', '"e$1']
  const ofText = { type: 'text', tenants, policy: `tenant = ${setting}` }
  const [setTenant, quoted] = ['set local yard.tenant = $1', tenants.map(tenant => tenant.replaceAll('"', '\\"'))]
  // Whoever may set it may set it again.
  t.strictSame((await through({ ...ofText, tenants: quoted }, { setTenant })).filter(line => !line.endsWith(': name another tenant')), [])
  t.ok((await through({ ...ofText, tenants: quoted, more: `create policy wide on yard.notes for select to ${app} using (true)` }, { setTenant })).includes('yard.notes: read by the key'))

  const extensions = await withClient(database.admin, async client => (await client.query("select from pg_available_extensions where name = 'citext'")).rows)
  if (extensions.length === 0) {
    t.pass('keys of citext', { skip: 'this server has no such extension' })
    return
  }
  const ofCitext = { type: 'yard.citext', before: 'create extension citext schema yard', tenants: ['Acme', 'beta'], policy: `tenant operator(yard.=) ${setting}::yard.citext` }
  for (const [what, more] of Object.entries({ 'two spellings': '', 'two spellings of the only one that has rows': "; delete from yard.notes where tenant::text = 'beta'", 'another spelling than in the tenants\' own table': "; delete from yard.notes where tenant::text in ('beta', 'Acme')" })) {
    t.strictSame(await through({ ...ofCitext, more: `insert into yard.notes values ('acme', 8, 'the same')${more}` }), [], what)
  }
  const found = await through({ ...ofCitext, more: 'create policy wide on yard.notes using (true)' })
  for (const probe of ['read without a filter', 'read by the key', 'delete', 'delete blindly']) t.ok(found.includes(`yard.notes: ${probe}`), probe, { found })
})

t.test('no number is taken from a sequence where the role may write the id itself, however many rows it has', async t => {
  const numbers = `alter table yard.notes add column number bigserial; insert into yard.notes (tenant, id) select 1, n from generate_series(10, 29) as n; grant usage on all sequences in schema yard to ${app};
    create table yard.empty (tenant integer not null, id bigserial, serial bigint not null default nextval('yard.empty_id_seq'::text), number integer generated always as identity, primary key (tenant, id));
    alter table yard.empty enable row level security, force row level security; grant select, insert, update, delete on yard.empty to ${app}; grant usage on all sequences in schema yard to ${app}; create policy own on yard.empty to ${app} using (tenant = ${setting}::integer)`
  await inYard({ more: numbers }, async query => {
    const counted = async (): Promise<Array<{ name: string, last: number | null }>> => await query("select sequencename as name, last_value::integer as last from pg_sequences where schemaname = 'yard' order by sequencename")
    const before = await counted()
    t.strictSame(before, [{ name: 'empty_id_seq', last: null }, { name: 'empty_number_seq', last: null }, { name: 'notes_number_seq', last: 23 }])
    t.strictSame(await leaks(query, {}), [])
    t.strictSame(await counted(), before)
    await query(`revoke insert on yard.notes from ${app}; grant insert (tenant, id, body) on yard.notes to ${app}`)
    await leaks(query, {})
    const [,, { last } = { last: 0 }] = await counted()
    t.ok(last !== null && last > 23 && last < 45, `where it may not, each try to insert takes one: ${last ?? ''}`)
  })
})

t.test('a login that is no superuser is told by keys that see across tenants, and by those that take two tenants for one', async t => {
  const alike = "create collation yard.alike (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
  const tells = async (key: string, { collate = '', notes = 'tenant text not null' } = {}): Promise<string[]> => await asAuditor({
    type: 'text', collate, tenants: ['ACME', 'acme'], before: alike, notes, more: `alter table yard.notes add column slot integer default 1; update yard.notes set body = tenant; ${key}`
  }, async query => (await toldOf(query)).filter(line => line.endsWith('says that the row exists')))
  const saying = ['insert what the other has', 'insert what the other has, or do nothing'].map(probe => `${probe}: says that the row exists`)
  for (const [what, key] of Object.entries({
    'a unique index': 'create unique index alike_slots on yard.notes (tenant collate yard.alike, slot)',
    'an exclusion constraint': 'alter table yard.notes add exclude using btree (tenant collate yard.alike with =, slot with =)'
  })) t.match((await tells(`delete from yard.notes where tenant = 'acme'; ${key}`)).slice(0, 2), saying, what)
  for (const key of [
    'create unique index on yard.notes (tenant, slot)', 'create unique index on yard.notes (slot, tenant collate "C")', 'alter table yard.notes add exclude using btree (tenant with =, slot with =)', 'create index on yard.notes (slot)'
  ]) t.strictSame(await tells(key), [], key)
  t.match((await tells("delete from yard.notes where tenant = 'acme'; alter table yard.notes add exclude using btree (slot with =)")).slice(0, 2), saying, 'an exclusion constraint without the tenant')
})

t.test('what may get through is let be by the name of the attempt, or known, and counts no more; all else does', async t => {
  const named = { more: 'alter table yard.notes add column host text, add column "a=b" integer; update yard.notes set host = body; create unique index host_is_unique on yard.notes (host)' }
  const tells = ['insert what the other has', 'insert what the other has, or do nothing', 'insert what the other has, or update', 'take the other\'s host']
  const ignored = (text: string): Exception => parseException(text, rules)
  await inYard(named, async query => {
    const report = async (options: AuditOptions): Promise<CheckReport & { open: string[] }> => {
      const report = await audit(query, { database: 'yard', settings: yard }, { attack: true, rules: rules.filter(({ id }) => id === 'root-missing'), ...options })
      return { ...report, open: (report.probes === undefined ? [] : openLeaks(report.probes)).map(({ table, probe }) => `${table}: ${probe}`).filter(line => !line.includes('switch tenants')) }
    }
    const all = tells.map(probe => `yard.notes: ${probe}`)
    const { open, probes } = await report({})
    t.strictSame(open, all)
    t.ok(probes?.results.some(({ probe }) => probe === 'update "a=b"'), 'a column can be named whatever it is called')

    const exceptions = [...tells.slice(1).map(probe => ignored(`attack:yard.notes: ${probe}=host names are public`)), ignored('attack:yard.tenants: count=never mind'), ignored('attack:yard.notes: take the other\'s "a=b"=nor this')]
    const excepting = await report({ exceptions })
    t.strictSame(excepting.open, all.slice(0, 1))
    t.strictSame(excepting.sifted.unused, ['the exception attack:yard.tenants: count', 'the exception attack:yard.notes: take the other\'s "a=b"'], 'one that nothing came of is told')
    const text = formatText([excepting])
    t.match(text, new RegExp(`let be {2}attack {2}yard\\.notes: take the other's host: host names are public \\(got through as ${app}: says whether the row exists: `))
    t.match(text, /unused {2}the exception attack:yard\.tenants: count: nothing was found for it/)
    t.match(text, /insert what the other has +says whether/, 'what is not named is told as before')
    t.match(JSON.parse(formatJson([excepting])), { probes: { accepted: [{ table: 'yard.notes', role: app, probe: tells[1], because: 'host names are public' }, {}, {}], known: [] } })
    const { runs } = JSON.parse(formatSarif([excepting])) as { runs: Array<{ results: Array<{ message: { text: string }, suppressions?: object[] }> }> }
    t.equal(runs[0]?.results.filter(({ suppressions }) => suppressions !== undefined).length, 3)

    for (const object of ['yard.notes', '*', 'yard.notes: *', 'yard.notes: insert']) t.strictSame((await report({ exceptions: [ignored(`attack:${object}=all of it`)] })).open, all, `${object} names no attempt`)

    const baseline = parseBaseline(JSON.stringify(baselineOf([], probes?.results.filter(({ leak }) => leak !== undefined))))
    const knowing = await report({ baseline })
    t.strictSame([knowing.open, knowing.sifted.unused], [[], []])
    t.match(formatText([knowing]), /known {3}\d+ of the baseline[^]*nothing got through, but for \d+ let be or known, of \d+ attacks/)
    await query('drop index yard.host_is_unique')
    t.strictSame((await report({ baseline })).sifted.unused, all.map(line => `the baseline's attack:${line}`), 'and what is mended can go')
    await query(`create policy wide on yard.notes for select to ${app} using (true)`)
    t.ok((await report({ baseline, exceptions })).open.includes('yard.notes: read without a filter'))
  })
})

t.test('what is known of an attack stays known, however many rows there are', async t => {
  // To the default, which they have already: no row of the other is another afterwards, and their number alone tells.
  const lax = { more: `update yard.notes set body = null; revoke update on yard.notes from ${app}; grant update (body) on yard.notes to ${app}; create policy lax on yard.notes for update to ${app} using (true) with check (true)` }
  await inYard(lax, async query => {
    const report = async (options: AuditOptions): Promise<CheckReport> => await audit(query, { database: 'yard', settings: yard }, { attack: true, ...options })
    const first = await report({})
    const leaks = first.probes?.results.filter(({ leak }) => leak !== undefined) ?? []
    t.match(leaks.find(({ leak }) => leak?.includes('more than') === true), { leak: '3 rows, more than the 1 row of one\'s own' })
    const baseline = baselineOf([], leaks)
    await query('insert into yard.notes select tenant, id + more from yard.notes, generate_series(10, 30, 10) as more')
    const { probes, sifted } = await report({ baseline })
    t.strictSame(probes && openLeaks(probes), [])
    t.strictSame(sifted.unused, [])
  })
})

t.test('what comes to what a baseline has is new: another key to the same table, and another part of it for PUBLIC', async t => {
  const projects = `create table yard.projects (tenant integer not null, id integer primary key); alter table yard.projects enable row level security, force row level security; create policy own on yard.projects for all to ${app} using (tenant = ${setting}::integer);
    insert into yard.projects select id, id from yard.tenants; alter table yard.notes add column project integer references yard.projects, add column "re=view" integer; update yard.notes set project = tenant, "re=view" = tenant`
  await inYard({ more: projects }, async query => {
    const open = async (options: AuditOptions): Promise<string[]> => {
      const { probes } = await audit(query, { database: 'yard', settings: yard }, { attack: true, ...options })
      return (probes === undefined ? [] : openLeaks(probes)).map(({ table, probe }) => `${table}: ${probe}`).filter(line => line.includes('refer to'))
    }
    const [by, byAnother] = ['project', '"re=view"'].map(column => `yard.notes: refer to yard.projects of the other by ${column}`)
    t.strictSame(await open({}), [by])
    const { probes } = await audit(query, { database: 'yard', settings: yard }, { attack: true })
    const baseline = parseBaseline(JSON.stringify(baselineOf([], probes && openLeaks(probes))))
    const exceptions = [parseException(`attack:${by ?? ''}=a test`, rules)]
    for (const options of [{ baseline }, { exceptions }]) t.strictSame(await open(options), [])
    await query('alter table yard.notes add foreign key ("re=view") references yard.projects')
    for (const options of [{ baseline }, { exceptions }]) t.strictSame(await open(options), [byAnother])
    t.strictSame(await open({ baseline, exceptions: [parseException(`attack:${byAnother ?? ''}=a test`, rules)] }), [], 'by its name it is let be as well')
  })
  await inYard({}, async query => {
    const ofPublic = rules.filter(({ id }) => id === 'granted-to-public')
    await query('grant select (id) on yard.notes to public')
    const first = await check(query, yard, ofPublic)
    const told = async (): Promise<string[]> => (await audit(query, { database: 'yard', settings: yard }, { rules: ofPublic, baseline: baselineOf(first) })).sifted.findings.map(({ detail }) => detail)
    t.match(first, [{ object: 'yard.notes', detail: 'PUBLIC has select on id' }])
    t.strictSame(await told(), [])
    for (const [grant, expected] of [['select (body)', 'select on id, body'], ['select', 'select on the whole table'], ['update (id)', 'update on id']] as const) {
      await query(`savepoint before; grant ${grant} on yard.notes to public`)
      t.strictSame(await told(), [`PUBLIC has ${expected}`], grant)
      await query('rollback to before')
    }
  })
})

t.test('a table that could not be attacked is known for its reason, and told all the same', async t => {
  await inYard({ more: `create table yard.countries (code text); grant select on yard.countries to ${app}` }, async query => {
    const report = async (options: AuditOptions = {}): Promise<CheckReport> => await audit(query, { database: 'yard', settings: yard }, { attack: true, rules: rules.filter(({ id }) => id === 'root-missing'), ...options })
    const skipped = [{ table: 'yard.countries', reason: 'it has no column tenant' }]
    const { probes } = await report()
    t.strictSame(probes?.skipped, skipped)
    const baseline = parseBaseline(JSON.stringify(baselineOf([], [], probes?.skipped)))
    const knowing = await report({ baseline })
    t.strictSame([knowing.probes?.skipped, knowing.probes?.knownSkipped, knowing.sifted.unused], [[], skipped, []])
    t.match(formatText([knowing]), /known {3}1 of the baseline[^]*\nnot attacked, as the baseline has it: yard\.countries: it has no column tenant\n/)
    t.match(JSON.parse(formatJson([knowing])), { probes: { skipped: [], knownSkipped: skipped } })
    const { runs } = JSON.parse(formatSarif([knowing])) as { runs: Array<{ results: Array<{ message: { text: string } }> }> }
    t.match(runs[0]?.results.filter(({ message }) => message.text.startsWith('yard.countries')), [{ suppressions: [{ justification: 'in the baseline' }] }])
    const other = { findings: baseline.findings.map(line => ({ ...line, detail: 'not attacked: it was locked' })) }
    t.match(await report({ baseline: other }), { probes: { skipped, knownSkipped: [] }, sifted: { unused: ["the baseline's attack:yard.countries"] } }, 'for another reason it is not known')
    t.match(await report({ baseline, exceptions: [parseException('attack:yard.countries=the same for all', rules)] }), { probes: { skipped: [], knownSkipped: [], excepted: [{}] } })
  })
})

t.test('a tenant whose own rows a policy hides keeps nobody from attacking a table: others are tried', async t => {
  const tenants = Array.from({ length: 12 }, (_, index) => String(index + 1))
  const hiding = (...seen: number[]): string => `alter table yard.notes add column is_gone boolean not null default true; update yard.notes set is_gone = false where tenant = any ('{${seen.join()}}'); alter policy own on yard.notes using (tenant = ${setting}::integer and not is_gone)`
  const wide = `create policy wide on yard.notes for select to ${app} using (not is_gone)`
  for (const [what, more] of Object.entries({
    'the first and the last are hidden': hiding(3, 8),
    'those in the middle alone are seen': hiding(6, 7),
    'one is seen, and another has nothing': `${hiding(5)}; insert into yard.tenants values (99)`
  })) {
    t.strictSame(await through({ tenants, more }), [], what)
    t.ok((await through({ tenants, more: `${more}; ${wide}` })).includes('yard.notes: read without a filter'), `${what}: and an open policy is seen`)
    await asAuditor({ tenants, more: `${more}; ${wide}` }, async query => {
      const { probes } = await audit(query, { database: 'yard', settings: { ...yard, operatorRoles: [operator] } }, { attack: true })
      t.strictSame(probes?.skipped, [], `${what}: by a login that is no superuser`)
      t.ok((await toldOf(query)).some(line => line.startsWith('read without a filter:')), what)
    })
  }
  for (const [what, more] of Object.entries({ 'none is seen': hiding(), 'one alone is seen': hiding(5) })) {
    await inYard({ tenants, more }, async query => {
      const { probes } = await audit(query, { database: 'yard', settings: yard }, { attack: true })
      t.match(probes?.skipped, [{ table: 'yard.notes', reason: /^as one tenant, \S+ does not see what is its own, so that nothing is proved/ }], `${what}: nothing is proved`)
    })
  }
})

t.test('what keeps a table from being attacked is told without the id of a tenant, and without the words of a function', async t => {
  const ids = ['mallow', 'quince', 'zephyr']
  const text: Yard = { type: 'text', tenants: ids }
  const secretless = (told: string, what: string): void => { for (const id of ids) t.notOk(told.includes(id), `${what}: ${id}`, { told }) }
  for (const [what, more, reason] of [
    ['hidden rows', `alter policy own on yard.notes using (tenant = ${setting} and false)`, /^as one tenant, \S+ does not see what is its own/],
    ['an error', 'create function yard.refuse(tenant text) returns boolean language plpgsql as $$ begin raise \'the account % is suspended\', tenant; end $$; alter policy own on yard.notes using (yard.refuse(tenant))', /^as one tenant, \S+ cannot read what is its own: P0001 its words are left out/]
  ] as const) {
    await inYard({ ...text, more }, async query => {
      const report = await audit(query, { database: 'yard', settings: yard }, { attack: true })
      t.match(report.probes?.skipped, [{ table: 'yard.notes', reason }], what)
      for (const format of [formatText, formatJson, formatSarif]) secretless(format([report]), `${what}, ${format.name}`)
    })
  }
  const entering = "create function yard.enter(id text) returns void language plpgsql as $$ begin raise 'the account % of % is suspended', id, (select string_agg(body, ',') from yard.notes); end $$"
  for (const [setTenant, words] of [
    ['select yard.enter($1)', /could not be named a tenant, so nothing can be tried: P0001 its words are left out/],
    ['select yard.enters($1)', /could not be named a tenant, so nothing can be tried: 42883 function yard\.enters\(unknown\) does not exist$/],
    ['select $1 from', /could not be named a tenant, so nothing can be tried: 42601 syntax error at end of input$/],
    ['select yard.enter() $1', /could not be named a tenant, so nothing can be tried: 42601 its words are left out/]
  ] as const) {
    await inYard({ ...text, more: entering }, async query => {
      const message = await audit(query, { database: 'yard', settings: yard, setTenant }, { attack: true }).then(() => 'nothing', (error: Error) => error.message)
      t.match(message, words, setTenant)
      secretless(message, setTenant)
    })
  }
})

t.test('the tenants\' tables may be in several schemas: each is checked and attacked, and what is in none of them is elsewhere', async t => {
  const own = `tenant = ${setting}::integer`
  const two: Yard = {
    more: `alter role ${app} set statement_timeout = '5s'; alter role ${app} set lock_timeout = '2s'; alter role ${app} set idle_in_transaction_session_timeout = '15s';
      alter table yard.notes add foreign key (tenant) references yard.tenants;
      create schema "Ledger"; grant usage on schema "Ledger" to ${app}; create table "Ledger".tenants (tenant integer not null references yard.tenants, id integer, note integer, secret text, primary key (tenant, id), foreign key (tenant, note) references yard.notes (tenant, id));
      alter table "Ledger".tenants enable row level security, force row level security; grant select (tenant, id, note), insert, delete on "Ledger".tenants to ${app};
      create policy own on "Ledger".tenants for all to ${app} using (${own}); insert into "Ledger".tenants select tenant, 1, id from yard.notes`
  }
  const asked: Partial<CheckSettings> = { moreSchemas: ['Ledger'] }
  await inYard(two, async query => {
    const findings = async (more: Partial<CheckSettings> = {}): Promise<string[]> => (await check(query, { ...yard, ...more })).filter(({ rule, object }) => rule.severity === 'error' && !isOfOtherTests(rule.id, object)).map(({ rule, object }) => `${rule.id} ${object}`)
    /** What is found of the schemas once something is done, which is undone then. */
    const then = async (sabotage: string, more: Partial<CheckSettings> = {}): Promise<string[]> => {
      await query(`savepoint before; ${sabotage}`)
      const found = await findings({ ...asked, ...more })
      await query('rollback to before')
      return found
    }
    t.strictSame(await findings(), ['relation-elsewhere "Ledger".tenants'], 'one schema alone leaves the other outside')
    t.strictSame(await findings(asked), [])
    t.strictSame(await findings({ moreSchemas: ['Ledger', 'leger'] }), ['root-missing leger'], 'a name that was misspelt is told')
    t.strictSame(await leaks(query, { asked }), [])
    for (const [sabotage, expected] of [
      ['alter table "Ledger".tenants disable row level security', 'rls-off "Ledger".tenants'],
      [`alter policy own on "Ledger".tenants using (${own} or note = 1)`, 'policy-using "Ledger".tenants.own'],
      [`create table "Ledger".copies as select tenant, body from yard.notes; grant select on "Ledger".copies to ${app}`, 'rls-off "Ledger".copies'],
      ['alter table "Ledger".tenants add unique (secret)', 'unique-without-key "Ledger".tenants_secret_key'],
      [`create schema elsewhere; create table elsewhere.copies as select tenant, body from yard.notes; grant usage on schema elsewhere to ${app}; grant select on elsewhere.copies to ${app}`, 'relation-elsewhere elsewhere.copies']
    ] as const) t.ok((await then(sabotage)).includes(expected), expected)
    for (const secret of ['secret', 'tenants.secret', '"Ledger".tenants.secret']) t.strictSame(await then(`grant select (secret) on "Ledger".tenants to ${app}`, { hiddenColumns: [secret] }), ['column-readable "Ledger".tenants.secret'], secret)
    t.strictSame(await then(`create table "Ledger".country (code text); create table yard.town (code text); grant select on "Ledger".country, yard.town to ${app}`, { shared: ['"Ledger".country', 'town'] }), [])

    const manifest = await readManifest(query, { ...yard, ...asked })
    t.strictSame(manifest.tables, ['"Ledger".tenants', 'notes', 'tenants'])
    t.strictSame(await findings({ ...asked, manifest }), [])
    await query('alter table "Ledger".tenants drop constraint tenants_tenant_note_fkey; alter table "Ledger".tenants drop constraint tenants_pkey')
    const gone = (await check(query, { ...yard, ...asked, manifest }, rules.filter(({ id }) => id.startsWith('manifest-')))).map(({ object, mend }) => ({ object, mend }))
    t.match(gone, [{ object: '"Ledger".tenants', mend: /^do \$\$ begin alter table "Ledger"\.tenants no force row level security; .*alter table "Ledger"\.tenants add FOREIGN KEY/ }, { object: '"Ledger".tenants', mend: /^alter table "Ledger"\.tenants add PRIMARY KEY/ }])
    for (const { mend } of gone) await query(mend)
    t.strictSame(await findings({ ...asked, manifest }), [], 'and its mends know the schema')
    await query(`create policy wide on "Ledger".tenants for select to ${app} using (true)`)
    t.ok((await leaks(query, { asked })).includes('"Ledger".tenants: read without a filter'), 'attacks as well')
    t.notOk((await leaks(query, {})).some(line => line.includes('Ledger')))
  })
})
