import type { MeasuredRatio, MeasuredStrategy } from '../../plugins/page-data.ts'

/** As the README has it. */
interface Recorded {
  /** What its row there begins with. */
  row: string
}

/** How long things take, as multiples of how long others take. */
export const times = {
  policy: {
    row: 'the page\'s statements with policy and filter',
    what: 'The statements of a page, with policy and filter',
    against: 'with the filter alone, without row-level security',
    ratio: 1.01,
    command: 'npx tsx bin/bench.ts --only walls'
  },
  naming: {
    row: 'the statement that names a tenant, by `SET LOCAL`',
    what: 'The statement that names the tenant, by SET LOCAL',
    against: 'by the function set_config',
    ratio: 1.04,
    command: 'npx tsx bin/bench.ts --only walls'
  },
  thousands: {
    row: 'a tenant\'s page among 2,000 accounts',
    what: 'A page among two thousand tenants',
    against: 'among twenty',
    ratio: 0.95,
    command: 'npx tsx bin/bench.ts --only scale'
  },
  tensOfThousands: {
    row: 'among 20,000 accounts, 9.2 million subtasks',
    what: 'A page among twenty thousand tenants, in nine million subtasks',
    against: 'among twenty',
    ratio: 0.98,
    command: 'npx tsx bin/bench.ts --only scale --large'
  },
  neighbour: {
    row: 'a quiet tenant\'s p99 beside one that sends all it can',
    what: 'A quiet tenant’s slowest pages (p99), beside one that sends all it can',
    against: 'alone',
    ratio: 1.6,
    command: 'npx tsx bin/bench.ts --only concurrency'
  },
  export: {
    row: '`tenants export` of them',
    what: 'One tenant’s million subtasks, as a file of its own',
    against: 'COPY of the same rows to files',
    ratio: 2.7,
    command: 'npx tsx bin/bench.ts --only archive'
  }
} as const satisfies Record<string, MeasuredRatio & Recorded>

/** Requests in the same time, as parts of how many others come to. */
export const throughputs = {
  signed: {
    row: 'a tenant\'s page where names of tenants are signed',
    what: 'Pages where the name of the tenant is signed',
    against: 'where it is taken as it is',
    ratio: 0.74,
    command: 'npx tsx bin/bench.ts --only walls'
  },
  signedIn: {
    row: 'a page of somebody signed in, where access is required',
    what: 'Pages of somebody signed in, found under the same wall',
    against: 'where nobody signs in',
    ratio: 0.85,
    command: 'npx tsx bin/bench.ts --only entry'
  }
} as const satisfies Record<string, MeasuredRatio & Recorded>

/** A database for each tenant, against all of them in one schema. */
export const strategies = {
  command: 'npx tsx bin/bench.ts --only strategies',
  tenants: [5, 50, 200],
  /** What a database of a tenant's own takes before it has a row. */
  emptyMegabytes: 8,
  measures: [
    { row: 'a tenant\'s page, all in turn, p50', what: 'A page, all tenants in turn (p50)', unit: 'ms', values: [{ own: 2.8, schema: 2.9 }, { own: 44, schema: 2.9 }, { own: 61, schema: 3.0 }] },
    { row: 'connections to PostgreSQL', what: 'Connections to PostgreSQL', unit: '', values: [{ own: 9, schema: 7 }, { own: 50, schema: 7 }, { own: 50, schema: 8 }] },
    { row: 'memory of server and sessions', what: 'Memory of server and sessions', unit: 'MB', values: [{ own: 231, schema: 188 }, { own: 430, schema: 190 }, { own: 372, schema: 276 }] },
    { row: 'on disk', what: 'On disk', unit: 'MB', values: [{ own: 55, schema: 11 }, { own: 470, schema: 27 }, { own: 1854, schema: 78 }] },
    { row: '`createtestdata`', what: 'Making and filling them', unit: 's', values: [{ own: 2.6, schema: 1.1 }, { own: 6.0, schema: 1.2 }, { own: 34, schema: 2.2 }] },
    { row: '`migrate up`, one migration', what: 'One migration', unit: 's', values: [{ own: 1.6, schema: 0.7 }, { own: 2.5, schema: 0.8 }, { own: 8.3, schema: 1.2 }] }
  ]
} as const satisfies { command: string, tenants: readonly number[], emptyMegabytes: number, measures: ReadonlyArray<MeasuredStrategy & Recorded> }

/** A schema for each tenant, against one schema for all: nothing but the tables, without a row. */
export const schemas = {
  command: 'npx tsx bin/bench.ts --only strategies',
  tenants: [5, 50, 200],
  measures: [
    { row: 'tables, indexes and sequences', what: 'Tables, indexes, sequences', unit: '', values: [{ own: 125, schema: 25 }, { own: 1250, schema: 25 }, { own: 5000, schema: 25 }] },
    { row: 'on disk, without a row', what: 'On disk, without a row', unit: 'MB', values: [{ own: 1.7, schema: 0.4 }, { own: 16.8, schema: 0.4 }, { own: 66.8, schema: 0.4 }] },
    { row: 'a column added to one table', what: 'A column added', unit: 'ms', values: [{ own: 10, schema: 0.5 }, { own: 19, schema: 0.4 }, { own: 111, schema: 0.3 }] },
    { row: 'memory of a session that has asked for each', what: 'Memory of each session', unit: 'MB', values: [{ own: 2.5, schema: 2.2 }, { own: 8.8, schema: 2.2 }, { own: 31.4, schema: 2.2 }] }
  ]
} as const satisfies { command: string, tenants: readonly number[], measures: ReadonlyArray<MeasuredStrategy & Recorded> }
