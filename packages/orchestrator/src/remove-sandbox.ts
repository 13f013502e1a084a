import { type SandboxRecord, type Store, StoreError } from '@stacyvm/store';
import { OrchestratorError } from './errors.js';
import type { Clock, Logger } from './host.js';
import { targetOf } from './live-sandbox.js';
import { LEASE_GRACE_MS, leaseToken, leaseTtlOf } from './sandbox-lease.js';
import type { WorkerClients } from './worker-clients.js';
import { fromWorkerFailure, isFenced, isNotFound, isProviderUnknown, isUnheard } from './worker-failure.js';

/** After its lease a worker has stopped the sandbox by itself; this much more allows for clocks that differ. */
const CLOCK_MARGIN_MS = 60_000;

/** Every destroy of the same sandbox fences those before it off, so one of several at once may have to come again. */
const MAX_ATTEMPTS = 5;

export interface SandboxRemoverOptions {
  readonly store: Store;
  readonly clients: WorkerClients;
  /** The longest lease. */
  readonly leaseTtlMs?: number | undefined;
  /** Told of every sandbox that was removed here, when it does not count against limits any more. */
  readonly onRemoved?: (() => void) | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
}

export interface SandboxRemover {
  /**
   * Ends a sandbox: on its worker first, then in the record. Safe to repeat, also at the same time.
   *
   * @param reason why, for the record
   * @throws OrchestratorError `worker_unreachable`, `worker_refused`, `worker_failed`, `lease_conflict` or `cancelled`;
   *   the record stays
   */
  remove(
    sandbox: SandboxRecord,
    reason: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<void>;
}

export function createSandboxRemover({
  store,
  clients,
  leaseTtlMs,
  onRemoved,
  logger,
  clock,
}: SandboxRemoverOptions): SandboxRemover {
  return {
    async remove(sandbox, reason, { signal } = {}) {
      try {
        await destroyOnWorker(sandbox, signal);
      } catch (error) {
        // Somebody else may have been first.
        if (!(await isDestroyed(sandbox.id))) throw error;
      }
      await store.sandboxes.markDestroyed(sandbox.id, reason);
      onRemoved?.();
      logger.info('sandbox destroyed', { sandbox_id: sandbox.id, worker_id: sandbox.workerId, reason });
    },
  };

  async function destroyOnWorker(sandbox: SandboxRecord, signal: AbortSignal | undefined): Promise<void> {
    const { id, workerId } = sandbox;
    try {
      await callWorker(sandbox, signal);
    } catch (error) {
      if (isNotFound(error)) return;
      if ((isUnheard(error) || isProviderUnknown(error)) && outlivedLease(sandbox)) return;
      throw fromWorkerFailure(error, workerId, id);
    }
  }

  async function callWorker(sandbox: SandboxRecord, signal: AbortSignal | undefined): Promise<void> {
    const worker = await store.workers.get(sandbox.workerId);
    if (worker === undefined) {
      throw new OrchestratorError('worker_unreachable', `worker ${sandbox.workerId} is not known any more`);
    }
    const client = clients.clientOf(worker);
    for (let attempt = 1; ; attempt += 1) {
      const lease = await acquire(sandbox);
      try {
        await client.destroy(targetOf(sandbox), leaseToken(lease), { signal });
        return;
      } catch (error) {
        if (!isFenced(error) || attempt === MAX_ATTEMPTS || (await isDestroyed(sandbox.id))) throw error;
      }
    }
  }

  /**
   * A new generation, so that the worker refuses a spawn of the same sandbox that is still on its way. Whoever dies with it leaves no
   * lease behind that nobody ends: once the record is destroyed, the lease has ended, too.
   */
  async function acquire({ id, workerId, expiresAt }: SandboxRecord) {
    const remainingMs = expiresAt.getTime() - clock().getTime();
    try {
      return await store.sandboxes.leaseForRemoval({
        id,
        workerId,
        leaseTtlMs: leaseTtlOf(remainingMs, leaseTtlMs),
      });
    } catch (error) {
      if (error instanceof StoreError && error.code === 'conflict') {
        throw new OrchestratorError('lease_conflict', `another worker holds sandbox ${id}`, {
          cause: error,
        });
      }
      throw error;
    }
  }

  async function isDestroyed(id: string): Promise<boolean> {
    return (await store.sandboxes.get(id))?.state === 'destroyed';
  }

  /** A worker stops a sandbox whose lease has ended, so one that stays silent beyond that holds it no more. */
  function outlivedLease(sandbox: SandboxRecord): boolean {
    return clock().getTime() > sandbox.expiresAt.getTime() + LEASE_GRACE_MS + CLOCK_MARGIN_MS;
  }
}
