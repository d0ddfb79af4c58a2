import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { AppError, InvalidInputError, NotFoundError, TooManyAttemptsError, WrongPasswordError } from '../../errors.ts'
import { hashLike, hashPassword } from '../../password.ts'
import { findEntryLink, takeEntryLink } from '../../repositories/entry-links.ts'
import { changePassword, checkPassword, createSession, findPasswordParameters, refusePassword } from '../../repositories/sessions.ts'
import { hashOfSecret } from '../../secrets.ts'
import { actAs } from '../../tenancy/caller.ts'
import type { TenantScope } from '../../tenancy/scope.ts'
import type { Tenant } from '../../tenancy/tenant.ts'
import { bodyLimit, hidden } from '../forms.ts'
import { userOf, type EntryRoutesOptions, type PasswordChecks } from './entry-options.ts'
import { tellOwners } from './guessing.ts'

const code = z.string().max(200).default('')
const shortest = 10
const passwords = { password: z.string().max(1000), again: z.string().max(1000) }

/** How people choose a password: with a link that an owner has made for them, or with the one that they have. */
export function passwordPages (app: FastifyInstance, { limits, turns }: PasswordChecks, { links: { sendMail } }: EntryRoutesOptions): void {
  const own = { config: { audience: 'tenant' as const, needs: 'look' as const, transaction: false } }
  const open = { config: { audience: 'tenant' as const, entry: 'open' as const, transaction: false } }

  // Programs that look at links in mails follow them, too: only the form uses one up.
  app.get('/link/', { ...open, schema: { ...hidden, querystring: z.object({ code }) } }, async (request, reply) => {
    const { code } = request.query as { code: string }
    const link = await request.inTransaction('nobody', async scope => await findEntryLink(scope, hashOfSecret(code)))
    if (link === undefined) throw linkIsOver()
    return showForm(reply, { email: link.email, code })
  })

  app.post('/link/', { ...open, bodyLimit, schema: { ...hidden, body: z.object({ code, ...passwords }) } }, async (request, reply) => {
    const { code, password, again } = request.body as { code: string, password: string, again: string }
    const link = await request.inTransaction('nobody', async scope => await findEntryLink(scope, hashOfSecret(code)))
    if (link === undefined) throw linkIsOver()
    const wrong = wrongWith(password, again)
    if (wrong !== undefined) return showForm(reply, { email: link.email, code, ...wrong })
    const hash = await turns.take((request.tenant as Tenant).id, async () => await hashPassword(password))
    await request.inTransaction('nobody', async scope => {
      await actAs(scope, { kind: 'user', id: link.userId, name: link.email })
      if (!await takeEntryLink(scope, link)) throw linkIsOver()
      await changePassword(scope, link, hash)
      await letIn(request, reply, scope, link)
    })
    return reply.redirect('/', 303)
  })

  app.get('/password/', { ...own, schema: hidden }, async (request, reply) => {
    const { email } = await userOf(request)
    return showForm(reply, { email })
  })

  app.post('/password/', { ...own, bodyLimit, schema: { ...hidden, body: z.object({ present: z.string().max(1000), ...passwords }) } }, async (request, reply) => {
    const { email, userId } = await userOf(request)
    const { present, password, again } = request.body as { present: string, password: string, again: string }
    const wrong = wrongWith(password, again)
    if (wrong !== undefined) return showForm(reply, { email, ...wrong })
    const { id: accountId } = request.tenant as Tenant
    const attempt = { accountId, email, address: request.clientAddress }
    try {
      await limits.attempt(attempt, async () => {
        const parameters = await request.inTransaction('nobody', async scope => await findPasswordParameters(scope, email))
        const presentHash = await turns.take(accountId, async () => await hashLike(present, parameters))
        const hash = await turns.take(accountId, async () => await hashPassword(password))
        const isRight = await request.inTransaction('nobody', async scope => {
          const isRight = await checkPassword(scope, email, presentHash) === userId
          // All sessions end, this one with them, and a new one begins.
          if (isRight) await changePassword(scope, { userId, email }, hash)
          if (isRight) await letIn(request, reply, scope, { userId, email })
          else await refusePassword(scope, { userId, email }, request.clientAddress)
          return isRight
        })
        if (!isRight) throw new WrongPasswordError()
      }, async () => await tellOwners(request, attempt, sendMail))
    } catch (error) {
      if (error instanceof WrongPasswordError) return showForm(reply, { email, field: 'present', error: new InvalidInputError('This is not your present password.') })
      if (error instanceof TooManyAttemptsError) return showForm(reply, { email, error })
      throw error
    }
    return reply.redirectWithNotice('/sessions/', 'session', 'password')
  })
}

async function letIn (request: FastifyRequest, reply: FastifyReply, scope: TenantScope, { userId, email }: { userId: number, email: string }): Promise<void> {
  await createSession(scope, { userId, email, tokenHash: request.server.issueToken(reply), agent: request.headers['user-agent'] ?? '', address: request.clientAddress, broughtHash: request.broughtHash })
}

function linkIsOver (): NotFoundError {
  return new NotFoundError('This link was used, is too old, or is not for this account. Ask an owner of the account for a new one.')
}

/** What is wrong with the form, and with which field, if it is one. */
interface Wrong {
  field?: string
  error: AppError
}

function wrongWith (password: string, again: string): Wrong | undefined {
  if ([...password].length < shortest) return { field: 'password', error: new InvalidInputError(`A password takes at least ${shortest} characters.`) }
  return password === again ? undefined : { field: 'again', error: new InvalidInputError('The two passwords differ.') }
}

function showForm (reply: FastifyReply, { email, code, field, error }: { email: string, code?: string } & Partial<Wrong>): FastifyReply {
  return reply.code(error?.status ?? 200).headers(error?.headers ?? {}).page('password', { title: 'Choose a password', email, code, shortest, mistakes: error === undefined ? [] : [{ field, text: error.message }] })
}
