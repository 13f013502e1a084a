import { type ApiKeyOptions, createApiKeyAuthenticator, presentedKeys } from './api-keys.js';
import { AuthError } from './errors.js';
import type { OidcVerifier } from './oidc/oidc-verifier.js';
import { LOCAL_PRINCIPAL, type Principal } from './principal.js';
import { bearerOf, type RequestHeaders } from './request-headers.js';

export interface AuthenticatorOptions {
  /** False lets every caller be the principal `local`, whatever else is set; default true. */
  readonly enabled?: boolean | undefined;
  readonly apiKeys?: ApiKeyOptions | undefined;
  /** Its owner closes it. */
  readonly oidc?: OidcVerifier | undefined;
}

export interface Authenticator {
  /** False without any credential: then every caller is the principal `local`, and only loopback may be served. */
  readonly configured: boolean;
  /**
   * Tells who is calling, by the bearer token when there is one, else by the API keys. A token that is refused is never
   * made good by an API key beside it.
   *
   * @throws AuthError; `httpStatusOf` tells what its code means to the caller
   */
  authenticate(headers: RequestHeaders): Promise<Principal>;
}

/**
 * Puts API keys and OIDC together.
 *
 * @throws AuthError `weak_api_key`, `placeholder_api_key` or `equal_api_keys`
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { enabled = true, oidc } = options;
  // Keys that must not go live are refused even while they are switched off: switching on must not be the surprise.
  const keys = createApiKeyAuthenticator(options.apiKeys ?? {});
  const configured = enabled && (keys.configured || oidc !== undefined);

  return {
    configured,
    async authenticate(headers) {
      if (!configured) return LOCAL_PRINCIPAL;
      const token = bearerOf(headers);
      if (token !== undefined && oidc !== undefined) return oidc.verifyBearer(token);
      if (keys.configured) return keys.authenticate(headers);
      throw presentedKeys(headers).length === 0
        ? new AuthError('api_key_missing', 'missing credential; send a bearer token')
        : new AuthError('api_key_invalid', 'API keys are not accepted here; send a bearer token');
    },
  };
}
