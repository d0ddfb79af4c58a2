import { once } from 'node:events'
import net from 'node:net'
import { gzipSync } from 'node:zlib'
import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { wallInspection, type InspectionOptions, type LiveAudit } from '../src/check-rls/inspection.ts'
import { rules } from '../src/check-rls/rules.ts'
import { startRules } from '../src/check-rls/start.ts'
import type { TenantAttackReport } from '../src/check-rls/tenant-attacks.ts'
import { contextSigner } from '../src/database/context.ts'
import { loginAt } from '../src/database/placement.ts'
import type { ConnectionSettings } from '../src/database/settings.ts'
import { UnavailableError } from '../src/errors.ts'
import { adminOf, asRole, contextKey, isClosed, isSigned, operatorPassword, placeTenants, seedTenants, tenancy, testApp, testDatabase, until } from './support.ts'
import { peopleOfAll, tokenIn, visitorsOf } from './visitors.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 3, subtasks: 7 })
await peopleOfAll(database)
await placeTenants(database)
const { app } = await testApp(t, database)
const { ask, send } = visitorsOf(app)
const admin = await adminOf(database, 'tenant-0')
const operator = { slug: '' }
const inspectionOptions: InspectionOptions = { exceptions: [], signContext: contextSigner(isSigned ? { signedWith: contextKey } : undefined, 10_000), deadlineMs: 10_000, restMs: 0 }

const text = ({ body }: Pick<LightMyRequestResponse, 'body'>): string => body.replace(/<[^>]*>/g, ' ').replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&').replace(/\s+/g, ' ')
const attack = async (slug = 'tenant-0'): Promise<LightMyRequestResponse> => await send('/walls/attacks/', {}, { page: '/walls/', slug })
/** What the page says of one table. */
const tableOf = (page: LightMyRequestResponse, name: string): string => text({ body: new RegExp(`aria-labelledby="table-${name}">[\\s\\S]*?</section>`).exec(page.body)?.[0] ?? '' })
const resultsOf = ({ body }: LightMyRequestResponse, name: string): string => text({ body: body.split('<details').find(part => part.includes(`rowhouse.${name}</code>`)) ?? '' })
/**
 * Does something to the database that only its owner can, where the account's rows are, and undoes it. It is done to an application
 * that serves already, for a database of a tenant's own is not served otherwise, and that has not asked the audit yet.
 */
async function sabotaged (t: Test, sql: string, undo: string, look: (visitors: ReturnType<typeof visitorsOf>) => Promise<void>, at = admin): Promise<void> {
  const visitors = visitorsOf((await testApp(t, database)).app)
  t.equal((await visitors.ask('/subtasks/')).statusCode, 200)
  await asRole(at, async query => { await query(sql) })
  try {
    await look(visitors)
  } finally {
    await asRole(at, async query => { await query(undo) })
  }
}

t.test('an account\'s page shows each table\'s wall as the database has it, and what the account sees', async t => {
  const page = await ask('/walls/')
  t.equal(page.statusCode, 200, page.body)
  t.match(text(page), /Role rowhouse_tenant/)
  t.match(text(page), /Superuser no Passes policies \(BYPASSRLS\) no Tables that it owns 0 Member of other roles no This transaction read only, row_security = on/)
  const tables = await asRole(admin, async query => await query("select relname::text as name, has_any_column_privilege('rowhouse_tenant', oid, 'select') as readable from pg_class where relnamespace = 'rowhouse'::regnamespace and relkind in ('r', 'p') order by 1"))
  t.ok(tables.length > 10)
  for (const { name, readable } of tables as Array<{ name: string, readable: boolean }>) {
    const shown = tableOf(page, name)
    const key = name === 'account' ? 'id' : 'account_id'
    t.match(shown, `create policy tenant on ${name} for all to rowhouse_tenant using (${key} = current_account_id()) with check (${key} = current_account_id())`)
    t.match(shown, /Owner rowhouse_owner Row-level security on, for its owner, too/)
    if (!readable) t.match(shown, /This connection may: nothing/)
    t.match(shown, readable ? /Of this account: \d+ rows?\./ : /Nothing of it is read for an account\./, `${name}: a table that requests read is counted in src/repositories/walls.ts`)
    // Nobody else has made a token or looked in: what is said of others is true of those who have nothing, too.
    t.match(shown, tenancy === 'single-schema' ? /Other accounts’ rows are kept in this table, too, whatever they have of it; this connection is not told of any, nor how many there are\./ : /Nobody else’s are kept in this database\./)
  }
  t.match(tableOf(page, 'subtask'), /Of this account: 7 rows\./)
  t.match(tableOf(page, 'account'), /Of this account: 1 row\./)
  t.match(tableOf(page, 'project'), /select, insert \(some columns\), update \(some columns\), delete/)
  t.match(tableOf(page, 'project'), /3 policies for other roles create policy loader on project/)
  t.match(text(page), isSigned ? /verified_account_id\(\)/ : /current_setting\('app\.account_id'::text\)/, 'and what the policies call')
  t.match(await ask('/walls?x=1'), { statusCode: 301, headers: { location: '/walls/' } })
  t.match(await ask('/walls/', { method: 'PUT' }), { statusCode: 405, headers: { allow: 'GET, HEAD, OPTIONS' } })
  t.match(text(page), new RegExp(`The walls are whole\\. ${startRules.length} rules, [^.]*\\. The rules that the server starts by, ${startRules.length} of ${rules.length}: `), 'the guide tells of all rules')
  t.match(page.headers, { 'cache-control': 'private, no-store' })
})

