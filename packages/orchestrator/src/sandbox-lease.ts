import { type LeaseRecord, MAX_LEASE_TTL_MS, type RenewLease, type Store, StoreError } from '@stacyvm/store';
import type { LeaseToken } from '@stacyvm/worker-rpc';
import type { Clock } from './host.js';

/** A lease outlives its sandbox by this much, so that the worker is asked to destroy it before it must by itself. */
export const LEASE_GRACE_MS = 300_000;

/**
 * For how long a worker is granted a sandbox that may live for `remainingMs` more: the shorter it is, the sooner a worker that
 * is cut off ends its sandboxes by itself.
 */
export function leaseTtlOf(remainingMs: number, longestMs: number = MAX_LEASE_TTL_MS): number {
  return Math.min(Math.max(remainingMs, 0) + LEASE_GRACE_MS, longestMs, MAX_LEASE_TTL_MS);
}

/** A lease as the worker protocol shows it (4.7). */
export function leaseToken(lease: LeaseRecord): LeaseToken {
  return {
    resourceId: lease.resourceId,
    holderId: lease.holderId,
    generation: lease.generation,
    expiresAt: lease.expiresAt,
  };
}

/** Renews a lease for its holder; that of a sandbox no longer than the sandbox may live. @throws StoreError `conflict` */
export type RenewSandboxLease = (renewal: RenewLease) => Promise<LeaseRecord>;

export function createRenewSandboxLease({
  store,
  longestMs,
  clock,
}: {
  readonly store: Pick<Store, 'leases' | 'sandboxes'>;
  readonly longestMs: number | undefined;
  readonly clock: Clock;
}): RenewSandboxLease {
  return async (renewal) => {
    const sandbox = await store.sandboxes.get(renewal.resourceId);
    if (sandbox === undefined) return store.leases.renew(renewal);
    const remainingMs = sandbox.expiresAt.getTime() - clock().getTime();
    if (remainingMs + LEASE_GRACE_MS <= 0) {
      throw new StoreError('conflict', `sandbox "${sandbox.id}" has expired, and so has its lease`);
    }
    const longest = Math.min(remainingMs + LEASE_GRACE_MS, longestMs ?? MAX_LEASE_TTL_MS);
    return store.leases.renew({ ...renewal, ttlMs: Math.min(renewal.ttlMs, longest) });
  };
}
