import { matchesEmpty, within, withoutClosedForms, withoutClosedReturns } from '../closed-forms.ts'
import { commentAgain, oneLineLiteral } from './mends.ts'
import type { Rule } from '../rule.ts'

/** What makes a tenant of a setting that is missing. */
const openWords = String.raw`\m(or|if|case|coalesce|exception\s+when|greatest|least|max|min|values|union|concat|concat_ws|is null|is not null|is not distinct from|is distinct from)\M`
/** A value that is not the text that was put together: cast to another type, a part of JSON or of an array. */
const asAnother = String.raw`\s*(?:::\s*(?!(?:pg_catalog\.)?(?:text|character|varchar|bpchar|name|bytea)\M(?!\[))|->|#>|\[)`
/** The same, behind as many parentheses that end. */
const laterAsAnother = String.raw`(?:[^();]|\(${within}\))*(?:\)(?:[^();]|\(${within}\))*)*\)${asAnother}`
/** What makes a tenant of an empty setting by putting something beside it, or before it in an array. A text that something else is compared with, and a hash of one, make none. */
const fills = [
  String.raw`\|\|${laterAsAnother}`,
  String.raw`\m(?:format|overlay|lpad|rpad)\s*\((?=${within}\)(?:${asAnother}|${laterAsAnother}))`,
  String.raw`\mcast\s*\((?:[^()]|\(${within}\))*(?:\|\||\m(?:format|overlay|lpad|rpad)\s*\()`,
  String.raw`\marray_(?:remove|append|prepend|cat|replace|fill)\M`,
  String.raw`(?<!\m(?:any|all|some)\s*\(+)\marray\s*\[[^;]*?\][\w.:\[\]"]*\s*\)*\s*\[`
].join('|')
/** The same of a function of PL/pgSQL that gives no text, which makes its type of whatever it returns. */
const fillsReturned = String.raw`(?:\mreturn\M|:=|\mdefault\M)[^;]*(?:\|\||\m(?:format|overlay|lpad|rpad)\s*\()` +
  String.raw`|\mselect\M(?:(?!\m(?:from|where|into)\M)[^;])*(?:\|\||\m(?:format|overlay|lpad|rpad)\s*\()(?:(?!\m(?:from|where)\M)[^;])*\minto\M|\minto\M(?:(?!\m(?:from|where)\M)[^;])*(?:\|\||\m(?:format|overlay|lpad|rpad)\s*\()`
/** What may name somebody without any of these words, by what it is compared with, by what comes first, or where a loop has nothing to do. */
const mayMatch = String.raw`\m(?:i?like|starts_with|strpos|position|regexp_replace|loop)\M|~|\^@|\m(?:in|any)\s*\(|\morder\s+by\M`
/** A constant that is returned where a loop was never gone through: by itself, or in a variable that nothing else was put into. -1 and 0 are nobody. */
const constant = String.raw`(?!(?:-\s*1|0)\s*;)(?:''(?!'')|[-+]?\d)`
const returnsConstant = String.raw`\mloop\M.*\mreturn\M\s*\(?\s*${constant}`
const keepsConstant = String.raw`\m(\w+)\M(?:\s[^;:=]*)?(?::=|\mdefault\M|=)\s*\(?\s*${constant}[^;]*;.*\mloop\M.*\mreturn\M[^;]*\m\1\M`
/** A pattern that an empty text matches, and what puts something into its place. */
const replacesEmpty = String.raw`\mregexp_replace\s*\((?:[^();]|\(${within}\))*,\s*e?''(?!'')\^?\(*(?:(?:\.|\\+[sdw]|\[[^]]*\])[*?])?\)*\$?''(?:::text)?\s*,\s*e?''[^\\'']`
/** Whether a text has one of them, read without its literals, and still has one where what names nobody is taken out of it. @param code with its literals */
const isOpen = (bare: string, reduced: string, code: string, opening = `'${openWords}|${fills}'`): string => `case
          when ${bare} ~* ${opening} or ${bare} ~* '${mayMatch}' then (
            select left_over.text ~* ${opening} or left_over.text ~* '${matchesEmpty}'
              or left_over.text ~* '\\mloop\\M' and (left_over.text ~* '${returnsConstant}' or left_over.text ~* '${keepsConstant}')
              or ${bare} ~* '\\mregexp_replace\\M' and ${code} ~* '${replacesEmpty}'
            from (select ${reduced} as text offset 0) as left_over)
          else false end`
/** What raises an error, and what does nothing but that where something is wrong. */
const raises = String.raw`\mraise\M(?!\s+(?:debug|log|info|notice|warning)\M)[^;]*;`
const onlyRaises = [String.raw`\mif\M[^;]*?\mthen\s+${raises}\s*end\s+if\s*;`, String.raw`\mexception(?:\s+when\M[^;]*?\mthen\s+${raises})+(?=\s*end\M)`].join('|')
/** A function's code without that, done by itself or by another function that does nothing else. @param code without comments, and without what stands in literals or where that could read like code */
const withoutRaising = (code: string): string => String.raw`regexp_replace(case when raising.names is null then ${code} else regexp_replace(${code}, '\mperform\s+(?:\w+\.)?(?=(?:' || raising.names || ')\s*\()', 'raise ', 'gi') end, '${onlyRaises}', ' ', 'gi')`
/** What a policy itself says. */
const ofPolicy = "concat_ws(' ', using_expression, check_expression)"

