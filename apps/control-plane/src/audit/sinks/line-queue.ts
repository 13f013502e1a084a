/** Writes lines in their order, those that come meanwhile together. */
export interface LineQueue {
  /** Resolves when the line is written. @throws what writing failed with, or that too many wait */
  add(line: string): Promise<void>;
}

/** More wait only where writing is slower than all that happens; a growing heap would be no answer to that. */
const MAX_WAITING = 10_000;
const BATCH_SIZE = 500;

interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createLineQueue(write: (lines: readonly string[]) => Promise<void>): LineQueue {
  let waiting: Waiting[] = [];
  let isWriting = false;

  async function writeAll(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_SIZE);
      waiting = waiting.slice(BATCH_SIZE);
      try {
        await write(batch.map(({ line }) => line));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isWriting = false;
  }

  return {
    add(line) {
      if (waiting.length >= MAX_WAITING) {
        return Promise.reject(new Error(`more than ${MAX_WAITING} audit records wait to be written`));
      }
      return new Promise((resolve, reject) => {
        waiting.push({ line, resolve, reject });
        if (!isWriting) void writeAll();
      });
    },
  };
}
