import type { FastifyRequest } from 'fastify'
import type { WallsPage } from '../../plugins/page-data.ts'
import type { Journey, TracedStatement } from '../../tenancy/journey.ts'

type Step = WallsPage['steps'][number]

/** How a request has travelled, step by step, in milliseconds since it came. */
export function stepsOf ({ receivedAt, foundAt, askedAt, trace: { statements } }: Journey, { method, url, headers, tenant }: Pick<FastifyRequest, 'method' | 'url' | 'headers' | 'tenant'>, role: string): Step[] {
  const since = (time = receivedAt): number => Math.max(0, time - receivedAt)
  const end = Math.max(...statements.map(({ answeredAt }) => since(answeredAt)), since(foundAt))
  const span = (from: number | undefined, to: number | undefined): Step['span'] => ({ from: since(from), to: since(to), of: end })
  const sentAt = statements[0]?.sentAt
  return [
    { kind: 'request', method, url, host: headers.host ?? '', span: span(receivedAt, receivedAt) },
    { kind: 'found', account: tenant === undefined ? undefined : { id: tenant.id, slug: tenant.slug }, span: span(receivedAt, foundAt) },
    { kind: 'connection', role, span: span(askedAt, sentAt) },
    ...tripsOf(statements).map((together): Step => ({
      kind: 'trip',
      span: span(together[0]?.sentAt, Math.max(...together.map(({ answeredAt = 0 }) => answeredAt))),
      statements: together.map(({ text, sentAt, answeredAt, rows }) => ({ what: kindOf(text), text: text.replace(/\s+/g, ' ').trim(), rows, span: span(sentAt, answeredAt) }))
    }))
  ]
}

function tripsOf (statements: readonly TracedStatement[]): TracedStatement[][] {
  const trips: TracedStatement[][] = []
  for (const statement of statements) (trips[statement.trip - 1] ??= []).push(statement)
  return trips
}

function kindOf (text: string): 'begin' | 'name' | 'query' | 'end' {
  if (text.startsWith('begin')) return 'begin'
  if (/\bset_account\b/.test(text)) return 'name'
  return /^(commit|rollback)$/.test(text) ? 'end' : 'query'
}