/** Behind a table that nothing is asked of. */
const firstOfAll = String.raw`(?:\s+(?:as\s+)?(?!\m(?:where|join|cross|natural|order)\M)\w+)?\s+order\s+by\M(?:[^();]|\(${within}\))*\m(?:limit|fetch)\M`
/** Behind what begins an expression, and not within parentheses: EXTRACT() and the like have a FROM as well, and so has IS DISTINCT FROM. */
const fromRelation = String.raw`\m(?:select|return|perform)\M(?:[^();]|\(${within}\))*?(?:(?<!\mdistinct\s+)\mfrom|\mjoin)\s+(?:only\s+)?(?:\(+\s*(?!\m(?:select|values|with)\M))?[\w$."]+(?![\w$."]|\s*\()(?!${firstOfAll})`
/** A table of which the first row by some order is taken, whoever asks. */
const fromFirst = String.raw`(?<!\mdistinct\s+)\mfrom\s+(?:only\s+)?([\w$."]+)(?![\w$."]|\s*\()${firstOfAll}`
/** What differs from one transaction, session or login to another, or is looked up in a relation, which may. A SELECT alone is in every text of SQL. */
const asksSomething = String.raw`\m(?:current_setting|current_user|session_user|system_user|current_role|user|current_catalog|current_database|current_schemas?|pg_backend_pid|inet_client_addr|execute|table)\M|${fromRelation}`

/** Whether it lets through what the canonical expression does not: one that is false of every row lets nothing through. */
const admitsOthers = (expression: string): string => `coalesce(${expression} not in (policy.canonical, 'false'), true)`

/** Whether a text asks something: a view, or a table with row-level security or that is not there yet, gives to each what is theirs, whatever is asked of it. */
const asks = (text: string): string => `(${text} ~* '${asksSomething}' or ${text} ~* '${fromFirst}' and exists (
          select from regexp_matches(${text}, '${fromFirst}', 'gi') as found left join pg_class on relname = lower(substring(found[1] from '[^.]+$')) where relkind is distinct from 'r' or relrowsecurity))`

/** Makes it say this, for the command and the roles that it is for. */
const madeWith = (expression: string): string => `(
  select concat('alter policy ', quote_ident(polname), ' on ', table_name, case when polcmd <> 'a' then ' using ' || made.expression end, case when polcmd in ('a', 'w', '*') then ' with check ' || made.expression end, ';') from (select ${expression} as expression) as made)`
const madeCanonical = madeWith('canonical')
/** What a policy narrowed by AND beside what it is made to say, which it loses then. @param text an expression of SQL */
const narrowingToo = (text: string): string => `case when position(' AND ' in ${text}) > 0 then format(' create policy <name> on %s as restrictive for all to <role> using (<what else it asked for>);', table_name) else '' end`
const saidAnew = ' (<what it asked for, by a column of the row>)'
/** Makes those of its expressions that are so say what its author has to say: what is restrictive, or for others than the tenants, is not what the canonical one says. @param isSo a condition, for the text and the tree of either */
const madeByItsAuthor = (isSo: (text: string, tree: string) => string): string =>
  `concat('alter policy ', quote_ident(polname), ' on ', table_name, case when ${isSo('using_text', 'using_tree')} then ' using${saidAnew}' end, case when ${isSo('check_text', 'check_tree')} then ' with check${saidAnew}' end, ';')`
const castsKey = (text: string): string => `position('(' || quoted_key || ')::' in ${text}) > 0`
const asksAnotherTable = (tree: string): string => `(${tree} like '%{SUBLINK%' and ${tree} ~ ':rtable \\(')`

/** That this policy compares the key with the setting itself. @param source an expression of SQL for what reads it now @param type an expression of SQL for the key's type */
const readsSetting = (source: string, type: string): string => `(
  select case when ${source} ~* '->|#>|\\mjsonb?' then format('(current_setting(%L)::jsonb ->> ''<claim>'')::%s', read.setting, ${type}) else format('current_setting(%L)::%s', read.setting, ${type}) end
  from (
    select case when count(distinct found[1]) = 1 then min(found[1]) else '<setting>' end as setting from regexp_matches(${source}, 'current_setting\\(\\s*[eE]?''([^'']+)''', 'g') as found
  ) as read)`
/** The function of this id as one that reads the setting, and does nothing else. What one with arguments, or of another kind, is to give is for its author to say. */
const readingFunction = (id: string): string => `(
  select format('create or replace function %s.%I(%s) returns %s language sql stable parallel safe return %s;', pronamespace::regnamespace, proname, pg_get_function_arguments(pg_proc.oid), pg_get_function_result(pg_proc.oid),
    case when pronargs = 0 and not proretset and prorettype <> 'boolean'::regtype then ${readsSetting('its.code', 'pg_get_function_result(pg_proc.oid)')} else '<what it gave, and nothing where no tenant is set>' end)
  from pg_proc join policy_function as its on its.oid = pg_proc.oid where pg_proc.oid = ${id} and prokind = 'f')`
