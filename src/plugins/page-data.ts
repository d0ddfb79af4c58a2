import type { ListOrder } from '../schemas/subtask-list.ts'
import type { Role } from '../tenancy/caller.ts'
import type { StrategyName } from '../tenancy/strategy.ts'
import type { Precision } from './reader-formats.ts'

/** Whom a page is for; each page says so. */
export type Viewer = { kind: 'tenant', accountId: number, slug: string, name: string } | { kind: 'operator', seesRows: boolean } | { kind: 'nobody' }

interface Total {
  rows: number
  precision: Precision
}

export interface SubtasksPage {
  title: string
  rows: Array<{
    /** Whose it is; for the operator alone. */
    accountId?: number,
    accountSlug?: string,
    accountName?: string,
    projectId: number,
    projectName: string,
    taskId: number,
    taskName: string,
    id: number,
    name: string,
    isComplete: boolean,
    details: string
  }>
  total: Total
  /** Accounts that a list of all accounts' subtasks does not include; for the operator alone. */
  elsewhere: { count: number, slugs: string[] } | undefined
  /** Whether the list ends before this page. */
  isMissing: boolean
  /** What was typed in the place of the page's number, where that is none. */
  typedPage: string | undefined
  pagination: Pagination
  /** What a tenant has asked for; the operator's list is in one order, and whole. */
  filters: {
    search: string
    /** What is wrong with the words. */
    mistake: string | undefined
    state: 'open' | 'done' | undefined
    project: number | undefined
    /** Where one of them is to be chosen. */
    projects: Array<{ id: number, name: string }> | undefined
    hrefOfChoice: string
    /** Whether there are projects that `projects` leaves out. */
    hasMoreProjects: boolean
    sort: ListOrder
    size: number | undefined
    isFiltered: boolean
    /** The list without its filters. */
    hrefOfAll: string
    hrefOfOrder: (order: ListOrder) => string
  } | undefined
}

export interface Pagination {
  page: number
  pages: number
  /** How far `pages` can be trusted. */
  precision: Precision
  links: Array<{ kind: 'page', page: number, href: string, current: boolean } | { kind: 'gap' } | { kind: 'last', href: string }>
  previousHref: string | undefined
  nextHref: string | undefined
  lastHref: string
  /** How many rows a page may have. */
  sizes: Array<{ size: number, href: string, current: boolean }>
  /** What else a page is asked for with, by name. */
  asked: Array<[name: string, value: string]>
}

export interface ErrorPage {
  status: number
  title: string
  detail: string
  requestId: string
  action: { href: string, label: string } | undefined
  /** What was typed into the form that is not taken. */
  typed: Array<{ label: string, text: string }>
}

/** What the API is. */
export interface DocsPage {
  title: string
  introduction: string[]
  groups: Array<{
    name: string,
    description: string,
    operations: Array<{
      id: string
      method: string
      path: string
      summary: string
      description: string
      waysIn: string[]
      parameters: Array<Field & { place: string }>
      body: Field[]
      answers: Array<{ status: string, description: string, headers: string, body: string }>
      example: { request: string, answer: string }
    }>
  }>
  schemas: Array<{ name: string, description: string, fields: Field[] }>
  problems: Array<{ path: string, status: number, title: string, meaning: string }>
}

interface Field {
  name: string
  type: string
  isRequired: boolean
  description: string
}

export interface SignInPage {
  title: string
  /** Where to go then: an address of this host. */
  to: string
  email: string
  /** Why it did not work. */
  error: string | undefined
}

/** What has just been done, and the row that it was done to, where that has a page of its own. */
export interface Notice {
  sentence: string
  row?: { href: string, name: string }
}

export interface SessionsPage {
  title: string
  /** What has just been done. */
  notice: Notice | undefined
  sessions: Array<{ id: number, agent: string, createdAt: Date, seenAt: Date, isThis: boolean }>
}

/** What is wrong with a form: with one of its fields, or with none where what stands in them is right. */
export interface Mistake {
  field: string | undefined
  text: string
}

/** A form that stands below a list, whose rows have forms of their own. */
export interface WithForm {
  /** What has just been done. */
  notice: Notice | undefined
  /** What was typed, where something is wrong with it. */
  typed: Record<string, string>
  /** The row that was to be removed by a form which did not say that this is meant: that form is the wrong one. */
  unconfirmed: number | undefined
  mistakes: Mistake[]
}

/** The forms of a page about rows, and what has come of the last one. */
export interface FormState {
  /** What has just been done. */
  notice: Notice | undefined
  /** The one that something is wrong with. */
  form: 'add' | 'change' | 'delete' | undefined
  typed: Record<string, string>
  mistakes: Mistake[]
}

interface ShownRow {
  id: number
  name: string
  details: string
  updatedAt: string
}

