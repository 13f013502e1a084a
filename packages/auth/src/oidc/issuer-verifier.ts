import { AuthError } from '../errors.js';
import { digestOf, fingerprintOf } from '../fingerprint.js';
import { checkSignature } from '../jose/check-signature.js';
import type { JsonObject } from '../jose/strict-json.js';
import type { StrictJwt } from '../jose/strict-jws.js';
import { type Principal, ROLE_SCOPES } from '../principal.js';
import type { Trail } from '../trail.js';
import type { BearerIdentity, BearerRevocationCheck } from './bearer-revocation.js';
import {
  checkAudience,
  checkIssuer,
  checkLifetime,
  invalid,
  readGroups,
  readName,
  readSubject,
  readTenant,
} from './claims.js';
import { createConfiguredKeySource } from './configured-key-source.js';
import type { KeySource } from './key-source.js';
import { silentLogger } from './logger.js';
import { type LogoutToken, readLogoutToken, tellsOfLogout } from './logout-token.js';
import type { OidcOptions } from './oidc-options.js';
import { createRoleMapping, type RoleMapping } from './role-mapping.js';
import { settingName } from './setting-name.js';

/** Judges the tokens of one issuer, with its keys alone. */
export interface IssuerVerifier {
  readonly issuer: string;
  readonly keys: KeySource;
  /** @param token as it was received, for its fingerprint. @throws AuthError */
  verify(jwt: StrictJwt, token: string, trail: Trail): Promise<Principal>;
  /** Whether a token that was good still is, but for its time. @throws AuthError `bearer_revoked` */
  recheck(bearer: BearerIdentity): void;
  /** @throws AuthError */
  verifyLogout(jwt: StrictJwt): Promise<LogoutToken>;
}

interface Judge {
  readonly roles: RoleMapping;
  readonly issuer: string;
  readonly audience: string | undefined;
  readonly groupsClaim: string;
  readonly tenantClaim: string;
  readonly tenants: ReadonlySet<string> | undefined;
  readonly isRevoked: BearerRevocationCheck | undefined;
  readonly idOf: (subject: string) => string;
  readonly clock: () => Date;
}

/**
 * @param otherNames of the issuers beside this one
 * @throws AuthError `oidc_misconfigured`
 */
export function createIssuerVerifier(options: OidcOptions, otherNames: readonly string[]): IssuerVerifier {
  const { issuer, name, audience, clock = () => new Date(), logger = silentLogger } = options;
  const keys = createConfiguredKeySource(options);
  const judge: Judge = {
    roles: createRoleMapping(options, name),
    issuer,
    audience: audience === undefined ? undefined : nonEmpty(settingName(name, 'audience'), audience),
    groupsClaim: nonEmpty(settingName(name, 'groups_claim'), options.groupsClaim ?? 'groups'),
    tenantClaim: nonEmpty(settingName(name, 'tenant_claim'), options.tenantClaim ?? 'tenant_id'),
    tenants: options.tenants === undefined ? undefined : allowedTenants(options.tenants, name),
    isRevoked: options.isRevoked,
    idOf: (subject) => principalId(subject, name, otherNames),
    clock,
  };
  const clientIds =
    options.clientIds?.map((clientId) => nonEmpty(settingName(name, 'client_ids'), clientId)) ??
    (audience === undefined ? [] : [audience]);
  if (audience === undefined) {
    logger.warn(
      `${settingName(name, 'audience')} is not set: a token that the issuer made for any application is accepted`,
      { issuer },
    );
  }
  if (!judge.roles.canGrant) {
    const setting = settingName(name, 'default_role');
    logger.warn(`no OIDC group is mapped and ${setting} is none: every token is refused`, { issuer });
  }
  return {
    issuer,
    keys,
    async verify(jwt, token, trail) {
      trail.begin('key');
      const key = await keys.find(jwt.header);
      trail.pass(`one ${key.material.kty} key of the provider, for ${key.algorithms.join(', ')}`);

      trail.begin('signature');
      await checkSignature(jwt, key);
      trail.pass(`made with that key by ${jwt.header.algorithm}`);

      return principalOf(jwt.claims, judge, trail, fingerprintOf(digestOf(token)));
    },
    recheck: (bearer) => refuseRevoked(bearer, judge.isRevoked),
    async verifyLogout(jwt) {
      await checkSignature(jwt, await keys.find(jwt.header));
      return readLogoutToken(jwt.claims, { issuer, clientIds, now: clock() });
    },
  };
}