/** The policy with what it reads the tenant with: the canonical one, unless that is what opens. */
const readingPolicy = `(
  select ${madeWith(`case when policy.canonical in (policy.using_expression, policy.check_expression) then format('(%s = %s)', policy.quoted_key, ${readsSetting(ofPolicy, 'format_type(tenant_table.key_base_type, null)')}) else policy.canonical end`)}
  from tenant_table where tenant_table.oid = policy.polrelid)`

/** What reads a setting that may be missing; and the same with an error where it is. */
const missing = String.raw`(current_setting\([^)]*),\s*true\)`
const withoutMissing = (text: string): string => `regexp_replace(${text}, '${missing}', '\\1)', 'gi')`
/** The function as it is, on one line. */
const requiringFunction = `(
  select case
    when prosqlbody is not null then ${withoutMissing("replace(its.definition, chr(10), ' ')")} || ';'
    when its.quotes is null then format('create or replace function <%s without missing_ok>;', own_function.name)
    else replace(left(its.definition, -(length(prosrc) + 2 * length(its.quotes) + length('AS '))), chr(10), ' ') || 'AS ' || ${oneLineLiteral(withoutMissing('prosrc'))} || ';'
  end
  from (select whole.definition, substring(whole.definition from '\\$[a-z]+\\$$') as quotes from (select rtrim(case when prokind = 'f' then pg_get_functiondef(own_function.oid) end, chr(10)) as definition) as whole) as its)`

/** The name of a function without arguments, as policies have it, and where it stands by itself. */
const calledName = "split_part(own_function.name, '(', 1)"
const calledThere = String.raw`'(?<![\w$."])' || regexp_replace(${calledName}, '(\W)', '\\\1', 'g') || '\(\)'`
/** Called once for a statement, whatever the function is. */
const calledOnce = (text: string): string => `regexp_replace(${text}, ${calledThere}, '(select ' || ${calledName} || '())', 'g')`
/** All names that it has are of PostgreSQL's own, or were resolved when it was made: it needs no search_path. */
const needsNoSetting = `not prosecdef and (
  select bool_and(setting ~ '^search_path=' and (prosqlbody is not null or setting ~ '^search_path=(?:(?:"?pg_catalog"?|"?pg_temp"?|"")(?:, )?)*$')) from unnest(proconfig) as setting)`

/** What a dump makes only of functions that are IMMUTABLE: indexes, partitions, statistics, generated columns. */
const hasToBeImmutable = `exists (
          select from pg_depend as using_it left join pg_attrdef on using_it.classid = 'pg_attrdef'::regclass and pg_attrdef.oid = using_it.objid left join pg_attribute on attrelid = adrelid and attnum = adnum
          where using_it.refclassid = 'pg_proc'::regclass and using_it.refobjid = function.oid and (using_it.classid in ('pg_class'::regclass, 'pg_statistic_ext'::regclass) or attgenerated <> ''))`

/** Whether a role that a policy is for was named, by itself or for what it owns. */
const isNamed = (role: string): string => `(
  ${role} = any (given.trusted_roles) or ${role} in (select runtime_role.oid from runtime_role) or exists (
    select from pg_roles join own_function on own_function.proowner = pg_roles.oid and own_function.prosecdef and own_function.name = any (given.definers)
    where pg_roles.oid = ${role} and not pg_roles.rolcanlogin))`

/**
 * Whether `named_role`, which serves no requests, sees rows by this policy for PUBLIC alone: the policies hold for it, and none but this shows it
 * any. Of the owners of tables, those that functions run as: what else they do is not done for a tenant.
 */
const isServedByIt = `not pg_roles.rolsuper and not pg_roles.rolbypassrls
              and (named_role.kind <> 'owner' or exists (select from given, own_function where own_function.proowner = named_role.oid and prosecdef and own_function.name = any (given.definers)))
              and not exists (
                select from any_policy as other, unnest(other.polroles) as target (oid)
                where other.polrelid = policy.polrelid and other.polpermissive and other.polcmd in (policy.polcmd, '*') and target.oid <> 0 and pg_has_role(named_role.oid, target.oid, 'usage'))`

/** What gives one text for several, of what a transaction sets: a part of it, or that in one case of letters. */
const fewer = String.raw`\m(?:lower|upper|initcap|left|right|substr|substring|overlay|split_part|translate|replace|regexp_replace|regexp_substr|regexp_match|hashtext|hashtextextended|length|ascii|abs|round|trunc|floor|ceil|mod)"?\s*\((?:[^();]|\()*`
const fewerByTrimming = String.raw`\m[blr]?trim\s*\((?:\s*(?:both|leading|trailing)\s+''|\(*\s*(?:pg_catalog\.)?current_setting\s*\([^()]*\)[^,()]*\)*[^,()]*,)`
const setByTransaction = String.raw`(?:current_setting|current_user|session_user|current_role)\M`
const cut = String.raw`(?:::|\mas)\s*(?:(?:character(?:\s+varying)?|varchar|char|bpchar)\s*\(\s*\d+\s*\)|"char")`
/** Of a text without what stands in its literals. What is looked up in a table is told apart there. */
const givesFewer = (bare: string): string => String.raw`(${bare} ~* '${fewer}${setByTransaction}|${fewerByTrimming.replaceAll("'", "''")}|${setByTransaction}[^;]*${cut}' and ${bare} !~* '\mfrom\s+(?!(?:pg_catalog\.)?current_)[a-z_"]')`

