-- Up Migration

-- The one shared table: an account is a tenant. A slug is the host name's label, so it obeys DNS.
create table account (
  id bigint generated always as identity primary key,
  slug text not null constraint account_slug_is_a_dns_label check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name text not null check (char_length(name) between 1 and 255),
  status text not null default 'active' check (status in ('active', 'suspended')),
  constraint account_slug_is_unique unique (slug)
);

-- Every key below leads with account_id: a reference to another tenant's row cannot be written down,
-- and a duplicate in another tenant is no duplicate. Both also keep the schema distributable by account_id.
create table app_user (
  account_id bigint not null,
  id bigint generated always as identity,
  email text not null check (char_length(email) between 3 and 254),
  first_name text not null check (char_length(first_name) <= 150),
  last_name text not null check (char_length(last_name) <= 150),
  is_active boolean not null default true,
  joined_at timestamptz not null default now(),
  password_hash text not null,
  primary key (account_id, id)
);

create table project (
  account_id bigint not null,
  id bigint generated always as identity,
  name text not null check (char_length(name) between 1 and 255),
  details text not null default '',
  primary key (account_id, id)
);

create table task (
  account_id bigint not null,
  id bigint generated always as identity,
  project_id bigint not null,
  name text not null check (char_length(name) between 1 and 255),
  is_complete boolean not null default false,
  details text not null default '',
  primary key (account_id, id)
);

create table subtask (
  account_id bigint not null,
  id bigint generated always as identity,
  task_id bigint not null,
  name text not null check (char_length(name) between 1 and 255),
  is_complete boolean not null default false,
  details text not null default '',
  primary key (account_id, id)
);

-- An e-mail address names one person within an account, in any letter case.
create unique index app_user_email_is_unique on app_user (account_id, lower(email));

alter table app_user add constraint app_user_account foreign key (account_id) references account (id) on delete restrict;
alter table project add constraint project_account foreign key (account_id) references account (id) on delete restrict;
alter table task add constraint task_account foreign key (account_id) references account (id) on delete restrict;
alter table task add constraint task_project foreign key (account_id, project_id) references project (account_id, id) on delete restrict;
alter table subtask add constraint subtask_account foreign key (account_id) references account (id) on delete restrict;
alter table subtask add constraint subtask_task foreign key (account_id, task_id) references task (account_id, id) on delete restrict;

-- A tenant's listings, each in its order (name, then id), and the children of a row.
create index project_by_name on project (account_id, name, id);
create index task_by_project on task (account_id, project_id, name, id);
create index subtask_by_name on subtask (account_id, name, id);
create index subtask_by_task on subtask (account_id, task_id);

-- The operator's listing over all accounts.
create index subtask_by_name_over_accounts on subtask (name, id) include (account_id);

-- Down Migration

drop table subtask;
drop table task;
drop table project;
drop table app_user;
drop table account;
