import type { DrainWorker } from '@stacyvm/api';
import { type Fleet, OrchestratorError, positiveDuration } from '@stacyvm/orchestrator';
import type { WorkerRecord } from '@stacyvm/store';
import type { AuditedHandler } from '../audit/audited-handlers.js';
import { workerJson } from '../wire.js';
import { type Handlers, pathParameter } from './handler.js';
import { oneWorker, workersPage } from './workers.js';

export type AdminWorkerOperation =
  | 'listAdminWorkers'
  | 'getAdminWorker'
  | 'removeWorker'
  | 'cordonWorker'
  | 'uncordonWorker'
  | 'drainWorker'
  | 'undrainWorker';

export function adminWorkerHandlers(
  fleet: Fleet,
  clock: () => Date,
  audited: AuditedHandler,
): Handlers<AdminWorkerOperation> {
  const shown = async (worker: WorkerRecord) =>
    workerJson(worker, { isStale: fleet.isStale, loads: await fleet.loads() });

  return {
    listAdminWorkers: audited('listAdminWorkers', async (request) => {
      const { items, headers } = await workersPage(fleet, request);
      return { body: items, headers };
    }),

    getAdminWorker: audited('getAdminWorker', async (request) => ({
      body: await oneWorker(fleet, request),
    })),

    removeWorker: audited('removeWorker', async (request) => {
      const force = request.query['force'] === 'true';
      await fleet.remove(pathParameter(request, 'id'), { force });
      return { body: { status: 'deleted' }, detail: { force } };
    }),

    cordonWorker: audited('cordonWorker', async (request) => ({
      body: await shown(await fleet.cordon(pathParameter(request, 'id'))),
    })),

    uncordonWorker: audited('uncordonWorker', async (request) => ({
      body: await shown(await fleet.uncordon(pathParameter(request, 'id'))),
    })),

    drainWorker: audited('drainWorker', async (request) => {
      const deadline = deadlineOf(request.body as DrainWorker | undefined, clock());
      const worker = await fleet.drain(pathParameter(request, 'id'), { deadline });
      return {
        body: await shown(worker),
        detail: deadline === undefined ? {} : { deadline: deadline.toISOString() },
      };
    }),

    undrainWorker: audited('undrainWorker', async (request) => ({
      body: await shown(await fleet.undrain(pathParameter(request, 'id'))),
    })),
  };
}

/** @throws OrchestratorError `invalid_request`, `invalid_duration` */
function deadlineOf({ evict = false, deadline }: DrainWorker = {}, now: Date): Date | undefined {
  if (evict && deadline !== undefined) {
    throw new OrchestratorError('invalid_request', 'evict and deadline do not go together');
  }
  if (evict) return now;
  return deadline === undefined
    ? undefined
    : new Date(now.getTime() + positiveDuration('deadline', deadline));
}
