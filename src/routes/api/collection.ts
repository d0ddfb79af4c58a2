import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ConflictError, InvalidValuesError, NotFoundError, sqlStateOf, type ValueError } from '../../errors.ts'
import type { Position, Slice, SliceRequest, SortKey, Times } from '../../repositories/listing.ts'
import { idText } from '../../schemas/fields.ts'
import { listOf, listQuery, readSort, type sorts } from '../../schemas/list.ts'
import type { Need } from '../../plugins/entry.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import { once, prefersMinimal, send, type Answer } from './answer.ts'
import { type CursorSealer } from './cursor.ts'
import { answers, changeFailures, conditions, conflicts, createFailures, deleteFailures, idempotency, listFailures, preference, readFailures } from './documentation.ts'
import { assertMatches, entityTag, isKnown } from './entity-tag.ts'

export const apiPrefix = '/api/v1'

interface Row extends Times {
  id: number
}

/** What is wrong with a row that is to be made or changed, and cannot be seen from it alone. */
export interface Obstacle {
  /** Which of the rows. */
  index: number
  field: string
  detail: string
  /** Another row is in the way; otherwise the value itself is wrong. */
  isConflict?: boolean
}

/** One kind of rows: what they look like, and the functions that read and write them. */
export interface Resource<Entity extends Row, New, Filter> {
  /** In addresses and texts. */
  plural: string
  singular: string
  representation: z.ZodObject
  creation: z.ZodObject
  change: z.ZodObject
  filters: Record<string, z.ZodType>
  list: (scope: TenantScope, request: SliceRequest, filter: Filter) => Promise<Slice<Entity>>
  find: (scope: TenantScope, id: number) => Promise<Entity | undefined>
  lock: (scope: TenantScope, id: number) => Promise<Entity | undefined>
  create: (scope: TenantScope, rows: readonly New[]) => Promise<Entity[]>
  update: (scope: TenantScope, id: number, change: Partial<New>) => Promise<Entity | undefined>
  remove: (scope: TenantScope, id: number) => Promise<boolean>
  /** Where other rows may belong to one: what they are, and how both are removed. */
  children?: { plural: string, remove: (scope: TenantScope, id: number) => Promise<boolean> }
  /** @param id of the row that changes */
  obstacles?: (scope: TenantScope, rows: ReadonlyArray<Partial<New>>, id?: number) => Promise<Obstacle[]>
  /** What it takes to change them, where that is more than to be a member. */
  needs?: 'manage'
  /** Whether another row can be in the way of a change. */
  canClash?: boolean
  /** What a list is ordered by, where it is to be by name. */
  nameOf: (row: Entity) => string
}

/** What a list takes of a resource. */
export type Listed<Entity extends Row, Filter> = Pick<Resource<Entity, never, Filter>, 'plural' | 'representation' | 'filters' | 'list' | 'nameOf'>

export const idInPath = z.object({ id: idText })
const largestBulk = 1000

