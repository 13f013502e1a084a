import { type ApiKeyAuthenticator, createApiKeyAuthenticator } from '@stacyvm/auth';
import type { Settings } from '@stacyvm/config';

/** The API keys that are in force. */
export interface LiveApiKeys extends ApiKeyAuthenticator {
  /**
   * Makes other keys ready and tells how to put them in force, which cannot fail.
   *
   * @throws AuthError when they must not go live; Error when there would be none any more
   */
  prepare(settings: Settings): () => void;
}

/** @throws AuthError when the keys must not go live */
export function createLiveApiKeys(settings: Settings): LiveApiKeys {
  let current = authenticatorOf(settings);
  return {
    get configured() {
      return current.configured;
    },
    authenticate: (headers) => current.authenticate(headers),
    prepare(next) {
      const authenticator = authenticatorOf(next);
      // Everybody who reaches the address that is listened on would be administrator.
      if (current.configured && !authenticator.configured) {
        throw new Error('auth.api_key and auth.admin_api_key cannot both be removed without a restart');
      }
      return () => {
        current = authenticator;
      };
    },
  };
}

function authenticatorOf(settings: Settings): ApiKeyAuthenticator {
  return createApiKeyAuthenticator({
    apiKey: settings['auth.api_key']?.reveal(),
    adminApiKey: settings['auth.admin_api_key']?.reveal(),
  });
}
