/**
 * Functions that run with the rights of their owner and that roles which serve requests may call, by that owner: whatever else does
 * so is a way past the walls. An owner logs in nowhere, and has policies and grants for just what its functions read.
 */
export const definersByOwner: Readonly<Record<string, readonly string[]>> = {
  rowhouse_resolver: ['rowhouse.resolve_accounts(text[])'],
  rowhouse_searcher: ['rowhouse.search_projects(text)', 'rowhouse.search_tasks(text)', 'rowhouse.search_subtasks(text)'],
  rowhouse_verifier: [
    'rowhouse.password_parameters(text)', 'rowhouse.check_password(text,text)', 'rowhouse.enter_session(text)', 'rowhouse.enter_token(text)', 'rowhouse.find_entry_link(text)',
    'rowhouse.find_look(text)', 'rowhouse.find_session(text)', 'rowhouse.verified_account_id()', 'rowhouse.manage()', 'rowhouse.keep_an_owner(bigint)'
  ],
  rowhouse_recorder: ['rowhouse.record_event(text,jsonb)']
}