interface Progress {
  parts: number
  done: number
}

export interface ProjectsPage extends Neighbours, FormState {
  title: string
  projects: Array<ShownRow & { progress: Progress }>
  total: number
  search: string
  /** What is wrong with the words that were to be searched for. */
  searchMistake: string | undefined
}

export interface ProjectPage extends Neighbours, FormState {
  title: string
  row: ShownRow
  progress: Progress
  items: Array<ShownRow & { isComplete: boolean, progress: Progress }>
  total: number
  /** Which of the tasks are listed. */
  state: 'all' | 'open' | 'done'
  /** Where the part of the list begins that is shown, unless it is the first. */
  cursor: string | undefined
}

export interface TaskPage extends Neighbours, FormState {
  title: string
  row: ShownRow & { isComplete: boolean }
  project: { id: number, name: string }
  progress: Progress
  items: Array<ShownRow & { isComplete: boolean }>
  total: number
  state: 'all' | 'open' | 'done'
  cursor: string | undefined
}

export interface SubtaskPage extends FormState {
  title: string
  row: ShownRow & { isComplete: boolean }
  task: { id: number, name: string }
  project: { id: number, name: string }
}

/** Where one part of a list leads to the next. */
interface Neighbours {
  nextHref: string | undefined
  previousHref: string | undefined
}

export interface PeoplePage extends Neighbours, WithForm {
  title: string
  people: Array<{ id: number, email: string, firstName: string, lastName: string, isActive: boolean, role: Role, hasPassword: boolean }>
  total: number
  /** When many wrong passwords came, if lately. */
  guessing: Date | undefined
}

/** What somebody chooses a password with. */
export interface LinkPage {
  title: string
  email: string
  link: string
  expiresAt: Date
  isMailed: boolean
}

export interface PasswordPage {
  title: string
  email: string
  /** Of the link, where there is one; otherwise the present password is asked for. */
  code: string | undefined
  shortest: number
  mistakes: Mistake[]
}

interface ShownToken {
  id: number
  name: string
  mayWrite: boolean
  ending: string
  madeBy: string
  createdAt: string
  expiresAt: string
  usedAt: string | null
}

export interface TokensPage extends Neighbours, WithForm {
  title: string
  tokens: ShownToken[]
  days: { usual: number, most: number }
}

export interface TokenPage {
  title: string
  token: ShownToken
  secret: string
}

export interface AuditPage extends Neighbours {
  title: string
  events: Array<{ id: number, at: string, actorKind: string, actor: string, action: string, details: Record<string, unknown> }>
  /** Looks of the operator's that are not over. */
  looks: Array<{ id: number, reason: string, actor: string, createdAt: Date, expiresAt: Date }>
  /** What has just been done. */
  notice: Notice | undefined
  /** An event that somebody has noted, and whether it is there as it was. */
  known: { id: number, isThere: boolean } | undefined
  /** Where it was asked for. */
  verification: { events: number, lastId: number | null, lastHash: string | null, brokenAt: number | null } | undefined
}

export interface LookPage {
  title: string
  /** What was typed, where something is wrong with it. */
  typed: Record<string, string>
  slug: string
  mistakes: Mistake[]
  /** Where it begins, once it is granted. */
  href: string | undefined
}

export interface LookBeginPage {
  title: string
  code: string
}

/** What was measured, against something else measured in turn in the same run. */
export interface MeasuredRatio {
  what: string
  against: string
  /** 1 is as much as what it is compared with. */
  ratio: number
  command: string
}

/** What was measured for each of some numbers of tenants, apart and in one schema. */
export interface MeasuredStrategy {
  what: string
  unit: string
  values: ReadonlyArray<{ own: number, schema: number }>
}

export interface GuidePage {
  title: string
  slides: ReadonlyArray<{ id: string, part: string, title: string }>
  /** How the server is that shows it. */
  server: { tenancy: StrategyName, isSigned: boolean, hasViewOverTenants: boolean, rules: number, hasWalls: boolean }
  figures: {
    times: Record<string, MeasuredRatio>
    throughputs: Record<string, MeasuredRatio>
    strategies: {
      command: string
      tenants: readonly number[]
      emptyMegabytes: number
      measures: readonly MeasuredStrategy[]
    }
    schemas: { command: string, tenants: readonly number[], measures: readonly MeasuredStrategy[] }
  }
}

/** An account, for the operator. */
export interface ShownAccount {
  id: number
  slug: string
  name: string
  status: string
  statusReason: string | null
  statusSince: string
  hasOwnDatabase: boolean
  createdAt: string
  /** Where its own pages are, unless there are none any more. */
  host: { href: string, label: string } | undefined
  /** Undefined where its rows cannot be seen from here. */
  counts: { users: Total, projects: Total, tasks: DoneOfAll, subtasks: DoneOfAll } | undefined
}

