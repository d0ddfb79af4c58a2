import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { audit } from '../src/check-rls/audit.ts'
import { check, type Query } from '../src/check-rls/check.ts'
import { emptyContexts, withAsked } from '../src/check-rls/context-evaluation.ts'
import { readManifest } from '../src/check-rls/manifest.ts'
import { rules } from '../src/check-rls/rules.ts'
import type { CheckSettings } from '../src/check-rls/settings.ts'
import { startRules } from '../src/check-rls/start.ts'
import { withClient } from '../src/database/admin.ts'
import { plannedOnce, testDatabase } from './support.ts'

const database = await testDatabase(t)
const app = `inn_app_${process.pid}`
const reports = `inn_reports_${process.pid}`
const inn: CheckSettings = {
  schema: 'inn', tenantRoles: [app], operatorRoles: [reports], trustedRoles: [], column: 'house_id', root: 'house', rootKey: 'id', context: undefined, definers: [], verifiers: [], namers: [], hiddenColumns: [], manifest: undefined
}

// The server, which may run as somebody else, could write there.
const directory = await mkdtemp(join(tmpdir(), 'rowhouse-'))
await chmod(directory, 0o777)
t.teardown(async () => { await rm(directory, { recursive: true }) })

/** Works on a database of two tenants, whose policies call inn.house_id() with this body, and takes it away. */
async function withInn (body: string, work: (query: Query, notices: string[]) => Promise<void>): Promise<void> {
  await withClient(database.admin, async client => {
    const notices: string[] = []
    client.on('notice', ({ message }) => { notices.push(String(message)) })
    const query = plannedOnce(client)
    await query(`
      create role ${app} login; create role ${reports} login; create schema inn; grant usage on schema inn to ${app}, ${reports};
      create function inn.house_id() returns bigint ${body};
      create table inn.house (id bigint primary key); create table inn.guest (house_id bigint not null references inn.house, id bigint, name text, primary key (house_id, id));
      alter table inn.house enable row level security, force row level security; alter table inn.guest enable row level security, force row level security;
      create policy own on inn.house for select to ${app} using (id = inn.house_id()); create policy own on inn.guest for all to ${app} using (house_id = inn.house_id());
      create policy reads on inn.house for select to ${reports} using (true); create policy reads on inn.guest for select to ${reports} using (true);
      grant select on inn.house to ${app}, ${reports}; grant select, insert, delete on inn.guest to ${app}; grant select on inn.guest to ${reports};
      insert into inn.house values (1), (2); insert into inn.guest select id, 1, 'of ' || id from inn.house`)
    try {
      notices.length = 0
      await work(query, notices)
    } finally {
      await query(`reset session authorization; reset search_path; reset evil.is_armed; drop schema inn cascade; drop schema if exists evil cascade; drop owned by ${app}, ${reports}; drop role ${app}, ${reports}`)
    }
  })
}

t.test('a check that attacks nothing runs no code of the database, whatever that would do in the session of a superuser', async t => {
  const taken = join(directory, 'taken')
  // By itself, `set local role` keeps nobody from taking the rights of the login back. What calls these while it is made is not meant.
  const evil = "begin if current_setting('evil.is_armed', true) = 'yes' then perform evil.rob(); end if;"
  await withInn(`language plpgsql stable as $$ ${evil} return current_setting('inn.house_id')::bigint; end $$`, async (query, notices) => {
    await query(`
      create schema evil; grant usage on schema evil to public;
      create function evil.rob() returns void language plpgsql as $$ begin
        raise notice 'called';
        if (select rolsuper from pg_roles where rolname = session_user) then set local role none; copy (select session_user) to program 'cat > ${taken}'; end if;
      end $$;
      create function evil.act(text) returns text language plpgsql immutable as $$ ${evil} return $1; end $$;
      -- Found before those of PostgreSQL, where a session's search_path says so.
      create function evil.quote_ident(text) returns text language plpgsql as $$ ${evil} return $1; end $$;
      create function evil.format_type(oid, integer) returns text language plpgsql as $$ ${evil} return 'x'; end $$;
      create function evil.same(text, text) returns boolean language plpgsql immutable as $$ ${evil} return true; end $$; create operator evil.= (leftarg = text, rightarg = text, function = evil.same);
      create function evil.cast(integer) returns text language plpgsql immutable as $$ ${evil} return 'x'; end $$; create type evil.mood as enum ('calm'); create function evil.cast(evil.mood) returns text language plpgsql immutable as $$ ${evil} return 'x'; end $$; create cast (evil.mood as text) with function evil.cast(evil.mood);
      create domain evil.short as text check (evil.act(value) <> '');
      create function evil.trigger() returns trigger language plpgsql as $$ ${evil} return new; end $$;
      alter table inn.guest add column note evil.short default evil.act('x'), add column mood evil.mood not null default 'calm', add check (name operator(evil.=) evil.act('y')) not valid;
      create trigger act before insert on inn.guest for each row execute function evil.trigger();
      create view inn.shown with (security_invoker = true) as select evil.act(name) as name, mood::text as mood from inn.guest; grant select on inn.shown to ${app};
      create policy narrower on inn.guest as restrictive to ${app} using (name operator(evil.=) evil.act('z') and mood::text <> '' and note <> 'bad'::evil.short);
      create index on inn.guest (house_id, evil.act(name));
      set evil.is_armed = 'yes'; set search_path = evil, pg_catalog`)
    notices.length = 0
    for (const chosen of [rules, startRules]) t.ok((await check(query, inn, chosen)).length > 0)
    await readManifest(query, inn)
    await audit(query, { database: 'inn', settings: inn }, { rules })
    t.strictSame(notices, [])
    t.notOk(existsSync(taken))
    await audit(query, { database: 'inn', settings: inn, setTenant: 'set local inn.house_id = $1' }, { attack: true })
    t.ok(notices.includes('called') && existsSync(taken), 'which attacks do')
  })
})

