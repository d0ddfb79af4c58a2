import fc from 'fast-check'
import t from 'tap'
import { CheckedApi, type Asked } from './api-client.ts'
import { documentOf } from './api-document.ts'
import { placeTenants, seedTenants, testApp, testDatabase } from './support.ts'

const database = await testDatabase(t)
await seedTenants(database, { tenants: 3, subtasks: 3 })
await placeTenants(database)
const { app } = await testApp(t, database)
const api = new CheckedApi(await documentOf(app), tags => !tags.includes('accounts') && !tags.includes('overview'))
const tenants = ['tenant-0', 'tenant-1', 'tenant-2'] as const

type Kind = 'projects' | 'tasks' | 'subtasks'
const kinds: Kind[] = ['projects', 'tasks', 'subtasks']
const parentOf = { projects: undefined, tasks: 'projects', subtasks: 'tasks' } as const
const fieldOf = { projects: '', tasks: 'project_id', subtasks: 'task_id' } as const

interface Entity {
  id: number
  name: string
  parent: number
  isComplete: boolean
}

/** What an account ought to hold: a few maps, and no database. */
class Model {
  readonly rows: Record<Kind, Map<number, Entity>> = { projects: new Map(), tasks: new Map(), subtasks: new Map() }

  childrenOf (kind: Kind, id: number): Entity[] {
    const below = kinds[kinds.indexOf(kind) + 1]
    return below === undefined ? [] : [...this.rows[below].values()].filter(({ parent }) => parent === id)
  }

  remove (kind: Kind, id: number): void {
    const below = kinds[kinds.indexOf(kind) + 1]
    if (below !== undefined) for (const child of this.childrenOf(kind, id)) this.remove(below, child.id)
    this.rows[kind].delete(id)
  }
}

const models = new Map(tenants.map(slug => [slug as string, new Model()]))
for (const [slug, model] of models) {
  for (const kind of kinds) {
    const { data } = (await api.ask(app, slug, { method: 'GET', url: `/api/v1/${kind}?limit=200` })).json<{ data: Array<Record<string, unknown>> }>()
    for (const row of data) model.rows[kind].set(Number(row['id']), { id: Number(row['id']), name: String(row['name']), parent: Number(row[fieldOf[kind]] ?? 0), isComplete: row['is_complete'] === true })
  }
}

const names = fc.oneof(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }), fc.constantFrom('the same', 'é', "'; delete from project; --", '%', '\u202eabc')).filter(name => name.trim() !== '' && !/[\0\p{Cs}]/u.test(name))
const step = fc.record({
  tenant: fc.constantFrom(...tenants),
  kind: fc.constantFrom(...kinds),
  action: fc.constantFrom('create', 'bulk', 'read', 'change', 'move', 'complete', 'delete', 'cascade', 'list', 'children'),
  name: names,
  /** Which row: of the account itself, mostly; of another one; or none that ever was. */
  whose: fc.oneof({ weight: 6, arbitrary: fc.constant('own' as const) }, fc.constant('foreign' as const), fc.constant('nobody' as const)),
  which: fc.nat(1000),
  isComplete: fc.boolean(),
  descending: fc.boolean()
})

t.test('whatever several tenants do, each gets the answers of a simple model of its own rows, and no other row changes', async t => {
  let steps = 0
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async list => {
    for (const one of list) {
      await take(one)
      steps++
    }
    for (const slug of tenants) for (const kind of kinds) await compareList(slug, kind, 'id', () => true)
  }), { numRuns: 25 })
  t.ok(steps >= 500, `${steps} steps`)
})

