import type { WorkerAudience } from './audience.js';
import type { AuthenticToken } from './authentic-token.js';
import type { CompleteClaims } from './claims.js';
import { WorkerTokenError } from './errors.js';
import type { KeyRole } from './keyring.js';
import { CLOCK_SKEW_SECONDS, MAX_TOKEN_LIFETIME_SECONDS } from './limits.js';
import { grantedScopes, type WorkerScope } from './scopes.js';

/** What a revocation can be decided by. */
export interface RevocationQuery {
  /** The `jti`; undefined only in the compatible profile. */
  readonly tokenId: string | undefined;
  readonly workerId: string;
  /** The `iat`; undefined only in the compatible profile. Count such a token as issued before any moment. */
  readonly issuedAt: Date | undefined;
  /** Fingerprint of the key of the keyring: for a derived key, that of its master. */
  readonly keyFingerprint: string;
  /** Fingerprint of the key that signed: for a derived key, its own. */
  readonly signingKeyFingerprint: string;
}

/** Answers at once whether a token is revoked. Only `false` lets it pass. */
export type RevocationCheck = (query: RevocationQuery) => boolean;

/** A token that passed every check. */
export interface VerifiedWorkerToken {
  readonly workerId: string;
  /** The `jti`; undefined only in the compatible profile. */
  readonly tokenId: string | undefined;
  /** The `aud`, which is the expected one; undefined only in the compatible profile. */
  readonly audience: WorkerAudience | undefined;
  /** What the token grants: its known scopes, or the default set of the audience. Never empty. */
  readonly scopes: readonly WorkerScope[];
  /** The `iat`; undefined only in the compatible profile. */
  readonly issuedAt: Date | undefined;
  readonly notBefore: Date | undefined;
  readonly expiresAt: Date;
  /** Of the certificate that the token is bound to, and was presented with; undefined: any may present it. */
  readonly certificateThumbprint: string | undefined;
  /** Fingerprint of the key of the keyring that verified: for a derived key, that of its master. */
  readonly keyFingerprint: string;
  /** Fingerprint of the key that signed: for a derived key, its own. */
  readonly signingKeyFingerprint: string;
  readonly keyRole: KeyRole;
}

export interface Admission {
  readonly audience: WorkerAudience;
  /** Compared where given; undefined admits every worker. */
  readonly workerId: string | undefined;
  /** Of the certificate that the connection was proven with; undefined: there was none. */
  readonly certificateThumbprint: string | undefined;
  /** Only bound tokens pass. */
  readonly requireCertificate: boolean;
  readonly isRevoked: RevocationCheck | undefined;
  readonly nowMs: number;
}

/** The checks that depend on when, where and by whom a token is presented. Cheap enough to run at every use. */
export function admitToken(token: AuthenticToken, admission: Admission): VerifiedWorkerToken {
  const { claims, key } = token;
  checkTimes(claims, admission.nowMs);
  const audience = checkAudience(claims, admission.audience);
  if (admission.workerId !== undefined && admission.workerId !== claims.workerId) {
    throw new WorkerTokenError('worker_mismatch', 'the worker token belongs to another worker');
  }
  checkCertificate(claims, admission);
  checkRevocation(token, admission.isRevoked);
  return {
    workerId: claims.workerId,
    tokenId: claims.tokenId,
    audience,
    scopes: grantedScopes(claims.scopes, admission.audience),
    issuedAt: dateOf(claims.issuedAt),
    notBefore: dateOf(claims.notBefore),
    expiresAt: new Date(claims.expiresAt * 1000),
    certificateThumbprint: claims.certificateThumbprint,
    keyFingerprint: key.listedFingerprint,
    signingKeyFingerprint: key.signingFingerprint,
    keyRole: key.role,
  };
}

// Milliseconds throughout: dividing would round what is left of the second.
function checkTimes(claims: CompleteClaims, nowMs: number): void {
  const { expiresAt, issuedAt, notBefore } = claims;
  const latestStartMs = nowMs + CLOCK_SKEW_SECONDS * 1000;
  if (nowMs >= expiresAt * 1000) {
    throw new WorkerTokenError('expired', 'the worker token has expired; obtain a new one');
  }
  if (notBefore !== undefined && latestStartMs < notBefore * 1000) {
    throw new WorkerTokenError('not_yet_valid', 'the worker token is not valid yet; compare the clocks');
  }
  if (issuedAt !== undefined && latestStartMs < issuedAt * 1000) {
    throw new WorkerTokenError(
      'issued_in_future',
      'the worker token was issued in the future; compare the clocks',
    );
  }
  const tooLong =
    issuedAt === undefined
      ? expiresAt * 1000 - latestStartMs > MAX_TOKEN_LIFETIME_SECONDS * 1000
      : expiresAt - issuedAt > MAX_TOKEN_LIFETIME_SECONDS;
  if (tooLong) {
    throw new WorkerTokenError(
      'lifetime_exceeded',
      `the worker token lives longer than ${MAX_TOKEN_LIFETIME_SECONDS} s; issue shorter ones`,
    );
  }
}

function checkAudience(claims: CompleteClaims, expected: WorkerAudience): WorkerAudience | undefined {
  if (claims.audience === undefined) return undefined;
  if (claims.audience === expected) return expected;
  throw new WorkerTokenError('audience_mismatch', `the worker token is not meant for ${expected}`);
}

/** Thumbprints are no secrets: they may be compared in whatever time it takes. */
function checkCertificate(
  { certificateThumbprint: bound }: CompleteClaims,
  { certificateThumbprint: presented, requireCertificate }: Admission,
): void {
  if (requireCertificate && presented === undefined) {
    throw new WorkerTokenError('certificate_required', 'connect with the client certificate of the token');
  }
  if (requireCertificate && bound === undefined) {
    throw new WorkerTokenError(
      'certificate_required',
      'the worker token is bound to no certificate; obtain one that is bound to that of the connection',
    );
  }
  if (bound !== undefined && bound !== presented) {
    throw new WorkerTokenError(
      'certificate_mismatch',
      'the worker token is bound to a certificate that the connection was not made with',
    );
  }
}

function checkRevocation({ claims, key }: AuthenticToken, isRevoked: RevocationCheck | undefined): void {
  if (isRevoked === undefined) return;
  const answer: unknown = isRevoked({
    tokenId: claims.tokenId,
    workerId: claims.workerId,
    issuedAt: dateOf(claims.issuedAt),
    keyFingerprint: key.listedFingerprint,
    signingKeyFingerprint: key.signingFingerprint,
  });
  // A promise or a forgotten return must not pass for "not revoked".
  if (answer !== false) throw new WorkerTokenError('revoked', 'the worker token is revoked');
}

function dateOf(seconds: number | undefined): Date | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1000);
}
