import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { ConnectionSettings } from '../src/database/settings.ts'
import { hashPassword } from '../src/password.ts'
import { asRole, operatorAuthorization, type TestDatabase } from './support.ts'

export const roles = ['owner', 'member', 'viewer'] as const

/** Gives every account one person of each role, such as viewer@example.com, all with the password "correct horse". */
export async function peopleOfAll (database: TestDatabase): Promise<void> {
  const hash = await hashPassword('correct horse')
  await asRole(database.admin, async query => {
    await query('delete from rowhouse.app_user')
    for (const role of roles) {
      await query(`insert into rowhouse.app_user (account_id, email, first_name, last_name, role, password_hash)
        select id, $1 || '@example.com', initcap($1), 'of ' || slug, $1, $2 from rowhouse.account`, [role, hash])
    }
  })
}

/**
 * Lets time pass in an account, as far as getting in goes: everything that has a time has it that much earlier. PostgreSQL's own
 * clock decides what has expired, so it is the rows that move.
 *
 * @param admin of the database where the account is
 * @param interval as PostgreSQL writes it: '7 days'
 */
export async function letPass (admin: ConnectionSettings, slug: string, interval: string): Promise<void> {
  await asRole(admin, async query => {
    for (const [table, columns] of [
      ['user_session', ['created_at', 'seen_at', 'idle_until', 'expires_at']], ['api_token', ['created_at', 'updated_at', 'expires_at']],
      ['entry_link', ['created_at', 'expires_at']], ['operator_look', ['created_at', 'expires_at']]
    ] as const) {
      await query(`update rowhouse.${table} set ${columns.map(column => `${column} = ${column} - $2::interval`).join(', ')} where account_id = (select id from rowhouse.account where slug = $1)`, [slug, interval])
    }
    await query('update rowhouse.account set status_since = status_since - $2::interval where slug = $1', [slug, interval])
  })
}

export interface Asked {
  password?: string
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  /** Of the account; the operator's host where it is empty. */
  slug?: string
  cookie?: string | undefined
  /** Of a program. */
  token?: string | undefined
  form?: Record<string, string>
  body?: object
  headers?: Record<string, string>
  accept?: string
  on?: FastifyInstance
}

export const tokenIn = ({ body }: Pick<LightMyRequestResponse, 'body'>): string => /name="form_token" value="([^"]+)"/.exec(body)?.[1] ?? ''
export const cookieOf = ({ headers }: LightMyRequestResponse): string => String(headers['set-cookie'] ?? '').split(';')[0] ?? ''

/** Asks as somebody with a browser, or as a program. */
export function visitorsOf (app: FastifyInstance) {
  async function ask (url: string, { method = 'GET', slug = 'tenant-0', cookie, token, form, body, headers = {}, accept = 'text/html', on = app }: Asked = {}): Promise<LightMyRequestResponse> {
    return await on.inject({
      method,
      url,
      headers: {
        host: slug === '' ? 'localhost' : `${slug}.localhost`,
        accept,
        ...(cookie === undefined ? {} : { cookie }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        // Whoever asks at the operator's host without anything of an account's is the operator.
        ...(slug === '' && cookie === undefined && token === undefined ? { authorization: operatorAuthorization } : {}),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers
      },
      ...(form === undefined ? {} : { payload: new URLSearchParams(form).toString() }),
      ...(body === undefined ? {} : { payload: body })
    })
  }

  async function signIn (email: string, { password = 'correct horse', to = '/subtasks/', ...asked }: Asked & { to?: string } = {}): Promise<LightMyRequestResponse> {
    const form = await ask('/sign-in/', asked)
    return await ask('/sign-in/', { ...asked, method: 'POST', form: { email, password, to, form_token: tokenIn(form) } })
  }

  async function cookieFor (email: string, asked: Asked = {}): Promise<string> {
    const answer = await signIn(email, asked)
    if (answer.statusCode !== 303) throw new Error(`${email} was answered ${answer.statusCode}: ${answer.body}`)
    return cookieOf(answer)
  }

  /** Sends a form of a page, with the token that the page has for it. */
  async function send (url: string, form: Record<string, string>, { page = '/sessions/', ...asked }: Asked & { page?: string } = {}): Promise<LightMyRequestResponse> {
    return await ask(url, { ...asked, method: 'POST', form: { ...form, form_token: tokenIn(await ask(page, asked)) } })
  }

  /** Asks the API. */
  async function api (url: string, asked: Asked = {}): Promise<LightMyRequestResponse> {
    return await ask(`/api/v1/${url}`, { accept: 'application/json', ...asked })
  }

  return { ask, signIn, cookieFor, send, api }
}
