import { AuthError } from '../errors.js';
import { explain } from '../explain.js';
import { LOGOUT_TYPES } from '../jose/jws-header.js';
import type { JsonObject } from '../jose/strict-json.js';
import { parseStrictJwt } from '../jose/strict-jws.js';
import type { Principal } from '../principal.js';
import { type CredentialExplanation, NO_TRAIL, type Trail } from '../trail.js';
import type { BearerIdentity } from './bearer-revocation.js';
import { issuerOf } from './claims.js';
import { createIssuerVerifier, type IssuerVerifier } from './issuer-verifier.js';
import { type LogoutToken, logoutRefusal } from './logout-token.js';
import type { OidcOptions } from './oidc-options.js';

export interface OidcVerifier {
  /**
   * Tells whose token it is.
   *
   * @throws AuthError `bearer_malformed`, `bearer_unsupported_alg`, `bearer_unknown_key`, `bearer_bad_signature`,
   *   `bearer_invalid_claims`, `bearer_wrong_issuer`, `bearer_wrong_audience`, `bearer_expired`, `bearer_not_yet_valid`,
   *   `bearer_revoked` (HTTP 401), `tenant_not_allowed`, `groups_overage`, `no_role` (403), `oidc_keys_unavailable` (503)
   */
  verifyBearer(token: string): Promise<Principal>;
  /**
   * Whether a token that was accepted is still good, by what can be withdrawn: that it has expired meanwhile does not count.
   *
   * @throws AuthError `bearer_revoked`, `bearer_wrong_issuer`
   */
  recheckBearer(bearer: BearerIdentity): void;
  /** The same verification, check by check, for the operator who looks for the reason. */
  explainBearer(token: string): Promise<CredentialExplanation>;
  /**
   * Who has signed out at an issuer, by a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.6). That it comes once is for the
   * host to see to.
   *
   * @throws AuthError `logout_token_invalid` (HTTP 400), `oidc_keys_unavailable` (503)
   */
  verifyLogout(token: string): Promise<LogoutToken>;
  /**
   * Has the keys of every issuer ready before the first token comes.
   *
   * @throws AuthError `oidc_keys_unavailable` when those of an issuer cannot be had; the others are ready nevertheless
   */
  prepare(): Promise<void>;
  /** Ends what is being fetched; nothing is fetched any more. */
  close(): void;
}

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Creates the verification of OIDC tokens (JWTs as ID tokens, or as access tokens by RFC 9068) of one issuer or several.
 * Nothing is fetched before the first token or `prepare`. Of several issuers, a token is judged by the one that its `iss`
 * names, with that issuer's keys, audience and groups, whatever the others are like or up to.
 *
 * @throws AuthError `oidc_misconfigured`
 */
export function createOidcVerifier(options: OidcOptions | readonly OidcOptions[]): OidcVerifier {
  const issuers = isList(options) ? options : [options];
  refuseAmbiguity(issuers);
  const verifiers = issuers.map((issuer) =>
    createIssuerVerifier(
      issuer,
      issuers.flatMap(({ name }) => (name === undefined || name === issuer.name ? [] : [name])),
    ),
  );

  async function verify(token: string, trail: Trail): Promise<Principal> {
    trail.begin('form');
    const jwt = parseStrictJwt(token);
    const { algorithm, keyId } = jwt.header;
    trail.pass(`a JWT, alg ${algorithm}, ${keyId === undefined ? 'no kid' : `kid ${JSON.stringify(keyId)}`}`);
    trail.begin('issuer');
    return chosenOf(verifiers, jwt.claims).verify(jwt, token, trail);
  }

  return {
    verifyBearer: (token) => verify(token, NO_TRAIL),
    recheckBearer(bearer) {
      const verifier = verifiers.find(({ issuer }) => issuer === bearer.issuer);
      if (verifier === undefined) {
        throw new AuthError('bearer_wrong_issuer', 'tokens of this issuer are not accepted any more');
      }
      verifier.recheck(bearer);
    },
    explainBearer: (token) => explain((trail) => verify(token, trail)),
    async verifyLogout(token) {
      try {
        const jwt = parseStrictJwt(token, LOGOUT_TYPES);
        return await chosenOf(verifiers, jwt.claims).verifyLogout(jwt);
      } catch (error) {
        throw logoutRefusal(error);
      }
    },
    async prepare() {
      const outcomes = await Promise.allSettled(verifiers.map(({ keys }) => keys.prepare()));
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    },
    close() {
      for (const { keys } of verifiers) keys.close();
    },
  };
}

function isList(options: OidcOptions | readonly OidcOptions[]): options is readonly OidcOptions[] {
  return Array.isArray(options);
}

function refuseAmbiguity(issuers: readonly OidcOptions[]): void {
  const refuse = (message: string): never => {
    throw new AuthError('oidc_misconfigured', message);
  };
  if (issuers.length === 0) refuse('there is no OIDC issuer; set auth.oidc_issuer or auth.oidc_issuers');
  for (const [index, { name, issuer }] of issuers.entries()) {
    if (name !== undefined && !NAME.test(name)) {
      refuse(
        `auth.oidc_issuers: the name ${JSON.stringify(name)} must be 1 to 63 lower-case letters, digits and hyphens`,
      );
    }
    for (const other of issuers.slice(0, index)) {
      if (other.issuer === issuer) refuse(`the OIDC issuer ${JSON.stringify(issuer)} is there twice`);
      if (other.name === name) {
        refuse(
          name === undefined
            ? 'of several OIDC issuers, all but one need a name'
            : `auth.oidc_issuers: two issuers have the name ${JSON.stringify(name)}`,
        );
      }
    }
  }
}

/**
 * The issuer that is to judge a token. Where there is one only, it judges every token, so that a stranger's token is
 * refused by its signature. What the token says counts only if the keys of the issuer that it names made its signature.
 */
function chosenOf(verifiers: readonly IssuerVerifier[], claims: JsonObject): IssuerVerifier {
  const [only, ...others] = verifiers;
  if (only !== undefined && others.length === 0) return only;
  const issuer = issuerOf(claims);
  const chosen = verifiers.find((verifier) => verifier.issuer === issuer);
  if (chosen !== undefined) return chosen;
  throw new AuthError('bearer_wrong_issuer', 'the bearer token is of another issuer', {
    detail: `"iss" is ${JSON.stringify(issuer)}, which is none of ${verifiers.length} issuers`,
  });
}
