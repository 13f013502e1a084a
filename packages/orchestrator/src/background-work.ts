import type { Logger } from './host.js';

/** Work that is repeated until it is stopped. */
export interface BackgroundWork {
  /** Does one round now; a round that is under way is waited for instead. */
  runOnce(): Promise<void>;
  /** Waits for the round that is under way; none begins afterwards. */
  stop(): Promise<void>;
}

/**
 * Repeats `round` with `intervalMs` between the end of one and the start of the next, the first at once.
 * A round that fails is logged and the next one tries again.
 */
export function startBackgroundWork(options: {
  readonly name: string;
  readonly intervalMs: number;
  readonly round: () => Promise<void>;
  readonly logger: Logger;
}): BackgroundWork {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  const runOnce = (): Promise<void> => {
    running ??= options
      .round()
      .catch((error: unknown) => options.logger.warn(`${options.name} failed`, { error }))
      .finally(() => {
        running = undefined;
        if (stopped) return;
        clearTimeout(timer);
        timer = setTimeout(() => void runOnce(), options.intervalMs);
      });
    return running;
  };
  void runOnce();

  return {
    runOnce,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
