/** What stands for an expression that names nobody where nothing is set. No text that PostgreSQL takes has it. */
const closed = String.raw`\u0001`
const type = String.raw`(?:[\w.]+|"[^"]+")(?:\.(?:\w+|"[^"]+"))?(?:\s+(?:varying|precision))?(?:\(\d+\))?(?:\[\])?`
const text = String.raw`(?<!')'[^']*'(?!')(?:::${type})?`

/** From what reads a setting outwards: what is null, empty or an error where its parts are. */
const steps: ReadonlyArray<readonly [pattern: string, by: string]> = [
  [String.raw`(?:\mpg_catalog\.|\m)current_setting\(\s*${text}\s*(?:,\s*(?:missing_ok\s*:?=>?\s*)?\w+\s*)?\)`, ''],
  [String.raw`(?<!')''(?!')(?:::${type})?`, ''],
  [String.raw`(\mthen|\melse|[,(]|\mreturn)\s*\mnull\M(?:::${type})?`, '\\1 ']
]
const outwards: ReadonlyArray<readonly [pattern: string, by: string]> = [
  [String.raw`${closed}\s*::\s*${type}`, ''],
  [String.raw`\mcast\s*\(\s*${closed}\s+as\s+${type}\s*\)`, ''],
  [String.raw`${closed}\s*(?:->>?|#>>?)\s*(?:${closed}|${text}|\d+)`, ''],
  [String.raw`\mnullif\s*\(\s*${closed}\s*,\s*(?:${closed}|${text})\s*\)`, ''],
  [String.raw`\m(?:coalesce|greatest|least)\s*\(\s*${closed}(?:\s*,\s*${closed})*\s*\)`, ''],
  [String.raw`\mcase\M(?:(?!\m(?:case|when|then|else|end)\M).)*(?:\mwhen\M(?:(?!\m(?:case|when|then|else|end)\M).)*\mthen\M\s*${closed}\s*)+(?:\melse\M\s*${closed}\s*)?\mend\M`, ''],
  [String.raw`(?<![\w"])\(\s*${closed}\s*\)`, '']
]
/** What is nested deeper than this is not seen to be closed. */
const depth = 6

/**
 * A text of SQL with what names nobody where nothing is set taken out: coalesce() of two settings, a claim of one that is JSON, a CASE
 * that gives either. What is left may still say that somebody is named: coalesce() with a constant does.
 *
 * @param source an expression of SQL; literals in place, comments not
 */
export function withoutClosedForms (source: string): string {
  const replaced = [...steps, ...Array.from({ length: depth }, () => outwards).flat()]
    .reduce((inner, [pattern, by]) => `regexp_replace(${inner}, '${pattern.replaceAll('\'', '\'\'')}', '${by}' || chr(1), 'gi')`, source)
  // Whatever else a function of PL/pgSQL does, it gives what it returns: where all of that names nobody, no more is to be read,
  // unless it does something that may set what it returns.
  return `(select case when reduced ~* '\\mreturn\\s*${closed}\\s*;' and reduced !~* '\\m(execute|perform|call|set|set_config)\\M|:=|\\mreturn\\M(?!\\s*${closed}\\s*;)' then '' else reduced end from (values (${replaced})) as given (reduced))`
}
