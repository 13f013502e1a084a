import { createHash, randomBytes as cryptoRandomBytes } from 'node:crypto';

export interface CreatedJoinToken {
  /** `stacyvm-join-v1.` and 43 characters of base64url. Show it once. */
  readonly token: string;
  /** What is stored in its place: `joinTokenHash` of it. */
  readonly hash: string;
}

const PREFIX = 'stacyvm-join-v1.';
const JOIN_TOKEN = /^stacyvm-join-v1\.[A-Za-z0-9_-]{43}$/;
const TOKEN_BYTES = 32;

/**
 * Creates a join token of 256 random bits: what a new worker proves its first request with.
 *
 * @param randomBytes default: `randomBytes` of node:crypto
 */
export function createJoinToken(
  randomBytes: (size: number) => Uint8Array = cryptoRandomBytes,
): CreatedJoinToken {
  const bytes = randomBytes(TOKEN_BYTES);
  if (bytes.length !== TOKEN_BYTES) throw new TypeError(`randomBytes(${TOKEN_BYTES}) gave another length`);
  const token = `${PREFIX}${Buffer.from(bytes).toString('base64url')}`;
  return { token, hash: joinTokenHash(token) };
}

/** SHA-256 of a join token in lower-case hexadecimal. The token is random enough to need no salt. */
export function joinTokenHash(token: string): string {
  return createHash('sha256').update(token.trim(), 'utf8').digest('hex');
}

/** Whether a text has the form of a join token. Says nothing about whether it is one. */
export function isJoinToken(text: string): boolean {
  return JOIN_TOKEN.test(text);
}
