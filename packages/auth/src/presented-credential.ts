import { presentedKeys } from './api-keys.js';
import { digestOf, fingerprintOf } from './fingerprint.js';
import { bearerOf, type RequestHeaders } from './request-headers.js';
import { apiKeyPrefixOf, looksLikeApiKey } from './stored-keys/api-key-text.js';

/** A credential that a caller shows, without the credential. */
export interface CredentialTrace {
  readonly kind: 'api_key' | 'bearer';
  /** As `Principal.credentialId` is when it is accepted. */
  readonly fingerprint: string;
  /** Of a key of the database: what names it in lists, if it is written as one. */
  readonly keyPrefix?: string;
}

/** The credentials that authentication looks at, in its order: a bearer token alone, else the API keys. */
export function traceCredentials(headers: RequestHeaders): readonly CredentialTrace[] {
  const token = bearerOf(headers);
  if (token === undefined) return presentedKeys(headers).map(traceOfKey);
  return [looksLikeApiKey(token) ? traceOfKey(token) : { kind: 'bearer', fingerprint: traceOf(token) }];
}

function traceOfKey(key: string): CredentialTrace {
  const keyPrefix = apiKeyPrefixOf(key);
  return {
    kind: 'api_key',
    fingerprint: traceOf(key),
    ...(keyPrefix === undefined ? {} : { keyPrefix }),
  };
}

function traceOf(credential: string): string {
  return fingerprintOf(digestOf(credential));
}
