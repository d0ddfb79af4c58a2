import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import t, { type Test } from 'tap'
import { openPromise } from 'yauzl'
import { ZipFile } from 'yazl'
import { ArchiveError } from '../src/archive/archive-error.ts'
import { exportArchive } from '../src/archive/export.ts'
import { formatVersion, type Manifest } from '../src/archive/format.ts'
import { importArchive, type NewAccount } from '../src/archive/import.ts'
import { inspectArchive, type Inspection } from '../src/archive/inspect.ts'
import { columnNames, ownedTables, sequenceOf, tableNames, tables } from '../src/archive/tables.ts'
import { checksumAccount, findOrphans } from '../src/archive/verify.ts'
import { zipFile } from '../src/archive/zip-writer.ts'
import { withClient } from '../src/database/admin.ts'
import type { Database } from '../src/database/database.ts'
import { maxId } from '../src/database/sequence.ts'
import { asRole, seedTenants, testDatabase } from './support.ts'

t.setTimeout(180_000)
const database = await testDatabase(t)
const other = await testDatabase(t)
await seedTenants(database)
const folder = mkdtempSync(join(tmpdir(), 'rowhouse-archive-'))
t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
let files = 0
const fresh = (): string => join(folder, `${++files}.zip`)

const hostile = ['\t', '\r\n', '\\', '\\.', '\n\\.\n', '\\N', '\b\v\f\u0001\u001f\u007f', '"quoted", \'too\'', '{"a":1}', '$1 %s', 'ß 東京 \u{1f3e0} e\u0301', '\u2028\u2029\ufeff', '\u{10ffff}\uffff', 'x'.repeat(100_000)]
await asRole(database.admin, async query => {
  await query('set search_path = rowhouse')
  for (const text of hostile) {
    await query('insert into project (account_id, name, details) values (1, $1::text, $2::text)', [[...text].slice(0, 255).join(''), text])
    await query('insert into subtask (account_id, task_id, name, details) select 1, min(id), $1::text, $2::text from task where account_id = 1', [[...text].slice(0, 255).join(''), text])
  }
  await query('insert into project (account_id, name) values (1, repeat($1::text, 255))', ['\u{1f3e0}'])
  for (const [index, joined] of ['2020-02-29 23:59:59.123456+00', '0044-03-15 12:00:00+00 BC', 'infinity', '-infinity', '12345-01-01 00:00:00+00', '2001-02-03 04:05:06.7+05:30'].entries()) {
    await query("insert into app_user (account_id, email, first_name, last_name, password_hash, joined_at) values (1, $1::text, '', '', '', $2::timestamptz)", [`u${index}@example.com`, joined])
  }
})
const source = fresh()
await exportFrom(1, source)
const entries = await readZip(source)

t.test('an archive becomes the account that it was, in another database and beside it in its own', async t => {
  const before = await checksums(database, 1)
  const moved = await importInto(other, source, { accountId: 1, slug: 'tenant-0', name: 'Company of tenant-0' })
  t.strictSame(await checksums(other, 1), before)
  t.strictSame(moved.counts, Object.fromEntries(tableNames.map(table => [table, before[table].rows])))

  await importInto(database, source, { accountId: 50, slug: 'a-copy', name: 'A copy' })
  const { account: own, ...rest } = await checksums(database, 50)
  const { account: theirs, ...expected } = before
  t.strictSame(rest, expected)
  t.not(own.checksum, theirs.checksum, 'an account by another name is not the same')
  t.strictSame(await details(database, 50), await details(database, 1), 'down to each character')

  const again = fresh()
  await exportFrom(50, again)
  const copies = await readZip(again)
  for (const table of ownedTables) t.ok(copies.get(`${table}.ndjson`)?.equals(entries.get(`${table}.ndjson`) as Buffer), `${table}: the copy's archive holds the same bytes`)
})

t.test('a checksum tells any difference, in whatever order the rows lie and whatever the session is set to', async t => {
  await withClient(database.login('loader'), async client => {
    const before = await checksumAccount(client, 2)
    await client.query("set timezone = 'Asia/Kathmandu'")
    await client.query("set datestyle = 'German'")
    t.strictSame(await checksumAccount(client, 2), before)
    await asRole(database.admin, async query => { await query("update rowhouse.subtask set name = name || '!' where account_id = 2 and id = (select min(id) from rowhouse.subtask where account_id = 2)") })
    const after = await checksumAccount(client, 2)
    t.not(after.subtask.checksum, before.subtask.checksum)
    t.strictSame({ ...after, subtask: before.subtask }, before)
    await asRole(database.admin, async query => { await query("update rowhouse.subtask set name = rtrim(name, '!') where account_id = 2") })
    t.strictSame(await checksumAccount(client, 2), before, 'the row lies elsewhere now')
  })
})

