import { quote, type Interceptor, type ProbedTable } from './attempts.ts'
import type { Query } from './check.ts'
import { ExplainedError } from '../explained-error.ts'

/** The one transaction in which everything is tried: who is at work in it, and how to take back what was done. */
export class ProbeTransaction {
  readonly query: Query
  readonly #operatorRoles: readonly string[]

  constructor (query: Query, operatorRoles: readonly string[]) {
    this.query = query
    this.#operatorRoles = operatorRoles
  }

  async isSuperuser (): Promise<boolean> {
    const [me] = await this.query<{ isSuperuser: boolean }>('select rolsuper as "isSuperuser" from pg_roles where rolname = current_user')
    return me?.isSuperuser === true
  }

  /** Whether it may be a replica's session, in which no key is asked, and hardly a trigger. */
  async mayBeReplica (): Promise<boolean> {
    const [may] = await this.query<{ set: boolean }>("select has_parameter_privilege('session_replication_role', 'set') as set")
    return may?.set === true
  }

  /** Has no key asked until what is done is taken back, and only such triggers and rules as are meant for that. */
  async beReplica (): Promise<void> {
    await this.query('set local session_replication_role = replica')
  }

  /** Switches off what its owner, whom the login has to be, can switch off. */
  async switchOff (interceptors: readonly Interceptor[]): Promise<void> {
    for (const { kind, name, relation } of interceptors) await this.query(`alter table ${relation} disable ${kind} ${quote(name)}`)
  }

  /** Runs work, and takes back all that it did. */
  async undone<T> (work: () => Promise<T>): Promise<T> {
    await this.query('savepoint probe')
    try {
      return await work()
    } finally {
      await this.query('rollback to savepoint probe; release savepoint probe; reset role')
    }
  }

  /** @throws {ExplainedError} where the connection may not */
  async become (role: string): Promise<void> {
    try {
      await this.query(`set local role ${quote(role)}`)
    } catch (error) {
      throw new ExplainedError(`this login may not become ${role}: ${(error as Error).message}; connect as a superuser, or as a member of both roles`, { cause: error })
    }
  }

  /** Becomes somebody who sees all tenants. @throws {ExplainedError} where nobody does */
  async see (): Promise<void> {
    const [me] = await this.query<{ passes: boolean }>('select rolsuper or rolbypassrls as passes from pg_roles where rolname = current_user')
    if (me?.passes === true) return
    const [operator] = this.#operatorRoles
    if (operator === undefined) throw new ExplainedError('nobody here sees two tenants: connect as a superuser, or name a role that sees all with --operator-role', { exitCode: 2 })
    await this.become(operator)
  }

  /** Whoever sees all tenants need not see every table. */
  async maySee ({ name, key }: Pick<ProbedTable, 'name' | 'key'>): Promise<boolean> {
    const [asked] = await this.query<{ may: boolean }>("select has_column_privilege($1::regclass, $2, 'select') as may", [name, key])
    return asked?.may === true
  }
}
