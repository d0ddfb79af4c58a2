import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import util from 'node:util'
import { z } from 'zod'
import type { DatabaseConfig } from './database/database.ts'
import { strategyNames, type StrategyName } from './tenancy/strategy.ts'
import { ExplainedError } from './explained-error.ts'
import { parsePgVariables, parseUrl, type ConnectionSettings } from './database/settings.ts'

/** Whether anybody may open any account, as on a laptop, or its people alone. */
export type Access = 'open' | 'required'

export interface Config {
  production: boolean
  tenancy: StrategyName
  logLevel: string
  /** Addresses to listen on, all with the same port. */
  addresses: string[]
  port: number
  /** The operator's host; every tenant is one label below it. */
  baseDomain: string
  operatorPassword: string | undefined
  /** Proxies whose word for the client's address is taken: addresses, networks, or `loopback`, `linklocal`, `uniquelocal`. */
  trustedProxies: string[]
  access: Access
  /** Where mails are handed to something that sends them. */
  mailHookUrl: string | undefined
  /** Accounts of demonstration data for an empty database. */
  demoAccounts: number
  requestDeadlineMs: number
  /** How long the server goes on refusing requests once it is told to stop by SIGTERM, for others to notice. */
  drainMs: number
  /** Findings about the walls that the start is to let be, by their rules and objects. */
  wallExceptions: Array<{ rule: string, object: string }>
  /** Connections for tenants, at most, over all databases. */
  poolSize: number
  /** Connections that one tenant may have at once; by default half of them, and four where each has its own database. */
  tenantConnections: number
  /** Requests of one tenant that may wait for its turn. */
  tenantWaiting: number
  preparedStatements: boolean
  database: DatabaseConfig
}

/** Says of every wrong variable which it is and what it takes. */
export class ConfigError extends ExplainedError {
  constructor (problems: string[]) {
    super(`the configuration is wrong:\n${problems.map(problem => `  ${problem}`).join('\n')}`, { exitCode: 2 })
  }
}

const defaultDatabase = 'rowhouse'
/** A database for each tenant takes connections of its own, few of them busy at a time. PostgreSQL takes 100 unless told otherwise. */
const defaultPoolSizes: Readonly<Record<StrategyName, number>> = { 'single-schema': 8, 'multiple-databases': 48 }
/** Whoever shares the load among servers takes some seconds to notice that one stops. On a laptop nobody does. */
const defaultDrainMs = { laptop: 1000, elsewhere: 5000 }
/** Their people have a password that everybody knows, so where others can come there are none unless they are asked for. */
const defaultDemoAccounts = 5
const loopback = ['127.0.0.1', '::1']

const integer = (minimum: number, maximum: number, fallback: number) => z.string()
  .regex(/^\d{1,9}$/, { error: `takes a whole number from ${minimum} to ${maximum}`, abort: true }).transform(Number)
  .pipe(z.number().min(minimum, `must be at least ${minimum}`).max(maximum, `must be at most ${maximum}`))
  .default(fallback)

const flag = z.enum(['true', 'false'], { error: 'takes true or false' }).transform(text => text === 'true')

const databaseUrl = z.string().transform((text, context) => {
  try {
    return parseUrl(text, { database: defaultDatabase })
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})

const domain = z.string().toLowerCase().max(200, 'is longer than a host name can be')
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, 'takes a domain name without a port, such as localhost or tasks.example.com')

const proxies = z.string().transform(text => text.split(',').map(part => part.trim()).filter(part => part !== ''))
  .refine(parts => parts.every(isProxy), 'takes addresses and networks, such as 10.0.0.0/8, or loopback, linklocal, uniquelocal, separated by commas')

function isProxy (text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  return isIP(address) !== 0 && rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= (isIP(address) === 4 ? 32 : 128)))
}

const exceptions = z.string().transform(text => text.split(';').map(part => part.trim()).filter(part => part !== ''))
  .refine(parts => parts.every(part => /^[a-z-]+:./.test(part)), 'takes RULE:OBJECT, several separated by semicolons, as the refusal to start names them')
  .transform(parts => parts.map(part => ({ rule: part.slice(0, part.indexOf(':')), object: part.slice(part.indexOf(':') + 1) })))

const variables = z.object({
  TENANCY: z.enum(strategyNames, { error: `takes ${strategyNames.join(' or ')}` }).default('single-schema'),
  NODE_ENV: z.enum(['development', 'production', 'test'], { error: 'takes development, production or test' }).default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { error: 'takes fatal, error, warn, info, debug, trace or silent' }).default('info'),
  HOST: z.string().regex(/^[A-Za-z0-9.:-]+$/, 'takes an address or host name to listen on, such as 0.0.0.0; leave it out for this machine alone').optional(),
  PORT: integer(0, 65535, 8080),
  BASE_DOMAIN: domain.default('localhost'),
  ACCESS: z.enum(['open', 'required'], { error: 'takes open or required' }).optional(),
  MAIL_HOOK_URL: z.url({ protocol: /^https?$/, error: 'takes an http or https address' }).optional(),
  TRUSTED_PROXIES: proxies.default([]),
  OPERATOR_PASSWORD: z.string().min(8, 'must have at least 8 characters').optional(),
  DEMO_ACCOUNTS: integer(0, 1000, defaultDemoAccounts),
  WALL_EXCEPTIONS: exceptions.default([]),
  CONTEXT_KEY: z.string().min(32, 'must have at least 32 characters: openssl rand -base64 32').optional(),
  REQUEST_DEADLINE_MS: integer(100, 600_000, 10_000),
  DRAIN_MS: integer(0, 60_000, defaultDrainMs.laptop),
  DATABASE_URL: databaseUrl.optional(),
  TENANT_DATABASE_URL: databaseUrl.optional(),
  OPERATOR_DATABASE_URL: databaseUrl.optional(),
  ROLE_SECRET: z.string().min(8, 'must have at least 8 characters').optional(),
  DATABASE_POOL_SIZE: integer(1, 500, 0),
  TENANT_CONNECTIONS: integer(1, 500, 0),
  TENANT_WAITING: integer(0, 10_000, 100),
  PREPARED_STATEMENTS: flag.default(true),
  DATA_DIRECTORY: z.string().optional()
})