t.test('an archive says what it is, and its manifest what is in it', async t => {
  const { manifest, counts } = await inspectArchive(source)
  t.match(manifest, { format: 'rowhouse-archive', version: formatVersion, account: { slug: 'tenant-0', name: 'Company of tenant-0' } })
  for (const table of tableNames) {
    const bytes = entries.get(`${table}.ndjson`) as Buffer
    t.equal(manifest.tables[table].sha256, createHash('sha256').update(bytes).digest('hex'))
    t.equal(manifest.tables[table].bytes, bytes.length)
    t.equal(counts[table], manifest.tables[table].rows)
  }
  const readme = String(entries.get('README.txt'))
  for (const table of tableNames) for (const name of [`${table}.ndjson`, ...columnNames(table)]) t.ok(readme.includes(name), `README.txt names ${name}`)
  t.notOk(/account_id/.test([...entries.values()].join('')), 'no line names an account')
  t.equal((await stat(source)).mode & 0o777, 0o600)
})

t.test('no byte of another tenant is in an archive', async t => {
  const texts = [...entries.values()].join('')
  t.ok(texts.includes('tenant-0'))
  t.notMatch(texts, /tenant-[1-9]/)
})

t.test('an archive is one moment of the account: what is written meanwhile is not in it', async t => {
  const path = fresh()
  let writing: Promise<unknown> | undefined
  const before = await checksums(database, 3)
  await withClient(database.login('loader'), async client => {
    await exportArchive(client, 3, path, {
      onProgress: ({ table }) => {
        if (table === 'account') writing ??= asRole(database.admin, async query => { await query("insert into rowhouse.subtask (account_id, task_id, name) select 3, min(id), 'late' from rowhouse.task where account_id = 3") })
      }
    })
  })
  await writing
  t.not((await checksums(database, 3)).subtask.rows, before.subtask.rows)
  t.equal((await inspectArchive(path)).counts.subtask, before.subtask.rows)
})

t.test('an export that is interrupted or fails leaves no file', async t => {
  for (const table of tableNames) {
    const path = fresh()
    const controller = new AbortController()
    const stop = new Error('stop')
    await t.rejects(withClient(database.login('loader'), async client => {
      await exportArchive(client, 1, path, { signal: controller.signal, onProgress: progress => { if (progress.table === table) controller.abort(stop) } })
    }), stop, table)
  }
  await t.rejects(exportFrom(4711, fresh()), { name: 'ArchiveError', message: 'there is no account 4711' })
  await t.rejects(withClient(database.login('operator'), async client => await exportArchive(client, 1, fresh())), { code: '42501' }, 'in the middle, at the password hashes')
  t.strictSame((await readdir(folder)).filter(name => name.endsWith('.part')), [])
  for (let number = files; number > files - tableNames.length - 2; number--) await t.rejects(stat(join(folder, `${number}.zip`)), { code: 'ENOENT' })
})

t.test('a file that is there is kept, unless it may be overwritten', async t => {
  const path = fresh()
  await writeFile(path, 'mine')
  await t.rejects(exportFrom(2, path), { name: 'ArchiveError', message: /is there already; .*--overwrite/ })
  t.equal(await readFile(path, 'utf8'), 'mine')
  await withClient(database.login('loader'), async client => { await exportArchive(client, 2, path, { overwrite: true }) })
  t.equal((await inspectArchive(path)).manifest.account.slug, 'tenant-1')
})

t.test('what a killed export has left is in nobody\'s way, and goes with the next one', async t => {
  const path = fresh()
  const { pid: dead = 0 } = spawnSync(process.execPath, ['--version'])
  const left = `${path}.${hostname()}-${dead}-0123abcd.part`
  const before = `${path}.${hostname()}-${process.pid}-0123abcd.part`
  const others = [`${path}.${hostname()}-1-0123abcd.part`, `${path}.elsewhere-${dead}-0123abcd.part`, `${path}.part`, `${path}.${hostname()}-${dead}-0123abcd.part.zip`]
  for (const name of [left, before, ...others]) await writeFile(name, 'mine')
  await exportFrom(2, path)
  for (const name of [left, before]) await t.rejects(stat(name), { code: 'ENOENT' })
  for (const name of others) t.equal(await readFile(name, 'utf8'), 'mine', 'somebody may be writing it, or it is something else')
  await withClient(database.login('loader'), async client => {
    await exportArchive(client, 2, path, {
      overwrite: true,
      onProgress: ({ table }) => { if (table === 'account') t.equal(readdirSync(folder).filter(name => name.includes(`-${process.pid}-`)).length, 1) }
    })
  })
  for (const name of others) rmSync(name)
  t.strictSame((await readdir(folder)).filter(name => name.endsWith('.part')), [])
})

