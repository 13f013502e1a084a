import type { WorkerRefusalEvent } from '@stacyvm/worker-rpc';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { networkOf } from '../callers/client-address.js';
import { type AdminAudit, UNKNOWN_WORKER } from './admin-audit.js';

/** Different refusals of one network; beyond them are only in the log. */
const REFUSALS_PER_MINUTE = 60;

/**
 * Records workers whose credential is not accepted, or that may not do what they ask for. A worker that is revoked, or has
 * a wrong key, asks again every few seconds: the same refusal is recorded once in a minute, and the metrics count each.
 */
export function auditWorkerRefusals(audit: Pick<AdminAudit, 'refused'>): (event: WorkerRefusalEvent) => void {
  const networks = new RateLimiterMemory({
    keyPrefix: 'network',
    points: REFUSALS_PER_MINUTE,
    duration: 60,
  });
  const refusals = new RateLimiterMemory({ keyPrefix: 'refusal', points: 1, duration: 60 });

  async function record(event: WorkerRefusalEvent): Promise<void> {
    const { status, reason, requestId, claimedWorkerId, remoteAddress: sourceAddress = '' } = event;
    // A host with IPv6 has as many addresses as it likes.
    const network = networkOf(sourceAddress);
    const refusal = `${network} ${reason} ${claimedWorkerId}`;
    if ((await refusals.get(refusal)) !== null) return;
    // Names are free of charge, so that what is remembered of them is bounded by network.
    await networks.consume(network);
    await refusals.consume(refusal);
    await audit.refused(
      { actor: UNKNOWN_WORKER, sourceAddress, requestId },
      {
        category: 'authentication',
        action: 'worker.authenticate',
        resource: claimedWorkerId === '' ? '' : `worker:${claimedWorkerId}`,
        outcome: 'denied',
        reason,
        status,
      },
    );
  }

  return (event) => {
    if (event.status !== 401 && event.status !== 403) return;
    // A limit that is reached, or a refusal that came at the same moment: the log has it.
    record(event).catch(() => undefined);
  };
}
