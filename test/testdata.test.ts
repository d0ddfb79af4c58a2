import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { withClient } from '../src/database/admin.ts'
import { hashPassword, verifyPassword } from '../src/password.ts'
import { copyRows } from '../src/testdata/copy.ts'
import { prepareTestData, TestData } from '../src/testdata/generator.ts'
import { load, loadDemo, TestDataError } from '../src/testdata/load.ts'
import { completeOptions, OptionError, testPassword, type TestDataOptions } from '../src/testdata/options.ts'
import { columns, tableNames, type Row, type TableName } from '../src/testdata/tables.ts'
import { asRole, spawnProgram, testDatabase } from './support.ts'

// Dozens of loads and processes, on a machine that may be busy.
t.setTimeout(180_000)
const database = await testDatabase(t)
const ones = { account: 1, app_user: 1, project: 1, task: 1, subtask: 1 }

t.test('the same options give the same rows, another seed gives others', async t => {
  const data = make({ accounts: 4 })
  for (const name of tableNames) {
    t.strictSame([...make({ accounts: 4 }).rows(name)], [...data.rows(name)], name)
    const texts = new Set([...data.rows(name)].map(row => withoutKeys(row).join()))
    const others = [...make({ accounts: 4, seed: 1 }).rows(name)].filter(row => !texts.has(withoutKeys(row).join()))
    t.ok(others.length > data.counts[name] / 4, `${name} of another seed`)
  }
  const users = async (seed: number): Promise<unknown> => [...(await prepareTestData(completeOptions({ seed }))).rows('app_user')][0]?.[columns.app_user.indexOf('password_hash')]
  t.equal(await users(0), await users(0), 'down to the password hash')
  t.not(await users(0), await users(1))
})

t.test('an account is the same whatever else is made, in whatever order', async t => {
  const seven = make({ accounts: 7 })
  const three = make({ accounts: 3 })
  const alone = make({ accounts: 1, first: 2 })
  const two = make({ accounts: 2 })
  const firstIds = Object.fromEntries(tableNames.map(name => [name, two.counts[name] + 1])) as typeof ones
  for (const name of tableNames) {
    const rows = [...seven.rows(name)]
    t.strictSame([...three.rows(name)], rows.slice(0, three.counts[name]), `${name}: three accounts are the first of seven`)
    t.strictSame([...alone.rows(name, firstIds)], rows.slice(two.counts[name], three.counts[name]), `${name}: so is one made alone`)
  }
  const [tasks, subtasks] = [seven.rows('task'), seven.rows('subtask')]
  const alternately = [...Array(50)].map(() => [tasks.next().value, subtasks.next().value])
  t.strictSame(alternately.map(([task]) => task), [...seven.rows('task')].slice(0, 50))
  t.strictSame(alternately.map(([, subtask]) => subtask), [...seven.rows('subtask')].slice(0, 50))
})

t.test('every option is honoured: as many rows as asked for, within each account', async t => {
  const wide = { minUsers: 2, maxUsers: 6, minProjects: 3, maxProjects: 5, minTasks: 2, maxTasks: 4, minSubtasks: 1, maxSubtasks: 3 }
  const seen = { users: new Set<number>(), projects: new Set<number>(), tasks: new Set<number>(), subtasks: new Set<number>() }
  for (let first = 0; first < 200; first++) {
    const { counts: { account, app_user: users, project, task, subtask } } = make({ ...wide, first })
    t.ok(account === 1 && task % project === 0 && subtask % task === 0)
    seen.users.add(users)
    seen.projects.add(project)
    seen.tasks.add(task / project)
    seen.subtasks.add(subtask / task)
  }
  t.strictSame(Object.values(seen).map(values => [...values].sort()), [[2, 3, 4, 5, 6], [3, 4, 5], [2, 3, 4], [1, 2, 3]], 'all values of the range, and no other')
  t.strictSame(make({ accounts: 3, minUsers: 0, maxUsers: 0, minProjects: 2, maxProjects: 2, minTasks: 3, maxTasks: 3, minSubtasks: 0, maxSubtasks: 0 }).counts,
    { account: 3, app_user: 0, project: 6, task: 18, subtask: 0 })
  t.strictSame(make({ minProjects: 0, maxProjects: 0 }).counts, { ...ones, app_user: make({}).counts.app_user, project: 0, task: 0, subtask: 0 })
})

