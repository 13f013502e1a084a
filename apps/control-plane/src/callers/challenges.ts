import type { IncomingMessage } from 'node:http';

/**
 * What an answer 401 says of the credentials that would do (RFC 9110 section 11.6.1): API keys, and bearer tokens where
 * they are accepted, or where one was presented and refused (RFC 6750 section 3).
 */
export function challengesOf(
  { headers }: Pick<IncomingMessage, 'headers'>,
  acceptsBearerTokens: boolean,
): readonly string[] {
  const apiKey = 'ApiKey realm="stacyvm"';
  const bearer = 'Bearer realm="stacyvm"';
  if (/^bearer(?: |$)/i.test(headers.authorization ?? ''))
    return [`${bearer}, error="invalid_token"`, apiKey];
  return acceptsBearerTokens ? [bearer, apiKey] : [apiKey];
}
