import type { OperatorScope } from '../tenancy/scope.ts'
import type { Total } from './page.ts'

/** How many rows of a kind an account has, up to a bound; how many of them are done is not known beyond it. */
export interface DoneOfAll {
  all: Total
  done: number | undefined
}

export interface AccountCounts {
  users: Total
  projects: Total
  tasks: DoneOfAll
  subtasks: DoneOfAll
}

interface Counted {
  id: number
  users: number
  projects: number
  tasks: number
  tasksDone: number
  subtasks: number
  subtasksDone: number
}

/**
 * What accounts have, of those that share the schema. 100,000 rows are counted in some 20 ms, in an index alone. Whether they are done
 * stands in none, so that takes several times as long, and is not looked at where there are more.
 *
 * @param most rows of one kind that are counted of one account
 */
export async function countRowsOfAccounts ({ sql }: OperatorScope, accountIds: readonly number[], most: number): Promise<Map<number, AccountCounts>> {
  const rows = await sql<Omit<Counted, 'tasksDone' | 'subtasksDone'> & { tasksDone: number | null, subtasksDone: number | null }>`
    select account.id, users.found as users, projects.found as projects, tasks.found as tasks, subtasks.found as subtasks,
      case when tasks.found <= ${most}::bigint then (select count(*) from task where account_id = account.id and is_complete) end as "tasksDone",
      case when subtasks.found <= ${most}::bigint then (select count(*) from subtask where account_id = account.id and is_complete) end as "subtasksDone"
    from account
    cross join lateral (
      select count(*) as found from (select from app_user where account_id = account.id limit ${most + 1}) as bounded) as users
    cross join lateral (
      select count(*) as found from (select from project where account_id = account.id limit ${most + 1}) as bounded) as projects
    cross join lateral (
      select count(*) as found from (select from task where account_id = account.id limit ${most + 1}) as bounded) as tasks
    cross join lateral (
      select count(*) as found from (select from subtask where account_id = account.id limit ${most + 1}) as bounded) as subtasks
    where account.id = any (${accountIds}::bigint[]) and account.database is null`
  const bounded = (rows: number): Total => rows > most ? { rows: most, precision: 'at least' } : { rows, precision: 'exact' }
  const doneOf = (rows: number, done: number | null): DoneOfAll => ({ all: bounded(rows), done: done ?? undefined })
  return new Map(rows.map(({ id, users, projects, tasks, tasksDone, subtasks, subtasksDone }) => [id, {
    users: bounded(users), projects: bounded(projects), tasks: doneOf(tasks, tasksDone), subtasks: doneOf(subtasks, subtasksDone)
  }]))
}

/** What is counted of an account whose rows are all looked at. */
export interface RowsOfAccount extends Omit<Counted, 'id'> {
  slug: string
  name: string
  status: string
}

/** What all accounts that share the schema have. */
export interface RowsOfAllAccounts extends Omit<Counted, 'id'> {
  accounts: number
  /** How many accounts have how many rows, of all kinds together; the most rows first. */
  sizes: Array<{ rows: number, accounts: number }>
  /** Those with the most subtasks, the largest first. */
  largest: RowsOfAccount[]
}

const largestListed = 10

/**
 * Counts every row of every account that shares the schema: some 0.3 s for a million of them. What an account has left behind that
 * moved to a database of its own is out of date, and not counted.
 */
export async function countRowsOfAllAccounts ({ sql }: OperatorScope): Promise<RowsOfAllAccounts> {
  const [counted] = await sql<RowsOfAllAccounts>`
    with counted as (
      select account.slug, account.name, account.status, coalesce(users.found, 0) as users, coalesce(projects.found, 0) as projects,
        coalesce(tasks.found, 0) as tasks, coalesce(tasks.done, 0) as tasks_done,
        coalesce(subtasks.found, 0) as subtasks, coalesce(subtasks.done, 0) as subtasks_done
      from account
      left join (select account_id, count(*) as found from app_user group by account_id) as users on users.account_id = account.id
      left join (select account_id, count(*) as found from project group by account_id) as projects on projects.account_id = account.id
      left join (
        select account_id, count(*) as found, count(*) filter (where is_complete) as done from task group by account_id
      ) as tasks on tasks.account_id = account.id
      left join (
        select account_id, count(*) as found, count(*) filter (where is_complete) as done from subtask group by account_id
      ) as subtasks on subtasks.account_id = account.id
      where account.status <> 'creating' and account.database is null
    )
    select count(*) as accounts, coalesce(sum(users), 0)::bigint as users, coalesce(sum(projects), 0)::bigint as projects,
      coalesce(sum(tasks), 0)::bigint as tasks, coalesce(sum(tasks_done), 0)::bigint as "tasksDone",
      coalesce(sum(subtasks), 0)::bigint as subtasks, coalesce(sum(subtasks_done), 0)::bigint as "subtasksDone",
      (select coalesce(jsonb_agg(jsonb_build_object('rows', rows, 'accounts', accounts) order by rows desc), '[]') from (
        select users + projects + tasks + subtasks as rows, count(*) as accounts from counted group by users + projects + tasks + subtasks
      ) as of_one_size) as sizes,
      (select coalesce(jsonb_agg(jsonb_build_object('slug', slug, 'name', name, 'status', status, 'users', users, 'projects', projects,
        'tasks', tasks, 'tasksDone', tasks_done, 'subtasks', subtasks, 'subtasksDone', subtasks_done) order by subtasks desc, slug), '[]') from (
        select slug, name, status, users, projects, tasks, tasks_done, subtasks, subtasks_done
        from counted order by subtasks desc, slug limit ${largestListed}
      ) as largest_ones) as largest
    from counted`
  if (counted === undefined) throw new Error('a count over all rows has one row')
  return counted
}