/** An empty text is no way to say `none`: it would be compared with what tokens say. */
function nonEmpty(setting: string, value: string): string {
  if (value.trim() !== '') return value;
  throw new AuthError('oidc_misconfigured', `${setting} must not be empty`);
}

function allowedTenants(tenants: readonly string[], name: string | undefined): ReadonlySet<string> {
  if (tenants.length > 0 && tenants.every((tenant) => tenant.trim() !== '')) return new Set(tenants);
  throw new AuthError(
    'oidc_misconfigured',
    `${settingName(name, 'tenants')} must name tenants, or be left out`,
  );
}

/** A subject of the issuer without a name must not look like one of an issuer with a name: it would be that caller. */
function principalId(subject: string, name: string | undefined, otherNames: readonly string[]): string {
  if (name !== undefined) return `oidc:${name}:${subject}`;
  const taken = otherNames.find((other) => subject.startsWith(`${other}:`));
  if (taken === undefined) return `oidc:${subject}`;
  throw new AuthError('bearer_invalid_claims', 'the claims of the bearer token are not valid', {
    detail: `"sub" begins as the callers of the issuer ${JSON.stringify(taken)} do; give that issuer another name`,
  });
}

/** Claims are looked at only once they are known to be the issuer's. */
function principalOf(claims: JsonObject, judge: Judge, trail: Trail, credentialId: string): Principal {
  const { issuer, audience, clock } = judge;
  trail.begin('issuer');
  checkIssuer(claims, issuer);
  trail.pass(issuer);

  trail.begin('audience');
  if (audience !== undefined) checkAudience(claims, audience);
  trail.pass(audience ?? 'not checked: no audience is configured');

  trail.begin('lifetime');
  const { expiresAt, issuedAt } = checkLifetime(claims, clock());
  trail.pass(`expires at ${expiresAt.toISOString()}`);

  trail.begin('subject');
  if (tellsOfLogout(claims)) throw invalid('"events" tells of a logout: it is no token for access');
  const subject = readSubject(claims);
  const id = judge.idOf(subject);
  trail.pass(subject);

  trail.begin('revocation');
  const [tokenId, sessionId] = [readName(claims, 'jti'), readName(claims, 'sid')];
  const bearer = { issuer, subject, issuedAt, tokenId, sessionId };
  refuseRevoked(bearer, judge.isRevoked);
  trail.pass(
    judge.isRevoked === undefined ? 'not checked: it is not known here what is revoked' : 'not revoked',
  );

  trail.begin('tenant');
  const tenant = readTenant(claims, judge.tenantClaim);
  checkTenant(tenant, judge.tenants);
  trail.pass(tenant ?? `none: the token has no claim ${JSON.stringify(judge.tenantClaim)}`);

  trail.begin('groups');
  const groups = readGroups(claims, judge.groupsClaim);
  trail.pass(groups.length === 0 ? 'none' : JSON.stringify(groups));

  trail.begin('role');
  const role = judge.roles.roleOf(groups);
  trail.pass(role);

  return {
    kind: 'oidc',
    id,
    role,
    scopes: ROLE_SCOPES[role],
    credentialId,
    ...(tenant === undefined ? {} : { tenant }),
    issuer,
    bearer,
  };
}

function refuseRevoked(bearer: BearerIdentity, isRevoked: BearerRevocationCheck | undefined): void {
  if (isRevoked === undefined || !isRevoked(bearer)) return;
  throw new AuthError('bearer_revoked', 'the bearer token is revoked; sign in again', {
    detail: 'a revocation names its "jti", its "sid", or its "sub" with a time after its "iat"',
  });
}

/** An issuer that may speak for some tenants must name one: a caller without a tenant might see more. */
function checkTenant(tenant: string | undefined, allowed: ReadonlySet<string> | undefined): void {
  if (allowed === undefined || (tenant !== undefined && allowed.has(tenant))) return;
  throw new AuthError('tenant_not_allowed', 'the issuer of the bearer token may not speak for this tenant', {
    detail: `the tenant is ${JSON.stringify(tenant ?? null)}, allowed are ${JSON.stringify([...allowed])}`,
  });
}