async function take ({ tenant, kind, action, name, whose, which, isComplete, descending }: typeof step extends fc.Arbitrary<infer Step> ? Step : never): Promise<void> {
  const model = models.get(tenant) as Model
  const ask = async (asked: Asked): Promise<{ status: number, body: Record<string, unknown> }> => {
    const answer = await api.ask(app, tenant, asked)
    return { status: answer.statusCode, body: answer.body === '' ? {} : answer.json<Record<string, unknown>>() }
  }
  const pick = (of: Kind): number => {
    const ids = [...(whose === 'own' ? model : models.get(tenants[(tenants.indexOf(tenant) + 1) % 3] as string) as Model).rows[of].keys()]
    return whose === 'nobody' ? 900_000_000 + which : ids[which % Math.max(1, ids.length)] ?? 900_000_000
  }
  const note = (row: Record<string, unknown>): void => {
    const id = Number(row['id'])
    model.rows[kind].set(id, { id, name: String(row['name']), parent: Number(row[fieldOf[kind]] ?? 0), isComplete: row['is_complete'] === true })
  }
  const url = `/api/v1/${kind}`
  const parentKind = parentOf[kind]
  const entity = (id: number): Entity | undefined => model.rows[kind].get(id)

  if (action === 'create' || action === 'bulk') {
    const parent = parentKind === undefined ? 0 : pick(parentKind)
    const row = { name, ...(parentKind === undefined ? {} : { [fieldOf[kind]]: parent, is_complete: isComplete }) }
    const exists = parentKind === undefined || model.rows[parentKind].has(parent)
    const { status, body } = action === 'create' ? await ask({ method: 'POST', url, body: row }) : await ask({ method: 'POST', url: `${url}/bulk`, body: { items: [row, row, row] } })
    expect(status, exists ? 201 : 422, action)
    if (!exists) return
    for (const made of action === 'create' ? [body] : body['data'] as Array<Record<string, unknown>>) {
      expect(made['name'], name, 'name')
      note(made)
    }
    return
  }
  const id = pick(kind)
  const known = entity(id)
  if (action === 'read') {
    const { status, body } = await ask({ method: 'GET', url: `${url}/${id}` })
    expect(status, known === undefined ? 404 : 200, 'read')
    if (known !== undefined) expect([body['id'], body['name'], body['is_complete'] ?? false], [known.id, known.name, known.isComplete], 'read')
  } else if (action === 'change') {
    const { status } = await ask({ method: 'PATCH', url: `${url}/${id}`, body: { name } })
    expect(status, known === undefined ? 404 : 200, 'change')
    if (known !== undefined) known.name = name
  } else if (action === 'move') {
    if (parentKind === undefined) return
    const parent = pick(parentKind)
    const own = [...model.rows[kind].values()][which % Math.max(1, model.rows[kind].size)]
    if (own === undefined) return
    const exists = model.rows[parentKind].has(parent)
    const { status } = await ask({ method: 'PATCH', url: `${url}/${own.id}`, body: { [fieldOf[kind]]: parent } })
    expect(status, exists ? 200 : 422, 'move')
    if (exists) own.parent = parent
  } else if (action === 'complete') {
    if (kind === 'projects') return
    const { status } = await ask({ method: 'POST', url: `${url}/${id}/complete${kind === 'tasks' && descending ? '?cascade=true' : ''}` })
    expect(status, known === undefined ? 404 : 200, 'complete')
    if (known === undefined) return
    known.isComplete = true
    if (kind === 'tasks' && descending) for (const child of model.childrenOf(kind, id)) child.isComplete = true
  } else if (action === 'delete' || action === 'cascade') {
    const cascade = action === 'cascade' && kind !== 'subtasks'
    const { status } = await ask({ method: 'DELETE', url: `${url}/${id}${cascade ? '?cascade=true' : ''}` })
    const isHeld = !cascade && model.childrenOf(kind, id).length > 0
    expect(status, known === undefined ? 404 : isHeld ? 409 : 204, action)
    if (known !== undefined && !isHeld) model.remove(kind, id)
  } else if (action === 'children') {
    if (parentKind === undefined) return
    const parent = pick(parentKind)
    const { status, body } = await ask({ method: 'GET', url: `/api/v1/${parentKind}/${parent}/${kind}?limit=200` })
    const exists = model.rows[parentKind].has(parent)
    expect(status, exists ? 200 : 404, 'children')
    if (exists) expect((body['data'] as Array<{ id: number }>).map(row => row.id), model.childrenOf(parentKind, parent).map(row => row.id).sort((a, b) => a - b), 'children')
  } else {
    await compareList(tenant, kind, descending ? '-id' : 'id', kind === 'projects' ? () => true : row => row.isComplete === isComplete, kind === 'projects' ? '' : `&is_complete=${isComplete}`)
  }
}

/** Reads a whole list, slice by slice, and holds it against the model. */
async function compareList (slug: string, kind: Kind, sort: 'id' | '-id', isWanted: (row: Entity) => boolean, filter = ''): Promise<void> {
  const found: Array<[number, string]> = []
  let url: string | null = `/api/v1/${kind}?limit=40&count=exact&sort=${sort}${filter}`
  let total = 0
  while (url !== null) {
    const slice: { data: Array<{ id: number, name: string }>, next: string | null, total: number } = (await api.ask(app, slug, { method: 'GET', url })).json()
    found.push(...slice.data.map(({ id, name }): [number, string] => [id, name]))
    total = slice.total
    url = slice.next
  }
  const expected = [...(models.get(slug) as Model).rows[kind].values()].filter(isWanted).map(({ id, name }): [number, string] => [id, name]).sort(([a], [b]) => sort === 'id' ? a - b : b - a)
  expect(found, expected, `${slug} ${kind}`)
  expect(total, expected.length, 'total')
}

