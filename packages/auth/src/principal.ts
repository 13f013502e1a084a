import { AuthError } from './errors.js';
import type { BearerIdentity } from './oidc/bearer-revocation.js';

export type Role = 'viewer' | 'api' | 'operator' | 'tenant_admin' | 'admin';
export type Scope = 'read:*' | 'api:*' | 'operator:*' | 'tenant:admin' | 'admin:*';

/** What each role may do. A scope is matched as a whole; `*` is a part of its name. */
export const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: ['read:*'],
  api: ['read:*', 'api:*'],
  operator: ['read:*', 'api:*', 'operator:*'],
  tenant_admin: ['read:*', 'api:*', 'operator:*', 'tenant:admin'],
  admin: ['read:*', 'api:*', 'operator:*', 'admin:*'],
};

/** Who is calling. */
export interface Principal {
  /**
   * `api_key`: a key of the platform, of the configuration or of the database. `tenant_key`: a key of the database that
   * belongs to one tenant. `oidc`: a person or a program with a token of an OIDC provider. `local`: no credential is
   * configured, so only the loopback interface is served.
   */
  readonly kind: 'api_key' | 'tenant_key' | 'oidc' | 'local';
  /**
   * Unique among all callers: `oidc:<sub>` or, of a provider with a name, `oidc:<name>:<sub>`; `key:<id>` of a key of the
   * database; `<role>:<fingerprint>` of a key of the configuration.
   */
  readonly id: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  /** Which credential it was, without being the credential: a fingerprint. */
  readonly credentialId: string;
  /** Of a key of the database: its id. */
  readonly keyId?: string;
  /** The tenant that the credential names. Without one, the credential belongs to no tenant. */
  readonly tenant?: string;
  /** Who vouches for the caller; only of kind `oidc`. */
  readonly issuer?: string;
  /** What a revocation may name; only of kind `oidc`, and always there. */
  readonly bearer?: BearerIdentity;
}

/** Every caller, when no credential is configured. */
export const LOCAL_PRINCIPAL: Principal = {
  kind: 'local',
  id: 'local',
  role: 'admin',
  scopes: ROLE_SCOPES.admin,
  credentialId: 'none',
};

/**
 * Lets a principal pass that carries `scope`. Whoever carries `admin:*` may do what a tenant's own administrator may.
 *
 * @throws AuthError `missing_scope`
 */
export function requireScope(principal: Principal, scope: string): void {
  const sufficient: readonly string[] = scope === 'tenant:admin' ? [scope, 'admin:*'] : [scope];
  if (!principal.scopes.some((granted) => sufficient.includes(granted))) {
    throw new AuthError('missing_scope', 'required authorization scope missing');
  }
}
