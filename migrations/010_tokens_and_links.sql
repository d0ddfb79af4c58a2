-- Up Migration

-- What lets a program into an account. The token itself is nowhere but where its maker has put it.
create table api_token (
  account_id bigint not null,
  id bigint generated always as identity,
  name text not null check (char_length(name) between 1 and 100),
  may_write boolean not null,
  token_hash text not null check (token_hash ~ '^[A-Za-z0-9_-]{43}$'),
  -- Its last letters, to know it by.
  ending text not null check (char_length(ending) = 4),
  -- The address of whoever made it; it stays when they go.
  made_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  expires_at timestamptz not null check (expires_at <= created_at + interval '366 days'),
  used_at timestamptz,
  primary key (account_id, id),
  constraint api_token_hash_is_unique unique (account_id, token_hash)
);

create index api_token_by_name on api_token (account_id, name, id);
create index api_token_by_creation on api_token (account_id, created_at, id);

-- What lets somebody choose a password, once: an invitation, or where the old one is lost. A new one takes the place of the last.
create table entry_link (
  account_id bigint not null,
  id bigint generated always as identity,
  user_id bigint not null,
  -- Which owner made it: it goes with the right to make it. Null where access was open, and nobody was anybody.
  made_by bigint,
  token_hash text not null check (token_hash ~ '^[A-Za-z0-9_-]{43}$'),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null check (expires_at <= created_at + interval '3 days'),
  primary key (account_id, id),
  constraint entry_link_of_one_user unique (account_id, user_id),
  constraint entry_link_hash_is_unique unique (account_id, token_hash)
);

-- The operator's looks into an account: read only, for a while, for a reason. The code is for the way from the operator's host
-- to the account's; the token is what the browser has there.
create table operator_look (
  account_id bigint not null,
  id bigint generated always as identity,
  reason text not null check (char_length(reason) between 1 and 500),
  -- Where the operator came from.
  actor text not null,
  code_hash text not null check (code_hash ~ '^[A-Za-z0-9_-]{43}$'),
  token_hash text check (token_hash ~ '^[A-Za-z0-9_-]{43}$'),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null check (expires_at <= created_at + interval '2 hours'),
  primary key (account_id, id),
  constraint operator_look_code_is_unique unique (account_id, code_hash),
  constraint operator_look_token_is_unique unique (account_id, token_hash)
);

create index entry_link_by_maker on entry_link (account_id, made_by);

-- None of them is good for longer than the application says, whoever makes the row.
alter table user_session add constraint user_session_expires_in_time check (expires_at <= created_at + interval '30 days');

-- The owner looks at accounts and people to see that the keys hold; within this transaction alone.
alter table account no force row level security;
alter table app_user no force row level security;
alter table api_token add constraint api_token_account foreign key (account_id) references account (id) on delete restrict;
alter table entry_link add constraint entry_link_account foreign key (account_id) references account (id) on delete restrict;
alter table entry_link add constraint entry_link_user foreign key (account_id, user_id) references app_user (account_id, id) on delete cascade;
alter table entry_link add constraint entry_link_maker foreign key (account_id, made_by) references app_user (account_id, id) on delete cascade;
alter table operator_look add constraint operator_look_account foreign key (account_id) references account (id) on delete restrict;
alter table account force row level security;
alter table app_user force row level security;

select build_wall('api_token');
select build_wall('entry_link');
select build_wall('operator_look');

grant select (account_id, id, name, may_write, ending, made_by, created_at, updated_at, expires_at, used_at) on api_token to rowhouse_tenant, rowhouse_operator;
grant insert (account_id, name, may_write, token_hash, ending, made_by, expires_at) on api_token to rowhouse_tenant;
grant update (name, used_at, updated_at) on api_token to rowhouse_tenant;
grant delete on api_token to rowhouse_tenant;

grant select (account_id, id, user_id, made_by, created_at, expires_at) on entry_link to rowhouse_tenant, rowhouse_operator;
grant insert (account_id, user_id, made_by, token_hash, expires_at) on entry_link to rowhouse_tenant;
grant delete on entry_link to rowhouse_tenant;

grant select (account_id, id, reason, actor, created_at, expires_at) on operator_look to rowhouse_tenant, rowhouse_operator;
grant insert (account_id, reason, actor, code_hash, expires_at) on operator_look to rowhouse_tenant;
grant update (token_hash) on operator_look to rowhouse_tenant;
grant delete on operator_look to rowhouse_tenant;

grant select, insert, update, delete on api_token, entry_link, operator_look to rowhouse_loader;
grant select, update on sequence api_token_id_seq, entry_link_id_seq, operator_look_id_seq to rowhouse_loader;

