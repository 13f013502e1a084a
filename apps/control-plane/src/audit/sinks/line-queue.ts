/** Writes lines in their order, those that come meanwhile together. */
export interface LineQueue {
  /** Resolves when the line is written. @throws what writing failed with, or that too many wait */
  add(line: string): Promise<void>;
  backlog(): SinkBacklog;
}

/** What waits to be written. */
export interface SinkBacklog {
  readonly records: number;
  /** How long the oldest of them has waited, in milliseconds; 0 when there is none. */
  readonly ageMs: number;
}

/** More wait only where writing is slower than all that happens; a growing heap would be no answer to that. */
const MAX_WAITING = 10_000;
const BATCH_SIZE = 500;

interface Waiting {
  readonly line: string;
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** @param nowMs any clock that only goes forward, in milliseconds */
export function createLineQueue(
  write: (lines: readonly string[]) => Promise<void>,
  nowMs: () => number = () => performance.now(),
): LineQueue {
  let waiting: Waiting[] = [];
  let batch: readonly Waiting[] = [];
  let isWriting = false;

  async function writeAll(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      batch = waiting.slice(0, BATCH_SIZE);
      waiting = waiting.slice(BATCH_SIZE);
      try {
        await write(batch.map(({ line }) => line));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    batch = [];
    isWriting = false;
  }

  return {
    add(line) {
      if (waiting.length >= MAX_WAITING) {
        return Promise.reject(new Error(`more than ${MAX_WAITING} audit records wait to be written`));
      }
      return new Promise((resolve, reject) => {
        waiting.push({ line, since: nowMs(), resolve, reject });
        if (!isWriting) void writeAll();
      });
    },
    backlog() {
      const oldest = batch[0] ?? waiting[0];
      return {
        records: batch.length + waiting.length,
        ageMs: oldest === undefined ? 0 : nowMs() - oldest.since,
      };
    },
  };
}
