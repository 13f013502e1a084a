import type { ApiClient } from '@stacyvm/api';
import type { SimulatedWorker } from './simulated-worker.js';
import { reasonOf } from './tally.js';

/** What became of the simulated workers at the end. */
export interface WorkerRemoval {
  readonly removed: number;
  readonly left: number;
  /** Why workers are left; null when none is. */
  readonly reason: string | null;
}

/** Each of those that say that they are offline waits for the batch of its heartbeat. */
const LANES = 128;

/**
 * Takes the workers out of the fleet: all say that they are offline, then they are removed, which is an administrator's
 * right. After the first refusal no other is removed.
 *
 * @param keep leaves them registered
 */
export async function removeWorkers(
  workers: readonly SimulatedWorker[],
  { client, keep }: { readonly client: ApiClient; readonly keep: boolean },
): Promise<WorkerRemoval> {
  let removed = 0;
  let reason: string | null = keep ? 'kept' : null;
  const refused = (error: unknown): void => {
    reason ??= reasonOf(error);
  };

  // Before the first is removed: meanwhile the control plane would close the connections of the last.
  await forEach(workers, (worker) => worker.leave().catch(refused));
  await forEach(workers, async ({ id }) => {
    if (reason !== null) return;
    await client.fleet.remove(id, { force: true }).then(() => {
      removed += 1;
    }, refused);
  });
  return { removed, left: workers.length - removed, reason };
}

async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const lane = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
