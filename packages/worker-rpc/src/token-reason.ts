import type { WorkerTokenErrorCode } from '@stacyvm/token';

/**
 * Why a worker credential, or a caller that has one, was refused.
 *
 * `worker_auth_not_configured` 503: the server knows no key and no token. `credentials_missing`: no worker id or no
 * token. `worker_id_invalid`: the id is outside the grammar. `worker_mismatch`: the id is not the server's own (RPC),
 * or not the one in the path (403). `signed_token_not_allowed`: a signed token, and the server has no key.
 * `static_token_not_allowed`: a static token, and none is configured for this worker. `static_token_mismatch`: not the
 * configured one. `static_token_refused`: this server takes no static token any more. `token_*`: the code of the token package, such as `token_expired` or `token_bad_signature`.
 * `token_replayed`: a signed token was presented a second time to a method with an effect.
 * `missing_scope` 403: the credential is good and does not grant this.
 */
export type WorkerRefusalReason =
  | 'worker_auth_not_configured'
  | 'credentials_missing'
  | 'worker_id_invalid'
  | 'worker_mismatch'
  | 'signed_token_not_allowed'
  | 'static_token_not_allowed'
  | 'static_token_mismatch'
  | 'static_token_refused'
  | `token_${WorkerTokenErrorCode}`
  | 'token_replayed'
  | 'missing_scope';

/** The one place where a code of the token package becomes a reason on the wire: `expired` → `token_expired`. */
export function tokenReason(code: WorkerTokenErrorCode): WorkerRefusalReason {
  return `token_${code}`;
}
