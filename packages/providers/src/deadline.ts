import { setTimeout as delay } from 'node:timers/promises';

/** Polls until the condition holds; false when it still does not after `timeoutMs`. For kernel state that sends no event. */
export async function holdsWithin(
  timeoutMs: number,
  condition: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    if (await condition()) return true;
    if (performance.now() >= end) return false;
    await delay(pauseMs);
  }
}

/** Waits for a promise no longer than `timeoutMs`; false when that was not enough. */
export async function settlesWithin(timeoutMs: number, promise: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(timeoutMs, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    timer.abort();
  }
}
