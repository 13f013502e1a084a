import type { Logger } from './host.js';

/** Work that is repeated until it is stopped. */
export interface BackgroundWork {
  /** Does one round now; a round that is under way is waited for instead. Does nothing once stopped. */
  runOnce(): Promise<void>;
  /** Aborts the round that is under way and waits for it; none begins afterwards. */
  stop(): Promise<void>;
}

/**
 * Repeats `round` with `intervalMs` between the end of one and the start of the next, the first at once.
 * A round that fails is logged and the next one tries again.
 */
export function startBackgroundWork(options: {
  readonly name: string;
  readonly intervalMs: number;
  readonly round: (signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
}): BackgroundWork {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  const runOnce = async (): Promise<void> => {
    if (stopping.signal.aborted) return running;
    running ??= options
      .round(stopping.signal)
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) options.logger.warn(`${options.name} failed`, { error });
      })
      .finally(() => {
        running = undefined;
        if (stopping.signal.aborted) return;
        clearTimeout(timer);
        timer = setTimeout(() => void runOnce(), options.intervalMs);
      });
    return running;
  };
  void runOnce();

  return {
    runOnce,
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
