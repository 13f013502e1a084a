import type { components } from '@stacyvm/api';
import { allWorkers } from '@stacyvm/orchestrator';
import type { Store, WorkerRecord } from '@stacyvm/store';
import { type WorkerSurroundings, workerJson } from '../wire.js';

type Diagnostics = components['schemas']['Diagnostics'];

/** More workers than this are counted, and not shown one by one. */
const MAX_ITEMS = 100;

export interface FleetState {
  readonly store: Pick<Store, 'workers' | 'sandboxes'>;
  readonly sandboxesByState: () => Promise<ReadonlyMap<string, number>>;
  readonly isStale: WorkerSurroundings['isStale'];
}

/** The workers and the sandboxes; empty, with an `error`, when the database cannot be asked. */
export async function readFleet(
  { store, sandboxesByState, isStale }: FleetState,
  storeIsHealthy: boolean,
): Promise<Pick<Diagnostics, 'workers' | 'sandboxes'>> {
  if (!storeIsHealthy) return UNKNOWN;
  try {
    const [workers, byState, loads] = [
      await allWorkers(store),
      await sandboxesByState(),
      await store.sandboxes.loadByWorker(),
    ];
    const byWorker = new Map([...loads].map(([id, { sandboxes }]) => [id, sandboxes]));
    return {
      workers: workersJson(workers, { isStale, loads }),
      sandboxes: {
        total: sum(byState),
        active: sum(byWorker),
        by_state: Object.fromEntries(byState),
        by_worker: Object.fromEntries([...byWorker].slice(0, MAX_ITEMS)),
      },
    };
  } catch {
    return UNKNOWN;
  }
}

const UNKNOWN: Pick<Diagnostics, 'workers' | 'sandboxes'> = {
  workers: { total: 0, online: 0, stale: 0, unhealthy: 0, items: [], error: 'database_unavailable' },
  sandboxes: { total: 0, active: 0, by_state: {}, by_worker: {}, error: 'database_unavailable' },
};

function workersJson(
  workers: readonly WorkerRecord[],
  surroundings: WorkerSurroundings,
): Diagnostics['workers'] {
  const fresh = workers.filter((worker) => !surroundings.isStale(worker));
  const online = fresh.filter(({ status }) => status.toLowerCase() === 'online').length;
  return {
    total: workers.length,
    online,
    stale: workers.length - fresh.length,
    unhealthy: fresh.length - online,
    items: workers.slice(0, MAX_ITEMS).map((worker) => workerJson(worker, surroundings)),
  };
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
