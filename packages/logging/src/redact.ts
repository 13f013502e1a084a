/** What stands in the place of a secret. */
export const REDACTED = '[REDACTED]';

const SECRET_KEY =
  /(^|[_.-])(tokens?|secrets?|passwords?|passwd|passphrase|api[_-]?keys?|signing[_-]?keys?|private[_-]?keys?|authorization|cookies?|dsn|stdin)$/i;

interface RedactionRule {
  readonly name: string;
  readonly pattern: RegExp;
  /** What stands there afterwards; `$1` and `$2` are what stays. */
  readonly replacement: string;
}

const NAMES =
  '(?:passwords?|passwd|passphrase|secrets?|api[_-]?keys?|signing[_-]?keys?|private[_-]?keys?|tokens?|dsn)';

/**
 * A text in quotes, or what ends with white space or a separator. What follows a quote in JSON when that ends a text
 * begins no value.
 */
const VALUE = String.raw`(?:"(?![\s,:}\]])(?:[^"\\\r\n]|\\.)*"|'[^'"\r\n]*'|[^\s,;&"'\\]+)`;

/** What is taken for a secret by its look. No pattern reaches beyond a quote: a text of JSON stays one. */
const RULES: readonly RedactionRule[] = [
  {
    name: 'signed worker tokens',
    pattern: /stacyvm-worker-v1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g,
    replacement: REDACTED,
  },
  { name: 'join tokens', pattern: /stacyvm-join-v1\.[A-Za-z0-9_-]+/g, replacement: REDACTED },
  {
    name: 'JSON Web Tokens',
    pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g,
    replacement: REDACTED,
  },
  {
    name: 'what follows Bearer',
    pattern: /\b(bearer)\s+[A-Za-z0-9._~+/=-]{8,}/gi,
    replacement: `$1 ${REDACTED}`,
  },
  {
    name: 'headers that carry a credential',
    pattern:
      /\b(x-(?:admin-)?api-key|x-worker-token|x-join-token|cookie|authorization)(\s*[:=]\s*(?:basic\s+)?)[^\s"'\\]+/gi,
    replacement: `$1$2${REDACTED}`,
  },
  {
    name: 'users and passwords in URLs',
    pattern: /([a-z][a-z0-9+.-]*:\/\/)[^\s/@"'\\]+@/gi,
    replacement: `$1${REDACTED}@`,
  },
  {
    name: 'values with the name of a secret before them',
    pattern: new RegExp(String.raw`(${NAMES})(\s*=\s*)${VALUE}`, 'gi'),
    replacement: `$1$2${REDACTED}`,
  },
  {
    name: 'values with the name of a secret before them',
    pattern: new RegExp(String.raw`\b(password|passwd|secret)(\s*:\s*)${VALUE}`, 'gi'),
    replacement: `$1$2${REDACTED}`,
  },
  {
    name: 'members of JSON with the name of a secret',
    pattern: new RegExp(String.raw`(${NAMES}"\s*:\s*)"(?:[^"\\]|\\.)*"`, 'gi'),
    replacement: `$1"${REDACTED}"`,
  },
  {
    name: 'members of JSON with the name of a secret',
    pattern: new RegExp(String.raw`(${NAMES}\\"\s*:\s*\\")[^"\\]*(?:\\[^"][^"\\]*)*`, 'gi'),
    replacement: `$1${REDACTED}`,
  },
  {
    name: 'private keys',
    pattern:
      /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^"\\]|\\[nr])*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?=["\\])|$)/g,
    replacement: REDACTED,
  },
];

/** What `redactText` takes out, in words. */
export const REDACTION_RULES: readonly string[] = [...new Set(RULES.map(({ name }) => name))];

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
  return RULES.reduce((clean, { pattern, replacement }) => clean.replace(pattern, replacement), text);
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
