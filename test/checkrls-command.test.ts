import { join } from 'node:path'
import t from 'tap'
import { audit } from '../src/check-rls/audit.ts'
import { check, type Query } from '../src/check-rls/check.ts'
import { probe, type ProbeReport } from '../src/check-rls/probes.ts'
import { formatJson, formatSarif, formatText } from '../src/check-rls/report.ts'
import { rowhouseSettings } from '../src/check-rls/rowhouse.ts'
import { rules } from '../src/check-rls/rules.ts'
import type { CheckSettings } from '../src/check-rls/settings.ts'
import { withClient } from '../src/database/admin.ts'
import { Pool } from '../src/database/pool.ts'
import { assertRoleIsWalled, type WallException } from '../src/database/role-check.ts'
import { formatUrl } from '../src/database/settings.ts'
import { plainEnvironment, plannedOnce, run, seedTenants, testDatabase, until, type TestDatabase } from './support.ts'

/** What comes of all attacks on a database, as the command makes them. */
async function attack (database: TestDatabase): Promise<ProbeReport> {
  return await withClient(database.admin, async client => await probe(plannedOnce(client), { ...rowhouseSettings, manifest: undefined, setTenant: 'select rowhouse.set_account($1)' }))
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
  await t.rejects(attack(database), /could not be named a tenant, so nothing can be tried: \w{5} its words are left out/, 'none is too few')
})

t.test('a function of hundreds of kilobytes is read whole, wherever in it the sabotage stands', async t => {
  const database = await testDatabase(t)
  await withClient(database.admin, async client => {
    const query = plannedOnce(client)
    const chosen = rules.filter(({ id }) => ['function-runs-text', 'function-names-tenant', 'definer-dynamic'].includes(id))
    const found = async (...body: string[]): Promise<string[]> => {
      await query('begin')
      try {
        await query(`
          set local check_function_bodies = off;
          create function rowhouse.large(a text) returns void language plpgsql as ${client.escapeLiteral(`begin\n${body.join('\n')}\nend`)};
          grant execute on function rowhouse.large(text) to rowhouse_tenant`)
        const inside: Query = async (text, values) => /^(begin\b|rollback$)/.test(text) ? [] : await query(text, values)
        return [...new Set((await check(inside, { ...rowhouseSettings, manifest: undefined }, chosen)).map(({ rule, object }) => `${rule.id} ${object}`))]
      } finally {
        await query('rollback')
      }
    }
    /** Lines of all kinds, of some 300 kB together. */
    const filling = (seed: number, lines: number): string => Array.from({ length: lines }, (_, line) => [
      `perform ${line} + length('execute a; -- of nobody''s ${'x'.repeat(line % 90)}'); /* execute a; /* nested */ */`,
      `perform "a name", $tag$ execute a; ' ${line} $tag$, E'it\\'s'  -- execute a;`,
      `if a > '${'y'.repeat((line * seed) % 120)}' then null; end if;`
    ][(line + seed) % 3]).join('\n')
    const runs = 'function-runs-text rowhouse.large(text)'
    t.ok(filling(1, 3200).length > 220_000)
    t.strictSame(await found(filling(1, 3200)), [])
    t.strictSame(await found(filling(2, 1600), 'execute a;', filling(3, 1600)), [runs])
    t.strictSame(await found(filling(3, 200), 'execute a;'), [runs])
    t.strictSame(await found('execute a;', filling(4, 200)), [runs])
    // What is longer than is read at a time, and what lies across the end of that.
    for (const length of [2030, 2047, 4096, 10_000]) {
      const long = 'z'.repeat(length)
      for (const hiding of [`perform 'execute a; ${long} execute a;';`, `-- ${long} execute a;`, `/* ${long} execute a; */`, `perform $t$ ${long} execute a; $t$;`, `perform e'\\' ${long} execute a;';`, `perform "${long} /*";`]) {
        t.strictSame(await found(hiding), [], `${hiding.slice(0, 14)} ${length}`)
        t.strictSame(await found(hiding, 'execute a;', hiding), [runs], `${hiding.slice(0, 14)} ${length}, and the sabotage behind it`)
      }
      t.strictSame(await found(`execute e'select'\n${' '.repeat(length)}' 1' || a;`), [runs])
    }
  })
})

