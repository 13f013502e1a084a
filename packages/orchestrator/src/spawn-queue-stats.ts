/** What happened since the process began, and how many wait now. Without a queue everything is 0. */
export interface SpawnQueueStats {
  readonly depth: number;
  readonly capacity: number;
  readonly queuedTotal: number;
  /** Got their place after waiting. */
  readonly dequeuedTotal: number;
  readonly timeoutsTotal: number;
  /** Their callers went away. */
  readonly abandonedTotal: number;
  /** Were not let in because the queue was full. */
  readonly fullTotal: number;
  /** Milliseconds that those of `dequeuedTotal` waited. */
  readonly waitMsTotal: number;
  readonly waitMsMax: number;
}

export type SpawnQueueEvent = 'queuedTotal' | 'timeoutsTotal' | 'abandonedTotal' | 'fullTotal';

export interface SpawnQueueTally {
  count(event: SpawnQueueEvent): void;
  dequeued(waitedMs: number): void;
  totals(): Omit<SpawnQueueStats, 'depth' | 'capacity'>;
}

export function createSpawnQueueTally(): SpawnQueueTally {
  const totals = {
    queuedTotal: 0,
    dequeuedTotal: 0,
    timeoutsTotal: 0,
    abandonedTotal: 0,
    fullTotal: 0,
    waitMsTotal: 0,
    waitMsMax: 0,
  };
  return {
    count(event) {
      totals[event] += 1;
    },
    dequeued(waitedMs) {
      totals.dequeuedTotal += 1;
      totals.waitMsTotal += waitedMs;
      totals.waitMsMax = Math.max(totals.waitMsMax, waitedMs);
    },
    totals: () => ({ ...totals }),
  };
}
