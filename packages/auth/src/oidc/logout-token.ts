import { AuthError } from '../errors.js';
import { isObject, type JsonObject } from '../jose/strict-json.js';
import { checkAudience, checkIssuer, checkLifetime, invalid, readName, readSubject } from './claims.js';

/** What an issuer says of somebody who has signed out there. Its signature is verified. */
export interface LogoutToken {
  readonly issuer: string;
  /** `jti`: the same token must not be heeded twice. */
  readonly tokenId: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** `sub` and `sid`: one of them is there at least. */
  readonly subject: string | undefined;
  readonly sessionId: string | undefined;
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** True for claims that tell of a logout, which no token for access does, whatever its `typ`. */
export function tellsOfLogout(claims: JsonObject): boolean {
  const events = claims.get('events');
  return isObject(events) && Object.hasOwn(events, EVENT);
}

/**
 * Reads the claims of a logout token (OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6).
 *
 * @param clientIds of whom it may be meant for
 * @throws AuthError
 */
export function readLogoutToken(
  claims: JsonObject,
  {
    issuer,
    clientIds,
    now,
  }: { readonly issuer: string; readonly clientIds: readonly string[]; readonly now: Date },
): LogoutToken {
  checkIssuer(claims, issuer);
  const [clientId, ...others] = clientIds;
  if (clientId === undefined) {
    throw invalid(
      'the issuer has neither client ids nor an audience here, so that nobody knows whether it is meant for us',
    );
  }
  checkAudience(claims, clientId, ...others);
  const { expiresAt, issuedAt } = checkLifetime(claims, now);
  if (issuedAt === undefined) throw invalid('"iat" is missing');
  const events = claims.get('events');
  if (!tellsOfLogout(claims) || !isObject(events) || !isObject(events[EVENT])) {
    throw invalid(`"events" has no object ${JSON.stringify(EVENT)}`);
  }
  if (claims.has('nonce')) throw invalid('"nonce" is there, which is for ID tokens alone');
  const tokenId = readName(claims, 'jti');
  if (tokenId === undefined) throw invalid('"jti" is missing');
  const subject = claims.has('sub') ? readSubject(claims) : undefined;
  const sessionId = readName(claims, 'sid');
  if (subject === undefined && sessionId === undefined) throw invalid('there is neither "sub" nor "sid"');
  return { issuer, tokenId, issuedAt, expiresAt, subject, sessionId };
}

/** A stranger learns that it is refused, an operator why. What the issuer's keys are missing for is no refusal. */
export function logoutRefusal(error: unknown): unknown {
  if (!(error instanceof AuthError) || error.code === 'oidc_keys_unavailable') return error;
  return new AuthError('logout_token_invalid', 'the logout token is not valid', {
    detail: `${error.code}: ${error.detail ?? error.message}`,
    cause: error,
  });
}
