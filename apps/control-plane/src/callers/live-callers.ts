import {
  type Authenticator,
  createAuthenticator,
  createOidcVerifier,
  type OidcVerifier,
  type Principal,
  type RequestHeaders,
} from '@stacyvm/auth';
import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import type { ReloadedPart } from '../settings-reload.js';
import { oidcOptions } from './oidc-options.js';

/** Tells who is calling. */
export interface Callers {
  /** False: authentication is off, and every caller is the principal `local`, an administrator. */
  readonly enforced: boolean;
  /** @throws AuthError when it is not known who is calling, or cannot be told now */
  authenticate(headers: RequestHeaders): Promise<Principal>;
}

/** The credentials that are in force. Authentication can be switched on while the control plane runs, and not off. */
export interface LiveCallers extends Callers, ReloadedPart {
  /** Fetches the keys of the OIDC provider, so that the first caller need not wait for them. Never fails. */
  warmUp(): Promise<void>;
  /** Fetches nothing any more. */
  close(): void;
}

/** @throws AuthError when the credentials must not go live; Error when there are none and `auth.enabled` demands them */
export function createLiveCallers(settings: Settings, logger: Logger, clock: () => Date): LiveCallers {
  // Its settings need a restart, so that it keeps its keys over every reload.
  const oidc = settings['auth.oidc_enabled']
    ? createOidcVerifier({ ...oidcOptions(settings), logger, clock })
    : undefined;
  let current = authenticatorOf(settings, oidc);
  if (settings['auth.enabled'] && !current.configured) {
    throw new Error(
      'auth.enabled is true, but there is no credential; set auth.api_key_file or auth.admin_api_key_file',
    );
  }
  return {
    get enforced() {
      return current.configured;
    },
    authenticate: (headers) => current.authenticate(headers),
    prepare(next) {
      const authenticator = authenticatorOf(next, oidc);
      // Everybody who reaches the address that is listened on would be administrator.
      if (current.configured && !authenticator.configured) {
        throw new Error(
          'authentication cannot be switched off without a restart: auth.enabled is false, or the last key is gone',
        );
      }
      return () => {
        current = authenticator;
      };
    },
    async warmUp() {
      try {
        await oidc?.prepare();
      } catch (error) {
        logger.warn('the keys of the OIDC provider are not there yet; bearer tokens are answered with 503', {
          error,
        });
      }
    },
    close: () => oidc?.close(),
  };
}

function authenticatorOf(settings: Settings, oidc: OidcVerifier | undefined): Authenticator {
  return createAuthenticator({
    enabled: settings['auth.enabled'],
    apiKeys: {
      apiKey: settings['auth.api_key']?.reveal(),
      adminApiKey: settings['auth.admin_api_key']?.reveal(),
      adminFallback: settings['auth.admin_fallback_enabled'],
    },
    oidc,
  });
}
