import { invalidClaim, readPresentClaims } from './claims.js';
import { decodePayload, malformedPayload, splitToken, trimToken } from './token-format.js';

/** What a token says about itself. Anyone can write such a token: decide nothing by it. */
export interface UnverifiedWorkerToken {
  readonly signatureVerified: false;
  readonly workerId: string | undefined;
  readonly tokenId: string | undefined;
  /** Any text, not only a known audience. */
  readonly audience: string | undefined;
  /** The list as it is in the token, unknown scopes included. */
  readonly scopes: readonly string[] | undefined;
  readonly issuedAt: Date | undefined;
  readonly notBefore: Date | undefined;
  readonly expiresAt: Date | undefined;
  /** Of the certificate that the token is bound to; undefined: to none. */
  readonly certificateThumbprint: string | undefined;
}

/**
 * Reads a token without a key, for people who look into one. Absent claims, times in the past and foreign audiences
 * are shown as they are.
 * @throws WorkerTokenError `malformed` when it is not a worker token, `invalid_claim` when a claim has a wrong type or
 * grammar
 */
export function inspectWorkerToken(token: string): UnverifiedWorkerToken {
  const payload = decodePayload(splitToken(trimToken(token)).payload);
  if (payload === undefined) throw malformedPayload();
  const claims = readPresentClaims(payload);
  return {
    signatureVerified: false,
    workerId: claims.workerId,
    tokenId: claims.tokenId,
    audience: claims.audience,
    scopes: claims.scopes,
    issuedAt: dateOf('iat', claims.issuedAt),
    notBefore: dateOf('nbf', claims.notBefore),
    expiresAt: dateOf('exp', claims.expiresAt),
    certificateThumbprint: claims.certificateThumbprint,
  };
}

function dateOf(name: 'iat' | 'nbf' | 'exp', seconds: number | undefined): Date | undefined {
  if (seconds === undefined) return undefined;
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw invalidClaim(name, 'lies beyond the range of dates');
  return date;
}