t.test('rows look like those of an application in use', async t => {
  const data = make({ accounts: 60 })
  for (const name of tableNames) t.equal([...data.rows(name)].length, data.counts[name], `${name} has as many rows as announced`)
  t.strictSame([...data.accounts()].map(({ slug }) => slug), [...Array(60).keys()].map(index => `tenant-${index}`))
  t.strictSame([...data.rows('project')].map(row => row[2]), [...Array(data.counts.project).keys()].map(index => `project-${index}`))

  const users = [...data.rows('app_user')]
  t.equal(new Set(users.map(row => row[2])).size, users.length, 'no e-mail address twice')
  for (const [, , email, first, last, active, joined] of users) {
    t.match(email, /^[a-z0-9]+-[a-z0-9]+-\d+@example\.com$/)
    t.ok(active === true && String(first) !== '' && String(last) !== '')
    t.ok(String(joined) >= '2020-01-01T00:00:00.000Z' && String(joined) < '2026-01-01T00:00:00.000Z', String(joined))
  }

  const subtasks = [...data.rows('subtask')]
  for (const row of [...data.rows('task'), ...subtasks]) {
    if (!/^[A-Z][^\t\n\\]{1,198}\.$/.test(String(row[3])) || !/^[A-Z][^\t\n\\]+\.$/.test(String(row[5]))) t.fail(`odd texts in ${row.join()}`)
  }
  const complete = subtasks.filter(row => row[4] === true).length / subtasks.length
  t.ok(complete > 0.48 && complete < 0.52, `a fair coin: ${complete}`)
  const size = subtasks.reduce((sum, row) => sum + row.join().length, 0) / subtasks.length
  t.ok(size > 230 && size < 270, `about 250 bytes each: ${size}`)
  const used = new Set(subtasks.map(row => row[2])).size / data.counts.task
  t.ok(used > 0.95, 'spread over all tasks')
})

t.test('an option that cannot be met is refused by the name of its flag', async t => {
  const wrong: Array<[Partial<TestDataOptions>, RegExp]> = [
    [{ accounts: 0 }, /^--accounts takes a whole number from 1 /],
    [{ accounts: 1.5 }, /^--accounts/],
    [{ accounts: Number.NaN }, /^--accounts/],
    [{ accounts: 1_000_001 }, /^--accounts/],
    [{ minUsers: -1 }, /^--min-users/],
    [{ minUsers: 6 }, /^--min-users \(6\) is greater than --max-users \(5\)/],
    [{ maxProjects: 0 }, /^--min-projects/],
    [{ minTasks: 11 }, /^--min-tasks/],
    [{ maxSubtasks: 1001 }, /^--max-subtasks/],
    [{ seed: 2 ** 32 }, /^--seed/],
    [{ first: 999_999, accounts: 2 }, /^--first/]
  ]
  for (const [options, message] of wrong) {
    t.throws(() => completeOptions(options), OptionError)
    t.throws(() => completeOptions(options), { message })
  }
  t.throws(() => make({ accounts: 20_000, minSubtasks: 1000, maxSubtasks: 1000 }), { name: 'OptionError', message: /^--accounts 20000 makes \d+ rows/ })
  t.strictSame(completeOptions(), { accounts: 1, minUsers: 1, maxUsers: 5, minProjects: 1, maxProjects: 30, minTasks: 1, maxTasks: 10, minSubtasks: 1, maxSubtasks: 10, seed: 0, first: 0 })
})

