import { createApiKeyAuthenticator, type Principal, type RequestHeaders, ROLE_SCOPES } from '@stacyvm/auth';
import type { Settings } from '@stacyvm/config';
import type { ReloadedPart } from '../settings-reload.js';

/** Tells who is calling. */
export interface Callers {
  /** False: `auth.enabled` is false, and every caller is the principal `local`, an administrator. */
  readonly enforced: boolean;
  /** @throws AuthError when it is not known who is calling */
  authenticate(headers: RequestHeaders): Promise<Principal>;
}

/** The credentials that are in force. Authentication can be switched on while the control plane runs, and not off. */
export interface LiveCallers extends Callers, ReloadedPart {}

/** @throws AuthError when the credentials must not go live; Error when there are none and `auth.enabled` demands them */
export function createLiveCallers(settings: Settings): LiveCallers {
  let current = callersOf(settings);
  return {
    get enforced() {
      return current.enforced;
    },
    authenticate: (headers) => current.authenticate(headers),
    prepare(next) {
      const callers = callersOf(next);
      // Everybody who reaches the address that is listened on would be administrator.
      if (current.enforced && !callers.enforced) {
        throw new Error(
          'authentication cannot be switched off without a restart: auth.enabled is false, or the last key is gone',
        );
      }
      return () => {
        current = callers;
      };
    },
  };
}

function callersOf(settings: Settings): Callers {
  const enforced = settings['auth.enabled'];
  const [apiKey, adminApiKey] = [
    settings['auth.api_key']?.reveal(),
    settings['auth.admin_api_key']?.reveal(),
  ];
  const keys = createApiKeyAuthenticator(enforced ? { apiKey, adminApiKey } : {});
  if (enforced && !keys.configured) {
    throw new Error(
      'auth.enabled is true, but there is no credential; set auth.api_key_file or auth.admin_api_key_file',
    );
  }
  const administrates = settings['auth.admin_fallback_enabled'] && adminApiKey === undefined;
  return {
    enforced,
    async authenticate(headers) {
      const principal = keys.authenticate(headers);
      return administrates ? { ...principal, role: 'admin', scopes: ROLE_SCOPES.admin } : principal;
    },
  };
}
