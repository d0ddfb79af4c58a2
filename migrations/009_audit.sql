-- Up Migration

-- What happened to an account, and through whom: who came in, or tried to, its people, its tokens, whoever looked into it.
-- Rows are added and never changed: no role that serves requests may do more than read them and call what adds one. Each
-- carries a hash of itself and of the one before, so that a row that was changed, removed or slipped in shows.
create table audit_event (
  account_id bigint not null,
  -- Counts the account's events from 1, without a gap.
  id bigint not null,
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('user', 'token', 'operator', 'nobody', 'service')),
  -- Of the user, the token or the operator's look.
  actor_id bigint,
  -- What they were called then.
  actor text not null,
  action text not null,
  details jsonb not null,
  hash text not null,
  primary key (account_id, id)
);

alter table account no force row level security;
alter table audit_event add constraint audit_event_account foreign key (account_id) references account (id) on delete restrict;
alter table account force row level security;

select build_wall('audit_event');
grant select on audit_event to rowhouse_tenant, rowhouse_operator;
-- Whole accounts are moved with what happened to them.
grant select, insert on audit_event to rowhouse_loader;

-- What the hash of an event is made of: all of it, and the hash before. The same on every server, whatever its settings.
create function event_hash(previous text, account_id bigint, id bigint, at timestamptz, actor_kind text, actor_id bigint, actor text, action text, details jsonb) returns text
  language sql immutable parallel safe
  return pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_build_array(
    previous, account_id, id, (extract(epoch from at) * 1000000)::bigint, actor_kind, actor_id, actor, action, details)::text, 'UTF8')), 'hex');
grant execute on function event_hash(text, bigint, bigint, timestamptz, text, bigint, text, text, jsonb) to rowhouse_tenant;

-- Says who is at work in this transaction, for what is recorded in it: "user", 17, "ann@example.com". Whoever is known stays
-- who they are until it ends.
create function act_as(kind text, id bigint, name text) returns void
  language plpgsql security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  present text := current_setting('app.actor', true);
  asked text := act_as.kind || ':' || coalesce(act_as.id::text, '') || ':' || act_as.name;
begin
  if coalesce(present, '') not in ('', asked) then
    raise exception 'act_as: this transaction is somebody else''s' using errcode = '25001';
  end if;
  execute format('set local app.user_id = %L; set local app.actor = %L', case when act_as.kind = 'user' then act_as.id::text else '' end, asked);
end
$$;
grant execute on function act_as(text, bigint, text) to rowhouse_tenant;

-- Events are added here, by a role that logs in nowhere.
grant usage on schema rowhouse to rowhouse_recorder;
create policy recorder on account for select to rowhouse_recorder using (true);
create policy recorder on audit_event for select to rowhouse_recorder using (true);
create policy recorder_adds on audit_event for insert to rowhouse_recorder with check (true);
create policy recorder_removes on audit_event for delete to rowhouse_recorder using (true);
grant select (id, status, database) on account to rowhouse_recorder;
grant select (account_id, id, hash), insert, delete on audit_event to rowhouse_recorder;
grant execute on function current_account_id(), event_hash(text, bigint, bigint, timestamptz, text, bigint, text, text, jsonb) to rowhouse_recorder;

grant create on schema rowhouse to rowhouse_recorder;
set local role rowhouse_recorder;
set local row_security = on;

-- Adds an event behind the account's last one. One transaction at a time: the next waits until this one has ended.
create function rowhouse.append_event(account_id bigint, actor_kind text, actor_id bigint, actor text, action text, details jsonb) returns void
  language plpgsql security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  last_id bigint;
  last_hash text;
  -- As it is kept: to the microsecond.
  at timestamptz := clock_timestamp();
begin
  perform pg_advisory_xact_lock(hashtextextended('rowhouse audit ' || append_event.account_id, 0));
  select audit_event.id, audit_event.hash into last_id, last_hash
  from rowhouse.audit_event where audit_event.account_id = append_event.account_id order by audit_event.id desc limit 1;
  last_id := coalesce(last_id, 0) + 1;
  insert into rowhouse.audit_event (account_id, id, at, actor_kind, actor_id, actor, action, details, hash)
  values (append_event.account_id, last_id, at, append_event.actor_kind, append_event.actor_id, append_event.actor, append_event.action, append_event.details,
    rowhouse.event_hash(coalesce(last_hash, ''), append_event.account_id, last_id, at, append_event.actor_kind, append_event.actor_id, append_event.actor, append_event.action, append_event.details));
