/** Request headers, with lower-case names. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The value of a header; of several, the first. */
export function headerValue(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

const SCHEME = /^bearer(?: +|$|(?=\s))/i;

/**
 * What follows the scheme Bearer in `Authorization` (RFC 6750 section 2.1), which may be nothing; undefined when the
 * caller presents no bearer token at all.
 */
export function bearerOf(headers: RequestHeaders): string | undefined {
  const value = headerValue(headers, 'authorization');
  return value !== undefined && SCHEME.test(value) ? value.replace(SCHEME, '') : undefined;
}
