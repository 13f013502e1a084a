import { AuthError } from '../errors.js';
import type { JwsHeader } from '../jose/jws-header.js';
import type { KeyChoice } from '../jose/key-set.js';
import type { VerificationKey } from '../jose/verification-key.js';

/** Where the keys come from that verify tokens. */
export interface KeySource {
  /**
   * The one key that may verify a token with this header.
   *
   * @throws AuthError `bearer_unknown_key`, `bearer_unsupported_alg` or `oidc_keys_unavailable`
   */
  find(header: JwsHeader): Promise<VerificationKey>;
  /**
   * Has the keys ready before the first token comes.
   *
   * @throws AuthError `oidc_keys_unavailable`
   */
  prepare(): Promise<void>;
  /** Ends what is being fetched; nothing is fetched any more. */
  close(): void;
}

/** A single key that is configured: it serves every token of its algorithms, whatever `kid` says. */
export function createStaticKeySource(key: VerificationKey): KeySource {
  return {
    async find({ algorithm }) {
      return keyOf(
        key.algorithms.includes(algorithm) ? { outcome: 'found', key } : { outcome: 'unsuitable' },
      );
    },
    async prepare() {},
    close() {},
  };
}

/** @throws AuthError `bearer_unknown_key` or `bearer_unsupported_alg` */
export function keyOf(choice: KeyChoice): VerificationKey {
  switch (choice.outcome) {
    case 'found':
      return choice.key;
    case 'unsuitable':
      throw new AuthError(
        'bearer_unsupported_alg',
        'the algorithm of the bearer token is not one that its key serves',
        { detail: 'the key that its header means is of another type, curve or "alg"' },
      );
    case 'ambiguous':
      throw unknownKey('several keys of the provider could be meant by its "alg" and "kid"');
    case 'unknown':
      throw unknownKey('the provider has no key for its "alg" and "kid"');
  }
}

function unknownKey(detail: string): AuthError {
  return new AuthError('bearer_unknown_key', 'the key of the bearer token is not known; get a new token', {
    detail,
  });
}
