import type { JwsHeader } from './jws-header.js';
import type { JsonObject } from './strict-json.js';
import { importJwk, UnusableKeyError, type VerificationKey } from './verification-key.js';

export type KeyChoice =
  | { readonly outcome: 'found'; readonly key: VerificationKey }
  /** No key has the token's kid, or, for a token without one, none serves its algorithm. */
  | { readonly outcome: 'unknown' }
  /** Several keys could be meant. */
  | { readonly outcome: 'ambiguous' }
  /** The key that the token names does not serve the token's algorithm. */
  | { readonly outcome: 'unsuitable' };

/** The keys of a provider (RFC 7517 section 5). */
export interface KeySet {
  readonly keys: readonly VerificationKey[];
  /** Why members of the set were left out, for operators. */
  readonly unusable: readonly string[];
  /** The one key that a token can mean; there is never a second try with another. */
  choose(header: JwsHeader): KeyChoice;
}

/** Each costs an import; providers publish two or three. */
const MAX_KEYS = 100;

/**
 * Reads a JWK set. Keys that must not verify signatures are left out, as RFC 7517 asks: a set may hold keys for other
 * ends. Two keys with one `kid` make every token that names it ambiguous.
 *
 * @throws UnusableKeyError when it is no set, or no key of it can be used
 */
export function parseKeySet(document: JsonObject): KeySet {
  const members: unknown = document.get('keys');
  if (!Array.isArray(members)) throw new UnusableKeyError('the key set has no list "keys"');
  if (members.length > MAX_KEYS) throw new UnusableKeyError(`the key set has more than ${MAX_KEYS} keys`);
  const keys: VerificationKey[] = [];
  const unusable: string[] = [];
  for (const [index, member] of members.entries()) {
    try {
      keys.push(importJwk(member));
    } catch (error) {
      if (!(error instanceof UnusableKeyError)) throw error;
      unusable.push(`key ${index + 1}: ${error.message}`);
    }
  }
  if (keys.length === 0)
    throw new UnusableKeyError(['the key set has no usable key', ...unusable].join('; '));
  return { keys, unusable, choose: (header) => chooseKey(keys, header) };
}

function chooseKey(keys: readonly VerificationKey[], { keyId, algorithm }: JwsHeader): KeyChoice {
  const candidates = keys.filter((key) =>
    keyId === undefined ? key.algorithms.includes(algorithm) : key.keyId === keyId,
  );
  const [key] = candidates;
  if (key === undefined) return { outcome: 'unknown' };
  if (candidates.length > 1) return { outcome: 'ambiguous' };
  return key.algorithms.includes(algorithm) ? { outcome: 'found', key } : { outcome: 'unsuitable' };
}