interface DoneOfAll {
  all: Total
  done: number | undefined
}

export interface AccountsPage extends Neighbours {
  title: string
  accounts: ShownAccount[]
  total: number
  search: string
  status: string | undefined
  statuses: readonly string[]
  order: string
  error: string | undefined
}

export interface AccountPage extends ShownAccount {
  title: string
  formerSlugs: Array<{ slug: string, redirectUntil: string | null }>
  events: Array<{ id: number, at: string, actor: string, action: string, slug: string, details: Record<string, unknown> }>
}

export interface ChartsPage {
  title: string
  /** When the rows were counted. */
  readAt: Date
  totals: { accounts: number, users: number, projects: number, tasks: number, subtasks: number }
  elsewhere: { count: number, slugs: string[] } | undefined
  /** What lengths of bars and columns are measured in. */
  drawing: { width: number, height: number, barHeight: number }
  skyline: { path: string, lines: number[], accountsInColumn: number }
  buckets: Array<{ from: number, to: number, accounts: number, bar: number }>
  progress: Array<{ kind: string, done: number, all: number, bar: StackedBar }>
  largest: Array<{ slug: string, name: string, status: string, subtasks: number, subtasksDone: number, bar: StackedBar }>
}

interface StackedBar {
  done: number
  all: number
}

/** What stands between the accounts, as it is now, and how the request for it has travelled. */
export interface WallsPage {
  title: string
  /** Whether no other account's rows are in the same database. */
  hasOwnDatabase: boolean
  /** As whom the connection works that has read this. */
  role: { current: string, session: string, isSuperuser: boolean, bypasses: boolean, memberships: number, owned: number, isReadOnly: boolean, rowSecurity: string }
  /** The function that policies call to learn whose a transaction is. */
  context: string | null
  tables: Array<{
    name: string
    owner: string
    isSecured: boolean
    isForced: boolean
    /** Policies for that role, and on the operator's page for that of accounts' requests, and then those for others: as SQL. */
    policies: string[]
    others: string[]
    privileges: string[]
    mayRead: boolean
    /** What the account has of it; left out where that is nobody's question. */
    own: { rows: number, isMore: boolean } | undefined
  }>
  /** What the rules find now; undefined where they could not be run. */
  audit: { rules: number, allRules: number, findings: Array<{ rule: { id: string, severity: string, gain: string }, object: string, detail: string }>, letBe: number, ms: number } | undefined
  steps: Array<{ span: Span } & (
    { kind: 'request', method: string, url: string, host: string } |
    { kind: 'found', account: { id: number, slug: string } | undefined } |
    { kind: 'connection', role: string } |
    { kind: 'trip', statements: Array<{ what: 'begin' | 'name' | 'query' | 'end', text: string, rows: number | undefined, span: Span }> }
  )>
}

/** A part of a time, in milliseconds. */
interface Span {
  from: number
  to: number
  of: number
}

export interface AttacksPage {
  title: string
  self: { id: number, slug: string | undefined }
  victim: { id: number, slug: string | undefined }
  /** Whether nobody else's rows are kept in the database that is attacked. */
  isAlone: boolean
  /** Who of the two has a database of its own, and no rows in the one that is attacked; for the operator alone. */
  elsewhere: string[]
  role: string
  tables: Array<{
    name: string
    through: number
    untried: number
    leftOut: number
    attacks: Array<{
      probe: string
      /** What was said of the tenant, where it was not the account's own name. */
      as: string | undefined
      sql: string
      outcome: 'refused' | 'no rows' | 'through' | 'untried'
      code: string
      words: string
      /** What there was to find for one that found nothing; undefined where that is not told. */
      finds: 'something' | 'nothing' | 'unknown' | undefined
    }>
  }>
  unattacked: string[]
  total: number
  through: number
  untried: number
  /** Those that had nothing to find. */
  fruitless: number
  leftOut: number
  ms: number
}

export interface ProblemPage {
  title: string
  status: number
  meaning: string
  path: string
}

/** Every page and the data that its template takes: the templates themselves are untyped. */
export interface Pages {
  'sign-in': SignInPage
  sessions: SessionsPage
  people: PeoplePage
  link: LinkPage
  password: PasswordPage
  tokens: TokensPage
  token: TokenPage
  audit: AuditPage
  look: LookPage
  'look-begin': LookBeginPage
  accounts: AccountsPage
  account: AccountPage
  charts: ChartsPage
  subtasks: SubtasksPage
  projects: ProjectsPage
  project: ProjectPage
  task: TaskPage
  subtask: SubtaskPage
  docs: DocsPage
  guide: GuidePage
  walls: WallsPage
  attacks: AttacksPage
  problem: ProblemPage
  error: ErrorPage
}
