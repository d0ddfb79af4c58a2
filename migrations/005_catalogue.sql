-- Up Migration

-- The catalogue of tenants: beside its rows, what is known of each, and where those rows are. It is kept in the database
-- that the application is configured with; a tenant's own database has the same tables and, of these, its own account alone.

-- An account that is being made has no name on the web yet; one that is deleted keeps its rows until they are purged.
alter table account drop constraint account_status_check;
alter table account
  add column status_reason text check (char_length(status_reason) between 1 and 500),
  add column status_since timestamptz not null default now(),
  add column created_at timestamptz not null default now(),
  -- Where the account's rows are, if not here: the name of a database on this server, or a URL without user and password.
  add column database text check (char_length(database) between 1 and 1000 and database !~ '@'),
  add constraint account_status_check check (status in ('creating', 'active', 'suspended', 'deleted'));

-- No two accounts share a database of their own: whoever drops one drops one.
create unique index account_database_is_unique on account (database) where database is not null;

-- Accounts that were made in databases of their own may have the same ids in them: the order needs the account, too.
drop index subtask_by_name_over_accounts;
create index subtask_by_name_over_accounts on subtask (name, id, account_id);

-- Names that accounts had before. Until the time that is set, they lead to the new one; then they are gone.
create table former_slug (
  account_id bigint not null,
  slug text not null constraint former_slug_is_unique unique,
  redirect_until timestamptz,
  primary key (account_id, slug)
);

-- How far the schema of a tenant's own database is. The state is that of the last migration run over it.
create table tenant_database (
  account_id bigint primary key,
  schema_version text not null default '',
  state text not null default 'ready' check (state in ('ready', 'migrating', 'failed')),
  error text,
  changed_at timestamptz not null default now(),
  took_ms integer
);

-- A move that is under way, or whose source is still kept. Null stands for the configured database.
create table account_move (
  account_id bigint primary key,
  source text,
  target text,
  state text not null default 'copying' check (state in ('copying', 'switched')),
  changed_at timestamptz not null default now()
);

-- Who did what to an account, and when. It refers to no row: it outlives the account.
create table account_event (
  account_id bigint not null,
  id bigint generated always as identity,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  slug text not null,
  details jsonb not null default '{}',
  primary key (account_id, id)
);

create index account_event_by_time on account_event (at, id);

-- The owner looks at accounts to see that the keys hold; within this transaction alone.
alter table account no force row level security;
alter table former_slug add constraint former_slug_account foreign key (account_id) references account (id) on delete restrict;
alter table tenant_database add constraint tenant_database_account foreign key (account_id) references account (id) on delete restrict;
alter table account_move add constraint account_move_account foreign key (account_id) references account (id) on delete restrict;
alter table account force row level security;

select build_wall('former_slug');
select build_wall('tenant_database');
select build_wall('account_move');
select build_wall('account_event');

-- The manager keeps the catalogue, and sees no row of a tenant's work.
grant usage on schema rowhouse to rowhouse_manager;
create policy manager on account for all to rowhouse_manager using (true) with check (true);
create policy manager on former_slug for all to rowhouse_manager using (true) with check (true);
create policy manager on tenant_database for all to rowhouse_manager using (true) with check (true);
create policy manager on account_move for all to rowhouse_manager using (true) with check (true);
create policy manager on account_event for all to rowhouse_manager using (true) with check (true);
grant select, insert, delete on account to rowhouse_manager;
grant update (slug, name, status, status_reason, status_since, database) on account to rowhouse_manager;
grant select, insert, update, delete on former_slug, tenant_database, account_move to rowhouse_manager;
grant select, insert (account_id, actor, action, slug, details) on account_event to rowhouse_manager;
grant usage on sequence account_id_seq, account_event_id_seq to rowhouse_manager;

grant select on former_slug, tenant_database, account_move, account_event to rowhouse_operator;

