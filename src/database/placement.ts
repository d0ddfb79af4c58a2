import { formatUrl, parseUrl, type ConnectionSettings } from './settings.ts'

/**
 * Where the rows of an account are, if not in the configured database: the name of a database on the same server, or the URL
 * of one on another server. There is no login in it: the roles are the same everywhere, with the same passwords.
 */
export type Placement = string

const urlLike = /^postgres(ql)?:\/\//

/** The login of a role, led to where a placement says. */
export function loginAt (login: ConnectionSettings, placement: Placement | undefined): ConnectionSettings {
  if (placement === undefined) return login
  if (!urlLike.test(placement)) return { ...login, database: placement }
  const { host, port, database, ssl } = parseUrl(withUser(placement), { database: login.database })
  return { ...login, host, port, database, ...(ssl === undefined ? {} : { ssl }) }
}

/** The placement of a database, seen from the configured one: its name where the server is the same. */
export function placementOf (settings: ConnectionSettings, configured: ConnectionSettings): Placement {
  if (settings.host === configured.host && settings.port === configured.port) return settings.database
  const { password: _, ...place } = settings
  return formatUrl({ ...place, user: placeholder }).replace(`${placeholder}@`, '')
}

const placeholder = 'user'

function withUser (url: string): string {
  return url.replace(urlLike, scheme => `${scheme}${placeholder}@`)
}
