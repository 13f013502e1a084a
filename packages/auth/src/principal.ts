import { AuthError } from './errors.js';

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
  /** `oidc`: a person or a program with a token of the OIDC provider, by the id `oidc:<sub>`. `local`: no credential is configured, so only the loopback interface is served. */
  readonly kind: 'api_key' | 'oidc' | 'local';
  readonly id: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  /** Which credential it was, without being the credential: a fingerprint. */
  readonly credentialId: string;
  /** The tenant that the credential names. Without one, the credential belongs to no tenant. */
  readonly tenant?: string;
  /** Who vouches for the caller; only of kind `oidc`. */
  readonly issuer?: string;
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
 * Lets a principal pass that carries `scope`.
 *
 * @throws AuthError `missing_scope`
 */
export function requireScope(principal: Principal, scope: string): void {
  if (!principal.scopes.some((granted) => granted === scope)) {
    throw new AuthError('missing_scope', 'required authorization scope missing');
  }
}
