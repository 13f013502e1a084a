import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { rounded } from './tally.js';

/** The time of a load test: how long it has run, what of the processor it took, and its end. */
export interface TestClock {
  /** Aborts when the test is over: its time, or the user. */
  readonly over: AbortSignal;
  elapsedMs(): number;
  /** Waits, but not beyond the end. */
  pause(ms: number): Promise<void>;
  /** Ends the measurement. */
  stop(): Measured;
}

export interface Measured {
  readonly elapsedMs: number;
  /** Of this process, which sends the load; not of the control plane. */
  readonly cpu: { readonly seconds: number; readonly percent_of_one_core: number };
}

export function startTestClock(durationMs: number, interrupted: AbortSignal): TestClock {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), durationMs);
  const over = AbortSignal.any([end.signal, interrupted]);
  // Every operation under way waits for it.
  setMaxListeners(0, over);
  const elapsedMs = (): number => performance.now() - startedAt;
  // Cutting off what is under way takes its time, too, which is not part of the test.
  let overAtMs: number | undefined;
  over.addEventListener('abort', () => {
    overAtMs = elapsedMs();
  });

  return {
    over,
    elapsedMs,
    async pause(ms) {
      // The only failure is the end of the test.
      await sleep(ms, undefined, { signal: over }).catch(() => undefined);
    },
    stop() {
      clearTimeout(timer);
      end.abort();
      const elapsed = overAtMs ?? elapsedMs();
      const { user, system } = process.cpuUsage(cpuBefore);
      const seconds = (user + system) / 1e6;
      return {
        elapsedMs: elapsed,
        cpu: { seconds: rounded(seconds), percent_of_one_core: rounded((100_000 * seconds) / elapsed) },
      };
    },
  };
}
