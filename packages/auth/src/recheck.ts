import type { ApiKeyAuthenticator } from './api-keys.js';
import { AuthError } from './errors.js';
import type { OidcVerifier } from './oidc/oidc-verifier.js';
import type { Principal } from './principal.js';
import type { KeyStore, StoredApiKey } from './stored-keys/key-store.js';
import { recheckStoredKey, storedKeysById } from './stored-keys/stored-key-check.js';

/** What has become of a caller who was let in before: who it is by now, or why it would not be let in again. */
export type Recheck = { readonly principal: Principal } | { readonly refusal: AuthError };

export interface RecheckOptions {
  /** Whether callers are asked for credentials at all. */
  readonly configured: boolean;
  readonly keys: Pick<ApiKeyAuthenticator, 'named'>;
  readonly oidc: Pick<OidcVerifier, 'recheckBearer'> | undefined;
  readonly keyStore: KeyStore | undefined;
  readonly clock: () => Date;
}

/** What the database has of keys; undefined while it does not say. */
type StoredKeys = ReadonlyMap<string, StoredApiKey> | undefined;

/** Looks at callers again, in their order, with one question to the database for all of them. */
export async function recheck(
  principals: readonly Principal[],
  options: RecheckOptions,
): Promise<readonly Recheck[]> {
  const stored = await storedKeysOf(principals, options.keyStore);
  const now = options.clock();
  return principals.map((principal) => {
    try {
      return { principal: presentSelf(principal, stored, now, options) };
    } catch (error) {
      if (error instanceof AuthError) return { refusal: error };
      throw error;
    }
  });
}

async function storedKeysOf(
  principals: readonly Principal[],
  keyStore: KeyStore | undefined,
): Promise<StoredKeys> {
  if (keyStore === undefined) return new Map();
  const ids = principals.flatMap(({ keyId }) => (keyId === undefined ? [] : [keyId]));
  try {
    return await storedKeysById(keyStore, new Set(ids));
  } catch (error) {
    if (error instanceof AuthError) return undefined;
    throw error;
  }
}

/** @throws AuthError */
function presentSelf(
  principal: Principal,
  stored: StoredKeys,
  now: Date,
  { configured, keys, oidc }: RecheckOptions,
): Principal {
  const { kind, keyId, bearer, credentialId } = principal;
  if (!configured) return principal;
  if (kind === 'local') throw new AuthError('api_key_missing', 'credentials are asked for by now');
  if (kind === 'oidc') {
    if (oidc === undefined || bearer === undefined)
      throw new AuthError('bearer_unsupported', 'bearer tokens are not accepted any more');
    oidc.recheckBearer(bearer);
    return principal;
  }
  if (keyId !== undefined) {
    return stored === undefined ? principal : recheckStoredKey(stored.get(keyId), principal, now);
  }
  const known = keys.named(credentialId);
  if (known !== undefined) return known;
  throw new AuthError('api_key_invalid', 'the API key is not accepted any more');
}
