import { z } from 'zod'
import { catalog, catalogParameter } from './catalog.ts'
import { inCatalogTransaction } from './catalog-transaction.ts'
import type { Query } from './check.ts'
import { ExplainedError } from '../explained-error.ts'
import type { CheckSettings } from './settings.ts'

const manifestSchema = z.strictObject({
  tables: z.array(z.string()),
  foreignKeys: z.array(z.string()),
  uniqueKeys: z.array(z.string()),
  checks: z.array(z.string()),
  policies: z.array(z.string()),
  functions: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  // Manifests of before are without.
  owners: z.array(z.string()).optional(),
  grants: z.array(z.string()).optional()
})

/**
 * What a good database consists of, for what no rule can know: that something is missing, or is not what it was. Tables by name, those of
 * further schemas with theirs;
 * keys, checks and policies by table and definition, "task: FOREIGN KEY (account_id, ...) REFERENCES ..."; every function of the
 * schema, and those elsewhere that these and policies call, by a hash of what they are, or several where each of these is good; who owns
 * tables and schemas, "table task: app_owner"; what roles that serve requests are granted, "task: app_user: update (name)".
 */
export type Manifest = z.infer<typeof manifestSchema>

/** @throws {ExplainedError} where the text is not that of a manifest */
export function parseManifest (text: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new ExplainedError('this is not a manifest; --write-manifest writes one', { cause: error, exitCode: 2 })
  }
}

/** Describes a database that is taken to be good. */
export async function readManifest (query: Query, settings: CheckSettings): Promise<Manifest> {
  return await inCatalogTransaction(query, async () => {
    const rows = await query<{ kind: string, line: string, hash: string | null }>(`
      with${catalog}
      select 'table' as kind, listed_name as line, null as hash from any_table
      union all select kind::text, line, null from key_line
      union all select 'policy', line, null from policy_line
      union all select 'function', name, hash from function_hash
      union all select 'owner', line, null from owner_line
      union all select 'grant', line, null from grant_line
      order by kind, line`, [catalogParameter({ ...settings, manifest: undefined })])
    const lines = (...kinds: string[]): string[] => rows.filter(({ kind }) => kinds.includes(kind)).map(({ line }) => line).sort(byCode)
    return {
      tables: lines('table'),
      foreignKeys: lines('f'),
      uniqueKeys: lines('p', 'u', 'x'),
      checks: lines('c'),
      policies: lines('policy'),
      functions: Object.fromEntries(rows.filter(({ kind }) => kind === 'function').map(({ line, hash }) => [line, hash ?? '']).sort(([one = ''], [other = '']) => byCode(one, other))),
      owners: lines('owner'),
      grants: lines('grant')
    }
  })
}

/** The same order on every server. */
function byCode (one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