/** A claim that users write themselves, by its name or in a path, and the column that it is kept in. */
const byUsers = String.raw`''(?:[{$][^''\s]*)?\muser_metadata\M|\mraw_user_meta_data\M`
/** The same by what the server writes. */
const byServer = (text: string): string => String.raw`regexp_replace(regexp_replace(${text}, '\mraw_user_meta_data\M', 'raw_app_meta_data', 'g'), '\muser_metadata\M', 'app_metadata', 'g')`

/** Who sees which rows. */
export const policyRules: readonly Rule[] = [
  {
    id: 'policy-using',
    severity: 'error',
    title: 'A policy of the tenants that is not the canonical one',
    gain: 'Rows that the policy lets through beside those of the tenant: permissive policies add up, and the widest counts.',
    explanation: 'Every permissive policy that reaches a tenant role has to compare the key with the tenant of the transaction, and no "or" makes it stricter. Nor is it that tenant where the key may be one of many, = ANY (...), or is compared with what depends on the row: its own key, what a function makes of its id, a sub-select that names it. What "and" adds to that narrows it, and is let be; a restrictive policy says it for all others, too.',
    query: `
      select name as object, 'shows rows where ' || coalesce(using_text, '<anything>') || ', not where ' || canonical as detail,
        ${madeCanonical} || ${narrowingToo('concat(using_text, check_text)')} as mend
      from policy where reaches_tenants and polpermissive and polcmd <> 'a' and ${admitsOthers('using_expression')}`
  },
  {
    id: 'policy-check',
    severity: 'error',
    title: 'A policy that lets tenants write the rows of others',
    gain: 'Rows planted in the account of another tenant, or moved there.',
    explanation: 'WITH CHECK is what a new row must fulfil. Where it is left out, USING stands in for it, except for INSERT, where nothing does.',
    query: `
      select name as object, 'accepts rows where ' || coalesce(check_text, '<anything>') || ', not where ' || canonical as detail,
        format('alter policy %I on %s with check %s;', polname, table_name, canonical) || ${narrowingToo("coalesce(check_text, using_text, '')")} as mend
      from policy
      where reaches_tenants and polpermissive and polcmd in ('a', 'w', '*') and ${admitsOthers("coalesce(check_expression, case when polcmd <> 'a' then using_expression end)")}`
  },
  {
    id: 'policy-for-everybody',
    severity: 'error',
    title: 'A policy for PUBLIC',
    gain: 'Its rows for every role there is and every role there will be.',
    explanation: 'A policy without TO is for PUBLIC. It adds to what each other policy shows, to roles that nobody thought of, too.',
    query: `
      select name as object, 'is for PUBLIC' as detail,
        format('alter policy %I on %s to %s;', polname, table_name, coalesce(case when coalesce(using_expression, canonical) = canonical and coalesce(check_expression, canonical) = canonical then (
          select string_agg(named_role.name, ', ' order by named_role.kind <> 'tenant', named_role.name)
          from named_role join pg_roles on pg_roles.oid = named_role.oid
          where (has_any_column_privilege(named_role.oid, polrelid, 'select, insert, update') or has_table_privilege(named_role.oid, polrelid, 'delete'))
            and (named_role.kind = 'tenant' or named_role.kind <> 'operator' and ${isServedByIt})
        ) end, '<role>')) as mend
      from policy where polpermissive and 0 = any (polroles) and (coalesce(using_expression, 'false') <> 'false' or coalesce(check_expression, 'false') <> 'false')`
  },
  {
    id: 'policy-for-another-role',
    severity: 'error',
    title: 'A policy for a role that nobody has named',
    gain: 'The rows of all tenants for a role that neither serves requests nor is known to pass the walls.',
    explanation: 'A policy other than the canonical one is for the roles named with --operator-role and --trusted-role, and for roles that log in nowhere and own a function that was named with --definer.',
    query: `
      select policy.name as object, 'is for ' || target.oid::regrole || ', whom nothing here names' as detail,
        -- Once for all whom nothing names.
        coalesce(
          (select format('alter policy %I on %s to %s;', polname, table_name, string_agg(other.oid::regrole::text, ', ' order by other.place)) from unnest(polroles) with ordinality as other (oid, place) where ${isNamed('other.oid')} having count(*) > 0),
          format('drop policy if exists %I on %s;', polname, table_name)) as mend
      from policy, given, unnest(polroles) as target (oid)
      where target.oid <> 0 and polpermissive and not ${isNamed('target.oid')}
        and (using_expression not in (canonical, 'false') or check_expression not in (canonical, 'false'))`
  },
  {
    id: 'policy-operator-writes',
    severity: 'error',
    title: 'A policy that lets the operator write',
    gain: 'Whoever gets into the view over all tenants changes the rows of all tenants.',
    explanation: 'A role that sees everything changes nothing: its policies are FOR SELECT.',
    query: `
      select name as object, 'is not for SELECT alone' as detail,
        (
          select case when target.others is null then format('drop policy %I on %s;', polname, table_name) else format('alter policy %I on %s to %s;', polname, table_name, target.others) end
            -- None but one for all commands shows what it is true of.
            || coalesce(case when polcmd = '*' and using_text is not null then format(' create policy %I on %s for select to %s using (%s);', shown.name, table_name, target.operators, using_text)
              || ${commentAgain("format('policy %I on %s', shown.name, table_name)", 'pg_policy', 'policy.oid')} end, '')
          from (
            select string_agg(role.name, ', ' order by place) filter (where is_operators) as operators, string_agg(role.name, ', ' order by place) filter (where not is_operators) as others
            from unnest(polroles) with ordinality as named (oid, place), lateral (
              select case named.oid when 0 then 'public' else named.oid::regrole::text end as name,
                named.oid = 0 or exists (select from runtime_role where kind = 'operator' and pg_has_role(runtime_role.oid, named.oid, 'usage')) as is_operators) as role
          ) as target, lateral (select case when target.others is null then polname else left(polname, 56) || '_select' end as name) as shown
        ) as mend
      from policy where polpermissive and reaches_operators and not reaches_tenants and polcmd <> 'r'`
  },
  {
    id: 'context-fails-open',
    severity: 'error',
    title: 'A policy that shows everything where no tenant is set',
    gain: 'All tenants, by whatever forgets to name one: a job, a psql session, a connection that was reset.',
    explanation: "A setting that was never set is null, and one that an ended transaction set is ''. Whatever makes either of them a tenant makes forgetting a leak: coalesce with a constant, CASE, IF, OR, IS NULL, EXCEPTION, greatest, what puts something beside it, ||, format, lpad, an array, a pattern that an empty text matches, a constant that a loop without rows leaves alone; and so does whatever makes one of a claim that the setting lacks. The check goes by the words, of what policies call directly and of what that calls, and knows what names nobody: two settings in one coalesce, say, or a function of PL/pgSQL in which each branch returns null, raises an error or returns a variable that is set to nothing else. It runs none of it: whoever owns a function here would have it run by whoever looks. With --attack the roles that serve tenants ask, with nothing set, with an empty setting and with an empty object, and what answers with an error or null is let be, unless it reads JSON, of which other claims may be missing.",
    query: `
      -- Each text is looked at once, however many policies come to it.
      with opening_policy as materialized (
        select policy.oid, ${isOpen(ofPolicy, withoutClosedForms(ofPolicy), ofPolicy)} as opens from policy where reaches_tenants and polpermissive
      ),
      raising as materialized (
        select string_agg(proname, '|') as names
        from (
          select proname from policy_function join pg_proc using (oid) where proname ~ '^[a-z_]\\w*$'
          group by proname having bool_and(bare ~* '^\\s*begin\\s+${raises}\\s*end\\s*;?\\s*$')
        ) as named
      ),
      opening_function as materialized (
        select policy_function.oid, ${isOpen("case when policy_function.bare ~* '\\mexecute\\M' then policy_function.code else its.bare end", withoutClosedReturns("case when policy_function.bare ~* '\\mexecute\\M' then policy_function.code else its.plain end", 'its.argument'), 'policy_function.code', 'its.opening')} as opens
        from given, raising, policy_function join pg_proc on pg_proc.oid = policy_function.oid
        cross join lateral (select ${withoutRaising('policy_function.bare')} as bare, ${withoutRaising('policy_function.plain')} as plain,
          case when pronargs = 1 and pronargdefaults = 0 and proallargtypes is null then concat_ws('|', '\\$1', case when proargnames[1] ~ '^[A-Za-z_]\\w*$' then proargnames[1] end) end as argument,
          '${openWords}|${fills}' || case when prorettype not in ('text'::regtype, 'varchar'::regtype, 'name'::regtype) then '|${fillsReturned}' else '' end as opening) as its
        where not (name = any (verifiers))
      )
      select opened.object, opened.detail as detail, case when opened.function is not null then ${readingFunction('opened.function')} else ${readingPolicy} end as mend
      from (
        select distinct coalesce(place.name, policy.name) as object, coalesce(place.body, using_expression, check_expression) as detail, place.oid as function, case when place.oid is null then policy.oid end as policy
        from policy join opening_policy on opening_policy.oid = policy.oid
        left join (called_function join opening_function on opening_function.oid = called_function.oid join policy_function on policy_function.oid = called_function.oid) on called_function.policy = policy.oid
          -- But for what only narrows, and what goes by a signature.
          and (not is_narrower or strpos(${ofPolicy}, split_part(called_function.root_name, '(', 1) || '(') > 0)
        -- Where the policy itself says so, whatever its function does is not the reason.
        left join lateral (select policy_function.oid, policy_function.name, policy_function.body where not opening_policy.opens) as place on true
        where (opening_policy.opens or opening_function.opens)
          and concat_ws(' ', ${ofPolicy}, policy_function.body) ~* ('current_setting' || coalesce('|' || regexp_replace((select expression from context), '\\W', '.', 'g'), ''))
      ) as opened left join policy on policy.oid = opened.policy`
  },
  {
    id: 'context-user-metadata',
    severity: 'error',
    title: 'A policy that believes what users say of themselves',
    gain: 'All tenants: a user names another one in their own metadata, and has a new token made.',
    explanation: 'What a token of Supabase has under user_metadata, and auth.users in raw_user_meta_data, users write themselves, by auth.updateUser(). Only the server writes app_metadata, and raw_app_meta_data.',
    query: `
      select name as object, 'goes by what users write: ' || concat_ws(' ', using_text, check_text) as detail,
        concat('alter policy ', quote_ident(polname), ' on ', table_name, ' using (' || ${byServer('using_text')} || ')', ' with check (' || ${byServer('check_text')} || ')', ';') as mend
      from policy where reaches_tenants and concat_ws(' ', using_text, check_text) ~* '${byUsers}'
      union all
      select policy_function.name, 'goes by what users write: ' || body, format('create or replace function <%s by app_metadata>;', policy_function.name)
      from policy_function
      where code ~* '${byUsers}' and oid in (select called_function.oid from called_function join policy on policy.oid = called_function.policy where reaches_tenants)`
  },
  {
    id: 'policy-sets-context',
    severity: 'error',
    title: 'A policy that names the tenant that it then asks for',
    gain: 'All tenants, where each row names its own before it is looked at; or the one that is named there, by whatever forgets to name one.',
    explanation: 'set_config() in a policy, or in a function that one calls, sets what the next comparison reads. What is restrictive, or stands beside the comparison in an AND, may be evaluated before it.',
    query: `
      select name as object, 'sets what it asks for: ' || concat_ws(' ', using_text, check_text) as detail, case when not polpermissive then format('drop policy %I on %s;', polname, table_name) when is_narrower then ${madeCanonical} else ${readingPolicy} end as mend
      from policy where reaches_tenants and concat_ws(' ', using_text, check_text) ~* '\\mset_config\\s*\\('
      union all
      select name, body, ${readingFunction('policy_function.oid')}
      from given, policy_function
      where code ~* '\\mset_config\\s*\\(' and not (name = any (verifiers))
        and oid in (select called_function.oid from called_function join policy on policy.oid = called_function.policy where reaches_tenants)`
  },
  {
    id: 'context-names-nobody',
    severity: 'error',
    title: 'Policies that compare the key with nothing that a transaction sets',
    gain: 'The same rows for every request: one tenant’s, or all of them.',
    explanation: 'What most policies have in common is taken for what is meant, unless --context says it, and unless it is one of many (ANY) or depends on the row: the policies are not canonical then. It has to depend on a setting of the transaction, or on who is logged in where each tenant is a role: a constant is the same for all.',
    query: `
      select context.expression as object, 'is what the policies compare the key with, and it reads no setting' as detail,
        format('alter policy <each> on <its table> using (%I = current_setting(''<setting>'')::<type>);', given.key_column) as mend
      from context, given
      where not ${asks('context.expression')}
        and exists (select from policy where reaches_tenants and canonical in (using_expression, check_expression))
        and not exists (
          select from policy_function
          where (is_opaque or ${asks('bare')} or code ~* '"current_setting"\\s*\\(')
            and policy_function.oid in (select called_function.oid from policy join called_function on called_function.policy = policy.oid where reaches_tenants and canonical in (using_expression, check_expression)))`
  },
  {
    id: 'context-alike',
    severity: 'error',
    title: 'A policy that takes two tenants for one',
    gain: 'The rows of a tenant whose name reads alike: "acme" for "Acme".',
    explanation: 'A collation that is not deterministic takes different texts for equal, by COLLATE in the policy itself or by a domain. What is compared so is compared in vain, unless the id of the tenants goes by the same collation: no two of them are alike by it then.',
    query: `
      select policy.name as object, format('compares the key by the collation %s, which takes different texts for equal', alike.name) as detail,
        case when position(alike.clause in canonical) > 0 then ${madeCanonical.replaceAll('canonical', "replace(canonical, alike.clause, '')")}
          else format('alter policy %I on %s using (%s = <the tenant of the transaction>);', polname, table_name, quoted_key) end as mend
      from policy join (
        select oid, oid::regcollation::text as name, ' COLLATE ' || oid::regcollation as clause from pg_collation
        where not collisdeterministic and oid not in (select key_collation from tenant_table where is_root and key_number is not null)
      ) as alike on concat(using_tree, check_tree) like '%:inputcollid ' || alike.oid || ' %'
      where reaches_tenants and polpermissive and canonical in (using_expression, check_expression) and (
        position(alike.clause in canonical) > 0
        or concat_ws(chr(10), using_tree, check_tree) ~ (case when is_narrower then '' else '^' end || '\\{OPEXPR [^{]*:inputcollid ' || alike.oid || case when is_narrower then ' :args \\(\\{(?:RELABELTYPE :arg \\{)?VAR :varno 1 :varattno ' || key_number || ' ' else ' ' end))`
  },
  {
    id: 'context-shortened',
    severity: 'warning',
    title: 'A tenant that is read from a part of what a transaction sets',
    gain: 'The rows of another tenant whose name begins, ends or reads alike: each of them that comes to the same.',
    explanation: 'lower(), left(), split_part(), char(4) and their kin give one text for several. Compare what was set as it is, and have whoever sets it see to its form.',
    query: `
      select context.expression as object, 'gives one tenant for several texts' as detail,
        format('alter policy <each> on <its table> using (%I = current_setting(''<setting>'')::<type>);', given.key_column) as mend
      from context, given, lateral (
        -- What is cut to the very type of the id is no other tenant’s.
        select replace(regexp_replace(context.expression, '''(?:[^'']|'''')*''', '''''', 'g'), '::' || coalesce((
          select format_type(atttypid, atttypmod) from pg_attribute join tenant_table on attrelid = tenant_table.oid and attnum = key_number where is_root), ''), '') as bare
      ) as read
      where ${givesFewer('bare')} and exists (select from policy where reaches_tenants and canonical in (using_expression, check_expression))
      union all
      select policy_function.name, 'gives one tenant for several texts: ' || policy_function.body,
        format('create or replace function %s returns <as it was> language sql stable parallel safe return current_setting(''<setting>'')::<type>;', policy_function.name)
      from policy_function, given
      where ${givesFewer('policy_function.bare')} and not (policy_function.name = any (given.verifiers)) and policy_function.oid in (
        select called_function.oid from policy join called_function on called_function.policy = policy.oid
        where reaches_tenants and polpermissive and canonical in (using_expression, check_expression) and strpos(canonical, split_part(called_function.root_name, '(', 1) || '(') > 0)`
  },
  {
    id: 'context-overloaded',
    severity: 'error',
    title: 'A second function of the name that says whose a row is',
    gain: 'Another tenant’s rows: which of the two a policy calls is not to be read from its text.',
    explanation: 'A policy keeps the function that it found when it was made, by its id, and PostgreSQL prints its name. One of the same name whose arguments all have defaults reads the same.',
    query: `
      select distinct other.name as object, 'has the name of ' || policy_function.name || ', which policies call' as detail, format('drop routine %s;', other.name) as mend
      from policy_function join own_function as called on called.oid = policy_function.oid
      join own_function as other on other.proname = called.proname and other.pronamespace = called.pronamespace and other.oid <> called.oid
      where policy_function.oid in (select called_function.oid from called_function join policy on policy.oid = called_function.policy where reaches_tenants) or called.name in (select unnest(verifiers) from given)`
  },
  {
    id: 'policy-subquery',
    severity: 'warning',
    title: 'A policy that asks another table',
    gain: 'What the other table lets through: the policy is as strong as that one, and as slow.',
    explanation: 'A denormalised key needs no look-up. Distributed tables of Citus refuse policies with sub-selects. One that stands beside the comparison, in an AND, can only narrow what that shows, and is let be.',
    query: `
      select name as object, coalesce(using_expression, check_expression) as detail,
        case when reaches_tenants and polpermissive then ${madeCanonical} || ${narrowingToo('concat(using_text, check_text)')} else ${madeByItsAuthor((_text, tree) => asksAnotherTable(tree))} end as mend
      from policy where (${asksAnotherTable('using_tree')} or ${asksAnotherTable('check_tree')}) and not is_narrower`
  },
  {
    id: 'policy-casts-key',
    severity: 'warning',
    title: 'A policy that changes the key before it compares it',
    gain: "Each tenant's every page reads all tenants' rows: no index on the key serves it. And ids that differ may read alike.",
    explanation: 'Compare the bare column: cast the setting, not the column.',
    query: `
      select name as object, coalesce(using_expression, check_expression) as detail,
        case when polpermissive then ${madeCanonical} || ${narrowingToo('concat(using_text, check_text)')} else ${madeByItsAuthor(text => castsKey(text))} end as mend
      from policy where reaches_tenants and (casts_key or compared_key = quoted_key and ${castsKey('concat(using_expression, check_expression)')})`
  },
  {
    id: 'policy-restricts-nothing',
    severity: 'warning',
    title: 'A restrictive policy that lets everything through',
    gain: 'Nothing by itself: it is a floor that is not there, for whoever counts on it.',
    explanation: 'Restrictive policies narrow what permissive ones allow. One that is true narrows nothing.',
    query: `
      select name as object, 'is restrictive, and true of every row' as detail, format('drop policy %I on %s;', polname, table_name) as mend
      from policy where not polpermissive and coalesce(using_expression, 'true') = 'true' and coalesce(check_expression, 'true') = 'true'`
  },
  {
    id: 'policy-function-volatility',
    severity: 'error',
    title: 'A policy that calls a function that is not STABLE',
    gain: "IMMUTABLE: the first tenant's rows, for whoever gets the cached plan next. VOLATILE: a call for each row, and no index.",
    explanation: 'An IMMUTABLE function is computed once, when the statement is planned, where its arguments are constants or it has none; with a generic plan that is once for a connection. What such a function reads, of a setting or a table, by itself or in another function, is what it was then. One that only makes something of its arguments may be IMMUTABLE. PostgreSQL, "Function Volatility Categories".',
    query: `
      -- What asks for something, by itself or by what it calls.
      with asking as materialized (
        with recursive step (oid) as (
          select policy_function.oid from policy_function where bare ~* '${asksSomething}' or code ~* '"current_setting"\\s*\\('
          union
          select function_call.caller from step join function_call on function_call.callee = step.oid
        )
        select oid from step
      )
      select distinct policy.name as object, 'calls ' || coalesce(call.through || ', which calls ', '') || function.oid::regprocedure || ', which is ' || case provolatile when 'i' then 'IMMUTABLE' else 'VOLATILE' end as detail,
        case when provolatile = 'v' and coalesce(pg_get_function_sqlbody(function.oid), prosrc) ~* '\\m(insert|update|delete|merge|nextval|setval|set_config|execute|call)\\M' or provolatile = 'i' and ${hasToBeImmutable}
          then format('create function <a stable one that gives what %s gives>; alter policy %I on %s <that calls it>;', function.oid::regprocedure, polname, table_name)
          else format('alter function %s stable;', function.oid::regprocedure) end as mend
      from policy
      join (
        select objid as policy, refobjid as oid, null as through from pg_depend where classid = 'pg_policy'::regclass and refclassid = 'pg_proc'::regclass
        union all
        select called_function.policy, called_function.oid, called_function.root_name from called_function where called_function.root_name <> called_function.name
      ) as call on call.policy = policy.oid
      join pg_proc as function on function.oid = call.oid
      -- What an IMMUTABLE one makes of its arguments alone is the same whenever it is computed.
      where call.through is null and (provolatile = 'v' or provolatile = 'i' and pronargs = 0) or provolatile = 'i' and function.oid in (select asking.oid from asking)
      union all
      -- Of what comes with it, PostgreSQL notes no dependency.
      select function.oid::regprocedure::text, 'is ' || case provolatile when 'i' then 'IMMUTABLE' else 'VOLATILE' end || ', and does not come so: what policies read the tenant with', format('alter function pg_catalog.%s stable;', function.oid::regprocedure)
      from pg_proc as function where pronamespace = 'pg_catalog'::regnamespace and proname = 'current_setting' and provolatile <> 's'`
  },
  {
    id: 'policy-function-parallel',
    severity: 'warning',
    title: 'A policy that calls a function that is not safe in parallel workers',
    gain: 'Nothing of others: but no statement on the table is ever run in parallel.',
    explanation: 'Settings, those of SET LOCAL included, are handed on to parallel workers, so a function that only reads one is PARALLEL SAFE.',
    query: `
      select distinct policy.name as object, 'calls ' || own_function.name || ', which is PARALLEL UNSAFE' as detail, format('alter function %s parallel safe;', own_function.name) as mend
      from policy
      join pg_depend on classid = 'pg_policy'::regclass and objid = policy.oid and refclassid = 'pg_proc'::regclass
      join own_function on own_function.oid = refobjid
      where proparallel = 'u'`
  },
  {
    id: 'policy-function-not-inlined',
    severity: 'warning',
    title: 'A policy that calls a function which cannot become part of the statement',
    gain: 'Nothing of others: but the call is made for every row that no index has ruled out, and takes ten times as long.',
    explanation: 'PostgreSQL inlines a function that is a single SQL expression, neither SECURITY DEFINER nor STRICT, without SET. One that needs its owner’s rights, or its search_path, is called once for a statement where a SELECT is around it.',
    query: `
      select distinct policy.name as object, 'calls ' || own_function.name || ', which has ' || case when prosecdef then 'SECURITY DEFINER' else 'a SET clause' end as detail,
        case when ${needsNoSetting} then format('alter function %s reset all;', own_function.name)
          when pronargs > 0 then format('create or replace function <%s as one expression>;', own_function.name)
          else concat('alter policy ', quote_ident(polname), ' on ', table_name, ' using (' || ${calledOnce('using_text')} || ')', ' with check (' || ${calledOnce('check_text')} || ')', ';') end as mend
      from policy
      join pg_depend on classid = 'pg_policy'::regclass and objid = policy.oid and refclassid = 'pg_proc'::regclass
      join own_function on own_function.oid = refobjid
      where lanname = 'sql' and (proconfig is not null or prosecdef)
        and (pronargs > 0 or replace(concat_ws(' ', using_text, check_text), '( SELECT ' || ${calledName} || '()', '') ~ (${calledThere}))`
  },
  {
    id: 'context-missing-ok',
    severity: 'warning',
    title: 'A tenant that may be missing without anybody noticing',
    gain: 'Nothing at once: a query that forgot its tenant finds no rows, where an error would have told somebody.',
    explanation: "current_setting(name, true) is null where the setting was never set. The form with one argument raises an error, and ''::bigint does where an ended transaction had set it.",
    query: `
      select own_function.name as object, 'reads the tenant with current_setting(..., true)' as detail, ${requiringFunction} as mend
      from own_function
      where coalesce(pg_get_function_sqlbody(own_function.oid), own_function.prosrc) ~* '${missing}' and own_function.oid in (
        select refobjid from policy join pg_depend on classid = 'pg_policy'::regclass and objid = policy.oid and refclassid = 'pg_proc'::regclass where reaches_tenants)
      union all
      select policy.name, 'reads the tenant with current_setting(..., true)',
        concat('alter policy ', quote_ident(polname), ' on ', table_name, ' using (' || ${withoutMissing('using_text')} || ')', ' with check (' || ${withoutMissing('check_text')} || ')', ';')
      from policy where reaches_tenants and concat_ws(' ', policy.using_expression, policy.check_expression) ~* '${missing}'`
  }
]
