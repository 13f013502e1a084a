import { isCertificateThumbprint } from './certificate-thumbprint.js';
import { WorkerTokenError } from './errors.js';
import { isTokenId, isWorkerId } from './identifiers.js';
import { MAX_SCOPES } from './limits.js';
import { JsonNumeral, type JsonObject, type JsonValue } from './strict-json.js';

/**
 * Which claims a token must have. `strict`: worker_id, jti, aud, iat, exp. `compatible`: worker_id and exp, for tokens
 * of older issuers; all other rules are the same.
 */
export type WorkerTokenProfile = 'strict' | 'compatible';

type ClaimName = 'worker_id' | 'jti' | 'aud' | 'scopes' | 'exp' | 'iat' | 'nbf' | 'cnf';

/** The claims that a payload has, each of the right type and grammar. Times are whole Unix seconds. */
export interface PresentClaims {
  readonly workerId: string | undefined;
  readonly tokenId: string | undefined;
  readonly audience: string | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly expiresAt: number | undefined;
  readonly issuedAt: number | undefined;
  readonly notBefore: number | undefined;
  /** Of the certificate that the token is bound to; undefined: to none. */
  readonly certificateThumbprint: string | undefined;
}

/** The claims of a token that has all that its profile requires. */
export interface CompleteClaims extends PresentClaims {
  readonly workerId: string;
  readonly expiresAt: number;
}

const requiredClaims: Readonly<Record<WorkerTokenProfile, readonly ClaimName[]>> = {
  strict: ['worker_id', 'jti', 'aud', 'iat', 'exp'],
  compatible: ['worker_id', 'exp'],
};

export function isWorkerTokenProfile(value: unknown): value is WorkerTokenProfile {
  return value === 'strict' || value === 'compatible';
}

/** Reads the claims of a token: first what is missing, then what is invalid. */
export function readCompleteClaims(payload: JsonObject, profile: WorkerTokenProfile): CompleteClaims {
  for (const name of requiredClaims[profile]) {
    if (claimValue(payload, name) === undefined) throw missingClaim(name);
  }
  const claims = readPresentClaims(payload);
  const { workerId, expiresAt, issuedAt, notBefore } = claims;
  if (workerId === undefined) throw missingClaim('worker_id');
  if (expiresAt === undefined) throw missingClaim('exp');
  if (issuedAt !== undefined && expiresAt <= issuedAt) throw invalidClaim('exp', 'is not after iat');
  if (notBefore !== undefined && notBefore >= expiresAt) throw invalidClaim('nbf', 'is not before exp');
  return { ...claims, workerId, expiresAt };
}

/** Reads whatever known claims a payload has. */
export function readPresentClaims(payload: JsonObject): PresentClaims {
  return {
    workerId: identifierClaim(payload, 'worker_id', isWorkerId),
    tokenId: identifierClaim(payload, 'jti', isTokenId),
    audience: audienceClaim(payload),
    scopes: scopesClaim(payload),
    expiresAt: secondsClaim(payload, 'exp'),
    issuedAt: secondsClaim(payload, 'iat'),
    notBefore: secondsClaim(payload, 'nbf'),
    certificateThumbprint: confirmationClaim(payload),
  };
}

/** The worker that a payload names, if it names one at all. */
export function claimedWorkerId(payload: JsonObject): string | undefined {
  const value = claimValue(payload, 'worker_id');
  return isWorkerId(value) ? value : undefined;
}

/** A claim that is null counts as absent. */
function claimValue(payload: JsonObject, name: ClaimName): Exclude<JsonValue, null> | undefined {
  return payload.get(name) ?? undefined;
}

function identifierClaim(
  payload: JsonObject,
  name: ClaimName,
  inGrammar: (value: unknown) => value is string,
): string | undefined {
  const value = claimValue(payload, name);
  if (value === undefined || inGrammar(value)) return value;
  throw invalidClaim(name, 'is not an identifier of its grammar');
}

function audienceClaim(payload: JsonObject): string | undefined {
  const value = claimValue(payload, 'aud');
  if (value === undefined || typeof value === 'string') return value;
  throw invalidClaim('aud', 'is not a string');
}

function scopesClaim(payload: JsonObject): readonly string[] | undefined {
  const value = claimValue(payload, 'scopes');
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw invalidClaim('scopes', 'is not an array');
  if (value.length > MAX_SCOPES) throw invalidClaim('scopes', `has more than ${MAX_SCOPES} entries`);
  return value.map((entry) => {
    if (typeof entry !== 'string') throw invalidClaim('scopes', 'has an entry that is not a string');
    return entry;
  });
}

/**
 * RFC 8705 section 3.1. A confirmation of another kind is refused, for nothing here could check it; what stands beside
 * the thumbprint is ignored (RFC 7800 section 3.1).
 */
function confirmationClaim(payload: JsonObject): string | undefined {
  const value = claimValue(payload, 'cnf');
  if (value === undefined) return undefined;
  if (!(value instanceof Map)) throw invalidClaim('cnf', 'is not an object');
  const thumbprint = value.get('x5t#S256');
  if (isCertificateThumbprint(thumbprint)) return thumbprint;
  throw invalidClaim('cnf', 'has no x5t#S256 of 43 characters of base64url');
}

const plainInteger = /^(?:0|[1-9][0-9]{0,15})$/;

function secondsClaim(payload: JsonObject, name: ClaimName): number | undefined {
  const value = claimValue(payload, name);
  if (value === undefined) return undefined;
  if (value instanceof JsonNumeral && plainInteger.test(value.text)) {
    const seconds = Number(value.text);
    if (Number.isSafeInteger(seconds)) return seconds;
  }
  throw invalidClaim(name, 'is not a plain integer of at most 2^53 - 1');
}

function missingClaim(name: ClaimName): WorkerTokenError {
  return new WorkerTokenError('missing_claim', `the worker token has no claim ${name}`);
}

export function invalidClaim(name: ClaimName, problem: string): WorkerTokenError {
  return new WorkerTokenError('invalid_claim', `claim ${name} of the worker token ${problem}`);
}
