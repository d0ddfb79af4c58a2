import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type pg from 'pg'
import type { Test } from 'tap'
import { buildApp, type AppOptions } from '../src/app.ts'
import type { Query } from '../src/check-rls/check.ts'
import { wallInspection, type InspectionOptions } from '../src/check-rls/inspection.ts'
import { queryOf } from '../src/check-rls/session.ts'
import { parseConfig, settingNames } from '../src/config.ts'
import { withClient } from '../src/database/admin.ts'
import { contextSigner } from '../src/database/context.ts'
import { openDatabase, type Database } from '../src/database/database.ts'
import { defaultEmbeddedDirectory, openEmbedded } from '../src/database/embedded.ts'
import { loginAt } from '../src/database/placement.ts'
import type { PoolOptions } from '../src/database/pool.ts'
import { latestMigration } from '../src/database/migrate.ts'
import { formatUrl, type ConnectionSettings } from '../src/database/settings.ts'
import { accountAdministration } from '../src/provisioning/administration.ts'
import { createAccount } from '../src/provisioning/accounts.ts'
import { withCatalogue } from '../src/provisioning/catalogue.ts'
import { moveTenant, purgeSource } from '../src/provisioning/move.ts'
import { hashOfSecret, newSecret } from '../src/secrets.ts'
import type { DirectoryOptions } from '../src/tenancy/directory.ts'
import { openStrategy } from '../src/tenancy/strategies.ts'
import type { StrategyName, TenancyStrategy } from '../src/tenancy/strategy.ts'

export interface TestDatabase extends Database {
  /** A superuser of the test server, logged in to this database. */
  admin: ConnectionSettings
  /** The environment that points a child process at this database and at nothing else. */
  environment: NodeJS.ProcessEnv
}

/**
 * A database of its own for one test, with roles and schema in place, dropped in the end.
 *
 * It stands on the server that DATABASE_URL or the PG variables name, or else on an embedded one beside that of the
 * application: the tests share it, the first one starts it, the last one stops it.
 */
