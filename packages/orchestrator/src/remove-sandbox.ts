import { type SandboxRecord, type Store, StoreError } from '@stacyvm/store';
import { OrchestratorError } from './errors.js';
import type { Clock, Logger } from './host.js';
import { targetOf } from './live-sandbox.js';
import { LEASE_GRACE_MS, leaseToken } from './sandbox-lease.js';
import type { WorkerClients } from './worker-clients.js';
import { fromWorkerFailure, isNotFound, isSilence } from './worker-failure.js';

/** After its lease a worker has stopped the sandbox by itself; this much more allows for clocks that differ. */
const CLOCK_MARGIN_MS = 60_000;

export interface SandboxRemoverOptions {
  readonly store: Store;
  readonly clients: WorkerClients;
  readonly logger: Logger;
  readonly clock: Clock;
}

export interface SandboxRemover {
  /**
   * Ends a sandbox: on its worker first, then in the record. Safe to repeat.
   *
   * @param reason why, for the record
   * @throws OrchestratorError `worker_unreachable`, `worker_refused`, `worker_failed` or `lease_conflict`; the record stays
   */
  remove(sandbox: SandboxRecord, reason: string): Promise<void>;
}

export function createSandboxRemover({
  store,
  clients,
  logger,
  clock,
}: SandboxRemoverOptions): SandboxRemover {
  return {
    async remove(sandbox, reason) {
      await destroyOnWorker(sandbox);
      await store.sandboxes.markDestroyed(sandbox.id, reason);
      logger.info('sandbox destroyed', { sandbox_id: sandbox.id, worker_id: sandbox.workerId, reason });
    },
  };

  async function destroyOnWorker(sandbox: SandboxRecord): Promise<void> {
    const { id, workerId } = sandbox;
    const worker = await store.workers.get(workerId);
    if (worker === undefined) {
      if (outlivedLease(sandbox)) return;
      throw new OrchestratorError('worker_unreachable', `worker ${workerId} is not known any more`);
    }
    const client = clients.clientOf(worker);
    const lease = await acquire(sandbox);
    try {
      await client.destroy(targetOf(sandbox), leaseToken(lease));
    } catch (error) {
      if (isNotFound(error) || (isSilence(error) && outlivedLease(sandbox))) return;
      throw fromWorkerFailure(error, workerId, id);
    }
  }

  /** A new generation, so that the worker refuses a spawn of the same sandbox that is still on its way. */
  async function acquire(sandbox: SandboxRecord) {
    const remainingMs = sandbox.expiresAt.getTime() - clock().getTime();
    try {
      return await store.leases.acquire({
        resourceId: sandbox.id,
        resourceType: 'sandbox',
        holderId: sandbox.workerId,
        ttlMs: Math.max(remainingMs, 0) + LEASE_GRACE_MS,
      });
    } catch (error) {
      if (error instanceof StoreError && error.code === 'conflict') {
        throw new OrchestratorError('lease_conflict', `another worker holds sandbox ${sandbox.id}`, {
          cause: error,
        });
      }
      throw error;
    }
  }

  /** A worker stops a sandbox whose lease has ended, so one that stays silent beyond that holds it no more. */
  function outlivedLease(sandbox: SandboxRecord): boolean {
    return clock().getTime() > sandbox.expiresAt.getTime() + LEASE_GRACE_MS + CLOCK_MARGIN_MS;
  }
}