create policy verifier on account for select to rowhouse_verifier using (id = current_account_id());
create policy verifier on api_token for select to rowhouse_verifier using (account_id = current_account_id());
create policy verifier on entry_link for select to rowhouse_verifier using (account_id = current_account_id());
create policy verifier on operator_look for select to rowhouse_verifier using (account_id = current_account_id());
grant select (id, status_since) on account to rowhouse_verifier;
grant select (created_at) on user_session to rowhouse_verifier;
grant select (account_id, id, name, may_write, token_hash, expires_at, used_at) on api_token to rowhouse_verifier;
grant select (account_id, id, user_id, token_hash, expires_at) on entry_link to rowhouse_verifier;
grant select (account_id, id, actor, code_hash, token_hash, created_at, expires_at) on operator_look to rowhouse_verifier;

grant create on schema rowhouse to rowhouse_verifier;
set local role rowhouse_verifier;
set local row_security = on;

drop function rowhouse.enter_session(text);

-- Goes on in a session, of one of the account's people or of the operator who looks into it: says who it is, beside the account
-- that this transaction has named, and refuses whatever does not lead to anybody. Who only looks gets a transaction that cannot
-- write, whatever statement comes. A session from before the account was last suspended or resumed is over.
create function rowhouse.enter_session(token_hash text)
  returns table (kind text, session_id bigint, user_id bigint, role text, email text, first_name text, last_name text, is_stale boolean, expires_at timestamptz)
  language plpgsql security definer rows 1
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  if coalesce(current_setting('app.actor', true), '') <> '' then
    raise exception 'enter_session: somebody is at work in this transaction already' using errcode = '25001';
  end if;
  select 'user', user_session.id, app_user.id, app_user.role, app_user.email, app_user.first_name, app_user.last_name, user_session.seen_at < now() - interval '1 minute', user_session.expires_at
  into kind, session_id, user_id, role, email, first_name, last_name, is_stale, expires_at
  from rowhouse.user_session
  join rowhouse.app_user on app_user.account_id = user_session.account_id and app_user.id = user_session.user_id
  join rowhouse.account on account.id = user_session.account_id
  where user_session.account_id = rowhouse.current_account_id() and user_session.token_hash = enter_session.token_hash
    and user_session.idle_until > now() and user_session.expires_at > now() and app_user.is_active and user_session.created_at > account.status_since;
  if found then
    execute format('set local app.user_id = %L; set local app.actor = %L', user_id, 'user:' || user_id || ':' || email);
  else
    select 'operator', operator_look.id, null, 'viewer', operator_look.actor, '', '', false, operator_look.expires_at
    into kind, session_id, user_id, role, email, first_name, last_name, is_stale, expires_at
    from rowhouse.operator_look
    join rowhouse.account on account.id = operator_look.account_id
    where operator_look.account_id = rowhouse.current_account_id() and operator_look.token_hash = enter_session.token_hash and operator_look.expires_at > now()
      and operator_look.created_at > account.status_since;
    if not found then
      raise exception 'enter_session: nobody is signed in with this' using errcode = 'RH002';
    end if;
    execute format('set local app.actor = %L', 'operator:' || session_id || ':' || email);
  end if;
  if role = 'viewer' then
    set local transaction_read_only = on;
  end if;
  return next;
end
$$;

-- The same for a program.
create function rowhouse.enter_token(token_hash text) returns table (token_id bigint, name text, may_write boolean, is_stale boolean)
  language plpgsql security definer rows 1
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  if coalesce(current_setting('app.actor', true), '') <> '' then
    raise exception 'enter_token: somebody is at work in this transaction already' using errcode = '25001';
  end if;
  select api_token.id, api_token.name, api_token.may_write, coalesce(api_token.used_at < now() - interval '1 minute', true)
  into token_id, name, may_write, is_stale
  from rowhouse.api_token
  where api_token.account_id = rowhouse.current_account_id() and api_token.token_hash = enter_token.token_hash and api_token.expires_at > now();
  if not found then
    raise exception 'enter_token: no program gets in with this' using errcode = 'RH002';
  end if;
  execute format('set local app.actor = %L', 'token:' || token_id || ':' || name);
  if not may_write then
    set local transaction_read_only = on;
  end if;
  return next;
end
$$;

-- Which of the account's sessions, or looks, a token is of: for whoever leaves it behind for a new one.
create function rowhouse.find_session(token_hash text) returns table (kind text, session_id bigint, user_id bigint, actor text)
  language sql stable security definer parallel safe rows 1
begin atomic
  select 'user', user_session.id, app_user.id, app_user.email
  from rowhouse.user_session
  join rowhouse.app_user on app_user.account_id = user_session.account_id and app_user.id = user_session.user_id
  where user_session.account_id = rowhouse.current_account_id() and user_session.token_hash = find_session.token_hash
  union all
  select 'operator', operator_look.id, null, operator_look.actor
  from rowhouse.operator_look
  where operator_look.account_id = rowhouse.current_account_id() and operator_look.token_hash = find_session.token_hash;
