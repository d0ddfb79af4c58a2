import { readConfig } from '../src/config.ts'
import { openDatabase } from '../src/database/database.ts'
import { withCatalogue } from '../src/provisioning/catalogue.ts'
import { moveTenant, purgeSource } from '../src/provisioning/move.ts'
import type { StrategyName } from '../src/tenancy/strategy.ts'

/** Moves a tenant in a process of its own, so that a test can kill it: <slug> <destination>, or <slug> purge. */
const [, , slug = '', task = ''] = process.argv
const database = await openDatabase(readConfig().database)
await withCatalogue(database, async catalogue => {
  process.stdout.write('begins\n')
  if (task === 'purge') await purgeSource(database, catalogue, slug)
  else await moveTenant(database, catalogue, slug, task as StrategyName)
})
