import { z } from 'zod'
import { details, email, id, name, personName, reason, slug, times, timestamp } from './fields.ts'

const detailsText = details.meta({ description: 'Anything that is to be said of it', examples: ['Both sides, in colour.'] })
const isComplete = z.boolean({ error: 'takes true or false' }).describe('Whether it is done')

export const account = z.object({
  id,
  slug: z.string().describe('The first part of its host name').meta({ examples: ['tenant-0'] }),
  name: name.meta({ examples: ['Miller and Sons'] }),
  status: z.enum(['active', 'suspended']),
  ...times
}).meta({ id: 'Account', description: 'The account of this host name' })

export const user = z.object({
  id,
  email: email.meta({ examples: ['ann@example.com'], description: 'Belongs to one person of the account, in any letter case' }),
  first_name: personName.meta({ examples: ['Ann'] }),
  last_name: personName.meta({ examples: ['Miller'] }),
  is_active: z.boolean({ error: 'takes true or false' }),
  role: z.enum(['owner', 'member', 'viewer'], { error: 'takes owner, member or viewer' }).meta({ description: 'An owner manages people, too, a member works, a viewer looks' }),
  ...times
}).meta({ id: 'User', description: 'Somebody who works in the account' })

export const project = z.object({
  id,
  name: name.meta({ examples: ['Spring catalogue'] }),
  details: detailsText,
  ...times
}).meta({ id: 'Project', description: 'What tasks belong to' })

export const task = z.object({
  id,
  project_id: id.describe('The project that it belongs to'),
  name: name.meta({ examples: ['Photographs'] }),
  is_complete: isComplete,
  details: detailsText,
  ...times
}).meta({ id: 'Task', description: 'A piece of work' })

export const subtask = z.object({
  id,
  task_id: id.describe('The task that it belongs to'),
  name: name.meta({ examples: ['Order paper'] }),
  is_complete: isComplete,
  details: detailsText,
  ...times
}).meta({ id: 'Subtask', description: 'A step of a task' })

const fallbacks = { details: detailsText.default(''), is_complete: isComplete.default(false) }

export const newUser = z.strictObject({
  email: user.shape.email,
  first_name: user.shape.first_name.default(''),
  last_name: user.shape.last_name.default(''),
  is_active: user.shape.is_active.default(true),
  role: user.shape.role.default('member')
}).meta({ id: 'NewUser' })
export const newProject = z.strictObject({ name: project.shape.name, details: fallbacks.details }).meta({ id: 'NewProject' })
export const newTask = z.strictObject({ project_id: task.shape.project_id, name: task.shape.name, ...fallbacks }).meta({ id: 'NewTask' })
export const newSubtask = z.strictObject({ task_id: subtask.shape.task_id, name: subtask.shape.name, ...fallbacks }).meta({ id: 'NewSubtask' })

/** Of a row that is there, what is given changes; the rest stays. */
export const userChange = z.strictObject({ email: user.shape.email, first_name: user.shape.first_name, last_name: user.shape.last_name, is_active: user.shape.is_active, role: user.shape.role }).partial().meta({ id: 'UserChange' })
export const projectChange = z.strictObject({ name: project.shape.name, details: detailsText }).partial().meta({ id: 'ProjectChange' })
export const taskChange = z.strictObject({ project_id: task.shape.project_id, name: task.shape.name, is_complete: isComplete, details: detailsText }).partial().meta({ id: 'TaskChange' })
export const subtaskChange = z.strictObject({ task_id: subtask.shape.task_id, name: subtask.shape.name, is_complete: isComplete, details: detailsText }).partial().meta({ id: 'SubtaskChange' })

export const knownAccount = z.object({
  id,
  slug,
  name: account.shape.name,
  status: z.enum(['active', 'suspended', 'deleted']),
  status_reason: z.string().nullable().describe('Why it is suspended, or deleted'),
  status_since: timestamp,
  has_own_database: z.boolean().describe('Whether it has a database of its own'),
  ...times
}).meta({ id: 'KnownAccount', description: 'An account, as the catalogue knows it' })
export const newAccount = z.strictObject({ slug, name: account.shape.name }).meta({ id: 'NewAccount' })
export const accountChange = z.strictObject({
  slug: slug.optional(),
  name: account.shape.name.optional(),
  redirect_hours: z.int({ error: 'takes a whole number of hours' }).min(0, { error: 'takes 0 to 8760 hours' }).max(8760, { error: 'takes 0 to 8760 hours' }).default(24).describe('How long the old slug leads to the new one')
}).meta({ id: 'AccountChange' })
export const ownAccountChange = z.strictObject({ name: account.shape.name }).partial().meta({ id: 'OwnAccountChange' })
export const suspension = z.strictObject({ reason: reason.optional().describe('What its people are told') }).meta({ id: 'Suspension' })

/** What a list over all accounts leaves out, so that nobody takes it for the whole. */
export const notIncluded = z.object({
  count: z.int().min(0).describe('Accounts with databases of their own, which no such list reads'),
  slugs: z.array(z.string()).describe('The first of them')
}).meta({ id: 'NotIncluded' })

const owner = { account: z.object({ id, slug: z.string(), name: z.string() }).describe('Whose it is') }
export const userOfAccount = user.extend(owner).meta({ id: 'UserOfAccount', description: 'Somebody who works in an account' })
export const projectOfAccount = project.extend(owner).meta({ id: 'ProjectOfAccount', description: 'A project, and whose it is' })
export const taskOfAccount = task.extend(owner).meta({ id: 'TaskOfAccount', description: 'A task, and whose it is' })
export const subtaskOfAccount = subtask.extend(owner).meta({ id: 'SubtaskOfAccount', description: 'A subtask, and whose it is' })

export const valueError = z.object({
  detail: z.string().describe('What it takes'),
  pointer: z.string().optional().describe('Where in the body it stands: a JSON pointer'),
  parameter: z.string().optional(),
  header: z.string().optional()
})

export const problem = z.object({
  type: z.string().describe('The address of the page about problems of this kind').meta({ examples: ['/problems/not-found'] }),
  title: z.string().meta({ examples: ['Not found'] }),
  status: z.int().meta({ examples: [404] }),
  detail: z.string().describe('What is wrong this time').meta({ examples: ['There is nothing at this address.'] }),
  errors: z.array(valueError).optional().describe('Each value that cannot be taken'),
  requestId: z.string().optional().describe('Under which a mistake of ours is logged')
}).meta({ id: 'Problem', description: 'What went wrong (RFC 9457)' })