t.test('what stands where PostgreSQL looks for what came with it is not run either: nothing is looked at then, and what it is is told', async t => {
  await withInn("language sql stable return current_setting('inn.house_id')::bigint", async (query, notices) => {
    await query(`create schema evil; grant create, usage on schema pg_catalog to ${app}`)
    const calling = (name: string, types: string, gives: string, result = '$1'): string => `create function ${name}(${types}) returns ${gives} language plpgsql immutable as $$ begin raise notice 'called'; return ${result}; end $$`
    for (const [make, drop, told] of [
      // By whoever may create there: of types that are exactly those of an expression, it is chosen before what takes any.
      [`set role ${app}; ${calling('pg_catalog.joined', 'text, regrole', 'text')}; create operator pg_catalog.|| (leftarg = text, rightarg = regrole, function = pg_catalog.joined); reset role`, 'drop function pg_catalog.joined cascade', /the operator pg_catalog\.\|\|\(text,regrole\), which calls joined\(text,regrole\)/],
      [`set role ${app}; ${calling('pg_catalog.lower', 'name', 'text', '$1::text')}; reset role`, 'drop function pg_catalog.lower(name)', /the function pg_catalog\.lower\(name\)/],
      [`${calling('evil.told', 'regprocedure', 'text', "'x'")}; create cast (regprocedure as text) with function evil.told(regprocedure)`, 'drop cast (regprocedure as text)', /the cast of regprocedure as text, which calls evil\.told\(regprocedure\)/],
      [`${calling('evil.compared', 'regrole, regrole', 'integer', '0')}; create operator class evil.first default for type regrole using btree as operator 3 =(oid, oid), function 1 evil.compared(regrole, regrole)`, 'drop operator family evil.first using btree', /the operator class of regrole, which calls evil\.compared\(regrole,regrole\)/],
      [`${calling('evil.same', 'regprocedure, regprocedure', 'boolean', 'true')}; create operator evil.= (leftarg = regprocedure, rightarg = regprocedure, function = evil.same, hashes); create operator class evil.second default for type regprocedure using hash as operator 1 evil.=, function 1 (regprocedure, regprocedure) hashoid(oid)`, 'drop operator family evil.second using hash', /the operator class of regprocedure, which calls evil\.same\(regprocedure,regprocedure\)/]
    ] as const) {
      await query(make)
      try {
        const looks: Array<() => Promise<unknown>> = [async () => await check(query, inn), async () => await check(query, inn, startRules), async () => await readManifest(query, inn), async () => await emptyContexts(query, inn), async () => await audit(query, { database: 'inn', settings: inn }, { attack: true })]
        for (const look of looks) await t.rejects(look(), { name: 'ExplainedError', message: told }, make)
      } finally {
        await query(drop)
      }
    }
    t.notOk(notices.includes('called'))
    await query("create function pg_catalog.of_its_own(text) returns text language plpgsql as $$ begin return $1; end $$; create type inn.mood as enum ('calm'); create function inn.told(inn.mood) returns text language sql return 'x'; create cast (inn.mood as text) with function inn.told(inn.mood)")
    try {
      t.ok((await check(query, inn)).length > 0, 'what no statement of the check can mean is in nobody\'s way')
    } finally {
      await query('drop function pg_catalog.of_its_own(text)')
    }
  })
})

