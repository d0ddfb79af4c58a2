const space = String.raw`(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:\s|--[^\n\r]*[\n\r])*`
const escaped = String.raw`'(?:[^'\\]|\\.|'')*'`
const letter = String.raw`(?:[A-Za-z_]|[^\x01-\x7f])`

/** By PostgreSQL's own rules, the longest counts. A literal with escapes goes on behind a line end. What is plain ends before a word: it may be the E of such a literal. */
const tokens = {
  comment: String.raw`--[^\n\r]*|/\*`,
  literal: String.raw`[eE]${escaped}(?:${space}${escaped})*|'(?:[^']|'')*'`,
  name: String.raw`"(?:[^"]|"")*"`,
  word: String.raw`${letter}(?:[\w$]|[^\x01-\x7f])*`,
  plain: String.raw`[^'"$/-]*[\s!#%&()*+,.:;<=>?@\[\]^{|}~]`,
  other: '.'
}
const token = quoted(`^(?:${Object.values(tokens).join('|')})`)
const dollarTag = quoted(String.raw`^\$(?:${letter}(?:\w|[^\x01-\x7f])*)?\$`)

/**
 * A literal that what is put into it, or stands behind it, makes another statement of: with %s, with escapes that hide what it says,
 * with a block to do, or with SET and no whole name of what is set.
 */
const openText = quoted(String.raw`%(?:\d+\$)?-?(?:\d+|\*(?:\d+\$)?)?s|^e'.*\\|\mdo\s+(?:language\s+\w+\s+)?[%'$]|(?:^(?:'|\$\w*\$)\s*|;\s*)set\s+(?:(?:local|session)\s+)?[\w.]*(?:[%"&'$]|$)|\mset\s+(?:local|session)\s+[\w.]*(?:[%"&'$]|$)`)

/**
 * The text of functions that PostgreSQL does not look into, of those that policies call, or that execute or set something, as one of the
 * relations of catalog.ts: `code` is without its comments, `bare` without what stands in literals and quoted names as well, `shape` with
 * "''" for a literal that can be executed whatever is put into it, and 'any' for one that may become any statement. Read from
 * left to right, since what begins a comment may stand in a literal, and what begins a literal in a comment.
 */
export const functionCode = String.raw`
  function_code as materialized (
    with recursive reading (oid, place, depth, token, kind) as (
      select own_function.oid, 1, 0, '' collate "C", 'code'
      from own_function
      where own_function.prosqlbody is null and own_function.lanname in ('sql', 'plpgsql') and (own_function.oid in (select called.oid from called) or own_function.prosrc ~* '\mexecute\M|\mset\M[^;]*\.')
      union all
      select reading.oid, reading.place + length(found.token),
        reading.depth + case found.token when '/*' then 1 when '*/' then -1 else 0 end,
        found.token, case when reading.depth > 0 or found.token ~ '^(--|/\*)' then 'comment' when found.token ~ '^([eE]?''|\$.*\$)' then 'literal' when found.token ~ '^"' then 'name' else 'code' end
      from reading join own_function on own_function.oid = reading.oid,
        substr(own_function.prosrc, reading.place) as rest (text),
        substring(rest.text from ${dollarTag}) as dollar (tag),
        lateral (
          select case
            when reading.depth > 0 then substring(rest.text from '^(?:/\*|\*/|[^*/]+|.)')
            when dollar.tag is null then substring(rest.text from ${token})
            when strpos(substr(rest.text, length(dollar.tag) + 1), dollar.tag) = 0 then rest.text
            else left(rest.text, 2 * length(dollar.tag) + strpos(substr(rest.text, length(dollar.tag) + 1), dollar.tag) - 1)
          end as token
        ) as found
      where rest.text <> ''
    )
    select oid, string_agg(case kind when 'comment' then ' ' else token end, '' order by place) as code,
      string_agg(case kind when 'comment' then ' ' when 'literal' then '''''' when 'name' then '""' else token end, '' order by place) as bare,
      string_agg(case kind when 'comment' then ' ' when 'literal' then case when token ~* ${openText} then '''any''' else '''''' end else token end, '' order by place) as shape
    from reading group by oid
  ),`

function quoted (pattern: string): string {
  return `'${pattern.replaceAll('\'', '\'\'')}'`
}
