import { AuthError } from '../errors.js';
import { isSignatureAlgorithm, SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from './algorithms.js';
import { malformedBearer } from './malformed-bearer.js';
import type { JsonObject } from './strict-json.js';

/** What is taken from the header of a token; the token's maker chose it, so it is a claim like any other. */
export interface JwsHeader {
  readonly algorithm: SignatureAlgorithm;
  readonly keyId: string | undefined;
}

/**
 * Members that let a token bring its own key or change how it is read (RFC 7515 sections 4.1.2 to 4.1.6 and 4.1.11,
 * RFC 7797, RFC 7516 section 4.1.3). A token of ours needs none of them.
 */
const FORBIDDEN = ['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'zip'] as const;

/** What a token may say that it is, in lower case and without `application/`. It need not say. */
export interface TokenTypes {
  readonly accepted: readonly string[];
  /** For operators. */
  readonly said: string;
}

/** A JWT (RFC 7519 section 5.1) or an access token (RFC 9068 section 2.1), not a logout token or a DPoP proof. */
export const ACCESS_TYPES: TokenTypes = { accepted: ['jwt', 'at+jwt'], said: 'JWT or at+jwt' };

/** OpenID Connect Back-Channel Logout 1.0 section 2.4 */
export const LOGOUT_TYPES: TokenTypes = { accepted: ['logout+jwt'], said: 'logout+jwt' };

/** @throws AuthError `bearer_malformed` or `bearer_unsupported_alg` */
export function readJwsHeader(header: JsonObject, types: TokenTypes = ACCESS_TYPES): JwsHeader {
  for (const name of FORBIDDEN) {
    if (header.has(name)) throw malformedBearer(`its header has "${name}"`);
  }
  if (header.has('typ') && !types.accepted.includes(mediaType(header.get('typ')) ?? '')) {
    throw malformedBearer(`its header has a "typ" other than ${types.said}`);
  }
  const keyId = header.get('kid');
  if (keyId !== undefined && typeof keyId !== 'string')
    throw malformedBearer('its header has a "kid" that is no text');
  const algorithm = header.get('alg');
  if (typeof algorithm !== 'string') throw malformedBearer('its header has no "alg"');
  if (!isSignatureAlgorithm(algorithm)) {
    throw new AuthError('bearer_unsupported_alg', 'the algorithm of the bearer token is not accepted', {
      detail: `its header has an "alg" other than ${SIGNATURE_ALGORITHMS.join(', ')}`,
    });
  }
  return { algorithm, keyId };
}

/** Types are compared without case, and `application/` may be left out (RFC 7515 section 4.1.9). */
function mediaType(typ: unknown): string | undefined {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined;
}
