import { functionRules } from './rules/functions.ts'
import { keyRules } from './rules/keys.ts'
import { manifestRules } from './rules/manifest.ts'
import { policyRules } from './rules/policies.ts'
import { privilegeRules } from './rules/privileges.ts'
import { relationRules } from './rules/relations.ts'
import { roleRules } from './rules/roles.ts'
import { searchPathRules } from './rules/search-paths.ts'
import { installationRules } from './rules/installation.ts'
import { tableRules } from './rules/tables.ts'
import type { Rule } from './rule.ts'

/** Everything that is looked for, in the order in which it is reported. */
export const rules: readonly Rule[] = [
  ...tableRules, ...policyRules, ...roleRules, ...privilegeRules, ...relationRules, ...functionRules, ...searchPathRules, ...keyRules, ...installationRules, ...manifestRules
]
