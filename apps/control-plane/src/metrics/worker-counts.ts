import { allWorkers, type Fleet } from '@stacyvm/orchestrator';
import type { Store, WorkerRecord } from '@stacyvm/store';
import { createRecentCount } from './recent-count.js';

export type WorkerCondition = 'stale' | 'draining' | 'cordoned' | 'online' | 'other';
export type WorkerCounts = Readonly<Record<WorkerCondition, number>>;

/** Counts workers by condition, at most once in ten seconds. */
export function createWorkerCounts(
  store: Pick<Store, 'workers'>,
  fleet: Pick<Fleet, 'isStale'>,
  clock: () => Date,
): () => Promise<WorkerCounts> {
  const count = async (): Promise<WorkerCounts> => {
    const counts = { ...NONE };
    for (const worker of await allWorkers(store)) counts[conditionOf(worker, fleet)] += 1;
    return counts;
  };
  return createRecentCount<WorkerCounts>(NONE, count, clock);
}

const NONE = { stale: 0, draining: 0, cordoned: 0, online: 0, other: 0 };

function conditionOf(worker: WorkerRecord, fleet: Pick<Fleet, 'isStale'>): WorkerCondition {
  const status = worker.status.toLowerCase();
  if (fleet.isStale(worker)) return 'stale';
  if (worker.drainRequested || status === 'draining') return 'draining';
  if (worker.cordoned) return 'cordoned';
  return status === 'online' ? 'online' : 'other';
}
