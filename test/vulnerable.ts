import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import type { Sql } from '../src/database/transaction.ts'
import { asRole, testApp, type TestApp, type TestDatabase } from './support.ts'

/**
 * Mistakes that the application cannot make: functions, as those of a repository, that splice what they are sent into their
 * statements. They run in the transaction of their request, on the connections that serve all tenants.
 */
const vulnerable = {
  search: (typed, accountId) => `select id, name from project where account_id = ${accountId} and name like '%${typed}%' order by name`,
  // Who wrote this forgot the filter as well.
  unfiltered: typed => `select id, name from project where name like '%${typed}%'`,
  order: (typed, accountId) => `select id, name from project where account_id = ${accountId} order by ${typed}`,
  rename: (typed, accountId) => `update project set name = '${typed}' where account_id = ${accountId} and id = (select min(id) from project)`,
  add: (typed, accountId) => `insert into task (account_id, project_id, name) select ${accountId}, min(id), '${typed}' from project`,
  remove: (typed, accountId) => `delete from subtask where account_id = ${accountId} and name = '${typed}'`,
  // A report that people write themselves.
  whole: typed => typed
} satisfies Record<string, (typed: string, accountId: number) => string>

export type Mistake = keyof typeof vulnerable

export interface Outcome {
  status: number
  body: string
  /** PostgreSQL's, where it refused. */
  code: string | undefined
}

export interface Attempt {
  slug?: string
  /** Whether the statement guard looks at the statement, as at every one of the application's. */
  isGuarded?: boolean
}

export type VulnerableApp = TestApp & { send: (mistake: Mistake, typed: string, attempt?: Attempt) => Promise<Outcome> }

/** The application with a route for each mistake, for tenants and for the operator. Where nothing else is said, the guard is out of the way. */
export async function vulnerableApp (t: Test, database: TestDatabase, options: Parameters<typeof testApp>[2] = {}): Promise<VulnerableApp> {
  const served = await testApp(t, database, { name: 'single-schema', ...options, config: { access: 'open', ...options.config } })
  const answer = async (request: FastifyRequest, reply: FastifyReply, sql: Sql, accountId: number): Promise<unknown> => {
    const { mistake, typed, isGuarded } = request.body as { mistake: Mistake, typed: string, isGuarded: boolean }
    const text = vulnerable[mistake](typed, accountId)
    try {
      return await (isGuarded ? sql(spliced(text)) : pastGuard(sql, text))
    } catch (error) {
      // A careless page shows what the database said.
      const { message, code, detail, hint } = error as Error & { code?: string, detail?: string, hint?: string }
      return await reply.code(500).send({ message, code, detail, hint })
    }
  }
  served.app.post('/vulnerable', { config: { audience: 'tenant' } }, async (request, reply) => await answer(request, reply, request.tenantScope.sql, request.tenantScope.accountId))
  served.app.post('/vulnerable/operator', { config: { audience: 'operator' } }, async (request, reply) => await answer(request, reply, request.operatorScope.sql, 1))
  return {
    ...served,
    send: async (mistake, typed, { slug = 'tenant-0', isGuarded = false } = {}) => {
      const { statusCode: status, body } = await served.app.inject({
        method: 'POST', url: slug === '' ? '/vulnerable/operator' : '/vulnerable', headers: { host: slug === '' ? 'localhost' : `${slug}.localhost` }, payload: { mistake, typed, isGuarded }
      })
      return { status, body, code: status === 500 ? (JSON.parse(body) as { code?: string }).code : undefined }
    }
  }
}

type Forged = string[] & TemplateStringsArray

function spliced (text: string): Forged {
  const strings = [text]
  return Object.assign(strings, { raw: strings })
}

/** Runs a text as the driver sends any statement: one at a time. The guard looks at each template once; into this one something else is written then. */
export async function pastGuard<Row extends object> (sql: Sql, text: string): Promise<Row[]> {
  const strings = spliced('select 1')
  await sql(strings)
  strings[0] = text
  return await sql<Row>(strings)
}

/** All that other accounts than the first have, in a few words. */
export async function otherRows (database: TestDatabase): Promise<unknown> {
  return await asRole(database.admin, async query => await query(['account', 'app_user', 'project', 'task', 'subtask', 'user_session', 'audit_event'].map(table =>
    `select '${table}' as name, count(*)::integer as rows, md5(coalesce(string_agg(listed::text, '|' order by listed::text), '')) as hash from rowhouse.${table} as listed where ${table === 'account' ? 'id' : 'account_id'} <> 1`).join(' union all ')))
}
