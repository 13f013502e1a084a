import { setTimeout as delay } from 'node:timers/promises';

/** Tries until the check stops throwing; after the deadline its last error stands. */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = 30_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await delay(20);
  }
}
