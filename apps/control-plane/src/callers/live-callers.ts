import {
  AuthError,
  type Authenticator,
  type CredentialExplanation,
  type CredentialTrace,
  createAuthenticator,
  createFailedLogins,
  createOidcVerifier,
  type LogoutToken,
  type OidcVerifier,
  oidcOptionsOf,
  type PresentedCredential,
  type Principal,
  type Recheck,
  type RequestHeaders,
  traceCredentials,
} from '@stacyvm/auth';
import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import type { People } from '../people/people.js';
import type { ReloadedPart } from '../settings-reload.js';
import { networkOf } from './client-address.js';

/** Where a request comes from. */
export interface CallerOrigin {
  readonly address: string;
  readonly requestId: string;
}

/** How it ended that somebody said who they are. Nothing in it is a credential. */
export type CallerAuthentication = CallerOrigin & {
  /** What was presented. */
  readonly credentials: readonly CredentialTrace[];
} & (
    | { readonly ok: true; readonly principal: Principal }
    | { readonly ok: false; readonly refusal: AuthError }
  );

/** Tells who is calling. */
export interface Callers {
  /** False: authentication is off, and every caller is the principal `local`, an administrator. */
  readonly enforced: boolean;
  /** @throws AuthError when it is not known who is calling, or cannot be told now */
  authenticate(headers: RequestHeaders, origin: CallerOrigin): Promise<Principal>;
}

/** The credentials that are in force. Authentication can be switched on while the control plane runs, and not off. */
export interface LiveCallers extends Callers, ReloadedPart {
  /** Looks again at callers that were let in before, as `Authenticator.recheck` does. It counts as no login. */
  recheck(principals: readonly Principal[]): Promise<readonly Recheck[]>;
  /** What a credential would be, check by check. It counts as no login. */
  explain(credential: PresentedCredential): Promise<CredentialExplanation>;
  /**
   * Who has signed out at an issuer, by its logout token. That it comes once is for the caller to see to.
   *
   * @throws AuthError `logout_token_invalid`, `too_many_failures` or `oidc_keys_unavailable`
   */
  verifyLogout(token: string, address: string): Promise<LogoutToken>;
  /** The issuers whose tokens are accepted, as their tokens name them. */
  readonly issuers: readonly string[];
  /** From now on callers are known by what the database says of them; before, no token and none of its keys is accepted. */
  connect(records: CallerRecords): void;
  /** Fetches the keys of the OIDC providers, so that the first caller need not wait for them. Never fails. */
  warmUp(): Promise<void>;
  /** Fetches nothing any more. */
  close(): void;
}

export interface CallerRecords extends Pick<People, 'keyStore' | 'bearerRevocations' | 'keyUses'> {
  /** Told of every caller, known or not. Must not throw. */
  readonly onAuthentication: (authentication: CallerAuthentication) => void;
}

/** @throws AuthError when the credentials must not go live; Error when there are none and `auth.enabled` demands them */
export function createLiveCallers(settings: Settings, logger: Logger, clock: () => Date): LiveCallers {
  let records: CallerRecords | undefined;
  // Until it is known what is revoked, everything is.
  const isRevoked = (bearer: Parameters<People['bearerRevocations']['isRevoked']>[0]): boolean =>
    records?.bearerRevocations.isRevoked(bearer) ?? true;
  const issuers = oidcOptionsOf(settings, { logger, clock, isRevoked });
  // Its settings need a restart, so that it keeps its keys over every reload.
  const oidc = issuers.length === 0 ? undefined : createOidcVerifier(issuers);
  const keys = (): People['keyStore'] => {
    if (records === undefined) throw new Error('the database is not open yet');
    return records.keyStore;
  };
  const keyStore: People['keyStore'] = {
    findApiKey: async (hash) => keys().findApiKey(hash),
    findApiKeysById: async (ids) => keys().findApiKeysById(ids),
  };
  const failedLogins = createFailedLogins(settings['auth.failed_login_limit']);
  const authenticatorFor = (current: Settings) => authenticatorOf(current, oidc, keyStore, clock);
  let current = authenticatorFor(settings);
  if (settings['auth.enabled'] && !current.configured) {
    throw new Error(
      'auth.enabled is true, but there is no credential; set auth.api_key_file or auth.admin_api_key_file',
    );
  }

  async function authenticate(headers: RequestHeaders, origin: CallerOrigin): Promise<Principal> {
    if (!current.configured) return current.authenticate(headers);
    const attempt = { source: networkOf(origin.address), credentials: traceCredentials(headers) };
    const { credentials } = attempt;
    try {
      failedLogins.admit(attempt);
      const principal = await current.authenticate(headers);
      failedLogins.succeeded(attempt, principal.credentialId);
      if (principal.keyId !== undefined) records?.keyUses.note(principal.keyId);
      records?.onAuthentication({ ...origin, credentials, ok: true, principal });
      return principal;
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      failedLogins.failed(attempt, error);
      records?.onAuthentication({ ...origin, credentials, ok: false, refusal: error });
      throw error;
    }
  }

  /** Costs its address as much as a bearer token that is refused, for anybody may send it, and again. */
  async function verifyLogout(token: string, address: string): Promise<LogoutToken> {
    const attempt = {
      source: networkOf(address),
      credentials: [{ kind: 'bearer', fingerprint: '' }],
    } as const;
    failedLogins.admit(attempt);
    if (oidc === undefined) {
      throw new AuthError('logout_token_invalid', 'the logout token is not valid', {
        detail: 'no issuer is configured; set auth.oidc_enabled',
      });
    }
    try {
      const logout = await oidc.verifyLogout(token);
      failedLogins.checkedForNothing(attempt.source);
      return logout;
    } catch (error) {
      if (error instanceof AuthError && error.cause instanceof AuthError)
        failedLogins.failed(attempt, error.cause);
      throw error;
    }
  }

  return {
    get enforced() {
      return current.configured;
    },
    issuers: issuers.map(({ issuer }) => issuer),
    authenticate,
    recheck: (principals) => current.recheck(principals),
    explain: (credential) => current.explain(credential),
    verifyLogout,
    connect(opened) {
      records = opened;
    },
    prepare(next) {
      const authenticator = authenticatorFor(next);
      // Everybody who reaches the address that is listened on would be administrator.
      if (current.configured && !authenticator.configured) {
        throw new Error(
          'authentication cannot be switched off without a restart: auth.enabled is false, or the last key is gone',
        );
      }
      return () => {
        current = authenticator;
        failedLogins.configure(next['auth.failed_login_limit']);
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

function authenticatorOf(
  settings: Settings,
  oidc: OidcVerifier | undefined,
  keyStore: People['keyStore'],
  clock: () => Date,
): Authenticator {
  const apiKey = settings['auth.api_key']?.reveal();
  const adminApiKey = settings['auth.admin_api_key']?.reveal();
  // Keys of the database are made by callers who have another credential; alone they would shut everybody out.
  const hasOther = apiKey !== undefined || adminApiKey !== undefined || oidc !== undefined;
  return createAuthenticator({
    enabled: settings['auth.enabled'],
    apiKeys: { apiKey, adminApiKey, adminFallback: settings['auth.admin_fallback_enabled'] },
    oidc,
    keyStore: hasOther ? keyStore : undefined,
    clock,
  });
}