/** Every variable that is a setting; libpq's own name a database too. */
export const settingNames: readonly string[] = Object.keys(variables.shape)

/**
 * Reads the settings of the process: its environment, and a file `.env` in the working directory for what that leaves out.
 * Nobody else reads either.
 *
 * @throws {ConfigError} naming every variable that is wrong
 */
export function readConfig (): Config {
  if (existsSync('.env')) {
    assertKnown(Object.keys(util.parseEnv(readFileSync('.env', 'utf8'))))
    process.loadEnvFile('.env')
  }
  return parseConfig(process.env)
}

/** Docker Compose reads the same file, for its own. */
const composeNames = ['POSTGRES_PASSWORD', 'TENANT_PASSWORD', 'OPERATOR_ROLE_PASSWORD']

/** The file is written for this application alone, so a name in it that is none of its settings is a slip of the pen. */
function assertKnown (names: string[]): void {
  const unknown = names.filter(name => !settingNames.includes(name) && !composeNames.includes(name) && !/^(PG|NODE_)/.test(name))
  if (unknown.length > 0) throw new ConfigError(unknown.map(name => `${name}, in the file .env, is not a setting; .env.example lists them`))
}

/** The settings that an environment asks for. An empty variable counts as one that is not there. @throws {ConfigError} */
export function parseConfig (source: Record<string, string | undefined>): Config {
  const environment = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = variables.safeParse(environment)
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(issue => `${issue.path.join('.')} ${issue.message}`))
  const values = parsed.data

  const admin = values.DATABASE_URL ?? pgVariables(environment)
  const roleSecret = values.ROLE_SECRET ?? admin?.password
  if (admin !== undefined && roleSecret === undefined) {
    throw new ConfigError(['ROLE_SECRET is needed, because the login of the database has no password to derive those of the roles from (DATABASE_URL, or PGPASSWORD); it takes any text of 8 characters or more, kept secret'])
  }
  if (admin === undefined && values.TENANT_DATABASE_URL === undefined && values.OPERATOR_DATABASE_URL !== undefined) {
    throw new ConfigError(['TENANT_DATABASE_URL is needed beside OPERATOR_DATABASE_URL, or DATABASE_URL in place of both'])
  }
  const addresses = values.HOST === undefined || values.HOST === 'localhost' ? loopback : [values.HOST]
  const production = values.NODE_ENV === 'production'
  const isLaptop = listensOnLoopbackOnly({ addresses }) && !production
  if (values.ACCESS === 'open' && !isLaptop) {
    throw new ConfigError([`ACCESS=open is for this machine alone: ${production ? 'NODE_ENV is production' : `HOST=${values.HOST ?? ''} lets others in`}; leave it out, and people sign in`])
  }
  const poolSize = values.DATABASE_POOL_SIZE || defaultPoolSizes[values.TENANCY]
  return {
    production,
    tenancy: values.TENANCY,
    logLevel: values.LOG_LEVEL,
    addresses,
    port: values.PORT,
    baseDomain: values.BASE_DOMAIN,
    operatorPassword: values.OPERATOR_PASSWORD,
    trustedProxies: values.TRUSTED_PROXIES,
    mailHookUrl: values.MAIL_HOOK_URL,
    access: values.ACCESS ?? (isLaptop ? 'open' : 'required'),
    demoAccounts: environment['DEMO_ACCOUNTS'] === undefined && !isLaptop ? 0 : values.DEMO_ACCOUNTS,
    requestDeadlineMs: values.REQUEST_DEADLINE_MS,
    drainMs: environment['DRAIN_MS'] === undefined && !isLaptop ? defaultDrainMs.elsewhere : values.DRAIN_MS,
    wallExceptions: values.WALL_EXCEPTIONS,
    poolSize,
    tenantConnections: values.TENANT_CONNECTIONS || Math.ceil(Math.min(poolSize, values.TENANCY === 'single-schema' ? poolSize : defaultPoolSizes['single-schema']) / 2),
    tenantWaiting: values.TENANT_WAITING,
    preparedStatements: values.PREPARED_STATEMENTS,
    database: {
      admin,
      tenant: values.TENANT_DATABASE_URL,
      operator: values.OPERATOR_DATABASE_URL,
      roleSecret,
      directory: values.DATA_DIRECTORY,
      context: values.CONTEXT_KEY === undefined ? undefined : { signedWith: values.CONTEXT_KEY }
    }
  }
}

/** libpq's variables point at a server where one of those that name it is set; a password or a user alone does not. */
function pgVariables (environment: Record<string, string | undefined>): ConnectionSettings | undefined {
  if (!['PGHOST', 'PGPORT', 'PGDATABASE'].some(name => environment[name] !== undefined)) return undefined
  try {
    return parsePgVariables(environment, { database: defaultDatabase, user: 'postgres' })
  } catch (error) {
    throw new ConfigError([(error as Error).message])
  }
}

/** Whether everyone who can connect sits at this machine. */
export function listensOnLoopbackOnly ({ addresses }: Pick<Config, 'addresses'>): boolean {
  return addresses.every(address => address === '::1' || address === 'localhost' || /^127(\.\d{1,3}){3}$/.test(address))
}