t.test('a password is recognized by its hash, and the hash tells nothing else', async t => {
  const [hash, again] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')])
  t.match(hash, /^\$scrypt\$ln=15,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  t.not(hash, again, 'equal passwords have different hashes')
  t.ok(await verifyPassword('correct horse', hash) && await verifyPassword('correct horse', again))
  t.notOk(await verifyPassword('Correct horse', hash))
  t.notOk(await verifyPassword('', hash))
  t.ok(await verifyPassword('caf\u00e9', await hashPassword('cafe\u0301')), 'one text in two encodings')
  const salt = Buffer.alloc(16, 7)
  t.equal(await hashPassword('x', salt), await hashPassword('x', salt))
  t.equal(await hashPassword('pleaseletmein', Buffer.from('SodiumChloride')),
    '$scrypt$ln=15,r=8,p=1$U29kaXVtQ2hsb3JpZGU$9yy8IEvc/D/1sRXYUIrsFWb/DvP2WDiGAaOTMHjvesg', 'as OpenSSL from Python derives it')
  const [head = '', key = ''] = [hash.slice(0, hash.lastIndexOf('$')), hash.slice(hash.lastIndexOf('$') + 1)]
  for (const bad of ['', 'plain', `${head}$`, `${head}$${key.slice(0, 8)}`, `${head}$${key.slice(0, -1)}!`, hash.replace('ln=15', 'ln=31'), hash.replace('ln=15', 'ln=1'),
    hash.replace('r=8', 'r=99'), hash.replace('p=1', 'p=0'), hash.replace('scrypt', 'argon2'), hash + '\n', `x${hash}`]) {
    t.equal(await verifyPassword('correct horse', bad), false, JSON.stringify(bad))
  }
})

t.test('whatever stands in a text arrives as it is', async t => {
  const hostile = ['', ' ', '\t', '\n', '\r\n', '\\', '\\.', '\\N', '\\t', 'a\\', '\n\\.\n', '\b\v\f', '\u007f\u0001', '"quoted", \'too\'', '$1 %s', 'ß 東京 \u{1f3e0} e\u0301', '\u2028', 'x'.repeat(200_000)]
  const sent: Row[] = hostile.map((value, index) => [index, value, index % 2 === 0])
  await withClient(database.login('loader'), async client => {
    await client.query('create temporary table hostile (id integer, value text, flag boolean)')
    t.equal(await copyRows(client, 'copy hostile from stdin', sent), sent.length)
    const { rows } = await client.query<{ id: number, value: string, flag: boolean }>('select id, value, flag from hostile order by id')
    t.strictSame(rows.map(({ id, value, flag }) => [id, value, flag]), sent)

    await t.rejects(copyRows(client, 'copy hostile from stdin', [[1, 'fine', true], ['none', 'wrong', true]]), { code: '22P02' })
    t.equal(await copyRows(client, 'copy hostile from stdin', []), 0, 'the connection goes on after an error')
  })
})

t.test('an empty database is filled with the rows of the generator, and everything holds', async t => {
  await empty()
  const before = await catalogue()
  const result = await load(database, { accounts: 12 })
  const data = await prepareTestData(completeOptions({ accounts: 12 }))
  t.match({ counts: result.made.counts, present: result.present, replaced: result.replaced }, { counts: data.counts, present: 0, replaced: 0 })
  for (const name of tableNames) t.strictSame(await rowsOf(name), [...data.rows(name)], name)
  t.strictSame(await catalogue(), before, 'keys, indexes, policies and privileges are those of before')
  await assertConsistent(t)
  await assertSequencesGoOn(t)
  await t.rejects(asRole(database.login('tenant'), async query => await query('select id from task')), { code: '42704' }, 'the wall stands')
  await t.rejects(asRole(database.login('owner'), async query => await query('select id from task')), { code: '42501' }, 'for the owner, too')
  const [user] = await asRole(database.admin, async query => await query('select password_hash from rowhouse.app_user order by id limit 1'))
  t.ok(await verifyPassword(testPassword, String(user?.['password_hash'])))
})

t.test('what later migrations may bring is left as it was', async t => {
  await empty()
  await asRole(database.login('owner'), async query => {
    await query('create unique index "Odd ""name""" on task (account_id, lower(name), id) include (details) where is_complete')
    await query('comment on index "Odd ""name""" is \'it\'\'s kept\'')
    await query('comment on constraint task_pkey on task is \'kept\'')
    await query('comment on constraint task_project on task is \'kept\'')
    await query('alter table project replica identity using index project_pkey')
    await query('alter table project add constraint project_id unique (account_id, id, name) with (fillfactor = 70)')
    await query('create table note (account_id bigint not null, task_id bigint not null, foreign key (account_id, task_id) references task (account_id, id) on delete cascade deferrable)')
    await query("select build_wall('note')")
  })
  t.teardown(async () => {
    await asRole(database.login('owner'), async query => {
      await query('drop table note; drop index "Odd ""name"""; alter table project replica identity default, drop constraint project_id')
      await query('comment on constraint task_pkey on task is null; comment on constraint task_project on task is null')
    })
  })
  const before = await catalogue()
  await loadDemo(database, 2)
  t.strictSame(await catalogue(), before)
  await asRole(database.admin, async query => await query('insert into rowhouse.note (account_id, task_id) select account_id, id from rowhouse.task limit 1'))
  await t.rejects(load(database, { accounts: 3 }), TestDataError, 'someone has written a note on demonstration data')
  t.strictSame(await catalogue(), before)
})

t.test('a run that fails, or is told to keep nothing, leaves nothing', async t => {
  await empty()
  const before = await catalogue()
  t.strictSame((await load(database, { accounts: 3 }, { rollback: true })).made.counts, make({ accounts: 3 }).counts)
  await assertUntouched(t, before, 'rollback')

  const obstacles = {
    'while rows stream in': ['alter table subtask add constraint obstacle check (id < 500)', 'alter table subtask drop constraint obstacle'],
    'while indexes are made': ['create unique index obstacle on task (account_id, is_complete)', 'drop index obstacle'],
    'while foreign keys are checked': [
      'alter table project add constraint obstacle foreign key (account_id, id) references app_user (account_id, id)', 'alter table project drop constraint obstacle']
  }
  for (const [moment, [obstacle = '', remedy = '']] of Object.entries(obstacles)) {
    await asRole(database.admin, async query => await query(`set search_path = rowhouse; ${obstacle}`))
    const blocked = await catalogue()
    await t.rejects(load(database, { accounts: 3 }), { name: 'TestDataError', message: /Nothing was kept/ }, moment)
    await assertUntouched(t, blocked, moment)
    await asRole(database.admin, async query => await query(`set search_path = rowhouse; ${remedy}`))
  }
  await load(database, { accounts: 3 })
  t.strictSame(await catalogue(), before, 'and the next run works')
})

t.test('a run that is interrupted at any moment leaves nothing', async t => {
  await empty()
  const before = await catalogue()
  for (const moment of ['account', 'subtask', 'subtask_by_name', 'task_project']) {
    const interruption = new AbortController()
    await t.rejects(load(database, { accounts: 30 }, {
      signal: interruption.signal,
      onProgress: ({ subject }) => { if (subject === moment) interruption.abort(new Error('stop here')) }
    }), { message: 'stop here' }, moment)
    await assertUntouched(t, before, moment)
  }
  const ends: string[] = []
  let other: Promise<unknown> | undefined
  await new Promise<void>(resolve => {
    other = load(database, { accounts: 200 }, { rollback: true, onProgress: () => { resolve() } }).finally(() => ends.push('the other'))
  })
  const waiting = new AbortController()
  await t.rejects(load(database, { accounts: 200 }, { rollback: true, signal: waiting.signal, onWait: () => { waiting.abort(new Error('no more waiting')) } }),
    { message: 'no more waiting' }).then(() => ends.push('the one that waited'))
  await other
  t.strictSame(ends, ['the one that waited', 'the other'], 'while it waits for another run')
  await t.rejects(load(database, {}, { signal: AbortSignal.abort(new Error('not at all')) }), { message: 'not at all' })

  await load(database, { accounts: 1 })
  const loaded = await snapshot()
  const interruption = new AbortController()
  await t.rejects(load(database, { accounts: 30, first: 1 }, { signal: interruption.signal, onProgress: () => { interruption.abort(new Error('stop here')) } }), { message: 'stop here' })
  t.strictSame(await snapshot(), loaded, 'beside other accounts')
})

t.test('accounts that exist are never touched', async t => {
  await empty()
  await load(database, { accounts: 5, seed: 3 })
  const before = await snapshot()
  const refusals: Array<[Partial<TestDataOptions>, RegExp]> = [
    [{ accounts: 5, seed: 3 }, /^tenant-0 … tenant-4 exist already \(5 of 5\)\. Nothing was changed\. .*--first 5\b/],
    [{ accounts: 1 }, /^tenant-0 exists already \(1 of 1\)/],
    [{ accounts: 2, first: 3 }, /^tenant-3 and tenant-4 exist already \(2 of 2\)/]
  ]
  for (const [options, message] of refusals) await t.rejects(load(database, options), { name: 'TestDataError', message })
  t.strictSame(await snapshot(), before)

  await load(database, { accounts: 1, first: 7 })
  await load(database, { accounts: 1, first: 9 })
  await t.rejects(load(database, { accounts: 20, first: 2 }), { message: /^tenant-2, tenant-3, tenant-4 and 2 more exist already \(5 of 20\).*--first 10\b/ })
  await t.rejects(load(database, { accounts: 20 }, { rollback: true }), TestDataError)
})

t.test('where the first accounts are there, those beyond them are made, the same that a whole run makes', async t => {
  await empty()
  await load(database, { accounts: 6 })
  const whole = await snapshot()
  await empty()
  await load(database, { accounts: 2 })
  const before = await asRole(database.admin, async query => await query('select id, xmin::text from rowhouse.subtask order by id'))
  const { made, present } = await load(database, { accounts: 6 })
  t.match({ accounts: made.counts.account, present }, { accounts: 4, present: 2 })
  t.strictSame(await snapshot(), whole)
  t.strictSame((await asRole(database.admin, async query => await query('select id, xmin::text from rowhouse.subtask order by id'))).slice(0, before.length), before, 'the first stay as they are')
  await t.rejects(load(database, { accounts: 6 }), { message: /^tenant-0 … tenant-5 exist already \(6 of 6\)/ })
})

t.test('accounts are added beside others while people go on working', async t => {
  await empty()
  await load(database, { accounts: 2 })
  const before = await catalogue()
  const state = { loading: true, inserted: 0 }
  const people = asRole(database.login('tenant'), async query => {
    while (state.loading) {
      await query('begin')
      await query('select set_account($1)', [1])
      const [task] = await query("with project as (insert into project (account_id, name) values (1, 'mine') returning id) select id from project")
      await query("insert into task (account_id, project_id, name) values (1, $1, 'mine')", [task?.['id']])
      await query('commit')
      state.inserted++
    }
  })
  const marks: number[] = []
  await load(database, { accounts: 60, first: 10, minProjects: 20 }, { onProgress: () => { marks.push(state.inserted) } })
  state.loading = false
  await people
  t.ok((marks.at(-1) ?? 0) > (marks[0] ?? 0), 'others wrote during the load')

  const data = await prepareTestData(completeOptions({ accounts: 60, first: 10, minProjects: 20 }))
  const [counts] = await asRole(database.admin, async query => await query(`select
    (select count(*)::integer from rowhouse.account where slug = any ($1)) as account,
    (select count(*)::integer from rowhouse.project where account_id > 2) as project, (select count(*)::integer from rowhouse.subtask where account_id > 2) as subtask,
    (select count(*) - count(distinct id) from rowhouse.project) as twice, (select count(*) - count(distinct id) from rowhouse.task) as tasks_twice`,
  [[...data.accounts()].map(({ slug }) => slug)]))
  t.match(counts, { account: 60, project: data.counts.project, subtask: data.counts.subtask, twice: '0', tasks_twice: '0' })
  for (const name of tableNames) {
    const added = (await rowsOf(name)).filter(row => Number(row[0]) > 2)
    t.strictSame(added.map(withoutKeys), [...data.rows(name)].map(withoutKeys), name)
  }
  t.strictSame(await catalogue(), before)
  await assertConsistent(t)
  await assertSequencesGoOn(t)
})

t.test('two runs at once take turns', async t => {
  await empty()
  let waits = 0
  const onWait = (): void => { waits++ }
  const results = await Promise.allSettled([load(database, { accounts: 8 }, { onWait }), load(database, { accounts: 8 }, { onWait }), load(database, { accounts: 8, first: 8 }, { onWait })])
  t.equal(waits, 2)
  t.equal(results[2]?.status, 'fulfilled')
  t.strictSame([results[0], results[1]].map(result => result?.status).sort(), ['fulfilled', 'rejected'])
  t.equal((await rowsOf('account')).length, 16)
  await assertConsistent(t)
})

t.test('demonstration data give way as long as nobody has touched them', async t => {
  const fresh = async (): Promise<void> => {
    await empty()
    t.equal(await loadDemo(database, 3), true)
  }
  await fresh()
  const demo = await snapshot()
  t.equal(await loadDemo(database, 5), false, 'only an empty database gets any')
  t.strictSame(await snapshot(), demo)
  t.match(await load(database, { accounts: 6 }, { rollback: true }), { replaced: 3 })
  t.strictSame(await snapshot(), demo)

  t.match(await load(database, { accounts: 6 }), { replaced: 3 })
  const six = make({ accounts: 6 })
  t.strictSame(await rowsOf('account'), [...six.rows('account')], 'the same rows have the same ids again')
  t.strictSame(await rowsOf('subtask'), [...six.rows('subtask')])
  await t.rejects(load(database, { accounts: 6 }), TestDataError, 'what a run has made is no demonstration')
  const [sequence] = await asRole(database.admin, async query => await query("select obj_description('rowhouse.account_id_seq'::regclass, 'pg_class') as comment"))
  t.equal(sequence?.['comment'], null, 'and nothing says it is')

  await fresh()
  t.match(await load(database, { accounts: 1, seed: 5 }), { replaced: 3 })
  await fresh()
  t.match(await load(database, { accounts: 2, first: 3 }), { replaced: 0 }, 'whoever wants to add does not want to replace')
  t.equal((await rowsOf('account')).length, 5)

  const changes = [
    'update task set name = name where id = 1',
    "insert into project (account_id, name) values (1, 'mine')",
    'delete from subtask where id = (select max(id) from subtask)',
    "insert into account (slug, name) values ('mine', 'Mine')",
    'delete from subtask where account_id = 3; delete from task where account_id = 3; delete from project where account_id = 3; delete from app_user where account_id = 3; delete from account where id = 3'
  ]
  for (const change of changes) {
    await fresh()
    await asRole(database.admin, async query => await query(`set search_path = rowhouse; ${change}`))
    const changed = await snapshot()
    await t.rejects(load(database, { accounts: 2 }), TestDataError, change)
    t.strictSame(await snapshot(), changed, change)
  }
})

t.test('a process that is killed leaves nothing half-made', async t => {
  await empty()
  const before = await catalogue()
  for (const phase of ['loading', 'indexes']) {
    const child = run(['--accounts', '400'])
    await reaches(child, phase)
    child.kill('SIGKILL')
    await once(child, 'close')
    await assertUntouched(t, before, `killed while ${phase}`)
  }
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
    const child = run(['--accounts', '400'])
    const errors = await reaches(child, 'loading')
    child.kill(signal)
    const [exitCode] = await once(child, 'close')
    t.equal(exitCode, code)
    t.match(errors(), /interrupted: nothing was kept/)
    await assertUntouched(t, before, signal)
  }
  const locks = await asRole(database.admin, async query => await query("select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"))
  t.equal(locks.length, 0)
})