t.test('rows are counted up to a bound', async t => {
  await asRole(await adminOf(database, 'tenant-2'), async query => {
    await query("insert into rowhouse.project (account_id, name) select 3, 'one of many' from generate_series(1, 10500)")
  })
  t.match(tableOf(await ask('/walls/', { slug: 'tenant-2' }), 'project'), /Of this account: more than 10,000 rows\./)
  await asRole(await adminOf(database, 'tenant-2'), async query => { await query("delete from rowhouse.project where name = 'one of many'") })
})

t.test('a policy that was altered is shown as it is then, and the audit tells', async t => {
  t.match(text(await ask('/walls/')), /The walls are whole\. \d+ rules, 0 errors, 0 warnings; 2 findings are meant/)
  await sabotaged(t, 'alter policy tenant on rowhouse.project using (true)', 'alter policy tenant on rowhouse.project using (account_id = rowhouse.current_account_id())', async ({ ask }) => {
    const page = await ask('/walls/')
    t.match(tableOf(page, 'project'), /create policy tenant on project for all to rowhouse_tenant using \(true\) with check \(account_id = current_account_id\(\)\)/)
    t.match(page.body, /class="broken" role="status">1 open way past the walls\./)
    t.match(text(page), /error policy-using rowhouse\.project\.tenant/)
  })
  await sabotaged(t, 'create policy extra on rowhouse.task as restrictive for delete to public using (account_id = 1)', 'drop policy extra on rowhouse.task', async ({ ask }) => {
    t.match(tableOf(await ask('/walls/'), 'task'), /create policy extra on task as restrictive for delete to public using \(account_id = 1\)/)
  })
})

t.test('where row-level security is off, page, audit and attacks say so, and show no value and no number of another\'s', async t => {
  await asRole(admin, async query => {
    // Where each has a database of its own, somebody else's rows in it are the sabotage.
    await query("insert into rowhouse.account (id, slug, name) overriding system value select 2, 'other', 'Other' where not exists (select from rowhouse.account where id = 2)")
    await query("insert into rowhouse.project (account_id, name, details) select 2, 'secret ' || i, '77177' from generate_series(1, 137) i")
  })
  t.teardown(async () => { await asRole(admin, async query => { await query("delete from rowhouse.project where details = '77177'; delete from rowhouse.account where slug = 'other'") }) })
  await sabotaged(t, 'alter table rowhouse.project disable row level security', 'alter table rowhouse.project enable row level security', async ({ ask, send }) => {
    const page = await ask('/walls/')
    t.match(tableOf(page, 'project'), /project no row-level security .*Row-level security off/)
    t.match(text(page), /1 open way past the walls.*error rls-off rowhouse\.project/)
    t.match(tableOf(page, 'project'), /Of this account: 2 rows\./, 'its own are counted, whatever it could see')
    const results = await send('/walls/attacks/', {}, { page: '/walls/' })
    t.equal(results.statusCode, 200)
    t.match(results.body, /class="broken" role="alert">\d+ attacks: \d+ attacks got through, on rowhouse\.project\.</)
    t.match(resultsOf(results, 'project'), /read without a filter select "account_id" from rowhouse\.project where "account_id" is distinct from \$1 GOT THROUGH rows came back, or were changed/)
    t.match(resultsOf(results, 'project'), /copy in .* GOT THROUGH 57014 it waited for rows/)
    t.match(resultsOf(results, 'subtask'), /all refused or without a row/)
    for (const shown of [page, results]) t.notMatch(text(shown).replace(/[\d.,–]+ ms/g, ''), /secret|77177|137|139|tenant-1/)
  })
  // An expression that reads a text as a number gives the text away, in PostgreSQL's own words.
  await sabotaged(t, 'alter policy tenant on rowhouse.project using (account_id = rowhouse.current_account_id() or (name)::bigint = 5)', 'alter policy tenant on rowhouse.project using (account_id = rowhouse.current_account_id())', async ({ send }) => {
    const results = await send('/walls/attacks/', {}, { page: '/walls/' })
    t.match(resultsOf(results, 'project'), /22P02 invalid input syntax for type bigint: "…"/)
    t.notMatch(text(results), /secret|project 1 of/)
  })
  // And so do a function of the database, under a code of PostgreSQL's own, and a text that is taken for a name.
  const loud = `create function rowhouse.shout() returns trigger language plpgsql security definer as $$ begin raise exception using errcode = '42501', message = (select string_agg(name, ', ') from rowhouse.project); end $$;
    create trigger shout before update or delete on rowhouse.project for each statement execute function rowhouse.shout()`
  await sabotaged(t, `${loud}; alter policy tenant on rowhouse.project using (account_id = rowhouse.current_account_id() or current_setting(name) = '')`, 'alter policy tenant on rowhouse.project using (account_id = rowhouse.current_account_id()); drop trigger shout on rowhouse.project; drop function rowhouse.shout()', async ({ send }) => {
    const results = await send('/walls/attacks/', {}, { page: '/walls/' })
    t.match(resultsOf(results, 'project'), /42501 a trigger or a rule answered before the policies: its words are left out, because they may hold what stands in a row/)
    t.match(resultsOf(results, 'project'), /42704 unrecognized configuration parameter "…"/)
    t.notMatch(text(results), /secret|project 1 of/)
  })
  t.match(text(await attack()), /none got through/)
})

