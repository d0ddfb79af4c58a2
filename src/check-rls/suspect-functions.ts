import { catalog } from './catalog.ts'
import { suspectRules } from './rules/functions.ts'

/** What roles that serve tenants may call and that the rules find may name a tenant, as `SuspectFunction`, for the settings as `catalogParameter` has them. */
export const suspectFunctions = `
  with${catalog}
  select own_function.name, prokind = 'p' as "isProcedure",
    array(select format_type(argument.type, null) from unnest(proargtypes) with ordinality as argument (type, position) order by position) as "argumentTypes"
  from own_function
  where prorettype <> 'trigger'::regtype and prokind in ('f', 'p') and own_function.name in (${suspectRules.map(({ query }) => `select object from (${query}) as found`).join(' union ')})
  order by own_function.name`
