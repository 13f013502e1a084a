import { type KeySet, parseKeySet } from '../jose/key-set.js';
import { UnusableKeyError } from '../jose/verification-key.js';
import { DocumentError, type FetchDocumentOptions, fetchDocument } from './fetch-document.js';
import { isLoopback, problemOfUrl } from './provider-url.js';

/** Where the keys of a provider are: at a URL that is configured, or at the one that its discovery document names. */
export type KeyLocation =
  | { readonly kind: 'jwks'; readonly url: URL }
  | { readonly kind: 'discovery'; readonly issuer: string };

/**
 * Fetches the keys of a provider.
 *
 * @throws DocumentError
 */
export async function loadKeys(location: KeyLocation, options: FetchDocumentOptions): Promise<KeySet> {
  const url = location.kind === 'jwks' ? location.url : await discoverKeysUrl(location.issuer, options);
  const document = await fetchDocument(url, options);
  try {
    return parseKeySet(document);
  } catch (error) {
    if (!(error instanceof UnusableKeyError)) throw error;
    throw new DocumentError(`${url.origin}${url.pathname}: ${error.message}`);
  }
}

/**
 * Where the discovery document of an issuer is (OpenID Connect Discovery 1.0 section 4): a slash at the end of the issuer
 * is not doubled.
 */
export function discoveryUrl(issuer: string): URL {
  return new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
}

/** The document must name the issuer exactly (section 4.3), or another could hand out keys in its name. */
async function discoverKeysUrl(issuer: string, options: FetchDocumentOptions): Promise<URL> {
  const from = discoveryUrl(issuer);
  const document = await fetchDocument(from, options);
  if (document.get('issuer') !== issuer) {
    throw new DocumentError(`${from.href}: its "issuer" is not the configured one, character by character`);
  }
  const location: unknown = document.get('jwks_uri');
  if (typeof location !== 'string') throw new DocumentError(`${from.href}: it has no "jwks_uri"`);
  const problem = problemOfUrl(location);
  if (problem !== undefined) throw new DocumentError(`${from.href}: its "jwks_uri" ${problem}`);
  const url = new URL(location);
  // A provider elsewhere has no business with the services of this machine.
  if (isLoopback(url) && !isLoopback(from)) {
    throw new DocumentError(`${from.href}: its "jwks_uri" is on a loopback host`);
  }
  return url;
}