/** Lists, reads, makes, changes and deletes the rows of a resource. */
export function collectionRoutes<Entity extends Row, New, Filter> (app: FastifyInstance, resource: Resource<Entity, New, Filter>, cursors: CursorSealer): void {
  const { plural, singular, representation, creation, change } = resource
  const url = `${apiPrefix}/${plural}`
  const title = singular[0]?.toUpperCase() + singular.slice(1)
  const titles = plural[0]?.toUpperCase() + plural.slice(1)
  const config = { audience: 'tenant' as const }
  const writing = { ...config, ...(resource.needs === undefined ? {} : { needs: resource.needs }) }
  const common = { tags: [plural] }

  listRoute(app, resource, cursors, { url, operationId: `list${titles}`, summary: `List ${plural}` })

  app.post(url, {
    config: writing,
    schema: {
      ...common,
      operationId: `create${title}`,
      summary: `Make a ${singular}`,
      headers: z.looseObject({ ...idempotency, ...preference }),
      body: creation,
      response: answers({ 201: { schema: representation, headers: ['Location', 'ETag', 'Preference-Applied', 'Idempotency-Replayed'] } }, createFailures)
    }
  }, async (request, reply) => send(reply, await once(request, async () => {
    const [row] = await createRows(resource, request, [camelCase(request.body) as New], () => '')
    if (row === undefined) throw new Error(`no ${singular} was made`)
    return withBody(request, resource, row, 201, { location: `${url}/${row.id}` })
  })))

  app.post(`${url}/bulk`, {
    config: writing,
    bodyLimit: 2 * 1024 * 1024,
    // Before a million rows are looked at one by one.
    preValidation: async ({ body }) => {
      const { items } = (body ?? {}) as { items?: unknown }
      if (Array.isArray(items) && items.length > largestBulk) throw new InvalidValuesError([{ pointer: '#/items', detail: `takes at most ${largestBulk}` }])
    },
    schema: {
      ...common,
      operationId: `create${titles}`,
      summary: `Make up to ${largestBulk} ${plural}, all or none`,
      headers: z.looseObject({ ...idempotency, ...preference }),
      body: z.strictObject({ items: z.array(creation).min(1, { error: 'takes at least one' }).max(largestBulk, { error: `takes at most ${largestBulk}` }) }),
      response: answers({ 201: { schema: z.object({ data: z.array(representation) }), headers: ['Preference-Applied', 'Idempotency-Replayed'] } }, createFailures)
    }
  }, async (request, reply) => send(reply, await once(request, async () => {
    const { items } = request.body as { items: object[] }
    const rows = await createRows(resource, request, items.map(item => camelCase(item) as New), index => `/items/${index}`)
    const isMinimal = prefersMinimal(request)
    return {
      status: 201,
      headers: isMinimal ? { 'preference-applied': 'return=minimal' } : {},
      body: isMinimal ? '' : `{"data":[${rows.map(row => represent(resource, row)).join(',')}]}`
    }
  })))

  app.get(`${url}/:id`, {
    config,
    errorHandler: badIdIsNotFound,
    schema: {
      ...common,
      operationId: `read${title}`,
      summary: `Read a ${singular}`,
      params: idInPath,
      headers: z.looseObject({ 'if-none-match': conditions['if-none-match'] }),
      response: answers({ 200: { schema: representation, headers: ['ETag'] }, 304: { headers: ['ETag'] } }, readFailures)
    }
  }, async (request, reply) => {
    const { id } = request.params as { id: number }
    const row = await request.readWhereTenantIs(async () => await request.readInOneTrip(async () => await resource.find(request.tenantScope, id)))
    return sendRow(request, reply, represent(resource, found(row)))
  })

  app.patch(`${url}/:id`, {
    config: writing,
    errorHandler: badIdIsNotFound,
    schema: {
      ...common,
      operationId: `change${title}`,
      summary: `Change a ${singular}`,
      description: 'What is given changes, the rest stays.',
      params: idInPath,
      headers: z.looseObject({ 'if-match': conditions['if-match'], ...preference }),
      body: change,
      response: answers({ 200: { schema: representation, headers: ['ETag'] }, 204: { headers: ['ETag', 'Preference-Applied'] } }, resource.canClash === true ? [...changeFailures, ...conflicts] : changeFailures)
    }
  }, async (request, reply) => send(reply, await changeRow(resource, request, camelCase(request.body) as Partial<New>)))

  app.delete(`${url}/:id`, {
    config: writing,
    errorHandler: badIdIsNotFound,
    schema: {
      ...common,
      operationId: `delete${title}`,
      summary: `Delete a ${singular}`,
      params: idInPath,
      headers: z.looseObject({ 'if-match': conditions['if-match'] }),
      querystring: z.strictObject(resource.children === undefined ? {} : { cascade: cascade(`its ${resource.children.plural}`) }),
      response: answers({ 204: {} }, resource.children === undefined && resource.canClash !== true ? deleteFailures : [...deleteFailures, ...conflicts])
    }
  }, async (request, reply) => {
    const { id } = request.params as { id: number }
    const scope = request.tenantScope
    await assertUnchanged(resource, request, id)
    const { children } = resource
    const withChildren = (request.query as { cascade?: boolean }).cascade === true
    const removed = await (withChildren && children !== undefined ? children.remove(scope, id) : resource.remove(scope, id)).catch((error: unknown) => {
      if (!/^(23503|23001)$/.test(sqlStateOf(error) ?? '')) throw error
      throw new ConflictError(withChildren
        ? `Something was added to this ${singular} at the same moment. Please try again.`
        : `This ${singular} has ${children?.plural ?? 'rows that belong to it'}. Delete them first, or all together with ?cascade=true.`, { cause: error })
    })
    if (!removed) throw new NotFoundError()
    return send(reply, { status: 204, headers: {}, body: '' })
  })
}

export function cascade (what: string): z.ZodType {
  return z.enum(['true', 'false'], { error: 'takes true or false' }).default('false').transform(value => value === 'true')
    .meta({ type: 'boolean', enum: undefined, default: false, description: `Whether ${what} go with it` })
}

