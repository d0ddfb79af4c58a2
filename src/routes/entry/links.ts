import type { FastifyRequest } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { NotFoundError, TooManyRequestsError } from '../../errors.ts'
import type { SendMail } from '../../mail.ts'
import { createEntryLink } from '../../repositories/entry-links.ts'
import { findPasswordParameters } from '../../repositories/sessions.ts'
import { hashOfSecret, newSecret } from '../../secrets.ts'
import type { Tenant } from '../../tenancy/tenant.ts'

export interface LinkOptions {
  /** Whether people come over https. */
  secure: boolean
  /** Left out where no mail is sent: then whoever makes a link hands it on. */
  sendMail: SendMail | undefined
}

/** A link is good for so long. */
const hours = 72

/** An account's owners make so many in an hour, so that nobody sends mail to the whole world through this. */
const linksOf = new RateLimiterMemory({ points: 100, duration: 60 * 60 })

/** A link by which somebody chooses a password: shown once, and kept nowhere. */
export interface ShownLink {
  link: string
  email: string
  expiresAt: Date
  /** Whether it was sent by mail. */
  isMailed: boolean
}

/** Makes a link for one of the account's people, in place of an earlier one, and sends it where mail is sent. @throws {NotFoundError} where there is nobody, or nobody active */
export async function makeLink (request: FastifyRequest, userId: number, { secure, sendMail }: LinkOptions): Promise<ShownLink> {
  const secret = newSecret()
  const maker = await request.entering
  const { id: accountId, name: account } = request.tenant as Tenant
  await linksOf.consume(accountId).catch(tooMany)
  const { email, expiresAt, isNew } = await request.inTransaction('caller', async scope => {
    const made = await createEntryLink(scope, { userId, madeBy: maker?.kind === 'user' ? maker.userId : null, tokenHash: hashOfSecret(secret), hours })
    if (made === undefined) throw new NotFoundError('There is nobody active of this id.')
    return { ...made, isNew: await findPasswordParameters(scope, made.email) === undefined }
  })
  const link = `${secure ? 'https' : request.protocol}://${request.host}/link/?code=${secret}`
  let isMailed = false
  try {
    await sendMail?.({
      kind: isNew ? 'invitation' : 'new-password',
      to: [email],
      subject: isNew ? `Your invitation to ${account}` : `A new password for ${account}`,
      text: `Choose a password here, within ${hours / 24} days:\n\n${link}\n\nThe link works once. ${isNew ? 'If you do not know what this is about, do nothing.' : 'Until then, the password that you have goes on.'}`
    })
    isMailed = sendMail !== undefined
  } catch (error) {
    request.log.warn({ err: error, tenant: request.tenant?.slug }, 'a link could not be sent')
  }
  return { link, email, expiresAt, isMailed }
}

function tooMany (refusal: unknown): never {
  throw refusal instanceof RateLimiterRes ? new TooManyRequestsError('So many links were made in this account that no more are for a while.', Math.ceil(refusal.msBeforeNext / 1000)) : refusal
}