export async function testDatabase (t: Test, options: { prepare?: boolean, key?: string } = {}): Promise<TestDatabase> {
  const server = await testServer(t)
  const key = options.key ?? (isSigned ? contextKey : undefined)
  const admin = { ...server, database: `rowhouse_test_${process.pid}_${randomBytes(4).toString('hex')}` }
  const secret = server.password ?? 'secret of the test roles'
  const environment = {
    ...plainEnvironment(),
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DATABASE_URL: formatUrl(admin),
    ROLE_SECRET: secret,
    ...(key === undefined ? {} : { CONTEXT_KEY: key })
  }
  const database = await openDatabase(parseConfig({ DATABASE_URL: environment.DATABASE_URL, ROLE_SECRET: secret, CONTEXT_KEY: key }).database)
  t.teardown(async () => {
    await withClient(server, async client => {
      // Its own, and those of tenants that have one.
      const { rows } = await client.query<{ name: string }>('select datname::text as name from pg_database where datname = $1 or starts_with(datname, $2)', [admin.database, `${admin.database}_`])
      for (const { name } of rows) await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`)
    })
  })
  if (options.prepare !== false) await database.prepare()
  return { ...database, admin, environment }
}

/**
 * The environment of this process without any setting of the application: those of whoever runs the tests are none of theirs, nor is what the test
 * runner has every program load that is started, unless it measures what of them is run.
 */
export function plainEnvironment (): NodeJS.ProcessEnv {
  const isMeasured = process.env['_TAPJS_PROCESSINFO_COVERAGE_'] !== '0'
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !settingNames.includes(name) && !/^PG[A-Z]+$/.test(name) && (name !== 'NODE_OPTIONS' || isMeasured)))
}

export interface Run {
  child: ChildProcess
  output: () => string
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | string>
}

/** Starts a program of the project in an empty folder, where no `.env` of the developer's lies. */
export function spawnProgram ([program = '', ...args]: string[], environment: NodeJS.ProcessEnv, folder = emptyDirectory): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [`--import=${import.meta.resolve('tsx')}`, join(projectDirectory, program), ...args], {
    cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe']
  })
}

/** Runs a program of the project, and ends it with the test. */
export function run (t: Test, command: string[], environment: NodeJS.ProcessEnv, folder?: string): Run {
  const child = spawnProgram(command, environment, folder)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', chunk => { output += chunk })
  const ended = new Promise<number | string>(resolve => { child.once('close', (code, signal) => { resolve(code ?? signal ?? 'unknown') }) })
  t.teardown(async () => { child.kill('SIGKILL'); await ended })
  return { child, output: () => output, ended }
}

const emptyDirectory = mkdtempSync(join(tmpdir(), 'rowhouse-test-'))
process.once('exit', () => { rmSync(emptyDirectory, { recursive: true, force: true }) })

const projectDirectory = fileURLToPath(new URL('..', import.meta.url))

/** The administrator of the server that the tests run on, in the database that every server has. */
export async function testServer (t: Test): Promise<ConnectionSettings> {
  const { admin } = parseConfig(process.env).database
  if (admin !== undefined) return { ...admin, database: 'postgres' }
  // Nothing here is worth surviving a power cut.
  const embedded = await openEmbedded({ directory: `${defaultEmbeddedDirectory()}-test`, settings: { fsync: 'off' } })
  t.teardown(async () => { await embedded.release() })
  return embedded.admin
}

/** Runs statements as one role of the database, outside the application: what a person at psql can do. */
export async function asRole<T> (login: ConnectionSettings, work: (query: (text: string, values?: unknown[]) => Promise<Array<Record<string, unknown>>>) => Promise<T>): Promise<T> {
  return await withClient(login, async client => await work(async (text, values) => (await client.query(text, values)).rows as Array<Record<string, unknown>>))
}

/**
 * Statements as an audit sends them, in a transaction, and the long ones planned once for all that a connection is asked about: planning them takes
 * longer than running them.
 */
export function plannedOnce (client: pg.Client): Query {
  const query = queryOf(client)
  const names = planned.get(client) ?? new Map<string, string>()
  planned.set(client, names)
  return async <Row extends object>(text: string, values?: unknown[]) => {
    if (values === undefined || text.length < 20_000) return await query<Row>(text, values)
    const name = names.get(text) ?? `audit ${names.size}`
    names.set(text, name)
    await client.query('set local plan_cache_mode = force_generic_plan')
    const { rows } = await client.query<Row>({ name, text, values })
    return rows
  }
}

const planned = new WeakMap<pg.Client, Map<string, string>>()

export const poolOptions: PoolOptions = {
  applicationName: 'rowhouse test', size: 4, waitTimeoutMs: 10_000, connectTimeoutMs: 5000, preparedStatements: true
}

/**
 * Fills an empty database with tenants `tenant-0` …, ids from 1 on: each has a user, two projects, two tasks and `subtasks`
 * subtasks, and every text of theirs names its tenant. Written past all walls, as a superuser.
 */
export async function seedTenants (database: TestDatabase, { tenants = 3, subtasks = 25 } = {}): Promise<void> {
  await asRole(database.admin, async query => {
    await query('set search_path = rowhouse')
    await query("insert into account (slug, name) select 'tenant-' || i, 'Company of tenant-' || i from generate_series(0, $1::integer - 1) i", [tenants])
    await query(`insert into app_user (account_id, email, first_name, last_name, password_hash)
      select id, 'ann@example.com', 'Ann', 'of ' || slug, 'hash of ' || slug from account`)
    await query(`insert into project (account_id, name, details)
      select id, 'project ' || i || ' of ' || slug, 'details of ' || slug from account, generate_series(1, 2) i order by id, i`)
    await query(`insert into task (account_id, project_id, name, details)
      select account_id, id, 'task in ' || name, details from project order by id`)
    await query(`insert into subtask (account_id, task_id, name, is_complete, details)
      select task.account_id, min(task.id), 'subtask ' || lpad(i::text, 4, '0') || ' of ' || slug, i % 2 = 0, 'details of ' || slug
      from task join account on account.id = task.account_id, generate_series(1, $1::integer) i
      group by task.account_id, slug, i order by task.account_id, i`, [subtasks])
    await query('analyze account, app_user, project, task, subtask')
  })
}

/**
 * The strategy that this run of a test file is for. A file that is called `<name>.multiple-databases.test.ts` runs the same
 * tests as `<name>.test.ts`, with a database for each tenant.
 */
export const tenancy: StrategyName = process.argv[1]?.includes('.multiple-databases.') === true ? 'multiple-databases' : 'single-schema'

/**
 * Brings the tenants that were seeded where the strategy has them: each into a database of its own, under the ids that it
 * had, with nothing of it left behind.
 */
export async function placeTenants (database: TestDatabase): Promise<void> {
  if (tenancy === 'single-schema') return
  await withCatalogue(database, async catalogue => {
    for (const { slug } of await catalogue.list()) {
      await moveTenant(database, catalogue, slug, 'multiple-databases')
      await purgeSource(database, catalogue, slug)
    }
  })
}

/**
 * Whether this run of a test file is of accounts that are closed. A file that is called `<name>.closed.test.ts` runs the same tests
 * as `<name>.test.ts`, and whoever asks an account there without saying who they are is its first person, as an owner.
 */
export const isClosed = process.argv[1]?.includes('.closed.') === true

/**
 * Whether this run of a test file is on databases that take names of tenants only where they are signed: that of a file that is called
 * `<name>.signed.test.ts`.
 */
export const isSigned = process.argv[1]?.includes('.signed.') === true
export const contextKey = 'what the tests sign names of tenants with'

/** What opens the operator's host where access is required, unless a test says otherwise. */
export const operatorPassword = 'for the operator'
export const operatorAuthorization = `Basic ${Buffer.from(`operator:${operatorPassword}`).toString('base64')}`

export interface TestApp {
  app: FastifyInstance
  strategy: TenancyStrategy
}

/**
 * The database that walls are tried in: where each tenant has its own, such a one, although the tests put rows of several
 * accounts into it. They must not be seen there either.
 */
export async function walledDatabase (t: Test): Promise<TestDatabase> {
  const database = await testDatabase(t)
  if (tenancy === 'single-schema') return database
  const { database: placement } = await withCatalogue(database, async catalogue => await createAccount(database, catalogue, 'multiple-databases', { slug: 'tenant-0', name: 'of the catalogue' }))
  const own = { ...database, ...database.at(placement ?? ''), admin: loginAt(database.admin, placement), prepare: database.prepare }
  await asRole(own.admin, async query => { await query('delete from rowhouse.audit_event; delete from rowhouse.account') })
  return own
}

/** The superuser, in the database where a tenant's rows are. */
export async function adminOf (database: TestDatabase, slug: string): Promise<ConnectionSettings> {
  const [account] = await asRole(database.admin, async query => await query('select database from rowhouse.account where slug = $1', [slug]))
  return loginAt(database.admin, account?.['database'] as string | null ?? undefined)
}

/** Waits for something that others bring about. */
export async function until (isSo: () => boolean | Promise<boolean>): Promise<void> {
  const limit = performance.now() + 60_000
  while (!await isSo()) {
    if (performance.now() > limit) throw new Error('it has not come to that within a minute')
    await delay(20)
  }
}

/** A port of this machine that nobody listens on. */
export async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => { server.once('listening', resolve) })
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => { server.close(resolve) })
  return port
}

/** The application on a test database, not listening yet, so that a test may add a route; closed in the end. */
export async function testApp (t: Test, database: TestDatabase, { name = tenancy, config = {}, pool = {}, directory, inspection = {}, logger = false, ...options }: {
  name?: StrategyName, config?: Partial<AppOptions['config']>, pool?: Partial<PoolOptions>, directory?: DirectoryOptions, inspection?: Partial<InspectionOptions>, logger?: NonNullable<AppOptions['logger']>, administration?: AppOptions['administration'], sendMail?: AppOptions['sendMail']
} = {}): Promise<TestApp> {
  const access = config.access ?? (isClosed ? 'required' : 'open')
  const signContext = contextSigner(database.environment['CONTEXT_KEY'] === undefined ? undefined : { signedWith: database.environment['CONTEXT_KEY'] }, 10_000)
  const strategy = openStrategy({ name, signContext, ...(directory === undefined ? {} : { directory }), schemaVersion: await latestMigration(), tenantLogin: database.login('tenant'), operatorLogin: database.login('operator'), pool: { ...poolOptions, ...pool } })
  const app = await buildApp({
    config: { access, addresses: ['127.0.0.1'], baseDomain: 'localhost', operatorPassword: access === 'required' ? operatorPassword : undefined, production: false, requestDeadlineMs: 10_000, ...config },
    strategy,
    inspection: wallInspection(database.login('tenant'), { exceptions: [], signContext, deadlineMs: config.requestDeadlineMs ?? 10_000, restMs: 0, ...inspection }),
    administration: 'administration' in options ? options.administration : accountAdministration(database, name),
    sendMail: options.sendMail,
    logger
  })
  t.teardown(async () => { await app.close() })
  if (isClosed && config.access === undefined) signInEverybody(app, database)
  return { app, strategy }
}

/** Has every request to an account that brings neither a session's cookie nor a token come from the first of its people, who owns it, and every one to the operator's host from the operator. */
function signInEverybody (app: FastifyInstance, database: TestDatabase): void {
  const inject = app.inject.bind(app) as (options: InjectOptions) => Promise<LightMyRequestResponse>
  const sessions = new Map<string, Promise<string | undefined>>()
  app.inject = (async (asked: InjectOptions | string) => {
    const options = typeof asked === 'string' ? { url: asked } : asked
    const headers: Record<string, unknown> = { ...options.headers }
    if (/^localhost(:\d+)?$/i.test(String(headers['host'] ?? '')) && headers['authorization'] === undefined) return await inject({ ...options, headers: { ...options.headers, authorization: operatorAuthorization } })
    const slug = /^([a-z0-9-]+)\.localhost(:\d+)?$/.exec(String(headers['host'] ?? ''))?.[1]
    const cookies = [headers['cookie'] ?? []].flat().map(String)
    if (slug === undefined || cookies.some(cookie => /(^|; *)session=/.test(cookie)) || headers['authorization'] !== undefined) return await inject(options)
    for (let isNew = false; ; isNew = true) {
      const session = sessions.get(slug) ?? sessionOf(database, slug)
      sessions.set(slug, session)
      const answer = await inject({ ...options, headers: { ...options.headers, cookie: [...cookies, `session=${await session ?? ''}`].join('; ') } })
      // The session of somebody who is gone by now, or from before the account was suspended.
      if (isNew || answer.headers['www-authenticate'] === undefined) return answer
      sessions.delete(slug)
    }
  }) as typeof app.inject
}

/** @returns undefined where there is no such account */
async function sessionOf (database: TestDatabase, slug: string): Promise<string | undefined> {
  const token = newSecret()
  const made = await asRole(await adminOf(database, slug), async query => {
    await query(`insert into rowhouse.app_user (account_id, email, first_name, last_name, password_hash)
      select id, 'first@example.com', '', '', '!' from rowhouse.account where slug = $1 and not exists (select from rowhouse.app_user where account_id = account.id)`, [slug])
    await query("update rowhouse.app_user set role = 'owner' where (account_id, id) in (select account_id, min(app_user.id) from rowhouse.app_user join rowhouse.account on account.id = account_id where slug = $1 group by account_id) and role <> 'owner'", [slug])
    return await query(`insert into rowhouse.user_session (account_id, user_id, token_hash, idle_until, expires_at)
      select account_id, min(app_user.id), $2, now() + interval '1 day', now() + interval '1 day'
      from rowhouse.app_user join rowhouse.account on account.id = account_id where slug = $1 group by account_id returning id`, [slug, hashOfSecret(token)])
  })
  return made.length === 0 ? undefined : token
}

/** Roles belong to the server, on which other tests make some meanwhile: each with the number of its process. */
export function isOfOtherTests (rule: string, object: string): boolean {
  return rule.startsWith('login-') && /_\d+$/.test(object)
}
