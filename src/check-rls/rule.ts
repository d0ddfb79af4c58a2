/** `error`: a way past the walls that is open now. `warning`: a weakness that needs one more mistake. */
export type Severity = 'error' | 'warning'

/** One thing that can be wrong with the walls, and how the catalog shows it. */
export interface Rule {
  /** A name that lasts: reports, baselines and exceptions refer to it. */
  id: string
  severity: Severity
  title: string
  /** What somebody gains who finds it before you do. */
  gain: string
  /** Why it is so, and where that is written down: what `--explain` adds to the rest. */
  explanation: string
  /**
   * A query over the relations of catalog.ts, one row for each finding: `object` (what is wrong, by its full name), `detail`
   * (how, for a person) and `mend` (the SQL that puts it right; `<...>` stands for what only its author knows).
   */
  query: string
}

/** What a rule found. */
export interface Finding {
  rule: Rule
  object: string
  detail: string
  mend: string
}
