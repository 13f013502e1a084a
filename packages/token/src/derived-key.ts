import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { encodeBase64url } from './base64url.js';
import { WorkerTokenError } from './errors.js';
import { isWorkerId } from './identifiers.js';
import { createSigningKey, fingerprintOf, type KeySecret, type SigningKey } from './signing-key.js';

/** The first half of HKDF (RFC 5869 section 2.2) with an empty salt: done once a master key, not once a token. */
export function extractDerivationKey(master: SigningKey): KeyObject {
  return createSecretKey(createHmac('sha256', '').update(master.secret.export()).digest());
}

/** A key derived for one worker; its fingerprint costs a hash and is only wanted for the key that verifies. */
export interface DerivedKey {
  readonly secret: KeyObject;
  fingerprint(): string;
}

/** The key of a worker whose id is in the grammar. */
export function deriveKey(derivationKey: KeyObject, workerId: string): DerivedKey {
  const bytes = Buffer.from(expandToText(derivationKey, workerId), 'ascii');
  return { secret: createSecretKey(bytes), fingerprint: () => fingerprintOf(bytes) };
}

/**
 * The key of one worker, as 43 characters of base64url text: an ordinary signing key that a keyring with the master
 * key accepts for this worker id only. HKDF-SHA256 (RFC 5869), empty salt, info `stacyvm-worker-v1:` and the id.
 *
 * @example
 * const workerKey = deriveWorkerKey(masterKey, 'worker-a'); // give this to worker-a, and keep the master key
 *
 * @throws WorkerTokenError `weak_key` when the master key has fewer than 32 bytes, `invalid_claim` for a bad worker id
 */
export function deriveWorkerKey(masterSecret: KeySecret, workerId: string): string {
  const master = createSigningKey(masterSecret, 'the master key');
  if (!isWorkerId(workerId))
    throw new WorkerTokenError('invalid_claim', 'the worker id is not in the grammar');
  return expandToText(extractDerivationKey(master), workerId);
}

// The second half of HKDF (section 2.3): 32 bytes are one block of the hash, so one round is all of it.
function expandToText(derivationKey: KeyObject, workerId: string): string {
  const info = `stacyvm-worker-v1:${workerId}`;
  return encodeBase64url(createHmac('sha256', derivationKey).update(info).update(firstBlock).digest());
}

const firstBlock = Uint8Array.of(1);
