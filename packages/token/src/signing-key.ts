import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { WorkerTokenError } from './errors.js';
import { MIN_KEY_BYTES } from './limits.js';
import { trimWhiteSpace } from './white-space.js';

/**
 * A key as an operator supplies it: text, or the UTF-8 bytes of that text (the content of a key file). It is used
 * literally, never decoded from hexadecimal or base64, after the Unicode White_Space around it is trimmed.
 */
export type KeySecret = string | Uint8Array;

/** A key that may sign: at least 32 bytes. The bytes stay inside the KeyObject. */
export interface SigningKey {
  readonly fingerprint: string;
  readonly secret: KeyObject;
}

/**
 * A name for a key that may appear in logs: the first 16 hexadecimal digits of the SHA-256 of its trimmed bytes.
 * Guessing a key from its fingerprint is as hard as the key is random; do not log those of passwords.
 */
export function keyFingerprint(secret: KeySecret): string {
  return fingerprintOf(secretBytes(secret));
}

/** Prepares a key. `name` says in the error which key of the configuration is meant. */
export function createSigningKey(secret: KeySecret, name: string): SigningKey {
  if (typeof secret === 'string' && /\p{Surrogate}/u.test(secret)) {
    throw new WorkerTokenError('weak_key', `${name} is not well-formed Unicode text`);
  }
  const bytes = secretBytes(secret);
  if (bytes.length < MIN_KEY_BYTES) {
    throw new WorkerTokenError(
      'weak_key',
      `${name} has fewer than ${MIN_KEY_BYTES} bytes after trimming; generate a random one`,
    );
  }
  return { fingerprint: fingerprintOf(bytes), secret: createSecretKey(bytes) };
}

export function macOf(secret: KeyObject, signedText: string): Buffer {
  return createHmac('sha256', secret).update(signedText, 'utf8').digest();
}

function secretBytes(secret: KeySecret): Buffer {
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {
    throw new TypeError('a key must be a string or a Uint8Array');
  }
  return trimWhiteSpace(typeof secret === 'string' ? Buffer.from(secret, 'utf8') : Buffer.from(secret));
}

export function fingerprintOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
