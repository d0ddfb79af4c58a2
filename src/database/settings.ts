/** Where one role of one database logs in. Both drivers take it as it is; `formatUrl` prints it for people and tools. */
export interface ConnectionSettings {
  /** A host name or address, or the directory of a Unix socket (starts with a slash). */
  host: string
  port: number
  database: string
  user: string
  password?: string
  ssl?: SslMode
}

export const sslModes = ['disable', 'require', 'verify-full'] as const

/** `require` encrypts without checking the certificate, `verify-full` checks it, as libpq means them. */
export type SslMode = typeof sslModes[number]

const defaultPort = 5432
const knownParameters = new Set(['host', 'port', 'sslmode'])

/**
 * Reads a PostgreSQL connection URL.
 *
 * @throws {Error} whose message says what is wrong, without repeating the URL: it may hold a password.
 */
export function parseUrl (text: string, defaults: { database: string }): ConnectionSettings {
  // libpq lets a socket's URL go without a host; to a URL parser a login needs one.
  text = text.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=[/?#]|$)/, '$1localhost')
  if (!URL.canParse(text)) throw new Error('is not a URL; it looks like postgres://user:password@host:5432/database')
  const url = new URL(text)
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') throw new Error('must begin with postgres:// or postgresql://')
  const unknown = [...url.searchParams.keys()].find(key => !knownParameters.has(key))
  if (unknown !== undefined) throw new Error(`has the parameter "${unknown}", which is not supported; known are ${[...knownParameters].join(', ')}`)
  const user = decodePart(url.username)
  if (user === '') throw new Error('names no user')
  const sslmode = url.searchParams.get('sslmode')
  const port = url.searchParams.get('port') ?? (url.port || String(defaultPort))
  if (!isPort(port)) throw new Error(`has port=${port}; it takes a number from 1 to 65535`)
  return connectionSettings({
    host: url.searchParams.get('host') ?? (url.hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost'),
    port: Number(port),
    database: decodePart(url.pathname.slice(1)) || defaults.database,
    user,
    password: url.password === '' ? undefined : decodePart(url.password),
    ssl: sslmode === null ? undefined : parseSslMode(sslmode)
  })
}

/** Reads libpq's `PG*` variables. @throws {Error} naming the variable that is wrong. */
export function parsePgVariables (environment: Record<string, string | undefined>, defaults: { database: string, user: string }): ConnectionSettings {
  const port = environment['PGPORT'] ?? String(defaultPort)
  if (!isPort(port)) throw new Error('PGPORT must be a port number from 1 to 65535')
  const sslmode = environment['PGSSLMODE']
  return connectionSettings({
    host: environment['PGHOST'] ?? 'localhost',
    port: Number(port),
    database: environment['PGDATABASE'] ?? defaults.database,
    user: environment['PGUSER'] ?? defaults.user,
    password: environment['PGPASSWORD'],
    ssl: sslmode === undefined ? undefined : parseSslMode(sslmode)
  })
}

function decodePart (text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('has a "%" that does not begin an escape such as %2F; write the sign itself as %25')
  }
}

function isPort (text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535
}

function parseSslMode (text: string): SslMode | undefined {
  // libpq's opportunistic modes fall back to plain text in silence, which is what leaving the choice out does here.
  if (text === 'allow' || text === 'prefer') return undefined
  const mode = sslModes.find(known => known === text)
  if (mode === undefined) throw new Error(`has sslmode=${text}; it takes ${sslModes.join(', ')}`)
  return mode
}

function connectionSettings (parts: Omit<ConnectionSettings, 'password' | 'ssl'> & { password: string | undefined, ssl: SslMode | undefined }): ConnectionSettings {
  const { password, ssl, ...rest } = parts
  return { ...rest, ...(password === undefined ? {} : { password }), ...(ssl === undefined ? {} : { ssl }) }
}

/** The URL for psql and other tools, password included. */
export function formatUrl ({ host, port, database, user, password, ssl }: ConnectionSettings): string {
  const login = encodeURIComponent(user) + (password === undefined ? '' : `:${encodeURIComponent(password)}`)
  const isSocket = host.startsWith('/')
  const parameters = new URLSearchParams()
  if (isSocket) parameters.set('host', host)
  if (isSocket && port !== defaultPort) parameters.set('port', String(port))
  if (ssl !== undefined) parameters.set('sslmode', ssl)
  const address = isSocket ? '' : `${host.includes(':') ? `[${host}]` : host}:${port}`
  const query = parameters.size === 0 ? '' : `?${parameters.toString()}`
  return `postgres://${login}@${address}/${encodeURIComponent(database)}${query}`
}

/** What both drivers call `ssl`. */
export function tlsOptions (ssl: SslMode | undefined): false | { rejectUnauthorized: boolean } {
  return ssl === undefined || ssl === 'disable' ? false : { rejectUnauthorized: ssl === 'verify-full' }
}
