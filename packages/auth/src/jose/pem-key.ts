import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { importJwk, UnusableKeyError, type VerificationKey } from './verification-key.js';

const ONE_BLOCK = /^\s*-----BEGIN (PUBLIC KEY|CERTIFICATE)-----[A-Za-z0-9+/=\s]+-----END \1-----\s*$/;

/**
 * Takes the public key of a PEM text: one block, a SubjectPublicKeyInfo (`PUBLIC KEY`) or a certificate, with an RSA, EC
 * (P-256, P-384, P-521) or Ed25519 key. Of a certificate only the key counts, not its dates, names or issuer: whoever
 * configures it pins the key.
 *
 * @throws UnusableKeyError
 */
export function importPem(pem: string): VerificationKey {
  const label = ONE_BLOCK.exec(pem)?.[1];
  if (label === undefined) {
    throw new UnusableKeyError('it is not one PEM block of a PUBLIC KEY or a CERTIFICATE');
  }
  const key = publicKeyOf(pem.trim(), label);
  // Through the JWK, so that the rules about sizes, curves and exponents are the same for every key.
  return importJwk(exported(key));
}

function publicKeyOf(pem: string, label: string): KeyObject {
  try {
    return label === 'CERTIFICATE' ? new X509Certificate(pem).publicKey : createPublicKey(pem);
  } catch {
    throw new UnusableKeyError(
      `its PEM block is no ${label === 'CERTIFICATE' ? 'certificate' : 'public key'}`,
    );
  }
}

function exported(key: KeyObject): unknown {
  try {
    return key.export({ format: 'jwk' });
  } catch {
    throw new UnusableKeyError('its type or curve is not accepted');
  }
}
