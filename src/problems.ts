/** What can go wrong for whoever asks, apart from every detail: an answer's `type` is the address of a page that says this. */
export interface Problem {
  status: number
  title: string
  /** What it means, and what to do. */
  meaning: string
}

/** Every problem that an answer can tell of. The names are part of addresses: they stay. */
export const problems = {
  renamed: { status: 307, title: 'Renamed', meaning: 'The account has another host name now. The header `Location` has the address there; send the same request to it.' },
  'invalid-request': { status: 400, title: 'Invalid request', meaning: 'The address, a parameter, a header or the body is not what this operation takes. Where it is about single parameters or headers, `errors` names each of them and what it takes.' },
  'malformed-body': { status: 400, title: 'Invalid request', meaning: 'The body is not JSON, or has not the length that its header states.' },
  'password-required': { status: 401, title: 'Password required', meaning: 'The view over all accounts is open to the operator only. Send the password over HTTP Basic.' },
  'not-signed-in': { status: 401, title: 'Not signed in', meaning: 'The account is open to its people and programs only. People sign in at `/sign-in/` on its own host, programs send a token of the account\'s as `Authorization: Bearer`: what lets somebody into one account lets nobody into another.' },
  'wrong-password': { status: 401, title: 'Wrong address or password', meaning: 'Nobody in the account has this e-mail address and this password. Which of them is wrong is not said.' },
  'account-suspended': { status: 403, title: 'Account suspended', meaning: 'The account is suspended by whoever runs the service. Its data are kept; ask them to resume it.' },
  'not-allowed': { status: 403, title: 'Not allowed', meaning: 'Whoever asks is known, and has a role that does not allow this. Viewers look, members change what the account works on, owners manage its people. Tokens read, or write as well; no token manages.' },
  'cross-site': { status: 403, title: 'Opened from another site', meaning: 'A page of another site made the browser ask. What this address gives or does has to be asked for from this site, or by a program.' },
  'not-found': { status: 404, title: 'Not found', meaning: 'There is nothing at this address for this account: it never was there, is deleted, or belongs to somebody else.' },
  'no-such-tenant': { status: 404, title: 'No such tenant', meaning: 'No account answers at this host name. Check the spelling of its first part.' },
  'no-view-over-all-accounts': { status: 404, title: 'No view over all accounts', meaning: 'Each account has a database of its own in this installation, and nothing reads more than one of them.' },
  'method-not-allowed': { status: 405, title: 'Method not allowed', meaning: 'The address exists, but not with this method. The header `Allow` names those that it takes.' },
  conflict: { status: 409, title: 'Conflict', meaning: 'It cannot be done as things stand: there is such a row already, a row is still referred to, or another request is at work on the same thing.' },
  gone: { status: 410, title: 'No longer here', meaning: 'The account of this host name has been deleted, or has moved to another name.' },
  'precondition-failed': { status: 412, title: 'Changed meanwhile', meaning: 'The row is not the one any more that `If-Match` names. Read it again, look at what changed, and send the change anew with its present `ETag`.' },
  'too-large': { status: 413, title: 'Too large', meaning: 'The body is longer than this operation takes: 1 MiB, or 2 MiB where it takes many rows.' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type', meaning: 'Bodies are JSON. Send them with the header `Content-Type: application/json`.' },
  'host-not-served': { status: 421, title: 'Host not served here', meaning: 'The header `Host` names no host of this server.' },
  'invalid-value': { status: 422, title: 'Invalid value', meaning: 'The body is JSON, but some of its values cannot be taken. `errors` points at each of them and says what it takes. Nothing was changed.' },
  'key-reused': { status: 422, title: 'Key used for another request', meaning: 'The `Idempotency-Key` came with another request within the last day. Give each request a key of its own, and send the same request again under the same key only.' },
  'too-many-requests': { status: 429, title: 'Too many requests', meaning: 'The account has more requests under way than its part. Wait as long as `Retry-After` says, in seconds.' },
  'too-many-attempts': { status: 429, title: 'Too many attempts', meaning: 'Too many passwords were tried, for this person, in this account or from this place. Wait as long as `Retry-After` says, in seconds.' },
  'internal-error': { status: 500, title: 'Internal error', meaning: 'A mistake of ours. It is logged under the `requestId` of the answer.' },
  'method-not-implemented': { status: 501, title: 'Not implemented', meaning: 'No address of this server takes this method.' },
  'not-set-up': { status: 501, title: 'Not set up', meaning: 'This server has not the login that changes accounts. The command `bin/tenants.ts` has.' },
  unavailable: { status: 503, title: 'Not available right now', meaning: 'The service could not finish the request. Wait as long as `Retry-After` says, in seconds, and send it again. A request that changes something may have been done, where the connection broke at its very end: sent again with the same `Idempotency-Key`, or with its `If-Match`, it is not done twice.' },
  'being-updated': { status: 503, title: 'Being updated', meaning: 'The database of this account is being brought up to date. Wait as long as `Retry-After` says, in seconds.' }
} as const satisfies Record<string, Problem>

export type ProblemName = keyof typeof problems

/** The page about a problem, on every host. */
export function problemPath (name: ProblemName): string {
  return `/problems/${name}`
}
