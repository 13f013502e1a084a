import type { Role } from '../principal.js';

/** What is known of a key that is kept in the database. */
export interface StoredApiKey {
  readonly id: string;
  /** The one tenant that the key belongs to; undefined: it is a key of the platform. */
  readonly tenant?: string | undefined;
  readonly role: Role;
  /** What its owner calls it; for operators. */
  readonly name: string;
  readonly expiresAt?: Date | undefined;
  readonly revokedAt?: Date | undefined;
}

/** Where keys are looked up. */
export interface KeyStore {
  /** @param hash SHA-256 of the key, 64 lower-case hexadecimal digits */
  findApiKey(hash: string): Promise<StoredApiKey | undefined>;
  /** Those that there are, in any order and in whatever state. */
  findApiKeysById(ids: readonly string[]): Promise<readonly StoredApiKey[]>;
}

/** The roles that a key of a tenant can have, each including the ones before it. */
export const TENANT_KEY_ROLES = ['viewer', 'api', 'operator', 'tenant_admin'] as const;
export type TenantKeyRole = (typeof TENANT_KEY_ROLES)[number];

/** The roles that a key of the platform can have, each including the ones before it. */
export const PLATFORM_KEY_ROLES = ['viewer', 'api', 'operator', 'admin'] as const;
export type PlatformKeyRole = (typeof PLATFORM_KEY_ROLES)[number];
