-- Up Migration

-- For servers where nobody may revoke set_config(), as managed services are: what names the tenant is signed there, by a key that
-- the role which serves tenants cannot read. So a statement that names another tenant in its midst has named nobody. Whether it is
-- checked is up to current_account_id(), which "migrate up" writes anew where it is given a key.

-- Apart from what belongs to tenants, where nobody who serves requests may go. Two keys at most: while one is exchanged for another,
-- both are good.
create schema rowhouse_secret;
create table rowhouse_secret.context_key (
  id text primary key check (id ~ '^[A-Za-z0-9_-]{8}$'),
  secret bytea not null check (octet_length(secret) = 32),
  created_at timestamptz not null default now()
);

grant usage on schema rowhouse_secret to rowhouse_verifier;
grant select (id, secret) on rowhouse_secret.context_key to rowhouse_verifier;
grant create on schema rowhouse to rowhouse_verifier;
set local role rowhouse_verifier;

-- The tenant of this transaction, if a key of ours has signed it: "key.time.mac", good until that time, in seconds since 1970.
-- SHA-384 is half hidden, so nobody goes on from what it says: one hash does what HMAC takes two for. Whoever tries signatures
-- has one guess a statement, since a wrong one ends the transaction.
create function rowhouse.verified_account_id() returns bigint
  language plpgsql stable security definer parallel safe cost 1000
  set search_path = pg_catalog, pg_temp
as $$
declare
  account text := current_setting('app.account_id');
  signature text := current_setting('app.signature');
begin
  if exists (
    select from rowhouse_secret.context_key
    where id = split_part(signature, '.', 1)
      and encode(sha384(secret || convert_to(concat_ws('.', id, split_part(signature, '.', 2), account), 'UTF8')), 'hex') = split_part(signature, '.', 3)
      and split_part(signature, '.', 2)::bigint >= extract(epoch from statement_timestamp())
  ) then
    return account::bigint;
  end if;
  raise exception 'verified_account_id: nobody has signed what names the tenant' using errcode = '42501';
end
$$;

revoke execute on function rowhouse.verified_account_id() from public;
grant execute on function rowhouse.verified_account_id() to rowhouse_tenant, rowhouse_searcher, rowhouse_recorder;

reset role;
revoke create on schema rowhouse from rowhouse_verifier;

-- Whether this database asks for signatures.
create function context_is_signed() returns boolean
  language sql stable parallel safe
  return exists (
    select from pg_catalog.pg_depend
    where classid = 'pg_catalog.pg_proc'::regclass and objid = 'rowhouse.current_account_id()'::regprocedure
      and refclassid = 'pg_catalog.pg_proc'::regclass and refobjid = 'rowhouse.verified_account_id()'::regprocedure
  );

grant execute on function context_is_signed() to rowhouse_tenant;

drop function set_account(bigint, text);
create function set_account(account_id bigint, slug text default null, signature text default null) returns void
  language plpgsql security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  present text := nullif(current_setting('app.account_id', true), '');
begin
  if account_id is null or account_id < 1 then
    raise exception 'set_account: % is not an account id', coalesce(account_id::text, 'null') using errcode = '22023';
  end if;
  if present is not null and present::bigint <> account_id then
    raise exception 'set_account: this transaction already belongs to an account' using errcode = '25001';
  end if;
  set local citus.propagate_set_commands = 'local';
  execute format('set local app.account_id = %L', account_id);
  if signature is not null then
    execute format('set local app.signature = %L', signature);
  end if;
  if current_setting('transaction_read_only') = 'off' then
    perform pg_advisory_xact_lock_shared(rowhouse.account_lock(account_id));
  end if;
  if not exists (
    select from rowhouse.account
    where account.id = set_account.account_id and account.status = 'active' and account.database is null
      and (set_account.slug is null or account.slug = set_account.slug)
  ) then
    raise exception 'set_account: this account is not served here' using errcode = 'RH001';
  end if;
end
$$;

grant execute on function set_account(bigint, text, text) to rowhouse_tenant;

-- Down Migration

-- Whatever it was, it takes the tenant's name as it is again.
create or replace function current_account_id() returns bigint
  language sql stable parallel safe
  return pg_catalog.current_setting('app.account_id')::bigint;

drop function set_account(bigint, text, text);
create function set_account(account_id bigint, slug text default null) returns void
  language plpgsql security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  present text := nullif(current_setting('app.account_id', true), '');
begin
  if account_id is null or account_id < 1 then
    raise exception 'set_account: % is not an account id', coalesce(account_id::text, 'null') using errcode = '22023';
  end if;
  if present is not null and present::bigint <> account_id then
    raise exception 'set_account: this transaction already belongs to an account' using errcode = '25001';
  end if;
  set local citus.propagate_set_commands = 'local';
  execute format('set local app.account_id = %L', account_id);
  if current_setting('transaction_read_only') = 'off' then
    perform pg_advisory_xact_lock_shared(rowhouse.account_lock(account_id));
  end if;
  if not exists (
    select from rowhouse.account
    where account.id = set_account.account_id and account.status = 'active' and account.database is null
      and (set_account.slug is null or account.slug = set_account.slug)
  ) then
    raise exception 'set_account: this account is not served here' using errcode = 'RH001';
  end if;
end
$$;

grant execute on function set_account(bigint, text) to rowhouse_tenant;
drop function context_is_signed();
set local role rowhouse_verifier;
drop function rowhouse.verified_account_id();
reset role;
drop schema rowhouse_secret cascade;
