import t from 'tap'
import { parseConfig } from '../src/config.ts'
import { welcome } from '../src/welcome.ts'
import { testDatabase } from './support.ts'

const database = await testDatabase(t, { prepare: false })

/** What a server with these settings says where it is, by what it calls it. */
function addresses (settings: NodeJS.ProcessEnv, logins = database.logins): Record<string, string> {
  const text = welcome(parseConfig({ ...database.environment, ...settings }), { ...database, logins }, { port: 8080, migrations: [], demo: false, behind: 0 })
  const [, lines = ''] = /Rowhouse is running\.\n\n([^]*?)\n\n/.exec(text) ?? []
  return Object.fromEntries(lines.split('\n').map(line => [line.slice(2, 17).trim(), line.slice(17)]))
}

t.test('whoever starts the server is told where a tenant, the accounts, the walls, the API and the guide are', t => {
  t.strictSame(addresses({}), {
    'a tenant': 'http://tenant-0.localhost:8080/',
    'another one': 'http://tenant-1.localhost:8080/',
    'all of them': 'http://localhost:8080/',
    'the accounts': 'http://localhost:8080/accounts/',
    'the walls': 'http://tenant-0.localhost:8080/walls/',
    'the API': 'http://tenant-0.localhost:8080/docs/',
    'the guide': 'http://localhost:8080/guide/'
  })
  t.end()
})

t.test('nobody is sent to a page that is closed, or is not there', t => {
  const production = { NODE_ENV: 'production', BASE_DOMAIN: 'example.com' }
  const closed = addresses(production)
  t.match(closed['all of them'], /^closed: set OPERATOR_PASSWORD/)
  for (const name of ['the accounts', 'the walls']) t.notOk(name in closed, name)
  t.match(addresses({ ...production, OPERATOR_PASSWORD: 'choose-one-of-length' }), {
    'all of them': 'http://example.com:8080/   (any user name, and the OPERATOR_PASSWORD)', 'the accounts': 'http://example.com:8080/accounts/', 'the walls': 'http://example.com:8080/walls/'
  })
  const { operator: _, ...without } = database.logins
  const unconnected = addresses({}, without)
  t.match(unconnected['all of them'], /^closed: set OPERATOR_DATABASE_URL/)
  t.notOk('the accounts' in unconnected)
  t.end()
})

t.test('where each account has a database of its own, the operator is sent to the accounts', t => {
  t.match(addresses({ TENANCY: 'multiple-databases' }), { 'all of them': 'no: each has a database of its own', 'the accounts': 'http://localhost:8080/accounts/' })
  t.match(addresses({ TENANCY: 'multiple-databases', ACCESS: 'required', OPERATOR_PASSWORD: 'choose-one-of-length' })['the accounts'], 'http://localhost:8080/accounts/   (any user name, and the OPERATOR_PASSWORD)')
  t.match(addresses({ TENANCY: 'multiple-databases', ACCESS: 'required' })['the accounts'], /^closed/)
  t.end()
})
