import { allWorkers, type Fleet } from '@stacyvm/orchestrator';
import type { Store, WorkerRecord } from '@stacyvm/store';

const KEEP_MS = 10_000;

export type WorkerCondition = 'stale' | 'draining' | 'cordoned' | 'online' | 'other';
export type WorkerCounts = Readonly<Record<WorkerCondition, number>>;

/** Counts workers by condition, at most once in ten seconds. While the database is away the last counts stand. */
export function createWorkerCounts(
  store: Pick<Store, 'workers'>,
  fleet: Pick<Fleet, 'isStale'>,
  clock: () => Date,
): () => Promise<WorkerCounts> {
  let known: WorkerCounts = NONE;
  let countedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock().getTime();
    if (now - countedAt < KEEP_MS) return known;
    countedAt = now;
    try {
      const counts = { ...NONE };
      for (const worker of await allWorkers(store)) counts[conditionOf(worker, fleet)] += 1;
      known = counts;
    } catch {
      // The other metrics tell about the outage.
    }
    return known;
  };
}

const NONE = { stale: 0, draining: 0, cordoned: 0, online: 0, other: 0 };

function conditionOf(worker: WorkerRecord, fleet: Pick<Fleet, 'isStale'>): WorkerCondition {
  const status = worker.status.toLowerCase();
  if (fleet.isStale(worker)) return 'stale';
  if (worker.drainRequested || status === 'draining') return 'draining';
  if (worker.cordoned) return 'cordoned';
  return status === 'online' ? 'online' : 'other';
}
