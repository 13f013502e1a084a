/** What stands in the place of a secret. */
export const REDACTED = '[REDACTED]';

const SECRET_KEY =
  /(^|[_.-])(tokens?|secrets?|passwords?|passwd|passphrase|api[_-]?keys?|signing[_-]?keys?|private[_-]?keys?|authorization|cookies?|dsn|stdin)$/i;

const SECRET_PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/stacyvm-worker-v1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g, REDACTED],
  [/stacyvm-join-v1\.[A-Za-z0-9_-]+/g, REDACTED],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g, REDACTED],
  [/\b(bearer)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/\b(x-(?:admin-)?api-key|x-worker-token|x-join-token)(\s*[:=]\s*)\S+/gi, `$1$2${REDACTED}`],
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${REDACTED}@`],
  [/\b(password|passwd|secret)(\s*[:=]\s*)[^\s,;&]+/gi, `$1$2${REDACTED}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
];

const MAX_DEPTH = 8;

/** A copy of `value` without secrets: by the name of a member and by the look of a text. Errors become their messages. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function') return redact(value.toJSON(), depth + 1);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      SECRET_KEY.test(snakeCase(key)) && member !== undefined ? REDACTED : redact(member, depth + 1),
    ]),
  );
}

/** `text` without what looks like a token, a key, a password in a URL or a private key. */
export function redactText(text: string): string {
  return SECRET_PATTERNS.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { code, reason } = error as Error & { code?: unknown; reason?: unknown };
  return {
    name: error.name,
    message: redactText(error.message),
    ...(code === undefined ? {} : { code }),
    ...(reason === undefined ? {} : { reason }),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

function snakeCase(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
}
