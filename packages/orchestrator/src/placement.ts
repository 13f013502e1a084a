import type { WorkerLoad, WorkerRecord } from '@stacyvm/store';
import { satisfies } from './worker-labels.js';

/** A worker that has not been heard of for longer is not given new sandboxes (worker protocol 4.14). */
export const STALE_AFTER_MS = 120_000;

export interface PlacementRequest {
  readonly provider: string;
  /** Labels that the worker must carry, with these values; none unless told. */
  readonly requirements?: Readonly<Record<string, string>> | undefined;
  /** What the sandbox takes of the worker's memory, in MiB, and of its CPUs; 0 unless told. */
  readonly memoryMb?: number | undefined;
  readonly vcpus?: number | undefined;
  readonly now: Date;
}

/** What a worker takes at most; undefined is no limit. */
export interface WorkerCapacityLimits {
  readonly sandboxes: number | undefined;
  readonly memoryMb: number | undefined;
  readonly vcpus: number | undefined;
}

/**
 * Whether a worker is taken for dead.
 *
 * @param listeningSince since when heartbeats could be heard; before that, silence says nothing. Always, unless told.
 */
export function isStale(
  worker: Pick<WorkerRecord, 'lastHeartbeat'>,
  now: Date,
  listeningSince: Date = new Date(0),
): boolean {
  const silentSince = Math.max(worker.lastHeartbeat.getTime(), listeningSince.getTime());
  return now.getTime() - silentSince > STALE_AFTER_MS;
}

/** What a worker says that it takes. */
export function capacityOf({ capacity }: Pick<WorkerRecord, 'capacity'>): WorkerCapacityLimits {
  const limit = (name: string): number | undefined => {
    const value = capacity?.[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
  };
  return { sandboxes: limit('max_sandboxes'), memoryMb: limit('memory_mb'), vcpus: limit('vcpus') };
}

/**
 * The workers that may take a sandbox, best first: those with the fewest sandboxes, of these the one with the least memory
 * handed out, ties by id. Counts decide, not shares of what workers say they have: who claims much does not attract all.
 *
 * @param loads what each worker holds; absent is nothing
 */
export function rankWorkers(
  workers: readonly WorkerRecord[],
  loads: ReadonlyMap<string, WorkerLoad>,
  request: PlacementRequest,
): readonly WorkerRecord[] {
  const load = (worker: WorkerRecord): WorkerLoad => loads.get(worker.id) ?? NOTHING;
  return workers
    .filter((worker) => isFit(worker, request) && !isFull(worker, load(worker), request))
    .toSorted(
      (a, b) =>
        load(a).sandboxes - load(b).sandboxes ||
        load(a).memoryMb - load(b).memoryMb ||
        compareIds(a.id, b.id),
    );
}

/** Whether there is a worker that would be eligible if it held less: then it is worth to wait. */
export function someWorkerIsFull(
  workers: readonly WorkerRecord[],
  loads: ReadonlyMap<string, WorkerLoad>,
  request: PlacementRequest,
): boolean {
  return workers.some(
    (worker) =>
      isFit(worker, request) &&
      isFull(worker, loads.get(worker.id) ?? NOTHING, request) &&
      !isFull(worker, NOTHING, request),
  );
}

const NOTHING: WorkerLoad = { sandboxes: 0, memoryMb: 0, vcpus: 0 };

/** A silent worker is left out even when it is not taken for dead yet: no work on hearsay. */
function isFit(worker: WorkerRecord, { provider, requirements = {}, now }: PlacementRequest): boolean {
  if (worker.status.toLowerCase() !== 'online' || worker.drainRequested || worker.cordoned) return false;
  if (isStale(worker, now) || worker.rpcUrl === '') return false;
  return offers(worker, provider) && satisfies(worker, requirements);
}

function isFull(
  worker: WorkerRecord,
  load: WorkerLoad,
  { memoryMb = 0, vcpus = 0 }: PlacementRequest,
): boolean {
  const capacity = capacityOf(worker);
  return (
    exceeds(load.sandboxes + 1, capacity.sandboxes) ||
    exceeds(load.memoryMb + memoryMb, capacity.memoryMb) ||
    exceeds(load.vcpus + vcpus, capacity.vcpus)
  );
}

function exceeds(wanted: number, limit: number | undefined): boolean {
  return limit !== undefined && wanted > limit;
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

/** Whether a worker gives a sandbox the network that its spawn names, or refuses. */
export function choosesNetworks({ capabilities }: Pick<WorkerRecord, 'capabilities'>): boolean {
  return capabilities?.includes('network_choice') ?? false;
}

function compareIds(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
