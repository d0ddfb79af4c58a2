import { z } from 'zod'
import { id, name, times, timestamp } from './fields.ts'

/** For how many days a token is good. */
export const tokenDays = { usual: 90, most: 366 } as const

export const tokenName = name.refine(value => [...value].length <= 100, { error: 'takes 1 to 100 characters' }).meta({ maxLength: 100, examples: ['Nightly report'] })
const access = z.enum(['read', 'write'], { error: 'takes read or write' }).describe('What it lets a program do: read everything that a viewer sees, or write what a member may as well')

export const token = z.object({
  id,
  name: tokenName,
  access,
  ending: z.string().describe('Its last letters, to know it by').meta({ examples: ['k3Jx'] }),
  made_by: z.string().describe('The address of whoever made it').meta({ examples: ['ann@example.com'] }),
  expires_at: timestamp,
  used_at: timestamp.nullable().describe('When it was used last, give or take a minute'),
  ...times
}).meta({ id: 'Token', description: 'What lets a program into the account' })

export const newToken = z.strictObject({
  name: tokenName,
  access: access.default('read'),
  expires_in_days: z.int({ error: 'takes a whole number of days' }).min(1, { error: `takes 1 to ${tokenDays.most} days` }).max(tokenDays.most, { error: `takes 1 to ${tokenDays.most} days` }).default(tokenDays.usual)
}).meta({ id: 'NewToken' })

export const shownToken = token.extend({
  secret: z.string().describe('The token itself, for `Authorization: Bearer`. It is shown this once and kept nowhere.').meta({ examples: ['rowhouse_9wV0Zr3pQm1sLk8YtUaXcBnEiGfHjDoTqRzWvSxK2yM'] })
}).meta({ id: 'ShownToken', description: 'A token that was just made' })

export const event = z.object({
  id: id.describe('Counts the account\'s events from 1'),
  at: timestamp,
  actor: z.object({
    kind: z.enum(['user', 'token', 'operator', 'nobody', 'service']).describe('`service` is whoever runs it, `nobody` somebody who was not let in'),
    id: z.int().nullable(),
    name: z.string().describe('What they were called then').meta({ examples: ['ann@example.com'] })
  }),
  action: z.string().meta({ examples: ['sign-in'] }),
  details: z.record(z.string(), z.unknown()),
  hash: z.string().describe('SHA-256 of the event and of the hash before it')
}).meta({ id: 'Event', description: 'Something that happened to the account' })

export const verification = z.object({
  is_intact: z.boolean().describe('Whether every event is as it was recorded, none is missing before the last, and the known one is among them'),
  events: z.int(),
  last_id: z.int().nullable(),
  last_hash: z.string().nullable().describe('Note it elsewhere: only so can it be told later that none was taken off the end'),
  broken_at: z.int().nullable().describe('The first event that is not as it was recorded'),
  has_known: z.boolean().nullable().describe('Whether the known event is there, where one was asked for')
}).meta({ id: 'Verification' })

export const entryLink = z.object({
  link: z.string().describe('Shown this once, and kept nowhere').meta({ examples: ['http://tenant-0.localhost:8080/link/?code=9wV0Zr3pQm1sLk8YtUaXcBnEiGfHjDoTqRzWvSxK2yM'] }),
  email: z.string().meta({ examples: ['ann@example.com'] }),
  expires_at: timestamp,
  is_mailed: z.boolean().describe('Whether it was handed to what sends mail')
}).meta({ id: 'EntryLink', description: 'What lets somebody choose a password, once' })
