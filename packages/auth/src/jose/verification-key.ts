import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { algorithmsOf, type EllipticCurve, type SignatureAlgorithm } from './algorithms.js';
import { decodeBase64url } from './base64url.js';
import { isObject } from './strict-json.js';
import { hasSmallFactor, isSmallOrderPoint } from './weak-numbers.js';

/** A public key that may verify signatures. */
export interface VerificationKey {
  readonly keyId: string | undefined;
  /** What the key may verify; never empty. */
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly material: KeyMaterial;
  readonly publicKey: KeyObject;
}

/** The public members of a JWK (RFC 7518 section 6, RFC 8037 section 2), nothing else. */
export type KeyMaterial =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: EllipticCurve; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string };

/** A key that must not verify anything. The message says why, for operators, and holds no part of the key. */
export class UnusableKeyError extends Error {
  override readonly name = 'UnusableKeyError';
}

const MIN_MODULUS_BITS = 2048;
/** More costs seconds a signature, and nobody uses it. */
const MAX_MODULUS_BITS = 16_384;
/** As OpenSSL limits it for large moduli; nobody uses more than 65537. */
const MAX_EXPONENT_BYTES = 8;
const COORDINATE_BYTES = { 'P-256': 32, 'P-384': 48, 'P-521': 66, Ed25519: 32 } as const;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;

/**
 * Takes a key from a JWK (RFC 7517) after every rule about its type, use, size and numbers.
 *
 * @throws UnusableKeyError
 */
export function importJwk(jwk: unknown): VerificationKey {
  if (!isObject(jwk)) throw new UnusableKeyError('it is no object');
  const keyId = jwk['kid'];
  if (keyId !== undefined && typeof keyId !== 'string') throw new UnusableKeyError('its "kid" is no text');
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name))) {
    throw new UnusableKeyError('it has private or secret members: it was published, so it must be replaced');
  }
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') throw new UnusableKeyError('its "use" is not sig');
  const operations = jwk['key_ops'];
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    throw new UnusableKeyError('its "key_ops" do not include verify');
  }
  const possible = algorithmsOf(jwk['kty'], jwk['crv']);
  if (possible.length === 0) throw new UnusableKeyError('its "kty" or "crv" is not accepted');
  const algorithms = possible.filter((algorithm) => jwk['alg'] === undefined || jwk['alg'] === algorithm);
  if (algorithms.length === 0) throw new UnusableKeyError('its "alg" is not accepted for its type');
  const material = materialOf(jwk);
  return { keyId, algorithms, material, publicKey: publicKeyOf(material) };
}

function materialOf(jwk: Readonly<Record<string, unknown>>): KeyMaterial {
  switch (jwk['kty']) {
    case 'RSA':
      return rsaMaterial(jwk);
    case 'EC':
      return ecMaterial(jwk);
    default: {
      const x = coordinateOf(jwk['x'], 'Ed25519');
      if (isSmallOrderPoint(Buffer.from(x, 'base64url'))) {
        throw new UnusableKeyError('its point has a small order, so that anybody can sign for it');
      }
      return { kty: 'OKP', crv: 'Ed25519', x };
    }
  }
}

function rsaMaterial(jwk: Readonly<Record<string, unknown>>): KeyMaterial {
  const n = numberOf(jwk['n']);
  const bits = n.bytes.length * 8 - Math.clz32(n.bytes[0] ?? 0) + 24;
  if (bits < MIN_MODULUS_BITS)
    throw new UnusableKeyError(`its modulus has less than ${MIN_MODULUS_BITS} bits`);
  if (bits > MAX_MODULUS_BITS)
    throw new UnusableKeyError(`its modulus has more than ${MAX_MODULUS_BITS} bits`);
  if (!isOdd(n.bytes)) throw new UnusableKeyError('its modulus is even');
  if (hasSmallFactor(n.bytes)) throw new UnusableKeyError('a small prime divides its modulus');
  const e = numberOf(jwk['e']);
  const isOne = e.bytes.length === 1 && e.bytes[0] === 1;
  if (isOne || !isOdd(e.bytes) || e.bytes.length > MAX_EXPONENT_BYTES) {
    throw new UnusableKeyError('its exponent is not an odd number from 3 to 64 bits');
  }
  return { kty: 'RSA', n: n.text, e: e.text };
}

function ecMaterial(jwk: Readonly<Record<string, unknown>>): KeyMaterial {
  const crv = jwk['crv'] as EllipticCurve;
  return { kty: 'EC', crv, x: coordinateOf(jwk['x'], crv), y: coordinateOf(jwk['y'], crv) };
}

/** A positive number in as few bytes as it needs (RFC 7518 section 2, Base64urlUInt). */
function numberOf(value: unknown): { readonly text: string; readonly bytes: Buffer } {
  const bytes = typeof value === 'string' ? decodeBase64url(value) : undefined;
  if (typeof value !== 'string' || bytes === undefined || bytes[0] === 0) {
    throw new UnusableKeyError('its modulus or exponent is missing or not in its shortest form');
  }
  return { text: value, bytes };
}

function isOdd(bytes: Buffer): boolean {
  return ((bytes.at(-1) ?? 0) & 1) === 1;
}

/** A coordinate has the full size of the curve's field, leading zeros included (RFC 7518 section 6.2.1.2). */
function coordinateOf(value: unknown, crv: keyof typeof COORDINATE_BYTES): string {
  const bytes = typeof value === 'string' ? decodeBase64url(value) : undefined;
  if (typeof value !== 'string' || bytes?.length !== COORDINATE_BYTES[crv]) {
    throw new UnusableKeyError('a coordinate is missing or has not the size of its curve');
  }
  return value;
}

/** OpenSSL takes no point that is not on its curve, so what comes back is a key of the group it names. */
function publicKeyOf(material: KeyMaterial): KeyObject {
  try {
    return createPublicKey({ key: material as JsonWebKey, format: 'jwk' });
  } catch {
    throw new UnusableKeyError('its numbers form no public key (a point that is not on its curve?)');
  }
}