t.test('the command says what it made, and refuses what it cannot', async t => {
  await empty()
  const made = await finish(['--accounts', '2', '--max-users', '2'])
  const data = make({ accounts: 2, maxUsers: 2 })
  t.equal(made.code, 0)
  const { account, app_user: users, project, task, subtask } = data.counts
  t.match(made.output, new RegExp([...[...data.accounts()].map(({ slug, name }) => `${slug} ${name}`),
    `Accounts: ${account}`, `Users: ${users}`, `Projects: ${project}`, `Tasks: ${task}`, `Subtasks: ${subtask}`, 'Time: \\d+\\.\\d s\\n$'].join('\\n'), 's'))
  t.equal(made.errors, '', 'and nothing else')
  const [again, more, tried] = [await finish(['--accounts', '2']), await finish(['--accounts', '12', '--first', '2']), await finish(['--first', '14', '--rollback'])]
  t.match(again, { code: 1, output: '', errors: /^createtestdata: tenant-0 and tenant-1 exist already \(2 of 2\)\.[^\n]*\n$/ })
  t.match(more, { code: 0, output: /^Accounts: 12\n/, errors: /^loading: / })
  t.match(tried, { code: 0, output: /nothing was kept/ })
  t.equal((await rowsOf('account')).length, 14)
  t.match(await finish(['--accounts', '15']), { code: 0, output: /^Of the accounts, 14 were there already and stayed as they are; made were those beyond:\ntenant-14 [^\n]*\nAccounts: 1\n/ })

  const nowhere = { DATABASE_URL: 'postgres://nobody:secretsecret@127.0.0.1:1/none' }
  const wrong = ['--accounts 0', '--accounts abc', '--min-users 5 --max-users 1', '--unknown', 'something']
  await Promise.all(wrong.map(async arguments_ => {
    const { code, errors, output } = await finish(arguments_.split(' '), nowhere)
    t.match({ code, output, errors }, { code: 2, output: '', errors: /^(error|createtestdata): .*(--accounts|--min-users|--unknown|too many arguments)/ }, arguments_)
    t.notMatch(errors, /\n {4}at /)
  }))
  const [help, unreachable] = [await finish(['--help'], nowhere), await finish([], nowhere)]
  t.match(help, { code: 0, errors: '' })
  for (const name of Object.keys(completeOptions())) t.match(help.output, `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)} <number>`)
  t.match(help.output, /Examples:/)
  t.match(unreachable, { code: 1, errors: /^createtestdata: no PostgreSQL answers at 127\.0\.0\.1:1[^\n]*\n$/ })
})

