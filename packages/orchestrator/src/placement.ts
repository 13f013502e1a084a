import type { WorkerRecord } from '@stacyvm/store';

/** A worker that has not been heard of for longer is not given new sandboxes (worker protocol 4.14). */
export const STALE_AFTER_MS = 120_000;

export interface PlacementRequest {
  readonly provider: string;
  readonly now: Date;
}

export function isStale(worker: Pick<WorkerRecord, 'lastHeartbeat'>, now: Date): boolean {
  return now.getTime() - worker.lastHeartbeat.getTime() > STALE_AFTER_MS;
}

/** The largest number of sandboxes that a worker takes; undefined is no limit. */
export function workerCapacity(worker: Pick<WorkerRecord, 'capacity'>): number | undefined {
  const limit = worker.capacity?.['max_sandboxes'];
  return typeof limit === 'number' && Number.isSafeInteger(limit) && limit > 0 ? limit : undefined;
}

/**
 * The workers that may take a sandbox, best first: least loaded, ties by id.
 *
 * @param active how many sandboxes each worker holds
 */
export function rankWorkers(
  workers: readonly WorkerRecord[],
  active: ReadonlyMap<string, number>,
  request: PlacementRequest,
): readonly WorkerRecord[] {
  const load = (worker: WorkerRecord): number => active.get(worker.id) ?? 0;
  return workers
    .filter((worker) => isFit(worker, request) && !isFull(worker, load(worker)))
    .toSorted((a, b) => load(a) - load(b) || compareIds(a.id, b.id));
}

/** Whether there is a worker that would be eligible if it held fewer sandboxes: then it is worth to wait. */
export function someWorkerIsFull(
  workers: readonly WorkerRecord[],
  active: ReadonlyMap<string, number>,
  request: PlacementRequest,
): boolean {
  return workers.some((worker) => isFit(worker, request) && isFull(worker, active.get(worker.id) ?? 0));
}

function isFit(worker: WorkerRecord, { provider, now }: PlacementRequest): boolean {
  if (worker.status.toLowerCase() !== 'online' || worker.drainRequested) return false;
  return !isStale(worker, now) && worker.rpcUrl !== '' && offers(worker, provider);
}

function isFull(worker: WorkerRecord, load: number): boolean {
  const capacity = workerCapacity(worker);
  return capacity !== undefined && load >= capacity;
}

/** A worker that lists no providers offers all of them, as in the reference protocol. */
export function offers(worker: Pick<WorkerRecord, 'providers'>, provider: string): boolean {
  const { providers } = worker;
  return (
    providers === null ||
    providers.length === 0 ||
    providers.some((name) => name.toLowerCase() === provider.toLowerCase())
  );
}

function compareIds(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
