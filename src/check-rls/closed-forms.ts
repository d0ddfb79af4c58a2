/** What stands for an expression that names nobody where nothing is set. No text that PostgreSQL takes has it. */
const closed = String.raw`\u0001`
const type = String.raw`(?:[\w.]+|"[^"]+")(?:\.(?:\w+|"[^"]+"))?(?:\s+(?:varying|precision))?(?:\(\d+\))?(?:\[\])?`
const text = String.raw`(?<!')'[^']*'(?!')(?:::${type})?`
/** Pairs of parentheses and what is in them, four deep. */
export const within = ['', '', '', ''].reduce(inner => String.raw`(?:[^()]|\(${inner}\))*`, '[^()]*')

/** What names nobody, and what is left of it before the sign for that. */
type Form = readonly [pattern: string, by: string]

/** From what reads a setting outwards: what is null, empty or an error where its parts are. */
const steps: readonly Form[] = [
  [String.raw`(?:\mpg_catalog\.|\m)current_setting\(\s*${text}\s*(?:,\s*(?:missing_ok\s*:?=>?\s*)?\w+\s*)?\)`, ''],
  // An object without claims is no more of a tenant than an empty text: a claim of it is null.
  [String.raw`(?<!')'(?:\{\})?'(?!')(?:::${type})?`, ''],
  [String.raw`(\mthen|\melse|[,(]|\mreturn|:=|\mdefault)\s*\mnull\M(?:::${type})?`, '\\1 ']
]
const outwards: readonly Form[] = [
  [String.raw`${closed}\s*::\s*${type}`, ''],
  [String.raw`\mcast\s*\(\s*${closed}\s+as\s+${type}\s*\)`, ''],
  [String.raw`${closed}\s*(?:->>?|#>>?)\s*(?:${closed}|${text}|\d+)`, ''],
  [String.raw`\mnullif\s*\(\s*${closed}\s*,\s*(?:${closed}|${text})\s*\)`, ''],
  [String.raw`\m(?:coalesce|greatest|least)\s*\(\s*${closed}(?:\s*,\s*${closed})*\s*\)`, ''],
  [String.raw`\mcase\M(?:(?!\m(?:case|when|then|else|end)\M).)*(?:\mwhen\M(?:(?!\m(?:case|when|then|else|end)\M).)*\mthen\M\s*${closed}\s*)+(?:\melse\M\s*${closed}\s*)?\mend\M`, ''],
  // A hash of an empty text is no tenant either.
  [String.raw`(?:\mpg_catalog\.|\m(?:\w+\.)?(?=digest\M)|\m)(?:lower|upper|[blr]?trim|left|right|substr|split_part|md5|sha(?:224|256|384|512)|digest|encode|decode|convert_(?:to|from))\s*\(\s*(?:both\s+from\s+)?${closed}(?:\s*,\s*(?:${closed}|${text}|-?\d+))*\s*\)`, ''],
  [String.raw`(?<![\w"])\(\s*${closed}\s*\)`, '']
]
/** What an empty text begins, is in or matches, as far as it is compared with something: each row then, and the first is that of somebody. */
export const matchesEmpty = [
  String.raw`\m(?:starts_with|strpos)\s*\((?:[^();]|\(${within}\))*,\s*${closed}`,
  String.raw`\mposition\s*\(\s*${closed}\s*\min\M`,
  String.raw`(?:\mi?like\M|(?<![~!])~~\*?)\s*\(*\s*(?:${closed}\s*\|\||[^();]*\|\|\s*\(*\s*${closed})`,
  String.raw`(?<![~!])(?:~\*?|\^@)(?!~)\s*\(*\s*(?:${closed}|[^();]*\|\|\s*${closed}(?!\s*\|\|))`,
  String.raw`${closed}\s*(?:\min\s*\(|=\s*any\s*\(+\s*array\s*\[)[^();\]]*${closed}`,
  String.raw`\morder\s+by\M[^;]*${closed}[^;]*\m(?:limit|fetch)\M`
].join('|')
/** What a clause ends with, and what goes on behind one of its conditions. */
const end = String.raw`(?=\s*(?:$|[;)]|\m(?:union|intersect|except)\M))`
const behind = String.raw`(?=\s*(?:$|[;)]|\m(?:and|order|limit|offset|fetch|group|for|union|intersect|except)\M))`
const clause = String.raw`(?:(?!\m(?:or|union|intersect|except)\M)[^();]|\(${within}\))*`
const column = String.raw`(?:[\w$."]+|\([\w$."]+\))(?:::${type})?`
const equal = String.raw`(?:${column}\s*=\s*${closed}|${closed}\s*=\s*${column})`
const condition = String.raw`(?:${equal}|\(\s*${equal}\s*\))${behind}`
/** Where a column has to be what names nobody, no row is found, whatever else the same AND asks for: only NOT EXISTS makes something of that. */
const rows = String.raw`(?<!\mnot\s*\(*\s*exists\s*\(\s*select\M[^()]*)\mwhere`
const finds: readonly Form[] = [
  [String.raw`${rows}\s*\(\s*(?:${clause}\mand\s*)?${condition}${clause}\)${behind}${clause}${end}`, ''],
  [String.raw`${rows}\s*(?:${clause}\mand\s*)?${condition}${clause}${end}`, ''],
  // And of what gives nobody for each row, it matters to nobody which rows these are.
  [String.raw`\mselect\s+${closed}\s+(?:from|where)\M(?:(?!\m(?:union|intersect|except)\M)[^();]|\(${within}\))*${end}`, 'select ']
]
/** What is nested deeper than six is not seen to be closed. */
const repeated = Array.from({ length: 6 }, () => outwards).flat()

