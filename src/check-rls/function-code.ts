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

/** So much at least lies ahead of what is read: to copy all that is left for every token would take the square of its length. */
const ahead = 2048

/** The token that a text begins with, where no comment is open. @param tag what begins a literal in dollars there */
const firstToken = (text: string, tag: string): string => `
  case
    when ${tag} is null then substring(${text} from ${token})
    when strpos(substr(${text}, length(${tag}) + 1), ${tag}) = 0 then ${text}
    else left(${text}, 2 * length(${tag}) + strpos(substr(${text}, length(${tag}) + 1), ${tag}) - 1)
  end`

/** A token that may be another one, or go on, behind the end of what was looked at: a literal that does not end there, or one with escapes that another may continue. */
const mayGoOn = String.raw`(length(near.token) = length(rest.text) or near.token in ('''', '"', '$')
  or near.token in ('e', 'E') and substr(rest.text, 2, 1) = '''' or near.token ~ '^[eE]''' and substr(rest.text, length(near.token) + 1) ~ '^(?:\s|--[^\n\r]*(?:[\n\r]|$))*$')`

/**
 * The text of functions that PostgreSQL does not look into, of those that policies call, or that execute or set something, as one of the
 * relations of catalog.ts: `code` is without its comments, `bare` without what stands in literals and quoted names as well, `plain` without
 * that where it could read like code, `shape` with "''" for a literal that can be executed whatever is put into it, and 'any' for one that may become any statement. Read from
 * left to right, since what begins a comment may stand in a literal, and what begins a literal in a comment.
 */
export const functionCode = String.raw`
  function_code as materialized (
    with source as materialized (
      select own_function.oid, own_function.prosrc, length(own_function.prosrc) as size
      from own_function
      where own_function.prosqlbody is null and own_function.lanname in ('sql', 'plpgsql') and (own_function.oid in (select called.oid from called) or own_function.prosrc ~* '\mexecute\M|\mset\M[^;]*\.')
    )
    select source.oid, reading.code, reading.bare, reading.plain, reading.shape
    -- One after the other: if they were all read at once, each token of the longest would look through what lies ahead in all of them.
    from source, lateral (
      with recursive chunk as materialized (
        select number, substr(source.prosrc, number * ${ahead} + 1, ${2 * ahead}) as text from generate_series(0, source.size / ${ahead}) as number
      ),
      step (place, depth, token, kind) as (
        select 1, 0, '' collate "C", 'code'
        union all
        select step.place + length(found.token),
          step.depth + case found.token when '/*' then 1 when '*/' then -1 else 0 end,
          found.token, case when step.depth > 0 or found.token ~ '^(--|/\*)' then 'comment' when found.token ~ '^([eE]?''|\$.*\$)' then 'literal' when found.token ~ '^"' then 'name' else 'code' end
        from step join chunk on chunk.number = (step.place - 1) / ${ahead},
          substr(chunk.text, (step.place - 1) % ${ahead} + 1) as rest (text),
          substring(rest.text from ${dollarTag}) as dollar (tag),
          lateral (select case when step.depth > 0 then substring(rest.text from '^(?:/\*|\*/|[^*/]+|.)') else ${firstToken('rest.text', 'dollar.tag')} end as token) as near,
          lateral (
            select case
              when step.depth > 0 or step.place + length(rest.text) > source.size or not ${mayGoOn} then near.token
              else (select ${firstToken('whole.text', 'whole_dollar.tag')} from substr(source.prosrc, step.place) as whole (text), substring(whole.text from ${dollarTag}) as whole_dollar (tag))
            end as token
          ) as found
        where rest.text <> ''
      )
      select string_agg(case kind when 'comment' then ' ' else token end, '' order by place) as code,
        string_agg(case kind when 'comment' then ' ' when 'literal' then '''''' when 'name' then '""' else token end, '' order by place) as bare,
        string_agg(case when kind = 'comment' then ' ' when kind = 'literal' and token !~ '^''(?:[\w.]*|\{\})''$' then '''?''' when kind = 'name' and token !~ '^"\w+"$' then '"?"' else token end, '' order by place) as plain,
        string_agg(case kind when 'comment' then ' ' when 'literal' then case when token ~* ${openText} then '''any''' else '''''' end else token end, '' order by place) as shape
      from step
    ) as reading
  ),`

function quoted (pattern: string): string {
  return `'${pattern.replaceAll('\'', '\'\'')}'`
}