function make (options: Partial<TestDataOptions>): TestData {
  return new TestData(completeOptions(options), 'hash')
}

/** The columns that hold no id. */
function withoutKeys (row: Row): Row {
  return row.filter(value => typeof value !== 'number')
}

async function empty (): Promise<void> {
  await asRole(database.admin, async query => await query(`set search_path = rowhouse; truncate ${tableNames.join(', ')} restart identity cascade; comment on sequence account_id_seq is null`))
}

/** The rows of a table as the generator gives them. */
async function rowsOf (name: TableName): Promise<Row[]> {
  return await withClient(database.admin, async client => {
    const { rows } = await client.query<Array<string | boolean | Date>>({ text: `select ${columns[name].join(', ')} from rowhouse.${name} order by id`, rowMode: 'array' })
    return rows.map(row => row.map((value, index) => value instanceof Date ? value.toISOString() : /(^|_)id$/.test(columns[name][index] ?? '') ? Number(value) : value))
  })
}

async function snapshot (): Promise<Row[][]> {
  return await Promise.all(tableNames.map(rowsOf))
}

/** Everything about the schema that a load may not change. Waits for whoever still holds the tables. */
async function catalogue (): Promise<unknown> {
  return await asRole(database.admin, async query => {
    await query("set search_path = ''")
    await query('begin')
    await query(`lock table ${tableNames.map(name => `rowhouse.${name}`).join(', ')} in access exclusive mode`)
    const found: unknown[] = []
    for (const text of [
      `select conrelid::regclass::text, conname, contype, convalidated, condeferrable, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint')
        from pg_constraint where connamespace = 'rowhouse'::regnamespace order by 1, 2`,
      `select i.indexdef, obj_description(format('%I.%I', schemaname, indexname)::regclass, 'pg_class'), p.indisvalid, p.indisreplident
        from pg_indexes i join pg_index p on p.indexrelid = format('%I.%I', schemaname, indexname)::regclass where schemaname = 'rowhouse' order by 1`,
      `select relname, relkind, relrowsecurity, relforcerowsecurity, relacl::text, relreplident, relowner::regrole::text, relpersistence
        from pg_class where relnamespace = 'rowhouse'::regnamespace and relkind in ('r', 'S', 'v') order by 1`,
      "select tablename, policyname, permissive, roles::text, cmd, qual, with_check from pg_policies where schemaname = 'rowhouse' order by 1, 2",
      "select attrelid::regclass::text, attname, attnotnull, attidentity, attacl::text from pg_attribute where attrelid = any (select oid from pg_class where relnamespace = 'rowhouse'::regnamespace and relkind = 'r') and attnum > 0 order by 1, 2",
      "select sequencename, start_value, min_value, max_value, increment_by, cycle, cache_size from pg_sequences where schemaname = 'rowhouse' order by 1",
      "select tgrelid::regclass::text, count(*) from pg_trigger where tgrelid::regclass::text like 'rowhouse.%' group by 1 order by 1"
    ]) found.push(await query(text))
    await query('rollback')
    return found
  })
}

