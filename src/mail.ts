/** What somebody is to be told by mail. */
export interface Mail {
  kind: 'invitation' | 'new-password' | 'guessing'
  to: string[]
  subject: string
  text: string
}

/** Hands a mail to whatever sends it. Throws where that does not take it. */
export type SendMail = (mail: Mail) => Promise<void>

const timeoutMs = 5000

/** Sends mail by posting it, as JSON, to a program that knows how to: `{ "kind", "to", "subject", "text" }`. Whatever it answers but 2xx is a refusal. */
export function mailHook (url: string): SendMail {
  return async ({ subject, ...mail }) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // Names that people gave stand in it: a header is one line.
      body: JSON.stringify({ ...mail, subject: subject.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ') }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs)
    })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`the mail hook answered ${response.status}`)
  }
}
