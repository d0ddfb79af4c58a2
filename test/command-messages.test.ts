import t from 'tap'
import { parseConfig } from '../src/config.ts'
import { openDatabase } from '../src/database/database.ts'
import { run, testDatabase, type Run } from './support.ts'

/** Runs a program to its end. */
async function outcome (program: Run): Promise<{ code: number | string, output: string }> {
  return { code: await program.ended, output: program.output() }
}

t.test('passwords that another secret has set are called that, and no database is called empty for them', async t => {
  const [database, fresh] = [await testDatabase(t), await testDatabase(t, { prepare: false })]
  const otherSecret = { ROLE_SECRET: 'not the secret that set the passwords' }
  for (const [command, role] of [[['bin/migrate.ts', 'status'], 'owner'], [['bin/migrate.ts', 'down', '--yes'], 'manager'], [['bin/tenants.ts', 'list'], 'owner']] as const) {
    const { code, output } = await outcome(run(t, [...command], { ...database.environment, ...otherSecret }))
    t.equal(code, 1, command.join(' '))
    t.match(output, new RegExp(`refuses the login of "rowhouse_${role}": .*Another ROLE_SECRET, or the password of another administrator, has set it: .*npx tsx bin/migrate\\.ts up`))
    t.notMatch(output, /pending|behind|empty|no catalogue|^ +at /m)
  }
  for (const secret of [{}, otherSecret]) {
    t.match(await outcome(run(t, ['bin/migrate.ts', 'status'], { ...fresh.environment, ...secret })), { code: 1, output: /^001_context +pending/m }, 'where there is nothing yet, the passwords are those of another database')
    t.match(await outcome(run(t, ['bin/tenants.ts', 'list'], { ...fresh.environment, ...secret })), { code: 1, output: /the database is empty; run: npx tsx bin\/migrate\.ts up/ })
  }
  await fresh.prepare()
  await fresh.takeBack(1)
  t.match(await outcome(run(t, ['bin/tenants.ts', 'list'], fresh.environment)), { code: 1, output: /the database is behind this version/ })
  const wrongAdmin = await openDatabase(parseConfig({ ...database.environment, DATABASE_URL: database.environment['DATABASE_URL']?.replace(/\/\/[^@]*@/, '//nobody:nothing@') }).database)
  await t.rejects(wrongAdmin.isNotSetUp(Object.assign(new Error('refused'), { code: '28P01' })), /refuses the login of "nobody"/, 'an administrator who gets in nowhere knows nothing')
})
