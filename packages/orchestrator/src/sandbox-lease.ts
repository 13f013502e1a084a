import type { LeaseRecord } from '@stacyvm/store';
import type { LeaseToken } from '@stacyvm/worker-rpc';

/** A lease outlives its sandbox by this much, so that the worker is asked to destroy it before it must by itself. */
export const LEASE_GRACE_MS = 300_000;

/** A lease as the worker protocol shows it (4.7). */
export function leaseToken(lease: LeaseRecord): LeaseToken {
  return {
    resourceId: lease.resourceId,
    holderId: lease.holderId,
    generation: lease.generation,
    expiresAt: lease.expiresAt,
  };
}
