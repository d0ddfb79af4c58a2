-- Up Migration

-- Who it is comes back as one value: a table of one row is built, read again and sent column by column, for every page.
grant create on schema rowhouse to rowhouse_verifier;
set local role rowhouse_verifier;

drop function rowhouse.enter_session(text);
drop function rowhouse.enter_token(text);

-- Goes on in a session, of one of the account's people or of the operator who looks into it: says who it is, beside the account
-- that this transaction has named, and refuses whatever does not lead to anybody. Who only looks gets a transaction that cannot
-- write, whatever statement comes. A session from before the account was last suspended or resumed is over.
create function rowhouse.enter_session(token_hash text)
  returns json
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  kind text;
  session_id bigint;
  user_id bigint;
  role text;
  email text;
  first_name text;
  last_name text;
  is_stale boolean;
  expires_at timestamptz;
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
  return json_build_object('kind', kind, 'sessionId', session_id, 'userId', user_id, 'role', role, 'email', email,
    'firstName', first_name, 'lastName', last_name, 'isStale', is_stale, 'expiresAt', expires_at);
end
$$;

-- The same for a program.
create function rowhouse.enter_token(token_hash text) returns json
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  token_id bigint;
  name text;
  may_write boolean;
  is_stale boolean;
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
  return json_build_object('kind', 'program', 'tokenId', token_id, 'name', name, 'mayWrite', may_write, 'isStale', is_stale);
end
$$;

revoke execute on function rowhouse.enter_session(text), rowhouse.enter_token(text) from public;
grant execute on function rowhouse.enter_session(text), rowhouse.enter_token(text) to rowhouse_tenant;

reset role;
revoke create on schema rowhouse from rowhouse_verifier;

-- Down Migration

grant create on schema rowhouse to rowhouse_verifier;
set local role rowhouse_verifier;

drop function rowhouse.enter_session(text);
drop function rowhouse.enter_token(text);

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

revoke execute on function rowhouse.enter_session(text), rowhouse.enter_token(text) from public;
grant execute on function rowhouse.enter_session(text), rowhouse.enter_token(text) to rowhouse_tenant;

reset role;
revoke create on schema rowhouse from rowhouse_verifier;