t.test('an archive that is cut off anywhere is refused', async t => {
  const bytes = await readFile(source)
  const points = new Set([0, 1, 4, 21, 22, 100, bytes.length - 1, bytes.length - 22, ...Array.from({ length: 40 }, (_, index) => Math.floor(bytes.length * index / 40))])
  for (const point of points) await refused(t, await store(bytes.subarray(0, point)), /./, `${point} bytes`)
  await refused(t, await store(Buffer.concat([bytes, Buffer.from('more')])), /damaged/, 'or has something behind it')
  await refused(t, await store(Buffer.from('id,name\n1,x\n')), /not a ZIP file/)
  await refused(t, folder, /not a file/)
  await refused(t, join(folder, 'missing.zip'), /cannot be read/)
})

t.test('a byte that flipped is noticed, or is none that means anything', async t => {
  const bytes = await readFile(source)
  const original = await inspectArchive(source)
  const step = Math.max(1, Math.floor(bytes.length / 300))
  let noticed = 0
  const path = fresh()
  // The directory at the end is read with particular care.
  for (let at = 0; at < bytes.length; at += at > bytes.length - 700 ? 3 : step) {
    const copy = Buffer.from(bytes)
    copy[at] = (copy[at] ?? 0) ^ 0x55
    await writeFile(path, copy)
    try {
      t.strictSame(await inspectArchive(path), original, `byte ${at}`)
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error
      noticed++
    }
  }
  t.ok(noticed > 250, `${noticed}`)
})

t.test('exactly the entries of an archive are accepted, each once', async t => {
  const list = [...entries]
  for (const [name] of list) {
    await refused(t, await zipOf(list.filter(([other]) => other !== name)), /6 entries/, `without ${name}`)
    await refused(t, await zipOf(list.map(([other, bytes]) => [other === name ? 'other.txt' : other, bytes])), /entry "other.txt"/)
  }
  await refused(t, await zipOf([...list, ['README.txt', Buffer.from('again')]]), /8 entries/)
  await refused(t, await zipOf([...list.slice(1), ['task.ndjson', Buffer.alloc(0)]]), /two entries task\.ndjson/)
  const paths = await readFile(source)
  for (const name of ['../etc.txt', '/etc/a.txt', 'C:\\abc.txt', 'a\\bcd.txt', '..\u0000\u202e/ab.t']) {
    const copy = Buffer.from(paths)
    const bytes = Buffer.alloc(10)
    bytes.write(name)
    for (let at = copy.indexOf('README.txt'); at !== -1; at = copy.indexOf('README.txt', at + 1)) bytes.copy(copy, at)
    await refused(t, await store(copy), /damaged|has an entry/, JSON.stringify(name))
  }
  const encrypted = Buffer.from(paths)
  for (let at = encrypted.indexOf('PK\u0001\u0002'); at !== -1; at = encrypted.indexOf('PK\u0001\u0002', at + 1)) encrypted.writeUInt8(encrypted.readUInt8(at + 8) | 1, at + 8)
  await refused(t, await store(encrypted), /encrypted/)
})