/** A list of a resource, at its own address or below what it belongs to. */
export function listRoute<Entity extends Row, Filter> (app: FastifyInstance, resource: Listed<Entity, Filter>, cursors: CursorSealer, { url, operationId, summary, parent, needs }: {
  url: string
  needs?: Need
  operationId: string
  summary: string
  /** What the rows belong to, by the id in the address. */
  parent?: { filter: string, find: (scope: TenantScope, id: number) => Promise<Row | undefined> }
}): void {
  const filters = Object.fromEntries(Object.entries(resource.filters).filter(([name]) => name !== parent?.filter))
  app.get(url, {
    config: { audience: 'tenant', ...(needs === undefined ? {} : { needs }) },
    ...(parent === undefined ? {} : { errorHandler: badIdIsNotFound }),
    schema: {
      tags: [resource.plural],
      operationId,
      summary,
      ...(parent === undefined ? {} : { params: idInPath }),
      querystring: z.strictObject({ ...listQuery, ...filters }),
      response: answers({ 200: { schema: listOf(resource.representation), headers: ['Link'] } }, listFailures)
    }
  }, async (request, reply) => {
    const query = request.query as ListQuery
    const { id } = request.params as { id?: number }
    const { limit, sort, cursor, count, ...filter } = query
    const path = request.url.split('?', 1)[0] ?? url
    const context = { accountId: request.tenant?.id ?? 0, list: JSON.stringify([path, sort, Object.entries(filter).sort()]) }
    const slices: SliceRequest = { ...readSort(sort), limit, count: count === 'exact', from: cursor === undefined ? undefined : cursors.open(cursor, context) }
    const wanted = camelCase(parent === undefined ? filter : { ...filter, [parent.filter]: id }) as Filter
    const [slice, owner] = await request.readWhereTenantIs(async () => await request.readInOneTrip(async () => await Promise.all([
      resource.list(request.tenantScope, slices, wanted),
      id === undefined ? undefined : parent?.find(request.tenantScope, id)
    ])))
    if (parent !== undefined) found(owner)

    return sendSlice(request, reply, slice, {
      represent: row => represent(resource, row),
      seal: (row, backwards) => cursors.seal(positionOf(resource, row, slices.sort), backwards, context)
    })
  })
}

/** Sends a part of a list, with the addresses of its neighbours. */
export function sendSlice<Entity> (request: FastifyRequest, reply: FastifyReply, slice: Slice<Entity>, { represent, seal, rest: others = {} }: {
  represent: (row: Entity) => string
  seal: (row: Entity, backwards: boolean) => string
  /** What else is to be said of the list. */
  rest?: object
}): FastifyReply {
  const mark = request.url.indexOf('?')
  const [path, query] = mark === -1 ? [request.url, ''] : [request.url.slice(0, mark), request.url.slice(mark + 1)]
  const neighbour = (row: Entity | undefined, backwards: boolean): string | null => {
    if (row === undefined) return null
    const parameters = new URLSearchParams(query)
    parameters.set('cursor', seal(row, backwards))
    return `${path}?${parameters.toString()}`
  }
  const next = slice.hasNext ? neighbour(slice.rows.at(-1), false) : null
  const previous = slice.hasPrevious ? neighbour(slice.rows[0], true) : null
  const links = [['next', next], ['prev', previous]].flatMap(([relation, target]) => target === null ? [] : [`<${target}>; rel="${relation}"`])
  const rest = JSON.stringify({ next, previous, ...(slice.total === undefined ? {} : { total: slice.total }), ...others })
  return send(reply, {
    status: 200,
    headers: links.length === 0 ? {} : { link: links.join(', ') },
    body: `{"data":[${slice.rows.map(represent).join(',')}],${rest.slice(1)}`
  })
}

interface ListQuery {
  limit: number
  sort: typeof sorts[number]
  cursor?: string
  count: 'exact' | 'none'
}

/** To whoever follows a link, a row that cannot be is a row that is not there. */
export function badIdIsNotFound (error: Error & { validation?: unknown, validationContext?: string }): never {
  throw error.validation !== undefined && error.validationContext === 'params' ? new NotFoundError() : error
}

/** @throws {NotFoundError} which says of another account's row what it says of one that never was */
export function found<T> (row: T | undefined): T {
  if (row === undefined) throw new NotFoundError()
  return row
}

