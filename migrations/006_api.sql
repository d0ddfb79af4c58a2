-- Up Migration

-- When each row was made and last changed. Rows that are there already are as old as this migration.
alter table account add column updated_at timestamptz not null default now();
alter table app_user
  add column created_at timestamptz not null default now(),
  add column updated_at timestamptz not null default now();
alter table project
  add column created_at timestamptz not null default now(),
  add column updated_at timestamptz not null default now();
alter table task
  add column created_at timestamptz not null default now(),
  add column updated_at timestamptz not null default now();
alter table subtask
  add column created_at timestamptz not null default now(),
  add column updated_at timestamptz not null default now();

-- A page of ten rows stays a page.
alter table project add constraint project_details_length check (char_length(details) <= 100000);
alter table task add constraint task_details_length check (char_length(details) <= 100000);
alter table subtask add constraint subtask_details_length check (char_length(details) <= 100000);

grant select (created_at, updated_at) on app_user to rowhouse_tenant, rowhouse_operator;
grant update (updated_at) on app_user, project, task, subtask to rowhouse_tenant;
grant update (updated_at) on account to rowhouse_manager;

-- A tenant's listings in each order that can be asked for.
create index task_by_name on task (account_id, name, id);
create index project_by_creation on project (account_id, created_at, id);
create index task_by_creation on task (account_id, created_at, id);
create index subtask_by_creation on subtask (account_id, created_at, id);

-- The words of a row, and with them whose they are: as a word that no text has, so that one index finds an account's own.
create function search_terms(account_id bigint, name text, details text) returns tsvector
  language sql immutable parallel safe
  return pg_catalog.to_tsvector('pg_catalog.simple'::regconfig, name || ' ' || details)
    || pg_catalog.array_to_tsvector(array['@' || account_id]);

create index project_by_terms on project using gin (search_terms(account_id, name, details));
create index task_by_terms on task using gin (search_terms(account_id, name, details));
create index subtask_by_terms on subtask using gin (search_terms(account_id, name, details));

-- What a search looks for: the account, and what was typed, as search engines read it.
create function search_query(account_id bigint, typed text) returns tsquery
  language sql immutable parallel safe
  return ('''@' || account_id || '''')::tsquery && pg_catalog.websearch_to_tsquery('pg_catalog.simple'::regconfig, typed);

-- PostgreSQL uses no index below row-level security with an operator that is not leakproof, and none for texts but equality
-- and order is. So the search runs as a role that logs in nowhere and sees names and details alone, and gives ids of the
-- transaction's own account, to be looked up under row-level security.
grant usage on schema rowhouse to rowhouse_searcher;
create policy searcher on project for select to rowhouse_searcher using (true);
create policy searcher on task for select to rowhouse_searcher using (true);
create policy searcher on subtask for select to rowhouse_searcher using (true);
grant select (account_id, id, name, details) on project, task, subtask to rowhouse_searcher;
grant execute on function current_account_id() to rowhouse_searcher;
grant execute on function search_terms(bigint, text, text) to rowhouse_tenant, rowhouse_loader, rowhouse_operator, rowhouse_searcher;
grant execute on function search_query(bigint, text) to rowhouse_searcher;

grant create on schema rowhouse to rowhouse_searcher;
set local role rowhouse_searcher;
set local row_security = on;

create function rowhouse.search_projects(typed text) returns setof bigint
  language sql stable security definer parallel safe rows 100
begin atomic
  select project.id from rowhouse.project
  where project.account_id = rowhouse.current_account_id()
    and rowhouse.search_terms(project.account_id, project.name, project.details) @@ rowhouse.search_query(rowhouse.current_account_id(), typed);
end;

create function rowhouse.search_tasks(typed text) returns setof bigint
  language sql stable security definer parallel safe rows 100
begin atomic
  select task.id from rowhouse.task
  where task.account_id = rowhouse.current_account_id()
    and rowhouse.search_terms(task.account_id, task.name, task.details) @@ rowhouse.search_query(rowhouse.current_account_id(), typed);
end;

create function rowhouse.search_subtasks(typed text) returns setof bigint
  language sql stable security definer parallel safe rows 100
begin atomic
  select subtask.id from rowhouse.subtask
  where subtask.account_id = rowhouse.current_account_id()
    and rowhouse.search_terms(subtask.account_id, subtask.name, subtask.details) @@ rowhouse.search_query(rowhouse.current_account_id(), typed);
end;

revoke execute on function rowhouse.search_projects(text), rowhouse.search_tasks(text), rowhouse.search_subtasks(text) from public;
grant execute on function rowhouse.search_projects(text), rowhouse.search_tasks(text), rowhouse.search_subtasks(text) to rowhouse_tenant;

set local row_security = off;
reset role;
revoke create on schema rowhouse from rowhouse_searcher;

-- The answers to requests that may be sent twice, by the key that the client gave each.
create table idempotent_request (
  account_id bigint not null,
  id bigint generated always as identity,
  key text not null check (char_length(key) between 1 and 255),
  fingerprint text not null,
  status smallint not null,
  headers text not null,
  body text not null,
  created_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint idempotent_request_key_is_unique unique (account_id, key)
);

create index idempotent_request_by_creation on idempotent_request (account_id, created_at);

alter table account no force row level security;
alter table idempotent_request add constraint idempotent_request_account foreign key (account_id) references account (id) on delete restrict;
alter table account force row level security;

select build_wall('idempotent_request');
grant select, delete on idempotent_request to rowhouse_tenant;
grant insert (account_id, key, fingerprint, status, headers, body) on idempotent_request to rowhouse_tenant;
grant select, insert, update, delete on idempotent_request to rowhouse_loader;
grant select, update on sequence idempotent_request_id_seq to rowhouse_loader;

-- Down Migration

drop table idempotent_request;

set local role rowhouse_searcher;
drop function rowhouse.search_subtasks(text);
drop function rowhouse.search_tasks(text);
drop function rowhouse.search_projects(text);
reset role;

drop policy searcher on project;
drop policy searcher on task;
drop policy searcher on subtask;
revoke all on project, task, subtask from rowhouse_searcher;
revoke execute on function current_account_id() from rowhouse_searcher;
revoke usage on schema rowhouse from rowhouse_searcher;

drop index subtask_by_terms;
drop index task_by_terms;
drop index project_by_terms;
drop function search_query(bigint, text);
drop function search_terms(bigint, text, text);
alter table subtask drop constraint subtask_details_length;
alter table task drop constraint task_details_length;
alter table project drop constraint project_details_length;
drop index subtask_by_creation;
drop index task_by_creation;
drop index project_by_creation;
drop index task_by_name;
alter table subtask drop column updated_at, drop column created_at;
alter table task drop column updated_at, drop column created_at;
alter table project drop column updated_at, drop column created_at;
alter table app_user drop column updated_at, drop column created_at;
alter table account drop column updated_at;