t.test('attacks run it: a login that is a member of the two roles, and nothing else, is enough for them, and all that it can lend', async t => {
  const taken = join(directory, 'taken-by-attack')
  await withInn(`language plpgsql stable as $$ begin
    raise notice 'called as %', session_user;
    if (select rolsuper from pg_roles where rolname = session_user) then set local role none; copy (select 1) to program 'cat > ${taken}'; end if;
    return current_setting('inn.house_id')::bigint; end $$`, async (query, notices) => {
    const auditor = `inn_auditor_${process.pid}`
    await query(`create role ${auditor} login; grant ${app}, ${reports} to ${auditor}; set session authorization ${auditor}`)
    try {
      const { probes } = await audit(query, { database: 'inn', settings: inn }, { attack: true })
      t.ok((probes?.results.length ?? 0) > 60, `${probes?.results.length ?? 0} attacks`)
      t.strictSame(probes?.skipped, [])
      t.ok(notices.includes(`called as ${auditor}`), 'it is called')
      t.notOk(existsSync(taken))
    } finally {
      await query(`reset session authorization; drop role ${auditor}`)
    }
  })
})

t.test('what is open only where the setting lacks a claim is found, and being closed to none and to an empty one clears nothing of it', async t => {
  const rule = rules.find(({ id }) => id === 'context-fails-open')
  if (rule === undefined) throw new Error('no such rule')
  const claim = (name: string): string => `(current_setting('inn.claims', true)::json ->> '${name}')`
  const sql = (expression: string): string => `language sql stable return ${expression}`
  const plpgsql = (body: string): string => `language plpgsql stable as $$ begin ${body} end $$`
  const isFound = async (body: string): Promise<Array<boolean | undefined>> => {
    let found: boolean[] = []
    await withInn(body, async query => {
      const findings = await check(query, inn)
      found = [findings, withAsked(findings, rule, await emptyContexts(query, inn))].map(some => some.some(({ rule: { id }, object }) => id === rule.id && object === 'inn.house_id()'))
    })
    return found
  }
  for (const open of [
    sql(`coalesce(${claim('house_id')}::bigint, 1)`), sql(`case when ${claim('role')} = 'service' then 1 else ${claim('house_id')}::bigint end`), plpgsql(`if ${claim('role')} = 'service' then return 1; end if; return ${claim('house_id')};`),
    plpgsql(`return coalesce(${claim('house_id')}::bigint, 1); exception when invalid_text_representation then return null;`)
  ]) t.strictSame(await isFound(open), [true, true], open)
  for (const closed of [
    sql(`${claim('house_id')}::bigint`), sql('coalesce(nullif(current_setting(\'inn.claim.house_id\', true), \'\'), nullif(current_setting(\'inn.claims\', true), \'\')::jsonb ->> \'house_id\')::bigint'),
    plpgsql(`if current_setting('inn.claims', true) = '' then return null; end if; return ${claim('house_id')}; exception when others then return null;`)
  ]) t.strictSame(await isFound(closed), [false, false], closed)
  t.strictSame(await isFound(sql(`num_nulls(${claim('house_id')})::bigint`)), [false, true], 'what no word tells is asked with an empty object')
})

