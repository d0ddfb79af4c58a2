-- Up Migration

-- Whoever makes a whole account at once, of an archive or of another account, notes it in the same transaction: there is no
-- account without a note of how it came to be.
grant insert (account_id, actor, action, slug, details) on account_event to rowhouse_loader;

-- What was written last stands in a list of its own, which every search goes through, whoever has written it. A short one:
-- one account's writing is not to slow down the searches of all.
alter index project_by_terms set (gin_pending_list_limit = 128);
alter index task_by_terms set (gin_pending_list_limit = 128);
alter index subtask_by_terms set (gin_pending_list_limit = 128);

-- Down Migration

alter index project_by_terms reset (gin_pending_list_limit);
alter index task_by_terms reset (gin_pending_list_limit);
alter index subtask_by_terms reset (gin_pending_list_limit);
revoke insert (account_id, actor, action, slug, details) on account_event from rowhouse_loader;
