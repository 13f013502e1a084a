import {
  constants,
  createHmac,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  type SignKeyObjectInput,
  sign,
} from 'node:crypto';
import type { SignatureAlgorithm } from '../src/jose/algorithms.js';

/** A key pair of a provider. */
export interface SigningKey {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly jwk: JsonWebKey;
}

/** Made with Node alone, so that nothing under test takes part in making what it is tested with. */
export const keys = {
  rsa: pair(generateKeyPairSync('rsa', { modulusLength: 2048 })),
  otherRsa: pair(generateKeyPairSync('rsa', { modulusLength: 2048 })),
  p256: pair(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  otherP256: pair(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  p384: pair(generateKeyPairSync('ec', { namedCurve: 'P-384' })),
  p521: pair(generateKeyPairSync('ec', { namedCurve: 'P-521' })),
  ed25519: pair(generateKeyPairSync('ed25519')),
};

export const keyOfAlgorithm: Readonly<Record<SignatureAlgorithm, SigningKey>> = {
  RS256: keys.rsa,
  PS256: keys.rsa,
  ES256: keys.p256,
  ES384: keys.p384,
  ES512: keys.p521,
  EdDSA: keys.ed25519,
};

function pair({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): SigningKey {
  return { publicKey, privateKey, jwk: publicKey.export({ format: 'jwk' }) };
}

const HASHES = { RS256: 'sha256', PS256: 'sha256', ES256: 'sha256', ES384: 'sha384', ES512: 'sha512' };

export function signatureOf(algorithm: SignatureAlgorithm, data: string, { privateKey }: SigningKey): Buffer {
  if (algorithm === 'EdDSA') return sign(null, Buffer.from(data), privateKey);
  const options: SignKeyObjectInput = { key: privateKey, dsaEncoding: 'ieee-p1363' };
  if (algorithm === 'PS256') {
    options.padding = constants.RSA_PKCS1_PSS_PADDING;
    options.saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  }
  return sign(HASHES[algorithm], Buffer.from(data), options);
}

export function base64url(content: string | Buffer): string {
  return Buffer.from(content).toString('base64url');
}

/** A token with header and payload as they are written; the signature is good, whatever the header says. */
export function signText(
  header: string,
  payload: string,
  key: SigningKey,
  algorithm: SignatureAlgorithm = 'RS256',
): string {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${base64url(signatureOf(algorithm, input, key))}`;
}

export interface TokenOptions {
  readonly algorithm?: SignatureAlgorithm;
  readonly key?: SigningKey;
  /** Added to `alg`; undefined takes a member out. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A token that is good unless the options make it something else. */
export function makeToken(claims: object, options: TokenOptions = {}): string {
  const { algorithm = 'RS256', header = {} } = options;
  const key = options.key ?? keyOfAlgorithm[algorithm];
  return signText(JSON.stringify({ alg: algorithm, ...header }), JSON.stringify(claims), key, algorithm);
}

/** A token by HMAC, whose secret is what an attacker has: something public. */
export function hmacToken(
  claims: object,
  secret: string | Buffer,
  header: object = { alg: 'HS256' },
): string {
  const input = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}
