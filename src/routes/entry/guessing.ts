import type { FastifyRequest } from 'fastify'
import type { SendMail } from '../../mail.ts'
import { recordEvent } from '../../repositories/audit.ts'
import { findTakenAddresses, listOwnerAddresses } from '../../repositories/users.ts'
import { guessingMinutes, type Attempt } from './sign-in-limits.ts'

/** Many wrong passwords are somebody who guesses; owners are told, once. Whoever guesses writes none of what they read. */
export async function tellOwners (request: FastifyRequest, { email, address }: Attempt, sendMail: SendMail | undefined): Promise<void> {
  const { to, isKnown } = await request.inTransaction('nobody', async scope => {
    const isKnown = (await findTakenAddresses(scope, [email])).size > 0
    const to = await listOwnerAddresses(scope)
    await recordEvent(scope, 'sign-in.guessing', { email, address, minutes: guessingMinutes })
    return { to, isKnown }
  })
  if (sendMail === undefined || to.length === 0) return
  // Whoever guesses does not wait for it.
  sendMail({
    kind: 'guessing',
    to,
    subject: `Passwords are being guessed in ${request.tenant?.name ?? ''}`,
    text: `In the last ${guessingMinutes} minutes many wrong passwords were sent to the account ${request.tenant?.slug ?? ''}, the last one for ${isKnown ? email : 'an address that nobody there has'} from ${address}. Further ones are refused for a while. The account's record has them all.`
  }).catch((error: unknown) => { request.log.warn({ err: error, tenant: request.tenant?.slug }, 'owners could not be told of guessed passwords') })
}
