-- Up Migration

-- A request names its tenant by slug before any tenant is set. The function answers for exact slugs only and lists nothing;
-- it runs as a role that logs in nowhere and sees nothing but these columns.
create policy resolver on account for select to rowhouse_resolver using (true);
grant select (id, slug, name, status) on account to rowhouse_resolver;

grant create on schema rowhouse to rowhouse_resolver;
set local role rowhouse_resolver;
-- PostgreSQL checks the body against the policies as it makes the function; migrations otherwise run with this off.
set local row_security = on;

create function rowhouse.resolve_accounts(slugs text[]) returns table (id bigint, slug text, name text, status text)
  language sql stable security definer parallel safe
begin atomic
  select account.id, account.slug, account.name, account.status
  from rowhouse.account
  where account.slug = any (slugs);
end;

revoke execute on function rowhouse.resolve_accounts(text[]) from public;
grant execute on function rowhouse.resolve_accounts(text[]) to rowhouse_tenant;

set local row_security = off;
reset role;
revoke create on schema rowhouse from rowhouse_resolver;

-- Down Migration

set local role rowhouse_resolver;
drop function rowhouse.resolve_accounts(text[]);
reset role;
drop policy resolver on account;
revoke select (id, slug, name, status) on account from rowhouse_resolver;