end;

-- Whom a link lets choose a password. Whoever does it takes the link away in the same transaction.
create function rowhouse.find_entry_link(token_hash text) returns table (link_id bigint, user_id bigint, email text)
  language sql stable security definer parallel safe rows 1
begin atomic
  select entry_link.id, app_user.id, app_user.email
  from rowhouse.entry_link
  join rowhouse.app_user on app_user.account_id = entry_link.account_id and app_user.id = entry_link.user_id
  where entry_link.account_id = rowhouse.current_account_id() and entry_link.token_hash = find_entry_link.token_hash
    and entry_link.expires_at > now() and app_user.is_active;
end;

-- The look that a code begins, once, and within minutes.
create function rowhouse.find_look(code_hash text) returns table (look_id bigint)
  language sql stable security definer parallel safe rows 1
begin atomic
  select operator_look.id from rowhouse.operator_look
  where operator_look.account_id = rowhouse.current_account_id() and operator_look.code_hash = find_look.code_hash
    and operator_look.token_hash is null and operator_look.created_at > now() - interval '5 minutes' and operator_look.expires_at > now()
    and operator_look.created_at > (select account.status_since from rowhouse.account where account.id = operator_look.account_id);
end;

-- One at a time manages an account, and is an owner still when the turn comes: who was let in as one a moment ago may have been
-- demoted since, and must not undo that, or leave a link behind. To be asked before anything else of the kind is read or locked.
create function rowhouse.manage() returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  -- Nobody, where access is open and nobody is anybody.
  caller bigint := nullif(current_setting('app.user_id', true), '')::bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('rowhouse owners ' || rowhouse.current_account_id(), 0));
  if caller is not null and not exists (
    select from rowhouse.app_user where account_id = rowhouse.current_account_id() and id = caller and role = 'owner' and is_active
  ) then
    raise exception 'manage: whoever asks owns the account no more' using errcode = 'RH004';
  end if;
end
$$;

-- The last owner stays: an account that nobody manages any more is open to nobody who could change that. To be asked before
-- somebody goes, is deactivated or gets another role.
create function rowhouse.keep_an_owner(leaving bigint) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  -- One at a time, so that the last two do not each rely on the other.
  perform pg_advisory_xact_lock(hashtextextended('rowhouse owners ' || rowhouse.current_account_id(), 0));
  -- Somebody who has no password yet is no way in, unless nobody has one.
  if exists (
    select from rowhouse.app_user
    where account_id = rowhouse.current_account_id() and id = leaving and role = 'owner' and is_active
      and not exists (
        select from rowhouse.app_user as other
        where other.account_id = rowhouse.current_account_id() and other.id <> leaving and other.role = 'owner' and other.is_active
          and (other.password_hash like '$%' or app_user.password_hash not like '$%'))
  ) then
    raise exception 'keep_an_owner: nobody else owns the account' using errcode = 'RH003';
  end if;
end
$$;

revoke execute on function rowhouse.enter_session(text), rowhouse.enter_token(text), rowhouse.find_session(text), rowhouse.find_entry_link(text), rowhouse.find_look(text), rowhouse.manage(), rowhouse.keep_an_owner(bigint) from public;
grant execute on function rowhouse.enter_session(text), rowhouse.enter_token(text), rowhouse.find_session(text), rowhouse.find_entry_link(text), rowhouse.find_look(text), rowhouse.manage(), rowhouse.keep_an_owner(bigint) to rowhouse_tenant;

set local row_security = off;
reset role;
revoke create on schema rowhouse from rowhouse_verifier;

-- Down Migration

set local role rowhouse_verifier;
drop function rowhouse.keep_an_owner(bigint);
drop function rowhouse.manage();
drop function rowhouse.find_look(text);
drop function rowhouse.find_entry_link(text);
drop function rowhouse.find_session(text);
drop function rowhouse.enter_token(text);
drop function rowhouse.enter_session(text);
reset role;
grant create on schema rowhouse to rowhouse_verifier;
set local role rowhouse_verifier;
set local row_security = on;
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
revoke execute on function rowhouse.enter_session(text) from public;
grant execute on function rowhouse.enter_session(text) to rowhouse_tenant;
set local row_security = off;
reset role;
revoke create on schema rowhouse from rowhouse_verifier;
drop policy verifier on account;
revoke select (id, status_since) on account from rowhouse_verifier;
revoke select (created_at) on user_session from rowhouse_verifier;
alter table user_session drop constraint user_session_expires_in_time;
drop table operator_look;
drop table entry_link;
drop table api_token;