t.test('a line that the database would not have written is refused by its number', async t => {
  const user = '{"id":1,"email":"a@b","first_name":"","last_name":"","is_active":true,"joined_at":"2020-01-01T00:00:00+00:00","password_hash":""}'
  const project = '{"id":1,"name":"p","details":""}'
  const wrong: Array<readonly [string, readonly string[], RegExp]> = [
    ['project', ['{'], /^project\.ndjson, line 1: is not JSON/],
    ['project', [''], /line 1: is not JSON/],
    ['project', ['[1]'], /not a JSON object/],
    ['project', ['null'], /not a JSON object/],
    ['project', ['{"id":1,"name":"p"}'], /exactly the fields/],
    ['project', ['{"id":1,"name":"p","details":"","account_id":2}'], /exactly the fields/],
    ['project', ['{"name":"p","id":1,"details":""}'], /exactly the fields/],
    ['project', ['{"id":1,"name":"p","details":"","__proto__":{}}'], /exactly the fields/],
    ['project', ['{"id":1,"name":"p","name":"q","details":""}'], /a field twice/],
    ['project', ['{"id": 1,"name":"p","details":""}'], /as an export writes it/],
    ['project', ['{"id":1.0,"name":"p","details":""}'], /as an export writes it/],
    ['project', ['{"id":"1","name":"p","details":""}'], /id is not a whole number/],
    ['project', ['{"id":0,"name":"p","details":""}'], /id is not a whole number from 1 to 4503599627370496/],
    ['project', ['{"id":-1,"name":"p","details":""}'], /id is not a whole number/],
    ['project', ['{"id":1.5,"name":"p","details":""}'], /id is not a whole number/],
    ['project', [`{"id":${maxId + 1},"name":"p","details":""}`], /id is not a whole number/],
    ['project', [project, project], /^project\.ndjson, line 2: id 1 does not come after 1/],
    ['project', [project.replace('1', '2'), project], /line 2: id 1 does not come after 2/],
    ['project', ['{"id":1,"name":"","details":""}'], /name has not 1 to 255 characters/],
    ['project', [`{"id":1,"name":"${'\u{1f3e0}'.repeat(256)}","details":""}`], /name has not 1 to 255/],
    ['project', ['{"id":1,"name":null,"details":""}'], /name is not a text/],
    ['project', ['{"id":1,"name":"a\\u0000","details":""}'], /name has a character/],
    ['project', ['{"id":1,"name":"a","details":"\\ud800"}'], /details has a character/],
    ['project', [`{"id":1,"name":"a","details":"${'x'.repeat(100_001)}"}`], /details has not 0 to 100000 characters/],
    ['project', [`{"id":1,"name":${'['.repeat(100_000)}${']'.repeat(100_000)},"details":""}`], /name is not a text/],
    ['project', [`{"id":1,"name":"a","details":"${'x'.repeat(17 * 1024 * 1024)}"}`], /line 1: is longer than 16777216 bytes/],
    ['task', ['{"id":1,"project_id":77,"name":"t","is_complete":false,"details":""}'], /^task\.ndjson, line 1: project_id 77 is in no line of project\.ndjson/],
    ['task', ['{"id":1,"project_id":1,"name":"t","is_complete":0,"details":""}'], /project_id 1 is in no line|is_complete/],
    ['subtask', ['{"id":1,"task_id":77,"name":"t","is_complete":false,"details":""}'], /task_id 77 is in no line of task\.ndjson/],
    ['app_user', [user.replace('true', '"t"')], /is_active is neither true nor false/],
    ['app_user', [user.replace('a@b', '\u{1f3e0}b')], /email has fewer than 3/],
    ['app_user', [user.replace('2020-01-01T', '2020-13-01T')], /joined_at is not a timestamp/],
    ...['2021-02-29T00:00:00', '1900-02-29T00:00:00', '2020-04-31T00:00:00', '2020-01-00T00:00:00', '0000-01-01T00:00:00', '294277-01-01T00:00:00', '2020-01-01T24:00:00'].map(time =>
      ['app_user', [user.replace('2020-01-01T00:00:00', time)], /joined_at is not a timestamp/] as const),
    ['app_user', [user.replace('2020-01-01T00:00:00+00:00', '4714-01-01T00:00:00+00:00 BC')], /joined_at is not a timestamp/],
    ['app_user', [user.replace('2020-01-01T00:00:00+00:00', 'now')], /joined_at is not a timestamp/],
    ['app_user', [user, user.replace('"id":1', '"id":2').replace('a@b', 'A@B')], /^app_user\.ndjson, line 2: email stands in a line before: "A@B"$/],
    ['account', ['{"slug":"A","name":"p"}'], /slug is not a label/],
    ['account', ['{"slug":"\\u001b[2J\u202e","name":"p"}'], /slug is not a label.*"\?\[2J\?"/],
    ['account', [], /has 0 lines, and not one/],
    ['account', ['{"slug":"a","name":"p"}', '{"slug":"b","name":"p"}'], /./]
  ]
  for (const [table, lines, message] of wrong) {
    await refused(t, await archiveOf({ [table]: lines }), message, `${table}: ${lines.join(' ').slice(0, 90)}`, table !== 'app_user')
  }
  await refused(t, await archiveOf({ project: [project] }, { after: { project: '{"id":2' } }), /project\.ndjson, line 2: is cut off/)
  await refused(t, await archiveOf({ project: [project] }, { after: { project: Buffer.from([0xff, 10]) } }), /project\.ndjson: is not UTF-8/)
  const good = await archiveOf({ app_user: [user], project: [project] })
  t.match((await inspectArchive(good)).counts, { app_user: 1, project: 1 }, 'the same in order is accepted')
})

