/** Wakes those who wait for events of sandboxes: when the database says so, and from time to time in any case. */
export interface EventWakeup {
  /** A hint came in. */
  hint(): void;
  /** Resolves with the next hint, after `POLL_MS`, or when the signal fires. */
  next(signal: AbortSignal): Promise<void>;
  /** Hints that have come in; whoever has read before the last one has to read again. */
  hints(): number;
}

/** Hints can be lost. */
const POLL_MS = 1_000;

export function createEventWakeup(pollMs = POLL_MS): EventWakeup {
  const sleepers = new Set<() => void>();
  let hints = 0;

  return {
    hint() {
      hints += 1;
      for (const wake of [...sleepers]) wake();
    },
    hints: () => hints,
    next(signal) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          sleepers.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, pollMs);
        sleepers.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    },
  };
}
