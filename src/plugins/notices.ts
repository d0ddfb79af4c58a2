import type { FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'

export interface NoticesOptions {
  /** Whether people come over https: then the cookie says so, and travels over nothing else. */
  secure: boolean
}

/** Everything that a page can say has been done, by what it was done to: no other sentence is ever shown for one. */
const sentences = {
  project: {
    made: 'The project is there. What has to be done for it?',
    changed: 'The project is changed.',
    deleted: 'The project is deleted, with its tasks.'
  },
  task: {
    added: 'The task is added.',
    changed: 'The task is changed.',
    completed: 'The task is done.',
    reopened: 'The task is open again.',
    deleted: 'The task is deleted, with its subtasks.'
  },
  subtask: {
    added: 'The subtask is added.',
    changed: 'The subtask is changed.',
    completed: 'The subtask is done.',
    reopened: 'The subtask is open again.',
    deleted: 'The subtask is deleted.'
  },
  person: {
    role: 'The role is changed. Whoever has it signs in again.',
    activated: 'They may sign in again.',
    deactivated: 'They are signed out and cannot sign in. Tokens that they made go on working: revoke those that nobody answers for.',
    removed: 'They are removed. Tokens that they made go on working: revoke those that nobody answers for.'
  },
  token: { revoked: 'The token is revoked: nobody gets in with it any more.' },
  look: { ended: 'The operator does not look into this account any more.' },
  session: {
    ended: 'You are signed out there.',
    'others-ended': 'You are signed out everywhere else.',
    password: 'You have a new password, and are signed out everywhere else.'
  }
} as const

export type NoticeTopic = keyof typeof sentences
export type Deed<Topic extends NoticeTopic> = keyof typeof sentences[Topic] & string

/** What was done a moment ago, and to which row, where that can still be looked at. */
export interface PendingNotice {
  sentence: string
  id: number | undefined
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What whoever asks has just done, if it is about this, and no page has said it yet. */
    pendingNotice: (topic: NoticeTopic) => PendingNotice | undefined
  }
  interface FastifyReply {
    /** Leads on from a form, to where a page says once what was done. @param id of the row that it was done to, while there is one */
    redirectWithNotice: <Topic extends NoticeTopic>(address: string, topic: Topic, deed: Deed<Topic>, id?: number) => FastifyReply
    /** Of a page that says what was done, if it does: no other one says it again. */
    sayOnce: (notice: object | undefined) => FastifyReply
  }
}

/** A notice that is not shown by then is about something that nobody remembers. */
const seconds = 60
const form = /^([a-z]{1,20})\.([a-z-]{1,20})(?:\.([1-9]\d{0,14}))?$/

/**
 * What a form has led to is said on the next page, once. It travels in a cookie of its host alone, and not in the address: there it
 * would be said again by whoever goes back, loads the page anew or makes the address up. The cookie has the name of a sentence and
 * the id of a row, and no text: whatever somebody planted there makes no page say anything else.
 */
export const notices = plugin<NoticesOptions>(async (app, { secure }) => {
  const cookieName = secure ? '__Host-notice' : 'notice'
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const
  app.decorateRequest('pendingNotice', function (this: FastifyRequest, topic) {
    const [, about, deed = '', id] = form.exec(this.cookies[cookieName] ?? '') ?? []
    const known: Readonly<Record<string, string>> = sentences[topic]
    const sentence = about === topic && Object.hasOwn(known, deed) ? known[deed] : undefined
    return sentence === undefined ? undefined : { sentence, id: id === undefined ? undefined : Number(id) }
  })
  app.decorateReply('redirectWithNotice', function (this: FastifyReply, address, topic, deed, id) {
    return this.setCookie(cookieName, [topic, deed, ...(id === undefined ? [] : [id])].join('.'), { ...options, maxAge: seconds }).redirect(address, 303)
  })
  app.decorateReply('sayOnce', function (this: FastifyReply, notice) { return notice === undefined ? this : this.clearCookie(cookieName, options) })
}, { name: 'notices', dependencies: ['entry'], fastify: '5.x' })
