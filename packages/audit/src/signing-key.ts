import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { AuditError } from './errors.js';

/** Verifies what a signing key signed. */
export interface AuditPublicKey {
  /** The first 16 hex digits of the SHA-256 of the public key (SPKI, DER). */
  readonly keyId: string;
  readonly publicKeyPem: string;
  verify(content: string, signature: string): boolean;
}

/** Signs what is said about a chain; Ed25519 (RFC 8032). */
export interface AuditSigningKey extends AuditPublicKey {
  /** @returns the signature in base64url */
  sign(content: string): string;
}

/** A new private key in PEM (PKCS #8). It is secret. */
export function generateSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

/** @throws AuditError `invalid_key` */
export function readSigningKey(pem: string): AuditSigningKey {
  const key = ed25519(() => createPrivateKey(pem), 'private');
  return {
    ...publicKeyOf(createPublicKey(key)),
    sign: (content) => sign(null, Buffer.from(content), key).toString('base64url'),
  };
}

/** @throws AuditError `invalid_key` */
export function readPublicKey(pem: string): AuditPublicKey {
  // From a private key Node would make the public one, and nobody should have to hand that around.
  if (pem.includes('PRIVATE KEY')) throw invalidKey('public');
  return publicKeyOf(ed25519(() => createPublicKey(pem), 'public'));
}

function publicKeyOf(key: KeyObject): AuditPublicKey {
  const der = key.export({ type: 'spki', format: 'der' });
  return {
    keyId: createHash('sha256').update(der).digest('hex').slice(0, 16),
    publicKeyPem: String(key.export({ type: 'spki', format: 'pem' })),
    verify: (content, signature) =>
      SIGNATURE.test(signature) &&
      verify(null, Buffer.from(content), key, Buffer.from(signature, 'base64url')),
  };
}

/** 64 bytes; of the last character only two bits count, and the others must be zero. */
const SIGNATURE = /^[A-Za-z0-9_-]{85}[AQgw]$/;

function ed25519(read: () => KeyObject, kind: 'private' | 'public'): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    // The error of OpenSSL is no cause: it may quote what it could not read.
    throw invalidKey(kind);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw invalidKey(kind);
  return key;
}

function invalidKey(kind: 'private' | 'public'): AuditError {
  return new AuditError(
    'invalid_key',
    kind === 'private'
      ? 'the audit signing key must be an Ed25519 private key in PEM without a passphrase: openssl genpkey -algorithm ed25519'
      : 'the public key of the audit must be an Ed25519 public key in PEM: openssl pkey -pubout',
  );
}
