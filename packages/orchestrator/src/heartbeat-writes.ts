import {
  type PlacedSandbox,
  type Store,
  type StoredHeartbeat,
  StoreError,
  type WorkerHeartbeat,
} from '@stacyvm/store';
import { createBatches } from './batches.js';
import { OrchestratorError } from './errors.js';

const GATHER_MS = 50;
const BATCH_SIZE = 500;
/** Of one control plane: more than a fleet of 10,000 sends within a pace, far less than what fills the memory. */
const MAX_WAITING = 10_000;

/** Heartbeats that were written by one statement. */
export interface HeartbeatBatch {
  readonly heartbeats: number;
  readonly seconds: number;
  readonly outcome: 'written' | 'failed';
}

/** What is known after a heartbeat was written. */
export interface WrittenHeartbeat extends StoredHeartbeat {
  /** What is recorded of the worker's sandboxes; empty when it was not asked for. */
  readonly placed: readonly PlacedSandbox[];
}

export interface HeartbeatWrite {
  readonly heartbeat: WorkerHeartbeat;
  readonly comparesSandboxes: boolean;
}

export interface HeartbeatWrites {
  /** Resolves when the heartbeat is stored. @throws OrchestratorError `heartbeats_overloaded`, StoreError */
  write(write: HeartbeatWrite): Promise<WrittenHeartbeat>;
  /** Heartbeats that are not stored yet. */
  waiting(): number;
}

export interface HeartbeatWritesOptions {
  readonly store: Pick<Store, 'workers' | 'sandboxes'>;
  /** A worker that was last heard of before this had been taken for dead; undefined: none can be. */
  readonly lapsedBefore: () => Date | undefined;
  /** For metrics. */
  readonly onBatch?: ((batch: HeartbeatBatch) => void) | undefined;
}

/**
 * Writes heartbeats in batches, so that what the database has to do grows with time and hardly with the fleet. Every
 * heartbeat waits for its batch: a worker that was answered is stored, and what it is told is what the database knew then.
 */
export function createHeartbeatWrites({
  store,
  lapsedBefore,
  onBatch,
}: HeartbeatWritesOptions): HeartbeatWrites {
  const batches = createBatches<HeartbeatWrite, WrittenHeartbeat>({
    handle: async (writes) => {
      const started = performance.now();
      const tell = (outcome: HeartbeatBatch['outcome']): void =>
        onBatch?.({ heartbeats: writes.length, seconds: (performance.now() - started) / 1000, outcome });
      try {
        const written = await writeAll(writes);
        tell('written');
        return written;
      } catch (error) {
        tell('failed');
        throw error;
      }
    },
    // Whatever else it is: what one worker says must not cost the others their heartbeats.
    isItemsFault: (error) =>
      !(error instanceof StoreError && (error.code === 'unavailable' || error.code === 'closed')),
    gatherMs: GATHER_MS,
    batchSize: BATCH_SIZE,
    maxWaiting: MAX_WAITING,
    refusal: () =>
      new OrchestratorError(
        'heartbeats_overloaded',
        'more heartbeats wait for the database than this control plane takes; send it again',
      ),
  });

  async function writeAll(writes: readonly HeartbeatWrite[]): Promise<readonly WrittenHeartbeat[]> {
    const stored = await store.workers.recordHeartbeats(
      writes.map(({ heartbeat }) => heartbeat),
      { lapsedBefore: lapsedBefore() },
    );
    const compared = writes.filter(({ comparesSandboxes }) => comparesSandboxes);
    const placed = await store.sandboxes.placedOn(compared.map(({ heartbeat }) => heartbeat.id));
    const byWorker = new Map<string, PlacedSandbox[]>();
    for (const sandbox of placed) {
      const others = byWorker.get(sandbox.workerId);
      if (others === undefined) byWorker.set(sandbox.workerId, [sandbox]);
      else others.push(sandbox);
    }
    const byId = new Map(stored.map((each) => [each.worker.id, each]));
    return writes.map(({ heartbeat: { id } }) => {
      const one = byId.get(id);
      if (one === undefined) throw new Error(`the heartbeat of worker ${id} was not stored`);
      return { ...one, placed: byWorker.get(id) ?? [] };
    });
  }

  return { write: batches.add, waiting: () => batches.size };
}
