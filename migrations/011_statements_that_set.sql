-- Up Migration

-- Whoever can call set_config() in the midst of a statement names another tenant there, so where a superuser sets the database up,
-- nobody who serves requests may call it. What sets anything here is a statement, which no other statement can contain. Databases
-- that were made before have a set_account() that calls it.
create or replace function set_account(account_id bigint, slug text default null) returns void
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

-- Down Migration

-- It does what it did before.
select 1;
