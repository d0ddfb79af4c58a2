import { overAllRows } from './mends.ts'
import type { Rule } from '../rule.ts'

/** The lines of a part of the manifest, to be joined by what is equal: whatever asks for each thing whether the manifest has it reads all of it for each. */
const linesOf = (part: string): string => `(select jsonb_array_elements_text(manifest -> '${part}') as line from given)`
const functionNames = "(select jsonb_object_keys(manifest -> 'functions') as name from given)"

/** A table of a manifest with its schema, which is written there unless it is the first. */
const named = (listed: string): string => `case when ${listed} ~ '^(?:[^".]|"(?:[^"]|"")*")*[.]' then ${listed} else format('%s.%s', schema_name, ${listed}) end`
/** What stands before a colon that is not within quotes. */
const untilColon = '(?:[^":]|"(?:[^"]|"")*")*'
const tableOfLine = named("split_part(listed.line, ': ', 1)")
/** The tables of a foreign key, as its line has them. */
const foreignKeyTables = `select pg_class.oid from pg_class where relkind in ('r', 'p') and pg_class.oid::regclass::text in (${tableOfLine}, substring(listed.line from ' REFERENCES ((?:[^"(]|"(?:[^"]|"")*")+)\\('))`

/** What was there when all was well. Without a manifest, these find nothing. */
export const manifestRules: readonly Rule[] = [
  {
    id: 'manifest-table',
    severity: 'error',
    title: 'A table that is gone',
    gain: 'Nothing by itself: but somebody has changed the schema by hand.',
    explanation: 'The manifest lists it. Write the manifest anew with --write-manifest after a migration that is meant.',
    query: `
      select ${named('listed.line')} as object, 'is in the manifest and not in the database' as detail, 'run the migrations again' as mend
      from given, ${linesOf('tables')} as listed where not exists (select from any_table where any_table.listed_name = listed.line)`
  },
  {
    id: 'manifest-foreign-key',
    severity: 'error',
    title: 'A foreign key that is gone',
    gain: 'References to rows of other tenants, or to rows that are no more.',
    explanation: 'No rule can tell that a key is missing where none has to be; the manifest can.',
    query: `
      select split_part(listed.line, ': ', 1) as object, 'is without ' || substr(listed.line, position(': ' in listed.line) + 2) as detail,
        ${overAllRows(`format('alter table %s add %s;', ${tableOfLine}, substr(listed.line, position(': ' in listed.line) + 2))`, foreignKeyTables)} as mend
      from given, ${linesOf('foreignKeys')} as listed where not exists (select from key_line where kind = 'f' and key_line.line = listed.line)`
  },
  {
    id: 'manifest-unique-key',
    severity: 'error',
    title: 'A unique key that is gone',
    gain: 'Two rows where there was one: a second person of the same address, a second account of the same name.',
    explanation: 'The manifest lists it.',
    query: `
      select split_part(listed.line, ': ', 1) as object, 'is without ' || substr(listed.line, position(': ' in listed.line) + 2) as detail,
        case when listed.line like '%: CREATE %' then substr(listed.line, position(': ' in listed.line) + 2) || ';' else format('alter table %s add %s;', ${tableOfLine}, substr(listed.line, position(': ' in listed.line) + 2)) end as mend
      from given, ${linesOf('uniqueKeys')} as listed where not exists (select from key_line where kind in ('p', 'u', 'x') and key_line.line = listed.line)`
  },
  {
    id: 'manifest-check',
    severity: 'warning',
    title: 'A check that is gone',
    gain: 'Values that the application does not expect: a status that means nothing, a name that no host can have.',
    explanation: 'The manifest lists it.',
    query: `
      select split_part(listed.line, ': ', 1) as object, 'is without ' || substr(listed.line, position(': ' in listed.line) + 2) as detail,
        format('alter table %s add %s;', ${tableOfLine}, substr(listed.line, position(': ' in listed.line) + 2)) as mend
      from given, ${linesOf('checks')} as listed where not exists (select from key_line where kind = 'c' and key_line.line = listed.line)`
  },
  {
    id: 'manifest-policy',
    severity: 'error',
    title: 'A policy that is gone, or is not what it was',
    gain: 'A restrictive policy that is gone lets through what it kept back; a permissive one that is for more roles shows more.',
    explanation: 'The manifest lists each policy with its command, its roles, its expressions and the signatures of the functions that it calls: those of roles that serve no request as well.',
    query: `
      select split_part(listed.line, ': ', 1) as object, 'is not there as ' || substr(listed.line, position(': ' in listed.line) + 2) as detail, 'create policy <as it was>;' as mend
      from given, ${linesOf('policies')} as listed where not exists (select from policy_line where policy_line.line = listed.line)`
  },
  {
    id: 'manifest-function',
    severity: 'error',
    title: 'A function that is not what it was',
    gain: 'Whatever it does now: the text of a policy stays the same while the function that it calls says something else.',
    explanation: 'The manifest has a hash of each function of the schemas and of what those and policies call elsewhere: of its body, its owner, how it runs, what it takes and gives, and which functions it calls. A function that runs as its owner lends its rights to those that it calls, too.',
    query: `
      select listed.key as object, case when function_hash.name is null then 'is gone, or nobody may call it' else 'is not what it was when the manifest was written' end as detail, 'create or replace function <as it was>;' as mend
      from given, jsonb_each(manifest -> 'functions') as listed left join function_hash on function_hash.name = listed.key
      where not coalesce(listed.value @> to_jsonb(function_hash.hash), false)`
  },
  {
    id: 'manifest-owner',
    severity: 'error',
    title: 'Something that belongs to another role than it did',
    gain: 'Whatever the new owner likes: row-level security is its to switch off, and the schema its to fill.',
    explanation: 'The manifest lists who owns each table, their schema and the schemas of functions that policies call. One that was written before it listed owners is held to the rest.',
    query: `
      select owner_line.name as object, 'belongs to ' || owner_line.owner::regrole || ', which the manifest does not say' as detail, 'alter ... owner to <as it was>;' as mend
      from owner_line
      where not exists (select from ${linesOf('owners')} as listed where listed.line = owner_line.line)
        and exists (select from ${linesOf('owners')} as listed where substring(listed.line from '^${untilColon}: ') = left(owner_line.line, -length(owner_line.owner::regrole::text)))`
  },
  {
    id: 'manifest-grant',
    severity: 'error',
    title: 'A grant that the manifest does not know',
    gain: 'What was kept from the role: to delete what is a record, to set what decides about others, such as a status.',
    explanation: 'The manifest lists what each role that serves requests is granted, table by table and column by column. No rule can know which columns a tenant should not write; the manifest can. One that was written before it listed grants is held to the rest.',
    query: `
      select any_table.name as object, format('%s has %s, which the manifest does not list', grant_line.role_name, grant_line.privilege || coalesce(' (' || string_agg(more.column_name, ', ' order by more.column_name) || ')', '')) as detail,
        format('revoke %s on %s from %s;', grant_line.privilege || coalesce(' (' || string_agg(more.column_name, ', ' order by more.column_name) || ')', ''), any_table.name, grant_line.role_name) as mend
      from given, grant_line join any_table on any_table.oid = grant_line.table_oid left join lateral unnest(grant_line.columns) as more (column_name) on true
      where manifest ? 'grants'
        and not exists (select from ${linesOf('grants')} as listed where listed.line = grant_line.start)
        and not exists (
          select from ${linesOf('grants')} as listed, regexp_match(listed.line, '^(${untilColon}: ${untilColon}: \\w+) \\((.*)\\)$') as part, regexp_matches(part[2], '(?:[^",]|"(?:[^"]|"")*")+', 'g') as listed_column
          where part[1] = grant_line.start and ltrim(listed_column[1]) = more.column_name)
      group by any_table.name, grant_line.role_name, grant_line.privilege, grant_line.columns is null`
  },
  {
    id: 'manifest-unlisted',
    severity: 'warning',
    title: 'Something that the manifest does not know',
    gain: 'Nothing by itself: but nobody has said that it is meant to be there.',
    explanation: 'A table, policy or function that was made by hand, or by a migration after which the manifest was not written anew (--write-manifest).',
    query: `
      select any_table.name as object, 'is a table that the manifest does not list' as detail, format('drop table %s;', any_table.name) as mend
      from given, any_table where manifest is not null and not exists (select from ${linesOf('tables')} as listed where listed.line = any_table.listed_name)
      union all
      select policy_line.name, 'is a policy that the manifest does not list: ' || policy_line.line, 'drop policy <...>;'
      from given, policy_line where manifest is not null and not exists (select from ${linesOf('policies')} as listed where listed.line = policy_line.line)
      union all
      select function_hash.name, 'is a function that the manifest does not list',
        format(case when exists (select from pg_depend where refclassid = 'pg_proc'::regclass and refobjid = function_hash.oid and deptype = 'n') then 'create or replace function <what calls it>; drop routine %s;' else 'drop routine %s;' end, function_hash.name)
      from given, function_hash where manifest is not null and not exists (select from ${functionNames} as listed where listed.name = function_hash.name)`
  }
]