end
$$;
revoke execute on function rowhouse.append_event(bigint, text, bigint, text, text, jsonb) from public;

-- Notes what is done in this transaction, of its own account and through whoever has entered it.
create function rowhouse.record_event(action text, details jsonb) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  -- As 'user:17:ann@example.com': set by whatever lets somebody in.
  actor text[] := regexp_match(coalesce(current_setting('app.actor', true), ''), '^([a-z]+):(\d*):(.*)$');
begin
  -- Whatever runs as the role that serves pages records what people, programs and the operator's looks do, and no more of it than anybody reads.
  if coalesce(actor[1], 'nobody') not in ('user', 'token', 'operator', 'nobody') or record_event.action !~ '^(account\.renamed|(?!account\.)[a-z.-]{1,50})$' or length(record_event.details::text) > 20000 then
    raise exception 'record_event: nothing like this is recorded' using errcode = '22023';
  end if;
  perform rowhouse.append_event(rowhouse.current_account_id(), coalesce(actor[1], 'nobody'), nullif(actor[2], '')::bigint, coalesce(actor[3], ''), record_event.action, record_event.details);
end
$$;
revoke execute on function rowhouse.record_event(text, jsonb) from public;
grant execute on function rowhouse.record_event(text, jsonb) to rowhouse_tenant;

-- What is done to an account from outside is known to its owners as well, wherever its rows are.
create function rowhouse.note_account_event(account_id bigint, actor text, action text, details jsonb) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  -- Where the account is about to be removed, so are its events; where it is elsewhere, they are kept there.
  if note_account_event.action <> 'purge' and exists (select from rowhouse.account where account.id = note_account_event.account_id and account.database is null) then
    perform rowhouse.append_event(note_account_event.account_id, 'service', null, note_account_event.actor, 'account.' || replace(note_account_event.action, ' ', '-'), note_account_event.details);
  end if;
end
$$;
revoke execute on function rowhouse.note_account_event(bigint, text, text, jsonb) from public;
grant execute on function rowhouse.note_account_event(bigint, text, text, jsonb) to rowhouse_manager, rowhouse_loader;

-- Removes the events of an account that is not served here: one that is deleted, that has moved away, or that is being made.
-- Of any other, nothing is ever removed.
create function rowhouse.remove_events(account_id bigint, ids bigint[] default null) returns bigint
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  removed bigint;
begin
  if exists (select from rowhouse.account where account.id = remove_events.account_id and account.status in ('active', 'suspended') and account.database is null) then
    raise exception 'remove_events: what happened to an account stays as long as the account does' using errcode = '42501';
  end if;
  delete from rowhouse.audit_event
  where audit_event.account_id = remove_events.account_id and (remove_events.ids is null or audit_event.id = any (remove_events.ids));
  get diagnostics removed = row_count;
  return removed;
end
$$;
revoke execute on function rowhouse.remove_events(bigint, bigint[]) from public;
grant execute on function rowhouse.remove_events(bigint, bigint[]) to rowhouse_loader;

set local row_security = off;
reset role;
revoke create on schema rowhouse from rowhouse_recorder;

-- Down Migration

set local role rowhouse_recorder;
drop function rowhouse.remove_events(bigint, bigint[]);
drop function rowhouse.note_account_event(bigint, text, text, jsonb);
drop function rowhouse.record_event(text, jsonb);
drop function rowhouse.append_event(bigint, text, bigint, text, text, jsonb);
reset role;
drop table audit_event;
drop function act_as(text, bigint, text);
drop function event_hash(text, bigint, bigint, timestamptz, text, bigint, text, text, jsonb);
drop policy recorder on account;
revoke select (id, status, database) on account from rowhouse_recorder;
revoke execute on function current_account_id() from rowhouse_recorder;
revoke usage on schema rowhouse from rowhouse_recorder;
