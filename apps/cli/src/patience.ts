import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 1_000;

/**
 * Looks once a second until it is as wanted, or the time is over.
 *
 * @param look what it throws ends the wait
 * @returns what was seen last, whether it is as wanted or not
 */
export async function lookUntil<T>(
  look: () => Promise<T>,
  isWanted: (seen: T) => boolean,
  patienceMs: number,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    const leftMs = end - performance.now();
    if (isWanted(seen) || leftMs <= 0) return seen;
    await sleep(Math.min(PAUSE_MS, leftMs));
  }
}