t.test('every attack is shown with its SQL and PostgreSQL\'s own words, and none gets through', async t => {
  const results = await attack()
  t.equal(results.statusCode, 200, results.body)
  t.match(text(results), /\d{3} attacks, and none got through: each was refused, or found no row\./)
  t.match(text(results), /As rowhouse_tenant , the login .* tenant-0 \(account 1\) attacks account 2: nobody asks whether there is one/)
  t.notMatch(results.body, /GOT THROUGH|not tried|Not attacked/)
  const project = resultsOf(results, 'project')
  for (const expected of [
    'update rowhouse.project set "account_id" = $1 refused 42501 permission denied for table project',
    'truncate rowhouse.project refused 42501 permission denied for table project',
    'alter table rowhouse.project disable row level security refused 42501 must be owner of table project',
    'delete from rowhouse.project where "account_id" = $1 no row DELETE 0: no row was deleted',
    'update rowhouse.project set "name" = "name" where "account_id" = $1 no row UPDATE 0: no row was changed',
    'from rowhouse.project where "account_id" = $1) to stdout no row COPY 0: no row was shown',
    'where "account_id" is distinct from $1 no row SELECT 0: no row was shown',
    'when matched then delete no row MERGE 0: no row was changed',
    'refused 0A000 COPY FROM not supported with row-level security',
    `select rowhouse.set_account($1${isSigned ? ', null, $2' : ''}) refused 25001 set_account: this transaction already belongs to an account`
  ]) t.ok(project.includes(expected), expected)
  t.match(project, isSigned ? /app\.account_id = '1 or true' refused (22P02|42501) / : /app\.account_id = '1 or true' refused 22P02 invalid input syntax for type bigint: "1 or true"/)
  t.match(project, 'insert into rowhouse.project ("account_id", "id") overriding system value values ($1, $2) refused 42501 permission denied for table project')
  t.match(text(results), /\d+ attacks that add rows are left out/)
  t.notMatch(results.body, /<td>\s*<span class="mark">[^<]*<\/span>\s*<\/td>/, 'PostgreSQL has words for each')
  t.notMatch(results.body, /lock table|create trigger/, 'what keeps others waiting is not tried')
})

t.test('a policy for new rows that lets everything in is found where no sequence stands in the way', async t => {
  const lax = `create table rowhouse.lax (account_id bigint not null references rowhouse.account (id), key text not null, primary key (account_id, key));
    select rowhouse.build_wall('rowhouse.lax'); grant select, insert on rowhouse.lax to rowhouse_tenant`
  await sabotaged(t, lax, 'drop table rowhouse.lax', async ({ ask, send }) => {
    t.match(tableOf(await ask('/walls/'), 'lax'), /Not counted here, or for owners only\./)
    t.match(resultsOf(await send('/walls/attacks/', {}, { page: '/walls/' }), 'lax'), /insert into rowhouse\.lax \("account_id"\) overriding system value values \(\$1\) refused 42501 new row violates row-level security policy for table "lax"/)
  })
  await sabotaged(t, `${lax}; alter policy tenant on rowhouse.lax with check (true)`, 'drop table rowhouse.lax', async ({ send }) => {
    t.match(resultsOf(await send('/walls/attacks/', {}, { page: '/walls/' }), 'lax'), /values \(\$1\) GOT THROUGH 23502 not the policies, only this stopped it: null value in column "key"/)
  })
})

