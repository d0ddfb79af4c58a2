-- Up Migration

select build_wall('account', key_column => 'id');
select build_wall('app_user');
select build_wall('project');
select build_wall('task');
select build_wall('subtask');

-- The tenant role reads its rows, writes the columns that a person may write, and never moves a row: no UPDATE on a key.
-- TRUNCATE, REFERENCES and TRIGGER look past row-level security, so nobody is granted them.
grant select on account, project, task, subtask to rowhouse_tenant;
grant select (account_id, id, email, first_name, last_name, is_active, joined_at) on app_user to rowhouse_tenant;
grant insert (account_id, email, first_name, last_name, is_active, password_hash) on app_user to rowhouse_tenant;
grant insert (account_id, name, details) on project to rowhouse_tenant;
grant insert (account_id, project_id, name, is_complete, details) on task to rowhouse_tenant;
grant insert (account_id, task_id, name, is_complete, details) on subtask to rowhouse_tenant;
grant update (email, first_name, last_name, is_active, password_hash) on app_user to rowhouse_tenant;
grant update (name, details) on project to rowhouse_tenant;
grant update (project_id, name, is_complete, details) on task to rowhouse_tenant;
grant update (task_id, name, is_complete, details) on subtask to rowhouse_tenant;
grant delete on app_user, project, task, subtask to rowhouse_tenant;

-- The operator reads all rows of all accounts, but no password hash, and writes nothing.
grant select on account, project, task, subtask to rowhouse_operator;
grant select (account_id, id, email, first_name, last_name, is_active, joined_at) on app_user to rowhouse_operator;

-- The loader adds whole accounts with ids that it has reserved from the sequences.
grant select, insert on account, app_user, project, task, subtask to rowhouse_loader;
grant select, update on sequence account_id_seq, app_user_id_seq, project_id_seq, task_id_seq, subtask_id_seq to rowhouse_loader;

-- Down Migration

revoke all on account, app_user, project, task, subtask from rowhouse_tenant, rowhouse_operator, rowhouse_loader;
revoke all on sequence account_id_seq, app_user_id_seq, project_id_seq, task_id_seq, subtask_id_seq from rowhouse_loader;
drop policy tenant on account;
drop policy operator on account;
drop policy loader on account;
drop policy tenant on app_user;
drop policy operator on app_user;
drop policy loader on app_user;
drop policy tenant on project;
drop policy operator on project;
drop policy loader on project;
drop policy tenant on task;
drop policy operator on task;
drop policy loader on task;
drop policy tenant on subtask;
drop policy operator on subtask;
drop policy loader on subtask;