t.test('functions of an extension are the server\'s own code, in C or built in', async t => {
  const database = await testDatabase(t)
  await withClient(database.admin, async client => {
    const [extension] = (await client.query("select from pg_available_extensions where name = 'citext'")).rows
    if (extension === undefined) {
      t.pass('functions of citext', { skip: 'this server has no such extension' })
      return
    }
    await client.query('create extension citext schema rowhouse')
    const errors = (await check(plannedOnce(client), { ...rowhouseSettings, manifest: undefined })).filter(({ rule }) => rule.severity === 'error' && !rule.id.startsWith('unique-'))
    t.strictSame(errors.map(({ rule, object }) => `${rule.id} ${object}`), [])
  })
})

t.test('a database with nothing in it is called that, and an attack that tried nothing is no success', async t => {
  const database = await testDatabase(t)
  await database.takeBack((await database.migrations()).length)
  for (const args of [[], ['--attack'], ['--fast'], ['--write-manifest', 'x.json']]) {
    const { ended, output } = run(t, ['bin/checkrls.ts', ...args], database.environment)
    t.equal(await ended, 1, args.join(' '))
    t.match(output(), /^checkrls: the database has no catalogue of tenants yet; run: npx tsx bin\/migrate\.ts up\n$/)
  }
  const address = ['--url', formatUrl(database.admin), '--tenant-role', 'rowhouse_tenant']
  const elsewhere = run(t, ['bin/checkrls.ts', ...address, '--attack', '--set-tenant', 'set local app.tenant = $1'], plainEnvironment())
  t.equal(await elsewhere.ended, 1)
  t.match(elsewhere.output(), /nothing was tried/)
  t.notMatch(elsewhere.output(), /nothing got through/)
  for (const [flag, file] of [['--manifest', '/nonexistent/manifest.json'], ['--baseline', '/nonexistent'], ['--write-baseline', '/nonexistent/baseline.json'], ['--write-manifest', '/']] as const) {
    const { ended, output } = run(t, ['bin/checkrls.ts', ...address, flag, file], plainEnvironment())
    t.equal(await ended, 2, flag)
    t.match(output(), new RegExp(`^checkrls: ${file} cannot be (?:read|written): (?:there is no such file or folder|it is a folder)\n$`))
  }
})

t.test('without --url what describes a database is refused; and the help says of what is tried what stays', async t => {
  for (const [flag, value] of [['--definer', 'app.resolve(text)'], ['--hide', 'users.password_hash'], ['--set-tenant', 'select app.enter($1)']] as const) {
    const { ended, output } = run(t, ['bin/checkrls.ts', flag, value], plainEnvironment())
    t.equal(await ended, 2, flag)
    t.match(output(), /^checkrls: without --url .*: the other options go with --url\n$/, flag)
  }
  const help = run(t, ['bin/checkrls.ts', '--help'], plainEnvironment())
  t.equal(await help.ended, 0)
  t.match(help.output(), /two things stay[^]*Sequences count on[^]*dead rows until a vacuum/)
})

t.test('a table that could not be attacked when a baseline was written does not end the next run with 1', async t => {
  const database = await testDatabase(t)
  await seedTenants(database, { tenants: 2, subtasks: 3 })
  await withClient(database.admin, async client => { await client.query('create table rowhouse.keyless (name text); grant select on rowhouse.keyless to rowhouse_tenant') })
  const file = join(t.testdir(), 'known.json')
  const command = async (...args: string[]): Promise<{ code: number | string, output: string }> => {
    const { ended, output } = run(t, ['bin/checkrls.ts', '--attack', ...args, '--ignore', 'login-joins:*=others', '--ignore', 'login-administers:*=others'], database.environment)
    return { code: await ended, output: output() }
  }
  t.match(await command('--write-baseline', file), { code: 0, output: /wrote \d+ findings/ })
  t.match(await command('--baseline', file), { code: 0, output: /known {3}\d+ of the baseline[^]*not attacked, as the baseline has it: rowhouse\.keyless: it has no column account_id/ })
  await withClient(database.admin, async client => { await client.query('create table rowhouse.homeless (name text); grant select on rowhouse.homeless to rowhouse_tenant') })
  t.match(await command('--baseline', file, '--ignore', 'rls-off:*=a test', '--ignore', 'key-missing:*=a test'), { code: 1, output: /NOT ATTACKED: rowhouse\.homeless: it has no column account_id/ }, 'another one does')
})