t.test('what a trigger or a rule does away with is not said to be refused, and what one hides is found where rows reach it', async t => {
  const table = `create table rowhouse.lax (account_id bigint not null references rowhouse.account (id), note text, primary key (account_id));
    select rowhouse.build_wall('rowhouse.lax'); grant select, insert, update, delete on rowhouse.lax to rowhouse_tenant; insert into rowhouse.lax values (1);
    create function rowhouse.hush() returns trigger language plpgsql as $$ begin return null; end $$`
  const undo = 'drop table rowhouse.lax; drop function rowhouse.hush()'
  const hushed = `${table}; create trigger hush before insert or delete on rowhouse.lax for each row execute function rowhouse.hush()`
  for (const lax of ['', '; alter policy tenant on rowhouse.lax with check (true)']) {
    await sabotaged(t, `${hushed}${lax}`, undo, async ({ send }) => {
      const results = await send('/walls/attacks/', {}, { page: '/walls/' })
      t.match(resultsOf(results, 'lax'), /insert into rowhouse\.lax \("account_id"\) overriding system value values \(\$1\) not tried a trigger or a rule answered before the policies/)
      t.match(text(results), /\d+ attacks could not be tried, because somebody held a lock, it took too long, or a trigger or a rule answered before the policies\./)
      t.match(resultsOf(results, 'lax'), /delete from rowhouse\.lax where "account_id" = \$1 no row DELETE 0/, 'no row of another reaches the trigger')
    })
  }
  await sabotaged(t, `${table}; create rule hush as on insert to rowhouse.lax do instead nothing`, undo, async ({ send }) => {
    t.match(resultsOf(await send('/walls/attacks/', {}, { page: '/walls/' }), 'lax'), /values \(\$1\) not tried a trigger or a rule answered before the policies/)
  })
  await sabotaged(t, `insert into rowhouse.account (id, slug, name) overriding system value select 2, 'other', 'Other' where not exists (select from rowhouse.account where id = 2); ${hushed.replace('values (1)', 'values (1), (2)')}; alter policy tenant on rowhouse.lax using (true)`,
    `${undo}; delete from rowhouse.account where slug = 'other'`, async ({ send }) => {
      t.match(resultsOf(await send('/walls/attacks/', {}, { page: '/walls/' }), 'lax'), /delete from rowhouse\.lax where "account_id" = \$1 GOT THROUGH rows reached a trigger, which let nothing be done/)
    })
})

t.test('the attacks change no row and no sequence', async t => {
  const everything = async (): Promise<unknown> => await asRole(admin, async query => {
    const tables = await query("select oid::regclass::text as name, relkind::text as kind from pg_class where relnamespace = 'rowhouse'::regnamespace and relkind in ('r', 'p', 'S') order by 1")
    const states: Record<string, unknown> = {}
    // What a row was changed to and back again has another place.
    for (const { name, kind } of tables) states[String(name)] = await query(kind === 'S' ? `select last_value, is_called from ${String(name)}` : `select ctid::text, t::text from ${String(name)} as t order by ctid`)
    return states
  })
  // Sessions of whoever is let in come to be with the first request.
  await ask('/walls/')
  const before = await everything()
  t.match(text(await attack()), /none got through/)
  t.strictSame(await everything(), before)
  if (tenancy === 'single-schema') {
    t.match(text(await send('/walls/attacks/', {}, { ...operator, page: '/walls/' })), /none got through/)
    t.strictSame(await everything(), before)
  }
})

