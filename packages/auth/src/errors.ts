/**
 * `api_key_missing`, `api_key_invalid`, `bearer_unsupported`: who is calling is not known (HTTP 401).
 * `missing_scope`: it is known, and may not do this (HTTP 403).
 * `weak_api_key`, `placeholder_api_key`, `equal_api_keys`: the configuration of the keys is refused at start.
 */
export type AuthErrorCode =
  | 'api_key_missing'
  | 'api_key_invalid'
  | 'bearer_unsupported'
  | 'missing_scope'
  | 'weak_api_key'
  | 'placeholder_api_key'
  | 'equal_api_keys';

/** A refusal. The message never contains a credential. */
export class AuthError extends Error {
  override readonly name = 'AuthError';

  constructor(
    readonly code: AuthErrorCode,
    message: string,
  ) {
    super(message);
  }
}
