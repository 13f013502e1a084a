const workerIdGrammar = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const tokenIdGrammar = /^[!#-[\]-~]{1,128}$/;

/** Whether a value is a worker id: a letter or digit, then up to 127 letters, digits, `.`, `_` and `-`; ASCII only. */
export function isWorkerId(value: unknown): value is string {
  return typeof value === 'string' && workerIdGrammar.test(value);
}

/** Whether a value is a token id: 1 to 128 characters U+0021 to U+007E, except the quotation mark and the backslash. */
export function isTokenId(value: unknown): value is string {
  return typeof value === 'string' && tokenIdGrammar.test(value);
}