async function assertUntouched (t: Test, before: unknown, moment: string): Promise<void> {
  t.strictSame(await catalogue(), before, `${moment}: keys, indexes and policies are those of before`)
  t.strictSame(await snapshot(), tableNames.map(() => []), `${moment}: no row is left`)
}

/** Looks for orphans itself: that a key is marked as valid says only that somebody said so. */
async function assertConsistent (t: Test): Promise<void> {
  const [orphans] = await asRole(database.admin, async query => await query(`select
    (select count(*)::integer from rowhouse.app_user c where not exists (select from rowhouse.account p where p.id = c.account_id)) as users,
    (select count(*)::integer from rowhouse.project c where not exists (select from rowhouse.account p where p.id = c.account_id)) as projects,
    (select count(*)::integer from rowhouse.task c where not exists (select from rowhouse.project p where (p.account_id, p.id) = (c.account_id, c.project_id))) as tasks,
    (select count(*)::integer from rowhouse.subtask c where not exists (select from rowhouse.task p where (p.account_id, p.id) = (c.account_id, c.task_id))) as subtasks`))
  t.strictSame(orphans, { users: 0, projects: 0, tasks: 0, subtasks: 0 }, 'no row without its parent in its own account')
  const invalid = await asRole(database.admin, async query => await query("select conname from pg_constraint where connamespace = 'rowhouse'::regnamespace and not convalidated"))
  t.strictSame(invalid, [])
}

