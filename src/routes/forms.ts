import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { CrossSiteRequestError } from '../errors.ts'
import { isCrossSite } from '../plugins/cross-site.ts'
import { assertFormToken } from '../plugins/entry.ts'
import type { Mistake, WithForm } from '../plugins/page-data.ts'
import { parseForm, prepareForm } from './form-body.ts'

/**
 * Takes forms, of this host's own pages alone: each carries the token of its account and session, and none can be forgotten. A route
 * whose form may be long has a limit of its own.
 */
export async function takeForms (app: FastifyInstance): Promise<void> {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer', bodyLimit }, async (request: FastifyRequest, body: Buffer) => {
    prepareForm(body)
    // What escapes stand for takes many times as long to find as JSON does.
    if (body.length > bodyLimit) await request.beginLargeBody(body.length)
    return parseForm(body)
  })
  app.addHook('onRequest', async request => {
    if (request.method === 'POST' && isCrossSite(request)) throw new CrossSiteRequestError()
  })
  app.addHook('preValidation', async request => {
    if (request.method !== 'POST' || request.routeOptions.config.checksFormToken === true) return
    const { form_token: sent } = (request.body ?? {}) as { form_token?: unknown }
    assertFormToken(request, typeof sent === 'string' ? sent : '')
  })
}

/** A form is no more than this, unless its route says otherwise. */
export const bodyLimit = 16 * 1024

/** Pages that stand in no document of the API. */
export const hidden = { hide: true }

/** What the address of a page with a list may say. */
export const listPart = z.object({ cursor: z.string().max(4000).optional() })

/** Of a page on which nothing is wrong with any form. */
export const noMistakes = { typed: {}, unconfirmed: undefined, mistakes: [] } satisfies Omit<WithForm, 'notice'>

/** What is wrong with a form, in the words of its fields: of each the first mistake, in their order. */
export function mistakesIn ({ validationError }: FastifyRequest, labels: Readonly<Record<string, string>>): Mistake[] {
  const mistakes = new Map<string, Mistake>()
  for (const { instancePath, message } of (validationError?.validation ?? []) as unknown as Array<{ instancePath: string, message: string }>) {
    const name = instancePath.split('/')[1] ?? ''
    const label = Object.hasOwn(labels, name) ? labels[name] : undefined
    if (!mistakes.has(name)) mistakes.set(name, { field: label === undefined ? undefined : name, text: `${label ?? name}: ${message}.` })
  }
  return [...mistakes.values()]
}

/**
 * What is wrong with a form that removes something for good, where it does not say that this is meant: nothing brings it back. No
 * browser sends it so.
 */
export function unconfirmed ({ body }: FastifyRequest): Mistake | undefined {
  const { sure } = (body ?? {}) as { sure?: unknown }
  return sure === 'yes' ? undefined : { field: 'sure', text: 'Nothing is removed yet: tick this first.' }
}

/** What somebody typed into a form, whatever it was. @param most characters of each field that are kept */
export function typedIn ({ body }: FastifyRequest, most = 2000): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {}
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, most) : '']))
}