t.test('a manifest that says other than the truth is refused', async t => {
  const cases: Array<[(manifest: Manifest) => unknown, RegExp]> = [
    [manifest => ({ ...manifest, version: 4 }), /version 4 of the format, .*up to 3; use a newer one/],
    [manifest => ({ ...manifest, version: 2 }), /has not exactly the fields .*, created_at, updated_at in this order/],
    [manifest => ({ ...manifest, schema: '999_future' }), /schema "999_future", .*use the version that wrote it, or a newer one/],
    [manifest => ({ ...manifest, format: 'other' }), /not that of an archive/],
    [manifest => ({ ...manifest, accountId: 2 }), /manifest\.json/],
    [() => [], /not that of an archive/],
    [manifest => with_(manifest, { rows: 3 }), /has 2 lines, and manifest\.json says 3/],
    [manifest => with_(manifest, { bytes: 3 }), /bytes, and manifest\.json says 3/],
    [manifest => with_(manifest, { sha256: '0'.repeat(64) }), /SHA-256/],
    [manifest => with_(manifest, { highestId: 9 }), /ids up to 2, and manifest\.json says 9/],
    [manifest => with_(manifest, { highestId: maxId + 1 }), /manifest\.json/],
    [manifest => ({ ...manifest, schema: 'x'.repeat(2 ** 21) }), /manifest\.json is longer than 1048576 bytes/]
  ]
  const project = ['{"id":1,"name":"p","details":""}', '{"id":2,"name":"p","details":""}']
  for (const [change, message] of cases) await refused(t, await archiveOf({ project }, { change }), message, String(change))
  await refused(t, await zipOf([...entries].map(([name, bytes]) => [name, name === 'manifest.json' ? Buffer.from('{') : bytes])), /manifest\.json is not JSON/)

  function with_ (manifest: Manifest, change: Partial<Manifest['tables']['project']>): Manifest {
    return { ...manifest, tables: { ...manifest.tables, project: { ...manifest.tables.project, ...change } } }
  }
})

t.test('a file that would unpack to more than is in proportion is refused before it is unpacked', async t => {
  await refused(t, await zipOf([...entries].map(([name, bytes]) => [name, name === 'subtask.ndjson' ? Buffer.alloc(400 * 1024 * 1024) : bytes])), /out of all proportion/)
  await refused(t, await zipOf([...entries].map(([name, bytes]) => [name, name === 'README.txt' ? Buffer.alloc(2 * 1024 * 1024) : bytes])), /README\.txt is longer/)
})

t.test('a file beyond 4 GiB is a ZIP file that others read, and so is one of nothing', async t => {
  const write = async (entries: Array<{ name: string, chunk: Buffer, times: number }>): Promise<string> => {
    async function * repeat (chunk: Buffer, times: number): AsyncGenerator<Buffer> {
      for (let time = 0; time < times; time++) yield chunk
    }
    const path = fresh()
    await pipeline(zipFile(entries.map(({ name, chunk, times }) => ({ name, chunks: () => repeat(chunk, times) })), new Date('2026-02-03T04:05:06Z')), createWriteStream(path))
    return path
  }
  const path = await write([{ name: 'large', chunk: Buffer.alloc(2 ** 24), times: 257 }, { name: 'small', chunk: Buffer.from('small'), times: 1 }, { name: 'none', chunk: Buffer.alloc(0), times: 0 }])
  const zip = await openPromise(path, { autoClose: false })
  const found: Array<[string, number, Date]> = []
  for await (const entry of zip.eachEntry()) {
    found.push([entry.fileName, entry.uncompressedSize, entry.getLastModDate()])
    if (entry.fileName !== 'large') t.equal((await buffer(await zip.openReadStreamPromise(entry))).toString(), entry.fileName === 'small' ? 'small' : '')
  }
  zip.close()
  const date = new Date('2026-02-03T04:05:06Z')
  t.strictSame(found, [['large', 257 * 2 ** 24, date], ['small', 5, date], ['none', 0, date]])
  t.strictSame(await readZip(await write([])), new Map())
})

