import { createHmac } from 'node:crypto'
import { formatUrl, parseUrl, type ConnectionSettings } from './settings.ts'

/**
 * Where the rows of an account are, if not in the configured database: the name of a database on the same server, or the URL
 * of one on another server. There is no login in it: the roles are the same everywhere.
 */
export type Placement = string

const urlLike = /^postgres(ql)?:\/\//

/**
 * The login of a role, led to where a placement says. Another server is given a password of its own, made from the one here:
 * whoever runs it learns nothing that opens any other.
 */
export function loginAt (login: ConnectionSettings, placement: Placement | undefined): ConnectionSettings {
  if (placement === undefined) return login
  if (!urlLike.test(placement)) return { ...login, database: placement }
  const { host, port, database, ssl } = parseUrl(withUser(placement), { database: login.database })
  const password = login.password === undefined ? {} : { password: createHmac('sha256', login.password).update(`${host}:${port}`).digest('base64url') }
  return { ...login, ...password, host, port, database, ...(ssl === undefined ? {} : { ssl }) }
}

export function isOnOtherServer (placement: Placement): boolean {
  return urlLike.test(placement)
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
