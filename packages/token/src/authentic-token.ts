import { type CompleteClaims, claimedWorkerId, readCompleteClaims } from './claims.js';
import { WorkerTokenError } from './errors.js';
import { findDerivedKey, findListedKey, type Keyring, type VerifyingKey } from './keyring.js';
import type { JsonObject } from './strict-json.js';
import { decodePayload, malformedPayload, splitToken, type TokenParts } from './token-format.js';
import type { VerificationOptions } from './verification-options.js';

/** A token whose signature and claims are good. Whether it may be used here and now is not decided. */
export interface AuthenticToken {
  readonly claims: CompleteClaims;
  readonly key: VerifyingKey;
}

/** The checks whose outcome never changes for one token and one keyring: shape, signature, payload, claims. */
export function authenticateToken(trimmedToken: string, options: VerificationOptions): AuthenticToken {
  const parts = splitToken(trimmedToken);
  const listed = findListedKey(options.keyring, parts, options.audience);
  const payload = decodePayload(parts.payload);
  const key = listed ?? derivedKeyOfClaimedWorker(options.keyring, parts, payload);
  if (key === undefined) {
    throw new WorkerTokenError('bad_signature', 'no key of the keyring verifies the worker token');
  }
  if (payload === undefined) throw malformedPayload();
  return { claims: readCompleteClaims(payload, options.profile), key };
}

// The payload is not authentic yet; its worker id does no more than choose the key that must have signed it.
function derivedKeyOfClaimedWorker(
  keyring: Keyring,
  parts: TokenParts,
  payload: JsonObject | undefined,
): VerifyingKey | undefined {
  const workerId = payload === undefined ? undefined : claimedWorkerId(payload);
  return workerId === undefined ? undefined : findDerivedKey(keyring, parts, workerId);
}
