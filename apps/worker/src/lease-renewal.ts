import type { Logger } from '@stacyvm/logging';
import { type ControlPlaneClient, ControlPlaneError } from '@stacyvm/worker-rpc';
import type { Holdings } from './holdings.js';
import { pause } from './retry-pause.js';

export interface LeaseRenewalOptions {
  readonly holdings: Pick<Holdings, 'dueLeases' | 'renewed'>;
  /** Asks the control plane. */
  readonly renewLease: ControlPlaneClient['renewLease'];
  /** For how long; undefined while the control plane does not want leases to be renewed. */
  readonly ttlMs: () => number | undefined;
  readonly logger: Logger;
}

/** How often it is looked for leases to renew: some ten times in the shorter half of a lease, at least once in ten seconds. */
const LOOKS_PER_LEASE = 20;
const [SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS] = [100, 10_000];
const AT_ONCE = 8;

/**
 * Renews leases while their sandboxes live, from half of their time on and until it succeeds. A worker that cannot reach a control
 * plane renews nothing, and its watchdogs end its sandboxes.
 */
export function startLeaseRenewal(options: LeaseRenewalOptions): { stop(): Promise<void> } {
  const { holdings, renewLease, ttlMs, logger } = options;
  const stopping = new AbortController();
  const { signal } = stopping;

  const renew = async (sandboxId: string, ttl: number): Promise<void> => {
    try {
      // Whatever generation the lease is of: the control plane may have granted it anew for a call that has not come yet.
      holdings.renewed(await renewLease(sandboxId, { ttlMs: ttl }, { signal }));
    } catch (error) {
      if (signal.aborted) return;
      const reason = error instanceof ControlPlaneError ? (error.reason ?? error.code) : String(error);
      logger.debug('lease not renewed', { sandbox_id: sandboxId, reason });
    }
  };

  const renewDue = async (ttl: number): Promise<void> => {
    const due = holdings.dueLeases();
    for (let start = 0; start < due.length && !signal.aborted; start += AT_ONCE) {
      await Promise.all(due.slice(start, start + AT_ONCE).map((sandboxId) => renew(sandboxId, ttl)));
    }
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const ttl = ttlMs();
      if (ttl !== undefined) await renewDue(ttl);
      const wanted = (ttl ?? LONGEST_PAUSE_MS) / LOOKS_PER_LEASE;
      await pause(Math.min(Math.max(wanted, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS), signal);
    }
  };
  const running = run();

  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
