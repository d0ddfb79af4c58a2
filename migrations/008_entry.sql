-- Up Migration

-- What somebody may do in an account: an owner manages its people, too, a member works in it, a viewer looks.
alter table app_user add column role text not null default 'member' constraint app_user_role_check check (role in ('owner', 'member', 'viewer'));
grant select (role), insert (role), update (role) on app_user to rowhouse_tenant;
grant select (role) on app_user to rowhouse_operator;

-- Who is signed in, and since when. The token itself is nowhere but in the browser.
create table user_session (
  account_id bigint not null,
  id bigint generated always as identity,
  user_id bigint not null,
  token_hash text not null check (token_hash ~ '^[A-Za-z0-9_-]{43}$'),
  -- What the browser calls itself, for its owner to know it by.
  agent text not null default '' check (char_length(agent) <= 200),
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  idle_until timestamptz not null,
  expires_at timestamptz not null,
  primary key (account_id, id),
  constraint user_session_token_is_unique unique (account_id, token_hash)
);

create index user_session_by_user on user_session (account_id, user_id);

-- The owner looks at accounts and people to see that the keys hold; within this transaction alone.
alter table account no force row level security;
alter table app_user no force row level security;
alter table user_session add constraint user_session_account foreign key (account_id) references account (id) on delete restrict;
alter table user_session add constraint user_session_user foreign key (account_id, user_id) references app_user (account_id, id) on delete cascade;
alter table account force row level security;
alter table app_user force row level security;

select build_wall('user_session');
grant select (account_id, id, user_id, agent, created_at, seen_at, idle_until, expires_at) on user_session to rowhouse_tenant;
grant insert (account_id, user_id, token_hash, agent, idle_until, expires_at) on user_session to rowhouse_tenant;
grant update (seen_at, idle_until) on user_session to rowhouse_tenant;
grant delete on user_session to rowhouse_tenant;
grant select (account_id, id, user_id, created_at, seen_at, idle_until, expires_at) on user_session to rowhouse_operator;
grant select, insert, update, delete on user_session to rowhouse_loader;
grant select, update on sequence user_session_id_seq to rowhouse_loader;

-- Hashes of passwords and tokens are compared here, by a role that logs in nowhere; the role that serves pages cannot read them.
grant usage on schema rowhouse to rowhouse_verifier;
create policy verifier on app_user for select to rowhouse_verifier using (account_id = current_account_id());
create policy verifier on user_session for select to rowhouse_verifier using (account_id = current_account_id());
grant select (account_id, id, email, is_active, role, first_name, last_name, password_hash) on app_user to rowhouse_verifier;
grant select (account_id, id, user_id, token_hash, seen_at, idle_until, expires_at) on user_session to rowhouse_verifier;
grant execute on function current_account_id() to rowhouse_verifier;

grant create on schema rowhouse to rowhouse_verifier;
set local role rowhouse_verifier;
set local row_security = on;

-- How the password of an address is hashed, without the hash: so that whoever knows the password can make it.
create function rowhouse.password_parameters(email text) returns text
  language sql stable security definer parallel safe
begin atomic
  select substring(app_user.password_hash from '^\$scrypt\$ln=\d{1,2},r=\d{1,2},p=\d{1,2}\$[A-Za-z0-9+/]+\$') from rowhouse.app_user
  where app_user.account_id = rowhouse.current_account_id() and lower(app_user.email) = lower(password_parameters.email) and app_user.is_active;
end;

-- Whose address and password these are.
create function rowhouse.check_password(email text, password_hash text) returns table (user_id bigint)
  language sql stable security definer parallel safe
begin atomic
  select app_user.id from rowhouse.app_user
  where app_user.account_id = rowhouse.current_account_id() and lower(app_user.email) = lower(check_password.email)
    and app_user.password_hash = check_password.password_hash and app_user.is_active;
end;

-- Goes on in a session: says who it is, beside the account that this transaction has named, and refuses whatever does not lead
-- to anybody. Who only looks gets a transaction that cannot write, whatever statement comes.
create function rowhouse.enter_session(token_hash text) returns table (session_id bigint, user_id bigint, role text, email text, first_name text, last_name text, is_stale boolean)
  language plpgsql security definer rows 1
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  select user_session.id, app_user.id, app_user.role, app_user.email, app_user.first_name, app_user.last_name, user_session.seen_at < now() - interval '1 minute'
  into session_id, user_id, role, email, first_name, last_name, is_stale
  from rowhouse.user_session
  join rowhouse.app_user on app_user.account_id = user_session.account_id and app_user.id = user_session.user_id
  where user_session.account_id = rowhouse.current_account_id() and user_session.token_hash = enter_session.token_hash
    and user_session.idle_until > now() and user_session.expires_at > now() and app_user.is_active;
  if not found then
    raise exception 'enter_session: nobody is signed in with this' using errcode = 'RH002';
  end if;
  execute format('set local app.user_id = %L', user_id);
  if role = 'viewer' then
    set local transaction_read_only = on;
  end if;
  return next;
end
$$;

revoke execute on function rowhouse.password_parameters(text), rowhouse.check_password(text, text), rowhouse.enter_session(text) from public;
grant execute on function rowhouse.password_parameters(text), rowhouse.check_password(text, text), rowhouse.enter_session(text) to rowhouse_tenant;

set local row_security = off;
reset role;
revoke create on schema rowhouse from rowhouse_verifier;

-- Down Migration

set local role rowhouse_verifier;
drop function rowhouse.enter_session(text);
drop function rowhouse.check_password(text, text);
drop function rowhouse.password_parameters(text);
reset role;
drop policy verifier on app_user;
revoke all on app_user from rowhouse_verifier;
revoke select (account_id, id, email, is_active, role, first_name, last_name, password_hash) on app_user from rowhouse_verifier;
drop table user_session;
revoke execute on function current_account_id() from rowhouse_verifier;
revoke usage on schema rowhouse from rowhouse_verifier;
alter table app_user drop column role;
