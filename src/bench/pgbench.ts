import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatUrl } from '../database/settings.ts'
import type { BenchDatabase } from './bench-database.ts'
import { poolSettings } from './bench-strategy.ts'
import { runProgram } from '../programs.ts'
import { forPgbench, type RecordedStatement } from './recorded-statements.ts'

export const pgbenchName = 'pgbench -M prepared with the same statements'

/** A tenant's reading transaction, as PostgreSQL's own load generator sends it. */
export interface Pgbench {
  /** @returns transactions a second; undefined where there is no pgbench */
  run: (seconds: number) => Promise<number | undefined>
  close: () => Promise<void>
}

/** @param accounts how many take turns: those with the ids from 1 on */
export async function openPgbench (database: BenchDatabase, accounts: number, statements: readonly RecordedStatement[]): Promise<Pgbench> {
  const folder = await mkdtemp(join(tmpdir(), 'rowhouse-bench-'))
  const { password = '', ...login } = database.login('tenant')
  const file = join(folder, 'transaction.sql')
  await writeFile(file, [
    `\\set account random(1, ${accounts})`, 'begin isolation level repeatable read read only;', 'select set_account(:account);',
    ...statements.map(statement => `${forPgbench(statement, 'account')};`), 'commit;', ''
  ].join('\n'))
  // Not on the command line, where everyone on this machine can read it.
  const passwords = join(folder, 'pgpass')
  await writeFile(passwords, `*:*:*:*:${password.replace(/[\\:]/g, '\\$&')}\n`, { mode: 0o600 })
  const url = new URL(formatUrl(login))
  url.searchParams.set('passfile', passwords)
  return {
    run: async seconds => {
      const output = await runProgram('pgbench', ['-n', '-M', 'prepared', '-c', String(poolSettings().size), '-T', String(Math.max(1, Math.round(seconds))), '-f', file, url.href])
      return output === undefined ? undefined : Number(/tps = ([\d.]+)/.exec(output)?.[1])
    },
    close: async () => { await rm(folder, { recursive: true, force: true }) }
  }
}
