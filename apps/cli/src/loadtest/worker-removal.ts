import { type ApiClient, ApiError } from '@stacyvm/api';
import type { SimulatedWorker } from './simulated-worker.js';

/** What became of the simulated workers at the end. */
export interface WorkerRemoval {
  readonly removed: number;
  readonly left: number;
  /** Why workers are left; null when none is. */
  readonly reason: string | null;
}

const LANES = 16;

/**
 * Takes the workers out of the fleet: each says that it is offline, then it is removed, which is an administrator's
 * right. After the first refusal the others only say that they are offline.
 *
 * @param keep leaves them registered
 */
export async function removeWorkers(
  workers: readonly SimulatedWorker[],
  { client, keep }: { readonly client: ApiClient; readonly keep: boolean },
): Promise<WorkerRemoval> {
  const waiting = [...workers];
  let removed = 0;
  let reason: string | null = keep ? 'kept' : null;

  const lane = async (): Promise<void> => {
    for (let worker = waiting.pop(); worker !== undefined; worker = waiting.pop()) {
      try {
        await worker.leave();
        if (reason !== null) continue;
        await client.fleet.remove(worker.id, { force: true });
        removed += 1;
      } catch (error) {
        reason ??= error instanceof ApiError ? (error.reason ?? error.kind) : 'the control plane refuses it';
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return { removed, left: workers.length - removed, reason };
}