t.test('a function of PL/pgSQL whose branches all return nobody is closed, over variables as well, and one that may return somebody is not', async t => {
  const read = "current_setting('inn.house_id', true)"
  const declaring = (declarations: string, body: string): string => `language plpgsql stable as $$ declare ${declarations} begin ${body} end $$`
  const isFound = async (body: string): Promise<boolean> => {
    let found = false
    await withInn(body, async query => { found = (await check(query, inn)).some(({ rule: { id }, object }) => id === 'context-fails-open' && object === 'inn.house_id()') })
    return found
  }
  for (const [declarations, body] of [
    [`t text := ${read};`, "if t = '' then return null; end if; return t::bigint;"],
    [`t text default nullif(${read}, '');`, "if t is null then raise exception 'nobody is named'; end if; return t::bigint;"],
    ['t text; n bigint := null;', `t := ${read}; if t is null or t = '' then return null; elsif t = 'nobody' then return n; else n := t::bigint; end if; return n;`],
    [`claims jsonb = nullif(${read}, '')::jsonb;`, "if claims is null then return null; end if; return (claims ->> 'house_id')::bigint;"],
    [`t varchar(20) not null := coalesce(${read}, '');`, "begin if t = '' then t = null; end if; return nullif(t, 'or else')::bigint; exception when others then return null; end;"],
    [`t text := ${read};`, "case t when '' then return null; else return t::bigint; end case;"]
  ] as const) t.notOk(await isFound(declaring(declarations, body)), `${declarations} ${body}`)
  t.notOk(await isFound(`language plpgsql stable as $$ begin if ${read} = '' then return null; end if; return ${read}::bigint; end $$`))

  const one = '(select min(id) from inn.house)'
  for (const [declarations, body] of [
    [`t text := ${read};`, "if t = '' then return 1; end if; return t::bigint;"],
    [`t text := ${read};`, `if t = '' then return ${one}; end if; return t::bigint;`],
    [`t text := ${read};`, "if t = '' then t := '1'; end if; return t::bigint;"],
    [`t text := ${read};`, "if t = '' then t = '1'; end if; return t::bigint;"],
    [`t text := ${read}; other text = '1';`, "if t = '' then return other; end if; return t::bigint;"],
    [`t text := ${read}; other text default '1';`, "if t = '' then t := other; end if; return t::bigint;"],
    [`t text := ${read}; u text;`, "u := '1'; if t = '' then t := u; end if; return t::bigint;"],
    [`t text := ${read};`, 'if t = \'\' then select min(id) into t from inn.house; end if; return t::bigint;'],
    [`t text := ${read};`, 'if t = \'\' then for t in select id from inn.house loop return t; end loop; end if; return t::bigint;'],
    [`t text := ${read};`, "if t = '' then raise exception '1'; end if; return t::bigint; exception when others then get stacked diagnostics t = message_text; return t;"],
    [`t text := ${read};`, "if t = '' then declare t text := '1'; begin return t; end; end if; return t::bigint;"],
    [`t text := ${read}; "T 2" text := '1';`, "if t = '' then return \"T 2\"; end if; return t::bigint;"],
    [`t text := ${read};`, "if t = '' then \"t\" := '1'; end if; return t::bigint;"],
    [`t text := ${read};`, 'if t = \'\' then t := t || \'1\'; end if; return t::bigint;'],
    [`t text := ${read};`, `if t = '' then perform set_config('inn.house_id', '1', true); end if; return ${read}::bigint;`],
    [`set text; t text := ${read};`, `if t = '' then set local inn.house_id = '1'; end if; return ${read}::bigint;`],
    [`t text := ${read}; u text; return text;`, 'if t = \'\' then return 1; end if; return t::bigint;'],
    [`t text := ${read}; pair record;`, "if t = '' then pair := row(1); return pair.f1; end if; return t::bigint;"],
    [`t text := ${read};`, "if t = '' then raise notice 'current_setting('; return 1; raise notice ')'; end if; return t::bigint;"],
    [`t text := ${read};`, "return coalesce(t, '1')::bigint;"]
  ] as const) t.ok(await isFound(declaring(declarations, body)), `${declarations} ${body}`)
})

t.test('a text that is put together is closed where it is looked up, and open where it is made a tenant', async t => {
  const read = "current_setting('inn.key', true)"
  const isFound = async (body: string): Promise<boolean> => {
    let found = false
    await withInn('language sql stable return 0', async query => {
      await query(`create table inn.door (house_id bigint, key text, hash bytea, kind text); create or replace function inn.house_id() returns bigint ${body}`)
      found = (await check(query, inn)).some(({ rule: { id }, object }) => id === 'context-fails-open' && object === 'inn.house_id()')
    })
    return found
  }
  for (const closed of [
    `select house_id from inn.door where key = 'key-' || ${read} limit 1`, `select house_id from inn.door where key = ('key-' || ${read})::text limit 1`, `select house_id from inn.door where hash = sha256(convert_to(${read} || 'salt', 'UTF8')) limit 1`,
    `select house_id from inn.door where key = lpad(${read}, 8, '0') and kind in ('front', 'back') limit 1`, `select (string_to_array(${read}, ':'))[1]::bigint`
  ]) {
    t.notOk(await isFound(`language sql stable as $$ ${closed} $$`), closed)
    t.notOk(await isFound(`language sql stable begin atomic; ${closed}; end`), `${closed}, read when it is made`)
  }
  for (const open of [`select ('1' || ${read})::bigint`, `select (${read} || '1')::bigint`, `select trim('1' || ${read})::bigint`, `select (('{"house_id": 1}'::jsonb || nullif(${read}, '')::jsonb) ->> 'house_id')::bigint`]) t.ok(await isFound(`language sql stable as $$ ${open} $$`), open)
})

t.test('what policies call is read as well where it is called by what they call', async t => {
  await withInn('language sql stable return 0', async query => {
    await query(`
      create function inn.or_first(given text) returns bigint language sql stable as $$ select coalesce(nullif(given, '')::bigint, 1) $$;
      create or replace function inn.house_id() returns bigint language sql stable as $$ select inn.or_first(current_setting('inn.house_id', true)) $$`)
    t.match((await check(query, inn)).filter(({ rule }) => rule.id === 'context-fails-open'), [{ object: 'inn.or_first(text)' }])
  })
})
