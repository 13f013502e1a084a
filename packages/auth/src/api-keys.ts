import { timingSafeEqual } from 'node:crypto';
import { AuthError } from './errors.js';
import { digestOf, fingerprintOf } from './fingerprint.js';
import { isPlaceholderKey } from './placeholder-key.js';
import { LOCAL_PRINCIPAL, type Principal, ROLE_SCOPES } from './principal.js';
import { bearerOf, headerValue, type RequestHeaders } from './request-headers.js';

export interface ApiKeyOptions {
  /** Grants the role `api`. */
  readonly apiKey?: string | undefined;
  /** Grants the role `admin`. */
  readonly adminApiKey?: string | undefined;
  /** Lets `apiKey` grant the role `admin` as long as there is no `adminApiKey`; default false. */
  readonly adminFallback?: boolean | undefined;
}

export interface ApiKeyAuthenticator {
  /** False when no key is configured: then every caller is the principal `local`. */
  readonly configured: boolean;
  /**
   * Tells who is calling by `X-Admin-API-Key` and `X-API-Key`; either header may carry either key.
   *
   * @throws AuthError `api_key_missing`, `api_key_invalid` or `bearer_unsupported`
   */
  authenticate(headers: RequestHeaders): Principal;
  /** Whose key it is; undefined when it is none of them. */
  find(key: string): Principal | undefined;
  /** The caller whose key has this fingerprint; undefined when none of them has. */
  named(credentialId: string): Principal | undefined;
}

const MIN_KEY_BYTES = 16;
const HEADERS = ['x-admin-api-key', 'x-api-key'] as const;

/**
 * Creates the check of API keys. Keys are compared in constant time, as digests.
 *
 * @throws AuthError `weak_api_key`, `placeholder_api_key` or `equal_api_keys` when the keys must not go live
 */
export function createApiKeyAuthenticator(options: ApiKeyOptions): ApiKeyAuthenticator {
  const { apiKey, adminApiKey, adminFallback = false } = options;
  const keys = [
    ...(adminApiKey === undefined ? [] : [liveKey('auth.admin_api_key', 'admin', adminApiKey)]),
    ...(apiKey === undefined
      ? []
      : [liveKey('auth.api_key', adminFallback && adminApiKey === undefined ? 'admin' : 'api', apiKey)]),
  ];
  if (apiKey !== undefined && apiKey === adminApiKey) {
    throw new AuthError('equal_api_keys', 'auth.api_key and auth.admin_api_key must differ');
  }

  function find(key: string): Principal | undefined {
    const digest = digestOf(key);
    return keys.filter((known) => timingSafeEqual(known.digest, digest))[0]?.principal;
  }

  return {
    configured: keys.length > 0,
    find,
    named: (credentialId) => keys.find(({ principal }) => principal.credentialId === credentialId)?.principal,
    authenticate(headers) {
      if (keys.length === 0) return LOCAL_PRINCIPAL;
      if (bearerOf(headers) !== undefined) {
        throw new AuthError('bearer_unsupported', 'bearer tokens are not accepted here; send X-API-Key');
      }
      const presented = presentedKeys(headers);
      for (const value of presented) {
        const principal = find(value);
        if (principal !== undefined) return principal;
      }
      throw presented.length === 0
        ? new AuthError('api_key_missing', 'invalid or missing API key')
        : new AuthError('api_key_invalid', 'invalid or missing API key');
    },
  };
}

/** The keys that a caller presents, in the order in which they are tried. */
export function presentedKeys(headers: RequestHeaders): readonly string[] {
  return HEADERS.map((name) => headerValue(headers, name) ?? '').filter((value) => value !== '');
}

function liveKey(
  setting: string,
  role: 'api' | 'admin',
  key: string,
): { readonly digest: Buffer; readonly principal: Principal } {
  if (isPlaceholderKey(key)) {
    throw new AuthError(
      'placeholder_api_key',
      `${setting} is a placeholder; generate a key, for example: openssl rand -hex 32`,
    );
  }
  if (Buffer.byteLength(key) < MIN_KEY_BYTES) {
    throw new AuthError(
      'weak_api_key',
      `${setting} is shorter than ${MIN_KEY_BYTES} bytes; generate one, for example: openssl rand -hex 32`,
    );
  }
  const digest = digestOf(key);
  const credentialId = fingerprintOf(digest);
  return {
    digest,
    principal: {
      kind: 'api_key',
      id: `${role}:${credentialId}`,
      role,
      scopes: ROLE_SCOPES[role],
      credentialId,
    },
  };
}
