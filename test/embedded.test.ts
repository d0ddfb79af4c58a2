import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t, { test } from 'tap'
import type { Test } from 'tap'
import { isAlive, isRoot, locatePackage, resolvePackage } from '../src/database/embedded-binaries.ts'
import { defaultEmbeddedDirectory, EmbeddedDatabaseError, openEmbedded, stopEmbedded } from '../src/database/embedded.ts'
import type { EmbeddedOptions, EmbeddedServer } from '../src/database/embedded.ts'

// Each setup of a new directory takes a second or more.
t.setTimeout(180_000)

const settings = { shared_buffers: '16MB' }
const rootOnly = isRoot() ? {} : { skip: 'only root has to run PostgreSQL under another account' }
const linuxOnly = process.platform === 'linux' ? {} : { skip: 'only Linux has systems without the GNU C library' }

test('two processes that open an empty directory at once share one server', async t => {
  const directory = await makeDirectory(t)
  const holders = await Promise.all([startHolder(t, directory), startHolder(t, directory)])
  t.equal(holders[0].port, holders[1].port)
  t.equal(holders[0].postmaster, holders[1].postmaster)
  t.equal(holders.filter(({ startedHere }) => startedHere).length, 1)
  t.same(await readdir(directory), ['postgres-18'], 'the loser leaves nothing behind')
  t.same((await Promise.all(holders.map(({ release }) => release()))).sort(), [false, true], 'of two that leave at once, one stops it')
  await assertStopped(t, directory, holders[0].port)
})

test('what a dead process left half made is removed, what a living one is making is not', async t => {
  const directory = await makeDirectory(t)
  const dead = spawn(process.execPath, ['--version'])
  await once(dead, 'exit')
  const abandoned = `postgres-18.${dead.pid}-0a1b2c3d.tmp`
  const alive = `postgres-18.${process.pid}-0a1b2c3d.tmp`
  await mkdir(join(directory, abandoned, 'data', 'base'), { recursive: true })
  await mkdir(join(directory, alive))
  await open(t, { directory })
  t.same((await readdir(directory)).sort(), ['postgres-18', alive])
})

