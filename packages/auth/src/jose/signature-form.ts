import type { EllipticCurve } from './algorithms.js';
import type { KeyMaterial } from './verification-key.js';

/** Orders of the groups (SEC 2 sections 2.4.2, 2.5.1 and 2.6.1). */
const ORDERS: Readonly<Record<EllipticCurve, Buffer>> = {
  'P-256': Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex'),
  'P-384': Buffer.from(
    'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
    'hex',
  ),
  'P-521': Buffer.from(
    '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
    'hex',
  ),
};
const ED25519_SIGNATURE_BYTES = 64;

/**
 * True when a signature has the one form that its key can make: as many bytes as the modulus for RSA, r and s side by
 * side, each of the size of the curve's order and from 1 to the order less 1, for ECDSA (RFC 7518 section 3.4; DER has
 * another size), 64 bytes for Ed25519. No arithmetic is left to be confused by zeros.
 */
export function hasSignatureForm(material: KeyMaterial, signature: Buffer): boolean {
  switch (material.kty) {
    case 'RSA':
      return signature.length === Buffer.from(material.n, 'base64url').length;
    case 'EC': {
      const order = ORDERS[material.crv];
      const half = order.length;
      if (signature.length !== 2 * half) return false;
      return [signature.subarray(0, half), signature.subarray(half)].every(
        (scalar) => scalar.some((byte) => byte !== 0) && Buffer.compare(scalar, order) < 0,
      );
    }
    case 'OKP':
      return signature.length === ED25519_SIGNATURE_BYTES;
  }
}
