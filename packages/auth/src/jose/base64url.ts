const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const onlyAlphabet = /^[A-Za-z0-9_-]+$/;

/** Bits of the last character that carry no data, by the number of characters after the last whole group of four. */
const spareBits: readonly number[] = [0, 0, 0b1111, 0b11];

/**
 * The bytes of a base64url text (RFC 7515 section 2), or undefined unless it is the one canonical spelling of at least
 * one byte: no padding, no white space or other character, no impossible length, spare bits zero.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const rest = text.length % 4;
  if (rest === 1 || !onlyAlphabet.test(text)) return undefined;
  const spare = spareBits[rest] ?? 0;
  if ((alphabet.indexOf(text.charAt(text.length - 1)) & spare) !== 0) return undefined;
  return Buffer.from(text, 'base64url');
}