/** Calls whose result, or what they set, is not read here; and what sets a variable in another way than by an assignment. */
const acts = String.raw`\m(?:execute|perform|call|set|set_config)\M`
const setsOtherwise = String.raw`\m(?:into|for|foreach|diagnostics|alias|cursor)\M`
/** A statement, not a condition: "=" is ":=" at its beginning. */
const statement = String.raw`(?:;|>>|\m(?:then|else|begin|loop|declare)\M)\s*(?!(?:begin|declare|loop|if|elsif|elseif|while|case|when|exception|assert|exit|continue|raise|return|end)\M)[^\s;=:]`
const setsOpen = String.raw`(?::=|\mdefault\M|${statement}[^;=:]*=)(?!\s*(?:${closed}|null)\s*;)`
const returnsOpen = String.raw`\mreturn\M(?!\s*${closed}\s*;)`
const substituted = withoutNames('plain', 'variables')

/**
 * A text of SQL with what names nobody where nothing is set taken out: coalesce() of two settings, a claim of one that is JSON, a CASE
 * that gives either. What is left may still say that somebody is named: coalesce() with a constant does.
 *
 * @param source an expression of SQL; literals in place, comments not
 */
export function withoutClosedForms (source: string): string {
  return reduced(source, [...steps, ...repeated, ...finds])
}

/**
 * The same of a function's code. Whatever else one of PL/pgSQL does, and under whatever condition, it gives what it returns: where all of
 * that names nobody, nothing is left of it. A variable names nobody if all that it is ever set to does, supposing that of the others.
 *
 * What its only argument is, whoever calls it says, and is judged there: it names nobody.
 *
 * @param code literals in place, but none that reads like code; comments not
 * @param argument the names of the argument as part of a regular expression, null where there is not just one: an expression of SQL
 */
export function withoutClosedReturns (code: string, argument: string): string {
  return `(
    select case
      when told ~* '${matchesEmpty}' then told
      when told !~* '\\mreturn\\s*${closed}\\s*;' or told ~* '${acts}|${setsOpen}|${returnsOpen}' then plain
      -- A word that PL/pgSQL does not reserve may be the name of one.
      when told ~* '${setsOtherwise}|\\mdeclare\\M.*\\mdeclare\\M' and coalesce(variables, argument) is not null or variables ~* '${acts}|${setsOtherwise}|\\m(?:return|default)\\M' then plain
      else '' end
    from (select ${argument} as argument, ${code} as code) as given
    cross join lateral (select ${withoutClosedForms(`case when argument is null then code else ${withoutNames('code', 'argument')} end`)} as plain) as read
    cross join lateral (
      select string_agg(declared[1], '|') as variables
      from (select (regexp_split_to_array(plain, '\\mbegin\\M', 'i'))[1] as declarations) as head, regexp_matches(substring(declarations from '(?i)^\\s*(?:<<\\w+>>\\s*)?declare\\M(.*)$'), '(?:^|;)\\s*(\\w+)\\s', 'g') as declared
    ) as its
    cross join lateral (
      select case when variables is null then plain else ${reduced(substituted, repeated)} end as told
    ) as supposed)`
}

/** With what names nobody in the place of these names, where they are neither a field, a type nor the name of a function. */
function withoutNames (source: string, names: string): string {
  return String.raw`regexp_replace(${source}, '(?<![\w"$.:])(?:' || ${names} || ')(?![\w"$]|\s*\()', chr(1), 'gi')`
}

/** One form after the other, so that each sees what those before it have left. They are listed once, however often it is their turn. */
function reduced (source: string, turns: readonly Form[]): string {
  const forms = [...new Set(turns)]
  const listed = (texts: readonly string[]): string => `array[${texts.map(text => `'${text.replaceAll('\'', '\'\'')}'`).join(', ')}]`
  return `(
    with recursive form as materialized (
      select turn.number, form.pattern, form.by
      from unnest(array[${turns.map(form => forms.indexOf(form) + 1).join(', ')}]) with ordinality as turn (form, number)
      join unnest(${listed(forms.map(([pattern]) => pattern))}, ${listed(forms.map(([, by]) => by))}) with ordinality as form (pattern, by, number) on form.number = turn.form
    ),
    step (number, text) as (
      select 0::bigint, ${source}
      union all
      select form.number, regexp_replace(step.text, form.pattern, form.by || chr(1), 'gi') from step join form on form.number = step.number + 1
    )
    select step.text from step order by step.number desc limit 1)`
}
