-- Up Migration

-- A dump writes what PostgreSQL has made of a statement, and reads it again: between() has become two comparisons then, in brackets of
-- their own, and a column without a name has one. So a database that was restored from a dump was told from one that the migrations made.
alter table account drop constraint account_database_check;
alter table account add constraint account_database_check check (char_length(database) >= 1 and char_length(database) <= 1000 and database !~ '@');

grant create on schema rowhouse to rowhouse_verifier;
set local role rowhouse_verifier;
set local row_security = on;

create or replace function rowhouse.find_session(token_hash text) returns table (kind text, session_id bigint, user_id bigint, actor text)
  language sql stable security definer parallel safe rows 1
begin atomic
  select 'user' as kind, user_session.id as session_id, app_user.id as user_id, app_user.email as actor
  from rowhouse.user_session
  join rowhouse.app_user on app_user.account_id = user_session.account_id and app_user.id = user_session.user_id
  where user_session.account_id = rowhouse.current_account_id() and user_session.token_hash = find_session.token_hash
  union all
  select 'operator' as kind, operator_look.id as session_id, null as user_id, operator_look.actor as actor
  from rowhouse.operator_look
  where operator_look.account_id = rowhouse.current_account_id() and operator_look.token_hash = find_session.token_hash;
end;

set local row_security = off;
reset role;
revoke create on schema rowhouse from rowhouse_verifier;

-- Down Migration

grant create on schema rowhouse to rowhouse_verifier;
set local role rowhouse_verifier;
set local row_security = on;

create or replace function rowhouse.find_session(token_hash text) returns table (kind text, session_id bigint, user_id bigint, actor text)
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

set local row_security = off;
reset role;
revoke create on schema rowhouse from rowhouse_verifier;

alter table account drop constraint account_database_check;
alter table account add constraint account_database_check check (char_length(database) between 1 and 1000 and database !~ '@');
