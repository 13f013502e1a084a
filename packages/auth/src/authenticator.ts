import { type ApiKeyOptions, createApiKeyAuthenticator, presentedKeys } from './api-keys.js';
import { AuthError, httpStatusOf } from './errors.js';
import { explain } from './explain.js';
import type { OidcVerifier } from './oidc/oidc-verifier.js';
import { LOCAL_PRINCIPAL, type Principal } from './principal.js';
import { type Recheck, recheck } from './recheck.js';
import { bearerOf, type RequestHeaders } from './request-headers.js';
import { looksLikeApiKey } from './stored-keys/api-key-text.js';
import type { KeyStore } from './stored-keys/key-store.js';
import { recentLookups } from './stored-keys/recent-lookups.js';
import { checkStoredKey } from './stored-keys/stored-key-check.js';
import { type CredentialExplanation, NO_TRAIL, type Trail } from './trail.js';

export interface AuthenticatorOptions {
  /** False lets every caller be the principal `local`, whatever else is set; default true. */
  readonly enabled?: boolean | undefined;
  readonly apiKeys?: ApiKeyOptions | undefined;
  /** Its owner closes it. */
  readonly oidc?: OidcVerifier | undefined;
  /** Keys that are kept in a database. Answers are remembered for one second. */
  readonly keyStore?: KeyStore | undefined;
  readonly clock?: (() => Date) | undefined;
}

/** One credential, taken out of the headers. */
export type PresentedCredential = { readonly token: string } | { readonly apiKey: string };

export interface Authenticator {
  /** False without any credential: then every caller is the principal `local`, and only loopback may be served. */
  readonly configured: boolean;
  /**
   * Tells who is calling, by the bearer token when there is one, else by the API keys. A token that is refused is never
   * made good by an API key beside it. A key of the database may stand in either header of API keys, or as a bearer token.
   *
   * @throws AuthError; `httpStatusOf` tells what its code means to the caller
   */
  authenticate(headers: RequestHeaders): Promise<Principal>;
  /**
   * Looks again at callers that were let in, in their order, by what can be taken from them: keys that are gone, revoked or
   * expired, tokens that are revoked. That a token has expired since it was accepted does not count: its time says until when it may
   * be presented. Who depends on what the database does not say now stays who it was. Counts as no login.
   */
  recheck(principals: readonly Principal[]): Promise<readonly Recheck[]>;
  /** The same verification of one credential, check by check, for the operator who looks for the reason. */
  explain(credential: PresentedCredential): Promise<CredentialExplanation>;
}

/**
 * Puts API keys and OIDC together.
 *
 * @throws AuthError `weak_api_key`, `placeholder_api_key` or `equal_api_keys`
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { enabled = true, oidc, clock = () => new Date() } = options;
  // Keys that must not go live are refused even while they are switched off: switching on must not be the surprise.
  const keys = createApiKeyAuthenticator(options.apiKeys ?? {});
  const keyStore = options.keyStore === undefined ? undefined : recentLookups(options.keyStore);
  const acceptsKeys = keys.configured || keyStore !== undefined;
  const configured = enabled && (acceptsKeys || oidc !== undefined);

  /** A bearer token that has the mark of a key is one, so that clients which know bearer tokens alone can send it. */
  function isStoredKey(token: string): boolean {
    return keyStore !== undefined && looksLikeApiKey(token);
  }

  function refuseBearer(): never {
    throw new AuthError('bearer_unsupported', 'bearer tokens are not accepted here; send X-API-Key');
  }

  async function principalOfKey(key: string, trail: Trail): Promise<Principal> {
    trail.begin('key');
    const principal = keys.find(key);
    if (principal !== undefined) {
      trail.pass('a key of the configuration');
      trail.begin('role');
      trail.pass(principal.role);
      return principal;
    }
    if (keyStore !== undefined && looksLikeApiKey(key)) {
      return checkStoredKey(key, { keyStore, clock, trail });
    }
    throw new AuthError(
      'api_key_invalid',
      acceptsKeys ? 'invalid or missing API key' : 'API keys are not accepted here; send a bearer token',
    );
  }

  /** The first key that is good; else the refusal of the first. */
  async function principalOfKeys(presented: readonly string[]): Promise<Principal> {
    let refusal: unknown;
    for (const key of presented) {
      try {
        return await principalOfKey(key, NO_TRAIL);
      } catch (error) {
        if (!(error instanceof AuthError) || httpStatusOf(error.code) !== 401) throw error;
        refusal ??= error;
      }
    }
    throw (
      refusal ??
      new AuthError(
        'api_key_missing',
        acceptsKeys ? 'invalid or missing API key' : 'missing credential; send a bearer token',
      )
    );
  }

  return {
    configured,
    async authenticate(headers) {
      if (!configured) return LOCAL_PRINCIPAL;
      const token = bearerOf(headers);
      if (token === undefined) return principalOfKeys(presentedKeys(headers));
      if (isStoredKey(token)) return principalOfKey(token, NO_TRAIL);
      return oidc === undefined ? refuseBearer() : oidc.verifyBearer(token);
    },
    recheck: (principals) => recheck(principals, { configured, keys, oidc, keyStore, clock }),
    async explain(credential) {
      if ('apiKey' in credential || isStoredKey(credential.token)) {
        const key = 'apiKey' in credential ? credential.apiKey : credential.token;
        return explain((trail) => principalOfKey(key, trail));
      }
      return oidc === undefined ? explain(async () => refuseBearer()) : oidc.explainBearer(credential.token);
    },
  };
}