-- The loader moves and removes whole accounts, too.
grant update, delete on app_user, project, task, subtask to rowhouse_loader;
grant delete on account to rowhouse_loader;
-- It says what an account is called, and not where it is.
revoke insert on account from rowhouse_loader;
grant insert (id, slug, name) on account to rowhouse_loader;

-- Names the tenant of this transaction, and refuses one that is not served from this database, or not by this name: suspended,
-- deleted, moved away, renamed. The web process learns of such changes within seconds; here they hold at once. A transaction that may write shares
-- a lock that whoever moves the account takes alone, so that nothing is written behind the move's back.
drop function set_account(bigint);
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

-- The advisory lock of an account. The upper bits keep it apart from other locks.
create function account_lock(account_id bigint) returns bigint
  language sql immutable parallel safe
  return (21064::bigint << 48) | (account_id & 281474976710655);

grant execute on function set_account(bigint, text) to rowhouse_tenant;
grant execute on function account_lock(bigint) to rowhouse_tenant, rowhouse_loader, rowhouse_manager;

-- The resolver answers for former names, and where an account is.
create policy resolver on former_slug for select to rowhouse_resolver using (true);
create policy resolver on tenant_database for select to rowhouse_resolver using (true);
grant select (status_reason, database) on account to rowhouse_resolver;
grant select (account_id, slug, redirect_until) on former_slug to rowhouse_resolver;
grant select (account_id, schema_version) on tenant_database to rowhouse_resolver;

grant create on schema rowhouse to rowhouse_resolver;
set local role rowhouse_resolver;
set local row_security = on;

drop function rowhouse.resolve_accounts(text[]);

create function rowhouse.resolve_accounts(slugs text[]) returns table (
    asked text, id bigint, slug text, name text, status text, status_reason text, database text, schema_version text, redirects boolean)
  language sql stable security definer parallel safe
begin atomic
  select account.slug, account.id, account.slug, account.name, account.status, account.status_reason, account.database,
    tenant_database.schema_version, true
  from rowhouse.account
  left join rowhouse.tenant_database on tenant_database.account_id = account.id
  where account.slug = any (slugs)
  union all
  select former_slug.slug, account.id, account.slug, account.name, account.status, account.status_reason, account.database,
    tenant_database.schema_version, coalesce(former_slug.redirect_until > now(), false)
  from rowhouse.former_slug
  join rowhouse.account on account.id = former_slug.account_id
  left join rowhouse.tenant_database on tenant_database.account_id = account.id
  where former_slug.slug = any (slugs);
end;

revoke execute on function rowhouse.resolve_accounts(text[]) from public;
grant execute on function rowhouse.resolve_accounts(text[]) to rowhouse_tenant;

set local row_security = off;
reset role;
revoke create on schema rowhouse from rowhouse_resolver;

-- Down Migration

-- Nobody would know any more where they are: move them back first.
alter table account add constraint account_is_here check (database is null);

grant create on schema rowhouse to rowhouse_resolver;
set local role rowhouse_resolver;
set local row_security = on;

drop function rowhouse.resolve_accounts(text[]);

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
revoke select (status_reason, database) on account from rowhouse_resolver;

drop function set_account(bigint, text);
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
grant execute on function set_account(bigint) to rowhouse_tenant;

drop function account_lock(bigint);
drop table account_event;
drop table account_move;
drop table tenant_database;
drop table former_slug;
drop index subtask_by_name_over_accounts;
create index subtask_by_name_over_accounts on subtask (name, id) include (account_id);
drop index account_database_is_unique;
revoke delete, insert (id, slug, name) on account from rowhouse_loader;
grant insert on account to rowhouse_loader;
revoke update, delete on app_user, project, task, subtask from rowhouse_loader;
revoke all on account from rowhouse_manager;
revoke all on sequence account_id_seq from rowhouse_manager;
drop policy manager on account;
revoke usage on schema rowhouse from rowhouse_manager;
alter table account drop constraint account_status_check;
alter table account
  drop column database,
  drop column created_at,
  drop column status_since,
  drop column status_reason,
  add constraint account_status_check check (status in ('active', 'suspended'));
