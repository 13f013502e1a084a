import { createHash, timingSafeEqual } from 'node:crypto';
import { AuthError } from './errors.js';
import { type Principal, ROLE_SCOPES } from './principal.js';

/** Request headers, with lower-case names. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface ApiKeyOptions {
  /** Grants the role `api`. */
  readonly apiKey?: string | undefined;
  /** Grants the role `admin`. */
  readonly adminApiKey?: string | undefined;
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
}

const MIN_KEY_BYTES = 16;
const PLACEHOLDER = /change-?me|replace-?me|your-api-key|example-key/i;
const HEADERS = ['x-admin-api-key', 'x-api-key'] as const;

/**
 * Creates the check of API keys. Keys are compared in constant time, as digests.
 *
 * @throws AuthError `weak_api_key`, `placeholder_api_key` or `equal_api_keys` when the keys must not go live
 */
export function createApiKeyAuthenticator(options: ApiKeyOptions): ApiKeyAuthenticator {
  const keys = (
    [
      ['admin', options.adminApiKey],
      ['api', options.apiKey],
    ] as const
  ).flatMap(([role, key]) => (key === undefined ? [] : [liveKey(role, key)]));
  if (options.apiKey !== undefined && options.apiKey === options.adminApiKey) {
    throw new AuthError('equal_api_keys', 'auth.api_key and auth.admin_api_key must differ');
  }

  return {
    configured: keys.length > 0,
    authenticate(headers) {
      if (keys.length === 0) return LOCAL;
      if (/^bearer /i.test(single(headers['authorization']) ?? '')) {
        throw new AuthError('bearer_unsupported', 'bearer tokens are not accepted here; send X-API-Key');
      }
      const presented = HEADERS.map((name) => single(headers[name])).filter(
        (value) => value !== undefined && value !== '',
      );
      for (const value of presented) {
        const digest = digestOf(value ?? '');
        const match = keys.filter((key) => timingSafeEqual(key.digest, digest))[0];
        if (match !== undefined) return match.principal;
      }
      throw presented.length === 0
        ? new AuthError('api_key_missing', 'invalid or missing API key')
        : new AuthError('api_key_invalid', 'invalid or missing API key');
    },
  };
}

const LOCAL: Principal = {
  kind: 'local',
  id: 'local',
  role: 'admin',
  scopes: ROLE_SCOPES.admin,
  credentialId: 'none',
};

function liveKey(role: 'api' | 'admin', key: string): { digest: Buffer; principal: Principal } {
  const name = role === 'api' ? 'auth.api_key' : 'auth.admin_api_key';
  if (PLACEHOLDER.test(key)) {
    throw new AuthError(
      'placeholder_api_key',
      `${name} is a placeholder; generate a key, for example: openssl rand -hex 32`,
    );
  }
  if (Buffer.byteLength(key) < MIN_KEY_BYTES) {
    throw new AuthError(
      'weak_api_key',
      `${name} is shorter than ${MIN_KEY_BYTES} bytes; generate one, for example: openssl rand -hex 32`,
    );
  }
  const digest = digestOf(key);
  const credentialId = digest.toString('hex').slice(0, 16);
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

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
