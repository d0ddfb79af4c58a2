import closeWithGrace from 'close-with-grace'
import type { FastifyServerOptions } from 'fastify'
import { buildApp } from './app.ts'
import { readConfig, type Config } from './config.ts'
import { openDatabase, type Database } from './database/database.ts'
import { reportError } from './explained-error.ts'
import { listen } from './listen.ts'
import { operatorEntry } from './plugins/operator-guard.ts'
import { singleSchema } from './tenancy/single-schema.ts'
import type { TenancyStrategy } from './tenancy/strategy.ts'
import { loadDemo } from './testdata/load.ts'
import { welcome } from './welcome.ts'

const graceMs = 10_000

try {
  await start(readConfig())
} catch (error) {
  process.exit(reportError('rowhouse', error))
}

async function start (config: Config): Promise<void> {
  const database = await openDatabase(config.database)
  let strategy: TenancyStrategy | undefined
  try {
    const migrations = await database.prepare()
    const demo = await loadDemoWhereEmpty(database, config.demoAccounts)
    strategy = openStrategy(config, database)
    await strategy.assertWalls()

    const app = await buildApp({ config, strategy, logger: loggerOptions(config) })
    closeWithGrace({ delay: graceMs, logger: app.log }, async ({ err }) => {
      if (err !== undefined) app.log.fatal({ err }, 'closing after an error')
      await app.close()
      await database.release()
    })
    const port = await listen(app, config)
    console.log(welcome(config, database, { port, migrations, demo }))
  } catch (error) {
    await strategy?.end()
    await database.release()
    throw error
  }
}

async function loadDemoWhereEmpty (database: Database, accounts: number): Promise<boolean> {
  if (accounts === 0 || database.logins.owner === undefined) return false
  return await loadDemo(database, accounts)
}

function openStrategy (config: Config, database: Database): TenancyStrategy {
  const { poolSize: size, preparedStatements } = config
  return singleSchema({
    tenantLogin: database.login('tenant'),
    operatorLogin: operatorEntry(config) === 'closed' ? undefined : database.logins.operator,
    pool: { size, preparedStatements, waitTimeoutMs: 5000, connectTimeoutMs: 5000 }
  })
}

/** One line of JSON for each event; lines for people where a person looks on. */
function loggerOptions ({ logLevel }: Config): FastifyServerOptions['logger'] {
  if (!process.stdout.isTTY) return { level: logLevel }
  return { level: logLevel, transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss' } } }
}