t.test('no report carries what stands in a row', async t => {
  const database = await testDatabase(t)
  await seedTenants(database, { tenants: 2, subtasks: 3 })
  await withClient(database.admin, async client => {
    const secrets = ['SECRET-HASH', 'SECRET-MAIL', 'SECRET-NAME', 'SECRET-TASK', 'SECRET-PROJECT']
    await client.query("update rowhouse.app_user set password_hash = 'SECRET-HASH-' || account_id, email = 'SECRET-MAIL-' || account_id || '@example.com'; update rowhouse.subtask set name = 'SECRET-NAME ' || id; update rowhouse.task set name = 'SECRET-TASK ' || id; update rowhouse.project set name = 'SECRET-PROJECT.' || id")
    // So that attacks get through, and errors are such as functions raise, with codes that are PostgreSQL's own, or that PostgreSQL raises of a value.
    await client.query(`
      grant update (password_hash), truncate on rowhouse.app_user to rowhouse_tenant; create policy lax on rowhouse.subtask using (true);
      create function rowhouse.shout() returns trigger language plpgsql as $$ begin raise exception 'no %', new; end $$;
      create trigger shout before update on rowhouse.subtask for each row execute function rowhouse.shout();
      create function rowhouse.shout_as() returns trigger language plpgsql security definer as $$ begin raise exception using errcode = tg_argv[0], message = 'no ' || (select string_agg(name, ',') from rowhouse.task); end $$;
      create trigger deny before insert on rowhouse.task for each row execute function rowhouse.shout_as('42501'); create trigger check_it before update on rowhouse.task for each row execute function rowhouse.shout_as('23514');
      create function rowhouse.wait_for(name text) returns boolean language plpgsql as $$ begin raise sqlstate '55P03' using message = 'no ' || name; end $$;
      create policy slow on rowhouse.task for delete to rowhouse_tenant using (rowhouse.wait_for(name)); grant execute on function rowhouse.wait_for(text) to rowhouse_tenant;
      create policy odd on rowhouse.project for select to rowhouse_tenant using (current_setting(name) = ''); create policy odder on rowhouse.project for delete to rowhouse_tenant using (name::regclass is null)`)
    const report = await audit(plannedOnce(client), { database: 'here', settings: { ...rowhouseSettings, manifest: undefined }, setTenant: 'select rowhouse.set_account($1)' }, { attack: true })
    t.ok(report.probes?.results.some(({ leak }) => leak !== undefined))
    for (const format of [formatText, formatJson, formatSarif]) for (const secret of secrets) t.notOk(format([report]).includes(secret), `${format.name}: ${secret}`)
    for (const told of ['42704 unrecognized configuration parameter "…"', '42501 permission denied for table', '42501 new row violates row-level security policy for table "app_user"', '22P02 invalid input syntax for type bigint: "…"', '23514 its words are left out']) t.ok(report.probes?.results.some(({ answer }) => answer.startsWith(told)), told)
    t.ok(report.probes?.skipped.some(({ reason }) => reason.includes('55P03 its words are left out')))
    const blind = report.probes?.results.find(({ probe }) => probe === 'update password_hash blindly')
    t.equal(blind?.sql, 'update rowhouse.app_user set "password_hash" = $1 /* $1: a text */', 'but what was tried')
    t.ok(report.probes?.results.some(({ sql }) => sql.includes('"account_id" = $1 /* $1: the other tenant */')))
    const { runs } = JSON.parse(formatSarif([report], 'a folder/manifest.json')) as { runs: Array<{ results: Array<{ locations: unknown }> }> }
    t.ok(runs[0]?.results.length)
    for (const { locations } of runs[0]?.results ?? []) t.match(locations, [{ physicalLocation: { artifactLocation: { uri: 'a%20folder/manifest.json' }, region: { startLine: 1 } }, logicalLocations: [{ fullyQualifiedName: String }] }], 'a line of a file, without which GitHub takes none')
  })
})

