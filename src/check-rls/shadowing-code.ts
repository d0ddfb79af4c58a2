import type { Query } from './check.ts'
import { ExplainedError } from '../explained-error.ts'

/**
 * Of what did not come with the server, all that PostgreSQL may choose for what a statement of the check says, with nothing but
 * pg_catalog in the search_path: operators and overloads of functions that somebody has put there, and casts and operator classes of types
 * that came with it, which no search_path keeps out. What is in C only a superuser can have made, and it is no code of the database:
 * extensions may have it there. By their numbers, 16384 is the first object of the database's own, 11 pg_catalog and 13 the language C.
 *
 * Every operator in this statement is one of the two types that stand beside it, so that no other can be chosen for it, and no function
 * is called: it is asked before anything else is.
 */
const shadowingCode = `
  select 'operator' as kind, operator.oid::regoperator as operator, null::regtype as source, null::regtype as target, function.oid::regprocedure as function
  from pg_catalog.pg_operator as operator join pg_catalog.pg_proc as function on function.oid = operator.oprcode::oid
  where operator.oid >= '16384'::oid and operator.oprnamespace = '11'::oid and function.prolang <> '13'::oid
  union all
  select 'function', null::regoperator, null::regtype, null::regtype, function.oid::regprocedure
  from pg_catalog.pg_proc as function
  where function.oid >= '16384'::oid and function.pronamespace = '11'::oid and function.prolang <> '13'::oid
    and exists (select from pg_catalog.pg_proc as own where own.proname = function.proname and own.pronamespace = '11'::oid and own.oid < '16384'::oid)
  union all
  select 'cast', null::regoperator, pg_cast.castsource::regtype, pg_cast.casttarget::regtype, function.oid::regprocedure
  from pg_catalog.pg_cast join pg_catalog.pg_proc as function on function.oid = pg_cast.castfunc
  where pg_cast.oid >= '16384'::oid and pg_cast.castsource < '16384'::oid and pg_cast.casttarget < '16384'::oid
    and function.oid >= '16384'::oid and function.prolang <> '13'::oid
  union all
  select 'operator class', null::regoperator, class.opcintype::regtype, null::regtype, function.oid::regprocedure
  from pg_catalog.pg_opclass as class join pg_catalog.pg_amproc as part on part.amprocfamily = class.opcfamily join pg_catalog.pg_proc as function on function.oid = part.amproc::oid
  where part.oid >= '16384'::oid and class.opcintype < '16384'::oid and class.opcdefault and function.oid >= '16384'::oid and function.prolang <> '13'::oid
  union all
  select 'operator class', null::regoperator, class.opcintype::regtype, null::regtype, function.oid::regprocedure
  from pg_catalog.pg_opclass as class join pg_catalog.pg_amop as part on part.amopfamily = class.opcfamily
  join pg_catalog.pg_operator as operator on operator.oid = part.amopopr join pg_catalog.pg_proc as function on function.oid = operator.oprcode::oid
  where part.oid >= '16384'::oid and class.opcintype < '16384'::oid and class.opcdefault and function.oid >= '16384'::oid and function.prolang <> '13'::oid`

/**
 * Asserts that what the check is about to ask is answered by PostgreSQL alone: nothing of the database that is looked at is to run with the
 * rights of whoever looks.
 *
 * @param query with nothing but pg_catalog in the search_path
 * @throws {ExplainedError} where something of the database may be run instead
 */
export async function assertNothingShadows (query: Query): Promise<void> {
  const found = await query<{ kind: string, operator: string | null, source: string | null, target: string | null, function: string }>(shadowingCode)
  if (found.length === 0) return
  const names = found.map(({ kind, operator, source, target, function: routine }) => {
    if (operator !== null) return `the operator pg_catalog.${operator}, which calls ${routine}`
    if (source === null) return `the function pg_catalog.${routine}`
    return `the ${kind} of ${source}${target === null ? '' : ` as ${target}`}, which calls ${routine}`
  })
  const several = [...new Set(names)].sort()
  const told = [...several.slice(0, 5), ...several.length > 5 ? [`${several.length - 5} more`] : []].join('; ')
  throw new ExplainedError(`the database has code of its own where PostgreSQL looks for what came with it, and this check would run it with the rights of its login: ${told}. Nothing was looked at; drop it, or move it to a schema of its own, and ask again`)
}
