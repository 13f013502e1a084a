import { requireTime } from './input-rules.js';

/** How the worker authenticated. Fields that are not known are absent; nothing in it is secret. */
export interface WorkerCredential {
  readonly form: 'signed' | 'static';
  /** Of a static token: whether all workers share it or it is the worker's own. */
  readonly kind?: 'shared' | 'worker';
  readonly keyRole?: string;
  /** Fingerprint of the key of the keyring: for a derived key, that of its master. */
  readonly keyFingerprint?: string;
  /** Fingerprint of the key that signed: for a derived key, its own. */
  readonly signingKeyFingerprint?: string;
  /** The token profile that the signed token satisfied. */
  readonly profile?: 'strict' | 'compatible';
  readonly tokenIssuedAt?: Date;
}

/** @throws StoreError `invalid_input` */
export function credentialJson(credential: WorkerCredential): string {
  if (credential.tokenIssuedAt !== undefined) {
    requireTime(credential.tokenIssuedAt, 'tokenIssuedAt');
  }
  return JSON.stringify(credential);
}

export function credentialFrom(stored: Readonly<Record<string, unknown>>): WorkerCredential {
  const { tokenIssuedAt, ...rest } = stored;
  // Only this package writes the column, so its shape is known.
  const credential = rest as unknown as WorkerCredential;
  return typeof tokenIssuedAt === 'string'
    ? { ...credential, tokenIssuedAt: new Date(tokenIssuedAt) }
    : credential;
}
