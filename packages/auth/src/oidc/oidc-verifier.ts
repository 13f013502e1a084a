import { AuthError } from '../errors.js';
import { explain } from '../explain.js';
import { digestOf, fingerprintOf } from '../fingerprint.js';
import { checkSignature } from '../jose/check-signature.js';
import { parseStrictJwt, type StrictJwt } from '../jose/strict-jws.js';
import { type Principal, ROLE_SCOPES } from '../principal.js';
import { type CredentialExplanation, NO_TRAIL, type Trail } from '../trail.js';
import { checkAudience, checkIssuer, checkLifetime, readGroups, readSubject, readTenant } from './claims.js';
import { createConfiguredKeySource, type OidcKeyOptions } from './configured-key-source.js';
import type { KeySource } from './key-source.js';
import { silentLogger } from './logger.js';
import { createRoleMapping, type RoleMapping, type RoleMappingOptions } from './role-mapping.js';

export interface OidcOptions extends OidcKeyOptions, RoleMappingOptions {
  /** A token must have it in `aud`. Without one, a token that the issuer made for any application is accepted. */
  readonly audience?: string | undefined;
  /** The claim with the groups; default `groups`. Only this claim counts. */
  readonly groupsClaim?: string | undefined;
  /** The claim with the tenant; default `tenant_id`. */
  readonly tenantClaim?: string | undefined;
}

export interface OidcVerifier {
  /**
   * Tells whose token it is.
   *
   * @throws AuthError `bearer_malformed`, `bearer_unsupported_alg`, `bearer_unknown_key`, `bearer_bad_signature`,
   *   `bearer_invalid_claims`, `bearer_wrong_issuer`, `bearer_wrong_audience`, `bearer_expired`, `bearer_not_yet_valid`
   *   (HTTP 401), `groups_overage`, `no_role` (403), `oidc_keys_unavailable` (503)
   */
  verifyBearer(token: string): Promise<Principal>;
  /** The same verification, check by check, for the operator who looks for the reason. */
  explainBearer(token: string): Promise<CredentialExplanation>;
  /**
   * Has the keys ready before the first token comes.
   *
   * @throws AuthError `oidc_keys_unavailable`
   */
  prepare(): Promise<void>;
  /** Ends what is being fetched; nothing is fetched any more. */
  close(): void;
}

interface Judge {
  readonly keys: KeySource;
  readonly roles: RoleMapping;
  readonly issuer: string;
  readonly audience: string | undefined;
  readonly groupsClaim: string;
  readonly tenantClaim: string;
  readonly clock: () => Date;
}

/**
 * Creates the verification of OIDC tokens (JWTs as ID tokens, or as access tokens by RFC 9068). Nothing is fetched before
 * the first token or `prepare`.
 *
 * @throws AuthError `oidc_misconfigured`
 */
export function createOidcVerifier(options: OidcOptions): OidcVerifier {
  const { issuer, audience, clock = () => new Date(), logger = silentLogger } = options;
  const judge: Judge = {
    keys: createConfiguredKeySource(options),
    roles: createRoleMapping(options),
    issuer,
    audience: audience === undefined ? undefined : nonEmpty('audience', audience),
    groupsClaim: nonEmpty('groups_claim', options.groupsClaim ?? 'groups'),
    tenantClaim: nonEmpty('tenant_claim', options.tenantClaim ?? 'tenant_id'),
    clock,
  };
  if (audience === undefined) {
    logger.warn(
      'auth.oidc_audience is not set: a token that the issuer made for any application is accepted',
      {
        issuer,
      },
    );
  }
  if (!judge.roles.canGrant) {
    logger.warn('no OIDC group is mapped and auth.oidc_default_role is none: every token is refused', {
      issuer,
    });
  }
  return {
    verifyBearer: (token) => judgeBearer(token, judge, NO_TRAIL),
    explainBearer: (token) => explain((trail) => judgeBearer(token, judge, trail)),
    prepare: () => judge.keys.prepare(),
    close: () => judge.keys.close(),
  };
}

/** An empty text is no way to say `none`: it would be compared with what tokens say. */
function nonEmpty(setting: string, value: string): string {
  if (value.trim() !== '') return value;
  throw new AuthError('oidc_misconfigured', `auth.oidc_${setting} must not be empty`);
}

async function judgeBearer(token: string, judge: Judge, trail: Trail): Promise<Principal> {
  trail.begin('form');
  const jwt = parseStrictJwt(token);
  const { algorithm, keyId } = jwt.header;
  trail.pass(`a JWT, alg ${algorithm}, ${keyId === undefined ? 'no kid' : `kid ${JSON.stringify(keyId)}`}`);

  trail.begin('key');
  const key = await judge.keys.find(jwt.header);
  trail.pass(`one ${key.material.kty} key of the provider, for ${key.algorithms.join(', ')}`);

  trail.begin('signature');
  await checkSignature(jwt, key);
  trail.pass(`made with that key by ${algorithm}`);

  return principalOf(jwt, judge, trail, fingerprintOf(digestOf(token)));
}

/** Claims are looked at only once they are known to be the issuer's. */
function principalOf(
  { claims }: StrictJwt,
  { issuer, audience, groupsClaim, tenantClaim, roles, clock }: Judge,
  trail: Trail,
  credentialId: string,
): Principal {
  trail.begin('issuer');
  checkIssuer(claims, issuer);
  trail.pass(issuer);

  trail.begin('audience');
  if (audience !== undefined) checkAudience(claims, audience);
  trail.pass(audience ?? 'not checked: no audience is configured');

  trail.begin('lifetime');
  const { expiresAt } = checkLifetime(claims, clock());
  trail.pass(`expires at ${expiresAt.toISOString()}`);

  trail.begin('subject');
  const subject = readSubject(claims);
  trail.pass(subject);

  trail.begin('tenant');
  const tenant = readTenant(claims, tenantClaim);
  trail.pass(tenant ?? `none: the token has no claim ${JSON.stringify(tenantClaim)}`);

  trail.begin('groups');
  const groups = readGroups(claims, groupsClaim);
  trail.pass(groups.length === 0 ? 'none' : JSON.stringify(groups));

  trail.begin('role');
  const role = roles.roleOf(groups);
  trail.pass(role);

  return {
    kind: 'oidc',
    id: `oidc:${subject}`,
    role,
    scopes: ROLE_SCOPES[role],
    credentialId,
    ...(tenant === undefined ? {} : { tenant }),
    issuer,
  };
}