t.test('an archive that changed between inspection and import is noticed', async t => {
  const path = fresh()
  await writeFile(path, await readFile(source))
  await inspectArchive(path)
  const bytes = await readFile(path)
  // Amid what the largest part holds; not every byte of a header matters.
  const place = bytes.indexOf('subtask.ndjson') + 200
  bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place)
  await writeFile(path, bytes)
  const before = await everything()
  await t.rejects(importInto(other, path, { accountId: 60, slug: 'sixty', name: 'Sixty' }), ArchiveError)
  t.strictSame(await everything(), before)
})

t.test('an import that collides with an account, or is interrupted, leaves nothing', async t => {
  const before = await everything()
  await t.rejects(importInto(other, source, { accountId: 1, slug: 'free', name: 'x' }), { name: 'ArchiveError', message: /account_pkey/ })
  await t.rejects(importInto(other, source, { accountId: 70, slug: 'tenant-0', name: 'x' }), { name: 'ArchiveError', message: /account_slug_is_unique/ })
  for (const accountId of [0, -1, 1.5, maxId + 1]) await t.rejects(importInto(other, source, { accountId, slug: 'free', name: 'x' }), ArchiveError)
  const controller = new AbortController()
  const stop = new Error('stop')
  await t.rejects(importInto(other, source, { accountId: 70, slug: 'free', name: 'x' }, controller.signal, () => { controller.abort(stop) }), stop)
  t.strictSame(await everything(), before)
})

t.test('after an import every sequence is beyond the ids, and none went back', async t => {
  const target = await testDatabase(t)
  await asRole(target.admin, async query => { await query("select setval('rowhouse.project_id_seq', 5000000)") })
  const far = 2 ** 40 - 5
  const task = (id: number): string => `{"id":${id},"project_id":7,"name":"t","is_complete":false,"details":""}`
  const path = await archiveOf({ project: ['{"id":7,"name":"p","details":""}'], task: [task(3), task(far)] })
  await importInto(target, path, { accountId: 9, slug: 'nine', name: 'Nine' })
  const last = await asRole(target.admin, async query => await query(`select ${tableNames.map(table => `(select last_value::text from rowhouse.${sequenceOf(table)}) as ${table}`).join(', ')}`))
  t.match(last, [{ account: '9', project: '5000000', task: String(far), app_user: '1' }])
  const findings = await withClient(target.login('loader'), async client => await findOrphans(client, 9))
  t.strictSame(findings, { counts: { account: 1, app_user: 0, project: 1, task: 2, subtask: 0 }, orphans: [], beyondSequence: [] })
  await asRole(target.admin, async query => {
    t.match(await query("insert into rowhouse.account (slug, name) values ('next', 'Next') returning id::text"), [{ id: '10' }])
    t.match(await query("insert into rowhouse.task (account_id, project_id, name) values (9, 7, 'next') returning id::text"), [{ id: String(far + 1) }])
    t.match(await query("insert into rowhouse.app_user (account_id, email, first_name, last_name, password_hash) values (9, 'a@b', '', '', '') returning id::text"), [{ id: '1' }], 'an unused sequence still gives its first number')
  })
})

t.test('an archive moves what all tenants share not too far, and what is its own as far as it likes', async t => {
  const target = await testDatabase(t)
  const far = 2 ** 40 + 5
  const path = await archiveOf({ project: [`{"id":${far},"name":"p","details":""}`] })
  await t.rejects(importInto(target, path, { accountId: 9, slug: 'nine', name: 'Nine' }), { message: /too far beyond what project_id_seq has come to/ })
  await importInto(target, path, { accountId: 9, slug: 'nine', name: 'Nine', use: 'own' })
  await importInto(target, path, { accountId: 10, slug: 'ten', name: 'Ten' })
  t.match(await asRole(target.admin, async query => await query("insert into rowhouse.project (account_id, name) values (9, 'next') returning id::text")), [{ id: String(far + 1) }])
})

