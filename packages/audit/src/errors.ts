/**
 * `not_canonical`: the value has no canonical JSON form. `malformed`: the text is no line of an export.
 * `invalid_key`: the key is no Ed25519 key in PEM.
 */
export type AuditErrorCode = 'not_canonical' | 'malformed' | 'invalid_key';

/** Every failure of this package. The message never contains a key. */
export class AuditError extends Error {
  override readonly name = 'AuditError';

  constructor(
    readonly code: AuditErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
