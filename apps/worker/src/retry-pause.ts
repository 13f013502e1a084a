const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 10_000;

/** How long to wait before the next attempt: twice as long after every failure, within limits, spread by a quarter. */
export function retryPauseMs(failures: number, random: () => number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS) * (0.75 + random() / 2);
}

/** Waits; a signal that fires ends the wait at once. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