t.test('rows without a parent, and ids ahead of their sequence, are found', async t => {
  const target = await testDatabase(t)
  await seedTenants(target)
  await asRole(target.admin, async query => {
    await query('set search_path = rowhouse')
    await query('set session_replication_role = replica')
    await query('delete from project where account_id = 2 and id = (select min(id) from project where account_id = 2)')
    await query("insert into subtask (account_id, id, task_id, name) overriding system value values (2, 99999, 4711, 'lost'), (8, 3, 4, 'of nobody')")
  })
  await withClient(target.login('loader'), async client => {
    t.strictSame(await findOrphans(client, 1), { counts: { account: 1, app_user: 1, project: 2, task: 2, subtask: 25 }, orphans: [], beyondSequence: [] })
    t.match(await findOrphans(client, 2), {
      orphans: [{ table: 'task', parent: 'project', rows: 1 }, { table: 'subtask', parent: 'task', rows: 1 }],
      beyondSequence: [{ table: 'subtask', highestId: 99999, lastValue: 75 }]
    })
    t.strictSame((await findOrphans(client, 8)).orphans, [{ table: 'subtask', parent: 'account', rows: 1 }, { table: 'subtask', parent: 'task', rows: 1 }])
  })
})

t.test('the description of the tables is that of the catalogue: no table, column or rule is forgotten', async t => {
  // What is known of an account beside its name, and the tables of the catalogue, belong to where it is, not to itself.
  // Answers that are kept for a day in case a client asks again are nothing to keep for longer; nor is who is signed in,
  // or what lets somebody in: that is good at its place alone, as is the record of what happened there.
  const ofTheCatalogue = ['former_slug', 'tenant_database', 'account_move', 'account_event', 'idempotent_request', 'user_session', 'api_token', 'entry_link', 'operator_look', 'audit_event']
  await asRole(database.admin, async query => {
    const columns = await query(`
      select relname::text as table, attname::text as column, atttypid::regtype::text as type, attnotnull as required
      from pg_catalog.pg_attribute join pg_catalog.pg_class on pg_class.oid = attrelid
      where relnamespace = 'rowhouse'::regnamespace and relkind in ('r', 'p') and attnum > 0 and not attisdropped
        and (case when relname = 'account' then attname = any ('{id,slug,name}') else relname <> all ($1) end)
      order by relname, attnum`, [ofTheCatalogue])
    const types = { bigint: 'bigint', text: 'text', boolean: 'boolean', timestamptz: 'timestamp with time zone' }
    t.strictSame(columns, [...tableNames].sort().flatMap(table => [
      { table, column: table === 'account' ? 'id' : 'account_id', type: 'bigint', required: true },
      ...tables[table].map(({ name, type }) => ({ table, column: name, type: types[type], required: true }))
    ]))

    const checks = await query(`
      select conrelid::regclass::text as table, pg_get_constraintdef(pg_constraint.oid) as rule
      from pg_catalog.pg_constraint join pg_catalog.pg_class on pg_class.oid = conrelid
      where connamespace = 'rowhouse'::regnamespace and contype = 'c'
        and (case when relname = 'account' then pg_get_constraintdef(pg_constraint.oid) ~ '(slug|name)' else relname <> all ($1) end)`, [ofTheCatalogue])
    const rules = tableNames.flatMap(table => tables[table].flatMap(({ name, minLength, maxLength, pattern, values }) => {
      const found = []
      if (minLength !== undefined) found.push(`CHECK (((char_length(${name}) >= ${minLength}) AND (char_length(${name}) <= ${maxLength})))`)
      else if (maxLength !== undefined) found.push(`CHECK ((char_length(${name}) <= ${maxLength}))`)
      if (pattern !== undefined) found.push(`CHECK ((${name} ~ '${pattern.source}'::text))`)
      if (values !== undefined) found.push(`CHECK ((${name} = ANY (ARRAY[${values.map(value => `'${value}'::text`).join(', ')}])))`)
      return found.map(rule => ({ table: `rowhouse.${table}`, rule }))
    }))
    const text = (list: unknown[]): string[] => list.map(item => JSON.stringify(item)).sort()
    t.strictSame(text(checks), text(rules))

    const references = await query(`
      select conrelid::regclass::text as table, confrelid::regclass::text as parent, attname::text as column
      from pg_catalog.pg_constraint join pg_catalog.pg_attribute on attrelid = conrelid and attnum = any (conkey)
      join pg_catalog.pg_class on pg_class.oid = conrelid
      where connamespace = 'rowhouse'::regnamespace and contype = 'f' and attname <> 'account_id' and relname <> all ($1)`, [ofTheCatalogue])
    t.strictSame(text(references), text(tableNames.flatMap(table => tables[table].flatMap(({ name, parent }) =>
      parent === undefined ? [] : [{ table: `rowhouse.${table}`, parent: `rowhouse.${parent}`, column: name }]))))
  })
})

