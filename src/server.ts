import './node-version.ts'
import { hkdfSync, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import { buildApp } from './app.ts'
import { wallInspection } from './check-rls/inspection.ts'
import { assertWallsAreWhole } from './check-rls/start.ts'
import { readConfig, type Config } from './config.ts'
import { contextSigner } from './database/context.ts'
import { openDatabase, type Database } from './database/database.ts'
import { latestMigration } from './database/migrate.ts'
import { reportError } from './explained-error.ts'
import { Interruption, unlessAborted } from './interruption.ts'
import { findTestPassword, knownPasswordWarning } from './known-password.ts'
import { listen } from './listen.ts'
import { mailHook } from './mail.ts'
import { operatorEntry } from './plugins/operator-guard.ts'
import { accountAdministration } from './provisioning/administration.ts'
import { countBehind } from './provisioning/fleet.ts'
import { openStrategy } from './tenancy/strategies.ts'
import type { TenancyStrategy } from './tenancy/strategy.ts'
import { loadDemo } from './testdata/load.ts'
import { usageFor } from './usage.ts'
import { welcome } from './welcome.ts'

const usage = usageFor(process.argv.slice(2))
if (usage !== undefined) {
  console[usage.exitCode === 0 ? 'log' : 'error'](usage.text)
  process.exit(usage.exitCode)
}

const stopping = new AbortController()

/** For the requests under way when the server is told to stop, beyond its drain; the database is released in any case. */
const closeGraceMs = 15_000

const running = start()
// Before there is anything to close, so that whatever was begun is also ended.
closeWithGrace({ delay: false, logger: false }, async ({ err, signal }) => {
  if (err !== undefined) console.error(err)
  stopping.abort(err ?? new Interruption(signal))
  const { close } = await running
  await close(signal)
})
// A step that was given up goes on as long as the process lives.
running.catch((error: unknown) => { process.exit(reportError('rowhouse', error)) })

interface Running {
  close: (signal: NodeJS.Signals | undefined) => Promise<void>
}

/** @throws once it was told to stop; all that was opened is closed by then */
async function start (): Promise<Running> {
  const config = readConfig()
  const database = await openDatabase(config.database)
  let strategy: TenancyStrategy | undefined
  try {
    const migrations = await unlessAborted(stopping.signal, database.prepare)
    const demo = await unlessAborted(stopping.signal, async () => await loadDemoWhereEmpty(database, config))
    const opened = await strategyFor(config, database)
    strategy = opened
    await unlessAborted(stopping.signal, opened.assertWalls)
    const exceptions = config.wallExceptions.map(exception => ({ ...exception, reason: 'WALL_EXCEPTIONS' }))
    const weaknesses = await unlessAborted(stopping.signal, async () => await assertWallsAreWhole(database.login('tenant'), exceptions))

    const openTo = config.access === 'open' ? undefined : await unlessAborted(stopping.signal, async () => await findTestPassword(opened))
    const behind = await unlessAborted(stopping.signal, async () => await countBehind(database, await latestMigration()))
    const administration = database.logins.manager === undefined ? undefined : accountAdministration(database, config.tenancy)
    const inspection = wallInspection(database.login('tenant'), { exceptions, signContext: contextSigner(config.database.context, config.requestDeadlineMs), deadlineMs: config.requestDeadlineMs })
    const app = await buildApp({ config, strategy, inspection, sealingKey: sealingKey(database), administration, sendMail: config.mailHookUrl === undefined ? undefined : mailHook(config.mailHookUrl), logger: loggerOptions(config) })
    const port = await listen(app, config)
    for (const { rule, object, detail } of weaknesses) app.log.warn({ rule: rule.id, object }, `a weakness of the walls: ${detail}`)
    console.log(welcome(config, database, { port, migrations, demo, behind }))
    if (openTo !== undefined) console.error(knownPasswordWarning(openTo))
    return {
      close: async signal => {
        // Who presses Ctrl-C shares no load.
        const drainMs = signal === 'SIGTERM' ? config.drainMs : 0
        const closing = drainAndClose(app, drainMs).catch((error: unknown) => { app.log.error({ err: error }, 'closing failed') })
        await Promise.race([closing, delay(drainMs + closeGraceMs, undefined, { ref: false })])
        await database.release()
      }
    }
  } catch (error) {
    await strategy?.end()
    await database.release()
    throw error
  }
}

async function drainAndClose (app: FastifyInstance, drainMs: number): Promise<void> {
  app.drain.begin()
  await app.drain.untilAnswered(drainMs)
  await app.close()
}

async function loadDemoWhereEmpty (database: Database, { demoAccounts: accounts, tenancy }: Config): Promise<boolean> {
  if (accounts === 0 || database.logins.owner === undefined) return false
  return await loadDemo(database, accounts, tenancy)
}

async function strategyFor (config: Config, database: Database): Promise<TenancyStrategy> {
  const { tenancy: name, poolSize: size, tenantConnections: userSize, tenantWaiting: userWaiting, preparedStatements } = config
  return openStrategy({
    name,
    schemaVersion: await latestMigration(),
    tenantLogin: database.login('tenant'),
    operatorLogin: operatorEntry(config) === 'closed' ? undefined : database.logins.operator,
    signContext: contextSigner(config.database.context, config.requestDeadlineMs),
    wallExceptions: config.wallExceptions,
    pool: { size, userSize, userWaiting, preparedStatements, waitTimeoutMs: 5000, connectTimeoutMs: 5000 }
  })
}

/** Every process with this login has the same one, and nothing more has to be kept secret. Without a password it is this process's alone. */
function sealingKey (database: Database): Uint8Array {
  const { password } = database.login('tenant')
  return password === undefined ? randomBytes(32) : new Uint8Array(hkdfSync('sha256', password, '', 'rowhouse cursors', 32))
}

/** One line of JSON for each event; lines for people where a person looks on. */
function loggerOptions ({ logLevel }: Config): FastifyServerOptions['logger'] {
  if (!process.stdout.isTTY) return { level: logLevel }
  return { level: logLevel, transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss' } } }
}