t.test('a name that matches nothing is found, and one with its schema is understood', async t => {
  const database = await testDatabase(t)
  await withClient(database.admin, async client => {
    await client.query('grant select (password_hash) on rowhouse.app_user to rowhouse_tenant')
    const found = async (given: Partial<CheckSettings>): Promise<string[]> => (await check(plannedOnce(client), { ...rowhouseSettings, manifest: undefined, ...given }, rules.filter(({ id }) => id === 'name-missing' || id === 'column-readable'))).map(({ rule, object }) => `${rule.id} ${object}`)
    const readable = 'column-readable rowhouse.app_user.password_hash'
    for (const name of ['password_hash', 'app_user.password_hash', 'rowhouse.app_user.password_hash']) t.strictSame(await found({ hiddenColumns: [name] }), [readable], name)
    for (const name of ['app_user.pasword_hash', 'members.password_hash', 'other.app_user.password_hash', 'pasword_hash']) t.strictSame(await found({ hiddenColumns: [name] }), [`name-missing ${name}`], name)
    const { definers, verifiers } = rowhouseSettings
    t.strictSame(await found({ hiddenColumns: [], shared: ['nosuch', 'rowhouse.nosuch', 'account', 'rowhouse.account'], definers: [...definers, 'auth.nosuch()'], verifiers: [...verifiers, 'nosuch()'] }), ['name-missing auth.nosuch()', 'name-missing nosuch', 'name-missing nosuch()', 'name-missing rowhouse.nosuch'])
  })
})

