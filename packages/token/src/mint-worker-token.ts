import { randomBytes as cryptoRandomBytes } from 'node:crypto';
import { isWorkerAudience, type WorkerAudience } from './audience.js';
import { encodeBase64url } from './base64url.js';
import { isCertificateThumbprint } from './certificate-thumbprint.js';
import { invalidClaim } from './claims.js';
import { epochMilliseconds, type Instant } from './clock.js';
import { isTokenId, isWorkerId } from './identifiers.js';
import { MAX_TOKEN_LIFETIME_SECONDS } from './limits.js';
import { isWorkerScope, type WorkerScope } from './scopes.js';
import { createSigningKey, type KeySecret, macOf } from './signing-key.js';
import { signedTextOf } from './token-format.js';

export interface MintWorkerTokenOptions {
  /** The signing key: a master key or the derived key of this worker, at least 32 bytes after trimming. */
  readonly key: KeySecret;
  /** The worker that presents the token (control-plane audience) or that it is presented to (rpc audience). */
  readonly workerId: string;
  readonly audience: WorkerAudience;
  /** Seconds from `now` to `exp`, 1 to 900. */
  readonly ttlSeconds: number;
  /** Scopes to grant, known ones without repetition. Absent or empty: the default set of the audience. */
  readonly scopes?: readonly WorkerScope[] | undefined;
  /** The `jti`. Default: 16 random bytes in hexadecimal. */
  readonly tokenId?: string | undefined;
  /** Earliest use, rounded up to a whole second; it must lie before `exp`. */
  readonly notBefore?: Date | undefined;
  /**
   * Binds the token to a certificate, by its `certificateThumbprint`: a verifier accepts it over a connection that was
   * made with that certificate alone. Implementations that do not know the claim `cnf` accept it over any.
   */
  readonly certificateThumbprint?: string | undefined;
  /** Time of issue, rounded down to a whole second: a Date or milliseconds. Default: the system clock. */
  readonly now?: Instant | undefined;
  /** Source of the default `jti`. Default: `randomBytes` of node:crypto. */
  readonly randomBytes?: ((size: number) => Uint8Array) | undefined;
}

/** What a minted token says. */
export interface WorkerTokenClaims {
  readonly workerId: string;
  readonly tokenId: string;
  readonly audience: WorkerAudience;
  /** The list in the token; undefined where the token leaves it out and so grants the default set. */
  readonly scopes: readonly WorkerScope[] | undefined;
  readonly issuedAt: Date;
  readonly notBefore: Date | undefined;
  readonly expiresAt: Date;
  readonly certificateThumbprint: string | undefined;
}

export interface MintedWorkerToken {
  readonly token: string;
  readonly claims: WorkerTokenClaims;
}

/**
 * Signs a worker token (format `stacyvm-worker-v1`).
 *
 * @example
 * const { token } = mintWorkerToken({ key, workerId: 'worker-a', audience: 'worker:control-plane', ttlSeconds: 300 });
 *
 * @throws WorkerTokenError `weak_key` for a key under 32 bytes, `invalid_claim` for anything that verification would
 * refuse: an id outside its grammar, an unknown audience or scope, a lifetime outside 1 to 900 s, nbf not before exp, a
 * thumbprint that is none
 */
export function mintWorkerToken(options: MintWorkerTokenOptions): MintedWorkerToken {
  const key = createSigningKey(options.key, 'the signing key');
  const claims = claimsOf(options);
  const signedText = signedTextOf(payloadJsonOf(claims));
  return { token: `${signedText}.${encodeBase64url(macOf(key.secret, signedText))}`, claims };
}

function claimsOf(options: MintWorkerTokenOptions): WorkerTokenClaims {
  const { workerId, audience, ttlSeconds, notBefore, certificateThumbprint } = options;
  const { tokenId = randomTokenId(options.randomBytes ?? cryptoRandomBytes), now = Date.now() } = options;
  if (!isWorkerId(workerId)) throw invalidClaim('worker_id', 'is not in the grammar of worker ids');
  if (!isTokenId(tokenId)) throw invalidClaim('jti', 'is not in the grammar of token ids');
  if (!isWorkerAudience(audience)) throw invalidClaim('aud', 'is not a known audience');
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_TOKEN_LIFETIME_SECONDS) {
    throw invalidClaim('exp', `must lie 1 to ${MAX_TOKEN_LIFETIME_SECONDS} whole seconds after iat`);
  }
  if (certificateThumbprint !== undefined && !isCertificateThumbprint(certificateThumbprint)) {
    throw invalidClaim('cnf', 'must be the SHA-256 of a certificate in base64url');
  }
  const issuedAt = Math.floor(epochMilliseconds(now) / 1000);
  if (issuedAt < 0) throw invalidClaim('iat', 'lies before 1970');
  const expiresAt = issuedAt + ttlSeconds;
  return {
    workerId,
    tokenId,
    audience,
    scopes: listedScopes(options.scopes),
    issuedAt: dateOf(issuedAt),
    notBefore: notBefore === undefined ? undefined : dateOf(notBeforeSeconds(notBefore, expiresAt)),
    expiresAt: dateOf(expiresAt),
    certificateThumbprint,
  };
}

function listedScopes(scopes: readonly WorkerScope[] | undefined): readonly WorkerScope[] | undefined {
  if (scopes === undefined) return undefined;
  if (!Array.isArray(scopes)) throw invalidClaim('scopes', 'is not an array');
  if (!scopes.every(isWorkerScope)) throw invalidClaim('scopes', 'has an unknown entry');
  if (new Set(scopes).size !== scopes.length) throw invalidClaim('scopes', 'has an entry twice');
  return scopes.length === 0 ? undefined : [...scopes];
}

function notBeforeSeconds(notBefore: Date, expiresAt: number): number {
  const seconds = Math.ceil(epochMilliseconds(notBefore) / 1000);
  if (seconds < 0) throw invalidClaim('nbf', 'lies before 1970');
  if (seconds >= expiresAt) throw invalidClaim('nbf', 'is not before exp');
  return seconds;
}

function randomTokenId(randomBytes: (size: number) => Uint8Array): string {
  const bytes = randomBytes(16);
  if (bytes.length !== 16) throw new TypeError('randomBytes(16) must give 16 bytes');
  return Buffer.from(bytes).toString('hex');
}

// The order of the members is part of the format: an absent member is undefined, and JSON.stringify leaves it out.
function payloadJsonOf(claims: WorkerTokenClaims): string {
  return JSON.stringify({
    worker_id: claims.workerId,
    jti: claims.tokenId,
    aud: claims.audience,
    scopes: claims.scopes,
    exp: secondsOf(claims.expiresAt),
    iat: secondsOf(claims.issuedAt),
    nbf: claims.notBefore === undefined ? undefined : secondsOf(claims.notBefore),
    cnf:
      claims.certificateThumbprint === undefined ? undefined : { 'x5t#S256': claims.certificateThumbprint },
  });
}

function dateOf(seconds: number): Date {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw invalidClaim('exp', 'lies beyond the range of dates');
  return date;
}

function secondsOf(date: Date): number {
  return date.getTime() / 1000;
}
