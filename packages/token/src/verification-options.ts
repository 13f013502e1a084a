import { isWorkerAudience, type WorkerAudience } from './audience.js';
import { isWorkerTokenProfile, type WorkerTokenProfile } from './claims.js';
import { isKeyring, type Keyring } from './keyring.js';

/** What a verifier is set up with, whichever token it is shown. */
export interface VerificationOptions {
  readonly keyring: Keyring;
  readonly audience: WorkerAudience;
  readonly profile: WorkerTokenProfile;
  readonly requireCertificate: boolean;
}

/**
 * Checks the options at run time as well: an unknown audience has no default scopes and an unknown profile no
 * required claims, and neither may get as far as that.
 */
export function verificationOptions(options: {
  readonly keyring: Keyring;
  readonly audience: WorkerAudience;
  readonly profile?: WorkerTokenProfile | undefined;
  readonly requireCertificate?: boolean | undefined;
}): VerificationOptions {
  const { keyring, audience, profile = 'strict', requireCertificate = false } = options;
  if (!isKeyring(keyring)) throw new TypeError('keyring must come from createKeyring');
  if (!isWorkerAudience(audience)) throw new TypeError('audience must be one of WORKER_AUDIENCES');
  if (!isWorkerTokenProfile(profile)) throw new TypeError('profile must be "strict" or "compatible"');
  if (typeof requireCertificate !== 'boolean')
    throw new TypeError('requireCertificate must be true or false');
  return { keyring, audience, profile, requireCertificate };
}