t.test('a server refuses a way past its walls by the name of its rule, and starts once that is let be; never for a role that passes all of them', async t => {
  const database = await testDatabase(t)
  const login = database.login('tenant')
  const look = async (kind: 'tenant' | 'operator', exceptions: readonly WallException[] = []): Promise<string> => {
    const pool = new Pool(kind === 'tenant' ? login : database.login('operator'), { size: 1, waitTimeoutMs: 60_000, connectTimeoutMs: 60_000, preparedStatements: true, applicationName: 'test' })
    try {
      return await assertRoleIsWalled(async options => await pool.begin(options), kind, exceptions).then(() => 'walled', (error: Error) => error.message)
    } finally {
      await pool.end()
    }
  }
  for (const [kind, name, sabotage, undo] of [
    ['tenant', 'rls-not-forced:rowhouse.task', 'alter table rowhouse.task no force row level security', 'alter table rowhouse.task force row level security'],
    ['tenant', 'rls-off:rowhouse.task', 'alter table rowhouse.task disable row level security', 'alter table rowhouse.task enable row level security'],
    ['tenant', 'relation-elsewhere:lists.country', 'create schema lists; create table lists.country (code text); grant usage on schema lists to rowhouse_tenant; grant select on lists.country to rowhouse_tenant', 'drop schema lists cascade'],
    ['tenant', 'policy-using:rowhouse.task.lax', 'create policy lax on rowhouse.task to rowhouse_tenant using (true)', 'drop policy lax on rowhouse.task'],
    ['tenant', 'policy-check:rowhouse.task.lax', 'create policy lax on rowhouse.task for insert with check (true)', 'drop policy lax on rowhouse.task'],
    ['operator', 'policy-operator-writes:rowhouse.task.lax', 'create policy lax on rowhouse.task for delete to rowhouse_operator using (true)', 'drop policy lax on rowhouse.task'],
    ['operator', 'operator-writes:rowhouse.task', 'grant insert on rowhouse.task to rowhouse_operator', 'revoke insert on rowhouse.task from rowhouse_operator'],
    ['tenant', 'view-as-owner:rowhouse.all_tasks', 'create view rowhouse.all_tasks as select * from rowhouse.task; grant select on rowhouse.all_tasks to rowhouse_tenant', 'drop view rowhouse.all_tasks'],
    ['tenant', 'definer-unknown:rowhouse.shown(bigint)', "create function rowhouse.shown(bigint) returns text language sql security definer set search_path = '' as $$ select '' $$; grant execute on function rowhouse.shown(bigint) to rowhouse_tenant", 'drop function rowhouse.shown(bigint)']
  ] as const) {
    await withClient(database.admin, async client => { await client.query(sabotage) })
    const [rule = '', object = ''] = name.split(/:(.*)/)
    const refusal = await look(kind)
    t.ok(refusal.includes(`is let be by its name: WALL_EXCEPTIONS='${name}'`), `${name}: ${refusal}`)
    t.equal(await look(kind, [{ rule, object }]), 'walled', name)
    t.not(await look(kind, [{ rule, object: `${object}x` }, { rule, object: '*' }]), 'walled', `${name}: not by another`)
    if (rule === 'rls-not-forced' || rule === 'policy-using') {
      const environment = { ...database.environment, NODE_ENV: 'development', PORT: '0', DEMO_ACCOUNTS: '0', LOG_LEVEL: 'warn', WALL_EXCEPTIONS: `${name};policy-check:${object}` }
      const server = run(t, ['src/server.ts'], environment)
      await until(() => server.output().includes('Rowhouse is running') || /will not start/.test(server.output()))
      t.match(server.output(), /Rowhouse is running/, server.output())
      server.child.kill('SIGINT')
      await server.ended
    }
    await withClient(database.admin, async client => { await client.query(undo) })
  }
  const superuser = new Pool(database.admin, { size: 1, waitTimeoutMs: 60_000, connectTimeoutMs: 60_000, preparedStatements: true, applicationName: 'test' })
  const everything = ['role-bypasses', 'role-administers', 'role-member', 'role-owns'].map(rule => ({ rule, object: database.admin.user }))
  await t.rejects(assertRoleIsWalled(async options => await superuser.begin(options), 'tenant', everything), /it is a superuser, and nothing lets that be/)
  await superuser.end()
  const group = `app_readers_${String(process.pid)}`
  const both = ['role-member', 'role-owns', 'role-administers'].map(rule => ({ rule, object: login.user }))
  for (const [reason, sabotage, undo] of [
    [undefined, `create role ${group}; grant ${group} to ${login.user}`, ''],
    [`is a member of "${group}", and nothing lets that be`, `create table rowhouse.theirs (account_id bigint); alter table rowhouse.theirs owner to ${group}`, 'drop table rowhouse.theirs'],
    [`is a member of "${group}", and nothing lets that be`, `create policy theirs on rowhouse.task to ${group} using (rowhouse.current_account_id() = account_id)`, 'drop policy theirs on rowhouse.task'],
    [`is a member of "${group}", and nothing lets that be`, `grant truncate on rowhouse.task to ${group}`, `revoke truncate on rowhouse.task from ${group}`],
    [`is a member of "${group}", and nothing lets that be`, `grant pg_read_server_files to ${group}`, `revoke pg_read_server_files from ${group}; revoke ${group} from ${login.user}; drop role ${group}`],
    ['it owns rowhouse.theirs, and nothing lets that be', `create table rowhouse.theirs (account_id bigint); alter table rowhouse.theirs owner to ${login.user}`, 'drop table rowhouse.theirs']
  ] as const) {
    await withClient(database.admin, async client => { await client.query(sabotage) })
    if (reason === undefined) t.equal(await look('tenant', both), 'walled', 'a group that gives nothing')
    else t.ok((await look('tenant', both)).includes(reason), reason)
    await withClient(database.admin, async client => { await client.query(undo) })
  }
})
