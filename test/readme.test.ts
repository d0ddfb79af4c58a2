import { readFile } from 'node:fs/promises'
import pg from 'pg'
import t from 'tap'
import { clientConfig } from '../src/database/admin.ts'
import type { RoleName } from '../src/database/roles.ts'
import { loadDemo } from '../src/testdata/load.ts'
import { testDatabase } from './support.ts'

const database = await testDatabase(t)
await loadDemo(database, 5)
const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')

t.test('the transcript of "See the walls with psql" is what psql shows, word for word', async t => {
  const section = /## See the walls with psql[\s\S]*?```console\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const sessions = section.split(/^(?=\$ )/m).filter(text => text !== '')
  t.equal(sessions.length, 3, 'as the tenant role, the operator and the owner')
  const shown: string[] = []
  for (const session of sessions) {
    const role = /^\$ psql "\$\(npx tsx bin\/dburl\.ts (\w+)\)"\n/.exec(session)?.[1] as RoleName
    shown.push(session.slice(0, session.indexOf('\n') + 1))
    // Each runs on a connection of its own: what was set before, and what was not, is part of what is shown.
    const client = new pg.Client(clientConfig(database.login(role)))
    await client.connect()
    try {
      for (const statement of statementsOf(session)) shown.push(await show(client, statement))
    } finally {
      await client.end()
    }
    shown.push('rowhouse=> \\q\n')
  }
  t.equal(shown.join(''), section)
})

t.test('every command and every file that the README names is there', async t => {
  for (const path of new Set([...readme.matchAll(/\b(?:src|bin|views|test|migrations)\/[\w/-]+\.(?:ts|eta)\b/g)].map(([path]) => path))) {
    if (path === 'src/repositories/comments.ts') continue
    await t.resolves(readFile(new URL(`../${path}`, import.meta.url)), path)
  }
  const { scripts } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as { scripts: Record<string, string> }
  for (const [, name = ''] of readme.matchAll(/npm run ([\w-]+)/g)) t.ok(scripts[name], name)
})

t.test('.env.example lists every setting that is read', async t => {
  const example = await readFile(new URL('../.env.example', import.meta.url), 'utf8')
  const source = await readFile(new URL('../src/config.ts', import.meta.url), 'utf8')
  const names = [...source.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name)
  t.ok(names.length > 10)
  t.strictSame([...example.matchAll(/^#([A-Z][A-Z_]+)=/gm)].map(([, name]) => name).sort(), names.sort())
})

interface Statement {
  /** The lines as typed, prompts included. */
  typed: string
  text: string
}

function statementsOf (session: string): Statement[] {
  const statements: Statement[] = []
  for (const line of session.split('\n')) {
    const first = /^rowhouse=[*!]?> ([^\\].*)$/.exec(line)
    const more = /^rowhouse-[*!]?> (.*)$/.exec(line)
    if (first !== null) statements.push({ typed: line + '\n', text: first[1] ?? '' })
    const last = statements.at(-1)
    if (more !== null && last !== undefined) {
      last.typed += line + '\n'
      last.text += '\n' + (more[1] ?? '')
    }
  }
  return statements
}

/** Runs a statement and renders its result as psql does. */
async function show (client: pg.Client, { typed, text }: Statement): Promise<string> {
  try {
    const result = await client.query({ text, rowMode: 'array' })
    return typed + (result.fields.length === 0 ? tagOf(result) + '\n' : table(result))
  } catch (error) {
    const { message, detail, hint, where } = error as pg.DatabaseError
    return typed + [`ERROR:  ${message}`, ...(detail === undefined ? [] : [`DETAIL:  ${detail}`]), ...(hint === undefined ? [] : [`HINT:  ${hint}`]), ...(where === undefined ? [] : [`CONTEXT:  ${where}`])].join('\n') + '\n'
  }
}

function tagOf ({ command, rowCount }: pg.QueryArrayResult): string {
  if (command === 'INSERT') return `INSERT 0 ${rowCount}`
  return ['UPDATE', 'DELETE'].includes(command) ? `${command} ${rowCount}` : command
}

const numericTypes = [20, 21, 23, 26, 700, 701, 1700]

function table ({ fields, rows }: pg.QueryArrayResult<unknown[]>): string {
  const cells = rows.map(row => row.map(value => value === null ? '' : String(value)))
  const widths = fields.map((field, column) => Math.max(field.name.length, ...cells.map(row => row[column]?.length ?? 0)))
  const centred = (text: string, width: number): string => ' '.repeat(Math.floor((width - text.length) / 2)) + text + ' '.repeat(Math.ceil((width - text.length) / 2))
  const last = fields.length - 1
  const lines = [
    fields.map((field, column) => ` ${centred(field.name, widths[column] ?? 0)} `).join('|'),
    widths.map(width => '-'.repeat(width + 2)).join('+'),
    ...cells.map(row => row.map((text, column) => {
      const width = widths[column] ?? 0
      if (numericTypes.includes(fields[column]?.dataTypeID ?? 0)) return ` ${text.padStart(width)}${column === last ? '' : ' '}`
      return column === last ? ` ${text}` : ` ${text.padEnd(width)} `
    }).join('|')),
    `(${rows.length} row${rows.length === 1 ? '' : 's'})`
  ]
  return lines.join('\n') + '\n\n'
}

t.test('every test that the README names is there', async t => {
  const named = [...readme.matchAll(/`([a-z-]+)`: \*([^*]+)\*/g)]
  t.ok(named.length > 130, `${named.length} named`)
  const [, attacks = ''] = /### Attacks, and where they are tried[^]*?\n\|---\|---\|---\|\n([^]*?)\n\n/.exec(readme) ?? []
  for (const row of attacks.split('\n')) t.match(row, /`[a-z-]+`: \*[^*]+\* \|$/, row.slice(0, 60))
  for (const [, file = '', title = ''] of named) {
    const source = await readFile(new URL(`${file}.test.ts`, import.meta.url), 'utf8').catch(() => '')
    t.ok(source.includes(`t.test('${title.replaceAll('\'', '\\\'')}`), `${file}: ${title}`)
  }
})
