import { verify } from 'node:crypto';
import type { SignatureAlgorithm } from './algorithms.js';
import type { VerificationKey } from './verification-key.js';

/**
 * The primitive of a node-jose key, below its reading of tokens, which is lenient: it takes the bytes and the algorithm
 * that our own parser and key rules settled on. The published types leave it out.
 */
interface PrimitiveKey {
  verify(algorithm: string, data: Buffer, signature: Buffer): Promise<{ readonly valid?: boolean }>;
}

/** node-jose converts a key once. A key that a provider withdraws is forgotten with it. */
const primitives = new WeakMap<VerificationKey, Promise<PrimitiveKey>>();

/**
 * True when the signature is the key's over `data`. The caller has settled that the key serves the algorithm and that
 * the signature has its form. The only file that knows node-jose; it has no EdDSA (RFC 8037), which Node itself does.
 */
export async function isSignedBy(
  key: VerificationKey,
  algorithm: SignatureAlgorithm,
  data: Buffer,
  signature: Buffer,
): Promise<boolean> {
  if (algorithm === 'EdDSA') return verify(null, data, key.publicKey, signature);
  const primitive = await primitiveOf(key);
  try {
    return (await primitive.verify(algorithm, data, signature)).valid === true;
  } catch {
    // node-jose tells a wrong signature by a rejection.
    return false;
  }
}

function primitiveOf(key: VerificationKey): Promise<PrimitiveKey> {
  let primitive = primitives.get(key);
  if (primitive === undefined) {
    primitive = importKey(key);
    primitives.set(key, primitive);
  }
  return primitive;
}

/** Loads node-jose with the first key that needs it: it is hundreds of files, which most programs never use. */
async function importKey(key: VerificationKey): Promise<PrimitiveKey> {
  const { default: jose } = await import('node-jose');
  return (await jose.JWK.asKey({ ...key.material })) as unknown as PrimitiveKey;
}
