import type { LightMyRequestResponse } from 'fastify'
import { buildApp } from '../app.ts'
import { parseConfig } from '../config.ts'
import { withClient } from '../database/admin.ts'
import { hashOfSecret, newSecret } from '../secrets.ts'
import type { BenchDatabase } from './bench-database.ts'
import { openBenchStrategy } from './bench-strategy.ts'
import { figure, median, type Figure } from './figures.ts'
import { sendHttpLoad, type HttpRequest } from './http-load.ts'
import { inTurn, type BenchContext } from './measurements.ts'
import { startServer } from '../programs.ts'
import { failures, roundTripFigures } from './throughput.ts'

const clients = 16
const rotating = 200
/** Into how many shorter rounds each round of pages is divided. */
const finer = 8

/** What it costs to know who asks, and whether the time of a refusal tells who exists. */
export async function measureEntry ({ size }: BenchContext, database: BenchDatabase): Promise<Figure[]> {
  const sessions = await signInEverywhere(database, Math.min(rotating, size.accounts))
  return [
    ...await measurePages(size, database, sessions),
    ...await roundTripFigures(database, sessions.slice(0, 5).map(({ slug }) => slug),
      [{ name: 'page of somebody signed in', request: tenant => ({ url: '/subtasks/', headers: { cookie: cookieOf(sessions[tenant]) } }), atMost: 1 }], { access: 'required' }),
    ...await measureRefusals(size, database, sessions)
  ]
}

interface Session {
  slug: string
  email: string
  token: string
}

/** Signs the first of each account's people in, without their passwords. */
async function signInEverywhere (database: BenchDatabase, accounts: number): Promise<Session[]> {
  return await withClient(database.admin, async client => {
    const { rows } = await client.query<Omit<Session, 'token'> & { account: string, user: string }>(`
      select distinct on (account.id) account.id as account, account.slug, app_user.id as user, app_user.email
      from rowhouse.account join rowhouse.app_user on app_user.account_id = account.id where app_user.is_active
      order by account.id, app_user.id limit $1::integer`, [accounts])
    const sessions = rows.map(row => ({ ...row, token: newSecret() }))
    for (const { account, user, token } of sessions) {
      await client.query(`
        insert into rowhouse.user_session (account_id, user_id, token_hash, idle_until, expires_at)
        values ($1::bigint, $2::bigint, $3::text, now() + interval '7 days', now() + interval '7 days')`, [account, user, hashOfSecret(token)])
    }
    await client.query('analyze rowhouse.user_session')
    return sessions
  })
}

function cookieOf (session: Session | undefined): string {
  return `session=${session?.token ?? ''}`
}

/** A tenant's page of somebody signed in, against the same page where nobody signs in. */
async function measurePages ({ rounds, seconds }: BenchContext['size'], database: BenchDatabase, sessions: readonly Session[]): Promise<Figure[]> {
  const [open, closed] = await Promise.all([startServer(database.environment), startServer({ ...database.environment, ACCESS: 'required' })])
  const pages = async (port: number, milliseconds: number): Promise<number> => {
    let index = 0
    const next = (): HttpRequest => {
      const session = sessions[index++ % sessions.length]
      return { host: `${session?.slug ?? ''}.localhost`, path: '/subtasks/', cookie: cookieOf(session) }
    }
    const result = await sendHttpLoad({ port, clients, durationMs: milliseconds, next })
    if (failures(result) > 0) throw new Error(`pages were answered ${JSON.stringify(result.failures)}`)
    return result.requests / result.seconds
  }
  try {
    for (const { port } of [open, closed]) await pages(port, 2000)
    // The two lie near each other, and so do the machine's moods: many short rounds tell them apart, few long ones do not.
    const pairs = await inTurn(rounds * finer, async () => await pages(closed.port, seconds * 1000 / finer), async () => await pages(open.port, seconds * 1000 / finer))
    return [figure({
      group: 'Entry',
      name: 'page of somebody signed in',
      subject: `a tenant's page with a session, ${clients} connections, ${sessions.length} tenants in turn`,
      base: 'the same page where access is open',
      unit: 'requests/s',
      target: { of: 'ratio', atLeast: 0.85 }
    }, pairs.map(([value = NaN, base = NaN]) => ({ value, base })))]
  } finally {
    await Promise.all([open.stop(), closed.stop()])
  }
}

/** A wrong password for somebody, against one for nobody: the time must not tell them apart. */
async function measureRefusals ({ rounds }: BenchContext['size'], database: BenchDatabase, sessions: readonly Session[]): Promise<Figure[]> {
  const strategy = openBenchStrategy(database)
  const app = await buildApp({ config: { ...parseConfig({}), access: 'required' }, strategy })
  // Each person and each address may be wrong some times only, and every one is asked from another address.
  const each = Math.max(1, Math.min(10, sessions.length, Math.floor(8 * sessions.length / rounds)))
  let attempts = 0
  const refusal = async (session: Session, email: string): Promise<number> => {
    const asked = { host: `${session.slug}.localhost`, accept: 'text/html' }
    const remoteAddress = `127.1.${Math.floor(attempts / 250) % 250}.${1 + attempts++ % 250}`
    const form = await app.inject({ url: '/sign-in/', headers: asked, remoteAddress })
    const token = /name="form_token" value="([^"]+)"/.exec(form.body)?.[1] ?? ''
    const payload = new URLSearchParams({ email, password: 'not the password', form_token: token }).toString()
    const start = performance.now()
    const answer: LightMyRequestResponse = await app.inject({ method: 'POST', url: '/sign-in/', headers: { ...asked, 'content-type': 'application/x-www-form-urlencoded' }, remoteAddress, payload })
    if (answer.statusCode !== 401) throw new Error(`a wrong password was answered ${answer.statusCode}`)
    return performance.now() - start
  }
  try {
    let turn = 0
    const perRound: Array<{ value: number, base: number }> = []
    for (let round = 0; round <= rounds; round++) {
      const times: { known: number[], unknown: number[] } = { known: [], unknown: [] }
      for (let index = 0; index < each; index++) {
        const session = sessions[turn++ % sessions.length] as Session
        const known = async (): Promise<void> => { times.known.push(await refusal(session, session.email)) }
        const unknown = async (): Promise<void> => { times.unknown.push(await refusal(session, `nobody-${turn}@example.com`)) }
        for (const ask of index % 2 === 0 ? [known, unknown] : [unknown, known]) await ask()
      }
      // The first is a warm-up.
      if (round > 0) perRound.push({ value: median(times.known), base: median(times.unknown) })
    }
    return [figure({
      group: 'Entry',
      name: 'refusal of a wrong password',
      subject: `a wrong password for an address that somebody has, ${each} in a round`,
      base: 'one for an address that nobody has',
      unit: 'ms',
      target: { of: 'ratio', atLeast: 0.8, atMost: 1.25 }
    }, perRound)]
  } finally {
    await app.close()
  }
}
