import { AuthError } from '../errors.js';
import { isObject, type JsonObject } from '../jose/strict-json.js';

/** How far the clocks of the provider and of this machine may be apart, in seconds. */
export const CLOCK_SKEW_SECONDS = 60;

const MAX_NAME_BYTES = 255;
const CONTROL_CHARACTER = /\p{Cc}/u;

/** Whose token it says to be. @throws AuthError `bearer_invalid_claims` */
export function issuerOf(claims: JsonObject): string {
  const value = claims.get('iss');
  if (typeof value !== 'string') throw invalid('"iss" is missing or no text');
  return value;
}

/** The token must name the issuer, character by character. @throws AuthError */
export function checkIssuer(claims: JsonObject, issuer: string): void {
  const value = issuerOf(claims);
  if (value !== issuer) {
    throw new AuthError('bearer_wrong_issuer', 'the bearer token is of another issuer', {
      detail: `"iss" is ${JSON.stringify(value)}, expected ${JSON.stringify(issuer)}`,
    });
  }
}

/** One of the token's audiences must be one of `expected` (RFC 7519 section 4.1.3). @throws AuthError */
export function checkAudience(claims: JsonObject, ...expected: readonly [string, ...string[]]): void {
  const value = claims.get('aud') ?? [];
  const audiences = typeof value === 'string' ? [value] : textsOf(value);
  if (audiences === undefined) throw invalid('"aud" is neither a text nor a list of texts');
  if (!expected.some((audience) => audiences.includes(audience))) {
    throw new AuthError('bearer_wrong_audience', 'the bearer token is for another audience', {
      detail: `"aud" is ${JSON.stringify(audiences)}, expected ${expected.map((audience) => JSON.stringify(audience)).join(' or ')} in it`,
    });
  }
}

export interface Lifetime {
  readonly expiresAt: Date;
  readonly issuedAt: Date | undefined;
}

/** `exp` is required; `nbf` and `iat` count when they are there (RFC 7519 sections 4.1.4 to 4.1.6). @throws AuthError */
export function checkLifetime(claims: JsonObject, now: Date): Lifetime {
  const nowSeconds = now.getTime() / 1000;
  const expiry = numericDate(claims, 'exp');
  if (expiry === undefined) throw invalid('"exp" is missing');
  const notBefore = numericDate(claims, 'nbf');
  const issuedAt = numericDate(claims, 'iat');
  if (nowSeconds >= expiry + CLOCK_SKEW_SECONDS) {
    throw new AuthError('bearer_expired', 'the bearer token is expired; get a new one', {
      detail: `"exp" was ${isoTime(expiry)}`,
    });
  }
  for (const [name, time] of [['nbf', notBefore] as const, ['iat', issuedAt] as const]) {
    if (time !== undefined && time > nowSeconds + CLOCK_SKEW_SECONDS) {
      throw new AuthError('bearer_not_yet_valid', 'the bearer token is not valid yet; check the clocks', {
        detail: `"${name}" is ${isoTime(time)}, in the future`,
      });
    }
  }
  return {
    expiresAt: new Date(expiry * 1000),
    issuedAt: issuedAt === undefined ? undefined : new Date(issuedAt * 1000),
  };
}

/** OpenID Connect Core 1.0 section 2 limits `sub` to 255 characters; it ends up in logs and the audit. @throws AuthError */
export function readSubject(claims: JsonObject): string {
  const value = claims.get('sub');
  if (typeof value !== 'string' || value === '') throw invalid('"sub" is missing, empty or no text');
  if (Buffer.byteLength(value) > MAX_NAME_BYTES) {
    throw invalid(`"sub" is longer than ${MAX_NAME_BYTES} bytes`);
  }
  if (CONTROL_CHARACTER.test(value)) throw invalid('"sub" holds a control character');
  return value;
}

/** An optional claim that names something, such as `jti` and `sid`. @throws AuthError `bearer_invalid_claims` */
export function readName(claims: JsonObject, name: 'jti' | 'sid'): string | undefined {
  const value = claims.get(name);
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw invalid(`"${name}" is empty or no text`);
}

/**
 * The groups of the caller: a list of texts or a single text; no claim is no group. A provider that leaves out groups
 * because they are too many (Entra ID: `hasgroups`, or a distributed claim of OpenID Connect Core 1.0 section 5.6.2)
 * must not look like one that knows of none.
 *
 * @throws AuthError `groups_overage` or `bearer_invalid_claims`
 */
export function readGroups(claims: JsonObject, claimName: string): readonly string[] {
  const elsewhere = claims.get('_claim_names');
  const hasOverage = isObject(elsewhere) && Object.hasOwn(elsewhere, claimName);
  const hasGroups = claims.get('hasgroups');
  if (hasOverage || hasGroups === true || hasGroups === 'true') {
    throw new AuthError(
      'groups_overage',
      'the caller is in more groups than the bearer token can hold; let the provider send only groups of this application',
    );
  }
  const value = claims.get(claimName) ?? [];
  const groups = typeof value === 'string' ? [value] : textsOf(value);
  if (groups === undefined) throw invalid('the groups claim is neither a text nor a list of texts');
  return groups;
}

/**
 * The tenant of the caller, or undefined without the claim. A claim that cannot be a tenant is refused: without a tenant
 * the caller might see more, not less.
 *
 * @throws AuthError `bearer_invalid_claims`
 */
export function readTenant(claims: JsonObject, claimName: string): string | undefined {
  if (!claims.has(claimName)) return undefined;
  const value = claims.get(claimName);
  if (
    typeof value !== 'string' ||
    value.trim() === '' ||
    Buffer.byteLength(value) > MAX_NAME_BYTES ||
    CONTROL_CHARACTER.test(value)
  ) {
    throw invalid(`the tenant claim is no text of 1 to ${MAX_NAME_BYTES} bytes`);
  }
  return value;
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((element) => typeof element === 'string') ? value : undefined;
}

/** The latest time that a Date can be. */
const MAX_SECONDS = 8_640_000_000_000;

function numericDate(claims: JsonObject, name: string): number | undefined {
  if (!claims.has(name)) return undefined;
  const value = claims.get(name);
  if (typeof value !== 'number' || !(value >= 0 && value <= MAX_SECONDS)) {
    throw invalid(`"${name}" is no number of seconds since 1970`);
  }
  return value;
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** @param detail what is wrong, for operators */
export function invalid(detail: string): AuthError {
  return new AuthError('bearer_invalid_claims', 'the claims of the bearer token are not valid', { detail });
}
