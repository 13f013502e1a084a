import { AuthError } from '../errors.js';
import { isSignedBy } from './node-jose-verify.js';
import { hasSignatureForm } from './signature-form.js';
import type { StrictJws } from './strict-jws.js';
import type { VerificationKey } from './verification-key.js';

/**
 * Checks that a key which serves the token's algorithm made its signature.
 *
 * @throws AuthError `bearer_bad_signature`
 */
export async function checkSignature(jws: StrictJws, key: VerificationKey): Promise<void> {
  const { header, signature, signingInput } = jws;
  const isWellFormed = hasSignatureForm(key.material, signature);
  if (!isWellFormed || !(await isSignedBy(key, header.algorithm, signingInput, signature))) {
    throw new AuthError('bearer_bad_signature', 'the signature of the bearer token is not valid', {
      detail: isWellFormed ? 'it was not made with that key' : 'it has not the form that its algorithm makes',
    });
  }
}
