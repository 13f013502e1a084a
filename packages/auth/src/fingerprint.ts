import { createHash } from 'node:crypto';

/** SHA-256 of a credential: keys of any length are compared as digests, in constant time. */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Names a credential without saying anything about it: the first 16 hexadecimal digits of its SHA-256. */
export function fingerprintOf(digest: Buffer): string {
  return digest.toString('hex').slice(0, 16);
}