test('an opened server', async t => {
  const directory = await makeDirectory(t)
  const port = 15600
  const options = { directory, preferredPort: port }

  await t.test('is set up at the first opening, behind passwords and with everything durable', async t => {
    const { admin, startedHere, release } = await open(t, options)
    t.ok(startedHere)
    t.match(admin, { host: '127.0.0.1', database: 'postgres', user: 'postgres', password: /^[\w-]{32}$/ })
    t.ok(admin.port >= port && admin.port < 32768)
    t.same(await query(admin, 'select 1 as one'), [{ one: 1 }])
    await t.rejects(query({ ...admin, password: 'wrong' }, 'select 1'), { code: '28P01' })
    t.same(await query(admin, 'select distinct auth_method from pg_hba_file_rules'), [{ auth_method: 'scram-sha-256' }])
    const names = ['fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses', 'unix_socket_directories', 'server_encoding', 'shared_buffers']
    const rows = await query<{ name: string, value: string }>(admin, `select name, current_setting(name) as value from pg_settings where name in ('${names.join("', '")}')`)
    t.same(Object.fromEntries(rows.map(({ name, value }) => [name, value])), {
      fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', listen_addresses: '127.0.0.1', unix_socket_directories: '', server_encoding: 'UTF8', shared_buffers: '16MB'
    })
    t.same(await query(admin, 'select datlocprovider, datlocale from pg_database where datname = current_database()'), [{ datlocprovider: 'b', datlocale: 'C.UTF-8' }])
    t.same((await readdir(join(directory, 'postgres-18'))).sort(), ['admin-password', 'data', 'log'])
    if (process.platform !== 'win32') t.equal((await stat(join(directory, 'postgres-18', 'admin-password'))).mode & 0o777, 0o600)
    t.ok(await release())
  })

  await t.test('is shared by all who open it, and stopped by the last who releases it', async t => {
    const first = await open(t, options)
    const second = await open(t, options)
    const third = await startHolder(t, directory)
    t.ok(first.startedHere)
    t.notOk(second.startedHere || third.startedHere)
    t.equal(third.postmaster, await postmasterOf(directory))
    t.same(second.admin, first.admin)
    t.notOk(await first.release())
    t.notOk(await first.release(), 'a second release does nothing')
    t.notOk(await second.release())
    t.same(await query(first.admin, 'select 1 as one'), [{ one: 1 }])
    t.ok(await third.release())
    await assertStopped(t, directory, third.port)
  })

  await t.test('goes on running if its last holder says so', async t => {
    const first = await open(t, options)
    t.notOk(await first.release({ keepRunning: true }))
    const second = await open(t, options)
    t.notOk(second.startedHere)
    t.ok(await second.release())
  })

  await t.test('is there for whoever opens it while the last holder stops it', async t => {
    let server = await open(t, options)
    for (let round = 0; round < 10; round++) {
      const leaving = server.release()
      await delay(8 * round)
      server = await open(t, options)
      t.same(await query(server.admin, 'select 1 as one'), [{ one: 1 }])
      t.equal(await leaving, server.startedHere, 'either it was stopped and started, or neither')
    }
    t.ok(await server.release())
  })

  await t.test('comes back with what was committed after a kill -9 of PostgreSQL', async t => {
    const { admin, release } = await open(t, options)
    await query(admin, 'create table kept as select 42 as answer')
    process.kill(await postmasterOf(directory), 'SIGKILL')
    const again = await open(t, options)
    t.ok(again.startedHere)
    t.same(await query(again.admin, 'select answer from kept'), [{ answer: 42 }])
    await query(again.admin, 'drop table kept')
    t.notOk(await release(), 'who lost it has no hold on the new one')
    t.ok(await again.release())
  })

  await t.test('outlives a kill -9 of its only holder, and is stopped by the next', async t => {
    const holder = await startHolder(t, directory)
    await holder.kill()
    t.ok(isAlive(holder.postmaster))
    const next = await open(t, options)
    t.notOk(next.startedHere)
    t.ok(await next.release())
    await assertStopped(t, directory, holder.port)
  })

  await t.test('does not keep the process of a holder alive', async t => {
    const holder = await startHolder(t, directory, { waits: false })
    await holder.exited
    t.ok(isAlive(holder.postmaster))
    t.ok(await stopEmbedded({ directory }))
  })

  await t.test('stays held when PostgreSQL ends all sessions', async t => {
    const { admin, release } = await open(t, options)
    const leases = 'from pg_stat_activity where application_name = \'rowhouse lease\''
    await query(admin, `select pg_terminate_backend(pid, 5000) ${leases}`)
    t.same(await query(admin, `select 1 ${leases}`), [])
    for (let attempt = 0; attempt < 50 && (await query(admin, `select 1 ${leases}`)).length === 0; attempt++) await delay(100)
    t.equal((await query(admin, `select 1 ${leases}`)).length, 1)
    t.ok(await release())
  })

  await t.test('is stopped for good by stopEmbedded, which its holders survive', async t => {
    const { release } = await open(t, options)
    t.ok(await stopEmbedded({ directory }))
    t.notOk(await stopEmbedded({ directory }), 'it is not running any more')
    t.notOk(await release())
    t.notOk(await stopEmbedded({ directory: join(directory, 'absent') }))
  })

  await t.test('starts though its lock file names a living process that is something else', async t => {
    const lockFile = join(directory, 'postgres-18', 'data', 'postmaster.pid')
    const pid = spawnSleeper(t, isRoot() ? 65534 : undefined)
    await writeFile(lockFile, [pid, join(directory, 'postgres-18', 'data'), 1, port, '', '127.0.0.1', '', 'ready', ''].join('\n'), { mode: 0o600 })
    const { startedHere, release } = await open(t, options)
    t.ok(startedHere)
    t.ok(isAlive(pid))
    t.ok(await release())
  })

  await t.test('takes the next port if the preferred one is taken', async t => {
    const blocker = createServer()
    await once(blocker.listen(0, '127.0.0.1'), 'listening')
    t.teardown(() => blocker.close())
    const taken = (blocker.address() as AddressInfo).port
    const { admin, release } = await open(t, { directory, preferredPort: taken })
    t.ok(admin.port > taken)
    t.ok(await release())
  })

  await t.test('that cannot start is an error with the end of its log', async t => {
    const failure = open(t, { directory, settings: { shared_buffers: 'a lot' } })
    await t.rejects(failure, EmbeddedDatabaseError)
    await t.rejects(failure, { message: /invalid value for parameter "shared_buffers": "a lot"/ })
  })

  await t.test('is not trusted if it refuses the password kept for it', async t => {
    const { release } = await open(t, options)
    const file = join(directory, 'postgres-18', 'admin-password')
    const password = await readFile(file, 'utf8')
    await writeFile(file, 'another')
    await t.rejects(open(t, options), { name: 'EmbeddedDatabaseError', message: /refuses the login .* admin-password/ })
    await writeFile(file, password)
    t.ok(await release())
  })

  await t.test('starts though npm did not make the links to its shared libraries', async t => {
    const packageDirectory = await copyPackage(t)
    const { target } = await unlinkLibraries(join(packageDirectory, 'native'))
    const { release } = await open(t, { ...options, binaries: { packageDirectory } })
    t.ok(existsSync(join(packageDirectory, target)))
    t.ok(await release())
  })
})

test('programs that the account of PostgreSQL cannot reach are copied once, with their links', rootOnly, async t => {
  const packageDirectory = await copyPackage(t)
  await unlinkLibraries(join(packageDirectory, 'native'))
  await chmod(dirname(packageDirectory), 0o700)
  const copies = join(await makeDirectory(t), 'copies')
  const directory = await makeDirectory(t)
  const options = { directory, binaries: { packageDirectory, copies } }
  const { admin, release } = await open(t, options)
  t.same(await query(admin, 'select 1 as one'), [{ one: 1 }])
  const [copy = '', ...others] = await readdir(copies)
  t.match(copy, /^native-18\.[\w.-]+-\w+$/)
  t.same(others, [])
  const made = await stat(join(copies, copy))
  t.match(made, { uid: 0, mode: 0o40755 })
  t.ok(await release())

  const again = await open(t, options)
  t.equal((await stat(join(copies, copy))).ino, made.ino)
  t.ok(await again.release())
})

