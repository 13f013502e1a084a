import { type Store, StoreError, type WorkerDuty, type WorkerRecord } from '@stacyvm/store';
import { OrchestratorError } from './errors.js';
import type { Clock, Logger } from './host.js';
import { STALE_AFTER_MS } from './placement.js';

export interface DrainWorker {
  /** When the sandboxes that are left are destroyed; undefined: they live as long as they may. */
  readonly deadline?: Date | undefined;
}

/** What operators ask of workers. It is kept in the database, so neither side forgets it with a restart. */
export interface WorkerDuties {
  /** No new sandboxes are placed there; the worker is not told. @throws OrchestratorError `worker_not_found` */
  cordon(id: string): Promise<WorkerRecord>;
  /** @throws OrchestratorError `worker_not_found` */
  uncordon(id: string): Promise<WorkerRecord>;
  /**
   * No new sandboxes are placed there, and with its next heartbeat the worker is told so. A second drain sets another
   * deadline, or none. @throws OrchestratorError `worker_not_found`
   */
  drain(id: string, options?: DrainWorker): Promise<WorkerRecord>;
  /** Ends a drain; what was destroyed stays so. @throws OrchestratorError `worker_not_found` */
  undrain(id: string): Promise<WorkerRecord>;
  /**
   * Forgets a worker. With `force` also one that is online, which registers anew with its next heartbeat, or that has
   * sandboxes, whose records are ended once their leases have.
   *
   * @throws OrchestratorError `worker_not_found`, `worker_online`, `worker_has_sandboxes`
   */
  remove(id: string, options?: { readonly force?: boolean | undefined }): Promise<void>;
}

export function createWorkerDuties({
  store,
  logger,
  clock,
}: {
  readonly store: Pick<Store, 'workers'>;
  readonly logger: Logger;
  readonly clock: Clock;
}): WorkerDuties {
  async function set(id: string, what: string, duty: WorkerDuty): Promise<WorkerRecord> {
    try {
      const worker = await store.workers.setDuty(id, duty);
      const deadline = worker.drainDeadline?.toISOString();
      logger.info(`worker ${what}`, { worker_id: id, ...(deadline === undefined ? {} : { deadline }) });
      return worker;
    } catch (error) {
      if (error instanceof StoreError && error.code === 'not_found') throw workerNotFound(id);
      throw error;
    }
  }

  return {
    cordon: (id) => set(id, 'cordoned', { cordoned: true }),
    uncordon: (id) => set(id, 'uncordoned', { cordoned: false }),
    drain: (id, { deadline } = {}) =>
      set(id, 'drains', { drainRequested: true, drainDeadline: deadline ?? null }),
    undrain: (id) => set(id, 'undrained', { drainRequested: false }),
    async remove(id, { force = false } = {}) {
      const unlessHeardSince = new Date(clock().getTime() - STALE_AFTER_MS);
      const removal = await store.workers.remove(id, force ? {} : { unlessHeardSince, unlessHolding: true });
      switch (removal) {
        case 'removed':
          logger.info('worker removed', { worker_id: id, force });
          return;
        case 'not_found':
          throw workerNotFound(id);
        case 'online':
          throw new OrchestratorError(
            'worker_online',
            `worker ${id} is online; drain and stop it first, or force the removal`,
          );
        case 'has_sandboxes':
          throw new OrchestratorError(
            'worker_has_sandboxes',
            `worker ${id} has sandboxes; drain it with a deadline first, or force the removal`,
          );
      }
    },
  };
}

export function workerNotFound(id: string): OrchestratorError {
  return new OrchestratorError('worker_not_found', `not found: worker "${id}"`);
}