/** Changes the row of the address. @throws {PreconditionFailedError} where it is not the one any more that the client means */
export async function changeRow<Entity extends Row, New, Filter> (resource: Resource<Entity, New, Filter>, request: FastifyRequest, change: Partial<New>): Promise<Answer> {
  const { id } = request.params as { id: number }
  const scope = request.tenantScope
  await assertUnchanged(resource, request, id)
  const [obstacles, updated] = await Promise.allSettled([resource.obstacles?.(scope, [change], id), resource.update(scope, id, change)])
  assertNone(obstacles, () => '')
  if (updated.status === 'rejected') throw unlessVanished(updated.reason)
  return withBody(request, resource, found(updated.value), 200)
}

async function assertUnchanged<Entity extends Row, New, Filter> (resource: Resource<Entity, New, Filter>, request: FastifyRequest, id: number): Promise<void> {
  if (request.headers['if-match'] === undefined) return
  const row = found(await resource.lock(request.tenantScope, id))
  assertMatches(request, entityTag(request.tenantScope.accountId, represent(resource, row)))
}

/** What is in the way is asked for beside the work itself, in the same packet: it is there to be told of when the database refuses. */
async function createRows<Entity extends Row, New, Filter> (resource: Resource<Entity, New, Filter>, request: FastifyRequest, rows: readonly New[], pointer: (index: number) => string): Promise<Entity[]> {
  const scope = request.tenantScope
  const [obstacles, created] = await Promise.allSettled([resource.obstacles?.(scope, rows as ReadonlyArray<Partial<New>>), resource.create(scope, rows)])
  assertNone(obstacles, pointer)
  if (created.status === 'rejected') throw unlessVanished(created.reason)
  return created.value
}

/** What a row was to belong to was there when it was asked for, and is deleted by now. */
function unlessVanished (error: unknown): unknown {
  return sqlStateOf(error) === '23503' ? new InvalidValuesError([{ pointer: '#', detail: 'refers to a row that was deleted at this moment' }], { cause: error }) : error
}

function assertNone (outcome: PromiseSettledResult<Obstacle[] | undefined>, pointer: (index: number) => string): void {
  if (outcome.status === 'rejected') throw outcome.reason
  const obstacles = outcome.value ?? []
  if (obstacles.length === 0) return
  const errors: ValueError[] = obstacles.map(({ index, field, detail }) => ({ pointer: `#${pointer(index)}/${field}`, detail }))
  if (obstacles.some(({ isConflict }) => isConflict !== true)) throw new InvalidValuesError(errors)
  throw new ConflictError(obstacles[0]?.detail ?? '', { errors })
}

function withBody<Entity extends Row, New, Filter> (request: FastifyRequest, resource: Resource<Entity, New, Filter>, row: Entity, status: number, headers: Record<string, string> = {}): Answer {
  const body = represent(resource, row)
  const etag = entityTag(request.tenantScope.accountId, body)
  if (!prefersMinimal(request)) return { status, headers: { ...headers, etag }, body }
  return { status: status === 200 ? 204 : status, headers: { ...headers, etag, 'preference-applied': 'return=minimal' }, body: '' }
}

function sendRow (request: FastifyRequest, reply: FastifyReply, body: string): FastifyReply {
  const etag = entityTag(request.tenant?.id ?? 0, body)
  if (isKnown(request, etag)) return send(reply, { status: 304, headers: { etag }, body: '' })
  return send(reply, { status: 200, headers: { etag }, body })
}

/** A row as it stands in answers, with the fields of its representation and no other: always the same text for the same row, since its tag is made of it. */
export function represent ({ representation }: { representation: z.ZodObject }, row: object): string {
  let fields = fieldsOf.get(representation)
  if (fields === undefined) {
    fields = Object.keys(representation.shape).map(name => [name, inCamelCase(name)])
    fieldsOf.set(representation, fields)
  }
  const shown: Record<string, unknown> = {}
  for (const [name, key] of fields) shown[name] = (row as Record<string, unknown>)[key]
  return JSON.stringify(shown)
}

const fieldsOf = new WeakMap<z.ZodObject, Array<[name: string, key: string]>>()

function positionOf<Entity extends Row> ({ nameOf }: { nameOf: (row: Entity) => string }, row: Entity, sort: SortKey): Position {
  return { id: row.id, value: { name: nameOf(row), created: row.createdAt, id: row.id }[sort] }
}

function camelCase (body: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body as object).map(([name, value]) => [inCamelCase(name), value]))
}

function inCamelCase (name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