test('root is told which folder keeps the account of PostgreSQL from its directory', rootOnly, async t => {
  const parent = await makeDirectory(t)
  await chmod(parent, 0o700)
  await t.rejects(openEmbedded({ directory: join(parent, 'data') }), { name: 'EmbeddedDatabaseError', message: `: ${parent} shuts it out` })
})

test('a platform without a package is sent to DATABASE_URL', async t => {
  t.throws(() => resolvePackage('win32', 'arm64'), { name: 'EmbeddedDatabaseError', message: /windows-arm64.*DATABASE_URL/ })
  t.throws(() => resolvePackage('freebsd', 'x64'), { message: /freebsd-x64.*DATABASE_URL/ })
  t.throws(() => resolvePackage(process.platform === 'win32' ? 'linux' : 'win32', 'x64'), { message: /is not installed.*npm install/ })
})

test('a system without the GNU C library is sent to DATABASE_URL', linuxOnly, async t => {
  const directory = await makeDirectory(t)
  await mkdir(join(directory, 'dist'))
  const program = join(directory, 'postgres')
  await writeFile(program, '\x7fELF\0/lib/ld-absent.so.1\0')
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }')
  await writeFile(join(directory, 'dist', 'index.js'), `export const postgres = ${JSON.stringify(program)}`)
  await t.rejects(locatePackage(directory), { name: 'EmbeddedDatabaseError', message: /GNU C library.*ld-absent\.so\.1.*DATABASE_URL/ })
})

test('the default directory is the project\'s, for root one that other accounts may reach', async t => {
  t.match(defaultEmbeddedDirectory(), isRoot() ? /^\/var\/lib\/rowhouse\/[0-9a-f]{8}$/ : /[\\/]\.rowhouse$/)
})

async function makeDirectory (t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rowhouse-embedded-'))
  if (isRoot()) await chmod(directory, 0o755)
  t.teardown(async () => {
    await stopEmbedded({ directory })
    await rm(directory, { recursive: true, maxRetries: 3 })
  })
  return directory
}

async function open (t: Test, options: EmbeddedOptions): Promise<EmbeddedServer> {
  const server = await openEmbedded({ settings, ...options })
  t.teardown(async () => { await server.release() })
  return server
}

async function query<Row extends pg.QueryResultRow> (settings: EmbeddedServer['admin'], text: string): Promise<Row[]> {
  const client = new pg.Client({ ...settings, ssl: false })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

async function postmasterOf (directory: string): Promise<number> {
  return Number((await readFile(join(directory, 'postgres-18', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0])
}

async function assertStopped (t: Test, directory: string, port: number): Promise<void> {
  t.notOk(existsSync(join(directory, 'postgres-18', 'data', 'postmaster.pid')))
  const socket = connect(port, '127.0.0.1')
  await t.rejects(once(socket, 'connect'), { code: 'ECONNREFUSED' })
}

interface Holder {
  port: number
  startedHere: boolean
  postmaster: number
  exited: Promise<unknown>
  release: () => Promise<boolean>
  kill: () => Promise<void>
}

async function startHolder (t: Test, directory: string, { waits = true } = {}): Promise<Holder> {
  const program = `
    import { openEmbedded } from ${JSON.stringify(new URL('../src/database/embedded.ts', import.meta.url).href)}
    const { admin, startedHere, release } = await openEmbedded(${JSON.stringify({ directory, settings })})
    console.log(JSON.stringify({ port: admin.port, startedHere }))
    if (${waits}) process.stdin.once('data', async () => {
      console.log(JSON.stringify(await release()))
      process.exit()
    })`
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', program], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value as string) as unknown
  const { port, startedHere } = await next() as { port: number, startedHere: boolean }
  return {
    port,
    startedHere,
    postmaster: await postmasterOf(directory),
    exited,
    async release () {
      child.stdin.write('release\n')
      return await next() as boolean
    },
    async kill () {
      child.kill('SIGKILL')
      await exited
    }
  }
}

function spawnSleeper (t: Test, uid: number | undefined): number {
  const sleeper = spawn('sleep', ['600'], uid === undefined ? {} : { uid })
  t.teardown(() => sleeper.kill('SIGKILL'))
  return sleeper.pid ?? 0
}

async function copyPackage (t: Test): Promise<string> {
  const copy = join(await makeDirectory(t), 'package')
  await cp(resolvePackage(), copy, { recursive: true, verbatimSymlinks: true })
  return copy
}

async function unlinkLibraries (native: string): Promise<{ target: string }> {
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as Array<{ target: string }>
  for (const { target } of links) await unlink(join(dirname(native), target))
  return links[0] ?? { target: '' }
}