async function assertSequencesGoOn (t: Test): Promise<void> {
  await asRole(database.admin, async query => {
    for (const name of tableNames) {
      const [row] = await query(`select (select max(id) from rowhouse.${name}) < nextval('rowhouse.${name}_id_seq') as beyond`)
      t.equal(row?.['beyond'], true, `the next ${name} gets an id of its own`)
    }
  })
  await asRole(database.login('tenant'), async query => {
    await query('begin')
    await query('select set_account(1)')
    await query("insert into project (account_id, name) values (1, 'after the load')")
    await query('rollback')
  })
}

type Child = ChildProcessByStdio<null, Readable, Readable>

function run (arguments_: string[], environment: NodeJS.ProcessEnv = {}): Child {
  return spawnProgram(['bin/createtestdata.ts', ...arguments_], { ...database.environment, ...environment })
}

/** Waits until the child has begun the phase. @returns what it has written to stderr by then, and goes on writing */
async function reaches (child: Child, phase: string): Promise<() => string> {
  let written = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', chunk => {
      written += String(chunk)
      if (written.includes(`${phase}:`)) resolve()
    })
    child.once('close', () => { reject(new Error(`ended before ${phase}: ${written}`)) })
  })
  return () => written
}

async function finish (arguments_: string[], environment?: NodeJS.ProcessEnv): Promise<{ code: number, output: string, errors: string }> {
  const child = run(arguments_, environment)
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: Number(code), output, errors }
}
