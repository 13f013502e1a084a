import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import { conflict, type RequestError, unavailable } from '../http-errors.js';
import type { LiveRevocations } from '../revocations/live-revocations.js';
import type { WorkerIdentity } from '../worker-identity/worker-identity.js';

/** The key of one worker. `key` is secret. */
export interface IssuingKey {
  readonly key: string;
  readonly fingerprint: string;
  /** Of the active key, which it is derived from. */
  readonly masterFingerprint: string;
}

export interface IssuingKeyOptions {
  readonly identity: Pick<WorkerIdentity, 'keys' | 'isWorkerRevoked'>;
  readonly revocations: Pick<LiveRevocations, 'isRevoked'>;
  readonly clock: () => Date;
}

/** Gives the key that credentials of a worker come from now, or tells why there must be none. */
export type GetIssuingKey = (workerId: string) => IssuingKey | RequestError;

export function createGetIssuingKey({ identity, revocations, clock }: IssuingKeyOptions): GetIssuingKey {
  return (workerId) => {
    const [active] = identity.keys();
    if (active === undefined) {
      return unavailable(
        'signing_key_missing',
        'worker signing key is not configured; set auth.worker_signing_key to enable centralized token issuance',
      );
    }
    if (identity.isWorkerRevoked(workerId)) {
      return conflict('worker_revoked', `worker ${workerId} is revoked; remove the revocation first`);
    }
    const key = deriveWorkerKey(active.secret.reveal(), workerId);
    const fingerprint = keyFingerprint(key);
    const masterFingerprint = active.fingerprint;
    const isRevoked = revocations.isRevoked({
      tokenId: undefined,
      workerId,
      issuedAt: clock(),
      keyFingerprint: masterFingerprint,
      signingKeyFingerprint: fingerprint,
    });
    if (isRevoked) {
      return conflict(
        'signing_key_revoked',
        `the key of worker ${workerId}, or the active key that it comes from, is revoked; make another key active`,
      );
    }
    return { key, fingerprint, masterFingerprint };
  };
}
