export const kinds = ['projects', 'tasks', 'subtasks'] as const
export type Kind = typeof kinds[number]

/** What rows of a kind belong to, and by which field. */
export const parents: Readonly<Record<Kind, { kind: Kind, field: string } | undefined>> = {
  projects: undefined,
  tasks: { kind: 'projects', field: 'project_id' },
  subtasks: { kind: 'tasks', field: 'task_id' }
}

/** What changes of a row. */
export interface State {
  name: string
  /** Of projects, which are never done, always false. */
  isComplete: boolean
}

/** A row as the API shows it. */
export interface Shown {
  id: number
  name: string
  is_complete?: boolean
  project_id?: number
  task_id?: number
}

export interface Row {
  kind: Kind
  id: number
  parent: Row | undefined
  /** What it may be: one thing, or several while it is not known whether a change was made. */
  states: State[]
  /** Whether it is not known if it was deleted. */
  mayBeGone: boolean
}

/** What an account has, as far as one who was told of every change can know. */
export class Model {
  readonly #rows: Readonly<Record<Kind, Map<number, Row>>> = { projects: new Map(), tasks: new Map(), subtasks: new Map() }

  rowsOf (kind: Kind): Row[] {
    return [...this.#rows[kind].values()]
  }

  find (kind: Kind, id: number): Row | undefined {
    return this.#rows[kind].get(id)
  }

  add (row: Row): void {
    this.#rows[row.kind].set(row.id, row)
  }

  /** Takes a row away, and all that belongs to it. */
  remove (row: Row): void {
    for (const one of this.familyOf(row)) this.#rows[one.kind].delete(one.id)
  }

  /** A row and all that belongs to it, over any number of steps. */
  familyOf (row: Row): Row[] {
    return [row, ...kinds.flatMap(kind => this.rowsOf(kind)).filter(other => other.parent === row || other.parent?.parent === row)]
  }

  /** A change is asked for: from now on the row may be what it was, or that. */
  expect (row: Row, change: Partial<State>): void {
    const changed = row.states.map(state => ({ ...state, ...change }))
    row.states = [...row.states, ...changed.filter(state => !row.states.some(other => isSame(state, other)))]
  }

  /** The row was seen. @returns whether it may be like that */
  see (row: Row, shown: Shown): boolean {
    row.mayBeGone = false
    const state = { name: shown.name, isComplete: shown.is_complete ?? false }
    const isPossible = row.states.some(other => isSame(state, other)) && (shown.project_id ?? shown.task_id) === row.parent?.id
    if (isPossible) row.states = [state]
    return isPossible
  }
}

function isSame (one: State, other: State): boolean {
  return one.name === other.name && one.isComplete === other.isComplete
}
