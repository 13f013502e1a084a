/** Every reason this package gives, in the order in which verification checks for them. */
export const WORKER_TOKEN_ERROR_CODES = [
  'weak_key',
  'malformed',
  'bad_signature',
  'missing_claim',
  'invalid_claim',
  'expired',
  'not_yet_valid',
  'issued_in_future',
  'lifetime_exceeded',
  'audience_mismatch',
  'worker_mismatch',
  'certificate_required',
  'certificate_mismatch',
  'revoked',
  'no_valid_scopes',
] as const;

/** Stable, machine-readable reason of a {@link WorkerTokenError}. */
export type WorkerTokenErrorCode = (typeof WORKER_TOKEN_ERROR_CODES)[number];

/**
 * A key, a token or a claim was refused. Decide by `code`; `message` is for people and never holds a token,
 * a key or the value of a claim.
 */
export class WorkerTokenError extends Error {
  override readonly name = 'WorkerTokenError';
  readonly code: WorkerTokenErrorCode;

  constructor(code: WorkerTokenErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
