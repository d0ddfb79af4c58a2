import { answeringOtherMethods } from '../../plugins/methods.ts'
import type { CursorSealer } from '../api/cursor.ts'
import { hidden, takeForms } from '../forms.ts'
import { withoutSlash } from '../without-slash.ts'
import { projectPages } from './projects.ts'
import { idInPath, idOf, reading } from './rows.ts'
import { subtaskPages } from './subtasks.ts'
import { taskPages } from './tasks.ts'

/** What the pages of rows have forms for, beside their names and details. */
const formsOf = { project: ['tasks', 'delete'], task: ['subtasks', 'complete', 'reopen', 'delete'], subtask: ['complete', 'reopen', 'delete'] } as const

/** The pages on which people see and change what is in their account: a list has its plural for an address, one of it the singular. */
export function workPages ({ cursors }: { cursors: CursorSealer }): ReturnType<typeof answeringOtherMethods> {
  return answeringOtherMethods(async app => {
    const redirect = { ...reading, config: { ...reading.config, transaction: false } }
    await takeForms(app)
    projectPages(app, cursors)
    taskPages(app, cursors)
    subtaskPages(app, cursors)
    // A form is sent to an address of its own: whoever loads it anew, or signs in to come back to it, is led to the page that has the form.
    for (const [kind, forms] of Object.entries(formsOf)) {
      for (const form of forms) app.get(`/${kind}/:id/${form}/`, { ...redirect, schema: { ...hidden, params: idInPath } }, async (request, reply) => reply.redirect(`/${kind}/${idOf(request)}/`, 303))
    }
    withoutSlash(app, ['/projects'], { ...redirect, schema: hidden })
    withoutSlash(app, ['/project/:id', '/task/:id', '/subtask/:id'], { ...redirect, schema: { ...hidden, params: idInPath } })
  })
}
