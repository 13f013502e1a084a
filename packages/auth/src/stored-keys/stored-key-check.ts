import { AuthError } from '../errors.js';
import { type Principal, ROLE_SCOPES } from '../principal.js';
import { NO_TRAIL, type Trail } from '../trail.js';
import { parseApiKey } from './api-key-text.js';
import { type KeyStore, PLATFORM_KEY_ROLES, type StoredApiKey, TENANT_KEY_ROLES } from './key-store.js';

export interface StoredKeyContext {
  readonly keyStore: KeyStore;
  readonly clock: () => Date;
  readonly trail: Trail;
}

/**
 * Tells whose key of the database it is.
 *
 * @throws AuthError `api_key_malformed`, `api_key_invalid`, `api_key_revoked`, `api_key_expired` (HTTP 401),
 *   `api_keys_unavailable` (503)
 */
export async function checkStoredKey(text: string, context: StoredKeyContext): Promise<Principal> {
  const { keyStore, clock, trail } = context;
  trail.begin('form');
  const parsed = parseApiKey(text);
  if (parsed === undefined) {
    throw new AuthError('api_key_malformed', 'the API key is mistyped or cut off; copy it again');
  }
  trail.pass(`a key of the database, prefix ${parsed.prefix}`);

  trail.begin('key');
  const stored = await lookUp(() => keyStore.findApiKey(parsed.hash));
  if (stored === undefined)
    throw noSuchKey(`there is no key with the prefix ${parsed.prefix} and this secret`);
  trail.pass(`${stored.id}, ${JSON.stringify(stored.name)}`);
  return judge(stored, parsed.hash.slice(0, CREDENTIAL_ID_DIGITS), clock(), trail);
}

/**
 * Tells who is called by a key of the database that was accepted before, now.
 *
 * @param stored what the database has of it, undefined when it has nothing
 * @throws AuthError `api_key_invalid`, `api_key_revoked`, `api_key_expired`
 */
export function recheckStoredKey(
  stored: StoredApiKey | undefined,
  { keyId, credentialId }: Principal,
  now: Date,
): Principal {
  if (stored === undefined) throw noSuchKey(`${keyId} is gone`);
  return judge(stored, credentialId, now, NO_TRAIL);
}

/** What the database has of keys, by id. @throws AuthError `api_keys_unavailable` */
export async function storedKeysById(
  keyStore: KeyStore,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, StoredApiKey>> {
  if (ids.size === 0) return new Map();
  const found = await lookUp(() => keyStore.findApiKeysById([...ids]));
  return new Map(found.map((stored) => [stored.id, stored]));
}

/** How many digits of the key's hash are its fingerprint. */
const CREDENTIAL_ID_DIGITS = 16;

function judge(stored: StoredApiKey, credentialId: string, now: Date, trail: Trail): Principal {
  trail.begin('revocation');
  if (stored.revokedAt !== undefined) {
    throw new AuthError('api_key_revoked', 'the API key is revoked; ask for a new one', {
      detail: `${stored.id} was revoked at ${stored.revokedAt.toISOString()}`,
    });
  }
  trail.pass('not revoked');

  trail.begin('lifetime');
  checkExpiry(stored, now);
  trail.pass(
    stored.expiresAt === undefined ? 'it does not expire' : `expires at ${stored.expiresAt.toISOString()}`,
  );

  trail.begin('tenant');
  trail.pass(stored.tenant ?? 'none: a key of the platform');

  trail.begin('role');
  checkRole(stored);
  trail.pass(stored.role);
  return principalOf(stored, credentialId);
}

async function lookUp<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (cause) {
    throw new AuthError('api_keys_unavailable', 'API keys cannot be looked up now; try again', { cause });
  }
}

function noSuchKey(detail: string): AuthError {
  return new AuthError('api_key_invalid', 'invalid or missing API key', { detail });
}

function checkExpiry({ id, expiresAt }: StoredApiKey, now: Date): void {
  if (expiresAt === undefined || now < expiresAt) return;
  throw new AuthError('api_key_expired', 'the API key is expired; ask for a new one', {
    detail: `${id} expired at ${expiresAt.toISOString()}`,
  });
}

/** A row that says more than a key of its kind may is not believed: somebody wrote it past the program. */
function checkRole({ id, role, tenant }: StoredApiKey): void {
  const roles: readonly string[] = tenant === undefined ? PLATFORM_KEY_ROLES : TENANT_KEY_ROLES;
  if (roles.includes(role)) return;
  throw new AuthError('api_key_invalid', 'invalid or missing API key', {
    detail: `${id} has the role ${JSON.stringify(role)}, which a key of its kind cannot have`,
  });
}

function principalOf({ id, role, tenant }: StoredApiKey, credentialId: string): Principal {
  return {
    // A key without a tenant is one of the platform, as those of the configuration are.
    kind: tenant === undefined ? 'api_key' : 'tenant_key',
    id: `key:${id}`,
    role,
    scopes: ROLE_SCOPES[role],
    credentialId,
    keyId: id,
    ...(tenant === undefined ? {} : { tenant }),
  };
}
