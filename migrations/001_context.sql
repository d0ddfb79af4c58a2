-- Up Migration

-- PostgreSQL lets PUBLIC execute every new function. Here each function is granted by name or not at all.
alter default privileges revoke execute on functions from public;

grant usage on schema rowhouse to rowhouse_tenant, rowhouse_operator, rowhouse_loader, rowhouse_resolver;

-- The tenant of this transaction. Raises where none was set (42704) and where an earlier transaction
-- of the session had one (22P02: the setting then reads as an empty string), so "no tenant" is an error and never "all".
-- STABLE, because an IMMUTABLE value would be folded into cached plans and outlive its tenant.
-- A plain SQL expression without SET, so that the planner inlines it and the policy becomes an index condition.
create function current_account_id() returns bigint
  language sql stable parallel safe
  return pg_catalog.current_setting('app.account_id')::bigint;

-- Names the tenant of this transaction: called once, first, with a bind parameter. SET LOCAL ends with the transaction;
-- as a statement (not set_config) it also reaches the workers of a distributed database, where the second setting asks for that.
create function set_account(account_id bigint) returns void
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
end
$$;

grant execute on function current_account_id(), set_account(bigint) to rowhouse_tenant;

-- Puts the wall around one table: row-level security that holds for its owner too, and the three policies of the house.
-- What a role may do inside its policy is granted by the migration that makes the table, column by column.
create function build_wall(tenant_table regclass, key_column name default 'account_id') returns void
  language plpgsql security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('alter table %s enable row level security', tenant_table);
  execute format('alter table %s force row level security', tenant_table);
  execute format(
    'create policy tenant on %1$s for all to rowhouse_tenant'
    ' using (%2$I = rowhouse.current_account_id()) with check (%2$I = rowhouse.current_account_id())',
    tenant_table, key_column);
  execute format('create policy operator on %s for select to rowhouse_operator using (true)', tenant_table);
  execute format('create policy loader on %s for all to rowhouse_loader using (true) with check (true)', tenant_table);
end
$$;

-- Down Migration

drop function build_wall(regclass, name);
drop function set_account(bigint);
drop function current_account_id();
revoke usage on schema rowhouse from rowhouse_tenant, rowhouse_operator, rowhouse_loader, rowhouse_resolver;
alter default privileges grant execute on functions to public;