async function exportFrom (accountId: number, path: string): Promise<Manifest> {
  return await withClient(database.login('loader'), async client => await exportArchive(client, accountId, path))
}

async function importInto (target: Database, path: string, account: Omit<NewAccount, 'use'> & Partial<Pick<NewAccount, 'use'>>, signal?: AbortSignal, onProgress?: () => void): Promise<Inspection> {
  return await withClient(target.login('loader'), async client => {
    await client.query('begin')
    try {
      const inspection = await importArchive(client, path, { use: 'shared', ...account }, { signal, onProgress })
      await client.query('commit')
      return inspection
    } catch (error) {
      await client.query('rollback')
      throw error
    }
  })
}

async function checksums (target: Database, accountId: number): ReturnType<typeof checksumAccount> {
  return await withClient(target.login('loader'), async client => await checksumAccount(client, accountId))
}

async function details (target: Database, accountId: number): Promise<unknown[]> {
  return await withClient(target.login('loader'), async client => (await client.query<{ name: string, details: string }>(
    'select name, details from project where account_id = $1::bigint order by id', [accountId])).rows)
}

/** Every row of the database that nothing wrong may reach. */
async function everything (): Promise<unknown[]> {
  return await asRole(other.admin, async query => await query(
    tableNames.map(table => `select '${table}' as name, count(*) as rows, sum(hashtextextended(row.*::text, 0)) as checksum from rowhouse.${table} as row`).join(' union all ')))
}

/** Both inspection and import say the same, and nothing is written. What only the database knows, inspection does not. */
async function refused (t: Test, path: string, message: RegExp, title = String(message), isInspected = true): Promise<void> {
  const before = await everything()
  if (isInspected) await t.rejects(inspectArchive(path), { name: 'ArchiveError', message }, title)
  const error = await importInto(other, path, { accountId: 99, slug: 'ninety-nine', name: 'x' }).then(() => undefined, (error: unknown) => error)
  t.match(error, { message }, title)
  if (isInspected) t.ok(error instanceof ArchiveError && error.message.length < 400, title)
  t.strictSame(await everything(), before, title)
}

async function store (bytes: Buffer): Promise<string> {
  const path = fresh()
  await writeFile(path, bytes)
  return path
}

async function readZip (path: string): Promise<Map<string, Buffer>> {
  const zip = await openPromise(path, { autoClose: false })
  const found = new Map<string, Buffer>()
  for await (const entry of zip.eachEntry()) found.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)))
  zip.close()
  return found
}

async function zipOf (list: Array<[string, Buffer]>): Promise<string> {
  const zip = new ZipFile()
  for (const [name, bytes] of list) zip.addBuffer(bytes, name)
  zip.end()
  return await store(await buffer(zip.outputStream))
}

/** An archive with these lines and an account, sealed by a manifest that agrees with them unless it is changed. */
/** Written by hand, in the first version of the format: its rows are the shortest. */
async function archiveOf (lines: Partial<Record<string, readonly string[]>>, { after = {}, change = manifest => manifest }: {
  after?: Partial<Record<string, string | Buffer>>, change?: (manifest: Manifest) => unknown
} = {}): Promise<string> {
  const all: Partial<Record<string, readonly string[]>> = { account: ['{"slug":"made","name":"Made"}'], ...lines }
  const bytes = tableNames.map(table => Buffer.concat([Buffer.from((all[table] ?? []).map(line => line + '\n').join('')), Buffer.from(after[table] ?? '')]))
  const { manifest } = await inspectArchive(source)
  const summaries = tableNames.map((table, index) => [table, {
    rows: all[table]?.length ?? 0,
    bytes: bytes[index]?.length,
    sha256: createHash('sha256').update(bytes[index] ?? '').digest('hex'),
    highestId: Math.min(maxId, Math.max(0, ...(all[table] ?? []).map(line => Number(/"id":(\d+)/.exec(line)?.[1] ?? 0))))
  }])
  const made = change({ ...manifest, version: 1, tables: Object.fromEntries(summaries) as Manifest['tables'] })
  return await zipOf([
    ['README.txt', Buffer.from('made')], ...tableNames.map((table, index): [string, Buffer] => [`${table}.ndjson`, bytes[index] as Buffer]), ['manifest.json', Buffer.from(JSON.stringify(made))]
  ])
}
