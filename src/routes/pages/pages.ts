import { answeringOtherMethods } from '../../plugins/methods.ts'
import type { CursorSealer } from '../api/cursor.ts'
import { hidden, takeForms } from '../forms.ts'
import { withoutSlash } from '../without-slash.ts'
import { projectPages } from './projects.ts'
import { idInPath, reading } from './rows.ts'
import { subtaskPages } from './subtasks.ts'
import { taskPages } from './tasks.ts'

/** The pages on which people see and change what is in their account: a list has its plural for an address, one of it the singular. */
export function workPages ({ cursors }: { cursors: CursorSealer }): ReturnType<typeof answeringOtherMethods> {
  return answeringOtherMethods(async app => {
    await takeForms(app)
    projectPages(app, cursors)
    taskPages(app, cursors)
    subtaskPages(app)
    const redirect = { ...reading, config: { ...reading.config, transaction: false } }
    withoutSlash(app, ['/projects'], { ...redirect, schema: hidden })
    withoutSlash(app, ['/project/:id', '/task/:id', '/subtask/:id'], { ...redirect, schema: { ...hidden, params: idInPath } })
  })
}
