import { AuthError } from '../errors.js';
import { importPem } from '../jose/pem-key.js';
import { UnusableKeyError, type VerificationKey } from '../jose/verification-key.js';
import { createStaticKeySource, type KeySource } from './key-source.js';
import { type KeyLocation, loadKeys } from './load-keys.js';
import { type OidcLogger, silentLogger } from './logger.js';
import { providerUrl } from './provider-url.js';
import { RemoteKeySource } from './remote-key-source.js';
import { settingName } from './setting-name.js';

export interface OidcKeyOptions {
  /** The provider, exactly as its tokens name it in `iss`. */
  readonly issuer: string;
  /**
   * Tells the issuer from others: its principals are `oidc:<name>:<sub>`, those of an issuer without a name `oidc:<sub>`. 1
   * to 63 lower-case letters, digits and hyphens.
   */
  readonly name?: string | undefined;
  /** Where the keys are; without it, the discovery document of the issuer says so. */
  readonly jwksUrl?: string | undefined;
  /** A PEM public key or certificate: then nothing is fetched, and `jwksUrl` is not used. */
  readonly publicKey?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How long a document of the provider may take, in milliseconds; default 5000. */
  readonly fetchTimeoutMs?: number | undefined;
  readonly clock?: (() => Date) | undefined;
  readonly logger?: OidcLogger | undefined;
}

const FETCH_TIMEOUT_MS = 5_000;

/** @throws AuthError `oidc_misconfigured` */
export function createConfiguredKeySource(options: OidcKeyOptions): KeySource {
  const { issuer, name, jwksUrl, publicKey, fetchTimeoutMs: timeoutMs = FETCH_TIMEOUT_MS } = options;
  const { fetch = globalThis.fetch, clock = () => new Date(), logger = silentLogger } = options;
  const issuerUrl = providerUrl(settingName(name, 'issuer'), issuer);
  if (issuerUrl.search !== '') {
    throw new AuthError('oidc_misconfigured', `${settingName(name, 'issuer')} must not have a query`);
  }
  if (publicKey !== undefined) return createStaticKeySource(staticKey(publicKey, name));
  const location: KeyLocation =
    jwksUrl === undefined
      ? { kind: 'discovery', issuer }
      : { kind: 'jwks', url: providerUrl(settingName(name, 'jwks_url'), jwksUrl) };
  const load = (signal: AbortSignal) => loadKeys(location, { fetch, timeoutMs, signal });
  return new RemoteKeySource({ load, clock, logger, issuer });
}

function staticKey(pem: string, name: string | undefined): VerificationKey {
  try {
    return importPem(pem);
  } catch (error) {
    if (!(error instanceof UnusableKeyError)) throw error;
    const setting = settingName(name, 'public_key');
    throw new AuthError('oidc_misconfigured', `${setting} cannot be used: ${error.message}`);
  }
}