t.test('how the request travelled is shown: the host, the tenant, and each statement, from begin to the commit\'s answer', async t => {
  await ask('/walls/')
  const page = await ask('/walls/', { headers: { host: 'tenant-0.localhost:8080' } })
  const journey = text({ body: /<ol class="journey">[\s\S]*<\/ol>\s*<p class="aside">Times/.exec(page.body)?.[0] ?? '' })
  t.match(journey, /^ GET \/walls\/ Host: tenant-0\.localhost:8080 0 ms The whole host header names an account: tenant-0 is number 1 [\d.,]+ ms A connection of rowhouse_tenant/)
  t.match(journey, /To PostgreSQL and back: [6-9] statements, sent together before any had an answer/)
  t.match(journey, isSigned ? /reset all .* begin isolation level repeatable read read only/ : /begin isolation level repeatable read read only begins: .* set_account\(/)
  t.match(journey, isClosed ? /select enter_session\(\$1 \|\| set_account\(\$2, \$3, \$4\)::text\) as caller/ : /select set_account\(\$1, \$2, \$3\)/)
  t.match(journey, /commit ends it [\d.,]+–[\d.,]+ ms This page, made when the commit had its answer/)
  t.notMatch(journey, /no answer/)
  t.equal(journey.split('To PostgreSQL and back').length, 2, 'one trip')
  t.equal(page.body.split('class="bar"').length - 1, page.body.split('class="bar-part"').length - 1)
})

t.test('the operator\'s page shows the operator\'s connection, the policies of both doors, and attacks by two accounts', async t => {
  const page = await ask('/walls/', operator)
  t.equal(page.statusCode, 200, page.body)
  t.match(text(page), /Role rowhouse_operator/)
  t.match(text(page), /The walls are whole/)
  t.match(tableOf(page, 'project'), /create policy operator on project for select to rowhouse_operator using \(true\) create policy tenant on project for all to rowhouse_tenant/)
  t.match(tableOf(page, 'project'), tenancy === 'single-schema'
    ? /This connection may: select .*The operator reads the rows of all accounts in this database\./
    : /This connection may: select .*The operator reads what this database has of it, and nothing that accounts keep in databases of their own\./)
  if (tenancy === 'multiple-databases') t.notMatch(text(page), /rows of all accounts/)
  t.match(text(page), /The whole host header is the operator’s/)
  t.notMatch(text(page), /set_account|Of this account/)
  const results = await send('/walls/attacks/', {}, { ...operator, page: '/walls/' })
  t.match(text(results), /tenant-0 \(account 1\) attacks tenant-1 \(account 2\)\./)
  t.match(text(results), /none got through/)
  await sabotaged(t, 'create policy lax on rowhouse.account for select to public using (true)', 'drop policy lax on rowhouse.account', async ({ ask, send }) => {
    t.match(text(await ask('/walls/', operator)), /error \S+ rowhouse\.account\.lax/)
    const results = await send('/walls/attacks/', {}, { ...operator, page: '/walls/' })
    t.match(text(results), /got through, on rowhouse\.account\./)
    t.notMatch(text(results), /Company of/)
  }, database.admin)
})

/** What the lines of a table's attacks that were let run say of what there is to find. */
const fruitless = (results: LightMyRequestResponse, name: string): boolean[] => [...resultsOf(results, name).matchAll(/no row (?:SELECT|UPDATE|DELETE|MERGE|COPY) 0: no row was [a-z]+(; there is nothing to find there)?/g)].map(([, nothing]) => nothing !== undefined)

t.test('an attack that has nothing to find is said to prove nothing: the operator is told so by table, an account where nobody else is in its database', async t => {
  const attackAsOperator = async (on = app): Promise<LightMyRequestResponse> => await visitorsOf(on).send('/walls/attacks/', {}, { ...operator, page: '/walls/' })
  const operators = await attackAsOperator()
  t.strictSame([...new Set(fruitless(operators, 'subtask'))], [tenancy === 'multiple-databases'], 'accounts have rows of it where they share the database, and none otherwise')
  t.strictSame([...new Set(fruitless(operators, 'account'))], [false], 'the catalogue has them in any case')
  t.strictSame([...new Set(fruitless(operators, 'operator_look'))], [true], 'nobody has looked in')
  t.match(resultsOf(operators, 'idempotent_request'), /SELECT 0: no row was shown; whether there is anything to find, the operator may not see/)
  const marked = operators.body.split('there is nothing to find there').length - 1
  t.ok(marked > 0)
  t.match(text(operators), new RegExp(`found no row\\. ${marked} of them prove nothing, because they had nothing to find\\.`))
  if (tenancy === 'multiple-databases') t.match(text(operators), /The rows of tenant-0 and tenant-1 are in databases of their own\. Attacked is the configured database/)
  else t.notMatch(text(operators), /of (its|their) own\. Attacked/)

  const results = await attack()
  if (tenancy === 'multiple-databases') {
    t.match(text(results), /This database is the account’s own, and nobody else’s rows are kept in it\. What is proven here is what is refused/)
    t.notMatch(text(results), /whoever it belongs to/)
    for (const name of ['account', 'subtask', 'operator_look']) t.strictSame([...new Set(fruitless(results, name))], [true], name)
  } else {
    t.match(text(results), /would find it whoever it belongs to\./)
    t.notMatch(text(results), /nothing to find|anything to find|prove nothing|account’s own/, 'whether others have anything is not told')
  }

  const bare = await testDatabase(t)
  const { app: empty } = await testApp(t, bare)
  const nobodys = await attackAsOperator(empty)
  t.match(text(nobodys), /account 1 attacks account 2\. There is no active account: both are ids that stand in for one\./)
  for (const name of ['account', 'subtask', 'app_user']) t.strictSame([...new Set(fruitless(nobodys, name))], [true], name)
  await asRole(bare.admin, async query => { await query("insert into rowhouse.account (slug, name) values ('lonely', 'Lonely')") })
  t.match(text(await attackAsOperator(empty)), /lonely \(account 1\) attacks account 2\. There is no second active account: its id stands in for one\./)
})

t.test('the operator is told of every table that it may read whether there is anything to find', async t => {
  const readable = await asRole(database.admin, async query => await query("select relname::text as name from pg_class where relnamespace = 'rowhouse'::regnamespace and relkind in ('r', 'p') and has_any_column_privilege('rowhouse_operator', oid, 'select') order by 1"))
  const results = await send('/walls/attacks/', {}, { ...operator, page: '/walls/' })
  for (const { name } of readable) t.notMatch(resultsOf(results, String(name)), /may not see/, `${String(name)}: what there is to find is asked in src/repositories/walls.ts`)
})

t.test('in production the operator alone has the page; on an account\'s host there is nothing', async t => {
  const { app: production } = await testApp(t, database, { config: { production: true, access: 'required', operatorPassword } })
  const { ask, send } = visitorsOf(production)
  const nothing = await ask('/nothing-here/')
  for (const [url, method] of [['/walls', 'GET'], ['/walls/', 'GET'], ['/walls/', 'OPTIONS'], ['/walls/attacks/', 'POST'], ['/walls/attacks/', 'GET']] as const) {
    const answer = await ask(url, { method, ...(method === 'POST' ? { form: {} } : {}) })
    t.equal(answer.statusCode, 404, `${method} ${url}`)
    t.equal(answer.body.replace(/[\w-]{36}/g, ''), nothing.body.replace(/[\w-]{36}/g, ''), `${method} ${url} is like any address without a page`)
  }
  const page = await ask('/walls/', operator)
  t.equal(page.statusCode, 200)
  t.match(page.body, /<a href="\/walls\/"[^>]*>Walls<\/a>/)
  t.match(text(await send('/walls/attacks/', {}, { ...operator, page: '/walls/' })), /none got through/)
  t.match(await ask('/walls/', { ...operator, headers: { authorization: 'Basic d3Jvbmc6d3Jvbmc=' } }), { statusCode: 401 })
})

t.test('the header leads to the page where there is one', async t => {
  t.match((await ask('/subtasks/')).body, /<a href="\/walls\/"[^>]*>Walls<\/a>/)
  t.match((await ask('/walls/', operator)).body, /<a href="\/walls\/"[^>]*>Walls<\/a>/)
  t.notMatch((await ask('/docs/')).body, /href="\/walls\/"/)
})

t.test('where people sign in, the page is theirs, and the attacks are not for whoever may only look', async t => {
  const { app: closed } = await testApp(t, database, { config: { access: 'required' } })
  const { ask, send, cookieFor } = visitorsOf(closed)
  t.match(await ask('/walls/'), { statusCode: 303, headers: { location: /^\/sign-in\// } })
  t.equal((await ask('/walls/attacks/', { method: 'POST', form: {} })).statusCode, 401)
  const [viewer, member] = [await cookieFor('viewer@example.com'), await cookieFor('member@example.com')]
  const looked = await ask('/walls/', { cookie: viewer })
  t.match(text(looked), /Of this account: 7 rows\./)
  t.notMatch(looked.body, /action="\/walls\/attacks\/"/)
  const owned = await ask('/walls/', { cookie: await cookieFor('owner@example.com') })
  for (const name of ['api_token', 'audit_event', 'entry_link', 'operator_look', 'user_session']) {
    for (const page of [looked, await ask('/walls/', { cookie: member })]) {
      t.match(tableOf(page, name), /Not counted here, or for owners only\./, `${name}, which the pages of owners list`)
      t.notMatch(tableOf(page, name), /Of this account/)
    }
    t.match(tableOf(owned, name), /Of this account: \d+ rows?\./, name)
  }
  t.equal((await send('/walls/attacks/', {}, { cookie: viewer, page: '/walls/' })).statusCode, 403)
  t.match((await ask('/walls/', { cookie: member })).body, /action="\/walls\/attacks\/"/)
  t.match(text(await send('/walls/attacks/', {}, { cookie: member, page: '/walls/' })), /none got through/)
  t.match(await ask('/walls/', { cookie: member, slug: 'tenant-1' }), { statusCode: 303 }, 'and no other account\'s')
})

t.test('attacks are not run by another site, another account\'s page or without a token', async t => {
  const token = tokenIn(await ask('/walls/'))
  for (const [what, asked] of [
    ['no token', { form: {} }],
    ['the token of another account', { form: { form_token: tokenIn(await ask('/walls/', { slug: 'tenant-1' })) } }],
    ['the operator\'s token', { form: { form_token: tokenIn(await ask('/walls/', operator)) } }],
    ['an account\'s token at the operator\'s', { ...operator, form: { form_token: token } }],
    ['another site', { form: { form_token: token }, headers: { 'sec-fetch-site': 'cross-site' } }]
  ] as const) t.match(await ask('/walls/attacks/', { method: 'POST', ...asked }), { statusCode: 403 }, what)
  t.match(await ask('/walls/attacks/'), { statusCode: 303, headers: { location: '/walls/' } }, 'and not by a link')
})

t.test('no account\'s audit or attacks answer, refuse or change those of another, or the operator\'s', async t => {
  const inspection = wallInspection(database.login('tenant'), inspectionOptions)
  const audits = [1, 2, 'operator', 1, 2] as const
  const [first, second, operators, ...again] = await Promise.all(audits.map(async by => await inspection.audit({ by, placement: undefined })))
  t.not(first, second)
  t.not(first, operators)
  t.ok(again[0] === first && again[1] === second, 'each has an audit of its own, which is the same for a while')

  const { send } = visitorsOf((await testApp(t, database)).app)
  const visitors = [{ slug: 'tenant-0' }, { slug: 'tenant-1' }, { slug: 'tenant-2' }, operator]
  const results = await Promise.all(visitors.map(async visitor => await send('/walls/attacks/', {}, { ...visitor, page: '/walls/' })))
  for (const result of results) {
    t.equal(result.statusCode, 200)
    t.match(text(result), /\d{3} attacks, and none got through/)
    t.notMatch(result.body, /not tried/, 'nor does one wait for another\'s locks')
  }
})

t.test('of one account one run of the attacks is under way, and behind it there is a rest, which is no other\'s', async t => {
  const { app } = await testApp(t, database, { inspection: { restMs: 600_000 } })
  const { ask, send } = visitorsOf(app)
  const attack = async (visitor: { slug: string }): Promise<LightMyRequestResponse> => await send('/walls/attacks/', {}, { ...visitor, page: '/walls/' })
  const statuses = await Promise.all(Array.from({ length: 3 }, async () => (await attack({ slug: 'tenant-0' })).statusCode))
  t.strictSame(statuses.sort(), [200, 429, 429])
  const refused = await attack({ slug: 'tenant-0' })
  t.match(refused, { statusCode: 429, headers: { 'retry-after': '600', 'content-type': /text\/html/ } })
  t.match(text(refused), /The attacks are under way already, or were a moment ago\. Please try again in a few seconds\./)
  for (const visitor of [{ slug: 'tenant-1' }, operator]) {
    t.match(text(await attack(visitor)), /none got through/)
    t.equal((await attack(visitor)).statusCode, 429)
  }
  const pages = await Promise.all(Array.from({ length: 8 }, async () => await ask('/walls/')))
  t.equal(new Set(pages.map(page => /connection of its own, in ([\d.,]+) ms/.exec(text(page))?.[1])).size, 1, 'and all of an account share a run of the audit')
})

t.test('a run that the database does not answer is given up in time, and leaves no connection, nothing in the way of the next and nothing done', async t => {
  const login = loginAt(database.login('tenant'), (await adminOf(database, 'tenant-0')).database)
  const wire = await freezable(t, login)
  const inspection = wallInspection({ ...login, host: '127.0.0.1', port: wire.port }, { ...inspectionOptions, deadlineMs: 10_000 })
  const attack = async (): Promise<TenantAttackReport> => await inspection.attack({ by: 1, placement: undefined, self: 1, victim: 2 })
  const audit = async (): Promise<LiveAudit> => await inspection.audit({ by: 1, placement: undefined })
  for (const run of [attack, audit] as Array<() => Promise<unknown>>) {
    // As a server that stands still: it has said that it is there, and says nothing more.
    wire.freezeAfterLogin()
    await t.rejects(run(), UnavailableError)
    await until(() => wire.open() === 0)
    wire.thaw()
  }
  const { tables } = await attack()
  t.ok(tables.length > 10 && tables.every(({ attacks }) => attacks.every(({ outcome }) => outcome === 'refused' || outcome === 'no rows')), 'and then it can be run')
  t.ok((await inspection.audit({ by: 2, placement: undefined })).rules > 10)
  await until(async () => (await asRole(database.admin, async query => await query("select from pg_stat_activity where datname = $1 and usename = $2 and application_name = 'rowhouse admin'", [login.database, login.user]))).length === 0)
})

t.test('attacks that take long end in time, within a table, too, and those that nobody came to are said to be untried', async t => {
  const login = loginAt(database.login('tenant'), (await adminOf(database, 'tenant-0')).database)
  const slow = 'create function rowhouse.dawdle() returns boolean language plpgsql as $$ begin perform pg_sleep(2); return false; end $$; grant execute on function rowhouse.dawdle() to public; create policy slow on rowhouse.app_user as permissive for all to rowhouse_tenant using (rowhouse.dawdle())'
  await sabotaged(t, slow, 'drop policy slow on rowhouse.app_user; drop function rowhouse.dawdle()', async () => {
    const inspection = wallInspection(login, { ...inspectionOptions, deadlineMs: 5000 })
    const { tables, unattacked } = await inspection.attack({ by: 1, placement: undefined, self: 1, victim: 2 })
    const people = tables.find(({ name }) => name === 'rowhouse.app_user')?.attacks ?? []
    t.equal(people.at(-1)?.words, 'the time was up')
    t.equal(people.at(-1)?.outcome, 'untried')
    t.ok(people.some(({ code }) => code === '57014'))
    t.ok(unattacked.includes('rowhouse.user_session'))
  })
})

t.test('a lock that somebody holds keeps no one waiting: what could not be tried is said to be so', async t => {
  await asRole(admin, async query => {
    await query('begin')
    // As whoever makes an index does.
    await query('lock table rowhouse.entry_link in share mode')
    const results = await attack()
    t.equal(results.statusCode, 200)
    t.match(text(results), /none of those that could be tried got through\. \d+ attacks could not be tried/)
    t.match(resultsOf(results, 'entry_link'), /not tried 55P03 canceling statement due to lock timeout/)
    await query('rollback')
  })
})

t.test('the pages are small, and have neither scripts nor styles of their own', async t => {
  for (const page of [await ask('/walls/'), await ask('/walls/', operator), await attack()]) {
    t.ok(gzipSync(page.body).length < 30_000)
    t.notMatch(page.body, /<script(?! src="\/assets\/[^"]*" defer><\/script>)|<style|\sstyle=|\son\w+=/)
    t.match(page.headers['content-security-policy'], /default-src 'none'/)
  }
})

t.test('nothing is compiled that attacks ask the catalog for, which would take longer than they may', async t => {
  const named = (act: string): string => `do $$ begin execute format('alter role rowhouse_tenant in database %I ${act}', current_database()); end $$`
  const costs = ['jit_above_cost', 'jit_inline_above_cost', 'jit_optimize_above_cost']
  t.teardown(async () => { await asRole(admin, async query => { for (const cost of costs) await query(named(`reset ${cost}`)) }) })
  await asRole(admin, async query => { for (const cost of costs) await query(named(`set ${cost} = 0`)) })
  t.match(await attack(), { statusCode: 200 })
})

// The last of all: an account is gone then.
t.test('the page and the attacks are the same, whatever the account with the next id has, and whether there is one', async t => {
  /** Without what differs from request to request. */
  const plain = ({ body }: LightMyRequestResponse): string => body.replace(/[\d.,]+(–[\d.,]+)? ms/g, 'ms').replace(/(form_token" value|x|width)="[^"]*"/g, '$1').replace(/[\w-]{36}/g, 'id')
  const shown = async (): Promise<string[]> => [plain(await ask('/walls/')), plain(await attack())]
  await ask('/walls/')
  const usual = await shown()
  await asRole(admin, async query => {
    await query("insert into rowhouse.account (id, slug, name) overriding system value select 2, 'other', 'Other' where not exists (select from rowhouse.account where id = 2)")
    for (const rows of [10, 1000]) {
      await query("insert into rowhouse.project (account_id, name) select 2, 'one of many ' || i from generate_series(1, $1::integer) i", [rows])
      await query('analyze rowhouse.project')
      t.strictSame(await shown(), usual, `${rows} more rows`)
    }
    await query('begin')
    // As a superuser, past keys and triggers: in another database there would be no such account either.
    await query('set local session_replication_role = replica')
    for (const { name } of await query("select oid::regclass::text as name from pg_class where relnamespace = 'rowhouse'::regnamespace and relkind = 'r' and relname <> 'account'")) await query(`delete from ${String(name)} where account_id = 2`)
    t.strictSame(await shown(), usual, 'while its rows are being deleted')
    await query('commit')
    await query('analyze')
    t.strictSame(await shown(), usual, 'no rows')
    await query('delete from rowhouse.account where id = 2')
    t.strictSame(await shown(), usual, 'no account')
  })
})

/** A way to a server that can stop carrying what goes through it, and cuts its own end where the other one is cut. */
async function freezable (t: Test, { host, port }: ConnectionSettings) {
  const clients = new Set<net.Socket>()
  let isFreezing = false
  const server = net.createServer(client => {
    clients.add(client)
    const far = net.connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port })
    let isFrozen = false
    client.on('data', chunk => { if (!isFrozen) far.write(chunk) })
    far.on('data', chunk => {
      if (isFrozen) return
      client.write(chunk)
      // `Z`, ready for a query, is the end of a login.
      if (isFreezing && chunk.includes(Buffer.from([0x5a, 0, 0, 0, 5]))) isFrozen = true
    })
    client.on('error', () => {}).on('close', () => {
      clients.delete(client)
      far.destroy()
    })
    far.on('error', () => {}).on('close', () => { client.destroy() })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const client of clients) client.destroy()
    server.close()
  })
  return {
    port: (server.address() as net.AddressInfo).port,
    open: () => clients.size,
    freezeAfterLogin: () => { isFreezing = true },
    thaw: () => { isFreezing = false }
  }
}
