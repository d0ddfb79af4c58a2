import { readdir, readFile } from 'node:fs/promises'
import t from 'tap'
import { parseConfig } from '../src/config.ts'
import { openDatabase } from '../src/database/database.ts'
import { refuseNodeVersion } from '../src/node-version.ts'
import { asRole, plainEnvironment, run, testDatabase, until, type Run } from './support.ts'

/** Runs a program to its end. */
async function outcome (program: Run): Promise<{ code: number | string, output: string }> {
  return { code: await program.ended, output: program.output() }
}

t.test('passwords that another secret has set are called that, and no database is called empty for them', async t => {
  const [database, fresh] = [await testDatabase(t), await testDatabase(t, { prepare: false })]
  const otherSecret = { ROLE_SECRET: 'not the secret that set the passwords' }
  for (const [command, role] of [[['bin/migrate.ts', 'status'], 'owner'], [['bin/migrate.ts', 'down', '--yes'], 'manager'], [['bin/tenants.ts', 'list'], 'owner']] as const) {
    const { code, output } = await outcome(run(t, [...command], { ...database.environment, ...otherSecret }))
    t.equal(code, 1, command.join(' '))
    t.match(output, new RegExp(`refuses the login of "rowhouse_${role}": .*Another ROLE_SECRET, or the password of another administrator, has set it: .*npx tsx bin/migrate\\.ts up`))
    t.notMatch(output, /pending|behind|empty|no catalogue|^ +at /m)
  }
  for (const secret of [{}, otherSecret]) {
    t.match(await outcome(run(t, ['bin/migrate.ts', 'status'], { ...fresh.environment, ...secret })), { code: 1, output: /^001_context +pending/m }, 'where there is nothing yet, the passwords are those of another database')
    t.match(await outcome(run(t, ['bin/tenants.ts', 'list'], { ...fresh.environment, ...secret })), { code: 1, output: /the database is empty; run: npx tsx bin\/migrate\.ts up/ })
  }
  await fresh.prepare()
  await fresh.takeBack(1)
  t.match(await outcome(run(t, ['bin/tenants.ts', 'list'], fresh.environment)), { code: 1, output: /the database is behind this version/ })
  const wrongAdmin = await openDatabase(parseConfig({ ...database.environment, DATABASE_URL: database.environment['DATABASE_URL']?.replace(/\/\/[^@]*@/, '//nobody:nothing@') }).database)
  await t.rejects(wrongAdmin.isNotSetUp(Object.assign(new Error('refused'), { code: '28P01' })), /refuses the login of "nobody"/, 'an administrator who gets in nowhere knows nothing')
})

t.test('who lets others in to people whose password everybody knows is warned at the start', async t => {
  const database = await testDatabase(t)
  /** What a server with these settings says until it is told to stop. */
  const started = async (settings: NodeJS.ProcessEnv): Promise<string> => {
    const server = run(t, ['src/server.ts'], { ...database.environment, NODE_ENV: 'development', PORT: '0', DEMO_ACCOUNTS: '0', ...settings })
    await until(() => /Ctrl-C stops/.test(server.output()))
    server.child.kill('SIGINT')
    await server.ended
    return server.output()
  }
  const warning = /WARNING {2}Anybody who can reach this server gets in: \S+@\S+ of tenant-0 has the password "password"[^]*DEMO_ACCOUNTS=0[^]*tenants\.ts delete tenant-0/
  t.notMatch(await started({ HOST: '0.0.0.0' }), /WARNING/, 'where nobody is there')
  t.notMatch(await started({ DEMO_ACCOUNTS: '2' }), /WARNING/, 'who may open everything on this machine needs no password')
  t.match(await started({ HOST: '0.0.0.0' }), warning)
  t.match(await started({ ACCESS: 'required', LOG_LEVEL: 'fatal' }), warning)
  await asRole(database.admin, async query => { await query("update rowhouse.app_user set password_hash = '!' where account_id = (select id from rowhouse.account where slug = 'tenant-0') and email = (select min(email) from rowhouse.app_user)") })
  t.match(await started({ HOST: '0.0.0.0' }), /WARNING/, 'one who has another password is not all of them')
  await asRole(database.admin, async query => {
    await query("update rowhouse.app_user set password_hash = overlay(password_hash placing substr(md5(id::text), 1, 22) from 23 for 22) where account_id = (select id from rowhouse.account where slug = 'tenant-0')")
    await query("update rowhouse.account set slug = 'tenant-199' where slug = 'tenant-1'")
  })
  t.match(await started({ HOST: '0.0.0.0' }), /gets in: \S+ of tenant-199 has/, 'nor are those of the first account those of all, or the first accounts all that there are')
  await asRole(database.admin, async query => { await query("update rowhouse.app_user set password_hash = '!'") })
  t.notMatch(await started({ HOST: '0.0.0.0' }), /WARNING/)
})

t.test('a Node.js that is too old is told so by the first import of every program, and nothing keeps it from coming so far', async t => {
  for (const version of ['18.20.8', '20.18.3', '0.12.18']) t.match(refuseNodeVersion(version), /needs Node\.js 20\.19 or later, and this is \d/, version)
  for (const version of ['20.19.0', '20.20.1', '22.1.0', '24.0.0']) t.equal(refuseNodeVersion(version), undefined, version)
  const { engines } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as { engines: { node: string } }
  t.match(refuseNodeVersion('18.0.0'), engines.node.slice(2))

  const root = new URL('../', import.meta.url)
  for (const program of ['src/server.ts', ...(await readdir(new URL('bin/', root))).map(name => `bin/${name}`)]) {
    t.match(await readFile(new URL(program, root), 'utf8'), /^import '[./a-z]*\/node-version\.ts'\n/, program)
  }
  // All modules are linked before the first is run, and a name that a module of Node.js has not is an error then.
  const named = /import [^;]*?\{[^}]*\b(?:hash|crc32|parseEnv|styleText|openAsBlob|getCallSites?|glob)\b[^}]*\} from 'node:/
  for (const name of (await readdir(new URL('src/', root), { recursive: true })).filter(name => name.endsWith('.ts'))) {
    t.notMatch(await readFile(new URL(`src/${name}`, root), 'utf8'), named, `${name}: by its module, as in crypto.hash()`)
  }
})

t.test('npm start says what it takes, and takes nothing for something else', async t => {
  const environment = { ...plainEnvironment(), PORT: '0', DATABASE_URL: 'postgres://u:password1@127.0.0.1:1/x' }
  for (const flag of ['--help', '-h']) t.match(await outcome(run(t, ['src/server.ts', flag], environment)), { code: 0, output: /^Usage: npm start[^]*\.env\.example[^]*Examples:\n {2}npm start/ })
  for (const args of [['--port', '80'], ['start'], ['--help', 'x']]) t.match(await outcome(run(t, ['src/server.ts', ...args], environment)), { code: 2, output: /^rowhouse: unknown argument "[^"]+"; .*--help shows more\)\n$/ }, args.join(' '))
})
