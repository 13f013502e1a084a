import { randomBytes } from 'node:crypto';
import {
  createKeyring,
  type KeyRole,
  type KeySecret,
  keyFingerprint,
  type ListedKeyRole,
  verifyWorkerToken,
  type WorkerAudience,
  type WorkerKeyScope,
  WorkerTokenError,
  type WorkerTokenErrorCode,
} from '@stacyvm/token';

/** The key that signed a token. */
export interface Signer {
  readonly role: KeyRole;
  /** Fingerprint of the listed key: for a derived key, that of its master. */
  readonly fingerprint: string;
}

/**
 * Finds the key that signed a token which was refused for whatever reason, by asking the library with one key at a
 * time: any answer but `bad_signature` means that this key signed. Undefined when none did.
 */
export function findSigner(token: string, keys: readonly KeySecret[]): Signer | undefined {
  const signers = keys.flatMap((key, index): Signer[] => {
    // Where the rpc audience is expected a key counts itself and through derivation; here only through derivation.
    const derived = isSignedWith(token, key, 'worker:control-plane');
    if (!derived && !isSignedWith(token, key, 'worker:rpc')) return [];
    const listed: ListedKeyRole = index === 0 ? 'active' : `verify_only[${index - 1}]`;
    return [{ role: derived ? `derived(${listed})` : listed, fingerprint: keyFingerprint(key) }];
  });
  return signers.find(({ role }) => !role.startsWith('derived')) ?? signers[0];
}

/** Whether a token is malformed before any signature is looked at: no key at all could make it pass. */
export function isMisshapen(token: string): boolean {
  return codeWith(token, randomBytes(32).toString('hex'), 'worker:rpc') === 'malformed';
}

function isSignedWith(token: string, key: KeySecret, audience: WorkerAudience): boolean {
  return codeWith(token, key, audience, 'derived') !== 'bad_signature';
}

function codeWith(
  token: string,
  key: KeySecret,
  audience: WorkerAudience,
  workerKeyScope: WorkerKeyScope = 'any',
): WorkerTokenErrorCode | undefined {
  try {
    verifyWorkerToken(token, { keyring: createKeyring({ active: key, workerKeyScope }), audience });
    return undefined;
  } catch (error) {
    if (error instanceof WorkerTokenError) return error.code;
    throw error;
  }
}
