import type pg from 'pg'
import type { LoadSteps } from './bulk.ts'
import { copyRows } from './copy.ts'
import type { TestData } from './generator.ts'
import { columns, tableNames, type Row, type TableName } from './tables.ts'

/** Bounds what the server keeps for the foreign keys of one statement, and the temporary table. */
const batchSize = 25_000

/**
 * How staged rows become rows. A staged row's ids are ordinals, 1, 2, 3 …; the ids that last are drawn one by one
 * from the sequence, like those of everyone else who inserts at the same time, and no lock is needed.
 */
const steps: Readonly<Record<TableName, readonly string[]>> = {
  account: [
    "insert into new_account (ordinal, id) select id, nextval('account_id_seq') from staged_account",
    `insert into account (id, slug, name) overriding system value
     select new_account.id, staged.slug, staged.name
     from staged_account as staged join new_account on new_account.ordinal = staged.id`
  ],
  app_user: [
    `insert into app_user (account_id, email, first_name, last_name, is_active, joined_at, password_hash, role)
     select new_account.id, staged.email, staged.first_name, staged.last_name, staged.is_active, staged.joined_at, staged.password_hash, staged.role
     from staged_app_user as staged join new_account on new_account.ordinal = staged.account_id`
  ],
  project: [
    "insert into new_project (ordinal, id) select id, nextval('project_id_seq') from staged_project",
    `insert into project (account_id, id, name, details) overriding system value
     select new_account.id, new_project.id, staged.name, staged.details
     from staged_project as staged
     join new_account on new_account.ordinal = staged.account_id
     join new_project on new_project.ordinal = staged.id`
  ],
  task: [
    "insert into new_task (ordinal, id) select id, nextval('task_id_seq') from staged_task",
    `insert into task (account_id, id, project_id, name, is_complete, details) overriding system value
     select new_account.id, new_task.id, new_project.id, staged.name, staged.is_complete, staged.details
     from staged_task as staged
     join new_account on new_account.ordinal = staged.account_id
     join new_project on new_project.ordinal = staged.project_id
     join new_task on new_task.ordinal = staged.id`
  ],
  subtask: [
    `insert into subtask (account_id, task_id, name, is_complete, details)
     select new_account.id, new_task.id, staged.name, staged.is_complete, staged.details
     from staged_subtask as staged
     join new_account on new_account.ordinal = staged.account_id
     join new_task on new_task.ordinal = staged.task_id`
  ]
}

/** Tables whose rows others refer to. */
const parents = ['account', 'project', 'task'] as const

/**
 * Adds accounts to those that are there, in the transaction of its caller. Changes no definition and keeps nobody
 * waiting: readers and writers of other accounts go on.
 *
 * @param client the loader role, in a transaction
 */
export async function loadBeside (client: pg.Client, data: TestData, { signal, onProgress }: LoadSteps): Promise<void> {
  for (const name of parents) await client.query(`create temporary table new_${name} (ordinal bigint primary key, id bigint not null) on commit drop`)
  let done = 0
  for (const name of tableNames) {
    await client.query(`create temporary table staged_${name} on commit drop as select ${columns[name].join(', ')} from ${name} with no data`)
    const rows = data.rows(name)
    for (let batch = take(rows, batchSize); done < data.total; batch = take(rows, batchSize)) {
      const copied = await copyRows(client, `copy staged_${name} from stdin`, batch, { signal })
      if (copied === 0) break
      for (const statement of steps[name]) await client.query(statement)
      await client.query(`truncate staged_${name}`)
      done += copied
      onProgress?.({ phase: 'loading', done, total: data.total, subject: name })
    }
    if (name !== 'app_user' && name !== 'subtask') await client.query(`analyze new_${name}`)
  }
}

/** The next rows of an iterator, which it leaves open for more. */
function * take (rows: Iterator<Row>, count: number): Generator<Row> {
  for (let taken = 0; taken < count; taken++) {
    const next = rows.next()
    if (next.done === true) return
    yield next.value
  }
}