function expect (found: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) throw new Error(`${what}: ${JSON.stringify(found)?.slice(0, 500)} instead of ${JSON.stringify(expected)?.slice(0, 500)}`)
}

t.test('no parameter, header or body whatsoever is a mistake of ours', async t => {
  const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.constantFrom('', '0', '-1', '1e9', '9007199254740993', '9'.repeat(400), 'null', "'", '"', '%00', '\u0000', '\ud800', '../..', 'true', 'exact', 'name', '{}', '[]', 'é'.repeat(300)))
  const header = fc.string({ maxLength: 60, unit: fc.constantFrom(...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))) })
  const values = fc.oneof(fc.jsonValue(), anyText, fc.integer(), fc.constantFrom(1, 2 ** 53, -1, 1.5, true, null, '\u0000', 'x'.repeat(300)))
  const whole = new CheckedApi(await documentOf(app))
  const attempt = fc.record({
    operation: fc.constantFrom(...whole.operations),
    id: fc.oneof(fc.constantFrom('1', '2', '3'), anyText),
    query: fc.dictionary(fc.oneof(fc.constantFrom('limit', 'sort', 'cursor', 'count', 'search', 'is_complete', 'project_id', 'task_id', 'cascade'), anyText), fc.oneof(anyText, fc.constantFrom('5', 'name', '-created', 'true', 'subtask -of', '"a b" or c')), { maxKeys: 3 }),
    headers: fc.dictionary(fc.constantFrom('if-match', 'if-none-match', 'prefer', 'idempotency-key', 'accept', 'accept-language', 'range', 'sec-fetch-site', 'origin', 'content-type', 'content-encoding'), header, { maxKeys: 2 }),
    withBody: fc.boolean(),
    body: fc.oneof(values, fc.dictionary(anyText, values, { maxKeys: 3 }), fc.dictionary(fc.constantFrom('name', 'details', 'project_id', 'task_id', 'is_complete', 'email', 'first_name', 'last_name', 'is_active', 'items', 'id', '__proto__', 'constructor', 'slug', 'reason', 'redirect_hours'), fc.oneof(values, fc.array(fc.dictionary(fc.constantFrom('name', 'project_id', 'task_id', 'email'), values)))))
  })
  const statuses = new Map<number, number>()
  await fc.assert(fc.asyncProperty(attempt, async ({ operation: { path, method, operation }, id, query, headers, body, withBody }) => {
    const encode = (text: string): string => encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'))
    const parameters = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
    const url = `${path.replace(/\{(id|slug)\}/, encode(id).replace(/^\.+$/, 'x') || 'x')}${parameters === '' ? '' : `?${parameters}`}`
    const isOfOperator = operation.tags?.some(tag => tag === 'accounts' || tag === 'overview') === true
    const hasBody = method !== 'GET' && (withBody || operation.requestBody !== undefined)
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: { host: isOfOperator ? 'localhost' : 'tenant-0.localhost', ...(hasBody ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(hasBody ? { payload: JSON.stringify(body) } : {}),
      remoteAddress: '127.0.0.1'
    })
    statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1)
    if (answer.statusCode >= 500) throw new Error(`${method} ${url}: ${answer.statusCode} ${answer.body}`)
    if (operation.responses?.[answer.statusCode] === undefined) throw new Error(`${method} ${url}: the document names no ${answer.statusCode}; ${answer.body.slice(0, 300)}`)
    if (!isOfOperator && /tenant-[12]\b/.test(answer.body) && !/tenant-[12]/.test(url + JSON.stringify(body))) throw new Error(`${method} ${url}: shows another account's rows`)
  }), { numRuns: 2500 })
  t.comment([...statuses].sort().map(([status, count]) => `${status}: ${count}`).join(', '))
  t.ok([...statuses.keys()].some(status => status < 300) && statuses.has(400) && statuses.has(404) && statuses.has(422))
  for (const slug of ['tenant-1', 'tenant-2']) for (const kind of kinds) await t.resolves(compareList(slug, kind, 'id', () => true), `${slug} has its ${kind} as before`)
})
