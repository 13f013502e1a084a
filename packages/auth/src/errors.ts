/** Every reason this package gives. */
export const AUTH_ERROR_CODES = [
  'api_key_missing',
  'api_key_malformed',
  'api_key_invalid',
  'api_key_revoked',
  'api_key_expired',
  'bearer_unsupported',
  'bearer_malformed',
  'bearer_unsupported_alg',
  'bearer_unknown_key',
  'bearer_bad_signature',
  'bearer_invalid_claims',
  'bearer_wrong_issuer',
  'bearer_wrong_audience',
  'bearer_expired',
  'bearer_not_yet_valid',
  'bearer_revoked',
  'logout_token_invalid',
  'logout_token_replayed',
  'groups_overage',
  'no_role',
  'tenant_not_allowed',
  'missing_scope',
  'too_many_failures',
  'oidc_keys_unavailable',
  'api_keys_unavailable',
  'weak_api_key',
  'placeholder_api_key',
  'equal_api_keys',
  'oidc_misconfigured',
] as const;

/** Stable, machine-readable reason of an {@link AuthError}; {@link httpStatusOf} tells what it means to a caller. */
export type AuthErrorCode = (typeof AUTH_ERROR_CODES)[number];

export interface AuthErrorOptions extends ErrorOptions {
  readonly detail?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * A refusal. Neither `message` nor `detail` ever contains a credential. `message` is for the caller, who may be a
 * stranger; `detail` says more (what was expected, what a provider answered) and is for operators alone.
 */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly detail: string | undefined;
  /** When to come back, in seconds; of `too_many_failures` alone. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: AuthErrorCode,
    message: string,
    { detail, retryAfterSeconds, ...options }: AuthErrorOptions = {},
  ) {
    super(message, options);
    this.detail = detail;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * The HTTP status of a refusal: 400 what is told is not heeded, 401 who is calling is not known, 403 it is known and may not, 429 it was tried too
 * often, 503 it cannot be told now.
 * 500 for what is wrong with the configuration, which is refused at the start and never meets a request.
 */
export function httpStatusOf(code: AuthErrorCode): 400 | 401 | 403 | 429 | 500 | 503 {
  switch (code) {
    case 'logout_token_invalid':
    case 'logout_token_replayed':
      return 400;
    case 'missing_scope':
    case 'no_role':
    case 'groups_overage':
    case 'tenant_not_allowed':
      return 403;
    case 'too_many_failures':
      return 429;
    case 'oidc_keys_unavailable':
    case 'api_keys_unavailable':
      return 503;
    case 'weak_api_key':
    case 'placeholder_api_key':
    case 'equal_api_keys':
    case 'oidc_misconfigured':
      return 500;
    default:
      return 401;
  }
}
