/** Whom a request is for, going by its Host header. */
export type HostTarget = { kind: 'tenant', slug: string } | { kind: 'operator' } | { kind: 'foreign' }

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'

/**
 * Makes the function that reads a raw Host header: `<slug>.<base>[:port]` is a tenant, `<base>[:port]` the operator,
 * everything else foreign. The whole header must match: frameworks that split at the first colon or trust a forwarded
 * header take `localhost:80:tenant-1.localhost` for `localhost`.
 */
export function hostReader (baseDomain: string): (host: string | undefined) => HostTarget {
  const pattern = new RegExp(`^(?:(?<slug>${label})\\.)?${baseDomain.replaceAll('.', '\\.')}(?::\\d{1,5})?$`)
  return host => {
    // No host name is longer, and a hostile one should not cost a match.
    if (host === undefined || host.length > 260) return { kind: 'foreign' }
    const match = pattern.exec(host.toLowerCase())
    if (match === null) return { kind: 'foreign' }
    const slug = match.groups?.['slug']
    return slug === undefined ? { kind: 'operator' } : { kind: 'tenant', slug }
  }
}
